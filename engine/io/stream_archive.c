/* stream_archive.c - zip archives, zstd, xz, bzip2 and lz4 through libarchive.
 *
 * Of a zip archive one member is read: the only one, or the one that is named.  Its directory is at
 * its end, but the members come in order, so that reading never seeks and standard input works too.
 * Whether there are others is looked up first, where the file can be read twice. */
#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/stream_kind.h"

#define IN_BLOCK     ((size_t)256 << 10)
#define MEMBERS_TOLD 12

struct unzip {
    struct stream_raw *raw;
    struct archive *archive;
    char *in;
    bool zip;
    struct err in_err; /* of reading the file itself */
    uint64_t given;
};

/* The raw bytes of a file that libarchive's filters know. */
static bool is_zip(const char *head, size_t len)
{
    return len >= 4 && memcmp(head, "PK\x03\x04", 4) == 0;
}

static bool archive_knows(const char *head, size_t len)
{
    static const char *const packed[] = { "\xfd"
                                          "7zXZ",
                                          "\x28\xb5\x2f\xfd", "BZh", "\x04\x22\x4d\x18" };

    for (size_t k = 0; k < sizeof(packed) / sizeof(*packed); k++)
        if (len > 4 && memcmp(head, packed[k], strlen(packed[k])) == 0)
            /* "BZh" may begin a word; the digit and the magic number of a block make it sure. */
            return k != 2 || (len >= 10 && head[3] >= '1' && head[3] <= '9' &&
                              (memcmp(head + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
                               memcmp(head + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0));
    return is_zip(head, len);
}

static la_ssize_t feed(struct archive *a, void *ctx, const void **block)
{
    struct unzip *u = ctx;
    ptrdiff_t got = raw_read(u->raw, u->in, IN_BLOCK, &u->in_err);

    *block = u->in;
    if (got < 0)
        archive_set_error(a, ARCHIVE_FATAL, "%s", u->in_err.msg);
    return got;
}

static int archive_damaged(const struct unzip *u, struct err *err)
{
    const char *why = archive_error_string(u->archive);

    if (u->in_err.code) {
        if (err)
            *err = u->in_err;
        return -1;
    }
    return err_set(
        err, ERR_IO,
        "%s: %s, before byte %llu of the file, after %llu bytes were unpacked; the file is "
        "damaged or incomplete, fetch it again",
        u->raw->path, why ? why : "it cannot be unpacked", (unsigned long long)u->raw->at,
        (unsigned long long)u->given);
}

static void archive_close(void *state)
{
    struct unzip *u = state;

    archive_read_free(u->archive);
    mem_free(u->in);
    mem_free(u);
}

static bool is_member(struct archive_entry *entry)
{
    return archive_entry_filetype(entry) != AE_IFDIR && archive_entry_pathname(entry);
}

/* What is to be said when there is not just one member to read. */
static int tell_members(const struct unzip *u, const char *member, const struct str *names,
                        size_t n, struct err *err)
{
    if (!n)
        return err_set(err, ERR_DOMAIN, "%s has no file in it", u->raw->path);
    if (member)
        return err_set(err, ERR_USAGE, "%s has no member '%s'; it has %s", u->raw->path, member,
                       names->buf);
    return err_set(err, ERR_USAGE,
                   "%s has %zu members; name one with member=, or load them one by "
                   "one: %s",
                   u->raw->path, n, names->buf);
}

static void add_member(struct str *names, size_t n, const char *name)
{
    if (n < MEMBERS_TOLD) {
        str_add(names, n ? ", " : "");
        str_add_escaped(names, name, strlen(name));
    } else if (n == MEMBERS_TOLD) {
        str_add(names, " …");
    }
}

/* Names of the members from here on; -1 when the archive is damaged. */
static int list_members(struct unzip *u, struct str *names, size_t *n, struct err *err)
{
    struct archive_entry *entry;
    int rc;

    while ((rc = archive_read_next_header(u->archive, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN)
        if (is_member(entry))
            add_member(names, (*n)++, archive_entry_pathname(entry));
    return rc == ARCHIVE_EOF ? 0 : archive_damaged(u, err);
}

static void tell_form(char **form, const char *name)
{
    struct str text;

    str_init(&text);
    str_addf(&text, "zip member %s", name);
    mem_free(*form);
    *form = str_take(&text);
    str_release(&text);
}

/* Go to the data of the member; 1 there, 0 not there (with the list), -1. */
static int seek_member(struct unzip *u, const char *member, char **form, struct str *names,
                       size_t *n, struct err *err)
{
    struct archive_entry *entry;
    int rc;

    while ((rc = archive_read_next_header(u->archive, &entry)) == ARCHIVE_OK ||
           rc == ARCHIVE_WARN) {
        if (!is_member(entry))
            continue;
        const char *name = archive_entry_pathname(entry);
        add_member(names, (*n)++, name);
        if (member && strcmp(member, name) != 0)
            continue;
        if (archive_entry_is_encrypted(entry))
            return err_set(err, ERR_IO, "%s: the member %s is encrypted; unpack it first",
                           u->raw->path, name);
        tell_form(form, name);
        return 1;
    }
    return rc == ARCHIVE_EOF ? 0 : archive_damaged(u, err);
}

static struct unzip *unzip_new(struct stream_raw *raw, bool zip)
{
    struct unzip *u = MEM_NEW(struct unzip, 1);

    u->raw = raw;
    u->zip = zip;
    u->in = mem_new(IN_BLOCK, 1);
    u->archive = archive_read_new();
    archive_read_support_filter_all(u->archive);
    if (zip)
        archive_read_support_format_zip_streamable(u->archive);
    else
        archive_read_support_format_raw(u->archive);
    return u;
}

/* Without a member's name there must be one member only, which is known at the end: look there, then
 * begin anew.  1 there is one; 0, -1.  What cannot be read twice is taken to have one. */
static int only_member(struct unzip **u, struct str *names, size_t *n, char **form, struct err *err)
{
    struct stream_raw *raw = (*u)->raw;
    struct str again;
    size_t k = 0;

    if (!raw->size)
        return 1;
    if (list_members(*u, names, n, err))
        return -1;
    if (*n != 1)
        return 0;
    archive_close(*u);
    *u = unzip_new(raw, true);
    if (raw_rewind(raw, err))
        return -1;
    if (archive_read_open((*u)->archive, *u, NULL, feed, NULL) != ARCHIVE_OK)
        return archive_damaged(*u, err);
    str_init(&again);
    int rc = seek_member(*u, NULL, form, &again, &k, err);
    str_release(&again);
    return rc;
}

static int open_zip(struct unzip **out, char **form, struct stream_raw *raw, const char *member,
                    struct err *err)
{
    struct unzip *u = unzip_new(raw, true);
    struct str names;
    size_t n = 0;
    int rc = -1;

    str_init(&names);
    if (archive_read_open(u->archive, u, NULL, feed, NULL) != ARCHIVE_OK)
        archive_damaged(u, err);
    else
        rc = seek_member(u, member, form, &names, &n, err);
    if (rc == 1 && !member)
        rc = only_member(&u, &names, &n, form, err);
    if (rc == 0)
        rc = tell_members(u, member, &names, n, err);
    str_release(&names);
    *out = u;
    return rc < 0 ? -1 : 0;
}

static int open_raw(struct unzip **out, char **form, struct stream_raw *raw, const char *member,
                    struct err *err)
{
    struct unzip *u = *out = unzip_new(raw, false);
    struct archive_entry *entry;

    if (member)
        return err_set(err, ERR_USAGE,
                       "%s is compressed and has no members; leave out member=", raw->path);
    if (archive_read_open(u->archive, u, NULL, feed, NULL) != ARCHIVE_OK ||
        archive_read_next_header(u->archive, &entry) != ARCHIVE_OK)
        return archive_damaged(u, err);
    *form = mem_strdup(archive_filter_name(u->archive, 0));
    return 0;
}

static int archive_open(void **state, char **form, struct stream_raw *raw, const char *member,
                        struct err *err)
{
    struct unzip *u;
    int rc = is_zip(raw->head, raw->head_len) ? open_zip(&u, form, raw, member, err)
                                              : open_raw(&u, form, raw, member, err);

    if (rc) {
        archive_close(u);
        return -1;
    }
    *state = u;
    return 0;
}

static ptrdiff_t archive_read(void *state, void *buf, size_t len, struct err *err)
{
    struct unzip *u = state;
    la_ssize_t got = archive_read_data(u->archive, buf, len);

    if (got < 0)
        return archive_damaged(u, err);
    u->given += (uint64_t)got;
    return got;
}

const struct unpacker unpack_archive = {
    .name = "archive",
    .knows = archive_knows,
    .open = archive_open,
    .read = archive_read,
    .close = archive_close,
};
