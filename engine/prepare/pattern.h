/* pattern.h - a PCRE2 pattern for replace and separate. */
#ifndef PREPARE_PATTERN_H
#define PREPARE_PATTERN_H

#include "base/err.h"
#include "base/str.h"

struct pattern;

/* ERR_PARSE with the reason and the place in the pattern. */
int pattern_new(struct pattern **out, struct span text, struct err *err);
void pattern_free(struct pattern *p); /* NULL is fine */
/* Every match replaced by `to`, where $1 is the first group; appended to `out`.  How many there
 * were, or -1: ERR_USAGE for a group that is not in the pattern, ERR_DOMAIN for a search that would
 * take too long. */
int pattern_replace(struct str *out, struct pattern *p, struct span in, struct span to,
                    struct err *err);
/* How many groups the pattern has. */
size_t pattern_n_groups(const struct pattern *p);
/* The first match: groups[0..n) receive the texts of the first n groups, with at = NULL for one that
 * took no part, borrowed from `in`.  1 when there is a match, 0 when there is none, -1 as above. */
int pattern_match(struct span *groups, size_t n, struct pattern *p, struct span in,
                  struct err *err);

#endif
