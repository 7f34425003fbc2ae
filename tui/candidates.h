/* candidates.h - what Tab offers: the session's completions, and files where a path is wanted. */
#ifndef TUI_CANDIDATES_H
#define TUI_CANDIDATES_H

#include "base/arena.h"
#include "complete.h"

struct candidate {
    const char *text; /* replaces the line from `from` to the cursor */
    const char *help;
    bool open_end; /* more of the same word follows: a folder, name= */
};

struct candidates {
    size_t from, n, cap;
    struct candidate *items; /* in alphabetical order */
    struct arena arena;
};

void candidates_find(struct candidates *out, const struct session *s, const char *line,
                     size_t cursor);
void candidates_release(struct candidates *c);
/* Bytes that all of them begin with. */
size_t candidates_common(const struct candidates *c);

#endif
