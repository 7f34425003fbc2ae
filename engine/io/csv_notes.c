/* csv_notes.c - what was guessed of a dialect, and what spoke for it, in words. */
#include "io/csv.h"

/* What stands between fields, how regular the lines are with it, and what came next. */
static void note_delimiter(struct source *src, const struct csv_guess *g,
                           const struct csv_dialect *d)
{
    char buf[2], second[2];
    struct str text;

    str_init(&text);
    str_addf(&text, "delimiter: %s%s", d->runs ? "blanks" : csv_character_text(buf, d->delimiter),
             d->padded ? ", blanks behind it left out" : "");
    str_addf(&text, ", %zu fields in %zu of %zu lines, score %.2f", g->width, g->n_usual,
             g->n_records, g->score);
    if (g->second)
        str_addf(&text, "; next %s would give %zu, %.2f", csv_character_text(second, g->second),
                 g->second_width, g->second_score);
    source_note(src, "%s", text.buf);
    str_release(&text);
}

static void note_quotes(struct source *src, const struct csv_guess *g, const struct csv_dialect *d,
                        unsigned open)
{
    char buf[2];

    if (open & CSV_OPEN_QUOTE && d->quote != '"')
        source_note(src, "quote: %s", csv_character_text(buf, d->quote));
    if (open & CSV_OPEN_ESCAPE && d->escape)
        source_note(src, "escape: %s before a quote", csv_character_text(buf, d->escape));
    if (open & CSV_OPEN_DECIMAL && d->decimal == ',')
        source_note(src, "decimal: numbers are written with a comma%s%s; decimal=. takes it back",
                    *g->decimal_as ? ", as in " : "", g->decimal_as);
    if (open & CSV_OPEN_THOUSANDS && d->thousands)
        source_note(src, "thousands: a %s stands between them%s%s; thousands=none takes it back",
                    csv_character_text(buf, d->thousands), *g->thousands_as ? ", as in " : "",
                    g->thousands_as);
}

static void note_no_header(struct source *src, const struct csv_header_signs *signs)
{
    if (signs->numbers)
        source_note(src,
                    "header: none, since the first line has numbers as those below it; columns "
                    "are named column_1 …");
    else if (signs->n_again)
        source_note(src,
                    "header: none, since %zu texts of the first line come again below; columns "
                    "are named column_1 …",
                    signs->n_again);
    else
        source_note(src, "header: none, since the first line has not a text of its own in each "
                         "column; columns are named column_1 …");
}

static void note_header(struct source *src, const struct csv_header_signs *signs, int header)
{
    if (!header)
        note_no_header(src, signs);
    else if (header > 1)
        source_note(src, "header: the first %d lines name the columns", header);
    else if (signs->n_over)
        source_note(src,
                    "header: the first line names the columns; it has a text over numbers, "
                    "dates or bools in %zu",
                    signs->n_over);
    else
        source_note(src, "header: the first line names the columns; its texts all differ");
}

static void note_table(struct source *src, const struct csv_guess *g, const struct csv_dialect *d,
                       unsigned open)
{
    if (open & CSV_OPEN_SKIP && d->skip)
        source_note(src, "lines before the table: %zu; skip=0 keeps them", d->skip);
    if (open & CSV_OPEN_ROWS && d->rows)
        source_note(src,
                    "line %zu begins another table, which is left out; skip=%zu loads it, rows=all "
                    "loads both as one",
                    g->next_line, g->next_line - 1);
    if (open & CSV_OPEN_HEADER)
        note_header(src, &g->header, d->header);
}

void csv_note_guess(struct source *src, const struct csv_guess *g, const struct csv_dialect *d,
                    unsigned open)
{
    if (open & CSV_OPEN_DELIMITER && g->score > 0)
        note_delimiter(src, g, d);
    else if (open & CSV_OPEN_DELIMITER)
        source_note(src, "delimiter: none was found, so the file has one column");
    note_quotes(src, g, d, open);
    note_table(src, g, d, open);
}
