/* A file in waves: types that a sample did not show, where rows stand, samples, files that change. */
#include "csv_case.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "io/stream.h"

/* n rows "i,word" from row i = from on. */
static void add_rows(struct str *text, size_t from, size_t n, const char *word)
{
    for (size_t i = from; i < from + n; i++)
        str_addf(text, "%zu,%s\n", i, word);
}

static struct source *read_text(const struct str *text, const char *const *pairs)
{
    struct csv_options small = { .chunk_bytes = 1000, .wave_bytes = 5000 };
    struct err err = { 0 };
    struct arena arena;
    struct source *src;

    arena_init(&arena);
    struct params params = case_params(&arena, pairs);
    if (csv_read_options(&src, text->buf, text->len, "t.csv", &params, &small, NULL, &err))
        fail_msg("line %zu: %s", err.line, err.msg);
    arena_release(&arena);
    return src;
}

/* What only the middle of the file shows is found, whatever was guessed from the rest. */
static void check_type(const char *usual, const char *odd, size_t n_odd, enum column_type type,
                       size_t n_rejects)
{
    struct str text;

    str_init(&text);
    str_add(&text, "i,x\n");
    add_rows(&text, 0, 2000, usual);
    for (size_t i = 0; i < n_odd; i++)
        add_rows(&text, 2000 + i, 1, odd);
    add_rows(&text, 2000 + n_odd, 2000, usual);
    struct source *src = read_text(&text, NULL);
    assert_int_equal(table_at(src->table, 1)->type, type);
    assert_int_equal(src->table->n_rows, 4000 + n_odd);
    assert_int_equal(case_n_rejects(src), n_rejects);
    if (n_rejects) {
        assert_int_equal(src->rejects.list[0].row, 2001);
        assert_int_equal(src->rejects.list[0].line, 2002);
        assert_int_equal(src->rejects.list[0].col, 6);
        assert_string_equal(src->rejects.list[0].text, odd);
    }
    source_unref(src);
    str_release(&text);
}

static void test_types_are_those_of_all_cells(void **state)
{
    (void)state;
    check_type("5", "1.5", 1, COLUMN_REAL, 0);
    check_type("5", "word", 1, COLUMN_INT, 1);
    check_type("5", "word", 1000, COLUMN_CATEGORY, 0);
    check_type("5", "007", 1, COLUMN_CATEGORY, 0);
    check_type("1.5", "word", 7, COLUMN_REAL, 7);
    check_type("true", "maybe", 1, COLUMN_CATEGORY, 0);
    check_type("2024-01-02", "2024-01-02 10:00", 1, COLUMN_TIMESTAMP, 0);
    check_type("2024-01-02", "soon", 3, COLUMN_DATE, 3);
    check_type("word", "5", 1, COLUMN_CATEGORY, 0);
    check_type("", "5", 10, COLUMN_INT, 0);
    check_type("", "word", 10, COLUMN_CATEGORY, 0);
}

/* Codes until there are too many levels, texts from then on. */
static void test_many_different_texts_are_text(void **state)
{
    struct str text;

    (void)state;
    str_init(&text);
    str_add(&text, "a,b\n");
    for (int i = 0; i < 3000; i++)
        str_addf(&text, "%s,word %d\n", i % 7 ? "" : "\"say \"\"hi\"\"\"", i < 1000 ? i % 3 : i);
    struct source *src = read_text(&text, NULL);
    assert_int_equal(table_at(src->table, 0)->type, COLUMN_CATEGORY);
    assert_int_equal(table_at(src->table, 0)->n_missing, 3000 - 429);
    assert_true(span_is(column_span(table_at(src->table, 0), 7), "say \"hi\""));
    assert_int_equal(table_at(src->table, 1)->type, COLUMN_TEXT);
    assert_true(span_is(column_text(table_at(src->table, 1), 999), "word 0"));
    assert_true(span_is(column_text(table_at(src->table, 1), 2999), "word 2999"));
    source_unref(src);
    str_release(&text);
}

/* ---------------------------------------------------------------- so many rows */

/* The first rows are those of a file that ends behind them, whatever stands there, and what is told
 * of the file does not depend on how it is read. */
static void check_first_rows(const struct str *text, size_t n, size_t end)
{
    char rows[32];
    struct str cut;

    snprintf(rows, sizeof(rows), "%zu", n);
    str_init(&cut);
    str_add_n(&cut, text->buf, end);
    struct source *src = read_text(text, PAIRS("rows", rows, "header", "yes"));
    struct source *all = read_text(&cut, PAIRS("rows", "all", "header", "yes"));
    struct source *big = case_read(text->buf, PAIRS("rows", rows, "header", "yes"));
    assert_int_equal(src->table->n_rows, n);
    assert_true(digest_eq(table_digest(src->table), table_digest(all->table)));
    assert_true(digest_eq(table_digest(src->table), table_digest(big->table)));
    assert_true(digest_eq(src->info.digest, all->info.digest));
    assert_true(digest_eq(src->info.digest, big->info.digest));
    assert_int_equal(case_n_rejects(src), case_n_rejects(all));
    source_unref(src);
    source_unref(all);
    source_unref(big);
    str_release(&cut);
}

static void test_rows_stop_the_reading(void **state)
{
    static const char *const lines[] = { "%zu,word\n", "%zu,\"two\nlines\"\r\n", "%zu\n\n",
                                         "%zu,\"say \"\"hi\"\"\"\n" };
    struct str text;
    size_t ends[2001];

    (void)state;
    for (size_t kind = 0; kind < 5; kind++) {
        str_init(&text);
        str_add(&text, "i,x\n");
        for (size_t i = 0; i < 2000; i++) {
            const char *line = lines[kind < 4 ? kind : i % 4];
            char number[24];
            snprintf(number, sizeof(number), "%zu", i);
            str_addf(&text, "%s%s", number, line + 3);
            ends[i + 1] = text.len - (line[3] == '\n'); /* a blank line is not looked at */
        }
        str_add(&text, "9,\"never closed");
        for (size_t n = 1; n <= 2000; n = n * 3 + 1)
            check_first_rows(&text, n, ends[n]);
        check_first_rows(&text, 2000, ends[2000]);
        str_release(&text);
    }
}

/* ---------------------------------------------------------------- numbers */

static void random_number(struct str *out, struct rng *r)
{
    size_t whole = rng_below(r, 12), fraction = rng_below(r, 19);

    str_clear(out);
    if (rng_below(r, 3) == 0)
        str_add_char(out, "-+"[rng_below(r, 2)]);
    for (size_t i = 0; i < whole; i++)
        str_add_char(out, (char)('0' + rng_below(r, 10)));
    str_add_char(out, '.');
    for (size_t i = 0; i < fraction + (whole == 0); i++)
        str_add_char(out, (char)('0' + rng_below(r, 10)));
    if (rng_below(r, 8) == 0)
        str_addf(out, "e%d", (int)rng_below(r, 600) - 300);
}

/* Each number is what strtod makes of it, to the last bit. */
static void test_reals_are_those_of_strtod(void **state)
{
    enum { N = 200000 };
    double *expected = MEM_NEW(double, N);
    struct str text, number;
    struct rng r;

    (void)state;
    str_init(&text);
    str_init(&number);
    rng_init(&r, 21, 0);
    str_add(&text, "i,x\n");
    for (int i = 0; i < N; i++) {
        do {
            random_number(&number, &r);
            expected[i] = strtod(number.buf, NULL);
        } while (expected[i] - expected[i] != 0);
        str_addf(&text, "%d,%s\n", i, number.buf);
    }
    struct source *src = read_text(&text, NULL);
    assert_int_equal(table_at(src->table, 1)->type, COLUMN_REAL);
    assert_memory_equal(column_reals(table_at(src->table, 1)), expected, N * sizeof(double));
    for (int i = 0; i < N; i++)
        assert_int_equal(column_ints(table_at(src->table, 0))[i], i);
    source_unref(src);
    str_release(&text);
    str_release(&number);
    mem_free(expected);
}

/* Every day of four centuries, and what looks like one. */
static void test_dates_are_those_of_the_calendar(void **state)
{
    struct str text;
    size_t n = 0;

    (void)state;
    str_init(&text);
    str_add(&text, "d,t\n");
    for (int year = 1800; year < 2200; year += 3)
        for (int month = 0; month < 14; month++)
            for (int day = 0; day < 33; day++, n++)
                str_addf(&text, "%04d-%02d-%02d,%04d-%02d-%02d %02d:%02d:%02d\n", year, month, day,
                         year, 1 + month % 12, 1 + day % 28, month + 11, day * 2, 2 * day);
    struct source *src = read_text(&text,
                                   PAIRS("types", "d:date,t:timestamp", "delimiter", "comma"));
    n = 0;
    for (int year = 1800; year < 2200; year += 3)
        for (unsigned month = 0; month < 14; month++)
            for (unsigned day = 0; day < 33; day++, n++) {
                bool valid = calendar_valid(year, month, day);
                assert_int_equal(column_missing(table_at(src->table, 0), n), !valid);
                if (valid)
                    assert_int_equal(column_codes(table_at(src->table, 0))[n],
                                     calendar_days(year, month, day));
                valid = month + 11 < 24 && day * 2 < 60;
                assert_int_equal(column_missing(table_at(src->table, 1), n), !valid);
            }
    source_unref(src);
    str_release(&text);
}

/* ---------------------------------------------------------------- places */

static void test_rows_tell_line_and_offset(void **state)
{
    struct str text;
    size_t line[500];
    uint64_t at[500], got;

    (void)state;
    str_init(&text);
    str_add(&text, "a,b\n");
    for (size_t i = 0, l = 2; i < 500; i++) {
        line[i] = l;
        at[i] = text.len;
        bool blank = i % 50 == 49, two = i % 30 == 7;
        str_addf(&text, "%zu,%s%*s\n%s", i, two ? "\"x\ny\"" : "z", (int)(i % 9 * 40), "",
                 blank ? "\n" : "");
        l += 1 + two + blank;
    }
    struct source *src = read_text(&text, NULL);
    for (size_t i = 0; i < 500; i++) {
        assert_int_equal(table_line(src->table, i), line[i]);
        assert_true(table_offset(&got, src->table, i));
        assert_int_equal(got, at[i]);
    }
    source_unref(src);
    str_release(&text);
}

/* In a file of another encoding the bytes are the file's, not those of what it is decoded to. */
static void test_offsets_are_those_of_the_file(void **state)
{
    static const char *const encodings[] = { "latin1", "utf16le", "utf16be" };
    static const size_t unit[] = { 1, 2, 2 };

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct str text;
        str_init(&text);
        for (const char *p = "a,b\n1,\xFC\n\n2,\"\xE9\n\"\n3,x\n"; *p; p++) {
            if (k == 2)
                str_add_char(&text, '\0');
            str_add_char(&text, *p);
            if (k == 1)
                str_add_char(&text, '\0');
        }
        struct source *src = read_text(&text, PAIRS("encoding", encodings[k]));
        static const size_t at[] = { 4, 9, 16 }, line[] = { 2, 4, 6 };
        assert_int_equal(src->table->n_rows, 3);
        for (size_t i = 0; i < 3; i++) {
            uint64_t got;
            assert_true(table_offset(&got, src->table, i));
            assert_int_equal(got, at[i] * unit[k]);
            assert_int_equal(table_line(src->table, i), line[i]);
        }
        source_unref(src);
        str_release(&text);
    }
}

/* ---------------------------------------------------------------- samples */

/* What a sample lists as rejected the whole file does too, of the same row at the same place; and of each
 * row that is in the sample. */
static void check_sample_rejects(const struct source *some, const struct source *all)
{
    size_t n = 0;

    for (size_t k = 0; k < all->rejects.n; k++) {
        const struct reject *a = &all->rejects.list[k];
        if (!a->row || table_index_of(some->table, a->row) == TABLE_NO_ROW)
            continue;
        assert_true(n < some->rejects.n);
        const struct reject *r = &some->rejects.list[n++];
        assert_int_equal(r->row, a->row);
        assert_int_equal(r->line, a->line);
        assert_int_equal(r->col, a->col);
        assert_int_equal(r->kind, a->kind);
        assert_int_equal(r->column, a->column);
        assert_string_equal(r->text, a->text);
    }
    assert_int_equal(n, some->rejects.n);
}

static void check_sample(const struct str *text, size_t n, size_t n_all)
{
    struct source *all = read_text(text, PAIRS("types", "a:int,b:text"));
    char wanted[32];

    snprintf(wanted, sizeof(wanted), "%zu", n);
    for (size_t threads = 1; threads < 4; threads += 2) {
        size_t before = 0;
        uint64_t at, at_all;
        parallel_set_threads(threads);
        struct source *some = read_text(
            text, PAIRS("types", "a:int,b:text", "sample", wanted, "seed", "9"));
        check_sample_rejects(some, all);
        assert_int_equal(all->table->n_rows, n_all);
        assert_int_equal(some->table->n_rows, n < n_all ? n : n_all);
        assert_true(digest_eq(some->info.digest, all->info.digest));
        for (size_t i = 0; i < some->table->n_rows; i++) {
            size_t row = table_row_number(some->table, i);
            assert_true(row > before && row <= n_all);
            before = row;
            assert_int_equal(table_line(some->table, i), table_line(all->table, row - 1));
            assert_true(table_offset(&at, some->table, i) &&
                        table_offset(&at_all, all->table, row - 1) && at == at_all);
            for (size_t j = 0; j < 2; j++)
                assert_true(column_cells_equal(table_at(some->table, j), i, table_at(all->table, j),
                                               row - 1));
        }
        source_unref(some);
    }
    parallel_set_threads(0);
    source_unref(all);
}

static void test_sample_is_some_of_the_rows(void **state)
{
    static const char *const odd[] = { "\"x\ny\"", "5\" pipe", "\"q\"\"q\"", "", "\"a,b\"", "w" };
    struct str text;

    (void)state;
    str_init(&text);
    str_add(&text, "a,b\n");
    add_rows(&text, 0, 3000, "word");
    check_sample(&text, 100, 3000);
    check_sample(&text, 2999, 3000);
    check_sample(&text, 5000, 3000);
    for (size_t i = 0; i < 600; i++)
        str_addf(&text, "%s,%zu%s", odd[i % 6], i, i % 20 ? "\n" : "\n\n");
    str_add(&text, "9,no end");
    check_sample(&text, 1000, 3601);
    check_sample(&text, 3500, 3601);
    str_release(&text);
}

/* Each row is as likely as any other: the mean number of those chosen is the middle. */
static void test_sample_is_even(void **state)
{
    struct str text;
    double sum = 0;
    char seed[16];

    (void)state;
    str_init(&text);
    str_add(&text, "a,b\n");
    add_rows(&text, 0, 2000, "w");
    for (int k = 0; k < 50; k++) {
        snprintf(seed, sizeof(seed), "%d", k);
        struct source *src = read_text(&text, PAIRS("sample", "40", "seed", seed));
        for (size_t i = 0; i < 40; i++)
            sum += (double)column_ints(table_at(src->table, 0))[i];
        source_unref(src);
    }
    /* 2000 draws of mean 1000 and deviation 577: four standard errors are 52 */
    assert_true(sum / 2000 > 948 && sum / 2000 < 1052);
    str_release(&text);
}

/* ---------------------------------------------------------------- files that change */

static void check_change(const char *change, const char *expected)
{
    char path[] = "/tmp/assay_load_XXXXXX";
    struct read_request req = { .path = path };
    struct err err = { 0 };
    struct source *src;
    struct str text;
    void *reading;
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");

    str_init(&text);
    str_add(&text, "a,b\n");
    add_rows(&text, 0, 300000, "word");
    fwrite(text.buf, 1, text.len, f);
    fflush(f);
    assert_int_equal(reader_csv.open(&reading, &req, &err), 0);
    if (*change)
        fputs(change, f);
    else
        assert_int_equal(ftruncate(fd, 1500000), 0);
    fflush(f);
    assert_int_equal(reader_csv.read(&src, reading, NULL, &err), *expected ? -1 : 0);
    if (*expected)
        assert_non_null(strstr(err.msg, expected));
    else
        source_unref(src);
    reader_csv.close(reading);
    fclose(f);
    unlink(path);
    str_release(&text);
}

static void test_a_file_that_changes_is_an_error(void **state)
{
    (void)state;
    check_change("", "the file became shorter while it was read");
    check_change("300001,more\n", "the file changed while it was read: it had");
}

/* The first rows of a file of 8 GB are there without reading it: what is not read was never
 * written. */
static void test_first_rows_of_a_large_file(void **state)
{
    char path[] = "/tmp/assay_large_XXXXXX";
    struct read_request req = { .path = path };
    struct err err = { 0 };
    struct timespec begin, end;
    struct table *first;
    struct str text;
    void *reading;
    int fd = mkstemp(path);

    (void)state;
    str_init(&text);
    str_add(&text, "a,b\n");
    add_rows(&text, 0, 300000, "word");
    assert_int_equal(write(fd, text.buf, text.len), (ssize_t)text.len);
    if (ftruncate(fd, (off_t)8 << 30) == 0) {
        clock_gettime(CLOCK_MONOTONIC, &begin);
        assert_int_equal(reader_csv.open(&reading, &req, &err), 0);
        assert_int_equal(reader_csv.preview(&first, reading, 200, &err), 0);
        clock_gettime(CLOCK_MONOTONIC, &end);
        assert_int_equal(first->n_rows, 200);
        assert_true(end.tv_sec - begin.tv_sec < 5); /* a busy machine; 8 GB take longer */
        table_unref(first);
        reader_csv.close(reading);
    }
    close(fd);
    unlink(path);
    str_release(&text);
}

static void keep_early(void *early_ctx, struct table *take)
{
    *(struct table **)early_ctx = take;
}

/* Who asks is told the first rows before the rest is read; they are those of the whole. */
static void test_first_rows_are_told_early(void **state)
{
    char path[] = "/tmp/assay_early_XXXXXX";
    struct table *first = NULL;
    struct read_request req = { .path = path, .early = keep_early, .early_ctx = &first };
    struct err err = { 0 };
    struct source *src;
    struct str text;
    int fd = mkstemp(path);

    (void)state;
    str_init(&text);
    str_add(&text, "a,b\n");
    add_rows(&text, 0, 800000, "word");
    assert_int_equal(write(fd, text.buf, text.len), (ssize_t)text.len);
    assert_int_equal(stream_open(&req.stream, path, NULL, &err), 0);
    assert_int_equal(source_read_request(&src, &req, &reader_csv, NULL, &err), 0);
    assert_non_null(first);
    assert_int_equal(first->n_rows, EARLY_ROWS);
    assert_int_equal(src->table->n_rows, 800000);
    assert_true(column_cells_equal(table_at(first, 0), 999, table_at(src->table, 0), 999));
    table_unref(first);
    source_unref(src);
    close(fd);
    unlink(path);
    str_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_are_those_of_all_cells),
        cmocka_unit_test(test_many_different_texts_are_text),
        cmocka_unit_test(test_reals_are_those_of_strtod),
        cmocka_unit_test(test_dates_are_those_of_the_calendar),
        cmocka_unit_test(test_rows_tell_line_and_offset),
        cmocka_unit_test(test_offsets_are_those_of_the_file),
        cmocka_unit_test(test_rows_stop_the_reading),
        cmocka_unit_test(test_sample_is_some_of_the_rows),
        cmocka_unit_test(test_sample_is_even),
        cmocka_unit_test(test_a_file_that_changes_is_an_error),
        cmocka_unit_test(test_first_rows_of_a_large_file),
        cmocka_unit_test(test_first_rows_are_told_early),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
