/* step_dedupe.c - copies of rows, exact ones and near ones. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "prepare/near_rows.h"
#include "prepare/row_groups.h"
#include "prepare/step_columns.h"

enum { KEEP_FIRST, KEEP_LAST, KEEP_COMPLETE, KEEP_NEWEST };

static const char *const dedupe_keeps[] = { "first", "last", "most-complete", "newest", NULL };

static const struct param_spec dedupe_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "rows that agree in these are copies" },
    { .name = "keep",
      .type = PARAM_CHOICE,
      .choices = dedupe_keeps,
      .fallback = "first",
      .help = "which of the copies stays; newest: the largest value of order=" },
    { .name = "order", .type = PARAM_COLUMN, .help = "keep=newest: a column of dates or numbers" },
    { .name = "near",
      .type = PARAM_REAL,
      .min = 0,
      .max = 1,
      .flags = PARAM_OPEN_MIN,
      .help = "also rows that are alike to that degree, 0.9 say" },
    { .name = "by", .type = PARAM_COLUMNS, .help = "near=: columns that must agree all the same" },
    { .name = "tolerance",
      .type = PARAM_REAL,
      .min = 0,
      .max = 0.5,
      .help = "near=: numbers that differ by no more than that share are alike" },
    { .name = NULL },
};

#define ROWS_PER_TICK 65536

/* ---------------------------------------------------------------- which one stays */

struct preference {
    double value; /* the higher the better */
    uint32_t row;
};

static int by_preference(const void *a, const void *b)
{
    const struct preference *x = a, *y = b;

    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static double n_present(const struct table *t, size_t row)
{
    size_t n = 0;

    for (size_t j = 0; j < t->n_cols; j++)
        n += !column_missing(table_at(t, j), row);
    return (double)n;
}

/* What keep= prefers in a row. */
static double preferred(const struct step_input *in, int rule, size_t order, size_t row)
{
    const struct column *c = order < in->table->n_cols ? table_at(in->table, order) : NULL;

    if (rule == KEEP_LAST)
        return (double)row;
    if (rule == KEEP_COMPLETE)
        return n_present(in->table, row);
    if (rule == KEEP_NEWEST) {
        double v = column_missing(c, row) ? -INFINITY : column_number(c, row);
        return isnan(v) ? -INFINITY : v;
    }
    return 0;
}

static int find_order(size_t *order, const struct step_input *in, int rule, struct err *err)
{
    bool given = params_value(in->params, "order")->set;

    *order = SIZE_MAX;
    if (given != (rule == KEEP_NEWEST))
        return err_set(err, ERR_USAGE,
                       "keep=newest and order= go together: order= names the "
                       "column that says what is new");
    if (!given)
        return 0;
    if (step_column(order, in, "order", err))
        return -1;
    if (column_is_text(table_at(in->table, *order)))
        return err_set(
            err, ERR_SHAPE, "%s is %s; order= takes dates, timestamps or numbers, so cast it first",
            params_text(in->params, "order"), step_type_words(table_at(in->table, *order)->type));
    return 0;
}

/* Rows, the most preferred first; *out is a large block. */
static int order_rows(uint32_t **out, const struct step_input *in, struct err *err)
{
    int rule = params_choice(in->params, "keep");
    size_t order, n = step_n_rows(in);
    void *rows, *sorted;

    if (find_order(&order, in, rule, err) ||
        mem_big(&rows, n, sizeof(uint32_t), "the order of rows", err))
        return -1;
    *out = rows;
    if (rule == KEEP_FIRST) {
        for (size_t i = 0; i < n; i++)
            (*out)[i] = (uint32_t)step_row(in, i);
        return 0;
    }
    if (mem_big(&sorted, n, sizeof(struct preference), "the order of rows", err)) {
        mem_big_free(rows);
        return -1;
    }
    struct preference *p = sorted;
    for (size_t i = 0; i < n; i++) {
        p[i].row = (uint32_t)step_row(in, i);
        p[i].value = preferred(in, rule, order, p[i].row);
    }
    qsort(p, n, sizeof(*p), by_preference);
    for (size_t i = 0; i < n; i++)
        (*out)[i] = p[i].row;
    mem_big_free(sorted);
    return 0;
}

/* ---------------------------------------------------------------- marking */

static int mark_copies(uint8_t *keep, const struct near_request *req, const struct step_input *in,
                       struct job *job, struct err *err)
{
    struct row_groups groups;
    int rc = row_groups_init(&groups, in->table, req->cols, req->n_cols, req->n, err);

    for (size_t i = 0; i < req->n && !rc; i++) {
        size_t row = req->order[i], first = row_groups_first(&groups, row);
        keep[row] = first == row;
        if (first != row && in->stands_for)
            in->stands_for[row] = (uint32_t)first;
        if (i % ROWS_PER_TICK == 0)
            rc = job_tick(job, i, req->n, err);
    }
    row_groups_release(&groups);
    return rc;
}

static int mark_near(uint8_t *keep, const struct near_request *req, const struct step_input *in,
                     struct job *job, struct err *err)
{
    void *room = NULL;

    if (in->stands_for)
        return near_rows(keep, in->stands_for, req, job, err);
    if (mem_big(&room, in->table->n_rows, sizeof(uint32_t), "removed rows", err))
        return -1;
    int rc = near_rows(keep, room, req, job, err);
    mem_big_free(room);
    return rc;
}

/* by= is left out of what is compared, unless it is compared by name. */
static void leave_out_by(struct near_request *req, size_t *cols, const struct step_input *in)
{
    size_t n = 0;

    for (size_t k = 0; k < req->n_cols; k++) {
        bool is_by = false;
        for (size_t m = 0; m < req->n_by; m++)
            is_by = is_by || req->by[m] == cols[k];
        if (!is_by || step_named(in, "columns", table_name(in->table, cols[k])))
            cols[n++] = cols[k];
    }
    req->n_cols = n;
}

static int ask(struct near_request *req, const struct step_input *in, struct arena *arena,
               struct err *err)
{
    const struct column_rule any = { .with_roles = true };
    const struct param_value *near = params_value(in->params, "near");
    const struct param_value *tolerance = params_value(in->params, "tolerance");
    bool by = params_value(in->params, "by")->set;
    size_t *cols, *keys;

    *req = (struct near_request){ .table = in->table, .n = step_n_rows(in) };
    req->near = near->set ? near->real : 0;
    req->tolerance = tolerance->set ? tolerance->real : 0;
    if (!near->set && (by || tolerance->set))
        return err_set(err, ERR_USAGE,
                       "%s= goes with near=; exact copies agree in the columns "
                       "that are named",
                       by ? "by" : "tolerance");
    if (step_columns(&cols, &req->n_cols, in, "columns", &any, arena, err))
        return -1;
    req->cols = cols;
    if (by) {
        if (step_columns(&keys, &req->n_by, in, "by", &any, arena, err))
            return -1;
        req->by = keys;
        leave_out_by(req, cols, in);
    }
    return 0;
}

static int dedupe_keep(uint8_t *keep, const struct step_input *in, struct job *job, struct err *err)
{
    struct near_request req;
    struct arena arena;
    uint32_t *order = NULL;

    arena_init(&arena);
    int rc = ask(&req, in, &arena, err);
    if (!rc)
        rc = order_rows(&order, in, err);
    req.order = order;
    if (!rc)
        rc = req.near > 0 ? mark_near(keep, &req, in, job, err)
                          : mark_copies(keep, &req, in, job, err);
    mem_big_free(order);
    arena_release(&arena);
    return rc;
}

const struct step_kind step_dedupe = {
    .name = "dedupe",
    .help = "remove copies of rows, exact or near ones",
    .details =
        "Rows are copies when they agree in the columns named, all columns by default, the "
        "target too; missing agrees with missing. The first stays, or by keep= the last, the one "
        "with the fewest missing cells in the whole table, or the newest by order=; among equals "
        "the first. With near= rows that are alike are "
        "copies, too: the mean over columns of how alike the cells are, where text counts one "
        "less its share of wrong letters (long text: shared pieces of three letters), case, marks "
        "and "
        "punctuation aside, numbers are alike or not to the tolerance, and a value "
        "against a missing one counts a half. by= names columns that must agree, and makes it "
        "faster. Each "
        "removed row is near the one that stays; the report lists them by group. Candidates come "
        "from MinHash signatures, so that among very many rows some that are barely near are "
        "missed. Rows to be predicted are never removed and never make another a copy.",
    .example = "dedupe",
    .scope = STEP_ROWS,
    .params = dedupe_params,
    .keep = dedupe_keep,
};
