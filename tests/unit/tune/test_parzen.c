/* The densities of tpe against optuna (tests/reference/make_parzen.py), and drawing against the density. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "tune/parzen.h"

/* x in [0, 1], k whole in 0 to 9, c of three choices. */
static const struct parzen_axis axes[] = { { 0 }, { .n_cells = 10 }, { .n_choices = 3 } };
static const struct parzen_options options = { .prior = true,
                                               .magic_clip = true,
                                               .prior_weight = 1 };

static void close_to(double got, double want)
{
    if (!(fabs(got - want) <= 1e-11 * fabs(want)))
        fail_msg("got %.17g, want %.17g", got, want);
}

static void fit_thirty(struct parzen *p, double points[90], struct arena *arena)
{
    for (size_t i = 0; i < 30; i++) {
        points[i] = ((double)(i * 7 % 30) + 0.5) / 30;
        points[30 + i] = ((double)(i * i % 10) + 0.5) / 10;
        points[60 + i] = (double)(i % 3);
    }
    parzen_fit(p, axes, 3, points, 30, &options, arena);
}

static void test_density_is_optunas(void **state)
{
    (void)state;
    const double at[3][3] = { { 0.1, 0.05, 0 }, { 0.9, 0.95, 2 }, { 0.5, 0.45, 1 } };
    const double want[] = { -3.29226689748137, -2.58576147677512, -3.2422145026828 };
    const double want_empty[] = { -3.50082403245207, -3.50082403245207, -3.32090733658872 };
    double points[90], work[31];
    struct arena arena;
    struct parzen p, empty;

    arena_init(&arena);
    fit_thirty(&p, points, &arena);
    parzen_fit(&empty, axes, 3, NULL, 0, &options, &arena);
    for (size_t i = 0; i < 3; i++) {
        close_to(parzen_log(&p, at[i], work), want[i]);
        close_to(parzen_log(&empty, at[i], work), want_empty[i]);
    }
    arena_release(&arena);
}

/* Share of draws in a box against the mass that the density gives it. */
static void test_draws_follow_the_density(void **state)
{
    (void)state;
    enum { DRAWS = 40000, STEPS = 200 };
    double points[90], work[31], mass = 0;
    size_t inside = 0;
    struct arena arena;
    struct parzen p;
    struct rng rng;

    arena_init(&arena);
    rng_init(&rng, 1, 2);
    fit_thirty(&p, points, &arena);
    for (size_t i = 0; i < DRAWS; i++) {
        double point[3];
        parzen_draw(point, &p, &rng);
        inside += point[0] < 0.25 && point[1] >= 0.5 && point[1] < 0.6 && point[2] == 1;
    }
    for (size_t i = 0; i < STEPS; i++) {
        const double point[] = { ((double)i + 0.5) / STEPS * 0.25, 0.55, 1 };
        mass += exp(parzen_log(&p, point, work)) * 0.25 / STEPS;
    }
    double share = (double)inside / DRAWS;
    assert_true(fabs(share - mass) < 4 * sqrt(mass / DRAWS));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_density_is_optunas),
        cmocka_unit_test(test_draws_follow_the_density),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
