/* present.h - pieces of reports that several verbs share, as data and as text. */
#ifndef SESSIONS_PRESENT_H
#define SESSIONS_PRESENT_H

#include "command.h"
#include "evaluate/resample.h"
#include "table/diff.h"

/* cells_changed, rows_removed, columns_added, columns_dropped, and a line saying so. */
void present_effect(struct report *r, const char *what, const struct diff *d);
/* All that is to be seen of a difference.  Data: "columns" [{column, kind, cells_changed, before, after}]
 * of those that are not the same, before and after with missing, distinct, mean, median and bins (over
 * one range, so that they compare); "cells" [{row, column, before, after}] and "removed" [rows], as
 * many as `limit`.  Text: the columns, then as many cells and rows as `show`.  ERR_NOMEM. */
int present_changes(struct report *r, const struct diff *d, size_t show, size_t limit,
                    struct err *err);
/* A small histogram: ▁ to █ for each count, a blank for none. */
void present_bars(struct str *out, const size_t *counts, size_t n);
/* "3 rows", "1 row": count and noun, plural by adding s. */
const char *present_count(struct context *ctx, size_t n, const char *noun);
/* {mean, low, high, folds: […]} */
json_t *present_estimate(const struct estimate *e);
/* models: [{name, metrics: {…}}] and a text table of the metrics that matter for the task, with
 * lines about folds that have no value, intervals without a width, and warnings of fits. */
void present_results(struct report *r, const char *const *names,
                     const struct resample_result *const *results, size_t n);
/* A cell "0.9714 [0.8921, 1]"; the mean alone when there is no interval (NAN).  The mean takes up
 * `width`, the largest present_mean_width of its column, so that brackets stand below each other. */
void present_interval(struct report_grid *g, double mean, double low, double high, size_t width);
size_t present_mean_width(double mean, double low);
/* "3 rows without a target left out", when there are any. */
void present_left_out(struct report *r, const struct resample_result *result);
/* Rows that step i removed because another stands for them: groups: [{kept, removed: […]}], rows as
 * numbered in the source, and the first groups as text; nothing when there are none.  ERR_NOMEM. */
int present_groups(struct report *r, const struct recipe_run *run, size_t i, struct err *err);
/* The first rows of a table as text. */
void present_rows(struct report *r, const struct table *t, size_t from, size_t n);
/* ERR_DOMAIN "no target yet; target COLUMN says what to predict". */
int present_need_target(struct context *ctx, struct err *err);

#endif
