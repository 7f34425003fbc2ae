/* export: the table as it stands to a file. */
#include "io/writer.h"
#include "present.h"

static const struct param_spec export_params[] = {
    { .name = "to",
      .type = PARAM_PATH,
      .flags = PARAM_REQUIRED | PARAM_WORD | PARAM_OUTPUT,
      .help = "the file to write; the suffix names the format" },
    { .name = "format", .type = PARAM_TEXT, .help = "the writer's name, when the suffix does not" },
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

static int export_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    const char *to = params_text(ctx->args, "to");
    const struct writer *writer;
    struct params own;

    if (writer_find(&writer, to, params_text(ctx->args, "format"), err))
        return -1;
    call_subset(&own, ctx->args, writer->params, ctx->arena);
    if (writer->write(t, to, &own, ctx->job, err))
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
        "Every value reads back as the same value. The file appears under its name only when "
        "it is complete.",
    .example = "export to=clean.csv",
    .params = export_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = export_run,
    .extend = export_extend,
};
