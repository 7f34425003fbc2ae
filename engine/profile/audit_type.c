/* audit_type.c - cells of another type than the rest of their column: what the reader could not take
 * for a number or a date, and words in a column of text that holds numbers. */
#include <ctype.h>

#include "base/text.h"
#include "profile/audit.h"
#include "profile/audit_texts.h"
#include "profile/dates.h"

#define MOSTLY         0.9
#define MORE_THAN_HALF 0.65
#define A_QUARTER      0.25
#define FREQUENT       0.03

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
    f->by_cell = !audit_is_target(a, col);
}

static bool has_digit(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (isdigit((unsigned char)s.at[i]))
            return true;
    return false;
}

struct shares {
    double numbers, plain, top_plain; /* plain: texts without a digit, and the most frequent one */
};

static struct shares shares_of(const struct coded_column *c)
{
    struct shares s = { 0 };
    size_t all = 0, numbers = 0, plain = 0, top = 0;

    for (uint32_t v = 1; v <= c->n_values; v++) {
        bool digit = has_digit(coded_text(c, v));
        all += c->count[v];
        numbers += is_number(coded_text(c, v)) ? c->count[v] : 0;
        plain += digit ? 0 : c->count[v];
        top = !digit && c->count[v] > top ? c->count[v] : top;
    }
    if (all >= 20)
        s = (struct shares){ (double)numbers / (double)all, (double)plain / (double)all,
                             (double)top / (double)all };
    return s;
}

static void add_odd(struct audit_context *a, struct audit_finding *f, size_t col, bool numbers,
                    double sure)
{
    const struct coded_column *c = &a->coded->columns[col];

    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct span s = coded_text(c, v);
        bool odd = numbers ? is_number(s) : !is_number(s) && (sure > 0.6 || !has_digit(s));
        if (odd && audit_missing_word(s) == 0)
            audit_add_code(a, f, col, v, sure, NULL, false);
    }
}

/* A text column where most is a number: the words; where most is words without a digit: the numbers.
 * A word that is frequent is a value of its own. */
static void add_words(struct audit_context *a, size_t col)
{
    struct shares s = shares_of(&a->coded->columns[col]);
    bool words = s.numbers >= MOSTLY && s.numbers < 1;
    bool some_words = s.numbers >= MORE_THAN_HALF && s.plain > 0 && s.top_plain <= FREQUENT;
    bool numbers = s.plain >= MORE_THAN_HALF && s.numbers > 0 && s.numbers <= A_QUARTER;

    if (!words && !some_words && !numbers)
        return;
    struct audit_finding *f = audit_add(a, "mixed-type", &col, 1);
    if (words)
        add_odd(a, f, col, false, 0.65 + 0.3 * (s.numbers - MOSTLY) / (1 - MOSTLY));
    else
        add_odd(a, f, col, numbers, 0.6);
    f->says = audit_printf(a, "%.3g %% of the texts are numbers", 100 * s.numbers);
    if (numbers) {
        f->fix.verb = "replace";
        audit_fix_arg(f, NULL, table_name(a->in->table, col));
        audit_fix_arg(f, "from", "^ *[-+]?[0-9]*[.]?[0-9]+(?:[eE][-+]?[0-9]+)? *$");
        audit_fix_arg(f, "match", "regex");
        audit_fix_arg(f, "to_missing", "yes");
        return;
    }
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
