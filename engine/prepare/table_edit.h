/* table_edit.h - another set of columns over the same rows.
 *
 * Columns are listed one by one and become a table at the end, so that a step that changes many
 * columns does not copy the list of names once for each.
 */
#ifndef PREPARE_TABLE_EDIT_H
#define PREPARE_TABLE_EDIT_H

#include "table/table.h"

struct table_edit {
    const struct table *table;
    struct column **columns; /* (n) each holds a reference */
    const char **names;      /* (n) borrowed until edit_finish */
    size_t n, cap;
};

void edit_init(struct table_edit *e, const struct table *t); /* no columns yet */
void edit_init_all(struct table_edit *e, const struct table *t);
void edit_add(struct table_edit *e, const char *name, struct column *take);
void edit_put(struct table_edit *e, size_t i, struct column *take); /* replace the column at i */
/* The table; releases the edit, also on error.  ERR_SHAPE when a name is there twice. */
int edit_finish(struct table **out, struct table_edit *e, struct err *err);
void edit_release(struct table_edit *e);

#endif
