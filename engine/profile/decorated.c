#include "profile/decorated.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "profile/audit_texts.h"

#define FEWEST_VALUES 3   /* that an extra comes with */
#define MOST_SIGNS    5   /* one cell in so many may end in signs */
#define BARE_SHARE    0.5 /* of the cells with one of those values, bare ones at least */

struct candidate {
    struct span extra, bare;
    bool before;
    uint32_t code, other; /* of the text, and of the bare one; 0: it does not stand bare */
};

static int by_extra(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    if (x->before != y->before)
        return x->before ? -1 : 1;
    int order = span_compare(x->extra, y->extra);
    if (order)
        return order;
    return (x->code > y->code) - (x->code < y->code);
}

struct candidates {
    struct candidate *list;
    size_t n, cap;
};

/* Signs only, and such as no word or number ends in. */
static bool is_sign(char c)
{
    return c != '\0' && strchr("*#~^|\\<>=_-@", c);
}

static bool is_signs(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_sign(s.at[i]))
            return false;
    return s.len > 0;
}

static void add_candidate(struct candidates *l, const struct coded_column *c, uint32_t code,
                          struct span bare, struct span extra, bool before)
{
    bare = span_trim(bare);
    uint32_t other = bare.len >= 2 ? audit_find_text(c, bare) : 0;

    if (!is_signs(extra) && (!other || other == code || c->count[other] < c->count[code]))
        return;
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 64;
        l->list = mem_resize(l->list, l->cap, sizeof(*l->list));
    }
    l->list[l->n++] = (struct candidate){ extra, bare, before, code, other };
}

/* Every way to take words off one end. */
static void collect(struct candidates *l, const struct coded_column *c)
{
    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct span s = coded_text(c, v);
        for (size_t i = 1; i + 1 < s.len && s.len < 200; i++) {
            if (!isspace((unsigned char)s.at[i]))
                continue;
            struct span head = { s.at, i }, tail = { s.at + i, s.len - i };
            add_candidate(l, c, v, tail, head, true);
            add_candidate(l, c, v, head, tail, false);
        }
        size_t n = 0;
        while (n < s.len && is_sign(s.at[s.len - 1 - n]))
            n++;
        if (n && n < s.len)
            add_candidate(l, c, v, (struct span){ s.at, s.len - n },
                          (struct span){ s.at + s.len - n, n }, false);
    }
}

static int by_code(const void *a, const void *b)
{
    const struct decorated *x = a, *y = b;

    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    if (x->sure != y->sure)
        return x->sure > y->sure ? -1 : 1;
    return strcmp(x->right, y->right);
}

/* Candidates with one extra: how sure they are. */
static double trust_in(const struct coded_column *c, const struct candidate *list, size_t n)
{
    size_t bare = 0, with = 0, all = 0;

    for (size_t i = 0; i < n; i++) {
        bare += list[i].other ? c->count[list[i].other] : 0;
        with += c->count[list[i].code];
    }
    if (is_signs(list[0].extra)) {
        for (uint32_t v = 1; v <= c->n_values; v++)
            all += c->count[v];
        return n >= FEWEST_VALUES && with * MOST_SIGNS <= all ? 0.9 : 0;
    }
    double share = (double)bare / (double)(bare + with);
    return n >= FEWEST_VALUES && share > BARE_SHARE ? 0.9 * share * share : 0;
}

size_t decorated_find(struct decorated **out, const struct coded_column *c, struct arena *arena)
{
    struct candidates l = { 0 };
    size_t n = 0, kept = 0;

    collect(&l, c);
    if (l.n)
        qsort(l.list, l.n, sizeof(*l.list), by_extra);
    *out = ARENA_NEW(arena, struct decorated, l.n);
    for (size_t i = 0, next; i < l.n; i = next) {
        for (next = i + 1; next < l.n && l.list[next].before == l.list[i].before &&
                           span_eq(l.list[next].extra, l.list[i].extra);
             next++)
            ;
        double sure = trust_in(c, &l.list[i], next - i);
        for (size_t k = i; k < next && sure > 0; k++)
            (*out)[n++] = (struct decorated){
                l.list[k].code, sure, arena_strndup(arena, l.list[k].bare.at, l.list[k].bare.len)
            };
    }
    if (n)
        qsort(*out, n, sizeof(**out), by_code);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || (*out)[kept - 1].code != (*out)[i].code)
            (*out)[kept++] = (*out)[i];
    mem_free(l.list);
    return kept;
}
