#include "prepare/text_map.h"

#include <assert.h>

#include "base/mem.h"

#define ROWS_PER_TICK 65536

struct mapping {
    const struct column *column;
    text_map_one *one;
    void *ctx;
    bool changed;
    struct str text;
    struct column_builder builder;
};

/* The cell at i of `from` through the change into the builder. */
static int map_cell(struct mapping *m, const struct column *from, size_t i, struct err *err)
{
    struct span in = column_text(from, i);

    str_clear(&m->text);
    switch (m->one(m->ctx, &m->text, in, err)) {
    case TEXT_SAME:
        builder_add_text(&m->builder, in.at, in.len);
        return 0;
    case TEXT_CHANGED:
        m->changed = true;
        builder_add_text(&m->builder, m->text.buf, m->text.len);
        return 0;
    case TEXT_MISSING:
        m->changed = true;
        builder_add_missing(&m->builder);
        return 0;
    case TEXT_FAILED:
        break;
    }
    return -1;
}

/* The changed cells of a text column, or the changed levels of a category, as a column. */
static int map_texts(struct mapping *m, const struct column *from, struct job *job, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; i < from->n_rows && !rc; i++) {
        if (column_missing(from, i))
            builder_add_missing(&m->builder);
        else
            rc = map_cell(m, from, i, err);
        if (!rc && i % ROWS_PER_TICK == 0)
            rc = job_tick(job, i, from->n_rows, err);
    }
    return rc;
}

/* `levels` holds each old level's new text as a category column: row k is level k. */
static int recode(struct column **out, const struct column *c, const struct column *levels,
                  struct err *err)
{
    if (column_new(out, COLUMN_CATEGORY, c->n_rows, levels->levels, err))
        return -1;
    for (size_t i = 0; i < c->n_rows; i++) {
        size_t level = (size_t)column_codes(c)[i];
        if (column_missing(c, i) || column_missing(levels, level)) {
            if (column_set_missing(*out, i, err)) {
                column_unref(*out);
                return -1;
            }
        } else {
            column_codes_mut(*out)[i] = column_codes(levels)[level];
        }
    }
    column_seal(*out);
    return 0;
}

static int finish(struct column **out, struct mapping *m, struct err *err)
{
    const struct column *c = m->column;
    struct column *built;

    if (!m->changed) {
        builder_release(&m->builder);
        *out = column_ref(c);
        return 0;
    }
    if (builder_finish(&built, &m->builder, err))
        return -1;
    if (c->type == COLUMN_TEXT) {
        *out = built;
        return 0;
    }
    int rc = recode(out, c, built, err);
    column_unref(built);
    return rc;
}

int text_map(struct column **out, const struct column *c, text_map_one *one, void *ctx,
             struct job *job, struct err *err)
{
    assert(column_is_text(c));
    const struct column *from = c->type == COLUMN_CATEGORY ? c->levels : c;
    struct mapping m = { .column = c, .one = one, .ctx = ctx };

    str_init(&m.text);
    builder_init(&m.builder, c->type, from->n_rows);
    int rc = map_texts(&m, from, job, err);
    if (rc)
        builder_release(&m.builder);
    else
        rc = finish(out, &m, err);
    str_release(&m.text);
    return rc;
}
