/* app.c - the event loop: keys, signals, the worker and the survey, and a frame when something
 * is new. */
#include "app.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app_state.h"
#include "batch.h"
#include "journal.h"
#include "num/linalg.h"
#include "platform.h"
#include "prompt.h"
#include "signals.h"
#include "term.h"

#define FRAME_S        (1.0 / 30) /* between two frames, at least */
#define PROGRESS_S     0.05       /* between two looks at the progress of a command */
#define FIRST_FRAME_MS 25         /* to wait for the data before the first frame */
#define KEYS_AT_A_TIME 4096
#define PATIENCE_S     3 /* for a cancelled command when the program is told to end */

void app_say(struct app *a, enum style style, const char *fmt, ...)
{
    va_list ap;

    str_clear(&a->message);
    va_start(ap, fmt);
    str_vaddf(&a->message, fmt, ap);
    va_end(ap);
    a->style = style;
    a->dirty = true;
}

/* ---------------------------------------------------------------- a frame's beginning */

/* After a step the cursor goes to the first cell that it changed, as soon as that is known. */
static void jump(struct app *a)
{
    if (!a->desk.jump || !a->desk.diff)
        return;
    a->desk.jump = false;
    view_table[VIEW_sheet]->request(a->screen.states[VIEW_sheet], &a->desk, REQ_FIRST_CHANGE);
}

void app_settle(struct app *a)
{
    int w, h;

    term_size(&w, &h);
    screen_resize(&a->screen, w, h);
    desk_refresh(&a->desk);
    jump(a);
    screen_settle(&a->screen, &a->desk);
}

/* ---------------------------------------------------------------- events */

static void leave_now(struct app *a, int status)
{
    a->leave = true;
    a->exit_status = status;
}

static void take_signal(struct app *a, int number)
{
    a->dirty = true;
    switch (number) {
    case SIGWINCH:
        term_resized();
        break;
    case SIGINT:
        app_cancel(a);
        break;
    case SIGTSTP:
        term_suspend();
        break;
    case SIGCONT:
        term_continue();
        break;
    default: /* SIGTERM, SIGHUP: the journal has everything */
        leave_now(a, 128 + number);
    }
}

static void take_keys(struct app *a)
{
    bool gone = false;
    uint32_t key;

    for (int k = 0; k < KEYS_AT_A_TIME && !a->leave && (key = term_key(&gone)) != K_NONE; k++)
        app_key(a, key);
    if (gone)
        leave_now(a, 128 + SIGHUP);
}

static int timeout_ms(const struct app *a)
{
    double wait = -1;

    if (a->dirty)
        wait = a->drawn_at + FRAME_S - platform_clock();
    else if (app_is_busy(a))
        wait = PROGRESS_S;
    else
        return -1;
    return wait > 0 ? (int)(wait * 1000) + 1 : 0;
}

static void wait_for_events(struct app *a)
{
    struct pollfd fds[] = {
        { .fd = term_fd(), .events = POLLIN },
        { .fd = signals_fd(), .events = POLLIN },
        { .fd = worker_fd(a->worker), .events = POLLIN },
        { .fd = survey_fd(a->survey), .events = POLLIN },
    };
    int n = poll(fds, 4, timeout_ms(a)), number;

    if (n < 0 && errno != EINTR)
        leave_now(a, EXIT_FAILED);
    if (n < 0)
        return;
    if (n == 0 && app_is_busy(a)) {
        app_look_early(a);
        a->dirty = true; /* progress */
    }
    if (fds[1].revents)
        while ((number = signals_next()))
            take_signal(a, number);
    if (fds[2].revents)
        app_take_result(a);
    if (fds[3].revents) {
        survey_drain(a->survey);
        a->dirty = true;
    }
    if (fds[0].revents & POLLIN)
        take_keys(a);
    else if (fds[0].revents)
        leave_now(a, 128 + SIGHUP);
}

static void loop(struct app *a)
{
    while (!a->leave) {
        if (!app_is_busy(a))
            app_pump(a);
        if (a->dirty && platform_clock() - a->drawn_at >= FRAME_S)
            app_draw(a);
        if (!a->leave)
            wait_for_events(a);
    }
}

/* ---------------------------------------------------------------- the beginning */

static void age_text(struct str *out, long long since)
{
    long long s = (long long)time(NULL) - since;

    if (s < 120)
        str_add(out, "just now");
    else if (s < 7200)
        str_addf(out, "%lld minutes ago", s / 60);
    else if (s < 172800)
        str_addf(out, "%lld hours ago", s / 3600);
    else
        str_addf(out, "%lld days ago", s / 86400);
}

static void offer_lost_session(struct app *a)
{
    struct lost_session lost;
    bool found = false;

    if (!a->state_dir || journal_find(&lost, &found, a->state_dir, NULL) || !found)
        return;
    a->asking = ASK_RECOVER;
    str_addf(&a->question, "A session of %zu command%s ended without saying so, ", lost.n_commands,
             lost.n_commands == 1 ? "" : "s");
    age_text(&a->question, lost.modified_s);
    if (lost.n_commands)
        str_addf(&a->question, ".\nIts last command: %s", lost.commands[lost.n_commands - 1].line);
    if (lost.unfinished)
        str_addf(&a->question, "\nNot finished: %s", lost.unfinished);
    if (lost.torn)
        str_add(&a->question, "\nIts last record is damaged and left out.");
    str_add(&a->question, "\nr recover   d discard   any other key: later");
    lost_session_release(&lost);
}

static bool is_session_file(const char *path)
{
    size_t n = strlen(path);

    return n > 6 && strcmp(path + n - 6, ".assay") == 0;
}

/* `cat x.csv | assay`: the keys come from the terminal all the same. */
static bool data_is_piped(void)
{
    struct stat st;

    return fstat(STDIN_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode));
}

static void queue_files(struct app *a, const struct options *o)
{
    struct str line;

    str_init(&line);
    for (size_t i = 0; i < o->n_words; i++) {
        str_clear(&line);
        str_add(&line, is_session_file(o->words[i]) ? "open " : "load ");
        lex_quote(&line, o->words[i]);
        session_queue_line(a->session, line.buf, "", 0);
    }
    if (o->n_words == 0 && data_is_piped())
        session_queue_line(a->session, "load -", "", 0);
    str_release(&line);
}

/* A misspelt word or file is told before the screen is taken. */
static int check_files(const struct options *o)
{
    for (size_t i = 0; i < o->n_words; i++) {
        const char *word = o->words[i];
        if (access(word, R_OK) == 0)
            continue;
        const char *near = errno == ENOENT && !strchr(word, '.') ? options_nearest_mode(word)
                                                                 : NULL;
        if (near)
            fprintf(stderr, "assay: there is no file '%s'; did you mean assay %s?\n", word, near);
        else
            fprintf(stderr, "assay: cannot read %s: %s\n", word, strerror(errno));
        return -1;
    }
    return 0;
}

/* ---------------------------------------------------------------- life */

static int make_session(struct app *a, const struct options *o, struct arena *arena,
                        struct err *err)
{
    const struct session_options so = {
        .share_dir = platform_share_dir(arena),
        .state_dir = a->state_dir,
        .definitions = o->definitions,
        .ascii = o->ascii || !platform_is_utf8(),
        .clock = platform_clock,
    };

    a->session = session_new(&so, err);
    if (!a->session)
        return -1;
    const char *driver = so.share_dir ? arena_printf(arena, "%s/gnuplot/cells.lua", so.share_dir)
                                      : NULL;
    a->survey = survey_new(&(struct gnuplot_options){ .driver = driver });
    a->worker = worker_new();
    desk_init(&a->desk, a->session, a->survey);
    screen_init(&a->screen);
    return 0;
}

/* A command that does not listen to its cancelling must not keep the terminal; 0 when it is
 * done. */
static int end_worker(struct app *a)
{
    struct task *t = worker_task(a->worker);
    struct pollfd p = { .fd = worker_fd(a->worker), .events = POLLIN };
    const double end = platform_clock() + PATIENCE_S;
    int n;

    if (!t)
        return 0;
    job_cancel(&t->job);
    do /* a signal is no reason to give up */
        n = poll(&p, 1, PATIENCE_S * 1000);
    while (n < 0 && errno == EINTR && platform_clock() < end);
    if (n <= 0)
        return -1;
    t = worker_take(a->worker);
    if (t)
        session_finish(a->session, t, NULL, NULL);
    return 0;
}

static void release(struct app *a, bool keep_journal)
{
    palette_close(&a->palette);
    text_pane_release(&a->key_pane);
    worker_free(a->worker);
    screen_release(&a->screen);
    desk_release(&a->desk);
    survey_free(a->survey);
    session_free(a->session, keep_journal);
}

/* A small file is there before the first frame would be: then that frame shows it. */
static void begin(struct app *a)
{
    struct pollfd p = { .fd = worker_fd(a->worker), .events = POLLIN };

    app_pump(a);
    if (app_is_busy(a) && poll(&p, 1, FIRST_FRAME_MS) > 0)
        app_take_result(a);
    a->dirty = true;
}

static int run(struct app *a, const struct options *o, struct arena *arena, struct err *err)
{
    struct term_options t = { .colour = platform_has_colour(o->color, STDOUT_FILENO),
                              .ascii = o->ascii || !platform_is_utf8() };
    const char *history = a->state_dir ? arena_printf(arena, "%s/history", a->state_dir) : NULL;

    prompt_init(history);
    if (term_open(&t, err)) {
        prompt_release();
        return -1;
    }
    if (make_session(a, o, arena, err) || signals_open(err)) {
        term_close();
        prompt_release();
        return -1;
    }
    offer_lost_session(a);
    queue_files(a, o);
    begin(a);
    loop(a);
    bool stuck = end_worker(a) != 0;
    prompt_release();
    term_close();
    bool killed = a->exit_status > 128;
    if (stuck)
        _exit(a->exit_status ? a->exit_status : EXIT_INTERRUPTED);
    signals_close();
    release(a, killed);
    return 0;
}

int app_run(const struct options *o)
{
    struct app a = { .style = ST_TEXT };
    struct arena arena;
    struct err why = { 0 };

    if (check_files(o))
        return EXIT_BAD_USAGE;
    num_init();
    arena_init(&arena);
    str_init(&a.difference);
    str_init(&a.paste);
    str_init(&a.message);
    str_init(&a.panel);
    str_init(&a.question);
    a.state_dir = platform_state_dir(&arena);
    int status = EXIT_BAD_USAGE;
    if (run(&a, o, &arena, &why))
        fprintf(stderr, "assay: %s\n", why.msg);
    else
        status = a.exit_status;
    queued_release(&a.running);
    str_release(&a.difference);
    str_release(&a.paste);
    str_release(&a.message);
    str_release(&a.panel);
    str_release(&a.question);
    arena_release(&arena);
    return status;
}
