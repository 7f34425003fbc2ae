/* lex.h - a line of the session language to words.
 *
 *   verb words… key=value…   # a comment
 *
 * Words are separated by blanks; "…" and '…' hold blanks (in "…" a backslash escapes " \ $ n t and
 * is itself before anything else; '…' is as it stands); `…` belongs to expressions and is kept.  $name and ${name:-default} stand for a
 * session parameter outside '…' and `…`.  A backslash at the end of a line continues it (script.h joins).
 */
#ifndef SESSIONS_LEX_H
#define SESSIONS_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct word {
    const char *key;   /* "method" of method=median; NULL for a bare word */
    const char *text;  /* the value, quotes taken off */
    bool quoted;       /* any part of it stood in quotes */
    size_t col, width; /* place in the line, from 1, in bytes; of the whole word */
    size_t value_col;  /* place of the value */
};

struct line {
    struct word *words;
    size_t n;
    const char *text;    /* the line with parameters in place, without its comment, trimmed */
    const char *comment; /* after '#', trimmed; NULL when there is none */
    struct err bad;      /* a quote that is never closed: matters unless it stands in free text */
};

/* Names and values of session parameters (-D name=value). */
struct definitions {
    const char *const *names, *const *values;
    size_t n;
};

/* ERR_PARSE or ERR_USAGE with the place: parameter without a value, control character.  A quote that
 * is never closed is left in `bad`, since free text (note it's late) may hold one. */
int lex_line(struct line *out, const char *text, const struct definitions *defs,
             struct arena *arena, struct err *err);
/* Put `text` into a line as one word: bare when it can stand so, else in double quotes. */
struct str;
void lex_quote(struct str *out, const char *text);

#endif
