#include "plots/plot_rows.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "profile/group.h"
#include "table/cell.h"

double plot_value(const struct column *c, size_t i)
{
    return column_missing(c, i) ? NAN : column_number(c, i);
}

const struct column *plot_number_column(const struct table *t, const char *name, const char *what,
                                        struct err *err)
{
    const struct column *c = table_column(t, name, err);

    if (!c)
        return NULL;
    if (!column_is_number(c)) {
        err_set(err, ERR_SHAPE, "%s is a column of type %s; %s takes numbers", name,
                column_type_name(c->type), what);
        return NULL;
    }
    return c;
}

/* Mark the `keep` groups with the highest counts. */
static void mark_largest(bool *kept, const struct group *groups, size_t n, size_t keep)
{
    for (size_t k = 0; k < keep; k++) {
        size_t best = n;
        for (size_t i = 0; i < n; i++)
            if (!kept[i] && (best == n || groups[i].count > groups[best].count))
                best = i;
        if (best < n)
            kept[best] = true;
    }
}

static const char *cell_label(const struct column *c, size_t row, struct arena *arena)
{
    struct str text;

    str_init(&text);
    cell_show(&text, c, row, 6, "missing");
    const char *label = arena_strdup(arena, text.len ? text.buf : "(empty)");
    str_release(&text);
    return label;
}

/* The kept groups: their first rows to firsts[], labels to out. */
static void choose_groups(struct plot_groups *out, size_t *firsts, const struct column *c,
                          const struct group *groups, size_t n, struct arena *arena)
{
    const size_t room = CANVAS_N_PALETTE - (c->n_missing > 0);
    const bool pooled = n > room;
    bool *kept = MEM_NEW(bool, n);

    mark_largest(kept, groups, n, pooled ? room - 1 : n);
    for (size_t i = 0; i < n; i++) {
        if (!kept[i])
            continue;
        firsts[out->n] = groups[i].row;
        out->labels[out->n++] = cell_label(c, groups[i].row, arena);
    }
    if (pooled)
        out->labels[out->n++] = "other";
    if (c->n_missing > 0)
        out->labels[out->n++] = "missing";
    mem_free(kept);
}

static void assign_rows(struct plot_groups *out, const size_t *firsts, size_t n_own,
                        const struct column *c)
{
    const size_t last = out->n - 1, other = n_own;

    for (size_t i = 0; i < c->n_rows; i++) {
        size_t g = 0;
        while (g < n_own && !column_cells_equal(c, i, c, firsts[g]))
            g++;
        out->of_row[i] = (uint8_t)(column_missing(c, i) ? last : g < n_own ? g : other);
    }
}

int plot_groups_make(struct plot_groups *out, const struct table *t, const char *by,
                     struct arena *arena, struct err *err)
{
    struct group *groups;
    void *of_row;
    size_t n, firsts[CANVAS_N_PALETTE];

    *out = (struct plot_groups){ .n = 1 };
    if (!by)
        return 0;
    const struct column *c = table_column(t, by, err);
    if (!c || column_groups(&groups, &n, c, NULL, c->n_rows, err))
        return -1;
    if (!column_is_text(c) && n > CANVAS_N_PALETTE) {
        mem_big_free(groups);
        return err_set(err, ERR_SHAPE,
                       "%s has %zu different values; by= takes a column of "
                       "categories, or of at most %d numbers",
                       by, n, CANVAS_N_PALETTE);
    }
    if (mem_big(&of_row, t->n_rows, 1, "the groups of a plot", err)) {
        mem_big_free(groups);
        return -1;
    }
    *out = (struct plot_groups){ .of_row = of_row };
    choose_groups(out, firsts, c, groups, n, arena);
    const size_t pooled = n > CANVAS_N_PALETTE - (size_t)(c->n_missing > 0);
    assign_rows(out, firsts, out->n - pooled - (c->n_missing > 0), c);
    mem_big_free(groups);
    return 0;
}

void plot_groups_release(struct plot_groups *g)
{
    mem_big_free(g->of_row);
    g->of_row = NULL;
}
