/* workspace_audit.c - the audit of the table with what only the workspace knows. */
#include <stdlib.h>

#include "base/mem.h"
#include "workspace.h"

/* Table row of each original row (from 0), UINT32_MAX where it is gone; n_source. */
static uint32_t *rows_of_source(const struct table *t, size_t n_source, struct err *err)
{
    void *block;

    if (mem_big(&block, n_source, sizeof(uint32_t), "row numbers", err))
        return NULL;
    uint32_t *at = block;
    for (size_t i = 0; i < n_source; i++)
        at[i] = UINT32_MAX;
    for (size_t i = 0; i < t->n_rows; i++) {
        size_t row = table_row_number(t, i);
        if (row >= 1 && row <= n_source)
            at[row - 1] = (uint32_t)i;
    }
    return at;
}

/* The rejected cells that are still missing in the table, by its rows and columns; arena. */
static int odd_cells(struct audit_input *in, const struct workspace *ws, struct arena *arena,
                     struct err *err)
{
    const struct rejects *r = &ws->source->rejects;
    const struct table *source = ws->source->table, *t = in->table;
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++)
        n += r->list[i].kind == REJECT_VALUE && r->list[i].column >= 0;
    if (n == 0)
        return 0;
    uint32_t *rows = rows_of_source(t, source->n_rows, err);
    if (!rows)
        return -1;
    struct odd_cell *odd = ARENA_NEW(arena, struct odd_cell, n);
    for (size_t i = 0; i < r->n; i++) {
        const struct reject *x = &r->list[i];
        if (x->kind != REJECT_VALUE || x->column < 0 || (size_t)x->column >= source->n_cols ||
            x->row < 1 || x->row > source->n_rows || rows[x->row - 1] == UINT32_MAX)
            continue;
        int col = table_find(t, table_name(source, (size_t)x->column));
        if (col >= 0 && column_missing(table_at(t, (size_t)col), rows[x->row - 1]))
            odd[in->n_odd++] = (struct odd_cell){ rows[x->row - 1], (uint32_t)col, x->text };
    }
    in->odd = odd;
    mem_big_free(rows);
    return 0;
}

/* 1 for training rows, 0 for rows that are held out. */
static const uint8_t *parts_of(const struct workspace *ws, struct arena *arena)
{
    const struct table *t = workspace_table(ws);
    uint8_t *part = ARENA_NEW(arena, uint8_t, t->n_rows);

    for (size_t i = 0; i < t->n_rows; i++)
        part[i] = recipe_run_part(ws->run, i) == PART_TRAIN;
    return part;
}

int workspace_audit(struct audit *out, const struct workspace *ws, double sensitivity,
                    struct job *job, struct err *err)
{
    struct audit_input in = {
        .table = workspace_table(ws),
        .target = workspace_target(ws),
        .lessons = ws->lessons,
        .sensitivity = sensitivity,
    };
    struct target target;
    struct err ignored = { 0 };
    struct arena arena;

    arena_init(&arena);
    if (in.target && workspace_detect_target(&target, ws, &arena, &ignored) == 0)
        in.classes = target.n_classes > 0;
    if (ws->split)
        in.part = parts_of(ws, &arena);
    int rc = odd_cells(&in, ws, &arena, err);
    if (!rc)
        rc = audit_run(out, &in, job, err);
    arena_release(&arena);
    return rc;
}
