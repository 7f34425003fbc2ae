/* Real and odd files of the shared data: each loads or gives a sentence, and where the right answer
 * is known it is compared.  Skipped where the data are absent. */
#include "csv_case.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"

#define SHARED ASSAY_SOURCE_DIR "/../shared/data/"

static void skip_without_data(void)
{
    if (access(SHARED "tables", R_OK) != 0)
        skip();
}

static int load(struct source **out, const char *path, const struct params *params, struct err *err)
{
    const struct reader *reader;

    if (reader_find(&reader, path, NULL, err))
        return -1;
    return source_read(out, path, reader, params, NULL, err);
}

/* ---------------------------------------------------------------- every file */

/* What a source promises: counts agree, rejects are in order and within the table, a replay with
 * the resolved parameters gives the same table. */
static void check_source(const struct source *src, const char *path)
{
    struct err err = { 0 };
    struct source *again;
    const struct reject *last = NULL;

    assert_true(src->table->n_cols > 0);
    for (size_t k = 0; k < src->rejects.n; k++) {
        const struct reject *r = &src->rejects.list[k];
        if (r->row > src->table->n_rows || r->column >= (int)src->table->n_cols || !r->line ||
            !r->col || (last && last->line > r->line) || strlen(r->text) > 200)
            fail_msg("%s: reject %zu is odd: row %zu, line %zu:%zu", path, k, r->row, r->line,
                     r->col);
        last = r;
    }
    if (load(&again, path, &src->params, &err))
        fail_msg("%s: does not load again: %s", path, err.msg);
    if (!digest_eq(table_digest(src->table), table_digest(again->table)))
        fail_msg("%s: a replay gives another table", path);
    source_unref(again);
}

static void check_file(const char *path, size_t *n_loaded, size_t *n_refused)
{
    struct err err = { 0 };
    struct source *src;

    if (load(&src, path, NULL, &err) == 0) {
        check_source(src, path);
        source_unref(src);
        ++*n_loaded;
        return;
    }
    if (err.code == ERR_NONE || strlen(err.msg) < 10)
        fail_msg("%s: refused without a sentence", path);
    ++*n_refused;
}

static void check_folder(const char *folder, size_t *n_loaded, size_t *n_refused)
{
    DIR *d = opendir(folder);
    char path[4096];
    struct stat st;

    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        assert_int_equal(stat(path, &st), 0);
        if (S_ISDIR(st.st_mode))
            check_folder(path, n_loaded, n_refused);
        else
            check_file(path, n_loaded, n_refused);
    }
    closedir(d);
}

static void test_every_odd_file_loads_or_says_why_not(void **state)
{
    size_t n_loaded = 0, n_refused = 0;

    (void)state;
    skip_without_data();
    check_folder(SHARED "odd_csv", &n_loaded, &n_refused);
    print_message("%zu odd files loaded, %zu refused with a sentence\n", n_loaded, n_refused);
    assert_true(n_loaded > n_refused);
}

/* ---------------------------------------------------------------- tables */

static void test_tables_have_their_shape_and_no_rejects(void **state)
{
    static const struct {
        const char *name;
        size_t n_rows, n_cols;
    } tables[] = {
        { "adult_train", 32561, 15 },
        { "airquality", 153, 7 },
        { "bank_small", 11162, 17 },
        { "banknote", 1372, 5 },
        { "boston_housing", 506, 15 },
        { "diamonds", 53940, 10 },
        { "iris", 150, 5 },
        { "mpg", 398, 9 },
        { "nycflights_sample", 32735, 17 },
        { "penguins", 344, 7 },
        { "tips", 244, 7 },
        { "titanic", 891, 15 },
        { "titanic_kaggle_raw", 891, 11 },
    };

    (void)state;
    skip_without_data();
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
        struct err err = { 0 };
        struct source *src;
        char path[4096];
        snprintf(path, sizeof(path), SHARED "tables/%s.csv", tables[i].name);
        if (load(&src, path, NULL, &err))
            fail_msg("%s: %s", path, err.msg);
        assert_int_equal(src->table->n_rows, tables[i].n_rows);
        assert_int_equal(src->table->n_cols, tables[i].n_cols);
        assert_int_equal(case_n_rejects(src), 0);
        source_unref(src);
    }
}

/* Its first line is no header but 178,13,class_0,class_1,class_2. */
static void test_a_line_of_metadata_is_listed(void **state)
{
    struct err err = { 0 };
    struct source *src;

    (void)state;
    skip_without_data();
    assert_int_equal(load(&src, SHARED "tables/wine.csv", NULL, &err), 0);
    assert_int_equal(src->table->n_rows, 179);
    assert_int_equal(src->table->n_cols, 14);
    assert_int_equal(src->rejects.count[REJECT_SHORT], 1);
    assert_int_equal(src->rejects.count[REJECT_VALUE], 3);
    assert_int_equal(src->rejects.list[0].line, 1);
    source_unref(src);
}

/* ---------------------------------------------------------------- known answers */

static const char *json_blanks(const char *p)
{
    return p + strspn(p, " \t\r\n,:");
}

/* The string at *p with its escapes taken; *p moves behind it. */
static char *json_string(const char **p)
{
    struct str out;
    char *text;

    assert_int_equal(**p, '"');
    str_init(&out);
    for (++*p; **p != '"'; ++*p) {
        if (**p == '\\')
            str_add_char(&out, *++*p == 'n' ? '\n' : **p == 'r' ? '\r' : **p == 't' ? '\t' : **p);
        else
            str_add_char(&out, **p);
    }
    ++*p;
    text = str_take(&out);
    str_release(&out);
    return text;
}

static void expect_cell(const struct table *t, size_t row, size_t col, const char *expected,
                        const char *path)
{
    struct str got;

    str_init(&got);
    cell_text(&got, table_at(t, col), row);
    if (strcmp(got.buf, expected) != 0)
        fail_msg("%s: row %zu column %zu is '%s', not '%s'", path, row + 1, col + 1, got.buf,
                 expected);
    str_release(&got);
}

/* Either [["a","b"],["1","2"]], the first row being the header, or [{"a":"1","b":"2"}]. */
static void expect_json(const struct table *t, const char *json, const char *path)
{
    bool objects = json_blanks(json_blanks(json) + 1)[0] == '{';
    size_t row = 0;

    for (const char *p = json_blanks(json_blanks(json) + 1); *p != ']'; p = json_blanks(p + 1)) {
        size_t col = 0;
        for (p = json_blanks(p + 1); *p == '"'; p = json_blanks(p), col++) {
            char *text = json_string(&p);
            assert_true(col < t->n_cols);
            if (objects || row == 0)
                assert_string_equal(text, table_name(t, col));
            if (objects) {
                mem_free(text);
                p = json_blanks(p);
                text = json_string(&p);
            }
            if (objects || row > 0)
                expect_cell(t, objects ? row : row - 1, col, text, path);
            mem_free(text);
        }
        assert_int_equal(col, t->n_cols);
        row++;
    }
    assert_int_equal(t->n_rows, objects ? row : row - 1);
}

static void check_known(const char *folder, const char *csv, const char *name)
{
    struct err err = { 0 };
    struct source *src;
    char path[4096], *json;
    size_t len;

    snprintf(path, sizeof(path), "%s/%s/%s", folder, csv, name);
    bool bad = strncmp(name, "bad-", 4) == 0, empty = strcmp(name, "all-empty.csv") == 0;
    int rc = load(&src, path, NULL, &err);
    /* all-empty.csv holds two blank lines, which are no rows here. */
    if (rc && (bad || empty))
        return;
    if (rc)
        fail_msg("%s: %s", path, err.msg);
    if (bad) {
        if (!case_n_rejects(src))
            fail_msg("%s: loaded without a word", path);
    } else {
        snprintf(path, sizeof(path), "%s/json/%.*s.json", folder, (int)strlen(name) - 4, name);
        assert_int_equal(file_read_all(&json, &len, path, 1 << 20, &err), 0);
        expect_json(src->table, json, path);
        mem_big_free(json);
    }
    source_unref(src);
}

static void check_known_folder(const char *folder, const char *csv)
{
    char path[4096];
    size_t n = 0;

    snprintf(path, sizeof(path), "%s/%s", folder, csv);
    DIR *d = opendir(path);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        if (e->d_name[0] != '.') {
            check_known(folder, csv, e->d_name);
            n++;
        }
    closedir(d);
    assert_true(n > 0);
}

static void test_files_with_a_known_answer_give_it(void **state)
{
    (void)state;
    skip_without_data();
    check_known_folder(SHARED "odd_csv/csv-spectrum", "csvs");
    check_known_folder(SHARED "odd_csv/csv-test-data", "csv");
}

/* ---------------------------------------------------------------- annotated dialects */

/* Field k of a line with | between fields. */
static char *psv_field(const char *line, size_t k)
{
    while (k-- > 0)
        line += strcspn(line, "|") + 1;
    return mem_strndup(line, strcspn(line, "|\r"));
}

static const char *annotated_name(const char *word)
{
    static const char *const names[][2] = {
        { "nsign", "#" },       { "vslash", "pipe" }, { "doublequote", "\"" },
        { "singlequote", "'" }, { "colon", ":" },     { "caret", "^" },
        { "tilde", "~" },       { "slash", "/" },     { "asterisk", "*" },
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(names[i][0], word) == 0)
            return names[i][1];
    return word;
}

static bool is_delimiter(const char *got, const char *wanted)
{
    size_t len = strlen(wanted);

    if (strcmp(wanted, "space") == 0 && strcmp(got, "whitespace") == 0)
        return true;
    return strncmp(got, wanted, len) == 0 && (!got[len] || got[len] == ' ');
}

enum annotated { AS_ANNOTATED, OTHER_DIALECT, REFUSED };

/* Delimiter, quote and escape of the file against what people saw in it. */
static enum annotated check_annotated(const char *folder, const char *line)
{
    char *name = psv_field(line, 0), *delimiter = psv_field(line, 2), *quote = psv_field(line, 3);
    char *escape = psv_field(line, 4), path[4096];
    struct err err = { 0 };
    struct source *src;
    enum annotated result = REFUSED;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (load(&src, path, NULL, &err) == 0) {
        const char *got = params_value(&src->params, "delimiter")->text;
        bool same = is_delimiter(got, annotated_name(delimiter));
        same = same &&
               strcmp(params_value(&src->params, "quote")->text, annotated_name(quote)) == 0;
        same = same && (strcmp(escape, "backslash") == 0) ==
                           (strcmp(params_value(&src->params, "escape")->text, "backslash") == 0);
        result = same ? AS_ANNOTATED : OTHER_DIALECT;
        if (!same)
            print_message("  %s: %s %s, annotated %s %s %s\n", name, got,
                          params_value(&src->params, "quote")->text, delimiter, quote, escape);
        source_unref(src);
    } else {
        print_message("  %s: %s\n", name, err.msg);
    }
    mem_free(name);
    mem_free(delimiter);
    mem_free(quote);
    mem_free(escape);
    return result;
}

/* Success ratio, refused files left out, as CSVsniffer publishes it: there 90.6 % of files from the
 * web (CleverCSV 84.3, DuckDB 76.8) and 95.4 % of the W3C's (61.1, 99.1). */
static double annotated_ratio(const char *folder)
{
    struct err err = { 0 };
    char path[4096], *text, *save = NULL;
    size_t len, n[3] = { 0 };

    snprintf(path, sizeof(path), "%s/_dialects.psv", folder);
    assert_int_equal(file_read_all(&text, &len, path, 1 << 20, &err), 0);
    (void)strtok_r(text, "\n", &save);
    for (char *line = strtok_r(NULL, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        n[check_annotated(folder, line)]++;
    mem_big_free(text);
    double ratio = (double)n[AS_ANNOTATED] / (double)(n[AS_ANNOTATED] + n[OTHER_DIALECT]);
    print_message("%s: %zu as annotated, %zu otherwise, %zu refused: %.1f %%\n", folder,
                  n[AS_ANNOTATED], n[OTHER_DIALECT], n[REFUSED], 100 * ratio);
    return ratio;
}

static void test_dialects_are_those_people_saw(void **state)
{
    (void)state;
    skip_without_data();
    assert_true(annotated_ratio(SHARED "odd_csv/csv_wrangling_github") >= 0.9);
    assert_true(annotated_ratio(SHARED "odd_csv/w3c_csvw") >= 0.95);
    assert_true(annotated_ratio(SHARED "odd_csv/csvsniffer_mixed") >= 0.5);
}

/* ---------------------------------------------------------------- the same table twice */

static struct source *must_load(const char *path, const struct params *params)
{
    struct err err = { 0 };
    struct source *src;

    if (load(&src, path, params, &err))
        fail_msg("%s: %s", path, err.msg);
    return src;
}

static void expect_same_tables(const char *one, const char *other)
{
    struct source *a = must_load(one, NULL), *b = must_load(other, NULL);

    if (!digest_eq(table_digest(a->table), table_digest(b->table)))
        fail_msg("%s and %s differ", one, other);
    source_unref(a);
    source_unref(b);
}

static void test_line_ends_and_wrappings_do_not_matter(void **state)
{
    (void)state;
    skip_without_data();
    expect_same_tables(SHARED "odd_csv/readr/eol-cr.txt", SHARED "odd_csv/readr/eol-crlf.txt");
    expect_same_tables(SHARED "odd_csv/readr/eol-cr.txt", SHARED "odd_csv/readr/eol-cr.txt.zip");
}

static void test_encodings_of_real_files(void **state)
{
    static const struct {
        const char *name, *encoding;
    } files[] = {
        { "odd_csv/csvkit/test_utf16_big.csv", "utf16be" },
        { "odd_csv/csvkit/null_byte.csv", "utf8" },
        { "dirty/raha_hospital/dirty.csv", "utf8" },
    };

    (void)state;
    skip_without_data();
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        char path[4096];
        snprintf(path, sizeof(path), SHARED "%s", files[i].name);
        struct source *src = must_load(path, NULL);
        assert_string_equal(params_value(&src->params, "encoding")->text, files[i].encoding);
        assert_true((unsigned char)table_name(src->table, 0)[0] < 0x80);
        source_unref(src);
    }
}

/* Dates that are not written as ISO has them stay as they are, and are told. */
static void test_dates_in_other_forms_are_told(void **state)
{
    (void)state;
    skip_without_data();
    struct source *src = must_load(SHARED "odd_csv/csvkit/test_date_format.csv", NULL);
    assert_true(case_has_note(src, "%d/%m/%Y"));
    source_unref(src);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_odd_file_loads_or_says_why_not),
        cmocka_unit_test(test_tables_have_their_shape_and_no_rejects),
        cmocka_unit_test(test_a_line_of_metadata_is_listed),
        cmocka_unit_test(test_files_with_a_known_answer_give_it),
        cmocka_unit_test(test_dialects_are_those_people_saw),
        cmocka_unit_test(test_line_ends_and_wrappings_do_not_matter),
        cmocka_unit_test(test_encodings_of_real_files),
        cmocka_unit_test(test_dates_in_other_forms_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
