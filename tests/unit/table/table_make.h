/* table_make.h - columns and tables for tests, from literals. */
#ifndef TABLE_MAKE_H
#define TABLE_MAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "table/cell.h"
#include "table/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A column of any type whose cells are given as text and NULL where missing. */
static inline struct column *make_column(enum column_type type, const char *const *cells, size_t n)
{
    struct column_builder b;
    struct column *text, *c;
    struct err err = { 0 };
    size_t n_lost = 0;

    builder_init(&b, COLUMN_TEXT, n);
    for (size_t i = 0; i < n; i++) {
        if (cells[i])
            builder_add_text(&b, cells[i], strlen(cells[i]));
        else
            builder_add_missing(&b);
    }
    assert_int_equal(builder_finish(&text, &b, &err), 0);
    assert_int_equal(column_cast(&c, text, type, &n_lost, NULL, 0, &err), 0);
    assert_int_equal(n_lost, 0);
    column_unref(text);
    return c;
}

#define MAKE(type, ...)                                                                            \
    make_column(type, (const char *const[]){ __VA_ARGS__ },                                        \
                COUNT(((const char *const[]){ __VA_ARGS__ })))

/* The exact text of a cell, "·" when missing. */
static inline void assert_cell(const struct column *c, size_t i, const char *want)
{
    struct str text;

    str_init(&text);
    if (column_missing(c, i))
        str_add(&text, "·");
    else
        cell_text(&text, c, i);
    assert_string_equal(text.buf, want);
    str_release(&text);
}

/* All cells, parted by blanks. */
static inline void assert_cells(const struct column *c, const char *want)
{
    struct str all;

    str_init(&all);
    for (size_t i = 0; i < c->n_rows; i++) {
        if (i > 0)
            str_add_char(&all, ' ');
        if (column_missing(c, i))
            str_add(&all, "·");
        else
            cell_text(&all, c, i);
    }
    assert_string_equal(all.buf, want);
    str_release(&all);
}

/* Takes the columns. */
static inline struct table *make_table(const char *const *names, struct column **columns, size_t n)
{
    struct err err = { 0 };
    struct table *t;

    assert_int_equal(table_new(&t, columns, names, n, n ? columns[0]->n_rows : 0, NULL, &err), 0);
    return t;
}

#endif
