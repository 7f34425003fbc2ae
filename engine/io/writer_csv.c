/* writer_csv.c - tables as CSV that reads back as the same table.
 *
 * A header row, LF at the end of every row, quotes where RFC 4180 needs them.  Missing is nothing
 * and an empty text is ""; a text is quoted also when it would read as missing, as a number, a bool
 * or a date, or has blanks at an end, since the reader takes a quoted field for text.  In a table
 * of one column missing is written NA, since an empty line is no row. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "io/csv.h"
#include "io/file.h"
#include "io/writer.h"
#include "table/cell.h"

#define FLUSH_BYTES 65536
#define TICK_ROWS   4096

static const char na_words[] = "NA,N/A,null,NULL"; /* the reader's default */

static const char *const delimiter_choices[] = { "comma", "tab", "semicolon", "pipe", NULL };
static const char *const formula_choices[] = { "keep", "escape", NULL };
enum { FORMULAS_KEEP, FORMULAS_ESCAPE };
static const char delimiter_chars[] = { ',', '\t', ';', '|' };

static const struct param_spec writer_csv_params[] = {
    { .name = "delimiter",
      .type = PARAM_CHOICE,
      .choices = delimiter_choices,
      .help = "what stands between fields; by the file's suffix when absent" },
    { .name = "formulas",
      .type = PARAM_CHOICE,
      .choices = formula_choices,
      .help = "a text that a spreadsheet would take for a formula: keep it, or escape it with ' in "
              "front; keep when absent" },
    { .name = NULL },
};

struct csv_out {
    const struct table *table;
    FILE *stream;
    char delimiter;
    bool escape_formulas;
    struct csv_dialect dialect; /* the reader's, to know what it takes for missing */
    struct str line, cell;
};

static bool text_needs_quotes(const struct csv_out *o, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] == o->delimiter || s[i] == '"' || s[i] == '\n' || s[i] == '\r')
            return true;
    return csv_is_na(&o->dialect, s, len) || strchr(" \t", s[0]) || strchr(" \t", s[len - 1]);
}

static void out_quoted(struct csv_out *o, const char *s, size_t len)
{
    str_add_char(&o->line, '"');
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '"')
            str_add_char(&o->line, '"');
        str_add_char(&o->line, s[i]);
    }
    str_add_char(&o->line, '"');
}

static void out_name(struct csv_out *o, const char *name)
{
    if (text_needs_quotes(o, name, strlen(name)))
        out_quoted(o, name, strlen(name));
    else
        str_add(&o->line, name);
}

/* What spreadsheets run when a cell begins so; a ' in front keeps it a text there. */
static struct span escape_formula(struct csv_out *o, struct span s)
{
    if (!o->escape_formulas || !s.len || !s.at[0] || !strchr("=+-@\t\r", s.at[0]))
        return s;
    str_clear(&o->cell);
    str_add_char(&o->cell, '\'');
    str_add_n(&o->cell, s.at, s.len);
    return (struct span){ o->cell.buf, o->cell.len };
}

static void out_cell(struct csv_out *o, const struct column *c, size_t i)
{
    if (column_missing(c, i)) {
        if (o->table->n_cols == 1)
            str_add(&o->line, "NA");
    } else if (column_is_text(c)) {
        struct span s = escape_formula(o, column_span(c, i));
        if (text_needs_quotes(o, s.at, s.len) || csv_text_is_special(s.at, s.len))
            out_quoted(o, s.at, s.len);
        else
            str_add_n(&o->line, s.at, s.len);
    } else {
        str_clear(&o->cell);
        cell_text(&o->cell, c, i);
        if (memchr(o->cell.buf, o->delimiter, o->cell.len))
            out_quoted(o, o->cell.buf, o->cell.len);
        else
            str_add_n(&o->line, o->cell.buf, o->cell.len);
    }
}

static int out_flush(struct csv_out *o, struct err *err)
{
    if (fwrite(o->line.buf, 1, o->line.len, o->stream) != o->line.len)
        return err_set(err, ERR_IO, "cannot write the table: %s", strerror(errno));
    str_clear(&o->line);
    return 0;
}

static int out_rows(struct csv_out *o, struct job *job, struct err *err)
{
    const struct table *t = o->table;

    for (size_t j = 0; j < t->n_cols; j++) {
        if (j)
            str_add_char(&o->line, o->delimiter);
        out_name(o, table_name(t, j));
    }
    str_add_char(&o->line, '\n');
    for (size_t i = 0; i < t->n_rows; i++) {
        for (size_t j = 0; j < t->n_cols; j++) {
            if (j)
                str_add_char(&o->line, o->delimiter);
            out_cell(o, table_at(t, j), i);
        }
        str_add_char(&o->line, '\n');
        if (o->line.len >= FLUSH_BYTES && out_flush(o, err))
            return -1;
        if (i % TICK_ROWS == 0 && job_tick(job, i, t->n_rows, err))
            return -1;
    }
    return out_flush(o, err);
}

static int write_stream(const struct table *t, FILE *stream, char delimiter, bool escape_formulas,
                        struct job *job, struct err *err)
{
    struct csv_out o = {
        .table = t, .stream = stream, .delimiter = delimiter, .escape_formulas = escape_formulas
    };
    struct arena arena;
    int rc;

    arena_init(&arena);
    str_init(&o.line);
    str_init(&o.cell);
    o.dialect.na = csv_na_words(&o.dialect.n_na, na_words, &arena);
    rc = out_rows(&o, job, err);
    if (rc == 0 && fflush(stream) != 0)
        rc = err_set(err, ERR_IO, "cannot write the table: %s", strerror(errno));
    str_release(&o.line);
    str_release(&o.cell);
    arena_release(&arena);
    return rc;
}

int csv_write_stream(const struct table *t, FILE *stream, char delimiter, struct job *job,
                     struct err *err)
{
    return write_stream(t, stream, delimiter, false, job, err);
}

static char delimiter_for(const char *path, const struct params *params)
{
    const char *dot = strrchr(path, '.');

    if (params && params->specs && params_value(params, "delimiter")->set)
        return delimiter_chars[params_choice(params, "delimiter")];
    return dot && (strcmp(dot, ".tsv") == 0 || strcmp(dot, ".tab") == 0) ? '\t' : ',';
}

static int csv_write(const struct table *t, const char *path, const struct params *params,
                     struct job *job, struct err *err)
{
    bool escape = params && params->specs && params_value(params, "formulas")->set &&
                  params_choice(params, "formulas") == FORMULAS_ESCAPE;
    struct file_out out;

    if (file_out_open(&out, path, err))
        return -1;
    if (write_stream(t, out.stream, delimiter_for(path, params), escape, job, err)) {
        err_prefix(err, "%s: ", path);
        file_out_abort(&out);
        return -1;
    }
    return file_out_commit(&out, err);
}

const struct writer writer_csv = {
    .name = "csv",
    .help = "delimited text; every value reads back as the same value",
    .suffixes = ".csv .tsv .tab .txt",
    .params = writer_csv_params,
    .write = csv_write,
};
