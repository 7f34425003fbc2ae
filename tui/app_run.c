/* app_run.c - from a line to a task, to the worker, and back to the screen. */
#include <stdlib.h>
#include <string.h>

#include "app_state.h"
#include "base/mem.h"
#include "base/text.h"
#include "command.h"
#include "key.h"
#include "platform.h"
#include "prompt.h"
#include "replay.h"
#include "term.h"

bool app_is_busy(const struct app *a)
{
    return worker_task(a->worker) != NULL;
}

/* ---------------------------------------------------------------- in */

/* Habits of vi at the prompt. */
static const char *vi_habit(const char *line)
{
    if (strcmp(line, "q!") == 0)
        return "quit discard=yes";
    return strcmp(line, "w") == 0 ? "save session" : line;
}

void app_submit(struct app *a, const char *text)
{
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, "\n");
        char *line = mem_strndup(at, len);
        if (*line)
            session_queue_line(a->session, vi_habit(line), "", 0);
        mem_free(line);
        at += at[len] ? len + 1 : len;
    }
    app_pump(a);
}

void app_cancel(struct app *a)
{
    struct task *t = worker_task(a->worker);

    session_queue_clear(a->session);
    if (t) {
        job_cancel(&t->job);
        app_say(a, ST_WARN, "cancelling …");
    } else {
        app_say(a, ST_TEXT, "nothing runs; q leaves");
    }
}

/* ---------------------------------------------------------------- what went wrong */

/* The line, a caret under the offending part, and what is wrong with it. */
static void show_error(struct app *a, const char *line, const struct err *why)
{
    str_clear(&a->panel);
    if (why->code == ERR_CANCELLED) {
        app_say(a, ST_WARN, "cancelled: %s", line);
        return;
    }
    bool from_file = why->file[0] != 0;
    if (!from_file)
        str_addf(&a->panel, "%s\n", line);
    if (why->col > 0 && why->col <= strlen(line) + 1 && !from_file) {
        str_add_repeat(&a->panel, " ", (size_t)text_width(line, why->col - 1));
        str_add_repeat(&a->panel, "^", why->width ? why->width : 1);
        str_add_char(&a->panel, '\n');
    }
    if (from_file) {
        str_addf(&a->panel, "%s:%zu:", why->file, why->line);
        if (why->col)
            str_addf(&a->panel, "%zu:", why->col);
        str_add_char(&a->panel, ' ');
    }
    str_add(&a->panel, why->msg);
    if (a->difference.len) /* which may well be the reason */
        str_addf(&a->panel, "\n%s", a->difference.buf);
    str_clear(&a->difference);
    app_say(a, ST_ERROR, "error");
}

/* ---------------------------------------------------------------- what came out */

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* Which says nothing by itself. */
static bool is_table_head(const char *text, size_t len)
{
    return text[len] && memmem(text, len, "  ", 2);
}

static void say_result(struct app *a, const struct entry *e)
{
    const char *text = e->report.text.buf;
    size_t len = strcspn(text, "\n");

    if (e->report.brief.len)
        app_say(a, ST_GOOD, "%.*s", 500, e->report.brief.buf);
    else if (len && !is_table_head(text, len) && !e->report.has_canvas)
        app_say(a, ST_GOOD, "%.*s%s", (int)(len < 500 ? len : 500), text,
                text[len] && text[len + 1] ? " …" : "");
    else if (e->ms >= 1)
        app_say(a, ST_GOOD, "%s · %.0f ms", e->line, e->ms);
    else
        app_say(a, ST_GOOD, "%s", e->line);
}

/* The rows that facets leave are in the sheet; one that only counts is looked at itself. */
static enum view_id view_for_facets(const struct app *a)
{
    const struct selection *s = a->session->selection;

    if (a->screen.focus == VIEW_facet)
        return VIEW_facet;
    return s->n && !selection_restricts(s) && a->screen.focus != VIEW_sheet ? VIEW_facet
                                                                            : VIEW_sheet;
}

/* Where the result is best seen. */
static enum view_id view_for(const struct app *a, const struct command *c, const struct entry *e)
{
    static const char *const on_models[] = { "train", "validate", "test", NULL };
    static const char *const stay[] = { "target", "role", "split", "note",   "set", "undo",
                                        "redo",   "save", "step",  "export", NULL };
    const char *name = command_name(c);

    if (e->report.has_canvas)
        return VIEW_plot;
    if (strcmp(name, "facet") == 0)
        return view_for_facets(a);
    if (strcmp(name, "clusters") == 0)
        return VIEW_clusters;
    if (strcmp(name, "load") == 0 || c->step)
        return VIEW_sheet;
    for (size_t i = 0; on_models[i]; i++)
        if (strcmp(on_models[i], name) == 0)
            return VIEW_models;
    for (size_t i = 0; stay[i]; i++)
        if (strcmp(stay[i], name) == 0)
            return a->screen.focus;
    if (strcmp(name, "help") == 0)
        return VIEW_manual;
    return count_lines(e->report.text.buf) > 1 ? VIEW_report : a->screen.focus;
}

/* A new step: the sheet shows what it changed. */
static void show_step(struct app *a, const struct command *c)
{
    size_t n = desk_recipe(&a->desk)->n_steps;

    if (!c->step || n == 0)
        return;
    a->desk.step = n;
    a->desk.shown = n;
    a->desk.jump = true;
}

static void show_manual(struct app *a, const struct entry *e)
{
    const char *topic = strchr(e->line, ' ');

    desk_open_manual(&a->desk, topic ? topic + 1 : NULL, NULL);
}

/* ---------------------------------------------------------------- what was recorded */

/* The first line of a session file that gives something else than it did is remembered ... */
static void note_difference(struct app *a, const struct entry *e)
{
    enum replay_verdict verdict = replay_compare(e, a->running.recorded);

    if (verdict != REPLAY_SAME && !a->difference.len)
        str_addf(&a->difference, "line %zu differs from what was recorded: %s",
                 a->running.line_number, replay_reason(verdict));
}

/* ... and told when the last one has run, so that no other message covers it. */
static void tell_difference(struct app *a)
{
    if (!a->difference.len)
        return;
    app_say(a, ST_WARN, "%s", a->difference.buf);
    str_clear(&a->difference);
}

/* What the line at the prompt would do, unless it was edited meanwhile. */
static bool show_preview(struct app *a, const struct entry *e)
{
    size_t verb = strlen("preview ");
    const char *typed = a->running.text;

    if (!e->trial || !prompt_is_open() || strlen(typed) < verb ||
        strcmp(typed + verb, prompt_text()) != 0)
        return false;
    desk_try(&a->desk, e->trial, prompt_text());
    desk_refresh(&a->desk);
    a->desk.jump = true;
    say_result(a, e);
    if (!(screen_is_wide(&a->screen) && a->screen.main == VIEW_sheet))
        app_show_view(a, VIEW_sheet);
    return true;
}

static void publish(struct app *a, const struct command *c, const struct entry *e)
{
    desk_refresh(&a->desk);
    if (show_preview(a, e))
        return;
    if (strcmp(command_name(c), "help") == 0)
        show_manual(a, e);
    else if (strcmp(command_name(c), "facet") == 0)
        a->desk.shown = DESK_NOW; /* the sheet has it; the report whose line it was stays */
    else if (e->report.text.len && !e->report.has_canvas)
        desk_take_report(&a->desk, e);
    say_result(a, e);
    if (a->session->n_queue > a->session->queue_at)
        return; /* only the last of several commands moves the person's view */
    show_step(a, c);
    enum view_id view = view_for(a, c, e);
    /* In two panes a step is watched from the left one without losing the keys there. */
    bool stays = screen_is_wide(&a->screen) && view == VIEW_sheet && a->screen.main == VIEW_sheet;
    if (!stays && view != a->screen.focus)
        app_show_view(a, view);
}

static void finish(struct app *a, struct task *t)
{
    const struct command *c = t->call.command;
    char *line = mem_strdup(t->typed);
    const struct entry *e = NULL;
    struct err why = { 0 };
    bool slow = platform_clock() - a->started > 10;

    desk_show_early(&a->desk, NULL);
    if (session_finish(a->session, t, &e, &why)) {
        session_queue_clear(a->session);
        desk_refresh(&a->desk);
        show_error(a, line, &why);
    } else {
        note_difference(a, e);
        publish(a, c, e);
    }
    if (slow)
        term_bell(); /* whoever went for coffee is told */
    if (a->session->quit) {
        bool discard = strstr(line, "discard=y") != NULL;
        a->session->quit = false;
        if (discard)
            a->leave = true;
        else
            app_ask_to_leave(a);
    }
    mem_free(line);
    a->dirty = true;
}

void app_look_early(struct app *a)
{
    struct task *t = worker_task(a->worker);
    const struct workspace *early = t ? atomic_exchange(&t->early, NULL) : NULL;

    if (early)
        desk_show_early(&a->desk, early);
}

void app_take_result(struct app *a)
{
    struct task *t = worker_take(a->worker);

    if (t)
        finish(a, t);
    app_pump(a);
}

/* ---------------------------------------------------------------- one after the other */

/* Takes over what `q` holds. */
static void start(struct app *a, const struct queued *q)
{
    struct task *t = NULL;
    struct err why = { 0 };

    queued_release(&a->running);
    a->running = *q;
    if (session_begin(&t, a->session, q->text, q->file, q->line_number, &why)) {
        session_queue_clear(a->session);
        desk_refresh(&a->desk);
        show_error(a, q->text, &why);
        return;
    }
    if (!t)
        return;
    a->started = platform_clock();
    t->context.early = &t->early;
    if (t->context.session) {
        task_run(t);
        finish(a, t); /* acts on the session itself: at once, on this thread */
    } else {
        worker_start(a->worker, t);
    }
}

void app_pump(struct app *a)
{
    struct queued q;

    /* Commands that end at once are taken a few at a time, so that keys are looked at in
     * between. */
    for (int k = 0; k < 8 && !app_is_busy(a) && !a->leave && session_next(a->session, &q); k++)
        start(a, &q);
    if (!app_is_busy(a) && a->session->queue_at >= a->session->n_queue)
        tell_difference(a);
    a->dirty = true;
}
