/* complete.h - what could stand at the cursor, from the tables. */
#ifndef SESSIONS_COMPLETE_H
#define SESSIONS_COMPLETE_H

#include <stddef.h>

#include "session.h"

struct completion {
    const char *text; /* replaces the word from `from` to the cursor */
    const char *help; /* one line, may be "" */
};

struct completions {
    size_t from, n, cap; /* byte offset in the line where the word begins */
    struct completion *items;
    struct arena arena;
    bool is_path; /* the caller should complete file names */
};

/* Verbs, step names, learners, plot kinds, parameter names, choices, columns, models. */
void complete_line(struct completions *out, const struct session *s, const char *line,
                   size_t cursor);
void completions_release(struct completions *c);
/* What the word at the cursor is: "C=REAL  inverse strength of regularisation (a real number above 0)". */
void complete_hint(struct str *out, const struct session *s, const char *line, size_t cursor);

#endif
