/* selection_look.c - the rows that a selection leaves, and the counts of its facets.
 *
 * One pass a facet: for each row, how many facets it fails (0, 1, more) and which one it failed last.
 * A row that fails none counts everywhere; one that fails a single facet counts in that facet alone,
 * whose values are counted as if it were open. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "profile/selection_parts.h"
#include "table/expr.h"

struct looking {
    const struct selection *selection;
    const struct table *table;
    uint8_t *keep, *fails, *which; /* by row */
    struct job *job;
};

/* ---------------------------------------------------------------- one facet */

static int keep_by_expression(struct looking *l, const struct facet *f, struct err *err)
{
    struct str text;
    struct expr *e;

    str_init(&text);
    int rc = facet_expression(&text, f, l->table, err);
    if (!rc)
        rc = expr_parse(&e, text.buf, err);
    str_release(&text);
    if (rc)
        return -1;
    rc = expr_filter(l->keep, e, l->table, l->job, err);
    expr_free(e);
    return rc;
}

static bool has_row(const uint32_t *rows, size_t n, uint32_t row)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (rows[mid] < row)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && rows[low] == row;
}

static void keep_rows(struct looking *l, const struct facet *f)
{
    const uint32_t *rows = f->rows ? f->rows->data : NULL;

    for (size_t i = 0; i < l->table->n_rows; i++)
        l->keep[i] = has_row(rows, f->n_rows, (uint32_t)(table_row_number(l->table, i) - 1));
}

/* A facet that does not fit is left out, and told of; what ends the whole is an error. */
static int apply_facet(struct looked *out, struct looking *l, size_t k, struct err *err)
{
    const struct facet *f = &l->selection->facets[k];
    struct err why = { .code = ERR_NONE };

    if (f->kind == FACET_ROWS) {
        keep_rows(l, f);
    } else if (keep_by_expression(l, f, &why)) {
        if (why.code == ERR_NOMEM || why.code == ERR_CANCELLED) {
            *err = why;
            return -1;
        }
        if (out->why.code == ERR_NONE)
            out->why = why;
        return 0;
    }
    for (size_t i = 0; i < l->table->n_rows; i++) {
        if (l->keep[i])
            continue;
        l->fails[i] = l->fails[i] ? 2 : 1;
        l->which[i] = (uint8_t)k;
    }
    return 0;
}

/* ---------------------------------------------------------------- counts */

static int count_facet(struct looked *out, struct looking *l, uint32_t *rows, size_t k,
                       struct err *err)
{
    const struct facet *f = &out->of->facets[k];
    struct facet_counts *counts = &out->facets[out->n_facets++];
    int at = table_find(l->table, f->column);
    size_t n = 0;

    *counts = (struct facet_counts){ .facet = f };
    if (at < 0)
        return 0;
    for (size_t i = 0; i < l->table->n_rows; i++)
        if (!l->fails[i] || (l->fails[i] == 1 && l->which[i] == k))
            rows[n++] = (uint32_t)i;
    counts->known = true;
    if (facet_count_column(counts, table_at(l->table, (size_t)at), rows, n, &out->arena, err))
        return -1;
    for (size_t i = 0; i < counts->n; i++)
        counts->items[i].chosen = counts->items[i].word && facet_has_word(f, counts->items[i].word);
    return 0;
}

static int count_facets(struct looked *out, struct looking *l, struct err *err)
{
    void *rows;
    int rc = 0;

    out->facets = ARENA_NEW(&out->arena, struct facet_counts, out->of->n);
    if (mem_big(&rows, l->table->n_rows, sizeof(uint32_t), "the rows of a facet", err))
        return -1;
    for (size_t k = 0; k < out->of->n && !rc; k++) {
        const char *column = out->of->facets[k].column;
        if (!column || strcmp(column, FACET_ROW_COLUMN) == 0)
            continue;
        rc = count_facet(out, l, rows, k, err);
        if (!rc)
            rc = job_tick(l->job, k + 1, out->of->n, err);
    }
    mem_big_free(rows);
    return rc;
}

/* ---------------------------------------------------------------- the whole */

static int gather_rows(struct looked *out, const struct looking *l, struct err *err)
{
    void *rows;

    if (mem_big(&rows, l->table->n_rows, sizeof(uint32_t), "the rows looked at", err))
        return -1;
    out->rows = rows;
    out->n = 0;
    for (size_t i = 0; i < l->table->n_rows; i++)
        if (!l->fails[i])
            out->rows[out->n++] = (uint32_t)i;
    return 0;
}

static int look(struct looked *out, struct looking *l, bool with_counts, struct err *err)
{
    const struct selection *s = l->selection;
    int rc = 0;

    for (size_t k = 0; k < s->n && !rc; k++)
        if (facet_restricts(&s->facets[k]))
            rc = apply_facet(out, l, k, err);
    if (!rc && selection_restricts(s))
        rc = gather_rows(out, l, err);
    if (!rc && with_counts)
        rc = count_facets(out, l, err);
    return rc;
}

int selection_look(struct looked **out, const struct selection *s, const struct table *t,
                   bool with_counts, struct job *job, struct err *err)
{
    struct looking l = { .selection = s, .table = t, .job = job };
    void *bytes;

    if (s->n > FACETS_MOST)
        return err_set(err, ERR_DOMAIN, "%zu facets are too many (at most %d); facet clear", s->n,
                       FACETS_MOST);
    if (mem_big(&bytes, t->n_rows, 3, "the rows looked at", err))
        return -1;
    memset(bytes, 0, 3 * t->n_rows);
    l.keep = bytes;
    l.fails = l.keep + t->n_rows;
    l.which = l.fails + t->n_rows;
    struct looked *made = MEM_NEW(struct looked, 1);
    made->of = selection_ref(s);
    made->n_rows = made->n = t->n_rows;
    arena_init(&made->arena);
    int rc = look(made, &l, with_counts, err);
    mem_big_free(bytes);
    if (rc)
        looked_free(made);
    else
        *out = made;
    return rc;
}

void looked_free(struct looked *l)
{
    if (!l)
        return;
    selection_unref(l->of);
    mem_big_free(l->rows);
    arena_release(&l->arena);
    mem_free(l);
}

const struct facet_counts *looked_facet(const struct looked *l, const char *column)
{
    for (size_t i = 0; l && i < l->n_facets; i++)
        if (strcmp(l->facets[i].facet->column, column) == 0)
            return &l->facets[i];
    return NULL;
}
