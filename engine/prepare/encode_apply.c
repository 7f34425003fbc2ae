#include <string.h>

#include "base/mem.h"
#include "prepare/step_columns.h"
#include "prepare/step_encode.h"
#include "prepare/table_edit.h"
#include "table/cell.h"

/* ---------------------------------------------------------------- from a cell to its new column */

static int32_t find_level(const struct encoding *e, struct span text)
{
    size_t low = 0, high = e->n_levels;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = span_compare(span_of(e->levels[middle]), text);
        if (order == 0)
            return (int32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* Categories are looked up once for each level, not once for each row. */
struct lookup {
    const struct encoding *encoding;
    const struct column *column; /* category or text */
    int32_t *slot;               /* category: by code; codes not seen are UNSEEN */
};
#define UNSEEN (-2)

static int32_t text_slot(const struct encoding *e, struct span text)
{
    int32_t level = find_level(e, text);

    return level < 0 ? UNSEEN : e->slot[level];
}

static void lookup_init(struct lookup *l, const struct encoding *e, const struct column *c)
{
    *l = (struct lookup){ .encoding = e, .column = c };
    if (c->type != COLUMN_CATEGORY)
        return;
    l->slot = MEM_NEW(int32_t, c->levels->n_rows);
    for (size_t k = 0; k < c->levels->n_rows; k++)
        l->slot[k] = text_slot(e, column_text(c->levels, k));
}

static int32_t cell_slot(const struct lookup *l, size_t i)
{
    const struct encoding *e = l->encoding;

    if (column_missing(l->column, i))
        return e->saw_missing ? e->missing : UNSEEN;
    return l->slot ? l->slot[column_codes(l->column)[i]] : text_slot(e, column_text(l->column, i));
}

/* ---------------------------------------------------------------- new columns */

static int refuse_unseen(const struct lookup *l, const struct table *t, size_t i, struct err *err)
{
    struct span text = column_span(l->column, i);
    size_t row = table_row_number(t, i);

    if (column_missing(l->column, i))
        return err_set(
            err, ERR_DOMAIN,
            "%s is missing in row %zu and never was in the rows learned from; impute it, "
            "or encode with unknown=zero",
            l->encoding->name, row);
    return err_set(err, ERR_DOMAIN,
                   "%s is '%.*s' in row %zu, which was not in the rows learned from; encode with "
                   "unknown=zero or unknown=bucket",
                   l->encoding->name, (int)text.len, text.at, row);
}

static int mark_cells(struct column **made, const struct lookup *l, const struct table *t,
                      int unknown, struct err *err)
{
    for (size_t i = 0; i < t->n_rows; i++) {
        int32_t slot = cell_slot(l, i);
        if (slot == UNSEEN && unknown == UNKNOWN_ERROR)
            return refuse_unseen(l, t, i, err);
        if (slot == UNSEEN)
            slot = unknown == UNKNOWN_BUCKET ? l->encoding->other : ENCODE_NONE;
        if (slot >= 0)
            column_ints_mut(made[slot])[i] = 1;
    }
    return 0;
}

static int new_columns(struct column **made, size_t n, size_t n_rows, struct err *err)
{
    for (size_t k = 0; k < n; k++) {
        if (column_new(&made[k], COLUMN_INT, n_rows, NULL, err) == 0)
            continue;
        while (k > 0)
            column_unref(made[--k]);
        return -1;
    }
    return 0;
}

static int add_encoded(struct table_edit *edit, const struct encoding *e, int unknown,
                       const struct table *t, const struct column *words, struct err *err)
{
    struct column **made = MEM_NEW(struct column *, e->n_columns);
    struct lookup l;

    if (new_columns(made, e->n_columns, t->n_rows, err)) {
        mem_free(made);
        return -1;
    }
    lookup_init(&l, e, words);
    int rc = mark_cells(made, &l, t, unknown, err);
    for (size_t k = 0; k < e->n_columns; k++) {
        column_seal(made[k]);
        if (rc)
            column_unref(made[k]);
        else
            edit_add(edit, e->columns[k], made[k]);
    }
    mem_free(l.slot);
    mem_free(made);
    return rc;
}

/* A bool, int or date column is encoded by the text of its cells. */
static int encode_column(struct table_edit *edit, const struct encoding *e, int unknown,
                         const struct table *t, size_t col, struct err *err)
{
    const struct column *c = table_at(t, col);
    struct column *words;
    size_t n_lost;

    if (column_is_text(c))
        return add_encoded(edit, e, unknown, t, c, err);
    if (column_cast(&words, c, COLUMN_CATEGORY, &n_lost, NULL, 0, err))
        return -1;
    int rc = add_encoded(edit, e, unknown, t, words, err);
    column_unref(words);
    return rc;
}

/* ---------------------------------------------------------------- the table */

static const struct encoding *encoding_of(const struct encode *s, const char *name)
{
    for (size_t k = 0; k < s->n; k++)
        if (strcmp(s->columns[k].name, name) == 0)
            return &s->columns[k];
    return NULL;
}

static int check_present(const struct encode *s, const struct step_input *in, struct err *err)
{
    size_t col;

    for (size_t k = 0; k < s->n; k++)
        if (step_learned_column(&col, in, s->columns[k].name, err) < 0)
            return -1;
    return 0;
}

int encode_apply(struct table **out, const void *state, const struct step_input *in,
                 struct job *job, struct err *err)
{
    const struct table *t = in->table;
    const struct encode *s = state;
    struct table_edit edit;
    int rc = check_present(s, in, err);

    edit_init(&edit, t);
    for (size_t j = 0; j < t->n_cols && !rc; j++) {
        const struct encoding *e = encoding_of(s, table_name(t, j));
        if (e)
            rc = encode_column(&edit, e, s->unknown, t, j, err);
        else
            edit_add(&edit, table_name(t, j), column_ref(table_at(t, j)));
        if (!rc)
            rc = job_tick(job, j + 1, t->n_cols, err);
    }
    if (rc) {
        edit_release(&edit);
        return -1;
    }
    return edit_finish(out, &edit, err);
}
