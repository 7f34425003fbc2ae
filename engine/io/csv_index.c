/* csv_index.c - where the fields of a chunk end.
 *
 * 64 bytes at a time become words with one bit a byte: which are delimiters, quotes, LF, CR.  The bytes
 * within quotes are those with an odd number of quotes before them, a running sum of bits modulo 2
 * (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019); what is left of the other words
 * are ends of fields.  That is right when quotes stand only where they may, which the same words
 * tell: an opening one behind a delimiter or a line end, a closing one before one, or both as a
 * doubled quote.  A chunk where that, or anything else, is not so is left to the scanner.
 */
#include "io/csv_load.h"

#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#include "base/mem.h"

/* The words of 64 bytes. */
struct marks {
    uint64_t delimiter, quote, lf, cr, foreign; /* foreign: NUL or not ASCII */
};

typedef void mark_block(struct marks *m, const char *p, char delimiter, char quote);

__attribute__((unused)) static void mark_plain(struct marks *m, const char *p, char delimiter,
                                               char quote)
{
    *m = (struct marks){ 0 };
    for (int i = 0; i < CSV_BLOCK; i++) {
        uint64_t bit = (uint64_t)1 << i;
        m->delimiter |= p[i] == delimiter ? bit : 0;
        m->quote |= p[i] == quote ? bit : 0;
        m->lf |= p[i] == '\n' ? bit : 0;
        m->cr |= p[i] == '\r' ? bit : 0;
        m->foreign |= (signed char)p[i] <= 0 ? bit : 0;
    }
}

/* How an index is made, block by block: what is carried over, and what was seen. */
struct indexing {
    uint64_t inside;      /* all ones: the block begins within quotes */
    uint64_t after_stop;  /* bit 0: the byte before ended a field */
    uint64_t after_close; /* bit 0: it was a closing quote */
    uint64_t after_cr;    /* bit 0: it was a CR outside quotes */
    uint64_t wrong;       /* bits that no regular text has */
    uint64_t foreign, doubled, inner;
    size_t n_lf, n_cr, n_fields;
    uint32_t *fields;
};

static inline uint64_t running_parity(uint64_t bits)
{
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    return bits ^ bits << 32;
}

/* Eight at once, since a loop that ends after an unknown number of turns is mispredicted each time;
 * what is written too much is overwritten. */
static inline void put_fields(struct indexing *x, uint64_t ends, uint32_t at)
{
    uint32_t *to = x->fields + x->n_fields;
    unsigned n = (unsigned)__builtin_popcountll(ends);

    for (unsigned i = 0; i < 8; i++) {
        to[i] = at + (uint32_t)__builtin_ctzll(ends | (uint64_t)1 << 63);
        ends &= ends - 1;
    }
    for (unsigned k = 8; k < n; k++) {
        to[k] = at + (uint32_t)__builtin_ctzll(ends);
        ends &= ends - 1;
    }
    x->n_fields += n;
}

/* The ends of lines outside quotes, of the bytes in `valid`. */
static inline uint64_t find_ends(struct indexing *x, uint64_t *stops, const struct marks *m)
{
    uint64_t inside = x->inside;

    if (m->quote)
        inside ^= running_parity(m->quote);
    uint64_t open = m->quote & inside, close = m->quote & ~inside;
    uint64_t delimiter = m->delimiter & ~inside, lf = m->lf & ~inside, cr = m->cr & ~inside;
    uint64_t behind_cr = cr << 1 | x->after_cr, behind_close = close << 1 | x->after_close;
    uint64_t behind_stop = (delimiter | lf) << 1 | x->after_stop;

    x->wrong |= behind_cr & ~lf;
    x->wrong |= open & ~(behind_stop | behind_close);
    x->wrong |= behind_close & ~(delimiter | lf | cr | open);
    x->doubled |= open & behind_close;
    x->inner |= (m->lf | m->cr) & inside;
    x->foreign |= m->foreign;
    x->n_cr += (size_t)__builtin_popcountll(cr);
    x->inside = (uint64_t)((int64_t)inside >> 63);
    x->after_cr = cr >> 63;
    x->after_close = close >> 63;
    x->after_stop = (delimiter | lf) >> 63;
    *stops = delimiter | cr | (lf & ~behind_cr);
    return lf;
}

/* To the line end at or behind `to` - 1, or the end of the wave.  Returns the offset behind it, 0
 * when the wave ended first. */
static inline __attribute__((always_inline)) size_t
index_blocks(struct indexing *x, const struct csv_chunk *c, const struct csv_wave *w,
             const struct csv_dialect *d, mark_block *mark)
{
    size_t to = c->to, room = c->to - c->from + CSV_FIELDS_MORE;

    for (size_t at = c->begin; at < w->len; at += CSV_BLOCK) {
        struct marks m;
        uint64_t stops, lf, valid = UINT64_MAX;
        mark(&m, w->buf + at, d->delimiter, d->quote ? d->quote : '\n');
        if (!d->quote)
            m.quote = 0;
        if (w->len - at < CSV_BLOCK) {
            valid = ((uint64_t)1 << (w->len - at)) - 1;
            m = (struct marks){ m.delimiter & valid, m.quote & valid, m.lf & valid, m.cr & valid,
                                m.foreign & valid };
        }
        if (x->n_fields + CSV_BLOCK + 8 >= room) {
            x->wrong = 1; /* one record as long as many */
            return 0;
        }
        struct indexing before = *x;
        lf = find_ends(x, &stops, &m);
        if (at + CSV_BLOCK < to) {
            x->n_lf += (size_t)__builtin_popcountll(lf);
            put_fields(x, stops, (uint32_t)at);
            continue;
        }
        uint64_t last = to > at + 1 ? lf & UINT64_MAX << (to - 1 - at) : lf;
        if (last) { /* once more, without what comes behind it */
            uint64_t keep = last ^ (last - 1);
            m = (struct marks){ m.delimiter & keep, m.quote & keep, m.lf & keep, m.cr & keep,
                                m.foreign & keep };
            *x = before;
            lf = find_ends(x, &stops, &m);
        }
        x->n_lf += (size_t)__builtin_popcountll(lf);
        put_fields(x, stops, (uint32_t)at);
        if (last)
            return at + (size_t)__builtin_ctzll(last) + 1;
    }
    return 0;
}

#ifdef __SSE2__
static inline void mark_sse2(struct marks *m, const char *p, char delimiter, char quote)
{
    const __m128i d = _mm_set1_epi8(delimiter), q = _mm_set1_epi8(quote);
    const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r'), one = _mm_set1_epi8(1);

    *m = (struct marks){ 0 };
    for (int i = 0; i < CSV_BLOCK; i += 16) {
        __m128i v = _mm_loadu_si128((const void *)(p + i));
        m->delimiter |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, d)) << i;
        m->quote |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, q)) << i;
        m->lf |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, lf)) << i;
        m->cr |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, cr)) << i;
        m->foreign |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmplt_epi8(v, one)) << i;
    }
}

__attribute__((target("avx2"))) static inline void mark_avx2(struct marks *m, const char *p,
                                                             char delimiter, char quote)
{
    const __m256i d = _mm256_set1_epi8(delimiter), q = _mm256_set1_epi8(quote);
    const __m256i lf = _mm256_set1_epi8('\n'), cr = _mm256_set1_epi8('\r');
    const __m256i one = _mm256_set1_epi8(1);

    *m = (struct marks){ 0 };
    for (int i = 0; i < CSV_BLOCK; i += 32) {
        __m256i v = _mm256_loadu_si256((const void *)(p + i));
        m->delimiter |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, d)) << i;
        m->quote |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, q)) << i;
        m->lf |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, lf)) << i;
        m->cr |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, cr)) << i;
        m->foreign |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpgt_epi8(one, v)) << i;
    }
}

__attribute__((target("avx2,bmi,bmi2,popcnt"))) static size_t
index_avx2(struct indexing *x, const struct csv_chunk *c, const struct csv_wave *w,
           const struct csv_dialect *d)
{
    return index_blocks(x, c, w, d, mark_avx2);
}

static size_t index_best(struct indexing *x, const struct csv_chunk *c, const struct csv_wave *w,
                         const struct csv_dialect *d)
{
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        return index_avx2(x, c, w, d);
    return index_blocks(x, c, w, d, mark_sse2);
}
#else
static size_t index_best(struct indexing *x, const struct csv_chunk *c, const struct csv_wave *w,
                         const struct csv_dialect *d)
{
    return index_blocks(x, c, w, d, mark_plain);
}
#endif

/* Every row has as many fields as there are columns: the ends of rows are all of the line ends, and
 * stand where they should. */
static bool is_rectangular(const struct csv_chunk *c, const struct csv_wave *w, size_t n_cols,
                           size_t n_fields)
{
    if (n_fields != c->n_rows * n_cols)
        return false;
    for (size_t r = 0; r < c->n_rows; r++) {
        size_t end = c->fields[(r + 1) * n_cols - 1];
        if (end < w->len && w->buf[end] != '\n' && w->buf[end] != '\r')
            return false;
    }
    return true;
}

/* With one column a line of blanks looks like a row. */
static bool has_blank_line(const struct csv_chunk *c, const struct csv_wave *w)
{
    size_t at = c->begin;

    for (size_t r = 0; r < c->n_rows; r++) {
        if (at == c->fields[r] || w->buf[at] == ' ' || w->buf[at] == '\t')
            return true;
        at = c->fields[r] + 1 + c->crlf;
    }
    return false;
}

/* Lines of rows when quoted fields hold line ends. */
static void index_lines(struct csv_chunk *c, const struct csv_wave *w, size_t n_cols)
{
    size_t at = c->begin, line = 0;

    c->multi = true;
    c->row_lines = mem_resize(c->row_lines, c->n_rows, sizeof(*c->row_lines));
    for (size_t r = 0; r < c->n_rows; r++) {
        size_t end = c->fields[(r + 1) * n_cols - 1];
        c->row_lines[r] = (uint32_t)line;
        for (; at < end; at++)
            line += w->buf[at] == '\n' || (w->buf[at] == '\r' && w->buf[at + 1] != '\n');
        at = end + 1 + c->crlf;
        line++;
    }
    c->n_lines = line - c->unended;
}

/* The wave ended first: what is behind the last line end is the file's last record, or stands over
 * for the next wave. */
static bool index_tail(struct csv_chunk *c, const struct csv_load *l, struct indexing *x)
{
    const struct csv_wave *w = &l->wave;
    size_t n_cols = load_n_cols(l), last = c->n_rows * n_cols;

    if (last > x->n_fields)
        return false;
    c->end = c->n_rows ? c->fields[last - 1] + (size_t)1 + c->crlf : c->begin;
    if (w->last && c->end < w->len) {
        if (x->inside || x->after_cr)
            return false;
        x->fields[x->n_fields++] = (uint32_t)w->len;
        c->n_rows++;
        c->end = w->len;
        c->unended = true;
        return true;
    }
    x->n_fields = last;
    c->open = !w->last;
    return true;
}

bool csv_odd_quotes(const char *text, size_t len, char quote)
{
    uint8_t odd = 0;

    for (size_t i = 0; i < len; i++)
        odd ^= text[i] == quote;
    return odd;
}

bool csv_index(struct csv_chunk *c, const struct csv_load *l)
{
    const struct csv_wave *w = &l->wave;
    struct indexing x = { .after_stop = 1, .fields = c->fields };
    size_t n_cols = load_n_cols(l);

    c->unended = c->open = c->multi = false;
    c->end = index_best(&x, c, w, l->dialect);
    c->n_rows = x.n_lf;
    if (x.after_cr && !c->end && !w->last)
        x.n_cr--; /* its LF comes with the next wave */
    if (x.wrong || (x.n_cr && x.n_cr != x.n_lf))
        return false;
    c->crlf = x.n_cr > 0;
    if (!c->end && !index_tail(c, l, &x))
        return false;
    c->doubled = x.doubled != 0;
    c->n_lines = c->n_rows - c->unended;
    if (!is_rectangular(c, w, n_cols, x.n_fields) || (n_cols == 1 && has_blank_line(c, w)))
        return false;
    if (x.foreign && csv_dirty_at(w->buf + c->begin, c->end - c->begin) < c->end - c->begin)
        return false;
    if (x.inner)
        index_lines(c, w, n_cols);
    c->fields[-1] = (uint32_t)(c->begin - 1 - c->crlf);
    return true;
}
