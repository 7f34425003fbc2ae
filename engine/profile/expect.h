/* expect.h - what must hold of a table, and whether it does.
 *
 * An expectation is about one column, or about the table as a whole (`column` NULL), and asks for one
 * thing or several: a type, a range, a set of values, … (expectations.def).  A missing cell fails
 * `not_missing` alone; an expression that is missing for a row does not fail it.
 *
 * Both the expectation and the list are immutable and reference-counted.  In a list each one stands
 * behind a number of steps of the recipe: it is about the table after those.
 */
#ifndef PROFILE_EXPECT_H
#define PROFILE_EXPECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/job.h"
#include "base/pack.h"
#include "table/table.h"

#define EXPECT_NONE SIZE_MAX /* no bound on a count */

struct expectation {
    atomic_uint refs;
    const char *text;   /* the command that stated it */
    const char *column; /* NULL: the table */
    bool warn;          /* a failure is told and no more */
    double mostly;      /* the share of the cells that are looked at which must be right, 0 to 1 */
    bool unique, not_missing;
    const char *type;       /* a column type's name, NULL: any */
    const char *min, *max;  /* a number or a date as text, NULL: none */
    const char *matches;    /* a pattern, NULL: none */
    const char *expression; /* over the table, NULL: none */
    const char *const *in;  /* (n_in) the values it may have; `of`: where they come from */
    size_t n_in;
    const char *of;          /* "customers.csv:id", NULL: they were listed */
    const char *const *with; /* (n_with) further columns of a key that is to be unique */
    size_t n_with;
    size_t least_rows, most_rows, least_distinct, most_distinct; /* EXPECT_NONE: no bound */
    struct arena arena;                                          /* the texts */
};

/* A copy of everything `wanted` says (its refs and arena are not looked at).  ERR_PARSE: a pattern or
 * an expression that is none, with its place in it; ERR_USAGE: nothing is asked for, a bound that is
 * neither number nor date, a type there is not. */
int expectation_new(struct expectation **out, const struct expectation *wanted, struct err *err);
/* One that asks for nothing, to be filled in. */
struct expectation expectation_blank(void);
struct expectation *expectation_ref(const struct expectation *e);
void expectation_unref(const struct expectation *e);

struct expect_kind {
    const char *name, *help;
    bool (*asks)(const struct expectation *e);
    /* bad[i] = 1 for every row that fails (n_rows); others are left alone.  What it asks of the table
     * as a whole and does not find is appended to `why`.  *n_looked: cells that had to be right. */
    int (*check)(uint8_t *bad, size_t *n_looked, struct str *why, const struct expectation *e,
                 const struct table *t, struct job *job, struct err *err);
};
extern const struct expect_kind *const expect_kinds[]; /* expectations.def; ends in NULL */

struct expect_outcome {
    bool held;
    size_t n_bad, n_looked; /* rows that fail; rows that had to be right (the most of its parts) */
    uint8_t *bad;           /* (n_rows) 1: the row fails; NULL when none does */
    struct str why;         /* "2 outside 2000 to 8000, 1 missing"; "" when all is well */
};
/* ERR_CANCELLED, ERR_NOMEM; what cannot be checked (no such column, an expression of another type)
 * did not hold, and why says so. */
int expectation_check(struct expect_outcome *out, const struct expectation *e,
                      const struct table *t, struct job *job, struct err *err);
void expect_outcome_release(struct expect_outcome *o);

/* ---- lists ---- */
struct expectations {
    atomic_uint refs;
    size_t n;
    struct expectation **items;
    size_t *after; /* steps that stand before it */
};

/* NULL is an empty list in all of these. */
struct expectations *expectations_ref(const struct expectations *l);
void expectations_unref(const struct expectations *l);
/* A new list (yours); takes a reference to e. */
struct expectations *expectations_add(const struct expectations *l, const struct expectation *e,
                                      size_t after);
struct expectations *expectations_remove(const struct expectations *l, size_t i);
/* Each stands behind other[after] steps now; other has a place for every number of steps. */
struct expectations *expectations_moved(const struct expectations *l, const size_t *other);
void expectations_save(struct str *out, const struct expectations *l);
/* ERR_PARSE: damaged, or a pattern or expression that this version does not take. */
int expectations_load(struct expectations **out, struct unpack *u, struct err *err);

/* ---- proposals ---- */
/* What the table suggests, cautiously: ranges are widened to round numbers, sets are of few values
 * that all come often, patterns of texts that are all built alike.  `text` is left to the caller;
 * `evidence` (arena) says what was seen. */
struct expect_proposal {
    struct expectation wanted; /* its texts live in the arena */
    const char *evidence;
};
int expect_infer(struct expect_proposal **out, size_t *n, const struct table *t,
                 struct arena *arena, struct job *job, struct err *err);

#endif
