/* step_expr.h - a step's expression, with errors placed in the line it was typed in. */
#ifndef PREPARE_STEP_EXPR_H
#define PREPARE_STEP_EXPR_H

#include "prepare/step.h"
#include "table/expr.h"

int step_expr_parse(struct expr **out, const struct step_input *in, const char *param,
                    struct err *err);
/* The error's place counts from the beginning of the expression: make it count in the line. */
void step_expr_place(const struct step_input *in, const char *param, struct err *err);

#endif
