/* profile_parts.h - the describers of profile.c, one for each family of types. */
#ifndef PROFILE_PROFILE_PARTS_H
#define PROFILE_PROFILE_PARTS_H

#include "profile/group.h"
#include "profile/profile.h"

/* int, real, date, timestamp.  ERR_NOMEM. */
int profile_numbers(struct profile_column *p, const struct column *c, struct err *err);
/* bool, category, text.  ERR_NOMEM. */
int profile_words(struct profile_column *p, const struct column *c, struct err *err);

/* The texts' patterns, weighted by the groups' counts.  ERR_NOMEM. */
int profile_patterns(struct profile_column *p, const struct column *c, const struct group *groups,
                     size_t n, struct err *err);
/* The pattern of one text; `wide` takes runs together.  Cut at PROFILE_PATTERN_SIZE with "…". */
void text_pattern(char out[PROFILE_PATTERN_SIZE], struct span text, bool wide);

#endif
