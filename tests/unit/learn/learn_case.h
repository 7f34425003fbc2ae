/* learn_case.h - what the tests of learners share: tables from files, a fit in one line. */
#ifndef TESTS_LEARN_CASE_H
#define TESTS_LEARN_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/text.h"
#include "io/reader.h"
#include "learn/design.h"
#include "learn/learner.h"
#include "num/linalg.h"

/* ---- tables ---- */

static inline struct source *case_read(const char *path)
{
    const struct reader *reader;
    struct source *source;
    struct params params;
    struct arena arena;
    struct err err = { 0 };
    char full[512];

    snprintf(full, sizeof(full), "%s/%s", ASSAY_SOURCE_DIR, path);
    arena_init(&arena);
    if (reader_find(&reader, full, NULL, &err))
        fail_msg("%s: %s", full, err.msg);
    params_init(&params, reader->params, &arena);
    if (source_read(&source, full, reader, &params, NULL, &err))
        fail_msg("%s: %s", full, err.msg);
    arena_release(&arena);
    return source;
}

/* The text of a cell; the caller's buffer. */
static inline const char *case_text(char *buf, size_t size, const struct table *t, const char *name,
                                    size_t row)
{
    const struct column *c = table_at(t, (size_t)table_find(t, name));
    struct span s = column_missing(c, row) ? span_of("") : column_span(c, row);

    snprintf(buf, size, "%.*s", (int)s.len, s.at);
    return buf;
}

static inline double case_number(const struct table *t, const char *name, size_t row)
{
    const struct column *c = table_at(t, (size_t)table_find(t, name));
    return column_missing(c, row) ? NAN : column_number(c, row);
}

/* ---- fitting without a recipe ---- */

struct fit_case {
    struct arena arena;
    struct matrix x;
    const char **names;
    double *y, *weights; /* weights NULL: none */
    size_t n_classes;
    unsigned alone; /* a task without a target; 0: none */
    struct params params;
    struct fit_output out;
    const struct learner *learner;
};

static inline void case_new(struct fit_case *c, size_t n, size_t p, size_t n_classes)
{
    *c = (struct fit_case){ .n_classes = n_classes };
    arena_init(&c->arena);
    assert_int_equal(matrix_new(&c->x, n, p, "test", NULL), 0);
    c->names = ARENA_NEW(&c->arena, const char *, p);
    for (size_t j = 0; j < p; j++)
        c->names[j] = arena_printf(&c->arena, "x%zu", j + 1);
    c->y = ARENA_NEW(&c->arena, double, n);
}

static inline void case_release(struct fit_case *c)
{
    matrix_release(&c->x);
    arena_release(&c->arena);
}

/* text: "C=1 penalty=none". */
static inline void case_params(struct params *out, const struct learner *l, const char *text,
                               struct arena *arena)
{
    char *copy = arena_strdup(arena, text);
    struct err err = { 0 };

    params_init(out, l->params, arena);
    char *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(word, '=');
        *value++ = '\0';
        int at = param_find(l->params, word, false);
        assert_true(at >= 0);
        if (params_set(out, (size_t)at, value, arena, &err))
            fail_msg("%s", err.msg);
    }
    assert_int_equal(params_resolve(out, arena, &err), 0);
}

static inline int case_fit(struct fit_case *c, const char *learner, const char *params,
                           struct job *job, struct err *err)
{
    c->learner = learner_find(learner);
    assert_non_null(c->learner);
    case_params(&c->params, c->learner, params, &c->arena);

    struct fit_input in = {
        .x = &c->x,
        .names = c->names,
        .y = c->alone ? NULL : c->y,
        .n_classes = c->n_classes,
        .task = c->alone            ? c->alone
                : c->n_classes == 0 ? TASK_REGRESS
                : c->n_classes == 2 ? TASK_BINARY
                                    : TASK_MULTICLASS,
        .weights = c->weights,
        .params = &c->params,
    };
    c->out = (struct fit_output){ .arena = &c->arena };
    return c->learner->fit(&c->out, &in, job, err);
}

static inline void case_fit_well(struct fit_case *c, const char *learner, const char *params)
{
    struct err err = { 0 };
    if (case_fit(c, learner, params, NULL, &err))
        fail_msg("%s %s: %s", learner, params, err.msg);
}

static inline struct coefficient *case_coefficients(const struct fit_case *c,
                                                    const char *const *classes, size_t *n)
{
    struct coefficient *list;
    *n = c->learner->coefficients(&list, c->out.state, c->names, classes,
                                  (struct arena *)&c->arena);
    return list;
}

/* Correct digits; 17 when equal, and when an expected zero is met to 1e-8. */
static inline double correct_digits(double got, double want)
{
    if (got == want || (want == 0 && fabs(got) < 1e-8))
        return 17;
    return -log10(fabs(got - want) / fabs(want));
}

static inline void assert_close(double got, double want, double tolerance, const char *what)
{
    if (!(fabs(got - want) <= tolerance * fmax(1, fabs(want))))
        fail_msg("%s: got %.17g, want %.17g", what, got, want);
}

#endif
