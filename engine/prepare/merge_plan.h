/* merge_plan.h - from clusters of values to what is merged: for the step merge and the verb clusters,
 * whose parameters CLUSTER_PARAMS are the same. */
#ifndef PREPARE_MERGE_PLAN_H
#define PREPARE_MERGE_PLAN_H

#include "prepare/step.h"
#include "profile/cluster.h"

/* clang-format off */
#define CLUSTER_PARAMS                                                                             \
    { .name = "columns", .type = PARAM_COLUMNS, .flags = PARAM_REQUIRED | PARAM_WORD,              \
      .help = "columns of text; the values of several are one list" },                             \
    { .name = "method", .type = PARAM_CHOICE, .choices = cluster_methods,                          \
      .fallback = "fingerprint",                                                                   \
      .help = "keys that collide (fingerprint, ngram; by sound metaphone, soundex, cologne) or "   \
              "nearest neighbours (levenshtein, damerau, jaro)" },                                 \
    { .name = "ngram", .type = PARAM_INT, .min = 1, .max = 20, .fallback = "2",                    \
      .help = "ngram: characters in a piece" },                                                    \
    { .name = "radius", .type = PARAM_REAL, .min = 0, .max = 100,                                  \
      .help = "neighbours: largest distance; 1 edit when absent, 0.1 for jaro" },                  \
    { .name = "block", .type = PARAM_INT, .min = 1, .max = 50, .fallback = "6",                    \
      .help = "neighbours: only values that share so many characters in a row are compared" }
/* clang-format on */

/* The clusters among `columns` of in->table as the parameters say.  Yours to release; values are
 * borrowed from the table.  ERR_USAGE, ERR_SHAPE (no text), ERR_NOMEM, ERR_CANCELLED. */
int merge_find(struct clusters *out, const struct step_input *in, struct job *job, struct err *err);

/* The clusters' members as pairs, but for those whose proposal is in `refused` (texts with commas);
 * `values` (pairs, NULL) says what a proposal becomes instead.  ERR_USAGE when a text of either is no
 * cluster's proposal; ERR_DOMAIN beyond PAIRS_MAX_TEXT. */
int merge_pairs(struct str *out, const struct clusters *c, const char *refused, const char *values,
                struct err *err);

#endif
