/* step_outliers.c - values and rows that are far from the others. */
#include "prepare/step_outliers.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "prepare/step_columns.h"
#include "prepare/step_values.h"
#include "prepare/table_edit.h"

enum { ACT_FLAG, ACT_CLIP, ACT_MISSING, ACT_REMOVE };

static const char *const outlier_methods[] = {
    "iqr", "mad", "zscore", "quantile", "isolation-forest", "mahalanobis", NULL
};
static const double usual_threshold[] = { 1.5, 3.5, 3, 0.01, 0.6, 0.999 };
static const char *const outlier_actions[] = { "flag", "clip", "missing", "remove", NULL };

static const struct param_spec outliers_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "columns of numbers" },
    { .name = "method",
      .type = PARAM_CHOICE,
      .choices = outlier_methods,
      .fallback = "iqr",
      .help = "what is far: column by column, or (the last two) rows over all columns" },
    { .name = "action",
      .type = PARAM_CHOICE,
      .choices = outlier_actions,
      .fallback = "flag",
      .help = "add columns that say so, bring within bounds, empty the cell, or remove the row" },
    { .name = "threshold",
      .type = PARAM_REAL,
      .min = 0,
      .max = 1e9,
      .flags = PARAM_OPEN_MIN,
      .help =
          "iqr 1.5, mad 3.5, zscore 3, quantile 0.01, isolation-forest 0.6, mahalanobis 0.999" },
    { .name = "name",
      .type = PARAM_NAME,
      .fallback = "outlier",
      .help = "action=flag: the column to add, and NAME_reason" },
    { .name = "n_estimators",
      .type = PARAM_INT,
      .min = 1,
      .max = 10000,
      .fallback = "100",
      .help = "isolation-forest: trees" },
    { .name = "seed",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "isolation-forest: random seed" },
    { .name = NULL },
};

/* ---------------------------------------------------------------- which rows */

/* The rows of a table held against what was learned. */
struct judged {
    const struct table *table;
    size_t *cols; /* (s->n) SIZE_MAX: new rows that lack the column */
    bool all_there;
    double *score; /* (n_rows) methods over several columns; else NULL */
};

static int judge(struct judged *j, const struct outliers *s, const struct step_input *in,
                 struct err *err)
{
    void *score = NULL;

    *j = (struct judged){ .table = in->table, .cols = MEM_NEW(size_t, s->n), .all_there = true };
    for (size_t k = 0; k < s->n; k++) {
        int absent = step_learned_column(&j->cols[k], in, s->columns[k].name, err);
        if (absent < 0)
            return -1;
        if (absent) {
            j->cols[k] = SIZE_MAX;
            j->all_there = false;
            continue;
        }
        const struct column *c = table_at(in->table, j->cols[k]);
        if (!applies_to_numbers(NULL, c))
            return err_set(err, ERR_SHAPE, "%s is %s; it was a number when this step learned",
                           s->columns[k].name, step_type_words(c->type));
    }
    if (!outliers_by_row(s) || !j->all_there)
        return 0;
    if (mem_big(&score, in->table->n_rows, sizeof(double), "the scores of rows", err))
        return -1;
    j->score = score;
    return outlier_rows_score(j->score, s, in->table, j->cols, err);
}

static void judged_release(struct judged *j)
{
    mem_free(j->cols);
    mem_big_free(j->score);
}

static int beyond(const struct judged *j, const struct outliers *s, size_t k, size_t row)
{
    if (j->cols[k] == SIZE_MAX)
        return 0;
    return bounds_beyond(&s->columns[k].bounds, table_at(j->table, j->cols[k]), row);
}

static bool is_outlier(const struct judged *j, const struct outliers *s, size_t row)
{
    if (outliers_by_row(s))
        return j->score && j->score[row] > s->cut;
    for (size_t k = 0; k < s->n; k++)
        if (beyond(j, s, k, row))
            return true;
    return false;
}

/* "body_mass_g 6300 > 6050; …", "score 0.71 > 0.6, most by body_mass_g". */
static void add_reason(struct str *out, const struct judged *j, const struct outliers *s,
                       size_t row)
{
    char a[TEXT_REAL_SIZE], b[TEXT_REAL_SIZE];

    if (outliers_by_row(s)) {
        size_t most = outlier_rows_reason(s, j->table, j->cols, row);
        str_addf(out, "%s %s > %s, most by %s",
                 s->method == OUTLIER_FOREST ? "score" : "squared distance",
                 text_real_short(a, j->score[row], 4), text_real_short(b, s->cut, 4),
                 s->columns[most].name);
        return;
    }
    for (size_t k = 0; k < s->n; k++) {
        const struct outlier_column *c = &s->columns[k];
        int side = beyond(j, s, k, row);
        if (side == 0)
            continue;
        str_addf(out, "%s%s %s %c %s", out->len ? "; " : "", c->name,
                 text_real_short(a, column_number(table_at(j->table, j->cols[k]), row), 6),
                 side < 0 ? '<' : '>',
                 text_real_short(b, side < 0 ? c->bounds.low : c->bounds.high, 6));
    }
}

/* ---------------------------------------------------------------- learning */

static int choose(struct outliers *s, const struct step_input *in, struct arena *arena,
                  struct err *err)
{
    const struct param_value *threshold = params_value(in->params, "threshold");

    s->method = params_choice(in->params, "method");
    s->action = params_choice(in->params, "action");
    s->threshold = threshold->set ? threshold->real : usual_threshold[s->method];
    s->flag = arena_strdup(arena, params_text(in->params, "name"));
    if (outliers_by_row(s) && (s->action == ACT_CLIP || s->action == ACT_MISSING))
        return err_set(err, ERR_USAGE,
                       "method=%s judges whole rows, so that no cell can be told from the others; "
                       "take action=flag or action=remove",
                       outlier_methods[s->method]);
    double most = s->method == OUTLIER_QUANTILE ? 0.5 : outliers_by_row(s) ? 1 : INFINITY;
    if (s->threshold >= most)
        return err_set(err, ERR_USAGE, "threshold=%g is out of range; method=%s takes one below %g",
                       s->threshold, outlier_methods[s->method], most);
    return 0;
}

static int count_beyond(struct outliers *s, const struct step_input *in, struct err *err)
{
    struct judged j;
    int rc = judge(&j, s, in, err);

    s->n_rows = step_n_rows(in);
    for (size_t i = 0; i < s->n_rows && !rc; i++) {
        s->n_beyond += is_outlier(&j, s, step_row(in, i));
        for (size_t k = 0; k < s->n && !outliers_by_row(s); k++)
            s->columns[k].n_beyond += beyond(&j, s, k, step_row(in, i)) != 0;
    }
    judged_release(&j);
    return rc;
}

static int outliers_fit(void **state, struct arena *arena, const struct step_input *in,
                        struct job *job, struct err *err)
{
    const struct column_rule rule = {
        .applies = applies_to_numbers,
        .wanted = "a number (int or real)",
        .learns = true,
    };
    struct outliers *s = ARENA_NEW(arena, struct outliers, 1);
    size_t *cols;

    if (choose(s, in, arena, err) || step_columns(&cols, &s->n, in, "columns", &rule, arena, err))
        return -1;
    s->columns = ARENA_NEW(arena, struct outlier_column, s->n);
    for (size_t k = 0; k < s->n; k++) {
        s->columns[k].name = arena_strdup(arena, table_name(in->table, cols[k]));
        if (!outliers_by_row(s) && outlier_bounds(&s->columns[k], s, in, cols[k], err))
            return -1;
        if (job_tick(job, k + 1, s->n, err))
            return -1;
    }
    if (outliers_by_row(s) && outlier_rows_learn(s, in, cols, arena, job, err))
        return -1;
    *state = s;
    return count_beyond(s, in, err);
}

/* ---------------------------------------------------------------- applying */

static int add_flags(struct table_edit *edit, const struct judged *j, const struct outliers *s,
                     const char *reason_name, struct err *err)
{
    struct column_builder reasons;
    struct column *flags, *texts;
    size_t n = j->table->n_rows;
    struct str reason;

    if (column_new(&flags, COLUMN_BOOL, n, NULL, err))
        return -1;
    builder_init(&reasons, COLUMN_TEXT, n);
    str_init(&reason);
    for (size_t i = 0; i < n; i++) {
        if (!is_outlier(j, s, i)) {
            builder_add_missing(&reasons);
            continue;
        }
        bit_set(flags->values->data, i);
        str_clear(&reason);
        add_reason(&reason, j, s, i);
        builder_add_text(&reasons, reason.buf, reason.len);
    }
    str_release(&reason);
    column_seal(flags);
    if (builder_finish(&texts, &reasons, err)) {
        column_unref(flags);
        return -1;
    }
    edit_add(edit, s->flag, flags);
    edit_add(edit, reason_name, texts);
    return 0;
}

static int empty_cells(struct column **out, const struct bounds *b, const struct column *c,
                       struct err *err)
{
    if (column_new(out, c->type, c->n_rows, NULL, err))
        return -1;
    for (size_t i = 0; i < c->n_rows; i++)
        column_ints_mut(*out)[i] = column_ints(c)[i]; /* reals have the same width */
    for (size_t i = 0; i < c->n_rows; i++)
        if ((column_missing(c, i) || bounds_beyond(b, c, i)) && column_set_missing(*out, i, err)) {
            column_unref(*out);
            return -1;
        }
    column_seal(*out);
    return 0;
}

static int change_cells(struct table_edit *edit, const struct judged *j, const struct outliers *s,
                        struct err *err)
{
    for (size_t k = 0; k < s->n; k++) {
        const struct outlier_column *o = &s->columns[k];
        const struct column *c = j->cols[k] == SIZE_MAX ? NULL : table_at(j->table, j->cols[k]);
        struct column *changed;
        if (!c || !bounds_outside(&o->bounds, c))
            continue;
        if (s->action == ACT_CLIP ? bounds_clip(&changed, &o->bounds, o->name, c, err)
                                  : empty_cells(&changed, &o->bounds, c, err))
            return -1;
        edit_put(edit, j->cols[k], changed);
    }
    return 0;
}

static int flag_rows(struct table_edit *edit, const struct judged *j, const struct outliers *s,
                     struct str *reason_name, struct err *err)
{
    str_addf(reason_name, "%s_reason", s->flag);
    if (table_find(j->table, s->flag) >= 0 || table_find(j->table, reason_name->buf) >= 0)
        return err_set(err, ERR_SHAPE,
                       "there is a column %s or %s already; name= gives another name", s->flag,
                       reason_name->buf);
    return add_flags(edit, j, s, reason_name->buf, err);
}

static int act(struct table **out, const struct judged *j, const struct outliers *s,
               struct err *err)
{
    struct table_edit edit;
    struct str reason_name;

    edit_init_all(&edit, j->table);
    str_init(&reason_name); /* borrowed by the edit until it is finished */
    int rc = s->action == ACT_FLAG ? flag_rows(&edit, j, s, &reason_name, err)
                                   : change_cells(&edit, j, s, err);
    if (rc)
        edit_release(&edit);
    else
        rc = edit_finish(out, &edit, err);
    str_release(&reason_name);
    return rc;
}

static int outliers_apply(struct table **out, const void *state, const struct step_input *in,
                          struct job *job, struct err *err)
{
    const struct outliers *s = state;
    struct judged j;

    if (s->action == ACT_REMOVE) {
        *out = table_ref(in->table);
        return 0;
    }
    int rc = judge(&j, s, in, err);
    if (!rc)
        rc = job_tick(job, 0, 1, err);
    /* New rows that lack a column get no flag, so that a model that reads it asks for the column. */
    if (!rc && s->action == ACT_FLAG && !j.all_there)
        *out = table_ref(in->table);
    else if (!rc)
        rc = act(out, &j, s, err);
    judged_release(&j);
    return rc;
}

static int outliers_reject(uint8_t *keep, const void *state, const struct step_input *in,
                           struct job *job, struct err *err)
{
    const struct outliers *s = state;
    struct judged j;

    if (s->action != ACT_REMOVE)
        return 0;
    int rc = judge(&j, s, in, err);
    for (size_t i = 0; i < step_n_rows(in) && !rc; i++)
        keep[step_row(in, i)] = !is_outlier(&j, s, step_row(in, i));
    judged_release(&j);
    return rc ? -1 : job_tick(job, 1, 1, err);
}

/* ---------------------------------------------------------------- telling, saving */

static void outliers_describe(struct str *out, const void *state)
{
    const struct outliers *s = state;
    char a[TEXT_REAL_SIZE], b[TEXT_REAL_SIZE];

    str_addf(out, "%zu of %zu training rows by method=%s threshold=%s\n", s->n_beyond, s->n_rows,
             outlier_methods[s->method], text_real_short(a, s->threshold, 6));
    if (outliers_by_row(s))
        str_addf(out, "over %zu column%s, %s above %s%s\n", s->n, s->n == 1 ? "" : "s",
                 s->method == OUTLIER_FOREST ? "score" : "squared distance",
                 text_real_short(b, s->cut, 6),
                 s->robust.shrunk ? "; columns that depend on each other were told apart by adding "
                                    "to the diagonal"
                                  : "");
    for (size_t k = 0; k < s->n && !outliers_by_row(s); k++) {
        const struct outlier_column *c = &s->columns[k];
        str_addf(out, "%s: ", c->name);
        if (isfinite(c->bounds.low))
            str_addf(out, "%zu outside %s to %s", c->n_beyond, text_real_short(a, c->bounds.low, 6),
                     text_real_short(b, c->bounds.high, 6));
        str_addf(out, "%s%s\n", c->note && isfinite(c->bounds.low) ? "; " : "",
                 c->note ? c->note : "");
    }
}

static void outliers_save(struct str *out, const void *state)
{
    const struct outliers *s = state;

    pack_u64(out, (uint64_t)s->method);
    pack_u64(out, (uint64_t)s->action);
    pack_real(out, s->threshold);
    pack_text(out, s->flag);
    pack_u64(out, s->n_beyond);
    pack_u64(out, s->n_rows);
    pack_real(out, s->cut);
    pack_u64(out, s->n);
    for (size_t k = 0; k < s->n; k++) {
        const struct outlier_column *c = &s->columns[k];
        pack_text(out, c->name);
        pack_real(out, c->bounds.low);
        pack_real(out, c->bounds.high);
        pack_text(out, c->note);
        pack_u64(out, c->n_beyond);
        pack_real(out, c->median);
        pack_real(out, c->unit);
    }
    if (s->method == OUTLIER_FOREST)
        isolation_save(out, &s->forest);
    if (s->method == OUTLIER_MAHALANOBIS) {
        pack_reals(out, s->robust.mean, s->n);
        pack_reals(out, s->robust.inverse, s->n * s->n);
        pack_u64(out, s->robust.shrunk);
    }
}

static void load_column(struct outlier_column *c, bool by_row, struct unpack *u)
{
    c->name = unpack_name(u);
    c->bounds.low = unpack_real(u);
    c->bounds.high = unpack_real(u);
    c->note = unpack_text(u);
    c->n_beyond = (size_t)unpack_u64(u);
    c->median = unpack_real(u);
    c->unit = unpack_real(u);
    if (!(c->bounds.low <= c->bounds.high))
        unpack_fail(u, "a lowest and a highest value");
    if (by_row && (!isfinite(c->median) || !isfinite(c->unit) || c->unit <= 0))
        unpack_fail(u, "a median and a unit above 0");
}

static void load_robust(struct robust *r, size_t n, struct unpack *u)
{
    size_t n_mean, n_inverse;

    r->p = n;
    r->mean = unpack_reals(u, &n_mean);
    r->inverse = unpack_reals(u, &n_inverse);
    r->shrunk = unpack_count(u, 1) == 1;
    if (n_mean != n || n_inverse != n * n)
        unpack_fail(u, "a centre and a covariance of these columns");
}

static int outliers_load(void **state, struct arena *arena, struct unpack *u, struct err *err)
{
    struct outliers *s = ARENA_NEW(arena, struct outliers, 1);

    (void)err;
    s->method = (int)unpack_count(u, OUTLIER_MAHALANOBIS);
    s->action = (int)unpack_count(u, ACT_REMOVE);
    s->threshold = unpack_real(u);
    s->flag = unpack_name(u);
    s->n_beyond = (size_t)unpack_u64(u);
    s->n_rows = (size_t)unpack_u64(u);
    s->cut = unpack_real(u);
    s->n = unpack_count(u, u->left / 16);
    if (outliers_by_row(s) && (s->action == ACT_CLIP || s->action == ACT_MISSING || s->n == 0))
        unpack_fail(u, "an action on rows");
    s->columns = ARENA_NEW(arena, struct outlier_column, u->failed ? 0 : s->n);
    for (size_t k = 0; k < s->n && !u->failed; k++)
        load_column(&s->columns[k], outliers_by_row(s), u);
    if (s->method == OUTLIER_FOREST && !u->failed)
        isolation_load(&s->forest, u, arena, s->n);
    if (s->method == OUTLIER_MAHALANOBIS && !u->failed)
        load_robust(&s->robust, s->n, u);
    *state = s;
    return 0;
}

const struct step_kind step_outliers = {
    .name = "outliers",
    .help = "flag, clip, empty or remove what is far from the rest",
    .details =
        "Bounds are learned from training rows. iqr: threshold times the distance of the quartiles "
        "beyond them (Tukey 1977). mad: threshold times 1.4826 median absolute deviations from the "
        "median (Iglewicz and Hoaglin 1993), by the mean absolute deviation where half of the "
        "values "
        "are the same. zscore: deviations from the mean. quantile: the quantiles threshold and 1 - "
        "threshold. isolation-forest (Liu, Ting and Zhou 2008) gives each row a score, 0.5 for a "
        "usual one and towards 1 for one that is apart; it is minus scikit-learn's score_samples. "
        "mahalanobis takes squared distances from a centre and a covariance that outlying rows do "
        "not move "
        "(minimum covariance determinant from one start, reweighted), and the quantile threshold "
        "of chi-square. In these two a missing cell counts as the column's median. "
        "action=flag adds a bool column and a text column NAME_reason that names column, value and "
        "bound; drop the text before training. remove takes rows out of training only: rows to be "
        "predicted stay. Missing cells and NaN are never outlying, infinite ones always are when "
        "there are bounds.",
    .example = "outliers body_mass_g method=iqr action=flag",
    .scope = STEP_FITTED,
    .params = outliers_params,
    .fit = outliers_fit,
    .apply = outliers_apply,
    .reject = outliers_reject,
    .describe = outliers_describe,
    .save = outliers_save,
    .load = outliers_load,
};
