/* sort.h - sorting numbers by their digits, which for many of them is faster than by comparing. */
#ifndef NUM_SORT_H
#define NUM_SORT_H

#include <stddef.h>

/* v (n) ascending, -0 before 0, NaN at either end by its sign; work (n) is scratch.  O(n). */
void sort_reals(double *v, double *work, size_t n);

#endif
