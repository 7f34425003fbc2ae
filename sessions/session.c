/* session.c - one path for every line, and the history it leaves. */
#include "session.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gnuplot.h"
#include "history_tree.h"
#include "journal.h"
#include "lookahead.h"
#include "paths.h"

/* ---------------------------------------------------------------- life */

static struct gnuplot *make_gnuplot(const struct session_options *o)
{
    struct str driver;

    str_init(&driver);
    if (o->share_dir)
        str_addf(&driver, "%s/gnuplot/cells.lua", o->share_dir);
    struct gnuplot_options g = { .program = o->gnuplot,
                                 .path = o->path ? o->path : getenv("PATH"),
                                 .driver = driver.len ? driver.buf : NULL };
    struct gnuplot *made = gnuplot_new(&g);
    str_release(&driver);
    return made;
}

struct session *session_new(const struct session_options *options, struct err *err)
{
    struct session *s = MEM_NEW(struct session, 1);

    s->options = *options;
    s->empty = workspace_empty();
    s->selection = selection_empty();
    str_init(&s->comments);
    if (options->state_dir && journal_open(&s->journal, options->state_dir, err)) {
        session_free(s, false);
        return NULL;
    }
    s->gnuplot = make_gnuplot(options);
    return s;
}

void entry_free(struct entry *e)
{
    if (!e)
        return;
    mem_free(e->branch);
    mem_free(e->line);
    mem_free(e->error);
    mem_free(e->input_digest);
    mem_free(e->comments);
    mem_free(e->remark);
    mem_free(e->folder);
    mem_free(e->elsewhere);
    workspace_unref(e->ws);
    workspace_unref(e->trial);
    report_release(&e->report);
    mem_free(e);
}

void session_free(struct session *s, bool keep_journal)
{
    if (!s)
        return;
    history_clear(s);
    entry_free(s->aside);
    session_queue_clear(s);
    lookahead_clear(s);
    mem_free(s->queue);
    workspace_unref(s->empty);
    selection_unref(s->selection);
    row_sets_unref(s->sets);
    str_release(&s->comments);
    journal_close(s->journal, keep_journal);
    gnuplot_free(s->gnuplot);
    mem_free(s->path);
    mem_free(s);
}

const struct workspace *session_workspace(const struct session *s)
{
    return s->n_done ? s->entries[s->n_done - 1]->ws : s->empty;
}

const struct entry *session_last(const struct session *s)
{
    return s->n_done ? s->entries[s->n_done - 1] : NULL;
}

bool session_unsaved(const struct session *s)
{
    return session_last(s) != s->saved_at || s->n_all != s->n_saved;
}

/* Takes the selection. */
static void set_selection(struct session *s, struct selection *take)
{
    selection_unref(s->selection);
    s->selection = take;
}

void session_forget(struct session *s)
{
    set_selection(s, selection_empty());
    history_clear(s);
    s->saved_at = NULL;
    s->n_saved = 0;
    if (s->journal)
        journal_forget(s->journal, NULL);
    s->looks = 0;
    str_clear(&s->comments);
    mem_free(s->path);
    s->path = NULL;
}

/* ---------------------------------------------------------------- begin */

static double now(const struct session *s)
{
    return s->options.clock ? s->options.clock() : 0;
}

static void task_free(struct task *t)
{
    workspace_unref(atomic_exchange(&t->early, NULL));
    report_release(&t->report);
    str_release(&t->input_digest);
    workspace_unref(t->context.next);
    workspace_unref(t->context.trial);
    workspace_unref(t->context.ws);
    selection_unref(t->context.next_selection);
    selection_unref(t->context.selection);
    row_sets_unref((struct row_sets *)(uintptr_t)t->context.sets);
    mem_free(t->typed);
    arena_release(&t->arena);
    mem_free(t);
}

/* "the name of the folder of" a session file, or NULL for a typed line. */
static const char *folder_of(const char *file, struct arena *arena)
{
    const char *slash = file ? strrchr(file, '/') : NULL;

    if (!slash)
        return NULL;
    return arena_strndup(arena, file, (size_t)(slash - file));
}

/* The line that the command stands for. */
static int understand_instead(struct task *t, struct err *err)
{
    static const struct definitions none = { 0 };
    struct line line;

    if (lex_line(&line, t->context.instead, &none, &t->arena, err) ||
        call_parse(&t->call, &line, &t->arena, err)) {
        err->col = err->width = 0; /* not a place in what was typed */
        return -1;
    }
    t->context.command = t->call.command;
    return t->call.command->resolve ? t->call.command->resolve(&t->context, err) : 0;
}

static int understand(struct task *t, const struct line *line, struct err *err)
{
    struct session *s = t->session;

    if (call_parse(&t->call, line, &t->arena, err))
        return -1;
    const struct command *c = t->call.command;
    t->context = (struct context){
        .ws = workspace_ref(session_workspace(s)),
        .job = &t->job,
        .arena = &t->arena,
        .options = &s->options,
        .command = c,
        .args = &t->call.args,
        .base_dir = folder_of(t->file, &t->arena),
        .looks = s->looks,
        .ahead = s->ahead,
        .n_ahead = s->n_ahead,
        .selection = selection_ref(s->selection),
        .sets = row_sets_ref(s->sets),
        .input_digest = &t->input_digest,
        .gnuplot = s->gnuplot,
        .session = c->flags & COMMAND_SESSION ? s : NULL,
    };
    if ((c->flags & COMMAND_NEEDS_TABLE) && !workspace_need_table(t->context.ws, err))
        return -1;
    if (c->resolve && c->resolve(&t->context, err))
        return -1;
    return t->context.instead ? understand_instead(t, err) : 0;
}

static bool is_recorded(const struct task *t)
{
    return !(t->call.command->flags & COMMAND_VOLATILE) && !t->context.unrecorded;
}

/* Looking needs no journal; what is recorded does.  Undo and redo have a record of their own. */
static bool is_journalled(const struct task *t)
{
    return t->session->journal && is_recorded(t);
}

static int note_in_journal(struct task *t, struct err *err)
{
    struct str line;

    if (!is_journalled(t))
        return 0;
    str_init(&line);
    paths_print_full(&line, &t->context);
    int rc = journal_do(t->session->journal, line.buf, &t->journal_number, err);
    str_release(&line);
    return rc ? err_prefix(err, "nothing was done, since it could not be written down first (free "
                                "some space, or name another folder in XDG_STATE_HOME): ")
              : 0;
}

static void place_error(struct err *err, const char *file, size_t line_number)
{
    if (!err || err->file[0] || !file || !*file)
        return;
    snprintf(err->file, sizeof(err->file), "%s", file);
    err->line = line_number;
}

static void record_failure(struct session *s, const char *line, const struct err *why);

int session_begin(struct task **out, struct session *s, const char *line, const char *file,
                  size_t line_number, struct err *err)
{
    struct task *t = MEM_NEW(struct task, 1);
    struct line lexed;
    struct err why = { 0 };

    *out = NULL;
    t->session = s;
    arena_init(&t->arena);
    report_init(&t->report);
    str_init(&t->input_digest);
    job_init(&t->job);
    t->typed = mem_strdup(line);
    t->file = arena_strdup(&t->arena, file ? file : "");
    t->line_number = line_number;
    t->started = now(s);
    int rc = lex_line(&lexed, line, &s->options.definitions, &t->arena, &why);
    if (!rc && lexed.n == 0) {
        if (lexed.comment && file && *file)
            str_addf(&s->comments, "# %s\n", lexed.comment);
        task_free(t);
        return 0;
    }
    t->comment = lexed.comment;
    if (rc || understand(t, &lexed, &why) || note_in_journal(t, &why)) {
        record_failure(s, line, &why);
        place_error(&why, file, line_number);
        if (err)
            *err = why;
        task_free(t);
        return -1;
    }
    *out = t;
    return 0;
}

void task_run(struct task *t)
{
    if (t->context.session)
        return; /* waits for the session's own thread */
    if (t->session->options.dry_run && t->context.ws->source)
        return;
    t->rc = t->call.command->run(&t->report, &t->context, &t->err);
}

/* ---------------------------------------------------------------- finish */

static struct entry *append_entry(struct session *s, struct entry *e)
{
    if (s->comments.len)
        e->comments = str_take(&s->comments);
    history_append(s, e);
    return e;
}

static struct entry *set_aside(struct session *s, struct entry *e)
{
    entry_free(s->aside);
    s->aside = e;
    return e;
}

/* It stands in the history, unless that would end what can be redone: a slip takes nothing away. */
static void record_failure(struct session *s, const char *line, const struct err *why)
{
    struct entry *e = MEM_NEW(struct entry, 1);

    report_init(&e->report);
    e->line = mem_strdup(line);
    e->error = mem_strdup(why->msg);
    e->ws = workspace_ref(session_workspace(s));
    if (s->n_entries > s->n_done)
        set_aside(s, e);
    else
        append_entry(s, e);
}

/* What the session file will hold about the result: the table and what was reported, not the time. */
static struct digest result_digest(const struct entry *e, const struct workspace *ws)
{
    struct hasher h;
    const struct table *t = workspace_table(ws);

    hasher_init(&h);
    report_hash(&h, &e->report);
    if (e->changed && t) {
        struct digest d = table_digest(t);
        hasher_add_u64(&h, d.lo);
        hasher_add_u64(&h, d.hi);
    }
    if (e->input_digest)
        hasher_add_text(&h, e->input_digest);
    return hasher_finish(&h);
}

static void keep_elsewhere(struct entry *e, const struct context *ctx)
{
    struct str line;

    if (!paths_beside(ctx))
        return;
    str_init(&line);
    paths_print_full(&line, ctx);
    e->elsewhere = str_take(&line);
    e->folder = mem_strdup(ctx->base_dir);
    str_release(&line);
}

static struct entry *make_entry(struct task *t)
{
    struct entry *e = MEM_NEW(struct entry, 1);
    struct session *s = t->session;
    struct str line;

    str_init(&line);
    call_print(&line, t->call.command, &t->call.args);
    e->line = str_take(&line);
    keep_elsewhere(e, &t->context);
    str_release(&line);
    e->remark = t->comment ? mem_strdup(t->comment) : NULL;
    e->recorded = is_recorded(t);
    e->changed = t->context.next != NULL;
    e->ws = workspace_ref(e->changed ? t->context.next : session_workspace(s));
    e->trial = t->context.trial;
    t->context.trial = NULL;
    e->report = t->report;
    report_init(&t->report);
    e->input_digest = t->input_digest.len ? mem_strdup(t->input_digest.buf) : NULL;
    e->ms = (now(s) - t->started) * 1e3;
    if (e->recorded)
        e->digest = result_digest(e, e->ws);
    return e;
}

static int finish_failed(struct session *s, struct task *t, struct err *err)
{
    if (is_journalled(t))
        journal_done(s->journal, t->journal_number, false, t->err.msg, NULL);
    if (is_recorded(t))
        record_failure(s, t->typed, &t->err);
    place_error(&t->err, t->file, t->line_number);
    if (err)
        *err = t->err;
    task_free(t);
    return -1;
}

int session_finish(struct session *s, struct task *t, const struct entry **out, struct err *err)
{
    if (t->context.session)
        t->rc = t->call.command->run(&t->report, &t->context, &t->err);
    if (t->rc)
        return finish_failed(s, t, err);
    if (t->context.next && t->context.next->source != session_workspace(s)->source)
        set_selection(s, selection_empty()); /* another table: the facets were not meant for it */
    if (t->context.next_selection)
        set_selection(s, selection_ref(t->context.next_selection));
    struct entry *e = make_entry(t);
    if (e->report.sets) {
        row_sets_unref(s->sets);
        s->sets = row_sets_ref(e->report.sets);
    }
    if (t->context.looked)
        s->looks++;
    e->journal_number = t->journal_number;
    if (is_journalled(t)) {
        char hex[17];
        journal_done(s->journal, t->journal_number, true, digest_short(hex, e->digest), NULL);
    }
    e = e->recorded ? append_entry(s, e) : set_aside(s, e);
    session_queue_next(s, t->context.follow, t->context.n_follow, t->file, t->line_number);
    if (out)
        *out = e;
    task_free(t);
    return 0;
}

int session_do(struct session *s, const char *line, const char *file, size_t line_number,
               const struct entry **out, struct err *err)
{
    struct task *t;

    if (out)
        *out = NULL;
    if (session_begin(&t, s, line, file, line_number, err))
        return -1;
    if (!t)
        return 0;
    s->running = &t->job;
    task_run(t);
    s->running = NULL;
    return session_finish(s, t, out, err);
}
