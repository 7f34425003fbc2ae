/* impute_features.c - the columns that k nearest neighbours and regression look at, as numbers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "prepare/step_columns.h"
#include "prepare/step_impute.h"
#include "prepare/step_values.h"

static bool is_feature(const void *ctx, const struct column *c)
{
    (void)ctx;
    return column_is_number(c) || c->type == COLUMN_CATEGORY;
}

/* ---------------------------------------------------------------- learning */

/* The levels that the rows to learn from have; code (levels of c) → index among them, -1 none. */
static void learn_levels(struct feature *f, const struct column *c, const struct step_input *in,
                         struct arena *arena)
{
    size_t n_levels = c->levels->n_rows;
    bool *seen = MEM_NEW(bool, n_levels);

    for (size_t i = 0; i < step_n_rows(in); i++)
        if (!column_missing(c, step_row(in, i)))
            seen[column_codes(c)[step_row(in, i)]] = true;
    f->levels = ARENA_NEW(arena, const char *, n_levels);
    for (size_t k = 0; k < n_levels; k++) {
        struct span text = column_text(c->levels, k);
        if (seen[k])
            f->levels[f->n_levels++] = arena_strndup(arena, text.at, text.len);
    }
    mem_free(seen);
}

static bool has_values(const struct column *c, const struct step_input *in)
{
    for (size_t i = 0; i < step_n_rows(in); i++) {
        size_t row = step_row(in, i);
        if (!column_missing(c, row) && isfinite(column_number(c, row)))
            return true;
    }
    return false;
}

static void add_feature(struct features *f, const struct step_input *in, size_t col, bool fill,
                        struct arena *arena)
{
    const struct column *c = table_at(in->table, col);

    if (!has_values(c, in))
        return;
    struct feature *new = &f->at[f->p++];
    *new = (struct feature){ .name = arena_strdup(arena, table_name(in->table, col)),
                             .type = c->type,
                             .fill = fill };
    if (c->type == COLUMN_CATEGORY)
        learn_levels(new, c, in, arena);
}

int features_learn(struct features *out, const struct step_input *in, const size_t *cols, size_t n,
                   bool numbers, struct arena *arena, struct err *err)
{
    const struct column_rule rule = {
        .applies = numbers ? applies_to_numbers : is_feature,
        .wanted = numbers ? "a number (int or real)" : "a number, a bool or a category",
        .learns = true,
    };
    bool *fill = MEM_NEW(bool, in->table->n_cols), *from = MEM_NEW(bool, in->table->n_cols);
    size_t *others = NULL, n_others = 0;
    int rc = 0;

    if (params_value(in->params, "from")->set)
        rc = step_columns(&others, &n_others, in, "from", &rule, arena, err);
    for (size_t k = 0; k < n; k++)
        fill[cols[k]] = rule.applies(NULL, table_at(in->table, cols[k]));
    for (size_t k = 0; k < n_others && !rc; k++)
        from[others[k]] = true;
    for (size_t j = 0; j < in->table->n_cols && !params_value(in->params, "from")->set; j++)
        from[j] = roles_of(in->roles, table_name(in->table, j)) == ROLE_FEATURE &&
                  rule.applies(NULL, table_at(in->table, j));
    *out = (struct features){ .at = ARENA_NEW(arena, struct feature, in->table->n_cols) };
    for (size_t j = 0; j < in->table->n_cols && !rc; j++)
        if (fill[j] || from[j])
            add_feature(out, in, j, fill[j], arena);
    mem_free(fill);
    mem_free(from);
    return rc;
}

/* ---------------------------------------------------------------- as numbers */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Index of each level of c among those that taught. */
static double *level_indices(const struct feature *f, const struct column *c)
{
    double *index = MEM_NEW(double, c->levels->n_rows);

    for (size_t k = 0; k < c->levels->n_rows; k++) {
        struct span text = column_text(c->levels, k);
        char *name = mem_strndup(text.at, text.len);
        const char **at = bsearch(&name, f->levels, f->n_levels, sizeof(name), by_text);
        index[k] = at ? (double)(at - f->levels) : -1;
        mem_free(name);
    }
    return index;
}

static void feature_values(double *out, const struct feature *f, const struct column *c,
                           const uint32_t *rows, size_t n)
{
    double *index = f->type == COLUMN_CATEGORY ? level_indices(f, c) : NULL;

    for (size_t i = 0; i < n; i++) {
        size_t row = rows ? rows[i] : i;
        double v = column_missing(c, row) ? NAN : column_number(c, row);
        out[i] = !isfinite(v) ? NAN : index ? index[(size_t)v] : v;
    }
    mem_free(index);
}

static bool same_kind(enum column_type learned, enum column_type now)
{
    bool numbers = learned == COLUMN_INT || learned == COLUMN_REAL;

    return learned == now || (numbers && (now == COLUMN_INT || now == COLUMN_REAL));
}

int features_matrix(struct matrix *x, const struct features *f, const struct step_input *in,
                    const uint32_t *rows, size_t n, struct err *err)
{
    size_t col;

    if (matrix_new(x, n, f->p, "the rows to fill", err))
        return -1;
    for (size_t j = 0; j < f->p; j++) {
        int absent = step_learned_column(&col, in, f->at[j].name, err);
        const struct column *c = absent ? NULL : table_at(in->table, col);
        if (c && !same_kind(f->at[j].type, c->type))
            absent = err_set(err, ERR_SHAPE, "%s is %s; it was %s when this step learned",
                             f->at[j].name, step_type_words(c->type),
                             step_type_words(f->at[j].type));
        if (absent) {
            matrix_release(x);
            return absent;
        }
        feature_values(matrix_col(x, j), &f->at[j], c, rows, n);
    }
    return 0;
}

/* ---------------------------------------------------------------- saving */

void features_save(struct str *out, const struct features *f)
{
    pack_u64(out, f->p);
    for (size_t j = 0; j < f->p; j++) {
        pack_text(out, f->at[j].name);
        pack_u64(out, f->at[j].type);
        pack_u64(out, f->at[j].fill);
        pack_u64(out, f->at[j].n_levels);
        for (size_t k = 0; k < f->at[j].n_levels; k++)
            pack_text(out, f->at[j].levels[k]);
    }
}

static void load_feature(struct feature *f, struct unpack *u, struct arena *arena)
{
    f->name = unpack_name(u);
    f->type = (enum column_type)unpack_count(u, COLUMN_CATEGORY);
    f->fill = unpack_count(u, 1) == 1;
    f->n_levels = unpack_count(u, u->left);
    if ((f->type == COLUMN_CATEGORY) != (f->n_levels > 0))
        unpack_fail(u, "levels, just when it is a category");
    f->levels = ARENA_NEW(arena, const char *, u->failed ? 0 : f->n_levels);
    for (size_t k = 0; k < f->n_levels && !u->failed; k++) {
        f->levels[k] = unpack_name(u);
        if (k && strcmp(f->levels[k - 1], f->levels[k]) >= 0)
            unpack_fail(u, "levels in order");
    }
}

void features_load(struct features *f, struct unpack *u, struct arena *arena)
{
    size_t p = unpack_count(u, u->left / 4);

    *f = (struct features){ .at = ARENA_NEW(arena, struct feature, u->failed ? 0 : p) };
    while (f->p < p && !u->failed)
        load_feature(&f->at[f->p++], u, arena);
}
