#include "prepare/step_edit.h"

#include "prepare/table_edit.h"

static int edit_listed(struct table_edit *edit, const struct step_input *in, const size_t *cols,
                       size_t n, step_edit_one *one, void *ctx, struct job *job, struct err *err)
{
    for (size_t k = 0; k < n; k++) {
        struct column *changed = NULL;
        if (one(&changed, table_at(in->table, cols[k]), table_name(in->table, cols[k]), ctx, job,
                err))
            return -1;
        if (changed)
            edit_put(edit, cols[k], changed);
        if (job_tick(job, k + 1, n, err))
            return -1;
    }
    return 0;
}

int step_edit_columns(struct table **out, const struct step_input *in,
                      const struct column_rule *rule, step_edit_one *one, void *ctx,
                      struct job *job, struct err *err)
{
    struct table_edit edit;
    struct arena arena;
    size_t *cols, n;

    arena_init(&arena);
    edit_init_all(&edit, in->table);
    int rc = step_columns(&cols, &n, in, "columns", rule, &arena, err);
    if (!rc)
        rc = edit_listed(&edit, in, cols, n, one, ctx, job, err);
    if (rc)
        edit_release(&edit);
    else
        rc = edit_finish(out, &edit, err);
    arena_release(&arena);
    return rc;
}

int step_choose_columns(struct table **out, const struct step_input *in, step_choose *choose,
                        struct err *err)
{
    const struct column_rule any = { 0 };
    struct arena arena;
    size_t *named, n_named, n_kept = 0;

    arena_init(&arena);
    size_t *kept = ARENA_NEW(&arena, size_t, in->table->n_cols);
    int rc = step_columns(&named, &n_named, in, "columns", &any, &arena, err);
    if (!rc)
        rc = choose(kept, &n_kept, in, named, n_named, err);
    if (!rc)
        rc = table_select(out, in->table, kept, n_kept, err);
    arena_release(&arena);
    return rc;
}
