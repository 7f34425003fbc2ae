/* view_models.c - the leader board: every model with its estimates and their intervals. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/metric.h"
#include "view.h"

#define NAME_WIDTH   14
#define NUMBER_WIDTH 7
#define METRIC_WIDTH 16 /* " 0.9734 ±0.017  " */

struct models {
    struct scroll scroll;
    size_t at;     /* on the board */
    size_t *order; /* model indices, the best first */
    size_t n, cap;
    int left; /* first metric shown */
};

static void models_release(void *state)
{
    mem_free(((struct models *)state)->order);
}

static void models_heading(struct str *out, const void *state, const struct desk *d)
{
    (void)state;
    str_add(out, "models");
    if (d->ws->n_models)
        str_addf(out, " · %zu", d->ws->n_models);
    if (d->session->looks)
        str_addf(out, " · held-out rows seen %zu time%s", d->session->looks,
                 d->session->looks == 1 ? "" : "s");
}

/* ---------------------------------------------------------------- order */

/* What is ranked by: the metrics for the task of the last model; none without a model. */
static size_t board_metrics(const struct metric *out[8], const struct desk *d)
{
    if (d->ws->n_models == 0)
        return 0;
    return metric_defaults(out, d->ws->models[d->ws->n_models - 1].model->target.task);
}

/* By the first metric of the task; models that were not validated come last. */
static double rank_of(const struct desk *d, size_t i)
{
    const struct named_model *m = &d->ws->models[i];
    const struct metric *defaults[8];

    if (!m->validated || metric_defaults(defaults, m->model->target.task) == 0)
        return INFINITY;
    const struct estimate *e = resample_estimate(m->validated, defaults[0]->name);
    if (!e || isnan(e->mean))
        return INFINITY;
    return defaults[0]->greater_is_better ? -e->mean : e->mean;
}

static void sort_models(struct models *s, const struct desk *d)
{
    size_t n = d->ws->n_models;

    if (s->cap < n) {
        s->cap = n * 2;
        s->order = mem_resize(s->order, s->cap, sizeof(*s->order));
    }
    s->n = n;
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        /* Insertion keeps the order of training among equals, and boards are short. */
        for (; k > 0 && rank_of(d, s->order[k - 1]) > rank_of(d, i); k--)
            s->order[k] = s->order[k - 1];
        s->order[k] = i;
    }
}

static void models_settle(void *state, struct desk *d, int w, int h)
{
    struct models *s = state;

    (void)w;
    sort_models(s, d);
    scroll_settle(&s->scroll, &s->at, s->n, h > 1 ? (size_t)h - 1 : 0);
    d->model = s->n ? s->order[s->at] : 0;
    const struct metric *metrics[8];
    int n = (int)board_metrics(metrics, d);
    s->left = s->left < n ? s->left : n > 0 ? n - 1 : 0;
}

/* ---------------------------------------------------------------- drawing */

static void number_text(char buf[16], double v, int digits)
{
    double a = fabs(v);

    if (isnan(v))
        snprintf(buf, 16, "·");
    else if (a != 0 && (a < 1e-3 || a >= 1e5))
        snprintf(buf, 16, "%.*g", digits - 1, v);
    else
        snprintf(buf, 16, "%.*f", a >= 1000 ? digits - 3 : a >= 10 ? digits - 2 : digits, v);
}

/* The mean over folds, and half its interval. */
static void draw_validated(struct grid *g, int x, int y, const struct estimate *e, bool interval)
{
    char mean[16], half[16];

    if (!e) {
        grid_text(g, x, y, 8, ST_MUTED, "     ·");
        return;
    }
    number_text(mean, e->mean, 4);
    grid_text_right(g, x, y, NUMBER_WIDTH, ST_TEXT, mean);
    if (!interval || isnan(e->low))
        return;
    number_text(half, (e->high - e->low) / 2, 3);
    grid_printf(g, x + NUMBER_WIDTH + 1, y, METRIC_WIDTH - NUMBER_WIDTH, ST_MUTED, "±%s", half);
}

static void draw_tested(struct grid *g, int x, int y, const struct estimate *e)
{
    char mean[16];

    number_text(mean, e ? e->mean : NAN, 4);
    grid_text_right(g, x, y, NUMBER_WIDTH, e ? ST_TEXT : ST_MUTED, mean);
}

struct board {
    const struct metric *metrics[8];
    int n_metrics, left, n_shown;
    int name_w, learner_w, metrics_x, metric_w, test_w;
    bool interval;
};

static bool any_tested(const struct desk *d)
{
    for (size_t i = 0; i < d->ws->n_models; i++)
        if (d->ws->models[i].tested)
            return true;
    return false;
}

/* Which parts there is room for: name, metrics, interval, test, learner, in that order. */
static struct board board_for(int w, const struct desk *d, int left)
{
    struct board b = { .name_w = w < 50 ? 10 : NAME_WIDTH, .left = left };

    b.n_metrics = (int)board_metrics(b.metrics, d);
    b.learner_w = w >= 84 ? 10 : 0;
    b.metrics_x = 3 + b.name_w + 1 + (b.learner_w ? b.learner_w + 1 : 0);
    b.test_w = any_tested(d) && w >= 50 ? NUMBER_WIDTH + 1 : 0;
    b.interval = w - b.metrics_x >= METRIC_WIDTH + b.test_w;
    b.metric_w = b.interval ? METRIC_WIDTH : NUMBER_WIDTH + 2;
    int each = b.metric_w + b.test_w, room = w - b.metrics_x + 1;
    b.n_shown = room > 0 ? room / each : 0;
    b.n_shown = b.n_shown < b.n_metrics - left ? b.n_shown : b.n_metrics - left;
    return b;
}

static void draw_head(struct grid *g, const struct board *b)
{
    grid_text_cut(g, 3, 0, b->name_w, ST_HEAD, "model");
    if (b->learner_w)
        grid_text_cut(g, 4 + b->name_w, 0, b->learner_w, ST_HEAD, "learner");
    for (int k = 0; k < b->n_shown; k++) {
        const char *name = b->metrics[b->left + k]->name;
        int x = b->metrics_x + k * (b->metric_w + b->test_w);
        int width = grid_width(name), indent = width < NUMBER_WIDTH ? NUMBER_WIDTH - width : 0;
        grid_text_cut(g, x + indent, 0, b->metric_w - 1 - indent, ST_HEAD, name);
        if (b->test_w)
            grid_text_right(g, x + b->metric_w, 0, NUMBER_WIDTH, ST_HEAD, "test");
    }
    grid_flag(g, 0, 0, g->w - 1, GRID_UNDERLINE);
}

static void draw_model(const struct desk *d, struct grid *g, const struct board *b, size_t i, int y)
{
    const struct named_model *m = &d->ws->models[i];

    grid_text_cut(g, 3, y, b->name_w, ST_TEXT, m->name);
    if (b->learner_w)
        grid_text_cut(g, 4 + b->name_w, y, b->learner_w, ST_MUTED, m->model->learner->name);
    for (int k = 0; k < b->n_shown; k++) {
        const char *metric = b->metrics[b->left + k]->name;
        int x = b->metrics_x + k * (b->metric_w + b->test_w);
        draw_validated(g, x, y, m->validated ? resample_estimate(m->validated, metric) : NULL,
                       b->interval);
        if (b->test_w)
            draw_tested(g, x + b->metric_w, y,
                        m->tested ? resample_estimate(m->tested, metric) : NULL);
    }
}

static void draw_nothing(const struct desk *d, struct grid *g)
{
    grid_text_cut(g, 1, 0, g->w - 1, ST_HEAD, "No model yet.");
    grid_text_cut(g, 1, 2, g->w - 1, ST_TEXT,
                  workspace_target(d->ws) ? ":train LEARNER    trains one (:help learners)"
                                          : ":target COLUMN    says what to predict");
    grid_text_cut(g, 1, 3, g->w - 1, ST_TEXT, ":validate MODEL  estimates its quality by folds");
    grid_text_cut(g, 1, 4, g->w - 1, ST_TEXT, ":compare A B     tells difference from noise");
}

/* Under the board: what its numbers mean, and what is still to be done. */
static void draw_legend(const struct models *s, const struct desk *d, const struct board *b,
                        struct grid *g)
{
    int y = (int)(s->n - s->scroll.top) + 2;
    size_t n_validated = 0;

    for (size_t i = 0; i < s->n; i++)
        n_validated += d->ws->models[i].validated != NULL;
    if (n_validated == 0)
        grid_text_cut(g, 3, y, g->w - 4, ST_MUTED, "v validates a model by folds");
    else if (b->interval)
        grid_text_cut(g, 3, y, g->w - 4, ST_MUTED, "mean over folds ± half its 95 % interval");
    if (b->test_w)
        grid_text_cut(g, 3, y + 1, g->w - 4, ST_MUTED, "test: once on the held-out rows");
    if (b->n_shown < b->n_metrics)
        grid_printf(g, 3, y + (b->test_w ? 2 : 1), g->w - 4, ST_MUTED,
                    "h l show the other metrics (%d to %d of %d)", b->left + 1,
                    b->left + b->n_shown, b->n_metrics);
}

static void models_draw(const void *state, const struct desk *d, struct grid *g)
{
    const struct models *s = state;

    if (s->n == 0 || s->n != d->ws->n_models) {
        draw_nothing(d, g);
        return;
    }
    struct board b = board_for(g->w - 1, d, s->left);
    draw_head(g, &b);
    for (int y = 1; y < g->h && s->scroll.top + (size_t)y - 1 < s->n; y++) {
        size_t k = s->scroll.top + (size_t)y - 1;
        draw_model(d, g, &b, s->order[k], y);
        if (k == 0 && s->n > 1 && isfinite(rank_of(d, s->order[0])))
            grid_put(g, 1, y, ST_GOOD, 0x2605);
        if (k == s->at)
            grid_flag(g, 0, y, g->w - 1, GRID_REVERSE);
    }
    scroll_bar(g, g->w - 1, 1, &s->scroll, s->n);
    draw_legend(s, d, &b, g);
}

/* ---------------------------------------------------------------- requests */

static bool models_request(void *state, struct desk *d, enum request r)
{
    struct models *s = state;

    if (s->n && scroll_request(&s->scroll, &s->at, s->n, r)) {
        d->model = s->order[s->at];
        return true;
    }
    switch (r) {
    case REQ_LEFT:
        s->left -= s->left > 0;
        return true;
    case REQ_RIGHT:
        s->left++; /* settle keeps it within */
        return true;
    default:
        return false;
    }
}

static void models_click(void *state, struct desk *d, int x, int y)
{
    struct models *s = state;

    (void)x;
    if (y >= 1 && s->scroll.top + (size_t)y - 1 < s->n) {
        s->at = s->scroll.top + (size_t)y - 1;
        d->model = s->order[s->at];
    }
}

static const struct binding models_keys[] = {
    { .keys = "Enter",
      .command = "show {model}",
      .help = "what is known about the model",
      .hint = "show" },
    { .keys = "v",
      .command = "validate {model}",
      .help = "estimate its quality by folds",
      .hint = "validate" },
    { .keys = "T",
      .command = "test {model}",
      .help = "open the held-out rows; it is counted",
      .hint = "test",
      .edit = true },
    { .keys = "c",
      .command = "compare {model} ",
      .help = "is the difference more than noise?",
      .hint = "compare",
      .edit = true },
    { .keys = "r", .command = "plot roc {model}", .help = "its ROC curve" },
    { .keys = "x", .command = "plot confusion {model}", .help = "its confusion matrix" },
    { .keys = "e", .command = "explain {model}", .help = "what its predictions come from" },
    { .keys = "s",
      .command = "save model {model} to=",
      .help = "write the model to a file",
      .edit = true },
    { .keys = "a",
      .command = "train ",
      .help = "train another one",
      .hint = "train",
      .edit = true },
    { .keys = NULL },
};

const struct view view_models = {
    .name = "models",
    .title = "Models",
    .help = "The leader board, the best first. Validation never sees the held-out rows; test does, "
            "and every look is counted.",
    .keys = models_keys,
    .state_size = sizeof(struct models),
    .release = models_release,
    .heading = models_heading,
    .settle = models_settle,
    .draw = models_draw,
    .request = models_request,
    .click = models_click,
};
