#include "prepare_make.h"

static void assert_after(const struct table *t, const char *line, const char *column,
                         const char *want)
{
    struct table *out = APPLY(t, line);

    assert_cells(col(out, column), want);
    table_unref(out);
}

/* Of one column x. */
static struct table *single(struct column *take)
{
    return make_table((const char *const[]){ "x" }, &take, 1);
}

static void test_cast_loses_what_is_no_value(void **state)
{
    struct table *t = single(MAKE(COLUMN_TEXT, "1", "2.5", "x", NULL));

    assert_after(t, "cast x to=real", "x", "1.0 2.5 · ·");
    assert_after(t, "cast x to=int", "x", "1 · · ·");
    assert_after(t, "cast x to=category", "x", "1 2.5 x ·");
    table_unref(t);
    (void)state;
}

static void test_cast_shares_columns_of_that_type(void **state)
{
    struct table *t = birds(), *out = APPLY(t, "cast bill_* clutch to=real");

    assert_ptr_equal(col(out, "bill_depth_mm"), col(t, "bill_depth_mm"));
    assert_int_equal(col(out, "clutch")->type, COLUMN_REAL);
    table_unref(out);
    assert_step_refused(t, "cast all to=real",
                        "seen: date cannot become real; derive a part of it, as year(x), or the "
                        "days between two");
    table_unref(t);
    (void)state;
}

static void test_trim_takes_blanks_off_and_out(void **state)
{
    struct table *t = single(MAKE(COLUMN_TEXT, "  a  b\t", "a b", NULL, " \n ", "a \t b"));
    struct table *c = single(MAKE(COLUMN_CATEGORY, " a", "a", "a ", "b", NULL));
    struct table *trimmed = APPLY(c, "trim all");

    struct table *out = APPLY(t, "trim x");
    assert_cell(col(out, "x"), 0, "a  b");
    assert_cell(col(out, "x"), 3, "");
    assert_int_equal(col(out, "x")->n_missing, 1);
    table_unref(out);
    out = APPLY(t, "trim x inner=yes");
    assert_cell(col(out, "x"), 0, "a b");
    assert_cell(col(out, "x"), 4, "a b");
    table_unref(out);
    assert_cells(col(trimmed, "x"), "a a a b ·");
    assert_int_equal(col(trimmed, "x")->levels->n_rows, 2); /* levels that became equal are one */
    out = APPLY(trimmed, "trim x");
    assert_ptr_equal(col(out, "x"), col(trimmed, "x"));
    table_unref(out);
    table_unref(trimmed);
    table_unref(c);
    table_unref(t);
    (void)state;
}

static void test_replace_whole_cells_parts_and_patterns(void **state)
{
    struct table *t = single(MAKE(COLUMN_TEXT, "n/a", "an/a", "a-1", "a-22", NULL));

    assert_after(t, "replace x from=n/a to=none", "x", "none an/a a-1 a-22 ·");
    assert_after(t, "replace x from=n/a to_missing=yes", "x", "· an/a a-1 a-22 ·");
    assert_after(t, "replace x from=a to=bb match=part", "x", "n/bb bbn/bb bb-1 bb-22 ·");
    assert_after(t, "replace x from=^a-(\\d+)$ to=$1! match=regex", "x", "n/a an/a 1! 22! ·");
    assert_after(t, "replace x from=\\d\\d to_missing=yes match=regex", "x", "n/a an/a a-1 · ·");
    assert_after(t, "replace x from=n/a to=", "x", " an/a a-1 a-22 ·");
    table_unref(t);
    (void)state;
}

static void test_replace_joins_levels_of_a_category(void **state)
{
    struct table *t = single(MAKE(COLUMN_CATEGORY, "MALE", "male", "F", NULL));
    struct table *out = APPLY(t, "replace x from=MALE to=male");

    assert_cells(col(out, "x"), "male male F ·");
    assert_int_equal(col(out, "x")->levels->n_rows, 2);
    table_unref(out);
    out = APPLY(t, "replace x from=F to_missing=yes");
    assert_cells(col(out, "x"), "MALE male · ·");
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_replace_searches_numbers_for_whole_values(void **state)
{
    struct column *c[] = { MAKE(COLUMN_INT, "-999", "5", NULL),
                           MAKE(COLUMN_REAL, "-999", "0.5", "-999"),
                           MAKE(COLUMN_TEXT, "-999", "x", "-999.0"),
                           MAKE(COLUMN_DATE, "1900-01-01", "2000-01-01", NULL) };
    struct table *t = make_table((const char *const[]){ "i", "r", "s", "d" }, c, 4);
    struct table *out = APPLY(t, "replace all from=-999 to_missing=yes");

    assert_cells(col(out, "i"), "· 5 ·");
    assert_cells(col(out, "r"), "· 0.5 ·");
    assert_cells(col(out, "s"), "· x -999.0");
    assert_ptr_equal(col(out, "d"), col(t, "d"));
    table_unref(out);
    assert_after(t, "replace i from=-999 to=0", "i", "0 5 ·");
    assert_after(t, "replace d from=1900-01-01 to=2001-01-01", "d", "2001-01-01 2000-01-01 ·");
    assert_step_refused(t, "replace i from=n/a to=0",
                        "i is an int; this step takes text or a category, or with match=exact a "
                        "type of which `from` and `to` are values");
    table_unref(t);
    (void)state;
}

static void test_replace_refuses_what_it_cannot_do(void **state)
{
    struct table *t = single(MAKE(COLUMN_TEXT, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"));

    assert_step_refused(t, "replace x from=a",
                        "replace takes to=TEXT or to_missing=yes, one of them");
    assert_step_refused(t, "replace x from=a to=b to_missing=yes",
                        "replace takes to=TEXT or to_missing=yes, one of them");
    assert_step_refused(t, "replace x from= to=b match=part",
                        "from is empty and would match everywhere; give it a text, or match=exact "
                        "for empty cells");
    assert_step_refused(t, "replace x from=a( to=b match=regex",
                        "the pattern 'a(' is wrong at its character 3: missing closing "
                        "parenthesis");
    assert_step_refused(t, "replace x from=(a+)+$ to=c match=regex",
                        "the pattern takes too long on "
                        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac'; make it simpler");
    table_unref(t);
    (void)state;
}

static void test_derive_makes_or_replaces_a_column(void **state)
{
    struct table *t = birds();
    struct table *out = APPLY(t, "derive ratio = bill_length_mm / bill_depth_mm");

    assert_string_equal(table_name(out, t->n_cols), "ratio");
    assert_float_equal(column_reals(col(out, "ratio"))[0], 39.1 / 18.7, 0);
    assert_true(column_missing(col(out, "ratio"), 8));
    table_unref(out);
    out = APPLY(t, "derive body_mass_g = body_mass_g / 1000");
    assert_int_equal(table_find(out, "body_mass_g"), table_find(t, "body_mass_g"));
    assert_cell(col(out, "body_mass_g"), 0, "3.75");
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_drop_and_keep_columns(void **state)
{
    struct table *t = birds();
    struct recipe *r = with_role(RECIPE("keep bill_*"), "species", ROLE_TARGET);
    struct recipe *d = with_role(RECIPE("drop species"), "species", ROLE_TARGET);
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);

    assert_names(recipe_run_result(run), "species bill_length_mm bill_depth_mm");
    struct table *out = APPLY(t, "drop bill_* sex note", "keep island species");
    assert_names(out, "species island");
    table_unref(out);
    assert_refused(d, t, NULL,
                   "step 1 (drop): species is the target; make another column the target before "
                   "dropping it");
    assert_step_refused(t, "drop bill_lenth_mm",
                        "no column 'bill_lenth_mm'; did you mean bill_length_mm?");
    recipe_run_unref(run);
    recipe_unref(r);
    recipe_unref(d);
    table_unref(t);
    (void)state;
}

static void test_rename_a_column(void **state)
{
    struct table *t = birds(), *out = APPLY(t, "rename sex to=gender", "rename note remark");
    struct recipe *r = with_role(RECIPE("rename sex kind"), "sex", ROLE_TARGET);

    assert_true(table_find(out, "sex") < 0);
    assert_ptr_equal(col(out, "gender"), col(t, "sex"));
    assert_ptr_equal(col(out, "remark"), col(t, "note"));
    table_unref(out);
    assert_step_refused(t, "rename sex island",
                        "there is a column island already; choose another name");
    assert_refused(r, t, NULL,
                   "step 1 (rename): sex has a role (target); rename it before it is "
                   "given one");
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

static void test_clip_brings_numbers_within_bounds(void **state)
{
    struct table *r = single(MAKE(COLUMN_REAL, "-1.5", "0.5", "9", "nan", "inf", NULL));
    struct table *i = single(MAKE(COLUMN_INT, "-5", "3", "9223372036854775807", NULL));

    assert_after(r, "clip x min=0 max=5", "x", "0.0 0.5 5.0 nan 5.0 ·");
    assert_after(r, "clip x min=0", "x", "0.0 0.5 9.0 nan inf ·");
    assert_after(i, "clip x max=4.5", "x", "-5 3 4 ·");
    assert_after(i, "clip x min=-1.5", "x", "-1 3 9223372036854775807 ·");
    assert_after(i, "clip x min=-1e300 max=1e300", "x", "-5 3 9223372036854775807 ·");
    struct table *out = APPLY(i, "clip x min=-5");
    assert_ptr_equal(col(out, "x"), col(i, "x"));
    table_unref(out);
    assert_step_refused(r, "clip x", "clip needs a bound; give min=, max= or both");
    assert_step_refused(r, "clip x min=2 max=1", "min=2 is above max=1; exchange them");
    assert_step_refused(i, "clip x min=0.2 max=0.8",
                        "x is an int, and no whole number lies from 0.2 to 0.8; cast it to real "
                        "first");
    table_unref(r);
    table_unref(i);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cast_loses_what_is_no_value),
        cmocka_unit_test(test_cast_shares_columns_of_that_type),
        cmocka_unit_test(test_trim_takes_blanks_off_and_out),
        cmocka_unit_test(test_replace_whole_cells_parts_and_patterns),
        cmocka_unit_test(test_replace_joins_levels_of_a_category),
        cmocka_unit_test(test_replace_searches_numbers_for_whole_values),
        cmocka_unit_test(test_replace_refuses_what_it_cannot_do),
        cmocka_unit_test(test_derive_makes_or_replaces_a_column),
        cmocka_unit_test(test_drop_and_keep_columns),
        cmocka_unit_test(test_rename_a_column),
        cmocka_unit_test(test_clip_brings_numbers_within_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
