/* profile_words.c - columns of words: each distinct value is looked at once. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "profile/profile_parts.h"

static size_t count_of(const struct group *groups, size_t n, const struct column *c, bool value)
{
    for (size_t k = 0; k < n; k++)
        if (column_bool(c, groups[k].row) == value)
            return groups[k].count;
    return 0;
}

static void describe_bools(struct profile_column *p, const struct group *groups, size_t n,
                           const struct column *c)
{
    if (p->count == 0)
        return;
    p->n_bins = 2;
    p->bins[0] = count_of(groups, n, c, false);
    p->bins[1] = count_of(groups, n, c, true);
    p->bin_high = 1;
    p->mean = (double)p->bins[1] / (double)p->count;
}

/* Does a stand before b among the most frequent? */
static bool is_before(const struct column *c, const struct group *a, const struct group *b)
{
    return a->count != b->count ? a->count > b->count : group_compare(c, a, b) < 0;
}

/* The PROFILE_BINS first of them, by insertion. */
static void find_tops(struct profile_column *p, const struct group *groups, size_t n,
                      const struct column *c)
{
    const struct group *best[PROFILE_BINS];
    size_t n_best = 0;

    for (size_t k = 0; k < n; k++) {
        size_t at = n_best;
        if (n_best == PROFILE_BINS && !is_before(c, &groups[k], best[n_best - 1]))
            continue;
        while (at > 0 && is_before(c, &groups[k], best[at - 1]))
            at--;
        n_best += n_best < PROFILE_BINS;
        memmove(best + at + 1, best + at, (n_best - at - 1) * sizeof(*best));
        best[at] = &groups[k];
    }
    for (size_t k = 0; k < n_best && k < PROFILE_TOPS; k++)
        p->tops[p->n_tops++] = (struct profile_top){ .row = best[k]->row, .count = best[k]->count };
    if (p->type == COLUMN_BOOL)
        return;
    for (size_t k = 0; k < n_best; k++)
        p->bins[p->n_bins++] = best[k]->count;
    p->bin_high = (double)p->n_bins;
}

/* Code points. */
static size_t n_characters(struct span text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.at[i] & 0xC0) != 0x80;
    return n;
}

static void measure_texts(struct profile_column *p, const struct group *groups, size_t n,
                          const struct column *c)
{
    for (size_t k = 0; k < n; k++) {
        struct span text = column_span(c, groups[k].row);
        size_t length = n_characters(text);
        p->shortest = k == 0 || length < p->shortest ? length : p->shortest;
        p->longest = length > p->longest ? length : p->longest;
        if (span_trim(text).len == 0)
            p->n_blank += groups[k].count;
    }
}

int profile_words(struct profile_column *p, const struct column *c, struct err *err)
{
    struct group *groups;
    size_t n;
    int rc = 0;

    if (column_groups_unsorted(&groups, &n, c, NULL, 0, err))
        return -1;
    p->distinct = n;
    find_tops(p, groups, n, c);
    if (p->type == COLUMN_BOOL) {
        describe_bools(p, groups, n, c);
    } else {
        measure_texts(p, groups, n, c);
        rc = profile_patterns(p, c, groups, n, err);
    }
    mem_big_free(groups);
    return rc;
}
