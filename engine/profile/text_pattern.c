/* text_pattern.c - the forms of texts: AAA-999. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "profile/profile_parts.h"

enum { ELLIPSIS = 4 }; /* bytes, with the NUL */

/* ---------------------------------------------------------------- one text */

void text_pattern(char out[PROFILE_PATTERN_SIZE], struct span text, bool wide)
{
    size_t n = 0;
    char before = 0;
    bool run = false;

    for (size_t i = 0; i < text.len;) {
        uint32_t code = (unsigned char)text.at[i];
        size_t len = code < 0x80 ? 1 : text_decode(&code, text.at + i, text.len - i);
        char kind = text_class(code);
        /* Marks belong to the letter before them. */
        bool same = kind && (kind == before || (kind == 'x' && (before == 'A' || before == 'a')));
        size_t room = PROFILE_PATTERN_SIZE - ELLIPSIS - n;
        if ((kind ? 1 : len) > room) {
            memcpy(out + n, "…", sizeof("…") - 1);
            n += sizeof("…") - 1;
            break;
        }
        if (!kind) {
            memcpy(out + n, text.at + i, len);
            n += len;
        } else if (!wide || !same) {
            out[n++] = kind;
        } else if (!run) {
            out[n++] = '+';
        }
        run = wide && same;
        before = same ? before : kind;
        i += len;
    }
    out[n] = 0;
}

/* What one character of the class is. */
static const char *class_regex(char kind)
{
    switch (kind) {
    case 'A':
        return "[\\p{Lu}\\p{Lt}]";
    case 'a':
        return "\\p{Ll}";
    case '9':
        return "\\p{Nd}";
    default:
        return "[\\p{Lo}\\p{Lm}\\p{Mn}\\p{Mc}]";
    }
}

/* The rest of a run: marks and letters without case go with the letters before them. */
static void add_run(struct str *out, char kind)
{
    if (kind == 'A')
        str_add(out, "[\\p{Lu}\\p{Lt}\\p{Lo}\\p{Lm}\\p{Mn}\\p{Mc}]+");
    else if (kind == 'a')
        str_add(out, "[\\p{Ll}\\p{Lo}\\p{Lm}\\p{Mn}\\p{Mc}]+");
    else
        str_addf(out, "%s+", class_regex(kind));
}

void profile_pattern_regex(struct str *out, const char *pattern, bool wide)
{
    str_add(out, "^");
    for (const char *at = pattern; *at; at++) {
        if (strcmp(at, "…") == 0)
            return; /* cut: the rest is anything */
        if (*at == 'A' || *at == 'a' || *at == '9' || *at == 'x') {
            str_add(out, class_regex(*at));
            if (wide && at[1] == '+') {
                add_run(out, *at);
                at++;
            }
        } else if ((unsigned char)*at < 0x80) {
            str_addf(out, "\\x%02x", (unsigned char)*at);
        } else {
            str_add_char(out, *at);
        }
    }
    str_add(out, "$");
}

/* ---------------------------------------------------------------- all of them */

struct tally {
    struct profile_pattern *items;
    uint32_t *slots; /* number + 1, 0: free; a power of two, at most half full */
    size_t n, cap, n_slots;
};

static size_t slot_of(const struct tally *t, const char *pattern)
{
    size_t at = (size_t)hash_bytes(pattern, strlen(pattern)) & (t->n_slots - 1);

    while (t->slots[at] && strcmp(t->items[t->slots[at] - 1].text, pattern) != 0)
        at = (at + 1) & (t->n_slots - 1);
    return at;
}

static int tally_grow(struct tally *t, struct err *err)
{
    size_t cap = t->cap ? 4 * t->cap : 64;
    void *items = t->items, *slots;

    if (mem_big_grow(&items, t->n * sizeof(*t->items), cap, sizeof(*t->items), "patterns of texts",
                     err))
        return -1;
    t->items = items;
    if (mem_big(&slots, 2 * cap, sizeof(uint32_t), "patterns of texts", err))
        return -1;
    memset(slots, 0, 2 * cap * sizeof(uint32_t));
    mem_big_free(t->slots);
    t->slots = slots;
    t->n_slots = 2 * cap;
    t->cap = cap;
    for (size_t k = 0; k < t->n; k++)
        t->slots[slot_of(t, t->items[k].text)] = (uint32_t)(k + 1);
    return 0;
}

static int tally_add(struct tally *t, const char *pattern, size_t count, size_t row,
                     struct err *err)
{
    if (t->n == t->cap && tally_grow(t, err))
        return -1;
    size_t at = slot_of(t, pattern);
    if (!t->slots[at]) {
        t->items[t->n] = (struct profile_pattern){ .row = row };
        memcpy(t->items[t->n].text, pattern, strlen(pattern) + 1);
        t->slots[at] = (uint32_t)++t->n;
    }
    struct profile_pattern *item = &t->items[t->slots[at] - 1];
    item->count += count;
    item->row = row < item->row ? row : item->row;
    return 0;
}

static int by_count(const void *a, const void *b)
{
    const struct profile_pattern *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->text, y->text);
}

/* Fills p; *covered receives the rows that its patterns stand for. */
static int tally_texts(struct profile_column *p, size_t *covered, const struct column *c,
                       const struct group *groups, size_t n, bool wide, struct err *err)
{
    struct tally t = { .items = NULL };
    char pattern[PROFILE_PATTERN_SIZE];
    int rc = 0;

    for (size_t k = 0; k < n && !rc; k++) {
        text_pattern(pattern, column_span(c, groups[k].row), wide);
        rc = tally_add(&t, pattern, groups[k].count, groups[k].row, err);
    }
    if (!rc && t.n) {
        qsort(t.items, t.n, sizeof(*t.items), by_count);
        p->n_patterns_found = t.n;
        p->n_patterns = t.n < PROFILE_PATTERNS ? t.n : PROFILE_PATTERNS;
        memcpy(p->patterns, t.items, p->n_patterns * sizeof(*t.items));
        p->patterns_are_wide = wide;
        *covered = 0;
        for (size_t k = 0; k < p->n_patterns; k++)
            *covered += t.items[k].count;
    }
    mem_big_free(t.items);
    mem_big_free(t.slots);
    return rc;
}

int profile_patterns(struct profile_column *p, const struct column *c, const struct group *groups,
                     size_t n, struct err *err)
{
    size_t covered = 0;

    if (tally_texts(p, &covered, c, groups, n, false, err))
        return -1;
    if (2 * covered >= p->count)
        return 0;
    return tally_texts(p, &covered, c, groups, n, true, err);
}
