#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/job.h"

static void check_fraction(const struct job *job, double expected)
{
    assert_true(job_fraction(job) > expected - 2e-6 && job_fraction(job) < expected + 2e-6);
}

static void test_ticks_move_the_fraction(void **state)
{
    struct job job;
    struct err err = { 0 };

    (void)state;
    job_init(&job);
    check_fraction(&job, 0);
    assert_int_equal(job_tick(&job, 1, 4, &err), 0);
    check_fraction(&job, 0.25);
    job_tick(&job, 4, 4, &err);
    check_fraction(&job, 1);
    job_tick(&job, 9, 4, &err); /* more than announced */
    check_fraction(&job, 1);
    job_tick(&job, 7, 0, &err); /* nothing announced */
    check_fraction(&job, 0);
    job_tick(&job, SIZE_MAX / 2, SIZE_MAX, &err);
    check_fraction(&job, 0.5);
    assert_int_equal(err.code, ERR_NONE);
}

static void test_parts_nest(void **state)
{
    struct job job;

    (void)state;
    job_init(&job);
    struct job_range all = job_part(&job, 1, 4);
    job_tick(&job, 0, 10, NULL);
    check_fraction(&job, 0.25);
    job_tick(&job, 10, 10, NULL);
    check_fraction(&job, 0.5);
    struct job_range second = job_part(&job, 1, 2);
    job_tick(&job, 1, 2, NULL);
    check_fraction(&job, 0.4375);
    job_restore(&job, second);
    job_tick(&job, 1, 2, NULL);
    check_fraction(&job, 0.375);
    job_restore(&job, all);
    job_tick(&job, 1, 2, NULL);
    check_fraction(&job, 0.5);
}

/* Pieces that are done beside each other, in any order, half of one and all of the other. */
static void test_inner_jobs_move_the_outer_one(void **state)
{
    struct job job, a, b, alone;

    (void)state;
    job_init(&job);
    struct job_range all = job_part(&job, 1, 2);
    job_tick(&job, 0, 1, NULL);
    job_inner(&a, &job, 2);
    job_inner(&b, &job, 2);
    job_tick(&a, 1, 2, NULL);
    check_fraction(&job, 0.625);
    job_tick(&b, 2, 2, NULL);
    check_fraction(&job, 0.875);
    job_tick(&b, 1, 2, NULL); /* back, as when a piece begins its next stage */
    check_fraction(&job, 0.75);
    job_restore(&job, all);
    job_inner(&alone, NULL, 3);
    assert_int_equal(job_tick(&alone, 1, 2, NULL), 0);
    check_fraction(&alone, 0.5);
}

static void test_inner_jobs_notice_the_outer_cancel(void **state)
{
    struct job job, inner, innermost;
    struct err err = { 0 };

    (void)state;
    job_init(&job);
    job_inner(&inner, &job, 4);
    job_inner(&innermost, &inner, 4);
    assert_int_equal(job_tick(&innermost, 1, 2, &err), 0);
    job_cancel(&job);
    assert_int_equal(job_tick(&innermost, 1, 2, &err), -1);
    assert_int_equal(err.code, ERR_CANCELLED);
}

static void test_cancel_is_seen_by_the_next_tick(void **state)
{
    struct job job;
    struct err err = { 0 };

    (void)state;
    job_init(&job);
    assert_int_equal(job_tick(&job, 1, 2, &err), 0);
    job_cancel(&job);
    assert_int_equal(job_tick(&job, 2, 2, &err), -1);
    assert_int_equal(err.code, ERR_CANCELLED);
    assert_string_equal(err.msg, "cancelled");
}

static void test_phase(void **state)
{
    struct job job;

    (void)state;
    job_init(&job);
    assert_null(atomic_load(&job.phase));
    job_phase(&job, "reading");
    assert_string_equal(atomic_load(&job.phase), "reading");
}

static void test_no_job_is_fine(void **state)
{
    struct err err = { 0 };

    (void)state;
    job_phase(NULL, "x");
    job_cancel(NULL);
    job_restore(NULL, job_part(NULL, 1, 2));
    assert_int_equal(job_tick(NULL, 1, 2, &err), 0);
    assert_int_equal(err.code, ERR_NONE);
    assert_true(job_fraction(NULL) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ticks_move_the_fraction),
        cmocka_unit_test(test_parts_nest),
        cmocka_unit_test(test_inner_jobs_move_the_outer_one),
        cmocka_unit_test(test_inner_jobs_notice_the_outer_cancel),
        cmocka_unit_test(test_cancel_is_seen_by_the_next_tick),
        cmocka_unit_test(test_phase),
        cmocka_unit_test(test_no_job_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
