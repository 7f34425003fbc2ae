/* present_model.c - what a model that was just trained looks like. */
#include "present_model.h"

#include <math.h>

#include "base/text.h"
#include "present.h"
#include "present_linear.h"

#define FEATURES_SHOWN 10

static void report_importance(struct report *r, struct context *ctx, const struct model *m)
{
    struct importance *list;
    struct report_grid g;

    size_t n = model_importance(&list, m, ctx->arena);
    if (!n)
        return;
    json_t *all = json_array();
    report_grid_init(&g, "lrr");
    report_grid_add(&g, "feature");
    report_grid_add(&g, "gain");
    report_grid_add(&g, "divisions");
    for (size_t j = 0; j < n; j++) {
        json_array_append_new(all, json_pack("{s:s,s:o,s:o}", "name", list[j].name, "gain",
                                             report_real(list[j].gain), "splits",
                                             report_real(list[j].splits)));
        if (j >= FEATURES_SHOWN)
            continue;
        report_grid_add(&g, "%s", list[j].name);
        report_grid_add(&g, "%.1f %%", 100 * list[j].gain);
        report_grid_add(&g, "%.0f", list[j].splits);
    }
    report_put(r, "importance", all);
    report_grid_end(r, &g);
    if (n > FEATURES_SHOWN)
        report_line(r, "  … and %zu more", n - FEATURES_SHOWN);
}

/* ---- the curve of its loss ---- */

static json_t *curve_list(const struct curve *c, char which)
{
    json_t *list = json_array();

    for (size_t k = 0; k < c->n; k++) {
        const struct curve_point *p = &c->points[k];
        json_array_append_new(list, which == 'i'
                                        ? json_integer((json_int_t)p->iteration)
                                        : report_real(which == 't' ? p->training : p->validation));
    }
    return list;
}

/* JSON: curve {loss, best, iteration: […], training: […], validation: […]}. */
static void report_curve(struct report *r, const struct model *m)
{
    const struct curve *c = &m->curve;
    char training[TEXT_REAL_SIZE], held[TEXT_REAL_SIZE];

    if (!c->loss || !c->n)
        return;
    report_put(r, "curve",
               json_pack("{s:s,s:o,s:o,s:o,s:o}", "loss", c->loss, "best",
                         c->best ? json_integer((json_int_t)c->best) : json_null(), "iteration",
                         curve_list(c, 'i'), "training", curve_list(c, 't'), "validation",
                         m->n_validation ? curve_list(c, 'v') : json_null()));
    size_t at = c->best ? c->best - 1 : c->n - 1;
    const struct curve_point *p = &c->points[at < c->n ? at : c->n - 1];
    text_real_short(training, p->training, 4);
    text_real_short(held, p->validation, 4);
    if (m->n_validation)
        report_line(r, "%s %s after %zu iterations, %s on %zu rows put aside", c->loss, training,
                    p->iteration, held, m->n_validation);
    else
        report_line(r, "%s %s after %zu iterations", c->loss, training, p->iteration);
    if (c->best && c->best < m->n_iterations)
        report_line(r, "%zu iterations were made; that after %zu was the best and predicts",
                    m->n_iterations, c->best);
}

#define FACTS_SHOWN 40

/* What a learner without a target found. */
static void report_facts(struct report *r, struct context *ctx, const struct model *m)
{
    struct fact *list;
    struct report_grid g;

    size_t n = model_facts(&list, m, ctx->arena);
    if (!n)
        return;
    json_t *all = json_object();
    report_grid_init(&g, "lr");
    report_grid_add(&g, "found");
    report_grid_add(&g, "value");
    for (size_t i = 0; i < n; i++) {
        json_object_set_new(all, list[i].name, report_real(list[i].value));
        if (i >= FACTS_SHOWN)
            continue;
        report_grid_add(&g, "%s", list[i].name);
        report_grid_real(&g, list[i].value, 6);
    }
    report_put(r, "found", all);
    report_grid_end(r, &g);
    if (n > FACTS_SHOWN)
        report_line(r, "  … and %zu more", n - FACTS_SHOWN);
}

/* What made rows count more or less than one. */
static void present_weights(struct report *r, const struct model *m)
{
    const char *column = roles_column(&m->fitted->recipe->roles, ROLE_WEIGHT);

    if (column)
        report_put_text(r, "weight", column);
    if (m->class_weight)
        report_put_text(r, "class_weight", m->class_weight);
    if (column || m->class_weight)
        report_line(r, "rows weighted by %s%s%s%s", column ? column : "",
                    column && m->class_weight ? " and " : "", m->class_weight ? "class: " : "",
                    m->class_weight ? m->class_weight : "");
}

void present_model(struct report *r, struct context *ctx, const char *name, const struct model *m,
                   double seconds)
{
    report_put_text(r, "model", name);
    report_put_text(r, "learner", m->learner->name);
    report_put_int(r, "rows", (int64_t)m->n_rows);
    report_put_int(r, "features", (int64_t)m->p);
    report_put_real(r, "seconds", seconds);
    report_put_text(r, "task", task_name(m->target.task));
    report_put_int(r, "iterations", (int64_t)m->n_iterations);
    report_put_text(r, "warning", m->warning);
    report_line(r, "%s: %s for %s, %zu rows × %s", name, m->learner->name, m->target.name,
                m->n_rows, present_count(ctx, m->p, "feature"));
    if (m->target.task & TASK_ALONE && workspace_target(ctx->ws))
        report_line(r, "note: the target %s is no feature; %s are found without it",
                    workspace_target(ctx->ws), m->target.name);
    if (m->target.type == COLUMN_INT && m->target.n_classes > 2 && ctx->ws->as == AS_FITS)
        report_line(r,
                    "note: %s holds whole numbers, taken as %zu classes since %s predicts classes; "
                    "target %s task=classes says so for all",
                    m->target.name, m->target.n_classes, m->learner->name, m->target.name);
    present_weights(r, m);
    if (m->warning)
        report_line(r, "warning: %s", m->warning);
    report_curve(r, m);
    present_coefficients(r, ctx, m);
    present_path(r, m);
    report_importance(r, ctx, m);
    report_facts(r, ctx, m);
}
