/* err.h - one error: a code, a place, a sentence.
 *
 * Invariants: a function that can fail returns 0 or -1 and takes `struct err *err` last; `err` is
 * untouched on success, set once where the cause is known and passed up as it is.  A caller may put
 * context in front with err_prefix().  `err` may be NULL: the message is then lost, the -1 is not.
 *
 * Messages: lower case, no full stop: what was found, what was wanted, one thing to do.  Text that
 * comes from data is escaped here, so that no raw control byte reaches a terminal.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

enum err_code {
    ERR_NONE,
    ERR_USAGE,     /* the request itself is wrong: unknown name, parameter out of range */
    ERR_PARSE,     /* text is not in the form it should have */
    ERR_SHAPE,     /* sizes or types do not fit together */
    ERR_DOMAIN,    /* the data do not allow it: one class, a missing target, no rows */
    ERR_NUMERIC,   /* arithmetic failed: dependent columns, overflow */
    ERR_IO,        /* the system refused: file, pipe, disk */
    ERR_NOMEM,     /* a large allocation failed */
    ERR_CANCELLED, /* the job was cancelled */
};

/* A place.  `line` and `col` count from 1, 0 means unknown; `col` counts bytes in the text that was
 * being read; `width` is the length in bytes of the offending text, 0 when it is a point. */
struct err_at {
    const char *file; /* NULL when there is none; copied */
    size_t line, col, width;
};

struct err {
    enum err_code code;
    char file[256]; /* "" when there is none; the end of a longer name is kept */
    size_t line, col, width;
    char msg[768];
};

/* Set the error.  Always returns -1, so that `return err_set(…)` is the usual form. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int err_set_at(struct err *err, enum err_code code, struct err_at at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Set ERR_IO with "cannot VERB PATH: <text of errno>"; reads errno first. */
int err_set_errno(struct err *err, const char *verb, const char *path);

/* Put context in front of the message, its colon and blank included ("step %d (%s): ").
 * Returns -1. */
int err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Move the column by `cols` (the text that was parsed began there in its line); no effect when the
 * column is unknown or the error names another file. */
void err_shift(struct err *err, size_t cols);

void err_clear(struct err *err);

#endif
