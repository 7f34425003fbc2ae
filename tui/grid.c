/* grid.c - drawing into cells. */
#include "grid.h"

#include <stdarg.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* ---------------------------------------------------------------- life */

void grid_init(struct grid *g, int w, int h)
{
    w = w < 1 ? 1 : w;
    h = h < 1 ? 1 : h;
    *g = (struct grid){ .w = w, .h = h, .stride = w };
    g->cells = MEM_NEW(struct cell, (size_t)w * (size_t)h);
    grid_clear(g);
}

void grid_release(struct grid *g)
{
    mem_free(g->cells);
    *g = (struct grid){ 0 };
}

void grid_clear(struct grid *g)
{
    grid_fill(g, 0, 0, g->w, g->h, ST_TEXT, ' ');
}

struct grid grid_part(const struct grid *g, int x, int y, int w, int h)
{
    if (x < 0) {
        w += x;
        x = 0;
    }
    if (y < 0) {
        h += y;
        y = 0;
    }
    w = x + w > g->w ? g->w - x : w;
    h = y + h > g->h ? g->h - y : h;
    if (w <= 0 || h <= 0)
        return (struct grid){ .stride = g->stride, .cells = g->cells };
    return (
        struct grid){ .w = w, .h = h, .stride = g->stride, .cells = g->cells + y * g->stride + x };
}

static struct cell *cell_at(const struct grid *g, int x, int y)
{
    if (x < 0 || y < 0 || x >= g->w || y >= g->h)
        return NULL;
    return g->cells + y * g->stride + x;
}

/* ---------------------------------------------------------------- drawing */

static int code_width(uint32_t code)
{
    char buf[4];
    size_t n;

    if (code < 0x300)
        return 1;
    if (code < 0x800) {
        buf[0] = (char)(0xC0 | code >> 6);
        buf[1] = (char)(0x80 | (code & 0x3F));
        n = 2;
    } else if (code < 0x10000) {
        buf[0] = (char)(0xE0 | code >> 12);
        buf[1] = (char)(0x80 | (code >> 6 & 0x3F));
        buf[2] = (char)(0x80 | (code & 0x3F));
        n = 3;
    } else {
        buf[0] = (char)(0xF0 | code >> 18);
        buf[1] = (char)(0x80 | (code >> 12 & 0x3F));
        buf[2] = (char)(0x80 | (code >> 6 & 0x3F));
        buf[3] = (char)(0x80 | (code & 0x3F));
        n = 4;
    }
    return (int)text_width(buf, n);
}

/* What is overwritten may be half of a wide character: the other half becomes a blank. */
static void set_cell(struct grid *g, int x, int y, struct cell value)
{
    struct cell *c = cell_at(g, x, y);

    if (!c)
        return;
    if (c->code == 0 && x > 0 && value.code != 0)
        c[-1].code = ' ', c[-1].mark = 0;
    if (x + 1 < g->w && c[1].code == 0 && c->code != 0)
        c[1].code = ' ';
    *c = value;
}

/* Returns the columns it takes; a wide one that does not fit becomes a blank. */
static int put_wide(struct grid *g, int x, int y, int room, enum style style, uint32_t code)
{
    int width = code_width(code);
    struct cell value = { .code = code, .style = (uint8_t)style };

    if (width == 2 && room < 2) {
        value.code = ' ';
        width = 1;
    }
    set_cell(g, x, y, value);
    if (width == 2) {
        struct cell *c = cell_at(g, x + 1, y);
        set_cell(g, x + 1, y, (struct cell){ .code = ' ', .style = (uint8_t)style });
        if (c)
            c->code = 0;
        else if ((c = cell_at(g, x, y)))
            c->code = ' ';
    }
    return width;
}

void grid_put(struct grid *g, int x, int y, enum style style, uint32_t code)
{
    set_cell(g, x, y, (struct cell){ .code = code, .style = (uint8_t)style });
}

static const char *safe(struct str *room, const char *text)
{
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < 0x20 || (unsigned char)*at >= 0x7F) {
            str_add_escaped(room, text, strlen(text));
            return room->buf;
        }
    return text;
}

static int draw(struct grid *g, int x, int y, int w, enum style style, const char *text,
                bool mark_cut)
{
    size_t len = strlen(text), at = 0;
    int used = 0;
    bool cut = mark_cut && (int)text_width(text, len) > w;
    int room = cut ? w - 1 : w;

    while (at < len) {
        uint32_t code;
        size_t n = text_decode(&code, text + at, len - at);
        int width = code_width(code);
        if (width == 0) {
            struct cell *c = cell_at(g, x + used - 1, y);
            if (c && used > 0)
                c->mark = code;
        } else if (used + width > room) {
            break;
        } else {
            put_wide(g, x + used, y, room - used, style, code);
            used += width;
        }
        at += n;
    }
    if (cut && w > 0) {
        grid_put(g, x + used, y, ST_MUTED, 0x2026);
        used++;
    }
    return used;
}

int grid_text(struct grid *g, int x, int y, int w, enum style style, const char *text)
{
    struct str room;

    str_init(&room);
    int used = w > 0 ? draw(g, x, y, w, style, safe(&room, text), false) : 0;
    str_release(&room);
    return used;
}

int grid_text_cut(struct grid *g, int x, int y, int w, enum style style, const char *text)
{
    struct str room;

    str_init(&room);
    int used = w > 0 ? draw(g, x, y, w, style, safe(&room, text), true) : 0;
    str_release(&room);
    return used;
}

int grid_text_right(struct grid *g, int x, int y, int w, enum style style, const char *text)
{
    int width = grid_width(text);

    if (width >= w)
        return grid_text_cut(g, x, y, w, style, text);
    grid_text(g, x + w - width, y, width, style, text);
    return w;
}

int grid_printf(struct grid *g, int x, int y, int w, enum style style, const char *fmt, ...)
{
    struct str text;
    va_list ap;

    str_init(&text);
    va_start(ap, fmt);
    str_vaddf(&text, fmt, ap);
    va_end(ap);
    int used = grid_text_cut(g, x, y, w, style, text.buf);
    str_release(&text);
    return used;
}

void grid_fill(struct grid *g, int x, int y, int w, int h, enum style style, uint32_t code)
{
    for (int j = y; j < y + h; j++)
        for (int i = x; i < x + w; i++)
            grid_put(g, i, j, style, code);
}

void grid_flag(struct grid *g, int x, int y, int w, unsigned flags)
{
    for (int i = x; i < x + w; i++) {
        struct cell *c = cell_at(g, i, y);
        if (c)
            c->flags |= (uint8_t)flags;
    }
}

void grid_frame(struct grid *g, enum style style, enum style title_style, const char *title)
{
    int right = g->w - 1, below = g->h - 1;

    grid_fill(g, 1, 0, g->w - 2, 1, style, 0x2500);
    grid_fill(g, 1, below, g->w - 2, 1, style, 0x2500);
    grid_fill(g, 0, 1, 1, g->h - 2, style, 0x2502);
    grid_fill(g, right, 1, 1, g->h - 2, style, 0x2502);
    grid_put(g, 0, 0, style, 0x250C);
    grid_put(g, right, 0, style, 0x2510);
    grid_put(g, 0, below, style, 0x2514);
    grid_put(g, right, below, style, 0x2518);
    if (title && *title && g->w > 6) {
        int used = grid_text_cut(g, 2, 0, g->w - 5, title_style, title);
        grid_put(g, 1, 0, style, ' ');
        grid_put(g, 2 + used, 0, style, ' ');
    }
}

int grid_width(const char *text)
{
    struct str room;

    str_init(&room);
    text = safe(&room, text);
    int width = (int)text_width(text, strlen(text));
    str_release(&room);
    return width;
}

/* ---------------------------------------------------------------- other forms */

static uint32_t ascii_block(uint32_t code)
{
    static const char heights[] = "_..::=##"; /* U+2581 … U+2588 */

    if (code >= 0x2581 && code <= 0x2588)
        return (uint32_t)heights[code - 0x2581];
    if (code == 0x2591 || code == 0x2592)
        return '.';
    return '#';
}

static uint32_t ascii_of(uint32_t code)
{
    static const struct {
        uint32_t code;
        char ascii;
    } pairs[] = {
        { 0x2500, '-' }, { 0x2502, '|' }, { 0x2026, '~' }, { 0x2192, '>' },  { 0x2190, '<' },
        { 0x2191, '^' }, { 0x2193, 'v' }, { 0x00B7, '.' }, { 0x00D7, 'x' },  { 0x25B8, '>' },
        { 0x2713, '+' }, { 0x2717, 'x' }, { 0x21B6, '<' }, { 0x25CF, '*' },  { 0x25CB, 'o' },
        { 0x2605, '*' }, { 0x2212, '-' }, { 0x00B0, 'o' }, { 0x00B1, '~' },  { 0x23CE, '/' },
        { 0x23FA, '*' }, { 0x2013, '-' }, { 0x2014, '-' }, { 0x2018, '\'' }, { 0x2019, '\'' },
        { 0x201C, '"' }, { 0x201D, '"' }, { 0x25C2, '<' }, { 0x2260, '!' },  { 0x2265, '>' },
        { 0x2264, '<' },
    };

    if (code < 0x80)
        return code;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
        if (pairs[i].code == code)
            return (uint32_t)pairs[i].ascii;
    if (code > 0x2500 && code < 0x2580)
        return '+';
    if (code >= 0x2580 && code <= 0x25A0)
        return ascii_block(code);
    if (code == 0x2800)
        return ' ';
    if (code > 0x2800 && code < 0x2900) {
        int dots = __builtin_popcount(code - 0x2800);
        return dots > 5 ? '#' : dots > 2 ? ':' : '.';
    }
    return '?';
}

void grid_to_ascii(struct grid *g)
{
    for (int y = 0; y < g->h; y++) {
        for (int x = 0; x < g->w; x++) {
            struct cell *c = cell_at(g, x, y);
            c->code = c->code == 0 ? ' ' : ascii_of(c->code);
            c->mark = 0;
        }
    }
}

static void add_code(struct str *out, uint32_t code)
{
    if (code < 0x80) {
        str_add_char(out, (char)code);
    } else if (code < 0x800) {
        str_add_char(out, (char)(0xC0 | code >> 6));
        str_add_char(out, (char)(0x80 | (code & 0x3F)));
    } else if (code < 0x10000) {
        str_add_char(out, (char)(0xE0 | code >> 12));
        str_add_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        str_add_char(out, (char)(0x80 | (code & 0x3F)));
    } else {
        str_add_char(out, (char)(0xF0 | code >> 18));
        str_add_char(out, (char)(0x80 | (code >> 12 & 0x3F)));
        str_add_char(out, (char)(0x80 | (code >> 6 & 0x3F)));
        str_add_char(out, (char)(0x80 | (code & 0x3F)));
    }
}

void grid_print(struct str *out, const struct grid *g)
{
    for (int y = 0; y < g->h; y++) {
        int end = g->w;
        while (end > 0 && cell_at(g, end - 1, y)->code == ' ')
            end--;
        for (int x = 0; x < end; x++) {
            const struct cell *c = cell_at(g, x, y);
            if (c->code)
                add_code(out, c->code);
            if (c->mark)
                add_code(out, c->mark);
        }
        str_add_char(out, '\n');
    }
}
