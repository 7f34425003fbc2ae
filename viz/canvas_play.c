/* canvas_play.c - the display list of share/gnuplot/cells.lua, drawn on a canvas. */
#include "canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define MAX_COORDINATE 1000000L

/* The pen, and what is left of the line that is read. */
struct player {
    struct canvas *c;
    const char *at, *end;
    long x, y;
    int colour;
    unsigned on, off, phase;
    bool ended;
};

static bool take_char(struct player *p, char c)
{
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

/* A blank and a whole number within reason. */
static bool take_int(long *out, struct player *p)
{
    const char *from = p->at + 1;
    int64_t v;

    if (!take_char(p, ' '))
        return false;
    while (p->at < p->end && *p->at != ' ')
        p->at++;
    if (!text_parse_int(&v, from, (size_t)(p->at - from)))
        return false;
    if (v < -MAX_COORDINATE || v > MAX_COORDINATE)
        return false;
    *out = (long)v;
    return true;
}

/* A point, turned from gnuplot's lower left to our upper left. */
static bool take_point(long *x, long *y, struct player *p)
{
    if (!take_int(x, p) || !take_int(y, p))
        return false;
    *y = (long)p->c->height * 4 - 1 - *y;
    return true;
}

static bool at_end(const struct player *p)
{
    return p->at == p->end;
}

static int nearest_colour(long rgb)
{
    const long r = rgb >> 16, g = (rgb >> 8) & 255, b = rgb & 255;
    long best = 3 * 256 * 256;
    int colour = CANVAS_DEFAULT;

    if (rgb == 0)
        return CANVAS_DEFAULT;
    for (int i = 0; i < CANVAS_N_PALETTE; i++) {
        const long dr = r - (long)(canvas_palette_rgb[i] >> 16);
        const long dg = g - (long)((canvas_palette_rgb[i] >> 8) & 255);
        const long db = b - (long)(canvas_palette_rgb[i] & 255);
        const long d = dr * dr + dg * dg + db * db;
        if (d < best) {
            best = d;
            colour = i;
        }
    }
    return best > 0 && r == g && g == b ? CANVAS_MUTED : colour;
}

static bool play_colour(struct player *p)
{
    char digits[7] = "";
    char *end;

    if (!take_char(p, ' ') || p->end - p->at != 6)
        return false;
    memcpy(digits, p->at, 6);
    const long rgb = strtol(digits, &end, 16);
    if (*end || rgb < 0)
        return false;
    p->colour = nearest_colour(rgb);
    p->at = p->end;
    return true;
}

static bool play_dash(struct player *p)
{
    long on, off;

    if (!take_int(&on, p) || !take_int(&off, p) || !at_end(p) || on < 0 || off < 0)
        return false;
    p->on = (unsigned)on;
    p->off = (unsigned)off;
    p->phase = 0;
    return true;
}

static bool play_move(struct player *p, bool draw)
{
    long x, y;

    if (!take_point(&x, &y, p) || !at_end(p))
        return false;
    if (draw)
        canvas_dash(p->c, p->x, p->y, x, y, p->colour, p->on, p->off, &p->phase);
    p->x = x;
    p->y = y;
    return true;
}

static bool play_mark(struct player *p)
{
    long x, y, kind;

    if (!take_point(&x, &y, p) || !take_int(&kind, p) || !at_end(p))
        return false;
    if (kind < 1)
        canvas_dot(p->c, x, y, p->colour);
    else if (x >= 0 && y >= 0)
        canvas_text(p->c, x / 2, y / 4, canvas_mark((size_t)kind - 1), p->colour);
    return true;
}

static bool play_box(struct player *p)
{
    long density, x, y, w, h;

    if (!take_int(&density, p) || !take_point(&x, &y, p) || !take_int(&w, p) || !take_int(&h, p) ||
        !at_end(p))
        return false;
    /* gnuplot lets neighbours share a dot; one is left free between them where there is room. */
    const long wide = w >= 5 ? w - 3 : w >= 2 ? w - 2 : 0;
    if (h > 0)
        canvas_fill(p->c, x, y, x + wide, y - h, (int)density, p->colour);
    return true;
}

static bool play_polygon(struct player *p)
{
    size_t n = 0;
    long density;

    if (!take_int(&density, p))
        return false;
    const size_t room = (size_t)(p->end - p->at) / 4 + 1; /* a point takes four bytes at least */
    long *x = MEM_NEW(long, room), *y = MEM_NEW(long, room);
    bool fine = true;
    while (fine && !at_end(p)) {
        fine = take_point(&x[n], &y[n], p);
        n += fine;
    }
    fine = fine && n >= 3;
    if (fine)
        canvas_polygon(p->c, x, y, n, (int)density, p->colour);
    mem_free(x);
    mem_free(y);
    return fine;
}

static long cell_of(long dots, long size)
{
    return dots >= 0 ? dots / size : -((-dots + size - 1) / size);
}

static bool play_text(struct player *p)
{
    long x, y;

    if (!take_point(&x, &y, p) || !take_char(p, ' ') || at_end(p))
        return false;
    const char align = *p->at++;
    if (!strchr("lcr", align) || !take_char(p, ' '))
        return false;
    const struct span text = { p->at, (size_t)(p->end - p->at) };
    const long width = (long)text_width(text.at, text.len);
    /* Right-aligned text ends in the cell before its point, so that it leaves the axis free. */
    const long col = align == 'l'   ? cell_of(x, 2)
                     : align == 'r' ? cell_of(x, 2) - width
                                    : cell_of(x + 1 - width, 2);
    char *copy = mem_strndup(text.at, text.len);
    canvas_text(p->c, col, cell_of(y, 4), copy, p->colour);
    mem_free(copy);
    p->at = p->end;
    return true;
}

static bool play_line(struct player *p)
{
    if (at_end(p) || p->ended)
        return false;
    switch (*p->at++) {
    case 'c':
        return play_colour(p);
    case 'd':
        return play_dash(p);
    case 'm':
        return play_move(p, false);
    case 'v':
        return play_move(p, true);
    case 'p':
        return play_mark(p);
    case 'b':
        return play_box(p);
    case 'f':
        return play_polygon(p);
    case 't':
        return play_text(p);
    case 'e':
        p->ended = true;
        return at_end(p);
    default:
        return false;
    }
}

int canvas_play(struct canvas *c, const char *list, size_t len, struct err *err)
{
    struct player p = { .c = c, .colour = CANVAS_DEFAULT };
    const char *end = list + len;

    for (size_t line = 1; list < end; line++) {
        const char *stop = memchr(list, '\n', (size_t)(end - list));
        p.at = list;
        p.end = stop ? stop : end;
        if (!play_line(&p))
            return err_set(err, ERR_PARSE, "line %zu of gnuplot's display list is not understood",
                           line);
        list = stop ? stop + 1 : end;
    }
    if (!p.ended)
        return err_set(err, ERR_PARSE, "gnuplot's display list has no end");
    return 0;
}
