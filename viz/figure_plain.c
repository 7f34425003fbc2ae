/* figure_plain.c - a figure in characters without gnuplot: what one sees where it is absent. */
#include "canvas.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "scale.h"

#define MIN_WIDTH  16
#define MIN_HEIGHT 8
#define LABEL_SIZE 40

/* Where everything stands, in cells.  The axes take the column left of the plot and the row below.
 * */
struct layout {
    struct canvas *c;
    const struct figure *f;
    struct scale x, y;
    long left, top, width, height; /* of the plot itself */
};

/* ---- words ---- */

/* At most `width` columns of a text, an ellipsis where it was cut; returns the columns it takes. */
static long put_within(struct canvas *c, long col, long row, const char *text, long width,
                       int colour)
{
    size_t taken, len = strlen(text);

    if (width < 1)
        return 0;
    if (text_width(text, len) <= (size_t)width) {
        canvas_text(c, col, row, text, colour);
        return (long)text_width(text, len);
    }
    char *cut = mem_strndup(text, text_prefix(text, len, (size_t)width - 1, &taken));
    canvas_text(c, col, row, cut, colour);
    canvas_text(c, col + (long)taken, row, "…", colour);
    mem_free(cut);
    return width;
}

/* Centred on a column, kept within [from, from + width). */
static void put_centred(struct canvas *c, long centre, long row, const char *text, long from,
                        long width, int colour)
{
    long columns = (long)text_width(text, strlen(text));
    columns = columns < width ? columns : width;

    long col = centre - columns / 2;
    col = col + columns > from + width ? from + width - columns : col;
    put_within(c, col < from ? from : col, row, text, width, colour);
}

/* The label of a tick: a number or a category. */
static const char *tick_text(char buf[LABEL_SIZE], const struct axis *a, const struct scale *s,
                             size_t i)
{
    return a->categories ? a->categories[i] : scale_label(buf, LABEL_SIZE, s, i);
}

static long widest_tick(const struct axis *a, const struct scale *s)
{
    char buf[LABEL_SIZE];
    size_t widest = 1;

    for (size_t i = 0; i < s->n_ticks; i++) {
        const char *text = tick_text(buf, a, s, i);
        const size_t width = text_width(text, strlen(text));
        widest = width > widest ? width : widest;
    }
    return (long)widest;
}

/* ---- from data to dots ---- */

static long dot_x(const struct layout *l, double v)
{
    return l->left * 2 + lround(scale_at(&l->x, v) * (double)(l->width * 2 - 1));
}

static long dot_y(const struct layout *l, double v)
{
    return l->top * 4 + lround((1 - scale_at(&l->y, v)) * (double)(l->height * 4 - 1));
}

/* Inside the ranges of both axes. */
static bool has_place(const struct layout *l, double x, double y)
{
    const double at_x = scale_at(&l->x, x), at_y = scale_at(&l->y, y);
    return at_x >= -1e-9 && at_x <= 1 + 1e-9 && at_y >= -1e-9 && at_y <= 1 + 1e-9;
}

static double within(const struct scale *s, double v)
{
    const double low = fmin(s->low, s->high), high = fmax(s->low, s->high);
    return fmin(fmax(v, low), high);
}

/* ---- series ---- */

struct dash {
    unsigned on, off;
};

/* The n-th line differs in more than colour. */
static struct dash dash_of(const struct figure *f, size_t i)
{
    static const struct dash dashes[] = { { 1, 0 }, { 4, 2 }, { 2, 2 }, { 6, 2 } };
    const int colour = figure_colour(f, i);

    return colour == CANVAS_MUTED ? (struct dash){ 1, 3 } : dashes[(size_t)colour % 4];
}

static void draw_line(struct layout *l, const struct series *s, int colour, struct dash dash)
{
    unsigned phase = 0;

    for (size_t i = 1; i < s->n; i++) {
        if (!has_place(l, s->x[i - 1], s->y[i - 1]) || !has_place(l, s->x[i], s->y[i]))
            continue;
        const long x0 = dot_x(l, s->x[i - 1]), y0 = dot_y(l, s->y[i - 1]);
        const long x1 = dot_x(l, s->x[i]), y1 = dot_y(l, s->y[i]);
        if (s->kind == SERIES_STEPS) {
            canvas_dash(l->c, x0, y0, x1, y0, colour, dash.on, dash.off, &phase);
            canvas_dash(l->c, x1, y0, x1, y1, colour, dash.on, dash.off, &phase);
        } else {
            canvas_dash(l->c, x0, y0, x1, y1, colour, dash.on, dash.off, &phase);
        }
    }
}

/* A line of one point, and points. */
static void draw_points(struct layout *l, const struct series *s, int colour, const char *mark)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!has_place(l, s->x[i], s->y[i]))
            continue;
        const long x = dot_x(l, s->x[i]), y = dot_y(l, s->y[i]);
        if (mark)
            canvas_text(l->c, x / 2, y / 4, mark, colour);
        else
            canvas_dot(l->c, x, y, colour);
    }
}

static void draw_bars(struct layout *l, const struct series *s, int colour)
{
    const double floor = within(&l->y, 0);

    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(s->x[i]) || !isfinite(s->x2[i]) || !isfinite(s->y[i]) || s->y[i] == 0)
            continue;
        const long x0 = dot_x(l, within(&l->x, s->x[i])), x1 = dot_x(l, within(&l->x, s->x2[i]));
        const long y0 = dot_y(l, floor), y1 = dot_y(l, within(&l->y, s->y[i]));
        /* The next bar begins at x1: one dot is left free where there is room. */
        canvas_fill(l->c, x0, y0, x1 - x0 >= 4 ? x1 - 2 : x1 > x0 ? x1 - 1 : x1, y1, 100, colour);
    }
}

/* Several histograms: fills would hide each other. */
static void draw_outline(struct layout *l, const struct series *s, int colour, struct dash dash)
{
    double *x = MEM_NEW(double, 4 * s->n), *y = MEM_NEW(double, 4 * s->n);
    const struct series outline = {
        .kind = SERIES_LINE, .n = figure_outline(x, y, s), .x = x, .y = y
    };

    draw_line(l, &outline, colour, dash);
    mem_free(x);
    mem_free(y);
}

static void draw_band(struct layout *l, const struct series *s, int colour)
{
    for (size_t i = 1; i < s->n; i++) {
        if (!isfinite(s->y[i - 1] + s->y2[i - 1]) || !isfinite(s->y[i] + s->y2[i]) ||
            !has_place(l, s->x[i - 1], within(&l->y, 0)) ||
            !has_place(l, s->x[i], within(&l->y, 0)))
            continue;
        const long x[] = { dot_x(l, s->x[i - 1]), dot_x(l, s->x[i]), dot_x(l, s->x[i]),
                           dot_x(l, s->x[i - 1]) };
        const long y[] = { dot_y(l, within(&l->y, s->y[i - 1])), dot_y(l, within(&l->y, s->y[i])),
                           dot_y(l, within(&l->y, s->y2[i])),
                           dot_y(l, within(&l->y, s->y2[i - 1])) };
        canvas_polygon(l->c, x, y, 4, 25, colour);
    }
}

/* A line of text in the middle of a matrix cell; blanks keep the pattern off it. */
static void put_in_cell(struct layout *l, const char *text, long col, long width, long row)
{
    struct str padded;

    str_init(&padded);
    str_addf(&padded, " %s ", text);
    put_centred(l->c, col + width / 2, row, padded.buf, col, width, CANVAS_DEFAULT);
    str_release(&padded);
}

/* One line, or two where the cell has room for both. */
static void draw_cell_text(struct layout *l, const char *text, long col, long width, long row,
                           long height)
{
    const char *rest = strchr(text, '\n');
    char *first = rest ? mem_strndup(text, (size_t)(rest - text)) : mem_strdup(text);
    const long middle = row + (height - 1) / 2;

    put_in_cell(l, first, col, width, middle);
    if (rest && height >= 2 && (long)text_width(rest + 1, strlen(rest + 1)) <= width)
        put_in_cell(l, rest + 1, col, width, middle + 1);
    mem_free(first);
}

static void draw_texts(struct layout *l, const struct series *s, int colour)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!has_place(l, s->x[i], s->y[i]))
            continue;
        const char *rest = strchr(s->text[i], '\n');
        char *first = rest ? mem_strndup(s->text[i], (size_t)(rest - s->text[i]))
                           : mem_strdup(s->text[i]);
        const long col = dot_x(l, s->x[i]) / 2, row = dot_y(l, s->y[i]) / 4;
        const double share = s->x2[i] / fabs(l->x.high - l->x.low);
        const long width = (long)fmax(2, fmin(share, 1) * (double)l->width);
        put_centred(l->c, col, row, first, col - width / 2, width, colour);
        if (rest)
            put_centred(l->c, col, row + 1, rest + 1, col - width / 2, width, colour);
        mem_free(first);
    }
}

static void draw_cells(struct layout *l, const struct series *s, int colour)
{
    double largest = 0;

    for (size_t i = 0; i < s->n; i++)
        if (isfinite(s->z[i]))
            largest = fmax(largest, s->z[i]);
    for (size_t i = 0; i < s->n; i++) {
        if (!has_place(l, s->x[i], s->y[i]))
            continue;
        const long x0 = dot_x(l, s->x[i] - 0.5), x1 = dot_x(l, s->x[i] + 0.5);
        const long y0 = dot_y(l, s->y[i] - 0.5), y1 = dot_y(l, s->y[i] + 0.5);
        const double share = isfinite(s->z[i]) && largest > 0 ? s->z[i] / largest : 0;
        if (share > 0)
            canvas_fill(l->c, x0 + 1, y0 + 1, x1 - 1, y1 - 1, canvas_cell_density(share), colour);
        if (s->text && s->text[i])
            draw_cell_text(l, s->text[i], (x0 + 1) / 2, x1 / 2 - (x0 + 1) / 2, (y0 + 2) / 4,
                           (y1 + 2) / 4 - (y0 + 2) / 4);
    }
}

static size_t n_of_kind(const struct figure *f, enum series_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < f->n_series; i++)
        n += f->series[i].kind == kind && !f->series[i].muted;
    return n;
}

static void draw_series(struct layout *l, size_t i)
{
    const struct series *s = &l->f->series[i];
    const int colour = figure_colour(l->f, i);
    const size_t n = n_of_kind(l->f, s->kind);

    switch (s->kind) {
    case SERIES_LINE:
    case SERIES_STEPS:
        draw_line(l, s, colour, dash_of(l->f, i));
        break;
    case SERIES_POINTS:
        draw_points(l, s, colour, n > 1 && colour >= 0 ? canvas_mark((size_t)colour) : NULL);
        break;
    case SERIES_BARS:
        if (n == 1)
            draw_bars(l, s, colour);
        else
            draw_outline(l, s, colour, dash_of(l->f, i));
        break;
    case SERIES_BAND:
        draw_band(l, s, colour);
        break;
    case SERIES_CELLS:
        draw_cells(l, s, colour);
        break;
    case SERIES_TEXT:
        draw_texts(l, s, s->colour < 0 ? CANVAS_DEFAULT : colour);
        break;
    }
}

/* ---- axes ---- */

static void draw_y_axis(const struct layout *l)
{
    char buf[LABEL_SIZE];
    const long axis = l->left - 1;

    for (long row = l->top; row < l->top + l->height; row++)
        canvas_text(l->c, axis, row, "│", CANVAS_MUTED);
    for (size_t i = 0; i < l->y.n_ticks; i++) {
        const char *text = tick_text(buf, &l->f->y, &l->y, i);
        const long row = dot_y(l, scale_tick(&l->y, i)) / 4;
        const long width = (long)text_width(text, strlen(text)), room = axis - 1;
        put_within(l->c, width < room ? room - width : 0, row, text, room, CANVAS_DEFAULT);
        canvas_text(l->c, axis, row, "┤", CANVAS_MUTED);
    }
}

static void draw_x_axis(const struct layout *l)
{
    char buf[LABEL_SIZE];
    const long axis = l->top + l->height;
    long free_from = 0; /* the first column where the next label may begin */
    const long share = l->f->x.categories ? l->width / (long)l->x.n_ticks : l->width;

    canvas_text(l->c, l->left - 1, axis, "└", CANVAS_MUTED);
    for (long col = l->left; col < l->left + l->width; col++)
        canvas_text(l->c, col, axis, "─", CANVAS_MUTED);
    for (size_t i = 0; i < l->x.n_ticks; i++) {
        const char *text = tick_text(buf, &l->f->x, &l->x, i);
        const long col = dot_x(l, scale_tick(&l->x, i)) / 2;
        long width = (long)text_width(text, strlen(text));
        canvas_text(l->c, col, axis, "┬", CANVAS_MUTED);
        width = width < share ? width : share > 1 ? share - 1 : 1;
        long from = col - width / 2;
        from = from + width > (long)l->c->width ? (long)l->c->width - width : from;
        if (from < free_from)
            continue;
        put_within(l->c, from, axis + 1, text, width, CANVAS_DEFAULT);
        free_from = from + width + 1;
    }
}

/* ---- key ---- */

static void draw_key_sample(struct layout *l, size_t i, long col, long row)
{
    const struct series *s = &l->f->series[i];
    const int colour = figure_colour(l->f, i);
    struct dash dash = dash_of(l->f, i);
    unsigned phase = 0;

    if (s->kind == SERIES_POINTS)
        canvas_text(l->c, col + 1, row,
                    n_of_kind(l->f, s->kind) > 1 && colour >= 0 ? canvas_mark((size_t)colour) : "·",
                    colour);
    else if (s->kind == SERIES_BAND)
        canvas_fill(l->c, col * 2, row * 4, col * 2 + 5, row * 4 + 3, 25, colour);
    else
        canvas_dash(l->c, col * 2, row * 4 + 2, col * 2 + 5, row * 4 + 2, colour, dash.on, dash.off,
                    &phase);
}

static bool is_in_key(const struct series *s)
{
    return s->label && s->n > 0;
}

/* Entries from left to right over as many lines as they need; returns how many.  Only counted when
 * `draw` is false. */
static long key_lines(struct layout *l, long from, long row, bool draw)
{
    long col = from, lines = 0;

    for (size_t i = 0; i < l->f->n_series; i++) {
        const struct series *s = &l->f->series[i];
        if (!is_in_key(s))
            continue;
        const long width = 4 + (long)text_width(s->label, strlen(s->label));
        if (lines == 0 || col + width > (long)l->c->width) {
            lines++;
            col = lines == 1 ? from : 0;
        }
        if (draw) {
            draw_key_sample(l, i, col, row + lines - 1);
            put_within(l->c, col + 4, row + lines - 1, s->label, (long)l->c->width - col - 4,
                       CANVAS_DEFAULT);
        }
        col += width + 2;
    }
    return lines;
}

static void key_lower_right(struct layout *l)
{
    long row = l->top + l->height, widest = 0;

    for (size_t i = 0; i < l->f->n_series; i++) {
        const struct series *s = &l->f->series[i];
        if (!is_in_key(s))
            continue;
        const long width = (long)text_width(s->label, strlen(s->label));
        widest = width > widest ? width : widest;
        row--;
    }
    long col = l->left + l->width - widest - 5;
    col = col < l->left ? l->left : col;
    for (size_t i = 0; i < l->f->n_series; i++) {
        const struct series *s = &l->f->series[i];
        if (!is_in_key(s))
            continue;
        if (row >= l->top) {
            draw_key_sample(l, i, col, row);
            put_within(l->c, col + 4, row, s->label, l->left + l->width - col - 4, CANVAS_DEFAULT);
        }
        row++;
    }
}

/* ---- the whole ---- */

/* Title, note, then key and the y axis' label, which share a line where they can. */
static long draw_heading(struct layout *l)
{
    const struct figure *f = l->f;
    const long width = (long)l->c->width;
    long row = 0;

    if (f->title)
        put_centred(l->c, width / 2, row++, f->title, 0, width, CANVAS_DEFAULT);
    if (f->note)
        put_centred(l->c, width / 2, row++, f->note, 0, width, CANVAS_MUTED);

    const bool above = f->key == FIGURE_KEY_ABOVE;
    const long label = f->y.label ? (long)text_width(f->y.label, strlen(f->y.label)) + 3 : 0;
    const bool shared = above && key_lines(l, label, row, false) == 1;
    if (f->y.label)
        put_within(l->c, 0, row, f->y.label, width, CANVAS_DEFAULT);
    if (f->y.label && !shared)
        row++;
    if (above)
        row += key_lines(l, shared ? label : 0, row, true);
    return row;
}

void figure_draw_plain(struct canvas *out, const struct figure *f, size_t width, size_t height)
{
    struct layout l = { .c = out, .f = f };

    canvas_init(out, width, height);
    if (figure_is_empty(f)) {
        put_centred(out, (long)width / 2, (long)height / 2, "nothing to plot", 0, (long)width,
                    CANVAS_MUTED);
        return;
    }
    if (width < MIN_WIDTH || height < MIN_HEIGHT) {
        put_within(out, 0, 0, "too small for a plot", (long)width, CANVAS_MUTED);
        return;
    }
    l.top = draw_heading(&l);
    l.height = (long)height - l.top - 2 - (f->x.label != NULL);
    if (l.height < 1)
        return;
    scale_figure(&l.x, &l.y, f, width / 12 + 1, (size_t)l.height / 2 + 1);
    const long widest = widest_tick(&f->y, &l.y), most = (long)width / 3;
    l.left = f->bare ? 1 : (widest < most ? widest : most) + 2;
    l.width = (long)width - l.left - 1;

    for (size_t i = 0; i < f->n_series; i++)
        draw_series(&l, i);
    if (!f->bare) {
        draw_y_axis(&l);
        draw_x_axis(&l);
    }
    if (f->key == FIGURE_KEY_LOWER_RIGHT)
        key_lower_right(&l);
    if (f->x.label)
        put_centred(out, l.left + l.width / 2, (long)height - 1, f->x.label, 0, (long)width,
                    CANVAS_DEFAULT);
}
