/* spark.h - a histogram in a few characters. */
#ifndef TUI_SPARK_H
#define TUI_SPARK_H

#include "profile/profile.h"

#define SPARK_WIDTH 8

/* The bins as ▁ … █, one code point each; neighbours are added up where there are too many.
 * Returns how many, 0 when there is nothing to tell (every value once). */
size_t spark_of(uint32_t out[SPARK_WIDTH], const struct profile_column *p);

#endif
