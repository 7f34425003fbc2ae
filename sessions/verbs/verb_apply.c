/* apply: commands of another session, on the table as it stands. */
#include <string.h>

#include "base/text.h"
#include "paths.h"
#include "present.h"
#include "script.h"
#include "session.h"
#include "transplant.h"
#include "trial.h"

enum { FIT_SOME, FIT_ALL };
static const char *const fits[] = { "some", "all", NULL };

static const struct param_spec apply_params[] = {
    { .name = "path",
      .type = PARAM_PATH,
      .flags = PARAM_REQUIRED | PARAM_WORD | PARAM_INPUT,
      .help = "the session file, or a part of one" },
    { .name = "lines",
      .type = PARAM_TEXT,
      .help = "which of its lines, as an editor counts them: 3-9, 4, 7-" },
    { .name = "map",
      .type = PARAM_TEXT,
      .help = "columns that are called otherwise here: old:new,other:another" },
    { .name = "fit",
      .type = PARAM_CHOICE,
      .choices = fits,
      .fallback = "some",
      .help = "some: what does not fit is left out; all: then nothing is done" },
    { .name = "run",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "no: only say what would be done" },
    { .name = NULL },
};

struct fitting {
    struct context *ctx;
    struct column_map map;
    struct workspace *ws; /* after the lines so far */
    size_t n_steps_there; /* steps that the other session had at that line */
    const char **lines;   /* that fit */
    size_t n, n_misfits, n_skipped;
    const char **required, **created;
    size_t n_required, n_created;
    json_t *list;
    struct report *report;
};

/* ---------------------------------------------------------------- columns */

static bool is_among(const char *const *list, size_t n, const char *name)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(list[k], name) == 0)
            return true;
    return false;
}

static void add_name(const char ***list, size_t *n, const char *name, struct arena *arena)
{
    const char **more = ARENA_NEW(arena, const char *, *n + 1);

    if (*n)
        memcpy(more, *list, *n * sizeof(*more));
    more[*n] = arena_strdup(arena, name);
    *list = more;
    ++*n;
}

static void note_required(struct fitting *f, const char *const *read, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (!is_among(f->created, f->n_created, read[k]) &&
            !is_among(f->required, f->n_required, read[k]))
            add_name(&f->required, &f->n_required, read[k], f->ctx->arena);
}

static void note_created(struct fitting *f, const struct table *before, const struct table *after)
{
    for (size_t j = 0; j < after->n_cols; j++)
        if (table_find(before, table_name(after, j)) < 0 &&
            !is_among(f->created, f->n_created, table_name(after, j)))
            add_name(&f->created, &f->n_created, table_name(after, j), f->ctx->arena);
}

/* ---------------------------------------------------------------- one line */

static void say_line(struct fitting *f, size_t number, const char *line, const char *why)
{
    json_t *command = json_string(line);
    json_t *o = json_pack("{s:I,s:o,s:b}", "line", (json_int_t)number, "command",
                          command ? command : json_null(), "fits", why == NULL);

    if (why)
        json_object_set_new(o, "why", json_string(why));
    json_array_append_new(f->list, o);
    if (why)
        report_line(f->report, "left out, line %zu: %s\n    %s", number, line, why);
}

/* What belongs to the other session alone: its data, its files, looks. */
static bool is_skipped(const struct command *c)
{
    static const char *const names[] = { "load", "save", "export", "open", "source", "apply" };

    for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
        if (strcmp(command_name(c), names[k]) == 0)
            return true;
    return (c->flags & COMMAND_VOLATILE) != 0;
}

static int try_line(struct fitting *f, struct call *call, struct err *err)
{
    struct workspace *next;

    if (strcmp(command_name(call->command), "step") == 0 &&
        f->n_steps_there != f->ws->recipe->n_steps)
        return err_set(err, ERR_USAGE, "its step has another number here, or is not here");
    if (!command_can_be_tried(call->command))
        return 0;
    if (command_try(&next, call, f->ws, f->ctx, err))
        return -1;
    if (f->ws->run && next->run)
        note_created(f, workspace_table(f->ws), workspace_table(next));
    workspace_unref(f->ws);
    f->ws = next;
    return 0;
}

/* A command that cannot be tried beforehand needs its columns at least. */
static int check_columns(const struct fitting *f, const char *const *read, size_t n,
                         struct err *err)
{
    for (size_t k = 0; k < n; k++)
        if (!table_column(workspace_table(f->ws), read[k], err))
            return -1;
    return 0;
}

/* -1: it does not fit, for that reason. */
static int fit_line(struct fitting *f, struct call *call, struct err *err)
{
    struct call here;
    const char *const *read;
    size_t n;
    struct str text;

    if (call_transplant(&here, &read, &n, call, &f->map, f->ctx->arena, err))
        return -1;
    note_required(f, read, n);
    if (!command_can_be_tried(here.command) && check_columns(f, read, n, err))
        return -1;
    str_init(&text);
    call_print(&text, here.command, &here.args);
    f->lines[f->n] = arena_strdup(f->ctx->arena, text.buf);
    str_release(&text);
    return try_line(f, &here, err);
}

static int take_line(struct fitting *f, const struct script_line *l, bool selected, struct err *err)
{
    struct err why = { 0 };
    struct line line;
    struct call call;

    if (lex_line(&line, l->text, &f->ctx->options->definitions, f->ctx->arena, &why) || !line.n)
        return why.code && selected ? (say_line(f, l->number, l->text, why.msg), f->n_misfits++, 0)
                                    : 0;
    int rc = call_parse(&call, &line, f->ctx->arena, &why);
    if (!rc && is_skipped(call.command)) {
        f->n_skipped += selected;
        return 0;
    }
    if (!rc && selected)
        rc = fit_line(f, &call, &why);
    f->n_steps_there += !why.code && call.command->step != NULL;
    if (!selected)
        return 0;
    if (rc && why.code == ERR_CANCELLED) {
        *err = why;
        return -1;
    }
    say_line(f, l->number, rc ? l->text : f->lines[f->n], rc ? why.msg : NULL);
    f->n += !rc;
    f->n_misfits += rc != 0;
    return 0;
}

/* ---------------------------------------------------------------- the file */

static int parse_lines(size_t *from, size_t *to, const char *text, struct err *err)
{
    const char *dash = text ? strchr(text, '-') : NULL;
    size_t len = !text ? 0 : dash ? (size_t)(dash - text) : strlen(text);
    int64_t first, last;

    *from = 1;
    *to = SIZE_MAX;
    if (!text)
        return 0;
    if (!text_parse_int(&first, text, len) || first < 1)
        return err_set(err, ERR_USAGE, "lines takes numbers, as 3-9, 4 or 7-, not '%s'", text);
    *from = (size_t)first;
    *to = dash ? SIZE_MAX : *from;
    if (!dash || !dash[1])
        return 0;
    if (!text_parse_int(&last, dash + 1, strlen(dash + 1)) || last < first)
        return err_set(err, ERR_USAGE, "lines takes numbers, as 3-9, 4 or 7-, not '%s'", text);
    *to = (size_t)last;
    return 0;
}

static int fit_script(struct fitting *f, const struct script *script, struct err *err)
{
    size_t from, to;

    if (parse_lines(&from, &to, params_text(f->ctx->args, "lines"), err))
        return -1;
    f->lines = ARENA_NEW(f->ctx->arena, const char *, script->n);
    for (size_t i = 0; i < script->n; i++) {
        const struct script_line *l = &script->lines[i];
        if (take_line(f, l, l->number >= from && l->number <= to, err) ||
            job_tick(f->ctx->job, i + 1, script->n, err))
            return -1;
    }
    for (size_t k = 0; k < f->map.n; k++)
        if (!f->map.used[k])
            return err_set(err, ERR_USAGE, "map names %s, which is in none of those lines",
                           f->map.from[k]);
    if (!f->n && !f->n_misfits)
        return err_set(err, ERR_USAGE, "%s has no command there that could be given to a table",
                       script->path);
    return 0;
}

/* ---------------------------------------------------------------- what it comes to */

static void say_names(struct report *r, const char *key, const char *what, const char *const *names,
                      size_t n)
{
    json_t *list = json_array();
    struct str text;

    str_init(&text);
    for (size_t k = 0; k < n; k++) {
        json_array_append_new(list, json_string(names[k]));
        str_addf(&text, " %s", names[k]);
    }
    if (n)
        report_line(r, "%s:%s", what, text.buf);
    report_put(r, key, list);
    str_release(&text);
}

static void present_fitting(struct fitting *f)
{
    const struct table *t = workspace_table(f->ctx->ws);
    const char **absent = ARENA_NEW(f->ctx->arena, const char *, f->n_required);
    size_t n = 0;

    for (size_t k = 0; k < f->n_required; k++)
        if (table_find(t, f->required[k]) < 0)
            absent[n++] = f->required[k];
    say_names(f->report, "required", "needs", f->required, f->n_required);
    say_names(f->report, "absent", "not there", absent, n);
    say_names(f->report, "created", "makes", f->created, f->n_created);
    report_put_int(f->report, "fitting", (int64_t)f->n);
    report_put_int(f->report, "misfits", (int64_t)f->n_misfits);
    report_line(f->report, "%zu command%s fit%s, %zu do%s not", f->n, f->n == 1 ? "" : "s",
                f->n == 1 ? "s" : "", f->n_misfits, f->n_misfits == 1 ? "es" : "");
}

static int decide(struct fitting *f, struct err *err)
{
    struct context *ctx = f->ctx;

    if (!params_flag(ctx->args, "run"))
        return 0;
    if (params_choice(ctx->args, "fit") == FIT_ALL && f->n_misfits)
        return err_set(
            err, ERR_DOMAIN,
            "%zu of %zu commands do not fit, and fit=all wants all of them; run=no lists "
            "them, map= renames columns, fit=some leaves them out",
            f->n_misfits, f->n + f->n_misfits);
    ctx->follow = f->lines;
    ctx->n_follow = f->n;
    return 0;
}

static int apply_run(struct report *r, struct context *ctx, struct err *err)
{
    struct fitting f = { .ctx = ctx, .report = r, .list = json_array() };
    const char *map = params_text(ctx->args, "map");
    struct script script;

    report_put(r, "lines", f.list);
    if ((map && column_map_parse(&f.map, map, ctx->arena, err)) ||
        script_read(&script, paths_find(ctx, params_text(ctx->args, "path")), ctx->arena, err))
        return -1;
    f.ws = workspace_ref(ctx->ws);
    int rc = fit_script(&f, &script, err);
    if (!rc) {
        present_fitting(&f);
        rc = decide(&f, err);
    }
    workspace_unref(f.ws);
    return rc;
}

const struct command verb_apply = {
    .name = "apply",
    .stage = "Session",
    .help = "give the commands of another session to this table",
    .details =
        "Tries the commands on the table as it stands, says which columns they need, which of "
        "those "
        "are not there and which they make, lists what does not fit with the reason, and gives the "
        "rest, one by one, as if they had been typed: those are what is recorded. map= says which "
        "columns are called otherwise here; it holds inside expressions too. Loading, saving and "
        "looking at things are not taken over, nor the other branches of that session's history.",
    .example = "apply share/sessions/penguins.assay run=no",
    .params = apply_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_VOLATILE,
    .run = apply_run,
};
