/* labels: which labels are likely wrong, by confident learning. */
#include "evaluate/confident.h"

#include <string.h>

#include "base/text.h"
#include "present.h"
#include "training.h"

#define ISSUES_SHOWN 20

static const char *const labels_ranks[] = { "margin", "confidence", NULL };

static const struct param_spec labels_params[] = {
    { .name = "model",
      .type = PARAM_MODEL,
      .flags = PARAM_WORD | PARAM_REQUIRED,
      .help = "the model that judges, or a learner to train first" },
    { .name = "folds",
      .type = PARAM_INT,
      .min = 2,
      .max = 1000,
      .fallback = "5",
      .help = "each row is judged by a model that was trained on the other folds" },
    { .name = "rank",
      .type = PARAM_CHOICE,
      .choices = labels_ranks,
      .fallback = "margin",
      .help = "most suspect first: by the lead of the best other class, or by the label's own "
              "probability" },
    { .name = "seed",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "random seed" },
    { .name = NULL },
};

/* ---------------------------------------------------------------- judging */

static int judge(struct resample_result **out, struct context *ctx, const struct named_model *named,
                 struct err *err)
{
    const struct model *m = named->model;
    const struct metric *metrics[8];
    struct resample_plan plan;

    if (m->target.task == TASK_REGRESS)
        return err_set(err, ERR_DOMAIN,
                       "%s predicts a number, and labels judges classes; look at numbers that are "
                       "far off with outliers %s",
                       named->name, m->target.name);
    if (workspace_plan(&plan, ctx->next, (size_t)params_int(ctx->args, "folds"), 1, NULL,
                       (uint64_t)params_int(ctx->args, "seed"), err))
        return -1;
    struct resample_request req = {
        .model = named->name,
        .input = ctx->next->source->table,
        .recipe = m->fitted->recipe,
        .learner = m->learner,
        .params = &m->params,
        .stages = m->stages,
        .n_stages = m->n_stages,
        .target = &m->target,
        .plan = &plan,
        .metrics = metrics,
        .n_metrics = metric_defaults(metrics, m->target.task),
    };
    int rc = resample_run(out, &req, ctx->job, err);
    resample_plan_release(&plan);
    return rc;
}

/* ---------------------------------------------------------------- telling */

static size_t row_number(struct context *ctx, const struct resample_result *judged,
                         const struct label_issue *issue)
{
    return table_row_number(ctx->ws->source->table, judged->rows[issue->at]);
}

static const char *reason_of(struct context *ctx, const struct confident *c,
                             const struct target *target, const struct label_issue *issue)
{
    char p[TEXT_REAL_SIZE], q[TEXT_REAL_SIZE], threshold[TEXT_REAL_SIZE];

    return arena_printf(ctx->arena, "p(%s) %s reaches its threshold %s, p(%s) is %s",
                        target->classes[issue->suggested],
                        text_real_short(p, issue->p_suggested, 4),
                        text_real_short(threshold, c->thresholds[issue->suggested], 4),
                        target->classes[issue->given], text_real_short(q, issue->p_given, 4));
}

static json_t *class_matrix(const struct confident *c, const double *reals, const size_t *counts)
{
    json_t *rows = json_array();

    for (size_t g = 0; g < c->k; g++) {
        json_t *row = json_array();
        for (size_t t = 0; t < c->k; t++)
            json_array_append_new(row, reals ? report_real(reals[g * c->k + t])
                                             : json_integer((json_int_t)counts[g * c->k + t]));
        json_array_append_new(rows, row);
    }
    return rows;
}

static void put_classes(struct report *r, const struct confident *c, const struct target *target)
{
    json_t *classes = json_array();

    for (size_t k = 0; k < c->k; k++)
        json_array_append_new(classes, json_pack("{s:s,s:I,s:o}", "name", target->classes[k],
                                                 "labels", (json_int_t)c->labels[k], "threshold",
                                                 report_real(c->thresholds[k])));
    report_put(r, "classes", classes);
    report_put(r, "confident_joint", class_matrix(c, NULL, c->counts));
    report_put(r, "joint", class_matrix(c, c->joint, NULL));
    report_put(r, "noise", class_matrix(c, c->noise, NULL));
    report_put_real(r, "errors", c->n_errors);
}

static void put_issues(struct report *r, struct context *ctx, const struct confident *c,
                       const struct resample_result *judged)
{
    const struct target *target = &judged->target;
    json_t *list = json_array();

    for (size_t i = 0; i < c->n_issues; i++) {
        const struct label_issue *issue = &c->issues[i];
        json_array_append_new(list, json_pack("{s:I,s:s,s:s,s:s,s:o,s:o,s:o,s:s}", "row",
                                              (json_int_t)row_number(ctx, judged, issue), "column",
                                              target->name, "given", target->classes[issue->given],
                                              "suggested", target->classes[issue->suggested],
                                              "probability", report_real(issue->p_suggested),
                                              "confidence", report_real(issue->p_given), "margin",
                                              report_real(issue->margin), "reason",
                                              reason_of(ctx, c, target, issue)));
    }
    report_put(r, "issues", list);
}

static void show_issues(struct report *r, struct context *ctx, const struct confident *c,
                        const struct resample_result *judged)
{
    const struct target *target = &judged->target;
    struct report_grid g;

    report_grid_init(&g, "rlll");
    report_grid_add(&g, "row");
    report_grid_add(&g, "%s", target->name);
    report_grid_add(&g, "rather");
    report_grid_add(&g, "why");
    for (size_t i = 0; i < c->n_issues && i < ISSUES_SHOWN; i++) {
        const struct label_issue *issue = &c->issues[i];
        report_grid_add(&g, "%zu", row_number(ctx, judged, issue));
        report_grid_add(&g, "%s", target->classes[issue->given]);
        report_grid_add(&g, "%s", target->classes[issue->suggested]);
        report_grid_add(&g, "%s", reason_of(ctx, c, target, issue));
    }
    report_grid_end(r, &g);
    if (c->n_issues > ISSUES_SHOWN)
        report_line(r, "  … and %zu more; --json has all", c->n_issues - ISSUES_SHOWN);
}

static void show_noise(struct report *r, const struct confident *c, const struct target *target)
{
    char number[TEXT_REAL_SIZE];

    for (size_t t = 0; t < c->k; t++)
        for (size_t g = 0; g < c->k; g++)
            if (g != t && c->noise[g * c->k + t] > 0)
                report_line(r, "  of rows that are %s, %s %% are labelled %s", target->classes[t],
                            text_real_short(number, 100 * c->noise[g * c->k + t], 3),
                            target->classes[g]);
}

/* ---------------------------------------------------------------- what can be done */

/* "3,17": the rows of issues that suggest `class`, or of all when it is k. */
static size_t list_rows(struct str *out, struct context *ctx, const struct confident *c,
                        const struct resample_result *judged, size_t class)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n_issues; i++)
        if (class == c->k || c->issues[i].suggested == class)
            str_addf(out, "%s%zu", n++ ? "," : "", row_number(ctx, judged, &c->issues[i]));
    return n;
}

static void add_command(struct report *r, json_t *list, const char *what, struct str *line)
{
    json_array_append_new(list, json_pack("{s:s,s:s}", "does", what, "command", line->buf));
    if (line->len < 160)
        report_line(r, "  %s: %s", what, line->buf);
    else
        report_line(r, "  %s: %.150s… (--json has the whole line)", what, line->buf);
    str_clear(line);
}

static void put_commands(struct report *r, struct context *ctx, const struct confident *c,
                         const struct resample_result *judged)
{
    const struct target *target = &judged->target;
    json_t *list = json_array();
    struct str line, rows;

    str_init(&line);
    str_init(&rows);
    for (size_t k = 0; k < c->k; k++) {
        str_clear(&rows);
        if (list_rows(&rows, ctx, c, judged, k) == 0)
            continue;
        str_addf(&line, "edit %s ", rows.buf);
        lex_quote(&line, target->name);
        str_add_char(&line, ' ');
        lex_quote(&line, target->classes[k]);
        add_command(r, list, "relabel", &line);
    }
    str_clear(&rows);
    if (list_rows(&rows, ctx, c, judged, c->k)) {
        str_addf(&line, "filter row_number() not in (%s)", rows.buf);
        add_command(r, list, "leave out", &line);
        str_addf(&line, "edit %s ", rows.buf);
        lex_quote(&line, target->name);
        str_add(&line, " to_missing=yes");
        add_command(r, list, "empty", &line);
    }
    report_put(r, "commands", list);
    str_release(&line);
    str_release(&rows);
}

/* A model that has learned nothing suggests nothing that means anything. */
static void warn_of_guessing(struct report *r, const struct confident *c,
                             const struct resample_result *judged)
{
    size_t hits = 0, most = 0;

    for (size_t i = 0; i < judged->n_rows; i++)
        hits += (double)prediction_class(&judged->oof, i) == judged->truth[i];
    for (size_t k = 0; k < c->k; k++)
        most = c->labels[k] > most ? c->labels[k] : most;
    report_put_real(r, "accuracy", (double)hits / (double)c->n);
    if (hits <= most)
        report_line(r,
                    "%s agrees with %zu of %zu labels, and the most frequent class alone with "
                    "%zu: it has learned nothing to judge by",
                    judged->model, hits, c->n, most);
}

static int tell(struct report *r, struct context *ctx, const struct resample_result *judged,
                struct err *err)
{
    int rank = params_choice(ctx->args, "rank");
    struct confident c;

    if (confident_learn(&c, judged->truth, &judged->oof.value, (enum confident_rank)rank,
                        ctx->arena, err))
        return -1;
    report_put_text(r, "model", judged->model);
    report_put_text(r, "target", judged->target.name);
    report_put_int(r, "rows", (int64_t)c.n);
    report_put_int(r, "folds", (int64_t)judged->n_folds);
    put_classes(r, &c, &judged->target);
    put_issues(r, ctx, &c, judged);
    warn_of_guessing(r, &c, judged);
    report_line(r,
                "%zu of %zu labels of %s are likely wrong; about %.1f are, by the noise that is "
                "seen",
                c.n_issues, c.n, judged->target.name, c.n_errors);
    if (c.n_issues) {
        show_issues(r, ctx, &c, judged);
        show_noise(r, &c, &judged->target);
    }
    put_commands(r, ctx, &c, judged);
    return 0;
}

static int labels_run(struct report *r, struct context *ctx, struct err *err)
{
    const char *name = params_text(ctx->args, "model");
    struct resample_result *judged = NULL;

    if (present_need_target(ctx, err))
        return -1;
    ctx->next = workspace_ref(ctx->ws);
    int rc = training_need_model(&ctx->next, ctx, name, err);
    if (!rc)
        rc = judge(&judged, ctx, workspace_model(ctx->next, name, err), err);
    if (!rc)
        rc = tell(r, ctx, judged, err);
    resample_result_unref(judged);
    if (rc) {
        workspace_unref(ctx->next);
        ctx->next = NULL;
    }
    return rc;
}

const struct command verb_labels = {
    .name = "labels",
    .stage = "Validate",
    .help = "find labels that are likely wrong",
    .details =
        "Confident learning (Northcutt, Jiang and Chuang 2021). Every training row is judged by a "
        "model that never saw it, with the whole recipe fitted anew in each fold. A class's "
        "threshold is the mean probability it gets in the rows that are labelled so; a row that "
        "reaches the threshold of another class, while its own label is not the most likely one, "
        "is listed: the label given, the one suggested, the probabilities behind it. The counts of "
        "given against suggested labels, brought to the number of labels, estimate the noise. "
        "Nothing is changed: the report ends with the commands that relabel, leave out or empty "
        "these rows. Held-out rows are not looked at. A model that fits its training rows by heart "
        "is no harm, one that is bad in every fold is: look at validate first.",
    .example = "labels lr folds=5 seed=7",
    .params = labels_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = labels_run,
};
