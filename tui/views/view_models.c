/* view_models.c - the leader board: every model with its estimates and their intervals. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/metric.h"
#include "view.h"

#define NAME_WIDTH   14
#define METRIC_WIDTH 23 /* "0.9734 [0.9561, 0.9907]" */
#define TEST_WIDTH   9

struct models {
    struct scroll scroll;
    size_t at;     /* on the board */
    size_t *order; /* model indices, the best first */
    size_t n, cap;
    int left;      /* first metric shown */
    unsigned version;
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

static const struct resample_result *any_result(const struct desk *d)
{
    for (size_t i = 0; i < d->ws->n_models; i++) {
        const struct named_model *m = &d->ws->models[i];
        if (m->validated || m->tested)
            return m->validated ? m->validated : m->tested;
    }
    return NULL;
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
    const struct resample_result *r = any_result(d);
    int last = r && r->n_metrics ? (int)r->n_metrics - 1 : 0;
    s->left = s->left < last ? s->left : last;
}

/* ---------------------------------------------------------------- drawing */

static void number_text(char buf[16], double v)
{
    double a = fabs(v);

    if (isnan(v))
        snprintf(buf, 16, "·");
    else if (a != 0 && (a < 1e-3 || a >= 1e5))
        snprintf(buf, 16, "%.3g", v);
    else
        snprintf(buf, 16, "%.*f", a >= 1000 ? 1 : a >= 10 ? 2 : 4, v);
}

static void draw_estimate(struct grid *g, int x, int y, const struct estimate *e, bool interval)
{
    char mean[16], low[16], high[16];

    if (!e) {
        grid_text(g, x, y, 8, ST_MUTED, "   ·");
        return;
    }
    number_text(mean, e->mean);
    grid_text_right(g, x, y, 7, ST_TEXT, mean);
    if (!interval || isnan(e->low))
        return;
    number_text(low, e->low);
    number_text(high, e->high);
    grid_printf(g, x + 8, y, METRIC_WIDTH - 8, ST_MUTED, "%s–%s", low, high);
}

struct board {
    int name_w, learner_w, metrics_x, metric_w, n_shown;
    bool interval, test;
};

/* Which parts there is room for: name, metrics, interval, learner, test, in that order. */
static struct board board_for(int w, const struct resample_result *r, int left)
{
    struct board b = { .name_w = w < 40 ? 10 : NAME_WIDTH };
    int n = r ? (int)r->n_metrics - left : 0;

    b.learner_w = w >= 60 ? 12 : 0;
    b.metrics_x = 3 + b.name_w + 1 + (b.learner_w ? b.learner_w + 1 : 0);
    b.test = w >= 70;
    b.interval = w - b.metrics_x >= METRIC_WIDTH + 1;
    b.metric_w = b.interval ? METRIC_WIDTH + 1 : 9;
    int room = w - b.metrics_x, each = b.metric_w + (b.test ? TEST_WIDTH : 0);
    b.n_shown = each > 0 && room > 0 ? room / each : 0;
    b.n_shown = b.n_shown < n ? b.n_shown : n;
    return b;
}

static void draw_head(struct grid *g, const struct board *b, const struct resample_result *r,
                      int left)
{
    grid_text_cut(g, 3, 0, b->name_w, ST_HEAD, "model");
    if (b->learner_w)
        grid_text_cut(g, 4 + b->name_w, 0, b->learner_w, ST_HEAD, "learner");
    for (int k = 0; k < b->n_shown; k++) {
        const char *name = r->metrics[left + k]->name;
        int each = b->metric_w + (b->test ? TEST_WIDTH : 0), x = b->metrics_x + k * each;
        grid_text_cut(g, x + (grid_width(name) < 7 ? 7 - grid_width(name) : 0), 0,
                      b->metric_w - 1, ST_HEAD, name);
        if (b->test)
            grid_text_right(g, x + b->metric_w, 0, 7, ST_HEAD, "test");
    }
    grid_flag(g, 0, 0, g->w, GRID_UNDERLINE);
}

static void draw_model(const struct desk *d, struct grid *g, const struct board *b,
                       const struct resample_result *r, int left, size_t i, int y)
{
    const struct named_model *m = &d->ws->models[i];

    grid_text_cut(g, 3, y, b->name_w, ST_TEXT, m->name);
    if (b->learner_w)
        grid_text_cut(g, 4 + b->name_w, y, b->learner_w, ST_MUTED, m->model->learner->name);
    for (int k = 0; k < b->n_shown; k++) {
        const char *metric = r->metrics[left + k]->name;
        int each = b->metric_w + (b->test ? TEST_WIDTH : 0), x = b->metrics_x + k * each;
        draw_estimate(g, x, y, m->validated ? resample_estimate(m->validated, metric) : NULL,
                      b->interval);
        if (b->test)
            draw_estimate(g, x + b->metric_w, y,
                          m->tested ? resample_estimate(m->tested, metric) : NULL, false);
    }
}

static void draw_nothing(const struct desk *d, struct grid *g)
{
    grid_text_cut(g, 1, 0, g->w - 1, ST_HEAD, "No model yet.");
    grid_text_cut(g, 1, 2, g->w - 1, ST_TEXT,
                  workspace_target(d->ws) ? ":train LEARNER    trains one; :help learners lists them"
                                          : ":target COLUMN    says what to predict");
    grid_text_cut(g, 1, 3, g->w - 1, ST_TEXT, ":validate MODEL  estimates its quality by folds");
    grid_text_cut(g, 1, 4, g->w - 1, ST_TEXT, ":compare A B     tells difference from noise");
}

static void models_draw(const void *state, const struct desk *d, struct grid *g)
{
    const struct models *s = state;
    const struct resample_result *r = any_result(d);
    struct board b = board_for(g->w - 1, r, s->left);

    if (s->n == 0 || s->n != d->ws->n_models) {
        draw_nothing(d, g);
        return;
    }
    draw_head(g, &b, r, s->left);
    for (int y = 1; y < g->h && s->scroll.top + (size_t)y - 1 < s->n; y++) {
        size_t k = s->scroll.top + (size_t)y - 1;
        draw_model(d, g, &b, r, s->left, s->order[k], y);
        if (k == 0 && s->n > 1 && isfinite(rank_of(d, s->order[0])))
            grid_put(g, 1, y, ST_GOOD, 0x2605);
        if (k == s->at)
            grid_flag(g, 0, y, g->w - 1, GRID_REVERSE);
    }
    scroll_bar(g, g->w - 1, 1, &s->scroll, s->n);
    int below = (int)(s->n - s->scroll.top) + 2;
    if (!r)
        grid_text_cut(g, 3, below, g->w - 4, ST_MUTED, "v validates the model by folds");
    else if (b.interval)
        grid_text_cut(g, 3, below, g->w - 4, ST_MUTED,
                      "mean over folds with its 95 % interval; test: on the held-out rows");
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
    { .keys = "Enter", .command = "show {model}", .help = "what is known about the model",
      .hint = "show" },
    { .keys = "v", .command = "validate {model}", .help = "estimate its quality by folds",
      .hint = "validate" },
    { .keys = "T", .command = "test {model}", .help = "open the held-out rows; it is counted",
      .hint = "test", .edit = true },
    { .keys = "c", .command = "compare {model} ", .help = "is the difference more than noise?",
      .hint = "compare", .edit = true },
    { .keys = "r", .command = "plot roc {model}", .help = "its ROC curve" },
    { .keys = "x", .command = "plot confusion {model}", .help = "its confusion matrix" },
    { .keys = "s", .command = "save model {model} to=", .help = "write the model to a file",
      .edit = true },
    { .keys = "a", .command = "train ", .help = "train another one", .hint = "train",
      .edit = true },
    { .keys = NULL },
};

const struct view view_models = {
    .name = "models", .title = "Models",
    .help = "The leader board, the best first. Validation never sees the held-out rows; test does, "
            "and every look is counted.",
    .keys = models_keys, .state_size = sizeof(struct models), .release = models_release,
    .heading = models_heading, .settle = models_settle, .draw = models_draw,
    .request = models_request, .click = models_click,
};
