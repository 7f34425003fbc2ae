/* profile.c - small histograms. */
#include "profile.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

static bool finite_at(double *v, const struct column *c, size_t i)
{
    if (column_missing(c, i))
        return false;
    *v = column_number(c, i);
    return isfinite(*v);
}

static void profile_numbers(struct profile *out, const struct column *c)
{
    double v, low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < c->n_rows; i++) {
        if (!finite_at(&v, c, i))
            continue;
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    if (!(low <= high))
        return;
    out->n_bins = c->type == COLUMN_BOOL ? 2 : low == high ? 1 : PROFILE_BINS;
    double scale = low == high ? 0 : (double)out->n_bins / (high / 2 - low / 2) / 2;
    for (size_t i = 0; i < c->n_rows; i++) {
        if (!finite_at(&v, c, i))
            continue;
        size_t bin = (size_t)((v - low) * scale);
        out->bins[bin < out->n_bins ? bin : out->n_bins - 1]++;
    }
}

static int falling(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return (x < y) - (x > y);
}

static void profile_levels(struct profile *out, const struct column *c)
{
    size_t n = c->levels->n_rows;
    size_t *counts = MEM_NEW(size_t, n);

    for (size_t i = 0; i < c->n_rows; i++)
        if (!column_missing(c, i))
            counts[column_codes(c)[i]]++;
    qsort(counts, n, sizeof(*counts), falling);
    for (size_t k = 0; k < n && k < PROFILE_BINS && counts[k]; k++)
        out->bins[out->n_bins++] = counts[k];
    mem_free(counts);
}

void profile_column(struct profile *out, const struct column *c)
{
    *out = (struct profile){ .n_distinct = column_n_distinct(c) };
    if (c->type == COLUMN_CATEGORY)
        profile_levels(out, c);
    else if (c->type != COLUMN_TEXT)
        profile_numbers(out, c);
}

size_t profile_spark(uint32_t out[PROFILE_BINS], const struct profile *p)
{
    size_t most = 1;

    for (size_t k = 0; k < p->n_bins; k++)
        most = p->bins[k] > most ? p->bins[k] : most;
    for (size_t k = 0; k < p->n_bins; k++) {
        /* An empty bin is a blank, one value already shows. */
        size_t level = (p->bins[k] * 8 + most - 1) / most;
        out[k] = level ? 0x2580 + (uint32_t)level : ' ';
    }
    return p->n_bins;
}
