/* csv_sniff.c - the dialect, guessed from the head of the file: what stands between fields and
 * around them.
 *
 * The head is cut with every delimiter and quote in question, and scored:
 *
 *   score = (share of records with the usual number of fields) x (1 - 1 / that number)
 *           x (share of fields that look like a value: empty, quoted, or free of the usual
 *           delimiters and of misplaced quotes)
 *
 * after the idea of van den Burg, Nazabal and Sutton, "Wrangling messy CSV files by detecting row
 * and type patterns", DMKD 33 (2019): a good dialect cuts into equal rows and into clean values.
 * The best wins, the earlier one in a tie.
 *
 * Delimiter  , tab ; | space, then : ^ ~ # & * whose scores count half, since they stand in values
 *            too.  Blanks stand in any text, so space is taken only when the first record has the
 *            usual width too and a third of its fields are numbers, or nearly all records are equal
 *            and a quarter of the fields are values or quoted.  Space and the late ones are no
 *            delimiters where the lines are values as they stand (times, dates).  When nothing
 *            scores, the file has one column and the delimiter is a comma.
 * Quote      " unless fields begin and end with ' and none does with ".
 * Escape     \ where the fields are cleaner with it.
 * Comments   # where the first line begins with it and has not the width of the table.
 * sep=;      in the first line, as spreadsheets write it, says the delimiter.
 */
#include "io/csv_sniff.h"

#include <string.h>

#include "base/mem.h"

#define SNIFF_BYTES  ((size_t)64 << 10)
#define SNIFF_FEWEST 0.25 /* share of regular records below which a delimiter is none */
#define LATE_WEIGHT  0.5

static const char candidates[] = { ',', '\t', ';', '|', ' ', ':', '^', '~', '#', '&', '*' };
#define N_CANDIDATES sizeof(candidates)
#define N_USUAL      4 /* that no clean field holds */
#define N_EARLY      5

/* ---------------------------------------------------------------- a sample */

void sample_release(struct sample *s)
{
    for (size_t i = 0; i < s->n; i++)
        csv_record_release(&s->records[i]);
    mem_free(s->records);
    mem_free(s->buf);
}

/* The most frequent number of fields, the larger in a tie. */
static void sample_width(struct sample *s)
{
    for (size_t i = 0; i < s->n; i++) {
        size_t width = s->records[i].n, n = 0;
        for (size_t k = 0; k < s->n; k++)
            n += s->records[k].n == width;
        if (n > s->n_usual || (n == s->n_usual && width > s->width)) {
            s->n_usual = n;
            s->width = width;
        }
    }
}

void sample_cut(struct sample *s, const char *head, size_t len, bool partial,
                const struct csv_dialect *dialect)
{
    struct csv_scan scan;

    *s = (struct sample){ .buf = mem_strndup(head, len),
                          .records = MEM_NEW(struct csv_record, SNIFF_RECORDS) };
    csv_scan_init(&scan, s->buf, len, dialect, NULL, partial);
    csv_scan_skip(&scan);
    while (s->n < SNIFF_RECORDS && csv_scan_next(&s->records[s->n], &scan, NULL) > 0)
        s->n++;
    if (s->n < SNIFF_RECORDS)
        csv_record_release(&s->records[s->n]); /* begun, not finished */
    sample_width(s);
}

struct span sample_cell(const struct sample *s, size_t i, size_t j)
{
    const struct csv_record *rec = &s->records[i];

    if (j >= rec->n)
        return (struct span){ "", 0 };
    return span_trim((struct span){ s->buf + rec->cells[j].at, rec->cells[j].len });
}

/* ---------------------------------------------------------------- values */

bool span_is_number(struct span text, char decimal)
{
    char buf[40];
    double v;
    const char *comma = decimal == ',' && text.len < sizeof(buf) ? memchr(text.at, ',', text.len)
                                                                 : NULL;

    if (!comma)
        return text_parse_real(&v, text.at, text.len);
    memcpy(buf, text.at, text.len);
    buf[comma - text.at] = '.';
    return text_parse_real(&v, buf, text.len);
}

bool span_is_value(struct span text)
{
    size_t n_digits = 0, n_letters = 0;

    if (!text.len || text.len > 40)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        n_digits += c >= '0' && c <= '9';
        n_letters += (c | 32) >= 'a' && (c | 32) <= 'z';
        if (c < 0x80 && !((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9') &&
            !strchr("+-.,:/ $%", c))
            return false;
    }
    /* 12:30, 1.5e-3, $4, 12 Mar 2024, 2024-01-01T00:00Z */
    return n_digits > 0 && (n_letters == 0 || (n_letters <= 4 && n_digits > n_letters));
}

/* ---------------------------------------------------------------- scores */

/* One dialect in question and how well it does. */
struct trial {
    struct csv_dialect dialect;
    double score;
    size_t width, n_records, n_usual;
    size_t n_quoted, n_stray; /* cells */
};

/* Free of the usual delimiters; a decimal comma is a number's. */
static bool cell_is_clean(const struct csv_cell *cell, struct span text, char delimiter)
{
    if (cell->flags & CSV_STRAY)
        return false;
    if (cell->flags & (CSV_QUOTED | CSV_MISSING))
        return true;
    for (size_t k = 0; k < N_USUAL; k++) {
        const char *other = memchr(text.at, candidates[k], text.len);
        if (!other || candidates[k] == delimiter)
            continue;
        bool decimal = candidates[k] == ',' && other > text.at && other + 1 < text.at + text.len &&
                       other[-1] >= '0' && other[-1] <= '9' && other[1] >= '0' && other[1] <= '9';
        if (!decimal)
            return false;
    }
    return true;
}

static bool blanks_may_separate(const struct sample *s, size_t n_cells, size_t n_numbers,
                                size_t n_values)
{
    if (s->records[0].n != s->width)
        return false;
    if (n_numbers * 3 >= n_cells)
        return true;
    return s->n >= 5 && s->n_usual * 20 >= s->n * 19 && n_values * 4 >= n_cells;
}

static double sample_score(struct trial *t, const struct sample *s)
{
    char delimiter = t->dialect.delimiter;
    size_t n_cells = 0, n_clean = 0, n_numbers = 0, n_values = 0;
    double regular = s->n ? (double)s->n_usual / (double)s->n : 0;

    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->records[i].n; j++) {
            const struct csv_cell *cell = &s->records[i].cells[j];
            struct span text = sample_cell(s, i, j);
            n_cells++;
            n_clean += cell_is_clean(cell, text, delimiter);
            t->n_quoted += (cell->flags & (CSV_QUOTED | CSV_STRAY)) == CSV_QUOTED;
            t->n_stray += (cell->flags & CSV_STRAY) != 0;
            n_numbers += delimiter == ' ' && span_is_number(text, '.');
            n_values += delimiter == ' ' && (cell->flags & CSV_QUOTED || span_is_value(text));
        }
    if (s->width < 2 || regular < SNIFF_FEWEST)
        return 0;
    if (delimiter == ' ' && !blanks_may_separate(s, n_cells, n_numbers, n_values))
        return 0;
    return regular * (1 - 1 / (double)s->width) * (double)n_clean / (double)n_cells;
}

struct head {
    const char *bytes;
    size_t len;
    bool partial;
};

static void trial_run(struct trial *t, const struct head *h)
{
    struct sample s;

    t->n_quoted = t->n_stray = 0;
    sample_cut(&s, h->bytes, h->len, h->partial, &t->dialect);
    t->score = sample_score(t, &s);
    t->width = s.width;
    t->n_records = s.n;
    t->n_usual = s.n_usual;
    sample_release(&s);
}

/* ---------------------------------------------------------------- quotes */

/* The same delimiter with ' around fields, with \ before quotes, where that is better. */
static void trial_quotes(struct trial *t, const struct head *h, unsigned open)
{
    struct trial other = *t;

    if (open & CSV_OPEN_QUOTE && t->n_quoted == 0 && memchr(h->bytes, '\'', h->len)) {
        other.dialect.quote = '\'';
        trial_run(&other, h);
        if (other.n_quoted >= 2 && other.n_stray * 20 <= other.n_quoted &&
            other.score >= t->score * 0.9)
            *t = other;
    }
    if (open & CSV_OPEN_ESCAPE && t->dialect.quote && t->n_stray > 0) {
        const char escaped[] = { '\\', t->dialect.quote };
        if (!memmem(h->bytes, h->len, escaped, sizeof(escaped)))
            return;
        other = *t;
        other.dialect.escape = '\\';
        trial_run(&other, h);
        if (other.n_stray < t->n_stray && other.score >= t->score)
            *t = other;
    }
}

/* Columns set with blanks: more than one between fields. */
static void trial_runs(struct trial *t, const struct head *h)
{
    struct trial runs = *t;

    if (t->dialect.delimiter != ' ' || !memmem(h->bytes, h->len, "  ", 2))
        return;
    runs.dialect.runs = true;
    trial_run(&runs, h);
    if (runs.score >= t->score)
        *t = runs;
}

/* ---------------------------------------------------------------- delimiter */

/* Are nearly all lines values as they stand, so that they need no cutting? */
static bool lines_are_values(const struct head *h, const struct csv_dialect *dialect)
{
    struct csv_dialect whole = *dialect;
    struct sample s;
    size_t n = 0;

    whole.delimiter = '\x1f';
    sample_cut(&s, h->bytes, h->len, h->partial, &whole);
    for (size_t i = 0; i < s.n; i++)
        n += s.records[i].n == 1 && span_is_value(sample_cell(&s, i, 0));
    bool yes = s.n && n * 10 >= s.n * 9;
    sample_release(&s);
    return yes;
}

static void guess_delimiter(struct csv_guess *out, const struct head *h, unsigned open)
{
    struct csv_dialect base = out->dialect;
    bool whole = lines_are_values(h, &base);

    out->dialect.delimiter = ',';
    for (size_t k = 0; k < N_CANDIDATES; k++) {
        struct trial t = { .dialect = base };
        t.dialect.delimiter = candidates[k];
        if (!memchr(h->bytes, candidates[k], h->len) || (candidates[k] == base.comment) ||
            (whole && k + 1 >= N_EARLY && candidates[k] != ' ') || candidates[k] == base.quote)
            continue;
        trial_run(&t, h);
        trial_quotes(&t, h, open);
        trial_runs(&t, h);
        if (whole && candidates[k] == ' ' && !t.dialect.runs)
            continue;
        double score = k < N_EARLY ? t.score : t.score * LATE_WEIGHT;
        if (score > out->score) {
            out->second_score = out->score;
            out->second = out->score > 0 ? out->dialect.delimiter : 0;
            out->second_width = out->width;
            out->score = score;
            out->dialect = t.dialect;
            out->width = t.width;
        } else if (score > out->second_score) {
            out->second_score = score;
            out->second = candidates[k];
            out->second_width = t.width;
        }
    }
}

/* Do blanks follow nearly all delimiters? */
static bool sample_is_padded(const struct sample *s)
{
    size_t n = 0, n_padded = 0;

    for (size_t i = s->first; i < s->n; i++)
        for (size_t j = 1; j < s->records[i].n; j++) {
            const struct csv_cell *cell = &s->records[i].cells[j];
            if (cell->flags & (CSV_QUOTED | CSV_MISSING))
                continue;
            n++;
            n_padded += s->buf[cell->at] == ' ';
        }
    return n >= 2 && n_padded * 20 >= n * 19;
}

/* ---------------------------------------------------------------- lines before the table */

/* sep=; in the first line. */
static bool guess_sep_line(struct csv_dialect *d, const struct head *h)
{
    const char *p = h->bytes;
    size_t len = h->len;

    if (len >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
        p += 3;
        len -= 3;
    }
    if (len < 6 || memcmp(p, "sep=", 4) != 0 || (p[5] != '\n' && p[5] != '\r'))
        return false;
    d->delimiter = p[4];
    d->skip = 1;
    return true;
}

/* Is there a line that does not begin with #? */
static bool has_other_lines(const struct head *h)
{
    for (size_t i = 0; i + 1 < h->len; i++)
        if ((h->bytes[i] == '\n' || h->bytes[i] == '\r') && !strchr("#\r\n", h->bytes[i + 1]))
            return true;
    return false;
}

/* Lines that begin with # are comments, unless they are as wide as the table: then the last of them
 * names its columns. */
static void guess_comment(struct csv_guess *out, const struct head *h)
{
    struct csv_dialect plain = out->dialect;
    struct sample s;
    size_t last = 0;

    plain.comment = 0;
    sample_cut(&s, h->bytes, h->len, h->partial, &plain);
    while (last < s.n && s.buf[s.records[last].at] == '#')
        last++;
    if (last && out->width > 1 && s.records[last - 1].n == out->width)
        out->dialect.comment = 0;
    sample_release(&s);
}

/* The header, and where its names come again further down.  Above that place alone it must be seen to
 * be one: rows may repeat too. */
static void guess_rows(struct csv_guess *out, struct sample *s, unsigned open)
{
    struct csv_dialect *d = &out->dialect;
    int header = open & CSV_OPEN_HEADER ? 1 : d->header;
    size_t n = s->n, rows = open & CSV_OPEN_ROWS ? sample_rows(&out->next_line, s, header) : 0;

    if (rows)
        s->n = s->first + (size_t)header + rows;
    if (rows && open & CSV_OPEN_HEADER && !sample_header_is_sure(s, d->decimal)) {
        rows = 0;
        s->n = n;
    }
    if (open & CSV_OPEN_HEADER)
        d->header = sample_header(&out->header, s, d->decimal);
    if (rows)
        d->rows = rows;
    s->n = n;
}

static void guess_table(struct csv_guess *out, const struct head *h, unsigned open)
{
    struct csv_dialect *d = &out->dialect;
    struct sample s;

    sample_cut(&s, h->bytes, h->len, h->partial, d);
    if (open & CSV_OPEN_SKIP && !d->skip) {
        s.first = sample_preamble(&s);
        d->skip = s.first && s.first < s.n ? s.records[s.first].line - 1 : 0;
    }
    if (open & CSV_OPEN_DELIMITER && d->delimiter != ' ' && d->delimiter != '\t')
        d->padded = sample_is_padded(&s);
    sample_numbers(out, &s, open);
    guess_rows(out, &s, open);
    out->n_before = s.first;
    sample_release(&s);
}

/* The usual width of the records, from a sample that depends on the settled dialect alone, so that
 * a replay finds the same. */
static void guess_width(struct csv_guess *out, const struct head *h)
{
    struct sample s;

    sample_cut(&s, h->bytes, h->len, h->partial, &out->dialect);
    out->width = s.width;
    out->n_records = s.n;
    out->n_usual = s.n_usual;
    sample_release(&s);
}

void csv_guess_dialect(struct csv_guess *out, const char *head, size_t len, bool partial,
                       const struct csv_dialect *dialect, unsigned open)
{
    struct head h = { head, len, partial };
    size_t bom = len >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    *out = (struct csv_guess){ .dialect = *dialect };
    if (open & CSV_OPEN_QUOTE)
        out->dialect.quote = dialect->delimiter == '"' ? '\0' : '"';
    if (len > SNIFF_BYTES) {
        /* Enough, unless the records are so long that two do not fit. */
        struct sample s;
        struct csv_dialect trial = out->dialect;
        trial.delimiter = trial.delimiter ? trial.delimiter : ',';
        sample_cut(&s, head, SNIFF_BYTES, true, &trial);
        bool enough = s.n >= 2;
        sample_release(&s);
        h.len = enough ? SNIFF_BYTES : len;
        h.partial = partial || enough;
    }
    if (open & CSV_OPEN_COMMENT && len > bom && head[bom] == '#' && has_other_lines(&h))
        out->dialect.comment = '#';
    if (open & CSV_OPEN_DELIMITER && open & CSV_OPEN_SKIP && guess_sep_line(&out->dialect, &h)) {
        open &= ~(unsigned)CSV_OPEN_DELIMITER;
        out->score = 1;
    }
    if (open & CSV_OPEN_DELIMITER) {
        guess_delimiter(out, &h, open);
    } else {
        struct trial t = { .dialect = out->dialect };
        trial_run(&t, &h);
        trial_quotes(&t, &h, open);
        out->dialect = t.dialect;
        out->width = t.width;
    }
    if (open & CSV_OPEN_COMMENT && out->dialect.comment)
        guess_comment(out, &h);
    guess_table(out, &h, open);
    guess_width(out, &h);
}
