/* command_step.c - what every step's command does: append to the recipe, say what changed. */
#include "command.h"

#include <string.h>

#include "base/text.h"
#include "paths.h"
#include "present.h"
#include "table/cell.h"

#define LEARNED_SHOWN 12

/* The first lines of what was learned; show model and the columns view have all of it. */
static void add_lines(struct report *r, const char *text)
{
    size_t n = 0;

    for (; *text && n < LEARNED_SHOWN; n++) {
        size_t len = strcspn(text, "\n");
        report_line(r, "  %.*s", (int)len, text);
        text += len + (text[len] == '\n');
    }
    for (n = 0; *text; text++)
        n += *text == '\n' || !text[1];
    if (n)
        report_line(r, "  … and %zu more", n);
}

static void report_learned(struct report *r, const struct recipe_run *run, size_t i)
{
    const struct step *step = run->fitted->recipe->steps[i];
    struct str text;

    if (!step->kind->describe || !run->fitted->state[i])
        return;
    str_init(&text);
    step->kind->describe(&text, run->fitted->state[i]);
    add_lines(r, text.buf);
    str_release(&text);
}

/* ---------------------------------------------------------------- what was lost */

#define LOST_SHOWN  5
#define LOST_LISTED 1000

static void add_lost(struct report *r, json_t *list, const struct diff *d,
                     const struct diff_column *c, size_t row)
{
    size_t before = diff_row_before(d, row), n = json_array_size(list);
    size_t number = table_row_number(d->after, row), line = table_line(d->after, row);
    const char *name = table_name(d->before, (size_t)c->before);
    struct str value;

    str_init(&value);
    cell_show(&value, table_at(d->before, (size_t)c->before), before, 17, "");
    if (n < LOST_LISTED)
        json_array_append_new(list, json_pack("{s:I,s:I,s:s,s:s%}", "row", (json_int_t)number,
                                              "line", (json_int_t)line, "column", name, "value",
                                              value.buf, value.len));
    if (n < LOST_SHOWN && line)
        report_line(r, "  row %zu (line %zu): '%s' of %s is lost", number, line, value.buf, name);
    else if (n < LOST_SHOWN)
        report_line(r, "  row %zu: '%s' of %s is lost", number, value.buf, name);
    str_release(&value);
}

/* Cells that could not be converted, in order: the first ones as text, many as data. */
static void report_lost(struct report *r, const struct diff *d)
{
    json_t *list = json_array();
    size_t n = 0;

    for (size_t j = 0; j < d->n_columns; j++) {
        const struct diff_column *c = &d->columns[j];
        if (c->kind != DIFF_CHANGED || !c->changed)
            continue;
        for (size_t i = 0; i < d->after->n_rows; i++) {
            if (!bit_get(c->changed->data, i) ||
                !column_missing(table_at(d->after, (size_t)c->after), i))
                continue;
            add_lost(r, list, d, c, i);
            n++;
        }
    }
    if (n == 0) {
        json_decref(list);
        return;
    }
    if (n > LOST_SHOWN)
        report_line(r, "  … and %zu more", n - LOST_SHOWN);
    report_put_int(r, "cells_lost", (int64_t)n);
    report_put(r, "lost", list);
}

/* ---------------------------------------------------------------- what was found out */

#define FOUND_SHOWN 160

/* Parameters that the step filled in, so that what was guessed is seen. */
static void report_found(struct report *r, const struct params *args, const bool *was_set)
{
    for (size_t i = 0; i < args->n; i++) {
        const struct param_value *v = &args->values[i];
        size_t width;
        if (was_set[i] || !v->set || !v->text)
            continue;
        size_t len = text_prefix(v->text, strlen(v->text), FOUND_SHOWN, &width);
        report_line(r, "  %s=%.*s%s", args->specs[i].name, (int)len, v->text,
                    v->text[len] ? "…" : "");
    }
}

/* ---------------------------------------------------------------- running */

static const char *find_beside(const void *ctx, const char *path)
{
    return paths_find(ctx, path);
}

int command_resolve_step(struct params *args, const struct context *ctx,
                         const struct step_kind *kind, const struct table *table,
                         const struct roles *roles, struct err *err)
{
    if (!kind->resolve)
        return 0;
    const struct step_input in = {
        .table = table, .params = args, .roles = roles, .n_rows = table->n_rows
    };
    const struct step_resolving r = {
        .in = &in, .arena = ctx->arena, .find_file = find_beside, .ctx = ctx, .job = ctx->job
    };
    return kind->resolve(args, &r, err);
}

int command_run_step(struct report *r, struct context *ctx, struct err *err)
{
    bool *was_set = ARENA_NEW(ctx->arena, bool, ctx->args->n);
    struct str text;
    struct diff *diff;

    for (size_t i = 0; i < ctx->args->n; i++)
        was_set[i] = ctx->args->values[i].set;
    if (command_resolve_step(ctx->args, ctx, ctx->command->step, workspace_table(ctx->ws),
                             &ctx->ws->recipe->roles, err))
        return -1;
    str_init(&text);
    call_print(&text, ctx->command, ctx->args);
    struct recipe *recipe = recipe_append(ctx->ws->recipe, ctx->command->step, ctx->args, text.buf);
    str_release(&text);
    int rc = workspace_with_recipe(&ctx->next, ctx->ws, recipe, ctx->job, err);
    size_t last = recipe->n_steps - 1;
    recipe_unref(recipe);
    if (rc || recipe_run_diff(&diff, ctx->next->run, last, err))
        return -1;
    present_effect(r, command_name(ctx->command), diff);
    report_found(r, ctx->args, was_set);
    report_learned(r, ctx->next->run, last);
    rc = present_groups(r, ctx->next->run, last, err);
    if (ctx->command->step->flags & STEP_MAY_LOSE)
        report_lost(r, diff);
    diff_free(diff);
    return rc;
}
