#include "prepare/merge_plan.h"

#include "base/mem.h"
#include "prepare/pairs.h"
#include "prepare/step_columns.h"

int merge_find(struct clusters *out, const struct step_input *in, struct job *job, struct err *err)
{
    const struct column_rule rule = { .applies = applies_to_text, .wanted = "text or a category" };
    const struct param_value *radius = params_value(in->params, "radius");
    struct cluster_options o = {
        .method = (enum cluster_method)params_choice(in->params, "method"),
        .ngram = (size_t)params_int(in->params, "ngram"),
        .block = (size_t)params_int(in->params, "block"),
    };
    struct arena arena;
    size_t *cols, n;

    o.radius = radius->set ? radius->real : o.method == CLUSTER_JARO ? 0.1 : 1.0;
    arena_init(&arena);
    int rc = step_columns(&cols, &n, in, "columns", &rule, &arena, err);
    if (!rc) {
        const struct column **columns = ARENA_NEW(&arena, const struct column *, n);
        for (size_t k = 0; k < n; k++)
            columns[k] = table_at(in->table, cols[k]);
        rc = clusters_find(out, columns, n, &o, job, err);
    }
    arena_release(&arena);
    return rc;
}

/* ---------------------------------------------------------------- what was decided */

/* Refusals as pairs to nothing, so that one lookup serves both. */
static int parse_refused(struct pairs *out, size_t *n, const char *text, struct arena *arena,
                         struct err *err)
{
    struct span *texts;
    struct str pairs;

    if (pairs_parse_texts(&texts, n, text, arena, err) || *n == 0)
        return *n ? -1 : 0;
    str_init(&pairs);
    for (size_t k = 0; k < *n; k++)
        pairs_add(&pairs, texts[k], (struct span){ "", 0 });
    int rc = pairs_parse(out, pairs.buf, arena, err);
    str_release(&pairs);
    *n = rc ? 0 : out->n;
    return rc;
}

static int fail_unknown(const struct pairs *p, const struct clusters *c, struct err *err)
{
    for (size_t k = 0; k < p->n; k++) {
        size_t i = 0;
        while (i < c->n && !span_eq(c->items[i].members[0].value, p->items[k].from))
            i++;
        if (i == c->n)
            return err_set(
                err, ERR_USAGE, "no cluster proposes '%.*s'; clusters lists what there is",
                (int)(p->items[k].from.len < 80 ? p->items[k].from.len : 80), p->items[k].from.at);
    }
    return 0;
}

static int add_cluster(struct str *out, const struct cluster *c, struct span to, struct err *err)
{
    for (size_t m = 0; m < c->n; m++)
        if (!span_eq(c->members[m].value, to))
            pairs_add(out, c->members[m].value, to);
    if (out->len > PAIRS_MAX_TEXT)
        return err_set(err, ERR_DOMAIN,
                       "too many values to merge in one step (more than %zu kB of them, which the "
                       "session carries); merge fewer columns, or rows in parts",
                       PAIRS_MAX_TEXT >> 10);
    return 0;
}

int merge_pairs(struct str *out, const struct clusters *c, const char *refused, const char *values,
                struct err *err)
{
    struct pairs no = { 0 }, other = { 0 };
    struct arena arena;
    size_t n_no = 0, n_found = 0;

    arena_init(&arena);
    int rc = refused ? parse_refused(&no, &n_no, refused, &arena, err) : 0;
    if (!rc && values)
        rc = pairs_parse(&other, values, &arena, err);
    for (size_t i = 0; i < c->n && !rc; i++) {
        struct span proposed = c->items[i].members[0].value;
        bool is_refused = n_no && pairs_find(&no, proposed);
        const struct pair *edited = other.n ? pairs_find(&other, proposed) : NULL;
        n_found += (size_t)is_refused + (edited != NULL);
        if (!is_refused)
            rc = add_cluster(out, &c->items[i], edited ? edited->to : proposed, err);
    }
    if (!rc && n_found < n_no + other.n)
        rc = fail_unknown(&no, c, err) || fail_unknown(&other, c, err) ? -1 : 0;
    arena_release(&arena);
    return rc;
}
