/* csv_case.h - what the tests of the CSV reader share: text in, table or error out. */
#ifndef TESTS_CSV_CASE_H
#define TESTS_CSV_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/csv.h"
#include "table/cell.h"

/* Parameters from NAME, VALUE pairs that end in NULL. */
static inline struct params case_params(struct arena *arena, const char *const *pairs)
{
    struct params p;
    struct err err = { 0 };

    params_init(&p, csv_params, arena);
    for (; pairs && *pairs; pairs += 2) {
        int i = param_find(csv_params, pairs[0], false);
        assert_true(i >= 0);
        if (params_set(&p, (size_t)i, pairs[1], arena, &err))
            fail_msg("%s=%s: %s", pairs[0], pairs[1], err.msg);
    }
    return p;
}

static inline int case_try(struct source **out, const char *text, size_t len,
                           const char *const *pairs, struct err *err)
{
    struct arena arena;
    struct params params;
    int rc;

    arena_init(&arena);
    params = case_params(&arena, pairs);
    rc = csv_read_memory(out, text, len, "t.csv", &params, NULL, err);
    arena_release(&arena);
    return rc;
}

#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* The table of a text that must load. */
static inline struct source *case_read(const char *text, const char *const *pairs)
{
    struct err err = { 0 };
    struct source *src;

    if (case_try(&src, text, strlen(text), pairs, &err))
        fail_msg("line %zu: %s", err.line, err.msg);
    return src;
}

/* The error of a text that must not load. */
static inline struct err case_fails(const char *text, size_t len, const char *const *pairs)
{
    struct err err = { 0 };
    struct source *src;

    assert_int_equal(case_try(&src, text, len, pairs, &err), -1);
    assert_true(err.code != ERR_NONE && err.msg[0]);
    return err;
}

/* The whole table as one text: "a:int b:text / 1 x / · y"; texts escaped, missing as ·. */
static inline char *case_text(const struct table *t)
{
    struct str out;

    str_init(&out);
    for (size_t j = 0; j < t->n_cols; j++)
        str_addf(&out, "%s%s:%s", j ? " " : "", table_name(t, j),
                 column_type_name(table_at(t, j)->type));
    for (size_t i = 0; i < t->n_rows; i++) {
        str_add(&out, " /");
        for (size_t j = 0; j < t->n_cols; j++) {
            str_add_char(&out, ' ');
            cell_show(&out, table_at(t, j), i, 17, "·");
        }
    }
    char *text = str_take(&out);
    str_release(&out);
    return text;
}

static inline void case_is_with(const char *text, const char *const *pairs, const char *expected)
{
    struct source *src = case_read(text, pairs);
    char *got = case_text(src->table);

    assert_string_equal(got, expected);
    mem_free(got);
    source_unref(src);
}

static inline void case_is(const char *text, const char *expected)
{
    case_is_with(text, NULL, expected);
}

static inline bool case_has_note(const struct source *src, const char *part)
{
    for (size_t i = 0; src->notes[i]; i++)
        if (strstr(src->notes[i], part))
            return true;
    return false;
}

static inline size_t case_n_rejects(const struct source *src)
{
    size_t n = 0;

    for (int k = 0; k < REJECT_N_KINDS; k++)
        n += src->rejects.count[k];
    return n;
}

/* The only reject of the source is this one. */
static inline void case_one_reject(const struct source *src, enum reject_kind kind, size_t row,
                                   size_t line, size_t col, int column, const char *text)
{
    const struct reject *r = src->rejects.list;

    assert_int_equal(src->rejects.n, 1);
    assert_int_equal(case_n_rejects(src), 1);
    assert_int_equal(src->rejects.count[kind], 1);
    assert_int_equal(r->kind, kind);
    assert_int_equal(r->row, row);
    assert_int_equal(r->line, line);
    assert_int_equal(r->col, col);
    assert_int_equal(r->column, column);
    assert_string_equal(r->text, text);
}

#endif
