/* facet_count.c - how many rows have each value of a column, or fall into each of its bins. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "profile/group.h"
#include "profile/selection_parts.h"
#include "table/cell.h"

/* ---------------------------------------------------------------- items */

static char *shown_cell(struct arena *arena, const struct column *c, size_t row, bool exact)
{
    struct str s;

    str_init(&s);
    if (exact)
        cell_text(&s, c, row);
    else
        cell_show(&s, c, row, 6, "·");
    char *text = arena_strdup(arena, s.buf);
    str_release(&s);
    return text;
}

static const char *value_word(struct arena *arena, const struct column *c, size_t row)
{
    struct str s;

    str_init(&s);
    const char *word = selection_quote_cell(&s, c, row) ? arena_strdup(arena, s.buf) : NULL;
    str_release(&s);
    return word;
}

static void add_value(struct facet_counts *out, const struct column *c, const struct group *g,
                      size_t count, struct arena *arena)
{
    out->items[out->n++] = (struct facet_count){
        .shown = shown_cell(arena, c, g->row, false),
        .word = value_word(arena, c, g->row),
        .count = count,
        .all = g->count,
    };
}

static void add_missing(struct facet_counts *out, const struct column *c, const uint32_t *rows,
                        size_t n)
{
    size_t count = 0;

    if (c->n_missing == 0)
        return;
    for (size_t i = 0; i < n; i++)
        count += column_missing(c, rows[i]);
    out->items[out->n++] = (struct facet_count){
        .shown = "·", .word = "missing", .missing = true, .count = count, .all = c->n_missing
    };
}

/* ---------------------------------------------------------------- values */

struct ranked {
    const struct group *group;
    size_t count, place;
};

/* Falling counts over all rows; qsort is not stable, so the place in order decides among equals. */
static int by_count(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->group->count != y->group->count)
        return x->group->count < y->group->count ? 1 : -1;
    return (x->place > y->place) - (x->place < y->place);
}

static bool same_value(const struct column *c, const struct group *a, const struct group *b)
{
    return a->key == b->key && column_cells_equal(c, a->row, c, b->row);
}

/* Both lists are in the order of values; those of `now` are among those of `all`. */
static int rank_values(struct ranked **out, const struct column *c, const struct group *all,
                       size_t n_all, const struct group *now, size_t n_now, struct err *err)
{
    void *block;
    size_t j = 0;

    if (mem_big(&block, n_all, sizeof(struct ranked), "the values of a facet", err))
        return -1;
    struct ranked *ranked = block;
    for (size_t i = 0; i < n_all; i++) {
        bool here = j < n_now && same_value(c, &all[i], &now[j]);
        ranked[i] =
            (struct ranked){ .group = &all[i], .count = here ? now[j].count : 0, .place = i };
        j += here;
    }
    qsort(ranked, n_all, sizeof(*ranked), by_count);
    *out = ranked;
    return 0;
}

static int count_values(struct facet_counts *out, const struct column *c, const uint32_t *rows,
                        size_t n, struct arena *arena, struct err *err)
{
    struct group *all, *now;
    struct ranked *ranked;
    size_t n_all, n_now;
    bool same = n == c->n_rows; /* nothing is left out: counted once */

    if (column_groups(&all, &n_all, c, NULL, 0, err))
        return -1;
    now = all;
    n_now = n_all;
    if (!same && column_groups(&now, &n_now, c, rows, n, err)) {
        mem_big_free(all);
        return -1;
    }
    int rc = rank_values(&ranked, c, all, n_all, now, n_now, err);
    if (!rc) {
        size_t n_shown = n_all < FACET_SHOWN ? n_all : FACET_SHOWN;
        out->items = ARENA_NEW(arena, struct facet_count, n_shown + 1);
        for (size_t i = 0; i < n_shown; i++)
            add_value(out, c, ranked[i].group, ranked[i].count, arena);
        out->n_more = n_all - n_shown;
        add_missing(out, c, rows, n);
        mem_big_free(ranked);
    }
    mem_big_free(all);
    if (!same)
        mem_big_free(now);
    return rc;
}

/* ---------------------------------------------------------------- bins */

/* More than FACET_VALUES_MOST different ones? */
static bool has_many_values(const struct column *c)
{
    double seen[FACET_VALUES_MOST];
    size_t n = 0;

    for (size_t i = 0; i < c->n_rows; i++) {
        size_t k = 0;
        if (column_missing(c, i) || isnan(column_number(c, i)))
            continue;
        double v = column_number(c, i);
        while (k < n && seen[k] != v)
            k++;
        if (k < n)
            continue;
        if (n == FACET_VALUES_MOST)
            return true;
        seen[n++] = v;
    }
    return false;
}

struct bins {
    double edges[2 * FACET_BINS + 8]; /* n + 1 of them */
    const char *texts[2 * FACET_BINS + 8];
    size_t n;
    size_t count[2 * FACET_BINS + 8], all[2 * FACET_BINS + 8];
    /* -inf, inf, NaN */
    size_t odd_count[3], odd_all[3];
};

static void find_range(double *low, double *high, const struct column *c)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < c->n_rows; i++) {
        if (column_missing(c, i) || !isfinite(column_number(c, i)))
            continue;
        *low = fmin(*low, column_number(c, i));
        *high = fmax(*high, column_number(c, i));
    }
}

/* 1, 2 or 5 times a power of ten, not below `least` (whole for what counts in wholes). */
static double round_step(double least, bool whole)
{
    double power = pow(10, floor(log10(least)));
    double step = least / power <= 1   ? power
                  : least / power <= 2 ? 2 * power
                  : least / power <= 5 ? 5 * power
                                       : 10 * power;

    return whole ? fmax(1, round(step)) : step;
}

/* Spans of time that people use, in microseconds. */
static double time_step(double least)
{
    static const double seconds[] = { 1,     2,     5,     10,    15,     30,    60,
                                      120,   300,   600,   900,   1800,   3600,  7200,
                                      10800, 21600, 43200, 86400, 172800, 604800 };

    for (size_t i = 0; i < sizeof(seconds) / sizeof(*seconds); i++)
        if (seconds[i] * 1e6 >= least)
            return seconds[i] * 1e6;
    return round_step(least / 864e8, true) * 864e8;
}

/* What an edge is called, and the very number that this text means. */
static const char *edge_text(double *edge, enum column_type type, struct arena *arena)
{
    char buf[TEXT_REAL_SIZE];
    struct column *cell;

    if (type == COLUMN_INT || type == COLUMN_REAL) {
        text_real_short(buf, *edge, 12);
        text_parse_real(edge, buf, strlen(buf));
        return arena_strdup(arena, buf);
    }
    if (column_new(&cell, type, 1, NULL, NULL))
        return "";
    if (type == COLUMN_DATE)
        column_codes_mut(cell)[0] = (int32_t)*edge;
    else
        column_ints_mut(cell)[0] = (int64_t)*edge;
    column_seal(cell);
    char *text = shown_cell(arena, cell, 0, true);
    column_unref(cell);
    return text;
}

static void make_edges(struct bins *b, const struct column *c, struct arena *arena)
{
    double low, high;

    find_range(&low, &high, c);
    if (low > high)
        return;
    bool whole = c->type == COLUMN_INT || c->type == COLUMN_DATE;
    double least = high / FACET_BINS - low / FACET_BINS;
    double step = least <= 0                    ? 1
                  : c->type == COLUMN_TIMESTAMP ? time_step(least)
                                                : round_step(least, whole);
    double first = floor(low / step) * step;
    size_t most = sizeof(b->edges) / sizeof(*b->edges) - 1;
    for (size_t k = 0; k < most; k++) {
        b->edges[k] = first + (double)k * step;
        b->texts[k] = edge_text(&b->edges[k], c->type, arena);
        b->n = k;
        if (b->edges[k] > high)
            break;
    }
}

static size_t bin_of(const struct bins *b, double v)
{
    size_t low = 0, high = b->n;

    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (b->edges[mid] <= v)
            low = mid;
        else
            high = mid;
    }
    return low;
}

static void count_one(size_t *bins, size_t *odd, const struct bins *b, const struct column *c,
                      size_t i)
{
    if (column_missing(c, i))
        return;
    double v = column_number(c, i);
    if (isnan(v))
        odd[2]++;
    else if (isinf(v))
        odd[v > 0]++;
    else
        bins[bin_of(b, v)]++;
}

static void add_bin(struct facet_counts *out, const struct bins *b, size_t k, struct arena *arena)
{
    struct facet_item item = {
        .range = true, .open_end = true, .low = b->texts[k], .high = b->texts[k + 1]
    };
    struct str word;

    str_init(&word);
    facet_item_print(&word, &item);
    out->items[out->n++] = (struct facet_count){
        .shown = arena_printf(arena, "%s to %s", b->texts[k], b->texts[k + 1]),
        .word = arena_strdup(arena, word.buf),
        .bin = true,
        .count = b->count[k],
        .all = b->all[k],
    };
    str_release(&word);
}

static void count_bins(struct facet_counts *out, const struct column *c, const uint32_t *rows,
                       size_t n, struct arena *arena)
{
    static const char *const odd[] = { "-inf", "inf", "nan" };
    struct bins *b = ARENA_NEW(arena, struct bins, 1);

    make_edges(b, c, arena);
    for (size_t i = 0; i < c->n_rows; i++)
        count_one(b->all, b->odd_all, b, c, i);
    for (size_t i = 0; i < n; i++)
        count_one(b->count, b->odd_count, b, c, rows[i]);
    out->items = ARENA_NEW(arena, struct facet_count, b->n + 4);
    for (size_t k = 0; k < b->n; k++)
        add_bin(out, b, k, arena);
    for (size_t k = 0; k < 3; k++)
        if (b->odd_all[k])
            out->items[out->n++] = (struct facet_count){
                .shown = odd[k], .word = odd[k], .count = b->odd_count[k], .all = b->odd_all[k]
            };
    add_missing(out, c, rows, n);
}

int facet_count_column(struct facet_counts *out, const struct column *c, const uint32_t *rows,
                       size_t n, struct arena *arena, struct err *err)
{
    bool numbers = c->type == COLUMN_INT || c->type == COLUMN_REAL || c->type == COLUMN_DATE ||
                   c->type == COLUMN_TIMESTAMP;

    if (!numbers || !has_many_values(c))
        return count_values(out, c, rows, n, arena, err);
    count_bins(out, c, rows, n, arena);
    return 0;
}
