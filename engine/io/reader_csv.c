/* reader_csv.c - delimited text: CSV, TSV and their kin.  csv.h tells the format, csv_sniff.c how
 * the dialect is guessed, csv_types.c how types are. */
#include <assert.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/text.h"
#include "io/csv.h"
#include "io/csv_sample.h"
#include "io/encoding.h"
#include "table/date_format.h"
#include "io/stream.h"

#define HEAD_BYTES ((size_t)1 << 20)
#define READ_BLOCK ((size_t)1 << 20)

/* Everything that was asked for or guessed, and the bytes read so far. */
struct csv_state {
    struct arena arena;
    const char *path;
    struct params params;
    const char *const *words; /* (n_words) columns that stay text */
    size_t n_words;
    bool some_types; /* types may name columns of other files */
    struct csv_dialect dialect;
    struct csv_guess guess;
    unsigned open; /* of the dialect: what was guessed */
    const char *encoding, *encoding_why;
    struct decoder *decoder; /* NULL: UTF-8 */
    char *raw;               /* (READ_BLOCK) what is to be decoded */
    struct hasher hasher;    /* of those bytes */
    size_t n_raw;
    bool hashed;
    struct stream *stream; /* NULL: everything is in memory */
    char *buf;
    size_t len, cap;
    bool in_file;          /* the bytes need not be in buf: they are in `file` */
    struct csv_bytes file; /* as it was when it was opened */
    bool all;              /* the end of the file was reached */
    struct csv_options options;
};

/* ---------------------------------------------------------------- parameters */

const struct span *csv_na_words(size_t *n_out, const char *text, struct arena *arena)
{
    struct span *words = ARENA_NEW(arena, struct span, strlen(text) + 1);
    size_t n = 0;

    text = arena_strdup(arena, text);
    for (const char *end; *text; text = *end ? end + 1 : end) {
        end = strchrnul(text, ',');
        struct span word = span_trim((struct span){ text, (size_t)(end - text) });
        if (word.len)
            words[n++] = word;
    }
    *n_out = n;
    return words;
}

/* The request's parameters with defaults filled; the dialect is what they say.  The request may
 * have others beside ours: those of the command that loads. */
static int state_params(struct csv_state *st, const struct params *params, struct err *err)
{
    params_init(&st->params, csv_params, &st->arena);
    for (size_t i = 0; params && i < params->n; i++) {
        int j = param_find(csv_params, params->specs[i].name, false);
        if (j >= 0 && params->values[i].set &&
            params_set(&st->params, (size_t)j, params->values[i].text, &st->arena, err))
            return -1;
    }
    if (params_resolve(&st->params, &st->arena, err))
        return -1;
    return csv_params_dialect(&st->dialect, &st->open, &st->params, &st->arena, err);
}

/* ---------------------------------------------------------------- bytes */

static int state_reserve(struct csv_state *st, size_t want, struct err *err)
{
    void *buf = st->buf;
    size_t cap = st->cap + st->cap / 2;

    if (want <= st->cap)
        return 0;
    cap = cap < want ? want : cap;
    if (mem_big_grow(&buf, st->len, cap, 1, "the file's bytes", err))
        return -1;
    st->buf = buf;
    st->cap = cap;
    return 0;
}

/* The line that is open at the end of the buffer is longer than a record may be: say which. */
static int state_check_line(const struct csv_state *st, struct err *err)
{
    const char *end = memrchr(st->buf, '\n', st->len);
    size_t line = 1;

    end = end ? end + 1 : memrchr(st->buf, '\r', st->len);
    end = end ? end : st->buf;
    if ((size_t)(st->buf + st->len - end) <= CSV_MAX_RECORD)
        return 0;
    for (const char *p = st->buf; p < end; p++)
        line += *p == '\n';
    return err_set_at(err, ERR_PARSE, (struct err_at){ st->path, line, 0, 0 },
                      "this line is longer than 256 MB; is it a table?");
}

/* `len` bytes as UTF-8 behind the buffer's end.  ERR_NOMEM. */
static int state_decode(struct csv_state *st, const char *bytes, size_t len, bool last,
                        struct err *err)
{
    if (state_reserve(st, st->len + decoder_room(len) + READ_BLOCK + 64, err))
        return -1;
    hasher_add(&st->hasher, bytes, len);
    st->n_raw += len;
    st->len += decoder_run(st->decoder, st->buf + st->len, bytes, len, last);
    return 0;
}

/* Read a block and decode it; how many bytes were read. */
static ptrdiff_t state_decode_block(struct csv_state *st, struct err *err)
{
    ptrdiff_t got = stream_read(st->stream, st->raw, READ_BLOCK, err);

    if (got < 0 || state_decode(st, st->raw, (size_t)got, got == 0, err))
        return -1;
    return got;
}

/* The encoding, given or guessed from the head; what was read of another than UTF-8 is decoded. */
static int state_settle_encoding(struct csv_state *st, struct err *err)
{
    struct encoding_guess guess = { .name = params_text(&st->params, "encoding") };
    char *head = st->buf;
    size_t len = st->len;
    int rc;

    if (!guess.name)
        encoding_guess(&guess, head, len);
    st->encoding = arena_strdup(&st->arena, guess.name);
    st->encoding_why = *guess.why ? arena_strdup(&st->arena, guess.why) : NULL;
    if (encoding_is_utf8(st->encoding))
        return 0;
    if (decoder_open(&st->decoder, st->encoding, err))
        return -1;
    hasher_init(&st->hasher);
    st->raw = ARENA_NEW(&st->arena, char, READ_BLOCK);
    st->buf = NULL;
    st->len = st->cap = 0;
    rc = state_decode(st, head, len, st->all, err);
    mem_big_free(head);
    if (rc == 0)
        st->buf[st->len] = '\0';
    return rc;
}

/* One more block; 1, or 0 at the end of the file.  There is always room for a NUL behind it. */
static int state_read_block(struct csv_state *st, struct err *err)
{
    ptrdiff_t got;

    if (st->all)
        return 0;
    if (state_reserve(st, st->len + READ_BLOCK + 64, err))
        return -1;
    got = st->decoder ? state_decode_block(st, err)
                      : stream_read(st->stream, st->buf + st->len, READ_BLOCK, err);
    if (got < 0)
        return -1;
    st->len += st->decoder ? 0 : (size_t)got;
    st->buf[st->len] = '\0';
    st->all = got == 0;
    if (st->len > CSV_MAX_RECORD && state_check_line(st, err))
        return -1;
    return !st->all;
}

static int state_read_head(struct csv_state *st, struct err *err)
{
    int rc = 1;

    while (rc > 0 && st->len < HEAD_BYTES)
        rc = state_read_block(st, err);
    if (rc < 0)
        return -1;
    if (st->len == 0)
        return err_set_at(err, ERR_DOMAIN, (struct err_at){ st->path, 0, 0, 0 },
                          "no data: the file is empty");
    if (state_settle_encoding(st, err))
        return -1;
    return reader_refuse_foreign(st->path, st->buf, st->len, err);
}

static void state_close(void *state)
{
    struct csv_state *st = state;

    if (!st)
        return;
    stream_close(st->stream);
    if (st->decoder && !st->hashed)
        hasher_release(&st->hasher);
    decoder_close(st->decoder);
    mem_big_free(st->buf);
    arena_release(&st->arena);
    mem_free(st);
}

static struct csv_state *state_new(const char *path)
{
    struct csv_state *st = MEM_NEW(struct csv_state, 1);

    arena_init(&st->arena);
    st->path = arena_strdup(&st->arena, path);
    return st;
}

/* With the head in place: guess what was left open.  Where not even one record fits into the head
 * it is made twice as long. */
static int state_guess(struct csv_state *st, struct err *err)
{
    for (;;) {
        size_t want = st->len * 2;
        int rc = 1;
        csv_guess_dialect(&st->guess, st->buf, st->len, !st->all, &st->dialect, st->open);
        if (st->guess.width || st->all)
            break;
        while (rc > 0 && st->len < want)
            rc = state_read_block(st, err);
        if (rc < 0)
            return -1;
    }
    st->dialect = st->guess.dialect;
    return 0;
}

/* The bytes as they lie in a regular file, which need not be in memory.  What the file is then, it must be when all of it was read. */
static void state_find_file(struct csv_state *st)
{
    int fd = !st->decoder ? stream_fd(st->stream) : -1;
    struct stat info;

    st->in_file = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
                  lseek(fd, 0, SEEK_CUR) == (off_t)st->len && (size_t)info.st_size >= st->len;
    if (st->in_file)
        st->file =
            (struct csv_bytes){ .fd = fd, .size = (size_t)info.st_size, .modified = info.st_mtim };
}

static int state_open_file(struct csv_state *st, const struct read_request *req, struct err *err)
{
    if (request_stream(&st->stream, req, err))
        return -1;
    return state_read_head(st, err);
}

static void keep_words(struct csv_state *st, const struct read_request *req)
{
    const char **words = ARENA_NEW(&st->arena, const char *, req->n_words);

    for (size_t k = 0; k < req->n_words; k++)
        words[k] = arena_strdup(&st->arena, req->words[k]);
    st->words = words;
    st->n_words = req->n_words;
    st->some_types = req->some_types;
}

static int csv_open(void **state, const struct read_request *req, struct err *err)
{
    struct csv_state *st = state_new(req->path);

    keep_words(st, req);
    st->stream = req->stream;
    if (state_params(st, &req->params, err) || state_open_file(st, req, err) ||
        state_guess(st, err)) {
        state_close(st);
        return -1;
    }
    state_find_file(st);
    *state = st;
    return 0;
}

/* ---------------------------------------------------------------- from bytes to a source */

/* The parameters with which the same file gives the same table without a guess. */
static void source_resolve(struct source *src, const struct csv_state *st)
{
    struct err bug = { 0 };
    int rc = 0;

    params_init(&src->params, csv_params, &src->arena);
    for (size_t i = 0; i < src->params.n && rc == 0; i++) {
        const char *name = csv_params[i].name;
        const char *text = csv_params_text(&st->dialect, name, &src->arena);
        if (strcmp(name, "encoding") == 0)
            text = st->encoding;
        text = text ? text : st->params.values[i].text;
        if (!text && strcmp(name, "seed") == 0 && params_text(&st->params, "sample"))
            text = "1";
        if (text)
            rc = params_set(&src->params, i, text, &src->arena, &bug);
    }
    assert(rc == 0);
    csv_resolve_types(src);
}

static struct csv_load_request state_request(const struct csv_state *st)
{
    return (struct csv_load_request){ .dialect = &st->dialect,
                                      .bytes = { .fd = -1, .mem = st->buf, .size = st->len },
                                      .head = st->buf,
                                      .len = st->len,
                                      .width = st->guess.width,
                                      .types_text = params_text(&st->params, "types"),
                                      .dates_text = params_text(&st->params, "dates"),
                                      .words = st->words,
                                      .n_words = st->n_words,
                                      .some_types = st->some_types,
                                      .options = st->options };
}

static int state_load(struct source **out, struct csv_state *st, const struct csv_load_request *req,
                      struct job *job, struct err *err)
{
    struct source *src = source_new(&reader_csv, st->path);

    if (st->stream)
        source_set_form(src, stream_form(st->stream));
    if (st->encoding_why)
        source_note(src, "encoding: %s, since %s", st->encoding, st->encoding_why);
    csv_note_guess(src, &st->guess, &st->dialect, st->open);
    if (csv_load(src, req, job, err)) {
        source_unref(src);
        return -1;
    }
    source_seal(src);
    source_resolve(src, st);
    *out = src;
    return 0;
}

/* How many of the bytes at hand hold its first max_rows records, and no part of another. */
static size_t preview_bytes(const struct csv_state *st, size_t max_rows)
{
    struct csv_scan scan;
    struct csv_record rec = { 0 };

    csv_scan_init(&scan, st->buf, st->len, &st->dialect, st->path, !st->all);
    scan.dry = true;
    csv_scan_skip(&scan);
    if (st->dialect.rows && st->dialect.rows < max_rows)
        max_rows = st->dialect.rows;
    for (size_t i = 0; i < max_rows + (size_t)st->dialect.header; i++)
        if (csv_scan_next(&rec, &scan, NULL) <= 0)
            break;
    csv_record_release(&rec);
    return st->all && scan.len == scan.at ? st->len : scan.at;
}

static int csv_preview(struct table **out, void *state, size_t max_rows, struct err *err)
{
    struct csv_state *st = state;
    struct csv_load_request req = state_request(st);
    struct source *src;

    req.len = req.bytes.size = preview_bytes(st, max_rows);
    if (state_load(&src, st, &req, NULL, err))
        return -1;
    *out = table_ref(src->table);
    source_unref(src);
    return 0;
}

/* Records in the bytes at hand from where the scan stands, `most` at most; it goes on from there. */
static size_t state_count(const struct csv_state *st, struct csv_scan *scan, size_t most)
{
    struct csv_record rec = { 0 };
    size_t n = 0;

    scan->buf = st->buf;
    scan->len = st->len;
    csv_scan_find_from(scan, scan->at);
    while (n < most && csv_scan_next(&rec, scan, NULL) > 0)
        n++;
    csv_record_release(&rec);
    return n;
}

/* Where the bytes cannot be read at any place: all of them, or as many as the rows take. */
static int state_read_rest(struct csv_state *st, struct job *job, struct err *err)
{
    struct csv_scan scan;
    size_t left = st->dialect.rows ? st->dialect.rows + (size_t)st->dialect.header : SIZE_MAX;
    int rc = 1;

    csv_scan_init(&scan, st->buf, st->len, &st->dialect, st->path, true);
    scan.dry = true;
    csv_scan_skip(&scan);
    while (rc > 0 && left) {
        if (st->dialect.rows)
            left -= state_count(st, &scan, left);
        if (left)
            rc = state_read_block(st, err);
        if (rc >= 0 && job_tick(job, st->len, st->cap, err))
            rc = -1;
    }
    return rc < 0 ? -1 : 0;
}

static uint64_t state_seed(const struct csv_state *st)
{
    return params_text(&st->params, "seed") ? (uint64_t)params_int(&st->params, "seed") : 1;
}

/* All of the bytes, or a sample of their rows. */
static int state_load_rows(struct source **out, struct csv_state *st, struct csv_load_request *req,
                           struct job *job, struct err *err)
{
    struct csv_sample sample;
    struct job_range range = job_part(job, 0, 2);
    size_t wanted = (size_t)params_int(&st->params, "sample"); /* 0 when unset */
    int rc;

    if (!wanted) {
        job_restore(job, range);
        return state_load(out, st, req, job, err);
    }
    rc = csv_sample_read(&sample, req, st->path, wanted, state_seed(st), job, err);
    job_restore(job, range);
    if (rc)
        return -1;
    req->bytes = (struct csv_bytes){ .fd = -1, .mem = sample.text, .size = sample.len };
    req->head = sample.text;
    req->len = sample.len;
    req->sample = &sample;
    range = job_part(job, 1, 2);
    rc = state_load(out, st, req, job, err);
    job_restore(job, range);
    if (rc == 0) {
        if (!req->digest)
            (*out)->info.digest = sample.digest;
        source_note(*out, "a sample of %zu rows out of %zu, seed %llu", sample.n, sample.n_all,
                    (unsigned long long)state_seed(st));
    }
    csv_sample_release(&sample);
    return rc;
}

/* Of the file's bytes, where they are not parsed as they stand there. */
static struct digest state_digest(struct csv_state *st)
{
    st->hashed = true;
    return hasher_finish(&st->hasher);
}

static uint64_t place_move(void *ctx, uint64_t at)
{
    return decoder_offset(ctx, (size_t)at);
}

/* Rows stand where they do in the file, not in what it was decoded to. */
static void state_move_places(const struct csv_state *st, struct table *t)
{
    struct decoder_place place = decoder_begin(st->decoder, st->buf);

    table_move_places(t, place.unit ? place_move : NULL, &place);
}

static int csv_read(struct source **out, void *state, struct job *job, struct err *err)
{
    struct csv_state *st = state;
    struct csv_load_request req;
    struct digest digest;
    struct job_range range = job_part(job, 0, 2);
    int rc = st->in_file ? 0 : state_read_rest(st, job, err);

    job_restore(job, range);
    if (rc < 0)
        return -1;
    job_phase(job, "reading");
    req = state_request(st);
    if (st->in_file)
        req.bytes = st->file;
    else
        range = job_part(job, 1, 2);
    if (st->decoder) {
        digest = state_digest(st);
        req.digest = &digest;
    }
    rc = state_load_rows(out, st, &req, job, err);
    job_restore(job, range);
    if (rc)
        return -1;
    if (st->decoder)
        state_move_places(st, (*out)->table);
    (*out)->info.size_bytes = st->in_file ? st->file.size : st->decoder ? st->n_raw : st->len;
    (*out)->info.modified_s = st->stream ? stream_modified_s(st->stream) : 0;
    return 0;
}

int csv_read_options(struct source **out, const char *bytes, size_t len, const char *name,
                     const struct params *params, const struct csv_options *options,
                     struct job *job, struct err *err)
{
    struct csv_state *st = state_new(name);
    int rc = state_params(st, params, err);

    st->all = true;
    if (options)
        st->options = *options;
    if (rc == 0)
        rc = state_reserve(st, len + 64, err);
    if (rc == 0) {
        if (len)
            memcpy(st->buf, bytes, len);
        st->buf[len] = '\0';
        st->len = len;
        rc = state_read_head(st, err);
    }
    if (rc == 0)
        rc = state_guess(st, err);
    if (rc == 0)
        rc = csv_read(out, st, job, err);
    state_close(st);
    return rc;
}

int csv_read_memory(struct source **out, const char *bytes, size_t len, const char *name,
                    const struct params *params, struct job *job, struct err *err)
{
    return csv_read_options(out, bytes, len, name, params, NULL, job, err);
}

static int sniff_text(const char *head, size_t len)
{
    struct csv_guess guess;

    csv_guess_dialect(&guess, head, len, true, &(struct csv_dialect){ 0 }, CSV_OPEN_ALL);
    return guess.score > 0 ? 20 + (int)(guess.score * 70) : 5;
}

/* Text that has delimiters in it looks like CSV, other text a little. */
static int csv_sniff(const char *head, size_t len)
{
    struct encoding_guess encoding;
    struct decoder *decoder;

    if (reader_refuse_foreign("", head, len, NULL))
        return 0;
    encoding_guess(&encoding, head, len);
    if (encoding_is_utf8(encoding.name) || decoder_open(&decoder, encoding.name, NULL))
        return sniff_text(head, len);
    char *text = mem_new(decoder_room(len) + 64, 1);
    size_t n = decoder_run(decoder, text, head, len, false);
    int sure = sniff_text(text, n);
    decoder_close(decoder);
    mem_free(text);
    return sure;
}

const struct reader reader_csv = {
    .name = "csv",
    .help = "delimited text: CSV, TSV; delimiter, header and types are guessed",
    .suffixes = ".csv .tsv .tab .psv .txt .dat .data",
    .params = csv_params,
    .sniff = csv_sniff,
    .open = csv_open,
    .preview = csv_preview,
    .read = csv_read,
    .close = state_close,
};
