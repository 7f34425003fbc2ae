/* clusters: spellings that may be one value, for merge to make them one. */
#include <string.h>

#include "base/text.h"
#include "prepare/merge_plan.h"
#include "prepare/pairs.h"
#include "present.h"

static const struct param_spec clusters_params[] = {
    CLUSTER_PARAMS,
    { .name = "top",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e6,
      .fallback = "20",
      .help = "how many clusters to show" },
    { .name = NULL },
};

/* ---------------------------------------------------------------- refused before */

static bool shares_column(const struct params *a, const struct params *b)
{
    const struct param_value *x = params_value(a, "columns"), *y = params_value(b, "columns");

    for (size_t i = 0; i < x->n_list; i++)
        for (size_t k = 0; k < y->n_list; k++)
            if (strcmp(x->list[i], y->list[k]) == 0)
                return true;
    return false;
}

/* Every proposal that merge steps of these columns refused, as pairs to nothing; "" for none. */
static int refused_text(struct str *out, const struct context *ctx, struct err *err)
{
    const struct recipe *r = ctx->ws->recipe;

    for (size_t i = 0; i < r->n_steps; i++) {
        const struct step *s = r->steps[i];
        struct span *texts;
        size_t n;
        if (strcmp(s->kind->name, "merge") != 0 || !params_text(&s->params, "refused") ||
            !shares_column(&s->params, ctx->args))
            continue;
        if (pairs_parse_texts(&texts, &n, params_text(&s->params, "refused"), ctx->arena, err))
            return -1;
        for (size_t k = 0; k < n; k++)
            pairs_add(out, texts[k], (struct span){ "", 0 });
    }
    return 0;
}

static int find_refused(struct pairs *out, const struct context *ctx, struct err *err)
{
    struct str text;

    *out = (struct pairs){ 0 };
    str_init(&text);
    int rc = refused_text(&text, ctx, err);
    if (!rc && text.len)
        rc = pairs_parse(out, text.buf, ctx->arena, err);
    str_release(&text);
    return rc;
}

/* ---------------------------------------------------------------- showing */

/* Bytes that are no UTF-8 are escaped: JSON has no others. */
static json_t *text_json(struct span s)
{
    struct str escaped;
    json_t *value = json_stringn(s.at, s.len);

    if (value)
        return value;
    str_init(&escaped);
    str_add_escaped(&escaped, s.at, s.len);
    value = json_stringn(escaped.buf, escaped.len);
    str_release(&escaped);
    return value;
}

static json_t *cluster_json(const struct cluster *c, size_t id, bool refused)
{
    json_t *members = json_array();

    for (size_t k = 0; k < c->n; k++)
        json_array_append_new(members,
                              json_pack("{s:o,s:I}", "value", text_json(c->members[k].value),
                                        "count", (json_int_t)c->members[k].count));
    return json_pack("{s:I,s:o,s:I,s:b,s:o}", "id", (json_int_t)id, "value",
                     text_json(c->members[0].value), "size", (json_int_t)c->n_cells, "refused",
                     refused, "members", members);
}

/* Blanks at the ends and commas would be overlooked among others. */
static bool wants_quotes(struct span s)
{
    return s.len == 0 || span_trim(s).len < s.len || memchr(s.at, ',', s.len);
}

static void add_shown(struct str *out, struct span s, size_t width)
{
    struct str escaped;
    size_t taken;
    const char *quote = wants_quotes(s) ? "\"" : "";

    str_init(&escaped);
    str_add(&escaped, quote);
    str_add_escaped(&escaped, s.at, s.len);
    str_add(&escaped, quote);
    size_t len = text_prefix(escaped.buf, escaped.len, width, &taken);
    str_addf(out, "%.*s%s", (int)len, escaped.buf, len < escaped.len ? "…" : "");
    str_release(&escaped);
}

#define MEMBERS_SHOWN 6
/* A session keeps its reports; more than that nobody decides one by one. */
#define CLUSTERS_LISTED 50000

static void add_row(struct report_grid *g, const struct cluster *c, size_t id, bool refused)
{
    struct str value, members;

    str_init(&value);
    str_init(&members);
    add_shown(&value, c->members[0].value, 30);
    for (size_t k = 0; k < c->n && k < MEMBERS_SHOWN; k++) {
        str_add(&members, k ? ", " : "");
        add_shown(&members, c->members[k].value, 30);
        str_addf(&members, " (%zu)", c->members[k].count);
    }
    if (c->n > MEMBERS_SHOWN)
        str_addf(&members, ", … and %zu more", c->n - MEMBERS_SHOWN);
    report_grid_add(g, "%zu", id);
    report_grid_add(g, "%s%s", value.buf, refused ? " (refused)" : "");
    report_grid_add(g, "%zu", c->n_cells);
    report_grid_add(g, "%s", members.buf);
    str_release(&members);
    str_release(&value);
}

static void show_clusters(struct report *r, const struct clusters *c, const struct pairs *refused,
                          size_t top)
{
    json_t *list = json_array();
    struct report_grid g;

    report_grid_init(&g, "rlrl");
    report_grid_add(&g, "%s", "");
    report_grid_add(&g, "%s", "becomes");
    report_grid_add(&g, "%s", "cells");
    report_grid_add(&g, "%s", "values");
    for (size_t i = 0; i < c->n; i++) {
        bool was = refused->n && pairs_find(refused, c->items[i].members[0].value);
        if (i < CLUSTERS_LISTED)
            json_array_append_new(list, cluster_json(&c->items[i], i + 1, was));
        if (i < top)
            add_row(&g, &c->items[i], i + 1, was);
    }
    report_grid_end(r, &g);
    if (c->n > top)
        report_line(r, "  … and %zu more", c->n - top);
    report_put(r, "clusters", list);
}

static int clusters_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    const struct step_input in = {
        .table = t, .params = ctx->args, .roles = &ctx->ws->recipe->roles, .n_rows = t->n_rows
    };
    const char *columns = params_text(ctx->args, "columns");
    struct clusters found;
    struct pairs refused;

    if (find_refused(&refused, ctx, err) || merge_find(&found, &in, ctx->job, err))
        return -1;
    report_line(r, "%s: %s among %zu different values, by %s", columns,
                present_count(ctx, found.n, "cluster"), found.n_values,
                params_text(ctx->args, "method"));
    report_put_text(r, "columns", columns);
    report_put_text(r, "method", params_text(ctx->args, "method"));
    report_put_int(r, "values", (int64_t)found.n_values);
    report_put_int(r, "found", (int64_t)found.n);
    report_put_int(r, "blocks_left", (int64_t)found.n_blocks_left);
    if (found.n)
        show_clusters(r, &found, &refused, (size_t)params_int(ctx->args, "top"));
    else
        report_put(r, "clusters", json_array());
    if (found.n_blocks_left)
        report_line(r,
                    "note: %zu pieces that more than %d values share were not compared; a larger "
                    "block finds more",
                    found.n_blocks_left, CLUSTER_BLOCK_MAX);
    clusters_release(&found);
    return 0;
}

const struct command verb_clusters = {
    .name = "clusters",
    .stage = "Cleaning",
    .help = "find spellings that may be one value",
    .details = "Nothing is changed: `merge` with the same parameters makes each cluster its first "
               "value, and its help says what the methods do. Clusters with most cells come first; "
               "one that a merge of these columns refused is marked.",
    .example = "clusters species island method=levenshtein radius=2",
    .params = clusters_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = clusters_run,
};
