#include "prepare/repair_votes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "prepare/step_values.h"
#include "table/cell.h"

#define TRUST_ASKED 0.98 /* in a dependency that a person names, whatever the rows say */
#define MOST_FROM   64
#define MOST_TEXTS  100000000

/* ---------------------------------------------------------------- columns as codes */

/* The cells of several columns as one text each; missing where any of them is. */
static int joined_column(struct column **out, const struct table *t, const size_t *cols, size_t n,
                         struct err *err)
{
    struct column_builder b;
    struct str key;

    str_init(&key);
    builder_init(&b, COLUMN_TEXT, t->n_rows);
    for (size_t i = 0; i < t->n_rows; i++) {
        bool missing = false;
        str_clear(&key);
        for (size_t k = 0; k < n; k++) {
            missing |= column_missing(table_at(t, cols[k]), i);
            cell_text(&key, table_at(t, cols[k]), i);
            str_add_char(&key, '\x1f');
        }
        if (missing)
            builder_add_missing(&b);
        else
            builder_add_text(&b, key.buf, key.len);
    }
    str_release(&key);
    return builder_finish(out, &b, err);
}

/* A table of two columns: the determinant and what follows from it. */
static int pair_table(struct table **out, const struct table *t, const size_t *cols, size_t n,
                      size_t col, struct err *err)
{
    static const char *const names[] = { "from", "to" };
    struct column *columns[2];

    if (n == 1)
        columns[0] = column_ref(table_at(t, cols[0]));
    else if (joined_column(&columns[0], t, cols, n, err))
        return -1;
    columns[1] = column_ref(table_at(t, col));
    return table_with_columns(out, t, columns, names, 2, err);
}

static int pair_coded(struct coded **out, struct table **pair, const struct table *t,
                      const size_t *cols, size_t n, size_t col, const uint32_t *rows, size_t n_rows,
                      struct err *err)
{
    if (pair_table(pair, t, cols, n, col, err))
        return -1;
    if (coded_new(out, *pair, rows, n_rows, NULL, 0, (struct raw_cells){ 0 }, NULL, err) == 0)
        return 0;
    table_unref(*pair);
    return -1;
}

static struct texts texts_copy(const struct coded_column *c, struct arena *arena)
{
    struct texts t = { c->n_values, ARENA_NEW(arena, const char *, c->n_values) };

    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct span s = coded_text(c, v);
        t.at[v - 1] = arena_strndup(arena, s.at, s.len);
    }
    return t;
}

/* Code of a text from 1, 0 when it was not learned. */
static uint32_t texts_find(const struct texts *t, struct span s)
{
    size_t low = 0, high = t->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = span_compare(span_of(t->at[mid]), s);
        if (order == 0)
            return (uint32_t)mid + 1;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return 0;
}

/* ---------------------------------------------------------------- learning */

static void keep_counts(struct pair_counts *out, const struct pair_counts *p, struct arena *arena)
{
    size_t n_start = (size_t)p->n_groups + 2, n = p->start[p->n_groups + 1];

    out->n_groups = p->n_groups;
    out->start = ARENA_NEW(arena, uint32_t, n_start);
    out->value = ARENA_NEW(arena, uint32_t, n);
    out->count = ARENA_NEW(arena, uint32_t, n);
    memcpy(out->start, p->start, n_start * sizeof(*p->start));
    memcpy(out->value, p->value, n * sizeof(*p->value));
    memcpy(out->count, p->count, n * sizeof(*p->count));
}

static double base_share(const struct coded_column *c, size_t n_rows)
{
    uint32_t top = 0;

    for (uint32_t v = 1; v <= c->n_values; v++)
        top = c->count[v] > top ? c->count[v] : top;
    return n_rows > c->count[0] ? (double)top / (double)(n_rows - c->count[0]) : 1;
}

static int count_pairs(struct repair_from *from, const struct coded *c, struct arena *arena,
                       struct err *err)
{
    const struct coded_column *a = &c->columns[0], *b = &c->columns[1];
    struct coded_groups groups;
    struct pair_counts counts;

    if (coded_groups(&groups, a->code, a->n_values, c->n_rows, err))
        return -1;
    int rc = pair_counts_new(&counts, &groups, a->n_values, b->code, b->n_values, err);
    coded_groups_release(&groups);
    if (rc)
        return -1;
    double trust = dependency_measure(&counts, base_share(b, c->n_rows)).trust;
    from->trust = trust > 0 ? trust : TRUST_ASKED;
    from->values = texts_copy(a, arena);
    keep_counts(&from->counts, &counts, arena);
    pair_counts_release(&counts);
    return 0;
}

static int learn_from(struct repair_votes *out, struct repair_from *from, const struct table *t,
                      size_t col, const size_t *by, size_t n, const uint32_t *rows, size_t n_rows,
                      struct arena *arena, struct err *err)
{
    struct table *pair;
    struct coded *c;

    from->n_names = n;
    from->names = ARENA_NEW(arena, const char *, n);
    for (size_t k = 0; k < n; k++)
        from->names[k] = arena_strdup(arena, table_name(t, by[k]));
    if (pair_coded(&c, &pair, t, by, n, col, rows, n_rows, err))
        return -1;
    int rc = count_pairs(from, c, arena, err);
    if (!rc && !out->values.at)
        out->values = texts_copy(&c->columns[1], arena);
    coded_free(c);
    table_unref(pair);
    return rc;
}

int repair_votes_learn(struct repair_votes *out, const struct table *t, size_t col,
                       const size_t *by, size_t n_by, bool together, double sure,
                       const uint32_t *rows, size_t n_rows, struct arena *arena, struct job *job,
                       struct err *err)
{
    size_t n = together ? 1 : n_by;

    *out = (struct repair_votes){ .name = arena_strdup(arena, table_name(t, col)),
                                  .sure = sure,
                                  .n_from = n,
                                  .from = ARENA_NEW(arena, struct repair_from, n) };
    for (size_t k = 0; k < n; k++)
        if (learn_from(out, &out->from[k], t, col, &by[k], together ? n_by : 1, rows, n_rows, arena,
                       err) ||
            job_tick(job, k + 1, n, err))
            return -1;
    return 0;
}

/* ---------------------------------------------------------------- applying */

/* What a voter says about each row of a table: its own codes of the two columns. */
struct voter {
    const struct repair_from *from;
    struct table *pair;
    struct coded *coded;
    uint32_t *a, *b; /* learned code of each code of the table's columns */
};

static void voter_release(struct voter *v)
{
    mem_free(v->a);
    mem_free(v->b);
    coded_free(v->coded);
    table_unref(v->pair);
}

static uint32_t *learned_codes(const struct texts *t, const struct coded_column *c)
{
    uint32_t *codes = MEM_NEW(uint32_t, (size_t)c->n_values + 1);

    for (uint32_t v = 1; v <= c->n_values; v++)
        codes[v] = texts_find(t, coded_text(c, v));
    return codes;
}

/* 1 when the table lacks a column. */
static int voter_init(struct voter *out, const struct repair_votes *v,
                      const struct repair_from *from, const struct table *t, size_t col,
                      struct err *err)
{
    size_t *cols = MEM_NEW(size_t, from->n_names), n = 0;

    *out = (struct voter){ .from = from };
    for (; n < from->n_names; n++) {
        int j = table_find(t, from->names[n]);
        if (j < 0)
            break;
        cols[n] = (size_t)j;
    }
    int rc = n < from->n_names ? 1
                               : pair_coded(&out->coded, &out->pair, t, cols, n, col, NULL, 0, err);
    mem_free(cols);
    if (rc)
        return rc;
    out->a = learned_codes(&from->values, &out->coded->columns[0]);
    out->b = learned_codes(&v->values, &out->coded->columns[1]);
    return 0;
}

/* A value that was not learned has a code of its own, beyond all others. */
static struct verdict row_verdict(const struct repair_votes *v, const struct voter *voters,
                                  size_t n, size_t row)
{
    struct vote votes[MOST_FROM];
    uint32_t own = 0;

    for (size_t k = 0; k < n; k++) {
        const struct coded *c = voters[k].coded;
        uint32_t b = c->columns[1].code[row];
        own = b == 0 ? 0 : voters[k].b[b] ? voters[k].b[b] : (uint32_t)v->values.n + 1;
        votes[k] = dependency_vote(&voters[k].from->counts, voters[k].from->trust,
                                   voters[k].a[c->columns[0].code[row]], own);
    }
    return dependency_verdict(votes, n, own);
}

/* Append the text as a value of the column's type; the cell as it was when it is none. */
static bool add_value(struct column_builder *b, const struct column *c, size_t row,
                      const char *text)
{
    struct cell_value value;
    struct span s = span_of(text);

    if (column_is_text(c)) {
        builder_add_text(b, s.at, s.len);
        return true;
    }
    if (!cell_value_read(&value, s, c->type)) {
        builder_add_cell(b, c, row);
        return false;
    }
    if (c->type == COLUMN_REAL)
        builder_add_real(b, value.real);
    else
        builder_add_int(b, value.integer);
    return true;
}

static int change_cells(struct column **out, const struct repair_votes *v,
                        const struct voter *voters, size_t n, const struct column *c,
                        struct err *err)
{
    struct column_builder b;
    bool changed = false;

    builder_init(&b, c->type, c->n_rows);
    for (size_t i = 0; i < c->n_rows; i++) {
        struct verdict verdict = row_verdict(v, voters, n, i);
        if (verdict.value && verdict.sure >= v->sure)
            changed |= add_value(&b, c, i, v->values.at[verdict.value - 1]);
        else
            builder_add_cell(&b, c, i);
    }
    if (changed)
        return builder_finish(out, &b, err);
    builder_release(&b);
    *out = column_ref(c);
    return 0;
}

int repair_votes_apply(struct column **out, const struct repair_votes *v, const struct table *t,
                       size_t col, struct job *job, struct err *err)
{
    struct voter *voters = MEM_NEW(struct voter, v->n_from);
    size_t n = 0;
    int rc = 0;

    for (size_t k = 0; k < v->n_from && rc >= 0; k++) {
        rc = voter_init(&voters[n], v, &v->from[k], t, col, err);
        n += rc == 0;
        if (rc >= 0 && job_tick(job, k, v->n_from, err))
            rc = -1;
    }
    if (rc >= 0)
        rc = change_cells(out, v, voters, n, table_at(t, col), err);
    for (size_t k = 0; k < n; k++)
        voter_release(&voters[k]);
    mem_free(voters);
    return rc;
}

/* ---------------------------------------------------------------- telling and keeping */

void repair_votes_describe(struct str *out, const struct repair_votes *v)
{
    for (size_t k = 0; k < v->n_from; k++) {
        const struct repair_from *f = &v->from[k];
        str_addf(out, "%s: by ", v->name);
        for (size_t i = 0; i < f->n_names; i++)
            str_addf(out, "%s%s", i ? " and " : "", f->names[i]);
        str_addf(out, ", %zu groups, trust %.3g\n", f->values.n, f->trust);
    }
}

static void save_texts(struct str *out, const struct texts *t)
{
    pack_u64(out, t->n);
    for (size_t i = 0; i < t->n; i++)
        pack_text(out, t->at[i]);
}

static void save_codes(struct str *out, const uint32_t *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        pack_u64(out, v[i]);
}

void repair_votes_save(struct str *out, const struct repair_votes *v)
{
    pack_text(out, v->name);
    pack_real(out, v->sure);
    save_texts(out, &v->values);
    pack_u64(out, v->n_from);
    for (size_t k = 0; k < v->n_from; k++) {
        const struct repair_from *f = &v->from[k];
        size_t n = f->counts.start[f->counts.n_groups + 1];
        save_texts(out, &(struct texts){ f->n_names, f->names });
        pack_real(out, f->trust);
        save_texts(out, &f->values);
        save_codes(out, f->counts.start, (size_t)f->counts.n_groups + 2);
        save_codes(out, f->counts.value, n);
        save_codes(out, f->counts.count, n);
    }
}

/* A count that what is left can hold: each item takes a byte at least. */
static size_t load_count(struct unpack *u)
{
    size_t n = unpack_count(u, MOST_TEXTS);

    if (n > u->left)
        unpack_fail(u, "a smaller count");
    return u->failed ? 0 : n;
}

static struct texts load_texts(struct unpack *u, struct arena *arena, bool sorted)
{
    struct texts t = { .n = load_count(u) };

    t.at = ARENA_NEW(arena, const char *, t.n);
    for (size_t i = 0; i < t.n; i++) {
        t.at[i] = unpack_text(u);
        if (!t.at[i] || (sorted && i && !u->failed && strcmp(t.at[i - 1], t.at[i]) >= 0))
            unpack_fail(u, "texts in order");
        if (u->failed)
            return (struct texts){ 0 };
    }
    return t;
}

static uint32_t *load_codes(struct unpack *u, struct arena *arena, size_t n, size_t most)
{
    if (n > u->left)
        unpack_fail(u, "fewer codes");
    uint32_t *v = ARENA_NEW(arena, uint32_t, u->failed ? 1 : n);
    for (size_t i = 0; i < n && !u->failed; i++)
        v[i] = (uint32_t)unpack_count(u, most);
    return v;
}

static void load_counts(struct repair_from *f, struct unpack *u, struct arena *arena, size_t n_b)
{
    size_t n_start = f->values.n + 2;

    f->counts.n_groups = (uint32_t)f->values.n;
    f->counts.start = load_codes(u, arena, n_start, UINT32_MAX);
    for (size_t i = 1; i < n_start && !u->failed; i++)
        if (f->counts.start[i] < f->counts.start[i - 1])
            unpack_fail(u, "groups in order");
    size_t n = u->failed ? 0 : f->counts.start[n_start - 1];
    f->counts.value = load_codes(u, arena, n, n_b);
    f->counts.count = load_codes(u, arena, n, UINT32_MAX);
    for (size_t i = 0; i < n && !u->failed; i++)
        if (f->counts.value[i] == 0 || f->counts.count[i] == 0)
            unpack_fail(u, "values that occur");
}

void repair_votes_load(struct repair_votes *out, struct unpack *u, struct arena *arena)
{
    out->name = unpack_name(u);
    out->sure = unpack_real(u);
    out->values = load_texts(u, arena, true);
    out->n_from = unpack_count(u, MOST_FROM);
    out->from = ARENA_NEW(arena, struct repair_from, out->n_from);
    for (size_t k = 0; k < out->n_from && !u->failed; k++) {
        struct repair_from *f = &out->from[k];
        struct texts names = load_texts(u, arena, false);
        f->n_names = names.n;
        f->names = names.at;
        f->trust = unpack_real(u);
        if (!(f->trust >= 0 && f->trust < 1) || f->n_names == 0)
            unpack_fail(u, "what a repair learned");
        f->values = load_texts(u, arena, true);
        load_counts(f, u, arena, out->values.n);
    }
}
