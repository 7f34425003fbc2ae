/* reader.c - the registry of readers. */
#include "io/reader.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "io/file.h"

#define READER(id) extern const struct reader reader_##id;
#include "io/readers.def"
#undef READER

const struct reader *const reader_table[] = {
#define READER(id) &reader_##id,
#include "io/readers.def"
#undef READER
    NULL
};

#define HEAD_BYTES 65536

/* Is the path's suffix in the blank-separated list? */
static bool suffix_matches(const char *path, const char *suffixes)
{
    size_t path_len = strlen(path);

    while (*suffixes) {
        size_t len = strcspn(suffixes, " ");
        if (len && path_len > len && strncasecmp(path + path_len - len, suffixes, len) == 0)
            return true;
        suffixes += len + (suffixes[len] == ' ');
    }
    return false;
}

static int reader_by_name(const struct reader **out, const char *name, struct err *err)
{
    struct str names;

    for (size_t i = 0; reader_table[i]; i++)
        if (strcmp(reader_table[i]->name, name) == 0) {
            *out = reader_table[i];
            return 0;
        }
    str_init(&names);
    for (size_t i = 0; reader_table[i]; i++)
        str_addf(&names, "%s%s", i ? " " : "", reader_table[i]->name);
    err_set(err, ERR_USAGE, "there is no reader '%s'; readers are %s", name, names.buf);
    str_release(&names);
    return -1;
}

/* Up to `size` bytes from the beginning; -1 with ERR_IO, or ERR_DOMAIN when there is none. */
static ptrdiff_t read_head(char *head, size_t size, const char *path, struct err *err)
{
    int fd = file_open_read(path, err);
    ptrdiff_t got = 1, len = 0;

    if (fd < 0)
        return -1;
    while (got > 0 && (size_t)len < size) {
        got = file_read(fd, head + len, size - (size_t)len, path, err);
        len += got > 0 ? got : 0;
    }
    close(fd);
    if (got < 0)
        return -1;
    return len ? len
               : err_set_at(err, ERR_DOMAIN, (struct err_at){ path, 0, 0, 0 },
                            "no data: the file is empty");
}

int reader_find(const struct reader **out, const char *path, const char *name, struct err *err)
{
    char head[HEAD_BYTES];
    const struct reader *best = reader_table[0];
    int best_score = -1;
    ptrdiff_t len;

    if (name && reader_by_name(out, name, err))
        return -1;
    if (strcmp(path, "-") == 0) {
        /* It can be read only once, so its reader looks at the content itself. */
        *out = name ? *out : best;
        return 0;
    }
    len = read_head(head, sizeof(head), path, err);
    if (len < 0 || reader_refuse_foreign(path, head, (size_t)len, err))
        return -1;
    if (name)
        return 0;
    for (size_t i = 0; reader_table[i]; i++) {
        const struct reader *r = reader_table[i];
        int score = suffix_matches(path, r->suffixes) ? 101 : r->sniff(head, (size_t)len);
        if (score > best_score) {
            best = r;
            best_score = score;
        }
    }
    *out = best;
    return 0;
}

int source_read_request(struct source **out, const struct read_request *req,
                        const struct reader *reader, struct job *job, struct err *err)
{
    void *state;

    if (reader->open(&state, req, err))
        return -1;
    int rc = reader->read(out, state, job, err);
    reader->close(state);
    return rc;
}

int source_read(struct source **out, const char *path, const struct reader *reader,
                const struct params *params, struct job *job, struct err *err)
{
    struct read_request req = { .path = path };

    if (params)
        req.params = *params;
    return source_read_request(out, &req, reader, job, err);
}
