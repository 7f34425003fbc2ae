/* head: the first rows as text. */
#include "present.h"

static const struct param_spec head_params[] = {
    { .name = "n",
      .type = PARAM_INT,
      .flags = PARAM_WORD,
      .min = 1,
      .max = 100000,
      .fallback = "10",
      .help = "how many rows" },
    { .name = "from",
      .type = PARAM_INT,
      .min = 1,
      .max = 4294967295.0,
      .fallback = "1",
      .help = "first row to show, counted in the table as it stands" },
    { .name = NULL },
};

/* The rows that the facets leave, as a table of their own. */
static int take_looked(struct table **out, struct context *ctx, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    struct looked *l;

    if (!selection_restricts(ctx->selection)) {
        *out = table_ref(t);
        return 0;
    }
    if (selection_look(&l, ctx->selection, t, false, ctx->job, err))
        return -1;
    int rc = l->rows ? table_take(out, t, l->rows, l->n, err) : (*out = table_ref(t), 0);
    looked_free(l);
    return rc;
}

static int head_run(struct report *r, struct context *ctx, struct err *err)
{
    size_t from = (size_t)params_int(ctx->args, "from") - 1;
    struct table *t;
    int rc = 0;

    if (take_looked(&t, ctx, err))
        return -1;
    report_put_int(r, "rows", (int64_t)t->n_rows);
    if (from >= t->n_rows && t->n_rows)
        rc = err_set(err, ERR_USAGE, "row %zu is behind the last; there are %zu rows", from + 1,
                     t->n_rows);
    else
        present_rows(r, t, from, (size_t)params_int(ctx->args, "n"));
    table_unref(t);
    return rc;
}

const struct command verb_head = {
    .name = "head",
    .stage = "Data",
    .help = "show the first rows",
    .details =
        "Rows carry their number in the source. Missing cells appear as a middle dot. While facets "
        "choose rows, only those are shown.",
    .example = "head 5",
    .params = head_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_VOLATILE,
    .run = head_run,
};
