/* writer_jsonl.c - one JSON object a row, every column in each, missing as null.
 *
 * Dates and timestamps are texts in ISO form; a real that is whole keeps its point, so that it stays a
 * real; nan and inf, which JSON does not have, are written as the texts that the reader takes for them. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "io/writer.h"
#include "table/cell.h"

static const struct param_spec writer_jsonl_params[] = { { .name = NULL } };

static void add_text(struct str *out, const char *s, size_t len)
{
    str_add_char(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\') {
            str_add_char(out, '\\');
            str_add_char(out, (char)c);
        } else if (c == '\n') {
            str_add(out, "\\n");
        } else if (c == '\t') {
            str_add(out, "\\t");
        } else if (c < 0x20 || c == 0x7f) {
            str_addf(out, "\\u%04x", c);
        } else {
            str_add_char(out, (char)c);
        }
    }
    str_add_char(out, '"');
}

static void add_cell(struct str *out, const struct column *c, size_t i)
{
    bool bare = column_is_number(c) && (c->type != COLUMN_REAL || isfinite(column_reals(c)[i]));

    if (column_is_text(c)) {
        struct span s = column_span(c, i);
        add_text(out, s.at, s.len);
        return;
    }
    str_add(out, bare ? "" : "\"");
    cell_text(out, c, i);
    str_add(out, bare ? "" : "\"");
}

/* "NAME": for each column. */
static char **make_keys(const struct table *t)
{
    char **keys = MEM_NEW(char *, t->n_cols);
    struct str key;

    str_init(&key);
    for (size_t j = 0; j < t->n_cols; j++) {
        str_clear(&key);
        str_add(&key, j ? "," : "{");
        add_text(&key, table_name(t, j), strlen(table_name(t, j)));
        str_add_char(&key, ':');
        keys[j] = mem_strdup(key.buf);
    }
    str_release(&key);
    return keys;
}

struct jsonl_out {
    const struct table *table;
    char **keys;
};

static void add_row(struct str *out, void *ctx, size_t i)
{
    const struct jsonl_out *o = ctx;

    for (size_t j = 0; j < o->table->n_cols; j++) {
        str_add(out, o->keys[j]);
        if (column_missing(table_at(o->table, j), i))
            str_add(out, "null");
        else
            add_cell(out, table_at(o->table, j), i);
    }
    str_add(out, o->table->n_cols ? "}\n" : "{}\n");
}

static int jsonl_write(const struct table *t, const char *path, const struct params *params,
                       struct job *job, struct err *err)
{
    struct jsonl_out o = { .table = t, .keys = make_keys(t) };
    const struct row_writer w = { .row = add_row, .ctx = &o, .n_rows = t->n_rows };

    (void)params;
    int rc = writer_write_rows(path, &w, job, err);
    for (size_t j = 0; j < t->n_cols; j++)
        mem_free(o.keys[j]);
    mem_free(o.keys);
    return rc;
}

const struct writer writer_jsonl = {
    .name = "jsonl",
    .help = "one JSON object a line",
    .suffixes = ".jsonl .ndjson",
    .params = writer_jsonl_params,
    .write = jsonl_write,
};
