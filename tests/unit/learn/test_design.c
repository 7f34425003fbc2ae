/* From tables to targets and matrices. */
#include "model_case.h"

#define NAMES(...) ((const char *const[]){ __VA_ARGS__ })

static struct table *table_of(const char *name, struct column *take)
{
    struct table *t;
    assert_int_equal(table_new(&t, &take, &name, 1, take->n_rows, NULL, NULL), 0);
    return t;
}

static int detect(struct target *out, struct arena *arena, struct column *take, enum target_as as,
                  const char *positive, struct err *err)
{
    struct table *t = table_of("y", take);
    int rc = target_detect(out, t, "y", NULL, 0, as, positive, arena, err);
    table_unref(t);
    return rc;
}

/* Words are no numbers, whatever was declared. */
static void test_words_as_numbers(void **state)
{
    (void)state;
    struct arena arena;
    struct target t;
    struct err err = { 0 };

    arena_init(&arena);
    assert_int_equal(detect(&t, &arena, MAKE(COLUMN_TEXT, "a", "b"), AS_NUMBERS, NULL, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.msg, "y is text, and regression predicts numbers; cast it, or leave "
                                 "task=regression out");
    arena_release(&arena);
}

/* What a target column is taken for. */
static void test_tasks_and_classes(void **state)
{
    (void)state;
    struct arena arena;
    struct target t;

    arena_init(&arena);
    assert_int_equal(detect(&t, &arena, MAKE(COLUMN_TEXT, "no", "yes", "no"), AS_FITS, NULL, NULL),
                     0);
    assert_int_equal(t.task, TASK_BINARY);
    assert_string_equal(t.classes[0], "no");
    assert_string_equal(t.classes[1], "yes");
    assert_int_equal(t.positive, 1);

    assert_int_equal(detect(&t, &arena, MAKE(COLUMN_CATEGORY, "b", "c", "a"), AS_FITS, NULL, NULL),
                     0);
    assert_int_equal(t.task, TASK_MULTICLASS);
    assert_string_equal(t.classes[0], "a");

    assert_int_equal(detect(&t, &arena, MAKE(COLUMN_BOOL, "true", "false"), AS_FITS, "false", NULL),
                     0);
    assert_int_equal(t.task, TASK_BINARY);
    assert_string_equal(t.classes[0], "false");
    assert_int_equal(t.positive, 0);

    assert_int_equal(detect(&t, &arena, MAKE(COLUMN_INT, "7", "-2", "7"), AS_FITS, NULL, NULL), 0);
    assert_int_equal(t.task, TASK_BINARY);
    assert_string_equal(t.classes[0], "-2");

    assert_int_equal(detect(&t, &arena, MAKE(COLUMN_INT, "7", "-2", "7"), AS_NUMBERS, NULL, NULL),
                     0);
    assert_int_equal(t.task, TASK_REGRESS);

    assert_int_equal(detect(&t, &arena, MAKE(COLUMN_INT, "3", "10", "9"), AS_FITS, NULL, NULL), 0);
    assert_int_equal(t.task, TASK_REGRESS);
    assert_int_equal(t.n_classes, 0);
    assert_int_equal(detect(&t, &arena, MAKE(COLUMN_INT, "3", "10", "9"), AS_CLASSES, NULL, NULL),
                     0);
    assert_int_equal(t.task, TASK_MULTICLASS);
    assert_string_equal(t.classes[1], "9"); /* ascending as numbers, not as text */
    assert_string_equal(t.classes[2], "10");

    assert_int_equal(detect(&t, &arena, MAKE(COLUMN_REAL, "1", "2"), AS_FITS, NULL, NULL), 0);
    assert_int_equal(t.task, TASK_REGRESS);
    arena_release(&arena);
}

static void refuse(struct column *take, const char *positive, enum err_code code,
                   const char *message)
{
    struct arena arena;
    struct target t;
    struct err err = { 0 };

    arena_init(&arena);
    assert_int_equal(detect(&t, &arena, take, AS_FITS, positive, &err), -1);
    assert_int_equal(err.code, code);
    assert_string_equal(err.msg, message);
    arena_release(&arena);
}

static void test_targets_that_cannot_be(void **state)
{
    (void)state;
    refuse(MAKE(COLUMN_TEXT, "a", NULL, "b", NULL), NULL, ERR_DOMAIN,
           "the target y is missing in 2 rows, first row 2; drop missing y");
    refuse(
        MAKE(COLUMN_TEXT, "a", "a"), NULL, ERR_DOMAIN,
        "the target y has one class only, a, in the rows to learn from; there is nothing to tell "
        "apart");
    refuse(MAKE(COLUMN_TEXT, "a", "b"), "c", ERR_USAGE,
           "'c' is no class of y; its classes are a and b");
    refuse(MAKE(COLUMN_TEXT, "a", "b", "c"), "c", ERR_USAGE,
           "a positive class needs a target of two classes; y has 3");
    refuse(MAKE(COLUMN_DATE, "2024-01-01", "2024-01-02"), NULL, ERR_SHAPE,
           "the target y is a date; derive a number or classes from it");
    refuse(MAKE(COLUMN_REAL, "1", "nan"), NULL, ERR_DOMAIN,
           "the target y is no finite number in row 2; filter such rows out");
}

static void test_too_many_classes(void **state)
{
    (void)state;
    struct column_builder b;
    struct column *c;
    char text[16];

    builder_init(&b, COLUMN_TEXT, 2000);
    for (int i = 0; i < 2000; i++)
        builder_add_text(&b, text, (size_t)snprintf(text, sizeof(text), "id%d", i));
    assert_int_equal(builder_finish(&c, &b, NULL), 0);
    refuse(c, NULL, ERR_DOMAIN,
           "the target y has more than 1000 different values, too many for "
           "classes; choose another target");
}

/* Classes are found by value in a column of whatever type the new data has. */
static void test_values_of_a_target(void **state)
{
    (void)state;
    struct arena arena;
    struct target t;
    struct err err = { 0 };
    double y[3];

    arena_init(&arena);
    assert_int_equal(detect(&t, &arena, MAKE(COLUMN_CATEGORY, "a", "b", "c"), AS_FITS, NULL, NULL),
                     0);
    struct table *text = table_of("y", MAKE(COLUMN_TEXT, "c", "a", "z"));
    assert_int_equal(target_values(y, &t, text, NULL, 2, false, &err), 0);
    assert_true(y[0] == 2 && y[1] == 0);
    assert_int_equal(target_values(y, &t, text, NULL, 3, false, &err), -1);
    assert_string_equal(err.msg, "'z', the target y of row 3, is no class that the model knows");
    assert_int_equal(target_values(y, &t, text, (const uint32_t[]){ 2, 0 }, 2, true, &err), 0);
    assert_true(isnan(y[0]) && y[1] == 2);
    table_unref(text);

    assert_int_equal(detect(&t, &arena, MAKE(COLUMN_INT, "0", "1"), AS_FITS, NULL, NULL), 0);
    struct table *real = table_of("y", MAKE(COLUMN_REAL, "1", "0", NULL));
    assert_int_equal(target_values(y, &t, real, NULL, 3, true, &err), 0);
    assert_true(y[0] == 1 && y[1] == 0 && isnan(y[2]));
    table_unref(real);
    arena_release(&arena);
}

/* ---- features ---- */

static struct table *mixed_table(void)
{
    struct column *columns[] = {
        MAKE(COLUMN_INT, "1", "2", NULL),
        MAKE(COLUMN_REAL, "0.5", "inf", "2"),
        MAKE(COLUMN_BOOL, "true", "false", "true"),
        MAKE(COLUMN_TEXT, "a", "b", "c"),
        MAKE(COLUMN_DATE, "2024-01-01", "2024-01-02", "2024-01-03"),
        MAKE(COLUMN_CATEGORY, "u", "v", "u"),
    };
    return make_table(NAMES("n", "x", "flag", "word", "day", "kind"), columns, 6);
}

static void refuse_matrix(const struct table *t, const char *name, unsigned flags,
                          enum err_code code, const char *message)
{
    struct matrix x;
    struct err err = { 0 };

    assert_int_equal(design_matrix(&x, &name, 1, flags, NULL, t, NULL, 0, false, &err), -1);
    assert_int_equal(err.code, code);
    assert_string_equal(err.msg, message);
}

static void test_matrix_of_rows(void **state)
{
    (void)state;
    struct table *t = mixed_table();
    struct matrix x;

    assert_int_equal(design_matrix(&x, NAMES("x", "flag", "n"), 3, 0, NULL, t,
                                   (const uint32_t[]){ 0, 0 }, 2, false, NULL),
                     0);
    assert_int_equal(x.n, 2);
    assert_true(matrix_col(&x, 0)[1] == 0.5);
    assert_true(matrix_col(&x, 1)[0] == 1);
    assert_true(matrix_col(&x, 2)[0] == 1);
    matrix_release(&x);
    struct arena arena;
    arena_init(&arena);
    const struct levels *levels = design_levels(NAMES("n", "kind"), 2, t, NULL, 3, &arena);
    assert_int_equal(design_matrix(&x, NAMES("n", "kind"), 2, LEARNER_MISSING | LEARNER_CATEGORIES,
                                   levels, t, NULL, 0, false, NULL),
                     0);
    assert_true(isnan(matrix_col(&x, 0)[2]));
    assert_true(matrix_col(&x, 1)[1] == 1);
    matrix_release(&x);

    /* Levels of the first row alone: the second row's is unknown, which is missing. */
    levels = design_levels(NAMES("n", "kind"), 2, t, (const uint32_t[]){ 0 }, 1, &arena);
    assert_int_equal(levels[1].n, 1);
    assert_int_equal(design_matrix(&x, NAMES("n", "kind"), 2, LEARNER_MISSING | LEARNER_CATEGORIES,
                                   levels, t, NULL, 0, false, NULL),
                     0);
    assert_true(matrix_col(&x, 1)[0] == 0 && isnan(matrix_col(&x, 1)[1]));
    matrix_release(&x);
    arena_release(&arena);
    table_unref(t);
}

static void test_rows_to_predict_are_not_dropped(void **state)
{
    (void)state;
    struct table *t = mixed_table();
    struct matrix x;
    struct err err = { 0 };

    assert_int_equal(design_matrix(&x, NAMES("n"), 1, 0, NULL, t, NULL, 0, true, &err), -1);
    assert_string_equal(err.msg, "n is missing in 1 row to be predicted, first row 3; impute n "
                                 "before training");
    assert_int_equal(design_matrix(&x, NAMES("x"), 1, 0, NULL, t, NULL, 0, true, &err), -1);
    assert_string_equal(err.msg, "x is no finite number in 1 row to be predicted, first row 2; "
                                 "clip x before training");
    table_unref(t);
}

static void test_columns_that_are_no_features(void **state)
{
    (void)state;
    struct table *t = mixed_table();

    refuse_matrix(t, "n", 0, ERR_DOMAIN,
                  "n is missing in 1 row, first row 3; impute n, or drop missing");
    refuse_matrix(t, "x", 0, ERR_DOMAIN,
                  "x is no finite number in 1 row, first row 2; clip x, or "
                  "filter such rows out");
    refuse_matrix(t, "word", 0, ERR_SHAPE,
                  "feature word is text, and the learner takes numbers; "
                  "encode word, or drop word");
    refuse_matrix(t, "kind", 0, ERR_SHAPE,
                  "feature kind is a category, and the learner takes "
                  "numbers; encode kind, or drop kind");
    refuse_matrix(t, "day", 0, ERR_SHAPE,
                  "feature day is a date, and the learner takes numbers; "
                  "derive a number from it, or drop day");
    refuse_matrix(t, "gone", 0, ERR_SHAPE,
                  "feature gone is not in the table; the model was trained "
                  "with it");
    table_unref(t);
}

static void test_roles_are_no_features(void **state)
{
    (void)state;
    struct table *t = mixed_table();
    struct role_entry entries[] = { { "word", ROLE_SPLIT }, { "day", ROLE_IGNORE } };
    struct roles roles = { entries, 2 };
    struct design d;
    struct arena arena;
    struct err err = { 0 };

    arena_init(&arena);
    assert_int_equal(design_features(&d, t, &roles, "kind", 0, &arena, &err), 0);
    assert_int_equal(d.p, 3);
    assert_string_equal(d.names[0], "n");
    assert_string_equal(d.names[2], "flag");

    struct table *alone = table_of("y", MAKE(COLUMN_INT, "1", "2"));
    assert_int_equal(design_features(&d, alone, &roles, "y", 0, &arena, &err), -1);
    assert_string_equal(err.msg,
                        "no column is left as a feature beside the target y; keep or derive "
                        "one");
    assert_int_equal(design_features(&d, alone, &roles, "y", LEARNER_BLIND, &arena, &err), 0);
    table_unref(alone);
    table_unref(t);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tasks_and_classes),
        cmocka_unit_test(test_words_as_numbers),
        cmocka_unit_test(test_targets_that_cannot_be),
        cmocka_unit_test(test_too_many_classes),
        cmocka_unit_test(test_values_of_a_target),
        cmocka_unit_test(test_matrix_of_rows),
        cmocka_unit_test(test_columns_that_are_no_features),
        cmocka_unit_test(test_rows_to_predict_are_not_dropped),
        cmocka_unit_test(test_roles_are_no_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
