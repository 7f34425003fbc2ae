/* step_impute.h - what imputing learns; shared by step_impute.c and impute_fill.c. */
#ifndef PREPARE_STEP_IMPUTE_H
#define PREPARE_STEP_IMPUTE_H

#include "prepare/step.h"

struct filling {
    const char *name;
    enum column_type type; /* of the filled column: an int may have become real */
    const char *how;       /* "median", for people */
    bool nothing;          /* no value was there to learn from: the column stays as it is */
    bool indicator;        /* adds NAME_missing */
    /* The value, by type: text and category `text`; real `real`; all others `integer`. */
    const char *text;
    double real;
    int64_t integer;
};

/* The column with its missing cells filled; a reference to it when nothing changes.  ERR_SHAPE when
 * its type is not what it was. */
int impute_fill(struct column **out, const struct filling *f, const struct column *c,
                struct err *err);
/* True where a cell is missing. */
int impute_indicator(struct column **out, const struct column *c, struct err *err);

#endif
