/* writer_arff.c - ARFF: categories and bools as nominal attributes, texts as strings, ints and reals as
 * numeric, dates as dates; reads back as the same table. */
#include <string.h>

#include "io/writer.h"
#include "table/cell.h"

static const struct param_spec writer_arff_params[] = {
    { .name = "relation", .type = PARAM_TEXT, .help = "the relation's name; table when absent" },
    { .name = NULL },
};

static void add_quoted(struct str *out, struct span s)
{
    str_add_char(out, '\'');
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == '\'' || c == '\\' || c == '\n' || c == '\r' || c == '\t')
            str_add_char(out, '\\');
        str_add_char(out, (char)(c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : c));
    }
    str_add_char(out, '\'');
}

/* Quotes where they are needed. */
static void add_word(struct str *out, struct span s)
{
    bool plain = s.len > 0;

    for (size_t i = 0; i < s.len && plain; i++)
        plain = (unsigned char)s.at[i] > ' ' && !strchr("'\"\\,{}%?@", s.at[i]);
    if (plain)
        str_add_n(out, s.at, s.len);
    else
        add_quoted(out, s);
}

static void add_levels(struct str *out, const struct column *levels)
{
    str_add_char(out, '{');
    for (size_t k = 0; k < levels->n_rows; k++) {
        str_add(out, k ? "," : "");
        add_word(out, column_text(levels, k));
    }
    str_add_char(out, '}');
}

static void add_type(struct str *out, const struct column *c)
{
    static const char *const types[COLUMN_N_TYPES] = {
        [COLUMN_BOOL] = "{false,true}",
        [COLUMN_INT] = "numeric",
        [COLUMN_REAL] = "numeric",
        [COLUMN_TEXT] = "string",
        [COLUMN_DATE] = "date 'yyyy-MM-dd'",
        [COLUMN_TIMESTAMP] = "date 'yyyy-MM-dd\\'T\\'HH:mm:ssX'",
    };

    if (c->type == COLUMN_CATEGORY)
        add_levels(out, c->levels);
    else
        str_add(out, types[c->type]);
}

struct arff_out {
    const struct table *table;
    const char *relation;
};

static void add_header(struct str *out, void *ctx)
{
    const struct arff_out *o = ctx;
    const struct table *t = o->table;

    str_add(out, "@relation ");
    add_word(out, span_of(o->relation));
    str_add(out, "\n\n");
    for (size_t j = 0; j < t->n_cols; j++) {
        str_add(out, "@attribute ");
        add_word(out, span_of(table_name(t, j)));
        str_add_char(out, ' ');
        add_type(out, table_at(t, j));
        str_add_char(out, '\n');
    }
    str_add(out, "\n@data\n");
}

static void add_cell(struct str *out, const struct column *c, size_t i)
{
    if (column_missing(c, i))
        str_add_char(out, '?');
    else if (column_is_text(c))
        add_word(out, column_span(c, i));
    else
        cell_text(out, c, i);
}

static void add_row(struct str *out, void *ctx, size_t i)
{
    const struct table *t = ((const struct arff_out *)ctx)->table;

    for (size_t j = 0; j < t->n_cols; j++) {
        str_add(out, j ? "," : "");
        add_cell(out, table_at(t, j), i);
    }
    str_add_char(out, '\n');
}

static int arff_write(const struct table *t, const char *path, const struct params *params,
                      struct job *job, struct err *err)
{
    const char *relation = params && params->specs ? params_text(params, "relation") : NULL;
    struct arff_out o = { .table = t, .relation = relation ? relation : "table" };
    const struct row_writer w = {
        .header = add_header, .row = add_row, .ctx = &o, .n_rows = t->n_rows
    };

    return writer_write_rows(path, &w, job, err);
}

const struct writer writer_arff = {
    .name = "arff",
    .help = "ARFF, for Weka and its kin",
    .suffixes = ".arff",
    .params = writer_arff_params,
    .write = arff_write,
};
