/* cluster_near.c - nearest neighbours among values that share a piece of text.
 *
 * Blocks are runs of a sorted list of (hash of a piece, value).  Each value that nobody took, the
 * most frequent first, looks through the blocks of its pieces and takes what is near. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "profile/cluster_distance.h"
#include "profile/cluster_key.h"
#include "profile/cluster_parts.h"

#define VALUES_PER_TICK 256
#define WHAT            "the neighbours of values"

struct posting {
    uint64_t piece;
    uint32_t value;
};

struct near {
    const struct values *values;
    const struct cluster_options *options;
    struct posting *postings; /* (n_postings) sorted by piece, then value */
    size_t n_postings;
    uint64_t *starts; /* (n + 1) of each value's characters */
    uint32_t *codes;  /* all characters, one value after the other */
    uint32_t *seen;   /* (n) the value that looked at it last, + 1 */
    size_t *rows;     /* scratch of the distances */
    size_t longest, n_blocks_left;
    struct str folded;
};

/* ---------------------------------------------------------------- characters */

static size_t decode(uint32_t *codes, struct span s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; n++)
        i += text_decode(&codes[n], s.at + i, s.len - i);
    return n;
}

static int decode_all(struct near *k, struct err *err)
{
    const struct values *v = k->values;
    size_t n_bytes = 0;
    void *block;

    for (size_t i = 0; i < v->n; i++)
        n_bytes += v->items[i].value.len;
    if (mem_big(&block, v->n + 1, sizeof(uint64_t), WHAT, err))
        return -1;
    k->starts = block;
    if (mem_big(&block, n_bytes, sizeof(uint32_t), WHAT, err))
        return -1;
    k->codes = block;
    k->starts[0] = 0;
    for (size_t i = 0; i < v->n; i++) {
        size_t n = decode(k->codes + k->starts[i], v->items[i].value);
        k->starts[i + 1] = k->starts[i] + n;
        k->longest = n > k->longest ? n : k->longest;
    }
    return 0;
}

static size_t length_of(const struct near *k, size_t i)
{
    return (size_t)(k->starts[i + 1] - k->starts[i]);
}

/* ---------------------------------------------------------------- blocks */

/* The folded text without blanks, which lives until the next call. */
static struct span block_text(struct near *k, size_t i)
{
    size_t kept = 0;

    str_clear(&k->folded);
    cluster_fold(&k->folded, k->values->items[i].value);
    for (size_t c = 0; c < k->folded.len; c++)
        if (k->folded.buf[c] != ' ')
            k->folded.buf[kept++] = k->folded.buf[c];
    return (struct span){ k->folded.buf, kept };
}

static size_t step_over(struct span s, size_t at, size_t n_chars)
{
    uint32_t code;

    for (; n_chars > 0 && at < s.len; n_chars--)
        at += text_decode(&code, s.at + at, s.len - at);
    return at;
}

static int add_posting(struct near *k, size_t *cap, uint64_t piece, size_t value, struct err *err)
{
    if (k->n_postings == *cap) {
        void *block = k->postings;
        *cap *= 2;
        if (mem_big_grow(&block, k->n_postings * sizeof(struct posting), *cap,
                         sizeof(struct posting), WHAT, err))
            return -1;
        k->postings = block;
    }
    k->postings[k->n_postings++] = (struct posting){ piece, (uint32_t)value };
    return 0;
}

static int post_value(struct near *k, size_t *cap, size_t i, struct err *err)
{
    struct span s = block_text(k, i);
    size_t from = 0, to = step_over(s, 0, k->options->block);

    if (s.len == 0)
        return 0;
    for (;;) {
        if (add_posting(k, cap, hash_bytes(s.at + from, to - from), i, err))
            return -1;
        if (to >= s.len)
            return 0;
        from = step_over(s, from, 1);
        to = step_over(s, to, 1);
    }
}

static int by_piece(const void *a, const void *b)
{
    const struct posting *x = a, *y = b;

    if (x->piece != y->piece)
        return x->piece < y->piece ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static int make_blocks(struct near *k, struct job *job, struct err *err)
{
    size_t cap = 1024;
    void *block;

    if (mem_big(&block, cap, sizeof(struct posting), WHAT, err))
        return -1;
    k->postings = block;
    for (size_t i = 0; i < k->values->n; i++) {
        if (post_value(k, &cap, i, err))
            return -1;
        if (i % VALUES_PER_TICK == 0 && job_tick(job, i, 2 * k->values->n, err))
            return -1;
    }
    qsort(k->postings, k->n_postings, sizeof(struct posting), by_piece);
    return 0;
}

/* The first posting of the piece, n_postings when there is none. */
static size_t find_block(const struct near *k, uint64_t piece)
{
    size_t low = 0, high = k->n_postings;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (k->postings[middle].piece < piece)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How many blocks are too large to look through. */
static void count_large(struct near *k)
{
    for (size_t i = 0, end; i < k->n_postings; i = end) {
        for (end = i + 1; end < k->n_postings && k->postings[end].piece == k->postings[i].piece;)
            end++;
        k->n_blocks_left += end - i > CLUSTER_BLOCK_MAX;
    }
}

/* ---------------------------------------------------------------- neighbours */

static bool is_near(struct near *k, size_t i, size_t j)
{
    const struct cluster_options *o = k->options;
    const uint32_t *a = k->codes + k->starts[i], *b = k->codes + k->starts[j];

    if (o->method == CLUSTER_JARO)
        return cluster_jaro(a, length_of(k, i), b, length_of(k, j), (uint8_t *)k->rows) <=
               o->radius;
    size_t limit = o->radius > 1e6 ? 1000000 : (size_t)o->radius;
    return cluster_edits(a, length_of(k, i), b, length_of(k, j), o->method == CLUSTER_DAMERAU,
                         limit, k->rows) <= limit;
}

static void take_block(struct near *k, uint32_t *leader, size_t i, uint64_t piece)
{
    size_t from = find_block(k, piece), end = from;

    while (end < k->n_postings && k->postings[end].piece == piece &&
           end - from <= CLUSTER_BLOCK_MAX)
        end++;
    if (end - from > CLUSTER_BLOCK_MAX)
        return;
    for (size_t p = from; p < end; p++) {
        size_t j = k->postings[p].value;
        if (j <= i || leader[j] != j || k->seen[j] == i + 1)
            continue;
        k->seen[j] = (uint32_t)i + 1;
        if (is_near(k, i, j))
            leader[j] = (uint32_t)i;
    }
}

static void take_neighbours(struct near *k, uint32_t *leader, size_t i)
{
    struct span s = block_text(k, i);
    size_t from = 0, to = step_over(s, 0, k->options->block);

    while (s.len) {
        take_block(k, leader, i, hash_bytes(s.at + from, to - from));
        if (to >= s.len)
            return;
        from = step_over(s, from, 1);
        to = step_over(s, to, 1);
    }
}

static int find_neighbours(struct near *k, uint32_t *leader, struct job *job, struct err *err)
{
    size_t n = k->values->n;
    void *block;

    if (mem_big(&block, n, sizeof(uint32_t), WHAT, err))
        return -1;
    k->seen = block;
    memset(k->seen, 0, n * sizeof(uint32_t));
    if (mem_big(&block, k->longest + 1, 3 * sizeof(size_t), WHAT, err))
        return -1;
    k->rows = block;
    for (size_t i = 0; i < n; i++) {
        if (i % VALUES_PER_TICK == 0 && job_tick(job, n + i, 2 * n, err))
            return -1;
        if (leader[i] == i)
            take_neighbours(k, leader, i);
    }
    return 0;
}

int cluster_by_distance(uint32_t *leader, size_t *n_blocks_left, const struct values *v,
                        const struct cluster_options *o, struct job *job, struct err *err)
{
    struct near k = { .values = v, .options = o };

    str_init(&k.folded);
    for (size_t i = 0; i < v->n; i++)
        leader[i] = (uint32_t)i;
    int rc = decode_all(&k, err);
    if (!rc)
        rc = make_blocks(&k, job, err);
    if (!rc) {
        count_large(&k);
        rc = find_neighbours(&k, leader, job, err);
    }
    *n_blocks_left = k.n_blocks_left;
    str_release(&k.folded);
    mem_big_free(k.postings);
    mem_big_free(k.starts);
    mem_big_free(k.codes);
    mem_big_free(k.seen);
    mem_big_free(k.rows);
    return rc;
}
