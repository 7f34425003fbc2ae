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

enum { IMPUTE_AUTO, IMPUTE_MEAN, IMPUTE_MEDIAN, IMPUTE_MODE, IMPUTE_CONSTANT };

static const char *const impute_methods[] = { "auto", "mean", "median", "mode", "constant", NULL };

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
    { .name = NULL },
};

struct impute {
    size_t n;
    struct filling *columns;
};

/* ---------------------------------------------------------------- constants */

/* The value as a cell of that type; an int column takes a real and becomes one. */
static bool read_constant(struct filling *f, const char *value, enum column_type type)
{
    struct cell_value v;

    f->type = type;
    if (!cell_value_read(&v, span_of(value), type)) {
        f->type = COLUMN_REAL;
        if (type != COLUMN_INT || !cell_value_read(&v, span_of(value), COLUMN_REAL))
            return false;
    }
    f->text = type == COLUMN_TEXT || type == COLUMN_CATEGORY ? value : NULL;
    f->real = v.real;
    f->integer = v.integer;
    return true;
}

static bool constant_applies(const void *ctx, const struct column *c)
{
    struct filling ignored = { 0 };

    return read_constant(&ignored, ctx, c->type);
}

/* `impute all method=constant value=0` does not mean to write 0 into columns of words. */
static bool constant_is_meant(const void *ctx, const struct column *c)
{
    const char *value = ctx;
    double number;

    return !column_is_text(c) || !text_parse_real(&number, value, strlen(value));
}

/* ---------------------------------------------------------------- learning */

static int learn_number(struct filling *f, int method, const struct step_input *in, size_t col,
                        struct err *err)
{
    bool was_int = table_at(in->table, col)->type == COLUMN_INT;
    double *v;
    size_t n;

    if (step_values(&v, &n, in, col, err))
        return -1;
    f->nothing = n == 0;
    if (n > 0)
        f->real = method == IMPUTE_MEAN ? stats_mean(v, n) : stats_quantile(v, n, 0.5);
    mem_big_free(v);
    if (!isfinite(f->real))
        return err_set(err, ERR_DOMAIN,
                       "%s has values too large to average, or infinite ones; clip it or replace "
                       "them first",
                       f->name);
    f->how = impute_methods[method];
    /* The type must not depend on how the mean happens to fall, and 2^53 is where doubles stop
     * telling whole numbers apart. */
    bool stays = was_int && method == IMPUTE_MEDIAN && f->real == nearbyint(f->real) &&
                 fabs(f->real) < 0x1p53;
    f->type = stays || (was_int && f->nothing) ? COLUMN_INT : COLUMN_REAL;
    f->integer = stays ? (int64_t)f->real : 0;
    return 0;
}

static void take_mode(struct filling *f, const struct column *c, size_t row, struct arena *arena)
{
    if (column_is_text(c)) {
        struct span text = column_span(c, row);
        f->text = arena_strndup(arena, text.at, text.len);
    } else if (c->type == COLUMN_REAL) {
        f->real = column_reals(c)[row];
    } else if (c->type == COLUMN_INT || c->type == COLUMN_TIMESTAMP) {
        f->integer = column_ints(c)[row];
    } else {
        f->integer = (int64_t)column_number(c, row);
    }
}

static int learn_mode(struct filling *f, const struct step_input *in, size_t col,
                      struct arena *arena, struct err *err)
{
    const struct column *c = table_at(in->table, col);
    struct group *groups;
    size_t n;

    if (column_groups(&groups, &n, c, in->rows, in->n_rows, err))
        return -1;
    if (n > 0 && c->type == COLUMN_REAL && isnan(column_reals(c)[groups[n - 1].row]))
        n--; /* NaN stands last, and is nothing to fill with */
    const struct group *top = group_top(groups, n);
    f->nothing = !top;
    f->type = c->type;
    f->how = "mode";
    if (top)
        take_mode(f, c, top->row, arena);
    mem_big_free(groups);
    return 0;
}

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
    int rc = 0;

    f->name = arena_strdup(arena, table_name(in->table, col));
    f->indicator = params_flag(in->params, "indicator") && any_missing(in, col);
    if (method == IMPUTE_CONSTANT) {
        const char *value = arena_strdup(arena, params_text(in->params, "value"));
        f->how = "constant";
        read_constant(f, value, table_at(in->table, col)->type);
    } else if (method == IMPUTE_MODE || !number) {
        rc = learn_mode(f, in, col, arena, err);
    } else {
        rc = learn_number(f, method == IMPUTE_AUTO ? IMPUTE_MEDIAN : method, in, col, err);
    }
    if (!rc && f->nothing && step_named(in, "columns", f->name))
        return err_set(err, ERR_DOMAIN,
                       "%s has no value in the %zu rows to learn from; give it one with "
                       "method=constant value=…, or drop it",
                       f->name, step_n_rows(in));
    return rc;
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
    return 0;
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

static int impute_fit(void **state, struct arena *arena, const struct step_input *in,
                      struct job *job, struct err *err)
{
    struct impute *s = ARENA_NEW(arena, struct impute, 1);
    struct column_rule rule;
    size_t *cols;
    int method;

    if (choose_method(&method, in->params, err))
        return -1;
    choose_rule(&rule, method, in->params, arena);
    if (step_columns(&cols, &s->n, in, "columns", &rule, arena, err))
        return -1;
    s->columns = ARENA_NEW(arena, struct filling, s->n);
    for (size_t k = 0; k < s->n; k++)
        if (learn_column(&s->columns[k], method, in, cols[k], arena, err) ||
            job_tick(job, k + 1, s->n, err))
            return -1;
    *state = s;
    return 0;
}

/* ---------------------------------------------------------------- applying */

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

static int apply_filling(struct table_edit *edit, const struct filling *f,
                         const struct step_input *in, struct arena *arena, struct err *err)
{
    struct column *filled;
    size_t col;
    int absent = step_learned_column(&col, in, f->name, err);

    if (absent)
        return absent < 0 ? -1 : 0;
    if (impute_fill(&filled, f, table_at(in->table, col), err))
        return -1;
    edit_put(edit, col, filled);
    return f->indicator ? add_indicator(edit, f, in, col, arena, err) : 0;
}

static int impute_apply(struct table **out, const void *state, const struct step_input *in,
                        struct job *job, struct err *err)
{
    const struct impute *s = state;
    struct table_edit edit;
    struct arena names;
    int rc = 0;

    arena_init(&names);
    edit_init_all(&edit, in->table);
    for (size_t k = 0; k < s->n && !rc; k++) {
        rc = apply_filling(&edit, &s->columns[k], in, &names, err);
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

/* ---------------------------------------------------------------- telling, saving */

static void describe_value(struct str *out, const struct filling *f)
{
    struct column *cell = NULL;
    char buf[TEXT_REAL_SIZE];

    if (f->text) {
        str_add_escaped(out, f->text, strlen(f->text));
    } else if (f->type == COLUMN_REAL) {
        str_add(out, text_real_short(buf, f->real, 6));
    } else if (f->type == COLUMN_INT) {
        str_addf(out, "%" PRId64, f->integer);
    } else if (column_new(&cell, f->type, 1, NULL, NULL) == 0) {
        struct filling one = *f;
        struct column *filled;
        if (column_set_missing(cell, 0, NULL) == 0) {
            column_seal(cell);
            if (impute_fill(&filled, &one, cell, NULL) == 0) {
                cell_text(out, filled, 0);
                column_unref(filled);
            }
        }
        column_unref(cell);
    }
}

static void impute_describe(struct str *out, const void *state)
{
    const struct impute *s = state;

    for (size_t k = 0; k < s->n; k++) {
        const struct filling *f = &s->columns[k];
        if (f->nothing) {
            str_addf(out, "%s: no value to learn from, left missing\n", f->name);
            continue;
        }
        str_addf(out, "%s: %s ", f->name, f->how);
        describe_value(out, f);
        str_add(out, f->indicator ? ", with an indicator\n" : "\n");
    }
}

static void impute_save(struct str *out, const void *state)
{
    const struct impute *s = state;

    pack_u64(out, s->n);
    for (size_t k = 0; k < s->n; k++) {
        const struct filling *f = &s->columns[k];
        pack_text(out, f->name);
        pack_u64(out, f->type);
        pack_text(out, f->how);
        pack_u64(out, f->nothing);
        pack_u64(out, f->indicator);
        pack_text(out, f->text);
        pack_real(out, f->real);
        pack_i64(out, f->integer);
    }
}

static void load_filling(struct filling *f, struct unpack *u)
{
    f->name = unpack_name(u);
    f->type = (enum column_type)unpack_count(u, COLUMN_N_TYPES - 1);
    f->how = unpack_name(u);
    f->nothing = unpack_count(u, 1) == 1;
    f->indicator = unpack_count(u, 1) == 1;
    f->text = unpack_text(u);
    f->real = unpack_real(u);
    f->integer = unpack_i64(u);
    bool words = f->type == COLUMN_TEXT || f->type == COLUMN_CATEGORY;
    if (words && !f->text && !f->nothing)
        unpack_fail(u, "the text to fill with");
    if (f->type == COLUMN_DATE && f->integer != (int32_t)f->integer)
        unpack_fail(u, "a date");
}

static int impute_load(void **state, struct arena *arena, struct unpack *u, struct err *err)
{
    struct impute *s = ARENA_NEW(arena, struct impute, 1);

    (void)err;
    s->n = unpack_count(u, u->left / 16);
    s->columns = ARENA_NEW(arena, struct filling, s->n);
    for (size_t k = 0; k < s->n && !u->failed; k++)
        load_filling(&s->columns[k], u);
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
        "scikit-learn's SimpleImputer.",
    .example = "impute body_mass_g method=median",
    .scope = STEP_FITTED,
    .params = impute_params,
    .fit = impute_fit,
    .apply = impute_apply,
    .describe = impute_describe,
    .save = impute_save,
    .load = impute_load,
};
