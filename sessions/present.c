/* present.c - what reports have in common. */
#include "present.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "table/cell.h"
#include "session.h"

const char *present_count(struct context *ctx, size_t n, const char *noun)
{
    return arena_printf(ctx->arena, "%zu %s%s", n, noun, n == 1 ? "" : "s");
}

void present_bars(struct str *out, const size_t *counts, size_t n)
{
    static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    size_t most = 1;

    for (size_t k = 0; k < n; k++)
        most = counts[k] > most ? counts[k] : most;
    for (size_t k = 0; k < n; k++)
        str_add(out, counts[k] ? bars[(counts[k] * 7 + most - 1) / most] : " ");
}

static void add_part(struct str *s, size_t n, const char *one, const char *many)
{
    if (n)
        str_addf(s, "%s%zu %s", s->len ? ", " : "", n, n == 1 ? one : many);
}

/* What the counts of a difference do not say: columns that have another type, and changed cells that
 * have lost their value (what a cast could not read, for one). */
static void count_losses(size_t *n_emptied, size_t *n_retyped, const struct diff *d)
{
    for (size_t k = 0; k < d->n_columns; k++) {
        const struct diff_column *c = &d->columns[k];
        if (c->before < 0 || c->after < 0)
            continue;
        const struct column *before = d->before->fields[c->before].column;
        const struct column *after = d->after->fields[c->after].column;
        *n_retyped += before->type != after->type;
        for (size_t i = 0; c->n_changed && after->n_missing && i < after->n_rows; i++)
            *n_emptied += column_missing(after, i) &&
                          !column_missing(before, diff_row_before(d, i));
    }
}

void present_effect(struct report *r, const char *what, const struct diff *d)
{
    size_t emptied = 0, retyped = 0;
    struct str s;

    count_losses(&emptied, &retyped, d);
    report_put_int(r, "cells_changed", (int64_t)d->cells_changed);
    report_put_int(r, "rows_removed", (int64_t)d->rows_removed);
    report_put_int(r, "columns_added", (int64_t)d->columns_added);
    report_put_int(r, "columns_dropped", (int64_t)d->columns_dropped);
    str_init(&s);
    add_part(&s, d->cells_changed, "cell changed", "cells changed");
    add_part(&s, d->rows_removed, "row removed", "rows removed");
    add_part(&s, d->columns_added, "column added", "columns added");
    add_part(&s, d->columns_dropped, "column dropped", "columns dropped");
    add_part(&s, d->columns_renamed, "column renamed", "columns renamed");
    add_part(&s, retyped, "column of another type", "columns of another type");
    add_part(&s, emptied, "cell became missing", "cells became missing");
    report_line(r, "%s: %s; %zu rows × %zu columns", what, s.len ? s.buf : "nothing changed",
                d->after->n_rows, d->after->n_cols);
    str_release(&s);
}

/* ---------------------------------------------------------------- estimates */

json_t *present_estimate(const struct estimate *e)
{
    json_t *folds = json_array();

    for (size_t i = 0; e->folds && i < e->n; i++)
        json_array_append_new(folds, report_real(e->folds[i]));
    return json_pack("{s:o,s:o,s:o,s:o}", "mean", report_real(e->mean), "low", report_real(e->low),
                     "high", report_real(e->high), "folds", folds);
}

static json_t *result_json(const char *name, const struct resample_result *result)
{
    json_t *metrics = json_object();

    for (size_t i = 0; i < result->n_metrics; i++)
        json_object_set_new(metrics, result->metrics[i]->name,
                            present_estimate(&result->estimates[i]));
    return json_pack("{s:s,s:s,s:o}", "name", name, "learner", result->learner, "metrics", metrics);
}

enum { METRICS_SHOWN = 5 };

/* The metrics that matter for the task, as many as a screen is wide. */
static size_t shown_metrics(const struct metric *shown[8], const struct resample_result *r)
{
    size_t k = metric_defaults(shown, r->target.task);

    return k > METRICS_SHOWN ? METRICS_SHOWN : k;
}

static const char *mean_text(char buf[TEXT_REAL_SIZE], double mean)
{
    return isnan(mean) ? "not defined" : text_real_short(buf, mean, 4);
}

size_t present_mean_width(double mean, double low)
{
    char buf[TEXT_REAL_SIZE];

    return isnan(low) ? 0 : strlen(mean_text(buf, mean));
}

void present_interval(struct report_grid *g, double mean, double low, double high, size_t width)
{
    char buf[TEXT_REAL_SIZE], from[TEXT_REAL_SIZE], to[TEXT_REAL_SIZE];

    if (isnan(low))
        report_grid_add(g, "%s", mean_text(buf, mean));
    else
        report_grid_add(g, "%-*s [%s, %s]", (int)width, mean_text(buf, mean),
                        text_real_short(from, low, 4), text_real_short(to, high, 4));
}

static size_t column_width(const struct resample_result *const *results, size_t n,
                           const char *metric)
{
    size_t width = 0;

    for (size_t i = 0; i < n; i++) {
        const struct estimate *e = resample_estimate(results[i], metric);
        size_t own = e ? present_mean_width(e->mean, e->low) : 0;
        width = own > width ? own : width;
    }
    return width;
}

static void grid_estimate(struct report_grid *g, const struct estimate *e, size_t width)
{
    if (e)
        present_interval(g, e->mean, e->low, e->high, width);
    else
        report_grid_add(g, "not defined");
}

static void results_text(struct report *r, const char *const *names,
                         const struct resample_result *const *results, size_t n)
{
    const struct metric *shown[8];
    size_t k = shown_metrics(shown, results[0]), width[METRICS_SHOWN];
    char align[METRICS_SHOWN + 2] = "l";
    struct report_grid g;

    for (size_t j = 0; j < k; j++) {
        align[j + 1] = 'l';
        width[j] = column_width(results, n, shown[j]->name);
    }
    report_grid_init(&g, align);
    report_grid_add(&g, "model");
    for (size_t j = 0; j < k; j++)
        report_grid_add(&g, "%s", shown[j]->name);
    for (size_t i = 0; i < n; i++) {
        report_grid_add(&g, "%s", names[i]);
        for (size_t j = 0; j < k; j++)
            grid_estimate(&g, resample_estimate(results[i], shown[j]->name), width[j]);
    }
    report_grid_end(r, &g);
}

/* What the intervals do not tell: values that were left out, and widths of nothing. */
static void results_notes(struct report *r, const char *name, const struct resample_result *result)
{
    const struct metric *shown[8];
    size_t k = shown_metrics(shown, result);
    struct str flat;

    str_init(&flat);
    for (size_t j = 0; j < k; j++) {
        const struct estimate *e = resample_estimate(result, shown[j]->name);

        if (e && e->n_undefined)
            report_line(r, "%s: %s undefined in %zu of %zu %s", name, shown[j]->name,
                        e->n_undefined, e->folds ? e->n : (size_t)BOOTSTRAP_RESAMPLES,
                        e->folds ? "folds" : "resamples");
        if (e && e->flat)
            str_addf(&flat, "%s%s", flat.len ? ", " : "", shown[j]->name);
    }
    if (flat.len)
        report_line(r, "%s: interval not informative, every %s gave the same: %s", name,
                    result->n_folds > 1 ? "fold" : "resample", flat.buf);
    str_release(&flat);
    if (result->n_warnings)
        report_line(r, "%s: %zu fit%s with a warning: %s", name, result->n_warnings,
                    result->n_warnings == 1 ? "" : "s", result->warning);
}

void present_results(struct report *r, const char *const *names,
                     const struct resample_result *const *results, size_t n)
{
    json_t *models = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(models, result_json(names[i], results[i]));
    report_put(r, "models", models);
    results_text(r, names, results, n);
    for (size_t i = 0; i < n; i++)
        results_notes(r, names[i], results[i]);
}

void present_left_out(struct report *r, const struct resample_result *result)
{
    size_t n = result->n_rows - resample_n_scored(result);

    if (n)
        report_line(r, "%zu row%s without a target left out", n, n == 1 ? "" : "s");
}

/* ---------------------------------------------------------------- rows */

void present_rows(struct report *r, const struct table *t, size_t from, size_t n)
{
    struct report_grid g;
    struct str cell;
    struct str align;

    str_init(&cell);
    str_init(&align);
    str_add_char(&align, 'r');
    for (size_t j = 0; j < t->n_cols; j++)
        str_add_char(&align, column_is_text(table_at(t, j)) ? 'l' : 'r');
    report_grid_init(&g, align.buf);
    report_grid_add(&g, "row");
    for (size_t j = 0; j < t->n_cols; j++) {
        str_clear(&cell);
        str_add_escaped(&cell, table_name(t, j), strlen(table_name(t, j)));
        report_grid_add(&g, "%s", cell.buf);
    }
    for (size_t i = from; i < t->n_rows && i < from + n; i++) {
        report_grid_add(&g, "%zu", table_row_number(t, i));
        for (size_t j = 0; j < t->n_cols; j++) {
            str_clear(&cell);
            cell_show(&cell, table_at(t, j), i, 6, "·");
            report_grid_add(&g, "%s", cell.buf);
        }
    }
    report_grid_end(r, &g);
    str_release(&align);
    str_release(&cell);
}

/* ---------------------------------------------------------------- preconditions */

int present_need_target(struct context *ctx, struct err *err)
{
    if (workspace_target(ctx->ws))
        return 0;
    return err_set(err, ERR_DOMAIN, "no target yet; target COLUMN says what to predict");
}
