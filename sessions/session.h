/* session.h - one person's work: the history of commands with their workspaces and reports.
 *
 * Every line takes one path: lex, parse, look up, check, resolve, journal, run, record.  It comes in
 * three parts so that the middle one may run on another thread:
 *
 *   session_begin   parse, resolve, journal           the session's thread
 *   task_run        the command itself                 any thread; touches nothing but the task
 *   session_finish  publish the workspace, record      the session's thread
 *
 * session_do is all three.  A failed command leaves the workspace as it was and stands in the history
 * with its message.
 *
 * `source` and `open` only queue lines: whoever drives the session takes them with session_next
 * until it is empty, so that a long session file does not block a screen.
 */
#ifndef SESSIONS_SESSION_H
#define SESSIONS_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "command.h"

struct journal;
struct lost_session;

struct session_options {
    const char *share_dir; /* shipped data, sessions, gnuplot driver; NULL: none */
    const char *state_dir; /* journals and history ($XDG_STATE_HOME/assay); NULL: no journal */
    const char *path;      /* $PATH, for gnuplot; NULL: as the system has it */
    const char *gnuplot;   /* program; NULL: gnuplot */
    struct definitions definitions; /* -D name=value */
    size_t plot_width, plot_height; /* cells, for plots as text; 0: 78 × 22 */
    bool ascii;                     /* no UTF-8 */
    bool colour;                    /* ANSI colours in plots as text */
    double (*clock)(void);          /* seconds, monotonic; NULL: none */
    bool dry_run;
    bool complete; /* lists of cells and rows in reports hold all of them (--json) */
};

/* One command that was carried out (or failed): a node of the history, which is a tree. */
struct entry {
    size_t number;        /* from 1, by age; no other entry ever has it */
    struct entry *parent; /* what it was given after, NULL: the beginning */
    struct entry *next;   /* the child that redo goes to: where the person was last; NULL: none */
    struct entry *youngest,
        *elder;              /* children, the latest first; the one before it of the same parent */
    char *branch;            /* what this point of the history is called, NULL */
    char *line;              /* canonical, as recorded */
    char *error;             /* NULL, or why it failed: then ws is as before */
    struct workspace *ws;    /* after it */
    struct workspace *trial; /* of a preview: what the command would have made; NULL */
    struct report report;
    struct digest digest;
    char *input_digest;       /* of the file it read, or NULL */
    char *remark;             /* the comment at its end, NULL */
    char *comments;           /* of the session file, that stood before it: lines with "# "; NULL */
    char *folder, *elsewhere; /* it read a file beside the session file in `folder`: the line as it
                               * must stand in a session file of another folder; NULL */
    size_t journal_number;    /* 0: not in the journal */
    bool recorded;            /* goes into the session file */
    bool changed;             /* the workspace is another one */
    double ms;
};

/* A role that a later line of the script gives a column, see lookahead.h. */
struct role_ahead {
    char *column;
    enum role role;
};

struct session {
    struct session_options options;
    /* The line of the history that the person is on, from the beginning to its tip, borrowed from
     * `all`; entries[n_done..n_entries) were undone and can be redone. */
    size_t n_entries, n_done, cap;
    struct entry **entries;
    size_t n_all, all_cap;
    struct entry **all;     /* every entry, by number */
    struct entry *youngest; /* of those given at the beginning */
    struct entry *first;    /* where redo goes from the beginning */
    struct entry *aside;    /* the last volatile command */
    struct workspace *empty;
    /* ---- beside the snapshots: what is looked at; undo leaves it alone ---- */
    struct selection *selection; /* never NULL */
    struct row_sets *sets;       /* of the last report that had some, NULL */
    struct str comments;         /* of the session file, that belong to the next command */
    size_t looks;                /* times held-out rows were opened; undo does not turn it back */
    struct journal *journal;     /* NULL */
    struct gnuplot *gnuplot;
    char *path; /* of the session file, NULL */
    /* When it was last saved: the last entry, NULL the beginning, and how many there were. */
    const struct entry *saved_at;
    size_t n_saved;
    bool quit;
    struct job *_Atomic running; /* of the command in session_do, for a signal handler; NULL */
    struct queued *queue;        /* lines to come */
    size_t n_queue, queue_at, queue_cap;
    size_t depth; /* of files that source each other, of the line that runs */
    size_t n_ahead;
    struct role_ahead *ahead;
    char *opening;    /* session file whose lines are in the queue, NULL */
    char *recovering; /* journal to discard when the queue has run empty, NULL */
};

struct session *session_new(const struct session_options *options, struct err *err);
/* Ends the journal (nothing is left to recover) unless `keep_journal`. */
void session_free(struct session *s, bool keep_journal);

const struct workspace *session_workspace(const struct session *s);
const struct entry *session_last(const struct session *s); /* NULL when there is none */
bool session_unsaved(const struct session *s);
/* Start afresh: the history is gone (open). */
void session_forget(struct session *s);

/* A command on its way. */
struct task {
    struct session *session;
    struct arena arena;
    struct call call;
    struct context context;
    struct job job;
    struct report report;
    struct str input_digest;
    struct err err;
    int rc;
    const char *comment; /* at the end of the line, NULL */
    char *typed;         /* the line as it came */
    const char *file;    /* where it came from, "" for typed */
    size_t line_number;
    double started;
    size_t journal_number;
    _Atomic(const struct workspace *) early; /* what `context.early` may point to */
};

/* NULL with the error (its place is in the line; `file` and `line_number` are put in front when
 * given), or *out NULL with 0 for a blank or comment line. */
int session_begin(struct task **out, struct session *s, const char *line, const char *file,
                  size_t line_number, struct err *err);
void task_run(struct task *t);
/* Publishes and frees the task.  -1 with the command's error; *out (may be NULL) gets the entry,
 * borrowed, also for a failed one.  The entry of a volatile command is not part of the history and
 * lives until the next command. */
int session_finish(struct session *s, struct task *t, const struct entry **out, struct err *err);

/* All three. */
int session_do(struct session *s, const char *line, const char *file, size_t line_number,
               const struct entry **out, struct err *err);

/* ---- lines that `source` and `open` left to be run ---- */
struct queued {
    char *text, *file, *recorded; /* recorded: "#=" comment, NULL */
    size_t line_number, depth;    /* depth: how many files that source each other stand around it */
};
/* The lines of a session file, before those that wait already.  ERR_USAGE: too deep, or too many. */
int session_queue_file(struct session *s, const char *path, struct err *err);
/* The same with its other branches: for a session without a history, whose numbers they count in. */
int session_queue_tree(struct session *s, const char *path, struct err *err);
/* One line behind those that wait. */
void session_queue_line(struct session *s, const char *text, const char *file, size_t number);
/* Lines before those that wait. */
void session_queue_next(struct session *s, const char *const *lines, size_t n, const char *file,
                        size_t number);
bool session_next(struct session *s, struct queued *out); /* yours: queued_release */
void queued_release(struct queued *q);
void session_queue_clear(struct session *s);
/* The queue holds the whole session file `path`: when it has run, the session is that file's, saved. */
void session_opens(struct session *s, const char *path);
/* The lost session's lines are in the queue: discard its journal when all of them have run. */
int session_discard_later(struct session *s, const struct lost_session *lost);

/* ---- undo (history_tree.h: the other ways to move) ---- */
/* Back to before the last change; ERR_USAGE when there is none. */
int session_undo(struct session *s, struct err *err);
int session_redo(struct session *s, struct err *err);

/* ---- session files ---- */
int session_save(struct session *s, const char *path, struct err *err);
/* The text of the session file, as it must stand in that folder ("": the working directory). */
void session_print(struct str *out, const struct session *s, const char *folder);

#endif
