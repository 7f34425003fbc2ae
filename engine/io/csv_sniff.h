/* csv_sniff.h - the head of a file cut with one dialect: what csv_sniff.c (delimiter and quotes) and
 * csv_sniff_table.c (where the table begins, its header, how its numbers are written) share. */
#ifndef IO_CSV_SNIFF_H
#define IO_CSV_SNIFF_H

#include "base/text.h"
#include "io/csv.h"

#define SNIFF_RECORDS 200

struct sample {
    char *buf;
    struct csv_record *records; /* (n) */
    size_t n;
    size_t width, n_usual; /* the usual number of fields, and how many records have it */
    size_t first;          /* records before the table */
};

enum look { LOOK_MISSING, LOOK_NUMBER, LOOK_TYPED, LOOK_TEXT };

void sample_cut(struct sample *s, const char *head, size_t len, bool partial,
                const struct csv_dialect *dialect);
void sample_release(struct sample *s);

/* The field without blanks around it; empty where the record has no such field. */
struct span sample_cell(const struct sample *s, size_t i, size_t j);
/* A number, written with a point or, where `decimal` is ',', with a comma. */
bool span_is_number(struct span text, char decimal);
/* A number, a date, a time, an amount of money, a share. */
bool span_is_value(struct span text);

/* ---- csv_sniff_table.c ---- */
/* Records before the table: fewer fields than it has, and nearly all of them empty. */
size_t sample_preamble(const struct sample *s);
/* How many records from s->first on name the columns; what speaks for one goes to *signs. */
int sample_header(struct csv_header_signs *signs, const struct sample *s, char decimal);
/* Does it name columns of numbers, dates or bools, more of them than speak against it? */
bool sample_header_is_sure(const struct sample *s, char decimal);
/* Rows before another table begins below the first, its first line in *line; 0 when none does. */
size_t sample_rows(size_t *line, const struct sample *s, int header);
/* How the numbers are written, and one that shows it; leaves what `open` does not have. */
void sample_numbers(struct csv_guess *g, const struct sample *s, unsigned open);

#endif
