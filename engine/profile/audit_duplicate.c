/* audit_duplicate.c - rows that are there twice: exactly, by a key, nearly (the same but for case,
 * blanks and punctuation, or for a number of the row), and on both sides of the split. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "profile/audit.h"
#include "profile/audit_texts.h"
#include "profile/group.h"
#include "table/cell.h"

struct keyed {
    uint64_t key;
    uint32_t row;
};

struct keying {
    const struct table *table;
    const bool *left_out; /* (n_cols) columns that do not count; NULL: all do */
    bool loosely;         /* letters and digits without case only */
    struct keyed *rows;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static uint64_t loose_key(const struct column *c, size_t row)
{
    struct span s = column_span(c, row);
    uint64_t h = 0;

    if (column_missing(c, row))
        return 1;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char ch = (unsigned char)s.at[i];
        if (isalnum(ch) || ch >= 0x80)
            h = hash_mix(h, (uint64_t)tolower(ch));
    }
    return h;
}

static void key_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct keying *k = ctx;

    (void)chunk;
    for (size_t i = begin; i < end; i++)
        k->rows[i] = (struct keyed){ 0, (uint32_t)i };
    for (size_t j = 0; j < k->table->n_cols; j++) {
        const struct column *c = table_at(k->table, j);
        if (k->left_out && k->left_out[j])
            continue;
        bool loosely = k->loosely && column_is_text(c);
        for (size_t i = begin; i < end; i++)
            k->rows[i].key = hash_mix(k->rows[i].key, loosely ? loose_key(c, i) : cell_key(c, i));
    }
}

/* Rows by the hash of what counts of them. */
static int keyed_rows(struct keyed **out, const struct table *t, const bool *left_out, bool loosely,
                      struct err *err)
{
    void *block;

    if (mem_big(&block, t->n_rows, sizeof(struct keyed), "keys of rows", err))
        return -1;
    struct keying k = { t, left_out, loosely, block };
    parallel_for(t->n_rows, PARALLEL_CHUNK, key_rows, &k);
    *out = block;
    qsort(*out, t->n_rows, sizeof(**out), by_key);
    return 0;
}

static bool rows_equal(const struct table *t, const bool *left_out, size_t a, size_t b)
{
    for (size_t j = 0; j < t->n_cols; j++)
        if (!(left_out && left_out[j]) && !column_cells_equal(table_at(t, j), a, table_at(t, j), b))
            return false;
    return true;
}

static int by_row(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void finish(struct audit_finding *f)
{
    if (f->n_rows)
        qsort(f->rows, f->n_rows, sizeof(*f->rows), by_row);
    f->count = f->n_rows;
    f->sampled = false;
}

static struct audit_finding *about_all(struct audit_context *a, const char *kind)
{
    size_t n = a->in->table->n_cols, *cols = ARENA_NEW(a->arena, size_t, n);

    for (size_t j = 0; j < n; j++)
        cols[j] = j;
    return audit_add(a, kind, cols, n);
}

static const char *list_without(struct audit_context *a, const bool *left_out)
{
    size_t n = 0, *cols = ARENA_NEW(a->arena, size_t, a->in->table->n_cols);

    for (size_t j = 0; j < a->in->table->n_cols; j++)
        if (!left_out[j])
            cols[n++] = j;
    return audit_list(a, cols, n);
}

/* ---------------------------------------------------------------- exact */

static void find_exact(struct audit_context *a, const struct keyed *rows)
{
    const struct table *t = a->in->table;
    struct audit_finding *f = NULL;

    for (size_t i = 1; i < t->n_rows; i++) {
        if (rows[i].key != rows[i - 1].key || !rows_equal(t, NULL, rows[i].row, rows[i - 1].row))
            continue;
        f = f ? f : about_all(a, "duplicate");
        audit_add_row(a, f, rows[i].row);
    }
    if (!f)
        return;
    finish(f);
    f->says = "copies of an earlier row";
    f->fix.verb = "dedupe";
}

/* ---------------------------------------------------------------- both sides of the split */

static void find_shared(struct audit_context *a, const struct keyed *rows)
{
    const struct table *t = a->in->table;
    struct audit_finding *f = NULL;

    for (size_t i = 0, next; i < t->n_rows; i = next) {
        bool train = false;
        for (next = i; next < t->n_rows && rows[next].key == rows[i].key; next++)
            train |= a->in->part[rows[next].row] == 1;
        for (size_t k = i; k < next && train; k++)
            if (a->in->part[rows[k].row] == 0) {
                f = f ? f : about_all(a, "shared-rows");
                audit_add_row(a, f, rows[k].row);
            }
    }
    if (!f)
        return;
    finish(f);
    f->says = "held-out rows that are training rows too; no step takes out held-out rows: undo "
              "the split, dedupe, split again";
}

/* ---------------------------------------------------------------- by a key, and nearly */

/* A column that names rows: nearly every cell is there and is the only one of its value. */
static bool is_key(const struct audit_context *a, size_t col)
{
    const struct coded_column *c = &a->coded->columns[col];
    const struct column *x = table_at(a->in->table, col);
    size_t there = a->coded->n_rows - c->count[0];

    return x->type != COLUMN_REAL && x->type != COLUMN_BOOL && x->type != COLUMN_DATE &&
           x->type != COLUMN_TIMESTAMP && there >= 20 && there * 20 >= a->coded->n_rows * 19 &&
           c->n_values * 100 >= there * 97;
}

static int find_by_key(struct audit_context *a, size_t col, struct err *err)
{
    const struct table *t = a->in->table;
    bool *left_out = ARENA_NEW(a->arena, bool, t->n_cols);
    struct audit_finding *f = NULL;
    struct keyed *rows;

    for (size_t j = 0; j < t->n_cols; j++)
        left_out[j] = j != col;
    if (keyed_rows(&rows, t, left_out, false, err))
        return -1;
    for (size_t i = 1; i < t->n_rows; i++) {
        if (rows[i].key != rows[i - 1].key || column_missing(table_at(t, col), rows[i].row) ||
            !rows_equal(t, left_out, rows[i].row, rows[i - 1].row) ||
            rows_equal(t, NULL, rows[i].row, rows[i - 1].row))
            continue;
        f = f ? f : audit_add(a, "duplicate-key", &col, 1);
        audit_add_row(a, f, rows[i].row);
    }
    mem_big_free(rows);
    if (!f)
        return 0;
    finish(f);
    f->says = "rows with the key of an earlier one that are no copies of it";
    f->fix.verb = "dedupe";
    audit_fix_arg(f, NULL, table_name(t, col));
    return 0;
}

/* Rows that agree loosely in all that is no key; they must say enough to agree by more than chance. */
static int find_near(struct audit_context *a, const bool *is_a_key, struct err *err)
{
    const struct table *t = a->in->table;
    struct audit_finding *f = NULL;
    struct keyed *rows;
    size_t n = 0;
    bool exactly = true;

    if (keyed_rows(&rows, t, is_a_key, true, err))
        return -1;
    for (size_t i = 1; i < t->n_rows; i++)
        n += rows[i].key == rows[i - 1].key;
    /* Many that agree: the columns say too little. */
    for (size_t i = 1; i < t->n_rows && n * 20 <= t->n_rows; i++) {
        if (rows[i].key != rows[i - 1].key || rows_equal(t, NULL, rows[i].row, rows[i - 1].row))
            continue;
        exactly &= rows_equal(t, is_a_key, rows[i].row, rows[i - 1].row);
        f = f ? f : about_all(a, "near-duplicate");
        audit_add_row(a, f, rows[i].row);
    }
    mem_big_free(rows);
    if (!f)
        return 0;
    finish(f);
    f->says = exactly ? "copies of an earlier row but for its key"
                      : "copies of an earlier row but for case, blanks and punctuation";
    if (exactly) {
        f->fix.verb = "dedupe";
        audit_fix_arg(f, "columns", list_without(a, is_a_key));
    }
    return 0;
}

static int find_duplicates(struct audit_context *a, struct err *err)
{
    const struct table *t = a->in->table;
    bool *is_a_key = ARENA_NEW(a->arena, bool, t->n_cols);
    struct keyed *rows;
    size_t n_rest = 0;
    int rc = 0;

    if (keyed_rows(&rows, t, NULL, false, err))
        return -1;
    find_exact(a, rows);
    if (a->in->part)
        find_shared(a, rows);
    mem_big_free(rows);
    for (size_t j = 0; j < t->n_cols && !rc; j++) {
        is_a_key[j] = is_key(a, j);
        n_rest += !is_a_key[j];
        if (is_a_key[j])
            rc = find_by_key(a, j, err);
        if (!rc)
            rc = job_tick(a->job, j + 1, t->n_cols, err);
    }
    return rc || n_rest < 3 ? rc : find_near(a, is_a_key, err);
}

const struct audit_kind audit_duplicate = {
    .name = "duplicate",
    .help = "rows that are there twice",
    .weight = 0.8,
    .find = find_duplicates,
};
