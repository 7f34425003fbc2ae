/* csv_put.c - one cell into its column, whatever it looks like; and chunks record by record. */
#include "io/csv_load.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/csv_sample.h"
#include "table/cell.h"

#define DAY_US INT64_C(86400000000)

void csv_mark_bit(uint8_t *bits, size_t i, bool on, const struct csv_chunk *c)
{
    size_t byte = i / 8, first = c->first_row / 8, last = (c->first_row + c->n_rows - 1) / 8;
    uint8_t bit = (uint8_t)(1u << (i % 8));

    if (byte != first && byte != last)
        bits[byte] = (uint8_t)(on ? bits[byte] | bit : bits[byte] & ~bit);
    else if (on)
        __atomic_fetch_or(bits + byte, bit, __ATOMIC_RELAXED);
    else
        __atomic_fetch_and(bits + byte, (uint8_t)~bit, __ATOMIC_RELAXED);
}

/* Row i has no value: the slot is zero and the bit cleared. */
static void put_nothing(struct csv_making *m, const struct csv_chunk *c, struct csv_share *s,
                        size_t i)
{
    csv_mark_bit(m->valid, i, false, c);
    switch (m->rep) {
    case COLUMN_BOOL:
        break;
    case COLUMN_CATEGORY:
    case COLUMN_DATE:
        ((int32_t *)m->values)[i] = 0;
        break;
    case COLUMN_TEXT:
        ((int64_t *)m->values)[i + 1] = (int64_t)s->text_len;
        break;
    default:
        ((int64_t *)m->values)[i] = 0;
    }
}

void csv_put_missing(struct csv_load *l, struct csv_chunk *c, size_t j, size_t row)
{
    struct csv_share *s = load_share(l, c, j);

    s->tally.count[CLASS_MISSING]++;
    put_nothing(&l->cols[j], c, s, c->first_row + row);
}

static void tally_cell(struct tally *t, enum cell_class class, bool wide, bool bare)
{
    t->count[class]++;
    t->n_wide += wide;
    t->n_bare += bare && class != CLASS_MISSING;
    t->n_bare_numbers += bare && class_is_number(class);
    t->n_bare_bools += bare && class == CLASS_BOOL;
}

/* ---------------------------------------------------------------- texts */

/* Bytes that are no UTF-8 become U+FFFD each; NUL stays. */
static struct span text_repaired(struct str *out, struct span s)
{
    str_clear(out);
    for (size_t i = 0; i < s.len;) {
        uint32_t code;
        size_t step = text_decode(&code, s.at + i, s.len - i);
        if (step == 1 && code == 0xFFFD)
            str_add(out, "\xEF\xBF\xBD");
        else
            str_add_n(out, s.at + i, step);
        i += step;
    }
    return (struct span){ out->buf, out->len };
}

static void put_text(struct csv_making *m, struct csv_share *s, size_t i, struct span text)
{
    if (s->text_cap - s->text_len < text.len) {
        s->text_cap = 2 * s->text_cap + text.len + 64;
        s->text = mem_resize(s->text, s->text_cap, 1);
    }
    if (text.len)
        memcpy(s->text + s->text_len, text.at, text.len);
    s->text_len += text.len;
    ((int64_t *)m->values)[i + 1] = (int64_t)s->text_len;
}

/* The word's class does not depend on quotes: what is missing when bare is no word. */
static const struct csv_word *put_code(const struct csv_load *l, struct csv_making *m,
                                       struct csv_share *s, size_t i, struct span text)
{
    uint32_t hash = csv_words_hash(text.at, text.len);
    size_t code = csv_words_find(&m->words, text.at, text.len, hash);
    bool wide;

    if (code != SIZE_MAX) {
        ((int32_t *)m->values)[i] = (int32_t)code;
        return &m->words.list[code];
    }
    code = csv_words_find(&s->words, text.at, text.len, hash);
    if (code == SIZE_MAX) {
        code = csv_words_add(&s->words, text.at, text.len, hash);
        s->words.list[code].class = (uint8_t)csv_cell_class(&wide, l->dialect, text, CSV_QUOTED);
        s->words.list[code].wide = wide;
    }
    ((int32_t *)m->values)[i] = (int32_t)(m->words.n + code);
    return &s->words.list[code];
}

/* ---------------------------------------------------------------- what does not fit */

static void odd_put(struct odd_texts *odd, struct span text)
{
    if (odd->words.n <= CSV_ALMOST_TEXTS)
        odd->last = csv_words_put(&odd->words, text.at, text.len,
                                  csv_words_hash(text.at, text.len));
}

/* Line and column of a byte of a regular chunk. */
static void place_raw(struct reject *where, const struct csv_load *l, const struct csv_chunk *c,
                      const struct csv_spot *spot)
{
    const char *buf = l->wave.buf;
    size_t start = c->begin + c->offsets[spot->row];

    where->line = c->line + (c->multi ? c->row_lines[spot->row] : spot->row);
    for (size_t i = start; i < spot->at; i++)
        if (buf[i] == '\n' || (buf[i] == '\r' && buf[i + 1] != '\n')) {
            where->line++;
            start = i + 1;
        }
    where->col = spot->at - start + 1;
}

static void put_lost(struct csv_load *l, struct csv_chunk *c, size_t j, struct span text,
                     const struct csv_spot *spot)
{
    struct reject where = { .kind = REJECT_VALUE,
                            .row = c->first_row + spot->row + 1,
                            .column = (int)j };
    const struct csv_record *rec = spot->rec;

    if (spot->grid)
        csv_grid_place(&where, spot->grid, where.row - 1, j);
    else if (rec)
        csv_place(&where.line, &where.col, l->wave.buf, rec->line, rec->at, rec->cells, j,
                  spot->at);
    else
        place_raw(&where, l, c, spot);
    if (!c->lost)
        c->lost = source_new(&reader_csv, l->file);
    source_reject(c->lost, &where, text.at, text.len);
}

/* Not quoted, or only since a number with a delimiter in it must be; who writes such numbers quotes
 * others with a mark in them too. */
static bool is_bare(const struct csv_load *l, struct span text, uint32_t flags)
{
    char delimiter = l->dialect->delimiter, decimal = l->dialect->decimal,
         thousands = l->dialect->thousands;

    if (!(flags & CSV_QUOTED))
        return true;
    if (!text.len || (delimiter != thousands && delimiter != decimal))
        return false;
    return memchr(text.at, delimiter, text.len) ||
           (thousands && memchr(text.at, thousands, text.len));
}

/* A date by the forms of its column. */
static bool store_formed(struct csv_making *m, size_t i, struct span text)
{
    int64_t us;

    if (!csv_forms_read(&us, m->forms, text))
        return false;
    if (m->rep == COLUMN_TIMESTAMP)
        ((int64_t *)m->values)[i] = us;
    else
        ((int32_t *)m->values)[i] = (int32_t)(us / DAY_US - (us % DAY_US < 0));
    return true;
}

/* Store the text as row i of the column; false when it is none of its values. */
static bool store_value(const struct csv_load *l, struct csv_making *m, size_t i, struct span text)
{
    char buf[CSV_NUMBER_BYTES];

    if (m->forms && (m->rep == COLUMN_DATE || m->rep == COLUMN_TIMESTAMP))
        return store_formed(m, i, text);
    if (m->rep == COLUMN_INT || m->rep == COLUMN_REAL)
        text = csv_number_plain(buf, text, l->dialect);
    return csv_cell_store(m->values, m->rep, i, text);
}

static void put_value(struct csv_load *l, struct csv_chunk *c, size_t j, struct span text,
                      uint32_t flags, const struct csv_spot *spot)
{
    struct csv_making *m = &l->cols[j];
    struct csv_share *s = load_share(l, c, j);
    size_t i = c->first_row + spot->row;
    struct span trimmed = span_trim(text);
    bool wide, flag = false, fits;
    enum cell_class class = csv_cell_class(&wide, l->dialect, text, flags);

    tally_cell(&s->tally, class, wide, is_bare(l, text, flags));
    if (flags & CSV_MISSING)
        fits = false;
    else if (m->rep == COLUMN_BOOL)
        fits = cell_parse_bool(&flag, trimmed.at, trimmed.len);
    else
        fits = store_value(l, m, i, trimmed);
    if (!fits)
        put_nothing(m, c, s, i);
    if (flag)
        csv_mark_bit(m->values, i, true, c);
    if (class <= CLASS_BLANK)
        return;
    if (!fits) {
        s->n_lost++;
        put_lost(l, c, j, text, spot);
    }
    if (m->forms ? !fits : !class_fits(class, m->rep))
        odd_put(&s->odd, trimmed);
}

/* ---------------------------------------------------------------- any cell */

void csv_put_cell(struct csv_load *l, struct csv_chunk *c, size_t j, struct span text,
                  uint32_t flags, const struct csv_spot *spot)
{
    struct csv_making *m = &l->cols[j];
    struct csv_share *s = load_share(l, c, j);
    bool wide, bare = is_bare(l, text, flags);

    if (flags & CSV_MISSING) {
        csv_put_missing(l, c, j, spot->row);
    } else if (m->rep == COLUMN_CATEGORY) {
        if (flags & CSV_DIRTY)
            text = text_repaired(&c->scratch, text);
        const struct csv_word *word = put_code(l, m, s, c->first_row + spot->row, text);
        tally_cell(&s->tally, (enum cell_class)word->class, word->wide, bare);
    } else if (m->rep == COLUMN_TEXT) {
        enum cell_class class = csv_cell_class(&wide, l->dialect, text, flags);
        if (flags & CSV_DIRTY)
            text = text_repaired(&c->scratch, text);
        put_text(m, s, c->first_row + spot->row, text);
        tally_cell(&s->tally, class, wide, bare);
    } else {
        put_value(l, c, j, text, flags, spot);
    }
}

/* ---------------------------------------------------------------- record by record */

static void put_record(struct csv_load *l, struct csv_chunk *c, const struct csv_scan *scan,
                       const struct csv_record *rec, size_t row)
{
    for (size_t k = 0; k < l->n_active; k++) {
        size_t j = l->active[k];
        if (j >= rec->n) {
            csv_put_missing(l, c, j, row);
            continue;
        }
        const struct csv_cell *cell = &rec->cells[j];
        struct csv_spot spot = { .row = row, .at = cell->at, .rec = rec };
        csv_put_cell(l, c, j, (struct span){ scan->buf + cell->at, cell->len }, cell->flags, &spot);
    }
}

void csv_chunk_rows(struct csv_chunk *c)
{
    c->offsets = mem_resize(c->offsets, c->n_rows, sizeof(*c->offsets));
    c->row_lines = mem_resize(c->row_lines, c->n_rows, sizeof(*c->row_lines));
    c->multi = true;
}

void csv_chunk_row(struct csv_chunk *c, size_t row, const struct csv_record *rec)
{
    c->offsets[row] = (uint32_t)(rec->at - c->begin);
    c->row_lines[row] = (uint32_t)(rec->line - c->line);
}

void csv_put_records(struct csv_load *l, struct csv_chunk *c)
{
    struct csv_record rec = { 0 };
    size_t n_cols = load_n_cols(l), row = 0;
    struct csv_scan *s = &c->scan;

    s->dirty = csv_dirty_at(s->buf + s->at, s->len - s->at) < s->len - s->at;
    csv_chunk_rows(c);
    if (!c->src)
        c->src = source_new(&reader_csv, l->file);
    const size_t len = s->len;
    for (;;) {
        s->len = len;
        if (l->sample && l->sample->irregular)
            csv_sample_scan(l->sample, s, l->wave.base, c->first_row + row);
        c->rc = csv_scan_next(&rec, s, &c->err);
        if (c->rc <= 0)
            break;
        csv_chunk_row(c, row, &rec);
        csv_record_check(s->buf, &rec, n_cols, c->first_row + row + 1, l->dialect->delimiter,
                         &c->n_trailing, c->src);
        put_record(l, c, s, &rec, row++);
    }
    csv_record_release(&rec);
}
