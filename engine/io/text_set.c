#include "io/text_set.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define TEXT_SET_FIRST 64

void text_set_init(struct text_set *s)
{
    *s = (struct text_set){ .slots = MEM_NEW(struct text_slot, TEXT_SET_FIRST),
                            .cap = TEXT_SET_FIRST };
}

void text_set_release(struct text_set *s)
{
    mem_free(s->slots);
    *s = (struct text_set){ 0 };
}

/* The slot that holds the text, or the free one where it belongs. */
static struct text_slot *text_set_slot(const struct text_set *s, const char *text, size_t len)
{
    size_t i = (size_t)hash_bytes(text, len) & (s->cap - 1);

    while (s->slots[i].text.at) {
        if (s->slots[i].text.len == len && memcmp(s->slots[i].text.at, text, len) == 0)
            break;
        i = (i + 1) & (s->cap - 1);
    }
    return &s->slots[i];
}

static void text_set_grow(struct text_set *s)
{
    struct text_set bigger = { .slots = MEM_NEW(struct text_slot, s->cap * 2), .cap = s->cap * 2 };

    for (size_t i = 0; i < s->cap; i++)
        if (s->slots[i].text.at)
            *text_set_slot(&bigger, s->slots[i].text.at, s->slots[i].text.len) = s->slots[i];
    bigger.n = s->n;
    mem_free(s->slots);
    *s = bigger;
}

bool text_set_add(struct text_set *s, const char *text, size_t len)
{
    struct text_slot *slot = text_set_slot(s, text, len);

    if (slot->text.at)
        return false;
    slot->text = (struct span){ text, len };
    if (++s->n * 2 > s->cap)
        text_set_grow(s);
    return true;
}

size_t *text_set_counter(const struct text_set *s, const char *text, size_t len)
{
    return &text_set_slot(s, text, len)->counter;
}

bool text_set_has(const struct text_set *s, const char *text, size_t len)
{
    return text_set_slot(s, text, len)->text.at != NULL;
}
