#include <stdlib.h>

#include "base/mem.h"
#include "profile/group.h"
#include "profile/profile.h"

static size_t first_missing(const struct column *c)
{
    size_t i = 0;

    while (!column_missing(c, i))
        i++;
    return i;
}

/* Falling counts.  Items are numbered in the order of values beforehand (in `share`), which decides
 * among equals, since qsort is not stable. */
static int by_count(const void *a, const void *b)
{
    const struct frequency *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->share > y->share) - (x->share < y->share);
}

static void fill_items(struct frequency *items, const struct group *groups, size_t n,
                       const struct column *c)
{
    for (size_t k = 0; k < n; k++)
        items[k] = (struct frequency){ .row = groups[k].row,
                                       .count = groups[k].count,
                                       .share = (double)k };
    if (c->n_missing > 0)
        items[n] = (struct frequency){
            .row = first_missing(c), .count = c->n_missing, .share = (double)n, .missing = true
        };
}

int frequencies_of(struct frequencies *out, const struct column *c, struct err *err)
{
    struct group *groups;
    void *items;
    size_t n;

    if (column_groups(&groups, &n, c, NULL, 0, err))
        return -1;
    size_t n_items = n + (c->n_missing > 0);
    if (mem_big(&items, n_items, sizeof(struct frequency), "a table of frequencies", err)) {
        mem_big_free(groups);
        return -1;
    }
    fill_items(items, groups, n, c);
    mem_big_free(groups);
    *out = (struct frequencies){ .n = n_items, .n_rows = c->n_rows, .items = items };
    qsort(out->items, out->n, sizeof(*out->items), by_count);
    for (size_t k = 0; k < out->n; k++)
        out->items[k].share = (double)out->items[k].count / (double)c->n_rows;
    return 0;
}

void frequencies_release(struct frequencies *f)
{
    mem_big_free(f->items);
    *f = (struct frequencies){ 0 };
}
