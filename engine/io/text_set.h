/* text_set.h - a set of byte strings, for counting different ones.  Texts are borrowed. */
#ifndef IO_TEXT_SET_H
#define IO_TEXT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct text_slot {
    struct span text; /* at NULL: free */
    size_t counter;   /* the caller's; 0 at first */
};

struct text_set {
    struct text_slot *slots; /* open addressing */
    size_t n, cap;           /* cap is a power of two */
};

void text_set_init(struct text_set *s);
void text_set_release(struct text_set *s);
/* True when the text was not there before. */
bool text_set_add(struct text_set *s, const char *text, size_t len);
/* The counter of a text that is there; valid until the next text_set_add. */
size_t *text_set_counter(const struct text_set *s, const char *text, size_t len);
bool text_set_has(const struct text_set *s, const char *text, size_t len);

#endif
