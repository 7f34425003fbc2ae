/* cluster_distance.h - how far apart two texts are, in characters.
 *
 * Sources: V. I. Levenshtein 1966; F. J. Damerau 1964, in its restricted form (no letter is edited
 * twice); W. E. Winkler 1990, with a prefix of at most 4 letters weighing 0.1 each.
 */
#ifndef PROFILE_CLUSTER_DISTANCE_H
#define PROFILE_CLUSTER_DISTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Insertions, deletions and replacements, with `swaps` also of neighbours that changed places; more
 * than `limit` comes out as limit + 1.  `rows` has room for 3 * (n_b + 1).  O((n_a) (n_b)). */
size_t cluster_edits(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b, bool swaps,
                     size_t limit, size_t *rows);
/* 1 - the similarity of Jaro and Winkler, 0 to 1.  `used` has room for n_a + n_b. */
double cluster_jaro(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b, uint8_t *used);

#endif
