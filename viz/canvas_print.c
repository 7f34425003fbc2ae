/* canvas_print.c - a canvas as lines of text: UTF-8, ASCII, with ANSI colours. */
#include "canvas.h"

#include <utf8proc.h>

#include "base/text.h"

static void add_code(struct str *out, uint32_t code)
{
    utf8proc_uint8_t bytes[4];
    const utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)code, bytes);

    str_add_n(out, (const char *)bytes, n > 0 ? (size_t)n : 0);
}

/* Letters without their marks, frames and our marks by their likes, anything else as '?'. */
static char ascii_of(uint32_t code)
{
    static const struct {
        uint32_t code;
        char like;
    } likes[] = { { 0x2500, '-' },  { 0x2502, '|' },  { 0x25cf, '@' }, { 0xd7, 'x' },
                  { 0x25c6, '%' },  { 0x25cb, 'o' },  { 0x25b2, 'A' }, { 0x25a1, '=' },
                  { 0x2212, '-' },  { 0x2013, '-' },  { 0x2014, '-' }, { 0xb7, '.' },
                  { 0x2018, '\'' }, { 0x2019, '\'' }, { 0x201c, '"' }, { 0x201d, '"' },
                  { 0xa0, ' ' },    { 0xb2, '2' },    { 0xb3, '3' },   { 0xb5, 'u' },
                  { 0x2588, '#' } };
    utf8proc_int32_t parts[8];
    int boundary = 0;

    if (code < 0x80)
        return (char)code;
    for (size_t i = 0; i < sizeof(likes) / sizeof(likes[0]); i++)
        if (likes[i].code == code)
            return likes[i].like;
    if (code > 0x2500 && code < 0x2580) /* corners and tees */
        return '+';
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)code, parts, 8,
                                                 UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE, &boundary);
    return n > 0 && parts[0] >= 0x20 && parts[0] < 0x7f ? (char)parts[0] : '?';
}

static char ascii_dots(uint8_t dots)
{
    static const char shades[] = " ..::**##";
    return shades[__builtin_popcount(dots)];
}

static void add_cell(struct str *out, const struct canvas_cell *cell, bool ascii)
{
    if (cell->text == CANVAS_TAIL)
        str_add(out, ascii ? "?" : "");
    else if (cell->text && ascii)
        str_add_char(out, ascii_of(cell->text));
    else if (cell->text)
        add_code(out, cell->text);
    else if (cell->dots == 0)
        str_add_char(out, ' ');
    else if (ascii)
        str_add_char(out, ascii_dots(cell->dots));
    else
        add_code(out, 0x2800u + cell->dots);
}

static bool cell_is_blank(const struct canvas_cell *cell)
{
    return !cell->reverse && (cell->text == ' ' || (cell->text == 0 && cell->dots == 0));
}

/* Cells of a row up to the last that shows something. */
static size_t row_extent(const struct canvas *c, size_t row)
{
    size_t n = c->width;

    while (n > 0 && cell_is_blank(&c->cells[row * c->width + n - 1]))
        n--;
    return n;
}

void canvas_text_lines(struct str *out, const struct canvas *c, bool ascii)
{
    for (size_t row = 0; row < c->height; row++) {
        const size_t n = row_extent(c, row);
        for (size_t col = 0; col < n; col++)
            add_cell(out, &c->cells[row * c->width + col], ascii);
        str_add_char(out, '\n');
    }
}

static void add_style(struct str *out, const struct canvas_cell *cell)
{
    str_add(out, "\033[0");
    if (cell->reverse)
        str_add(out, ";7");
    if (cell->colour >= 0)
        str_addf(out, ";38;5;%d", canvas_palette[cell->colour % CANVAS_N_PALETTE]);
    else if (cell->colour == CANVAS_MUTED)
        str_add(out, ";90");
    str_add_char(out, 'm');
}

void canvas_ansi_lines(struct str *out, const struct canvas *c)
{
    for (size_t row = 0; row < c->height; row++) {
        const size_t n = row_extent(c, row);
        int colour = CANVAS_DEFAULT;
        bool reverse = false;
        for (size_t col = 0; col < n; col++) {
            const struct canvas_cell *cell = &c->cells[row * c->width + col];
            if (!cell_is_blank(cell) && (cell->colour != colour || cell->reverse != reverse)) {
                add_style(out, cell);
                colour = cell->colour;
                reverse = cell->reverse;
            }
            add_cell(out, cell, false);
        }
        if (colour != CANVAS_DEFAULT || reverse)
            str_add(out, "\033[0m");
        str_add_char(out, '\n');
    }
}
