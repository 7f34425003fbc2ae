/* export: the table as it stands to a file. */
#include <string.h>

#include "io/writer.h"
#include "present.h"
#include "table/date_format.h"

enum dates_choice { DATES_SOURCE, DATES_ISO };
static const char *const dates_choices[] = { "source", "iso", NULL };

static const struct param_spec export_params[] = {
    { .name = "to",
      .type = PARAM_PATH,
      .flags = PARAM_REQUIRED | PARAM_WORD | PARAM_OUTPUT,
      .help = "the file to write; the suffix names the format" },
    { .name = "format", .type = PARAM_TEXT, .help = "the writer's name, when the suffix does not" },
    { .name = "dates",
      .type = PARAM_CHOICE,
      .choices = dates_choices,
      .fallback = "source",
      .help =
          "source: a column of dates keeps the form it had in the file that was loaded, in CSV; "
          "iso: 2024-12-31" },
    { .name = NULL },
};

/* The writer's own parameters; CSV's as long as none is known. */
static int export_extend(const struct param_spec **more, const struct params *so_far,
                         struct err *err)
{
    const char *to = params_text(so_far, "to"), *format = params_text(so_far, "format");
    const struct writer *writer = writer_table[0];

    if (format && writer_find(&writer, to ? to : "", format, err))
        return -1;
    if (!format && to && writer_find(&writer, to, NULL, NULL))
        writer = writer_table[0];
    *more = writer->params;
    return 0;
}

/* ---------------------------------------------------------------- dates as they were */

static int64_t moment(const struct column *c, size_t i)
{
    return c->type == COLUMN_DATE ? column_codes(c)[i] * INT64_C(86400000000) : column_ints(c)[i];
}

/* The column as texts in that form; *out is NULL where a cell has none. */
static int written_column(struct column **out, const struct column *c, const char *form,
                          struct err *err)
{
    struct date_format f;
    struct column_builder b;
    struct str text;
    bool fine = true;

    *out = NULL;
    if (strchr(form, '|') || date_format_init(&f, form, NULL))
        return 0;
    str_init(&text);
    builder_init(&b, COLUMN_TEXT, c->n_rows);
    for (size_t i = 0; i < c->n_rows && fine; i++) {
        str_clear(&text);
        if (column_missing(c, i))
            builder_add_missing(&b);
        else if ((fine = date_format_write(&text, &f, moment(c, i))))
            builder_add_text(&b, text.buf, text.len);
    }
    str_release(&text);
    if (fine)
        return builder_finish(out, &b, err);
    builder_release(&b);
    return 0;
}

/* The form that a column had in the source, by its name; NULL: none, or it is no date now. */
static const char *form_in_source(const struct source *s, const struct column *c, const char *name)
{
    int j = s && s->dates ? table_find(s->table, name) : -1;

    if (j < 0 || (c->type != COLUMN_DATE && c->type != COLUMN_TIMESTAMP))
        return NULL;
    return s->dates[j];
}

static int as_in_source(struct table **out, const struct table *t, const struct source *s,
                        struct job *job, struct err *err)
{
    struct table *now = table_ref(t), *next;

    for (size_t j = 0; j < t->n_cols; j++) {
        const char *form = form_in_source(s, table_at(t, j), table_name(t, j));
        struct column *texts = NULL;
        if (form && (job_tick(job, j, t->n_cols, err) ||
                     written_column(&texts, table_at(t, j), form, err))) {
            table_unref(now);
            return -1;
        }
        if (!texts)
            continue;
        int rc = table_put(&next, now, table_name(t, j), texts, err);
        table_unref(now);
        if (rc)
            return -1;
        now = next;
    }
    *out = now;
    return 0;
}

static int export_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    const char *to = params_text(ctx->args, "to");
    const struct writer *writer;
    struct params own;

    if (writer_find(&writer, to, params_text(ctx->args, "format"), err))
        return -1;
    call_subset(&own, ctx->args, writer->params, ctx->arena);
    struct table *written = table_ref(t);
    if (strcmp(writer->name, "csv") == 0 && params_choice(ctx->args, "dates") == DATES_SOURCE) {
        table_unref(written);
        if (as_in_source(&written, t, ctx->ws->source, ctx->job, err))
            return -1;
    }
    int rc = writer->write(written, to, &own, ctx->job, err);
    table_unref(written);
    if (rc)
        return -1;
    report_put_text(r, "to", to);
    report_put_int(r, "rows", (int64_t)t->n_rows);
    report_put_int(r, "columns", (int64_t)t->n_cols);
    report_line(r, "%s: %zu rows × %zu columns written", to, t->n_rows, t->n_cols);
    return 0;
}

const struct command verb_export = {
    .name = "export",
    .stage = "Data",
    .help = "write the table as it stands to a file",
    .details =
        "The suffix of the file says which format: CSV, JSON Lines, ARFF or an SQLite database. "
        "Every value reads back as the same value; a number is written as the shortest text that "
        "has its value (1.5 for 1.50: load with types=all:text to keep texts as they stand). In "
        "CSV "
        "dates keep the form they were loaded in (dates=iso writes 2024-12-31). The file appears "
        "under its name only when "
        "it is complete.",
    .example = "export to=clean.csv",
    .params = export_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = export_run,
    .extend = export_extend,
};
