/* transplant.h - a command of one session for another table: its columns under their new names. */
#ifndef SESSIONS_TRANSPLANT_H
#define SESSIONS_TRANSPLANT_H

#include "command.h"

/* Old and new names, (n) each. */
struct column_map {
    const char **from, **to;
    bool *used; /* some command named it */
    size_t n;
};

/* "old:new,other:another" (\: and \, in a name).  ERR_USAGE: no pair, an old name twice. */
int column_map_parse(struct column_map *out, const char *text, struct arena *arena,
                     struct err *err);
/* The call with mapped columns, wherever parameters name any: single ones, lists, expressions.  What
 * the line left open is filled in anew.  *read gets the columns that it names, as they are called
 * after the mapping (n_read of them; patterns and `all` are not among them).  All in the arena. */
int call_transplant(struct call *out, const char *const **read, size_t *n_read,
                    const struct call *call, const struct column_map *map, struct arena *arena,
                    struct err *err);

#endif
