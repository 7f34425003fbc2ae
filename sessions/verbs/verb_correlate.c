/* correlate: how strongly columns hang together. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "present.h"
#include "profile/association.h"

enum method { METHOD_PEARSON, METHOD_SPEARMAN, METHOD_KENDALL, METHOD_MUTUAL };
static const char *const methods[] = { "pearson", "spearman", "kendall", "mutual", NULL };

static const struct param_spec correlate_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "which columns; target alone ranks all others against the target" },
    { .name = "method",
      .type = PARAM_CHOICE,
      .choices = methods,
      .fallback = "pearson",
      .help = "what stands for two numbers; mutual: the mutual information for every pair" },
    { .name = "corrected",
      .type = PARAM_FLAG,
      .fallback = "no",
      .help = "Cramér's V corrected for bias" },
    { .name = "top",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e6,
      .fallback = "20",
      .help = "how many pairs to list" },
    { .name = NULL },
};

enum { MATRIX_MOST = 16 }; /* columns of a matrix as text */

struct asked {
    struct association_request request;
    const struct table *table;
    enum method method;
    bool corrected, training;
};

/* ---------------------------------------------------------------- what was asked for */

static bool is_target_word(const struct context *ctx)
{
    const struct param_value *words = params_value(ctx->args, "columns");
    const char *word = words->n_list == 1 ? words->list[0] : "";

    return strcmp(word, "target") == 0 && table_find(workspace_table(ctx->ws), "target") < 0;
}

static bool any_column(const void *ctx, const struct table *t, size_t col)
{
    (void)ctx;
    (void)t;
    (void)col;
    return true;
}

static int choose_columns(struct asked *a, struct context *ctx, struct err *err)
{
    const struct param_value *words = params_value(ctx->args, "columns");
    static const char *const all[] = { "all" };
    bool ranking = is_target_word(ctx);
    size_t *columns, n;

    a->request.target = SIZE_MAX;
    if (ranking && present_need_target(ctx, err))
        return -1;
    if (table_match(&columns, &n, a->table, ranking ? all : words->list,
                    ranking ? 1 : words->n_list, any_column, NULL, ctx->arena, err))
        return -1;
    a->request.columns = columns;
    a->request.n_columns = n;
    for (size_t k = 0; ranking && k < n; k++)
        if (strcmp(table_name(a->table, columns[k]), workspace_target(ctx->ws)) == 0)
            a->request.target = k;
    a->request.target_is_category = ctx->ws->as == AS_CLASSES;
    if (n < 2)
        return err_set(err, ERR_USAGE, "correlate wants two columns at least");
    return ranking && a->request.target == SIZE_MAX
               ? err_set(err, ERR_DOMAIN, "the table has lost its target %s",
                         workspace_target(ctx->ws))
               : 0;
}

/* Held-out rows are not looked at: what is chosen by them would leak. */
static void choose_rows(struct asked *a, struct context *ctx)
{
    uint32_t *rows;

    if (!ctx->ws->split)
        return;
    a->training = true;
    a->request.n_rows = workspace_rows(&rows, ctx->ws, PART_TRAIN, ctx->arena);
    a->request.rows = rows;
}

/* ---------------------------------------------------------------- figures */

static double strength(const struct asked *a, const struct association *p)
{
    if (a->method == METHOD_MUTUAL)
        return p->mutual;
    if (a->method == METHOD_KENDALL && p->kind == ASSOCIATION_NUMBERS)
        return p->kendall;
    if (a->corrected && p->kind == ASSOCIATION_CATEGORIES)
        return p->cramers_v_corrected;
    return association_strength(p, a->method == METHOD_SPEARMAN);
}

static double p_value(const struct asked *a, const struct association *p)
{
    if (a->method == METHOD_MUTUAL)
        return NAN;
    if (a->method == METHOD_KENDALL && p->kind == ASSOCIATION_NUMBERS)
        return p->kendall_p;
    return association_p(p, a->method == METHOD_SPEARMAN);
}

static const char *measure(const struct asked *a, const struct association *p)
{
    static const char *const numbers[] = { "r", "rho", "tau", "" };

    if (a->method == METHOD_MUTUAL)
        return "nats";
    if (p->kind == ASSOCIATION_NUMBERS)
        return numbers[a->method];
    return p->kind == ASSOCIATION_MIXED ? "eta" : "V";
}

static const char *name_of(const struct asked *a, size_t k)
{
    return table_name(a->table, a->request.columns[k]);
}

/* ---------------------------------------------------------------- data */

static json_t *pair_json(const struct asked *a, const struct association *p)
{
    static const char *const kinds[] = { "numbers", "mixed", "categories" };
    json_t *o = json_pack("{s:s,s:s,s:s,s:I}", "a", name_of(a, p->a), "b", name_of(a, p->b), "kind",
                          kinds[p->kind], "n", (json_int_t)p->n);
    const struct {
        const char *name;
        double value;
    } figures[] = {
        { "strength", strength(a, p) },
        { "p", p_value(a, p) },
        { "pearson", p->pearson },
        { "pearson_p", p->pearson_p },
        { "spearman", p->spearman },
        { "spearman_p", p->spearman_p },
        { "kendall", p->kendall },
        { "kendall_p", p->kendall_p },
        { "eta", p->eta },
        { "eta_p", p->eta_p },
        { "cramers_v", p->cramers_v },
        { "cramers_v_corrected", p->cramers_v_corrected },
        { "chi2", p->chi2 },
        { "chi2_p", p->chi2_p },
        { "mutual", p->mutual },
    };

    for (size_t k = 0; k < sizeof(figures) / sizeof(*figures); k++)
        if (k < 2 || !isnan(figures[k].value))
            json_object_set_new(o, figures[k].name, report_real(figures[k].value));
    return o;
}

static json_t *matrix_json(const struct asked *a, const struct associations *all)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < all->n_columns; i++) {
        json_t *row = json_array();
        for (size_t j = 0; j < all->n_columns; j++) {
            const struct association *p = i == j ? NULL : associations_find(all, i, j);
            double self = i == j && a->method != METHOD_MUTUAL ? 1 : NAN;
            json_array_append_new(row, report_real(p ? strength(a, p) : self));
        }
        json_array_append_new(rows, row);
    }
    return rows;
}

static void put_data(struct report *r, const struct asked *a, const struct associations *all,
                     const struct association *const *sorted)
{
    static const char *const fits[] = { "number", "category", "left out" };
    json_t *columns = json_array(), *pairs = json_array();

    for (size_t k = 0; k < all->n_columns; k++)
        json_array_append_new(
            columns, json_pack("{s:s,s:s}", "name", name_of(a, k), "taken_as", fits[all->fits[k]]));
    for (size_t k = 0; k < all->n_pairs; k++)
        json_array_append_new(pairs, pair_json(a, sorted[k]));
    report_put_text(r, "method", methods[a->method]);
    report_put_int(r, "rows", (int64_t)(a->request.rows ? a->request.n_rows : a->table->n_rows));
    report_put(r, "columns", columns);
    report_put(r, "pairs", pairs);
    if (a->request.target == SIZE_MAX)
        report_put(r, "matrix", matrix_json(a, all));
}

/* ---------------------------------------------------------------- text */

/* The strongest first; what is not defined last; else as the columns stand. */
static int by_strength(const void *x, const void *y, void *ctx)
{
    const struct association *a = *(const struct association *const *)x,
                             *b = *(const struct association *const *)y;
    double u = fabs(strength(ctx, a)), v = fabs(strength(ctx, b));

    if (isnan(u) || isnan(v) || u == v) {
        int missing = (int)isnan(u) - (int)isnan(v);
        return missing        ? missing
               : a->a != b->a ? (a->a > b->a) - (a->a < b->a)
                              : (a->b > b->b) - (a->b < b->b);
    }
    return u < v ? 1 : -1;
}

static const char *shade(double v)
{
    static const char *const shades[] = { " ", "░", "▒", "▓", "█" };
    size_t k = (size_t)(fabs(v) * 5);

    return shades[k < 5 ? k : 4];
}

/* Numbers with a shade beside them: both say the same, so that one may look or read. */
static void report_matrix(struct report *r, const struct asked *a, const struct associations *all)
{
    struct report_grid g;
    char align[MATRIX_MOST + 3] = "rl";

    memset(align + 2, 'r', all->n_columns);
    report_grid_init(&g, align);
    report_grid_add(&g, "%s", "");
    report_grid_add(&g, "%s", "");
    for (size_t j = 0; j < all->n_columns; j++)
        report_grid_add(&g, "%zu ", j + 1);
    for (size_t i = 0; i < all->n_columns; i++) {
        report_grid_add(&g, "%zu", i + 1);
        report_grid_add(&g, "%s", name_of(a, i));
        for (size_t j = 0; j < all->n_columns; j++) {
            const struct association *p = i == j ? NULL : associations_find(all, i, j);
            double v = p ? strength(a, p) : NAN;
            if (i == j || isnan(v))
                report_grid_add(&g, "%s", i == j ? "· " : "  ");
            else
                report_grid_add(&g, "%.2f%s", v, shade(v));
        }
    }
    report_grid_end(r, &g);
}

/* What Enter on a pair shows. */
static void link_pair(struct report_grid *g, const struct asked *a, const struct association *p)
{
    struct str x, y;

    str_init(&x);
    str_init(&y);
    lex_quote(&x, name_of(a, p->a));
    lex_quote(&y, name_of(a, p->b));
    if (p->kind == ASSOCIATION_NUMBERS)
        report_grid_link(g, "plot scatter %s %s", x.buf, y.buf);
    else
        report_grid_link(g, "freq %s %s", x.buf, y.buf);
    str_release(&x);
    str_release(&y);
}

static void report_pairs(struct report *r, const struct asked *a, const struct associations *all,
                         const struct association *const *sorted, size_t top)
{
    static const char *const head[] = { "", "", "", "", "p", "n", "nats" };
    struct report_grid g;

    report_grid_init(&g, "lllrrrr");
    for (size_t k = 0; k < 7; k++)
        report_grid_add(&g, "%s", head[k]);
    for (size_t k = 0; k < all->n_pairs && k < top; k++) {
        const struct association *p = sorted[k];
        bool flip = p->b == a->request.target;
        double v = strength(a, p), probability = p_value(a, p);
        link_pair(&g, a, p);
        report_grid_add(&g, "%s", name_of(a, flip ? p->b : p->a));
        report_grid_add(&g, "%s", name_of(a, flip ? p->a : p->b));
        report_grid_add(&g, "%s", measure(a, p));
        if (isnan(v))
            report_grid_add(&g, "not defined");
        else
            report_grid_add(&g, "%.4f", v);
        if (isnan(probability))
            report_grid_add(&g, "%s", "");
        else
            report_grid_real(&g, probability, 3);
        report_grid_add(&g, "%zu", p->n);
        report_grid_real(&g, p->mutual, 3);
    }
    report_grid_end(r, &g);
    if (all->n_pairs > top)
        report_line(r, "  … and %zu more pairs", all->n_pairs - top);
}

static void put_text(struct report *r, const struct asked *a, const struct associations *all,
                     const struct association *const *sorted, size_t top)
{
    size_t n = a->request.rows ? a->request.n_rows : a->table->n_rows;

    report_line(r, "%zu columns over %zu %srows", all->n_columns, n,
                a->training ? "training " : "");
    if (a->request.target == SIZE_MAX && all->n_columns <= MATRIX_MOST)
        report_matrix(r, a, all);
    report_pairs(r, a, all, sorted, top);
    for (size_t k = 0; k < all->n_columns; k++)
        if (all->fits[k] == ASSOCIATION_LEFT_OUT)
            report_line(r, "%s: more than %d different values, left out", name_of(a, k),
                        ASSOCIATION_MOST_LEVELS);
}

/* ---------------------------------------------------------------- the command */

static int correlate_run(struct report *r, struct context *ctx, struct err *err)
{
    struct asked a = { .table = workspace_table(ctx->ws),
                       .method = (enum method)params_choice(ctx->args, "method"),
                       .corrected = params_flag(ctx->args, "corrected") };
    struct associations all;

    if (choose_columns(&a, ctx, err))
        return -1;
    choose_rows(&a, ctx);
    a.request.kendall = a.method == METHOD_KENDALL;
    job_phase(ctx->job, "correlate");
    if (associate(&all, a.table, &a.request, ctx->job, err))
        return -1;
    const struct association **sorted = ARENA_NEW(ctx->arena, const struct association *,
                                                  all.n_pairs);
    for (size_t k = 0; k < all.n_pairs; k++)
        sorted[k] = &all.pairs[k];
    qsort_r(sorted, all.n_pairs, sizeof(*sorted), by_strength, &a);
    put_data(r, &a, &all, sorted);
    put_text(r, &a, &all, sorted, (size_t)params_int(ctx->args, "top"));
    associations_release(&all);
    return 0;
}

const struct command verb_correlate = {
    .name = "correlate",
    .stage = "Data",
    .help = "how strongly columns hang together, numbers and categories",
    .details = "One matrix of mixed types, strongest pairs first: Pearson's r (or Spearman's rho, "
               "Kendall's "
               "tau-b) between numbers, Cramér's V between categories, the correlation ratio eta "
               "between a "
               "number and a category, and for every pair the mutual information in nats (numbers "
               "cut into "
               "sqrt(n / 5) bins of equal frequency, 2 to 32). Rows where either is missing are "
               "left out of "
               "a pair. `correlate target` ranks all columns against the target. Once there is a "
               "split only "
               "training rows are looked at. Columns of text with more than 1000 different values "
               "are left "
               "out. p values are of each pair alone: among many pairs some are small by chance.",
    .example = "correlate bill_* species method=spearman",
    .params = correlate_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = correlate_run,
};
