/* csv_wave.c - the file a few megabytes at a time, cut into chunks that can be filled side by side.
 *
 * A line end is a record's end unless it is quoted, and whether it is depends on every quote before
 * it.  So each chunk guesses, all of them at the same time, and then the guesses are checked:
 *
 *   1. Quotes are counted in every share.  An odd number before it says that a share begins within a
 *      quoted field.  (Stray quotes can make this wrong.)
 *   2. From there each chunk looks for the first record that begins in its share, and indexes its
 *      records.
 *   3. In the order of the file: a chunk that did not begin where the one before it ended guessed
 *      wrong, and is indexed again from there; one that is not regular is gone through by the
 *      scanner, which counts its records.
 *
 * Going on from the beginning of a record is certain, so the result is that of reading one record
 * after the other; only the time depends on the guesses.
 */
#include "io/csv_load.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "io/csv_sample.h"

#define CHUNK_BYTES   ((size_t)192 << 10) /* not as many cells as rejects are listed */
#define CHUNK_RECORDS 16                  /* a chunk is at least so many records long */
#define WAVE_CHUNKS   ((size_t)20)
#define WAVE_SHARES   ((size_t)1 << 15) /* chunks times columns, where there are many of these */

/* A wave grows until the longest record fits, and a little more shows that one is longer. */
#define WAVE_MOST (CSV_MAX_RECORD + ((size_t)4 << 20))

/* ---------------------------------------------------------------- bytes */

ptrdiff_t bytes_read(const struct csv_bytes *b, char *to, uint64_t at, size_t len, const char *path,
                     struct err *err)
{
    size_t n = 0;

    if (b->fd < 0) {
        size_t left = at < b->size ? b->size - (size_t)at : 0;
        len = len < left ? len : left;
        if (len)
            memcpy(to, b->mem + at, len);
        return (ptrdiff_t)len;
    }
    while (n < len) {
        ssize_t got = pread(b->fd, to + n, len - n, (off_t)(at + n));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set_errno(err, "read", path);
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ptrdiff_t)n;
}

/* ---------------------------------------------------------------- room */

void wave_chunks(struct csv_load *l, size_t n)
{
    struct csv_wave *w = &l->wave;
    size_t n_cols = load_n_cols(l);

    if (n <= w->n_most)
        return;
    w->chunks = mem_resize(w->chunks, n, sizeof(*w->chunks));
    memset(w->chunks + w->n_most, 0, (n - w->n_most) * sizeof(*w->chunks));
    for (size_t k = w->n_most; k < n; k++) {
        str_init(&w->chunks[k].scratch);
        str_init(&w->chunks[k].scratch2);
    }
    l->shares = mem_resize(l->shares, n * n_cols, sizeof(*l->shares));
    memset(l->shares + w->n_most * n_cols, 0, (n - w->n_most) * n_cols * sizeof(*l->shares));
    w->n_most = n;
}

static int wave_reserve(struct csv_load *l, size_t cap, struct err *err)
{
    struct csv_wave *w = &l->wave;
    size_t chunk = l->options.chunk_bytes, n = parallel_n_chunks(cap, chunk);
    void *block = w->block, *fields = w->fields;

    if (mem_big_grow(&block, w->block ? CSV_PAD + w->len : 0, cap + 2 * CSV_PAD, 1,
                     "a part of the file", err))
        return -1;
    w->block = block;
    w->buf = w->block + CSV_PAD;
    memset(w->block, 0, CSV_PAD);
    w->cap = cap;
    if (mem_big_grow(&fields, 0, cap + n * CSV_FIELDS_MORE + 1, sizeof(*w->fields),
                     "the places of fields", err))
        return -1;
    w->fields = fields;
    wave_chunks(l, n);
    return 0;
}

/* Chunks that hold some records each, and not so many that what they know of the columns outgrows
 * them. */
static void settle_sizes(struct csv_load *l, size_t record_bytes)
{
    size_t n = WAVE_SHARES / (load_n_cols(l) + 1) + 1;

    if (!l->options.chunk_bytes) {
        size_t chunk = record_bytes * CHUNK_RECORDS;
        l->options.chunk_bytes = chunk > CHUNK_BYTES ? chunk : CHUNK_BYTES;
    }
    if (!l->options.wave_bytes)
        l->options.wave_bytes = l->options.chunk_bytes * (n < WAVE_CHUNKS ? n : WAVE_CHUNKS);
}

int wave_init(struct csv_load *l, size_t record_bytes, struct err *err)
{
    size_t left = l->bytes.size - l->scan.at, cap;

    settle_sizes(l, record_bytes);
    cap = left < l->options.wave_bytes ? left : l->options.wave_bytes;
    return wave_reserve(l, cap ? cap : 1, err);
}

void wave_rewind(struct csv_load *l)
{
    struct csv_wave *w = &l->wave;

    w->len = w->carried = w->at = 0;
    w->base = l->scan.at;
    w->line = l->scan.line;
    w->last = false;
    w->n = 0;
}

void wave_release(struct csv_load *l)
{
    struct csv_wave *w = &l->wave;

    for (size_t k = 0; k < w->n_most; k++) {
        mem_free(w->chunks[k].row_lines);
        mem_free(w->chunks[k].offsets);
        str_release(&w->chunks[k].scratch);
        str_release(&w->chunks[k].scratch2);
        source_unref(w->chunks[k].src);
        source_unref(w->chunks[k].lost);
        places_part_free(w->chunks[k].places);
        for (size_t j = 0; j < load_n_cols(l); j++) {
            struct csv_share *s = &l->shares[k * load_n_cols(l) + j];
            csv_words_release(&s->words);
            csv_words_release(&s->odd.words);
            mem_free(s->text);
        }
    }
    mem_free(w->chunks);
    mem_free(l->shares);
    mem_big_free(w->block);
    mem_big_free(w->fields);
    *w = (struct csv_wave){ 0 };
    l->shares = NULL;
}

/* ---------------------------------------------------------------- reading */

static void read_chunks(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct csv_load *l = ctx;
    struct csv_wave *w = &l->wave;

    (void)chunk;
    for (size_t k = begin; k < end; k++) {
        struct csv_chunk *c = &w->chunks[k];
        size_t from = c->from > w->carried ? c->from : w->carried;
        c->rc = 0;
        if (from < c->to) {
            ptrdiff_t got = bytes_read(&l->bytes, w->buf + from, w->base + from, c->to - from,
                                       l->file, &c->err);
            c->rc = got < 0 ? -1 : (size_t)got < c->to - from;
        }
        c->odd_quotes = l->dialect->quote &&
                        csv_odd_quotes(w->buf + c->from, c->to - c->from, l->dialect->quote);
    }
}

static int too_long(const struct csv_load *l, struct err *err)
{
    return err_set_at(err, ERR_PARSE, (struct err_at){ l->file, l->wave.line, 0, 0 },
                      "this line is longer than 256 MB; is it a table?");
}

/* What was not used of the wave before goes to the front, and the rest is filled. */
static int wave_read(struct csv_load *l, struct err *err)
{
    struct csv_wave *w = &l->wave;
    size_t tail = w->len - w->at, chunk = l->options.chunk_bytes;

    memmove(w->buf, w->buf + w->at, tail);
    w->base += w->at;
    w->at = 0;
    w->len = w->carried = tail;
    if (tail > CSV_MAX_RECORD)
        return too_long(l, err);
    if (tail > w->cap / 2 && w->cap < WAVE_MOST &&
        wave_reserve(l, 2 * w->cap < WAVE_MOST ? 2 * w->cap : WAVE_MOST, err))
        return -1;
    uint64_t left = l->bytes.size - (w->base + tail);
    w->len += left < w->cap - tail ? (size_t)left : w->cap - tail;
    w->last = w->base + w->len >= l->bytes.size;
    w->n = parallel_n_chunks(w->len, chunk);
    for (size_t k = 0; k < w->n; k++) {
        struct csv_chunk *c = &w->chunks[k];
        c->from = k * chunk;
        c->to = w->len - c->from < chunk ? w->len : c->from + chunk;
        c->fields = w->fields + c->from + k * CSV_FIELDS_MORE + 1;
    }
    parallel_for(w->n, 1, read_chunks, l);
    memset(w->buf + w->len, 0, CSV_PAD);
    for (size_t k = 0; k < w->n; k++) {
        if (w->chunks[k].rc > 0)
            return err_set_at(err, ERR_IO, (struct err_at){ l->file, 0, 0, 0 },
                              "the file became shorter while it was read; load it again");
        if (w->chunks[k].rc < 0) {
            if (err)
                *err = w->chunks[k].err;
            return -1;
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- guessing */

/* The quote that closes the field whose inside is at `at`; `limit` when there is none before it. */
static size_t closing_quote(const struct csv_load *l, size_t at, size_t limit)
{
    const char *buf = l->wave.buf;
    const char *quote = at < limit ? memchr(buf + at, l->dialect->quote, limit - at) : NULL;

    return quote ? (size_t)(quote - buf) : limit;
}

/* Where the first record that begins in [from, to) probably does; `to` when none does. */
static size_t guess_begin(const struct csv_load *l, size_t from, size_t to, bool inside)
{
    const char *buf = l->wave.buf;
    char quote = l->dialect->quote;
    size_t at = from;

    if (!inside && buf[from - 1] == '\n')
        return from;
    if (inside)
        at = closing_quote(l, from, to) + 1;
    for (; at < to && buf[at] != '\n'; at++)
        if (quote && buf[at] == quote)
            at = closing_quote(l, at + 1, to);
    return at < to ? at + 1 : to;
}

/* Chunk 0 of the loop is the digest's, the others are the wave's. */
static void index_chunks(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct csv_load *l = ctx;
    struct csv_wave *w = &l->wave;

    (void)chunk;
    for (size_t k = begin; k < end; k++) {
        if (k == 0) {
            if (l->first_pass && l->rows_most == SIZE_MAX)
                hasher_add(&l->hasher, w->buf + w->carried, w->len - w->carried);
            continue;
        }
        struct csv_chunk *c = &w->chunks[k - 1];
        c->begin = k == 1 ? w->at : guess_begin(l, c->from, c->to, c->odd_quotes);
        c->regular = c->begin < c->to && l->may_index && csv_index(c, l);
    }
}

/* ---------------------------------------------------------------- checking */

static struct csv_scan chunk_scan(const struct csv_load *l, const struct csv_chunk *c)
{
    const struct csv_wave *w = &l->wave;
    struct csv_scan s = l->scan;

    s.buf = w->buf;
    s.len = w->len;
    s.at = c->begin;
    s.line = c->line;
    s.partial = !w->last;
    s.n_blank = s.n_comments = s.n_lf = s.n_crlf = s.n_cr = 0;
    csv_scan_find_from(&s, c->begin);
    return s;
}

/* The scan where it stands, with all that the other may see. */
static struct csv_scan restart(const struct csv_scan *s, const struct csv_scan *all)
{
    struct csv_scan next = *s;

    next.len = all->len;
    next.partial = all->partial;
    next.cut = all->cut;
    csv_scan_find_from(&next, next.at);
    return next;
}

/* The records of an irregular chunk, `most` at most, by the scanner, which changes nothing yet. */
static int count_records(struct csv_load *l, struct csv_chunk *c, size_t most, struct err *err)
{
    struct csv_scan s = chunk_scan(l, c), again = s;
    struct csv_record rec = { 0 };
    int rc = 1;

    s.dry = true;
    s.dirty = false;
    c->n_rows = c->n_lines = 0;
    c->end = c->begin;
    while (s.at < c->to && rc > 0 && c->n_rows < most) {
        if (l->sample && l->sample->irregular) {
            s = restart(&s, &again);
            csv_sample_scan(l->sample, &s, l->wave.base, c->first_row + c->n_rows);
        }
        rc = csv_scan_next(&rec, &s, NULL);
        c->n_rows += rc > 0;
        if (rc == 0 && s.partial)
            break; /* blank lines before a record that stands over are the next wave's */
        c->end = s.at;
        c->n_lines = s.line - c->line;
    }
    c->open = rc == 0 && s.partial;
    if (rc < 0) { /* once more, for the message */
        while (csv_scan_next(&rec, &again, err) > 0)
            ;
    }
    csv_record_release(&rec);
    return rc < 0 ? -1 : 0;
}

/* Rows of a regular chunk behind the first n are left out. */
static void cut_rows(struct csv_chunk *c, size_t n, size_t n_cols)
{
    if (n >= c->n_rows)
        return;
    c->n_lines = c->multi ? c->row_lines[n] : n;
    c->end = n ? c->fields[n * n_cols - 1] + (size_t)1 + c->crlf : c->begin;
    c->n_rows = n;
    c->unended = false;
}

/* One chunk after the other: each begins where the one before it ended. */
static int settle_chunks(struct csv_load *l, struct err *err)
{
    struct csv_wave *w = &l->wave;
    size_t at = w->at, line = w->line, row = l->n_rows;

    for (size_t k = 0; k < w->n; k++) {
        struct csv_chunk *c = &w->chunks[k];
        c->line = line;
        c->first_row = row;
        if (at >= c->to) {
            c->begin = c->end = at;
            c->n_rows = c->n_lines = 0;
            c->regular = true;
            c->open = c->multi = c->unended = false;
            continue;
        }
        if (c->begin != at) {
            c->begin = at;
            c->regular = l->may_index && csv_index(c, l);
        }
        if (c->regular)
            cut_rows(c, l->rows_most - row, load_n_cols(l));
        else if (count_records(l, c, l->rows_most - row, err))
            return -1;
        if (!c->regular) {
            c->scan = chunk_scan(l, c);
            c->scan.len = c->end;
            c->scan.cut = !w->last || c->end < w->len;
            c->scan.partial = false;
        }
        at = c->end;
        line += c->n_lines;
        row += c->n_rows;
        if (row > UINT32_MAX)
            return err_set_at(err, ERR_DOMAIN,
                              (struct err_at){ l->file, line - (row - UINT32_MAX) + 1, 0, 0 },
                              "the file has more than %u rows; split it", UINT32_MAX);
        if (c->open || row == l->rows_most)
            w->n = k + 1;
    }
    w->last = w->last || row == l->rows_most;
    w->at = at;
    w->line = line;
    l->n_rows = row;
    return 0;
}

int wave_next(struct csv_load *l, struct err *err)
{
    struct csv_wave *w = &l->wave;
    size_t odd = 0;

    if (w->last)
        return 0;
    if (wave_read(l, err))
        return -1;
    for (size_t k = 0; k < w->n; k++) { /* from within the share to before it */
        size_t mine = w->chunks[k].odd_quotes;
        w->chunks[k].odd_quotes = odd;
        odd ^= mine;
    }
    parallel_for(w->n + 1, 1, index_chunks, l);
    return settle_chunks(l, err) ? -1 : 1;
}
