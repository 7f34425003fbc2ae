/* fuzz_expr.c - any bytes as an expression: parsed, typed and evaluated over a table that has every
 * type of column, missing cells, extreme values and bytes that are no UTF-8. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/expr.h"

enum { N_ROWS = 6, N_COLUMNS = 7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NULL is missing. */
static struct column *text_column(enum column_type type, const char *const cells[N_ROWS])
{
    struct column_builder b;
    struct column *out = NULL;

    builder_init(&b, type, N_ROWS);
    for (size_t i = 0; i < N_ROWS; i++) {
        if (cells[i])
            builder_add_text(&b, cells[i], strlen(cells[i]));
        else
            builder_add_missing(&b);
    }
    if (builder_finish(&out, &b, NULL))
        abort();
    return out;
}

/* The third row is missing. */
static struct column *int_column(enum column_type type, const int64_t cells[N_ROWS])
{
    struct column_builder b;
    struct column *out = NULL;

    builder_init(&b, type, N_ROWS);
    for (size_t i = 0; i < N_ROWS; i++) {
        if (i == 2)
            builder_add_missing(&b);
        else if (type == COLUMN_REAL)
            builder_add_real(&b, (double)cells[i] / 7);
        else
            builder_add_int(&b, cells[i]);
    }
    if (builder_finish(&out, &b, NULL))
        abort();
    return out;
}

/* Columns b, i, r, c, t, d, s: one of each type. */
static struct table *every_type(void)
{
    static const char *const names[N_COLUMNS] = { "b", "i", "r", "c", "t", "d", "s" };
    static const char *const levels[N_ROWS] = { "x", "Y", NULL, "x", "\xff", "Y" };
    static const char *const texts[N_ROWS] = { "",
                                               "aaaa b",
                                               NULL,
                                               "2024-02-29",
                                               "\xc3(",
                                               "\xc5\xbd"
                                               "1" };
    static const int64_t bools[N_ROWS] = { 0, 1, 0, 1, 1, 0 };
    static const int64_t ints[N_ROWS] = { 0, INT64_MIN, 0, INT64_MAX, -1, 12 };
    static const int64_t days[N_ROWS] = { 0, INT32_MIN, 0, INT32_MAX, -1, 19782 };
    struct column *columns[N_COLUMNS] = {
        int_column(COLUMN_BOOL, bools),     int_column(COLUMN_INT, ints),
        int_column(COLUMN_REAL, ints),      text_column(COLUMN_CATEGORY, levels),
        text_column(COLUMN_TEXT, texts),    int_column(COLUMN_DATE, days),
        int_column(COLUMN_TIMESTAMP, ints),
    };
    struct table *t;

    if (table_new(&t, columns, names, N_COLUMNS, N_ROWS, NULL, NULL))
        abort();
    return t;
}

static void evaluate(const struct expr *e, const struct table *t)
{
    enum column_type type;
    struct column *c = NULL;
    uint8_t keep[N_ROWS];

    if (expr_type(&type, e, t, NULL))
        return;
    if (expr_eval(&c, e, t, NULL, NULL) == 0) {
        if (c->type != type || c->n_rows != N_ROWS)
            abort();
        column_digest(c);
        column_unref(c);
    }
    if (type == COLUMN_BOOL)
        expr_filter(keep, e, t, NULL, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    struct err err = { .code = ERR_NONE };
    struct table *t = every_type();
    struct expr *e;

    if (expr_parse(&e, text, &err) == 0) {
        evaluate(e, t);
        expr_free(e);
    } else if (err.code == ERR_NONE || err.col == 0 || err.col > strlen(text) + 1 ||
               err.col - 1 + err.width > strlen(text)) {
        abort(); /* an error without a place, or with one outside the text */
    }
    table_unref(t);
    mem_free(text);
    return 0;
}
