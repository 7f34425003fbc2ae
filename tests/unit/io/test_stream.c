/* Streams: every way of packing gives the same bytes; what is damaged is said with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/reader.h"
#include "io/stream.h"

static const char text[] = "a,b\n1,2\n";
static const uint8_t gzip_bytes[] = { 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
                                      0x4b, 0xd4, 0x49, 0xe2, 0x32, 0xd4, 0x31, 0xe2, 0x02, 0x00,
                                      0x7b, 0x07, 0x97, 0x0a, 0x08, 0x00, 0x00, 0x00 };
static const uint8_t zstd_bytes[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x41,
                                      0x00, 0x00, 0x61, 0x2c, 0x62, 0x0a, 0x31,
                                      0x2c, 0x32, 0x0a, 0x35, 0xe7, 0xca, 0xce };
static const uint8_t xz_bytes[] = {
    0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02, 0x00, 0x21, 0x01,
    0x16, 0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0x01, 0x00, 0x07, 0x61, 0x2c, 0x62, 0x0a, 0x31,
    0x2c, 0x32, 0x0a, 0x00, 0xbe, 0x9c, 0xbd, 0x49, 0xb5, 0x12, 0x2a, 0xfe, 0x00, 0x01, 0x20, 0x08,
    0xbb, 0x19, 0xd9, 0xbb, 0x1f, 0xb6, 0xf3, 0x7d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a
};
static const uint8_t bzip2_bytes[] = { 0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59,
                                       0xbf, 0x87, 0x40, 0x7f, 0x00, 0x00, 0x03, 0x59, 0x00, 0x00,
                                       0x10, 0x00, 0x04, 0x30, 0x00, 0x30, 0x00, 0x20, 0x00, 0x30,
                                       0xc0, 0x08, 0x69, 0xb2, 0x88, 0x23, 0x27, 0x8b, 0xb9, 0x22,
                                       0x9c, 0x28, 0x48, 0x5f, 0xc3, 0xa0, 0x3f, 0x80 };
static const uint8_t zip_one[] = {
    0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x21, 0x50, 0x7b,
    0x07, 0x97, 0x0a, 0x08, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00,
    0x61, 0x2e, 0x63, 0x73, 0x76, 0x61, 0x2c, 0x62, 0x0a, 0x31, 0x2c, 0x32, 0x0a, 0x50, 0x4b,
    0x01, 0x02, 0x14, 0x03, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x21, 0x50, 0x7b,
    0x07, 0x97, 0x0a, 0x08, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x61,
    0x2e, 0x63, 0x73, 0x76, 0x50, 0x4b, 0x05, 0x06, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01,
    0x00, 0x33, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x00, 0x00
};
static const uint8_t zip_two[] = {
    0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x21, 0x50, 0x83, 0x16,
    0xdc, 0x8c, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x61, 0x2e,
    0x63, 0x73, 0x76, 0x78, 0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x21, 0x50, 0x7b, 0x07, 0x97, 0x0a, 0x08, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x07, 0x00,
    0x00, 0x00, 0x64, 0x2f, 0x62, 0x2e, 0x63, 0x73, 0x76, 0x61, 0x2c, 0x62, 0x0a, 0x31, 0x2c, 0x32,
    0x0a, 0x50, 0x4b, 0x01, 0x02, 0x14, 0x03, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x21,
    0x50, 0x83, 0x16, 0xdc, 0x8c, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x61,
    0x2e, 0x63, 0x73, 0x76, 0x50, 0x4b, 0x01, 0x02, 0x14, 0x03, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x21, 0x50, 0x7b, 0x07, 0x97, 0x0a, 0x08, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00,
    0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x24, 0x00,
    0x00, 0x00, 0x64, 0x2f, 0x62, 0x2e, 0x63, 0x73, 0x76, 0x50, 0x4b, 0x05, 0x06, 0x00, 0x00, 0x00,
    0x00, 0x02, 0x00, 0x02, 0x00, 0x68, 0x00, 0x00, 0x00, 0x51, 0x00, 0x00, 0x00, 0x00, 0x00
};

/* All of a stream over these bytes as text; NULL with the error. */
static char *unpacked(const void *bytes, size_t len, const char *member, struct err *err)
{
    struct stream *s;
    char *all, *copy;
    size_t n;

    if (stream_memory(&s, bytes, len, "t", member, err))
        return NULL;
    int rc = stream_read_all(&all, &n, s, NULL, err);
    stream_close(s);
    if (rc)
        return NULL;
    assert_int_equal(strlen(all), n);
    copy = mem_strdup(all);
    mem_big_free(all);
    return copy;
}

static void assert_unpacks(const void *bytes, size_t len, const char *member, const char *wanted)
{
    struct err err = { 0 };
    char *got = unpacked(bytes, len, member, &err);

    if (!got)
        fail_msg("%s", err.msg);
    assert_string_equal(got, wanted);
    mem_free(got);
}

static void assert_refused(const void *bytes, size_t len, const char *member, const char *part)
{
    struct err err = { 0 };

    assert_null(unpacked(bytes, len, member, &err));
    if (!strstr(err.msg, part))
        fail_msg("'%s' lacks '%s'", err.msg, part);
}

static void test_every_packing_gives_the_same(void **state)
{
    (void)state;
    assert_unpacks(text, strlen(text), NULL, text);
    assert_unpacks(gzip_bytes, sizeof(gzip_bytes), NULL, text);
    assert_unpacks(zstd_bytes, sizeof(zstd_bytes), NULL, text);
    assert_unpacks(xz_bytes, sizeof(xz_bytes), NULL, text);
    assert_unpacks(bzip2_bytes, sizeof(bzip2_bytes), NULL, text);
    assert_unpacks(zip_one, sizeof(zip_one), NULL, text);
    assert_unpacks(zip_one, sizeof(zip_one), "a.csv", text);
    assert_unpacks("", 0, NULL, "");
}

static void test_members_of_an_archive(void **state)
{
    (void)state;
    assert_unpacks(zip_two, sizeof(zip_two), "d/b.csv", text);
    assert_refused(zip_two, sizeof(zip_two), NULL, "2 members; name one with member=");
    assert_refused(zip_two, sizeof(zip_two), NULL, "a.csv, d/b.csv");
    assert_refused(zip_two, sizeof(zip_two), "c", "has no member 'c'; it has a.csv, d/b.csv");
    assert_refused(gzip_bytes, sizeof(gzip_bytes), "c", "has no members");
    assert_refused(xz_bytes, sizeof(xz_bytes), "c", "has no members");
    assert_refused(text, strlen(text), "c", "is no zip archive");
}

static void test_gzip_members_are_one_stream(void **state)
{
    uint8_t two[2 * sizeof(gzip_bytes) + 8];

    (void)state;
    memset(two, 0, sizeof(two)); /* padding at the end */
    memcpy(two, gzip_bytes, sizeof(gzip_bytes));
    memcpy(two + sizeof(gzip_bytes), gzip_bytes, sizeof(gzip_bytes));
    assert_unpacks(two, sizeof(two), NULL, "a,b\n1,2\na,b\n1,2\n");
    memcpy(two + 2 * sizeof(gzip_bytes), "rubbish!", 8);
    assert_refused(two, sizeof(two), NULL, "behind the gzip data");
}

static void test_damage_is_told_with_its_place(void **state)
{
    uint8_t bad[sizeof(gzip_bytes)];

    (void)state;
    assert_refused(gzip_bytes, sizeof(gzip_bytes) - 9, NULL, "end too early, at byte");
    assert_refused(gzip_bytes, 12, NULL, "end too early, at byte 12 ");
    memcpy(bad, gzip_bytes, sizeof(bad));
    bad[sizeof(bad) - 6] ^= 1;
    assert_refused(bad, sizeof(bad), NULL, "checksum does not fit");
    memcpy(bad, gzip_bytes, sizeof(bad));
    bad[10] |= 7; /* a kind of block that there is not */
    assert_refused(bad, sizeof(bad), NULL, "make no sense");
    assert_refused(xz_bytes, sizeof(xz_bytes) - 20, NULL, "damaged or incomplete");
    assert_refused(zstd_bytes, sizeof(zstd_bytes) - 4, NULL, "damaged or incomplete");
    assert_refused(zip_one, 38, NULL, "damaged or incomplete");
}

static void test_the_head_is_read_again(void **state)
{
    struct err err = { 0 };
    struct stream *s;
    const char *head;
    char buf[64];

    (void)state;
    assert_int_equal(
        stream_memory(&s, (const char *)gzip_bytes, sizeof(gzip_bytes), "t", NULL, &err), 0);
    assert_int_equal(stream_peek(&head, s, 3, &err), 3);
    assert_memory_equal(head, "a,b", 3);
    assert_string_equal(stream_form(s), "gzip");
    assert_int_equal(stream_fd(s), -1);
    assert_int_equal(stream_read(s, buf, sizeof(buf), &err), 3);
    assert_int_equal(stream_read(s, buf, sizeof(buf), &err), 5);
    assert_int_equal(stream_read(s, buf, sizeof(buf), &err), 0);
    stream_close(s);
}

static void test_suffixes_of_compression_are_seen_through(void **state)
{
    (void)state;
    assert_int_equal(stream_bare_length("a.csv.gz"), 5);
    assert_int_equal(stream_bare_length("a.csv.ZST"), 5);
    assert_int_equal(stream_bare_length("a.csv"), 5);
    assert_int_equal(stream_bare_length(".gz"), 3);
    assert_string_equal(reader_by_suffix("a.csv.gz")->name, "csv");
    assert_null(reader_by_suffix("a"));
}

/* From a file: the table of a packed file is that of the plain one. */
static void test_a_packed_file_is_a_table(void **state)
{
    char path[] = "/tmp/assay-stream-XXXXXX";
    int fd = mkstemp(path);
    struct err err = { 0 };
    const struct reader *reader;
    struct source *src;

    (void)state;
    assert_int_equal(write(fd, zip_one, sizeof(zip_one)), sizeof(zip_one));
    close(fd);
    assert_int_equal(reader_find(&reader, path, NULL, &err), 0);
    assert_int_equal(source_read(&src, path, reader, NULL, NULL, &err), 0);
    assert_int_equal(src->table->n_rows, 1);
    assert_string_equal(src->notes[0], "unpacked: zip member a.csv");
    source_unref(src);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_packing_gives_the_same),
        cmocka_unit_test(test_members_of_an_archive),
        cmocka_unit_test(test_gzip_members_are_one_stream),
        cmocka_unit_test(test_damage_is_told_with_its_place),
        cmocka_unit_test(test_the_head_is_read_again),
        cmocka_unit_test(test_suffixes_of_compression_are_seen_through),
        cmocka_unit_test(test_a_packed_file_is_a_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
