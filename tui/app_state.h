/* app_state.h - what the files of the event loop share: app.c (loop), app_run.c (commands),
 * app_keys.c (keys), app_draw.c (the frame). */
#ifndef TUI_APP_STATE_H
#define TUI_APP_STATE_H

#include "desk.h"
#include "overlay.h"
#include "screen.h"
#include "worker.h"

enum asking { ASK_NOTHING, ASK_RECOVER, ASK_LEAVE };

struct app {
    struct session *session;
    struct worker *worker;
    struct survey *survey;
    struct desk desk;
    struct screen screen;
    const char *state_dir;

    /* ---- the command that runs ---- */
    double started;
    struct queued running;
    struct str difference; /* the first of a file's lines whose result is not what was recorded */

    /* ---- keys ---- */
    uint32_t keys[4]; /* of a sequence that is not finished */
    size_t n_keys;
    struct palette palette;
    struct text_pane key_pane;
    bool keys_shown;
    bool pasting, mouse;
    struct str paste;
    bool paste_too_long;
    enum asking asking;

    /* ---- what the bottom says ---- */
    struct str message, panel, question;
    enum style style;

    bool dirty, leave;
    int exit_status;
    double drawn_at;
};

/* ---- app_run.c ---- */
/* A line as typed; several when it has line ends. */
void app_submit(struct app *a, const char *line);
/* Begin what waits, as far as nothing runs. */
void app_pump(struct app *a);
/* The worker is done with a command. */
void app_take_result(struct app *a);
/* What the command that runs left to be looked at. */
void app_look_early(struct app *a);
void app_cancel(struct app *a);
bool app_is_busy(const struct app *a);

/* ---- app_keys.c ---- */
void app_key(struct app *a, uint32_t key);
/* Ask whether to leave, when something was not saved; else leave. */
void app_ask_to_leave(struct app *a);
void app_show_view(struct app *a, enum view_id view);

/* ---- app_draw.c ---- */
void app_draw(struct app *a);

/* ---- app.c ---- */
void app_say(struct app *a, enum style style, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void app_settle(struct app *a);

#endif
