/* audit_spelling.c - different spellings of one value, see spelling.h. */
#include "base/mem.h"
#include "base/parallel.h"
#include "profile/audit.h"
#include "profile/audit_texts.h"
#include "profile/spelling.h"

struct column_search {
    const struct coded *coded;
    struct spelling **lists; /* (n_cols) */
    size_t *n;
    struct arena *arenas;
};

static void search_columns(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct column_search *s = ctx;

    (void)chunk;
    for (size_t j = begin; j < end; j++)
        s->n[j] = spelling_find(&s->lists[j], &s->coded->columns[j], &s->arenas[j]);
}

static void add_finding(struct audit_context *a, size_t col, const struct spelling *list, size_t n)
{
    const struct coded_column *c = &a->coded->columns[col];
    struct audit_finding *f = audit_add(a, "spelling", &col, 1);
    uint32_t *at = MEM_NEW(uint32_t, (size_t)c->n_values + 1);

    for (size_t k = 0; k < n; k++)
        at[list[k].code] = (uint32_t)k + 1;
    for (size_t i = 0; i < a->coded->n_rows; i++) {
        uint32_t k = at[c->code[i]];
        if (k)
            audit_add_cell(a, f, coded_row(a->coded, i), col, list[k - 1].sure,
                           coded_text(c, c->code[i]), list[k - 1].right, false);
    }
    mem_free(at);
    f->says = audit_printf(a, "%zu spelling%s of frequent values", n, n == 1 ? "" : "s");
    audit_fix_repair(a, f, col, "spelling");
}

static int find_spellings(struct audit_context *a, struct err *err)
{
    size_t n = a->coded->n_cols;
    struct column_search s = { .coded = a->coded,
                               .lists = MEM_NEW(struct spelling *, n),
                               .n = MEM_NEW(size_t, n),
                               .arenas = MEM_NEW(struct arena, n) };

    for (size_t j = 0; j < n; j++)
        arena_init(&s.arenas[j]);
    parallel_for(n, 1, search_columns, &s);
    for (size_t j = 0; j < n; j++) {
        if (s.n[j])
            add_finding(a, j, s.lists[j], s.n[j]);
        arena_release(&s.arenas[j]);
    }
    mem_free(s.lists);
    mem_free(s.n);
    mem_free(s.arenas);
    return job_tick(a->job, 1, 1, err);
}

const struct audit_kind audit_spelling = {
    .name = "spelling",
    .help = "different spellings of the same value",
    .weight = 0.9,
    .find = find_spellings,
};
