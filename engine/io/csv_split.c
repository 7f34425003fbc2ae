/* csv_split.c - where a file can be cut.
 *
 * A line end is a record's end unless it is quoted, and whether it is depends on every quote before
 * it.  So each part guesses, all of them at the same time, and then the guesses are checked:
 *
 *   1. Quotes are counted in every part.  An odd number before it says that a part begins within a
 *      quoted field.  (Stray quotes can make this wrong.)
 *   2. From there each part looks for the first record that begins in it, and counts records and
 *      lines up to the first record of the next part.
 *   3. In the order of the file: a part that did not begin where the one before it ended guessed
 *      wrong, and is counted again from there.
 *
 * Counting from the beginning of a record is certain, so the result is that of reading one record
 * after the other; only the time depends on the guesses.
 */
#include "io/csv.h"

#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"

/* How far a guess looks behind its part for the end of its last record: one that took a text for
 * quoted could else read the rest of the file, in every part. */
#define GUESS_REACH ((size_t)64 << 10)
#define BATCH_PARTS 64 /* between two ticks */

struct split {
    const struct csv_scan *scan; /* as it stands at the first record */
    size_t part_bytes, base;     /* first part of the batch */
    struct csv_part *parts;
    uint8_t *odd; /* (n_parts) the number of quotes is */
};

static size_t part_from(const struct split *sp, size_t k)
{
    return sp->scan->at + k * sp->part_bytes;
}

static size_t part_to(const struct split *sp, size_t k)
{
    size_t from = part_from(sp, k), left = sp->scan->len - from;

    return from + (left < sp->part_bytes ? left : sp->part_bytes);
}

static void count_quotes(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct split *sp = ctx;
    const struct csv_scan *s = sp->scan;

    (void)chunk;
    for (size_t k = begin; k < end; k++) {
        struct csv_finder quotes;
        size_t n = 0, to = part_to(sp, k);
        char q = s->dialect->quote;
        csv_finder_init(&quotes, 0, (char[]){ q, q, q, q });
        for (size_t at = part_from(sp, k); q && at < to; at = (at / CSV_BLOCK + 1) * CSV_BLOCK) {
            size_t block = at / CSV_BLOCK * CSV_BLOCK;
            csv_finder_load(&quotes, s->buf, to, block);
            n += (size_t)__builtin_popcountll(quotes.mask >> (at - block));
        }
        sp->odd[k] = n & 1;
    }
}

static size_t behind_line_end(const struct csv_scan *s, size_t at)
{
    bool pair = s->buf[at] == '\r' && at + 1 < s->len && s->buf[at + 1] == '\n';

    return at + 1 + pair;
}

/* The quote that closes the field whose inside is at `at`; `limit` when there is none before it. */
static size_t closing_quote(const struct csv_scan *s, size_t at, size_t limit)
{
    const char *quote = at < limit ? memchr(s->buf + at, s->dialect->quote, limit - at) : NULL;

    return quote ? (size_t)(quote - s->buf) : limit;
}

/* Where the first record that begins in [from, limit) probably does.  A part without any quote is
 * not taken for the inside of a field, whatever was counted before it. */
static size_t guess_begin(const struct csv_scan *s, size_t from, size_t limit, bool inside)
{
    char quote = s->dialect->quote;
    size_t at = from - 1; /* may be the line end */
    size_t close = inside ? closing_quote(s, from, limit) : limit;

    if (close < limit)
        at = close + 1;
    for (; at < limit && s->buf[at] != '\n' && s->buf[at] != '\r'; at++)
        if (quote && s->buf[at] == quote)
            at = closing_quote(s, at + 1, limit);
    return at < limit ? behind_line_end(s, at) : limit;
}

/* Count from the record that begins at p->begin to the first that begins at or behind `to`, looking
 * at no byte from `limit` on.  Lines without a quote are records as they stand. */
static void part_count(struct csv_part *p, const struct csv_scan *at_first, size_t to, size_t limit)
{
    struct csv_scan s = *at_first;
    struct csv_record rec = { 0 };
    struct csv_finder ends;
    int rc = 1;

    s.dry = true;
    s.dirty = false;
    s.len = limit;
    s.partial = limit < at_first->len;
    s.at = p->begin;
    s.line = 0;
    csv_scan_find_from(&s, p->begin);
    p->n_records = 0;
    csv_finder_init(&ends, p->begin,
                    (char[]){ '\n', '\r', '\n', s.dialect->quote ? s.dialect->quote : '\n' });
    while (s.at < to && rc > 0) {
        size_t end = csv_find(&ends, s.buf, s.len, s.at);
        if (end < s.len && (s.buf[end] == '\n' || s.buf[end] == '\r') &&
            s.buf[end] != s.dialect->quote && !(s.partial && end + 1 == s.len)) {
            p->n_records += !csv_line_is_skipped(&s, s.at);
            s.at = behind_line_end(&s, end);
            s.line++;
        } else {
            rc = csv_scan_next(&rec, &s, NULL);
            p->n_records += rc > 0;
        }
    }
    csv_record_release(&rec);
    p->unsure = rc <= 0 && s.partial;
    p->end = rc < 0 ? s.len : s.at;
    p->n_lines = s.line;
}

static void guess_parts(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct split *sp = ctx;
    const struct csv_scan *s = sp->scan;

    (void)chunk;
    for (size_t k = sp->base + begin; k < sp->base + end; k++) {
        size_t to = part_to(sp, k), left = s->len - to;
        struct csv_part *p = &sp->parts[k];
        p->begin = k ? guess_begin(s, part_from(sp, k), to, sp->odd[k]) : s->at;
        part_count(p, s, to, to + (left < GUESS_REACH ? left : GUESS_REACH));
    }
}

/* The first n_done parts are right; make the next n so. */
static void check_parts(struct split *sp, size_t n_done, size_t n)
{
    for (size_t k = n_done; k < n_done + n; k++) {
        struct csv_part *p = &sp->parts[k];
        size_t begin = k ? p[-1].end : sp->scan->at;
        p->line = k ? p[-1].line + p[-1].n_lines : sp->scan->line;
        if (p->begin == begin && !p->unsure)
            continue;
        p->begin = begin;
        part_count(p, sp->scan, part_to(sp, k), sp->scan->len);
    }
}

static int split_count(struct split *sp, size_t n, struct job *job, struct err *err)
{
    parallel_for(n, 1, count_quotes, sp);
    for (size_t k = 0, odd = 0; k < n; k++) { /* from within the part to before it */
        size_t mine = sp->odd[k];
        sp->odd[k] = (uint8_t)odd;
        odd ^= mine;
    }
    for (sp->base = 0; sp->base < n; sp->base += BATCH_PARTS) {
        size_t batch = n - sp->base < BATCH_PARTS ? n - sp->base : BATCH_PARTS;
        parallel_for(batch, 1, guess_parts, sp);
        check_parts(sp, sp->base, batch);
        if (job_tick(job, sp->base + batch, n, err))
            return -1;
    }
    return 0;
}

int csv_split(struct csv_part **out, size_t *n_out, const struct csv_scan *scan, size_t part_bytes,
              struct job *job, struct err *err)
{
    size_t n = parallel_n_chunks(scan->len - scan->at, part_bytes);
    struct split sp = { .scan = scan, .part_bytes = part_bytes };
    void *parts = NULL, *odd = NULL;
    int rc = mem_big(&parts, n, sizeof(*sp.parts), "the file's parts", err);

    if (rc == 0)
        rc = mem_big(&odd, n, 1, "the file's parts", err);
    sp.parts = parts;
    sp.odd = odd;
    if (rc == 0)
        rc = split_count(&sp, n, job, err);
    mem_big_free(odd);
    if (rc) {
        mem_big_free(parts);
        return -1;
    }
    *out = parts;
    *n_out = n;
    return 0;
}
