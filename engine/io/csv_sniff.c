/* csv_sniff.c - the dialect, guessed from the head of the file.
 *
 * Delimiter.  The head is cut with each of  , tab ; | space  and scored:
 *
 *   score = (share of records with the usual number of fields) x (1 - 1 / that number)
 *           x (share of fields that look like a value: empty, quoted, or free of the other
 *           delimiters)
 *
 * after the idea of van den Burg, Nazabal and Sutton, "Wrangling messy CSV files by detecting row
 * and type patterns", DMKD 33 (2019): a good dialect cuts into equal rows and into clean values.
 * The best wins, the earlier one in a tie.  Blanks stand in any text, so space is taken only when
 * the first record has the usual width too and a third of its fields are numbers.  When nothing
 * scores, the file has one column and the delimiter is a comma.
 *
 * Header.  In turn:
 *   no   when a field of the first record is a number over a column of numbers;
 *   by votes otherwise, one per column: a text over a column of numbers, dates or bools is for a
 *        header, a text that comes again below is against;
 *   in a tie yes, when all fields of the first record (but the very first may be empty) are texts
 *   and all differ.
 */
#include "io/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "table/cell.h"

#define SNIFF_BYTES   ((size_t)64 << 10)
#define SNIFF_RECORDS 200
#define SNIFF_FEWEST  0.25 /* share of regular records below which a delimiter is none */

static const char candidates[] = { ',', '\t', ';', '|', ' ' };
#define N_CANDIDATES sizeof(candidates)

/* The head cut with one dialect. */
struct sample {
    char *buf;
    struct csv_record *records;
    size_t n, width, n_usual;
};

static void sample_release(struct sample *s)
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

static void sample_cut(struct sample *s, const char *head, size_t len, bool partial,
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

static struct span sample_cell(const struct sample *s, size_t i, size_t j)
{
    const struct csv_cell *cell = &s->records[i].cells[j];

    return span_trim((struct span){ s->buf + cell->at, cell->len });
}

static bool span_is_number(struct span text)
{
    double v;

    return text_parse_real(&v, text.at, text.len);
}

/* Free of the other delimiters; a decimal comma is a number's. */
static bool cell_is_clean(const struct csv_cell *cell, struct span text, char delimiter)
{
    if (cell->flags & CSV_STRAY)
        return false;
    if (cell->flags & (CSV_QUOTED | CSV_MISSING))
        return true;
    for (size_t k = 0; k + 1 < N_CANDIDATES; k++) {
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

static double sample_score(const struct sample *s, char delimiter)
{
    size_t n_cells = 0, n_clean = 0, n_numbers = 0;
    double regular = s->n ? (double)s->n_usual / (double)s->n : 0;

    if (s->width < 2 || regular < SNIFF_FEWEST)
        return 0;
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->records[i].n; j++) {
            struct span text = sample_cell(s, i, j);
            n_cells++;
            n_clean += cell_is_clean(&s->records[i].cells[j], text, delimiter);
            n_numbers += delimiter == ' ' && span_is_number(text);
        }
    if (delimiter == ' ' && (s->records[0].n != s->width || n_numbers * 3 < n_cells))
        return 0;
    return regular * (1 - 1 / (double)s->width) * (double)n_clean / (double)n_cells;
}

/* ---------------------------------------------------------------- header */

enum look { LOOK_MISSING, LOOK_NUMBER, LOOK_TYPED, LOOK_TEXT };

static enum look sample_look(const struct sample *s, size_t i, size_t j)
{
    bool b;
    int32_t days;
    int64_t us;
    struct span text;

    if (j >= s->records[i].n || s->records[i].cells[j].flags & CSV_MISSING)
        return LOOK_MISSING;
    text = sample_cell(s, i, j);
    if (!text.len)
        return LOOK_MISSING;
    if (span_is_number(text))
        return LOOK_NUMBER;
    if (cell_parse_date(&days, text.at, text.len) || cell_parse_timestamp(&us, text.at, text.len) ||
        (text.len > 1 && cell_parse_bool(&b, text.at, text.len)))
        return LOOK_TYPED;
    return LOOK_TEXT;
}

/* What nine tenths of the column below the first record look like. */
static enum look sample_column_look(const struct sample *s, size_t j)
{
    size_t count[4] = { 0 };

    for (size_t i = 1; i < s->n; i++)
        count[sample_look(s, i, j)]++;
    size_t present = s->n - 1 - count[LOOK_MISSING];
    if (!present)
        return LOOK_MISSING;
    for (int look = LOOK_NUMBER; look < LOOK_TEXT; look++)
        if (count[look] * 10 >= present * 9)
            return (enum look)look;
    return LOOK_TEXT;
}

static bool sample_comes_again(const struct sample *s, size_t j)
{
    struct span first = sample_cell(s, 0, j);

    for (size_t i = 1; i < s->n; i++)
        if (j < s->records[i].n && span_eq(first, sample_cell(s, i, j)))
            return true;
    return false;
}

static bool sample_names_plausible(const struct sample *s)
{
    for (size_t j = 0; j < s->records[0].n; j++) {
        enum look look = sample_look(s, 0, j);
        if (look != LOOK_TEXT && !(j == 0 && look == LOOK_MISSING))
            return false;
        for (size_t k = 0; k < j && k < 100; k++)
            if (span_eq(sample_cell(s, 0, j), sample_cell(s, 0, k)))
                return false;
    }
    return true;
}

static bool sample_has_header(const struct sample *s)
{
    int votes = 0;

    if (!s->n)
        return true;
    for (size_t j = 0; j < s->records[0].n; j++) {
        enum look first = sample_look(s, 0, j), below = sample_column_look(s, j);
        if (first == LOOK_NUMBER && below == LOOK_NUMBER)
            return false;
        if (first == LOOK_MISSING || below == LOOK_MISSING)
            continue;
        if (first != below && below != LOOK_TEXT)
            votes++;
        else if (first == LOOK_TEXT && sample_comes_again(s, j))
            votes--;
    }
    return votes ? votes > 0 : sample_names_plausible(s);
}

/* ---------------------------------------------------------------- both */

static void guess_delimiter(struct csv_guess *out, const char *head, size_t len, bool partial,
                            const struct csv_dialect *dialect)
{
    double second = 0;

    out->delimiter = ',';
    for (size_t k = 0; k < N_CANDIDATES; k++) {
        struct csv_dialect trial = *dialect;
        struct sample s;

        trial.delimiter = candidates[k];
        sample_cut(&s, head, len, partial, &trial);
        double score = sample_score(&s, candidates[k]);
        size_t width = s.width;
        sample_release(&s);
        if (score > out->score) {
            second = out->score;
            out->second = second > 0 ? out->delimiter : 0;
            out->second_width = out->width;
            out->score = score;
            out->delimiter = candidates[k];
            out->width = width;
        } else if (score > second) {
            second = score;
            out->second = candidates[k];
            out->second_width = width;
        }
    }
}

void csv_guess_dialect(struct csv_guess *out, const char *head, size_t len, bool partial,
                       const struct csv_dialect *dialect, int header)
{
    struct csv_dialect chosen = *dialect;
    struct sample s;

    *out = (struct csv_guess){ .delimiter = dialect->delimiter };
    if (len > SNIFF_BYTES) {
        /* Enough, unless the records are so long that two do not fit. */
        sample_cut(&s, head, SNIFF_BYTES, true, dialect);
        bool enough = s.n >= 2;
        sample_release(&s);
        len = enough ? SNIFF_BYTES : len;
        partial = partial || enough;
    }
    if (!dialect->delimiter)
        guess_delimiter(out, head, len, partial, dialect);
    chosen.delimiter = out->delimiter;
    sample_cut(&s, head, len, partial, &chosen);
    out->width = s.width;
    out->header = header < 0 ? sample_has_header(&s) : header != 0;
    sample_release(&s);
}
