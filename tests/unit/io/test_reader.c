/* The registry, files that are no tables, preview, progress, cancel and what a source holds. */
#include "csv_case.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"

static char test_path[64];

/* A file with these bytes; its path stays valid until the next one. */
static const char *file_with(const char *suffix, const char *bytes, size_t len)
{
    int fd;

    snprintf(test_path, sizeof(test_path), "/tmp/assay-reader-XXXXXX%s", suffix);
    fd = mkstemps(test_path, (int)strlen(suffix));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
    return test_path;
}

static int read_path(struct source **out, const char *path, struct err *err)
{
    const struct reader *reader;

    if (reader_find(&reader, path, NULL, err))
        return -1;
    return source_read(out, path, reader, NULL, NULL, err);
}

static void assert_foreign(const char *bytes, size_t len, const char *part)
{
    struct err err = { 0 };
    struct source *src;
    const char *path = file_with(".csv", bytes, len);

    assert_int_equal(read_path(&src, path, &err), -1);
    assert_int_equal(err.code, ERR_PARSE);
    if (!strstr(err.msg, part))
        fail_msg("'%s' lacks '%s'", err.msg, part);
    remove(path);
}

#define FOREIGN(bytes, part) assert_foreign(bytes, sizeof(bytes) - 1, part)

static void test_what_is_no_table_is_named(void **state)
{
    (void)state;
    FOREIGN("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG image");
    FOREIGN("\xff\xd8\xff\xe0\0\x10JFIF", "JPEG image");
    FOREIGN("%PDF-1.4\n", "PDF");
    FOREIGN("<!DOCTYPE html>\n<html>", "web page");
    FOREIGN("<?xml version=\"1.0\"?>", "XML");
    FOREIGN("\1\2\3\4\5\6\7\x0e\x0f\x10\x11\x12 abc", "binary");
}

static void test_tables_that_begin_oddly_are_tables(void **state)
{
    (void)state;
    case_is_with("[a],{b}\n1,2\n", PAIRS("header", "yes"), "[a]:int {b}:int / 1 2");
    case_is_with("@x,BZ\n1,2\n", PAIRS("header", "yes"), "@x:int BZ:int / 1 2");
}

static void test_missing_and_empty_files(void **state)
{
    struct err err = { 0 };
    struct source *src;
    const char *path = file_with(".csv", "", 0);

    (void)state;
    assert_int_equal(read_path(&src, path, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_non_null(strstr(err.msg, "no data"));
    remove(path);
    assert_int_equal(read_path(&src, path, &err), -1);
    assert_int_equal(err.code, ERR_IO);
    assert_int_equal(read_path(&src, "/tmp", &err), -1);
    assert_int_equal(err.code, ERR_IO);
}

static void test_reader_is_found_by_name_suffix_or_content(void **state)
{
    struct err err = { 0 };
    const struct reader *r;
    const char *path = file_with(".what", "a;b\n1;2\n", 8);

    (void)state;
    assert_int_equal(reader_find(&r, path, NULL, &err), 0);
    assert_string_equal(r->name, "csv");
    assert_int_equal(reader_find(&r, path, "csv", &err), 0);
    assert_int_equal(reader_find(&r, path, "xls", &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.msg, "readers are csv"));
    remove(path);
}

static void test_tables_of_readers_and_parameters_are_sane(void **state)
{
    struct err err = { 0 };

    (void)state;
    for (size_t i = 0; reader_table[i]; i++) {
        const struct reader *r = reader_table[i];
        assert_true(r->name && r->help && r->suffixes);
        assert_true(r->sniff && r->open && r->preview && r->read && r->close);
        if (param_check_specs(r->params, &err))
            fail_msg("%s: %s", r->name, err.msg);
    }
    for (int k = 0; k < REJECT_N_KINDS; k++)
        assert_true(strlen(reject_kind_name((enum reject_kind)k)) > 3);
}

static void test_source_tells_where_it_comes_from(void **state)
{
    static const char text[] = "a,b\n1,x\n";
    struct err err = { 0 };
    struct source *src;
    struct hasher h;
    struct stat st;
    const char *path = file_with(".csv", text, sizeof(text) - 1);

    (void)state;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(read_path(&src, path, &err), 0);
    hasher_init(&h);
    hasher_add(&h, text, sizeof(text) - 1);
    assert_true(digest_eq(src->info.digest, hasher_finish(&h)));
    assert_string_equal(src->info.path, path);
    assert_string_equal(src->info.reader, "csv");
    assert_int_equal(src->info.size_bytes, sizeof(text) - 1);
    assert_int_equal(src->info.modified_s, st.st_mtime);
    assert_int_equal(table_line(src->table, 0), 2);
    struct source *again = source_ref(src);
    source_unref(src);
    assert_int_equal(again->table->n_rows, 1);
    source_unref(again);
    remove(path);
}

/* More than the head (1 MB), so that preview comes before the file is read. */
static char *large_text(size_t n_rows)
{
    struct str text;
    char *made;

    str_init(&text);
    str_add(&text, "i,half,word\n");
    for (size_t i = 0; i < n_rows; i++)
        str_addf(&text, "%zu,%zu.5,\"word %zu\"\n", i, i, i % 7);
    made = str_take(&text);
    str_release(&text);
    return made;
}

static void test_preview_comes_before_the_file_is_read(void **state)
{
    char *text = large_text(100000);
    const char *path = file_with(".csv", text, strlen(text));
    struct read_request req = { .path = path };
    struct err err = { 0 };
    struct table *head;
    struct source *src;
    void *st;

    (void)state;
    assert_int_equal(reader_csv.open(&st, &req, &err), 0);
    assert_int_equal(reader_csv.preview(&head, st, 50, &err), 0);
    assert_int_equal(head->n_rows, 50);
    assert_int_equal(table_at(head, 0)->type, COLUMN_INT);
    assert_int_equal(column_ints(table_at(head, 0))[49], 49);
    table_unref(head);
    assert_int_equal(reader_csv.read(&src, st, NULL, &err), 0);
    assert_int_equal(src->table->n_rows, 100000);
    assert_int_equal(column_ints(table_at(src->table, 0))[99999], 99999);
    assert_int_equal(table_at(src->table, 2)->type, COLUMN_CATEGORY);
    source_unref(src);
    reader_csv.close(st);
    remove(path);
    mem_free(text);
}

static void test_a_record_longer_than_the_head(void **state)
{
    struct err err = { 0 };
    struct source *src;
    struct str text;
    const char *path;

    (void)state;
    str_init(&text);
    for (int i = 0; i < 70000; i++)
        str_addf(&text, "%sa_rather_long_name_%d", i ? "\t" : "", i);
    str_add_char(&text, '\n');
    str_add_repeat(&text, "1\t", 69999);
    str_add(&text, "2\n");
    path = file_with(".csv", text.buf, text.len);
    assert_int_equal(read_path(&src, path, &err), 0);
    assert_int_equal(src->table->n_cols, 70000);
    assert_int_equal(src->table->n_rows, 1);
    assert_int_equal(table_at(src->table, 69999)->type, COLUMN_INT);
    assert_int_equal(case_n_rejects(src), 0);
    source_unref(src);
    remove(path);
    str_release(&text);
}

static void test_progress_reaches_the_end_and_cancel_stops(void **state)
{
    char *text = large_text(20000);
    struct err err = { 0 };
    struct source *src;
    struct job job;

    (void)state;
    job_init(&job);
    assert_int_equal(csv_read_memory(&src, text, strlen(text), "t", NULL, &job, &err), 0);
    assert_true(job_fraction(&job) > 0.999);
    source_unref(src);
    job_init(&job);
    job_cancel(&job);
    assert_int_equal(csv_read_memory(&src, text, strlen(text), "t", NULL, &job, &err), -1);
    assert_int_equal(err.code, ERR_CANCELLED);
    mem_free(text);
}

static void test_each_failed_allocation_is_an_error(void **state)
{
    char *text = large_text(3000);
    struct err err = { 0 };
    struct source *src;
    size_t n = 1;

    (void)state;
    for (;; n++) {
        mem_big_fail_after(n);
        int rc = csv_read_memory(&src, text, strlen(text), "t", NULL, NULL, &err);
        mem_big_fail_after(0);
        if (rc == 0)
            break;
        assert_int_equal(err.code, ERR_NOMEM);
        assert_true(n < 200);
    }
    assert_true(n > 8);
    source_unref(src);
    mem_free(text);
}

static void test_standard_input_is_a_dash(void **state)
{
    static const char text[] = "a,b\n1,x\n2,y\n";
    struct err err = { 0 };
    struct source *src;
    int ends[2], saved = dup(STDIN_FILENO);

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, sizeof(text) - 1), sizeof(text) - 1);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    assert_int_equal(read_path(&src, "-", &err), 0);
    dup2(saved, STDIN_FILENO);
    close(saved);
    assert_int_equal(src->table->n_rows, 2);
    assert_string_equal(src->info.path, "-");
    source_unref(src);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_table_is_named),
        cmocka_unit_test(test_tables_that_begin_oddly_are_tables),
        cmocka_unit_test(test_missing_and_empty_files),
        cmocka_unit_test(test_reader_is_found_by_name_suffix_or_content),
        cmocka_unit_test(test_tables_of_readers_and_parameters_are_sane),
        cmocka_unit_test(test_source_tells_where_it_comes_from),
        cmocka_unit_test(test_preview_comes_before_the_file_is_read),
        cmocka_unit_test(test_a_record_longer_than_the_head),
        cmocka_unit_test(test_progress_reaches_the_end_and_cancel_stops),
        cmocka_unit_test(test_each_failed_allocation_is_an_error),
        cmocka_unit_test(test_standard_input_is_a_dash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
