#include "audit_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lex.h"

#define EXAMPLE_WIDTH 28
#define FEWEST_CELLS  ((size_t)1000)

void audit_command(struct str *out, const struct audit_fix *fix)
{
    if (!fix->verb)
        return;
    str_add(out, fix->verb);
    for (size_t i = 0; i < fix->n; i++) {
        str_add_char(out, ' ');
        if (fix->args[i].name)
            str_addf(out, "%s=", fix->args[i].name);
        lex_quote(out, fix->args[i].value);
    }
}

/* ---------------------------------------------------------------- data */

/* Text from data that JSON can hold: what is no UTF-8 is escaped. */
static json_t *text_or_escaped(const char *s)
{
    json_t *out = json_string(s);
    struct str safe;

    if (out)
        return out;
    str_init(&safe);
    str_add_escaped(&safe, s, strlen(s));
    out = json_string(safe.buf);
    str_release(&safe);
    return out;
}

static json_t *cell_data(const struct audit_cell *c, const struct table *t)
{
    return json_pack("{s:I,s:s,s:o,s:o,s:f}", "row", (json_int_t)table_row_number(t, c->row),
                     "column", table_name(t, c->col), "value", text_or_escaped(c->value),
                     "proposal", c->proposal ? text_or_escaped(c->proposal) : json_null(), "sure",
                     (double)c->sure);
}

static json_t *finding_data(const struct audit_finding *f, const struct table *t, size_t max_cells,
                            size_t set)
{
    json_t *columns = json_array(), *cells = json_array(), *rows = json_array();
    struct str text;

    for (size_t k = 0; k < f->n_cols; k++)
        json_array_append_new(columns, json_string(table_name(t, f->cols[k])));
    for (size_t k = 0; k < f->n_cells && k < max_cells; k++)
        json_array_append_new(cells, cell_data(&f->cells[k], t));
    for (size_t k = 0; k < f->n_rows && k < max_cells; k++)
        json_array_append_new(rows, json_integer((json_int_t)table_row_number(t, f->rows[k])));
    json_t *data = json_pack("{s:s,s:o,s:I,s:f,s:s,s:b}", "kind", f->kind, "columns", columns,
                             "count", (json_int_t)f->count, "severity", f->severity, "says",
                             f->says, "sampled", f->sampled);
    str_init(&text);
    audit_name(&text, f, t);
    json_object_set_new(data, "name", text_or_escaped(text.buf));
    str_clear(&text);
    audit_command(&text, &f->fix);
    json_object_set_new(data, "command", text_or_escaped(text.buf));
    str_release(&text);
    json_object_set_new(data, "cells", cells);
    json_object_set_new(data, "rows", rows);
    json_object_set_new(data, "set", json_integer((json_int_t)set));
    return data;
}

/* ---------------------------------------------------------------- text */

static void add_short(struct str *out, const char *s)
{
    size_t width, len = strlen(s), fits = text_prefix(s, len, EXAMPLE_WIDTH, &width);

    str_add_escaped(out, s, fits);
    if (fits < len)
        str_add(out, "…");
}

static void add_example(struct str *out, const struct audit_finding *f, const struct table *t)
{
    if (f->n_cells) {
        const struct audit_cell *c = &f->cells[0];
        str_addf(out, "row %zu: ", table_row_number(t, c->row));
        add_short(out, *c->value ? c->value : "·");
        if (c->proposal) {
            str_add(out, " → ");
            add_short(out, *c->proposal ? c->proposal : "·");
        }
    } else if (f->n_rows) {
        str_addf(out, "row%s %zu", f->n_rows == 1 ? "" : "s", table_row_number(t, f->rows[0]));
        for (size_t k = 1; k < f->n_rows && k < 4; k++)
            str_addf(out, ", %zu", table_row_number(t, f->rows[k]));
        if (f->n_rows > 4)
            str_add(out, ", …");
    }
}

/* Its rows, to be opened with `facet only set=K`; 0 when it speaks of columns. */
static int add_set(size_t *set, struct report *r, const struct audit_finding *f,
                   const struct table *t, struct err *err)
{
    size_t n = f->n_cells + f->n_rows, kept = 0;
    struct buffer *rows;
    struct str title;

    *set = 0;
    if (n == 0)
        return 0;
    if (buffer_new(&rows, n, sizeof(uint32_t), "rows of a finding", err))
        return -1;
    uint32_t *at = rows->data;
    for (size_t k = 0; k < n; k++) {
        uint32_t row = k < f->n_cells ? f->cells[k].row : f->rows[k - f->n_cells];
        at[k] = (uint32_t)table_row_number(t, row) - 1;
    }
    kept = row_numbers_sort(at, n);
    str_init(&title);
    audit_name(&title, f, t);
    str_addf(&title, ": %zu row%s", kept, kept == 1 ? "" : "s");
    *set = report_add_rows(r, title.buf, rows, kept);
    str_release(&title);
    buffer_unref(rows);
    return 0;
}

static void finding_lines(struct report *r, const struct audit_finding *f, const struct table *t,
                          size_t set)
{
    struct str line;

    str_init(&line);
    audit_name(&line, f, t);
    if (set)
        report_link(r, "facet only set=%zu", set);
    report_line(r, "%4.2f  %-32s %6zu  %s%s", f->severity, line.buf, f->count, f->says,
                f->sampled ? " (in a sample)" : "");
    str_clear(&line);
    add_example(&line, f, t);
    if (line.len)
        report_line(r, "      %s", line.buf);
    str_clear(&line);
    audit_command(&line, &f->fix);
    if (line.len)
        report_line(r, "      : %s", line.buf);
    str_release(&line);
}

int audit_report(struct report *r, const struct audit *a, const struct table *t, size_t max_cells,
                 bool in_text, struct err *err)
{
    json_t *list = json_array();

    report_put(r, "findings", list);
    report_put_int(r, "rows_compared", (int64_t)a->n_looked);
    for (size_t i = 0; i < a->n; i++) {
        const struct audit_finding *f = &a->findings[i];
        size_t most = max_cells > FEWEST_CELLS ? max_cells : FEWEST_CELLS, set;
        size_t n = f->n_cells > f->n_rows ? f->n_cells : f->n_rows;
        max_cells -= n < max_cells ? n : max_cells;
        if (add_set(&set, r, f, t, err))
            return -1;
        json_array_append_new(list, finding_data(f, t, most, set));
        if (in_text)
            finding_lines(r, f, t, set);
    }
    return 0;
}
