/* csv_fill.c - the fields of a regular chunk become values.
 *
 * Column by column over some hundred rows at a time, whose bytes stay in the cache: the cells of a column
 * look alike, so that nearly all go the short way that its type has (no loops, no calls, hardly a
 * branch), and the processor guesses right.  A cell that looks otherwise is put as any other
 * (csv_put.c).
 */
#include "io/csv_load.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"
#include "base/text_digits.h"
#include "table/cell.h"

#define FILL_ROWS 256

struct fill {
    struct csv_load *l;
    struct csv_chunk *c;
    const char *buf;
    size_t n_cols;
    bool na_numbers; /* an na word begins as a number does */
    bool any;        /* numbers have no form that is known here */
};

/* A field's bytes. */
struct field_at {
    size_t at, len;
};

/* The field that ends at *end; fields[-1] is there too.  `more`: what the end of the field before
 * takes beside one byte. */
static inline struct field_at field_of(const uint32_t *end, size_t more)
{
    size_t at = (uint32_t)(end[-1] + 1u + (uint32_t)more);

    return (struct field_at){ at, *end - at };
}

static inline const uint32_t *field_end(const struct fill *f, size_t r, size_t j)
{
    return f->c->fields + r * f->n_cols + j;
}

/* The fields of column j in rows [from, to): all that the loops below need, in names of their own, since
 * values that are stored might else be anything's. */
#define EACH_FIELD(f, j, from, to)                                                                 \
    const uint32_t *end = field_end((f), (from), (j));                                             \
    const size_t step = (f)->n_cols, more = (j) == 0 && (f)->c->crlf;                              \
    const char *const buf = (f)->buf;                                                              \
    const bool na_numbers = (f)->na_numbers;                                                       \
    (void)na_numbers;                                                                              \
    for (size_t r = (from); r < (to); r++, end += step)

/* Is there something in the field that is not an na word, as far as a number can be one? */
static inline bool may_be_value(const struct fill *f, bool na_numbers, struct field_at field)
{
    const char *s = f->buf + field.at;

    return field.len && !(na_numbers && f->l->scan.may_be_na[(uint8_t)*s] &&
                          csv_is_na(f->l->dialect, s, field.len));
}

/* ---------------------------------------------------------------- the long way */

/* Doubled quotes made one. */
static struct span undoubled(struct str *out, const char *s, size_t len, char quote)
{
    str_clear(out);
    for (const char *end = s + len; s < end;) {
        const char *q = memchr(s, quote, (size_t)(end - s));
        size_t n = q ? (size_t)(q - s) + 1 : (size_t)(end - s);
        str_add_n(out, s, n);
        s += n + (q != NULL);
    }
    return (struct span){ out->buf, out->len };
}

static void put_field(const struct fill *f, size_t r, size_t j, struct field_at field)
{
    const struct csv_load *l = f->l;
    const char *s = f->buf + field.at;
    struct csv_spot spot = { .row = r, .at = field.at };
    struct span text = { s, field.len };
    uint32_t flags = 0;

    if (field.len && l->dialect->quote && *s == l->dialect->quote) {
        text = (struct span){ s + 1, field.len - 2 };
        flags = CSV_QUOTED;
        spot.at++;
        if (f->c->doubled && text.len && memchr(text.at, l->dialect->quote, text.len))
            text = undoubled(&f->c->scratch2, text.at, text.len, l->dialect->quote);
    } else if (!field.len ||
               (l->scan.may_be_na[(uint8_t)*s] && csv_is_na(l->dialect, s, field.len))) {
        flags = CSV_MISSING;
    }
    csv_put_cell(f->l, f->c, j, text, flags, &spot);
}

static void fill_any(const struct fill *f, size_t j, size_t from, size_t to)
{
    const uint32_t *end = field_end(f, from, j);

    for (size_t r = from; r < to; r++, end += f->n_cols)
        put_field(f, r, j, field_of(end, j == 0 && f->c->crlf));
}

/* true or false, bare; missing ones are as frequent as any. */
static void fill_bools(const struct fill *f, size_t j, size_t from, size_t to)
{
    uint8_t *bits = f->l->cols[j].values;
    struct tally *t = &load_share(f->l, f->c, j)->tally;
    size_t n = 0;

    EACH_FIELD(f, j, from, to)
    {
        struct field_at field = field_of(end, more);
        const char *s = buf + field.at;
        bool yes = field.len == 4 && memcmp(s, "true", 4) == 0;
        bool no = field.len == 5 && memcmp(s, "false", 5) == 0;
        if ((yes || no) && !f->l->scan.may_be_na[(uint8_t)*s]) {
            n++;
            if (yes)
                csv_mark_bit(bits, f->c->first_row + r, true, f->c);
        } else {
            put_field(f, r, j, field);
        }
    }
    t->count[CLASS_BOOL] += n;
    t->n_bare += n;
    t->n_bare_bools += n;
}

#if TEXT_DIGITS_WORDS

static void count_numbers(const struct fill *f, size_t j, enum cell_class class, size_t n)
{
    struct tally *t = &load_share(f->l, f->c, j)->tally;

    t->count[class] += n;
    t->n_bare += n;
    t->n_bare_numbers += n;
}

/* ---------------------------------------------------------------- whole numbers */

/* A sign or none, and up to fifteen digits that do not begin with a zero. */
static inline bool short_int(int64_t *out, const char *s, size_t len)
{
    size_t negative = *s == '-', n = len - negative;
    const char *end = s + len;

    s += negative;
    if (n - 1 >= 15 || (*s == '0' && (n > 1 || negative)))
        return false;
    uint64_t low = text_last_digits(end, n < 8 ? n : 8), v;
    if (!text_are_eight_digits(low))
        return false;
    v = text_eight_digits(low);
    if (n > 8) {
        uint64_t high = text_last_digits(end - 8, n - 8);
        if (!text_are_eight_digits(high))
            return false;
        v += text_eight_digits(high) * 100000000u;
    }
    *out = (int64_t)((v ^ -(uint64_t)negative) + negative);
    return true;
}

static void fill_ints(const struct fill *f, size_t j, size_t from, size_t to)
{
    int64_t *values = (int64_t *)f->l->cols[j].values + f->c->first_row;
    size_t n = 0;

    EACH_FIELD(f, j, from, to)
    {
        struct field_at field = field_of(end, more);
        if (may_be_value(f, na_numbers, field) && short_int(&values[r], buf + field.at, field.len))
            n++;
        else
            put_field(f, r, j, field);
    }
    count_numbers(f, j, CLASS_INT, n);
}

/* ---------------------------------------------------------------- reals */

/* Where the point is among the first sixteen bytes. */
static inline size_t point_at(const char *s, size_t len)
{
#ifdef __SSE2__
    __m128i points = _mm_cmpeq_epi8(_mm_loadu_si128((const void *)s), _mm_set1_epi8('.'));
    unsigned mask = (unsigned)_mm_movemask_epi8(points) | 1u << 16;

    (void)len;
    return (size_t)__builtin_ctz(mask);
#else
    const char *point = memchr(s, '.', len < 16 ? len : 16);

    return point ? (size_t)(point - s) : 16;
#endif
}

/* A sign or none, digits with a point among them, fifteen at most, eight of them before the point:
 * they are below 2^53 and the power of ten is exact, so that one division rounds correctly. */
static inline bool short_real(double *out, const char *s, size_t len)
{
    static const double power[] = { 1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    static const uint64_t whole[] = { 1u,
                                      10u,
                                      100u,
                                      1000u,
                                      10000u,
                                      100000u,
                                      1000000u,
                                      10000000u,
                                      100000000u,
                                      1000000000u,
                                      10000000000u,
                                      100000000000u,
                                      1000000000000u,
                                      10000000000000u,
                                      100000000000000u,
                                      1000000000000000u };
    size_t negative = *s == '-', n = len - negative;
    const char *end = s + len;

    s += negative;
    size_t point = point_at(s, n), fraction = n - point - 1;
    if (n > 16 || n < 2 || point > 8 || point >= n)
        return false;
    uint64_t high = text_last_digits(s + point, point);
    uint64_t low = text_last_digits(end, fraction < 8 ? fraction : 8);
    if (!(text_are_eight_digits(high) & text_are_eight_digits(low)))
        return false;
    uint64_t v = text_eight_digits(high) * whole[fraction] + text_eight_digits(low);
    if (fraction > 8) {
        uint64_t middle = text_last_digits(end - 8, fraction - 8);
        if (!text_are_eight_digits(middle))
            return false;
        v += text_eight_digits(middle) * 100000000u;
    }
    double r = (double)(int64_t)v / power[fraction];
    uint64_t bits;
    memcpy(&bits, &r, sizeof(bits));
    bits |= (uint64_t)negative << 63;
    memcpy(out, &bits, sizeof(bits));
    return true;
}

static void fill_reals(const struct fill *f, size_t j, size_t from, size_t to)
{
    double *values = (double *)f->l->cols[j].values + f->c->first_row;
    size_t n_reals = 0, n_ints = 0;
    int64_t whole;

    EACH_FIELD(f, j, from, to)
    {
        struct field_at field = field_of(end, more);
        bool value = may_be_value(f, na_numbers, field);
        if (value && short_real(&values[r], buf + field.at, field.len)) {
            n_reals++;
        } else if (value && short_int(&whole, buf + field.at, field.len)) {
            values[r] = (double)whole;
            n_ints++;
        } else {
            put_field(f, r, j, field);
        }
    }
    count_numbers(f, j, CLASS_REAL, n_reals);
    count_numbers(f, j, CLASS_INT, n_ints);
}

/* ---------------------------------------------------------------- dates */

/* YYYY-MM-DD; the ten bytes are there. */
static inline bool short_date(int32_t *days, const char *s)
{
    uint64_t w;
    uint16_t last;

    memcpy(&w, s, sizeof(w));
    memcpy(&last, s + 8, sizeof(last));
    if ((w & 0xFF0000FF00000000u) != 0x2D00002D00000000u)
        return false;
    w = (w & 0xFFFFFFFFu) | (w >> 8 & 0x0000FFFF00000000u) | (uint64_t)last << 48;
    if (!text_are_eight_digits(w))
        return false;
    uint32_t v = (uint32_t)text_eight_digits(w);
    int32_t year = (int32_t)(v / 10000);
    if (!year || !calendar_valid(year, v / 100 % 100, v % 100))
        return false;
    *days = calendar_days(year, v / 100 % 100, v % 100);
    return true;
}

/* HH:MM:SS; the eight bytes are there. */
static inline bool short_clock(uint32_t *seconds, const char *s)
{
    uint64_t w;

    memcpy(&w, s, sizeof(w));
    if ((w & 0x0000FF0000FF0000u) != 0x00003A00003A0000u)
        return false;
    w = 0x3030u | (w & 0xFFFFu) << 16 | (w & 0xFFFF000000u) << 8 | (w & 0xFFFF000000000000u);
    if (!text_are_eight_digits(w))
        return false;
    uint32_t v = (uint32_t)text_eight_digits(w);
    uint32_t hour = v / 10000, minute = v / 100 % 100, second = v % 100;
    *seconds = (hour * 60 + minute) * 60 + second;
    return hour < 24 && minute < 60 && second < 60;
}

static void fill_dates(const struct fill *f, size_t j, size_t from, size_t to)
{
    int32_t *values = (int32_t *)f->l->cols[j].values + f->c->first_row;
    struct tally *t = &load_share(f->l, f->c, j)->tally;
    size_t n = 0;

    EACH_FIELD(f, j, from, to)
    {
        struct field_at field = field_of(end, more);
        if (field.len == 10 && may_be_value(f, na_numbers, field) &&
            short_date(&values[r], buf + field.at))
            n++;
        else
            put_field(f, r, j, field);
    }
    t->count[CLASS_DATE] += n;
    t->n_bare += n;
}

static void fill_timestamps(const struct fill *f, size_t j, size_t from, size_t to)
{
    int64_t *values = (int64_t *)f->l->cols[j].values + f->c->first_row;
    struct tally *t = &load_share(f->l, f->c, j)->tally;
    size_t n = 0;

    EACH_FIELD(f, j, from, to)
    {
        struct field_at field = field_of(end, more);
        const char *s = buf + field.at;
        uint32_t seconds;
        int32_t days;
        if (field.len == 19 && (s[10] == ' ' || s[10] == 'T') &&
            may_be_value(f, na_numbers, field) && short_date(&days, s) &&
            short_clock(&seconds, s + 11)) {
            values[r] = (days * INT64_C(86400) + seconds) * 1000000;
            n++;
        } else {
            put_field(f, r, j, field);
        }
    }
    t->count[CLASS_TIMESTAMP] += n;
    t->n_bare += n;
}

#else
#define fill_ints       fill_any
#define fill_reals      fill_any
#define fill_dates      fill_any
#define fill_timestamps fill_any
#endif

/* ---------------------------------------------------------------- a chunk */

static void fill_column(const struct fill *f, size_t j, size_t from, size_t to)
{
    enum column_type rep = f->l->cols[j].rep;

    switch (f->any || f->l->cols[j].forms ? COLUMN_TEXT : rep) {
    case COLUMN_INT:
        fill_ints(f, j, from, to);
        return;
    case COLUMN_REAL:
        fill_reals(f, j, from, to);
        return;
    case COLUMN_DATE:
        fill_dates(f, j, from, to);
        return;
    case COLUMN_TIMESTAMP:
        fill_timestamps(f, j, from, to);
        return;
    case COLUMN_BOOL:
        fill_bools(f, j, from, to);
        return;
    default:
        fill_any(f, j, from, to);
    }
}

static void fill_offsets(struct csv_chunk *c, size_t n_cols)
{
    c->offsets = mem_resize(c->offsets, c->n_rows, sizeof(*c->offsets));
    for (size_t r = 0; r < c->n_rows; r++)
        c->offsets[r] = (uint32_t)(field_of(c->fields + r * n_cols, c->crlf).at - c->begin);
}

void csv_place_rows(const struct csv_load *l, struct csv_chunk *c)
{
    struct csv_record rec = { 0 };
    struct csv_scan s = c->scan;
    size_t row = 0;

    if (c->regular) {
        fill_offsets(c, load_n_cols(l));
        return;
    }
    s.dry = true;
    csv_chunk_rows(c);
    while (row < c->n_rows && csv_scan_next(&rec, &s, NULL) > 0)
        csv_chunk_row(c, row++, &rec);
    csv_record_release(&rec);
}

static void count_lines(struct csv_chunk *c)
{
    size_t n = c->n_rows - c->unended;

    c->scan.n_blank = c->scan.n_comments = 0;
    c->scan.n_cr = 0;
    c->scan.n_lf = c->crlf ? 0 : n;
    c->scan.n_crlf = c->crlf ? n : 0;
}

static void fill_regular(struct csv_load *l, struct csv_chunk *c)
{
    struct fill f = { .l = l, .c = c, .buf = l->wave.buf, .n_cols = load_n_cols(l) };

    f.any = l->dialect->thousands || (l->dialect->decimal && l->dialect->decimal != '.');
    for (const char *first = "0123456789+-."; *first; first++)
        f.na_numbers = f.na_numbers || l->scan.may_be_na[(uint8_t)*first];
    fill_offsets(c, f.n_cols);
    count_lines(c);
    for (size_t from = 0; from < c->n_rows; from += FILL_ROWS) {
        size_t to = c->n_rows - from < FILL_ROWS ? c->n_rows : from + FILL_ROWS;
        for (size_t k = 0; k < l->n_active; k++)
            fill_column(&f, l->active[k], from, to);
    }
}

void csv_fill_chunk(struct csv_load *l, struct csv_chunk *c)
{
    c->rc = 0;
    c->n_trailing = 0;
    if (!c->regular)
        csv_put_records(l, c);
    else
        fill_regular(l, c);
    if (l->first_pass && c->n_rows)
        c->places = places_part_new(c->n_rows, l->wave.base + c->begin, c->line, c->offsets,
                                    c->multi ? c->row_lines : NULL);
}
