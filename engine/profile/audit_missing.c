/* audit_missing.c - cells that are missing.  In a column where most are, that is about the column
 * and not about its cells. */
#include "profile/audit.h"

#define MOSTLY 0.5

static void add_column(struct audit_context *a, size_t col)
{
    const struct table *t = a->in->table;
    const struct column *c = table_at(t, col);
    const char *name = table_name(t, col);
    double share = (double)c->n_missing / (double)t->n_rows;
    struct audit_finding *f = audit_add(a, "missing", &col, 1);

    f->count = c->n_missing;
    f->sampled = false;
    f->says = audit_printf(a, "%.3g %% of the cells are missing", 100 * share);
    for (size_t i = 0; i < t->n_rows; i++) {
        if (!column_missing(c, i))
            continue;
        if (share > MOSTLY)
            audit_add_row(a, f, (uint32_t)i);
        else
            audit_add_cell(a, f, (uint32_t)i, col, 1, (struct span){ "", 0 }, NULL, false);
    }
    if (audit_is_target(a, col)) {
        f->fix.verb = "drop missing";
        audit_fix_arg(f, NULL, name);
    } else if (share > MOSTLY) {
        f->fix.verb = "drop";
        audit_fix_arg(f, NULL, name);
    } else {
        f->fix.verb = "impute";
        audit_fix_arg(f, NULL, name);
        audit_fix_arg(f, "method",
                      c->type == COLUMN_INT || c->type == COLUMN_REAL ? "median" : "mode");
    }
}

static int find_missing(struct audit_context *a, struct err *err)
{
    const struct table *t = a->in->table;

    (void)err;
    for (size_t j = 0; j < t->n_cols; j++)
        if (table_at(t, j)->n_missing)
            add_column(a, j);
    return 0;
}

const struct audit_kind audit_missing = {
    .name = "missing",
    .help = "cells without a value",
    .weight = 0.7,
    .find = find_missing,
};
