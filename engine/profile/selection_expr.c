/* selection_expr.c - what a facet means: an expression of the language of derive and filter.
 *
 * A facet is applied through it, so that what is seen and what `facet keep` leaves are the same
 * rows by construction. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "profile/selection_parts.h"
#include "table/cell.h"
#include "table/expr.h"

#define MAX_ROWS_WRITTEN 100000

/* ---------------------------------------------------------------- one value */

struct writing {
    struct str *out;
    const char *name; /* as the expression writes the column */
    const char *column;
    enum column_type type;
    struct err *err;
};

static int wrong_value(const struct writing *w, const char *text, const char *wanted)
{
    return err_set(w->err, ERR_DOMAIN, "'%s' is not %s, as %s wants; freq %s lists its values",
                   text, wanted, w->column, w->column);
}

/* A value as a literal of the column's type. */
static int add_literal(const struct writing *w, const char *text)
{
    int64_t integer;
    int32_t days;
    double real;

    switch (w->type) {
    case COLUMN_INT:
    case COLUMN_REAL:
        if (!text_parse_real(&real, text, strlen(text)) || !isfinite(real))
            return wrong_value(w, text, "a number");
        char buf[TEXT_REAL_SIZE];
        if (text_parse_int(&integer, text, strlen(text)))
            str_addf(w->out, "%lld", (long long)integer);
        else
            str_add(w->out, text_real(buf, real, false));
        return 0;
    case COLUMN_DATE:
        if (!cell_parse_date(&days, text, strlen(text)))
            return wrong_value(w, text, "a date");
        break;
    case COLUMN_TIMESTAMP:
        if (!cell_parse_timestamp(&integer, text, strlen(text)) &&
            !cell_parse_date(&days, text, strlen(text)))
            return wrong_value(w, text, "a date with its time");
        break;
    default:
        break;
    }
    expr_add_text(w->out, text);
    return 0;
}

/* Values that no literal stands for; false when this is none of them. */
static bool add_special(const struct writing *w, const char *text)
{
    double v;

    if (w->type != COLUMN_REAL || !text_parse_real(&v, text, strlen(text)) || isfinite(v))
        return false;
    if (isnan(v))
        str_addf(w->out, "not (%s <= 0 or %s > 0)", w->name, w->name);
    else
        str_addf(w->out, "%s %s1.7976931348623157e308", w->name, v > 0 ? "> " : "< -");
    return true;
}

static int add_bool(const struct writing *w, const char *text)
{
    bool value;

    if (!cell_parse_bool(&value, text, strlen(text)))
        return wrong_value(w, text, "true or false");
    str_addf(w->out, "%s%s", value ? "" : "not ", w->name);
    return 0;
}

static int add_range(const struct writing *w, const struct facet_item *item)
{
    bool both = item->low && item->high;

    if (w->type == COLUMN_BOOL)
        return err_set(w->err, ERR_DOMAIN, "%s is true or false: it has no ranges", w->column);
    str_add(w->out, both ? "(" : "");
    if (item->low) {
        str_addf(w->out, "%s >= ", w->name);
        if (add_literal(w, item->low))
            return -1;
    }
    str_add(w->out, both ? " and " : "");
    if (item->high) {
        str_addf(w->out, "%s %s ", w->name, item->open_end ? "<" : "<=");
        if (add_literal(w, item->high))
            return -1;
    }
    str_add(w->out, both ? ")" : "");
    return 0;
}

/* ---------------------------------------------------------------- facets */

/* Plain values, which stand together in one `in (…)` where they can. */
static bool is_listed(const struct writing *w, const struct facet_item *item)
{
    double v;

    if (item->missing || item->range || w->type == COLUMN_BOOL || w->type == COLUMN_DATE ||
        w->type == COLUMN_TIMESTAMP)
        return false;
    return w->type != COLUMN_REAL || !text_parse_real(&v, item->low, strlen(item->low)) ||
           isfinite(v);
}

static int add_listed(const struct writing *w, const struct facet *f, size_t n_listed)
{
    size_t n = 0;

    str_addf(w->out, n_listed == 1 ? "%s = " : "%s in (", w->name);
    for (size_t i = 0; i < f->n_items; i++) {
        if (!is_listed(w, &f->items[i]))
            continue;
        str_add(w->out, n++ ? ", " : "");
        if (add_literal(w, f->items[i].low))
            return -1;
    }
    str_add(w->out, n_listed == 1 ? "" : ")");
    return 0;
}

static int add_other(const struct writing *w, const struct facet_item *item)
{
    if (item->missing) {
        str_addf(w->out, "is_missing(%s)", w->name);
        return 0;
    }
    if (item->range)
        return add_range(w, item);
    if (w->type == COLUMN_BOOL)
        return add_bool(w, item->low);
    if (add_special(w, item->low))
        return 0;
    str_addf(w->out, "%s = ", w->name);
    return add_literal(w, item->low);
}

static int add_values(const struct writing *w, const struct facet *f)
{
    size_t n_listed = 0, n = 0;

    for (size_t i = 0; i < f->n_items; i++)
        n_listed += is_listed(w, &f->items[i]);
    size_t n_parts = f->n_items - n_listed + (n_listed > 0);
    str_add(w->out, f->negate ? "not coalesce(" : n_parts > 1 ? "(" : "");
    if (n_listed && add_listed(w, f, n_listed))
        return -1;
    n = n_listed > 0;
    for (size_t i = 0; i < f->n_items; i++) {
        if (is_listed(w, &f->items[i]))
            continue;
        str_add(w->out, n++ ? " or " : "");
        if (add_other(w, &f->items[i]))
            return -1;
    }
    str_add(w->out, f->negate ? ", false)" : n_parts > 1 ? ")" : "");
    return 0;
}

static void add_text(const struct writing *w, const struct facet *f)
{
    bool is_text = w->type == COLUMN_TEXT || w->type == COLUMN_CATEGORY, ascii = true;
    struct str low;

    str_init(&low);
    for (const char *c = f->text; *c; c++) {
        ascii &= (unsigned char)*c < 0x80;
        str_add_char(&low, (char)tolower((unsigned char)*c));
    }
    str_add(w->out, f->negate ? "not coalesce(" : "");
    str_addf(w->out, is_text ? "contains(lower(%s), " : "contains(lower(text(%s)), ", w->name);
    str_add(w->out, ascii ? "" : "lower(");
    expr_add_text(w->out, ascii ? low.buf : f->text);
    str_add(w->out, ascii ? ")" : "))");
    str_add(w->out, f->negate ? ", false)" : "");
    str_release(&low);
}

static int add_rows(struct str *out, const struct facet *f, struct err *err)
{
    const uint32_t *rows = f->rows ? f->rows->data : NULL;

    if (f->n_rows > MAX_ROWS_WRITTEN)
        return err_set(err, ERR_DOMAIN,
                       "%s: %zu rows are too many to be written one by one (at most %d); choose "
                       "them by a condition: facet where EXPRESSION",
                       f->text, f->n_rows, MAX_ROWS_WRITTEN);
    if (f->n_rows == 0)
        str_add(out, "false");
    else
        str_add(out, f->n_rows == 1 ? "row_number() = " : "row_number() in (");
    for (size_t i = 0; i < f->n_rows; i++)
        str_addf(out, "%s%zu", i ? ", " : "", (size_t)rows[i] + 1);
    str_add(out, f->n_rows > 1 ? ")" : "");
    return 0;
}

static int add_column(struct str *out, const struct facet *f, const struct table *t,
                      struct err *err)
{
    struct writing w = { .out = out, .column = f->column, .type = COLUMN_INT, .err = err };
    struct str name;
    int rc = 0;

    str_init(&name);
    if (strcmp(f->column, FACET_ROW_COLUMN) == 0) {
        str_add(&name, "row_number()");
    } else {
        const struct column *c = table_column(t, f->column, err);
        if (!c)
            rc = -1;
        else
            w.type = c->type;
        expr_add_name(&name, f->column);
    }
    w.name = name.buf;
    if (!rc && f->kind == FACET_TEXT)
        add_text(&w, f);
    else if (!rc)
        rc = add_values(&w, f);
    str_release(&name);
    return rc;
}

int facet_expression(struct str *out, const struct facet *f, const struct table *t, struct err *err)
{
    switch (f->kind) {
    case FACET_WHERE:
        str_add(out, f->text);
        return 0;
    case FACET_ROWS:
        return add_rows(out, f, err);
    default:
        return add_column(out, f, t, err);
    }
}

int selection_expression(struct str *out, const struct selection *s, const struct table *t,
                         struct err *err)
{
    size_t n = 0, k = 0;

    for (size_t i = 0; i < s->n; i++)
        n += facet_restricts(&s->facets[i]);
    if (n == 0)
        return err_set(err, ERR_DOMAIN,
                       "no facet leaves rows out as yet; facet COLUMN=VALUE chooses rows");
    for (size_t i = 0; i < s->n; i++) {
        const struct facet *f = &s->facets[i];
        if (!facet_restricts(f))
            continue;
        bool nested = n > 1 && f->kind == FACET_WHERE;
        str_add(out, k++ ? " and " : "");
        str_add(out, nested ? "(" : "");
        if (facet_expression(out, f, t, err))
            return -1;
        str_add(out, nested ? ")" : "");
    }
    return 0;
}
