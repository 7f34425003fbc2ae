#include "profile/lessons.h"

#include <string.h>

#include "base/mem.h"

static char *copy_text(const char *s)
{
    return s ? mem_strdup(s) : NULL;
}

static struct lesson lesson_copy(const struct lesson *l)
{
    return (struct lesson){ copy_text(l->kind),  copy_text(l->column),   l->row,
                            copy_text(l->value), copy_text(l->proposal), l->right };
}

struct lessons *lessons_add(const struct lessons *l, const struct lesson *lesson)
{
    struct lessons *out = MEM_NEW(struct lessons, 1);
    size_t n = l ? l->n : 0;

    atomic_init(&out->refs, 1);
    out->n = n + 1;
    out->items = MEM_NEW(struct lesson, n + 1);
    for (size_t i = 0; i < n; i++)
        out->items[i] = lesson_copy(&l->items[i]);
    out->items[n] = lesson_copy(lesson);
    return out;
}

struct lessons *lessons_ref(const struct lessons *l)
{
    struct lessons *shared = (struct lessons *)(uintptr_t)l;

    if (shared)
        atomic_fetch_add(&shared->refs, 1);
    return shared;
}

void lessons_unref(const struct lessons *l)
{
    struct lessons *shared = (struct lessons *)(uintptr_t)l;

    if (!shared || atomic_fetch_sub(&shared->refs, 1) != 1)
        return;
    for (size_t i = 0; i < shared->n; i++) {
        const struct lesson *one = &shared->items[i];
        mem_free((void *)(uintptr_t)one->kind);
        mem_free((void *)(uintptr_t)one->column);
        mem_free((void *)(uintptr_t)one->value);
        mem_free((void *)(uintptr_t)one->proposal);
    }
    mem_free(shared->items);
    mem_free(shared);
}

static void hash_text(struct hasher *h, const char *s)
{
    hasher_add_u64(h, s != NULL);
    if (s)
        hasher_add_text(h, s);
}

void lessons_hash(struct hasher *h, const struct lessons *l)
{
    for (size_t i = 0; l && i < l->n; i++) {
        hash_text(h, l->items[i].kind);
        hash_text(h, l->items[i].column);
        hasher_add_u64(h, l->items[i].row);
        hash_text(h, l->items[i].value);
        hash_text(h, l->items[i].proposal);
        hasher_add_u64(h, l->items[i].right);
    }
}

/* Is `about`, one name or several with commas, about this column: the same, or the last of them? */
static bool is_about(const char *about, const char *column)
{
    size_t n = strlen(about), len = strlen(column);

    return n >= len && strcmp(about + n - len, column) == 0 &&
           (n == len || about[n - len - 1] == ',');
}

double lessons_update(const struct lessons *l, const char *kind, const char *column, double sure)
{
    double right = LESSONS_PRIOR * sure, all = LESSONS_PRIOR;

    for (size_t i = 0; l && i < l->n; i++) {
        const struct lesson *one = &l->items[i];
        if (strcmp(one->kind, kind) != 0)
            continue;
        double weight = is_about(one->column, column) ? 1 : LESSONS_ELSEWHERE;
        all += weight;
        right += one->right ? weight : 0;
    }
    return right / all;
}

static bool same_text(const char *lesson, const char *asked)
{
    return lesson && asked && strcmp(lesson, asked) == 0;
}

/* Does the lesson speak of this cell: by its row, or by the same replacement in the column? */
static bool speaks_of(const struct lesson *l, const char *kind, const char *column, size_t row,
                      const char *value, const char *proposal)
{
    if (!is_about(l->column, column))
        return false;
    if (l->row == 0 && !l->value)
        return strcmp(l->kind, kind) == 0;
    if (l->row == row && same_text(l->value, value) &&
        (same_text(l->proposal, proposal) || !l->proposal))
        return true;
    return strcmp(l->kind, "dependency") != 0 && strcmp(l->kind, kind) == 0 &&
           same_text(l->value, value) && same_text(l->proposal, proposal);
}

static bool answered(const struct lessons *l, bool right, const char *kind, const char *column,
                     size_t row, const char *value, const char *proposal)
{
    for (size_t i = 0; l && i < l->n; i++)
        if (l->items[i].right == right &&
            speaks_of(&l->items[i], kind, column, row, value, proposal))
            return true;
    return false;
}

bool lessons_refuse(const struct lessons *l, const char *kind, const char *column, size_t row,
                    const char *value, const char *proposal)
{
    return answered(l, false, kind, column, row, value, proposal);
}

bool lessons_accept(const struct lessons *l, const char *kind, const char *column, size_t row,
                    const char *value, const char *proposal)
{
    return answered(l, true, kind, column, row, value, proposal);
}
