/* csv_build.h - columns in the making: what csv_cell.c, csv_types.c and csv_columns.c share. */
#ifndef IO_CSV_BUILD_H
#define IO_CSV_BUILD_H

#include "base/parallel.h"
#include "io/csv.h"

/* What a cell looks like; the rules stand in csv_types.c. */
enum cell_class {
    CLASS_MISSING,
    CLASS_BLANK, /* quoted, with nothing or an na word in the quotes */
    CLASS_INT,
    CLASS_BIG,
    CLASS_LED, /* leading zeros */
    CLASS_REAL,
    CLASS_OVERFLOW,
    CLASS_BOOL,
    CLASS_DATE,
    CLASS_TIMESTAMP,
    CLASS_OTHER,
    N_CLASSES
};

/* Counts over the rows of one chunk, or over all. */
struct tally {
    size_t count[N_CLASSES];
    size_t n_bare; /* present and not quoted */
    size_t n_bare_numbers, n_bare_bools;
    size_t n_wide; /* integers above 2^53 */
};

/* One column on its way. */
struct typing {
    enum column_type type;
    bool given;
    struct tally tally;
    struct column *column;
    struct err err; /* of a text column, made beside others */
    int rc;
};

struct build {
    struct csv_grid *grid;
    const struct csv_dialect *dialect;
    struct source *src;
    struct tally *tallies;  /* (chunks of a batch, n_cols) */
    size_t base;            /* first row of the batch */
    struct typing *typings; /* (n_cols) */
};

static inline struct csv_cell build_cell(const struct build *b, size_t i, size_t j)
{
    return csv_grid_cell(b->grid, i, j);
}

static inline struct span build_text(const struct build *b, const struct csv_cell *cell)
{
    return (struct span){ b->grid->buf + cell->at, cell->len };
}

/* span_trim, without a call where there is nothing to take off: nearly everywhere. */
static inline struct span build_trim(struct span s)
{
    bool bare = s.len && (uint8_t)s.at[0] > ' ' && (uint8_t)s.at[s.len - 1] > ' ';

    return bare ? s : span_trim(s);
}

/* ---- csv_cell.c ---- */
/* What a text without blanks around it looks like; s.len > 0.  *wide: an integer beyond 2^53. */
enum cell_class cell_classify(bool *wide, struct span s);
/* The same for a cell of the grid: quotes and bad bytes count too. */
enum cell_class build_classify(bool *wide, const struct build *b, const struct csv_cell *cell);

/* ---- csv_types.c ---- */
/* Count what the cells look like, into typings[].tally; then settle typings[].type. */
int build_tally(struct build *b, struct job *job, struct err *err);
void build_decide_all(struct build *b);
/* Runs `body` over all rows (begin and end count from b->base) in batches, with a tick after each;
 * `after` may be NULL. */
int build_over_rows(struct build *b, parallel_body *body,
                    void (*after)(struct build *b, size_t n_chunks), struct job *job,
                    struct err *err);

#endif
