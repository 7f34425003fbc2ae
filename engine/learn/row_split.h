/* row_split.h - dividing rows: what is held out, folds, and a part to stop early by. */
#ifndef LEARN_ROW_SPLIT_H
#define LEARN_ROW_SPLIT_H

#include <stddef.h>
#include <stdint.h>

#include "learn/design.h"

/* Streams of random numbers under one seed; the low 32 bits number the repeat or resample. */
enum resample_stream { STREAM_SPLIT = 1, STREAM_FOLDS, STREAM_BOOTSTRAP, STREAM_VALIDATION };
static inline uint64_t resample_stream(enum resample_stream use, uint64_t number)
{
    return (uint64_t)use << 32 | number;
}

/* ---- splitting rows: all give by-row arrays, deterministic in the seed ---- */

/* part[i] = PART_PREDICT for a `fraction` of rows (rounded to the nearest whole number, at least
 * one on either side). `strata` (n) int class by row, NULL: not stratified; then every stratum
 * gives its share by largest remainder.  ERR_DOMAIN: fewer than 2 rows; a stratum of one row names
 * the class (`names`). */
int split_fraction(uint8_t *part, size_t n, double fraction, const int32_t *strata,
                   const char *const *names, size_t n_strata, uint64_t seed, struct err *err);
/* The same with whole groups, in random order until there are enough rows.  ERR_DOMAIN: one group. */
int split_groups(uint8_t *part, size_t n, double fraction, const int32_t *groups, uint64_t seed,
                 struct err *err);
/* A column with the values train and test. */
int split_by_column(uint8_t *part, const struct column *c, const char *name, struct err *err);

/* fold[i] in 0 … k-1.  ERR_DOMAIN: k > n, k < 2 (both numbers in the message). */
int folds_random(uint32_t *fold, size_t n, size_t k, const int32_t *strata, size_t n_strata,
                 uint64_t seed, uint64_t repeat, struct err *err);
/* Folds named by a column's values (numbers ascending, text in byte order); *k: how many. */
int folds_by_column(uint32_t *fold, size_t *k, const struct column *c, const char *name,
                    const uint32_t *rows, size_t n, struct err *err);
/* Group of each of rows (n; NULL: all): its column's values, numbered from 0 in ascending order.
 * ERR_DOMAIN: a missing one.  Free with mem_big_free. */
int groups_of(int32_t **out, const struct column *c, const char *name, const uint32_t *rows,
              size_t n, struct err *err);
/* Folds of whole groups, as even as that allows: the largest first, each to the fold that has the
 * fewest rows; the seed decides among groups of one size.  ERR_DOMAIN: fewer groups than folds. */
int folds_groups(uint32_t *fold, size_t n, size_t k, const int32_t *groups, uint64_t seed,
                 uint64_t repeat, struct err *err);
/* Strata for stratification: classes as they are, a number in STRATA_BINS bins of equal counts;
 * rows without a value (NAN) are a stratum of their own, the last.  Free with mem_big_free. */
#define STRATA_BINS 10
int strata_of(int32_t **out, size_t *n_strata, const struct target *target, const double *y,
              size_t n, struct err *err);

/* part[i] = PART_VALIDATE for about a `fraction` of n training rows with target y, else PART_TRAIN.
 * Classes give their shares, and one of a single row none; with `groups` (n; NULL: none) a group
 * stays together and classes are not looked at.  ERR_DOMAIN: fewer than 2 rows or groups. */
int split_validation(uint8_t *part, size_t n, double fraction, const struct target *target,
                     const double *y, const int32_t *groups, uint64_t seed, struct err *err);

#endif
