/* predict: run a model on the loaded file, or on another. */
#include "io/writer.h"
#include "paths.h"
#include "present.h"
#include "present_expect.h"
#include "rejects.h"
#include "table/cell.h"
#include "session.h"

static const struct param_spec predict_params[] = {
    { .name = "model",
      .type = PARAM_MODEL,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the model" },
    { .name = "to",
      .type = PARAM_PATH,
      .flags = PARAM_OUTPUT,
      .help = "file to write; without it the first rows are shown" },
    { .name = "data",
      .type = PARAM_PATH,
      .flags = PARAM_INPUT,
      .help = "raw data to predict; without it the rows as loaded" },
    { .name = NULL },
};

static int open_data(struct source **out, struct report *r, struct context *ctx,
                     const struct model *m, struct err *err)
{
    const char *path = params_text(ctx->args, "data");
    char hex[33];

    if (!path) {
        *out = source_ref(ctx->ws->source);
        return 0;
    }
    if (model_read(out, m, paths_find(ctx, path), ctx->job, err))
        return -1;
    rejects_tell(&r->text, *out);
    str_add(ctx->input_digest, digest_long(hex, (*out)->info.digest));
    return 0;
}

static int predict_table(struct table **out, struct context *ctx, const struct model *m,
                         const struct table *raw, struct err *err)
{
    struct prediction p = { 0 };

    if (model_predict(&p, m, raw, ctx->job, err))
        return -1;
    int rc = prediction_table(out, &p, m, raw, err);
    prediction_release(&p);
    return rc;
}

static int write_predictions(struct report *r, struct context *ctx, const struct table *t,
                             struct err *err)
{
    const char *to = params_text(ctx->args, "to");
    const struct writer *writer;

    if (!to) {
        present_rows(r, t, 0, 10);
        return 0;
    }
    if (writer_find(&writer, to, NULL, err) || writer->write(t, to, NULL, ctx->job, err))
        return -1;
    report_line(r, "%s: %zu predictions written", to, t->n_rows);
    return 0;
}

/* A few numbers, so that a replay notices when predictions change. */
static void report_first(struct report *r, const struct table *t)
{
    json_t *first = json_array();
    struct str cell;

    str_init(&cell);
    for (size_t i = 0; i < t->n_rows && i < 10; i++) {
        json_t *row = json_array();
        for (size_t j = 0; j < t->n_cols; j++) {
            const struct column *c = table_at(t, j);
            str_clear(&cell);
            cell_text(&cell, c, i);
            json_array_append_new(row, c->type == COLUMN_REAL ? report_real(column_reals(c)[i])
                                                              : json_string(cell.buf));
        }
        json_array_append_new(first, row);
    }
    report_put(r, "first", first);
    str_release(&cell);
}

/* The session's expectations hold for other data too. */
static int check_data(struct report *r, struct context *ctx, const struct model *m,
                      const struct table *raw, struct err *err)
{
    if (!ctx->ws->expectations || !params_text(ctx->args, "data"))
        return 0;
    struct expectations *l = workspace_expectations_for(ctx->ws, m);
    struct model *with = model_with_expectations(m, l);
    size_t show = 5;
    int rc = present_model_expectations(r, with, raw, show,
                                        ctx->options->complete ? SIZE_MAX : show, ctx->job, err);
    expectations_unref(l);
    model_unref(with);
    return rc;
}

static int predict_run(struct report *r, struct context *ctx, struct err *err)
{
    const char *name = params_text(ctx->args, "model");
    const struct named_model *named = workspace_model(ctx->ws, name, err);
    struct source *data;
    struct table *t = NULL;

    if (!named || open_data(&data, r, ctx, named->model, err))
        return -1;
    int rc = check_data(r, ctx, named->model, data->table, err);
    if (!rc)
        rc = predict_table(&t, ctx, named->model, data->table, err);
    source_unref(data);
    if (!rc)
        rc = write_predictions(r, ctx, t, err);
    if (!rc) {
        report_put_text(r, "model", name);
        report_put_int(r, "rows", (int64_t)t->n_rows);
        report_put_text(r, "to", params_text(ctx->args, "to"));
        report_first(r, t);
    }
    table_unref(t);
    return rc;
}

const struct command verb_predict = {
    .name = "predict",
    .stage = "Models",
    .help = "write a model's predictions",
    .details =
        "Runs the model with its own fitted recipe on raw rows: every row of the file gets a "
        "prediction, also those that rows steps took from training. The file has the row "
        "number, the prediction, and for classes the probability of each. What was expected of the "
        "data is checked of the file too, and rows that fail are told.",
    .example = "predict lr to=predictions.csv",
    .params = predict_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = predict_run,
};
