/* rejects.h - what a file holds that the table cannot, as text for people. */
#ifndef SESSIONS_REJECTS_H
#define SESSIONS_REJECTS_H

#include "base/str.h"
#include "io/reader.h"

size_t rejects_count(const struct source *s);
/* Lines: how many of each kind, then the first few with their place; none when there are none. */
void rejects_tell(struct str *out, const struct source *s);
/* Cells of column j that are not of its type (of those that are listed), the first of them (NULL:
 * none), and lines with the places of the first few. */
size_t rejects_of_column(const struct source *s, size_t j);
const struct reject *rejects_first(const struct source *s, size_t j);
void rejects_tell_column(struct str *out, const struct source *s, size_t j);

#endif
