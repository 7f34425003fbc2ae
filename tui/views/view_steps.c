/* view_steps.c - the recipe: the source, then every step with what it did. */
#include <string.h>

#include "view.h"

struct steps {
    struct scroll scroll;
};

/* The list has the source, the steps, and between them the split where it was made. */
static size_t split_row(const struct desk *d)
{
    size_t at = desk_recipe(d)->split_at;

    return at == SIZE_MAX || !d->ws->split_text ? SIZE_MAX : at + 1;
}

static size_t n_rows(const struct desk *d)
{
    return d->ws->run ? desk_recipe(d)->n_steps + 1 + (split_row(d) != SIZE_MAX) : 0;
}

static size_t row_of_step(const struct desk *d, size_t step)
{
    return step >= split_row(d) ? step + 1 : step;
}

/* Of the split's own row: the step before it. */
static size_t step_of_row(const struct desk *d, size_t row)
{
    return row >= split_row(d) ? row - 1 : row;
}

static void steps_heading(struct str *out, const void *state, const struct desk *d)
{
    (void)state;
    str_add(out, "steps");
    if (d->ws->run && desk_recipe(d)->n_steps)
        str_addf(out, " · %zu", desk_recipe(d)->n_steps);
}

static void steps_settle(void *state, struct desk *d, int w, int h)
{
    struct steps *s = state;

    (void)w;
    size_t row = row_of_step(d, d->step);
    scroll_settle(&s->scroll, &row, n_rows(d), h > 0 ? (size_t)h : 0);
}

/* ---------------------------------------------------------------- drawing */

static void add_part(struct str *out, const char *sign, size_t n, const char *noun)
{
    if (n)
        str_addf(out, "%s%s%zu %s%s", out->len ? ", " : "", sign, n, noun, n == 1 ? "" : "s");
}

/* "11 cells", "-4 rows", "+3 columns": what a step did. */
static void effect_text(struct str *out, const struct diff *e)
{
    add_part(out, "", e->cells_changed, "cell");
    add_part(out, "-", e->rows_removed, "row");
    add_part(out, "+", e->columns_added, "column");
    add_part(out, "-", e->columns_dropped, "column");
    add_part(out, "", e->columns_renamed, "name");
    if (!out->len)
        str_add(out, "no change");
}

static void draw_source(const struct desk *d, struct grid *g, int y)
{
    const struct table *t = d->ws->run->tables[0];
    const char *path = d->ws->source->info.path, *slash = strrchr(path, '/');

    int x = 5 + grid_text_cut(g, 5, y, g->w - 6, ST_TEXT, slash ? slash + 1 : path);
    grid_printf(g, x + 2, y, g->w - 3 - x, ST_MUTED, "%zu rows × %zu", t->n_rows, t->n_cols);
}

/* The command's text, and against the right edge its effect. */
static void draw_step(const struct desk *d, struct grid *g, size_t i, int y)
{
    const struct step *step = desk_recipe(d)->steps[i];
    const struct diff *effect = i < d->n_effects ? d->effects[i] : NULL;
    struct str text;

    str_init(&text);
    grid_printf(g, 1, y, 3, ST_MUTED, "%2zu", i + 1);
    if (!step->on)
        str_add(&text, "off");
    else if (effect)
        effect_text(&text, effect);
    else
        str_add(&text, "…");
    int right = grid_width(text.buf), room = g->w - 1;
    right = right > room / 2 ? room / 2 : right;
    grid_text_cut(g, 5, y, room - right - 6, step->on ? ST_TEXT : ST_MUTED, step->text);
    grid_text_right(g, room - right, y, right, step->on ? ST_MUTED : ST_WARN, text.buf);
    str_release(&text);
}

static void draw_row(const struct desk *d, struct grid *g, size_t row, int y)
{
    size_t k = step_of_row(d, row);

    if (row == split_row(d)) {
        grid_fill(g, 1, y, g->w - 2, 1, ST_FRAME, 0x2500);
        grid_printf(g, 5, y, g->w - 8, ST_MUTED, " split %s ", d->ws->split_text);
        return;
    }
    if (k == 0)
        draw_source(d, g, y);
    else
        draw_step(d, g, k - 1, y);
    if (k == d->shown)
        grid_put(g, 4, y, ST_FRAME_ON, 0x25B8);
    if (k == d->step)
        grid_flag(g, 1, y, g->w - 2, GRID_REVERSE);
}

static void steps_draw(const void *state, const struct desk *d, struct grid *g)
{
    const struct steps *s = state;

    if (!d->ws->run) {
        grid_text_cut(g, 0, 0, g->w, ST_MUTED, "no recipe yet");
        return;
    }
    for (int y = 0; y < g->h && s->scroll.top + (size_t)y < n_rows(d); y++)
        draw_row(d, g, s->scroll.top + (size_t)y, y);
    scroll_bar(g, g->w - 1, 0, &s->scroll, n_rows(d));
}

/* ---------------------------------------------------------------- requests */

static void show_changes(struct desk *d)
{
    d->shown = d->step;
    d->jump = d->step > 0;
    desk_wish(d, WISH_SHOW, "sheet");
}

static void edit_step(struct desk *d)
{
    if (d->step == 0)
        desk_say(d, "the first line is the source; load another file with :load");
    else
        desk_wish(d, WISH_EDIT, "step %zu edit %s", d->step,
                  desk_recipe(d)->steps[d->step - 1]->text);
}

static void switch_step(struct desk *d)
{
    if (d->step > 0)
        desk_wish(d, WISH_SUBMIT, "step %zu %s", d->step,
                  desk_recipe(d)->steps[d->step - 1]->on ? "off" : "on");
}

static void move_step(struct desk *d, int by)
{
    size_t to = by < 0 ? d->step - 1 : d->step + 1;

    if (d->step == 0 || to == 0 || to > desk_recipe(d)->n_steps) {
        desk_say(d, "it cannot go further");
        return;
    }
    desk_wish(d, WISH_SUBMIT, "step %zu move to=%zu", d->step, to);
    d->step = to;
}

static bool steps_request(void *state, struct desk *d, enum request r)
{
    struct steps *s = state;
    size_t before = d->step;

    if (!d->ws->run)
        return false;
    size_t row = row_of_step(d, d->step);
    if (scroll_request(&s->scroll, &row, n_rows(d), r)) {
        /* The split is passed over. */
        bool down = row > row_of_step(d, before);
        if (row == split_row(d) && down && row + 1 < n_rows(d))
            row++;
        d->step = step_of_row(d, row);
        /* While the sheet shows changes it follows the cursor here. */
        if (d->shown != DESK_NOW && d->step != before)
            d->shown = d->step;
        return true;
    }
    switch (r) {
    case REQ_OPEN:
        show_changes(d);
        return true;
    case REQ_CLOSE:
        if (d->shown == DESK_NOW)
            return false;
        d->shown = DESK_NOW;
        return true;
    case REQ_EDIT_STEP:
        edit_step(d);
        return true;
    case REQ_SWITCH_STEP:
        switch_step(d);
        return true;
    case REQ_STEP_UP:
    case REQ_STEP_DOWN:
        move_step(d, r == REQ_STEP_UP ? -1 : 1);
        return true;
    default:
        return false;
    }
}

static void steps_click(void *state, struct desk *d, int x, int y)
{
    const struct steps *s = state;

    (void)x;
    if (s->scroll.top + (size_t)y < n_rows(d))
        d->step = step_of_row(d, s->scroll.top + (size_t)y);
}

static const struct binding steps_keys[] = {
    { .keys = "Enter",
      .request = REQ_OPEN,
      .help = "show in the sheet what the step changed",
      .hint = "its changes" },
    { .keys = "i",
      .command = "changes {step} show=1000",
      .help = "columns before and after, and every changed cell, as a report" },
    { .keys = "x", .request = REQ_SWITCH_STEP, .hint = "on/off" },
    { .keys = "e", .request = REQ_EDIT_STEP, .hint = "edit" },
    { .keys = "K", .request = REQ_STEP_UP, .hint = "up" },
    { .keys = "J", .request = REQ_STEP_DOWN, .hint = "down" },
    { .keys = "d Del",
      .command = "step {step} remove",
      .help = "remove the step",
      .hint = "remove" },
    { .keys = NULL },
};

const struct view view_steps = {
    .name = "steps",
    .title = "Steps",
    .help = "The recipe. Steps behind the split learn from training rows only.",
    .keys = steps_keys,
    .state_size = sizeof(struct steps),
    .heading = steps_heading,
    .settle = steps_settle,
    .draw = steps_draw,
    .request = steps_request,
    .click = steps_click,
};
