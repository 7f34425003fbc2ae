/* profile_numbers.c - columns of numbers and times, all of whose figures come from their values in
 * order.
 *
 * Values are made into keys of 64 bits that keep their order.  Where there are few distinct ones (a
 * small range of whole numbers, or few values that a hash set finds) each is counted and only the
 * distinct ones are sorted; else all are, by radix.  Either way what follows sees `runs`: values that
 * ascend, each with its count.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "num/radix.h"
#include "num/shape.h"
#include "num/stats.h"
#include "profile/profile_parts.h"

enum {
    FEW_SLOTS = 1 << 16,      /* of the hash set: 1 MB, stays in a usual L2 */
    FEW_MOST = FEW_SLOTS / 2, /* distinct values that it takes */
};

struct runs {
    uint64_t *keys;   /* ascending; each once when there are counts */
    uint32_t *counts; /* NULL: every key stands for itself, equal ones beside each other */
    size_t n, total;
};

struct numbers {
    const struct column *column;
    bool whole; /* int, date, timestamp: keys are of ints */
    uint64_t low, high;
    size_t n;
    void *memory, *spare;
};

/* ---------------------------------------------------------------- keys */

static uint64_t key_at(const struct column *c, size_t i)
{
    switch (c->type) {
    case COLUMN_REAL:
        return radix_key_of_real(column_reals(c)[i] + 0.0); /* -0 becomes 0 */
    case COLUMN_DATE:
        return radix_key_of_int(column_codes(c)[i]);
    default:
        return radix_key_of_int(column_ints(c)[i]);
    }
}

static double value_of(const struct numbers *in, uint64_t key)
{
    return in->whole ? (double)radix_int_of_key(key) : radix_real_of_key(key);
}

static bool is_nan_at(const struct column *c, size_t i)
{
    return c->type == COLUMN_REAL && isnan(column_reals(c)[i]);
}

/* What one look at every cell tells; NaN are counted and left out from then on. */
static void survey_keys(struct numbers *in, struct profile_column *p)
{
    const struct column *c = in->column;
    const uint64_t zero = in->whole ? radix_key_of_int(0) : radix_key_of_real(0);
    const uint64_t least = in->whole ? 0 : radix_key_of_real(-INFINITY);
    const uint64_t most = in->whole ? UINT64_MAX : radix_key_of_real(INFINITY);

    in->low = UINT64_MAX;
    for (size_t i = 0; i < c->n_rows; i++) {
        if (column_missing(c, i))
            continue;
        if (is_nan_at(c, i)) {
            p->n_nan++;
            continue;
        }
        uint64_t key = key_at(c, i);
        in->n++;
        in->low = key < in->low ? key : in->low;
        in->high = key > in->high ? key : in->high;
        p->n_zero += key == zero;
        p->n_negative += key < zero;
        p->n_infinite += !in->whole && (key == least || key == most);
    }
}

/* ---------------------------------------------------------------- runs: few values */

/* Whole numbers within a range that an array may have: counted in place. */
static int runs_by_range(struct runs *out, struct numbers *in, struct err *err)
{
    const struct column *c = in->column;
    size_t range = (size_t)(in->high - in->low) + 1, n = 0;

    if (mem_big(&in->memory, range, sizeof(uint64_t), "the values of a column", err) ||
        mem_big(&in->spare, range, sizeof(uint32_t), "the values of a column", err))
        return -1;
    out->keys = in->memory;
    out->counts = in->spare;
    memset(out->counts, 0, range * sizeof(uint32_t));
    for (size_t i = 0; i < c->n_rows; i++)
        if (!column_missing(c, i))
            out->counts[key_at(c, i) - in->low]++;
    for (size_t k = 0; k < range; k++) {
        if (!out->counts[k])
            continue;
        out->keys[n] = in->low + k;
        out->counts[n++] = out->counts[k];
    }
    out->n = n;
    return 0;
}

struct few {
    uint64_t *keys;   /* by slot */
    uint32_t *counts; /* by slot; 0: free */
    size_t n;
};

static size_t few_slot(const struct few *f, uint64_t key)
{
    size_t at = (size_t)(hash_mix(key, 0) & (FEW_SLOTS - 1));

    while (f->counts[at] && f->keys[at] != key)
        at = (at + 1) & (FEW_SLOTS - 1);
    return at;
}

/* False when there are too many. */
static bool few_count(struct few *f, const struct column *c)
{
    for (size_t i = 0; i < c->n_rows; i++) {
        if (column_missing(c, i) || is_nan_at(c, i))
            continue;
        uint64_t key = key_at(c, i);
        size_t at = few_slot(f, key);
        if (f->counts[at]++)
            continue;
        f->keys[at] = key;
        if (++f->n > FEW_MOST)
            return false;
    }
    return true;
}

/* The distinct values in order with their counts, from the set, into in->memory and in->spare. */
static int few_to_runs(struct runs *out, struct numbers *in, const struct few *f, struct err *err)
{
    size_t n = 0;

    if (mem_big(&in->memory, f->n, 2 * sizeof(uint64_t), "the values of a column", err) ||
        mem_big(&in->spare, f->n, sizeof(uint32_t), "the values of a column", err))
        return -1;
    out->keys = in->memory;
    out->counts = in->spare;
    for (size_t at = 0; at < FEW_SLOTS; at++)
        if (f->counts[at])
            out->keys[n++] = f->keys[at];
    radix_sort(out->keys, out->keys + f->n, n);
    for (size_t k = 0; k < n; k++)
        out->counts[k] = f->counts[few_slot(f, out->keys[k])];
    out->n = n;
    return 0;
}

/* *found false when there are too many distinct values. */
static int runs_by_hash(struct runs *out, bool *found, struct numbers *in, struct err *err)
{
    void *slots;

    if (mem_big(&slots, FEW_SLOTS, sizeof(uint64_t) + sizeof(uint32_t), "a set of values", err))
        return -1;
    struct few f = { .keys = slots, .counts = (uint32_t *)((uint64_t *)slots + FEW_SLOTS) };
    memset(f.counts, 0, FEW_SLOTS * sizeof(uint32_t));
    *found = few_count(&f, in->column);
    int rc = *found ? few_to_runs(out, in, &f, err) : 0;
    mem_big_free(slots);
    return rc;
}

/* ---------------------------------------------------------------- runs: many values */

static int runs_by_sorting(struct runs *out, struct numbers *in, struct err *err)
{
    const struct column *c = in->column;

    if (mem_big(&in->memory, in->n, sizeof(uint64_t), "the values of a column", err) ||
        mem_big(&in->spare, in->n, sizeof(uint64_t), "sorting a column", err))
        return -1;
    out->keys = in->memory;
    out->n = 0;
    for (size_t i = 0; i < c->n_rows; i++)
        if (!column_missing(c, i) && !is_nan_at(c, i))
            out->keys[out->n++] = key_at(c, i);
    radix_sort(out->keys, in->spare, out->n);
    mem_big_free(in->spare);
    in->spare = NULL;
    return 0;
}

static int make_runs(struct runs *out, struct numbers *in, struct err *err)
{
    bool found = false;

    *out = (struct runs){ .total = in->n };
    if (in->n == 0)
        return 0;
    if (in->whole && in->high - in->low < 2 * (uint64_t)in->n + 1024)
        return runs_by_range(out, in, err);
    if (runs_by_hash(out, &found, in, err))
        return -1;
    return found ? 0 : runs_by_sorting(out, in, err);
}

/* The run that begins at *at; moves *at behind it.  False at the end. */
static bool next_run(const struct runs *r, size_t *at, uint64_t *key, size_t *count)
{
    size_t i = *at;

    if (i == r->n)
        return false;
    *key = r->keys[i];
    *count = r->counts ? r->counts[i] : 1;
    for (i++; !r->counts && i < r->n && r->keys[i] == *key; i++)
        ++*count;
    *at = i;
    return true;
}

/* ---------------------------------------------------------------- figures */

/* The k-th value, from 0. */
static double value_at(const struct numbers *in, const struct runs *r, size_t k)
{
    size_t i = 0;

    if (!r->counts)
        return value_of(in, r->keys[k]);
    while (k >= r->counts[i])
        k -= r->counts[i++];
    return value_of(in, r->keys[i]);
}

static double quantile(const struct numbers *in, const struct runs *r, double q)
{
    double at = q * (double)(r->total - 1);
    size_t k = (size_t)at, next = k + 1 < r->total ? k + 1 : k;

    return stats_between(value_at(in, r, k), value_at(in, r, next), at - (double)k);
}

static void describe_order(struct profile_column *p, const struct numbers *in, const struct runs *r)
{
    p->min = value_of(in, in->low);
    p->q25 = quantile(in, r, 0.25);
    p->median = quantile(in, r, 0.5);
    p->q75 = quantile(in, r, 0.75);
    p->max = value_of(in, in->high);
}

typedef void shape_body(struct shape *s, const double *v, const double *w, size_t n);

static void shape_pass(struct shape *s, shape_body *body, const struct numbers *in,
                       const struct runs *r)
{
    double v[SHAPE_BLOCK], w[SHAPE_BLOCK];

    for (size_t at = 0; at < r->n; at += SHAPE_BLOCK) {
        size_t n = r->n - at < SHAPE_BLOCK ? r->n - at : SHAPE_BLOCK;
        for (size_t i = 0; i < n; i++) {
            v[i] = value_of(in, r->keys[at + i]);
            w[i] = r->counts ? r->counts[at + i] : 1;
        }
        body(s, v, w, n);
    }
}

/* The sum may have overflowed where the mean does not. */
static double mean_in_parts(const struct numbers *in, const struct runs *r)
{
    double mean = 0;

    for (size_t i = 0; i < r->n; i++)
        mean += value_of(in, r->keys[i]) / (double)r->total * (r->counts ? r->counts[i] : 1);
    return mean;
}

static void describe_shape(struct profile_column *p, const struct numbers *in, const struct runs *r)
{
    struct shape s = { 0 };

    shape_pass(&s, shape_add_mean, in, r);
    shape_centre(&s);
    if (!isfinite(s.mean))
        s.mean = mean_in_parts(in, r);
    shape_pass(&s, shape_add_powers, in, r);
    p->mean = s.mean;
    p->std = shape_deviation(&s);
    p->skew = shape_skewness(&s);
    p->kurtosis = shape_kurtosis(&s);
}

static void set_bins(struct profile_column *p, double low, double high)
{
    bool whole = p->type == COLUMN_INT || p->type == COLUMN_DATE;

    p->n_bins = PROFILE_BINS;
    if (low == high)
        p->n_bins = 1;
    else if (whole && high - low < PROFILE_BINS)
        p->n_bins = (size_t)(high - low) + 1;
    p->bin_low = low;
    p->bin_high = high;
}

static size_t bin_of(const struct profile_column *p, double v)
{
    /* Halves first: the range itself may overflow. */
    double range = p->bin_high / 2 - p->bin_low / 2;
    bool whole = p->type == COLUMN_INT || p->type == COLUMN_DATE;
    bool each = whole && p->n_bins < PROFILE_BINS;
    double place = each        ? v - p->bin_low
                   : range > 0 ? (v / 2 - p->bin_low / 2) / range * (double)p->n_bins
                               : 0;
    size_t bin = (size_t)place;

    return bin < p->n_bins ? bin : p->n_bins - 1;
}

/* Infinite values, at the ends, are in none. */
static void describe_bins(struct profile_column *p, const struct numbers *in, const struct runs *r)
{
    size_t from = 0, to = r->n;

    while (from < to && isinf(value_of(in, r->keys[from])))
        from++;
    while (from < to && isinf(value_of(in, r->keys[to - 1])))
        to--;
    if (from == to)
        return;
    set_bins(p, value_of(in, r->keys[from]), value_of(in, r->keys[to - 1]));
    for (size_t i = from; i < to;) {
        /* Values ascend, so all of a bin stand together: find its end by halving. */
        size_t bin = bin_of(p, value_of(in, r->keys[i])), low = i + 1, high = to;
        while (low < high) {
            size_t mid = low + (high - low) / 2;
            if (bin_of(p, value_of(in, r->keys[mid])) == bin)
                low = mid + 1;
            else
                high = mid;
        }
        for (; r->counts && i < low; i++)
            p->bins[bin] += r->counts[i];
        if (!r->counts)
            p->bins[bin] += low - i;
        i = low;
    }
}

/* ---------------------------------------------------------------- the most frequent */

struct best {
    uint64_t key[PROFILE_TOPS];
    size_t count[PROFILE_TOPS], row[PROFILE_TOPS];
    size_t n;
};

/* Runs come in the order of values: among equals the first one stays in front. */
static void offer(struct best *b, uint64_t key, size_t count)
{
    size_t at = b->n;

    if (b->n == PROFILE_TOPS && count <= b->count[PROFILE_TOPS - 1])
        return;
    while (at > 0 && b->count[at - 1] < count)
        at--;
    b->n += b->n < PROFILE_TOPS;
    memmove(b->key + at + 1, b->key + at, (b->n - at - 1) * sizeof(*b->key));
    memmove(b->count + at + 1, b->count + at, (b->n - at - 1) * sizeof(*b->count));
    b->key[at] = key;
    b->count[at] = count;
}

/* A row for each: the first that has it. */
static void find_rows(struct best *b, const struct column *c)
{
    uint64_t low = UINT64_MAX, high = 0;
    bool found[PROFILE_TOPS] = { false };
    size_t n_found = 0;

    for (size_t k = 0; k < b->n; k++) {
        low = b->key[k] < low ? b->key[k] : low;
        high = b->key[k] > high ? b->key[k] : high;
    }
    for (size_t i = 0; i < c->n_rows && n_found < b->n; i++) {
        uint64_t key = key_at(c, i);
        if (key < low || key > high || column_missing(c, i) || is_nan_at(c, i))
            continue;
        for (size_t k = 0; k < b->n; k++) {
            if (b->key[k] != key || found[k])
                continue;
            b->row[k] = i;
            found[k] = true;
            n_found++;
        }
    }
}

static size_t first_nan(const struct column *c)
{
    size_t i = 0;

    while (column_missing(c, i) || !is_nan_at(c, i))
        i++;
    return i;
}

/* NaN is the last in order: it goes behind those that are as frequent. */
static void place_nan(struct profile_column *p, const struct column *c)
{
    size_t at = p->n_tops;

    while (at > 0 && p->tops[at - 1].count < p->n_nan)
        at--;
    if (!p->n_nan || at == PROFILE_TOPS)
        return;
    p->n_tops += p->n_tops < PROFILE_TOPS;
    memmove(p->tops + at + 1, p->tops + at, (p->n_tops - at - 1) * sizeof(*p->tops));
    p->tops[at] = (struct profile_top){ .row = first_nan(c), .count = p->n_nan };
}

static void describe_tops(struct profile_column *p, const struct numbers *in, const struct runs *r)
{
    struct best b = { .n = 0 };
    uint64_t key;
    size_t at = 0, count;

    while (next_run(r, &at, &key, &count)) {
        offer(&b, key, count);
        p->distinct++;
    }
    p->distinct += p->n_nan > 0;
    find_rows(&b, in->column);
    for (size_t k = 0; k < b.n; k++)
        p->tops[p->n_tops++] = (struct profile_top){ .row = b.row[k], .count = b.count[k] };
    place_nan(p, in->column);
}

int profile_numbers(struct profile_column *p, const struct column *c, struct err *err)
{
    struct numbers in = { .column = c, .whole = c->type != COLUMN_REAL };
    struct runs runs;

    survey_keys(&in, p);
    int rc = make_runs(&runs, &in, err);
    if (!rc) {
        if (runs.n > 0) {
            describe_order(p, &in, &runs);
            describe_bins(p, &in, &runs);
            if (c->type == COLUMN_INT || c->type == COLUMN_REAL)
                describe_shape(p, &in, &runs);
        }
        describe_tops(p, &in, &runs);
    }
    mem_big_free(in.memory);
    mem_big_free(in.spare);
    return rc;
}
