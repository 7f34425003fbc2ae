#include "tune/tried.h"

#include <math.h>
#include <stdlib.h>

/* Inside the ranges of the axes that are free now and were in force then. */
static bool is_inside(const struct space *s, const double *point)
{
    for (size_t j = 0; j < s->n; j++) {
        const struct axis *a = &s->axes[j];
        if (!a->pinned && !isnan(point[j]) && !(point[j] >= a->low && point[j] <= a->high))
            return false;
    }
    return true;
}

/* false: the trial says nothing. */
static bool describe(struct tried *out, const struct trial *t)
{
    *out = (struct tried){ .trial = t, .rank = TRIED_BAD, .loss = INFINITY };
    if (t->state == TRIAL_RUNNING)
        out->rank = TRIED_RUNNING;
    if (t->state == TRIAL_DONE && !isnan(t->values[0])) {
        out->rank = TRIED_DONE;
        out->loss = t->values[0];
    }
    if (t->state == TRIAL_PRUNED || t->state == TRIAL_KILLED) {
        if (!t->n_steps)
            return t->state == TRIAL_PRUNED;
        const struct trial_step *last = &t->steps[t->n_steps - 1];
        out->rank = TRIED_STOPPED;
        out->loss = isnan(last->value) ? INFINITY : last->value;
        out->at = last->at;
    }
    return true;
}

static struct tried_list tried_list(const struct space *s, const struct history *h, bool inside,
                                    struct arena *arena)
{
    struct tried_list list = { .items = ARENA_NEW(arena, struct tried, h->n + 1) };

    for (size_t i = 0; i < h->n; i++) {
        if (inside && !is_inside(s, h->trials[i]->point))
            continue;
        if (!describe(&list.items[list.n], h->trials[i]))
            continue;
        list.n_finished += list.items[list.n].rank <= TRIED_STOPPED;
        list.n++;
    }
    return list;
}

struct tried_list tried_inside(const struct space *s, const struct history *h, struct arena *arena)
{
    return tried_list(s, h, true, arena);
}

struct tried_list tried_all(const struct space *s, const struct history *h, struct arena *arena)
{
    return tried_list(s, h, false, arena);
}

struct ranked {
    const struct tried *tried;
    size_t at;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *p = a, *q = b;
    const struct tried *x = p->tried, *y = q->tried;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->at != y->at)
        return x->at > y->at ? -1 : 1;
    if (x->loss != y->loss)
        return x->loss < y->loss ? -1 : 1;
    return (p->at > q->at) - (p->at < q->at);
}

size_t *tried_order(const struct tried_list *list, struct arena *arena)
{
    struct ranked *ranked = ARENA_NEW(arena, struct ranked, list->n + 1);
    size_t *order = ARENA_NEW(arena, size_t, list->n + 1);

    for (size_t i = 0; i < list->n; i++)
        ranked[i] = (struct ranked){ &list->items[i], i };
    qsort(ranked, list->n, sizeof(*ranked), by_rank);
    for (size_t i = 0; i < list->n; i++)
        order[i] = ranked[i].at;
    return order;
}

bool same_point(const double *a, const double *b, size_t n_axes)
{
    for (size_t j = 0; j < n_axes; j++)
        if (a[j] != b[j] && !(isnan(a[j]) && isnan(b[j])))
            return false;
    return true;
}

bool tried_before(const struct history *h, const double *point, size_t n_axes)
{
    for (size_t i = 0; i < h->n; i++)
        if (same_point(h->trials[i]->point, point, n_axes))
            return true;
    return false;
}
