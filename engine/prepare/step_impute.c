#include "prepare/step_impute.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "num/stats.h"
#include "prepare/step_columns.h"
#include "prepare/step_values.h"
#include "prepare/table_edit.h"
#include "profile/group.h"
#include "table/cell.h"

static const char *const impute_methods[] = { "auto",     "mean", "median",    "mode",
                                              "constant", "knn",  "iterative", NULL };
static const char *const impute_weights[] = { "uniform", "distance", NULL };
static const char *const impute_scales[] = { "auto", "yes", "no", NULL };

static const struct param_spec impute_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "columns to fill" },
    { .name = "method",
      .type = PARAM_CHOICE,
      .choices = impute_methods,
      .fallback = "auto",
      .help = "auto: the median of numbers, the mode of others" },
    { .name = "value", .type = PARAM_TEXT, .help = "what to fill with when method=constant" },
    { .name = "indicator",
      .type = PARAM_FLAG,
      .fallback = "no",
      .help = "add NAME_missing, true where the cell was missing" },
    { .name = "by",
      .type = PARAM_COLUMNS,
      .help = "columns whose values name groups: each is filled with its own value" },
    { .name = "from",
      .type = PARAM_COLUMNS,
      .help = "further columns that knn measures distances by and iterative regresses on" },
    { .name = "n_neighbors",
      .type = PARAM_INT,
      .min = 1,
      .max = 1000,
      .help = "knn: how many of the nearest rows (5)" },
    { .name = "weights",
      .type = PARAM_CHOICE,
      .choices = impute_weights,
      .help = "knn: all alike (uniform), or by one over the distance" },
    { .name = "scale",
      .type = PARAM_CHOICE,
      .choices = impute_scales,
      .help = "knn: numbers in units of their deviation; auto, as without: when there are words" },
    { .name = "max_iter",
      .type = PARAM_INT,
      .min = 1,
      .max = 1000,
      .help = "iterative: most rounds (10)" },
    { .name = "tol",
      .type = PARAM_REAL,
      .min = 0,
      .max = 1,
      .help = "iterative: a change of that share of the largest value ends it (0.001)" },
    { .name = "min_value", .type = PARAM_REAL, .help = "iterative: fills in nothing smaller" },
    { .name = "max_value", .type = PARAM_REAL, .help = "iterative: fills in nothing larger" },
    { .name = NULL },
};

struct impute {
    int method;
    size_t n;
    struct filling *columns;
    struct grouping *by;      /* NULL */
    struct features features; /* knn, iterative */
    struct knn *knn;          /* NULL */
    struct iterative *rounds; /* NULL */
};

/* ---------------------------------------------------------------- constants */

static bool constant_applies(const void *ctx, const struct column *c)
{
    return impute_constant_fits(ctx, c->type);
}

/* `impute all method=constant value=0` does not mean to write 0 into columns of words. */
static bool constant_is_meant(const void *ctx, const struct column *c)
{
    const char *value = ctx;
    double number;

    return !column_is_text(c) || !text_parse_real(&number, value, strlen(value));
}

/* ---------------------------------------------------------------- learning */

static bool any_missing(const struct step_input *in, size_t col)
{
    const struct column *c = table_at(in->table, col);

    if (!in->rows || c->n_missing == 0)
        return c->n_missing > 0;
    for (size_t i = 0; i < in->n_rows; i++)
        if (column_missing(c, in->rows[i]))
            return true;
    return false;
}

static int learn_column(struct filling *f, int method, const struct step_input *in, size_t col,
                        struct arena *arena, struct err *err)
{
    bool number = applies_to_numbers(NULL, table_at(in->table, col));
    bool model = method == IMPUTE_KNN || method == IMPUTE_ITERATIVE;

    f->name = arena_strdup(arena, table_name(in->table, col));
    f->indicator = params_flag(in->params, "indicator") && any_missing(in, col);
    /* What stands where no neighbour is known, and where a regression begins. */
    if (model)
        method = number ? IMPUTE_MEAN : IMPUTE_MODE;
    if (impute_learn(f, method, in, col, arena, err))
        return -1;
    if (f->nothing && step_named(in, "columns", f->name))
        return err_set(err, ERR_DOMAIN,
                       "%s has no value in the %zu rows to learn from; give it one with "
                       "method=constant value=…, or drop it",
                       f->name, step_n_rows(in));
    return 0;
}

/* Parameters that mean nothing with another method are not passed over in silence. */
static int check_given(const struct params *params, int method, struct err *err)
{
    static const struct {
        const char *name;
        int method;
    } only[] = {
        { "n_neighbors", IMPUTE_KNN },     { "weights", IMPUTE_KNN },
        { "scale", IMPUTE_KNN },           { "max_iter", IMPUTE_ITERATIVE },
        { "tol", IMPUTE_ITERATIVE },       { "min_value", IMPUTE_ITERATIVE },
        { "max_value", IMPUTE_ITERATIVE },
    };
    bool model = method == IMPUTE_KNN || method == IMPUTE_ITERATIVE;

    for (size_t i = 0; i < sizeof(only) / sizeof(only[0]); i++)
        if (params_value(params, only[i].name)->given && method != only[i].method)
            return err_set(err, ERR_USAGE, "%s= goes with method=%s, not with method=%s",
                           only[i].name, impute_methods[only[i].method], impute_methods[method]);
    if (params_value(params, "from")->set && !model)
        return err_set(err, ERR_USAGE,
                       "from= goes with method=knn and method=iterative, not with "
                       "method=%s",
                       impute_methods[method]);
    if (params_value(params, "by")->set && (model || method == IMPUTE_CONSTANT))
        return err_set(err, ERR_USAGE,
                       "by= goes with mean, median and mode, not with method=%s; from= names "
                       "columns that knn and iterative look at",
                       impute_methods[method]);
    return 0;
}

static int choose_method(int *out, const struct params *params, struct err *err)
{
    bool value = params_text(params, "value");

    *out = params_choice(params, "method");
    if (*out == IMPUTE_AUTO && value)
        *out = IMPUTE_CONSTANT;
    if (*out == IMPUTE_CONSTANT && !value)
        return err_set(err, ERR_USAGE, "method=constant needs the constant; give value=…");
    if (*out != IMPUTE_CONSTANT && value)
        return err_set(err, ERR_USAGE, "value= goes with method=constant, not with method=%s",
                       impute_methods[*out]);
    return check_given(params, *out, err);
}

static void choose_rule(struct column_rule *rule, int method, const struct params *params,
                        struct arena *arena)
{
    *rule = (struct column_rule){ .learns = true };
    if (method == IMPUTE_MEAN || method == IMPUTE_MEDIAN) {
        rule->applies = applies_to_numbers;
        rule->wanted = "a number (int or real)";
    } else if (method == IMPUTE_CONSTANT) {
        rule->applies = constant_applies;
        rule->meant = constant_is_meant;
        rule->ctx = params_text(params, "value");
        rule->wanted = arena_printf(arena, "a column that can hold '%s'",
                                    params_text(params, "value"));
    }
}

/* What is learned beyond one value a column. */
static int learn_more(struct impute *s, const struct step_input *in, const size_t *cols,
                      struct arena *arena, struct job *job, struct err *err)
{
    if (params_value(in->params, "by")->set)
        return grouping_learn(&s->by, s->columns, cols, s->n, s->method, in, arena, job, err);
    if (s->method != IMPUTE_KNN && s->method != IMPUTE_ITERATIVE)
        return 0;
    if (features_learn(&s->features, in, cols, s->n, s->method == IMPUTE_ITERATIVE, arena, err))
        return -1;
    if (s->method == IMPUTE_KNN)
        return knn_learn(&s->knn, &s->features, in, arena, err);
    return iterative_learn(&s->rounds, &s->features, in, arena, job, err);
}

/* Columns that name groups are not meant by `all` or a pattern. */
static void leave_out_by(struct impute *s, size_t *cols, const struct step_input *in)
{
    size_t n = 0;

    for (size_t k = 0; k < s->n; k++) {
        const char *name = table_name(in->table, cols[k]);
        if (step_named(in, "columns", name) || !step_named(in, "by", name))
            cols[n++] = cols[k];
    }
    s->n = n;
}

static int impute_fit(void **state, struct arena *arena, const struct step_input *in,
                      struct job *job, struct err *err)
{
    struct impute *s = ARENA_NEW(arena, struct impute, 1);
    struct column_rule rule;
    size_t *cols;

    if (choose_method(&s->method, in->params, err))
        return -1;
    choose_rule(&rule, s->method, in->params, arena);
    if (step_columns(&cols, &s->n, in, "columns", &rule, arena, err))
        return -1;
    leave_out_by(s, cols, in);
    s->columns = ARENA_NEW(arena, struct filling, s->n);
    for (size_t k = 0; k < s->n; k++)
        if (learn_column(&s->columns[k], s->method, in, cols[k], arena, err) ||
            job_tick(job, k + 1, s->n, err))
            return -1;
    *state = s;
    return learn_more(s, in, cols, arena, job, err);
}

/* ---------------------------------------------------------------- applying */

/* What is known of the rows that are to be filled, beside the one value for each column. */
struct known {
    void *of_row;         /* by=: the group of each row */
    struct matrix values; /* (n, p) of the features, see features_matrix; without rows: none */
    bool absent; /* the rows are new and lack a column that is looked at: nothing can be filled */
};

static int fill_values(struct known *k, const struct impute *s, const struct step_input *in,
                       struct job *job, struct err *err)
{
    size_t n = in->table->n_rows;
    struct matrix x;
    int rc = features_matrix(&x, &s->features, in, NULL, n, err);

    k->absent = rc > 0;
    if (rc)
        return rc > 0 ? 0 : -1;
    rc = matrix_new(&k->values, n, s->features.p, "the values to fill in", err);
    if (!rc && s->knn)
        rc = knn_fill(&k->values, s->knn, &s->features, &x, job, err);
    else if (!rc)
        rc = iterative_fill(&k->values, s->rounds, &s->features, &x, job, err);
    matrix_release(&x);
    return rc;
}

static int know(struct known *k, const struct impute *s, const struct step_input *in,
                struct job *job, struct err *err)
{
    *k = (struct known){ 0 };
    if (s->knn || s->rounds)
        return fill_values(k, s, in, job, err);
    if (!s->by)
        return 0;
    if (mem_big(&k->of_row, in->table->n_rows, sizeof(int32_t), "the groups of rows", err))
        return -1;
    int rc = grouping_of_rows(k->of_row, s->by, in, err);
    k->absent = rc > 0;
    return rc < 0 ? -1 : 0;
}

static void known_release(struct known *k)
{
    mem_big_free(k->of_row);
    matrix_release(&k->values);
}

static struct filler filler_for(const struct impute *s, const struct known *k, size_t column)
{
    struct filler with = { .f = &s->columns[column] };

    if (s->by) {
        with.of_row = k->of_row;
        with.groups = s->by->of_column[column];
    }
    for (size_t j = 0; j < s->features.p && k->values.x; j++)
        if (strcmp(s->features.at[j].name, with.f->name) == 0) {
            with.values = matrix_col(&k->values, j);
            with.levels = s->features.at[j].levels;
        }
    return with;
}

static int add_indicator(struct table_edit *edit, const struct filling *f,
                         const struct step_input *in, size_t col, struct arena *arena,
                         struct err *err)
{
    const char *name = arena_printf(arena, "%s_missing", f->name);
    struct column *indicator;

    if (table_find(in->table, name) >= 0)
        return err_set(err, ERR_SHAPE,
                       "indicator=yes would add column %s, which is there already; "
                       "rename that one first",
                       name);
    if (impute_indicator(&indicator, table_at(in->table, col), err))
        return -1;
    edit_add(edit, name, indicator);
    return 0;
}

static int apply_filling(struct table_edit *edit, const struct filler *with,
                         const struct step_input *in, struct arena *arena, struct err *err)
{
    const struct filling *f = with->f;
    struct column *filled;
    size_t col;
    int absent = step_learned_column(&col, in, f->name, err);

    if (absent)
        return absent < 0 ? -1 : 0;
    if (impute_fill(&filled, with, table_at(in->table, col), err))
        return -1;
    edit_put(edit, col, filled);
    return f->indicator ? add_indicator(edit, f, in, col, arena, err) : 0;
}

/* New rows that lack a column which is looked at: the columns that would be filled from it are not
 * there either, so that a model that needs them asks for it. */
static int without_columns(struct table **out, const struct impute *s, const struct step_input *in,
                           struct err *err)
{
    size_t *cols = MEM_NEW(size_t, in->table->n_cols), n = 0;

    for (size_t j = 0; j < in->table->n_cols; j++) {
        bool filled = false;
        for (size_t k = 0; k < s->n; k++)
            filled = filled || strcmp(s->columns[k].name, table_name(in->table, j)) == 0;
        if (!filled)
            cols[n++] = j;
    }
    int rc = table_select(out, in->table, cols, n, err);
    mem_free(cols);
    return rc;
}

static int fill_columns(struct table **out, const struct impute *s, const struct known *known,
                        const struct step_input *in, struct job *job, struct err *err)
{
    struct table_edit edit;
    struct arena names;
    int rc = 0;

    arena_init(&names);
    edit_init_all(&edit, in->table);
    for (size_t k = 0; k < s->n && !rc; k++) {
        struct filler with = filler_for(s, known, k);
        rc = apply_filling(&edit, &with, in, &names, err);
        if (!rc)
            rc = job_tick(job, k + 1, s->n, err);
    }
    if (rc)
        edit_release(&edit);
    else
        rc = edit_finish(out, &edit, err);
    arena_release(&names);
    return rc;
}

static int impute_apply(struct table **out, const void *state, const struct step_input *in,
                        struct job *job, struct err *err)
{
    const struct impute *s = state;
    struct known known;

    int rc = know(&known, s, in, job, err);
    if (!rc && known.absent)
        rc = without_columns(out, s, in, err);
    else if (!rc)
        rc = fill_columns(out, s, &known, in, job, err);
    known_release(&known);
    return rc;
}

/* ---------------------------------------------------------------- telling, saving */

#define GROUPS_SHOWN 8

static void describe_groups(struct str *out, const struct grouping *g, size_t column)
{
    for (size_t k = 0; k < g->n && k < GROUPS_SHOWN; k++) {
        const struct filling *f = &g->of_column[column][k];
        if (f->nothing)
            continue;
        str_add(out, "  ");
        for (const char *at = g->keys[k]; *at; at++)
            if (*at != '\x1f')
                str_add_escaped(out, at, 1);
            else if (at[1])
                str_add(out, ", ");
        str_add(out, ": ");
        impute_describe_value(out, f);
        str_add(out, "\n");
    }
    if (g->n > GROUPS_SHOWN)
        str_addf(out, "  … %zu groups\n", g->n);
}

static bool is_feature(const struct impute *s, const char *name)
{
    for (size_t j = 0; j < s->features.p; j++)
        if (strcmp(s->features.at[j].name, name) == 0)
            return true;
    return false;
}

static void impute_describe(struct str *out, const void *state)
{
    const struct impute *s = state;

    if (s->knn)
        knn_describe(out, s->knn, &s->features);
    if (s->rounds)
        iterative_describe(out, s->rounds);
    for (size_t k = 0; k < s->n; k++) {
        const struct filling *f = &s->columns[k];
        bool by_others = is_feature(s, f->name);
        if (f->nothing) {
            str_addf(out, "%s: no value to learn from, left missing\n", f->name);
            continue;
        }
        str_addf(out, "%s: %s%s ", f->name, by_others ? "from its row's others; " : "", f->how);
        impute_describe_value(out, f);
        str_add(out, by_others ? " where they are missing, too" : s->by ? " overall" : "");
        str_add(out, f->indicator ? ", with an indicator\n" : "\n");
        if (s->by)
            describe_groups(out, s->by, k);
    }
}

static void impute_save(struct str *out, const void *state)
{
    const struct impute *s = state;

    pack_u64(out, s->n);
    for (size_t k = 0; k < s->n; k++)
        impute_save_filling(out, &s->columns[k]);
    pack_u64(out, s->by != NULL);
    if (s->by)
        grouping_save(out, s->by, s->n);
    pack_u64(out, s->knn ? 1 : s->rounds ? 2 : 0);
    if (s->knn || s->rounds)
        features_save(out, &s->features);
    if (s->knn)
        knn_save(out, s->knn, &s->features);
    if (s->rounds)
        iterative_save(out, s->rounds, &s->features);
}

/* A value that is filled in from others is one of its column's type. */
static void check_features(const struct impute *s, struct unpack *u)
{
    for (size_t k = 0; k < s->n; k++)
        for (size_t j = 0; j < s->features.p; j++) {
            const struct feature *f = &s->features.at[j];
            enum column_type type = f->type == COLUMN_INT ? COLUMN_REAL : f->type;
            if (strcmp(s->columns[k].name, f->name) == 0 && s->columns[k].type != type)
                unpack_fail(u, "one type for a column");
        }
}

static int impute_load(void **state, struct arena *arena, struct unpack *u, struct err *err)
{
    struct impute *s = ARENA_NEW(arena, struct impute, 1);

    (void)err;
    s->n = unpack_count(u, u->left / 16);
    s->columns = ARENA_NEW(arena, struct filling, s->n);
    for (size_t k = 0; k < s->n && !u->failed; k++)
        impute_load_filling(&s->columns[k], u);
    if (unpack_count(u, 1) == 1)
        s->by = grouping_load(u, arena, s->n);
    size_t model = unpack_count(u, 2);
    if (model)
        features_load(&s->features, u, arena);
    if (model && !u->failed)
        check_features(s, u);
    if (model == 1 && !u->failed)
        s->knn = knn_load(u, arena, &s->features);
    if (model == 2 && !u->failed)
        s->rounds = iterative_load(u, arena, &s->features);
    *state = s;
    return 0;
}

const struct step_kind step_impute = {
    .name = "impute",
    .help = "fill missing cells",
    .details =
        "mean and median are those of the training rows; the mode is their most frequent value, "
        "the smallest among equals. An int column filled with the mean becomes real; filled with "
        "the median it stays int when the median is whole. NaN is a value, not a missing one, and "
        "teaches nothing. A column without any value in the training rows is left as it is when "
        "`all` or a pattern meant it, and refused when it was named. indicator=yes adds a bool "
        "column NAME_missing for each column that has missing cells in the training rows. By `all` "
        "a constant that is a number goes to columns of numbers only. The numbers are those of "
        "scikit-learn's SimpleImputer. "
        "by= fills each group of rows with its own mean, median or mode; the overall one stands "
        "where a group had no value, was not there in the training rows, or is itself missing. "
        "method=knn takes the mean of the n_neighbors nearest training rows that have the value, "
        "as scikit-learn's KNNImputer: the distance is over what both rows have, made up for what "
        "they lack; rows as near as each other count in the order of the table, and rows without "
        "anything in common not at all. Words and bools vote; two different ones are 1 apart, and "
        "then numbers count in units of their deviation (scale=). The training rows are part of a "
        "saved model. method=iterative is scikit-learn's IterativeImputer with BayesianRidge, for "
        "numbers: each column is regressed on the others, fewest gaps first, until a round changes "
        "next to nothing; words get their mode and take no part. Both look at all features unless "
        "from= names some; a column of ints becomes real; dates and text get their mode, and a row "
        "that has none of the others the column's mean.",
    .example = "impute body_mass_g method=median",
    .scope = STEP_FITTED,
    .params = impute_params,
    .fit = impute_fit,
    .apply = impute_apply,
    .describe = impute_describe,
    .save = impute_save,
    .load = impute_load,
};
