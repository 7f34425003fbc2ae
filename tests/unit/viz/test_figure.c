/* Figures as data, and the ranges and ticks that every drawing of them uses. */
#include "viz_case.h"

#include <math.h>

#include "scale.h"

static void test_series_are_copied_and_stay(void **state)
{
    (void)state;
    struct figure f;
    double x[] = { 1, 2 }, y[] = { 3, 4 };
    char label[] = "first";

    figure_init(&f, "scatter");
    for (int i = 0; i < 9; i++)
        figure_add(&f, SERIES_POINTS, label, 2, x, y);
    x[0] = y[1] = -1;
    label[0] = 'w';
    assert_int_equal(f.n_series, 9);
    assert_true(f.series[0].x[0] == 1 && f.series[8].y[1] == 4);
    assert_string_equal(f.series[0].label, "first");
    assert_string_equal(f.kind, "scatter");
    figure_release(&f);
}

static void test_empty_without_a_finite_point(void **state)
{
    (void)state;
    struct figure f;
    const double nan2[] = { NAN, NAN }, y[] = { 1, 2 }, inf2[] = { INFINITY, NAN };

    figure_init(&f, "scatter");
    assert_true(figure_is_empty(&f));
    figure_add(&f, SERIES_POINTS, NULL, 0, NULL, NULL);
    figure_add(&f, SERIES_POINTS, NULL, 2, nan2, y);
    figure_add(&f, SERIES_POINTS, NULL, 2, y, inf2);
    figure_add(&f, SERIES_LINE, "chance", 2, y, y)->muted = true; /* a reference shows nothing */
    assert_true(figure_is_empty(&f));
    figure_add(&f, SERIES_POINTS, NULL, 2, y, y);
    assert_false(figure_is_empty(&f));
    figure_release(&f);
}

static void test_colours_skip_muted_series(void **state)
{
    (void)state;
    struct figure f;
    const double v[] = { 1 };

    figure_init(&f, "roc");
    figure_add(&f, SERIES_LINE, NULL, 1, v, v);
    figure_add(&f, SERIES_LINE, NULL, 1, v, v)->muted = true;
    figure_add(&f, SERIES_LINE, NULL, 1, v, v);
    figure_add(&f, SERIES_LINE, NULL, 1, v, v)->colour = 6;
    assert_int_equal(figure_colour(&f, 0), 0);
    assert_int_equal(figure_colour(&f, 1), CANVAS_MUTED);
    assert_int_equal(figure_colour(&f, 2), 1);
    assert_int_equal(figure_colour(&f, 3), 6);
    figure_release(&f);
}

static void test_outline_falls_to_zero_in_gaps(void **state)
{
    (void)state;
    const double low[] = { 0, 1, 3 }, high[] = { 1, 2, 4 }, y[] = { 5, 6, 7 };
    const struct series s = { .kind = SERIES_BARS, .n = 3, .x = low, .x2 = high, .y = y };
    const double want_x[] = { 0, 0, 1, 1, 2, 2, 3, 3, 4, 4 };
    const double want_y[] = { 0, 5, 5, 6, 6, 0, 0, 7, 7, 0 };
    double x[12], out[12];

    assert_int_equal(figure_outline(x, out, &s), 10);
    for (int i = 0; i < 10; i++)
        assert_true(x[i] == want_x[i] && out[i] == want_y[i]);
}

/* The labels of the x axis, joined. */
static void assert_ticks(const double *v, size_t n, size_t max, bool whole, const char *want)
{
    struct figure f;
    struct scale x, y;
    struct str got;
    char label[40];

    figure_init(&f, "scatter");
    f.x.whole = whole;
    figure_add(&f, SERIES_POINTS, NULL, n, v, v);
    scale_figure(&x, &y, &f, max, 5);
    str_init(&got);
    for (size_t i = 0; i < x.n_ticks; i++)
        str_addf(&got, "%s%s", i ? " " : "", scale_label(label, sizeof(label), &x, i));
    assert_string_equal(got.buf, want);
    str_release(&got);
    figure_release(&f);
}

static void test_ticks_are_round_numbers(void **state)
{
    (void)state;
    assert_ticks((double[]){ 0, 1 }, 2, 6, false, "0.0 0.2 0.4 0.6 0.8 1.0");
    assert_ticks((double[]){ -0.3, 0.3 }, 2, 4, false, "-0.2 0.0 0.2");
    assert_ticks((double[]){ 2700, 6300 }, 2, 5, false, "3000 4000 5000 6000");
    assert_ticks((double[]){ 0, 2 }, 2, 9, true, "0 1 2");
    assert_ticks((double[]){ 1e9, 1.0003e9 }, 2, 4, false,
                 "1e+09 1.0001e+09 1.0002e+09 1.0003e+09");
    assert_ticks((double[]){ 0, 3e-7 }, 2, 4, false, "0 1e-07 2e-07 3e-07");
}

/* One point, equal minimum and maximum, huge and tiny: a range that can be divided by. */
static void test_every_range_is_finite_and_not_empty(void **state)
{
    (void)state;
    const double cases[][2] = { { 5, 5 },           { 0, 0 },
                                { -3, -3 },         { -1.7e308, 1.7e308 },
                                { 5e-324, 5e-324 }, { 1e17, 1e17 + 16 },
                                { NAN, 4 },         { INFINITY, 1 } };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct figure f;
        struct scale x, y;
        figure_init(&f, "scatter");
        figure_add(&f, SERIES_POINTS, NULL, 2, cases[i], cases[i]);
        scale_figure(&x, &y, &f, 6, 6);
        assert_true(isfinite(x.low) && isfinite(x.high) && x.low < x.high);
        assert_true(x.n_ticks < 20);
        figure_release(&f);
    }
}

static void test_log_axis_has_whole_decades(void **state)
{
    (void)state;
    struct figure f;
    struct scale x, y;
    const double v[] = { 0, -3, 20, 5000 };

    figure_init(&f, "scatter");
    f.x.log = true;
    figure_add(&f, SERIES_POINTS, NULL, 4, v, v);
    scale_figure(&x, &y, &f, 6, 6);
    assert_true(x.low == 10 && x.high == 10000);
    assert_int_equal(x.n_ticks, 4);
    assert_true(fabs(scale_tick(&x, 2) - 1000) < 1e-9);
    assert_true(isnan(scale_at(&x, 0)) && isnan(scale_at(&x, -3)));
    assert_true(fabs(scale_at(&x, 100) - 1.0 / 3) < 1e-12);
    figure_release(&f);
}

static void test_categories_run_down_the_y_axis(void **state)
{
    (void)state;
    struct figure f;
    struct scale x, y;
    const char *const names[] = { "a", "b", "c" };
    const double v[] = { 0 };

    figure_init(&f, "confusion");
    f.x = (struct axis){ .categories = names, .n_categories = 3 };
    f.y = f.x;
    figure_add(&f, SERIES_CELLS, NULL, 1, v, v);
    scale_figure(&x, &y, &f, 6, 6);
    assert_true(scale_at(&x, 0) < scale_at(&x, 2));
    assert_true(scale_at(&y, 0) > scale_at(&y, 2));
    figure_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series_are_copied_and_stay),
        cmocka_unit_test(test_empty_without_a_finite_point),
        cmocka_unit_test(test_colours_skip_muted_series),
        cmocka_unit_test(test_outline_falls_to_zero_in_gaps),
        cmocka_unit_test(test_ticks_are_round_numbers),
        cmocka_unit_test(test_every_range_is_finite_and_not_empty),
        cmocka_unit_test(test_log_axis_has_whole_decades),
        cmocka_unit_test(test_categories_run_down_the_y_axis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
