#include "prepare_make.h"

static void test_every_table_of_a_run_stands(void **state)
{
    struct table *t = birds();
    struct recipe *r = RECIPE("drop note", "impute body_mass_g", "filter body_mass_g > 4000");
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct diff *diff;

    assert_int_equal(run->n_tables, 4);
    assert_ptr_equal(run->tables[0], t);
    assert_int_equal(run->tables[1]->n_cols, 9);
    assert_int_equal(run->tables[2]->n_rows, 12);
    assert_int_equal(recipe_run_result(run)->n_rows, 5);
    assert_int_equal(table_row_number(recipe_run_result(run), 0), 3);
    assert_ptr_equal(col(run->tables[2], "sex"), col(t, "sex"));
    assert_int_equal(recipe_run_diff(&diff, run, 1, NULL), 0);
    assert_int_equal(diff->cells_changed, 1);
    diff_free(diff);
    assert_int_equal(recipe_run_diff(&diff, run, 2, NULL), 0);
    assert_int_equal(diff->rows_removed, 7);
    diff_free(diff);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

static void test_a_run_shares_what_did_not_change(void **state)
{
    struct table *t = birds();
    struct recipe *a = RECIPE("drop note", "impute all", "scale all", "drop seen");
    struct recipe *b = recipe_remove(a, 3);
    struct recipe *c = recipe_switch(a, 2, false);
    struct recipe_run *run = run_recipe(a, t, NULL, NULL);
    struct recipe_run *shorter = run_recipe(b, t, NULL, run);
    struct recipe_run *off = run_recipe(c, t, NULL, run);

    for (size_t i = 0; i < shorter->n_tables; i++)
        assert_ptr_equal(shorter->tables[i], run->tables[i]);
    assert_ptr_equal(shorter->fitted->state[2], run->fitted->state[2]);
    assert_ptr_equal(off->tables[2], run->tables[2]);
    assert_ptr_equal(off->tables[3], off->tables[2]);
    assert_null(off->fitted->state[2]);
    assert_ptr_equal(col(off->tables[4], "body_mass_g"), col(run->tables[2], "body_mass_g"));
    recipe_run_unref(run);
    /* The states live on. */
    struct str text;
    str_init(&text);
    shorter->fitted->recipe->steps[2]->kind->describe(&text, shorter->fitted->state[2]);
    assert_non_null(strstr(text.buf, "body_mass_g: mean "));
    str_release(&text);
    recipe_run_unref(shorter);
    recipe_run_unref(off);
    recipe_unref(a);
    recipe_unref(b);
    recipe_unref(c);
    table_unref(t);
    (void)state;
}

static void test_other_parts_roles_or_input_share_nothing(void **state)
{
    struct table *t = birds(), *same = birds();
    uint8_t part[12] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0 };
    struct recipe *r = RECIPE("impute all");
    struct recipe *target = recipe_set_role(r, "sex", ROLE_TARGET);
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct recipe_run *parted = run_recipe(r, t, part, run);
    struct recipe_run *again = run_recipe(r, t, part, parted);
    struct recipe_run *with_target = run_recipe(target, t, NULL, run);
    struct recipe_run *other = run_recipe(r, same, NULL, run);

    assert_ptr_not_equal(parted->tables[1], run->tables[1]);
    assert_ptr_equal(again->tables[1], parted->tables[1]);
    assert_ptr_not_equal(with_target->tables[1], run->tables[1]);
    assert_int_equal(col(with_target->tables[1], "sex")->n_missing, 2);
    assert_ptr_not_equal(other->tables[1], run->tables[1]);
    recipe_run_unref(run);
    recipe_run_unref(parted);
    recipe_run_unref(again);
    recipe_run_unref(with_target);
    recipe_run_unref(other);
    recipe_unref(r);
    recipe_unref(target);
    table_unref(t);
    table_unref(same);
    (void)state;
}

static void test_a_run_with_edits_equals_a_run_from_the_start(void **state)
{
    static const char *const lines[] = {
        "trim note", "impute all", "drop seen", "scale bill_*", "filter body_mass_g > 3700",
        "encode sex"
    };
    struct table *t = birds();
    struct recipe *r = make_recipe_of(lines, COUNT(lines));
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);

    for (size_t i = 0; i < 4 * r->n_steps; i++) {
        size_t at = i % r->n_steps;
        struct recipe *edited = i % 4 == 0   ? recipe_switch(r, at, !r->steps[at]->on)
                                : i % 4 == 1 ? recipe_move(r, at, (at + 2) % r->n_steps)
                                : i % 4 == 2 ? recipe_replace(r, at, r->steps[at]->kind,
                                                              &r->steps[at]->params, "again")
                                             : recipe_switch(r, at, true);
        struct recipe_run *next = run_recipe(edited, t, NULL, run);
        struct recipe_run *fresh = run_recipe(edited, t, NULL, NULL);
        assert_tables_equal(recipe_run_result(next), recipe_run_result(fresh));
        assert_saved_equal(next->fitted, fresh->fitted);
        recipe_run_unref(run);
        recipe_run_unref(fresh);
        recipe_unref(r);
        run = next;
        r = edited;
    }
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

static void test_rows_steps_of_the_sample_act_on_all_rows_others_on_training_rows(void **state)
{
    struct table *t = birds();
    const uint8_t part[12] = { 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1 };
    struct recipe *r = RECIPE("drop missing sex", "filter body_mass_g > 3750");
    struct recipe *split = recipe_set_split(r, 1);
    struct recipe_run *run = run_recipe(split, t, part, NULL);
    const struct table *out = recipe_run_result(run);

    assert_int_equal(run->tables[1]->n_rows, 10); /* rows 9 and 10 are to be predicted, and go */
    assert_cells(col(out, "body_mass_g"), "3800 4500 5700 3500 3900 4450 3775 4150");
    assert_int_equal(recipe_run_part(run, 0), PART_TRAIN);
    assert_int_equal(recipe_run_part(run, 3), PART_PREDICT);
    assert_int_equal(recipe_run_part(run, 7), PART_TRAIN);
    recipe_run_unref(run);

    assert_int_equal(recipe_run(&run, split, t, part, false, NULL, NULL, NULL, NULL), 0);
    assert_int_equal(run->tables[1]->n_rows, 12);
    recipe_run_unref(run);
    recipe_unref(r);
    recipe_unref(split);
    table_unref(t);
    (void)state;
}

static void test_rows_to_be_predicted_are_never_removed(void **state)
{
    static const char *const removing[] = { "filter body_mass_g > 1e9", "drop missing", "dedupe",
                                            "dedupe species keep=last" };
    struct table *t = birds();
    const uint8_t part[12] = { 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0 };

    for (size_t i = 0; i < COUNT(removing); i++) {
        struct recipe *r = RECIPE("impute seen", removing[i]);
        struct recipe_run *run = run_recipe(r, t, part, NULL);
        size_t n = 0;
        for (size_t row = 0; row < recipe_run_result(run)->n_rows; row++)
            n += recipe_run_part(run, row) == PART_PREDICT;
        assert_int_equal(n, 7);
        recipe_run_unref(run);
        recipe_unref(r);
    }
    table_unref(t);
    (void)state;
}

static void test_errors_name_the_step(void **state)
{
    struct table *t = birds();
    struct recipe *r = RECIPE("drop note", "scale sex");
    struct recipe_run *run = NULL;
    struct err err = { 0 };
    size_t failed_at = 99;

    assert_int_equal(recipe_run(&run, r, t, NULL, true, NULL, NULL, &failed_at, &err), -1);
    assert_int_equal(failed_at, 1);
    assert_string_equal(
        err.msg, "step 2 (scale): sex is a category; this step takes a number (int or real)");
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

static void assert_edit_refused(const struct recipe *edited, const struct table *t,
                                const struct recipe_run *before, const char *want)
{
    struct recipe_run *run = NULL;
    struct err err = { 0 };

    assert_int_equal(recipe_run(&run, edited, t, NULL, true, before, NULL, NULL, &err), -1);
    assert_string_equal(err.msg, want);
    assert_int_equal(err.col, 0);
}

static void test_a_later_step_that_no_longer_applies_says_why(void **state)
{
    struct table *t = birds();
    struct recipe *r = RECIPE("drop note", "derive ratio = bill_length_mm / bill_depth_mm",
                              "scale ratio");
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct recipe *removed = recipe_remove(r, 1), *off = recipe_switch(r, 1, false);
    struct recipe *moved = recipe_move(r, 1, 2), *up = recipe_move(r, 2, 0);
    struct recipe *role = recipe_set_role(r, "ratio", ROLE_TARGET);
    struct recipe *changed = recipe_replace(r, 1, r->steps[0]->kind, &r->steps[0]->params, "drop");

    assert_edit_refused(removed, t, run,
                        "step 3 (scale) no longer applies after step 2 (derive) was removed: no "
                        "column 'ratio'; there are species, island, bill_length_mm, bill_depth_mm, "
                        "flipper_length_mm, body_mass_g, sex, clutch and 1 more");
    assert_edit_refused(off, t, run,
                        "step 3 (scale) no longer applies after step 2 (derive) was switched off: "
                        "no column 'ratio'; there are species, island, bill_length_mm, "
                        "bill_depth_mm, flipper_length_mm, body_mass_g, sex, clutch and 1 more");
    assert_edit_refused(moved, t, run,
                        "step 3 (scale) no longer applies after step 2 (derive) was moved: no "
                        "column 'ratio'; there are species, island, bill_length_mm, bill_depth_mm, "
                        "flipper_length_mm, body_mass_g, sex, clutch and 1 more");
    assert_edit_refused(up, t, run,
                        "step 3 (scale) cannot be moved to place 1: no column 'ratio'; there are "
                        "species, island, bill_length_mm, bill_depth_mm, flipper_length_mm, "
                        "body_mass_g, sex, clutch and 2 more");
    assert_edit_refused(role, t, run,
                        "step 3 (scale) no longer applies after the roles of columns were changed: "
                        "ratio is the target, and a step that learns must not alter what is to be "
                        "predicted; name other columns");
    assert_edit_refused(changed, t, run,
                        "step 2 (drop): no column 'note'; there are species, island, "
                        "bill_length_mm, bill_depth_mm, flipper_length_mm, body_mass_g, sex, "
                        "clutch and 1 more");
    recipe_run_unref(run);
    recipe_unref(r);
    recipe_unref(removed);
    recipe_unref(off);
    recipe_unref(moved);
    recipe_unref(up);
    recipe_unref(role);
    recipe_unref(changed);
    table_unref(t);
    (void)state;
}

static void test_a_place_is_told_for_the_line_that_is_run_and_not_for_old_ones(void **state)
{
    struct table *t = birds();
    struct recipe *r = RECIPE("derive ratio = bill_length_mm / bil_depth_mm");
    struct recipe_run *run = NULL;
    struct err err = { 0 };

    assert_int_equal(recipe_run(&run, r, t, NULL, true, NULL, NULL, NULL, &err), -1);
    assert_int_equal(err.col, 33);
    assert_int_equal(err.width, 12);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

static void test_a_cancelled_run_says_only_that(void **state)
{
    struct table *t = birds();
    struct recipe *r = RECIPE("impute all");
    struct recipe_run *run = NULL;
    struct err err = { 0 };
    struct job job;

    job_init(&job);
    job_cancel(&job);
    assert_int_equal(recipe_run(&run, r, t, NULL, true, NULL, &job, NULL, &err), -1);
    assert_int_equal(err.code, ERR_CANCELLED);
    assert_null(strstr(err.msg, "step"));
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

static void test_no_steps_give_the_input(void **state)
{
    struct table *t = birds();
    struct recipe *r = recipe_empty();
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);

    assert_ptr_equal(recipe_run_result(run), t);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

/* Every large allocation fails once: an error, or the right result where it could do without, and
 * nothing leaks (the sanitizer tells). */
static void test_running_out_of_memory_is_an_error(void **state)
{
    struct table *t = birds();
    const uint8_t part[12] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0 };
    struct recipe *r = RECIPE("replace sex from=MALE to=male", "replace clutch from=true to=false",
                              "cast flipper_length_mm to=text", "clip body_mass_g max=4000",
                              "dedupe", "impute all indicator=yes", "drop missing", "encode all",
                              "scale all", "filter body_mass_g > -1");
    struct recipe_run *want = run_recipe(r, t, part, NULL);
    size_t n_failed = 0;

    for (size_t n = 1; n < 800; n++) {
        struct recipe_run *run = NULL;
        struct err err = { 0 };
        mem_big_fail_after(n);
        int rc = recipe_run(&run, r, t, part, true, NULL, NULL, NULL, &err);
        mem_big_fail_after(0);
        n_failed += rc != 0;
        if (rc)
            assert_int_equal(err.code, ERR_NOMEM);
        else
            assert_tables_equal(recipe_run_result(run), recipe_run_result(want));
        recipe_run_unref(run);
    }
    assert_in_range(n_failed, 100, 700);
    recipe_run_unref(want);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_table_of_a_run_stands),
        cmocka_unit_test(test_a_run_shares_what_did_not_change),
        cmocka_unit_test(test_other_parts_roles_or_input_share_nothing),
        cmocka_unit_test(test_a_run_with_edits_equals_a_run_from_the_start),
        cmocka_unit_test(test_rows_steps_of_the_sample_act_on_all_rows_others_on_training_rows),
        cmocka_unit_test(test_rows_to_be_predicted_are_never_removed),
        cmocka_unit_test(test_errors_name_the_step),
        cmocka_unit_test(test_a_later_step_that_no_longer_applies_says_why),
        cmocka_unit_test(test_a_place_is_told_for_the_line_that_is_run_and_not_for_old_ones),
        cmocka_unit_test(test_a_cancelled_run_says_only_that),
        cmocka_unit_test(test_no_steps_give_the_input),
        cmocka_unit_test(test_running_out_of_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
