/* bench_predict.c - prediction alone: a saved model over every row of a file that is in memory.
 *
 *   bench_predict MODEL DATA     one JSON line, on standard output; threads as the program takes them
 *
 * "learner" is from the design matrix to probabilities, "model" from the raw table: schema, recipe,
 * design matrix in batches, learner. */
#include <stdio.h>
#include <time.h>

#include "learn/model.h"
#include "num/linalg.h"

#define RUNS 5

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int time_model(double *best, const struct model *m, const struct table *raw, struct err *err)
{
    for (int run = 0; run < RUNS; run++) {
        struct prediction p;
        double from = now();
        if (model_predict(&p, m, raw, NULL, err))
            return -1;
        double seconds = now() - from;
        *best = run && *best < seconds ? *best : seconds;
        prediction_release(&p);
    }
    return 0;
}

/* Features as they stand in the raw table: for models without steps. */
static int time_learner(double *best, const struct model *m, const struct table *raw,
                        struct err *err)
{
    struct matrix x, out;

    if (design_matrix(&x, m->features, m->p, m->learner->flags, m->levels, raw, NULL, 0, true, err))
        return -1;
    size_t columns = m->target.n_classes ? m->target.n_classes : 1;
    int rc = matrix_new(&out, x.n, columns, "the predictions", err);
    for (int run = 0; run < RUNS && !rc; run++) {
        double from = now();
        rc = m->learner->predict(&out, m->state, &x, err);
        double seconds = now() - from;
        *best = run && *best < seconds ? *best : seconds;
    }
    matrix_release(&x);
    matrix_release(&out);
    return rc;
}

int main(int argc, char **argv)
{
    struct err err = { 0 };
    struct model *m = NULL;
    struct source *source = NULL;
    double whole = 0, alone = 0;

    if (argc != 3) {
        fprintf(stderr, "usage: bench_predict MODEL DATA\n");
        return 2;
    }
    num_init();
    int rc = model_load(&m, argv[1], &err);
    if (!rc)
        rc = model_read(&source, m, argv[2], NULL, &err);
    if (!rc)
        rc = time_model(&whole, m, source->table, &err);
    if (!rc && m->fitted->recipe->n_steps == 0)
        rc = time_learner(&alone, m, source->table, &err);
    if (rc)
        fprintf(stderr, "bench_predict: %s\n", err.msg);
    else
        printf("{\"rows\":%zu,\"learner\":\"%s\",\"learner_s\":%.4f,\"model_s\":%.4f}\n",
               source->table->n_rows, m->learner->name, alone, whole);
    source_unref(source);
    model_unref(m);
    return rc ? 1 : 0;
}
