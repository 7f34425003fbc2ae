/* audit_unit.c - numbers with a unit or sign at some cells, or with several spellings of it: "12",
 * "12 oz", "12 OZ.". */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "profile/audit.h"
#include "profile/audit_texts.h"

#define COVER   0.9  /* share of the cells that are numbers, bare or with something behind */
#define UNIFORM 0.85 /* share of one spelling from which on it is how the column is written */

/* The number at the beginning, and what stands behind it.  False when there is none. */
static bool number_and_unit(struct span *number, struct span *unit, struct span s)
{
    struct span t = span_trim(s);
    size_t n = 0;
    double v;

    while (n < t.len && (isdigit((unsigned char)t.at[n]) || t.at[n] == '.' ||
                         (n == 0 && (t.at[n] == '-' || t.at[n] == '+'))))
        n++;
    if (n && t.at[n - 1] == '.' && n < t.len)
        n--;
    *number = (struct span){ t.at, n };
    *unit = span_trim((struct span){ t.at + n, t.len - n });
    if (!text_parse_real(&v, number->at, number->len))
        return false;
    /* "3rd", "10-12", "4x4" and times are no number with a unit. */
    for (size_t i = 0; i < unit->len; i++)
        if (isdigit((unsigned char)unit->at[i]))
            return false;
    return unit->len == 0 || !strchr(":-/", unit->at[0]);
}

struct shares {
    size_t all, bare, with, top; /* top: cells with one spelling of the unit, the most frequent */
};

/* Cells that have the same unit as code v. */
static size_t same_unit(const struct coded_column *c, struct span unit)
{
    size_t n = 0;

    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct span number, other;
        if (number_and_unit(&number, &other, coded_text(c, v)) && span_eq(unit, other))
            n += c->count[v];
    }
    return n;
}

static struct shares shares_of(const struct coded_column *c)
{
    struct shares s = { 0 };
    struct span number, unit, last = { "", 0 };

    for (uint32_t v = 1; v <= c->n_values; v++) {
        s.all += c->count[v];
        if (!number_and_unit(&number, &unit, coded_text(c, v)))
            continue;
        *(unit.len ? &s.with : &s.bare) += c->count[v];
        /* Values are in byte order; units seldom differ from one to the next. */
        if (unit.len && !span_eq(unit, last) && s.top * 2 < s.all) {
            size_t n = same_unit(c, unit);
            s.top = n > s.top ? n : s.top;
            last = unit;
        }
    }
    return s;
}

static double how_sure(const struct shares *s)
{
    if (s->with == 0 || (double)(s->bare + s->with) < COVER * (double)s->all)
        return 0;
    if ((double)s->top >= UNIFORM * (double)(s->bare + s->with))
        return 0;
    if (s->bare >= s->with)
        return 0.95;
    return s->bare ? 0.9 : 0.8;
}

static void look_at(struct audit_context *a, size_t col)
{
    const struct coded_column *c = &a->coded->columns[col];
    const struct table *t = a->in->table;
    struct shares s = shares_of(c);
    double sure = how_sure(&s);

    if (sure == 0)
        return;
    struct audit_finding *f = audit_add(a, "unit", &col, 1);
    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct span number, unit;
        if (number_and_unit(&number, &unit, coded_text(c, v)) && unit.len)
            audit_add_code(a, f, col, v, sure, audit_copy(a, number), false);
    }
    f->says = audit_printf(a, "%zu number%s with a unit, %zu without", s.with,
                           s.with == 1 ? "" : "s", s.bare);
    if (!column_is_text(table_at(t, col))) {
        audit_fix_fill(a, f, col);
        f->by_cell = !audit_is_target(a, col);
        return;
    }
    f->fix.verb = "replace";
    audit_fix_arg(f, NULL, table_name(t, col));
    audit_fix_arg(f, "from", "^ *([-+]?[0-9]*[.]?[0-9]+)[. ]*(?![-:/])[^0-9]*$");
    audit_fix_arg(f, "to", "$1");
    audit_fix_arg(f, "match", "regex");
}

static int find_units(struct audit_context *a, struct err *err)
{
    for (size_t j = 0; j < a->coded->n_cols; j++) {
        look_at(a, j);
        if (job_tick(a->job, j + 1, a->coded->n_cols, err))
            return -1;
    }
    return 0;
}

const struct audit_kind audit_unit = {
    .name = "unit",
    .help = "numbers with a unit at some cells, or several spellings of it",
    .weight = 0.8,
    .find = find_units,
};
