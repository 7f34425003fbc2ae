/* evaluate_fixture.h - tables, recipes and learners for tests of what is estimated from them. */
#ifndef EVALUATE_FIXTURE_H
#define EVALUATE_FIXTURE_H

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "evaluate/resample.h"

struct fixture_set {
    const char *name, *value;
};
#define FIXTURE_SETS(...) ((const struct fixture_set[]){ __VA_ARGS__, { NULL, NULL } })
#define FIXTURE_NO_SETS   ((const struct fixture_set[]){ { NULL, NULL } })

static inline void fixture_params(struct params *p, const struct param_spec *specs,
                                  struct arena *arena, const struct fixture_set *sets)
{
    struct err err = { 0 };

    params_init(p, specs, arena);
    for (; sets->name; sets++) {
        int i = param_find(specs, sets->name, false);

        assert_true(i >= 0);
        if (params_set(p, (size_t)i, sets->value, arena, &err))
            fail_msg("%s=%s: %s", sets->name, sets->value, err.msg);
    }
    assert_int_equal(params_resolve(p, arena, &err), 0);
}

/* *r with a step more; *r's reference is used up. */
static inline void fixture_step(struct recipe **r, const char *kind, const char *text,
                                const struct fixture_set *sets)
{
    const struct step_kind *k = step_find(kind);
    struct arena arena;
    struct params p;

    assert_non_null(k);
    arena_init(&arena);
    fixture_params(&p, k->params, &arena, sets);
    struct recipe *more = recipe_append(*r, k, &p, text);
    recipe_unref(*r);
    *r = more;
    arena_release(&arena);
}

static inline void fixture_role(struct recipe **r, const char *column, enum role role)
{
    struct recipe *more = recipe_set_role(*r, column, role);

    recipe_unref(*r);
    *r = more;
}

/* n rows of: a, b (real, a with some missing), c (category red green blue), y (category no yes), z
 * (real).  y and z depend on a, b and c, with noise. */
static inline struct table *fixture_table(size_t n, uint64_t seed)
{
    static const char *const names[] = { "a", "b", "c", "y", "z" };
    static const char *const colours[] = { "red", "green", "blue" };
    const enum column_type types[] = { COLUMN_REAL, COLUMN_REAL, COLUMN_CATEGORY, COLUMN_CATEGORY,
                                       COLUMN_REAL };
    struct column_builder b[5];
    struct column *columns[5];
    struct table *t;
    struct rng rng;

    rng_init(&rng, seed, 0);
    for (size_t j = 0; j < 5; j++)
        builder_init(&b[j], types[j], n);
    for (size_t i = 0; i < n; i++) {
        size_t colour = (size_t)rng_below(&rng, 3);
        double u = rng_normal(&rng), v = 50 + 20 * rng_normal(&rng);
        double sum = u + (v - 50) / 20 + (colour == 2 ? 1 : 0) + 0.7 * rng_normal(&rng);

        if (rng_below(&rng, 10) == 0)
            builder_add_missing(&b[0]);
        else
            builder_add_real(&b[0], u);
        builder_add_real(&b[1], v);
        builder_add_text(&b[2], colours[colour], strlen(colours[colour]));
        builder_add_text(&b[3], sum > 0 ? "yes" : "no", sum > 0 ? 3 : 2);
        builder_add_real(&b[4], 10 * sum);
    }
    for (size_t j = 0; j < 5; j++)
        assert_int_equal(builder_finish(&columns[j], &b[j], NULL), 0);
    assert_int_equal(table_new(&t, columns, names, 5, n, NULL, NULL), 0);
    return t;
}

/* impute, encode and scale everything but the target; the other target is no feature. */
static inline struct recipe *fixture_recipe(const char *target)
{
    struct recipe *r = recipe_empty();

    fixture_role(&r, target, ROLE_TARGET);
    fixture_role(&r, strcmp(target, "y") == 0 ? "z" : "y", ROLE_IGNORE);
    fixture_step(&r, "impute", "impute a method=median",
                 FIXTURE_SETS({ "columns", "a" }, { "method", "median" }));
    fixture_step(&r, "encode", "encode c method=onehot", FIXTURE_SETS({ "columns", "c" }));
    fixture_step(&r, "scale", "scale all", FIXTURE_NO_SETS);
    return r;
}

/* Row i in fold i mod k, all rows. */
static inline void fixture_plan(struct resample_plan *plan, size_t n, size_t k)
{
    void *rows, *fold;

    assert_int_equal(mem_big(&rows, n, sizeof(uint32_t), "a test", NULL), 0);
    assert_int_equal(mem_big(&fold, n, sizeof(uint32_t), "a test", NULL), 0);
    *plan = (struct resample_plan){
        .n_rows = n, .n_folds = k, .n_repeats = 1, .rows = rows, .fold = fold
    };
    for (size_t i = 0; i < n; i++) {
        plan->rows[i] = (uint32_t)i;
        plan->fold[i] = (uint32_t)(i % k);
    }
}

#endif
