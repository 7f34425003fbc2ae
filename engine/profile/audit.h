/* audit.h - what is wrong with a table: findings, each with its cells and what would repair them.
 *
 * Detectors (audits.def) work on the text of the cells, each alone; audit.c puts together what they
 * say about the same cell and ranks the findings.  A detector is one file audit_NAME.c with one
 * `const struct audit_kind audit_NAME` and one row in audits.def.
 *
 * A finding speaks of cells (each with its value, how likely it is wrong, and what should stand
 * there), of rows (copies), or of whole columns.  Nothing is random but the sample, which has a
 * fixed seed; results do not depend on the number of threads.
 */
#ifndef PROFILE_AUDIT_H
#define PROFILE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/job.h"
#include "profile/coded.h"
#include "profile/lessons.h"
#include "table/table.h"

/* Searches that compare values with each other look at so many rows, spread over the table. */
#define AUDIT_SAMPLE ((size_t)100000)

struct audit_input {
    const struct table *table;
    const char *target;         /* NULL: none */
    bool classes;               /* the target has classes */
    const uint8_t *part;        /* (n_rows) 1 train, 0 held out; NULL: no split */
    const struct odd_cell *odd; /* (n_odd) cells the reader could not take, see coded.h */
    size_t n_odd;
    struct raw_cells raw;          /* see coded.h */
    const struct lessons *lessons; /* NULL: none */
    double sensitivity;            /* 0 to 1: cells at least 1 - sensitivity sure are shown */
};

struct audit_cell {
    uint32_t row, col;            /* of the table, from 0 */
    float sure;                   /* 0 to 1: how likely it is that the cell is wrong */
    bool to_missing;              /* nothing should stand there */
    const char *value, *proposal; /* exact texts; "" for missing; proposal NULL: none */
};

/* The command that repairs it: a step or another verb, its words and parameters. */
struct audit_fix {
    const char *verb; /* NULL: none */
    size_t n;
    struct {
        const char *name; /* NULL: a word */
        const char *value;
    } args[8];
};

struct audit_finding {
    const char *kind, *says; /* one line of evidence */
    const size_t *cols;      /* (n_cols) of the table */
    size_t n_cols, count;
    double severity; /* 0 to 1 */
    struct audit_fix fix;
    /* The command writes into each cell what is proposed, or empties it; audit.c makes it of the
     * cells that are left, all of cols[0]. */
    bool by_cell;
    struct audit_cell *cells; /* (n_cells) by row, then column */
    size_t n_cells;
    uint32_t *rows; /* (n_rows) of the table, rising: where it speaks of rows */
    size_t n_rows;
    bool sampled; /* found in a sample of the rows */
};

struct audit {
    size_t n;
    struct audit_finding *findings; /* falling severity */
    size_t n_looked;                /* rows that were compared */
    struct arena arena;
};

/* Free with audit_release.  ERR_NOMEM, ERR_CANCELLED. */
int audit_run(struct audit *out, const struct audit_input *in, struct job *job, struct err *err);
void audit_release(struct audit *a);
/* kind:column,column, or kind:all: how a person names a finding. */
void audit_name(struct str *out, const struct audit_finding *f, const struct table *t);

/* ---- for detectors ---- */
struct audit_context {
    const struct audit_input *in;
    const struct coded *coded;
    bool sampled; /* the coded rows are not all */
    struct arena *arena;
    struct job *job;
    size_t n, cap;
    struct audit_finding *findings;
};

struct audit_kind {
    const char *name, *help;
    double weight; /* 0 to 1: how much a finding of this kind matters */
    int (*find)(struct audit_context *a, struct err *err);
};
extern const struct audit_kind *const audit_table[]; /* ends in NULL */

/* A new finding about columns cols (n), copied; borrowed until the next one is added. */
struct audit_finding *audit_add(struct audit_context *a, const char *kind, const size_t *cols,
                                size_t n_cols);
/* Add a cell; `row` is of the table.  Texts are copied; proposal NULL: none. */
void audit_add_cell(struct audit_context *a, struct audit_finding *f, uint32_t row, size_t col,
                    double sure, struct span value, const char *proposal, bool to_missing);
void audit_add_row(struct audit_context *a, struct audit_finding *f, uint32_t row);
/* One more argument of the fix. */
void audit_fix_arg(struct audit_finding *f, const char *name, const char *value);
/* Every row (table rows, rising) of the coded column that has the code, as cells. */
void audit_add_code(struct audit_context *a, struct audit_finding *f, size_t col, uint32_t code,
                    double sure, const char *proposal, bool to_missing);
const char *audit_printf(struct audit_context *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* NUL-terminated copy of a text. */
const char *audit_copy(struct audit_context *a, struct span s);
bool audit_is_target(const struct audit_context *a, size_t col);

#endif
