/* figure_clone.c - copying a figure, arrays and texts included. */
#include "figure_clone.h"

static const char *copy_text(struct figure *f, const char *text)
{
    return text ? arena_strdup(&f->arena, text) : NULL;
}

static struct axis clone_axis(struct figure *f, const struct axis *a)
{
    struct axis copy = *a;

    copy.label = copy_text(f, a->label);
    if (a->categories)
        copy.categories = figure_copy_text(f, a->categories, a->n_categories);
    return copy;
}

static void clone_series(struct figure *out, const struct series *s)
{
    struct series *copy = figure_add(out, s->kind, s->label, s->n, s->x, s->y);

    copy->x2 = figure_copy(out, s->x2, s->n);
    copy->y2 = figure_copy(out, s->y2, s->n);
    copy->z = figure_copy(out, s->z, s->n);
    if (s->text)
        copy->text = figure_copy_text(out, s->text, s->n);
    copy->muted = s->muted;
    copy->colour = s->colour;
}

void figure_clone(struct figure *out, const struct figure *f)
{
    figure_init(out, f->kind);
    out->title = copy_text(out, f->title);
    out->note = copy_text(out, f->note);
    out->x = clone_axis(out, &f->x);
    out->y = clone_axis(out, &f->y);
    out->square = f->square;
    out->key = f->key;
    for (size_t i = 0; i < f->n_series; i++)
        clone_series(out, &f->series[i]);
}
