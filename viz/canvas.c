#include "canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* Blue, orange, bluish green, vermilion, sky blue, reddish purple, yellow, grey.
 * Source: Okabe and Ito, "Color universal design", 2008. */
const uint32_t canvas_palette_rgb[CANVAS_N_PALETTE] = { 0x0072b2, 0xe69f00, 0x009e73, 0xd55e00,
                                                        0x56b4e9, 0xcc79a7, 0xf0e442, 0x999999 };
const uint8_t canvas_palette[CANVAS_N_PALETTE] = { 32, 214, 36, 166, 74, 175, 227, 246 };

const char *canvas_mark(size_t n)
{
    static const char *const marks[CANVAS_N_PALETTE] = { "●", "+", "×", "◆", "○", "▲", "□", "*" };
    return marks[n % CANVAS_N_PALETTE];
}

int canvas_cell_density(double share)
{
    return !(share > 0) ? 0 : share < 0.2 ? 7 : share < 0.6 ? 25 : 50;
}

void canvas_init(struct canvas *c, size_t width, size_t height)
{
    *c = (struct canvas){ width, height, MEM_NEW(struct canvas_cell, width * height) };
    for (size_t i = 0; i < width * height; i++)
        c->cells[i].colour = CANVAS_DEFAULT;
}

void canvas_release(struct canvas *c)
{
    mem_free(c->cells);
    *c = (struct canvas){ 0 };
}

static long dots_across(const struct canvas *c)
{
    return (long)c->width * 2;
}

static long dots_down(const struct canvas *c)
{
    return (long)c->height * 4;
}

void canvas_dot(struct canvas *c, long x, long y, int colour)
{
    /* Bits of a Braille pattern by row and column: the fourth row came later to Unicode. */
    static const uint8_t bits[4][2] = {
        { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 }
    };

    if (x < 0 || y < 0 || x >= dots_across(c) || y >= dots_down(c))
        return;
    struct canvas_cell *cell = &c->cells[(size_t)(y / 4) * c->width + (size_t)(x / 2)];
    cell->dots |= bits[y % 4][x % 2];
    if (!cell->text)
        cell->colour = (int8_t)colour;
}

/* Narrow [*from, *to] to where start + t * step lies in [low, high]; false when nowhere. */
static bool clip_axis(double *from, double *to, double start, double step, double low, double high)
{
    if (step == 0)
        return start >= low && start <= high;
    double a = (low - start) / step, b = (high - start) / step;
    *from = fmax(*from, fmin(a, b));
    *to = fmin(*to, fmax(a, b));
    return *from <= *to;
}

/* Cut a line to the canvas with a margin, so that absurd coordinates cost nothing.
 * Source: Liang and Barsky 1984. */
static bool clip_line(const struct canvas *c, long *x0, long *y0, long *x1, long *y1)
{
    const double x = (double)*x0, y = (double)*y0;
    const double dx = (double)*x1 - x, dy = (double)*y1 - y;
    double from = 0, to = 1;

    if (!clip_axis(&from, &to, x, dx, -1, (double)dots_across(c)) ||
        !clip_axis(&from, &to, y, dy, -1, (double)dots_down(c)))
        return false;
    if (to < 1) {
        *x1 = lround(x + to * dx);
        *y1 = lround(y + to * dy);
    }
    if (from > 0) {
        *x0 = lround(x + from * dx);
        *y0 = lround(y + from * dy);
    }
    return true;
}

void canvas_dash(struct canvas *c, long x0, long y0, long x1, long y1, int colour, unsigned on,
                 unsigned off, unsigned *phase)
{
    if (!clip_line(c, &x0, &y0, &x1, &y1))
        return;
    /* Bresenham 1965, for all octants. */
    const long dx = labs(x1 - x0), dy = -labs(y1 - y0);
    const long sx = x0 < x1 ? 1 : -1, sy = y0 < y1 ? 1 : -1;
    long error = dx + dy;

    for (;;) {
        if (off == 0 || *phase % (on + off) < on)
            canvas_dot(c, x0, y0, colour);
        if (x0 == x1 && y0 == y1)
            return;
        (*phase)++;
        const long twice = 2 * error;
        if (twice >= dy) {
            error += dy;
            x0 += sx;
        }
        if (twice <= dx) {
            error += dx;
            y0 += sy;
        }
    }
}

void canvas_line(struct canvas *c, long x0, long y0, long x1, long y1, int colour)
{
    unsigned phase = 0;

    canvas_dash(c, x0, y0, x1, y1, colour, 1, 0, &phase);
}

/* Ordered dither: the same dots of every cell, so that a fill looks even. */
static bool dither(long x, long y, int density_percent)
{
    static const uint8_t rank[4][4] = {
        { 0, 8, 2, 10 }, { 12, 4, 14, 6 }, { 3, 11, 1, 9 }, { 15, 7, 13, 5 }
    };
    return rank[y & 3][x & 3] * 100 < density_percent * 16;
}

/* Dots from x0 to x1 of one row. */
static void fill_span(struct canvas *c, long y, long x0, long x1, int density_percent, int colour)
{
    x0 = x0 < 0 ? 0 : x0;
    x1 = x1 >= dots_across(c) ? dots_across(c) - 1 : x1;
    for (long x = x0; x <= x1; x++)
        if (dither(x, y, density_percent))
            canvas_dot(c, x, y, colour);
}

void canvas_fill(struct canvas *c, long x0, long y0, long x1, long y1, int density_percent,
                 int colour)
{
    const long left = x0 < x1 ? x0 : x1, right = x0 < x1 ? x1 : x0;
    long top = y0 < y1 ? y0 : y1, bottom = y0 < y1 ? y1 : y0;

    top = top < 0 ? 0 : top;
    bottom = bottom >= dots_down(c) ? dots_down(c) - 1 : bottom;
    for (long y = top; y <= bottom; y++)
        fill_span(c, y, left, right, density_percent, colour);
}

static int compare_reals(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void canvas_polygon(struct canvas *c, const long *x, const long *y, size_t n, int density_percent,
                    int colour)
{
    double *cross = MEM_NEW(double, n);

    for (long row = 0; row < dots_down(c); row++) {
        size_t n_cross = 0;
        for (size_t i = 0, j = n - 1; i < n; j = i++) {
            if ((y[i] <= row) == (y[j] <= row))
                continue;
            cross[n_cross++] = (double)x[i] + ((double)row - (double)y[i]) /
                                                  ((double)y[j] - (double)y[i]) *
                                                  ((double)x[j] - (double)x[i]);
        }
        qsort(cross, n_cross, sizeof(*cross), compare_reals);
        for (size_t i = 0; i + 1 < n_cross; i += 2)
            if (cross[i + 1] >= 0 && cross[i] < (double)dots_across(c))
                fill_span(c, row, lround(fmax(cross[i], 0)),
                          lround(fmin(cross[i + 1], (double)dots_across(c))), density_percent,
                          colour);
    }
    mem_free(cross);
}

static void put_glyph(struct canvas *c, long col, long row, uint32_t code, int colour)
{
    if (col < 0 || row < 0 || col >= (long)c->width || row >= (long)c->height)
        return;
    struct canvas_cell *cell = &c->cells[(size_t)row * c->width + (size_t)col];
    /* No half of a wide character is left behind. */
    if (cell->text == CANVAS_TAIL && code != CANVAS_TAIL)
        cell[-1].text = ' ';
    if (col + 1 < (long)c->width && cell[1].text == CANVAS_TAIL)
        cell[1].text = ' ';
    cell->text = code;
    cell->colour = (int8_t)colour;
}

void canvas_text(struct canvas *c, long col, long row, const char *text, int colour)
{
    const size_t len = strlen(text);

    for (size_t at = 0; at < len;) {
        uint32_t code;
        const size_t bytes = text_decode(&code, text + at, len - at);
        const size_t width = code < 0x20 || (code >= 0x7f && code < 0xa0)
                                 ? 0
                                 : text_width(text + at, bytes);
        at += bytes;
        if (width == 0)
            continue;
        /* Half a wide character at the edge is no character. */
        if (width == 2 && (col < 0 || col + 1 >= (long)c->width))
            code = ' ';
        put_glyph(c, col, row, code, colour);
        if (width == 2)
            put_glyph(c, col + 1, row, CANVAS_TAIL, colour);
        col += (long)width;
    }
}
