/* view_history.c - every command of the session, its branches set in, and the way to any point. */
#include <stdio.h>
#include <string.h>

#include "view.h"
#include "widgets/find_text.h"

struct history {
    struct scroll scroll;
    size_t n_seen; /* entries when it was last settled: new ones pull the cursor along */
};

static void history_heading(struct str *out, const void *state, const struct desk *d)
{
    (void)state;
    str_addf(out, "history%s%s", d->session->path ? " · " : "",
             d->session->path ? d->session->path : "");
    if (session_unsaved(d->session))
        str_add(out, " · not saved");
}

/* The row of the command that the session stands on. */
static size_t row_here(const struct desk *d)
{
    const struct entry *here = session_last(d->session);

    for (size_t i = 0; i < d->n_history; i++)
        if (d->history[i].entry == here)
            return i;
    return 0;
}

static void history_settle(void *state, struct desk *d, int w, int h)
{
    struct history *s = state;

    (void)w;
    desk_take_history(d);
    if (d->n_history != s->n_seen) {
        s->n_seen = d->n_history;
        d->entry = row_here(d);
    }
    scroll_settle(&s->scroll, &d->entry, d->n_history, h > 0 ? (size_t)h : 0);
}

/* ---------------------------------------------------------------- drawing */

static void time_text(char buf[16], double ms)
{
    if (ms < 1)
        buf[0] = 0;
    else if (ms < 1000)
        snprintf(buf, 16, "%.0f ms", ms);
    else if (ms < 120e3)
        snprintf(buf, 16, "%.1f s", ms / 1e3);
    else
        snprintf(buf, 16, "%.0f min", ms / 60e3);
}

/* How far a branch is set in; deeper ones stand together, so that room is left for the command. */
#define DEEPEST 6

static int draw_gutter(struct grid *g, const struct history_row *row, int y)
{
    unsigned depth = row->depth < DEEPEST ? row->depth : DEEPEST;
    int x = 7;

    for (unsigned k = 1; k <= depth; k++, x += 2)
        grid_put(g, x, y, ST_FRAME, k == depth && row->first ? 0x251C : 0x2502);
    return x;
}

static void entry_text(struct str *out, const struct entry *e)
{
    if (e->branch)
        str_addf(out, "[%s] ", e->branch);
    str_add(out, e->line);
    if (e->error)
        str_addf(out, "   %s", e->error);
}

static void draw_row(const struct desk *d, struct grid *g, const struct history_row *row, int y)
{
    const struct entry *e = row->entry;
    bool undone = row->undone || row->depth;
    uint32_t sign = e->error ? 0x2717 : row->undone ? 0x21B6 : row->depth ? 0x25CB : 0x2713;
    enum style style = e->error ? ST_ERROR : undone ? ST_MUTED : ST_GOOD;
    bool found = d->search.len && find_text(e->line, d->search.buf);
    char time[16];
    struct str text;

    str_init(&text);
    entry_text(&text, e);
    time_text(time, e->ms);
    grid_printf(g, 0, y, 4, ST_MUTED, "%4zu", e->number);
    grid_put(g, 5, y, style, sign);
    int x = draw_gutter(g, row, y);
    grid_text_cut(g, x, y, g->w - 10 - x, found ? ST_MATCH : undone ? ST_MUTED : ST_TEXT, text.buf);
    grid_text_right(g, g->w - 9, y, 8, ST_MUTED, time);
    if (e == session_last(d->session))
        grid_put(g, 4, y, ST_FRAME_ON, 0x25B8);
    str_release(&text);
}

static void history_draw(const void *state, const struct desk *d, struct grid *g)
{
    const struct history *s = state;

    if (d->n_history == 0)
        grid_text_cut(g, 1, 0, g->w - 1, ST_MUTED, "No command yet.");
    for (int y = 0; y < g->h && s->scroll.top + (size_t)y < d->n_history; y++) {
        size_t i = s->scroll.top + (size_t)y;
        draw_row(d, g, &d->history[i], y);
        if (i == d->entry)
            grid_flag(g, 0, y, g->w - 1, GRID_REVERSE);
    }
    scroll_bar(g, g->w - 1, 0, &s->scroll, d->n_history);
}

/* ---------------------------------------------------------------- requests */

static void search(struct desk *d, int step)
{
    size_t n = d->n_history;

    for (size_t k = 1; k <= n && d->search.len; k++) {
        size_t i = (d->entry + (step > 0 ? k : n - k)) % n;
        if (find_text(d->history[i].entry->line, d->search.buf)) {
            d->entry = i;
            return;
        }
    }
    desk_say(d, "'%s' is in no command", d->search.buf);
}

static bool history_request(void *state, struct desk *d, enum request r)
{
    struct history *s = state;

    if (d->n_history == 0)
        return false;
    if (scroll_request(&s->scroll, &d->entry, d->n_history, r))
        return true;
    switch (r) {
    case REQ_SEARCH_NEXT:
    case REQ_SEARCH_PREVIOUS:
        search(d, r == REQ_SEARCH_NEXT ? 1 : -1);
        return true;
    case REQ_EDIT_STEP:
        desk_wish(d, WISH_EDIT, "%s", d->history[d->entry].entry->line);
        return true;
    default:
        return false;
    }
}

static void history_click(void *state, struct desk *d, int x, int y)
{
    const struct history *s = state;

    (void)x;
    if (s->scroll.top + (size_t)y < d->n_history)
        d->entry = s->scroll.top + (size_t)y;
}

static const struct binding history_keys[] = {
    { .keys = "Enter",
      .command = "goto {entry}",
      .help = "go to the point after this command, back, forth or to another branch",
      .hint = "go to this point" },
    { .keys = "U", .command = "undo to=0", .help = "take everything back" },
    { .keys = "b",
      .command = "branch at={entry} ",
      .help = "give the point after this command a name",
      .hint = "name",
      .edit = true },
    { .keys = "D",
      .command = "branch diff {here} {entry}",
      .help = "how the point after this command differs from where you are" },
    { .keys = "e",
      .request = REQ_EDIT_STEP,
      .help = "the command to the prompt, to be given again",
      .hint = "edit" },
    { .keys = "s",
      .command = "save session to=",
      .help = "write the session to a file",
      .hint = "save",
      .edit = true },
    { .keys = "a", .command = "note ", .help = "write a note into the session", .edit = true },
    { .keys = NULL },
};

const struct view view_history = {
    .name = "history",
    .title = "History",
    .help = "Every command: ✓ done, ✗ failed, ↶ taken back, ○ on another branch.",
    .keys = history_keys,
    .state_size = sizeof(struct history),
    .heading = history_heading,
    .settle = history_settle,
    .draw = history_draw,
    .request = history_request,
    .click = history_click,
};
