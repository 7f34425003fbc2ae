#include "gnuplot_script.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "canvas.h"
#include "gnuplot.h"
#include "scale.h"

#define MUTED_RGB 0x808080u

struct writer {
    struct str *out;
    const struct figure *f;
    struct script_medium medium;
    struct scale x, y;
};

void gnuplot_quote(struct str *out, const char *text)
{
    const size_t len = strlen(text);

    str_add_char(out, '\'');
    for (size_t at = 0; at < len;) {
        uint32_t code;
        const size_t bytes = text_decode(&code, text + at, len - at);
        if (code == '\'')
            str_add(out, "''");
        else if (code == 0xfffd && bytes == 1) /* no UTF-8 */
            str_add_char(out, '?');
        else if (code >= 0x20 && !(code >= 0x7f && code < 0xa0))
            str_add_n(out, text + at, bytes);
        at += bytes;
    }
    str_add_char(out, '\'');
}

/* Cut to `width` columns, with an ellipsis. */
static void quote_within(struct str *out, const char *text, size_t width)
{
    size_t taken;
    const size_t len = strlen(text);

    if (text_width(text, len) <= width) {
        gnuplot_quote(out, text);
        return;
    }
    const size_t keep = text_prefix(text, len, width > 1 ? width - 1 : 1, &taken);
    struct str cut;
    str_init(&cut);
    str_add_n(&cut, text, keep);
    str_add(&cut, "…");
    gnuplot_quote(out, cut.buf);
    str_release(&cut);
}

static void add_real(struct str *out, double v)
{
    char buf[TEXT_REAL_SIZE];

    str_add(out, isfinite(v) ? text_real(buf, v, false) : "NaN");
}

double script_scale(struct script_medium medium)
{
    const double scale = fmin((double)medium.width / 800, (double)medium.height / 600);

    return fmin(fmax(scale, 0.62), 8);
}

/* ---- data: $data1, $data2, … ---- */

static double value_at(const double *v, size_t i)
{
    return v ? v[i] : NAN;
}

static void write_row(struct str *out, const struct series *s, size_t i)
{
    switch (s->kind) {
    case SERIES_BARS: /* centre, height, width */
        add_real(out, s->x[i] + (s->x2[i] - s->x[i]) / 2);
        str_add_char(out, ' ');
        add_real(out, s->y[i]);
        str_add_char(out, ' ');
        add_real(out, s->x2[i] - s->x[i]);
        break;
    case SERIES_BAND:
        add_real(out, s->x[i]);
        str_add_char(out, ' ');
        add_real(out, s->y[i]);
        str_add_char(out, ' ');
        add_real(out, value_at(s->y2, i));
        break;
    case SERIES_CELLS:
        add_real(out, s->x[i]);
        str_add_char(out, ' ');
        add_real(out, s->y[i]);
        str_add_char(out, ' ');
        add_real(out, value_at(s->z, i));
        break;
    case SERIES_LINE:
    case SERIES_STEPS:
    case SERIES_POINTS:
    case SERIES_TEXT:
        add_real(out, s->x[i]);
        str_add_char(out, ' ');
        add_real(out, s->y[i]);
        break;
    }
    str_add_char(out, '\n');
}

static size_t n_of_kind(const struct figure *f, enum series_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < f->n_series; i++)
        n += f->series[i].kind == kind && !f->series[i].muted;
    return n;
}

/* Several histograms in characters: fills would hide each other. */
static bool is_outlined(const struct writer *w, const struct series *s)
{
    return w->medium.cells && s->kind == SERIES_BARS && n_of_kind(w->f, SERIES_BARS) > 1;
}

static void write_outline(struct str *out, const struct series *s)
{
    double *x = MEM_NEW(double, 4 * s->n), *y = MEM_NEW(double, 4 * s->n);
    const size_t n = figure_outline(x, y, s);

    for (size_t i = 0; i < n; i++) {
        add_real(out, x[i]);
        str_add_char(out, ' ');
        add_real(out, y[i]);
        str_add_char(out, '\n');
    }
    mem_free(x);
    mem_free(y);
}

/* Has it a point that can be drawn?  gnuplot fails on a block without one. */
static bool is_drawable(const struct series *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (isfinite(s->x[i]) && isfinite(s->y[i]))
            return true;
    return false;
}

static void write_data(struct writer *w)
{
    for (size_t i = 0; i < w->f->n_series; i++) {
        const struct series *s = &w->f->series[i];
        if (!is_drawable(s))
            continue;
        str_addf(w->out, "$data%zu << END\n", i + 1);
        if (is_outlined(w, s))
            write_outline(w->out, s);
        else
            for (size_t j = 0; j < s->n; j++)
                write_row(w->out, s, j);
        str_add(w->out, "END\n");
    }
}

/* ---- axes ---- */

static void write_categories(struct writer *w, char axis, const struct axis *a)
{
    /* Cells across one category, or a fifth of the width for those at the side. */
    size_t room = w->medium.width / 5;
    if (axis == 'x' && w->medium.cells)
        room = w->medium.width * 4 / 5 / (a->n_categories ? a->n_categories : 1);
    else if (!w->medium.cells)
        room = 30;

    str_addf(w->out, "set %ctics scale 0%s (", axis,
             axis == 'x' && !w->medium.cells && a->n_categories > 6 ? " rotate by -40" : "");
    for (size_t i = 0; i < a->n_categories; i++) {
        str_add(w->out, i ? ", " : "");
        quote_within(w->out, a->categories[i], room > 2 ? room - 1 : 1);
        str_addf(w->out, " %zu", i);
    }
    str_add(w->out, ")\n");
}

static void write_axis(struct writer *w, char axis, const struct axis *a, const struct scale *s)
{
    str_addf(w->out, "set %crange [", axis);
    add_real(w->out, s->low);
    str_add_char(w->out, ':');
    add_real(w->out, s->high);
    str_add(w->out, "]\n");
    if (a->categories) {
        write_categories(w, axis, a);
        return;
    }
    if (s->log)
        str_addf(w->out, "set logscale %c\n", axis);
    str_addf(w->out, "set format %c '%s'\n", axis, s->format);
    str_addf(w->out, "set %ctics (", axis);
    for (size_t i = 0; i < s->n_ticks; i++) {
        str_add(w->out, i ? ", " : "");
        add_real(w->out, scale_tick(s, i));
    }
    str_add(w->out, ")\n");
}

/* The ranges alone. */
static void write_bare(struct writer *w)
{
    for (char axis = 'x'; axis <= 'y'; axis++) {
        const struct scale *s = axis == 'x' ? &w->x : &w->y;
        str_addf(w->out, "set %crange [%.17g:%.17g]\n", axis, s->low, s->high);
    }
    str_add(w->out, "unset tics\n");
}

static void write_axes(struct writer *w)
{
    const struct figure *f = w->f;
    const size_t width = w->medium.width, height = w->medium.height;
    const bool cells = w->medium.cells;

    const double room = script_scale(w->medium); /* pixels a label needs grow with its size */
    scale_figure(&w->x, &w->y, f, cells ? width / 12 + 1 : (size_t)((double)width / 90 / room) + 1,
                 cells ? (height - 5) / 2 : (size_t)((double)height / 70 / room) + 1);
    if (f->bare) {
        write_bare(w);
        return;
    }
    write_axis(w, 'x', &f->x, &w->x);
    write_axis(w, 'y', &f->y, &w->y);
    if (f->x.label) {
        str_add(w->out, "set xlabel ");
        quote_within(w->out, f->x.label, cells ? width : 100);
        /* Without tick marks gnuplot still leaves their row free. */
        str_add(w->out, cells && f->x.categories ? " offset 0,1\n" : "\n");
    }
    if (f->y.label && cells) { /* upright text stands above the axis */
        str_add(w->out, "set label 1 ");
        quote_within(w->out, f->y.label, width);
        str_add(w->out, " at screen 0, graph 1 left offset 0,1\n");
    } else if (f->y.label) {
        str_add(w->out, "set ylabel ");
        gnuplot_quote(w->out, f->y.label);
        str_add_char(w->out, '\n');
    }
}

/* ---- titles, frame, key ---- */

static size_t n_labelled(const struct figure *f)
{
    size_t n = 0;

    for (size_t i = 0; i < f->n_series; i++)
        n += f->series[i].label != NULL && is_drawable(&f->series[i]);
    return n;
}

static void write_key(struct writer *w)
{
    const bool inside = w->f->key == FIGURE_KEY_LOWER_RIGHT;

    if (n_labelled(w->f) == 0) {
        str_add(w->out, "unset key\n");
        return;
    }
    str_addf(w->out, "set key %s Left reverse samplen %s\n",
             inside ? "inside right bottom vertical"
                    : "at graph 1, graph 1 right bottom horizontal",
             w->medium.cells ? "2 spacing 0.8" : "2.5 spacing 1.2");
}

/* One line at the top of the picture, `rows` characters from its edge, in `points` at scale 1. */
static void write_heading(struct writer *w, int tag, const char *text, const char *rows,
                          double points, unsigned rgb)
{
    str_addf(w->out, "set label %d ", tag);
    quote_within(w->out, text, w->medium.cells ? w->medium.width : 200);
    str_addf(w->out, " at screen 0.5, screen 1 center offset 0,-%s tc rgb '#%06x'", rows, rgb);
    if (!w->medium.cells)
        str_addf(w->out, " font ',%.3g'",
                 points * script_scale(w->medium) * (w->medium.text > 0 ? w->medium.text : 1));
    str_add_char(w->out, '\n');
}

/* Title and note are labels, so that the rows above the plot are ours to count. */
static void write_headings(struct writer *w)
{
    const struct figure *f = w->f;
    const bool cells = w->medium.cells;
    const bool key = f->key == FIGURE_KEY_ABOVE && n_labelled(f) > 0;
    const bool label = f->y.label && cells;

    if (f->title)
        write_heading(w, 2, f->title, cells ? "0.5" : "1.1", 13, 0);
    if (f->note)
        write_heading(w, 3, f->note,
                      !cells     ? "2.4"
                      : f->title ? "1.5"
                                 : "0.5",
                      10, cells ? MUTED_RGB : 0x606060u);
    const double rows = (f->title != NULL) + (f->note != NULL) + (key || label);
    str_addf(w->out, "set tmargin %g\n", cells ? rows : 1.3 * rows + 1);
    if (cells)
        str_addf(w->out, "set bmargin %d\nset rmargin 3\n",
                 2 + (f->x.label != NULL) - (f->x.categories != NULL));
}

static void write_frame(struct writer *w)
{
    const struct figure *f = w->f;

    if (f->bare) {
        str_add(w->out, "unset border\nset lmargin 1\nset rmargin 1\n"
                        "set style textbox opaque noborder margins 0.4,0.2\n");
        return;
    }
    if (w->medium.cells) {
        str_addf(w->out, "set border 3 lc rgb '#%06x'\nset tics nomirror out scale 0.5,0\n",
                 MUTED_RGB);
        return;
    }
    str_add(w->out, "set border 3 lw 1 lc rgb '#404040'\n"
                    "set tics nomirror out scale 0.6,0 tc rgb '#202020'\n");
    if (!f->x.categories && !f->y.categories)
        str_add(w->out, "set grid lt 1 lw 0.5 lc rgb '#e4e4e4'\n");
    if (f->square)
        str_add(w->out, "set size ratio -1\n");
}

/* ---- the plot command ---- */

static void write_colour(struct writer *w, size_t i)
{
    const int colour = figure_colour(w->f, i);

    str_addf(w->out, " lc rgb '#%06x'",
             colour == CANVAS_MUTED ? MUTED_RGB : canvas_palette_rgb[colour]);
}

/* Place of a series among those of its kind that are not muted. */
static size_t rank_of(const struct figure *f, size_t i)
{
    size_t rank = 0;

    for (size_t j = 0; j < i; j++)
        rank += !f->series[j].muted && f->series[j].kind == f->series[i].kind;
    return rank;
}

static void write_line_style(struct writer *w, size_t i)
{
    const struct series *s = &w->f->series[i];

    if (s->muted)
        str_addf(w->out, " lw 1 dt %s", w->medium.cells ? "5" : "(6,6)");
    else if (w->medium.cells)
        str_addf(w->out, " dt %zu", rank_of(w->f, i) % 4 + 1);
    else
        str_add(w->out, " lw 2.2");
}

static void write_points_style(struct writer *w, size_t i)
{
    const size_t n_points = w->f->series[i].n;

    /* Circle, triangle, square, diamond, then the open ones: colour is not the only difference. */
    static const unsigned char shapes[CANVAS_N_PALETTE] = { 7, 9, 5, 13, 6, 8, 4, 12 };

    if (!w->medium.cells)
        str_addf(w->out, " with points pt %d ps %s", shapes[rank_of(w->f, i) % CANVAS_N_PALETTE],
                 n_points > 2000  ? "0.25"
                 : n_points > 300 ? "0.45"
                                  : "0.7");
    else if (n_of_kind(w->f, SERIES_POINTS) > 1)
        str_addf(w->out, " with points pt %zu", 101 + rank_of(w->f, i) % CANVAS_N_PALETTE);
    else
        str_add(w->out, " with points pt 7");
}

static void write_series_title(struct writer *w, const char *label)
{
    struct str title;

    str_init(&title);
    str_add(&title, w->medium.cells ? " " : ""); /* room between sample and words */
    str_add(&title, label);
    str_add(w->out, " title ");
    quote_within(w->out, title.buf, w->medium.cells ? w->medium.width / 2 : 60);
    str_release(&title);
}

static void write_bars_style(struct writer *w, size_t i)
{
    if (is_outlined(w, &w->f->series[i])) {
        str_add(w->out, " using 1:2 with lines");
        write_line_style(w, i);
        return;
    }
    str_add(w->out, " using 1:2:3 with boxes");
    write_colour(w, i); /* after `border` it would be the border's alone */
    if (w->medium.cells)
        str_add(w->out, " fs solid 1 noborder");
    else
        str_addf(w->out, " fs transparent solid %s border",
                 n_of_kind(w->f, SERIES_BARS) == 1 ? "0.75" : "0.4");
}

static void write_series(struct writer *w, size_t i)
{
    const struct series *s = &w->f->series[i];

    str_addf(w->out, "$data%zu", i + 1);
    switch (s->kind) {
    case SERIES_LINE:
    case SERIES_STEPS:
        str_addf(w->out, " using 1:2 with %s", s->kind == SERIES_LINE ? "lines" : "steps");
        write_line_style(w, i);
        break;
    case SERIES_POINTS:
        str_add(w->out, " using 1:2");
        write_points_style(w, i);
        break;
    case SERIES_BARS:
        write_bars_style(w, i);
        break;
    case SERIES_BAND:
        str_addf(w->out, " using 1:2:3 with filledcurves fs %ssolid 0.25 noborder",
                 w->medium.cells ? "" : "transparent ");
        break;
    case SERIES_CELLS:
    case SERIES_TEXT:
        break;
    }
    if (s->kind != SERIES_BARS || is_outlined(w, s))
        write_colour(w, i);
    if (s->label) {
        write_series_title(w, s->label);
    } else {
        str_add(w->out, " notitle");
    }
}

/* ---- matrices: a rectangle and its text for every cell ---- */

/* White to the palette's blue; on characters the density says it. */
static void write_cell_fill(struct writer *w, double share)
{
    if (w->medium.cells) {
        str_addf(w->out, "fc rgb '#%06x' fs solid %.2f noborder", canvas_palette_rgb[0],
                 canvas_cell_density(share) / 100.0);
        return;
    }
    const unsigned rgb = canvas_palette_rgb[0];
    unsigned mixed = 0;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        const double full = (double)((rgb >> shift) & 255);
        mixed |= (unsigned)lround(255 - share * (255 - full)) << shift;
    }
    str_addf(w->out, "fc rgb '#%06x' fs solid 1 border lc rgb '#ffffff'", mixed);
}

/* One or two lines around a point, each cut to `width` columns. */
static void write_lines_at(struct writer *w, const char *text, double x, double y, size_t width,
                           unsigned rgb)
{
    const char *rest = strchr(text, '\n');
    char *first = rest ? mem_strndup(text, (size_t)(rest - text)) : mem_strdup(text);
    const char *lines[2] = { first, rest ? rest + 1 : NULL };
    struct str padded;

    str_init(&padded);
    for (size_t k = 0; k < 2 && lines[k]; k++) {
        const char *air = w->medium.cells ? " " : ""; /* keeps patterns and lines off it */
        str_clear(&padded);
        str_addf(&padded, "%s%s%s", air, lines[k], air);
        str_add(w->out, "set label ");
        quote_within(w->out, padded.buf, width);
        str_addf(w->out, " at %.17g,%.17g center front offset 0,%s tc rgb '#%06x'%s\n", x, y,
                 !rest    ? "0"
                 : k == 0 ? "0.5"
                          : "-0.5",
                 rgb, w->f->bare && !w->medium.cells ? " boxed" : "");
    }
    str_release(&padded);
    mem_free(first);
}

static void write_cell_text(struct writer *w, const struct series *s, size_t i, double share)
{
    const bool light = !w->medium.cells && share > 0.5;

    write_lines_at(w, s->text[i], s->x[i], s->y[i], SIZE_MAX, light ? 0xffffffu : 0);
}

/* Columns that a width on the x axis has room for. */
static size_t columns_of(const struct writer *w, double width)
{
    const double share = width / fabs(w->x.high - w->x.low);
    const double columns = w->medium.cells
                               ? (double)w->medium.width - 2
                               : (double)w->medium.width / (7 * script_scale(w->medium));

    return share >= 1 ? (size_t)columns : (size_t)fmax(2, share * columns);
}

static void write_texts(struct writer *w, size_t at)
{
    const struct series *s = &w->f->series[at];
    const int colour = s->colour >= 0 ? figure_colour(w->f, at) : -1;

    for (size_t i = 0; i < s->n; i++)
        if (isfinite(s->x[i]) && isfinite(s->y[i]))
            write_lines_at(w, s->text[i], s->x[i], s->y[i], columns_of(w, s->x2[i]),
                           colour < 0 ? 0 : canvas_palette_rgb[colour]);
}

static void write_cells(struct writer *w, const struct series *s)
{
    double largest = 0;

    for (size_t i = 0; i < s->n; i++)
        if (isfinite(s->z[i]))
            largest = fmax(largest, s->z[i]);
    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(s->x[i]) || !isfinite(s->y[i]))
            continue;
        const double share = isfinite(s->z[i]) && largest > 0 ? fmax(0, s->z[i] / largest) : 0;
        str_addf(w->out, "set object rect from %.17g,%.17g to %.17g,%.17g ", s->x[i] - 0.5,
                 s->y[i] - 0.5, s->x[i] + 0.5, s->y[i] + 0.5);
        write_cell_fill(w, share);
        str_add_char(w->out, '\n');
        if (s->text && s->text[i])
            write_cell_text(w, s, i, share);
    }
}

static void write_plot(struct writer *w)
{
    bool first = true;

    for (size_t i = 0; i < w->f->n_series; i++) {
        const struct series *s = &w->f->series[i];
        if (!is_drawable(s))
            continue;
        if (s->kind == SERIES_CELLS)
            write_cells(w, s);
        if (s->kind == SERIES_TEXT)
            write_texts(w, i);
    }
    str_add(w->out, "plot ");
    for (size_t i = 0; i < w->f->n_series; i++) {
        const struct series *s = &w->f->series[i];
        if (!is_drawable(s) || s->kind == SERIES_CELLS || s->kind == SERIES_TEXT)
            continue;
        str_add(w->out, first ? "" : ", \\\n    ");
        write_series(w, i);
        first = false;
    }
    str_add(w->out, first ? "NaN notitle\n" : "\n");
}

void gnuplot_script_for(struct str *out, const struct figure *f, struct script_medium medium)
{
    struct writer w = { .out = out, .f = f, .medium = medium };

    assert(!figure_is_empty(f));
    str_add(out, "reset\nset encoding utf8\nset termoption noenhanced\n");
    write_data(&w);
    write_frame(&w);
    write_axes(&w);
    write_headings(&w);
    write_key(&w);
    write_plot(&w);
}

void gnuplot_script(struct str *out, const struct figure *f)
{
    gnuplot_script_for(out, f, (struct script_medium){ .width = 800, .height = 600 });
}
