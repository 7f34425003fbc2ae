/* plot_correlation.c - how strongly columns hang together, as a map of cells. */
#include <math.h>

#include "base/mem.h"
#include "plot.h"
#include "profile/association.h"

#define MOST_COLUMNS 30

static const struct param_spec correlation_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "which columns" },
    { .name = NULL },
};

static bool any_column(const void *ctx, const struct table *t, size_t col)
{
    (void)ctx;
    (void)t;
    (void)col;
    return true;
}

/* A cell for each pair: as dark as it is strong, with its sign in the text. */
static void add_cells(struct figure *f, const struct associations *all)
{
    size_t k = all->n_columns;
    double *x = MEM_NEW(double, k *k), *y = MEM_NEW(double, k *k), *z = MEM_NEW(double, k *k);
    const char **text = ARENA_NEW(&f->arena, const char *, k *k);

    for (size_t i = 0; i < k * k; i++) {
        size_t row = i / k, col = i % k;
        const struct association *a = row == col ? NULL : associations_find(all, row, col);
        double v = row == col ? 1 : a ? association_strength(a, false) : NAN;
        x[i] = (double)col;
        y[i] = (double)row;
        z[i] = isnan(v) ? 0 : fabs(v);
        text[i] = row == col || isnan(v) ? "" : arena_printf(&f->arena, "%.2f", v);
    }
    struct series *s = figure_add(f, SERIES_CELLS, NULL, k * k, x, y);
    s->z = figure_copy(f, z, k * k);
    s->text = text;
    mem_free(x);
    mem_free(y);
    mem_free(z);
}

static int choose(struct association_request *q, struct figure *f, const struct workspace *ws,
                  const struct params *params, struct err *err)
{
    const struct param_value *words = params_value(params, "columns");
    const struct table *t = workspace_need_table(ws, err);
    size_t *columns;
    uint32_t *rows;

    if (!t || table_match(&columns, &q->n_columns, t, words->list, words->n_list, any_column, NULL,
                          &f->arena, err))
        return -1;
    if (q->n_columns < 2 || q->n_columns > MOST_COLUMNS)
        return err_set(err, ERR_USAGE, "a map of correlations takes 2 to %d columns, not %zu",
                       MOST_COLUMNS, q->n_columns);
    q->columns = columns;
    q->target = SIZE_MAX;
    if (ws->split) {
        q->n_rows = workspace_rows(&rows, ws, PART_TRAIN, &f->arena);
        q->rows = rows;
    }
    return 0;
}

static int correlation_build(struct figure *f, const struct workspace *ws,
                             const struct params *params, struct job *job, struct err *err)
{
    struct association_request q = { .columns = NULL };
    const struct table *t = workspace_table(ws);
    struct associations all;

    if (choose(&q, f, ws, params, err) || associate(&all, t, &q, job, err))
        return -1;
    const char **names = ARENA_NEW(&f->arena, const char *, q.n_columns);
    for (size_t k = 0; k < q.n_columns; k++)
        names[k] = arena_strdup(&f->arena, table_name(t, q.columns[k]));
    f->title = arena_printf(&f->arena, "correlation of %zu columns", q.n_columns);
    f->note = arena_printf(&f->arena, "Pearson, eta, Cramér's V; %zu %srows",
                           q.rows ? q.n_rows : t->n_rows, q.rows ? "training " : "");
    f->x = (struct axis){ .categories = names, .n_categories = q.n_columns };
    f->y = f->x;
    add_cells(f, &all);
    associations_release(&all);
    return 0;
}

const struct plot_kind plot_correlation = {
    .name = "correlation",
    .help = "how strongly columns hang together",
    .details = "A cell for each pair, as dark as it is strong: Pearson's r between numbers, the "
               "correlation ratio between a number and a category, Cramér's V between categories. "
               "correlate has the figures with their p values. Once there is a split only training "
               "rows are looked at.",
    .example = "plot correlation bill_* body_mass_g species",
    .params = correlation_params,
    .build = correlation_build,
};
