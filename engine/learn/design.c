#include "learn/design.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"

int design_features(struct design *out, const struct table *t, const struct roles *roles,
                    const char *target, unsigned learner_flags, struct arena *arena,
                    struct err *err)
{
    struct design d = { .arena = arena, .names = ARENA_NEW(arena, const char *, t->n_cols) };

    for (size_t j = 0; j < t->n_cols; j++) {
        const char *name = table_name(t, j);
        if (roles_of(roles, name) == ROLE_FEATURE && (!target || strcmp(name, target) != 0))
            d.names[d.p++] = arena_strdup(arena, name);
    }
    if (d.p == 0 && !(learner_flags & LEARNER_BLIND))
        return err_set(err, ERR_DOMAIN,
                       "no column is left as a feature%s%s; "
                       "keep or derive one",
                       target ? " beside the target " : "", target ? target : "");
    *out = d;
    return 0;
}

/* ---- can this column be a feature ---- */

static int check_type(const struct column *c, const char *name, unsigned flags, struct err *err)
{
    switch (c->type) {
    case COLUMN_BOOL:
    case COLUMN_INT:
    case COLUMN_REAL:
        return 0;
    case COLUMN_CATEGORY:
        if (flags & LEARNER_CATEGORIES)
            return 0;
        return err_set(err, ERR_SHAPE,
                       "feature %s is a category, and the learner takes numbers; "
                       "encode %s, or drop %s",
                       name, name, name);
    case COLUMN_TEXT:
        return err_set(err, ERR_SHAPE,
                       "feature %s is text, and the learner takes numbers; "
                       "encode %s, or drop %s",
                       name, name, name);
    default:
        return err_set(err, ERR_SHAPE,
                       "feature %s is a %s, and the learner takes numbers; derive "
                       "a number from it, or drop %s",
                       name, column_type_name(c->type), name);
    }
}

/* ---- levels of categories ---- */

static void find_levels(struct levels *out, const struct column *c, const uint32_t *rows, size_t n,
                        struct arena *arena)
{
    size_t n_all = c->levels->n_rows;
    bool *present = MEM_NEW(bool, n_all);
    const char **text;

    for (size_t i = 0; i < n; i++) {
        size_t row = rows ? rows[i] : i;
        if (!column_missing(c, row))
            present[column_codes(c)[row]] = true;
    }
    for (size_t k = 0; k < n_all; k++)
        out->n += present[k];
    text = ARENA_NEW(arena, const char *, out->n);
    for (size_t k = 0, at = 0; k < n_all; k++) {
        struct span s = column_text(c->levels, k);
        if (present[k])
            text[at++] = arena_strndup(arena, s.at, s.len);
    }
    out->text = text;
    mem_free(present);
}

struct levels *design_levels(const char *const *names, size_t p, const struct table *t,
                             const uint32_t *rows, size_t n, struct arena *arena)
{
    struct levels *list = ARENA_NEW(arena, struct levels, p);

    for (size_t j = 0; j < p; j++) {
        int at = table_find(t, names[j]);
        const struct column *c = at < 0 ? NULL : table_at(t, (size_t)at);
        list[j].is_category = c && c->type == COLUMN_CATEGORY;
        if (list[j].is_category)
            find_levels(&list[j], c, rows, n, arena);
    }
    return list;
}

/* code (levels of c): which of the known levels each is; NAN when none. */
static double *map_codes(const struct column *c, const struct levels *known)
{
    size_t n = c->levels->n_rows, at = 0;
    double *code = MEM_NEW(double, n);

    for (size_t k = 0; k < n; k++) { /* both are in byte order */
        struct span s = column_text(c->levels, k);
        int order = -1;
        while (at < known->n && (order = span_compare(span_of(known->text[at]), s)) < 0)
            at++;
        code[k] = at < known->n && order == 0 ? (double)at : NAN;
    }
    return code;
}

/* ---- filling, a column at a time; what is wrong is counted there and told afterwards ---- */

struct fill {
    const struct column **columns; /* (p) */
    const struct levels *levels;   /* (p) */
    const uint32_t *rows;
    bool to_predict;
    struct matrix *x;
    size_t *n_bad,
        *first_bad; /* (p) cells that are missing or not finite; table row of the first */
};

static void fill_values(double *restrict x, const struct column *c, const uint32_t *rows, size_t n)
{
    if (c->type == COLUMN_REAL && !rows) {
        memcpy(x, column_reals(c), n * sizeof(double));
    } else if (c->type == COLUMN_REAL) {
        const double *v = column_reals(c);
        for (size_t i = 0; i < n; i++)
            x[i] = v[rows[i]];
    } else {
        for (size_t i = 0; i < n; i++)
            x[i] = column_number(c, rows ? rows[i] : i);
    }
}

static void fill_category(double *restrict x, const struct column *c, const struct levels *known,
                          const uint32_t *rows, size_t n)
{
    double *code = map_codes(c, known);

    for (size_t i = 0; i < n; i++) {
        size_t row = rows ? rows[i] : i;
        x[i] = column_missing(c, row) ? NAN : code[column_codes(c)[row]];
    }
    mem_free(code);
}

static void fill_column(struct fill *f, size_t j)
{
    const struct column *c = f->columns[j];
    double *x = matrix_col(f->x, j);
    size_t n = f->x->n, n_bad = 0;

    if (c->type == COLUMN_CATEGORY)
        fill_category(x, c, &f->levels[j], f->rows, n);
    else
        fill_values(x, c, f->rows, n);
    for (size_t i = 0; i < n && c->n_missing; i++)
        if (column_missing(c, f->rows ? f->rows[i] : i))
            x[i] = NAN;
    for (size_t i = 0; i < n; i++)
        n_bad += isfinite(x[i]) ? 0 : 1;
    f->n_bad[j] = n_bad;
    for (size_t i = 0; n_bad && i < n; i++)
        if (!isfinite(x[i])) {
            f->first_bad[j] = f->rows ? f->rows[i] : i;
            break;
        }
}

static void fill_columns(void *ctx, size_t begin, size_t end, size_t chunk)
{
    (void)chunk;
    for (size_t j = begin; j < end; j++)
        fill_column(ctx, j);
}

static int refuse_cells(const char *name, const struct table *t, const struct column *c,
                        size_t n_bad, size_t row, bool to_predict, struct err *err)
{
    char place[64] = "";
    size_t line = table_line(t, row);
    bool missing = column_missing(c, row);
    /* Rows to be predicted are never removed, so that only what changes cells helps. */
    const char *or_else = to_predict ? " before training"
                          : missing  ? ", or drop missing"
                                     : ", or filter such rows out";

    if (line)
        snprintf(place, sizeof(place), " (line %zu)", line);
    return err_set(err, ERR_DOMAIN, "%s is %s in %zu row%s%s, first row %zu%s; %s %s%s", name,
                   missing ? "missing" : "no finite number", n_bad, n_bad == 1 ? "" : "s",
                   to_predict ? " to be predicted" : "", table_row_number(t, row), place,
                   missing ? "impute" : "clip", name, or_else);
}

static int check_levels(const struct column *c, const char *name, const struct levels *known,
                        struct err *err)
{
    if (known->is_category == (c->type == COLUMN_CATEGORY))
        return 0;
    return err_set(err, ERR_SHAPE, "feature %s is %s, and the model was trained with %s; cast %s",
                   name, known->is_category ? "no category" : "a category",
                   known->is_category ? "one" : "numbers", name);
}

static int find_columns(const struct column **columns, const char *const *names, size_t p,
                        unsigned flags, const struct levels *levels, const struct table *t,
                        struct err *err)
{
    for (size_t j = 0; j < p; j++) {
        int at = table_find(t, names[j]);
        if (at < 0)
            return err_set(err, ERR_SHAPE,
                           "feature %s is not in the table; the model was trained "
                           "with it",
                           names[j]);
        columns[j] = table_at(t, (size_t)at);
        if (check_type(columns[j], names[j], flags, err) ||
            (levels && check_levels(columns[j], names[j], &levels[j], err)))
            return -1;
    }
    return 0;
}

static int fill_matrix(struct fill *f, const char *const *names, unsigned flags,
                       const struct table *t, struct err *err)
{
    parallel_for(f->x->p, matrix_columns_at_once(f->x), fill_columns, f);
    for (size_t j = 0; j < f->x->p; j++) {
        size_t row = f->first_bad[j];
        if (f->n_bad[j] && !(flags & LEARNER_MISSING))
            return refuse_cells(names[j], t, f->columns[j], f->n_bad[j], row, f->to_predict, err);
    }
    return 0;
}

int design_matrix(struct matrix *x, const char *const *names, size_t p, unsigned learner_flags,
                  const struct levels *levels, const struct table *t, const uint32_t *rows,
                  size_t n, bool to_predict, struct err *err)
{
    struct matrix m;

    if (!rows && n == 0)
        n = t->n_rows;
    if (learner_flags & LEARNER_BLIND)
        return matrix_new(x, n, 0, "the design matrix", err);

    struct fill f = { .columns = MEM_NEW(const struct column *, p),
                      .levels = levels,
                      .rows = rows,
                      .to_predict = to_predict,
                      .x = &m,
                      .n_bad = MEM_NEW(size_t, 2 * p) };
    f.first_bad = f.n_bad + p;
    int rc = find_columns(f.columns, names, p, learner_flags & ~(levels ? 0u : LEARNER_CATEGORIES),
                          levels, t, err);
    if (!rc)
        rc = matrix_new(&m, n, p, "the design matrix", err);
    if (!rc) {
        rc = fill_matrix(&f, names, learner_flags, t, err);
        if (rc)
            matrix_release(&m);
        else
            *x = m;
    }
    mem_free(f.columns);
    mem_free(f.n_bad);
    return rc;
}
