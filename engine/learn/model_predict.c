/* model_predict.c - from a model and rows to probabilities, values and a table of them. */
#include "learn/model.h"

#include <string.h>

#include "base/mem.h"
#include "learn/model_parts.h"
#include "table/cell.h"

/* Rows whose features are in memory at a time. */
enum { BATCH_ROWS = 1 << 16 };

void prediction_release(struct prediction *p)
{
    matrix_release(&p->value);
    *p = (struct prediction){ 0 };
}

size_t prediction_class(const struct prediction *p, size_t i)
{
    size_t best = 0;

    for (size_t k = 1; k < p->n_classes; k++)
        if (matrix_col(&p->value, k)[i] > matrix_col(&p->value, best)[i])
            best = k;
    return best;
}

/* ---- prepared rows ---- */

static int predict_batch(struct matrix *out, const struct model *m, const struct table *t,
                         const uint32_t *rows, size_t n, struct err *err)
{
    struct matrix x;

    if (design_matrix(&x, m->features, m->p, model_flags(m), m->levels, t, rows, n, true, err))
        return -1;
    int rc = m->learner->predict(out, m->state, &x, err);
    matrix_release(&x);
    return rc;
}

static int predict_batches(struct matrix *value, const struct model *m, const struct table *t,
                           const uint32_t *rows, size_t n, struct job *job, struct err *err)
{
    uint32_t *batch = MEM_NEW(uint32_t, n < BATCH_ROWS ? n : BATCH_ROWS);
    int rc = 0;

    for (size_t at = 0; at < n && !rc; at += BATCH_ROWS) {
        size_t len = n - at < BATCH_ROWS ? n - at : BATCH_ROWS;
        for (size_t i = 0; i < len; i++)
            batch[i] = rows ? rows[at + i] : (uint32_t)(at + i);
        struct matrix part = { .n = len, .p = value->p, .ld = value->ld, .x = value->x + at };
        rc = predict_batch(&part, m, t, batch, len, err);
        if (!rc)
            rc = job_tick(job, at + len, n, err);
    }
    mem_free(batch);
    return rc;
}

int model_predict_prepared(struct prediction *out, const struct model *m, const struct table *t,
                           const uint32_t *rows, size_t n, struct job *job, struct err *err)
{
    struct prediction p = { .n_classes = m->target.n_classes };

    p.n = rows ? n : t->n_rows;
    size_t n_columns = task_outputs(m->target.task, p.n_classes);
    if (matrix_new(&p.value, p.n, n_columns, "the predictions", err))
        return -1;
    if (predict_batches(&p.value, m, t, rows, p.n, job, err)) {
        prediction_release(&p);
        return -1;
    }
    *out = p;
    return 0;
}

/* ---- raw rows ---- */

static int refuse_type(const struct model_column *want, const struct table *t, size_t col,
                       size_t n_lost, uint32_t row, struct err *err)
{
    return err_set(err, ERR_SHAPE,
                   "column %s is %s where the model was trained on %s, and %zu "
                   "values cannot be converted, first in row %zu",
                   want->name, column_type_name(table_at(t, col)->type),
                   column_type_name(want->type), n_lost, table_row_number(t, row));
}

/* The column as the type it had in training.  A file can look otherwise by chance: whole numbers
 * in a column of reals, or nothing but missing cells.  Reals in place of whole numbers stay. */
static int match_type(struct column **out, const struct model_column *want, const struct table *t,
                      size_t col, struct err *err)
{
    const struct column *c = table_at(t, col);
    size_t n_lost = 0;
    uint32_t lost = 0;

    if (c->type == want->type) {
        *out = column_ref(c);
        return 0;
    }
    if (column_cast(out, c, want->type, &n_lost, &lost, 1, err))
        return -1;
    if (n_lost == 0)
        return 0;
    column_unref(*out);
    if (want->type == COLUMN_INT && c->type == COLUMN_REAL) {
        *out = column_ref(c);
        return 0;
    }
    return refuse_type(want, t, col, n_lost, lost, err);
}

static int missing_column(struct column **out, enum column_type type, size_t n, struct err *err)
{
    struct column_builder b;

    builder_init(&b, type, n);
    for (size_t i = 0; i < n; i++)
        builder_add_missing(&b);
    return builder_finish(out, &b, err);
}

/* One column of the input as the recipe expects it.  A column that nothing reads may be absent;
 * steps that name it (drop it, say) then find it empty. */
static int match_column(struct column **out, const struct model_column *want,
                        const struct table *raw, struct err *err)
{
    int col = table_find(raw, want->name);

    if (col < 0 && want->needed)
        return err_set(err, ERR_SHAPE,
                       "column %s is missing from the data; the model was trained "
                       "with it (%s)",
                       want->name, column_type_name(want->type));
    if (col < 0 || (!want->needed && table_at(raw, (size_t)col)->type != want->type))
        return missing_column(out, want->type, raw->n_rows, err);
    return match_type(out, want, raw, (size_t)col, err);
}

/* The raw table with the model's input columns, in its order, and no others.  Rows keep the numbers
 * they have. */
static int match_schema(struct table **out, const struct model *m, const struct table *raw,
                        struct err *err)
{
    struct table *t = NULL, *next;

    /* from no columns, so that the origin of the rows stays */
    if (table_select(&t, raw, NULL, 0, err))
        return -1;
    for (size_t j = 0; j < m->n_inputs; j++) {
        struct column *c;
        if (match_column(&c, &m->inputs[j], raw, err) ||
            table_put(&next, t, m->inputs[j].name, c, err)) {
            table_unref(t);
            return -1;
        }
        table_unref(t);
        t = next;
    }
    *out = t;
    return 0;
}

int model_predict(struct prediction *out, const struct model *m, const struct table *raw,
                  struct job *job, struct err *err)
{
    struct table *input, *prepared;

    if (match_schema(&input, m, raw, err))
        return -1;
    int rc = fitted_apply(&prepared, m->fitted, input, job, err);
    table_unref(input);
    if (rc)
        return -1;
    rc = model_predict_prepared(out, m, prepared, NULL, 0, job, err);
    table_unref(prepared);
    return rc;
}

/* ---- what was expected ---- */

/* On from a table that has gone through `*done` steps; a step back begins anew. */
static int advance(struct table **t, size_t *done, size_t after, const struct table *input,
                   const struct model *m, struct job *job, struct err *err)
{
    struct table *next;
    size_t from = after >= *done && *t ? *done : 0;

    if (fitted_apply_some(&next, m->fitted, from, after, from ? *t : input, job, err))
        return -1;
    table_unref(*t);
    *t = next;
    *done = after;
    return 0;
}

int model_expected_tables(struct table ***out, const struct model *m, const struct table *raw,
                          struct job *job, struct err *err)
{
    const struct expectations *l = m->expectations;
    struct table *input = NULL, *t = NULL;
    size_t done = 0, n = 0;
    int rc = match_schema(&input, m, raw, err);

    *out = MEM_NEW(struct table *, l ? l->n + 1 : 1);
    for (; l && n < l->n && !rc; n++) {
        /* Before any step the data are looked at as they are. */
        if (l->after[n])
            rc = advance(&t, &done, l->after[n], input, m, job, err);
        if (!rc)
            (*out)[n] = table_ref(l->after[n] ? t : raw);
    }
    table_unref(input);
    table_unref(t);
    if (!rc)
        return 0;
    while (n-- > 0)
        table_unref((*out)[n]);
    mem_free(*out);
    return -1;
}

/* ---- as a table ---- */

static int row_column(struct column **out, const struct table *rows_of, size_t n, struct err *err)
{
    if (column_new(out, COLUMN_INT, n, NULL, err))
        return -1;
    for (size_t i = 0; i < n; i++)
        column_ints_mut(*out)[i] = (int64_t)table_row_number(rows_of, i);
    column_seal(*out);
    return 0;
}

static int real_column(struct column **out, const double *v, size_t n, struct err *err)
{
    if (column_new(out, COLUMN_REAL, n, NULL, err))
        return -1;
    memcpy(column_reals_mut(*out), v, n * sizeof(*v));
    column_seal(*out);
    return 0;
}

static int class_column(struct column **out, const struct prediction *p, const struct model *m,
                        struct err *err)
{
    struct column_builder b;

    builder_init(&b, COLUMN_CATEGORY, p->n);
    for (size_t i = 0; i < p->n; i++) {
        const char *name = m->target.classes[prediction_class(p, i)];
        builder_add_text(&b, name, strlen(name));
    }
    return builder_finish(out, &b, err);
}

static int cluster_column(struct column **out, const struct prediction *p, struct err *err)
{
    struct column_builder b;

    builder_init(&b, COLUMN_INT, p->n);
    for (size_t i = 0; i < p->n; i++) {
        double k = matrix_col(&p->value, 0)[i];
        if (k < 0)
            builder_add_missing(&b);
        else
            builder_add_int(&b, (int64_t)k);
    }
    return builder_finish(out, &b, err);
}

static int anomaly_columns(struct column **columns, const struct prediction *p, struct err *err)
{
    struct column_builder b;

    builder_init(&b, COLUMN_BOOL, p->n);
    for (size_t i = 0; i < p->n; i++)
        builder_add_int(&b, matrix_col(&p->value, 1)[i] != 0);
    if (builder_finish(&columns[0], &b, err))
        return -1;
    return real_column(&columns[1], matrix_col(&p->value, 0), p->n, err);
}

static int fill_columns(struct column **columns, const struct prediction *p, const struct model *m,
                        const struct table *rows_of, struct err *err)
{
    if (row_column(&columns[0], rows_of, p->n, err))
        return -1;
    if (m->target.task == TASK_CLUSTER)
        return cluster_column(&columns[1], p, err);
    if (m->target.task == TASK_ANOMALY)
        return anomaly_columns(columns + 1, p, err);
    if (p->n_classes == 0)
        return real_column(&columns[1], matrix_col(&p->value, 0), p->n, err);
    if (class_column(&columns[1], p, m, err))
        return -1;
    for (size_t k = 0; k < p->n_classes; k++)
        if (real_column(&columns[2 + k], matrix_col(&p->value, k), p->n, err))
            return -1;
    return 0;
}

int prediction_table(struct table **out, const struct prediction *p, const struct model *m,
                     const struct table *rows_of, struct err *err)
{
    struct arena arena;
    size_t n_cols = m->target.task == TASK_ANOMALY ? 3 : 2 + p->n_classes;

    arena_init(&arena);
    const char **names = ARENA_NEW(&arena, const char *, n_cols);
    struct column **columns = ARENA_NEW(&arena, struct column *, n_cols);
    names[0] = "row";
    names[1] = "prediction";
    if (m->target.task == TASK_ANOMALY)
        names[2] = "score";
    for (size_t k = 0; k < p->n_classes; k++)
        names[2 + k] = arena_printf(&arena, "p_%s", m->target.classes[k]);

    int rc = fill_columns(columns, p, m, rows_of, err);
    if (rc)
        for (size_t j = 0; j < n_cols; j++)
            column_unref(columns[j]);
    else
        rc = table_new(out, columns, names, n_cols, p->n, NULL, err);
    arena_release(&arena);
    return rc;
}
