/* audit_missing.c - cells that are missing.  In a column where many are, that is about the column,
 * whose value is not always there, and not about its cells: they are listed as rows. */
#include "profile/audit_texts.h"

#define MANY   0.1
#define MOSTLY 0.5

/* Cells that were something the reader could not take are found as such. */
static size_t n_rejected(const struct audit_context *a, size_t col)
{
    size_t n = 0;

    for (size_t i = 0; i < a->in->n_odd; i++)
        n += a->in->odd[i].col == col;
    return n;
}

/* What stood there for missing, when the file is at hand ("NA"). */
static struct span word_at(const struct audit_context *a, size_t col, size_t row)
{
    const struct coded_column *c = &a->coded->columns[col];

    return a->sampled ? (struct span){ "", 0 } : coded_text(c, c->code[row]);
}

static void add_column(struct audit_context *a, size_t col, size_t n_odd)
{
    const struct table *t = a->in->table;
    const struct column *c = table_at(t, col);
    double share = (double)(c->n_missing - n_odd) / (double)t->n_rows;
    struct audit_finding *f = audit_add(a, "missing", &col, 1);

    f->count = c->n_missing - n_odd;
    f->sampled = false;
    f->says = audit_printf(a, "%.3g %% of the cells are missing", 100 * share);
    for (size_t i = 0; i < t->n_rows; i++) {
        if (!column_missing(c, i) || (n_odd && audit_is_rejected(a, col, i)))
            continue;
        struct span word = word_at(a, col, i);
        if (share > MANY && word.len == 0)
            audit_add_row(a, f, (uint32_t)i);
        else
            audit_add_cell(a, f, (uint32_t)i, col, 1, word, word.len ? "" : NULL, word.len > 0);
    }
    if (share <= MOSTLY || audit_is_target(a, col)) {
        audit_fix_fill(a, f, col);
        return;
    }
    f->fix.verb = "drop";
    audit_fix_arg(f, NULL, table_name(t, col));
}

static int find_missing(struct audit_context *a, struct err *err)
{
    const struct table *t = a->in->table;

    (void)err;
    for (size_t j = 0; j < t->n_cols; j++) {
        size_t n_odd = n_rejected(a, j);
        if (table_at(t, j)->n_missing > n_odd)
            add_column(a, j, n_odd);
    }
    return 0;
}

const struct audit_kind audit_missing = {
    .name = "missing",
    .help = "cells without a value",
    .weight = 0.7,
    .find = find_missing,
};
