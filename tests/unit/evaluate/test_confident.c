/* Confident learning against its formulas in numpy (tests/reference/confident.py), and on real data
 * with labels that were changed on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "evaluate/confident.h"
#include "evaluate_fixture.h"
#include "io/reader.h"

static struct table *read_table(const char *path)
{
    const struct reader *reader;
    struct source *source;
    struct err err = { 0 };

    assert_int_equal(reader_find(&reader, path, NULL, &err), 0);
    if (source_read(&source, path, reader, NULL, NULL, &err))
        fail_msg("%s", err.msg);
    struct table *t = table_ref(source->table);
    source_unref(source);
    return t;
}

static void assert_reals(const double *got, const double *want, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_float_equal(got[i], want[i], 1e-12);
}

static void test_the_formulas(void **state)
{
    const double thresholds[] = { 0.698744159090909, 0.7215860769230769, 0.5693938378378378 };
    const size_t counts[] = { 30, 4, 1, 2, 26, 2, 6, 3, 23 };
    const double joint[] = { 0.3142857142857143,
                             0.0419047619047619,
                             0.010476190476190476,
                             0.021666666666666667,
                             0.2816666666666667,
                             0.021666666666666667,
                             0.0578125,
                             0.02890625,
                             0.22161458333333334 };
    const double noise[] = { 0.7981557764256831,  0.1188862854368522,  0.04128426916874359,
                             0.055024375496013,   0.7991049754079328,  0.0853833748717197,
                             0.14681984807830392, 0.08200873915521499, 0.8733323559595367 };
    struct table *t = read_table(ASSAY_SOURCE_DIR "/tests/reference/confident.csv");
    double truth[120];
    struct confident c;
    struct matrix p;
    struct arena arena;

    arena_init(&arena);
    assert_int_equal(matrix_new(&p, 120, 3, "p", NULL), 0);
    for (size_t i = 0; i < 120; i++) {
        truth[i] = column_number(table_at(t, 0), i);
        for (size_t k = 0; k < 3; k++)
            matrix_col(&p, k)[i] = column_number(table_at(t, 1 + k), i);
    }
    assert_int_equal(confident_learn(&c, truth, &p, RANK_MARGIN, &arena, NULL), 0);
    assert_reals(c.thresholds, thresholds, 3);
    assert_memory_equal(c.counts, counts, sizeof(counts));
    assert_reals(c.joint, joint, 9);
    assert_reals(c.noise, noise, 9);
    assert_float_equal(c.n_errors, 21.891964285714273, 1e-10);
    size_t n_issues = 0;
    for (size_t i = 0; i < 120; i++) {
        double place = column_number(table_at(t, 4), i);
        if (place < 0)
            continue;
        assert_int_equal(c.issues[(size_t)place].at, i);
        n_issues++;
    }
    assert_int_equal(c.n_issues, n_issues);
    matrix_release(&p);
    arena_release(&arena);
    table_unref(t);
    (void)state;
}

static void test_rows_without_a_label_are_left_out(void **state)
{
    double truth[] = { NAN, NAN };
    struct confident c;
    struct matrix p;
    struct arena arena;
    struct err err = { 0 };

    arena_init(&arena);
    assert_int_equal(matrix_new(&p, 2, 2, "p", NULL), 0);
    assert_int_equal(confident_learn(&c, truth, &p, RANK_MARGIN, &arena, &err), -1);
    assert_string_equal(err.msg, "no row has a label to judge");
    truth[0] = 1;
    matrix_col(&p, 1)[0] = 1;
    assert_int_equal(confident_learn(&c, truth, &p, RANK_CONFIDENCE, &arena, NULL), 0);
    assert_int_equal(c.n, 1);
    assert_int_equal(c.n_issues, 0);
    assert_true(isnan(c.thresholds[0]));
    matrix_release(&p);
    arena_release(&arena);
    (void)state;
}

/* ---- labels changed on purpose ---- */
struct flipped {
    struct table *table;
    bool *wrong; /* by row */
    size_t n_wrong;
};

/* One label in twenty becomes another one. */
static void flip_labels(struct flipped *out, const struct table *t, const char *target)
{
    size_t at = (size_t)table_find(t, target);
    const struct column *c = table_at(t, at);
    struct column_builder b;
    struct column *column;
    struct rng rng;

    *out = (struct flipped){ .wrong = MEM_NEW(bool, t->n_rows) };
    rng_init(&rng, 4, 0);
    builder_init(&b, COLUMN_CATEGORY, t->n_rows);
    for (size_t i = 0; i < t->n_rows; i++) {
        size_t k = (size_t)column_codes(c)[i], n_levels = c->levels->n_rows;
        if (rng_below(&rng, 20) == 0) {
            k = (k + 1 + rng_below(&rng, n_levels - 1)) % n_levels;
            out->wrong[i] = true;
            out->n_wrong++;
        }
        struct span text = column_text(c->levels, k);
        builder_add_text(&b, text.at, text.len);
    }
    assert_int_equal(builder_finish(&column, &b, NULL), 0);
    assert_int_equal(table_put(&out->table, t, target, column, NULL), 0);
}

static void judge(struct confident *c, const struct table *t, const char *target,
                  struct arena *arena)
{
    const struct learner *learner = learner_find("logistic");
    struct recipe *r = recipe_empty();
    struct resample_result *result;
    struct resample_plan plan;
    struct params params;
    struct target what;
    struct err err = { 0 };

    fixture_role(&r, target, ROLE_TARGET);
    fixture_step(&r, "impute", "impute all", FIXTURE_NO_SETS);
    if (table_find(t, "island") >= 0)
        fixture_step(&r, "encode", "encode all", FIXTURE_NO_SETS);
    fixture_step(&r, "scale", "scale all", FIXTURE_NO_SETS);
    fixture_params(&params, learner->params, arena, FIXTURE_NO_SETS);
    assert_int_equal(target_detect(&what, t, target, NULL, t->n_rows, AS_FITS, NULL, arena, NULL),
                     0);
    fixture_plan(&plan, t->n_rows, 5);
    const struct metric *metrics[8];
    struct resample_request req = { .input = t,
                                    .recipe = r,
                                    .learner = learner,
                                    .params = &params,
                                    .target = &what,
                                    .plan = &plan,
                                    .metrics = metrics,
                                    .n_metrics = metric_defaults(metrics, what.task) };
    if (resample_run(&result, &req, NULL, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(
        confident_learn(c, result->truth, &result->oof.value, RANK_MARGIN, arena, NULL), 0);
    resample_result_unref(result);
    resample_plan_release(&plan);
    recipe_unref(r);
}

struct tally {
    size_t hits, wrong, listed;
};

static void count_found(struct tally *all, const char *file, const char *target)
{
    char path[512];
    struct flipped flipped;
    struct confident c;
    struct arena arena;
    size_t hits = 0;

    snprintf(path, sizeof(path), "%s/share/data/%s", ASSAY_SOURCE_DIR, file);
    struct table *t = read_table(path);
    arena_init(&arena);
    flip_labels(&flipped, t, target);
    judge(&c, flipped.table, target, &arena);
    for (size_t i = 0; i < c.n_issues; i++)
        hits += flipped.wrong[c.issues[i].at];
    double recall = (double)hits / (double)flipped.n_wrong;
    double precision = (double)hits / (double)c.n_issues;
    print_message("             %s: %zu of %zu found, %zu listed; recall %.2f, precision %.2f\n",
                  file, hits, flipped.n_wrong, c.n_issues, recall, precision);
    all->hits += hits;
    all->wrong += flipped.n_wrong;
    all->listed += c.n_issues;
    mem_free(flipped.wrong);
    table_unref(flipped.table);
    table_unref(t);
    arena_release(&arena);
}

static void test_changed_labels_are_found(void **state)
{
    struct tally all = { 0 };

    count_found(&all, "iris.csv", "species");
    count_found(&all, "wine.csv", "cultivar");
    count_found(&all, "breast_cancer.csv", "diagnosis");
    count_found(&all, "penguins.csv", "species");
    assert_true((double)all.hits >= 0.8 * (double)all.wrong);
    assert_true((double)all.hits >= 0.7 * (double)all.listed);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_formulas),
        cmocka_unit_test(test_rows_without_a_label_are_left_out),
        cmocka_unit_test(test_changed_labels_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
