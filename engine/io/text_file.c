#include "io/text_file.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/stream.h"

#define HEAD_BYTES ((size_t)1 << 20)
#define TICK_ROWS  4096

/* ---------------------------------------------------------------- opening */

/* The request's parameters that are ours, with defaults. */
static int file_params(struct text_file *f, const struct params *params, struct err *err)
{
    const struct param_spec *specs = f->reader->params;

    params_init(&f->params, specs, &f->arena);
    for (size_t i = 0; params && i < params->n; i++) {
        int j = param_find(specs, params->specs[i].name, false);
        if (j >= 0 && params->values[i].set &&
            params_set(&f->params, (size_t)j, params->values[i].text, &f->arena, err))
            return -1;
    }
    return params_resolve(&f->params, &f->arena, err);
}

int text_file_open(void **state, const struct read_request *req, const struct reader *reader,
                   struct err *err)
{
    struct text_file *f = MEM_NEW(struct text_file, 1);
    const char **words;

    arena_init(&f->arena);
    f->reader = reader;
    f->path = arena_strdup(&f->arena, req->path);
    f->stream = req->stream;
    words = ARENA_NEW(&f->arena, const char *, req->n_words);
    for (size_t k = 0; k < req->n_words; k++)
        words[k] = arena_strdup(&f->arena, req->words[k]);
    f->words = words;
    f->n_words = req->n_words;
    f->some_types = req->some_types;
    if (file_params(f, &req->params, err) || request_stream(&f->stream, req, err)) {
        text_file_close(f);
        return -1;
    }
    *state = f;
    return 0;
}

void text_file_close(void *file)
{
    struct text_file *f = file;

    if (!f)
        return;
    stream_close(f->stream);
    arena_release(&f->arena);
    mem_free(f);
}

void text_file_settle(struct text_file *f, const char *name, const char *text)
{
    int i = param_find(f->params.specs, name, false);
    struct err bug = { 0 };

    assert(i >= 0);
    f->params.values[i] = (struct param_value){ 0 };
    int rc = params_set(&f->params, (size_t)i, text, &f->arena, &bug);
    assert(rc == 0);
    (void)rc;
}

const char *text_file_dates(const struct text_file *f)
{
    return param_find(f->params.specs, "dates", false) < 0 ? "none"
                                                           : params_text(&f->params, "dates");
}

void text_file_resolve(struct source *src, const struct text_file *f)
{
    params_copy(&src->params, &f->params, &src->arena);
    csv_resolve_types(src);
}

/* ---------------------------------------------------------------- parsing */

/* Takes the block. */
static int parse_block(struct source **out, struct text_file *f, text_parse *parse, char *buf,
                       size_t len, size_t cap, size_t max_rows, bool partial, struct job *job,
                       struct err *err)
{
    struct source *src = source_new(f->reader, f->path);
    bool bom = len >= 3 && memcmp(buf, "\xEF\xBB\xBF", 3) == 0;
    struct cells cells;
    struct text_scan s = { .file = f,
                           .cells = &cells,
                           .at = bom ? 3 : 0,
                           .len = len,
                           .max_rows = max_rows,
                           .partial = partial,
                           .dirty = csv_dirty_at(buf, len) < len,
                           .job = job };

    if (f->stream)
        source_set_form(src, stream_form(f->stream));
    cells_init(&cells, src, buf, len, cap);
    cells.some_types = f->some_types;
    cells.grid.in_file = true;
    cells.dates = text_file_dates(f);
    struct job_range range = job_part(job, 0, 2);
    int rc = parse(&s, err);
    job_restore(job, range);
    range = job_part(job, 1, 2);
    if (rc == 0 && !src->table)
        rc = cells_build(&src->table, &cells, params_text(&f->params, "types"), f->words,
                         f->n_words, job, err);
    job_restore(job, range);
    cells_release(&cells);
    if (rc) {
        source_unref(src);
        return -1;
    }
    source_seal(src);
    text_file_resolve(src, f);
    *out = src;
    return 0;
}

static int refuse_empty(const struct text_file *f, struct err *err)
{
    return err_set_at(err, ERR_DOMAIN, (struct err_at){ f->path, 0, 0, 0 },
                      "no data: the file is empty");
}

int text_file_preview(struct table **out, struct text_file *f, text_parse *parse, size_t max_rows,
                      struct err *err)
{
    const char *head, *end;
    struct source *src;
    void *copy;
    ptrdiff_t got = stream_peek(&head, f->stream, HEAD_BYTES, err);

    if (got <= 0)
        return got < 0 ? -1 : refuse_empty(f, err);
    size_t len = (size_t)got, cap = len + 64;
    bool partial = len == HEAD_BYTES;
    end = partial ? memrchr(head, '\n', len) : NULL;
    len = end ? (size_t)(end - head) + 1 : len;
    if (mem_big(&copy, cap, 1, "the head of the file", err))
        return -1;
    memcpy(copy, head, len);
    ((char *)copy)[len] = '\0';
    if (parse_block(&src, f, parse, copy, len, cap, max_rows, partial, NULL, err))
        return -1;
    *out = table_ref(src->table);
    source_unref(src);
    return 0;
}

static int read_block(struct source **out, struct text_file *f, text_parse *parse, char *buf,
                      size_t len, struct job *job, struct err *err)
{
    struct hasher hasher;

    if (len == 0) {
        mem_big_free(buf);
        return refuse_empty(f, err);
    }
    hasher_init(&hasher);
    hasher_add(&hasher, buf, len);
    struct digest digest = hasher_finish(&hasher);
    job_phase(job, "parsing");
    struct job_range range = job_part(job, 1, 2);
    int rc = parse_block(out, f, parse, buf, len, len + 1, UINT32_MAX, false, job, err);
    job_restore(job, range);
    if (rc)
        return -1;
    (*out)->info.size_bytes = len;
    (*out)->info.digest = digest;
    (*out)->info.modified_s = f->stream ? stream_modified_s(f->stream) : 0;
    return 0;
}

int text_file_read(struct source **out, struct text_file *f, text_parse *parse, struct job *job,
                   struct err *err)
{
    char *buf;
    size_t len;

    job_phase(job, "reading");
    struct job_range range = job_part(job, 0, 2);
    int rc = stream_read_all(&buf, &len, f->stream, job, err);
    job_restore(job, range);
    return rc ? -1 : read_block(out, f, parse, buf, len, job, err);
}

int text_read_memory(struct source **out, const struct reader *reader, const char *bytes,
                     size_t len, const struct params *params, struct err *err)
{
    struct read_request req = { .path = "t" };

    if (params)
        req.params = *params;
    if (stream_memory(&req.stream, bytes, len, "t", NULL, err))
        return -1;
    return source_read_request(out, &req, reader, NULL, err);
}

/* ---------------------------------------------------------------- lines */

bool text_next_line(size_t *begin, size_t *end, struct text_scan *s)
{
    const char *buf = s->cells->grid.buf;

    if (s->at >= s->len)
        return false;
    const char *stop = memchr(buf + s->at, '\n', s->len - s->at);
    *begin = s->at;
    *end = stop ? (size_t)(stop - buf) : s->len;
    s->at = stop ? *end + 1 : s->len;
    if (*end > *begin && buf[*end - 1] == '\r')
        --*end;
    s->line++;
    return true;
}

int text_tick(const struct text_scan *s, struct err *err)
{
    if (s->cells->grid.n_rows % TICK_ROWS)
        return 0;
    return job_tick(s->job, s->at, s->len, err);
}

unsigned text_dirty(const struct text_scan *s, size_t at, size_t len)
{
    return s->dirty && csv_dirty_at(s->cells->grid.buf + at, len) < len ? CSV_DIRTY : 0;
}
