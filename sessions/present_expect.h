/* present_expect.h - what was expected and whether it holds, as data and as text. */
#ifndef SESSIONS_PRESENT_EXPECT_H
#define SESSIONS_PRESENT_EXPECT_H

#include "command.h"

struct expect_request {
    const struct expectations *list;   /* NULL: none */
    const struct table *const *tables; /* (list->n) what each is about; NULL: not to be looked at */
    size_t from;                       /* the first one to look at */
    size_t show, limit;                /* failing rows in the text, in the data: of each */
    bool failures_only;                /* the text is silent about what holds */
    bool opens;                        /* a line opens its rows: they are the session\'s */
};

/* "expectations" [{number, command, severity, held, rows_failed, rows_checked, why, failing}], "failed"
 * and "warned": how many did not hold.  failing: [{row, line, cells: {column: value}}].  ERR_CANCELLED,
 * ERR_NOMEM. */
int present_expectations(struct report *r, const struct expect_request *q, struct job *job,
                         struct err *err);
/* Those of the workspace (of ctx->next when there is one). */
int present_workspace_expectations(struct report *r, const struct context *ctx, size_t from,
                                   size_t show, bool failures_only, struct err *err);
/* Those of a model, of data that it is to predict; the text tells failures only.  What is expected of
 * a column that the model does not need and the data do not have is not looked at. */
int present_model_expectations(struct report *r, const struct model *m, const struct table *raw,
                               size_t show, size_t limit, struct job *job, struct err *err);
/* How many in that report did not hold and say so by more than a warning. */
size_t present_n_failed(const struct report *r);

#endif
