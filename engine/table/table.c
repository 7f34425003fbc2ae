#include "table/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define TABLE_WHAT "the row numbers of a table"

/* ---------------------------------------------------------------- origin */

static struct origin *origin_new(size_t n_rows, struct buffer *take_row, struct buffer *take_lines)
{
    struct origin *o = MEM_NEW(struct origin, 1);

    atomic_init(&o->refs, 1);
    o->n_rows = n_rows;
    o->row = take_row;
    o->lines = take_lines;
    return o;
}

static struct origin *origin_ref(struct origin *o)
{
    atomic_fetch_add_explicit(&o->refs, 1, memory_order_relaxed);
    return o;
}

static void origin_unref(struct origin *o)
{
    if (atomic_fetch_sub_explicit(&o->refs, 1, memory_order_acq_rel) > 1)
        return;
    buffer_unref(o->row);
    buffer_unref(o->lines);
    places_unref(o->places);
    mem_free(o);
}

/* ---------------------------------------------------------------- checks */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorting, since a table may have a hundred thousand columns. */
static int check_unique(const char *const *names, size_t n, struct err *err)
{
    const char **sorted = MEM_NEW(const char *, n);
    const char *twice = NULL;

    for (size_t j = 0; j < n; j++)
        sorted[j] = names[j];
    qsort(sorted, n, sizeof(*sorted), by_name);
    for (size_t j = 1; j < n && !twice; j++)
        if (strcmp(sorted[j - 1], sorted[j]) == 0)
            twice = sorted[j];
    mem_free(sorted);
    if (twice)
        return err_set(err, ERR_SHAPE, "two columns are called '%s'; rename one", twice);
    return 0;
}

static int check_columns(struct column *const *columns, const char *const *names, size_t n_cols,
                         size_t n_rows, struct err *err)
{
    for (size_t j = 0; j < n_cols; j++) {
        if (names[j][0] == '\0')
            return err_set(err, ERR_SHAPE, "column %zu has no name; give it one", j + 1);
        if (columns[j]->n_rows != n_rows)
            return err_set(err, ERR_SHAPE,
                           "column %s has %zu rows and the table %zu; "
                           "give it as many as the others",
                           names[j], columns[j]->n_rows, n_rows);
    }
    return check_unique(names, n_cols, err);
}

/* ---------------------------------------------------------------- life */

static void unref_columns(struct column **columns, size_t n)
{
    for (size_t j = 0; j < n; j++)
        column_unref(columns[j]);
}

/* Everything was checked. */
static struct table *assemble(struct column **take_columns, const char *const *names, size_t n_cols,
                              struct origin *take_origin)
{
    struct table *t = MEM_NEW(struct table, 1);

    atomic_init(&t->refs, 1);
    t->n_rows = take_origin->n_rows;
    t->n_cols = n_cols;
    t->fields = MEM_NEW(struct field, n_cols);
    t->origin = take_origin;
    for (size_t j = 0; j < n_cols; j++)
        t->fields[j] = (struct field){ .name = mem_strdup(names[j]), .column = take_columns[j] };
    return t;
}

int table_new(struct table **out, struct column **take_columns, const char *const *names,
              size_t n_cols, size_t n_rows, struct buffer *take_lines, struct err *err)
{
    int rc = 0;

    assert(!take_lines || take_lines->size >= n_rows * sizeof(int64_t));
    if (n_rows > UINT32_MAX)
        rc = err_set(err, ERR_SHAPE, "%zu rows; a table takes %zu at most; load a sample", n_rows,
                     (size_t)UINT32_MAX);
    if (rc || check_columns(take_columns, names, n_cols, n_rows, err)) {
        unref_columns(take_columns, n_cols);
        buffer_unref(take_lines);
        return -1;
    }
    *out = assemble(take_columns, names, n_cols, origin_new(n_rows, NULL, take_lines));
    return 0;
}

int table_with_columns(struct table **out, const struct table *t, struct column **take_columns,
                       const char *const *names, size_t n_cols, struct err *err)
{
    if (check_columns(take_columns, names, n_cols, t->n_rows, err)) {
        unref_columns(take_columns, n_cols);
        return -1;
    }
    *out = assemble(take_columns, names, n_cols, origin_ref(t->origin));
    return 0;
}

/* Only the count is written through a const pointer. */
struct table *table_ref(const struct table *t)
{
    struct table *shared = (struct table *)t;

    atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    return shared;
}

void table_unref(const struct table *t)
{
    struct table *shared = (struct table *)t;

    if (!t || atomic_fetch_sub_explicit(&shared->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t j = 0; j < shared->n_cols; j++) {
        mem_free(shared->fields[j].name);
        column_unref(shared->fields[j].column);
    }
    mem_free(shared->fields);
    origin_unref(shared->origin);
    mem_free(shared);
}

/* ---------------------------------------------------------------- reading */

int table_find(const struct table *t, const char *name)
{
    for (size_t j = 0; j < t->n_cols; j++)
        if (strcmp(t->fields[j].name, name) == 0)
            return (int)j;
    return -1;
}

static void add_names(struct str *out, const struct table *t)
{
    const size_t most = 8;

    for (size_t j = 0; j < t->n_cols && j < most; j++)
        str_addf(out, "%s%s", j ? ", " : "", table_name(t, j));
    if (t->n_cols > most)
        str_addf(out, " and %zu more", t->n_cols - most);
}

static int unknown_column(const struct table *t, const char *name, struct err *err)
{
    const char **names = MEM_NEW(const char *, t->n_cols + 1);

    for (size_t j = 0; j < t->n_cols; j++)
        names[j] = table_name(t, j);
    const char *near = text_nearest(name, names);
    mem_free(names);
    if (near)
        return err_set(err, ERR_USAGE, "no column '%s'; did you mean %s?", name, near);
    if (t->n_cols == 0)
        return err_set(err, ERR_USAGE, "no column '%s'; the table has no columns", name);

    struct str list;
    str_init(&list);
    add_names(&list, t);
    err_set(err, ERR_USAGE, "no column '%s'; there are %s", name, list.buf);
    str_release(&list);
    return -1;
}

const struct column *table_column(const struct table *t, const char *name, struct err *err)
{
    int j = table_find(t, name);

    if (j >= 0)
        return table_at(t, (size_t)j);
    unknown_column(t, name, err);
    return NULL;
}

static size_t original_row(const struct table *t, size_t i)
{
    assert(i < t->n_rows);
    return t->origin->row ? ((const uint32_t *)t->origin->row->data)[i] : i;
}

size_t table_row_number(const struct table *t, size_t i)
{
    return original_row(t, i) + 1;
}

size_t table_index_of(const struct table *t, size_t number)
{
    size_t low = 0, high = t->n_rows;

    if (!t->origin->row)
        return number >= 1 && number <= t->n_rows ? number - 1 : TABLE_NO_ROW;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table_row_number(t, middle) < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->n_rows && table_row_number(t, low) == number ? low : TABLE_NO_ROW;
}

size_t table_line(const struct table *t, size_t i)
{
    if (t->origin->places)
        return (size_t)places_find(t->origin->places, original_row(t, i)).line;
    if (!t->origin->lines)
        return 0;
    return (size_t)((const int64_t *)t->origin->lines->data)[original_row(t, i)];
}

bool table_offset(uint64_t *out, const struct table *t, size_t i)
{
    struct row_place place = { 0 };

    if (t->origin->places && places_have_offsets(t->origin->places))
        place = places_find(t->origin->places, original_row(t, i));
    if (place.line)
        *out = place.at;
    return place.line > 0;
}

void table_set_places(struct table *t, struct places *take_places, struct buffer *take_rows)
{
    assert(!t->origin->places && !t->origin->row);
    assert(places_n_rows(take_places) == t->n_rows);
    t->origin->places = take_places;
    t->origin->row = buffer_ref(take_rows);
    if (take_rows)
        places_number(take_places, take_rows);
}

void table_move_places(struct table *t, places_move *to, void *ctx)
{
    struct places *old = t->origin->places;

    if (!old)
        return;
    t->origin->places = places_moved(old, to, ctx);
    places_unref(old);
}

/* ---------------------------------------------------------------- other columns, same rows */

/* Columns with references of their own, and names, of a table to be; n_cols of t at first. */
struct draft {
    struct column **columns;
    const char **names;
    size_t n;
};

static struct draft draft_of(const struct table *t)
{
    struct draft d = { .n = t->n_cols };

    d.columns = MEM_NEW(struct column *, t->n_cols + 1);
    d.names = MEM_NEW(const char *, t->n_cols + 1);
    for (size_t j = 0; j < t->n_cols; j++) {
        d.columns[j] = column_ref(table_at(t, j));
        d.names[j] = table_name(t, j);
    }
    return d;
}

static int draft_finish(struct table **out, struct draft *d, const struct table *t, struct err *err)
{
    int rc = table_with_columns(out, t, d->columns, d->names, d->n, err);

    mem_free(d->columns);
    mem_free(d->names);
    return rc;
}

int table_put(struct table **out, const struct table *t, const char *name, struct column *take,
              struct err *err)
{
    struct draft d = draft_of(t);
    int found = table_find(t, name);
    size_t j = found < 0 ? d.n++ : (size_t)found;

    column_unref(d.columns[j]);
    d.columns[j] = take;
    d.names[j] = name;
    return draft_finish(out, &d, t, err);
}

int table_rename(struct table **out, const struct table *t, size_t col, const char *name,
                 struct err *err)
{
    struct draft d = draft_of(t);

    assert(col < t->n_cols);
    d.names[col] = name;
    return draft_finish(out, &d, t, err);
}

int table_select(struct table **out, const struct table *t, const size_t *cols, size_t n,
                 struct err *err)
{
    struct draft d = { .n = n };

    d.columns = MEM_NEW(struct column *, n);
    d.names = MEM_NEW(const char *, n);
    for (size_t k = 0; k < n; k++) {
        assert(cols[k] < t->n_cols);
        d.columns[k] = column_ref(table_at(t, cols[k]));
        d.names[k] = table_name(t, cols[k]);
    }
    return draft_finish(out, &d, t, err);
}

/* ---------------------------------------------------------------- other rows, same columns */

/* Original rows of the rows picked; none are noted for the start of a table that noted none. */
static int take_origin(struct origin **out, const struct table *t, const uint32_t *rows, size_t n,
                       struct err *err)
{
    struct buffer *row = NULL;

    if (rows || t->origin->row) {
        if (buffer_new(&row, n, sizeof(uint32_t), TABLE_WHAT, err))
            return -1;
        uint32_t *to = row->data;
        for (size_t i = 0; i < n; i++)
            to[i] = (uint32_t)original_row(t, rows ? rows[i] : i);
    }
    *out = origin_new(n, row, buffer_ref(t->origin->lines));
    (*out)->places = places_ref(t->origin->places);
    return 0;
}

int table_take(struct table **out, const struct table *t, const uint32_t *rows, size_t n,
               struct err *err)
{
    struct origin *origin;

    assert(rows || n <= t->n_rows);
    if (!rows && n == t->n_rows) {
        *out = table_ref(t);
        return 0;
    }
    if (take_origin(&origin, t, rows, n, err))
        return -1;
    struct draft d = draft_of(t);
    int rc = 0;
    for (size_t j = 0; j < t->n_cols && rc == 0; j++) {
        struct column *picked;
        rc = column_take(&picked, table_at(t, j), rows, n, err);
        if (rc == 0) {
            column_unref(d.columns[j]);
            d.columns[j] = picked;
        }
    }
    if (rc == 0) {
        *out = assemble(d.columns, d.names, d.n, origin);
    } else {
        unref_columns(d.columns, d.n);
        origin_unref(origin);
    }
    mem_free(d.columns);
    mem_free(d.names);
    return rc;
}

/* ---------------------------------------------------------------- the whole */

/* The same whether the numbers are noted or follow from the position. */
static void add_row_numbers(struct hasher *h, const struct table *t)
{
    enum { BLOCK = 1024 };
    uint32_t block[BLOCK];

    for (size_t from = 0; from < t->n_rows; from += BLOCK) {
        size_t n = t->n_rows - from < BLOCK ? t->n_rows - from : BLOCK;
        for (size_t i = 0; i < n; i++)
            block[i] = (uint32_t)original_row(t, from + i);
        hasher_add(h, block, n * sizeof(*block));
    }
}

struct digest table_digest(const struct table *t)
{
    struct hasher h;

    hasher_init(&h);
    hasher_add_u64(&h, t->n_rows);
    hasher_add_u64(&h, t->n_cols);
    for (size_t j = 0; j < t->n_cols; j++) {
        struct digest d = column_digest(table_at(t, j));
        hasher_add_text(&h, table_name(t, j));
        hasher_add_u64(&h, d.lo);
        hasher_add_u64(&h, d.hi);
    }
    add_row_numbers(&h, t);
    return hasher_finish(&h);
}

size_t table_bytes(const struct table *t)
{
    size_t bytes = 0;

    for (size_t j = 0; j < t->n_cols; j++)
        bytes += column_bytes(table_at(t, j));
    if (t->origin->row)
        bytes += t->origin->row->size;
    if (t->origin->places)
        bytes += places_bytes(t->origin->places);
    return bytes + (t->origin->lines ? t->origin->lines->size : 0);
}
