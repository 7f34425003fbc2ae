/* What a prepared column is made from is not written down anywhere: it is found by trying.  Applied
 * to rows that lack columns, a recipe makes just the columns whose sources are all there; so
 * "is it made without these?" has one answer, and dividing the columns in halves finds the needed
 * ones.  Nearly all features come from one column each, which is tried first: that costs one
 * application to a table of one column for each of them. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "prepare/recipe.h"

struct needs {
    const struct fitted *fitted;
    const struct table *empty; /* the raw columns, no rows */
    const char **features;     /* (p) sorted, without those made from nothing */
    size_t p;
    bool *needed;
    bool *present;  /* (n_cols) columns to try with */
    size_t *cols;   /* (n_cols) scratch */
    size_t *others; /* (n_others) columns not yet known to be needed */
    size_t n_others;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How many of the features are made from the columns that are present. */
static int count_made(size_t *n_made, bool *made, const struct needs *s, struct err *err)
{
    struct table *some, *out = NULL;
    size_t n = 0;

    for (size_t j = 0; j < s->empty->n_cols; j++)
        if (s->present[j])
            s->cols[n++] = j;
    if (table_select(&some, s->empty, s->cols, n, err))
        return -1;
    /* That it cannot be applied is an answer, too. */
    int rc = fitted_apply(&out, s->fitted, some, NULL, NULL);
    table_unref(some);
    *n_made = 0;
    for (size_t j = 0; !rc && j < out->n_cols; j++) {
        const char *name = table_name(out, j);
        const char **found = bsearch(&name, s->features, s->p, sizeof(name), by_name);
        *n_made += found != NULL;
        if (found && made)
            made[found - s->features] = true;
    }
    table_unref(out);
    return 0;
}

/* Constants need no column, and would make every column look needed. */
static int leave_out_constants(struct needs *s, struct err *err)
{
    bool *made = MEM_NEW(bool, s->p);
    size_t n_made, n = 0;
    int rc = count_made(&n_made, made, s, err);

    for (size_t k = 0; k < s->p && !rc; k++)
        if (!made[k])
            s->features[n++] = s->features[k];
    if (!rc)
        s->p = n;
    mem_free(made);
    return rc;
}

static int try_alone(struct needs *s, struct err *err)
{
    for (size_t j = 0; j < s->empty->n_cols; j++) {
        size_t n_made;
        s->present[j] = true;
        int rc = count_made(&n_made, NULL, s, err);
        s->present[j] = false;
        if (rc)
            return -1;
        s->needed[j] = n_made > 0;
    }
    return 0;
}

/* Mark which of others[from..to) are needed; all columns are present on entry and on return. */
static int halve(struct needs *s, size_t from, size_t to, struct err *err)
{
    size_t n_made;

    if (from == to)
        return 0;
    for (size_t k = from; k < to; k++)
        s->present[s->others[k]] = false;
    int rc = count_made(&n_made, NULL, s, err);
    for (size_t k = from; k < to; k++)
        s->present[s->others[k]] = true;
    if (rc || n_made == s->p)
        return rc;
    if (to - from == 1) {
        s->needed[s->others[from]] = true;
        return 0;
    }
    size_t middle = from + (to - from) / 2;
    if (halve(s, from, middle, err))
        return -1;
    return halve(s, middle, to, err);
}

static int find_needs(struct needs *s, struct err *err)
{
    if (leave_out_constants(s, err) || try_alone(s, err))
        return -1;
    for (size_t j = 0; j < s->empty->n_cols; j++) {
        s->present[j] = true;
        if (!s->needed[j])
            s->others[s->n_others++] = j;
    }
    return halve(s, 0, s->n_others, err);
}

int fitted_needs(bool *needed, const struct fitted *f, const struct table *raw,
                 const char *const *features, size_t p, struct err *err)
{
    struct needs s = { .fitted = f, .p = p, .needed = needed };
    struct arena arena;
    struct table *empty;

    if (table_take(&empty, raw, NULL, 0, err))
        return -1;
    arena_init(&arena);
    s.empty = empty;
    s.features = ARENA_NEW(&arena, const char *, p);
    s.present = ARENA_NEW(&arena, bool, raw->n_cols);
    s.cols = ARENA_NEW(&arena, size_t, raw->n_cols);
    s.others = ARENA_NEW(&arena, size_t, raw->n_cols);
    for (size_t k = 0; k < p; k++)
        s.features[k] = features[k];
    qsort(s.features, p, sizeof(*s.features), by_name);
    int rc = find_needs(&s, err);
    arena_release(&arena);
    table_unref(empty);
    return rc;
}
