/* cells.h - rows of named cells on their way to typed columns: what readers of text share.
 *
 * A reader has its file in one block of memory, takes escapes out in place, and says for each row
 * which bytes are which column's value.  Columns may turn up late: rows before lack them.  Types are
 * then found by the rules of csv_types.c, so that the same table has the same types from every format:
 * quoted cells are texts (or dates), bare ones may be numbers and bools.
 *
 *   cells_init → (cells_row, cells_put …) per row → cells_build → cells_release
 */
#ifndef IO_CELLS_H
#define IO_CELLS_H

#include "io/csv.h"
#include "io/text_set.h"

struct cells {
    struct csv_grid grid;
    struct csv_dialect dialect;
    struct source *src;
    size_t buf_len, buf_cap, cap; /* bytes of the block; rows there is room for */
    struct text_set by_name;      /* counter: column + 1 */
    struct span *names;           /* (grid.n_cols) as found, in the source's arena */
    int *types;                   /* (grid.n_cols) given by the format itself, -1: found */
    size_t names_cap;
    const char *dates; /* the parameter, "none" (at first): dates only as ISO 8601 has them */
    bool some_types;   /* cells_build's types may name columns that are not there */
    struct err err;    /* sticky: told by the next cells_row, or by cells_build */
};
#define CELLS_MOST_COLUMNS 50000

/* Takes the block (large memory, `cap` bytes of which `len` are in use; NULL: made by
 * cells_constant and cells_add). */
void cells_init(struct cells *c, struct source *src, char *buf, size_t len, size_t cap);
void cells_release(struct cells *c);

/* The column of that name, made when there is none; `likely` is looked at first.  More than
 * CELLS_MOST_COLUMNS are an error (sticky). */
size_t cells_column(struct cells *c, struct span name, size_t likely);
/* Begin a row: on which line (0: none), at which byte it begins.  All its cells are missing.
 * ERR_NOMEM, ERR_DOMAIN (more than UINT32_MAX rows). */
int cells_row(struct cells *c, size_t line, size_t at, struct err *err);
/* Take the last row back. */
void cells_drop_row(struct cells *c);
/* The value of column j in the last row: bytes [at, at + len) of the block, not before the row's
 * beginning nor 2^30 bytes behind it; flags of csv_cell_flags.  A second value replaces the first. */
void cells_put(struct cells *c, size_t j, size_t at, size_t len, unsigned flags);
/* Put bytes at the end of the block; *at is where.  ERR_NOMEM. */
int cells_add(size_t *at, struct cells *c, const char *bytes, size_t len, struct err *err);
/* Line and column of a byte of the last row (its lines counted from the row's beginning). */
void cells_reject(struct cells *c, enum reject_kind kind, int j, size_t line, size_t col,
                  const char *text, size_t len);

/* The table.  `types` is the text of the parameter, over what the format says; `words` as in
 * read_request.  The cells are used up.  ERR_USAGE, ERR_NOMEM, ERR_CANCELLED. */
int cells_build(struct table **out, struct cells *c, const char *types, const char *const *words,
                size_t n_words, struct job *job, struct err *err);

#endif
