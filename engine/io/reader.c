/* reader.c - the registry of readers. */
#include "io/reader.h"

#include <string.h>
#include <strings.h>

#include "io/stream.h"

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

/* Is the path's suffix, that of a compression apart, in the blank-separated list? */
static bool suffix_matches(const char *path, const char *suffixes)
{
    size_t path_len = stream_bare_length(path);

    while (*suffixes) {
        size_t len = strcspn(suffixes, " ");
        if (len && path_len > len && strncasecmp(path + path_len - len, suffixes, len) == 0)
            return true;
        suffixes += len + (suffixes[len] == ' ');
    }
    return false;
}

const struct reader *reader_by_suffix(const char *path)
{
    for (size_t i = 0; reader_table[i]; i++)
        if (suffix_matches(path, reader_table[i]->suffixes))
            return reader_table[i];
    return NULL;
}

int reader_named(const struct reader **out, const char *name, struct err *err)
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

/* A name is a hint, since many kinds of tables are called .txt; what the head shows for certain
 * counts for more. */
#define SUFFIX_SCORE 90
#define CERTAIN      100

static int reader_score(const struct reader *r, const struct stream *s, const char *head,
                        size_t len)
{
    const char *form = stream_form(s);
    bool named = suffix_matches(stream_path(s), r->suffixes) ||
                 (form && suffix_matches(form, r->suffixes));
    int score = r->sniff(head, len);

    return named && score < SUFFIX_SCORE ? SUFFIX_SCORE : score;
}

int reader_find_in(const struct reader **out, struct stream *s, const char *name, struct err *err)
{
    const char *head;
    int best = -1;
    ptrdiff_t len;

    if (name && reader_named(out, name, err))
        return -1;
    len = stream_peek(&head, s, HEAD_BYTES, err);
    if (len < 0)
        return -1;
    if (len == 0)
        return err_set_at(err, ERR_DOMAIN, (struct err_at){ stream_path(s), 0, 0, 0 },
                          "no data: the file is empty");
    if (name)
        return 0;
    for (size_t i = 0; reader_table[i]; i++) {
        int score = reader_score(reader_table[i], s, head, (size_t)len);
        if (score > best) {
            *out = reader_table[i];
            best = score;
        }
    }
    return best >= CERTAIN ? 0 : reader_refuse_foreign(stream_path(s), head, (size_t)len, err);
}

int reader_find(const struct reader **out, const char *path, const char *name, struct err *err)
{
    struct stream *s;

    if (strcmp(path, "-") == 0) {
        /* It can be read only once: reader_find_in looks at it. */
        *out = reader_table[0];
        return name ? reader_named(out, name, err) : 0;
    }
    if (stream_open(&s, path, NULL, err))
        return -1;
    int rc = reader_find_in(out, s, name, err);
    stream_close(s);
    return rc;
}

int request_stream(struct stream **out, const struct read_request *req, struct err *err)
{
    *out = req->stream;
    return req->stream ? 0 : stream_open(out, req->path, req->member, err);
}

/* What the person can look at meanwhile; that it cannot be had is no error. */
static void tell_early(const struct read_request *req, const struct reader *reader, void *state)
{
    struct table *first;

    if (reader->preview(&first, state, EARLY_ROWS, NULL) == 0)
        req->early(req->early_ctx, first);
}

int source_read_request(struct source **out, const struct read_request *req,
                        const struct reader *reader, struct job *job, struct err *err)
{
    bool large = req->early && req->stream && stream_size(req->stream) >= EARLY_BYTES;
    void *state;

    if (reader->open(&state, req, err))
        return -1;
    if (large && reader->preview)
        tell_early(req, reader, state);
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
