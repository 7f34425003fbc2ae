/* app_draw.c - one frame: the screen, what lies over it, the prompt. */
#include <string.h>

#include "app_state.h"
#include "key.h"
#include "platform.h"
#include "prompt.h"
#include "term.h"
#include "trial.h"

static void fill_progress(struct app *a, struct status *st)
{
    struct task *t = worker_task(a->worker);

    st->fraction = st->left_s = -1;
    if (!t)
        return;
    const char *phase = atomic_load(&t->job.phase);
    double done = job_fraction(&t->job);
    st->running = a->running.text;
    st->phase = phase ? phase : "";
    st->iteration = atomic_load(&t->job.iteration);
    st->training = atomic_load(&t->job.training);
    st->validation = atomic_load(&t->job.validation);
    st->elapsed_s = platform_clock() - a->started;
    st->n_waiting = a->session->n_queue - a->session->queue_at;
    if (atomic_load(&t->job.total) == 0)
        return;
    st->fraction = done;
    if (done > 0.02 && st->elapsed_s > 0.5)
        st->left_s = st->elapsed_s * (1 - done) / done;
}

static void draw_key_pane(struct app *a)
{
    struct grid *g = &a->screen.grid;
    int w = g->w < 84 ? g->w : 84, h = g->h - 3;
    struct grid box = grid_part(g, (g->w - w) / 2, 1, w, h);

    grid_clear(&box);
    struct str title;
    str_init(&title);
    str_addf(&title, "keys · %s", view_table[a->screen.focus]->title);
    grid_frame(&box, ST_FRAME_ON, ST_TITLE_ON, title.buf);
    str_release(&title);
    struct grid in = grid_part(&box, 2, 1, w - 4, h - 2);
    text_pane_settle(&a->key_pane, in.w, in.h);
    text_pane_draw(&a->key_pane, &a->desk, &in);
}

static void draw_prompt(struct app *a, int *x, int *y)
{
    struct grid *g = &a->screen.grid;

    *y = g->h - 1;
    grid_fill(g, 0, *y, g->w, 1, ST_TEXT, ' ');
    *x = prompt_draw(g, *y);
    prompt_draw_offers(g, g->h - 2, g->h - 6 < 10 ? g->h - 6 : 10);
}

static void pending_keys(struct str *out, const struct app *a)
{
    char name[KEY_NAME_SIZE];

    for (size_t i = 0; i < a->n_keys; i++)
        str_add(out, key_text(name, a->keys[i]));
}

/* ^O is worth naming where it does something. */
static void hint_at_preview(struct str *hint)
{
    struct arena arena;
    struct line line;
    size_t n;

    if (strcmp(prompt_sign(), ":") != 0 || !strchr(prompt_text(), ' '))
        return;
    arena_init(&arena);
    const struct command *c = lex_line(&line, prompt_text(), NULL, &arena, NULL) || !line.n
                                  ? NULL
                                  : command_find(&line, &n, NULL);
    if (c && command_can_be_tried(c))
        str_addf(hint, "%s^O shows what it would do", hint->len ? "   " : "");
    arena_release(&arena);
}

void app_draw(struct app *a)
{
    struct str keys, hint;
    int x = -1, y = 0;

    app_settle(a);
    str_init(&keys);
    str_init(&hint);
    pending_keys(&keys, a);
    if (prompt_is_open() && !a->message.len) {
        prompt_hint(&hint, a->session);
        hint_at_preview(&hint);
    }
    if (a->desk.message.len) {
        app_say(a, ST_WARN, "%s", a->desk.message.buf);
        str_clear(&a->desk.message);
    }
    struct status st = { .message = a->message.buf,
                         .style = a->style,
                         .phase = "",
                         .keys = keys.buf,
                         .hint = hint.buf,
                         .panel = a->asking ? a->question.buf : a->panel.buf };
    fill_progress(a, &st);
    screen_draw(&a->screen, &a->desk, &st);
    if (!screen_is_too_small(&a->screen)) {
        if (a->keys_shown)
            draw_key_pane(a);
        if (a->palette.open) {
            palette_settle(&a->palette, a->screen.w, a->screen.h);
            palette_draw(&a->palette, &a->screen.grid, &x, &y);
        }
        if (prompt_is_open())
            draw_prompt(a, &x, &y);
    }
    term_draw(&a->screen.grid, x, y);
    str_release(&hint);
    str_release(&keys);
    a->dirty = false;
    a->drawn_at = platform_clock();
}
