#include "prepare/pairs.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

/* ---------------------------------------------------------------- writing */

void pairs_add(struct str *out, struct span from, struct span to)
{
    if (out->len)
        str_add_char(out, ',');
    str_add_listed(out, from);
    str_add_char(out, '=');
    str_add_listed(out, to);
}

/* ---------------------------------------------------------------- reading */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789ABCDEFabcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    int value = at ? (int)(at - digits) : -1;

    return value > 15 ? value - 6 : value;
}

/* The escape behind a backslash at `at`; how many bytes it took, 0 when it is none. */
static size_t read_escape(char *out, const char *at)
{
    if (at[0] == 'x' && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0) {
        *out = (char)(hex_digit(at[1]) * 16 + hex_digit(at[2]));
        return 3;
    }
    *out = at[0];
    return at[0] && strchr(",=\\", at[0]) ? 1 : 0;
}

/* Bytes up to an unescaped byte of `stops` or the end. */
static size_t text_extent(const char *at, const char *stops)
{
    size_t n = 0;

    while (at[n] && !strchr(stops, at[n]))
        n += at[n] == '\\' && at[n + 1] ? 2 : 1;
    return n;
}

/* One text up to an unescaped byte of `stops` or the end; *at moves there. */
static int read_text(struct span *out, const char **at, const char *stops, struct arena *arena,
                     struct err *err)
{
    size_t extent = text_extent(*at, stops), len = 0;
    char *text = arena_alloc(arena, extent + 1, 1);

    for (size_t i = 0; i < extent; i++) {
        char byte = (*at)[i];
        if (byte == '\\') {
            size_t took = read_escape(&byte, *at + i + 1);
            if (!took)
                return err_set(err, ERR_PARSE,
                               "'\\%.1s' is no escape in a map; a backslash stands before a comma, "
                               "=, another backslash or xNN",
                               *at + i + 1);
            i += took;
        }
        text[len++] = byte;
    }
    *at += extent;
    *out = (struct span){ text, len };
    return 0;
}

static size_t count_commas(const char *text)
{
    size_t n = 1;

    for (; *text; text++)
        n += *text == ',';
    return n;
}

int pairs_parse_texts(struct span **out, size_t *n, const char *text, struct arena *arena,
                      struct err *err)
{
    *n = 0;
    *out = ARENA_NEW(arena, struct span, count_commas(text));
    if (!*text)
        return 0;
    for (const char *at = text;; at++) {
        if (read_text(&(*out)[*n], &at, ",", arena, err))
            return -1;
        ++*n;
        if (!*at)
            return 0;
    }
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t *slot_of(const struct pairs *p, struct span from)
{
    size_t mask = p->n_slots - 1, at = hash_bytes(from.at, from.len) & mask;

    while (p->slots[at] && !span_eq(p->items[p->slots[at] - 1].from, from))
        at = (at + 1) & mask;
    return &p->slots[at];
}

static int enter_pair(struct pairs *p, const struct pair *pair, struct err *err)
{
    uint32_t *slot = slot_of(p, pair->from);

    if (*slot && span_eq(p->items[*slot - 1].to, pair->to))
        return 0; /* said twice */
    if (*slot)
        return err_set(err, ERR_USAGE, "'%.*s' is mapped to '%.*s' and to '%.*s'; keep one",
                       (int)(pair->from.len < 80 ? pair->from.len : 80), pair->from.at,
                       (int)(p->items[*slot - 1].to.len < 80 ? p->items[*slot - 1].to.len : 80),
                       p->items[*slot - 1].to.at, (int)(pair->to.len < 80 ? pair->to.len : 80),
                       pair->to.at);
    p->items[p->n++] = *pair;
    *slot = (uint32_t)p->n;
    return 0;
}

static int read_pair(struct pair *out, const char **at, struct arena *arena, struct err *err)
{
    const char *begin = *at;

    if (read_text(&out->from, at, ",=", arena, err))
        return -1;
    if (**at != '=')
        return err_set(err, ERR_PARSE,
                       "'%.*s' is no pair; a map is written from=to,from=to (with \\, and \\= for "
                       "a comma and an equals sign of the text)",
                       (int)(*at - begin < 80 ? *at - begin : 80), begin);
    ++*at;
    if (read_text(&out->to, at, ",", arena, err))
        return -1;
    out->to_missing = out->to.len == 0;
    return 0;
}

int pairs_parse(struct pairs *out, const char *text, struct arena *arena, struct err *err)
{
    size_t most = count_commas(text);

    *out = (struct pairs){ .n_slots = 16 };
    if (!*text)
        return err_set(err, ERR_USAGE, "the map is empty; write from=to,from=to");
    while (out->n_slots < 2 * most)
        out->n_slots *= 2;
    out->items = ARENA_NEW(arena, struct pair, most);
    out->slots = ARENA_NEW(arena, uint32_t, out->n_slots);
    for (const char *at = text;; at++) {
        struct pair pair;
        if (read_pair(&pair, &at, arena, err) || enter_pair(out, &pair, err))
            return -1;
        if (!*at)
            return 0;
    }
}

const struct pair *pairs_find(const struct pairs *p, struct span from)
{
    uint32_t slot = *slot_of(p, from);

    return slot ? &p->items[slot - 1] : NULL;
}
