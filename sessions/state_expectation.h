/* state_expectation.h - what the verbs that state an expectation share. */
#ifndef SESSIONS_STATE_EXPECTATION_H
#define SESSIONS_STATE_EXPECTATION_H

#include "command.h"

/* severity= and mostly=, for the verbs' tables of parameters. */
#define EXPECT_SEVERITY_PARAM                                                                      \
    {                                                                                              \
        .name = "severity", .type = PARAM_CHOICE, .choices = expect_severities,                    \
        .help = "warn: it is told, and assay run does not fail for it"                             \
    }
#define EXPECT_MOSTLY_PARAM                                                                        \
    {                                                                                              \
        .name = "mostly", .type = PARAM_REAL, .min = 0, .max = 1,                                  \
        .help = "the share of rows that must be right; without it all of them"                     \
    }
extern const char *const expect_severities[];

/* Fills in what both say and the line; adds the expectation to the workspace, behind the steps that
 * are there, and reports whether it holds. */
int state_expectation(struct report *r, struct context *ctx, struct expectation *wanted,
                      struct err *err);

#endif
