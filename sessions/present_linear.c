#include "present_linear.h"

#include <math.h>

#include "present.h"

#define COEFFICIENTS_SHOWN 40

static bool has_tests(const struct coefficient *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isnan(c[i].p_value))
            return true;
    return false;
}

static bool has_errors(const struct coefficient *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isnan(c[i].std_error))
            return true;
    return false;
}

static json_t *coefficient_json(const struct coefficient *c)
{
    json_t *one = json_pack("{s:s,s:o,s:o}", "name", c->name, "estimate", report_real(c->estimate),
                            "std_error", report_real(c->std_error));

    if (!isnan(c->p_value)) {
        json_object_set_new(one, "statistic", report_real(c->statistic));
        json_object_set_new(one, "p", report_real(c->p_value));
    }
    return one;
}

static void add_known(struct report_grid *g, double v)
{
    if (isnan(v))
        report_grid_add(g, "%s", "");
    else
        report_grid_real(g, v, 4);
}

static void add_p(struct report_grid *g, double p)
{
    if (isnan(p))
        report_grid_add(g, "%s", "");
    else if (p < 1e-4)
        report_grid_add(g, "%s", "<0.0001");
    else
        report_grid_add(g, "%.4f", p);
}

void present_coefficients(struct report *r, struct context *ctx, const struct model *m)
{
    struct coefficient *c;
    struct report_grid g;

    size_t n = model_coefficients(&c, m, ctx->arena);
    if (!n)
        return;
    json_t *list = json_array();
    bool tests = has_tests(c, n), errors = has_errors(c, n);
    report_grid_init(&g, tests ? "lrrrr" : errors ? "lrr" : "lr");
    report_grid_add(&g, "coefficient");
    report_grid_add(&g, "estimate");
    if (errors)
        report_grid_add(&g, "std error");
    if (tests) {
        report_grid_add(&g, "statistic");
        report_grid_add(&g, "p");
    }
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list, coefficient_json(&c[i]));
        if (i >= COEFFICIENTS_SHOWN)
            continue;
        report_grid_add(&g, "%s", c[i].name);
        report_grid_real(&g, c[i].estimate, 6);
        if (errors)
            add_known(&g, c[i].std_error);
        if (tests) {
            add_known(&g, c[i].statistic);
            add_p(&g, c[i].p_value);
        }
    }
    report_put(r, "coefficients", list);
    report_grid_end(r, &g);
    if (n > COEFFICIENTS_SHOWN)
        report_line(r, "  … and %zu more", n - COEFFICIENTS_SHOWN);
}

/* ---- paths ---- */

static size_t count_nonzero(const struct coefficient_path *path, size_t k)
{
    size_t n = 0;

    for (size_t j = 0; j < path->p; j++)
        n += path->coef[k * path->p + j] != 0;
    return n;
}

static json_t *point_json(const struct coefficient_path *path, size_t k)
{
    const struct path_point *at = &path->points[k];
    json_t *coef = json_array();

    for (size_t j = 0; j < path->p; j++)
        json_array_append_new(coef, report_real(path->coef[k * path->p + j]));
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "alpha", report_real(at->alpha), "intercept",
                     report_real(at->constant), "df", report_real(at->freedom), "r2",
                     report_real(at->r2), "loss", report_real(at->loss), "loss_error",
                     report_real(at->loss_error), "coefficients", coef);
}

void present_path(struct report *r, const struct model *m)
{
    const struct coefficient_path *path = model_path(m);

    if (!path)
        return;
    const struct path_point *at = &path->points[path->chosen];
    json_t *points = json_array();
    for (size_t k = 0; k < path->n; k++)
        json_array_append_new(points, point_json(path, k));
    report_put(r, "path", points);
    report_put_int(r, "chosen", (int64_t)path->chosen);
    report_line(r,
                "alpha %.6g: %zu of %zu coefficients are not 0, %.4g degrees of freedom, R² %.4f",
                at->alpha, count_nonzero(path, path->chosen), path->p, at->freedom, at->r2);
    if (!isnan(at->loss))
        report_line(r, "chosen of %zu by cross-validation: mean squared error %.6g ± %.3g", path->n,
                    at->loss, at->loss_error);
    if (path->n > 1)
        report_line(r, "path of %zu values of alpha from %.4g to %.4g: plot path MODEL", path->n,
                    path->points[0].alpha, path->points[path->n - 1].alpha);
}
