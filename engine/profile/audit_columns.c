/* audit_columns.c - columns that say nothing, or nothing but which row it is: constant, nearly
 * constant, identifiers. */
#include <string.h>
#include <strings.h>

#include "profile/audit.h"
#include "profile/audit_texts.h"

#define NEARLY      0.99
#define FEWEST_ROWS 20

static void drop_column(struct audit_context *a, struct audit_finding *f, size_t col)
{
    if (audit_is_target(a, col))
        return;
    f->fix.verb = "drop";
    audit_fix_arg(f, NULL, table_name(a->in->table, col));
}

/* Are all cells of the whole table like the one of the sample that was constant? */
static bool is_constant(const struct column *c)
{
    size_t first = 0;

    while (first < c->n_rows && column_missing(c, first))
        first++;
    for (size_t i = first + 1; i < c->n_rows; i++)
        if (!column_missing(c, i) && !column_cells_equal(c, i, c, first))
            return false;
    return true;
}

static void add_nearly(struct audit_context *a, size_t col, uint32_t top)
{
    const struct coded_column *c = &a->coded->columns[col];
    struct audit_finding *f = audit_add(a, "almost-constant", &col, 1);
    size_t there = a->coded->n_rows - c->count[0];

    for (size_t i = 0; i < a->coded->n_rows; i++)
        if (c->code[i] && c->code[i] != top)
            audit_add_row(a, f, coded_row(a->coded, i));
    f->count = f->n_rows;
    f->says = audit_printf(a, "%.4g %% of the cells are '%s'",
                           100 * (double)c->count[top] / (double)there,
                           audit_copy(a, coded_text(c, top)));
    drop_column(a, f, col);
}

static void look_for_constant(struct audit_context *a, size_t col)
{
    const struct coded_column *c = &a->coded->columns[col];
    const struct table *t = a->in->table;
    size_t there = a->coded->n_rows - c->count[0];
    uint32_t top = c->n_values ? 1 : 0;

    for (uint32_t v = 2; v <= c->n_values; v++)
        top = c->count[v] > c->count[top] ? v : top;
    if (t->n_rows < 2)
        return;
    if (c->n_values <= 1 && is_constant(table_at(t, col))) {
        struct audit_finding *f = audit_add(a, "constant", &col, 1);
        f->sampled = false;
        f->count = t->n_rows;
        f->says = top ? audit_printf(a, "every cell is '%s'", audit_copy(a, coded_text(c, top)))
                      : "every cell is missing";
        drop_column(a, f, col);
    } else if (there >= 100 && top && (double)c->count[top] >= NEARLY * (double)there) {
        add_nearly(a, col, top);
    }
}

/* Does the name end or begin in a word that identifiers have? */
static bool has_name_of_id(const char *name)
{
    static const char *const words[] = { "id",  "index", "key",    "uuid",     "guid",
                                         "row", "code",  "number", "rownames", "no" };
    size_t len = strlen(name);

    for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
        size_t n = strlen(words[k]);
        if (len < n)
            continue;
        bool apart = len == n || name[len - n - 1] == '_' || name[len - n - 1] == ' ' ||
                     name[len - n - 1] == '-' || (name[len - n] >= 'A' && name[len - n] <= 'Z');
        if (apart && strcasecmp(name + len - n, words[k]) == 0)
            return true;
    }
    return false;
}

static bool is_dense(const struct column *c)
{
    int64_t low = INT64_MAX, high = INT64_MIN;

    if (c->type != COLUMN_INT)
        return false;
    for (size_t i = 0; i < c->n_rows; i++) {
        int64_t v = column_ints(c)[i];
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    return (double)high - (double)low < 2 * (double)c->n_rows;
}

/* Every cell is there and none is there twice, and it is no amount. */
static void look_for_identifier(struct audit_context *a, size_t col)
{
    const struct coded_column *coded = &a->coded->columns[col];
    const struct column *c = table_at(a->in->table, col);

    if (coded->n_values < a->coded->n_rows || a->coded->n_rows < FEWEST_ROWS || c->n_missing ||
        c->type == COLUMN_REAL || c->type == COLUMN_DATE || c->type == COLUMN_TIMESTAMP ||
        audit_is_target(a, col))
        return;
    if (!column_is_text(c) && !is_dense(c) && !has_name_of_id(table_name(a->in->table, col)))
        return;
    if (a->sampled && column_n_distinct(c) < c->n_rows)
        return;
    struct audit_finding *f = audit_add(a, "identifier", &col, 1);
    f->sampled = false;
    f->count = c->n_rows;
    f->says = "every row has a value of its own";
    drop_column(a, f, col);
}

static int find_columns(struct audit_context *a, struct err *err)
{
    for (size_t j = 0; j < a->coded->n_cols; j++) {
        look_for_constant(a, j);
        look_for_identifier(a, j);
        if (job_tick(a->job, j + 1, a->coded->n_cols, err))
            return -1;
    }
    return 0;
}

const struct audit_kind audit_columns = {
    .name = "constant",
    .help = "columns that say nothing, or only which row it is",
    .weight = 0.4,
    .find = find_columns,
};
