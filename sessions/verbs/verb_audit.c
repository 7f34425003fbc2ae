/* audit: what is wrong with the table, ranked, with what would repair it. */
#include "audit_text.h"
#include "present.h"

static const struct param_spec audit_params[] = {
    { .name = "sensitivity",
      .type = PARAM_REAL,
      .min = 0,
      .max = 1,
      .fallback = "0.5",
      .help = "cells at least 1 - sensitivity sure to be wrong are shown" },
    { .name = "cells",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e9,
      .fallback = AUDIT_CELLS,
      .help = "how many cells the report lists in all" },
    { .name = NULL },
};

static int audit_run_verb(struct report *r, struct context *ctx, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    struct audit a;

    if (workspace_audit(&a, ctx->ws, params_real(ctx->args, "sensitivity"), ctx->job, err))
        return -1;
    report_line(r, "%s in %s × %zu columns", present_count(ctx, a.n, "finding"),
                present_count(ctx, t->n_rows, "row"), t->n_cols);
    if (a.n_looked < t->n_rows)
        report_line(r, "cells were compared in a sample of %zu rows", a.n_looked);
    int rc = audit_report(r, &a, t, (size_t)params_int(ctx->args, "cells"), true, err);
    audit_release(&a);
    return rc;
}

const struct command verb_audit = {
    .name = "audit",
    .stage = "Cleaning",
    .help = "find what is wrong with the table, and what would repair it",
    .details =
        "Findings are ranked by severity, each with its count, an example and the command that "
        "repairs it: missing values and hidden codes for them, cells of another type, mixed "
        "dates and forms, spellings of the same value, blanks and broken encodings, copies of "
        "rows, outliers and values out of range, constant columns and identifiers, dependencies "
        "between columns that a few cells break, classes out of balance, columns that give the "
        "target away, rows on both sides of the split. Several searches that speak of the same "
        "cell add up. Values are compared in a sample of 100,000 rows when there are more. audit "
        "accept and audit refuse teach it.",
    .example = "audit",
    .params = audit_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = audit_run_verb,
};
