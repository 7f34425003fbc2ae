/* reader_case.h - a text through one of the readers of text, and what comes out. */
#ifndef TESTS_READER_CASE_H
#define TESTS_READER_CASE_H

#include "csv_case.h"
#include "io/stream.h"
#include "io/text_file.h"

static inline int reader_try(struct source **out, const char *name, const char *text, size_t len,
                             const char *const *pairs, struct err *err)
{
    const struct reader *reader;
    struct params params;
    struct arena arena;

    arena_init(&arena);
    assert_int_equal(reader_named(&reader, name, err), 0);
    params_init(&params, reader->params, &arena);
    for (; pairs && *pairs; pairs += 2) {
        int i = param_find(reader->params, pairs[0], false);
        assert_true(i >= 0);
        if (params_set(&params, (size_t)i, pairs[1], &arena, err))
            fail_msg("%s", err->msg);
    }
    int rc = text_read_memory(out, reader, text, len, &params, err);
    arena_release(&arena);
    return rc;
}

static inline struct source *reader_read(const char *name, const char *text,
                                         const char *const *pairs)
{
    struct err err = { 0 };
    struct source *src;

    if (reader_try(&src, name, text, strlen(text), pairs, &err))
        fail_msg("line %zu: %s", err.line, err.msg);
    return src;
}

/* The table is this, and what was settled gives it again. */
static inline void reader_is(const char *name, const char *text, const char *const *pairs,
                             const char *expected)
{
    struct source *src = reader_read(name, text, pairs), *again;
    struct err err = { 0 };
    char *got = case_text(src->table);

    assert_string_equal(got, expected);
    if (text_read_memory(&again, src->reader, text, strlen(text), &src->params, &err))
        fail_msg("%s", err.msg);
    assert_true(digest_eq(table_digest(src->table), table_digest(again->table)));
    source_unref(again);
    source_unref(src);
    mem_free(got);
}

static inline void reader_fails(const char *name, const char *text, const char *const *pairs,
                                size_t line, size_t col, const char *part)
{
    struct err err = { 0 };
    struct source *src;

    assert_int_equal(reader_try(&src, name, text, strlen(text), pairs, &err), -1);
    if (!strstr(err.msg, part))
        fail_msg("'%s' lacks '%s'", err.msg, part);
    assert_int_equal(err.line, line);
    assert_int_equal(err.col, col);
}

static inline void reader_one_reject(const char *name, const char *text, enum reject_kind kind,
                                     size_t row, size_t line, size_t col, int column,
                                     const char *shown)
{
    struct source *src = reader_read(name, text, NULL);

    case_one_reject(src, kind, row, line, col, column, shown);
    source_unref(src);
}

#endif
