/* step_unite.c - several columns to one text. */
#include <string.h>

#include "prepare/step_columns.h"
#include "prepare/table_edit.h"
#include "table/cell.h"

static const struct param_spec unite_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the columns, in the order in which they are written" },
    { .name = "into",
      .type = PARAM_NAME,
      .flags = PARAM_REQUIRED,
      .help = "name of the new column" },
    { .name = "sep", .type = PARAM_TEXT, .fallback = "_", .help = "the text between the pieces" },
    { .name = "keep", .type = PARAM_FLAG, .fallback = "no", .help = "keep the columns too" },
    { .name = NULL },
};

#define ROWS_PER_TICK 65536

static int unite_rows(struct column_builder *b, const struct step_input *in, const size_t *cols,
                      size_t n, struct job *job, struct err *err)
{
    const char *sep = params_text(in->params, "sep");
    struct str text;
    int rc = 0;

    str_init(&text);
    for (size_t i = 0; i < in->table->n_rows && !rc; i++) {
        bool any = false;
        str_clear(&text);
        for (size_t k = 0; k < n; k++) {
            const struct column *c = table_at(in->table, cols[k]);
            if (column_missing(c, i))
                continue;
            if (any)
                str_add(&text, sep);
            cell_text(&text, c, i);
            any = true;
        }
        if (any)
            builder_add_text(b, text.buf, text.len);
        else
            builder_add_missing(b);
        if (i % ROWS_PER_TICK == 0)
            rc = job_tick(job, i, in->table->n_rows, err);
    }
    str_release(&text);
    return rc;
}

static bool is_listed(const size_t *cols, size_t n, size_t col)
{
    size_t k = 0;

    while (k < n && cols[k] != col)
        k++;
    return k < n;
}

/* The new column stands where the first of them stood. */
static int put_united(struct table **out, const struct step_input *in, const size_t *cols, size_t n,
                      struct column *take, struct err *err)
{
    bool keep = params_flag(in->params, "keep");
    struct table_edit edit;
    size_t first = SIZE_MAX;

    for (size_t k = 0; k < n; k++)
        first = cols[k] < first ? cols[k] : first;
    edit_init(&edit, in->table);
    for (size_t j = 0; j < in->table->n_cols; j++) {
        if (j == first)
            edit_add(&edit, params_text(in->params, "into"), take);
        if (keep || !is_listed(cols, n, j))
            edit_add(&edit, table_name(in->table, j), column_ref(table_at(in->table, j)));
    }
    return edit_finish(out, &edit, err);
}

static int check_roles(const struct step_input *in, const size_t *cols, size_t n, struct err *err)
{
    for (size_t k = 0; k < n; k++) {
        const char *name = table_name(in->table, cols[k]);
        enum role role = roles_of(in->roles, name);
        if (role != ROLE_FEATURE)
            return err_set(err, ERR_USAGE, "%s has a role (%s); unite it before it is given one",
                           name, role_name(role));
    }
    return 0;
}

/* `columns` in the order written; a pattern's in the order of the table. */
static int columns_in_order(size_t **out, size_t *n, const struct step_input *in,
                            struct arena *arena, struct err *err)
{
    const struct param_value *v = params_value(in->params, "columns");
    const struct column_rule any = { 0 };
    size_t *found, n_found;

    if (step_columns(&found, &n_found, in, "columns", &any, arena, err))
        return -1;
    *out = ARENA_NEW(arena, size_t, n_found);
    *n = 0;
    for (size_t k = 0; k < v->n_list; k++) {
        int col = table_find(in->table, v->list[k]);
        if (col >= 0 && !is_listed(*out, *n, (size_t)col))
            (*out)[(*n)++] = (size_t)col;
    }
    for (size_t k = 0; k < n_found; k++)
        if (!is_listed(*out, *n, found[k]))
            (*out)[(*n)++] = found[k];
    return 0;
}

/* New rows that lack one of the columns have no united one either. */
static bool lacks_some(const struct step_input *in)
{
    const struct param_value *v = params_value(in->params, "columns");

    for (size_t k = 0; k < v->n_list && in->new_rows; k++)
        if (table_find(in->table, v->list[k]) < 0 && strcmp(v->list[k], "all") != 0 &&
            !strpbrk(v->list[k], "*?["))
            return true;
    return false;
}

static int unite_columns(struct table **out, const struct step_input *in, const size_t *cols,
                         size_t n, struct job *job, struct err *err)
{
    struct column_builder b;
    struct column *united;
    bool levels = true;

    for (size_t k = 0; k < n; k++)
        levels = levels && table_at(in->table, cols[k])->type == COLUMN_CATEGORY;
    builder_init(&b, levels ? COLUMN_CATEGORY : COLUMN_TEXT, in->table->n_rows);
    if (unite_rows(&b, in, cols, n, job, err)) {
        builder_release(&b);
        return -1;
    }
    return builder_finish(&united, &b, err) || put_united(out, in, cols, n, united, err) ? -1 : 0;
}

static int unite_apply(struct table **out, const void *state, const struct step_input *in,
                       struct job *job, struct err *err)
{
    struct arena arena;
    size_t *cols, n;

    (void)state;
    if (lacks_some(in)) {
        *out = table_ref(in->table);
        return 0;
    }
    arena_init(&arena);
    int rc = columns_in_order(&cols, &n, in, &arena, err);
    if (!rc)
        rc = check_roles(in, cols, n, err);
    if (!rc && n == 0)
        *out = table_ref(in->table);
    else if (!rc)
        rc = unite_columns(out, in, cols, n, job, err);
    arena_release(&arena);
    return rc;
}

const struct step_kind step_unite = {
    .name = "unite",
    .help = "make one text of several columns",
    .details =
        "Cells are written as they would be into a file, with `sep` between them; missing ones are "
        "left out, and where all are the result is missing. Categories make a category, anything "
        "else a text. The new column stands in the place of the first one; the others go unless "
        "keep=yes. A column with a role must be united before it gets it.",
    .example = "unite island species into=place sep=/",
    .scope = STEP_ROW_WISE,
    .params = unite_params,
    .apply = unite_apply,
};
