/* survey.c - a thread, a table of questions with their answers. */
#include "survey.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "figure_clone.h"

#define N_BUCKETS 1024

enum kind { ASK_PROFILE, ASK_DIFF, ASK_LOOK, ASK_EXPECT, ASK_PLOT };
enum state { WAITING, RUNNING, DONE };

/* A question.  The references keep the addresses, which are the key, from being used again. */
struct item {
    enum kind kind;
    const void *a, *b; /* column; before, after; table, selection; id and size in numbers[] */
    size_t numbers[3];
    struct figure figure; /* ASK_PLOT: a copy */
    enum state state;
    unsigned age; /* sweeps since it was asked for */
    struct profile_column profile;
    bool held;   /* ASK_EXPECT */
    bool failed; /* no memory for it: then it stays unknown */
    struct diff *diff;
    struct looked *looked;
    struct canvas canvas;
    char note[200];
    struct item *next_in_bucket, *next_waiting;
};

struct survey {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct item *buckets[N_BUCKETS];
    struct item *waiting; /* the latest first */
    bool busy, end;
    int fd;
    struct gnuplot *gnuplot; /* the thread's own */
};

/* ---------------------------------------------------------------- answering (the thread) */

static void answer_plot(struct survey *s, struct item *it)
{
    struct err why = { 0 };
    size_t w = it->numbers[1], h = it->numbers[2];

    if (gnuplot_draw_cells(&it->canvas, s->gnuplot, &it->figure, w, h, &why)) {
        figure_draw_plain(&it->canvas, &it->figure, w, h);
        snprintf(it->note, sizeof(it->note), "%.199s", why.msg);
    }
}

static void answer_expect(struct item *it)
{
    struct expect_outcome o;

    it->failed = expectation_check(&o, it->a, it->b, NULL, NULL) != 0;
    it->held = !it->failed && o.held;
    if (!it->failed)
        expect_outcome_release(&o);
}

static void answer(struct survey *s, struct item *it)
{
    switch (it->kind) {
    case ASK_PROFILE:
        it->failed = profile_column(&it->profile, it->a, NULL) != 0;
        break;
    case ASK_DIFF:
        if (diff_tables(&it->diff, it->a, it->b, NULL))
            it->diff = NULL;
        break;
    case ASK_EXPECT:
        answer_expect(it);
        break;
    case ASK_LOOK:
        if (selection_look(&it->looked, it->b, it->a, it->numbers[0], NULL, NULL))
            it->looked = NULL;
        break;
    case ASK_PLOT:
        answer_plot(s, it);
        break;
    }
}

static void *work(void *ctx)
{
    struct survey *s = ctx;
    const uint64_t one = 1;

    pthread_mutex_lock(&s->lock);
    while (!s->end) {
        struct item *it = s->waiting;
        if (!it) {
            s->busy = false;
            pthread_cond_broadcast(&s->changed);
            pthread_cond_wait(&s->changed, &s->lock);
            continue;
        }
        s->busy = true;
        s->waiting = it->next_waiting;
        it->state = RUNNING;
        pthread_mutex_unlock(&s->lock);
        answer(s, it);
        pthread_mutex_lock(&s->lock);
        it->state = DONE;
        if (write(s->fd, &one, sizeof(one)) < 0)
            break; /* cannot happen: the counter is far from full */
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* ---------------------------------------------------------------- asking */

static struct item **bucket_of(struct survey *s, const struct item *key)
{
    uint64_t h = hash_mix((uint64_t)(uintptr_t)key->a, (uint64_t)(uintptr_t)key->b);

    h = hash_mix(h, key->numbers[0] * 31 + key->numbers[1] * 1009 + key->numbers[2]);
    return &s->buckets[hash_mix(h, (uint64_t)key->kind) % N_BUCKETS];
}

static struct item *find(struct item *in, const struct item *key)
{
    for (; in; in = in->next_in_bucket)
        if (in->kind == key->kind && in->a == key->a && in->b == key->b &&
            memcmp(in->numbers, key->numbers, sizeof(key->numbers)) == 0)
            return in;
    return NULL;
}

static void hold(struct item *it, const struct figure *f)
{
    if (it->kind == ASK_PROFILE)
        column_ref(it->a);
    if (it->kind == ASK_DIFF) {
        table_ref(it->a);
        table_ref(it->b);
    }
    if (it->kind == ASK_EXPECT) {
        expectation_ref(it->a);
        table_ref(it->b);
    }
    if (it->kind == ASK_LOOK) {
        table_ref(it->a);
        selection_ref(it->b);
    }
    if (it->kind == ASK_PLOT)
        figure_clone(&it->figure, f);
}

/* The item when its answer is there; else it is asked for and NULL. */
static struct item *ask(struct survey *s, const struct item *key, const struct figure *f)
{
    pthread_mutex_lock(&s->lock);
    struct item **bucket = bucket_of(s, key);
    struct item *it = find(*bucket, key);
    if (!it) {
        it = MEM_NEW(struct item, 1);
        *it = *key;
        hold(it, f);
        it->next_in_bucket = *bucket;
        *bucket = it;
        it->next_waiting = s->waiting;
        s->waiting = it;
        pthread_cond_broadcast(&s->changed);
    }
    it->age = 0;
    bool done = it->state == DONE;
    pthread_mutex_unlock(&s->lock);
    return done ? it : NULL;
}

const struct profile_column *survey_profile(struct survey *s, const struct column *c)
{
    const struct item *it = ask(s, &(struct item){ .kind = ASK_PROFILE, .a = c }, NULL);

    return it && !it->failed ? &it->profile : NULL;
}

const struct diff *survey_diff(struct survey *s, const struct table *before,
                               const struct table *after)
{
    const struct item *it = ask(s, &(struct item){ .kind = ASK_DIFF, .a = before, .b = after },
                                NULL);

    return it ? it->diff : NULL;
}

const struct looked *survey_look(struct survey *s, const struct table *t,
                                 const struct selection *selection, bool with_counts)
{
    const struct item key = {
        .kind = ASK_LOOK, .a = t, .b = selection, .numbers = { with_counts }
    };
    const struct item *it = ask(s, &key, NULL);

    return it ? it->looked : NULL;
}

int survey_expected(struct survey *s, const struct expectation *e, const struct table *t)
{
    const struct item *it = ask(s, &(struct item){ .kind = ASK_EXPECT, .a = e, .b = t }, NULL);

    return !it || it->failed ? -1 : it->held;
}

const struct canvas *survey_plot(struct survey *s, const struct figure *f, size_t id, int width,
                                 int height, const char **note)
{
    const struct item key = { .kind = ASK_PLOT, .numbers = { id, (size_t)width, (size_t)height } };
    const struct item *it = ask(s, &key, f);

    if (it && note)
        *note = it->note;
    return it ? &it->canvas : NULL;
}

/* ---------------------------------------------------------------- life */

static void item_free(struct item *it)
{
    if (it->kind == ASK_PROFILE)
        column_unref(it->a);
    if (it->kind == ASK_DIFF) {
        diff_free(it->diff);
        table_unref(it->a);
        table_unref(it->b);
    }
    if (it->kind == ASK_EXPECT) {
        expectation_unref(it->a);
        table_unref(it->b);
    }
    if (it->kind == ASK_LOOK) {
        looked_free(it->looked);
        table_unref(it->a);
        selection_unref(it->b);
    }
    if (it->kind == ASK_PLOT) {
        figure_release(&it->figure);
        if (it->state == DONE)
            canvas_release(&it->canvas);
    }
    mem_free(it);
}

struct survey *survey_new(const struct gnuplot_options *gnuplot)
{
    struct survey *s = MEM_NEW(struct survey, 1);
    sigset_t all, before;

    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    s->gnuplot = gnuplot_new(gnuplot);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals belong to the screen's thread */
    pthread_create(&s->thread, NULL, work, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return s;
}

void survey_free(struct survey *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->end = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    for (size_t i = 0; i < N_BUCKETS; i++) {
        while (s->buckets[i]) {
            struct item *it = s->buckets[i];
            s->buckets[i] = it->next_in_bucket;
            item_free(it);
        }
    }
    gnuplot_free(s->gnuplot);
    close(s->fd);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

int survey_fd(const struct survey *s)
{
    return s->fd;
}

void survey_drain(struct survey *s)
{
    uint64_t count;

    while (read(s->fd, &count, sizeof(count)) > 0)
        ;
}

static void unlink_waiting(struct survey *s, const struct item *it)
{
    for (struct item **at = &s->waiting; *at; at = &(*at)->next_waiting) {
        if (*at == it) {
            *at = it->next_waiting;
            return;
        }
    }
}

void survey_sweep(struct survey *s)
{
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < N_BUCKETS; i++) {
        for (struct item **at = &s->buckets[i]; *at;) {
            struct item *it = *at;
            if (it->age++ < 1 || it->state == RUNNING) {
                at = &it->next_in_bucket;
                continue;
            }
            *at = it->next_in_bucket;
            unlink_waiting(s, it);
            item_free(it);
        }
    }
    pthread_mutex_unlock(&s->lock);
}

void survey_wait(struct survey *s)
{
    pthread_mutex_lock(&s->lock);
    while (s->busy || s->waiting)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}
