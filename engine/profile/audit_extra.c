/* audit_extra.c - values with something before or behind them that others lack, see decorated.h. */
#include "profile/audit.h"
#include "profile/audit_texts.h"
#include "profile/decorated.h"

static void look_at(struct audit_context *a, size_t col)
{
    const struct coded_column *c = &a->coded->columns[col];
    struct decorated *list;
    struct arena scratch;

    arena_init(&scratch);
    size_t n = decorated_find(&list, c, &scratch);
    if (n) {
        struct audit_finding *f = audit_add(a, "extra", &col, 1);
        for (size_t k = 0; k < n; k++)
            audit_add_code(a, f, col, list[k].code, list[k].sure, list[k].right, false);
        f->says = "values with something before or behind them";
        audit_fix_repair(a, f, col, "extra");
    }
    arena_release(&scratch);
}

static int find_extras(struct audit_context *a, struct err *err)
{
    for (size_t j = 0; j < a->coded->n_cols; j++) {
        if (column_is_text(table_at(a->in->table, j)))
            look_at(a, j);
        if (job_tick(a->job, j + 1, a->coded->n_cols, err))
            return -1;
    }
    return 0;
}

const struct audit_kind audit_extra = {
    .name = "extra",
    .help = "values with something before or behind them that others lack",
    .weight = 0.75,
    .find = find_extras,
};
