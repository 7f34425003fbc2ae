/* audit_type.c - cells of another type than the rest of their column: what the reader could not take
 * for a number or a date, and words in a column of text that holds numbers. */
#include "base/text.h"
#include "profile/audit.h"
#include "profile/audit_texts.h"
#include "profile/dates.h"

#define MOSTLY 0.9

static bool is_number(struct span s)
{
    double v;

    return text_parse_real(&v, s.at, s.len);
}

/* In a column of dates, what looks like one is found by audit_date. */
static bool is_found_as_date(const struct column *c, const char *text)
{
    return (c->type == COLUMN_DATE || c->type == COLUMN_TIMESTAMP) &&
           date_read(span_of(text)).order != DATE_NONE;
}

/* Cells the reader rejected are missing in the table: filling them is what is left to do. */
static void add_rejected(struct audit_context *a, size_t col)
{
    const struct table *t = a->in->table;
    const struct column *c = table_at(t, col);
    struct audit_finding *f = NULL;

    for (size_t i = 0; i < a->in->n_odd; i++) {
        const struct odd_cell *odd = &a->in->odd[i];
        if (odd->col != col || !column_missing(c, odd->row) ||
            audit_missing_word(span_of(odd->text)) > 0 || is_found_as_date(c, odd->text))
            continue;
        f = f ? f : audit_add(a, "mixed-type", &col, 1);
        audit_add_cell(a, f, odd->row, col, 0.97, span_of(odd->text), NULL, false);
    }
    if (!f)
        return;
    f->sampled = false;
    f->says = audit_printf(a, "no %s, so missing in the table", column_type_name(c->type));
    audit_fix_fill(a, f, col);
}

/* A text column where nearly all is a number. */
static void add_words(struct audit_context *a, size_t col)
{
    const struct coded_column *c = &a->coded->columns[col];
    double share = audit_share_numbers(c);

    if (share < MOSTLY || share == 1)
        return;
    struct audit_finding *f = audit_add(a, "mixed-type", &col, 1);
    for (uint32_t v = 1; v <= c->n_values; v++)
        if (!is_number(coded_text(c, v)) && audit_missing_word(coded_text(c, v)) == 0)
            audit_add_code(a, f, col, v, 0.6 + 0.35 * (share - MOSTLY) / (1 - MOSTLY), NULL, false);
    f->says = audit_printf(a, "%.3g %% of the texts are numbers", 100 * share);
    f->fix.verb = "cast";
    audit_fix_arg(f, NULL, table_name(a->in->table, col));
    audit_fix_arg(f, "to", "real");
}

static int find_types(struct audit_context *a, struct err *err)
{
    for (size_t j = 0; j < a->coded->n_cols; j++) {
        if (column_is_text(table_at(a->in->table, j)))
            add_words(a, j);
        else
            add_rejected(a, j);
        if (job_tick(a->job, j + 1, a->coded->n_cols, err))
            return -1;
    }
    return 0;
}

const struct audit_kind audit_type = {
    .name = "mixed-type",
    .help = "cells of another type than their column",
    .weight = 0.85,
    .find = find_types,
};
