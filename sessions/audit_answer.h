/* audit_answer.h - what audit accept and audit refuse have in common. */
#ifndef SESSIONS_AUDIT_ANSWER_H
#define SESSIONS_AUDIT_ANSWER_H

#include "command.h"

extern const struct param_spec audit_answer_params[];

/* Remember that a finding, some of its rows or one cell of the table is `right` or not. */
int audit_answer(struct report *r, struct context *ctx, bool right, struct err *err);

#endif
