#include <float.h>
#include <math.h>

#include "base/mem.h"
#include "base/text.h"
#include "num/stats.h"
#include "prepare/step_columns.h"
#include "prepare/step_values.h"
#include "prepare/table_edit.h"

enum { SCALE_STANDARD, SCALE_MINMAX };

static const char *const scale_methods[] = { "standard", "minmax", NULL };

static const struct param_spec scale_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "columns of numbers" },
    { .name = "method",
      .type = PARAM_CHOICE,
      .choices = scale_methods,
      .fallback = "standard",
      .help = "standard: mean 0, deviation 1; minmax: from 0 to 1" },
    { .name = NULL },
};

/* (x - centre) / divisor */
struct scaling {
    const char *name;
    double centre, divisor;
};

struct scale {
    int method;
    size_t n;
    struct scaling *columns;
};

/* ---------------------------------------------------------------- learning */

/* A column is constant when its variance is no more than rounding leaves of it.
 * Source: scikit-learn 1.2, preprocessing/_data.py, _is_constant_feature. */
static bool is_constant(double variance, double mean, size_t n)
{
    double noise = (double)n * mean * DBL_EPSILON;

    return isfinite(variance) && variance <= (double)n * DBL_EPSILON * variance + noise * noise;
}

static void learn_standard(struct scaling *s, const double *v, size_t n)
{
    double variance = stats_variance(v, n, 0);

    s->centre = stats_mean(v, n);
    s->divisor = is_constant(variance, s->centre, n) ? 1 : sqrt(variance);
}

static void learn_minmax(struct scaling *s, const double *v, size_t n)
{
    double low = v[0], high = v[0];

    for (size_t i = 1; i < n; i++) {
        low = v[i] < low ? v[i] : low;
        high = v[i] > high ? v[i] : high;
    }
    s->centre = low;
    s->divisor = high - low < 10 * DBL_EPSILON ? 1 : high - low;
}

static int learn_column(struct scaling *s, int method, const struct step_input *in, size_t col,
                        struct arena *arena, struct err *err)
{
    double *v;
    size_t n;

    *s = (struct scaling){ arena_strdup(arena, table_name(in->table, col)), 0, 1 };
    if (step_values(&v, &n, in, col, err))
        return -1;
    if (n > 0 && method == SCALE_STANDARD)
        learn_standard(s, v, n);
    else if (n > 0)
        learn_minmax(s, v, n);
    mem_big_free(v);
    if (!isfinite(s->centre) || !isfinite(s->divisor))
        return err_set(err, ERR_DOMAIN,
                       "%s has values too large to scale, or infinite ones; clip it or replace "
                       "them first",
                       s->name);
    return 0;
}

static int scale_fit(void **state, struct arena *arena, const struct step_input *in,
                     struct job *job, struct err *err)
{
    const struct column_rule rule = {
        .applies = applies_to_numbers,
        .wanted = "a number (int or real)",
        .learns = true,
    };
    struct scale *s = ARENA_NEW(arena, struct scale, 1);
    size_t *cols;

    s->method = params_choice(in->params, "method");
    if (step_columns(&cols, &s->n, in, "columns", &rule, arena, err))
        return -1;
    s->columns = ARENA_NEW(arena, struct scaling, s->n);
    for (size_t k = 0; k < s->n; k++)
        if (learn_column(&s->columns[k], s->method, in, cols[k], arena, err) ||
            job_tick(job, k + 1, s->n, err))
            return -1;
    *state = s;
    return 0;
}

/* ---------------------------------------------------------------- applying */

static int scale_column(struct column **out, const struct scaling *s, const struct column *c,
                        struct err *err)
{
    if (!applies_to_numbers(NULL, c))
        return err_set(err, ERR_SHAPE, "%s is %s; it was a number when this step learned", s->name,
                       step_type_words(c->type));
    if (column_new_like(out, COLUMN_REAL, c, err))
        return -1;
    double *v = column_reals_mut(*out);
    for (size_t i = 0; i < c->n_rows; i++) {
        double x = c->type == COLUMN_REAL ? column_reals(c)[i] : (double)column_ints(c)[i];
        v[i] = (x - s->centre) / s->divisor;
    }
    column_clear_missing(*out);
    return 0;
}

static int scale_apply(struct table **out, const void *state, const struct step_input *in,
                       struct job *job, struct err *err)
{
    const struct scale *s = state;
    struct table_edit edit;
    int rc = 0;

    edit_init_all(&edit, in->table);
    for (size_t k = 0; k < s->n && rc >= 0; k++) {
        struct column *scaled;
        size_t col;
        rc = step_learned_column(&col, in, s->columns[k].name, err);
        if (rc != 0)
            continue;
        rc = scale_column(&scaled, &s->columns[k], table_at(in->table, col), err);
        if (rc == 0) {
            edit_put(&edit, col, scaled);
            rc = job_tick(job, k + 1, s->n, err);
        }
    }
    if (rc < 0) {
        edit_release(&edit);
        return -1;
    }
    return edit_finish(out, &edit, err);
}

/* ---------------------------------------------------------------- telling, saving */

static void scale_describe(struct str *out, const void *state)
{
    const struct scale *s = state;
    char centre[TEXT_REAL_SIZE], other[TEXT_REAL_SIZE];

    for (size_t k = 0; k < s->n; k++) {
        const struct scaling *c = &s->columns[k];
        text_real_short(centre, c->centre, 6);
        if (s->method == SCALE_STANDARD)
            str_addf(out, "%s: mean %s, deviation %s\n", c->name, centre,
                     text_real_short(other, c->divisor, 6));
        else
            str_addf(out, "%s: from %s to %s\n", c->name, centre,
                     text_real_short(other, c->centre + c->divisor, 6));
    }
}

static void scale_save(struct str *out, const void *state)
{
    const struct scale *s = state;

    pack_u64(out, (uint64_t)s->method);
    pack_u64(out, s->n);
    for (size_t k = 0; k < s->n; k++) {
        pack_text(out, s->columns[k].name);
        pack_real(out, s->columns[k].centre);
        pack_real(out, s->columns[k].divisor);
    }
}

static int scale_load(void **state, struct arena *arena, struct unpack *u, struct err *err)
{
    struct scale *s = ARENA_NEW(arena, struct scale, 1);

    (void)err;
    s->method = (int)unpack_count(u, SCALE_MINMAX);
    s->n = unpack_count(u, u->left / 16);
    s->columns = ARENA_NEW(arena, struct scaling, s->n);
    for (size_t k = 0; k < s->n && !u->failed; k++) {
        struct scaling *c = &s->columns[k];
        c->name = unpack_name(u);
        c->centre = unpack_real(u);
        c->divisor = unpack_real(u);
        if (!isfinite(c->centre) || !isfinite(c->divisor) || c->divisor <= 0)
            unpack_fail(u, "a finite centre and a divisor above 0");
    }
    *state = s;
    return 0;
}

const struct step_kind step_scale = {
    .name = "scale",
    .help = "bring columns of numbers to one scale",
    .details =
        "standard subtracts the mean and divides by the population deviation (divisor n); a "
        "constant column is centred only. minmax maps the smallest value to 0 and the largest to "
        "1. Both are learned from training rows and computed as scikit-learn's StandardScaler and "
        "MinMaxScaler do; NaN and missing cells teach nothing and stay as they are. An int column "
        "becomes real. `all` means every int and real feature, the 0/1 columns of encode included, "
        "bool columns not.",
    .example = "scale all method=standard",
    .scope = STEP_FITTED,
    .params = scale_params,
    .fit = scale_fit,
    .apply = scale_apply,
    .describe = scale_describe,
    .save = scale_save,
    .load = scale_load,
};
