/* test_expr.h - a small table with every type of column, and expressions over it as text. */
#ifndef TEST_EXPR_H
#define TEST_EXPR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "table/cell.h"
#include "table/expr.h"

/* One column from texts; NULL is missing. */
static inline struct column *column_of(enum column_type type, const char *const *cells, size_t n)
{
    struct column_builder b;
    struct column *text, *out;
    size_t n_lost = 0;

    builder_init(&b, type == COLUMN_CATEGORY ? COLUMN_CATEGORY : COLUMN_TEXT, n);
    for (size_t i = 0; i < n; i++) {
        if (cells[i])
            builder_add_text(&b, cells[i], strlen(cells[i]));
        else
            builder_add_missing(&b);
    }
    assert_int_equal(builder_finish(&text, &b, NULL), 0);
    if (type == COLUMN_CATEGORY || type == COLUMN_TEXT)
        return text;
    assert_int_equal(column_cast(&out, text, type, &n_lost, NULL, 0, NULL), 0);
    assert_int_equal(n_lost, 0);
    column_unref(text);
    return out;
}

static inline struct table *sample_table(void)
{
    static const char *const names[] = { "age",  "size", "ok",   "species",
                                         "name", "born", "seen", "odd name!" };
    static const enum column_type types[] = { COLUMN_INT,       COLUMN_REAL, COLUMN_BOOL,
                                              COLUMN_CATEGORY,  COLUMN_TEXT, COLUMN_DATE,
                                              COLUMN_TIMESTAMP, COLUMN_INT };
    static const char *const cells[][4] = {
        { "1", "34", NULL, "-7" },
        { "0.5", NULL, "nan", "-100" },
        { "true", "false", NULL, "true" },
        { "Adelie", "Gentoo", NULL, "Adelie" },
        { "Ann Lee", "", NULL, "Žofie" },
        { "2024-02-29", "1969-12-31", NULL, "2000-01-01" },
        { "2024-02-29T12:30:45.5Z", "1969-12-31T23:59:59Z", NULL, "2000-01-01T00:00:00Z" },
        { "5", "6", "7", "8" },
    };
    struct column *columns[8];
    struct table *t;

    for (size_t j = 0; j < 8; j++)
        columns[j] = column_of(types[j], cells[j], 4);
    assert_int_equal(table_new(&t, columns, names, 8, 4, NULL, NULL), 0);
    return t;
}

/* "type: a | b | ·" for the result over t, or "error CODE at COL+WIDTH: message". */
static inline void expr_show(struct str *out, const struct table *t, const char *text)
{
    struct err err = { .code = ERR_NONE };
    struct expr *e = NULL;
    struct column *c = NULL;
    enum column_type type = COLUMN_N_TYPES;

    str_clear(out);
    if (expr_parse(&e, text, &err) || expr_type(&type, e, t, &err) ||
        expr_eval(&c, e, t, NULL, &err)) {
        static const char *const codes[] = { "none", "usage", "parse", "shape", "domain" };
        str_addf(out, "%s %zu+%zu: %s", codes[err.code], err.col, err.width, err.msg);
        expr_free(e);
        return;
    }
    assert_int_equal(err.code, ERR_NONE);
    assert_int_equal(c->type, type);
    assert_int_equal(c->n_rows, t->n_rows);
    str_addf(out, "%s:", column_type_name(type));
    for (size_t i = 0; i < c->n_rows; i++) {
        str_add(out, i ? " | " : " ");
        if (column_missing(c, i))
            str_add(out, "·");
        else
            cell_text(out, c, i);
    }
    column_unref(c);
    expr_free(e);
}

/* Pairs of an expression and what it shows. */
static inline void check_all(const char *const pairs[][2], size_t n)
{
    struct table *t = sample_table();
    struct str got;
    size_t n_wrong = 0;

    str_init(&got);
    for (size_t i = 0; i < n; i++) {
        expr_show(&got, t, pairs[i][0]);
        if (strcmp(got.buf, pairs[i][1]) != 0) {
            print_error("%s\n  gave %s\n  want %s\n", pairs[i][0], got.buf, pairs[i][1]);
            n_wrong++;
        }
    }
    str_release(&got);
    table_unref(t);
    assert_int_equal(n_wrong, 0);
}

#define CHECK_ALL(pairs) check_all((pairs), sizeof(pairs) / sizeof((pairs)[0]))

#endif
