#include "prepare_make.h"

static void test_editing_leaves_the_old_recipe_and_shares_its_steps(void **state)
{
    struct recipe *a = RECIPE("trim note", "drop clutch", "scale all");
    struct recipe *b = recipe_remove(a, 1);
    struct recipe *c = recipe_move(a, 0, 2);
    struct recipe *d = recipe_switch(a, 2, false);

    assert_int_equal(a->n_steps, 3);
    assert_string_equal(a->steps[1]->text, "drop clutch");
    assert_int_equal(b->n_steps, 2);
    assert_ptr_equal(b->steps[0], a->steps[0]);
    assert_ptr_equal(b->steps[1], a->steps[2]);
    assert_ptr_equal(c->steps[0], a->steps[1]);
    assert_ptr_equal(c->steps[1], a->steps[2]);
    assert_ptr_equal(c->steps[2], a->steps[0]);
    assert_true(a->steps[2]->on);
    assert_false(d->steps[2]->on);
    assert_ptr_equal(d->steps[1], a->steps[1]);
    recipe_unref(a);
    /* The steps live on in those that share them. */
    assert_string_equal(c->steps[2]->text, "trim note");
    assert_string_equal(params_text(&b->steps[1]->params, "method"), "standard");
    recipe_unref(b);
    recipe_unref(c);
    recipe_unref(d);
    (void)state;
}

static void test_moving_down_and_up_are_inverse(void **state)
{
    struct recipe *a = RECIPE("trim note", "drop clutch", "drop seen", "scale all");
    struct recipe *b = recipe_move(a, 1, 3);
    struct recipe *c = recipe_move(b, 3, 1);

    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(c->steps[i], a->steps[i]);
    recipe_unref(a);
    recipe_unref(b);
    recipe_unref(c);
    (void)state;
}

static void test_replacing_keeps_the_switch(void **state)
{
    struct recipe *a = RECIPE("drop clutch", "drop seen");
    struct recipe *off = recipe_switch(a, 0, false);
    struct recipe *b = recipe_replace(off, 0, a->steps[1]->kind, &a->steps[1]->params, "new");

    assert_string_equal(b->steps[0]->text, "new");
    assert_false(b->steps[0]->on);
    assert_string_equal(params_text(&b->steps[0]->params, "columns"), "seen");
    recipe_unref(a);
    recipe_unref(off);
    recipe_unref(b);
    (void)state;
}

static void test_roles_are_replaced_and_cleared(void **state)
{
    struct recipe *r = recipe_empty();

    r = with_role(r, "species", ROLE_TARGET);
    r = with_role(r, "fold", ROLE_FOLD);
    r = with_role(r, "sex", ROLE_TARGET);
    assert_string_equal(roles_target(&r->roles), "sex");
    assert_int_equal(roles_of(&r->roles, "species"), ROLE_FEATURE);
    assert_int_equal(roles_of(&r->roles, "fold"), ROLE_FOLD);
    r = with_role(r, "sex", ROLE_FEATURE);
    assert_null(roles_target(&r->roles));
    assert_int_equal(r->roles.n, 1);
    assert_string_equal(role_name(ROLE_IGNORE), "ignore");
    recipe_unref(r);
    (void)state;
}

static void test_the_sample_ends_at_the_split_or_the_first_fitted_step(void **state)
{
    struct recipe *r = RECIPE("trim note", "dedupe", "impute sex", "filter body_mass_g > 0");
    struct recipe *off = recipe_switch(r, 2, false);
    struct recipe *split = recipe_set_split(off, 1);

    assert_int_equal(recipe_sample(r), 2);
    assert_int_equal(recipe_sample(off), 4);
    assert_int_equal(recipe_sample(split), 1);
    recipe_unref(r);
    recipe_unref(off);
    recipe_unref(split);
    (void)state;
}

static void test_the_split_stays_between_the_same_steps(void **state)
{
    struct recipe *r = RECIPE("trim note", "dedupe", "drop seen", "drop clutch");
    struct recipe *split = recipe_set_split(r, 2);
    struct recipe *before = recipe_remove(split, 0), *after = recipe_remove(split, 3);
    struct recipe *down = recipe_move(split, 0, 3), *up = recipe_move(split, 3, 0);

    assert_int_equal(r->split_at, SIZE_MAX);
    assert_int_equal(before->split_at, 1);
    assert_int_equal(after->split_at, 2);
    assert_int_equal(down->split_at, 1);
    assert_int_equal(up->split_at, 3);
    recipe_unref(r);
    recipe_unref(split);
    recipe_unref(before);
    recipe_unref(after);
    recipe_unref(down);
    recipe_unref(up);
    (void)state;
}

static void test_an_append_to_nothing_starts_a_recipe(void **state)
{
    struct recipe *r = RECIPE("dedupe");
    struct recipe *fresh = recipe_append(NULL, r->steps[0]->kind, &r->steps[0]->params, NULL);

    assert_int_equal(fresh->n_steps, 1);
    assert_string_equal(fresh->steps[0]->text, "dedupe");
    recipe_unref(r);
    recipe_unref(fresh);
    (void)state;
}

static void test_steps_are_found_by_their_whole_name(void **state)
{
    assert_string_equal(step_find("drop missing")->name, "drop missing");
    assert_null(step_find("drop missin"));
    assert_null(step_find(""));
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_editing_leaves_the_old_recipe_and_shares_its_steps),
        cmocka_unit_test(test_moving_down_and_up_are_inverse),
        cmocka_unit_test(test_replacing_keeps_the_switch),
        cmocka_unit_test(test_roles_are_replaced_and_cleared),
        cmocka_unit_test(test_the_sample_ends_at_the_split_or_the_first_fitted_step),
        cmocka_unit_test(test_the_split_stays_between_the_same_steps),
        cmocka_unit_test(test_an_append_to_nothing_starts_a_recipe),
        cmocka_unit_test(test_steps_are_found_by_their_whole_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
