/* role: columns that are in the table but are no features. */
#include "present.h"

static const char *const role_names[] = { "feature", "fold",  "split", "ignore",
                                          "weight",  "group", NULL };
static const enum role role_values[] = { ROLE_FEATURE, ROLE_FOLD,   ROLE_SPLIT,
                                         ROLE_IGNORE,  ROLE_WEIGHT, ROLE_GROUP };

static const struct param_spec role_params[] = {
    { .name = "column",
      .type = PARAM_COLUMN,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the column" },
    { .name = "is",
      .type = PARAM_CHOICE,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .choices = role_names,
      .help = "its role" },
    { .name = NULL },
};

static int role_run(struct report *r, struct context *ctx, struct err *err)
{
    const char *column = params_text(ctx->args, "column");
    enum role role = role_values[params_choice(ctx->args, "is")];

    if (!table_column(workspace_table(ctx->ws), column, err))
        return -1;
    struct recipe *recipe = recipe_set_role(ctx->ws->recipe, column, role);
    int rc = workspace_with_recipe(&ctx->next, ctx->ws, recipe, ctx->job, err);
    recipe_unref(recipe);
    if (rc)
        return -1;
    report_put_text(r, "column", column);
    report_put_text(r, "role", role_name(role));
    report_line(r, "%s: %s", column, role_name(role));
    return 0;
}

const struct command verb_role = {
    .name = "role",
    .stage = "Features",
    .help = "say that a column is no feature",
    .details =
        "A column whose role is fold names folds, split says train or test, ignore is kept "
        "for looking at; models see none of them, and `all` leaves them out. weight says how "
        "much each row counts when learners are fitted and metrics are taken: a weight of 2 "
        "is the row twice. Rows with one value of a group column stay together in split, "
        "validate and wherever rows are put aside. There is one weight and one group column; "
        "feature takes a role back.",
    .example = "role island is=ignore",
    .params = role_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = role_run,
};
