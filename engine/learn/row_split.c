#include "learn/row_split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "num/stats.h"
#include "prepare/recipe.h"

/* ---- rows in random order, stratum by stratum ---- */

/* rows (n): all row numbers, shuffled, then brought together by stratum in a stable way, so that
 * the order within each stratum is random; start (n_strata + 1): where each begins. */
struct deck {
    uint32_t *rows;
    size_t *start;
    size_t n, n_strata;
};

static void deck_sort(struct deck *d, const uint32_t *shuffled, const int32_t *strata)
{
    for (size_t i = 0; i < d->n; i++)
        d->start[strata[i] + 1]++;
    for (size_t s = 0; s < d->n_strata; s++)
        d->start[s + 1] += d->start[s];
    size_t *next = MEM_NEW(size_t, d->n_strata);
    memcpy(next, d->start, d->n_strata * sizeof(*next));
    for (size_t j = 0; j < d->n; j++)
        d->rows[next[strata[shuffled[j]]]++] = shuffled[j];
    mem_free(next);
}

static int deck_init(struct deck *d, size_t n, const int32_t *strata, size_t n_strata,
                     uint64_t seed, uint64_t stream, struct err *err)
{
    void *rows = NULL, *shuffled = NULL;
    struct rng rng;

    if (mem_big(&rows, n, sizeof(uint32_t), "the order of rows", err))
        return -1;
    if (mem_big(&shuffled, n, sizeof(uint32_t), "the order of rows", err)) {
        mem_big_free(rows);
        return -1;
    }
    *d = (struct deck){ .rows = rows, .n = n, .n_strata = strata ? n_strata : 1 };
    d->start = MEM_NEW(size_t, d->n_strata + 1);
    for (size_t i = 0; i < n; i++)
        ((uint32_t *)shuffled)[i] = (uint32_t)i;
    rng_init(&rng, seed, stream);
    rng_shuffle(&rng, shuffled, n);
    if (strata) {
        deck_sort(d, shuffled, strata);
    } else {
        memcpy(rows, shuffled, n * sizeof(uint32_t));
        d->start[1] = n;
    }
    mem_big_free(shuffled);
    return 0;
}

static void deck_release(struct deck *d)
{
    mem_big_free(d->rows);
    mem_free(d->start);
}

static size_t deck_size(const struct deck *d, size_t stratum)
{
    return d->start[stratum + 1] - d->start[stratum];
}

/* ---- a fraction ---- */
struct share {
    double rest;
    size_t stratum;
};

static int share_compare(const void *a, const void *b)
{
    const struct share *x = a, *y = b;

    if (x->rest != y->rest)
        return x->rest > y->rest ? -1 : 1;
    return x->stratum < y->stratum ? -1 : x->stratum > y->stratum;
}

/* take (n_strata): whole numbers that sum to `total`, each its share rounded down, and one more for
 * those with the largest remainder. */
static void shares_of(size_t *take, const struct deck *d, size_t total)
{
    struct share *shares = MEM_NEW(struct share, d->n_strata);
    size_t given = 0;

    for (size_t s = 0; s < d->n_strata; s++) {
        double exact = (double)total * (double)deck_size(d, s) / (double)d->n;

        take[s] = (size_t)exact;
        given += take[s];
        shares[s] = (struct share){ exact - floor(exact), s };
    }
    qsort(shares, d->n_strata, sizeof(*shares), share_compare);
    for (size_t j = 0; given < total; j = (j + 1) % d->n_strata)
        if (take[shares[j].stratum] < deck_size(d, shares[j].stratum)) {
            take[shares[j].stratum]++;
            given++;
        }
    mem_free(shares);
}

/* Rows that a fraction is, at least one on either side. */
static size_t share_of(size_t n, double fraction)
{
    size_t total = (size_t)(fraction * (double)n + 0.5);

    return total < 1 ? 1 : total > n - 1 ? n - 1 : total;
}

static int refuse_single_rows(const struct deck *d, const char *const *names, struct err *err)
{
    for (size_t s = 0; s < d->n_strata; s++) {
        if (deck_size(d, s) != 1)
            continue;
        if (names && names[s])
            return err_set(err, ERR_DOMAIN,
                           "class %s has 1 row, and a stratified split wants 2 of each; remove it "
                           "or split without stratify",
                           names[s]);
        return err_set(err, ERR_DOMAIN,
                       "a group to stratify by has 1 row (row %zu), and a stratified split wants 2 "
                       "of each; split without stratify",
                       (size_t)d->rows[d->start[s]] + 1);
    }
    return 0;
}

int split_fraction(uint8_t *part, size_t n, double fraction, const int32_t *strata,
                   const char *const *names, size_t n_strata, uint64_t seed, struct err *err)
{
    struct deck deck;

    if (n < 2)
        return err_set(err, ERR_DOMAIN, "%zu %s cannot be split; a split wants 2 rows at least", n,
                       n == 1 ? "row" : "rows");
    if (!(fraction > 0.0 && fraction < 1.0))
        return err_set(err, ERR_USAGE, "a fraction of %g was asked for; give one between 0 and 1",
                       fraction);
    if (deck_init(&deck, n, strata, n_strata, seed, resample_stream(STREAM_SPLIT, 0), err))
        return -1;
    if (strata && refuse_single_rows(&deck, names, err)) {
        deck_release(&deck);
        return -1;
    }
    size_t *take = MEM_NEW(size_t, deck.n_strata);
    shares_of(take, &deck, share_of(n, fraction));
    memset(part, PART_TRAIN, n);
    for (size_t s = 0; s < deck.n_strata; s++)
        for (size_t j = 0; j < take[s]; j++)
            part[deck.rows[deck.start[s] + j]] = PART_PREDICT;
    mem_free(take);
    deck_release(&deck);
    return 0;
}

/* ---- a part to stop early by ---- */

static uint32_t count_groups(const int32_t *groups, size_t n)
{
    uint32_t n_groups = 0;

    for (size_t i = 0; i < n; i++)
        n_groups = (uint32_t)groups[i] >= n_groups ? (uint32_t)groups[i] + 1 : n_groups;
    return n_groups;
}

/* Whole groups in random order, until there are enough rows; they get part `aside`. */
static int take_groups(uint8_t *part, uint8_t aside, size_t n, double fraction,
                       const int32_t *groups, uint64_t seed, uint64_t stream, struct err *err)
{
    uint32_t n_groups = count_groups(groups, n);
    struct rng rng;

    uint32_t *order = MEM_NEW(uint32_t, n_groups);
    size_t *size = MEM_NEW(size_t, n_groups), taken = 0, want = share_of(n, fraction);
    for (size_t i = 0; i < n; i++)
        size[groups[i]]++;
    for (uint32_t g = 0; g < n_groups; g++)
        order[g] = g;
    rng_init(&rng, seed, stream);
    rng_shuffle(&rng, order, n_groups);
    for (uint32_t k = 0; k < n_groups; k++) {
        size_t rows = size[order[k]];
        bool take = rows && taken < want && taken + rows < n;
        taken += take ? rows : 0;
        size[order[k]] = take;
    }
    for (size_t i = 0; i < n; i++)
        part[i] = size[groups[i]] ? aside : PART_TRAIN;
    mem_free(order);
    mem_free(size);
    return taken ? 0
                 : err_set(err, ERR_DOMAIN,
                           "all %zu rows are of one group; a part put aside wants two groups", n);
}

int split_groups(uint8_t *part, size_t n, double fraction, const int32_t *groups, uint64_t seed,
                 struct err *err)
{
    if (n < 2)
        return err_set(err, ERR_DOMAIN, "%zu %s cannot be split; a split wants 2 rows at least", n,
                       n == 1 ? "row" : "rows");
    return take_groups(part, PART_PREDICT, n, fraction, groups, seed,
                       resample_stream(STREAM_SPLIT, 0), err);
}

int split_validation(uint8_t *part, size_t n, double fraction, const struct target *target,
                     const double *y, const int32_t *groups, uint64_t seed, struct err *err)
{
    size_t n_strata = target->n_classes ? target->n_classes : 1;
    struct deck deck;

    if (n < 2)
        return err_set(err, ERR_DOMAIN,
                       "%zu training row%s cannot give a part to stop early by; train without it",
                       n, n == 1 ? "" : "s");
    if (groups)
        return take_groups(part, PART_VALIDATE, n, fraction, groups, seed,
                           resample_stream(STREAM_VALIDATION, 0), err);
    int32_t *strata = MEM_NEW(int32_t, n);
    for (size_t i = 0; i < n; i++)
        strata[i] = target->n_classes ? (int32_t)y[i] : 0;
    int rc = deck_init(&deck, n, strata, n_strata, seed, resample_stream(STREAM_VALIDATION, 0),
                       err);
    mem_free(strata);
    if (rc)
        return -1;
    size_t *take = MEM_NEW(size_t, n_strata);
    shares_of(take, &deck, share_of(n, fraction));
    memset(part, PART_TRAIN, n);
    for (size_t s = 0; s < n_strata; s++)
        for (size_t j = 0; j < take[s] && deck_size(&deck, s) > 1; j++)
            part[deck.rows[deck.start[s] + j]] = PART_VALIDATE;
    mem_free(take);
    deck_release(&deck);
    return 0;
}

/* ---- by a column ---- */
static int refuse_part(const struct column *c, const char *name, size_t i, struct err *err)
{
    struct span text = column_span(c, i);

    if (column_missing(c, i))
        return err_set(err, ERR_DOMAIN,
                       "column %s is missing in row %zu; a split column holds train or test in "
                       "every row",
                       name, i + 1);
    return err_set(err, ERR_DOMAIN,
                   "column %s holds '%.*s' in row %zu; a split column holds train or test in every "
                   "row",
                   name, (int)(text.len > 80 ? 80 : text.len), text.at, i + 1);
}

int split_by_column(uint8_t *part, const struct column *c, const char *name, struct err *err)
{
    size_t n_test = 0;

    if (!column_is_text(c))
        return err_set(err, ERR_SHAPE, "column %s is %s; a split column holds train or test", name,
                       column_type_name(c->type));
    for (size_t i = 0; i < c->n_rows; i++) {
        struct span text = column_span(c, i);
        bool test = span_is(text, "test");

        if (column_missing(c, i) || (!test && !span_is(text, "train")))
            return refuse_part(c, name, i, err);
        part[i] = test ? PART_PREDICT : PART_TRAIN;
        n_test += test;
    }
    if (n_test == 0 || n_test == c->n_rows)
        return err_set(err, ERR_DOMAIN, "column %s holds no %s; a split wants rows of both kinds",
                       name, n_test ? "train" : "test");
    return 0;
}

/* ---- folds ---- */
int folds_random(uint32_t *fold, size_t n, size_t k, const int32_t *strata, size_t n_strata,
                 uint64_t seed, uint64_t repeat, struct err *err)
{
    struct deck deck;

    if (k < 2)
        return err_set(err, ERR_DOMAIN, "%zu folds were asked for over %zu rows; ask for 2 or more",
                       k, n);
    if (k > n)
        return err_set(err, ERR_DOMAIN, "%zu folds were asked for over %zu %s; ask for fewer", k, n,
                       n == 1 ? "row" : "rows");
    if (deck_init(&deck, n, strata, n_strata, seed, resample_stream(STREAM_FOLDS, repeat), err))
        return -1;
    /* Dealt like cards, going on where the last stratum stopped: sizes differ by one at most, over
     * all rows and within each stratum. */
    for (size_t j = 0; j < n; j++)
        fold[deck.rows[j]] = (uint32_t)(j % k);
    deck_release(&deck);
    return 0;
}

static int cell_compare(const void *a, const void *b, void *ctx)
{
    const struct column *c = ctx;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;

    if (column_is_text(c))
        return span_compare(column_span(c, i), column_span(c, j));
    double x = column_number(c, i), y = column_number(c, j);
    return x < y ? -1 : x > y;
}

/* What a column names in every row. */
static int refuse_name(const struct column *c, const char *name, const char *names, uint32_t row,
                       struct err *err)
{
    return err_set(err, ERR_DOMAIN, "column %s %s in row %zu; a %s", name,
                   column_missing(c, row) ? "is missing" : "is nan", (size_t)row + 1, names);
}

/* number[i]: which of the column's values (ascending) row i has; *k: how many there are.  Positions
 * are sorted by the value of their row, then the values numbered. */
static int number_values(uint32_t *number, size_t *k, const struct column *c, const char *name,
                         const char *names, const uint32_t *rows, size_t n, struct err *err)
{
    void *block = NULL;
    size_t found = 0;

    for (size_t j = 0; j < n; j++) {
        uint32_t row = rows ? rows[j] : (uint32_t)j;
        if (column_missing(c, row) || (!column_is_text(c) && isnan(column_number(c, row))))
            return refuse_name(c, name, names, row, err);
    }
    if (mem_big(&block, n, 2 * sizeof(uint32_t), "the order of values", err))
        return -1;
    /* Pairs (row, position): the comparison looks at the row alone. */
    uint32_t(*pair)[2] = block;
    for (size_t j = 0; j < n; j++) {
        pair[j][0] = rows ? rows[j] : (uint32_t)j;
        pair[j][1] = (uint32_t)j;
    }
    qsort_r(pair, n, sizeof(*pair), cell_compare, (void *)(uintptr_t)c);
    for (size_t j = 0; j < n; j++) {
        if (j == 0 || cell_compare(pair[j - 1], pair[j], (void *)(uintptr_t)c) != 0)
            found++;
        number[pair[j][1]] = (uint32_t)(found - 1);
    }
    mem_big_free(block);
    *k = found;
    return 0;
}

int folds_by_column(uint32_t *fold, size_t *k, const struct column *c, const char *name,
                    const uint32_t *rows, size_t n, struct err *err)
{
    size_t n_folds = 0;

    if (number_values(fold, &n_folds, c, name, "fold column names a fold in every training row",
                      rows, n, err))
        return -1;
    if (n_folds < 2)
        return err_set(err, ERR_DOMAIN,
                       "column %s holds %zu %s over %zu training rows; folds want 2 or more", name,
                       n_folds, n_folds == 1 ? "value" : "values", n);
    *k = n_folds;
    return 0;
}

int groups_of(int32_t **out, const struct column *c, const char *name, const uint32_t *rows,
              size_t n, struct err *err)
{
    void *block = NULL;
    size_t k;

    if (mem_big(&block, n, sizeof(int32_t), "groups of rows", err))
        return -1;
    if (number_values(block, &k, c, name, "group column names a group in every row", rows, n,
                      err)) {
        mem_big_free(block);
        return -1;
    }
    *out = block;
    return 0;
}

struct group_size {
    uint32_t group;
    size_t rows, place; /* place: its turn in random order */
};

static int larger_first(const void *a, const void *b)
{
    const struct group_size *x = a, *y = b;

    if (x->rows != y->rows)
        return x->rows > y->rows ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* of_group: the fold of each, the largest group first, always to the smallest fold. */
static void deal_groups(uint32_t *of_group, struct group_size *list, uint32_t n_groups, size_t k)
{
    size_t *filled = MEM_NEW(size_t, k);

    qsort(list, n_groups, sizeof(*list), larger_first);
    for (uint32_t g = 0; g < n_groups; g++) {
        size_t least = 0;
        for (size_t f = 1; f < k; f++)
            least = filled[f] < filled[least] ? f : least;
        of_group[list[g].group] = (uint32_t)least;
        filled[least] += list[g].rows;
    }
    mem_free(filled);
}

int folds_groups(uint32_t *fold, size_t n, size_t k, const int32_t *groups, uint64_t seed,
                 uint64_t repeat, struct err *err)
{
    uint32_t n_groups = count_groups(groups, n);
    struct rng rng;

    if (k < 2)
        return err_set(err, ERR_DOMAIN, "%zu folds were asked for over %zu rows; ask for 2 or more",
                       k, n);
    if (k > n_groups)
        return err_set(err, ERR_DOMAIN,
                       "%zu folds were asked for over %u group%s, which stay together; ask for "
                       "fewer",
                       k, n_groups, n_groups == 1 ? "" : "s");
    uint32_t *order = MEM_NEW(uint32_t, n_groups);
    struct group_size *list = MEM_NEW(struct group_size, n_groups);
    for (uint32_t g = 0; g < n_groups; g++)
        order[g] = g;
    rng_init(&rng, seed, resample_stream(STREAM_FOLDS, repeat));
    rng_shuffle(&rng, order, n_groups);
    for (uint32_t g = 0; g < n_groups; g++)
        list[order[g]] = (struct group_size){ .group = order[g], .place = g };
    for (size_t i = 0; i < n; i++)
        list[groups[i]].rows++;
    deal_groups(order, list, n_groups, k);
    for (size_t i = 0; i < n; i++)
        fold[i] = order[groups[i]];
    mem_free(order);
    mem_free(list);
    return 0;
}

/* ---- strata ---- */

/* Bin b holds values above edge b - 1, up to edge b: equal values share a bin. */
static int bin_values(int32_t *strata, const double *y, size_t n, struct err *err)
{
    void *block = NULL;
    size_t n_values = 0;

    if (mem_big(&block, n, sizeof(double), "bins of the target", err))
        return -1;
    double *sorted = block;
    for (size_t i = 0; i < n; i++)
        if (!isnan(y[i]))
            sorted[n_values++] = y[i];
    stats_sort(sorted, n_values);
    double edge[STRATA_BINS - 1] = { 0 };
    for (size_t b = 0; b + 1 < STRATA_BINS && n_values; b++)
        edge[b] = stats_quantile_sorted(sorted, n_values, (double)(b + 1) / STRATA_BINS);
    for (size_t i = 0; i < n; i++) {
        int32_t bin = 0;
        while (bin < STRATA_BINS - 1 && y[i] > edge[bin])
            bin++;
        strata[i] = isnan(y[i]) ? STRATA_BINS : bin;
    }
    mem_big_free(block);
    return 0;
}

int strata_of(int32_t **out, size_t *n_strata, const struct target *target, const double *y,
              size_t n, struct err *err)
{
    void *block = NULL;

    if (mem_big(&block, n, sizeof(int32_t), "strata", err))
        return -1;
    int32_t *strata = block;
    if (target->task == TASK_REGRESS) {
        if (bin_values(strata, y, n, err)) {
            mem_big_free(block);
            return -1;
        }
        *n_strata = STRATA_BINS + 1;
    } else {
        for (size_t i = 0; i < n; i++)
            strata[i] = isnan(y[i]) ? (int32_t)target->n_classes : (int32_t)y[i];
        *n_strata = target->n_classes + 1;
    }
    *out = strata;
    return 0;
}
