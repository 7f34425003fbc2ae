/* branch diff: how two points of the history differ: steps, table, estimates. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "present.h"
#include "present_history.h"

static const struct param_spec diff_params[] = {
    { .name = "a",
      .type = PARAM_TEXT,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "number of a command, or a branch" },
    { .name = "b",
      .type = PARAM_TEXT,
      .flags = PARAM_WORD,
      .help = "the other; without it where you are" },
    { .name = "show",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e6,
      .fallback = "20",
      .help = "how many cells and rows to list" },
    { .name = NULL },
};

/* ---------------------------------------------------------------- recipes */

static bool same_step(const struct step *a, const struct step *b)
{
    return a == b || (a->on == b->on && strcmp(a->text, b->text) == 0);
}

/* length[i][j]: steps that a[i…] and b[j…] have in common, in order; (n + 1, m + 1) by rows. */
static void common_lengths(size_t *length, const struct recipe *a, const struct recipe *b)
{
    size_t w = b->n_steps + 1;

    for (size_t i = a->n_steps; i-- > 0;)
        for (size_t j = b->n_steps; j-- > 0;) {
            size_t skip_a = length[(i + 1) * w + j], skip_b = length[i * w + j + 1];
            size_t skip = skip_a > skip_b ? skip_a : skip_b;
            length[i * w + j] = same_step(a->steps[i], b->steps[j])
                                    ? length[(i + 1) * w + j + 1] + 1
                                    : skip;
        }
}

static const char *step_text(struct context *ctx, const struct step *s)
{
    return s->on ? s->text : arena_printf(ctx->arena, "%s (off)", s->text);
}

static void add_step(struct report *r, json_t *list, const char *change, size_t i, const char *text,
                     const char *was)
{
    json_t *o = json_pack("{s:s,s:I,s:s}", "change", change, "step", (json_int_t)i + 1, "command",
                          text);

    if (was)
        json_object_set_new(o, "was", json_string(was));
    json_array_append_new(list, o);
    report_line(r, "  %-7s %2zu  %s%s%s", change, i + 1, was ? was : "", was ? " → " : "", text);
}

/* Steps of one kind that stand in each other's place are one step that was edited. */
static void compare_recipes(struct report *r, struct context *ctx, const struct recipe *a,
                            const struct recipe *b)
{
    size_t w = b->n_steps + 1, i = 0, j = 0;
    size_t *length = MEM_NEW(size_t, (a->n_steps + 1) * w);
    json_t *list = json_array();

    common_lengths(length, a, b);
    while (i < a->n_steps || j < b->n_steps) {
        bool more_a = i < a->n_steps, more_b = j < b->n_steps;
        if (more_a && more_b && same_step(a->steps[i], b->steps[j])) {
            i++;
            j++;
        } else if (more_a && more_b && a->steps[i]->kind == b->steps[j]->kind &&
                   length[(i + 1) * w + j + 1] == length[i * w + j]) {
            add_step(r, list, "edited", j, step_text(ctx, b->steps[j]),
                     step_text(ctx, a->steps[i]));
            i++;
            j++;
        } else if (more_a && (!more_b || length[(i + 1) * w + j] >= length[i * w + j + 1])) {
            add_step(r, list, "removed", i, step_text(ctx, a->steps[i]), NULL);
            i++;
        } else {
            add_step(r, list, "added", j, step_text(ctx, b->steps[j]), NULL);
            j++;
        }
    }
    if (!json_array_size(list))
        report_line(r, "  the same %zu steps", a->n_steps);
    report_put(r, "steps", list);
    mem_free(length);
}

static void compare_word(struct report *r, const char *what, const char *a, const char *b)
{
    a = a ? a : "none";
    b = b ? b : "none";
    if (strcmp(a, b) == 0)
        return;
    report_put(r, what, json_pack("[s,s]", a, b));
    report_line(r, "  %s: %s → %s", what, a, b);
}

/* ---------------------------------------------------------------- tables */

static int compare_tables(struct report *r, struct context *ctx, const struct workspace *a,
                          const struct workspace *b, struct err *err)
{
    size_t show = (size_t)params_int(ctx->args, "show"), only_a, only_b;
    struct diff *d;

    if (!a->source || !b->source)
        return 0;
    if (memcmp(&a->source->info.digest, &b->source->info.digest, sizeof(struct digest)) != 0) {
        report_line(r, "they read different data: %s and %s; the tables are not compared",
                    a->source->info.path, b->source->info.path);
        return 0;
    }
    if (diff_any(&d, &only_a, &only_b, workspace_table(a), workspace_table(b), err))
        return -1;
    present_effect(r, "the table", d);
    report_put_int(r, "rows_removed", (int64_t)only_a);
    report_put_int(r, "rows_added", (int64_t)only_b);
    if (only_a || only_b)
        report_line(r, "rows only in the first: %zu, only in the second: %zu", only_a, only_b);
    int rc = present_changes(r, d, show, ctx->options->complete ? SIZE_MAX : show, err);
    diff_free(d);
    return rc;
}

/* ---------------------------------------------------------------- models */

static void compare_results(json_t *list, struct report_grid *g, const char *name,
                            const struct resample_result *a, const struct resample_result *b)
{
    for (size_t k = 0; a && b && k < b->n_metrics; k++) {
        const struct estimate *was = resample_estimate(a, b->metrics[k]->name);
        double now = b->estimates[k].mean;
        if (!was)
            continue;
        json_array_append_new(list, json_pack("{s:s,s:s,s:o,s:o,s:o}", "model", name, "metric",
                                              b->metrics[k]->name, "a", report_real(was->mean), "b",
                                              report_real(now), "difference",
                                              report_real(now - was->mean)));
        report_grid_add(g, "%s", name);
        report_grid_add(g, "%s", b->metrics[k]->name);
        report_grid_real(g, was->mean, 4);
        report_grid_add(g, "→");
        report_grid_real(g, now, 4);
        report_grid_real(g, now - was->mean, 3);
    }
}

static void compare_models(struct report *r, const struct workspace *a, const struct workspace *b)
{
    json_t *list = json_array();
    struct report_grid g;

    report_grid_init(&g, "llrlrr");
    for (size_t i = 0; i < b->n_models; i++) {
        const struct named_model *now = &b->models[i];
        const struct named_model *was = workspace_model(a, now->name, NULL);
        if (was) {
            compare_results(list, &g, now->name, was->validated, now->validated);
            compare_results(list, &g, now->name, was->tested, now->tested);
        } else {
            report_line(r, "model %s is only in the second", now->name);
        }
    }
    for (size_t i = 0; i < a->n_models; i++)
        if (!workspace_model(b, a->models[i].name, NULL))
            report_line(r, "model %s is only in the first", a->models[i].name);
    report_grid_end(r, &g);
    report_put(r, "models", list);
}

static int diff_run(struct report *r, struct context *ctx, struct err *err)
{
    const char *other = params_text(ctx->args, "b");
    const struct session *s = ctx->session;
    struct entry *a, *b = s->n_done ? s->entries[s->n_done - 1] : NULL;

    if (history_point(&a, s, params_text(ctx->args, "a"), err) ||
        (other && history_point(&b, s, other, err)))
        return -1;
    const struct entry *fork = history_fork(a, b);
    const struct workspace *wa = a ? a->ws : s->empty, *wb = b ? b->ws : s->empty;
    report_put_int(r, "parted_at", (int64_t)(fork ? fork->number : 0));
    report_line(r, "%s → %s, which parted after %s", present_point(a, ctx->arena),
                present_point(b, ctx->arena), fork ? fork->line : "the beginning");
    compare_recipes(r, ctx, wa->recipe, wb->recipe);
    compare_word(r, "target", workspace_target(wa), workspace_target(wb));
    compare_word(r, "split", wa->split_text, wb->split_text);
    if (compare_tables(r, ctx, wa, wb, err))
        return -1;
    compare_models(r, wa, wb);
    return 0;
}

const struct command verb_branch_diff = {
    .name = "branch diff",
    .stage = "Session",
    .help = "compare two points of the history",
    .details =
        "Which steps the second has that the first has not, which it lacks and which were edited; "
        "cells, rows and columns of its table that are not the same; and the estimates of models "
        "that both have. Only points that read the same data have tables to compare.",
    .example = "branch diff 1",
    .params = diff_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = diff_run,
};
