#include "io/csv_words.h"

#include "base/mem.h"

#define FIRST_WORDS 32

void csv_words_release(struct csv_words *w)
{
    if (w->list)
        arena_release(&w->texts);
    mem_free(w->list);
    mem_free(w->slots);
    *w = (struct csv_words){ 0 };
}

static void words_place(struct csv_words *w, size_t number)
{
    size_t i = w->list[number].hash & (w->n_slots - 1);

    while (w->slots[i])
        i = (i + 1) & (w->n_slots - 1);
    w->slots[i] = (uint32_t)number + 1;
}

static void words_grow(struct csv_words *w)
{
    if (!w->list)
        arena_init(&w->texts);
    w->cap = w->cap ? 2 * w->cap : FIRST_WORDS;
    w->list = mem_resize(w->list, w->cap, sizeof(*w->list));
    mem_free(w->slots);
    w->n_slots = 2 * w->cap;
    w->slots = MEM_NEW(uint32_t, w->n_slots);
    for (size_t i = 0; i < w->n; i++)
        words_place(w, i);
}

size_t csv_words_add(struct csv_words *w, const char *s, size_t len, uint32_t hash)
{
    if (w->n == w->cap)
        words_grow(w);
    w->list[w->n] = (struct csv_word){ .at = arena_strndup(&w->texts, s, len),
                                       .len = (uint32_t)len,
                                       .hash = hash };
    words_place(w, w->n);
    return w->n++;
}

size_t csv_words_put(struct csv_words *w, const char *s, size_t len, uint32_t hash)
{
    size_t number = csv_words_find(w, s, len, hash);

    return number != SIZE_MAX ? number : csv_words_add(w, s, len, hash);
}
