/* journal.h - every command on disk before it runs.
 *
 * One text file per running session under STATE/journal/, locked by its owner.  A record is one line:
 *
 *   checksum number kind text        kind: do, ok, failed, back, name, forget
 *
 * `do` is written and fsync'ed before the command runs.  After a crash the file is there, unlocked
 * and without `end`: journal_find offers it, journal_lines gives the commands that were finished.  A torn
 * or damaged tail is dropped and said so.
 */
#ifndef SESSIONS_JOURNAL_H
#define SESSIONS_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct journal;

int journal_open(struct journal **out, const char *state_dir, struct err *err);
/* On disk when it returns. Gives the record's number. */
int journal_do(struct journal *j, const char *line, size_t *number, struct err *err);
int journal_done(struct journal *j, size_t number, bool ok, const char *text, struct err *err);
/* Undo, redo or goto: what comes next follows the command of that record, 0: none.  The
 * record's number, since what failed is part of the history that people count in, but not of what is
 * done again.  On disk when it returns. */
int journal_back(struct journal *j, size_t to, struct err *err);
/* All commands so far are of no account (open).  On disk when it returns. */
int journal_forget(struct journal *j, struct err *err);
/* The command of that record is called so (history_tree.h). */
int journal_name(struct journal *j, size_t number, const char *name, struct err *err);
/* Closes; removes the file unless `keep`. */
void journal_close(struct journal *j, bool keep);

/* A finished command. */
struct lost_command {
    char *line;
    char *name;    /* of its branch, NULL */
    size_t parent; /* index + 1 of the one that it follows, 0: none */
    size_t number; /* of its record */
    bool has_children;
};

/* Sessions that ended without saying so. */
struct lost_session {
    char *path;
    long long modified_s;
    size_t n_commands;
    struct lost_command *commands; /* (n_commands) in order; a parent stands before its children */
    size_t at;                     /* index + 1 of the one that the session stood on, 0: none */
    char *unfinished;              /* the command that was running, NULL */
    bool torn;                     /* a damaged tail was dropped */
};
/* The newest lost session; 0 and *found false when there is none. */
int journal_find(struct lost_session *out, bool *found, const char *state_dir, struct err *err);
void lost_session_release(struct lost_session *l);
/* It was taken over or is not wanted. */
int journal_discard(const struct lost_session *l, struct err *err);

#endif
