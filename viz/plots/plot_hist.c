/* plot_hist.c - how often values occur: numbers in bins, categories by count. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "plot.h"
#include "plots/hist_bins.h"
#include "plots/plot_rows.h"
#include "profile/group.h"
#include "table/cell.h"

#define MOST_CATEGORIES 12
#define MOST_COLUMNS    CANVAS_N_PALETTE

static const struct param_spec hist_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "a column, or several of numbers on one axis" },
    { .name = "by", .type = PARAM_COLUMN, .help = "one histogram for each value of this column" },
    { .name = "bins",
      .type = PARAM_INT,
      .min = 1,
      .max = HIST_MAX_BINS,
      .help = "how many; by default Freedman and Diaconis choose" },
    { .name = NULL },
};

/* What one histogram is made of. */
struct hist {
    const struct table *t;
    size_t n_cols;
    const size_t *cols;
    struct plot_groups groups;
    size_t n_bins;
    struct hist_bins bins;
    size_t n_missing, n_infinite, n_used;
    bool whole;
};

/* ---- numbers ---- */

/* The finite values of all columns in one large block, counting the others. */
static int gather(double **out, struct hist *h, struct err *err)
{
    void *block;

    if (mem_big(&block, h->t->n_rows * h->n_cols, sizeof(double), "the values of a histogram", err))
        return -1;
    double *v = block;
    for (size_t j = 0; j < h->n_cols; j++) {
        const struct column *c = table_at(h->t, h->cols[j]);
        h->whole = h->whole && c->type != COLUMN_REAL;
        for (size_t i = 0; i < h->t->n_rows; i++) {
            const double x = plot_value(c, i);
            if (column_missing(c, i))
                h->n_missing++;
            else if (!isfinite(x))
                h->n_infinite++;
            else
                v[h->n_used++] = x;
        }
    }
    *out = v;
    return 0;
}

static void add_counts(struct figure *f, const struct hist *h, const char *label,
                       const double *counts)
{
    const size_t n = h->bins.n;
    double *low = MEM_NEW(double, n), *high = MEM_NEW(double, n);

    for (size_t i = 0; i < n; i++) {
        low[i] = h->bins.low + (double)i * h->bins.width;
        high[i] = h->bins.low + (double)(i + 1) * h->bins.width;
    }
    struct series *s = figure_add(f, SERIES_BARS, label, n, low, counts);
    s->x2 = figure_copy(f, high, n);
    mem_free(low);
    mem_free(high);
}

/* One series for each group of one column, or for each column. */
static void count_column(struct figure *f, const struct hist *h, size_t col)
{
    const struct column *c = table_at(h->t, col);
    const size_t n = h->bins.n;
    double *counts = MEM_NEW(double, n * h->groups.n);

    for (size_t i = 0; i < h->t->n_rows; i++) {
        const double x = plot_value(c, i);
        if (isfinite(x))
            counts[plot_group(&h->groups, i) * n + hist_bin(&h->bins, x)]++;
    }
    for (size_t g = 0; g < h->groups.n; g++) {
        const char *label = h->groups.of_row ? h->groups.labels[g]
                            : h->n_cols > 1  ? table_name(h->t, col)
                                             : NULL;
        add_counts(f, h, label, counts + g * n);
    }
    mem_free(counts);
}

static const char *hist_note(struct figure *f, const struct hist *h)
{
    struct str note;

    str_init(&note);
    str_addf(&note, "%zu values", h->n_used);
    if (h->n_missing)
        str_addf(&note, ", %zu missing", h->n_missing);
    if (h->n_infinite)
        str_addf(&note, ", %zu not finite", h->n_infinite);
    str_addf(&note, "; %zu bin%s", h->bins.n, h->bins.n == 1 ? "" : "s");
    const char *text = arena_strdup(&f->arena, note.buf);
    str_release(&note);
    return text;
}

static int hist_numbers(struct figure *f, struct hist *h, struct job *job, struct err *err)
{
    double *values;

    h->whole = true;
    if (gather(&values, h, err))
        return -1;
    if (h->n_used == 0) {
        mem_big_free(values);
        return err_set(err, ERR_DOMAIN, "nothing to plot: %s has no finite value (%zu missing)",
                       table_name(h->t, h->cols[0]), h->n_missing);
    }
    hist_choose_bins(&h->bins, values, h->n_used, h->n_bins, h->whole);
    mem_big_free(values);
    for (size_t j = 0; j < h->n_cols; j++) {
        if (job_tick(job, j, h->n_cols, err))
            return -1;
        count_column(f, h, h->cols[j]);
    }
    f->note = hist_note(f, h);
    return 0;
}

/* ---- categories ---- */

static int by_count(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

static void category_bars(struct figure *f, const struct column *c, const struct group *groups,
                          size_t n, size_t n_rest)
{
    const size_t shown = n < MOST_CATEGORIES ? n : MOST_CATEGORIES;
    const size_t n_bars = shown + (n_rest > 0);
    const char **names = ARENA_NEW(&f->arena, const char *, n_bars);
    double low[MOST_CATEGORIES + 1], high[MOST_CATEGORIES + 1], counts[MOST_CATEGORIES + 1];
    struct str text;

    str_init(&text);
    for (size_t i = 0; i < n_bars; i++) {
        str_clear(&text);
        if (i < shown)
            cell_show(&text, c, groups[i].row, 6, "missing");
        else
            str_addf(&text, "%zu others", n - shown);
        names[i] = arena_strdup(&f->arena, text.buf);
        low[i] = (double)i - 0.4;
        high[i] = (double)i + 0.4;
        counts[i] = (double)(i < shown ? groups[i].count : n_rest);
    }
    str_release(&text);
    struct series *s = figure_add(f, SERIES_BARS, NULL, n_bars, low, counts);
    s->x2 = figure_copy(f, high, n_bars);
    f->x.categories = names;
    f->x.n_categories = n_bars;
    f->note = arena_printf(&f->arena, "%zu rows, %zu missing; %zu different values", c->n_rows,
                           c->n_missing, n);
}

static int hist_categories(struct figure *f, const struct table *t, size_t col, struct err *err)
{
    const struct column *c = table_at(t, col);
    struct group *groups;
    size_t n, n_rest = 0;

    if (column_groups(&groups, &n, c, NULL, c->n_rows, err))
        return -1;
    if (n == 0) {
        mem_big_free(groups);
        return err_set(err, ERR_DOMAIN, "nothing to plot: %s is missing in all of %zu rows",
                       table_name(t, col), c->n_rows);
    }
    qsort(groups, n, sizeof(*groups), by_count);
    for (size_t i = MOST_CATEGORIES; i < n; i++)
        n_rest += groups[i].count;
    category_bars(f, c, groups, n, n_rest);
    mem_big_free(groups);
    return 0;
}

/* ---- the kind ---- */

static bool accept_number(const void *ctx, const struct table *t, size_t col)
{
    (void)ctx;
    return column_is_number(table_at(t, col));
}

/* May these columns share one axis of numbers? */
static int check_columns(const struct hist *h, const char *by, struct err *err)
{
    for (size_t j = 0; j < h->n_cols; j++) {
        const char *name = table_name(h->t, h->cols[j]);
        if ((h->n_cols > 1 || by) && !plot_number_column(h->t, name, "one axis", err))
            return -1;
    }
    if (h->n_cols > 1 && by)
        return err_set(err, ERR_USAGE, "by= divides one column; %zu were named", h->n_cols);
    if (h->n_cols > MOST_COLUMNS)
        return err_set(err, ERR_USAGE,
                       "%zu columns on one axis cannot be told apart; name at most %d", h->n_cols,
                       MOST_COLUMNS);
    return 0;
}

static const char *hist_title(struct figure *f, const struct hist *h, const char *by)
{
    const char *first = table_name(h->t, h->cols[0]);

    if (by)
        return arena_printf(&f->arena, "%s by %s", first, by);
    if (h->n_cols > 1)
        return arena_printf(&f->arena, "%zu columns", h->n_cols);
    return arena_strdup(&f->arena, first);
}

static int hist_build(struct figure *f, const struct workspace *ws, const struct params *params,
                      struct job *job, struct err *err)
{
    const struct param_value *words = params_value(params, "columns");
    const struct param_value *bins = params_value(params, "bins");
    const char *by = params_text(params, "by");
    struct hist h = { .t = workspace_need_table(ws, err) };
    size_t *cols;

    if (!h.t || table_match(&cols, &h.n_cols, h.t, words->list, words->n_list, accept_number, NULL,
                            &f->arena, err))
        return -1;
    h.cols = cols;
    h.n_bins = bins->set ? (size_t)bins->integer : 0;
    if (check_columns(&h, by, err))
        return -1;
    f->title = hist_title(f, &h, by);
    f->x.label = h.n_cols == 1 ? arena_strdup(&f->arena, table_name(h.t, cols[0])) : NULL;
    f->y = (struct axis){ .label = "rows", .whole = true };

    const struct column *first = table_at(h.t, cols[0]);
    if (!column_is_number(first) || first->type == COLUMN_BOOL) {
        if (h.n_cols == 1 && !by)
            return hist_categories(f, h.t, cols[0], err);
    }
    if (plot_groups_make(&h.groups, h.t, by, &f->arena, err))
        return -1;
    const int rc = hist_numbers(f, &h, job, err);
    plot_groups_release(&h.groups);
    return rc;
}

const struct plot_kind plot_hist = {
    .name = "hist",
    .help = "histogram of a column",
    .details = "Numbers are counted in bins of equal width, chosen by the rule of Freedman and "
               "Diaconis unless bins= says how many; categories are counted by value, the most "
               "frequent first.  by= lays one histogram for each value of a column over the "
               "others; so do several columns.",
    .example = "plot hist bill_length_mm by=species",
    .params = hist_params,
    .build = hist_build,
};
