/* Files are read without hanging and written whole or not at all. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/file.h"

/* A directory of our own for each test. */
static int make_dir(void **state)
{
    char *dir = mem_strdup("/tmp/assay-file-XXXXXX");

    *state = mkdtemp(dir);
    return *state ? 0 : -1;
}

static int remove_dir(void **state)
{
    char *dir = *state;
    DIR *d = opendir(dir);
    char path[4096];

    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (e->d_name[0] != '.' || strlen(e->d_name) > 2)
            remove(path);
    }
    closedir(d);
    rmdir(dir);
    mem_free(dir);
    return 0;
}

static size_t n_entries(const char *dir)
{
    DIR *d = opendir(dir);
    size_t n = 0;

    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

static char *path_in(void **state, const char *name)
{
    static char path[4096];

    snprintf(path, sizeof(path), "%s/%s", (char *)*state, name);
    return path;
}

static int write_file(const char *path, const char *text, struct err *err)
{
    struct file_out out;

    if (file_out_open(&out, path, err))
        return -1;
    fputs(text, out.stream);
    return file_out_commit(&out, err);
}

static void assert_holds(const char *path, const char *text)
{
    struct err err = { 0 };
    char *got;
    size_t len;

    assert_int_equal(file_read_all(&got, &len, path, 1 << 20, &err), 0);
    assert_int_equal(len, strlen(text));
    assert_string_equal(got, text);
    mem_big_free(got);
}

static void assert_refused(const char *path, const char *part)
{
    struct err err = { 0 };

    assert_int_equal(file_open_read(path, &err), -1);
    assert_int_equal(err.code, ERR_IO);
    if (!strstr(err.msg, part))
        fail_msg("'%s' lacks '%s'", err.msg, part);
}

static void test_what_is_no_file_is_refused_with_a_sentence(void **state)
{
    char *fifo = path_in(state, "pipe");

    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_refused(fifo, "it is a pipe"); /* and nobody writes to it: this must not hang */
    assert_refused(*state, "it is a directory");
    assert_refused("/dev/null", "it is a device");
    assert_refused(path_in(state, "absent"), "No such file");
}

/* Root may do everything: be nobody for a while. */
static void lower_rights(void)
{
    if (geteuid() == 0)
        assert_int_equal(seteuid(65534), 0);
}

static void restore_rights(void)
{
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
}

static void test_unreadable_file_is_refused(void **state)
{
    struct err err = { 0 };
    char *path = path_in(state, "secret");

    assert_int_equal(write_file(path, "x", &err), 0);
    chmod(path, 0);
    chmod(*state, 0755);
    lower_rights();
    assert_refused(path, "Permission denied");
    restore_rights();
}

static void test_reading_stops_at_the_limit(void **state)
{
    struct err err = { 0 };
    char *got, *path = path_in(state, "ten");
    size_t len;

    assert_int_equal(write_file(path, "0123456789", &err), 0);
    assert_int_equal(file_read_all(&got, &len, path, 10, &err), 0);
    assert_int_equal(len, 10);
    mem_big_free(got);
    assert_int_equal(file_read_all(&got, &len, path, 9, &err), -1);
    assert_int_equal(err.code, ERR_IO);
}

static void test_a_file_appears_only_when_committed(void **state)
{
    struct err err = { 0 };
    struct file_out out;
    char *path = path_in(state, "target");

    assert_int_equal(write_file(path, "old", &err), 0);
    assert_int_equal(file_out_open(&out, path, &err), 0);
    fputs("new", out.stream);
    fflush(out.stream);
    assert_holds(path, "old");
    assert_int_equal(file_out_commit(&out, &err), 0);
    assert_holds(path, "new");
    assert_int_equal(n_entries(*state), 1);
}

static void test_abort_leaves_the_old_file_and_no_other(void **state)
{
    struct err err = { 0 };
    struct file_out out;
    char *path = path_in(state, "target");

    assert_int_equal(write_file(path, "old", &err), 0);
    assert_int_equal(file_out_open(&out, path, &err), 0);
    fputs("new", out.stream);
    file_out_abort(&out);
    assert_holds(path, "old");
    assert_int_equal(n_entries(*state), 1);
}

static void test_mode_and_link_stay_as_they_are(void **state)
{
    struct err err = { 0 };
    struct stat st;
    char target[4096], *link_path;

    snprintf(target, sizeof(target), "%s", path_in(state, "target"));
    assert_int_equal(write_file(target, "old", &err), 0);
    chmod(target, 0640);
    link_path = path_in(state, "link");
    assert_int_equal(symlink(target, link_path), 0);
    assert_int_equal(write_file(link_path, "new", &err), 0);
    assert_int_equal(lstat(link_path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(target, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_holds(target, "new");
}

static void test_long_names_and_dashes_are_names_like_others(void **state)
{
    struct err err = { 0 };
    char name[256];

    memset(name, 'n', 255);
    name[255] = '\0';
    assert_int_equal(write_file(path_in(state, name), "x", &err), 0);
    assert_int_equal(write_file(path_in(state, "-rf"), "x", &err), 0);
    assert_int_equal(write_file(path_in(state, "two\nlines"), "x", &err), 0);
    assert_int_equal(n_entries(*state), 3);
}

static void test_targets_that_cannot_be_written(void **state)
{
    struct err err = { 0 };
    char name[5001];

    assert_int_equal(write_file(*state, "x", &err), -1);
    assert_int_equal(err.code, ERR_IO);
    assert_non_null(strstr(err.msg, "it is a directory"));
    assert_int_equal(write_file(path_in(state, "absent/file"), "x", &err), -1);
    assert_non_null(strstr(err.msg, "No such file"));
    memset(name, 'n', 5000);
    name[5000] = '\0';
    assert_int_equal(write_file(name, "x", &err), -1);
    assert_non_null(strstr(err.msg, "too long"));
    assert_int_equal(n_entries(*state), 0);
}

static void test_read_only_directory(void **state)
{
    struct err err = { 0 };

    chmod(*state, 0555);
    lower_rights();
    assert_int_equal(write_file(path_in(state, "file"), "x", &err), -1);
    restore_rights();
    assert_int_equal(err.code, ERR_IO);
    assert_non_null(strstr(err.msg, "Permission denied"));
    chmod(*state, 0700);
}

static void test_full_disk_is_told_at_commit(void **state)
{
    struct err err = { 0 };

    (void)state;
    assert_int_equal(write_file("/dev/full", "x", &err), -1);
    assert_int_equal(err.code, ERR_IO);
    assert_non_null(strstr(err.msg, "No space left"));
    assert_int_equal(write_file("/dev/null", "x", &err), 0);
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(test_what_is_no_file_is_refused_with_a_sentence),
        FILE_TEST(test_unreadable_file_is_refused),
        FILE_TEST(test_reading_stops_at_the_limit),
        FILE_TEST(test_a_file_appears_only_when_committed),
        FILE_TEST(test_abort_leaves_the_old_file_and_no_other),
        FILE_TEST(test_mode_and_link_stay_as_they_are),
        FILE_TEST(test_long_names_and_dashes_are_names_like_others),
        FILE_TEST(test_targets_that_cannot_be_written),
        FILE_TEST(test_read_only_directory),
        FILE_TEST(test_full_disk_is_told_at_commit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
