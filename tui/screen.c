/* screen.c - layout and drawing of the whole screen. */
#include "screen.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define LEFT_MAX 46 /* columns and steps need no more */

void screen_init(struct screen *s)
{
    *s = (struct screen){ .focus = VIEW_sheet, .main = VIEW_sheet };
    for (size_t i = 0; i < VIEW_N; i++)
        s->states[i] = mem_new(1, view_table[i]->state_size);
    screen_resize(s, 80, 24);
}

void screen_release(struct screen *s)
{
    for (size_t i = 0; i < VIEW_N; i++) {
        if (view_table[i]->release)
            view_table[i]->release(s->states[i]);
        mem_free(s->states[i]);
    }
    grid_release(&s->grid);
}

void screen_resize(struct screen *s, int w, int h)
{
    if (s->grid.cells && w == s->w && h == s->h)
        return;
    if (s->grid.cells)
        grid_release(&s->grid);
    grid_init(&s->grid, w, h);
    s->w = s->grid.w;
    s->h = s->grid.h;
}

bool screen_is_wide(const struct screen *s)
{
    return s->w >= SCREEN_WIDE && s->h >= 12;
}

bool screen_is_too_small(const struct screen *s)
{
    return s->w < SCREEN_MIN_W || s->h < SCREEN_MIN_H;
}

/* ---------------------------------------------------------------- panes */

static bool is_left(enum view_id view)
{
    return view == VIEW_columns || view == VIEW_steps;
}

void screen_show(struct screen *s, enum view_id view)
{
    s->focus = view;
    if (!is_left(view))
        s->main = view;
}

void screen_next_pane(struct screen *s, int step)
{
    enum view_id order[3] = { s->main, VIEW_columns, VIEW_steps };

    for (int i = 0; i < 3; i++) {
        if (order[i] == s->focus) {
            screen_show(s, order[(i + (step > 0 ? 1 : 2)) % 3]);
            return;
        }
    }
}

const struct pane *screen_pane_at(const struct screen *s, int x, int y)
{
    for (int i = 0; i < s->n_panes; i++) {
        const struct pane *p = &s->panes[i];
        if (x >= p->x && x < p->x + p->w && y >= p->y && y < p->y + p->h)
            return p;
    }
    return NULL;
}

/* Lines at the bottom: status and keys, one line for both on a low screen. */
static int bottom_lines(const struct screen *s)
{
    return s->h >= 12 ? 2 : 1;
}

static void lay_out(struct screen *s, const struct desk *d)
{
    int y = 1, h = s->h - 1 - bottom_lines(s);

    s->n_panes = 0;
    if (!screen_is_wide(s)) {
        s->panes[s->n_panes++] = (struct pane){ s->focus, 0, y, s->w, h };
        return;
    }
    int left = s->w * 2 / 5;
    left = left > LEFT_MAX ? LEFT_MAX : left;
    /* The steps take what they need, up to half; the columns the rest. */
    int steps = (int)(desk_recipe(d)->n_steps < 100 ? desk_recipe(d)->n_steps : 100) + 5;
    steps = steps < 6 ? 6 : steps;
    steps = steps > h / 2 ? h / 2 : steps;
    s->panes[s->n_panes++] = (struct pane){ s->main, left, y, s->w - left, h };
    s->panes[s->n_panes++] = (struct pane){ VIEW_columns, 0, y, left, h - steps };
    s->panes[s->n_panes++] = (struct pane){ VIEW_steps, 0, y + h - steps, left, steps };
}

void screen_settle(struct screen *s, struct desk *d)
{
    if (screen_is_too_small(s))
        return; /* the views keep their state until there is room again */
    lay_out(s, d);
    for (int i = 0; i < s->n_panes; i++) {
        const struct pane *p = &s->panes[i];
        view_table[p->view]->settle(s->states[p->view], d, p->w - 4, p->h - 2);
    }
}

static void draw_pane(struct screen *s, const struct desk *d, const struct pane *p)
{
    const struct view *v = view_table[p->view];
    struct grid frame = grid_part(&s->grid, p->x, p->y, p->w, p->h);
    struct grid inner = grid_part(&frame, 2, 1, p->w - 4, p->h - 2);
    bool on = p->view == s->focus;
    struct str heading;

    str_init(&heading);
    if (v->heading)
        v->heading(&heading, s->states[p->view], d);
    else
        str_add(&heading, v->name);
    grid_frame(&frame, on ? ST_FRAME_ON : ST_FRAME, on ? ST_TITLE_ON : ST_TITLE, heading.buf);
    str_release(&heading);
    v->draw(s->states[p->view], d, &inner);
}

/* ---------------------------------------------------------------- first line */

static void shape_text(struct str *out, const struct desk *d)
{
    const struct recipe_run *run = d->ws->run;

    if (!run)
        return;
    const struct table *from = run->tables[0], *to = recipe_run_result(run);
    str_addf(out, "%zu × %zu", from->n_rows, from->n_cols);
    if (to->n_rows != from->n_rows)
        str_addf(out, " → %zu × %zu", to->n_rows, to->n_cols);
    else if (to->n_cols != from->n_cols)
        str_addf(out, " → %zu", to->n_cols);
}

static void file_text(struct str *out, const struct desk *d)
{
    const char *path = d->ws->source ? d->ws->source->info.path : "";
    const char *slash = strrchr(path, '/');

    str_add(out, slash ? slash + 1 : path);
}

static int n_tabs(void)
{
    int n = 0;

    for (size_t i = 0; i < VIEW_N; i++)
        n += !view_table[i]->no_tab;
    return n;
}

static bool has_tab(const struct screen *s, size_t view)
{
    return !view_table[view]->no_tab || view == s->focus;
}

/* Tabs with their keys; without them when there is less room; the current one alone when there
 * is little. Returns where they begin. */
static int draw_tabs(struct screen *s, int left)
{
    for (int numbers = 1; numbers >= 0; numbers--) {
        int width = 0;
        for (size_t i = 0; i < VIEW_N; i++)
            width += !has_tab(s, i) ? 0 : (int)strlen(view_table[i]->title) + 1 + 2 * numbers;
        int x = s->w - width - 1;
        if (x < left)
            continue;
        int begin = x;
        for (size_t i = 0; i < VIEW_N; i++) {
            if (!has_tab(s, i))
                continue;
            enum style style = i == s->focus ? ST_TAB_ON : ST_TAB;
            if (numbers)
                x += grid_printf(&s->grid, x, 0, 3, ST_MUTED, "%zu ", i + 1);
            x += grid_text(&s->grid, x, 0, 20, style, view_table[i]->title) + 1;
        }
        return begin;
    }
    int x = s->w - (int)strlen(view_table[s->focus]->title) - 7;
    if (!view_table[s->focus]->no_tab)
        grid_printf(&s->grid, x, 0, 5, ST_MUTED, "%d/%d", s->focus + 1, n_tabs());
    grid_text(&s->grid, x + 4, 0, 12, ST_TAB_ON, view_table[s->focus]->title);
    return x;
}

static void draw_bar(struct screen *s, const struct desk *d)
{
    struct str file, shape;

    str_init(&file);
    str_init(&shape);
    file_text(&file, d);
    shape_text(&shape, d);
    /* The tabs come first; the shape is also in the sheet's heading. */
    int need = 7 + grid_width(file.buf) + 3;
    int end = draw_tabs(s, need < 27 ? need : 27);
    int x = 1 + grid_text(&s->grid, 1, 0, 6, ST_BAR, "assay");
    if (file.len && end - x > 10)
        x += 2 + grid_text_cut(&s->grid, x + 2, 0, end - x - 4, ST_TEXT, file.buf);
    if (shape.len && end - x - 3 >= grid_width(shape.buf))
        grid_text(&s->grid, x + 2, 0, end - x - 3, ST_MUTED, shape.buf);
    str_release(&file);
    str_release(&shape);
}

/* ---------------------------------------------------------------- the lines at the bottom */

static const char *next_for_table(const struct desk *d)
{
    const struct table *t = recipe_run_result(d->ws->run);

    for (size_t j = 0; j < t->n_cols; j++)
        if (table_at(t, j)->n_missing)
            return "i on a column fills its missing cells (impute), or drop missing";
    return NULL;
}

void screen_suggest(struct str *out, const struct desk *d)
{
    const struct workspace *ws = d->ws;
    const struct named_model *last = ws->n_models ? &ws->models[ws->n_models - 1] : NULL;
    const char *fill = ws->run ? next_for_table(d) : NULL;

    if (!ws->source)
        str_add(out, "next: load FILE");
    else if (!workspace_target(ws))
        str_add(out, "next: target COLUMN says what to predict");
    else if (fill && !last)
        str_addf(out, "next: %s", fill);
    else if (!ws->split && !last)
        str_add(out, "next: split test=0.25 puts rows aside for the last test");
    else if (!last)
        str_add(out, "next: train baseline, then a real learner");
    else if (!last->validated)
        str_addf(out, "next: validate %s", last->name);
    else if (ws->n_models > 1 && !last->tested)
        str_addf(out, "next: compare %s %s", ws->models[0].name, last->name);
    else if (session_unsaved(d->session))
        str_add(out, "next: save session to=FILE.assay");
}

/* "0:04", "1:02:03" */
static void clock_text(struct str *out, double seconds)
{
    long s = seconds > 0 ? (long)(seconds + 0.5) : 0;

    if (s >= 3600)
        str_addf(out, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        str_addf(out, "%ld:%02ld", s / 60, s % 60);
}

/* " · 57: loss 0.2314, put aside 0.2501" */
static void loss_text(struct str *out, const struct status *st)
{
    char training[TEXT_REAL_SIZE], held[TEXT_REAL_SIZE];

    if (!st->iteration)
        return;
    str_addf(out, " · %zu: loss %s", st->iteration, text_real_short(training, st->training, 4));
    if (!isnan(st->validation))
        str_addf(out, ", put aside %s", text_real_short(held, st->validation, 4));
}

static void draw_progress(struct screen *s, const struct status *st, int y, int room)
{
    int bar = s->w >= 70 ? 16 : 8;
    struct str text;

    str_init(&text);
    str_addf(&text, "%s%s%s", st->running, *st->phase ? " · " : "", st->phase);
    loss_text(&text, st);
    int right = bar + 22;
    int x = 1 + grid_text_cut(&s->grid, 1, y, room - right > 10 ? room - right : 10, ST_PROGRESS,
                              text.buf);
    str_clear(&text);
    x += 2;
    if (st->fraction >= 0) {
        int full = (int)(st->fraction * bar + 0.5);
        grid_fill(&s->grid, x, y, bar, 1, ST_MUTED, 0x2591);
        grid_fill(&s->grid, x, y, full < bar ? full : bar, 1, ST_PROGRESS, 0x2588);
        x += bar + 1;
        str_addf(&text, "%3.0f %%  ", st->fraction * 100);
    }
    clock_text(&text, st->left_s >= 0 ? st->left_s : st->elapsed_s);
    str_add(&text, st->left_s >= 0 ? " left" : "");
    if (st->n_waiting)
        str_addf(&text, "  %zu to come", st->n_waiting);
    grid_text_cut(&s->grid, x, y, room - x, ST_MUTED, text.buf);
    str_release(&text);
}

/* A mark that the data are not what was expected; returns the room that is left. */
static int draw_unmet(struct screen *s, const struct desk *d, int room, int y)
{
    struct str text;

    str_init(&text);
    str_addf(&text, "✗ %zu unmet (E)", d->n_unmet);
    int width = grid_width(text.buf);
    grid_text_right(&s->grid, room - width, y, width, ST_ERROR, text.buf);
    str_release(&text);
    return room - width - 2;
}

static void draw_status(struct screen *s, const struct desk *d, const struct status *st, int y)
{
    const char *right = st->running ? "^C cancel" : "? keys";
    int right_w = (int)strlen(right) + 2, room = s->w - right_w;
    struct str next;

    if (*st->keys) {
        grid_text_right(&s->grid, s->w - 9, y, 8, ST_KEY, st->keys);
        room = s->w - 10;
    } else {
        grid_text(&s->grid, s->w - right_w + 1, y, right_w, ST_MUTED, right);
    }
    if (d->n_unmet && !*st->keys && s->w >= 40)
        room = draw_unmet(s, d, room, y);
    str_init(&next);
    if (st->running) {
        draw_progress(s, st, y, room);
    } else if (*st->hint) {
        grid_text_cut(&s->grid, 1, y, room - 1, ST_MUTED, st->hint);
    } else if (*st->message) {
        grid_text_cut(&s->grid, 1, y, room - 1, st->style, st->message);
    } else {
        screen_suggest(&next, d);
        grid_text_cut(&s->grid, 1, y, room - 1, ST_MUTED, next.buf);
    }
    str_release(&next);
}

static int draw_hint(struct screen *s, const struct binding *b, int x, int y)
{
    struct str key;

    str_init(&key);
    keymap_first_key(&key, b);
    int width = grid_width(key.buf) + 1 + grid_width(b->hint) + 2;
    if (x + width <= s->w + 1) {
        grid_text(&s->grid, x, y, s->w - x, ST_KEY, key.buf);
        grid_text(&s->grid, x + grid_width(key.buf) + 1, y, s->w - x, ST_MUTED, b->hint);
        x += width;
    }
    str_release(&key);
    return x;
}

void screen_draw_hints(struct screen *s, int y)
{
    const struct binding *tables[2] = { view_table[s->focus]->keys, keymap_general };
    int x = 1;

    for (int t = 0; t < 2; t++)
        for (const struct binding *b = tables[t]; b && b->keys; b++)
            if (b->hint)
                x = draw_hint(s, b, x, y);
}

/* An error or a question, over the lower edge of the panes. */
static void draw_panel(struct screen *s, const char *text, int bottom)
{
    int n = 1;

    for (const char *at = text; *at; at++)
        n += *at == '\n';
    n = n < bottom - 1 ? n : bottom - 1;
    int y = bottom - n;
    grid_fill(&s->grid, 0, y - 1, s->w, 1, ST_ERROR, 0x2500);
    for (const char *at = text; n > 0; n--, y++) {
        size_t len = strcspn(at, "\n");
        char *line = mem_strndup(at, len);
        grid_fill(&s->grid, 0, y, s->w, 1, ST_TEXT, ' ');
        grid_text_cut(&s->grid, 1, y, s->w - 2, ST_TEXT, line);
        mem_free(line);
        at += at[len] ? len + 1 : len;
    }
}

static void draw_too_small(struct screen *s)
{
    grid_text_cut(&s->grid, 0, s->h / 2, s->w, ST_TEXT, "too small");
    if (s->h > 2)
        grid_printf(&s->grid, 0, s->h / 2 + 1, s->w, ST_MUTED, "%d × %d, needs %d × %d", s->w, s->h,
                    SCREEN_MIN_W, SCREEN_MIN_H);
}

void screen_draw(struct screen *s, const struct desk *d, const struct status *status)
{
    grid_clear(&s->grid);
    if (screen_is_too_small(s)) {
        draw_too_small(s);
        return;
    }
    draw_bar(s, d);
    for (int i = 0; i < s->n_panes; i++)
        draw_pane(s, d, &s->panes[i]);
    int y = s->h - bottom_lines(s);
    draw_status(s, d, status, y);
    if (bottom_lines(s) == 2)
        screen_draw_hints(s, s->h - 1);
    if (*status->panel)
        draw_panel(s, status->panel, y);
}
