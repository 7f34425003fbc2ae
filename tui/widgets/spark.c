/* spark.c - counts to heights. */
#include "widgets/spark.h"

static size_t gather(size_t out[SPARK_WIDTH], const struct profile_column *p)
{
    bool ordered = p->type != COLUMN_CATEGORY && p->type != COLUMN_TEXT;
    size_t n = p->n_bins < SPARK_WIDTH ? p->n_bins : SPARK_WIDTH;

    for (size_t k = 0; k < p->n_bins; k++) {
        if (p->n_bins <= SPARK_WIDTH)
            out[k] = p->bins[k];
        else if (ordered)
            out[k * n / p->n_bins] += p->bins[k];
        else if (k < n)
            out[k] = p->bins[k]; /* the most frequent values */
    }
    return n;
}

size_t spark_of(uint32_t out[SPARK_WIDTH], const struct profile_column *p)
{
    size_t counts[SPARK_WIDTH] = { 0 }, most = 1;
    size_t n = gather(counts, p);
    bool unique = (p->type == COLUMN_CATEGORY || p->type == COLUMN_TEXT) && p->top_count <= 1;

    if (unique)
        return 0;
    for (size_t k = 0; k < n; k++)
        most = counts[k] > most ? counts[k] : most;
    for (size_t k = 0; k < n; k++) {
        /* An empty bin is a blank, one value already shows. */
        size_t level = (counts[k] * 8 + most - 1) / most;
        out[k] = level ? 0x2580 + (uint32_t)level : ' ';
    }
    return n;
}
