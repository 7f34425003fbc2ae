#include "profile/dependency.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FEWEST_ROWS  20 /* in groups of two and more, to speak of a dependency */
#define LEAST_LAMBDA 0.35
#define LEAST_NOISE  0.7
#define KEY_LAMBDA   0.3
#define KEY_NOISE    0.3
#define KEY_GROUPS   10
#define KEY_ROWS     8 /* in a group, on average */
#define MANY         8 /* the same error in one group */
#define MANY_SHARE   0.04
#define RARE_BESIDE  4 /* a value is rare beside one that is so many times as frequent */

/* ---------------------------------------------------------------- counting */

struct entry {
    uint32_t value, count;
};

static int by_count(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->value > y->value) - (x->value < y->value);
}

static int pair_alloc(struct pair_counts *out, size_t n_rows, uint32_t n_a, struct err *err)
{
    void *start, *value = NULL, *count = NULL;

    *out = (struct pair_counts){ .n_groups = n_a };
    if (mem_big(&start, (size_t)n_a + 2, sizeof(uint32_t), "counts of pairs", err))
        return -1;
    out->start = memset(start, 0, ((size_t)n_a + 2) * sizeof(uint32_t));
    if (mem_big(&value, n_rows, sizeof(uint32_t), "counts of pairs", err) ||
        mem_big(&count, n_rows, sizeof(uint32_t), "counts of pairs", err)) {
        mem_big_free(value);
        pair_counts_release(out);
        return -1;
    }
    out->value = value;
    out->count = count;
    return 0;
}

int pair_counts_new(struct pair_counts *out, const struct coded_groups *a, uint32_t n_a,
                    const uint32_t *b, uint32_t n_b, struct err *err)
{
    size_t n_rows = a->start[n_a + 1], n = 0;
    void *tally_block = NULL, *entry_block = NULL;

    if (pair_alloc(out, n_rows, n_a, err))
        return -1;
    if (mem_big(&tally_block, (size_t)n_b + 1, sizeof(uint32_t), "counts of pairs", err) ||
        mem_big(&entry_block, (size_t)n_b + 1, sizeof(struct entry), "counts of pairs", err)) {
        mem_big_free(tally_block);
        pair_counts_release(out);
        return -1;
    }
    uint32_t *tally = memset(tally_block, 0, ((size_t)n_b + 1) * sizeof(uint32_t));
    struct entry *found = entry_block;
    for (uint32_t g = 1; g <= n_a; g++) {
        size_t n_found = 0;
        for (size_t i = a->start[g]; i < a->start[g + 1]; i++) {
            uint32_t v = b[a->order[i]];
            if (v && tally[v]++ == 0)
                found[n_found++].value = v;
        }
        for (size_t k = 0; k < n_found; k++) {
            found[k].count = tally[found[k].value];
            tally[found[k].value] = 0;
        }
        if (n_found > 1)
            qsort(found, n_found, sizeof(*found), by_count);
        out->start[g] = (uint32_t)n;
        for (size_t k = 0; k < n_found; k++, n++) {
            out->value[n] = found[k].value;
            out->count[n] = found[k].count;
        }
    }
    out->start[n_a + 1] = (uint32_t)n;
    mem_big_free(tally_block);
    mem_big_free(entry_block);
    return 0;
}

void pair_counts_release(struct pair_counts *p)
{
    mem_big_free(p->start);
    mem_big_free(p->value);
    mem_big_free(p->count);
    *p = (struct pair_counts){ 0 };
}

/* ---------------------------------------------------------------- measuring */

/* Rows of a group that its top predicts when each is left out: all that have the top, as long as it
 * stays the top without one of them; half of them when it then has an equal. */
static double predicted(uint32_t top, uint32_t second)
{
    if (top == second || top == 1)
        return 0;
    return top - 1 > second ? top : 0.5 * top;
}

/* Is a value that stands k times beside a top in one group an error, rather than a second value?
 * Errors are rare beside it; the same one many times is none, unless the group is very large. */
static bool is_scattered(uint32_t k, uint32_t top)
{
    if (k < MANY)
        return top >= 2 && (k * RARE_BESIDE <= top || (k == 1 && top > 2));
    return (double)k <= MANY_SHARE * top;
}

struct dependency dependency_measure(const struct pair_counts *p, double base)
{
    struct dependency d = { 0 };
    double right = 0;
    size_t scattered = 0;

    for (uint32_t g = 1; g <= p->n_groups; g++) {
        uint32_t at = p->start[g], end = p->start[g + 1], n = 0;
        for (uint32_t k = at; k < end; k++)
            n += p->count[k];
        if (n < 2)
            continue;
        uint32_t top = p->count[at], second = at + 1 < end ? p->count[at + 1] : 0;
        d.n_rows += n;
        d.n_groups++;
        right += predicted(top, second);
        for (uint32_t k = at + 1; k < end; k++) {
            d.n_odd += p->count[k];
            if (is_scattered(p->count[k], top))
                scattered += p->count[k];
        }
    }
    if (d.n_rows < FEWEST_ROWS || base >= 1)
        return d;
    d.lambda = (right / (double)d.n_rows - base) / (1 - base);
    /* One cell more of either kind: nothing is certain from a few. */
    d.noise = ((double)scattered + 1) / ((double)d.n_odd + 1);
    if (d.lambda >= LEAST_LAMBDA && d.noise >= LEAST_NOISE)
        d.trust = 0.98 * d.noise * (0.4 + 0.6 * d.lambda);
    if (d.lambda >= KEY_LAMBDA && d.noise >= KEY_NOISE && d.n_groups >= KEY_GROUPS &&
        d.n_rows >= KEY_ROWS * d.n_groups)
        d.trust_of_key = 0.98 * (0.6 + 0.4 * d.lambda);
    /* What is well determined besides may be trusted as much. */
    if (d.trust > 0 && d.trust_of_key > d.trust)
        d.trust = d.trust_of_key;
    return d;
}

/* ---------------------------------------------------------------- voting */

static uint32_t count_of(const struct pair_counts *p, uint32_t a, uint32_t b)
{
    for (uint32_t k = p->start[a]; k < p->start[a + 1]; k++)
        if (p->value[k] == b)
            return p->count[k];
    return 0;
}

struct vote dependency_vote(const struct pair_counts *p, double trust, uint32_t a, uint32_t b)
{
    struct vote none = { 0 };

    if (a == 0 || a > p->n_groups || p->start[a] == p->start[a + 1])
        return none;
    uint32_t at = p->start[a], top = p->count[at], other;
    if (top < 2)
        return none;
    if (b == p->value[at] || b == 0)
        other = at + 1 < p->start[a + 1] ? p->count[at + 1] : 0;
    else
        other = count_of(p, a, b);
    if (b != p->value[at] && b != 0 && other == 0)
        other = 1; /* a row that was not counted */
    if (other >= top)
        return none;
    double sure = trust * (1 - (double)other / top) * ((double)top / (top + 1));
    return (struct vote){ p->value[at], -log(1 - sure) };
}

struct verdict dependency_verdict(const struct vote *votes, size_t n, uint32_t b)
{
    struct verdict best = { 0 };
    double own = 0, most = 0;

    for (size_t i = 0; i < n; i++)
        own += b && votes[i].value == b ? votes[i].weight : 0;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        if (!votes[i].value || votes[i].value == b)
            continue;
        for (size_t j = 0; j < n; j++)
            sum += votes[j].value == votes[i].value ? votes[j].weight : 0;
        if (sum > most) {
            most = sum;
            best.value = votes[i].value;
        }
    }
    best.sure = most > own ? 1 - exp(own - most) : 0;
    if (best.sure == 0)
        best.value = 0;
    return best;
}

/* ---------------------------------------------------------------- two columns as one */

struct pair_of {
    uint64_t key;
    uint32_t row;
};

static int by_key(const void *a, const void *b)
{
    const struct pair_of *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

int dependency_pair_codes(uint32_t **code, uint32_t *n_values, const struct coded_column *x,
                          const struct coded_column *y, size_t n_rows, struct err *err)
{
    void *out, *pairs_block;
    uint32_t n = 0;

    if (mem_big(&out, n_rows, sizeof(uint32_t), "pairs of values", err))
        return -1;
    if (mem_big(&pairs_block, n_rows, sizeof(struct pair_of), "pairs of values", err)) {
        mem_big_free(out);
        return -1;
    }
    struct pair_of *pairs = pairs_block;
    for (size_t i = 0; i < n_rows; i++)
        pairs[i] = (struct pair_of){
            x->code[i] && y->code[i] ? (uint64_t)x->code[i] << 32 | y->code[i] : 0, (uint32_t)i
        };
    qsort(pairs, n_rows, sizeof(*pairs), by_key);
    *code = out;
    for (size_t i = 0; i < n_rows; i++) {
        if (pairs[i].key && (i == 0 || pairs[i].key != pairs[i - 1].key))
            n++;
        (*code)[pairs[i].row] = pairs[i].key ? n : 0;
    }
    *n_values = n;
    mem_big_free(pairs_block);
    return 0;
}
