/* NIST's linear regressions, in correct digits of estimates and standard errors.
 *
 * Expected: exact rational arithmetic, tests/reference/make_nist.py. */
#include "learn_case.h"

struct nist {
    const char *name, *data;
    size_t powers; /* 0: the columns x1 … x6 as they are */
    bool intercept;
    double digits; /* at least */
};

/* Filip: the powers of x as doubles are other data, whose exact answer (filip_double) agrees with
 * NIST's to 7.8 digits only; what is asked here is the answer to those data. */
static const struct nist problems[] = {
    { "norris", "norris", 1, true, 11 },      { "pontius", "pontius", 2, true, 11 },
    { "longley", "longley", 0, true, 11 },    { "noint1", "noint1", 1, false, 13 },
    { "noint2", "noint2", 1, false, 13 },     { "wampler1", "wampler1", 5, true, 11 },
    { "wampler2", "wampler2", 5, true, 11 },  { "wampler3", "wampler3", 5, true, 11 },
    { "wampler4", "wampler4", 5, true, 11 },  { "wampler5", "wampler5", 5, true, 11 },
    { "filip_double", "filip", 10, true, 7 }, { "filip", "filip", 10, true, 7 },
};

static void fill(struct fit_case *c, const struct nist *problem)
{
    char path[128], name[32];

    snprintf(path, sizeof(path), "tests/reference/nist/%s.csv", problem->data);
    struct source *source = case_read(path);
    const struct table *t = source->table;
    case_new(c, t->n_rows, problem->powers ? problem->powers : 6, 0);
    for (size_t i = 0; i < t->n_rows; i++) {
        c->y[i] = case_number(t, "y", i);
        double power = 1;
        for (size_t j = 0; j < c->x.p; j++) {
            snprintf(name, sizeof(name), "x%zu", j + 1);
            power = problem->powers ? power * case_number(t, "x", i) : case_number(t, name, i);
            matrix_col(&c->x, j)[i] = power;
        }
    }
    source_unref(source);
}

static void check(const struct nist *problem, const struct table *expected)
{
    struct fit_case c;
    char name[32];
    size_t n, k = 0;
    double worst_estimate = 17, worst_error = 17;

    fill(&c, problem);
    case_fit_well(&c, "linear", problem->intercept ? "" : "fit_intercept=no");
    const struct coefficient *list = case_coefficients(&c, NULL, &n);
    for (size_t i = 0; i < expected->n_rows; i++) {
        if (strcmp(case_text(name, sizeof(name), expected, "problem", i), problem->name) != 0)
            continue;
        assert_true(k < n);
        double estimate = correct_digits(list[k].estimate, case_number(expected, "estimate", i));
        double error = correct_digits(list[k].std_error, case_number(expected, "std_error", i));
        worst_estimate = fmin(worst_estimate, estimate);
        worst_error = fmin(worst_error, error);
        k++;
    }
    assert_int_equal(k, n);
    print_message("%-13s estimates %4.1f digits, standard errors %4.1f\n", problem->name,
                  worst_estimate, worst_error);
    assert_true(worst_estimate >= problem->digits);
    assert_true(worst_error >= fmin(problem->digits, 10));
    case_release(&c);
}

static void test_nist_digits(void **state)
{
    (void)state;
    struct source *expected = case_read("tests/reference/nist_expected.csv");

    for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++)
        check(&problems[i], expected->table);
    source_unref(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_nist_digits) };

    num_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
