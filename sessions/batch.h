/* batch.h - sessions without a screen: run, replay, the plain prompt's loop body, predict.
 *
 * All print to the streams they are given and return the exit status of DESIGN.md section 5.
 */
#ifndef SESSIONS_BATCH_H
#define SESSIONS_BATCH_H

#include <stdbool.h>
#include <stdio.h>

#include "script.h"
#include "session.h"

enum exit_status {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_BAD_USAGE = 2,
    EXIT_EXPECTATION = 3,
    EXIT_DIFFERS = 5,
    EXIT_INTERRUPTED = 130,
};

/* Failing rows that are told of each expectation; --json has all. */
#define BATCH_FAILING_SHOWN 20

struct batch_options {
    bool json, quiet, check, dry_run;
    bool branches; /* run the script's other branches too */
    FILE *out, *err;
};

/* At its end what was expected of the data is checked: EXIT_EXPECTATION when it does not hold. */
int batch_run(struct session *s, const struct script *script, const struct batch_options *options);
/* One line with all it queues (source, open); for prompts. */
int batch_line(struct session *s, const char *line, const char *file, size_t number,
               const char *recorded, const struct batch_options *options);
/* "FILE:LINE:COLUMN: ", as much of it as is known; nothing without a file. */
void batch_print_place(FILE *out, const struct err *why);
/* `assay predict MODEL DATA`.  Data that do not hold what the model's session expected are told on
 * `err` with the rows, predicted all the same, and the status is EXIT_EXPECTATION; `strict` refuses
 * them. */
struct predict_options {
    const char *model, *data, *to; /* to: NULL for `out` */
    bool strict;
    FILE *out, *err;
};
int batch_predict(const struct predict_options *o);

#endif
