/* report.c - structured results and their text. */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void report_init(struct report *r)
{
    *r = (struct report){ .data = json_object() };
    str_init(&r->text);
    str_init(&r->brief);
}

void report_release(struct report *r)
{
    json_decref(r->data);
    str_release(&r->text);
    str_release(&r->brief);
    if (r->has_canvas)
        canvas_release(&r->canvas);
    if (r->figure) {
        figure_release(r->figure);
        mem_free(r->figure);
    }
    for (size_t i = 0; i < r->n_links; i++)
        mem_free(r->links[i].command);
    mem_free(r->links);
    row_sets_unref(r->sets);
    *r = (struct report){ 0 };
}

/* ---------------------------------------------------------------- what lines open */

static void add_link(struct report_link **links, size_t *n, size_t line, char *take)
{
    *links = mem_resize(*links, *n + 1, sizeof(**links));
    (*links)[(*n)++] = (struct report_link){ .line = line, .command = take };
}

static char *vformat(const char *fmt, va_list ap)
{
    struct str s;

    str_init(&s);
    str_vaddf(&s, fmt, ap);
    char *text = str_take(&s);
    str_release(&s);
    return text;
}

static size_t count_lines(const struct str *text)
{
    size_t n = 0;

    for (size_t i = 0; i < text->len; i++)
        n += text->buf[i] == '\n';
    return n;
}

void report_link(struct report *r, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_link(&r->links, &r->n_links, count_lines(&r->text), vformat(fmt, ap));
    va_end(ap);
}

void report_grid_link(struct report_grid *g, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_link(&g->links, &g->n_links, g->n_cells / g->n_cols, vformat(fmt, ap));
    va_end(ap);
}

size_t report_add_rows(struct report *r, const char *title, struct buffer *rows, size_t n_rows)
{
    if (!r->sets)
        r->sets = row_sets_new();
    return row_sets_add(r->sets, title, rows, n_rows);
}

void report_line(struct report *r, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    str_vaddf(&r->text, fmt, ap);
    va_end(ap);
    str_add_char(&r->text, '\n');
}

json_t *report_real(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

void report_put(struct report *r, const char *key, json_t *take)
{
    json_object_set_new(r->data, key, take);
}

void report_put_int(struct report *r, const char *key, int64_t v)
{
    report_put(r, key, json_integer(v));
}

void report_put_real(struct report *r, const char *key, double v)
{
    report_put(r, key, report_real(v));
}

void report_put_text(struct report *r, const char *key, const char *v)
{
    json_t *text = v ? json_string(v) : json_null();

    report_put(r, key, text ? text : json_null());
}

/* ---------------------------------------------------------------- text tables */

void report_grid_init(struct report_grid *g, const char *align)
{
    *g = (struct report_grid){ .n_cols = strlen(align), .align = align };
}

void report_grid_add(struct report_grid *g, const char *fmt, ...)
{
    struct str s;
    va_list ap;

    str_init(&s);
    va_start(ap, fmt);
    str_vaddf(&s, fmt, ap);
    va_end(ap);
    if (g->n_cells == g->cap) {
        g->cap = g->cap ? g->cap * 2 : 32;
        g->cells = mem_resize(g->cells, g->cap, sizeof(*g->cells));
    }
    g->cells[g->n_cells++] = str_take(&s);
    str_release(&s);
}

void report_grid_real(struct report_grid *g, double v, int digits)
{
    char buf[TEXT_REAL_SIZE];

    report_grid_add(g, "%s", text_real_short(buf, v, digits));
}

static void grid_pad(struct str *out, const char *cell, size_t width, char align, bool last)
{
    size_t own = text_width(cell, strlen(cell)), pad = width > own ? width - own : 0;

    if (align == 'r')
        str_add_repeat(out, " ", pad);
    str_add(out, cell);
    if (align != 'r' && !last)
        str_add_repeat(out, " ", pad);
}

static void end_line(struct str *out)
{
    while (out->len && out->buf[out->len - 1] == ' ')
        out->buf[--out->len] = 0;
    str_add_char(out, '\n');
}

void report_grid_end(struct report *r, struct report_grid *g)
{
    size_t *width = MEM_NEW(size_t, g->n_cols), first = g->n_links ? count_lines(&r->text) : 0;

    for (size_t i = 0; i < g->n_links; i++)
        add_link(&r->links, &r->n_links, first + g->links[i].line, g->links[i].command);
    mem_free(g->links);

    for (size_t i = 0; i < g->n_cells; i++) {
        size_t w = text_width(g->cells[i], strlen(g->cells[i]));
        if (w > width[i % g->n_cols])
            width[i % g->n_cols] = w;
    }
    for (size_t i = 0; i < g->n_cells; i++) {
        size_t j = i % g->n_cols;
        bool last = j + 1 == g->n_cols;
        str_add(&r->text, "  ");
        grid_pad(&r->text, g->cells[i], width[j], g->align[j], last);
        if (last)
            end_line(&r->text);
        mem_free(g->cells[i]);
    }
    mem_free(width);
    mem_free(g->cells);
    *g = (struct report_grid){ 0 };
}

/* ---------------------------------------------------------------- digest */

/* What differs from run to run, or with how much of a list was asked for (the rows that fail an
 * expectation), or tells of guesses that a replay has no need of (evidence). */
static bool key_is_no_result(const char *key)
{
    return strcmp(key, "evidence") == 0 || strcmp(key, "failing") == 0 ||
           strcmp(key, "seconds") == 0 || strcmp(key, "ms") == 0 || strcmp(key, "looks") == 0;
}

static void hash_json(struct hasher *h, const json_t *v);

static void hash_object(struct hasher *h, const json_t *v)
{
    const char *key;
    json_t *item;

    json_object_foreach((json_t *)v, key, item)
    {
        if (key_is_no_result(key))
            continue;
        hasher_add_text(h, key);
        hash_json(h, item);
    }
}

static void hash_json(struct hasher *h, const json_t *v)
{
    char buf[32];

    hasher_add_u64(h, (uint64_t)json_typeof(v));
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        hash_object(h, v);
        break;
    case JSON_ARRAY:
        hasher_add_u64(h, json_array_size(v));
        for (size_t i = 0; i < json_array_size(v); i++)
            hash_json(h, json_array_get(v, i));
        break;
    case JSON_STRING:
        hasher_add_text(h, json_string_value(v));
        break;
    case JSON_INTEGER:
        hasher_add_u64(h, (uint64_t)json_integer_value(v));
        break;
    case JSON_REAL:
        /* Six digits: results then have one digest on machines whose BLAS rounds differently.
         * What vanishes against 1 (a p value, a coefficient that is zero but for rounding) is 0. */
        snprintf(buf, sizeof(buf), "%.6g",
                 fabs(json_real_value(v)) < 1e-9 ? 0.0 : json_real_value(v));
        hasher_add_text(h, buf);
        break;
    default:
        break;
    }
}

void report_hash(struct hasher *h, const struct report *r)
{
    hash_json(h, r->data);
}
