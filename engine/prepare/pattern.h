/* pattern.h - a PCRE2 pattern for replace. */
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

#endif
