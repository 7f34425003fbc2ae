/* history_tree.h - the history as a tree: what was undone is kept when another way is taken.
 *
 * Every entry has one parent and any number of children; the session stands on one entry (or at the
 * beginning) and on one line through the tree, from the beginning to a tip.  Undo and redo go along
 * that line; history_go goes to any entry.  An entry may have a name, a branch; the name of a tip
 * moves on with the command that is given there.
 *
 * Invariant: every tip that is not on the line has a name (b1, b2, … where the person gave none), so
 * that nothing can be lost sight of.
 */
#ifndef SESSIONS_HISTORY_TREE_H
#define SESSIONS_HISTORY_TREE_H

#include "session.h"

/* The entry of that number; NULL when there is none.  0 is the beginning: NULL too. */
struct entry *history_find(const struct session *s, size_t number);
/* "7", or the name of a branch; *out NULL for "0", the beginning.  ERR_USAGE: no such point, with
 * what there is. */
int history_point(struct entry **out, const struct session *s, const char *name, struct err *err);

/* Behind the entry that the session stands on; takes it. */
void history_append(struct session *s, struct entry *take);
/* Stand on that entry (NULL: the beginning).  The line goes through it, and on as it last did.
 * Written to the journal first: ERR_IO. */
int history_go(struct session *s, struct entry *to, struct err *err);
/* Name an entry; a name that it had goes.  ERR_USAGE when another entry has it, unless it is one of
 * b1, b2, …, which makes room. */
int history_name(struct session *s, struct entry *e, const char *name, struct err *err);
/* One of b1, b2, …, which nobody chose. */
bool history_name_is_given(const char *name);
/* Give the tips off the line a name that have none; the tip of what was undone too. */
void history_name_tips(struct session *s);
/* The point where the ways to a and b part: the last entry they share, NULL the beginning. */
struct entry *history_fork(const struct entry *a, const struct entry *b);
/* Forget all entries. */
void history_clear(struct session *s);

/* The tree as a list: after each entry the branches that begin there, then what follows it. */
struct history_row {
    const struct entry *entry;
    unsigned depth; /* 0: on the line of the session */
    bool first;     /* of its branch */
    bool undone;    /* on the line, behind where the session stands */
};
/* Fills rows[0..s->n_all). */
void history_rows(struct history_row *rows, const struct session *s);

void entry_free(struct entry *e); /* session.c */

#endif
