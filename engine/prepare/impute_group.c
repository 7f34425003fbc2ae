/* impute_group.c - one value for each group of rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "prepare/step_columns.h"
#include "prepare/step_impute.h"
#include "prepare/step_values.h"
#include "table/cell.h"

/* ---------------------------------------------------------------- keys */

/* The row's values in these columns as one text; false when one is missing.  Numbers are written
 * alike whether they were read as int or real. */
static bool row_key(struct str *key, const struct table *t, const size_t *cols, size_t n_cols,
                    size_t row)
{
    str_clear(key);
    for (size_t k = 0; k < n_cols; k++) {
        const struct column *c = table_at(t, cols[k]);
        if (column_missing(c, row))
            return false;
        if (applies_to_numbers(NULL, c))
            str_addf(key, "%.17g", column_number(c, row));
        else
            cell_text(key, c, row);
        str_add_char(key, '\x1f');
    }
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The place of a key among those that were there, -1 for none. */
static int32_t find_key(const struct grouping *g, const char *key)
{
    const char **at = bsearch(&key, g->keys, g->n, sizeof(key), by_text);

    return at ? (int32_t)(at - g->keys) : -1;
}

/* ---------------------------------------------------------------- rows by group */

/* The different keys, while they are met: open addressing, at most half full. */
struct key_set {
    const char **slots;
    size_t n_slots, n;
};

static void key_set_add(struct key_set *s, const struct str *key, struct arena *arena)
{
    size_t at = (size_t)hash_bytes(key->buf, key->len) & (s->n_slots - 1);

    while (s->slots[at]) {
        if (strcmp(s->slots[at], key->buf) == 0)
            return;
        at = (at + 1) & (s->n_slots - 1);
    }
    s->slots[at] = arena_strdup(arena, key->buf);
    s->n++;
}

static void key_set_grow(struct key_set *s)
{
    struct key_set more = { .n_slots = s->n_slots ? 2 * s->n_slots : 64, .n = s->n };

    more.slots = MEM_NEW(const char *, more.n_slots);
    for (size_t i = 0; i < s->n_slots; i++) {
        if (!s->slots[i])
            continue;
        size_t at = (size_t)hash_bytes(s->slots[i], strlen(s->slots[i])) & (more.n_slots - 1);
        while (more.slots[at])
            at = (at + 1) & (more.n_slots - 1);
        more.slots[at] = s->slots[i];
    }
    mem_free(s->slots);
    *s = more;
}

static void learn_keys(struct grouping *g, const size_t *cols, const struct step_input *in,
                       struct arena *arena)
{
    struct key_set set = { 0 };
    struct str key;

    str_init(&key);
    for (size_t i = 0; i < step_n_rows(in); i++) {
        if (2 * set.n >= set.n_slots)
            key_set_grow(&set);
        if (row_key(&key, in->table, cols, g->n_by, step_row(in, i)))
            key_set_add(&set, &key, arena);
    }
    str_release(&key);
    g->keys = ARENA_NEW(arena, const char *, set.n);
    for (size_t at = 0; at < set.n_slots; at++)
        if (set.slots[at])
            g->keys[g->n++] = set.slots[at];
    mem_free(set.slots);
    qsort(g->keys, g->n, sizeof(*g->keys), by_text);
}

/* Rows to learn from, group after group: group k has rows[start[k]..start[k + 1]). */
struct grouped_rows {
    uint32_t *rows;
    size_t *start;
};

static int group_rows(struct grouped_rows *out, const struct grouping *g, const int32_t *of_row,
                      const struct step_input *in, struct arena *arena, struct err *err)
{
    size_t n = step_n_rows(in);
    void *block;

    if (mem_big(&block, n, sizeof(uint32_t), "the rows of groups", err))
        return -1;
    out->rows = block;
    out->start = ARENA_NEW(arena, size_t, g->n + 2);
    for (size_t i = 0; i < n; i++)
        if (of_row[step_row(in, i)] >= 0)
            out->start[of_row[step_row(in, i)] + 2]++;
    for (size_t k = 2; k < g->n + 2; k++)
        out->start[k] += out->start[k - 1];
    /* start[k + 1] moves from the begin of group k to its end, which is the begin of the next. */
    for (size_t i = 0; i < n; i++)
        if (of_row[step_row(in, i)] >= 0)
            out->rows[out->start[of_row[step_row(in, i)] + 1]++] = (uint32_t)step_row(in, i);
    return 0;
}

/* ---------------------------------------------------------------- learning */

/* All groups fill one column, so that they have one type. */
static void agree_on_type(struct filling *overall, struct filling *groups, size_t n)
{
    bool real = overall->type == COLUMN_REAL;

    for (size_t k = 0; k < n; k++)
        real = real || (groups[k].type == COLUMN_REAL && !groups[k].nothing);
    if (!real || overall->type != COLUMN_INT)
        return;
    overall->type = COLUMN_REAL;
    overall->real = (double)overall->integer;
}

static int learn_groups(struct grouping *g, struct filling *columns, const size_t *cols, size_t n,
                        int method, const struct grouped_rows *grouped, const struct step_input *in,
                        struct arena *arena, struct job *job, struct err *err)
{
    struct step_input some = *in;

    g->of_column = ARENA_NEW(arena, struct filling *, n);
    for (size_t j = 0; j < n; j++) {
        struct filling *of = ARENA_NEW(arena, struct filling, g->n);
        g->of_column[j] = of;
        for (size_t k = 0; k < g->n; k++) {
            some.rows = grouped->rows + grouped->start[k];
            some.n_rows = grouped->start[k + 1] - grouped->start[k];
            of[k].name = columns[j].name;
            if (impute_learn(&of[k], method, &some, cols[j], arena, err))
                return -1;
        }
        agree_on_type(&columns[j], of, g->n);
        if (job_tick(job, j + 1, n, err))
            return -1;
    }
    return 0;
}

int grouping_learn(struct grouping **out, struct filling *columns, const size_t *cols, size_t n,
                   int method, const struct step_input *in, struct arena *arena, struct job *job,
                   struct err *err)
{
    const struct column_rule any = { .learns = true };
    struct grouping *g = ARENA_NEW(arena, struct grouping, 1);
    struct grouped_rows grouped = { 0 };
    void *of_row = NULL;
    size_t *by;

    if (step_columns(&by, &g->n_by, in, "by", &any, arena, err))
        return -1;
    g->by = ARENA_NEW(arena, const char *, g->n_by);
    for (size_t k = 0; k < g->n_by; k++) {
        g->by[k] = arena_strdup(arena, table_name(in->table, by[k]));
        for (size_t j = 0; j < n; j++)
            if (cols[j] == by[k])
                return err_set(err, ERR_USAGE,
                               "%s names the groups and cannot be filled by them; leave it out of "
                               "by=, or of the columns to fill",
                               g->by[k]);
    }
    learn_keys(g, by, in, arena);
    int rc = mem_big(&of_row, in->table->n_rows, sizeof(int32_t), "the groups of rows", err);
    if (!rc)
        rc = grouping_of_rows(of_row, g, in, err);
    if (!rc)
        rc = group_rows(&grouped, g, of_row, in, arena, err);
    if (!rc)
        rc = learn_groups(g, columns, cols, n, method, &grouped, in, arena, job, err);
    mem_big_free(of_row);
    mem_big_free(grouped.rows);
    *out = g;
    return rc;
}

int grouping_of_rows(int32_t *of_row, const struct grouping *g, const struct step_input *in,
                     struct err *err)
{
    size_t *cols = MEM_NEW(size_t, g->n_by);
    struct str key;
    int rc = 0;

    for (size_t k = 0; k < g->n_by && !rc; k++)
        rc = step_learned_column(&cols[k], in, g->by[k], err);
    str_init(&key);
    for (size_t i = 0; i < in->table->n_rows && !rc; i++)
        of_row[i] = row_key(&key, in->table, cols, g->n_by, i) ? find_key(g, key.buf) : -1;
    str_release(&key);
    mem_free(cols);
    return rc;
}

/* ---------------------------------------------------------------- saving */

void grouping_save(struct str *out, const struct grouping *g, size_t n_columns)
{
    pack_u64(out, g->n_by);
    for (size_t k = 0; k < g->n_by; k++)
        pack_text(out, g->by[k]);
    pack_u64(out, g->n);
    for (size_t k = 0; k < g->n; k++) {
        pack_text(out, g->keys[k]);
        for (size_t j = 0; j < n_columns; j++)
            impute_save_filling(out, &g->of_column[j][k]);
    }
}

struct grouping *grouping_load(struct unpack *u, struct arena *arena, size_t n_columns)
{
    struct grouping *g = ARENA_NEW(arena, struct grouping, 1);

    g->n_by = unpack_count(u, u->left);
    g->by = ARENA_NEW(arena, const char *, u->failed ? 0 : g->n_by);
    for (size_t k = 0; k < g->n_by && !u->failed; k++)
        g->by[k] = unpack_name(u);
    /* Each group takes that many bytes at least, so that no count asks for more than there is. */
    g->n = unpack_count(u, u->left / (16 * (n_columns + 1)));
    g->keys = ARENA_NEW(arena, const char *, u->failed ? 0 : g->n);
    g->of_column = ARENA_NEW(arena, struct filling *, n_columns);
    for (size_t j = 0; j < n_columns; j++)
        g->of_column[j] = ARENA_NEW(arena, struct filling, u->failed ? 0 : g->n);
    for (size_t k = 0; k < g->n && !u->failed; k++) {
        g->keys[k] = unpack_name(u);
        if (k && strcmp(g->keys[k - 1], g->keys[k]) >= 0)
            unpack_fail(u, "groups in order");
        for (size_t j = 0; j < n_columns; j++)
            impute_load_filling(&g->of_column[j][k], u);
    }
    if (u->failed)
        g->n = g->n_by = 0;
    return g;
}
