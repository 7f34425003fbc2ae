/* target: what is to be predicted. */
#include "present.h"

static const char *const target_tasks[] = { "auto", "classes", "regression", NULL };

static const struct param_spec target_params[] = {
    { .name = "column",
      .type = PARAM_COLUMN,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the column to predict" },
    { .name = "task",
      .type = PARAM_CHOICE,
      .choices = target_tasks,
      .fallback = "auto",
      .help = "classes or regression, where the values suggest the other" },
    { .name = "positive",
      .type = PARAM_TEXT,
      .help = "the class that counts as positive; without it the last one" },
    { .name = NULL },
};

static void report_classes(struct report *r, struct context *ctx, const struct target *target)
{
    json_t *classes = json_array();
    struct str list;

    str_init(&list);
    for (size_t k = 0; k < target->n_classes; k++) {
        json_array_append_new(classes, json_string(target->classes[k]));
        str_addf(&list, "%s%s%s", k ? ", " : "", target->classes[k],
                 target->task == TASK_BINARY && k == target->positive ? " (positive)" : "");
    }
    report_put(r, "classes", classes);
    if (target->n_classes)
        report_line(r, "%zu classes: %s", target->n_classes, list.buf);
    str_release(&list);
    (void)ctx;
}

static int target_run(struct report *r, struct context *ctx, struct err *err)
{
    static const enum target_as seen[] = { AS_FITS, AS_CLASSES, AS_NUMBERS };
    const char *column = params_text(ctx->args, "column");
    enum target_as task = seen[params_choice(ctx->args, "task")];
    struct target target;

    if (workspace_with_target(&ctx->next, ctx->ws, column, task, params_text(ctx->args, "positive"),
                              ctx->job, err))
        return -1;
    report_put_text(r, "target", column);
    /* A target that cannot be used yet (missing values to be repaired by a later step) is no error
     * here; training will name it. */
    struct err why = { 0 };
    if (workspace_detect_target(&target, ctx->next, ctx->arena, &why)) {
        if (why.code == ERR_USAGE) {
            workspace_unref(ctx->next);
            ctx->next = NULL;
            *err = why;
            return -1;
        }
        report_line(r, "target %s; not ready for training: %s", column, why.msg);
        return 0;
    }
    report_put_text(r, "task", task_name(target.task));
    report_line(r, "target %s: %s", column, task_name(target.task));
    report_classes(r, ctx, &target);
    return 0;
}

const struct command verb_target = {
    .name = "target",
    .stage = "Features",
    .help = "choose the column to predict",
    .details =
        "Text, categories and booleans are classes, and so is a whole-number column with two "
        "values; other numbers are regression. task= says otherwise; where it says nothing, whole "
        "numbers are what the learner takes: classes for logistic, amounts for ridge. The target "
        "is no feature, and steps that learn leave it alone.",
    .example = "target species",
    .params = target_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = target_run,
};
