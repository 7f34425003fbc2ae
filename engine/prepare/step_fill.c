/* step_fill.c - missing cells take the value of the row above or below: a report's layout undone. */
#include <string.h>

#include "base/mem.h"
#include "prepare/row_groups.h"
#include "prepare/step_columns.h"
#include "prepare/table_edit.h"

enum { FILL_DOWN, FILL_UP };

static const char *const fill_directions[] = { "down", "up", NULL };

static const struct param_spec fill_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "columns with missing cells to fill" },
    { .name = "direction",
      .type = PARAM_CHOICE,
      .choices = fill_directions,
      .fallback = "down",
      .help = "down: from the row above; up: from the row below" },
    { .name = "by", .type = PARAM_COLUMNS, .help = "only from rows that agree in these columns" },
    { .name = "limit",
      .type = PARAM_INT,
      .min = 0,
      .max = 4e9,
      .fallback = "0",
      .help = "cells to fill in a run at most; 0: all" },
    { .name = NULL },
};

#define ROWS_PER_TICK 65536

/* Scratch for one column after the other; all (n) rows. */
struct filling {
    size_t n;
    bool up;
    size_t limit;
    uint32_t *group; /* first row of each row's group; NULL: all rows are one */
    uint32_t *last;  /* by group: the last row with a value, + 1 */
    uint32_t *run;   /* by group: filled since then */
    uint32_t *from;  /* the row that each row's value comes from */
};

static void filling_release(struct filling *f)
{
    mem_big_free(f->group);
    mem_big_free(f->last);
    mem_big_free(f->run);
    mem_big_free(f->from);
}

static int rows_new(uint32_t **out, size_t n, struct err *err)
{
    void *block;

    if (mem_big(&block, n, sizeof(uint32_t), "the rows to fill from", err))
        return -1;
    *out = block;
    return 0;
}

static int find_groups(struct filling *f, const struct step_input *in, struct arena *arena,
                       struct err *err)
{
    const struct column_rule any = { .with_roles = true };
    struct row_groups groups;
    size_t *cols, n_cols;

    if (!params_value(in->params, "by")->set)
        return 0;
    if (step_columns(&cols, &n_cols, in, "by", &any, arena, err) ||
        row_groups_init(&groups, in->table, cols, n_cols, f->n, err))
        return -1;
    int rc = rows_new(&f->group, f->n, err);
    for (size_t i = 0; i < f->n && !rc; i++)
        f->group[i] = (uint32_t)row_groups_first(&groups, i);
    row_groups_release(&groups);
    return rc;
}

static int filling_init(struct filling *f, const struct step_input *in, struct arena *arena,
                        struct err *err)
{
    *f = (struct filling){ .n = in->table->n_rows,
                           .up = params_choice(in->params, "direction") == FILL_UP,
                           .limit = (size_t)params_int(in->params, "limit") };
    if (find_groups(f, in, arena, err) || rows_new(&f->last, f->n + 1, err) ||
        rows_new(&f->run, f->n + 1, err) || rows_new(&f->from, f->n, err)) {
        filling_release(f);
        return -1;
    }
    return 0;
}

/* False when nothing was filled. */
static bool find_sources(struct filling *f, const struct column *c)
{
    bool filled = false;

    memset(f->last, 0, (f->n + 1) * sizeof(*f->last));
    memset(f->run, 0, (f->n + 1) * sizeof(*f->run));
    for (size_t k = 0; k < f->n; k++) {
        size_t i = f->up ? f->n - 1 - k : k, g = f->group ? f->group[i] : 0;
        f->from[i] = (uint32_t)i;
        if (!column_missing(c, i)) {
            f->last[g] = (uint32_t)i + 1;
            f->run[g] = 0;
        } else if (f->last[g] && (!f->limit || f->run[g] < f->limit)) {
            f->from[i] = f->last[g] - 1;
            f->run[g]++;
            filled = true;
        }
    }
    return filled;
}

static int fill_columns(struct table_edit *edit, struct filling *f, const struct step_input *in,
                        const size_t *cols, size_t n, struct job *job, struct err *err)
{
    for (size_t k = 0; k < n; k++) {
        const struct column *c = table_at(in->table, cols[k]);
        struct column *filled;
        if (job_tick(job, k, n, err))
            return -1;
        if (!c->n_missing || !find_sources(f, c))
            continue;
        if (column_take(&filled, c, f->from, f->n, err))
            return -1;
        edit_put(edit, cols[k], filled);
    }
    return 0;
}

static int check_target(const struct step_input *in, const size_t *cols, size_t n, struct err *err)
{
    for (size_t k = 0; k < n; k++)
        if (roles_of(in->roles, table_name(in->table, cols[k])) == ROLE_TARGET)
            return err_set(err, ERR_USAGE,
                           "%s is the target, and what one row is to be predicted must not come "
                           "from another; name other columns",
                           table_name(in->table, cols[k]));
    return 0;
}

static int fill_apply(struct table **out, const void *state, const struct step_input *in,
                      struct job *job, struct err *err)
{
    const struct column_rule any = { 0 };
    struct filling f = { 0 };
    struct table_edit edit;
    struct arena arena;
    size_t *cols, n;

    (void)state;
    arena_init(&arena);
    edit_init_all(&edit, in->table);
    int rc = step_columns(&cols, &n, in, "columns", &any, &arena, err);
    if (!rc)
        rc = check_target(in, cols, n, err);
    if (!rc && !(rc = filling_init(&f, in, &arena, err))) {
        rc = fill_columns(&edit, &f, in, cols, n, job, err);
        filling_release(&f);
    }
    if (rc)
        edit_release(&edit);
    else
        rc = edit_finish(out, &edit, err);
    arena_release(&arena);
    return rc;
}

const struct step_kind step_fill = {
    .name = "fill",
    .help = "fill missing cells from the row above or below",
    .details =
        "For tables in which a value is written once and stands for the rows that follow, as in a "
        "report. A cell takes the nearest value above it (below with direction=up), within the "
        "rows that agree in `by`; without one it stays missing. What is filled depends on the "
        "order of the rows and on the rows around, so this is no step that acts on a row alone, "
        "nor one that learns: it says how the file is laid out. It therefore belongs to the "
        "sample: it stands before the split and before any step that learns, acts on all rows at "
        "once, and is the same in every fold. New rows are filled from new rows, in their order, "
        "never from those the model was trained on. The target is never filled.",
    .example = "fill sex direction=down by=species",
    .scope = STEP_ROW_WISE,
    .flags = STEP_LOOKS_AROUND,
    .params = fill_params,
    .apply = fill_apply,
};
