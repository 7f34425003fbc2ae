#include "prepare/step_expr.h"

void step_expr_place(const struct step_input *in, const char *param, struct err *err)
{
    const struct param_value *v = params_value(in->params, param);

    if (v->col > 0)
        err_shift(err, v->col - 1);
}

int step_expr_parse(struct expr **out, const struct step_input *in, const char *param,
                    struct err *err)
{
    if (expr_parse(out, params_text(in->params, param), err) == 0)
        return 0;
    step_expr_place(in, param, err);
    return -1;
}
