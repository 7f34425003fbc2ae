/* pairs.h - a map from texts to texts, as a parameter of a step holds it.
 *
 *   NYC=New York,N.Y.=New York,n/a=
 *
 * Pairs are separated by commas.  A backslash takes its meaning from the next comma, equals sign
 * or backslash; \xNN is the byte with that number (control characters are written so).  Blanks
 * count.  Nothing behind the equals sign: the cell becomes missing.
 */
#ifndef PREPARE_PAIRS_H
#define PREPARE_PAIRS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/job.h"
#include "base/str.h"

/* A session's line may not grow beyond what a script may hold. */
#define PAIRS_MAX_TEXT ((size_t)900 << 10)

struct pair {
    struct span from, to;
    bool to_missing;
};

struct pairs {
    struct pair *items; /* (n) in the order written */
    size_t n;
    uint32_t *slots; /* (n_slots) index + 1 into items, 0: free; open addressing */
    size_t n_slots;
};

/* Lives in the arena.  ERR_PARSE: no equals sign in a pair, an escape that is none; ERR_USAGE: a
 * text that two pairs map to different ones, or no pair at all. */
int pairs_parse(struct pairs *out, const char *text, struct arena *arena, struct err *err);
/* The pair that begins with the text, or NULL. */
const struct pair *pairs_find(const struct pairs *p, struct span from);

/* Append one pair, with a comma before it unless `out` is empty. */
void pairs_add(struct str *out, struct span from, struct span to);
/* A list of texts as they stand in a pair (str_add_listed), separated by commas, in the arena.  ERR_PARSE. */
int pairs_parse_texts(struct span **out, size_t *n, const char *text, struct arena *arena,
                      struct err *err);

/* A file of two columns, from and to, as pairs; `digest` receives 16 hexadecimal digits of its
 * bytes.  ERR_IO, ERR_PARSE; ERR_SHAPE when it has not two columns; ERR_DOMAIN when it holds more
 * than PAIRS_MAX_TEXT. */
int pairs_read_file(struct str *out, char digest[17], const char *path, struct job *job,
                    struct err *err);

#endif
