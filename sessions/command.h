/* command.h - the one table of what a person can do.
 *
 * A command is a verb (sessions/verbs/verb_NAME.c and a row in commands.def), or a kind of step
 * (engine/prepare/steps.def): those are commands without further ado.  Completion, forms, help, the manual
 * and validation come from the table.  Use the accessors: a step's command has its data in the step.
 */
#ifndef SESSIONS_COMMAND_H
#define SESSIONS_COMMAND_H

#include "base/job.h"
#include "base/param.h"
#include "lex.h"
#include "prepare/step.h"
#include "profile/selection.h"
#include "report.h"
#include "workspace.h"

enum command_flags {
    COMMAND_VOLATILE = 1,    /* looks or moves only: not recorded */
    COMMAND_NEEDS_TABLE = 2, /* refused before load */
    COMMAND_SESSION = 4,     /* acts on the session itself: runs on the session's own thread */
    COMMAND_UNDOABLE = 8,    /* changes the workspace */
};

struct session;
struct session_options;
struct role_ahead;

/* What a running command has at hand. */
struct context {
    const struct workspace *ws; /* the workspace it starts from */
    struct workspace *next;     /* out: the new one, yours to set; NULL: unchanged */
    struct job *job;
    struct arena *arena; /* rewound when the command has ended */
    const struct session_options *options;
    const struct command *command;
    struct params *args;  /* resolved; run may fill in what it found out (dialect, name) */
    const char *base_dir; /* folder of the session file, NULL */
    const struct role_ahead *ahead; /* (n_ahead) roles that later lines of the script give */
    size_t n_ahead;
    size_t looks;             /* times the held-out rows were opened so far */
    bool looked;              /* out: they were now */
    bool unrecorded;          /* resolve may set it: the session file does without this one */
    struct str *input_digest; /* out: digest of a file it read, for the session file */
    const struct selection *selection; /* which rows are looked at; never NULL */
    struct selection *next_selection;  /* out: another one, yours to set; NULL: as it was */
    const struct row_sets *sets;       /* of the last report that had some, NULL */
    /* out of resolve: a line that is carried out and recorded in its place; NULL.  The session file
     * then holds what was meant (`facet keep` is a filter). */
    const char *instead;
    struct session *session; /* COMMAND_SESSION only, else NULL */
    struct gnuplot *gnuplot;
    /* Out, while it runs: a workspace that can be looked at until it has ended.  NULL: nobody
     * looks. */
    _Atomic(const struct workspace *) *early;
    struct workspace *trial; /* out: preview: what the command would make, yours to give; NULL */
    /* out: (n_follow) commands to be carried out next, before whatever waits; in the arena */
    const char *const *follow;
    size_t n_follow;
};

struct command {
    const char *name, *stage, *help, *details, *example;
    const struct param_spec *params;
    unsigned flags;
    int (*run)(struct report *out, struct context *ctx, struct err *err);
    /* More parameters, depending on those already given (the learner's for `train`, the reader's for
     * `load`); NULL: none.  An unknown name is ERR_USAGE. */
    int (*extend)(const struct param_spec **more, const struct params *so_far, struct err *err);
    /* Fill defaults that depend on the workspace (as=, seeds), before recording; NULL: none. */
    int (*resolve)(struct context *ctx, struct err *err);
    const struct step_kind *step; /* set for a step's command */
};

extern const struct command *const command_table[]; /* ends in NULL */

const char *command_name(const struct command *c);
const char *command_help(const struct command *c);
const char *command_details(const struct command *c);
const char *command_example(const struct command *c);
const char *command_stage(const struct command *c);
const struct param_spec *command_params(const struct command *c);

/* The command at the beginning of the line, exact or by unique prefix; two-word names first.
 * *n_words receives how many words its name took.  ERR_USAGE: unknown (with the nearest name), or
 * ambiguous (listing the candidates); the place is that of the word. */
const struct command *command_find(const struct line *line, size_t *n_words, struct err *err);
const struct command *command_named(const char *name); /* exact; NULL */

/* A line, understood: its command and arguments.  Lives in the arena. */
struct call {
    const struct command *command;
    struct params args; /* over the command's and its extension's parameters, in one table */
};

/* Parse words into arguments, check types and ranges, fill constant defaults.  ERR_USAGE with the
 * place in the line. */
int call_parse(struct call *out, const struct line *line, struct arena *arena, struct err *err);
/* The canonical line: full verb, words in order, then name=value.  Parsing it gives the same call. */
void call_print(struct str *out, const struct command *command, const struct params *args);

/* Values of those of `args` that `specs` names, as a table of their own (a learner's own view). */
void call_subset(struct params *out, const struct params *args, const struct param_spec *specs,
                 struct arena *arena);
/* The step's own part of understanding (step_kind.resolve), for the table that it will act on. */
int command_resolve_step(struct params *args, const struct context *ctx,
                         const struct step_kind *kind, const struct table *table,
                         const struct roles *roles, struct err *err);
/* Runs a step's command (command.run for every step). */
int command_run_step(struct report *out, struct context *ctx, struct err *err);

#endif
