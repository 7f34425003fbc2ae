/* Every sampler on every kind of space and history: the point is of the space, and depends on nothing but
 * the input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lab.h"

#define REAL(name_, low_, high_)                                                                   \
    {                                                                                              \
        .name = name_, .kind = AXIS_REAL, .low = low_, .high = high_, .parent = AXIS_ALWAYS        \
    }
#define LOG(name_, low_, high_)                                                                    \
    {                                                                                              \
        .name = name_, .kind = AXIS_REAL, .low = low_, .high = high_, .log = true,                 \
        .parent = AXIS_ALWAYS                                                                      \
    }
#define INT(name_, low_, high_)                                                                    \
    {                                                                                              \
        .name = name_, .kind = AXIS_INT, .low = low_, .high = high_, .step = 1,                    \
        .parent = AXIS_ALWAYS                                                                      \
    }
#define CHOICE(name_, n_)                                                                          \
    {                                                                                              \
        .name = name_, .kind = AXIS_CHOICE, .low = 0, .high = (n_)-1, .n_choices = n_,             \
        .choices = letters, .parent = AXIS_ALWAYS                                                  \
    }

static const char *const letters[] = { "a", "b", "c", "d", "e", NULL };

static const struct axis one_real[] = { REAL("x", -1, 3) };
static const struct axis one_choice[] = { CHOICE("c", 3) };
static const struct axis one_whole[] = { INT("k", 4, 6) };
static const struct axis all_fixed[] = { REAL("x", 2, 2), CHOICE("c", 1) };
static const struct axis mixed[] = { LOG("rate", 1e-4, 1), INT("k", 1, 64), CHOICE("c", 4),
                                     REAL("x", -5, 5) };
static const struct axis choices[] = { CHOICE("c", 3), CHOICE("d", 5), CHOICE("e", 2) };
static const struct axis conditional[] = {
    CHOICE("c", 3),
    { .name = "x", .kind = AXIS_REAL, .low = 0, .high = 1, .parent = 0, .when = 1 },
    { .name = "d",
      .kind = AXIS_CHOICE,
      .low = 0,
      .high = 1,
      .n_choices = 2,
      .choices = letters,
      .parent = 0,
      .when = 6 },
    { .name = "y", .kind = AXIS_INT, .low = 1, .high = 9, .step = 2, .parent = 2, .when = 2 },
    REAL("z", 0, 1),
};
static const struct axis pinned[] = {
    REAL("x", -1, 3),
    { .name = "k",
      .kind = AXIS_INT,
      .low = 1,
      .high = 9,
      .step = 1,
      .parent = AXIS_ALWAYS,
      .pinned = true,
      .pin = 20 },
    LOG("rate", 1e-3, 10),
};
static const struct axis stepped[] = {
    { .name = "s", .kind = AXIS_REAL, .low = 0, .high = 1, .step = 0.25, .parent = AXIS_ALWAYS },
    { .name = "i",
      .kind = AXIS_INT,
      .low = 1,
      .high = 1024,
      .log = true,
      .step = 1,
      .parent = AXIS_ALWAYS },
    { .name = "o",
      .kind = AXIS_CHOICE,
      .low = 0,
      .high = 4,
      .n_choices = 5,
      .choices = letters,
      .ordered = true,
      .parent = AXIS_ALWAYS },
};

/* x + z below 1 in the first two axes. */
static void below_one(uint8_t *keep, const double *points, size_t n, const void *ctx)
{
    const size_t *n_axes = ctx;

    for (size_t i = 0; i < n; i++)
        keep[i] = points[i * *n_axes] + points[i * *n_axes + 1] < 1;
}

static const struct axis ruled[] = { REAL("x", 0, 3), REAL("z", 0, 3) };
static const size_t two = 2;

#define SPACE(axes_)                                                                               \
    {                                                                                              \
        .n = sizeof(axes_) / sizeof(*axes_), .axes = axes_                                         \
    }
static const struct space spaces[] = {
    SPACE(one_real),    SPACE(one_choice),
    SPACE(one_whole),   SPACE(all_fixed),
    SPACE(mixed),       SPACE(choices),
    SPACE(conditional), SPACE(pinned),
    SPACE(stepped),     { .n = 2, .axes = ruled, .rule = below_one, .rule_ctx = &two },
};
#define N_SPACES (sizeof(spaces) / sizeof(*spaces))

static double loss_of(const double *point, size_t n)
{
    double sum = 0;

    for (size_t j = 0; j < n; j++)
        sum += isnan(point[j]) ? 1 : (point[j] - 0.3) * (point[j] - 0.3);
    return sum;
}

enum fate { FINE, FAIL, EQUAL, INFINITE, MIXED, N_FATES };

/* What became of the trial; losses of all objectives. */
static void give(struct trial *t, size_t n_axes, enum fate fate)
{
    static const struct trial_step steps[] = { { 1, 3 }, { 2, NAN } };

    t->values[0] = loss_of(t->point, n_axes);
    t->values[1] = -t->values[0];
    if (fate == FAIL)
        t->state = TRIAL_FAILED;
    if (fate == EQUAL)
        t->values[0] = t->values[1] = 1;
    if (fate == INFINITE)
        t->values[0] = t->number % 3 ? t->number % 2 ? INFINITY : -INFINITY : 1e300;
    if (fate == MIXED) {
        t->state = (enum trial_state)(t->number % 5);
        t->steps = steps;
        t->n_steps = t->number % 3;
    }
}

/* So many trials; each suggestion is asked for with what was kept, and without. */
static void run_trials(struct lab *lab, size_t n, enum fate fate)
{
    const struct space *s = lab->space;

    for (size_t i = 0; i < n; i++) {
        double point[8], again[8];
        void *nothing = NULL;
        struct err err;
        int rc = lab_suggest(point, lab, &lab->memo, &err);
        assert_int_equal(rc, lab_suggest(again, lab, &nothing, &err));
        if (lab->sampler->forget && nothing)
            lab->sampler->forget(nothing);
        if (rc < 0)
            fail_msg("%s: %s", lab->sampler->name, err.msg);
        if (rc == 1) {
            assert_true(lab->sampler->flags & SAMPLER_FINITE);
            return;
        }
        assert_memory_equal(point, again, s->n * sizeof(*point));
        if (!space_holds(s, point))
            fail_msg("%s: trial %zu is outside the space", lab->sampler->name, i + 1);
        give(lab_add(lab, point, TRIAL_DONE), s->n, fate);
    }
}

static void test_points_are_of_the_space(void **state)
{
    (void)state;
    for (size_t k = 0; sampler_table[k]; k++)
        for (size_t i = 0; i < N_SPACES; i++)
            for (enum fate fate = FINE; fate < N_FATES; fate++) {
                struct lab *lab = lab_new(&spaces[i], sampler_table[k]->name, 7);
                lab->history.n_objectives = sampler_table[k]->flags & SAMPLER_SEVERAL && i % 2 ? 2
                                                                                               : 1;
                run_trials(lab, 40, fate);
                lab_free(lab);
            }
}

static void test_a_space_may_change(void **state)
{
    (void)state;
    struct axis narrow[4];

    memcpy(narrow, mixed, sizeof(mixed));
    narrow[0].low = 0.5;
    narrow[1].high = 3;
    narrow[2].pinned = true;
    narrow[2].pin = 2;
    narrow[3].low = 4;
    narrow[3].high = 9;
    const struct space before = SPACE(mixed), after = SPACE(narrow);
    for (size_t k = 0; sampler_table[k]; k++) {
        struct lab *lab = lab_new(&before, sampler_table[k]->name, 3);
        run_trials(lab, 30, FINE);
        lab->space = &after;
        run_trials(lab, 30, FINE);
        lab->space = &before;
        run_trials(lab, 10, FINE);
        lab_free(lab);
    }
}

static void nothing_holds(uint8_t *keep, const double *points, size_t n, const void *ctx)
{
    (void)points;
    (void)ctx;
    memset(keep, 0, n);
}

static void test_rules_that_leave_nothing(void **state)
{
    (void)state;
    const struct space s = { .n = 2, .axes = ruled, .rule = nothing_holds };
    double point[2];

    for (size_t k = 0; sampler_table[k]; k++) {
        struct lab *lab = lab_new(&s, sampler_table[k]->name, 1);
        struct err err;
        int rc = lab_suggest(point, lab, &lab->memo, &err);
        if (sampler_table[k]->flags & SAMPLER_FINITE) {
            assert_int_equal(rc, 1);
        } else {
            assert_int_equal(rc, -1);
            assert_int_equal(err.code, ERR_DOMAIN);
        }
        lab_free(lab);
    }
}

static void test_seeds_differ(void **state)
{
    (void)state;
    const struct space s = SPACE(mixed);
    double a[4], b[4];

    for (size_t k = 0; sampler_table[k]; k++) {
        if (sampler_table[k]->flags & SAMPLER_FINITE)
            continue;
        struct lab *one = lab_new(&s, sampler_table[k]->name, 1);
        struct lab *other = lab_new(&s, sampler_table[k]->name, 2);
        run_trials(one, 20, FINE);
        run_trials(other, 20, FINE);
        lab_suggest(a, one, &one->memo, NULL);
        lab_suggest(b, other, &other->memo, NULL);
        assert_memory_not_equal(a, b, sizeof(a));
        lab_free(one);
        lab_free(other);
    }
}

static void test_tables_are_sane(void **state)
{
    (void)state;
    struct err err;

    for (size_t k = 0; sampler_table[k]; k++) {
        const struct sampler *s = sampler_table[k];
        assert_true(s->name && s->help && s->details && s->source && s->suggest);
        assert_int_equal(param_check_specs(s->params, &err), 0);
        assert_ptr_equal(sampler_find(s->name), s);
    }
    for (size_t k = 0; pruner_table[k]; k++) {
        const struct pruner *p = pruner_table[k];
        assert_true(p->name && p->help && p->details && p->prune);
        assert_int_equal(param_check_specs(p->params, &err), 0);
        assert_ptr_equal(pruner_find(p->name), p);
    }
    assert_null(sampler_find("nothing"));
    assert_null(pruner_find("nothing"));
}

static void test_grid_is_all_there_is(void **state)
{
    (void)state;
    const struct space s = SPACE(conditional);
    struct lab *lab = lab_new(&s, "grid", 1);
    double point[8];

    /* of c: a has 5 x, b and c have d: 1 + 5 y; each with 5 z */
    for (size_t i = 0; i < (5 + 2 * (1 + 5)) * 5; i++) {
        assert_int_equal(lab_suggest(point, lab, NULL, NULL), 0);
        for (size_t k = 0; k < lab->history.n; k++)
            for (size_t j = 0, same = 0; j < s.n; j++) {
                same += point[j] == lab->trials[k]->point[j] ||
                        (isnan(point[j]) && isnan(lab->trials[k]->point[j]));
                assert_true(same < s.n);
            }
        lab_add(lab, point, TRIAL_DONE);
    }
    assert_int_equal(lab_suggest(point, lab, NULL, NULL), 1);
    lab_free(lab);
}

static void test_grid_has_both_ends(void **state)
{
    (void)state;
    const struct axis axes[] = { LOG("rate", 1e-2, 100) };
    const struct space s = SPACE(axes);
    struct lab *lab = lab_new(&s, "grid", 1);
    const double want[] = { 1e-2, 1e-1, 1, 10, 100 };

    for (size_t i = 0; i < 5; i++) {
        double point;
        assert_int_equal(lab_suggest(&point, lab, NULL, NULL), 0);
        assert_true(fabs(point - want[i]) <= 1e-12 * want[i]);
        lab_add(lab, &point, TRIAL_DONE);
    }
    lab_free(lab);
}

static void bowl(double *values, const double *point, const struct space *s, void *ctx)
{
    (void)ctx;
    values[0] = loss_of(point, s->n);
}

/* Those that learn must beat chance clearly. */
static void test_learning_beats_chance(void **state)
{
    (void)state;
    static const char *const learn[] = { "tpe" };
    const struct axis axes[] = { REAL("a", -3, 3), REAL("b", -3, 3), REAL("c", -3, 3) };
    const struct space s = SPACE(axes);
    double chance = 0;

    for (uint64_t seed = 0; seed < 5; seed++) {
        struct lab *lab = lab_new(&s, "random", seed);
        for (size_t i = 0; i < 60; i++)
            lab_step(lab, bowl, NULL);
        chance += lab_best(lab);
        lab_free(lab);
    }
    for (size_t k = 0; k < sizeof(learn) / sizeof(*learn); k++) {
        double best = 0;
        for (uint64_t seed = 0; seed < 5; seed++) {
            struct lab *lab = lab_new(&s, learn[k], seed);
            for (size_t i = 0; i < 60; i++)
                lab_step(lab, bowl, NULL);
            best += lab_best(lab);
            lab_free(lab);
        }
        if (!(best < 0.5 * chance))
            fail_msg("%s: %g against %g", learn[k], best, chance);
    }
}

/* A discrete space is tried out before anything comes twice. */
static void test_tpe_repeats_nothing(void **state)
{
    (void)state;
    const struct space s = SPACE(choices);
    struct lab *lab = lab_new(&s, "tpe", 5);
    size_t different = 0;

    for (size_t i = 0; i < 30; i++) {
        double point[3];
        assert_int_equal(lab_suggest(point, lab, &lab->memo, NULL), 0);
        bool new = true;
        for (size_t k = 0; k < i; k++)
            new = new &&memcmp(point, lab->trials[k]->point, sizeof(point)) != 0;
        different += new;
        struct trial *t = lab_add(lab, point, TRIAL_DONE);
        t->values[0] = loss_of(point, 3);
    }
    assert_true(different > 20);
    lab_free(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points_are_of_the_space),
        cmocka_unit_test(test_a_space_may_change),
        cmocka_unit_test(test_rules_that_leave_nothing),
        cmocka_unit_test(test_seeds_differ),
        cmocka_unit_test(test_tables_are_sane),
        cmocka_unit_test(test_grid_is_all_there_is),
        cmocka_unit_test(test_grid_has_both_ends),
        cmocka_unit_test(test_learning_beats_chance),
        cmocka_unit_test(test_tpe_repeats_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
