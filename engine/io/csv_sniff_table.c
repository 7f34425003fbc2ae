/* csv_sniff_table.c - where the table begins in the head of a file, whether and how its columns are
 * named, and how its numbers are written.
 *
 * Before the table  leading records with at most one text in them, where the table has three columns
 *                   or more, or with a single field where it has two; also two fields (a key and its
 *                   value) where it has five or more; also one of another width above names.
 * Header, in turn:
 *   no   when a field of the first record is a number over a column of numbers;
 *   by votes otherwise, of each column: a text over a column of numbers, dates or bools gives two for a
 *        header, a text that comes again below one against;
 *   in a tie yes, when all fields of the first record (but the very first may be empty) are texts
 *   and all differ.
 * Several header records: the next one is the header too when it repeats the first, or holds texts
 *   only, which are not the same, over two columns of numbers or dates or more, and above nothing that
 *   looks like it.
 * Another table  begins where the names of the header come again, all or the first half of them.
 * Numbers  A decimal comma where numbers with a comma outweigh those with a point nine to one; 1,234
 *   is such a number only where ; stands between the fields, and one in thousands else.  1,234.5
 *   and 1,234,567 settle it.  Of separators between thousands there are , . ' and blank.
 */
#include "io/csv_sniff.h"

#include <string.h>

#include "base/mem.h"
#include "table/cell.h"

#define HEADER_MOST 5

/* ---------------------------------------------------------------- before the table */

static size_t record_n_filled(const struct sample *s, size_t i)
{
    size_t n = 0;

    for (size_t j = 0; j < s->records[i].n; j++)
        n += sample_cell(s, i, j).len > 0;
    return n;
}

static bool record_is_before(const struct sample *s, size_t i)
{
    size_t n = s->records[i].n, filled = record_n_filled(s, i);

    if (s->width == 2)
        return n == 1;
    return filled <= 1 || (filled == 2 && n == 2 && s->width >= 5);
}

/* ---------------------------------------------------------------- header */

static enum look sample_look(const struct sample *s, size_t i, size_t j, char decimal)
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
    if (span_is_number(text, decimal))
        return LOOK_NUMBER;
    if (cell_parse_date(&days, text.at, text.len) || cell_parse_timestamp(&us, text.at, text.len) ||
        (text.len > 1 && cell_parse_bool(&b, text.at, text.len)))
        return LOOK_TYPED;
    return LOOK_TEXT;
}

/* What nine tenths of the column from record `from` on look like. */
static enum look sample_column_look(const struct sample *s, size_t from, size_t j, char decimal)
{
    size_t count[4] = { 0 };

    for (size_t i = from; i < s->n; i++)
        count[sample_look(s, i, j, decimal)]++;
    size_t present = s->n - from - count[LOOK_MISSING];
    if (!present)
        return LOOK_MISSING;
    for (int look = LOOK_NUMBER; look < LOOK_TEXT; look++)
        if (count[look] * 10 >= present * 9)
            return (enum look)look;
    return LOOK_TEXT;
}

/* Does the text of record i come again below it in its column? */
static bool sample_comes_again(const struct sample *s, size_t i, size_t j)
{
    struct span first = sample_cell(s, i, j);

    for (size_t k = i + 1; k < s->n; k++)
        if (j < s->records[k].n && span_eq(first, sample_cell(s, k, j)))
            return true;
    return false;
}

static bool sample_names_plausible(const struct sample *s, char decimal)
{
    size_t i = s->first;

    for (size_t j = 0; j < s->records[i].n; j++) {
        enum look look = sample_look(s, i, j, decimal);
        if (look != LOOK_TEXT && !(j == 0 && look == LOOK_MISSING))
            return false;
        for (size_t k = 0; k < j && k < 100; k++)
            if (span_eq(sample_cell(s, i, j), sample_cell(s, i, k)))
                return false;
    }
    return true;
}

/* Does record k repeat the header's first, field by field? */
static bool record_repeats(const struct sample *s, size_t k)
{
    const struct csv_record *a = &s->records[s->first], *b = &s->records[k];

    for (size_t j = 0; j < a->n; j++)
        if (a->n != b->n || !span_eq(sample_cell(s, s->first, j), sample_cell(s, k, j)))
            return false;
    return true;
}

/* Does record k hold names: texts only, which are not the same, over two columns of numbers or dates
 * or more? */
static bool record_has_names(const struct sample *s, size_t k, char decimal)
{
    size_t n_over = 0;
    bool differ = false;
    struct span one = { "", 0 };

    if (k + 2 >= s->n || s->records[k].n != s->width)
        return false;
    for (size_t j = 0; j < s->records[k].n; j++) {
        enum look look = sample_look(s, k, j, decimal);
        enum look below = sample_column_look(s, k + 1, j, decimal);
        if (look == LOOK_NUMBER || look == LOOK_TYPED || (look == LOOK_TEXT && below == LOOK_TEXT))
            return false;
        if (look != LOOK_TEXT || below == LOOK_MISSING)
            continue;
        struct span text = sample_cell(s, k, j);
        differ = differ || (n_over && !span_eq(one, text));
        one = text;
        n_over++;
    }
    return n_over >= 2 && differ;
}

/* Does it so while the last one, a row, does not? */
static bool record_is_header_twice(const struct sample *s, size_t k)
{
    return record_repeats(s, k) && !record_repeats(s, s->n - 1);
}

/* Is record k, which follows a header, more of it? */
static bool record_continues_header(const struct sample *s, size_t k, char decimal)
{
    return k < s->n && (record_is_header_twice(s, k) || record_has_names(s, k, decimal));
}

size_t sample_preamble(const struct sample *s)
{
    size_t i = 0;

    if (s->width < 2 || s->n < 3 || s->n_usual < 2)
        return 0;
    while (i < s->n && record_is_before(s, i))
        i++;
    /* a title with delimiters in it */
    while (i + 1 < s->n && s->records[i].n != s->width && record_has_names(s, i + 1, '.'))
        i++;
    return i + 1 < s->n ? i : 0;
}

/* What the columns say about a header. */
static struct csv_header_signs sample_signs(const struct sample *s, char decimal)
{
    struct csv_header_signs signs = { 0 };
    size_t i = s->first;

    for (size_t j = 0; j < s->records[i].n; j++) {
        enum look first = sample_look(s, i, j, decimal);
        enum look below = sample_column_look(s, i + 1, j, decimal);
        if (first == LOOK_NUMBER && below == LOOK_NUMBER)
            signs.numbers = true;
        if (first == LOOK_MISSING || below == LOOK_MISSING)
            continue;
        if (first != below && below != LOOK_TEXT)
            signs.n_over++;
        else if (first == LOOK_TEXT && sample_comes_again(s, i, j))
            signs.n_again++;
    }
    return signs;
}

/* A name may stand among the values of its column more easily than a word among numbers. */
static long signs_votes(const struct csv_header_signs *signs)
{
    return 2 * (long)signs->n_over - (long)signs->n_again;
}

bool sample_header_is_sure(const struct sample *s, char decimal)
{
    if (s->first >= s->n)
        return false;
    struct csv_header_signs signs = sample_signs(s, decimal);
    return !signs.numbers && signs_votes(&signs) > 0;
}

static bool signs_say_header(const struct csv_header_signs *signs, const struct sample *s,
                             char decimal)
{
    if (signs->numbers)
        return false;
    long votes = signs_votes(signs);
    return votes ? votes > 0 : sample_names_plausible(s, decimal);
}

int sample_header(struct csv_header_signs *signs, const struct sample *s, char decimal)
{
    int n = 1;

    *signs = (struct csv_header_signs){ 0 };
    if (s->first >= s->n)
        return 1;
    *signs = sample_signs(s, decimal);
    while (n < HEADER_MOST && record_continues_header(s, s->first + (size_t)n, decimal))
        n++;
    return n > 1 || signs_say_header(signs, s, decimal) ? n : 0;
}

/* ---------------------------------------------------------------- another table below */

/* Does record i hold the header's names again, from the left, and nothing else? */
static bool record_is_header_again(const struct sample *s, size_t i)
{
    const struct csv_record *names = &s->records[s->first];
    size_t n_same = 0;

    for (size_t j = 0; j < s->records[i].n; j++) {
        struct span text = sample_cell(s, i, j);
        if (!text.len)
            continue;
        if (j >= names->n || !span_eq(text, sample_cell(s, s->first, j)))
            return false;
        n_same++;
    }
    return n_same >= 2 && n_same * 2 >= names->n;
}

size_t sample_rows(size_t *line, const struct sample *s, int header)
{
    size_t from = s->first + (size_t)header;

    for (size_t i = from + 1; header && i < s->n; i++)
        if (record_is_header_again(s, i)) {
            *line = s->records[i].line;
            return i - from;
        }
    return 0;
}

/* ---------------------------------------------------------------- numbers */

/* How the numbers of the sample are written. */
struct number_forms {
    size_t comma, point; /* 1,5 and 1.5 */
    size_t comma_group;  /* 1,234: one comma, three digits behind it */
    size_t point_group;  /* 1.234 */
    size_t comma_sure;   /* 1,234.5  1,234,567: a comma between thousands */
    size_t point_sure;   /* 1.234,5  1.234.567 */
    size_t blank_group, tick_group;
};

/* Digits in groups of three with `sep` between them: how many groups, 0 when it is no such number.
 * *rest is what stands behind them. */
static size_t groups_of(struct span *rest, struct span s, char sep)
{
    size_t i = 0, n = 1, run;

    if (s.len && (*s.at == '-' || *s.at == '+'))
        i++;
    size_t begin = i;
    while (i < s.len && s.at[i] >= '0' && s.at[i] <= '9')
        i++;
    if (i == begin || i - begin > 3 || s.at[begin] == '0')
        return 0;
    while (i < s.len && s.at[i] == sep) {
        for (run = 0; i + 1 + run < s.len && s.at[i + 1 + run] >= '0' && s.at[i + 1 + run] <= '9';)
            run++;
        if (run != 3)
            break;
        i += 4;
        n++;
    }
    *rest = (struct span){ s.at + i, s.len - i };
    return n;
}

static bool is_all_digits(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
    return s.len > 0;
}

/* Digits, one mark, digits. */
static bool is_split_by(struct span s, char mark)
{
    const char *at;

    if (s.len && (*s.at == '-' || *s.at == '+')) {
        s.at++;
        s.len--;
    }
    at = memchr(s.at, mark, s.len);
    if (!at)
        return false;
    struct span left = { s.at, (size_t)(at - s.at) };
    struct span right = { at + 1, s.len - left.len - 1 };
    return is_all_digits(right) && (!left.len || is_all_digits(left));
}

static void count_number(struct number_forms *f, struct span s)
{
    struct span rest = { "", 0 };
    size_t n = groups_of(&rest, s, ',');

    if (n >= 2 && (n > 2 || rest.len) && (!rest.len || *rest.at == '.'))
        f->comma_sure++;
    else if (n == 2 && !rest.len)
        f->comma_group++;
    else if (is_split_by(s, ','))
        f->comma++;
    n = groups_of(&rest, s, '.');
    if (n >= 2 && (n > 2 || rest.len) && (!rest.len || *rest.at == ','))
        f->point_sure++;
    else if (n == 2 && !rest.len)
        f->point_group++;
    else if (is_split_by(s, '.'))
        f->point++;
    n = groups_of(&rest, s, ' ');
    f->blank_group += n >= 2 && (!rest.len || *rest.at == ',' || *rest.at == '.');
    f->comma += n >= 2 && rest.len && *rest.at == ',';
    f->point += n >= 2 && rest.len && *rest.at == '.';
    n = groups_of(&rest, s, '\'');
    f->tick_group += n >= 2 && (!rest.len || *rest.at == '.');
}

/* A number with that mark in it. */
static void sample_example(char out[24], const struct sample *s, char mark)
{
    for (size_t i = s->first; i < s->n; i++)
        for (size_t j = 0; j < s->records[i].n; j++) {
            struct span text = sample_cell(s, i, j);
            size_t k = 0;
            while (k < text.len && k < 23 && strchr("0123456789+-.,' ", text.at[k]))
                k++;
            if (k < 3 || k < text.len || !memchr(text.at, mark, k))
                continue;
            memcpy(out, text.at, k);
            out[k] = '\0';
            return;
        }
}

static char sample_thousands(const struct number_forms *f, const struct csv_dialect *d)
{
    bool comma = d->decimal == ',';

    if (comma && (f->point_sure || (f->point_group && !f->point)))
        return '.';
    if (!comma && (f->comma_sure || f->comma_group) && !f->comma)
        return ',';
    if (f->blank_group && d->delimiter != ' ')
        return ' ';
    return f->tick_group && !comma ? '\'' : d->thousands;
}

void sample_numbers(struct csv_guess *g, const struct sample *s, unsigned open)
{
    struct csv_dialect *d = &g->dialect;
    struct number_forms f = { 0 };

    for (size_t i = s->first; i < s->n; i++)
        for (size_t j = 0; j < s->records[i].n; j++)
            count_number(&f, sample_cell(s, i, j));
    bool group_is_decimal = d->delimiter == ';' && !f.comma_sure;
    size_t commas = f.comma + f.point_sure + (group_is_decimal ? f.comma_group : 0);
    if (open & CSV_OPEN_DECIMAL) {
        d->decimal = commas && commas >= 9 * (f.point + f.comma_sure) ? ',' : '.';
        if (d->decimal == ',')
            sample_example(g->decimal_as, s, ',');
    }
    if (open & CSV_OPEN_THOUSANDS)
        d->thousands = sample_thousands(&f, d);
    if (open & CSV_OPEN_THOUSANDS && d->thousands)
        sample_example(g->thousands_as, s, d->thousands);
}
