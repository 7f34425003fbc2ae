/* What validate and test say of estimates: lines that stand beside the table of metrics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "session.h"

/* A table of n rows: x tells the class when `apart`; every tenth target is missing when `gaps`; the
 * first row alone is of class rare when `rare`. */
struct made {
    size_t n;
    bool apart, gaps, rare;
};

static char path[] = "/tmp/assay-estimates-XXXXXX";

static struct session *session_on(const struct made *made)
{
    struct session_options o = { .share_dir = ASSAY_SOURCE_DIR "/share" };
    struct session *s = session_new(&o, NULL);
    struct err err = { 0 };
    char line[128];

    memcpy(path + strlen(path) - 6, "XXXXXX", 6);
    FILE *f = fdopen(mkstemp(path), "w");
    assert_non_null(f);
    fputs("x,y\n", f);
    for (size_t i = 0; i < made->n; i++) {
        bool yes = i * 7 % 13 > 6;
        double noise = (double)(i * 31 % 17) / 17;
        const char *y = made->gaps && i % 10 == 0 ? "" : yes ? "yes" : "no";

        fprintf(f, "%g,%s\n", made->apart ? (yes ? 5 : -5) + noise : noise + 0.5 * yes,
                made->rare && i == 0 ? "rare" : y);
    }
    assert_int_equal(fclose(f), 0);
    snprintf(line, sizeof(line), "load %s", path);
    if (session_do(s, line, NULL, 0, NULL, &err) || session_do(s, "target y", NULL, 0, NULL, &err))
        fail_msg("%s", err.msg);
    unlink(path);
    return s;
}

static void run(struct session *s, const char *line)
{
    struct err err = { 0 };

    if (session_do(s, line, NULL, 0, NULL, &err))
        fail_msg("%s: %s", line, err.msg);
}

/* The text of the last command holds `piece`. */
static void says(const struct session *s, const char *piece)
{
    const char *text = s->entries[s->n_entries - 1]->report.text.buf;

    if (!strstr(text, piece))
        fail_msg("'%s' is not in:\n%s", piece, text);
}

/* Dropped after something was learned, so that they are in the sample and in its folds. */
static void rows_without_a_target_are_told(void **state)
{
    struct session *s = session_on(&(struct made){ .n = 100, .gaps = true });

    run(s, "scale x");
    run(s, "drop missing y");
    run(s, "validate logistic folds=5");
    says(s, "5 folds × 1 repeat over 90 training rows; 95 % intervals\n"
            "10 rows without a target left out\n");
    json_t *rows = json_object_get(s->entries[s->n_entries - 1]->report.data, "rows");
    assert_int_equal(json_integer_value(rows), 90);
    session_free(s, false);

    s = session_on(&(struct made){ .n = 100, .gaps = true });
    run(s, "split test=0.3 seed=1");
    run(s, "drop missing y");
    run(s, "train logistic as=lr");
    run(s, "test lr");
    says(s, "26 held-out rows, look number 1; 95 % intervals\n"
            "4 rows without a target left out\n");
    session_free(s, false);
    (void)state;
}

static void nothing_is_said_when_nothing_is_left_out(void **state)
{
    struct session *s = session_on(&(struct made){ .n = 100 });

    run(s, "validate logistic folds=5");
    const char *text = s->entries[s->n_entries - 1]->report.text.buf;
    assert_null(strstr(text, "left out"));
    assert_null(strstr(text, "undefined"));
    assert_null(strstr(text, "informative"));
    says(s, "over 100 training rows; 95 % intervals\n");
    session_free(s, false);
    (void)state;
}

/* A class of one row is in one fold only: no other has an area under the curve of it. */
static void undefined_folds_are_told(void **state)
{
    struct session *s = session_on(&(struct made){ .n = 100, .rare = true });

    run(s, "validate logistic folds=4 seed=1");
    says(s, "logistic: roc-auc undefined in 3 of 4 folds\n");
    session_free(s, false);
    (void)state;
}

/* Perfect models: a share of rows has an interval all the same, and what has none says so. */
static void intervals_without_a_width_are_told(void **state)
{
    struct session *s = session_on(&(struct made){ .n = 120, .apart = true });

    run(s, "split test=0.25 seed=1");
    run(s, "train logistic as=lr");
    run(s, "validate lr folds=5");
    says(s, "lr: interval not informative, every fold gave the same: roc-auc, accuracy, f1\n");
    run(s, "test lr");
    says(s, "lr: interval not informative, every resample gave the same: roc-auc, f1\n");
    says(s, "  1 [0.8865, 1]  "); /* 30 of 30, Wilson */
    session_free(s, false);
    (void)state;
}

/* The brackets of a metric stand below each other. */
static void intervals_are_aligned(void **state)
{
    struct session *s = session_on(&(struct made){ .n = 100 });
    const char *line[2];

    run(s, "train baseline as=guess");
    run(s, "train logistic as=lr");
    run(s, "validate guess lr folds=5");
    const char *text = s->entries[s->n_entries - 1]->report.text.buf;
    line[0] = strstr(text, "\n  guess ");
    line[1] = strstr(text, "\n  lr ");
    assert_true(line[0] && line[1]);
    const char *end[2] = { strchr(line[0] + 1, '\n'), strchr(line[1] + 1, '\n') };
    assert_true(end[0] && end[1]);
    for (ptrdiff_t at = 0; line[0] + at < end[0] && line[1] + at < end[1]; at++)
        assert_int_equal(line[0][at] == '[', line[1][at] == '[');
    session_free(s, false);
    (void)state;
}

/* One fold with a value tells nothing about noise. */
static void a_comparison_of_one_fold_is_none(void **state)
{
    struct session *s = session_on(&(struct made){ .n = 100, .rare = true });

    run(s, "train baseline as=guess");
    run(s, "train logistic as=lr");
    run(s, "validate guess lr folds=4 seed=1");
    run(s, "compare guess lr metric=roc-auc");
    says(s, "too few folds\n");
    run(s, "compare guess lr metric=accuracy");
    says(s, "noise\n");
    session_free(s, false);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_without_a_target_are_told),
        cmocka_unit_test(nothing_is_said_when_nothing_is_left_out),
        cmocka_unit_test(undefined_folds_are_told),
        cmocka_unit_test(intervals_without_a_width_are_told),
        cmocka_unit_test(intervals_are_aligned),
        cmocka_unit_test(a_comparison_of_one_fold_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
