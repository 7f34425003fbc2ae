/* expr_functions.c - the table of operators and functions, and looking things up in it. */
#include "table/expr.h"

#include <math.h>

#include "base/text.h"
#include "table/expr_plan.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct expr_op operators[] = {
#define OPERATOR(name_, level_, min_, max_, rule_, run_, ...)                                      \
    { .name = name_,                                                                               \
      .min_args = min_,                                                                            \
      .max_args = max_,                                                                            \
      .level = level_,                                                                             \
      .rule = expr_rule_##rule_,                                                                   \
      .run = expr_run_##run_,                                                                      \
      __VA_ARGS__ },
#define FUNCTION(name_, usage_, help_, min_, max_, rule_, run_, ...)
#include "table/expr_functions.def"
#undef OPERATOR
#undef FUNCTION
};

static const struct expr_op functions[] = {
#define OPERATOR(name_, level_, min_, max_, rule_, run_, ...)
#define FUNCTION(name_, usage_, help_, min_, max_, rule_, run_, ...)                               \
    { .name = name_,                                                                               \
      .usage = usage_,                                                                             \
      .min_args = min_,                                                                            \
      .max_args = max_,                                                                            \
      .rule = expr_rule_##rule_,                                                                   \
      .run = expr_run_##run_,                                                                      \
      __VA_ARGS__ },
#include "table/expr_functions.def"
#undef OPERATOR
#undef FUNCTION
};

static const struct expr_function listed[] = {
#define OPERATOR(name_, level_, min_, max_, rule_, run_, ...)
#define FUNCTION(name_, usage_, help_, min_, max_, rule_, run_, ...)                               \
    { .name = name_, .usage = usage_, .help = help_ },
#include "table/expr_functions.def"
#undef OPERATOR
#undef FUNCTION
    { .name = NULL },
};

const struct expr_function *expr_functions(void)
{
    return listed;
}

const struct expr_op *expr_operator_find(struct span text, unsigned n_args)
{
    for (size_t i = 0; i < N_OF(operators); i++) {
        const struct expr_op *op = &operators[i];
        if (n_args >= op->min_args && n_args <= op->max_args && span_is(text, op->name))
            return op;
    }
    return NULL;
}

const struct expr_op *expr_function_find(struct span name)
{
    for (size_t i = 0; i < N_OF(functions); i++)
        if (span_is(name, functions[i].name))
            return &functions[i];
    return NULL;
}

const char *expr_function_nearest(const char *name)
{
    const char *names[N_OF(functions) + 1] = { NULL };

    for (size_t i = 0; i < N_OF(functions); i++)
        names[i] = functions[i].name;
    return text_nearest(name, names);
}
