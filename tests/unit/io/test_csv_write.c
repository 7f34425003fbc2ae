/* What is written reads back as the same table. */
#include "csv_case.h"

#include <stdio.h>

#include "base/rng.h"
#include "io/writer.h"

static char *write_text(size_t *len, const struct table *t, char delimiter)
{
    struct err err = { 0 };
    char *text = NULL;
    FILE *stream = open_memstream(&text, len);

    if (csv_write_stream(t, stream, delimiter, NULL, &err))
        fail_msg("%s", err.msg);
    fclose(stream);
    return text;
}

/* Write, read with the types given, compare; then the same for the source's resolved parameters. */
static void round_trip(const struct table *t, char delimiter)
{
    struct err err = { 0 };
    struct source *src;
    struct arena arena;
    struct params params;
    struct str types;
    char one[2] = { delimiter, '\0' };
    size_t len;
    char *text = write_text(&len, t, delimiter);

    arena_init(&arena);
    str_init(&types);
    csv_types_text(&types, t);
    params = case_params(&arena, PAIRS("types", types.buf, "header", "yes", "delimiter",
                                       delimiter == '\t' ? "tab" : one));
    if (csv_read_memory(&src, text, len, "t", &params, NULL, &err))
        fail_msg("%s in:\n%s", err.msg, text);
    assert_int_equal(case_n_rejects(src), 0);
    assert_int_equal(src->table->n_rows, t->n_rows);
    assert_int_equal(src->table->n_cols, t->n_cols);
    for (size_t j = 0; j < t->n_cols; j++) {
        assert_string_equal(table_name(src->table, j), table_name(t, j));
        assert_int_equal(table_at(src->table, j)->type, table_at(t, j)->type);
        for (size_t i = 0; i < t->n_rows; i++)
            if (!column_cells_equal(table_at(src->table, j), i, table_at(t, j), i))
                fail_msg("row %zu, column %s of:\n%s", i + 1, table_name(t, j), text);
    }
    source_unref(src);
    arena_release(&arena);
    str_release(&types);
    free(text);
}

static struct column *column_of_texts(enum column_type type, const char *const *texts, size_t n)
{
    struct err err = { 0 };
    struct column_builder b;
    struct column *c;

    builder_init(&b, type, n);
    for (size_t i = 0; i < n; i++)
        if (texts[i])
            builder_add_text(&b, texts[i], strlen(texts[i]));
        else
            builder_add_missing(&b);
    assert_int_equal(builder_finish(&c, &b, &err), 0);
    return c;
}

static struct table *table_of(struct column **columns, const char *const *names, size_t n)
{
    struct err err = { 0 };
    struct table *t;

    if (table_new(&t, columns, names, n, columns[0]->n_rows, NULL, &err))
        fail_msg("%s", err.msg);
    return t;
}

static const char *const odd_texts[] = {
    "",     NULL,   "NA",     "null",       "1",        "-2.5",     "1e400",
    "007",  "true", "F",      "2024-02-29", "nan",      " ",        " x",
    "x\t",  "a,b",  "a;b",    "a\tb",       "a|b",      "\"",       "\"\"",
    "a\"b", "a\nb", "a\r\nb", "\r",         "\n",       "\xC3\xA9", "=cmd|' /C calc'!A0",
    "N/A ", "#",    "'",      "\\",         "\x1b[31m",
};
#define N_ODD (sizeof(odd_texts) / sizeof(*odd_texts))

static void test_odd_texts_come_back(void **state)
{
    static const char delimiters[] = ",;\t|";
    struct column *columns[3];

    (void)state;
    for (const char *d = delimiters; *d; d++) {
        columns[0] = column_of_texts(COLUMN_TEXT, odd_texts, N_ODD);
        columns[1] = column_of_texts(COLUMN_CATEGORY, odd_texts, N_ODD);
        columns[2] = column_of_texts(COLUMN_TEXT, odd_texts, N_ODD);
        struct table *t = table_of(columns, (const char *const[]){ "a,b:\\", "NA", "1" }, 3);
        round_trip(t, *d);
        table_unref(t);
        columns[0] = column_of_texts(COLUMN_TEXT, odd_texts, N_ODD); /* alone: no blank lines */
        t = table_of(columns, (const char *const[]){ "x" }, 1);
        round_trip(t, *d);
        table_unref(t);
    }
}

static void test_texts_that_look_like_numbers_stay_text_unasked(void **state)
{
    static const char *const texts[] = { "1", "2.5", NULL, "007", "" };
    struct err err = { 0 };
    struct source *src;
    struct column *columns[2] = { column_of_texts(COLUMN_CATEGORY, texts, 5),
                                  column_of_texts(COLUMN_CATEGORY, texts, 5) };
    struct table *t = table_of(columns, (const char *const[]){ "x", "y" }, 2);
    size_t len;
    char *text = write_text(&len, t, ',');

    (void)state;
    assert_string_equal(text, "x,y\n\"1\",\"1\"\n\"2.5\",\"2.5\"\n,\n\"007\",\"007\"\n\"\",\"\"\n");
    assert_int_equal(csv_read_memory(&src, text, len, "t", NULL, NULL, &err), 0);
    assert_true(digest_eq(table_digest(src->table), table_digest(t)));
    source_unref(src);
    table_unref(t);
    free(text);
}

/* One random cell; a quarter of them missing. */
static void add_random(struct column_builder *b, struct rng *rng)
{
    static const char letters[] = "ab,;\"\n\r 01NA.-";
    char text[8];
    double v;

    if (rng_below(rng, 4) == 0) {
        builder_add_missing(b);
        return;
    }
    switch (b->type) {
    case COLUMN_BOOL:
        builder_add_int(b, (int64_t)rng_below(rng, 2));
        break;
    case COLUMN_DATE:
        builder_add_int(b, (int64_t)rng_below(rng, 100000) - 50000);
        break;
    case COLUMN_TIMESTAMP:
        builder_add_int(b, (int64_t)(rng_u64(rng) >> 12) - (INT64_C(1) << 51));
        break;
    case COLUMN_INT:
        builder_add_int(b, (int64_t)(rng_u64(rng) >> rng_below(rng, 64)));
        break;
    case COLUMN_REAL: {
        uint64_t bits = rng_u64(rng);
        memcpy(&v, &bits, sizeof(v));
        builder_add_real(b, v != v ? 0.1 : v);
        break;
    }
    default: {
        size_t len = (size_t)rng_below(rng, sizeof(text));
        for (size_t k = 0; k < len; k++)
            text[k] = letters[rng_below(rng, sizeof(letters) - 1)];
        builder_add_text(b, text, len);
    }
    }
}

static void test_random_tables_come_back(void **state)
{
    static const char *const names[] = { "b", "i", "r", "c", "t", "d", "s" };
    struct column *columns[COLUMN_N_TYPES];

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct rng rng;
        struct err err = { 0 };
        rng_init(&rng, seed, 0);
        size_t n_rows = (size_t)rng_below(&rng, 40);
        for (int j = 0; j < COLUMN_N_TYPES; j++) {
            struct column_builder b;
            builder_init(&b, (enum column_type)j, n_rows);
            for (size_t i = 0; i < n_rows; i++)
                add_random(&b, &rng);
            assert_int_equal(builder_finish(&columns[j], &b, &err), 0);
        }
        struct table *t = table_of(columns, names, COLUMN_N_TYPES);
        round_trip(t, ",;\t|"[seed % 4]);
        for (size_t j = 0; j < COLUMN_N_TYPES; j++) {
            struct table *single;
            assert_int_equal(table_select(&single, t, &j, 1, &err), 0);
            round_trip(single, ',');
            table_unref(single);
        }
        table_unref(t);
    }
}

static void test_writer_is_found_by_name_or_suffix(void **state)
{
    const struct writer *w;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(writer_find(&w, "x.csv", NULL, &err), 0);
    assert_ptr_equal(w, writer_table[0]);
    assert_int_equal(writer_find(&w, "x.TSV", NULL, &err), 0);
    assert_int_equal(writer_find(&w, "x.out", "csv", &err), 0);
    assert_int_equal(writer_find(&w, "x.xlsx", NULL, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.msg, "csv"));
    assert_int_equal(writer_find(&w, "x.csv", "xls", &err), -1);
}

static void test_full_disk_is_an_error(void **state)
{
    struct err err = { 0 };
    struct source *src = case_read("a,b\n1,x\n", NULL);
    const struct writer *w = writer_table[0];

    (void)state;
    assert_int_equal(w->write(src->table, "/dev/full", NULL, NULL, &err), -1);
    assert_int_equal(err.code, ERR_IO);
    assert_non_null(strstr(err.msg, "No space left"));
    source_unref(src);
}

static void test_writing_can_be_cancelled(void **state)
{
    char path[] = "/tmp/assay-test-XXXXXX";
    int fd = mkstemp(path);
    FILE *old = fdopen(fd, "w");
    struct err err = { 0 };
    struct job job;
    struct source *src = case_read("a,b\n1,x\n", NULL);
    char text[16] = "";

    (void)state;
    fputs("old\n", old);
    fclose(old);
    job_init(&job);
    job_cancel(&job);
    assert_int_equal(writer_table[0]->write(src->table, path, NULL, &job, &err), -1);
    assert_int_equal(err.code, ERR_CANCELLED);
    old = fopen(path, "r");
    assert_non_null(fgets(text, sizeof(text), old));
    fclose(old);
    assert_string_equal(text, "old\n");
    remove(path);
    source_unref(src);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_odd_texts_come_back),
        cmocka_unit_test(test_texts_that_look_like_numbers_stay_text_unasked),
        cmocka_unit_test(test_random_tables_come_back),
        cmocka_unit_test(test_writer_is_found_by_name_or_suffix),
        cmocka_unit_test(test_full_disk_is_an_error),
        cmocka_unit_test(test_writing_can_be_cancelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
