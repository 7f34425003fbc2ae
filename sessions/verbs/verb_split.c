/* split: put rows aside that nothing learns from. */
#include <string.h>

#include "base/mem.h"
#include "learn/weighting.h"
#include "present.h"

static const struct param_spec split_params[] = {
    { .name = "test",
      .type = PARAM_REAL,
      .min = 0,
      .max = 1,
      .flags = PARAM_OPEN_MIN | PARAM_OPEN_MAX,
      .help = "share of the rows to hold out" },
    { .name = "by", .type = PARAM_COLUMN, .help = "a column with the values train and test" },
    { .name = "stratify",
      .type = PARAM_COLUMN,
      .help = "a column whose values keep their shares on both sides" },
    { .name = "seed",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "random seed" },
    { .name = NULL },
};

static int split_resolve(struct context *ctx, struct err *err)
{
    const struct param_value *by = params_value(ctx->args, "by");
    const struct param_value *test = params_value(ctx->args, "test");

    if (by->set && test->set)
        return err_set(err, ERR_USAGE, "test= and by= exclude each other; give one");
    if (!by->set && !test->set)
        return params_set(ctx->args, (size_t)param_find(ctx->args->specs, "test", false), "0.25",
                          ctx->arena, err);
    return 0;
}

/* The column in the table as it stands, or, when a step dropped it, in the source (then *in_source). */
static const struct column *find_column(struct context *ctx, const char *name, bool *in_source,
                                        struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    int j = table_find(t, name);

    *in_source = j < 0;
    if (j >= 0)
        return table_at(t, (size_t)j);
    j = table_find(ctx->ws->source->table, name);
    return j >= 0 ? table_at(ctx->ws->source->table, (size_t)j) : table_column(t, name, err);
}

static int part_by_column(uint8_t *part, struct context *ctx, const char *name, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    bool in_source;
    const struct column *c = find_column(ctx, name, &in_source, err);
    struct column *taken;

    if (!c)
        return -1;
    if (!in_source)
        return split_by_column(part, c, name, err);
    uint32_t *rows = ARENA_NEW(ctx->arena, uint32_t, t->n_rows);
    for (size_t i = 0; i < t->n_rows; i++)
        rows[i] = (uint32_t)table_index_of(ctx->ws->source->table, table_row_number(t, i));
    if (column_take(&taken, c, rows, t->n_rows, err))
        return -1;
    int rc = split_by_column(part, taken, name, err);
    column_unref(taken);
    return rc;
}

static int part_by_groups(uint8_t *part, struct context *ctx, const char *stratify, double test,
                          uint64_t seed, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    int32_t *groups;

    if (stratify)
        return err_set(err, ERR_USAGE,
                       "stratify= and a group column exclude each other; leave "
                       "stratify=%s out, or role %s is=feature",
                       stratify, roles_column(&ctx->ws->recipe->roles, ROLE_GROUP));
    if (weighting_groups(&groups, t, &ctx->ws->recipe->roles, NULL, t->n_rows, err))
        return -1;
    int rc = split_groups(part, t->n_rows, test, groups, seed, err);
    mem_big_free(groups);
    return rc;
}

static int part_by_fraction(uint8_t *part, struct context *ctx, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    const char *stratify = params_text(ctx->args, "stratify");
    const char *group = roles_column(&ctx->ws->recipe->roles, ROLE_GROUP);
    double test = params_real(ctx->args, "test");
    uint64_t seed = (uint64_t)params_int(ctx->args, "seed");
    struct target by;
    int32_t *strata = NULL;
    size_t n_strata = 0;

    if (group)
        return part_by_groups(part, ctx, stratify, test, seed, err);
    if (!stratify)
        return split_fraction(part, t->n_rows, test, NULL, NULL, 0, seed, err);
    if (target_detect(&by, t, stratify, NULL, t->n_rows, false, NULL, ctx->arena, err))
        return err_prefix(err, "stratify=%s: ", stratify);
    double *y = MEM_NEW(double, t->n_rows);
    int rc = target_values(y, &by, t, NULL, t->n_rows, false, err) ||
                     strata_of(&strata, &n_strata, &by, y, t->n_rows, err) ||
                     split_fraction(part, t->n_rows, test, strata, by.classes, n_strata, seed, err)
                 ? -1
                 : 0;
    mem_free(strata);
    mem_free(y);
    return rc;
}

/* The column that names the sides is no feature. */
static int with_split_role(struct context *ctx, const char *by, struct err *err)
{
    struct workspace *split = ctx->next;

    if (table_find(workspace_table(split), by) < 0)
        return 0;
    struct recipe *recipe = recipe_set_role(split->recipe, by, ROLE_SPLIT);
    ctx->next = NULL;
    int rc = workspace_with_recipe(&ctx->next, split, recipe, ctx->job, err);
    recipe_unref(recipe);
    workspace_unref(split);
    return rc;
}

static int split_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    const char *by = params_text(ctx->args, "by");
    uint8_t *part = MEM_NEW(uint8_t, t->n_rows);
    struct str text;
    size_t n_test = 0;

    int rc = by ? part_by_column(part, ctx, by, err) : part_by_fraction(part, ctx, err);
    for (size_t i = 0; i < t->n_rows && !rc; i++)
        n_test += part[i] == PART_PREDICT;
    if (!rc) {
        str_init(&text);
        call_print(&text, ctx->command, ctx->args);
        rc = workspace_with_split(&ctx->next, ctx->ws, part, text.buf + strlen("split "), ctx->job,
                                  err);
        str_release(&text);
    }
    if (!rc && by)
        rc = with_split_role(ctx, by, err);
    mem_free(part);
    if (rc)
        return -1;
    size_t n = workspace_table(ctx->next)->n_rows;
    report_put_int(r, "train", (int64_t)(n - n_test));
    report_put_int(r, "test", (int64_t)n_test);
    report_line(r, "%zu training rows, %zu rows held out; only test opens them", n - n_test,
                n_test);
    return 0;
}

const struct command verb_split = {
    .name = "split",
    .stage = "Models",
    .help = "hold rows out for the final test",
    .details = "Steps that learn are fitted anew on the training rows alone; the sheet shows all "
               "rows as those steps leave them. Without a split every row is a training row.",
    .example = "split test=0.25 stratify=species seed=7",
    .params = split_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = split_run,
    .resolve = split_resolve,
};
