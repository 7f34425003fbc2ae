/* audit_dependency.c - functional dependencies that are nearly true, and the cells that break them.
 *
 * Every column is tried as what determines every other one (dependency.h); where nothing alone does,
 * pairs of columns are.  A cell is spoken of when the votes of all that determine its column, taken
 * together, are against it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "profile/audit.h"
#include "profile/audit_texts.h"
#include "profile/dependency.h"

#define COLUMNS_TRIED   ((size_t)64) /* pairs grow with the square */
#define PAIRS_COLUMNS   ((size_t)24)
#define PAIRS_ROWS      ((size_t)20000)
#define ONE_OF_THREE    0.4 /* a pair and what follows: any of them may be wrong */
#define SURE_OF_MISSING 0.6
#define KEY_TRUST       0.6
#define MOST_FROM       ((size_t)12) /* the best determinants of a column vote */

/* What determines a column: one column, or two (second SIZE_MAX: one). */
struct determinant {
    size_t first, second;
    double trust;
    struct pair_counts counts;
    const uint32_t *code;
    uint32_t *own_code; /* of a pair: to be freed */
};

struct suspect {
    uint32_t row, value; /* coded row; proposal's code */
    float sure;
};

/* One column being searched, by one thread. */
struct search {
    size_t col;
    struct determinant from[MOST_FROM + 1];
    size_t n_from;
    struct suspect *suspects;
    size_t n_suspects;
    bool done; /* in the first round */
    int rc;
    struct err err;
};

struct searches {
    struct audit_context *a;
    const struct coded_groups *groups; /* (n_cols) empty where the column determines nothing */
    struct search *list;
    const bool *keys; /* (n_cols) second round: columns that determine another well; else NULL */
};

static void drop_determinant(struct determinant *d)
{
    pair_counts_release(&d->counts);
    mem_big_free(d->own_code);
}

/* The best come first; one too many drops out. */
static void keep_determinant(struct search *s, const struct determinant *d)
{
    size_t at = s->n_from;

    while (at > 0 && s->from[at - 1].trust < d->trust)
        at--;
    memmove(&s->from[at + 1], &s->from[at], (s->n_from - at) * sizeof(*d));
    s->from[at] = *d;
    if (++s->n_from > MOST_FROM)
        drop_determinant(&s->from[--s->n_from]);
}

static double base_share(const struct coded_column *b, size_t n_rows)
{
    uint32_t top = 0;

    for (uint32_t v = 1; v <= b->n_values; v++)
        top = b->count[v] > top ? b->count[v] : top;
    return n_rows > b->count[0] ? (double)top / (double)(n_rows - b->count[0]) : 1;
}

static int try_determinant(struct search *s, const struct coded *c, struct determinant *d,
                           const struct coded_groups *groups, uint32_t n_values, bool keys,
                           struct err *err)
{
    const struct coded_column *b = &c->columns[s->col];

    if (pair_counts_new(&d->counts, groups, n_values, b->code, b->n_values, err))
        return -1;
    struct dependency found = dependency_measure(&d->counts, base_share(b, c->n_rows));
    d->trust = keys ? found.trust_of_key : found.trust;
    if (d->trust > 0)
        keep_determinant(s, d);
    else
        pair_counts_release(&d->counts);
    return 0;
}

/* Can values of a column stand for groups of rows at all? */
static bool is_grouping(const struct coded_column *c, size_t n_rows)
{
    size_t in_groups = 0;

    for (uint32_t v = 1; v <= c->n_values; v++)
        in_groups += c->count[v] >= 3 ? c->count[v] : 0;
    return c->n_values >= 2 && in_groups >= 20 && in_groups * 10 >= n_rows;
}

static int try_pair(struct search *s, const struct coded *c, size_t x, size_t y, struct err *err)
{
    struct determinant d = { .first = x, .second = y };
    struct coded_groups groups;
    uint32_t n_values;

    if (dependency_pair_codes(&d.own_code, &n_values, &c->columns[x], &c->columns[y], c->n_rows,
                              err))
        return -1;
    if ((size_t)n_values * 5 > c->n_rows) { /* groups of less than five are chance */
        mem_big_free(d.own_code);
        return 0;
    }
    d.code = d.own_code;
    if (coded_groups(&groups, d.code, n_values, c->n_rows, err)) {
        mem_big_free(d.own_code);
        return -1;
    }
    size_t before = s->n_from;
    int rc = try_determinant(s, c, &d, &groups, n_values, false, err);
    coded_groups_release(&groups);
    if (rc || s->n_from == before)
        mem_big_free(d.own_code);
    return rc;
}

/* Single columns; when `keys` is given, those that are keys, by the weaker measure. */
static int try_columns(struct search *s, const struct searches *all, const bool *keys,
                       struct err *err)
{
    const struct coded *c = all->a->coded;

    for (size_t j = 0; j < c->n_cols; j++) {
        struct determinant d = { .first = j, .second = SIZE_MAX, .code = c->columns[j].code };
        if (j != s->col && all->groups[j].start && (!keys || keys[j]) &&
            try_determinant(s, c, &d, &all->groups[j], c->columns[j].n_values, keys != NULL, err))
            return -1;
    }
    return 0;
}

static int find_determinants(struct search *s, const struct searches *all, struct err *err)
{
    const struct coded *c = all->a->coded;

    if (try_columns(s, all, all->keys, err))
        return -1;
    if (s->n_from || all->keys || c->n_cols > PAIRS_COLUMNS || c->n_rows > PAIRS_ROWS)
        return 0;
    for (size_t x = 0; x < c->n_cols; x++)
        for (size_t y = x + 1; y < c->n_cols && s->n_from < MOST_FROM; y++)
            if (x != s->col && y != s->col && all->groups[x].start && all->groups[y].start &&
                try_pair(s, c, x, y, err))
                return -1;
    return 0;
}

static bool is_word(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!isalpha((unsigned char)s.at[i]))
            return false;
    return s.len >= 2;
}

/* Does the word stand in the text, with no letter or digit beside it? */
static bool has_word(struct span text, struct span word)
{
    for (size_t at = 0; at + word.len <= text.len; at++) {
        size_t end = at + word.len;
        if (memcmp(text.at + at, word.at, word.len) == 0 &&
            (at == 0 || !isalnum((unsigned char)text.at[at - 1])) &&
            (end == text.len || !isalnum((unsigned char)text.at[end])))
            return true;
    }
    return false;
}

/* A value made up with a word of its own row ("ak_hf-1" where the state is ak), which the value that
 * others vote for lacks, is not theirs. */
static bool is_made_of_row(const struct coded *c, size_t col, size_t row, uint32_t other)
{
    struct span value = coded_text(&c->columns[col], c->columns[col].code[row]);
    struct span instead = coded_text(&c->columns[col], other);

    for (size_t j = 0; j < c->n_cols; j++) {
        struct span word = coded_text(&c->columns[j], c->columns[j].code[row]);
        if (j != col && word.len < value.len && is_word(word) && has_word(value, word) &&
            !has_word(instead, word))
            return true;
    }
    return false;
}

/* Values that are the top of some group: where such a one stands wrongly, another column of its row
 * may be the wrong one as well. */
static bool *tops_of(const struct search *s, uint32_t n_values)
{
    bool *tops = MEM_NEW(bool, (size_t)n_values + 1);

    for (size_t k = 0; k < s->n_from; k++) {
        const struct pair_counts *p = &s->from[k].counts;
        for (uint32_t g = 1; g <= p->n_groups; g++)
            if (p->start[g] < p->start[g + 1] && p->count[p->start[g]] > 1)
                tops[p->value[p->start[g]]] = true;
    }
    return tops;
}

static int vote_all(struct search *s, const struct coded *c, struct err *err)
{
    const struct coded_column *b = &c->columns[s->col];
    struct vote votes[MOST_FROM];
    void *block;

    if (mem_big(&block, c->n_rows, sizeof(struct suspect), "suspected cells", err))
        return -1;
    s->suspects = block;
    bool *tops = tops_of(s, b->n_values), pairs = s->from[0].second != SIZE_MAX;
    for (size_t i = 0; i < c->n_rows; i++) {
        for (size_t k = 0; k < s->n_from; k++)
            votes[k] = dependency_vote(&s->from[k].counts, s->from[k].trust, s->from[k].code[i],
                                       b->code[i]);
        struct verdict v = dependency_verdict(votes, s->n_from, b->code[i]);
        /* What its group has, it should have, whatever most of them say. */
        if (v.value && b->code[i] == 0 && v.sure < SURE_OF_MISSING)
            v.sure = SURE_OF_MISSING;
        if (pairs && b->code[i] && tops[b->code[i]])
            v.sure *= ONE_OF_THREE;
        if (v.value && !is_made_of_row(c, s->col, i, v.value))
            s->suspects[s->n_suspects++] = (struct suspect){ (uint32_t)i, v.value, (float)v.sure };
    }
    mem_free(tops);
    return 0;
}

static void search_columns(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct searches *all = ctx;
    const struct coded *c = all->a->coded;

    (void)chunk;
    for (size_t j = begin; j < end; j++) {
        struct search *s = &all->list[j];
        if (s->done || c->columns[s->col].n_values < 2)
            continue;
        s->rc = find_determinants(s, all, &s->err);
        if (!s->rc && s->n_from)
            s->rc = vote_all(s, c, &s->err);
    }
}

/* ---------------------------------------------------------------- findings */

static const char *determinant_name(struct audit_context *a, const struct determinant *d)
{
    const struct table *t = a->in->table;

    if (d->second == SIZE_MAX)
        return table_name(t, d->first);
    return audit_printf(a, "%s and %s", table_name(t, d->first), table_name(t, d->second));
}

/* repair COLUMN by=… with the single columns that vote, or one pair together. */
static void add_fix(struct audit_context *a, struct audit_finding *f, const struct search *s)
{
    bool pair = s->from[0].second != SIZE_MAX;
    size_t cols[MOST_FROM], n = 0;

    if (audit_is_target(a, s->col))
        return;
    for (size_t k = 0; k < s->n_from && !pair; k++)
        cols[n++] = s->from[k].first;
    if (pair) {
        cols[n++] = s->from[0].first;
        cols[n++] = s->from[0].second;
    }
    f->fix.verb = "repair";
    audit_fix_arg(f, NULL, table_name(a->in->table, s->col));
    audit_fix_arg(f, "by", audit_list(a, cols, n));
    if (pair)
        audit_fix_arg(f, "together", "yes");
}

static void add_finding(struct audit_context *a, const struct search *s)
{
    const struct coded_column *b = &a->coded->columns[s->col];
    size_t cols[3], n_cols = 0;

    cols[n_cols++] = s->from[0].first;
    if (s->from[0].second != SIZE_MAX)
        cols[n_cols++] = s->from[0].second;
    cols[n_cols++] = s->col;
    struct audit_finding *f = audit_add(a, "dependency", cols, n_cols);
    f->says = audit_printf(a, "%s follows from %s%s", table_name(a->in->table, s->col),
                           determinant_name(a, &s->from[0]),
                           s->n_from > 1 ? audit_printf(a, " and %zu more", s->n_from - 1) : "");
    for (size_t k = 0; k < s->n_suspects; k++) {
        const struct suspect *x = &s->suspects[k];
        audit_add_cell(a, f, coded_row(a->coded, x->row), s->col, (double)x->sure,
                       coded_text(b, b->code[x->row]), audit_copy(a, coded_text(b, x->value)),
                       false);
    }
    add_fix(a, f, s);
}

static void release_search(struct search *s)
{
    for (size_t k = 0; k < s->n_from; k++)
        drop_determinant(&s->from[k]);
    mem_big_free(s->suspects);
    s->suspects = NULL;
    s->n_from = s->n_suspects = 0;
}

static void mark_keys(bool *keys, const struct search *s)
{
    for (size_t k = 0; k < s->n_from; k++)
        if (s->from[k].second == SIZE_MAX && s->from[k].trust >= KEY_TRUST)
            keys[s->from[k].first] = true;
}

/* The columns in batches, so that cancelling is noticed and only some are in memory at once. */
static int search_all(bool *found_keys, struct searches *all, size_t n, struct err *err)
{
    size_t batch = 2 * parallel_threads();
    struct search *list = all->list;
    int rc = 0;

    for (size_t base = 0; base < n && !rc; base += batch) {
        size_t many = n - base < batch ? n - base : batch;
        all->list = list + base;
        parallel_for(many, 1, search_columns, all);
        for (size_t j = base; j < base + many; j++) {
            if (list[j].rc && !rc) {
                rc = -1;
                if (err)
                    *err = list[j].err;
            }
            if (!rc && list[j].n_suspects)
                add_finding(all->a, &list[j]);
            if (!all->keys)
                mark_keys(found_keys, &list[j]);
            list[j].done |= list[j].n_from > 0;
            release_search(&list[j]);
        }
        if (!rc)
            rc = job_tick(all->a->job, base + many, n, err);
    }
    all->list = list;
    return rc;
}

static int find_dependencies(struct audit_context *a, struct err *err)
{
    const struct coded *c = a->coded;
    size_t n = c->n_cols < COLUMNS_TRIED ? c->n_cols : COLUMNS_TRIED;
    struct coded_groups *groups = MEM_NEW(struct coded_groups, c->n_cols);
    struct search *list = MEM_NEW(struct search, n);
    bool *keys = MEM_NEW(bool, c->n_cols);
    struct searches all = { .a = a, .groups = groups, .list = list };
    int rc = 0;

    for (size_t j = 0; j < n && !rc; j++) {
        list[j].col = j;
        /* Amounts stand for nothing but themselves. */
        if (table_at(a->in->table, j)->type != COLUMN_REAL &&
            is_grouping(&c->columns[j], c->n_rows))
            rc = coded_groups(&groups[j], c->columns[j].code, c->columns[j].n_values, c->n_rows,
                              err);
    }
    if (!rc)
        rc = search_all(keys, &all, n, err);
    all.keys = keys;
    if (!rc)
        rc = search_all(NULL, &all, n, err);
    for (size_t j = 0; j < c->n_cols; j++)
        coded_groups_release(&groups[j]);
    mem_free(keys);
    mem_free(groups);
    mem_free(list);
    return rc;
}

const struct audit_kind audit_dependency = {
    .name = "dependency",
    .help = "a column that follows from others but for some cells",
    .weight = 1,
    .find = find_dependencies,
};
