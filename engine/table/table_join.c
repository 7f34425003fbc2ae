#include "table/table_join.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "table/cell.h"

#define TICK_ROWS  65536
#define ROWS_KEPT  8
#define EMPTY_SLOT UINT32_MAX

/* ---------------------------------------------------------------- keys */

/* The key columns of one side, each of the type that both sides have it in. */
struct keys {
    struct column **columns; /* (n) references */
    size_t n, n_rows;
};

struct joining {
    const struct table *left, *right;
    struct keys lk, rk;
    enum join_how how;
    /* Rows of the right by key: first row in a slot, then the next with the same hash. */
    uint32_t *slots, *next;
    size_t n_slots;
    uint8_t *used; /* (rows of the right) it has a match */
    struct job *job;
    struct join *out;
};

enum column_type column_common_type(enum column_type a, enum column_type b)
{
    bool number = (a == COLUMN_INT || a == COLUMN_REAL) && (b == COLUMN_INT || b == COLUMN_REAL);
    bool time = (a == COLUMN_DATE || a == COLUMN_TIMESTAMP) &&
                (b == COLUMN_DATE || b == COLUMN_TIMESTAMP);

    if (a == b)
        return a;
    return number ? COLUMN_REAL : time ? COLUMN_TIMESTAMP : COLUMN_TEXT;
}

static bool is_text_type(enum column_type type)
{
    return type == COLUMN_TEXT || type == COLUMN_CATEGORY;
}

static int key_pair(struct column **l, struct column **r, const struct joining *g, const char *name,
                    struct err *err)
{
    const struct column *a = table_column(g->left, name, err);
    const struct column *b = a ? table_column(g->right, name, err) : NULL;

    if (!a)
        return -1;
    if (!b)
        return err_prefix(err, "the table to join: ");
    enum column_type type = column_common_type(a->type, b->type);
    if (type == COLUMN_TEXT && !(is_text_type(a->type) && is_text_type(b->type)))
        return err_set(err, ERR_SHAPE,
                       "the key %s is %s here and %s in the table to join; make them "
                       "alike: cast %s type=%s, or types=%s:%s for the table to join",
                       name, column_type_name(a->type), column_type_name(b->type), name,
                       column_type_name(b->type), name, column_type_name(a->type));
    *l = *r = NULL;
    if (is_text_type(type)) {
        *l = column_ref(a);
        *r = column_ref(b);
        return 0;
    }
    if (column_cast(l, a, type, NULL, NULL, 0, err))
        return -1;
    if (column_cast(r, b, type, NULL, NULL, 0, err)) {
        column_unref(*l);
        return -1;
    }
    return 0;
}

static void keys_release(struct keys *k)
{
    for (size_t j = 0; j < k->n; j++)
        column_unref(k->columns[j]);
    mem_free(k->columns);
}

static int make_keys(struct joining *g, const char *const *by, size_t n, struct err *err)
{
    g->lk = (struct keys){ .columns = MEM_NEW(struct column *, n), .n_rows = g->left->n_rows };
    g->rk = (struct keys){ .columns = MEM_NEW(struct column *, n), .n_rows = g->right->n_rows };
    for (size_t k = 0; k < n; k++) {
        if (key_pair(&g->lk.columns[k], &g->rk.columns[k], g, by[k], err))
            return -1;
        g->lk.n = g->rk.n = k + 1;
    }
    return 0;
}

static bool key_missing(const struct keys *k, size_t i)
{
    for (size_t j = 0; j < k->n; j++)
        if (column_missing(k->columns[j], i))
            return true;
    return false;
}

static uint64_t cell_hash(const struct column *c, size_t i)
{
    if (is_text_type(c->type)) {
        struct span s = column_span(c, i);
        return hash_bytes(s.at, s.len);
    }
    if (c->type == COLUMN_REAL) {
        double v = column_reals(c)[i] + 0.0; /* -0 is 0 */
        if (isnan(v))
            return 1;
        return hash_bytes(&v, sizeof(v));
    }
    int64_t v = c->type == COLUMN_BOOL   ? column_bool(c, i)
                : c->type == COLUMN_DATE ? column_codes(c)[i]
                                         : column_ints(c)[i];
    return hash_bytes(&v, sizeof(v));
}

static uint64_t key_hash(const struct keys *k, size_t i)
{
    uint64_t h = 0;

    for (size_t j = 0; j < k->n; j++)
        h = hash_mix(h, cell_hash(k->columns[j], i));
    return h;
}

static bool cells_agree(const struct column *a, size_t i, const struct column *b, size_t j)
{
    if (is_text_type(a->type))
        return span_eq(column_span(a, i), column_span(b, j));
    return column_cells_equal(a, i, b, j);
}

static bool keys_agree(const struct keys *a, size_t i, const struct keys *b, size_t j)
{
    for (size_t k = 0; k < a->n; k++)
        if (!cells_agree(a->columns[k], i, b->columns[k], j))
            return false;
    return true;
}

/* ---------------------------------------------------------------- rows of the right by key */

static int make_slots(struct joining *g, struct err *err)
{
    size_t n = g->rk.n_rows;
    void *slots = NULL, *next = NULL, *used = NULL;

    for (g->n_slots = 64; g->n_slots < 2 * n;)
        g->n_slots *= 2;
    int rc = mem_big(&slots, g->n_slots, sizeof(uint32_t), "the keys of a join", err);
    if (!rc)
        rc = mem_big(&next, n, sizeof(uint32_t), "the keys of a join", err);
    if (!rc)
        rc = mem_big(&used, n, 1, "the keys of a join", err);
    g->slots = slots;
    g->next = next;
    g->used = used;
    if (rc)
        return -1;
    memset(slots, 0xff, g->n_slots * sizeof(uint32_t));
    memset(used, 0, n);
    /* From the last, so that a chain is in the order of the rows. */
    for (size_t i = n; i-- > 0;) {
        if (key_missing(&g->rk, i))
            continue;
        size_t at = (size_t)key_hash(&g->rk, i) & (g->n_slots - 1);
        g->next[i] = g->slots[at];
        g->slots[at] = (uint32_t)i;
    }
    return 0;
}

/* The next row of the right, from `row` on in its chain, that agrees; EMPTY_SLOT: none. */
static uint32_t next_match(const struct joining *g, size_t i, uint32_t row)
{
    while (row != EMPTY_SLOT && !keys_agree(&g->lk, i, &g->rk, row))
        row = g->next[row];
    return row;
}

static uint32_t first_match(const struct joining *g, size_t i)
{
    if (key_missing(&g->lk, i))
        return EMPTY_SLOT;
    return next_match(g, i, g->slots[(size_t)key_hash(&g->lk, i) & (g->n_slots - 1)]);
}

/* ---------------------------------------------------------------- which rows */

static bool gives_pairs(enum join_how how)
{
    return how == JOIN_LEFT || how == JOIN_INNER || how == JOIN_FULL;
}

/* Go over the left; `left` NULL: count only.  Returns the number of rows. */
static int pair_rows(size_t *n_out, struct joining *g, uint32_t *left, uint32_t *right,
                     struct err *err)
{
    struct join *o = g->out;
    bool alone = g->how == JOIN_LEFT || g->how == JOIN_FULL || g->how == JOIN_ANTI;
    size_t n = 0;

    for (size_t i = 0; i < g->lk.n_rows; i++) {
        uint32_t row = first_match(g, i);
        bool matched = row != EMPTY_SLOT;
        size_t from = n;
        for (; row != EMPTY_SLOT && gives_pairs(g->how); row = next_match(g, i, g->next[row])) {
            if (left) {
                left[n] = (uint32_t)i;
                right[n] = row;
            }
            g->used[row] = 1;
            n++;
        }
        if ((!matched && alone) || (matched && g->how == JOIN_SEMI)) {
            if (left) {
                left[n] = (uint32_t)i;
                right[n] = JOIN_NO_ROW;
            }
            n++;
        }
        if (!left) {
            if (!matched && o->n_left_only < ROWS_KEPT)
                o->left_only[o->n_left_only] = (uint32_t)i;
            o->n_matched += matched;
            o->n_left_only += !matched;
            o->n_missing_left += !matched && key_missing(&g->lk, i);
            o->n_more += matched && n > from ? n - from - 1 : 0;
        }
        if (i % TICK_ROWS == 0 && job_tick(g->job, i, g->lk.n_rows, err))
            return -1;
    }
    *n_out = n;
    return 0;
}

/* Rows of the right that nothing matched; for joins that keep no pairs they are looked for anew. */
static size_t rest_of_right(struct joining *g, uint32_t *left, uint32_t *right, size_t n)
{
    for (size_t i = 0; i < g->rk.n_rows; i++)
        if (!g->used[i]) {
            if (left) {
                left[n] = JOIN_NO_ROW;
                right[n] = (uint32_t)i;
            }
            n++;
        }
    return n;
}

static void count_right(struct joining *g)
{
    struct join *o = g->out;

    if (!gives_pairs(g->how))
        for (size_t i = 0; i < g->lk.n_rows; i++)
            for (uint32_t row = first_match(g, i); row != EMPTY_SLOT;
                 row = next_match(g, i, g->next[row])) {
                if (g->used[row])
                    break;
                g->used[row] = 1;
            }
    for (size_t i = 0; i < g->rk.n_rows; i++) {
        if (!g->used[i] && o->n_right_only < ROWS_KEPT)
            o->right_only[o->n_right_only] = (uint32_t)i;
        o->n_right_only += !g->used[i];
        bool missing = key_missing(&g->rk, i);
        o->n_missing_right += missing;
        if (missing)
            continue;
        /* The second row of a key in its chain, and no later one. */
        uint32_t row = g->slots[(size_t)key_hash(&g->rk, i) & (g->n_slots - 1)];
        size_t before = 0;
        for (; row != (uint32_t)i && before < 2; row = g->next[row])
            before += keys_agree(&g->rk, row, &g->rk, i);
        o->n_keys_twice += before == 1;
    }
}

static int choose_rows(struct joining *g, struct err *err)
{
    size_t n, n_pairs;

    if (pair_rows(&n_pairs, g, NULL, NULL, err))
        return -1;
    count_right(g);
    n = n_pairs + (g->how == JOIN_FULL ? g->out->n_right_only : 0);
    if (n >= UINT32_MAX)
        return err_set(err, ERR_SHAPE,
                       "this join would give %zu rows, which are too many; are the "
                       "keys those of single rows?",
                       n);
    if (buffer_new(&g->out->left, n, sizeof(uint32_t), "the rows of a join", err) ||
        buffer_new(&g->out->right, n, sizeof(uint32_t), "the rows of a join", err))
        return -1;
    uint32_t *left = g->out->left->data, *right = g->out->right->data;
    if (pair_rows(&n_pairs, g, left, right, err))
        return -1;
    if (g->how == JOIN_FULL)
        rest_of_right(g, left, right, n_pairs);
    return 0;
}

/* ---------------------------------------------------------------- the table */

/* Rows of a column, missing where there is no row. */
static int gather(struct column **out, const struct column *c, const uint32_t *rows, size_t n,
                  const struct column *other, const uint32_t *other_rows, struct err *err)
{
    struct column_builder b;

    builder_init(&b, c->type, n);
    for (size_t i = 0; i < n; i++) {
        if (rows[i] != JOIN_NO_ROW)
            builder_add_cell(&b, c, rows[i]);
        else if (other && other_rows[i] != JOIN_NO_ROW)
            builder_add_cell(&b, other, other_rows[i]);
        else
            builder_add_missing(&b);
    }
    return builder_finish(out, &b, err);
}

static ptrdiff_t key_index(const char *const *by, size_t n_by, const char *name)
{
    for (size_t k = 0; k < n_by; k++)
        if (strcmp(by[k], name) == 0)
            return (ptrdiff_t)k;
    return -1;
}

static bool name_taken(const char *const *names, size_t n, const char *name)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(names[k], name) == 0)
            return true;
    return false;
}

static const char *free_name(const char *const *names, size_t n, const char *name,
                             const struct table *right, char **made)
{
    size_t size = strlen(name) + 24;

    if (!name_taken(names, n, name))
        return name;
    *made = mem_new(size, 1);
    for (size_t k = 2;; k++) {
        snprintf(*made, size, "%s_%zu", name, k);
        if (!name_taken(names, n, *made) && table_find(right, *made) < 0)
            return *made;
    }
}

static int join_columns(struct joining *g, const char *const *by, size_t n_by, struct err *err)
{
    const struct table *l = g->left, *r = g->right;
    size_t most = l->n_cols + r->n_cols, n = 0, n_rows = g->out->left->size / sizeof(uint32_t);
    const uint32_t *left = g->out->left->data, *right = g->out->right->data;
    struct column **columns = MEM_NEW(struct column *, most);
    const char **names = MEM_NEW(const char *, most);
    int rc = 0;

    for (size_t j = 0; j < l->n_cols && !rc; j++, n++) {
        ptrdiff_t key = key_index(by, n_by, table_name(l, j));
        bool both = key >= 0 && g->how == JOIN_FULL;
        names[n] = table_name(l, j);
        rc = gather(&columns[n], both ? g->lk.columns[key] : table_at(l, j), left, n_rows,
                    both ? g->rk.columns[key] : NULL, right, err);
    }
    g->out->names = MEM_NEW(const char *, r->n_cols);
    g->out->was = MEM_NEW(const char *, r->n_cols);
    for (size_t j = 0; j < r->n_cols && !rc && gives_pairs(g->how); j++) {
        char *made = NULL;
        if (key_index(by, n_by, table_name(r, j)) >= 0)
            continue;
        names[n] = free_name(names, n, table_name(r, j), r, &made);
        g->out->was[g->out->n_added] = mem_strdup(table_name(r, j));
        g->out->names[g->out->n_added++] = mem_strdup(names[n]);
        names[n] = g->out->names[g->out->n_added - 1];
        mem_free(made);
        rc = gather(&columns[n++], table_at(r, j), right, n_rows, NULL, NULL, err);
    }
    if (rc) {
        for (size_t j = 0; j < most; j++)
            column_unref(columns[j]);
    } else {
        rc = table_new(&g->out->table, columns, names, n, n_rows, NULL, err);
    }
    mem_free(columns);
    mem_free(names);
    return rc;
}

void join_release(struct join *j)
{
    table_unref(j->table);
    buffer_unref(j->left);
    buffer_unref(j->right);
    for (size_t k = 0; k < j->n_added; k++) {
        mem_free((char *)(uintptr_t)j->names[k]);
        mem_free((char *)(uintptr_t)j->was[k]);
    }
    mem_free(j->names);
    mem_free(j->was);
    *j = (struct join){ 0 };
}

int table_join(struct join *out, const struct table *left, const struct table *right,
               const char *const *by, size_t n_by, enum join_how how, struct job *job,
               struct err *err)
{
    struct joining g = { .left = left, .right = right, .how = how, .job = job, .out = out };

    *out = (struct join){ 0 };
    int rc = make_keys(&g, by, n_by, err);
    if (!rc)
        rc = make_slots(&g, err);
    if (!rc)
        rc = choose_rows(&g, err);
    if (!rc)
        rc = join_columns(&g, by, n_by, err);
    mem_big_free(g.slots);
    mem_big_free(g.next);
    mem_big_free(g.used);
    keys_release(&g.lk);
    keys_release(&g.rk);
    if (rc)
        join_release(out);
    return rc;
}

/* ---------------------------------------------------------------- append */

static int add_rows(struct column_builder *b, const struct table *t, const char *name,
                    struct err *err)
{
    int at = table_find(t, name);
    struct column *cast;

    if (at < 0 || table_at(t, (size_t)at)->n_missing == t->n_rows) {
        for (size_t i = 0; i < t->n_rows; i++)
            builder_add_missing(b);
        return 0;
    }
    const struct column *c = table_at(t, (size_t)at);
    if (is_text_type(c->type) && is_text_type(b->type))
        cast = column_ref(c);
    else if (column_cast(&cast, c, b->type, NULL, NULL, 0, err))
        return -1;
    for (size_t i = 0; i < cast->n_rows; i++)
        builder_add_cell(b, cast, i);
    column_unref(cast);
    return 0;
}

/* The type of a column of both, or of the one that has it; one without values has no say. */
static enum column_type append_type(const struct table *l, const struct table *r, const char *name)
{
    int a = table_find(l, name), b = table_find(r, name);
    const struct column *x = a >= 0 ? table_at(l, (size_t)a) : NULL;
    const struct column *y = b >= 0 ? table_at(r, (size_t)b) : NULL;

    if (!x || !y)
        return x ? x->type : y->type;
    if (x->n_missing == x->n_rows || y->n_missing == y->n_rows)
        return x->n_missing == x->n_rows ? y->type : x->type;
    return column_common_type(x->type, y->type);
}

static int append_column(struct column **out, const struct table *l, const struct table *r,
                         const char *name, struct err *err)
{
    struct column_builder b;

    builder_init(&b, append_type(l, r, name), l->n_rows + r->n_rows);
    if (add_rows(&b, l, name, err) || add_rows(&b, r, name, err)) {
        builder_release(&b);
        return -1;
    }
    return builder_finish(out, &b, err);
}

int table_append(struct table **out, const struct table *left, const struct table *right,
                 struct err *err)
{
    size_t most = left->n_cols + right->n_cols, n = 0;
    struct column **columns = MEM_NEW(struct column *, most);
    const char **names = MEM_NEW(const char *, most);
    int rc = 0;

    if (left->n_rows + right->n_rows >= UINT32_MAX)
        rc = err_set(err, ERR_SHAPE, "together they have %zu rows, which are too many",
                     left->n_rows + right->n_rows);
    for (size_t j = 0; j < left->n_cols && !rc; j++, n++) {
        names[n] = table_name(left, j);
        rc = append_column(&columns[n], left, right, names[n], err);
    }
    for (size_t j = 0; j < right->n_cols && !rc; j++) {
        if (table_find(left, table_name(right, j)) >= 0)
            continue;
        names[n] = table_name(right, j);
        rc = append_column(&columns[n], left, right, names[n], err);
        n++;
    }
    if (rc) {
        for (size_t j = 0; j < most; j++)
            column_unref(columns[j]);
    } else {
        rc = table_new(out, columns, names, n, left->n_rows + right->n_rows, NULL, err);
    }
    mem_free(columns);
    mem_free(names);
    return rc;
}
