/* stream_gzip.c - gzip through zlib itself: libarchive does not hold the checksum against the data.
 *
 * A file may have several members, one after the other, as parallel compressors and `cat` make them;
 * they are one stream.  Format: RFC 1952. */
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "io/stream_kind.h"

#define IN_BLOCK ((size_t)256 << 10)

struct gzip {
    struct stream_raw *raw;
    z_stream z;
    uint8_t *in;
    bool between; /* at the beginning of a member, or at the end of the file */
    size_t n_members;
    uint64_t given;
};

static bool gzip_knows(const char *head, size_t len)
{
    return len >= 3 && memcmp(head, "\x1f\x8b\x08", 3) == 0;
}

static int gzip_open(void **state, char **form, struct stream_raw *raw, const char *member,
                     struct err *err)
{
    struct gzip *g;

    if (member)
        return err_set(err, ERR_USAGE,
                       "%s is compressed with gzip and has no members; leave out "
                       "member=",
                       raw->path);
    g = MEM_NEW(struct gzip, 1);
    g->raw = raw;
    if (inflateInit2(&g->z, 15 + 16) != Z_OK) { /* 16: the gzip header and trailer are checked */
        mem_free(g);
        return err_set(err, ERR_NOMEM, "no memory to unpack %s", raw->path);
    }
    g->in = mem_new(IN_BLOCK, 1);
    g->between = true;
    *form = mem_strdup("gzip");
    *state = g;
    return 0;
}

/* Where in the file the next byte to unpack stands. */
static unsigned long long gzip_at(const struct gzip *g)
{
    return (unsigned long long)(g->raw->at - g->z.avail_in);
}

static ptrdiff_t gzip_damaged(const struct gzip *g, const char *what, struct err *err)
{
    return err_set(err, ERR_IO,
                   "%s: %s, at byte %llu of the file, after %llu bytes were unpacked; the file is "
                   "damaged, fetch it again",
                   g->raw->path, what, gzip_at(g), (unsigned long long)g->given);
}

static ptrdiff_t gzip_more_input(struct gzip *g, struct err *err)
{
    ptrdiff_t got = raw_read(g->raw, g->in, IN_BLOCK, err);

    if (got > 0) {
        g->z.next_in = g->in;
        g->z.avail_in = (uInt)got;
    }
    return got;
}

/* Zeros behind the last member are padding; anything else there is no gzip. */
static bool is_padding(const struct gzip *g)
{
    for (uInt i = 0; i < g->z.avail_in; i++)
        if (g->z.next_in[i])
            return false;
    return true;
}

static const char *inflate_says(const struct gzip *g, int rc)
{
    if (rc == Z_DATA_ERROR && g->z.msg && strcmp(g->z.msg, "incorrect data check") == 0)
        return "the gzip checksum does not fit the data";
    if (rc == Z_DATA_ERROR && g->z.msg && strcmp(g->z.msg, "incorrect length check") == 0)
        return "the gzip length does not fit the data";
    if (rc == Z_DATA_ERROR && g->between && g->n_members)
        return "there are bytes behind the gzip data that are none";
    return "the gzip data make no sense";
}

/* One call of inflate; 1 to go on, 0 at the end of the file, -1. */
static int gzip_step(struct gzip *g, struct err *err)
{
    if (g->z.avail_in == 0) {
        ptrdiff_t got = gzip_more_input(g, err);
        if (got < 0)
            return -1;
        if (got == 0)
            return g->between && g->n_members
                       ? 0
                       : (int)gzip_damaged(g, "the gzip data end too early", err);
    }
    if (g->between && g->n_members) {
        if (is_padding(g)) {
            g->z.avail_in = 0;
            return 1;
        }
        inflateReset(&g->z);
    }
    uInt before = g->z.avail_out;
    int rc = inflate(&g->z, Z_NO_FLUSH);
    g->given += before - g->z.avail_out;
    if (rc == Z_STREAM_END) {
        g->n_members++;
        g->between = true;
        return 1;
    }
    if (rc != Z_OK && rc != Z_BUF_ERROR)
        return (int)gzip_damaged(g, inflate_says(g, rc), err);
    g->between = false;
    return 1;
}

static ptrdiff_t gzip_read(void *state, void *buf, size_t len, struct err *err)
{
    struct gzip *g = state;
    size_t most = len < (size_t)1 << 30 ? len : (size_t)1 << 30;
    int rc = 1;

    g->z.next_out = buf;
    g->z.avail_out = (uInt)most;
    while (rc > 0 && g->z.avail_out == most)
        rc = gzip_step(g, err);
    return rc < 0 ? -1 : (ptrdiff_t)(most - g->z.avail_out);
}

static void gzip_close(void *state)
{
    struct gzip *g = state;

    inflateEnd(&g->z);
    mem_free(g->in);
    mem_free(g);
}

const struct unpacker unpack_gzip = {
    .name = "gzip",
    .knows = gzip_knows,
    .open = gzip_open,
    .read = gzip_read,
    .close = gzip_close,
};
