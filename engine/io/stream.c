/* stream.c - plain bytes, a head that can be looked at, and the choice of who unpacks. */
#include "io/stream.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/job.h"
#include "base/mem.h"
#include "io/file.h"
#include "io/stream_kind.h"

#define RAW_HEAD   512
#define READ_BLOCK ((size_t)1 << 20)

struct stream {
    struct stream_raw raw;
    char *path, *form;
    int64_t modified_s;
    const struct unpacker *unpacker; /* NULL: as it lies there */
    void *state;
    uint64_t given; /* unpacked bytes so far */
    char *head;     /* looked at, still to be read */
    size_t head_len, head_at;
};

static const struct unpacker *const unpackers[] = { &unpack_gzip, &unpack_archive };

/* ---------------------------------------------------------------- raw bytes */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

ptrdiff_t raw_read(struct stream_raw *raw, void *buf, size_t len, struct err *err)
{
    size_t n = smaller(len, raw->head_len - raw->head_at);
    ptrdiff_t got;

    if (n) {
        memcpy(buf, raw->head + raw->head_at, n);
        raw->head_at += n;
        raw->at += n;
        return (ptrdiff_t)n;
    }
    if (raw->bytes) {
        n = smaller(len, raw->n_bytes - (size_t)raw->at);
        memcpy(buf, raw->bytes + raw->at, n);
        raw->at += n;
        return (ptrdiff_t)n;
    }
    got = file_read(raw->fd, buf, len, raw->path, err);
    raw->at += got > 0 ? (uint64_t)got : 0;
    return got;
}

/* Fill the raw head, so that its signature can be told. */
static int raw_look(struct stream_raw *raw, struct err *err)
{
    ptrdiff_t got = 1;

    raw->head = mem_new(RAW_HEAD, 1);
    while (got > 0 && raw->head_len < RAW_HEAD) {
        got = file_read(raw->fd, raw->head + raw->head_len, RAW_HEAD - raw->head_len, raw->path,
                        err);
        raw->head_len += got > 0 ? (size_t)got : 0;
    }
    return got < 0 ? -1 : 0;
}

int raw_rewind(struct stream_raw *raw, struct err *err)
{
    raw->at = 0;
    if (raw->bytes)
        return 0;
    raw->head_at = raw->head_len = 0;
    return lseek(raw->fd, 0, SEEK_SET) < 0 ? err_set_errno(err, "read", raw->path) : 0;
}

/* ---------------------------------------------------------------- opening */

static struct stream *stream_new(const char *path)
{
    struct stream *s = MEM_NEW(struct stream, 1);

    s->path = mem_strdup(path);
    s->raw.path = s->path;
    s->raw.fd = -1;
    return s;
}

static int choose_unpacker(struct stream *s, const char *member, struct err *err)
{
    for (size_t k = 0; k < sizeof(unpackers) / sizeof(*unpackers) && !s->unpacker; k++)
        if (unpackers[k]->knows(s->raw.head, s->raw.head_len))
            s->unpacker = unpackers[k];
    if (s->unpacker)
        return s->unpacker->open(&s->state, &s->form, &s->raw, member, err);
    if (member)
        return err_set(err, ERR_USAGE,
                       "%s is no zip archive, so it has no member %s; leave out "
                       "member=",
                       s->path, member);
    return 0;
}

int stream_open(struct stream **out, const char *path, const char *member, struct err *err)
{
    struct stream *s = stream_new(path);
    struct stat info;

    s->raw.fd = file_open_read(path, err);
    if (s->raw.fd >= 0 && fstat(s->raw.fd, &info) == 0 && S_ISREG(info.st_mode)) {
        s->modified_s = info.st_mtim.tv_sec;
        s->raw.size = (uint64_t)info.st_size;
    }
    if (s->raw.fd < 0 || raw_look(&s->raw, err) || choose_unpacker(s, member, err)) {
        stream_close(s);
        return -1;
    }
    *out = s;
    return 0;
}

int stream_memory(struct stream **out, const char *bytes, size_t len, const char *path,
                  const char *member, struct err *err)
{
    struct stream *s = stream_new(path);

    s->raw.bytes = bytes ? bytes : "";
    s->raw.n_bytes = len;
    s->raw.size = len;
    s->raw.head_len = s->raw.head_at = smaller(len, RAW_HEAD);
    s->raw.head = mem_new(RAW_HEAD, 1);
    if (len)
        memcpy(s->raw.head, bytes, s->raw.head_len);
    if (choose_unpacker(s, member, err)) {
        stream_close(s);
        return -1;
    }
    *out = s;
    return 0;
}

void stream_close(struct stream *s)
{
    if (!s)
        return;
    if (s->state)
        s->unpacker->close(s->state);
    if (s->raw.fd >= 0)
        close(s->raw.fd);
    mem_free(s->raw.head);
    mem_free(s->head);
    mem_free(s->form);
    mem_free(s->path);
    mem_free(s);
}

/* ---------------------------------------------------------------- reading */

/* Next bytes behind what was looked at. */
static ptrdiff_t read_on(struct stream *s, void *buf, size_t len, struct err *err)
{
    ptrdiff_t got;

    if (!s->unpacker)
        return raw_read(&s->raw, buf, len, err);
    got = s->unpacker->read(s->state, buf, len, err);
    s->given += got > 0 ? (uint64_t)got : 0;
    if (got > 0 && s->given > STREAM_FREE_GROWTH && s->given / STREAM_MOST_GROWTH > s->raw.at)
        return err_set(err, ERR_IO,
                       "%s: %llu bytes of it unpack to more than %llu, over %d times as many; no "
                       "table does that, so it is not unpacked any further",
                       s->path, (unsigned long long)s->raw.at, (unsigned long long)s->given,
                       STREAM_MOST_GROWTH);
    return got;
}

ptrdiff_t stream_read(struct stream *s, void *buf, size_t len, struct err *err)
{
    size_t n = smaller(len, s->head_len - s->head_at);

    if (!n)
        return read_on(s, buf, len, err);
    memcpy(buf, s->head + s->head_at, n);
    s->head_at += n;
    return (ptrdiff_t)n;
}

ptrdiff_t stream_peek(const char **head, struct stream *s, size_t want, struct err *err)
{
    ptrdiff_t got = 1;

    if (s->head_len < want)
        s->head = mem_resize(s->head, want, 1);
    while (got > 0 && s->head_len < want) {
        got = read_on(s, s->head + s->head_len, want - s->head_len, err);
        s->head_len += got > 0 ? (size_t)got : 0;
    }
    *head = s->head;
    return got < 0 ? -1 : (ptrdiff_t)smaller(want, s->head_len);
}

/* Room for one more block and a NUL; the size is known for plain files, which then never grow. */
static int reserve(void **buf, size_t *cap, size_t len, struct stream *s, struct err *err)
{
    size_t want = *cap, hint = (size_t)stream_size(s) + READ_BLOCK + 64;

    if (len + READ_BLOCK + 1 <= want)
        return 0;
    want = want ? want + want / 2 : READ_BLOCK + 64;
    want = want < hint ? hint : want;
    if (mem_big_grow(buf, len, want, 1, s->path, err))
        return -1;
    *cap = want;
    return 0;
}

int stream_read_all(char **out, size_t *len, struct stream *s, struct job *job, struct err *err)
{
    size_t n = 0, cap = 0;
    void *buf = NULL;
    ptrdiff_t got = 1;

    while (got > 0) {
        got = reserve(&buf, &cap, n, s, err);
        if (got == 0)
            got = stream_read(s, (char *)buf + n, READ_BLOCK, err);
        n += got > 0 ? (size_t)got : 0;
        if (got > 0 && job_tick(job, (size_t)s->raw.at, (size_t)s->raw.size, err))
            got = -1;
    }
    if (got < 0) {
        mem_big_free(buf);
        return -1;
    }
    ((char *)buf)[n] = '\0';
    *out = buf;
    *len = n;
    return 0;
}

/* ---------------------------------------------------------------- what is known of it */

int stream_fd(const struct stream *s)
{
    bool waiting = s->raw.head_at < s->raw.head_len || s->head_at < s->head_len;

    return s->unpacker || waiting || !s->raw.size ? -1 : s->raw.fd;
}

uint64_t stream_size(const struct stream *s)
{
    return s->unpacker ? 0 : s->raw.size;
}

int64_t stream_modified_s(const struct stream *s)
{
    return s->modified_s;
}

const char *stream_path(const struct stream *s)
{
    return s->path;
}

const char *stream_form(const struct stream *s)
{
    return s->form;
}

size_t stream_bare_length(const char *path)
{
    static const char *const packed[] = { ".gz", ".zst", ".xz", ".bz2", ".lz4", ".zip", ".bgz" };
    size_t len = strlen(path);

    for (size_t k = 0; k < sizeof(packed) / sizeof(*packed); k++) {
        size_t n = strlen(packed[k]);
        if (len > n && strcasecmp(path + len - n, packed[k]) == 0)
            return len - n;
    }
    return len;
}
