/* desk.h - what the views look at: the workspace, where the person is in it, and facts about it.
 *
 * Views read the desk when they draw; keys move its cursors and may leave a wish in it (a
 * command to submit, a view to show), which the event loop grants.  desk_refresh brings the
 * facts up to date.
 */
#ifndef TUI_DESK_H
#define TUI_DESK_H

#include <stdbool.h>
#include <stddef.h>

#include "history_tree.h"
#include "survey.h"

enum wish { WISH_NONE, WISH_SUBMIT, WISH_EDIT, WISH_SHOW, WISH_SEARCH, WISH_ASK };

struct desk {
    const struct session *session;
    struct survey *survey;
    const struct workspace *ws;

    /* ---- where the person is ---- */
    size_t column;       /* of the table shown */
    size_t row;          /* number of the row under the sheet's cursor; 0: none */
    size_t step;         /* in the list: 0 the source, k the k-th step */
    size_t model, entry; /* entry: a row of the history */
    /* The step whose changes the sheet shows: k, 0 the source, DESK_NOW the table as it stands. */
    size_t shown;
    /* What a command at the prompt would make (preview); the sheet shows what it would change. */
    const struct workspace *trial;
    const struct workspace *early; /* what is shown while a command runs, NULL: the session's */
    struct str trial_line;
    bool jump;         /* the cursor should go to the first change, once it is known */
    size_t go_to;      /* row number that REQ_GO_TO asks for */
    struct str search; /* "" when nothing was searched for */
    struct str answer; /* what the person typed when the view asked (WISH_ASK) */

    /* ---- facts; NULL while they are being found ---- */
    const struct table *table;  /* the one shown, NULL before load */
    const struct table *before; /* what the shown step started from, NULL when no step is shown */
    const struct diff *diff;    /* of the shown step */
    const struct selection *selection; /* the session's: which rows are looked at; never NULL */
    /* Its rows of the table shown (with a step, of what it started from); NULL: all of them, or
     * they are being found. */
    const struct looked *looked;
    const struct profile_column **profiles; /* (table->n_cols) */
    size_t n_profiles;
    const struct diff **effects; /* by step, from 0 */
    size_t n_effects;
    size_t n_unmet;              /* expectations that do not hold, as far as is known */
    unsigned version;            /* grows when the workspace is another one */
    struct history_row *history; /* (n_history) the tree of commands as a list */
    size_t n_history, history_cap;

    /* ---- what the last command left ---- */
    struct str report_title, report;
    const struct report_link *links; /* (n_links) lines of the report that open something; a copy */
    size_t n_links;
    unsigned report_version;
    const struct figure *figure; /* of the last plot, in the history; NULL */
    size_t figure_id;
    const struct canvas *canvas; /* drawn for the pane, NULL while it is being drawn */
    const char *canvas_note;
    struct str manual, manual_topic;
    unsigned manual_version;

    /* ---- what a view wants ---- */
    enum wish wish;
    struct str wish_text; /* command, or the name of a view */
    struct str message;   /* for the status line */
};

#define DESK_NOW ((size_t)-1)

void desk_init(struct desk *d, const struct session *s, struct survey *survey);
void desk_release(struct desk *d);
/* The session's workspace may be another one; cursors stay within it. */
void desk_refresh(struct desk *d);
/* Show a workspace that a command which still runs left to be looked at; NULL: the session's again.
 * Takes the reference. */
void desk_show_early(struct desk *d, const struct workspace *take);
/* Show what that command would make, or (NULL) no longer.  Takes a reference. */
void desk_try(struct desk *d, const struct workspace *trial, const char *line);
/* The history as it is now; not part of a refresh, since a long one would be gone through after
 * every command. */
void desk_take_history(struct desk *d);
/* The last command's report, plot and step come into view. */
void desk_take_report(struct desk *d, const struct entry *e);
/* The manual's page on a topic, NULL for the overview; false when there is none. */
bool desk_open_manual(struct desk *d, const char *topic, struct err *err);

/* The last command whose report has such a key; NULL when there is none. */
const struct entry *desk_entry_with(const struct desk *d, const char *key);
const struct recipe *desk_recipe(const struct desk *d);
/* The name under the cursor, "" when there is none. */
const char *desk_column_name(const struct desk *d);
const char *desk_model_name(const struct desk *d);
/* Put what is under the cursor for {column} {step} {model} {entry}; false, with a message, when
 * there is nothing under it. */
bool desk_fill(struct str *out, struct desk *d, const char *template);

void desk_wish(struct desk *d, enum wish wish, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void desk_say(struct desk *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
