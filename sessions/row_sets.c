#include "row_sets.h"

#include <stdlib.h>

#include "base/mem.h"

struct row_sets *row_sets_new(void)
{
    struct row_sets *s = MEM_NEW(struct row_sets, 1);

    atomic_init(&s->refs, 1);
    return s;
}

struct row_sets *row_sets_ref(struct row_sets *s)
{
    if (s)
        atomic_fetch_add(&s->refs, 1);
    return s;
}

void row_sets_unref(struct row_sets *s)
{
    if (!s || atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    for (size_t i = 0; i < s->n; i++) {
        mem_free(s->items[i].title);
        buffer_unref(s->items[i].rows);
    }
    mem_free(s->items);
    mem_free(s);
}

size_t row_sets_add(struct row_sets *s, const char *title, struct buffer *rows, size_t n_rows)
{
    s->items = mem_resize(s->items, s->n + 1, sizeof(*s->items));
    s->items[s->n++] =
        (struct row_set){ .title = mem_strdup(title), .rows = buffer_ref(rows), .n_rows = n_rows };
    return s->n;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

size_t row_numbers_sort(uint32_t *numbers, size_t n)
{
    size_t kept = 0;

    qsort(numbers, n, sizeof(*numbers), by_number);
    for (size_t k = 0; k < n; k++)
        if (k == 0 || numbers[k] != numbers[kept - 1])
            numbers[kept++] = numbers[k];
    return kept;
}
