#include "profile/profile.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/text.h"
#include "profile/profile_parts.h"
#include "table/cell.h"

static bool has_order(enum column_type type) /* quantiles make sense */
{
    return type == COLUMN_INT || type == COLUMN_REAL || type == COLUMN_DATE ||
           type == COLUMN_TIMESTAMP;
}

int profile_column(struct profile_column *out, const struct column *c, struct err *err)
{
    struct profile_column p = {
        .type = c->type,
        .count = c->n_rows - c->n_missing,
        .missing = c->n_missing,
        .mean = NAN,
        .std = NAN,
        .min = NAN,
        .q25 = NAN,
        .median = NAN,
        .q75 = NAN,
        .max = NAN,
        .skew = NAN,
        .kurtosis = NAN,
    };

    if (has_order(c->type) ? profile_numbers(&p, c, err) : profile_words(&p, c, err))
        return -1;
    if (p.n_tops) {
        p.top_row = p.tops[0].row;
        p.top_count = p.tops[0].count;
    }
    *out = p;
    return 0;
}

/* ---------------------------------------------------------------- tables */

/* Columns beside each other, the dearest first, so that no thread is left with one at the end. */
struct team {
    const struct table *table;
    struct profile_column *columns;
    const size_t *order;
    struct job *jobs; /* by place in order */
    struct err *errs;
    int *failed;
};

static void describe_one(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct team *team = ctx;
    size_t j = team->order[chunk];

    (void)begin;
    (void)end;
    if (job_tick(&team->jobs[chunk], 0, 1, &team->errs[chunk]) ||
        profile_column(&team->columns[j], table_at(team->table, j), &team->errs[chunk]) ||
        job_tick(&team->jobs[chunk], 1, 1, &team->errs[chunk]))
        team->failed[chunk] = -1;
}

/* What a column of the type costs beside the others. */
static int cost_of(const struct column *c)
{
    static const int costs[COLUMN_N_TYPES] = {
        [COLUMN_REAL] = 4, [COLUMN_TIMESTAMP] = 4, [COLUMN_TEXT] = 5,
        [COLUMN_INT] = 3,  [COLUMN_DATE] = 2,      [COLUMN_CATEGORY] = 1
    };
    return costs[c->type];
}

static void order_columns(size_t *order, const struct table *t)
{
    size_t n = 0;

    for (int cost = 5; cost >= 0; cost--)
        for (size_t j = 0; j < t->n_cols; j++)
            if (cost_of(table_at(t, j)) == cost)
                order[n++] = j;
}

int profile_table(struct profile *out, const struct table *t, struct job *job, struct err *err)
{
    struct profile p = { .n_rows = t->n_rows, .n_cols = t->n_cols };
    struct arena arena;
    int rc = 0;

    arena_init(&p.arena);
    arena_init(&arena);
    p.columns = ARENA_NEW(&p.arena, struct profile_column, t->n_cols);
    size_t *order = ARENA_NEW(&arena, size_t, t->n_cols);
    order_columns(order, t);
    struct team team = { .table = t,
                         .columns = p.columns,
                         .order = order,
                         .jobs = ARENA_NEW(&arena, struct job, t->n_cols),
                         .errs = ARENA_NEW(&arena, struct err, t->n_cols),
                         .failed = ARENA_NEW(&arena, int, t->n_cols) };
    for (size_t k = 0; k < t->n_cols; k++)
        job_inner(&team.jobs[k], job, t->n_cols);
    parallel_for(t->n_cols, 1, describe_one, &team);
    for (size_t k = 0; k < t->n_cols && !rc; k++) {
        rc = team.failed[k];
        if (rc && err)
            *err = team.errs[k];
    }
    for (size_t j = 0; j < t->n_cols && !rc; j++)
        p.columns[j].name = arena_strdup(&p.arena, table_name(t, j));
    arena_release(&arena);
    if (rc)
        arena_release(&p.arena);
    else
        *out = p;
    return rc;
}

void profile_release(struct profile *p)
{
    arena_release(&p->arena);
    *p = (struct profile){ 0 };
}

static void show_time(struct str *out, enum column_type type, double value, int digits)
{
    struct column *cell;

    if (column_new(&cell, type, 1, NULL, NULL))
        return;
    if (type == COLUMN_DATE)
        column_codes_mut(cell)[0] = (int32_t)floor(value);
    else
        column_ints_mut(cell)[0] = (int64_t)value;
    column_seal(cell);
    cell_show(out, cell, 0, digits, "");
    column_unref(cell);
}

void profile_show(struct str *out, const struct profile_column *p, double value, int digits)
{
    char buf[TEXT_REAL_SIZE];

    if (isnan(value))
        return;
    if (p->type == COLUMN_DATE || p->type == COLUMN_TIMESTAMP)
        show_time(out, p->type, value, digits);
    else
        str_add(out, text_real_short(buf, value, digits));
}
