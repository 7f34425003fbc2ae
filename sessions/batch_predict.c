/* batch_predict.c - a model and a file to predictions, without a screen. */
#include "batch.h"
#include "io/writer.h"
#include "learn/model.h"
#include "present_expect.h"
#include "rejects.h"

static void print_rejects(const struct source *source, FILE *err_stream)
{
    struct str text;

    str_init(&text);
    rejects_tell(&text, source);
    if (text.len)
        fprintf(err_stream, "assay: %s:\n%s", source->info.path, text.buf);
    str_release(&text);
}

/* *status: what the data did not hold costs, EXIT_OK when all holds. */
static int check_data(int *status, const struct model *m, const struct table *raw, const char *data,
                      FILE *err_stream, struct err *err)
{
    struct report report;

    if (!m->expectations)
        return 0;
    report_init(&report);
    int rc = present_model_expectations(&report, m, raw, BATCH_FAILING_SHOWN, 0, NULL, err);
    if (!rc && report.text.len)
        fprintf(err_stream, "assay: %s: expectations that do not hold:\n%s", data, report.text.buf);
    if (!rc && present_n_failed(&report))
        *status = EXIT_EXPECTATION;
    report_release(&report);
    return rc;
}

static int write_prediction(const struct model *m, const struct table *raw, const char *to,
                            FILE *out, struct err *err)
{
    struct prediction p = { 0 };
    struct table *t = NULL;
    const struct writer *writer;

    int rc = model_predict(&p, m, raw, NULL, err);
    if (!rc)
        rc = prediction_table(&t, &p, m, raw, err);
    if (!rc && to)
        rc = writer_find(&writer, to, NULL, err) || writer->write(t, to, NULL, NULL, err) ? -1 : 0;
    else if (!rc)
        rc = csv_write_stream(t, out, ',', NULL, err);
    table_unref(t);
    prediction_release(&p);
    return rc;
}

static int predict_to(int *status, const struct model *m, const struct predict_options *o,
                      struct err *err)
{
    struct source *source = NULL;

    if (model_read(&source, m, o->data, NULL, err))
        return -1;
    print_rejects(source, o->err);
    int rc = check_data(status, m, source->table, o->data, o->err, err);
    if (!rc && *status && o->strict)
        fprintf(o->err, "assay: nothing was predicted, since --strict refuses such data\n");
    else if (!rc)
        rc = write_prediction(m, source->table, o->to, o->out, err);
    source_unref(source);
    return rc;
}

int batch_predict(const struct predict_options *o)
{
    struct err why = { 0 };
    struct model *m = NULL;
    int status = EXIT_OK;

    int rc = model_load(&m, o->model, &why);
    if (!rc)
        rc = predict_to(&status, m, o, &why);
    model_unref(m);
    if (!rc)
        return status;
    fputs("assay: ", o->err);
    batch_print_place(o->err, &why);
    fprintf(o->err, "%s\n", why.msg);
    return EXIT_FAILED;
}
