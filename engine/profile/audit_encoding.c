/* audit_encoding.c - texts whose encoding was mistaken, see mojibake.h. */
#include "profile/audit.h"
#include "profile/audit_texts.h"
#include "profile/mojibake.h"

static void look_at(struct audit_context *a, size_t col)
{
    const struct coded_column *c = &a->coded->columns[col];
    struct audit_finding *f = NULL;
    struct str was;

    str_init(&was);
    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct span s = coded_text(c, v);
        str_clear(&was);
        bool undone = mojibake_undo(&was, s);
        if (!undone && !mojibake_lost(s))
            continue;
        if (!f)
            f = audit_add(a, "encoding", &col, 1);
        audit_add_code(a, f, col, v, undone ? 0.95 : 0.8, undone ? was.buf : NULL, false);
    }
    str_release(&was);
    if (!f)
        return;
    f->says = "characters of a mistaken encoding";
    audit_fix_repair(a, f, col, "encoding");
}

static int find_encodings(struct audit_context *a, struct err *err)
{
    for (size_t j = 0; j < a->coded->n_cols; j++) {
        if (column_is_text(table_at(a->in->table, j)))
            look_at(a, j);
        if (job_tick(a->job, j + 1, a->coded->n_cols, err))
            return -1;
    }
    return 0;
}

const struct audit_kind audit_encoding = {
    .name = "encoding",
    .help = "characters of a mistaken encoding",
    .weight = 0.85,
    .find = find_encodings,
};
