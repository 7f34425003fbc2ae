#include "prepare/table_edit.h"

#include <assert.h>

#include "base/mem.h"

void edit_init(struct table_edit *e, const struct table *t)
{
    *e = (struct table_edit){ .table = t };
}

void edit_init_all(struct table_edit *e, const struct table *t)
{
    edit_init(e, t);
    for (size_t j = 0; j < t->n_cols; j++)
        edit_add(e, table_name(t, j), column_ref(table_at(t, j)));
}

void edit_add(struct table_edit *e, const char *name, struct column *take)
{
    if (e->n == e->cap) {
        e->cap = e->cap ? e->cap * 2 : 16;
        e->columns = mem_resize(e->columns, e->cap, sizeof(*e->columns));
        e->names = mem_resize(e->names, e->cap, sizeof(*e->names));
    }
    e->columns[e->n] = take;
    e->names[e->n++] = name;
}

void edit_put(struct table_edit *e, size_t i, struct column *take)
{
    assert(i < e->n);
    column_unref(e->columns[i]);
    e->columns[i] = take;
}

void edit_release(struct table_edit *e)
{
    for (size_t i = 0; i < e->n; i++)
        column_unref(e->columns[i]);
    mem_free(e->columns);
    mem_free(e->names);
    *e = (struct table_edit){ 0 };
}

int edit_finish(struct table **out, struct table_edit *e, struct err *err)
{
    int rc = table_with_columns(out, e->table, e->columns, e->names, e->n, err);

    e->n = 0; /* the references went with the call */
    edit_release(e);
    return rc;
}
