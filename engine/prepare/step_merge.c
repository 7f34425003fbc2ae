/* step_merge.c - spellings of one value become one: what was decided about clusters of values. */
#include "prepare/merge_plan.h"
#include "prepare/pairs.h"
#include "prepare/step_columns.h"
#include "prepare/step_pairs.h"

static const struct param_spec merge_params[] = {
    CLUSTER_PARAMS,
    { .name = "refused",
      .type = PARAM_TEXT,
      .help = "proposals that are not to be merged, with commas between them" },
    { .name = "values",
      .type = PARAM_TEXT,
      .help = "other values for proposals, as proposed=wanted,proposed=wanted" },
    { .name = "pairs",
      .type = PARAM_TEXT,
      .help = "what becomes what, as from=to,from=to; found when absent, and recorded" },
    { .name = NULL },
};

static int fail_empty(const struct clusters *c, const struct params *params, struct err *err)
{
    return err_set(err, ERR_DOMAIN,
                   "no two of the %zu different values are alike by method=%s; try another method",
                   c->n_values, params_text(params, "method"));
}

/* The clusters are found once, when the step is made; the record holds what was decided. */
static int merge_resolve(struct params *params, const struct step_resolving *r, struct err *err)
{
    struct clusters found;
    struct str pairs;

    if (params_text(params, "pairs"))
        return 0;
    if (merge_find(&found, r->in, r->job, err))
        return -1;
    str_init(&pairs);
    int rc = found.n ? merge_pairs(&pairs, &found, params_text(params, "refused"),
                                   params_text(params, "values"), err)
                     : fail_empty(&found, params, err);
    clusters_release(&found);
    if (!rc)
        rc = params_put(params, "pairs", pairs.buf, r->arena, err);
    str_release(&pairs);
    return rc;
}

static int merge_apply(struct table **out, const void *state, const struct step_input *in,
                       struct job *job, struct err *err)
{
    const char *pairs = params_text(in->params, "pairs");

    (void)state;
    if (!pairs)
        return err_set(err, ERR_USAGE, "what is to be merged has not been found yet");
    if (pairs[0] != '\0')
        return replace_pairs(out, in, job, err);
    *out = table_ref(in->table); /* every cluster was refused */
    return 0;
}

const struct step_kind step_merge = {
    .name = "merge",
    .help = "make different spellings of a value one",
    .details =
        "Values with the same key, or near each other, are a cluster; each becomes its most "
        "frequent value (the first in order among equals). `clusters` shows them first, with the "
        "same parameters. The keys are OpenRefine's: fingerprint (blanks off, lower case, marks "
        "and "
        "punctuation off, the words sorted, each once), ngram (the same by pieces of letters), and "
        "by sound Double Metaphone's first code, Soundex and the Cologne phonetics; nearest "
        "neighbours go by edits (Levenshtein, Damerau) or Jaro-Winkler. `refused` leaves clusters "
        "out by their proposals and remembers that they were refused; `values` merges a cluster "
        "into another value than proposed. A comma, = or backslash of a value has a backslash "
        "before it. What was decided is recorded as pairs: a replay, a model and later data take "
        "these and look for no clusters. Values of several columns are one list.",
    .example = "merge sex pairs=MALE=male,FEMALE=female",
    .scope = STEP_ROW_WISE,
    .params = merge_params,
    .resolve = merge_resolve,
    .apply = merge_apply,
};
