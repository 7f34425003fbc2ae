/* step_edit_cells.c - single cells by hand, known by their rows' numbers in the source. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "prepare/pairs.h"
#include "prepare/step_columns.h"
#include "prepare/step_values.h"
#include "prepare/table_edit.h"
#include "table/cell.h"

static const struct param_spec edit_params[] = {
    { .name = "row",
      .type = PARAM_TEXT,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the row's number in the source, or several with commas between them" },
    { .name = "column",
      .type = PARAM_COLUMN,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the column" },
    { .name = "value", .type = PARAM_TEXT, .flags = PARAM_WORD, .help = "what the cell becomes" },
    { .name = "to_missing", .type = PARAM_FLAG, .fallback = "no", .help = "make the cell missing" },
    { .name = "values",
      .type = PARAM_TEXT,
      .help = "a value for each row, with commas between them; nothing between two makes the cell "
              "missing" },
    { .name = "was",
      .type = PARAM_TEXT,
      .help = "what each cell held when it was edited, with commas between them; recorded" },
    { .name = NULL },
};

/* ---------------------------------------------------------------- rows */

struct numbered {
    size_t number, at;
};

struct rows {
    size_t *number;         /* (n) as written */
    struct numbered *order; /* (n) by number, then as written */
    size_t n;
};

static int by_number(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;

    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static int parse_rows(struct rows *out, const char *text, struct arena *arena, struct err *err)
{
    struct span *words;
    int64_t number;

    if (pairs_parse_texts(&words, &out->n, text, arena, err))
        return -1;
    out->number = ARENA_NEW(arena, size_t, out->n);
    out->order = ARENA_NEW(arena, struct numbered, out->n);
    for (size_t k = 0; k < out->n; k++) {
        struct span word = span_trim(words[k]);
        if (!text_parse_int(&number, word.at, word.len) || number < 1)
            return err_set(err, ERR_USAGE,
                           "'%.*s' is no row number; rows are numbered from 1, as the sheet shows "
                           "them",
                           (int)word.len, word.at);
        out->number[k] = (size_t)number;
        out->order[k] = (struct numbered){ (size_t)number, k };
    }
    if (out->n)
        qsort(out->order, out->n, sizeof(*out->order), by_number);
    return out->n ? 0 : err_set(err, ERR_USAGE, "no row is named");
}

/* Which of the rows has the number, n when none. */
static size_t find_row(const struct rows *r, size_t number)
{
    size_t low = 0, high = r->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->order[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->n && r->order[low].number == number ? r->order[low].at : r->n;
}

static size_t largest_number(const struct rows *r)
{
    return r->n ? r->order[r->n - 1].number : 0;
}

/* A row beyond the last one says that the data are others; one that an earlier step removed has no
 * cell to edit, which harms nobody. */
static int check_rows(const struct rows *r, const struct table *t, struct err *err)
{
    size_t last = 0;

    for (size_t i = 0; i < t->n_rows; i++)
        last = table_row_number(t, i) > last ? table_row_number(t, i) : last;
    if (t->n_rows == 0 || largest_number(r) <= last)
        return 0;
    return err_set(err, ERR_DOMAIN,
                   "there is no row %zu; the table's last row is %zu, so these are not the data "
                   "that were edited",
                   largest_number(r), last);
}

/* ---------------------------------------------------------------- the cell's new value */

/* What a cell becomes. */
struct becomes {
    const char *text; /* NULL: missing */
    struct cell_value value;
};

static int parse_value(struct becomes *out, const char *text, const struct column *c,
                       const char *column, struct err *err)
{
    *out = (struct becomes){ .text = text };
    if (!text || cell_value_read(&out->value, span_of(text), c->type))
        return 0;
    return err_set(err, ERR_DOMAIN,
                   "'%s' is no value of %s, which is %s; cast it first, or write "
                   "to_missing=yes",
                   text, column, step_type_words(c->type));
}

/* One for each row. */
static int parse_values(struct becomes *out, size_t n_rows, const char *values,
                        const struct column *c, const char *column, struct arena *arena,
                        struct err *err)
{
    struct span *texts;
    size_t n;

    if (pairs_parse_texts(&texts, &n, values, arena, err))
        return -1;
    if (n == 0 && n_rows == 1) { /* values="": one cell, made missing */
        out[0] = (struct becomes){ 0 };
        return 0;
    }
    if (n != n_rows)
        return err_set(err, ERR_USAGE, "values= has %zu texts for %zu rows", n, n_rows);
    for (size_t k = 0; k < n; k++) {
        const char *text = texts[k].len ? arena_strndup(arena, texts[k].at, texts[k].len) : NULL;
        if (parse_value(&out[k], text, c, column, err))
            return -1;
    }
    return 0;
}

/* (n_rows), from value=, to_missing= or values=: one of the three. */
static int parse_becomes(struct becomes *out, size_t n_rows, const struct column *c,
                         const struct params *p, struct arena *arena, struct err *err)
{
    const char *value = params_text(p, "value"), *values = params_text(p, "values");
    const char *column = params_text(p, "column");

    if ((value != NULL) + (values != NULL) + params_flag(p, "to_missing") != 1)
        return err_set(err, ERR_USAGE,
                       "edit takes a value, or values= with one for each row, or to_missing=yes");
    if (values)
        return parse_values(out, n_rows, values, c, column, arena, err);
    if (parse_value(&out[0], value, c, column, err))
        return -1;
    for (size_t k = 1; k < n_rows; k++)
        out[k] = out[0];
    return 0;
}

static void add_value(struct column_builder *b, const struct becomes *v)
{
    if (!v->text)
        builder_add_missing(b);
    else if (b->type == COLUMN_TEXT || b->type == COLUMN_CATEGORY)
        builder_add_text(b, v->text, strlen(v->text));
    else if (b->type == COLUMN_REAL)
        builder_add_real(b, v->value.real);
    else
        builder_add_int(b, v->value.integer);
}

/* ---------------------------------------------------------------- what it was */

/* The cell as text; a missing one is an empty text. */
static void cell_was(struct str *out, const struct column *c, size_t i)
{
    str_clear(out);
    cell_text(out, c, i);
}

static int check_was(const struct column *c, const struct table *t, size_t i, struct span was,
                     const char *column, struct err *err)
{
    struct str now;
    int rc = 0;

    str_init(&now);
    cell_was(&now, c, i);
    if (!span_eq((struct span){ now.buf, now.len }, was))
        rc = err_set(err, ERR_DOMAIN,
                     "row %zu of %s holds '%.60s', not '%.*s' as when it was edited; look at the "
                     "data, and edit the cell again",
                     table_row_number(t, i), column, now.buf, (int)(was.len < 60 ? was.len : 60),
                     was.at);
    str_release(&now);
    return rc;
}

/* ---------------------------------------------------------------- the step */

struct editing {
    struct rows rows;
    struct span *was;        /* (rows.n), NULL when it is not recorded */
    struct becomes *becomes; /* (rows.n) */
    const char *column;
};

static int editing_init(struct editing *e, const struct column *c, const struct step_input *in,
                        struct arena *arena, struct err *err)
{
    const char *was = params_text(in->params, "was");
    size_t n_was = 0;

    e->column = params_text(in->params, "column");
    if (parse_rows(&e->rows, params_text(in->params, "row"), arena, err))
        return -1;
    e->becomes = ARENA_NEW(arena, struct becomes, e->rows.n);
    if (parse_becomes(e->becomes, e->rows.n, c, in->params, arena, err))
        return -1;
    /* In a fold an earlier step may have learned something else, or removed other rows. */
    if (in->in_fold)
        return 0;
    if (check_rows(&e->rows, in->table, err))
        return -1;
    if (!was)
        return 0;
    if (pairs_parse_texts(&e->was, &n_was, was, arena, err))
        return -1;
    if (n_was == 0 && e->rows.n == 1) { /* one cell, which was missing */
        e->was[0] = (struct span){ "", 0 };
        n_was = 1;
    }
    if (n_was != e->rows.n)
        return err_set(err, ERR_USAGE, "was= has %zu texts for %zu rows", n_was, e->rows.n);
    return 0;
}

static int edit_cells(struct column **out, const struct editing *e, const struct column *c,
                      const struct table *t, struct err *err)
{
    struct column_builder b;
    int rc = 0;

    builder_init(&b, c->type, c->n_rows);
    for (size_t i = 0; i < c->n_rows && !rc; i++) {
        size_t k = find_row(&e->rows, table_row_number(t, i));
        if (k == e->rows.n)
            builder_add_cell(&b, c, i);
        else if (!e->was || !(rc = check_was(c, t, i, e->was[k], e->column, err)))
            add_value(&b, &e->becomes[k]);
    }
    if (!rc)
        return builder_finish(out, &b, err);
    builder_release(&b);
    return -1;
}

static int edit_apply(struct table **out, const void *state, const struct step_input *in,
                      struct job *job, struct err *err)
{
    struct editing e = { 0 };
    struct column *edited;
    struct arena arena;
    size_t col;
    int absent = step_column(&col, in, "column", err);

    (void)state;
    if (absent < 0 || job_tick(job, 0, 1, err))
        return -1;
    if (absent) {
        *out = table_ref(in->table);
        return 0;
    }
    arena_init(&arena);
    const struct column *c = table_at(in->table, col);
    int rc = editing_init(&e, c, in, &arena, err);
    if (!rc)
        rc = edit_cells(&edited, &e, c, in->table, err);
    if (!rc)
        rc = table_put(out, in->table, e.column, edited, err);
    arena_release(&arena);
    return rc;
}

/* Each row's cell as it is now; every row must be there. */
static int note_was(struct str *out, const struct rows *rows, const struct column *c,
                    const struct table *t, struct arena *arena, struct err *err)
{
    size_t *at = ARENA_NEW(arena, size_t, rows->n); /* row of the table, from 1; 0: gone */
    struct str cell;
    int rc = 0;

    for (size_t i = 0; i < t->n_rows; i++) {
        size_t k = find_row(rows, table_row_number(t, i));
        if (k < rows->n)
            at[k] = i + 1;
    }
    str_init(&cell);
    for (size_t k = 0; k < rows->n && !rc; k++) {
        size_t i = at[find_row(rows, rows->number[k])];
        if (i == 0) {
            rc = err_set(err, ERR_USAGE, "there is no row %zu in the table as it stands",
                         rows->number[k]);
            break;
        }
        cell_was(&cell, c, i - 1);
        if (k)
            str_add_char(out, ',');
        str_add_listed(out, (struct span){ cell.buf, cell.len });
    }
    str_release(&cell);
    return rc;
}

static int edit_resolve(struct params *params, const struct step_resolving *r, struct err *err)
{
    struct rows rows;
    struct str was;
    size_t col;

    if (params_text(params, "was"))
        return 0;
    if (step_column(&col, r->in, "column", err) ||
        parse_rows(&rows, params_text(params, "row"), r->arena, err))
        return -1;
    str_init(&was);
    int rc = note_was(&was, &rows, table_at(r->in->table, col), r->in->table, r->arena, err);
    if (!rc)
        rc = params_put(params, "was", was.buf, r->arena, err);
    str_release(&was);
    return rc;
}

const struct step_kind step_edit = {
    .name = "edit",
    .help = "change single cells by hand",
    .details =
        "A row is known by its number in the source, which it keeps through every step; several, "
        "with commas between them, take the same value, or each its own by values=. The value must "
        "be one of the column's "
        "type; a category takes a new one too. What the cell held is recorded, and a replay on "
        "data in which it holds something else is refused instead of changing another cell. It is "
        "about rows of this source: new rows that a model predicts are never edited.",
    .example = "edit 3 island Dream",
    .scope = STEP_ROW_WISE,
    .flags = STEP_SOURCE_ONLY,
    .params = edit_params,
    .resolve = edit_resolve,
    .apply = edit_apply,
};
