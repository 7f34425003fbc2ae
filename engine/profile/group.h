/* group.h - the different values of a column with their counts. */
#ifndef PROFILE_GROUP_H
#define PROFILE_GROUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "table/column.h"

struct group {
    uint64_t key; /* the value's bits, the code of a category, or the hash of a text */
    size_t count;
    uint32_t row; /* the first row that has it */
};

/* Values present in rows[0..n_rows) (NULL: all rows), ascending: false true, numbers with NaN last,
 * text in byte order; -0 is 0 and every NaN alike.  Free with mem_big_free.  Time grows with rows,
 * memory with groups.  ERR_NOMEM. */
int column_groups(struct group **out, size_t *n, const struct column *c, const uint32_t *rows,
                  size_t n_rows, struct err *err);

/* The same in no order of meaning. */
int column_groups_unsorted(struct group **out, size_t *n, const struct column *c,
                           const uint32_t *rows, size_t n_rows, struct err *err);
/* The order of values: <0, 0, >0. */
int group_compare(const struct column *c, const struct group *a, const struct group *b);

/* Where each cell's value stands among column_groups(): places (n of rows, or all), PLACE_MISSING where
 * there is none.  `groups` as there, yours.  ERR_NOMEM. */
#define PLACE_MISSING UINT32_MAX
int column_places(uint32_t *places, struct group **groups, size_t *n, const struct column *c,
                  const uint32_t *rows, size_t n_rows, struct err *err);

/* The group with the highest count, the first among equals; NULL when there is none. */
const struct group *group_top(const struct group *groups, size_t n);

/* Equal for cells that are equal, for hashing rows; a missing cell has a key of its own. */
uint64_t cell_key(const struct column *c, size_t i);

#endif
