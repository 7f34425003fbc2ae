/* audit_form.c - texts of another form than the rest of their column, see form.h. */
#include "profile/audit.h"
#include "profile/audit_texts.h"
#include "profile/form.h"

static uint32_t most_frequent(const struct coded_column *c)
{
    uint32_t top = 1;

    for (uint32_t v = 2; v <= c->n_values; v++)
        top = c->count[v] > c->count[top] ? v : top;
    return top;
}

static void look_at(struct audit_context *a, size_t col)
{
    const struct coded_column *c = &a->coded->columns[col];
    struct odd_form *odd;
    struct arena scratch;
    struct str usual;

    arena_init(&scratch);
    size_t n = form_find(&odd, c, &scratch);
    if (n) {
        struct audit_finding *f = audit_add(a, "form", &col, 1);
        for (size_t k = 0; k < n; k++)
            audit_add_code(a, f, col, odd[k].code, odd[k].sure, odd[k].right, false);
        str_init(&usual);
        form_show(&usual, coded_text(c, most_frequent(c)));
        f->says = audit_printf(a, "another form than %s and the like", usual.buf);
        str_release(&usual);
        audit_fix_repair(a, f, col, "form");
    }
    arena_release(&scratch);
}

static int find_forms(struct audit_context *a, struct err *err)
{
    for (size_t j = 0; j < a->coded->n_cols; j++) {
        if (a->coded->columns[j].n_values > 1 && column_is_text(table_at(a->in->table, j)))
            look_at(a, j);
        if (job_tick(a->job, j + 1, a->coded->n_cols, err))
            return -1;
    }
    return 0;
}

const struct audit_kind audit_form = {
    .name = "form",
    .help = "texts of another form than the rest of their column",
    .weight = 0.75,
    .find = find_forms,
};
