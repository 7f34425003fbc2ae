/* learn_linear.c - least squares to the last digits that the data allow. */
#include "learn/linear_model.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "learn/least_squares.h"
#include "num/linalg.h"

static void keep_solution(struct linear_model *m, const struct least_squares *ls)
{
    for (size_t a = 0; a < ls->n_active; a++) {
        m->coef[ls->active[a]] = ls->estimate[a];
        m->coef_error[ls->active[a]] = ls->std_error[a];
    }
    m->freedom = ls->freedom;
    if (m->intercept) {
        m->constant[0] = ls->constant;
        m->constant_error[0] = ls->constant_error;
    }
}

static int linear_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                      struct err *err)
{
    bool intercept = params_flag(in->params, "fit_intercept");
    struct linear_model *m = linear_model_new(out->arena, in->x->p, 1, intercept);
    struct least_squares ls;

    if (least_squares_init(&ls, in, intercept, job, err))
        return -1;
    int rc = least_squares_solve(&ls, job, err);
    if (!rc) {
        keep_solution(m, &ls);
        out->state = m;
        if (ls.first_constant != SIZE_MAX)
            out->warning = arena_printf(out->arena,
                                        "%s has one value only in the training rows: its "
                                        "coefficient is 0",
                                        in->names[ls.first_constant]);
    }
    least_squares_release(&ls);
    return rc;
}

static const struct param_spec linear_params[] = {
    { .name = "fit_intercept",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "whether the model has a constant" },
    { .name = NULL },
};

const struct learner learn_linear = {
    .name = "linear",
    .help = "least squares",
    .details = "Ordinary least squares by Householder QR of the centred and scaled columns, then "
               "iterative refinement with residuals in extended precision: 8 correct digits and "
               "more on all of NIST's linear problems but the last (Filip). Assumes a linear mean "
               "and, for the standard errors, independent errors of equal variance. A feature that "
               "depends on others is an error that names it; one with a single value gets "
               "coefficient 0.",
    .source = "Golub and Van Loan, Matrix Computations, 4th ed., sections 5.3 and 5.3.8; "
              "Bjorck 1967, BIT 7",
    .tasks = TASK_REGRESS,
    .flags = LEARNER_WEIGHTS,
    .params = linear_params,
    .fit = linear_fit,
    .predict = linear_model_predict,
    .save = linear_model_save,
    .load = linear_model_load,
    .coefficients = linear_model_coefficients,
};
