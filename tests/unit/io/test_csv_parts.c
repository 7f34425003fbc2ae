/* A file read in parts gives what it gives record by record, wherever the cuts fall and however
 * many threads there are; and the fast finder of bytes finds what the plain one does. */
#include "csv_case.h"

#include <stdio.h>

#include "base/parallel.h"
#include "base/rng.h"

/* ---------------------------------------------------------------- blocks of 64 bytes */

static void test_masks_are_those_of_the_plain_one(void **state)
{
    static const char stops[4] = { ',', '"', '\n', '\r' };
    char block[CSV_BLOCK];
    struct rng r;

    (void)state;
    rng_init(&r, 11, 0);
    for (int i = 0; i < 20000; i++) {
        for (size_t k = 0; k < sizeof(block); k++)
            block[k] = i % 2 ? (char)rng_u32(&r) : ",\"\n\rab"[rng_below(&r, 6)];
        uint64_t expected = csv_mask_plain(block, stops);
        assert_true(csv_mask_best()(block, stops) == expected);
#ifdef __SSE2__
        assert_true(csv_mask_sse2(block, stops) == expected);
        if (__builtin_cpu_supports("avx2"))
            assert_true(csv_mask_avx2(block, stops) == expected);
#endif
    }
}

/* Every place of a text is found, in texts of every length, from every place on. */
static void test_find_sees_every_place(void **state)
{
    static const char stops[4] = { ',', ',', ',', ',' };

    (void)state;
    for (size_t len = 0; len < 3 * CSV_BLOCK; len += 7) {
        char *text = mem_new(len + 1, 1); /* as long as said: a byte more read is seen by ASan */
        for (size_t place = 0; place <= len; place++) {
            memset(text, 'x', len + 1);
            text[place] = ',';
            for (size_t origin = 0; origin <= place; origin += 5) {
                struct csv_finder f;
                csv_finder_init(&f, origin, stops);
                assert_int_equal(csv_find(&f, text, len, origin), place);
            }
        }
        mem_free(text);
    }
}

/* ---------------------------------------------------------------- parts */

static void show_rejects(struct str *out, const struct source *src)
{
    for (int k = 0; k < REJECT_N_KINDS; k++)
        str_addf(out, " %zu", src->rejects.count[k]);
    for (size_t i = 0; i < src->rejects.n; i++) {
        const struct reject *r = &src->rejects.list[i];
        str_addf(out, "\n%d row %zu at %zu:%zu column %d '%s'", (int)r->kind, r->row, r->line,
                 r->col, r->column, r->text);
    }
    for (size_t i = 0; i < src->n_notes; i++)
        str_addf(out, "\nnote %s", src->notes[i]);
}

static void show_table(struct str *out, const struct table *t)
{
    char *cells = t->n_rows <= 200 ? case_text(t) : mem_strdup("");
    struct digest digest = table_digest(t);

    str_addf(out, "%zu x %zu %016llx%016llx\n%s\nlines", t->n_rows, t->n_cols,
             (unsigned long long)digest.hi, (unsigned long long)digest.lo, cells);
    for (size_t i = 0; i < t->n_rows; i++)
        str_addf(out, " %zu", table_line(t, i));
    mem_free(cells);
}

/* All that reading the text gives, as one text. */
static char *read_in_parts(const char *text, size_t len, bool header,
                           const struct csv_options *options)
{
    struct arena arena;
    struct err err = { 0 };
    struct source *src;
    struct str out;

    arena_init(&arena);
    str_init(&out);
    struct params params = case_params(
        &arena, PAIRS("delimiter", "comma", "na", "NA", "header", header ? "yes" : "no"));
    if (csv_read_options(&src, text, len, "t.csv", &params, options, NULL, &err)) {
        str_addf(&out, "error %d at %zu:%zu %s", (int)err.code, err.line, err.col, err.msg);
    } else {
        show_table(&out, src->table);
        show_rejects(&out, src);
        source_unref(src);
    }
    char *shown = mem_strdup(out.buf);
    str_release(&out);
    arena_release(&arena);
    return shown;
}

static void check_options(const char *text, size_t len, bool header, const char *expected,
                          const struct csv_options *options)
{
    char *got = read_in_parts(text, len, header, options);

    if (strcmp(got, expected) != 0)
        fail_msg("chunks of %zu in waves of %zu%s:\n%s\n---- expected\n%s\n---- from\n%s",
                 options->chunk_bytes, options->wave_bytes, options->plain ? ", plain" : "", got,
                 expected, text);
    mem_free(got);
}

/* The plain twin: one chunk, record by record. */
static void check_parts(const char *text, size_t len)
{
    static const size_t chunks[] = { 1, 2, 7, 64, 300, 4096, (size_t)1 << 30 };
    static const size_t waves[] = { 1, 3, 40 };
    const struct csv_options whole = { (size_t)1 << 30, (size_t)1 << 30, true };

    for (int header = 0; header < 2; header++) {
        char *expected = read_in_parts(text, len, header, &whole);
        for (size_t k = 0; k < sizeof(chunks) / sizeof(*chunks); k++)
            for (size_t i = 0; i < sizeof(waves) / sizeof(*waves); i++) {
                struct csv_options options = { chunks[k], chunks[k] * waves[i], false };
                if (len / options.wave_bytes > 500 || (len > 2000 && i == 1))
                    continue;
                parallel_set_threads(1 + 2 * (i % 2));
                check_options(text, len, header, expected, &options);
                options.plain = true;
                if (k % 3 == 1)
                    check_options(text, len, header, expected, &options);
            }
        mem_free(expected);
    }
    parallel_set_threads(0);
}

static void test_chosen_texts(void **state)
{
    static const char *const texts[] = {
        "",
        "a",
        "a,b\n",
        "a,b\n1,2\n3,4",
        "a,b\r\n1,2\r\n\r\n \t\r\n3,4\r\n",
        "a,b\r1,2\r\r3,4\r",
        "a,b\n1,\"x\ny\"\n2,\"\n\n\n\"\n3,z\n",
        "a,b\n1,\"x\"\"\n\"\"y\"\"\"\n2,\"\r\n\"\"\r\"\"\n\"\n3,z\n",
        "a,b\n1,\"never closed\n2,3\n4,5\n",
        "a,b\n1,\"\"\"\"\n\"x\"\"y\",\"never closed\n2,3\n4,5\n",
        "a,b\n1,5\" pipe\n2,6\" pipe\n3,\"x\"tail,4\n4\n",
        "a\n\n\n\n\n",
        "\n\n\n\na,b\n\n\n1,2",
        "\xEF\xBB\xBF"
        "a,b\n1,\xff\n2,\xc3\xa4\n",
        "a,b\n1,2,\n3,4,\n5,6,\n",
        "\"a\"\"\",b\n\"\"\"\",2\n",
        "a,b\n1,\xc3\xa4\xe2\x82\xac\n2,\xf0\x9f\x98\x80\n",
        "a,b\n-999,2020-01-01\n-12,2020-13-01\n7,2020-02-30\n1e400,x\n-0,2020-02-03\n",
        "a\n1\n\n2\n \n3\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        check_parts(texts[i], strlen(texts[i]));
}

/* Quotes that mean something and quotes that do not, line ends of all kinds, blanks, NUL. */
static void test_random_texts(void **state)
{
    static const char *const bytes[] = { "a,1\n", "a,1\n\"", "a1,\r\n\" ", "\",\n",
                                         "ab,\n\r\" \t\xff" };
    char text[200];
    struct rng r;

    (void)state;
    rng_init(&r, 12, 0);
    for (int i = 0; i < 400; i++) {
        const char *from = bytes[i % 5];
        size_t len = 1 + rng_below(&r, sizeof(text) - 1), n = strlen(from) + (i % 50 == 0);
        for (size_t k = 0; k < len; k++)
            text[k] = from[rng_below(&r, n)];
        check_parts(text, len);
    }
}

/* Proper records, many of them with line ends, commas and doubled quotes in quotes. */
static void test_records_with_quoted_line_ends(void **state)
{
    static const char *const fields[] = { "1",
                                          "-2.5e3",
                                          "",
                                          "text",
                                          "\"a,b\"",
                                          "\"two\nlines\"",
                                          "\"say \"\"hi\"\"\n\"",
                                          "\"\n\"\"\n\"",
                                          "2024-02-29",
                                          "NA" };
    struct str text;
    struct rng r;

    (void)state;
    rng_init(&r, 13, 0);
    str_init(&text);
    str_add(&text, "a,b,c\n");
    for (int i = 0; i < 3000; i++)
        for (int j = 0; j < 3; j++) {
            str_add(&text, fields[rng_below(&r, 10)]);
            str_add(&text, j < 2 ? "," : i % 11 ? "\n" : "\r\n\r\n");
        }
    check_parts(text.buf, text.len);
    str_release(&text);
}

/* A quoted field longer than many parts, and than a guess looks ahead. */
static void test_field_longer_than_parts(void **state)
{
    struct str text;

    (void)state;
    str_init(&text);
    str_add(&text, "a,b\n1,\"");
    for (int i = 0; i < 30000; i++)
        str_add(&text, i % 3 ? "x,y\n" : "x\"\"y\n");
    str_add(&text, "\"\n2,z\n");
    for (int i = 0; i < 3000; i++)
        str_add(&text, "3,w\n");
    check_parts(text.buf, text.len);
    str_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masks_are_those_of_the_plain_one),
        cmocka_unit_test(test_find_sees_every_place),
        cmocka_unit_test(test_chosen_texts),
        cmocka_unit_test(test_random_texts),
        cmocka_unit_test(test_records_with_quoted_line_ends),
        cmocka_unit_test(test_field_longer_than_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
