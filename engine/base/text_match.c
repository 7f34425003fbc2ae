/* Words compared: how far apart they are, and shell patterns. */
#include "base/text.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* One row of the table of distances between prefixes of a and b: a[0..i] against every prefix of b.
 * `last` and `before` are the two rows above.  Returns the smallest entry. */
static size_t distance_row(size_t *row, const size_t *last, const size_t *before, const char *a,
                           size_t i, const char *b, size_t n_b)
{
    size_t smallest = row[0] = i + 1;

    for (size_t j = 0; j < n_b; j++) {
        size_t d = least(last[j] + (a[i] != b[j]), least(last[j + 1], row[j]) + 1);
        if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
            d = least(d, before[j - 1] + 1);
        row[j + 1] = d;
        smallest = least(smallest, d);
    }
    return smallest;
}

/* The restricted form (optimal string alignment): no letter is edited twice. */
size_t text_distance(const char *a, const char *b, size_t limit)
{
    size_t n_a = strlen(a), n_b = strlen(b);

    if ((n_a > n_b ? n_a - n_b : n_b - n_a) > limit)
        return limit + 1;
    size_t width = n_b + 1, smallest = 0, smallest_before = 0;
    size_t *rows = MEM_NEW(size_t, 3 * width);
    for (size_t j = 0; j < width; j++)
        rows[j] = j;
    size_t result = rows[n_b];
    for (size_t i = 0; i < n_a; i++) {
        size_t *row = rows + (i + 1) % 3 * width;
        smallest_before = smallest;
        smallest = distance_row(row, rows + i % 3 * width, rows + (i + 2) % 3 * width, a, i, b,
                                n_b);
        result = row[n_b];
        /* A swap reaches back two rows, so both must be beyond the limit. */
        if (smallest > limit && smallest_before > limit)
            break;
    }
    if (smallest > limit && smallest_before > limit)
        result = limit + 1;
    mem_free(rows);
    return least(result, limit + 1);
}

const char *text_nearest(const char *word, const char *const *names)
{
    size_t len = strlen(word);
    /* A third of the letters may be wrong, three at most; never all of them. */
    size_t limit = least(least((len + 2) / 3, 3), len > 0 ? len - 1 : 0);
    size_t best = limit + 1;
    const char *nearest = NULL;

    for (; *names; names++) {
        size_t d = text_distance(word, *names, limit);
        if (d < best) {
            best = d;
            nearest = *names;
        }
    }
    return nearest;
}

/* ---------------------------------------------------------------- patterns */

static uint32_t next_code(const char **s)
{
    uint32_t code;

    /* The NUL ends a broken sequence, so that 4 never reads beyond it. */
    *s += text_decode(&code, *s, strnlen(*s, 4));
    return code;
}

/* A set "[a-z_]", "[!0-9]" at *p against one character.  Moves *p behind it; false in *closed when
 * there is no "]", and the bracket then stands for itself. */
static bool set_has(const char **p, uint32_t code, bool *closed)
{
    const char *at = *p + 1;
    bool inverted = *at == '!' || *at == '^', found = false;

    at += inverted;
    /* A "]" in the first place is a member. */
    for (bool first = true; *at != '\0' && (first || *at != ']'); first = false) {
        uint32_t low = next_code(&at), high = low;
        if (at[0] == '-' && at[1] != '\0' && at[1] != ']') {
            at++;
            high = next_code(&at);
        }
        found |= low <= code && code <= high;
    }
    *closed = *at == ']';
    if (!*closed)
        return false;
    *p = at + 1;
    return found != inverted;
}

/* One pattern element other than "*" against one character of the name; both move on. */
static bool match_one(const char **p, const char **name)
{
    uint32_t code = next_code(name);

    if (**p == '?') {
        ++*p;
        return true;
    }
    if (**p == '[') {
        bool closed, has = set_has(p, code, &closed);
        if (closed)
            return has;
    }
    return next_code(p) == code;
}

bool text_matches_glob(const char *pattern, const char *name)
{
    const char *star = NULL, *resume = NULL;

    /* On a mismatch the last star takes one character more; earlier stars need no second try. */
    while (*name != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            resume = name;
        } else if (*pattern != '\0' && match_one(&pattern, &name)) {
            continue;
        } else if (star) {
            next_code(&resume);
            pattern = star;
            name = resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}
