/* view_history.c - every command of the session, and the way back to any point of it. */
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

static void history_settle(void *state, struct desk *d, int w, int h)
{
    struct history *s = state;
    size_t n = d->session->n_entries;

    (void)w;
    if (n != s->n_seen) {
        s->n_seen = n;
        d->entry = d->session->n_done ? d->session->n_done - 1 : 0;
    }
    scroll_settle(&s->scroll, &d->entry, n, h > 0 ? (size_t)h : 0);
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

static void draw_entry(const struct desk *d, struct grid *g, const struct entry *e, int y,
                       bool undone)
{
    uint32_t sign = e->error ? 0x2717 : undone ? 0x21B6 : 0x2713;
    enum style style = e->error ? ST_ERROR : undone ? ST_MUTED : ST_GOOD;
    bool found = d->search.len && find_text(e->line, d->search.buf);
    char time[16];
    struct str text;

    str_init(&text);
    str_add(&text, e->line);
    if (e->error)
        str_addf(&text, "   %s", e->error);
    time_text(time, e->ms);
    grid_printf(g, 0, y, 4, ST_MUTED, "%4zu", e->number);
    grid_put(g, 5, y, style, sign);
    grid_text_cut(g, 7, y, g->w - 17, found ? ST_MATCH : undone ? ST_MUTED : ST_TEXT, text.buf);
    grid_text_right(g, g->w - 9, y, 8, ST_MUTED, time);
    str_release(&text);
}

static void history_draw(const void *state, const struct desk *d, struct grid *g)
{
    const struct history *s = state;
    const struct session *session = d->session;

    if (session->n_entries == 0)
        grid_text_cut(g, 1, 0, g->w - 1, ST_MUTED, "No command yet.");
    for (int y = 0; y < g->h && s->scroll.top + (size_t)y < session->n_entries; y++) {
        size_t i = s->scroll.top + (size_t)y;
        draw_entry(d, g, session->entries[i], y, i >= session->n_done);
        if (i == d->entry)
            grid_flag(g, 0, y, g->w - 1, GRID_REVERSE);
    }
    scroll_bar(g, g->w - 1, 0, &s->scroll, session->n_entries);
}

/* ---------------------------------------------------------------- requests */

static void search(struct desk *d, int step)
{
    size_t n = d->session->n_entries;

    for (size_t k = 1; k <= n && d->search.len; k++) {
        size_t i = (d->entry + (step > 0 ? k : n - k)) % n;
        if (find_text(d->session->entries[i]->line, d->search.buf)) {
            d->entry = i;
            return;
        }
    }
    desk_say(d, "'%s' is in no command", d->search.buf);
}

static bool history_request(void *state, struct desk *d, enum request r)
{
    struct history *s = state;

    if (d->session->n_entries == 0)
        return false;
    if (scroll_request(&s->scroll, &d->entry, d->session->n_entries, r))
        return true;
    switch (r) {
    case REQ_SEARCH_NEXT:
    case REQ_SEARCH_PREVIOUS:
        search(d, r == REQ_SEARCH_NEXT ? 1 : -1);
        return true;
    case REQ_EDIT_STEP:
        desk_wish(d, WISH_EDIT, "%s", d->session->entries[d->entry]->line);
        return true;
    default:
        return false;
    }
}

static void history_click(void *state, struct desk *d, int x, int y)
{
    const struct history *s = state;

    (void)x;
    if (s->scroll.top + (size_t)y < d->session->n_entries)
        d->entry = s->scroll.top + (size_t)y;
}

static const struct binding history_keys[] = {
    { .keys = "Enter",
      .command = "undo to={entry}",
      .help = "go to the point after this command, back or forth",
      .hint = "go to this point" },
    { .keys = "U", .command = "undo to=0", .help = "take everything back" },
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
    .help = "Every command: ✓ done, ✗ failed, ↶ taken back until another command is given.",
    .keys = history_keys,
    .state_size = sizeof(struct history),
    .heading = history_heading,
    .settle = history_settle,
    .draw = history_draw,
    .request = history_request,
    .click = history_click,
};
