#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/parallel.h"
#include "base/rng.h"

static void test_number_of_chunks(void **state)
{
    (void)state;
    assert_int_equal(parallel_n_chunks(0, 10), 0);
    assert_int_equal(parallel_n_chunks(1, 10), 1);
    assert_int_equal(parallel_n_chunks(10, 10), 1);
    assert_int_equal(parallel_n_chunks(11, 10), 2);
    assert_true(parallel_n_chunks(SIZE_MAX, 2) == SIZE_MAX / 2 + 1);
}

struct visits {
    unsigned char rows[1000];
    size_t chunk_size;
    atomic_size_t wrong;
};

static void visit(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct visits *v = ctx;

    if (begin != chunk * v->chunk_size || end <= begin || end - begin > v->chunk_size)
        atomic_fetch_add(&v->wrong, 1);
    for (size_t i = begin; i < end; i++)
        v->rows[i]++;
}

static void test_each_row_once_for_every_size_and_team(void **state)
{
    static const size_t sizes[] = { 0, 1, 7, 64, 65, 999, 1000 };
    static struct visits v;

    (void)state;
    for (size_t threads = 1; threads <= 8; threads++) {
        parallel_set_threads(threads);
        for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
            memset(v.rows, 0, sizeof(v.rows));
            v.chunk_size = 64;
            parallel_for(sizes[s], v.chunk_size, visit, &v);
            for (size_t i = 0; i < sizeof(v.rows); i++)
                assert_int_equal(v.rows[i], i < sizes[s]);
        }
    }
    assert_int_equal(atomic_load(&v.wrong), 0);
}

struct sum {
    const double *x;
    double *partial;
};

static void add_chunk(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct sum *s = ctx;
    double total = 0;

    for (size_t i = begin; i < end; i++)
        total += s->x[i];
    s->partial[chunk] = total;
}

static double sum_with(size_t threads, const double *x, size_t n)
{
    double partial[64], total = 0;
    struct sum s = { .x = x, .partial = partial };

    parallel_set_threads(threads);
    parallel_for(n, PARALLEL_CHUNK, add_chunk, &s);
    for (size_t c = 0; c < parallel_n_chunks(n, PARALLEL_CHUNK); c++)
        total += partial[c];
    return total;
}

/* Numbers of very different size: any other order of adding would show in the last bits. */
static void test_same_bits_for_any_number_of_threads(void **state)
{
    enum { N = 200003 };
    static double x[N];
    struct rng r;

    (void)state;
    rng_init(&r, 1, 0);
    for (size_t i = 0; i < N; i++)
        x[i] = (rng_unit(&r) - 0.5) * (double)((uint64_t)1 << rng_below(&r, 60));
    double one = sum_with(1, x, N);
    static const size_t teams[] = { 2, 3, 4, 16 };
    for (size_t t = 0; t < sizeof(teams) / sizeof(teams[0]); t++) {
        double many = sum_with(teams[t], x, N);
        assert_memory_equal(&many, &one, sizeof(one));
    }
}

struct nest {
    atomic_size_t strangers, inner;
};

struct nest_inner {
    struct nest *nest;
    pthread_t caller;
};

static void nested_inner(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct nest_inner *in = ctx;

    (void)chunk;
    atomic_fetch_add(&in->nest->inner, end - begin);
    if (!pthread_equal(in->caller, pthread_self()))
        atomic_fetch_add(&in->nest->strangers, 1);
}

static void nested_outer(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct nest_inner in = { .nest = ctx, .caller = pthread_self() };

    (void)begin;
    (void)end;
    (void)chunk;
    parallel_for(100, 10, nested_inner, &in);
}

static void test_nested_calls_stay_in_their_thread(void **state)
{
    struct nest nest = { 0 };

    (void)state;
    parallel_set_threads(4);
    parallel_for(8, 1, nested_outer, &nest);
    assert_int_equal(atomic_load(&nest.inner), 800);
    assert_int_equal(atomic_load(&nest.strangers), 0);
}

struct meeting {
    atomic_size_t arrived, met;
};

/* Waits for the other chunk, which only another thread can run meanwhile. */
static void meet(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct meeting *m = ctx;

    (void)begin;
    (void)end;
    (void)chunk;
    atomic_fetch_add(&m->arrived, 1);
    for (long spins = 0; spins < 2000000000 && atomic_load(&m->arrived) < 2; spins++)
        ;
    if (atomic_load(&m->arrived) == 2)
        atomic_fetch_add(&m->met, 1);
}

static void test_two_threads_run_at_the_same_time(void **state)
{
    struct meeting m = { 0 };

    (void)state;
    parallel_set_threads(2);
    parallel_for(2, 1, meet, &m);
    assert_int_equal(atomic_load(&m.met), 2);
}

static void test_number_of_threads_is_held_in_bounds(void **state)
{
    (void)state;
    parallel_set_threads(3);
    assert_int_equal(parallel_threads(), 3);
    parallel_set_threads(100000);
    assert_int_equal(parallel_threads(), 256);
    parallel_set_threads(0);
    assert_in_range(parallel_threads(), 1, 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_of_chunks),
        cmocka_unit_test(test_each_row_once_for_every_size_and_team),
        cmocka_unit_test(test_same_bits_for_any_number_of_threads),
        cmocka_unit_test(test_nested_calls_stay_in_their_thread),
        cmocka_unit_test(test_two_threads_run_at_the_same_time),
        cmocka_unit_test(test_number_of_threads_is_held_in_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
