#include "figure.h"

#include <math.h>
#include <string.h>

#include "canvas.h"

void figure_init(struct figure *f, const char *kind)
{
    *f = (struct figure){ 0 };
    arena_init(&f->arena);
    f->kind = arena_strdup(&f->arena, kind);
}

void figure_release(struct figure *f)
{
    arena_release(&f->arena);
    *f = (struct figure){ 0 };
}

const double *figure_copy(struct figure *f, const double *v, size_t n)
{
    if (!v)
        return NULL;
    double *copy = ARENA_NEW(&f->arena, double, n);
    if (n)
        memcpy(copy, v, n * sizeof(*v));
    return copy;
}

const char *const *figure_copy_text(struct figure *f, const char *const *text, size_t n)
{
    const char **copy = ARENA_NEW(&f->arena, const char *, n);

    for (size_t i = 0; i < n; i++)
        copy[i] = arena_strdup(&f->arena, text[i]);
    return copy;
}

struct series *figure_add(struct figure *f, enum series_kind kind, const char *label, size_t n,
                          const double *x, const double *y)
{
    /* A figure has few series: the array is copied at each power of two. */
    if ((f->n_series & (f->n_series - 1)) == 0) {
        struct series *more = ARENA_NEW(&f->arena, struct series, f->n_series * 2 + 1);
        if (f->n_series)
            memcpy(more, f->series, f->n_series * sizeof(*more));
        f->series = more;
    }
    struct series *s = &f->series[f->n_series++];
    *s = (struct series){
        .kind = kind,
        .label = label ? arena_strdup(&f->arena, label) : NULL,
        .n = n,
        .x = figure_copy(f, x, n),
        .y = figure_copy(f, y, n),
        .colour = -1,
    };
    return s;
}

bool figure_is_empty(const struct figure *f)
{
    for (size_t i = 0; i < f->n_series; i++) {
        const struct series *s = &f->series[i];
        if (s->muted)
            continue;
        for (size_t j = 0; j < s->n; j++)
            if (isfinite(s->x[j]) && isfinite(s->y[j]))
                return false;
    }
    return true;
}

int figure_colour(const struct figure *f, size_t i)
{
    if (f->series[i].muted)
        return CANVAS_MUTED;
    if (f->series[i].colour >= 0)
        return f->series[i].colour % CANVAS_N_PALETTE;

    size_t place = 0;
    for (size_t j = 0; j < i; j++)
        place += !f->series[j].muted;
    return (int)(place % CANVAS_N_PALETTE);
}

size_t figure_outline(double *x, double *y, const struct series *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++) {
        const bool joined = i > 0 && s->x[i] == s->x2[i - 1];
        if (!joined) {
            x[n] = s->x[i];
            y[n++] = 0;
        }
        x[n] = s->x[i];
        y[n++] = s->y[i];
        x[n] = s->x2[i];
        y[n++] = s->y[i];
        if (i + 1 == s->n || s->x[i + 1] != s->x2[i]) {
            x[n] = s->x2[i];
            y[n++] = 0;
        }
    }
    return n;
}
