/* selection.h - which rows are looked at: facets as in OpenRefine, all of which must hold.
 *
 * A selection is a filter of the view, not a step: the table stays as it is.  It lives beside the
 * snapshot (struct session holds one), immutable and reference-counted; `facet` commands edit it, the
 * sheet shows the rows it leaves, `facet keep` and `facet drop` make it a filter step.
 *
 * Written as words, one for each facet:
 *
 *   species                   an open facet: its values are listed, nothing is left out
 *   species=Adelie,missing    one of these values; `missing` bare is a missing cell
 *   mass=3000..4000  mass=..5 between, both ends included; 3000..<4000 without the upper end
 *   species!=Adelie           the rows that species=Adelie leaves out
 *   name~text                 the text stands somewhere in the cell, in capital or small letters
 *   @row=5,10..20             rows by their number in the source
 *
 * Names and values with blanks, commas or quotes stand in '…' or "…" (a quote inside is doubled);
 * names may stand in `…`.  A column has one facet at most: a new one takes its place.
 * Two more kinds have no word: a condition (the expression language), and a row set with a title,
 * which a report hands over (audit findings, bad cells, unmatched keys).
 *
 * Each facet means an expression (expr.h), so that the filter step it becomes keeps the same rows.
 */
#ifndef PROFILE_SELECTION_H
#define PROFILE_SELECTION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/job.h"
#include "base/str.h"
#include "table/table.h"

enum facet_kind { FACET_OPEN, FACET_VALUES, FACET_TEXT, FACET_WHERE, FACET_ROWS };

/* One of the values: missing; or low, a value; or low to high (NULL: no end on that side). */
struct facet_item {
    bool missing, range, open_end;
    const char *low, *high;
};

struct facet {
    enum facet_kind kind;
    bool negate;        /* VALUES, TEXT */
    const char *column; /* OPEN, VALUES, TEXT; else NULL */
    const char *text;   /* TEXT: what is looked for; WHERE: the expression; ROWS: the title */
    const struct facet_item *items; /* VALUES */
    size_t n_items;
    struct buffer *rows; /* ROWS: uint32 row numbers in the source, from 0, ascending */
    size_t n_rows;
};

struct selection {
    atomic_uint refs;
    size_t n;
    struct facet *facets;
    struct arena arena;
};

/* ---- making: each gives a new selection (yours) and leaves the old one ---- */
struct selection *selection_empty(void);
struct selection *selection_ref(const struct selection *s);
void selection_unref(const struct selection *s); /* NULL is fine */
/* The facets that `words` name, over those of s.  ERR_PARSE with the place in words: a quote never
 * closed, a value without an end.  Columns are not looked up. */
int selection_with_words(struct selection **out, const struct selection *s, const char *words,
                         struct err *err);
struct selection *selection_with_where(const struct selection *s, const char *expression);
/* Takes a reference to `rows`. */
struct selection *selection_with_rows(const struct selection *s, const char *title,
                                      struct buffer *rows, size_t n_rows);
/* Without the column's facet. */
struct selection *selection_without(const struct selection *s, const char *column);
/* Only the facets that are open or restrict a column, all of them open: nothing is left out. */
struct selection *selection_cleared(const struct selection *s);

/* ---- reading ---- */
/* Does it leave rows out? */
bool selection_restricts(const struct selection *s);
bool facet_restricts(const struct facet *f);
const struct facet *selection_facet(const struct selection *s, const char *column); /* NULL */
/* Does the list of values hold this word (struct facet_count)? */
bool facet_has_word(const struct facet *f, const char *word);
/* As a word that reads back the same; conditions and row sets as people write them. */
void facet_print(struct str *out, const struct facet *f);
/* The facets that restrict, with blanks between. */
void selection_print(struct str *out, const struct selection *s);
/* A name or a value as it must stand in words: bare when it can.  A name may not be mistaken for
 * anything else either. */
void selection_quote(struct str *out, const char *text);
void selection_quote_name(struct str *out, const char *text);
/* The cell's value as a facet's list must hold it; false when a line cannot (a line break in it). */
bool selection_quote_cell(struct str *out, const struct column *c, size_t row);

/* ---- meaning ---- */
/* The expression of one facet that restricts; ERR_USAGE: no such column; ERR_DOMAIN: 'abc' is not a
 * number, or more than 100000 rows in a row set. */
int facet_expression(struct str *out, const struct facet *f, const struct table *t,
                     struct err *err);
/* All of them, for a filter.  ERR_DOMAIN when none restricts. */
int selection_expression(struct str *out, const struct selection *s, const struct table *t,
                         struct err *err);

/* ---- the rows ---- */
/* How many rows of a facet's column have a value, among the rows that the OTHER facets leave. */
struct facet_count {
    const char *shown; /* for people */
    const char *word;  /* what the facet's list of values must hold for it: a value, or a bin's
                        * low..<high; NULL when it cannot be written (a line break in it) */
    bool missing, bin;
    bool chosen;       /* the facet's list holds it */
    size_t count, all; /* now, and without any facet */
};

struct facet_counts {
    const struct facet *facet;
    bool known;                /* false: the column is gone */
    size_t n, n_more;          /* n_more: values beyond FACET_SHOWN that are not listed */
    struct facet_count *items; /* values: falling counts over all rows, then in order; bins: of a
                                * round width, ascending, then inf and NaN; missing last */
};
/* Numbers and dates with more than FACET_VALUES_MOST different values are shown in bins. */
enum { FACET_SHOWN = 2000, FACET_BINS = 20, FACET_VALUES_MOST = 12, FACETS_MOST = 200 };

struct looked {
    struct selection *of;
    size_t n_rows, n; /* of the table; that are left */
    uint32_t *rows;   /* (n) ascending row indices of the table; NULL: all of them */
    size_t n_facets;
    struct facet_counts *facets; /* (n_facets) those with a column, when they were asked for */
    struct err why;              /* the first facet that could not be applied; it is left out */
    struct arena arena;
};

/* Apply the selection to a table.  A facet that does not fit the table (its column is gone) leaves
 * nothing out and is told in `why`.  O(rows × facets).  ERR_NOMEM, ERR_CANCELLED;
 * ERR_DOMAIN: more than FACETS_MOST. */
int selection_look(struct looked **out, const struct selection *s, const struct table *t,
                   bool with_counts, struct job *job, struct err *err);
void looked_free(struct looked *l); /* NULL is fine */
/* Of a facet's column; NULL when there is none. */
const struct facet_counts *looked_facet(const struct looked *l, const char *column);

#endif
