#include "profile/coded.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "table/cell.h"

struct coding {
    struct coded *coded;
    const struct odd_cell *odd; /* by column, then row */
    size_t n_odd;
    struct raw_cells raw;
    struct err *errors; /* (n_cols) */
    int *failed;        /* (n_cols) */
};

static int by_place(const void *a, const void *b)
{
    const struct odd_cell *x = a, *y = b;

    if (x->col != y->col)
        return x->col < y->col ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* What stood in the file at a missing cell; NULL: nothing is known of it.  *at moves along. */
static const char *odd_text(const struct coding *k, size_t *at, size_t col, uint32_t row)
{
    while (*at < k->n_odd &&
           (k->odd[*at].col < col || (k->odd[*at].col == col && k->odd[*at].row < row)))
        (*at)++;
    return *at < k->n_odd && k->odd[*at].col == col && k->odd[*at].row == row ? k->odd[*at].text
                                                                              : NULL;
}

/* The columns of the source and of its texts that a column of the table comes from. */
struct raw_column {
    const struct column *source, *texts;
};

static struct raw_column raw_column(const struct coding *k, size_t col)
{
    struct raw_column none = { 0 };
    const char *name = table_name(k->coded->table, col);
    int j = k->raw.texts ? table_find(k->raw.source, name) : -1;

    if (j < 0 || table_at(k->raw.source, (size_t)j)->type != table_at(k->coded->table, col)->type)
        return none;
    return (struct raw_column){ table_at(k->raw.source, (size_t)j),
                                table_at(k->raw.texts, (size_t)j) };
}

/* What stood in the file, when the cell is as it was read; false otherwise. */
static bool raw_text(struct span *out, const struct raw_column *raw, const struct coding *k,
                     const struct column *c, uint32_t row)
{
    size_t original;

    if (!raw->source)
        return false;
    original = table_index_of(k->raw.source, table_row_number(k->coded->table, row));
    if (original == TABLE_NO_ROW || !column_cells_equal(c, row, raw->source, original))
        return false;
    *out = column_missing(raw->texts, original) ? (struct span){ "", 0 }
                                                : column_span(raw->texts, original);
    return true;
}

static int texts_of(struct column **out, const struct coding *k, size_t col, struct err *err)
{
    const struct coded *c = k->coded;
    const struct column *from = table_at(c->table, col);
    struct column_builder b;
    struct raw_column raw = raw_column(k, col);
    struct str text;
    struct span s;
    size_t at = 0;

    str_init(&text);
    builder_init(&b, COLUMN_CATEGORY, c->n_rows);
    for (size_t i = 0; i < c->n_rows; i++) {
        uint32_t row = coded_row(c, i);
        const char *odd = column_missing(from, row) ? odd_text(k, &at, col, row) : NULL;
        if (raw_text(&s, &raw, k, from, row)) {
            if (s.len)
                builder_add_text(&b, s.at, s.len);
            else
                builder_add_missing(&b);
        } else if (odd) {
            builder_add_text(&b, odd, strlen(odd));
        } else if (column_missing(from, row)) {
            builder_add_missing(&b);
        } else if (column_is_text(from)) {
            s = column_span(from, row);
            builder_add_text(&b, s.at, s.len);
        } else {
            str_clear(&text);
            cell_text(&text, from, row);
            builder_add_text(&b, text.buf, text.len);
        }
    }
    str_release(&text);
    return builder_finish(out, &b, err);
}

static int code_column(struct coding *k, size_t col, struct err *err)
{
    struct coded *c = k->coded;
    struct coded_column *out = &c->columns[col];
    struct column *texts;
    void *code, *count;

    if (texts_of(&texts, k, col, err))
        return -1;
    out->texts = texts;
    out->n_values = (uint32_t)texts->levels->n_rows;
    if (mem_big(&code, c->n_rows, sizeof(uint32_t), "the values of a column", err))
        return -1;
    out->code = code;
    if (mem_big(&count, (size_t)out->n_values + 1, sizeof(uint32_t), "the values of a column", err))
        return -1;
    out->count = memset(count, 0, ((size_t)out->n_values + 1) * sizeof(uint32_t));
    for (size_t i = 0; i < c->n_rows; i++) {
        out->code[i] = column_missing(texts, i) ? 0 : (uint32_t)column_codes(texts)[i] + 1;
        out->count[out->code[i]]++;
    }
    return 0;
}

static void code_columns(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct coding *k = ctx;

    (void)chunk;
    for (size_t j = begin; j < end; j++)
        k->failed[j] = code_column(k, j, &k->errors[j]);
}

/* A few columns at a time beside each other, so that cancelling is noticed between them. */
#define COLUMNS_AT_ONCE ((size_t)16)

struct columns_from {
    struct coding *coding;
    size_t base;
};

static void code_batch(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct columns_from *b = ctx;

    code_columns(b->coding, b->base + begin, b->base + end, chunk);
}

static int code_all(struct coding *k, struct job *job, struct err *err)
{
    size_t n = k->coded->n_cols;

    for (size_t base = 0; base < n; base += COLUMNS_AT_ONCE) {
        struct columns_from batch = { k, base };
        size_t many = n - base < COLUMNS_AT_ONCE ? n - base : COLUMNS_AT_ONCE;
        parallel_for(many, 1, code_batch, &batch);
        for (size_t j = base; j < base + many; j++)
            if (k->failed[j]) {
                if (err)
                    *err = k->errors[j];
                return -1;
            }
        if (job_tick(job, base + many, n, err))
            return -1;
    }
    return 0;
}

int coded_new(struct coded **out, const struct table *t, const uint32_t *rows, size_t n_rows,
              const struct odd_cell *odd, size_t n_odd, struct raw_cells raw, struct job *job,
              struct err *err)
{
    struct coded *c = MEM_NEW(struct coded, 1);
    struct odd_cell *sorted = MEM_NEW(struct odd_cell, n_odd);

    *c = (struct coded){ .table = t,
                         .n_rows = rows ? n_rows : t->n_rows,
                         .n_cols = t->n_cols,
                         .rows = rows,
                         .columns = MEM_NEW(struct coded_column, t->n_cols) };
    if (n_odd)
        memcpy(sorted, odd, n_odd * sizeof(*odd));
    qsort(sorted, n_odd, sizeof(*sorted), by_place);
    struct coding k = { .coded = c,
                        .odd = sorted,
                        .n_odd = n_odd,
                        .raw = raw,
                        .errors = MEM_NEW(struct err, t->n_cols),
                        .failed = MEM_NEW(int, t->n_cols) };
    int rc = code_all(&k, job, err);
    mem_free(k.errors);
    mem_free(k.failed);
    mem_free(sorted);
    if (rc) {
        coded_free(c);
        return -1;
    }
    *out = c;
    return 0;
}

void coded_free(struct coded *c)
{
    if (!c)
        return;
    for (size_t j = 0; j < c->n_cols; j++) {
        column_unref(c->columns[j].texts);
        mem_big_free(c->columns[j].code);
        mem_big_free(c->columns[j].count);
    }
    mem_free(c->columns);
    mem_free(c);
}

int coded_groups(struct coded_groups *out, const uint32_t *code, uint32_t n_values, size_t n_rows,
                 struct err *err)
{
    void *start, *order;

    if (mem_big(&start, (size_t)n_values + 2, sizeof(uint32_t), "groups of rows", err))
        return -1;
    if (mem_big(&order, n_rows, sizeof(uint32_t), "groups of rows", err)) {
        mem_big_free(start);
        return -1;
    }
    *out = (struct coded_groups){ memset(start, 0, ((size_t)n_values + 2) * sizeof(uint32_t)),
                                  order };
    for (size_t i = 0; i < n_rows; i++)
        out->start[code[i] + 1]++;
    for (size_t v = 1; v <= (size_t)n_values + 1; v++)
        out->start[v] += out->start[v - 1];
    for (size_t i = 0; i < n_rows; i++)
        out->order[out->start[code[i]]++] = (uint32_t)i;
    /* Each start has moved to the next group's; move them back. */
    memmove(out->start + 1, out->start, ((size_t)n_values + 1) * sizeof(uint32_t));
    out->start[0] = 0;
    return 0;
}

void coded_groups_release(struct coded_groups *g)
{
    mem_big_free(g->start);
    mem_big_free(g->order);
}
