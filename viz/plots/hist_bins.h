/* hist_bins.h - equal bins for the values of a histogram. */
#ifndef VIZ_HIST_BINS_H
#define VIZ_HIST_BINS_H

#include <stdbool.h>
#include <stddef.h>

#define HIST_MAX_BINS 1000

struct hist_bins {
    size_t n;
    double low, width; /* bin i is [low + i * width, low + (i + 1) * width), the last one closed */
};

/* n finite values (reordered); n_bins 0 chooses by Freedman and Diaconis 1981, width 2 IQR
 * n^(-1/3), and Sturges' log2(n) + 1 bins where the IQR is zero, at most 200.  Whole values get
 * bins about whole numbers, one each when there are few.  n > 0. */
void hist_choose_bins(struct hist_bins *out, double *v, size_t n, size_t n_bins, bool whole);
/* The bin of a value; the caller knows that it lies in the range. */
size_t hist_bin(const struct hist_bins *b, double v);

#endif
