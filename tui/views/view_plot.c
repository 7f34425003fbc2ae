/* view_plot.c - the last plot, drawn anew for the pane's size. */
#include "view.h"

static void plot_heading(struct str *out, const void *state, const struct desk *d)
{
    (void)state;
    str_add(out, "plot");
    if (d->figure && d->figure->title)
        str_addf(out, " · %s", d->figure->title);
}

static void plot_settle(void *state, struct desk *d, int w, int h)
{
    (void)state;
    d->canvas = NULL;
    d->canvas_note = "";
    if (d->figure && w >= 20 && h >= 6)
        d->canvas = survey_plot(d->survey, d->figure, d->figure_id, w, h, &d->canvas_note);
}

static enum style style_of(int colour)
{
    if (colour == CANVAS_MUTED)
        return ST_MUTED;
    return colour < 0 ? ST_TEXT : (enum style)(ST_SERIES + colour % 8);
}

static void draw_canvas(const struct canvas *c, struct grid *g)
{
    for (size_t y = 0; y < c->height && (int)y < g->h; y++) {
        for (size_t x = 0; x < c->width && (int)x < g->w; x++) {
            const struct canvas_cell *cell = &c->cells[y * c->width + x];
            if (cell->text == CANVAS_TAIL)
                continue;
            if (cell->text)
                grid_put(g, (int)x, (int)y, style_of(cell->colour), cell->text);
            else if (cell->dots)
                grid_put(g, (int)x, (int)y, style_of(cell->colour), 0x2800u + cell->dots);
            if (cell->reverse)
                grid_flag(g, (int)x, (int)y, 1, GRID_REVERSE);
        }
    }
}

static void plot_draw(const void *state, const struct desk *d, struct grid *g)
{
    (void)state;
    if (!d->figure) {
        grid_text_cut(g, 1, 0, g->w - 1, ST_HEAD, "No plot yet.");
        grid_text_cut(g, 1, 2, g->w - 1, ST_TEXT, ":plot hist COLUMN   or . on a column");
        grid_text_cut(g, 1, 3, g->w - 1, ST_TEXT, ":help plots         lists the kinds");
    } else if (d->canvas) {
        draw_canvas(d->canvas, g);
    } else {
        grid_text_cut(g, 1, 0, g->w - 1, ST_MUTED,
                      g->w < 20 || g->h < 6 ? "too small for a plot" : "drawing …");
    }
}

static bool plot_request(void *state, struct desk *d, enum request r)
{
    (void)state;
    (void)d;
    (void)r;
    return false;
}

static const struct binding plot_keys[] = {
    { .keys = "p", .command = "plot ", .help = "another plot", .hint = "plot", .edit = true },
    { .keys = NULL },
};

const struct view view_plot = {
    .name = "plot",
    .title = "Plot",
    .help = "The last plot, in the size of the pane. to=FILE.svg behind it writes a picture.",
    .keys = plot_keys,
    .state_size = 1,
    .heading = plot_heading,
    .settle = plot_settle,
    .draw = plot_draw,
    .request = plot_request,
};
