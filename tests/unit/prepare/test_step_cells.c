/* Steps about single cells and pieces of them: separate, unite, fill, edit. */
#include "prepare_make.h"

static void assert_after(const struct table *t, const char *line, const char *column,
                         const char *want)
{
    struct table *out = APPLY(t, line);

    assert_cells(col(out, column), want);
    table_unref(out);
}

static struct table *single(struct column *take)
{
    return make_table((const char *const[]){ "x" }, &take, 1);
}

/* ---------------------------------------------------------------- separate */

static void test_separate_by_a_text(void **state)
{
    struct table *t = single(MAKE(COLUMN_TEXT, "a-b-c", "a- b", "", NULL, "-"));
    struct table *out = APPLY(t, "separate x by=- into=p,q");

    (void)state;
    assert_names(out, "p q");
    assert_cells(col(out, "p"), "a a  · ");
    assert_cells(col(out, "q"), "b-c b · · ");
    table_unref(out);
    out = APPLY(t, "separate x by=- into=p,q,r keep=yes trim=no");
    assert_names(out, "x p q r");
    assert_cell(col(out, "q"), 1, " b");
    assert_cells(col(out, "r"), "c · · · ·");
    table_unref(out);
    assert_step_refused(t, "separate x into=p",
                        "separate takes one of by=TEXT, pattern=REGEX and at=N,…");
    assert_step_refused(t, "separate x by=- into=p,p", "two columns are called 'p'; rename one");
    assert_step_refused(t, "separate x by=- into=p,,q", "into= has an empty name in it");
    table_unref(t);
}

static void test_separate_by_a_pattern_and_at_places(void **state)
{
    struct table *t = single(MAKE(COLUMN_CATEGORY, "2020-Q3", "2021-Q", "né1", NULL));
    struct table *out = APPLY(t, "separate x pattern=(\\d+)-Q(\\d)? into=year,quarter");

    (void)state;
    assert_int_equal(col(out, "year")->type, COLUMN_CATEGORY);
    assert_cells(col(out, "year"), "2020 2021 · ·");
    assert_cells(col(out, "quarter"), "3 · · ·");
    table_unref(out);
    out = APPLY(t, "separate x at=2,4 into=a,b,c");
    assert_cells(col(out, "a"), "20 20 né ·");
    assert_cells(col(out, "b"), "20 21 1 ·");
    assert_cells(col(out, "c"), "-Q3 -Q · ·");
    table_unref(out);
    assert_step_refused(t, "separate x pattern=(a)(b) into=p",
                        "the pattern has 2 groups, and into= names 1 columns");
    assert_step_refused(t, "separate x at=4,2 into=a,b,c",
                        "at=4,2 is no list of places; write rising whole numbers, as in 4,6");
    assert_step_refused(t, "separate x at=4 into=a,b,c",
                        "1 cuts make 2 pieces, and into= names 3 columns");
    table_unref(t);
    t = single(MAKE(COLUMN_INT, "1"));
    assert_step_refused(t, "separate x at=1 into=a,b",
                        "x is an int; this step takes text or a category");
    table_unref(t);
}

static void test_a_target_is_not_taken_apart(void **state)
{
    struct table *t = birds();
    struct recipe *r = with_role(RECIPE("separate species at=1 into=a,b keep=yes"), "species",
                                 ROLE_TARGET);

    (void)state;
    assert_refused(
        r, t, NULL,
        "step 1 (separate): species has a role (target); separate it before it is given one");
    recipe_unref(r);
    r = with_role(RECIPE("unite species island into=a keep=yes"), "species", ROLE_TARGET);
    assert_refused(r, t, NULL,
                   "step 1 (unite): species has a role (target); unite it before it is given one");
    recipe_unref(r);
    r = with_role(RECIPE("fill species"), "species", ROLE_TARGET);
    assert_refused(
        r, t, NULL,
        "step 1 (fill): species is the target, and what one row is to be predicted must not "
        "come from another; name other columns");
    recipe_unref(r);
    table_unref(t);
}

/* ---------------------------------------------------------------- unite */

static void test_unite(void **state)
{
    struct column *c[] = { MAKE(COLUMN_TEXT, "a", NULL, NULL), MAKE(COLUMN_INT, "1", "2", NULL),
                           MAKE(COLUMN_DATE, "2020-01-02", NULL, NULL) };
    struct table *t = make_table((const char *const[]){ "t", "i", "d" }, c, 3);
    struct table *out = APPLY(t, "unite d t i into=all sep=/");

    (void)state;
    assert_names(out, "all");
    assert_cells(col(out, "all"), "2020-01-02/a/1 2 ·");
    table_unref(out);
    out = APPLY(t, "unite i t into=t");
    assert_names(out, "t d");
    assert_cells(col(out, "t"), "1_a 2 ·");
    table_unref(out);
    out = APPLY(t, "unite i t into=both keep=yes");
    assert_names(out, "both t i d");
    table_unref(out);
    assert_step_refused(t, "unite i t into=d", "two columns are called 'd'; rename one");
    table_unref(t);
}

/* ---------------------------------------------------------------- fill */

static void test_fill(void **state)
{
    struct column *c[] = { MAKE(COLUMN_CATEGORY, NULL, "a", NULL, NULL, "b", NULL),
                           MAKE(COLUMN_INT, "1", NULL, "3", NULL, NULL, NULL),
                           MAKE(COLUMN_TEXT, "g", "h", "g", "h", "g", NULL) };
    struct table *t = make_table((const char *const[]){ "k", "n", "g" }, c, 3);

    (void)state;
    assert_after(t, "fill k", "k", "· a a a b b");
    assert_after(t, "fill k direction=up", "k", "a a b b b ·");
    assert_after(t, "fill n by=g", "n", "1 · 3 · 3 ·");
    assert_after(t, "fill n limit=1", "n", "1 1 3 3 · ·");
    assert_after(t, "fill all", "g", "g h g h g g");
    struct table *out = APPLY(t, "fill g n by=k");
    assert_cells(col(out, "n"), "1 · 3 3 · 3");
    table_unref(out);
    table_unref(t);
}

static void test_fill_stands_before_what_learns(void **state)
{
    struct table *t = birds();
    struct recipe *r = RECIPE("impute body_mass_g", "fill sex");

    (void)state;
    assert_refused(
        r, t, NULL,
        "step 2 (fill): it looks at the rows around a row and must stand before the split "
        "and before any step that learns; move it up: step 2 move to=1");
    recipe_unref(r);
    table_unref(t);
}

/* ---------------------------------------------------------------- edit */

static void test_edit(void **state)
{
    struct table *t = birds();

    (void)state;
    assert_after(t, "edit 3,5 sex female", "sex",
                 "MALE FEMALE female MALE female MALE FEMALE MALE · · MALE FEMALE");
    assert_after(t, "edit 1 clutch to_missing=yes", "clutch",
                 "· false false true true · false true true false true true");
    assert_after(t, "edit 9 flipper_length_mm 190 was=", "flipper_length_mm",
                 "181 186 211 230 192 178 210 198 190 215 201 181");
    assert_after(t, "edit 7 seen 2010-05-06 was=", "seen",
                 "2007-11-11 2007-11-11 2008-11-04 2008-11-04 2007-11-16 2007-11-11 2010-05-06 "
                 "2009-11-16 2007-11-11 2008-11-06 2009-11-21 2009-11-22");
    assert_step_refused(t, "edit 7 clutch maybe",
                        "'maybe' is no value of clutch, which is a bool; cast it first, or write "
                        "to_missing=yes");
    assert_step_refused(t, "edit 7 clutch",
                        "edit takes a value, or values= with one for each row, or to_missing=yes");
    assert_step_refused(t, "edit 3,5 sex values=a,b,c", "values= has 3 texts for 2 rows");
    assert_after(t, "edit 5,3,1 sex values=female,,it", "sex",
                 "it FEMALE · MALE female MALE FEMALE MALE · · MALE FEMALE");
    assert_after(t, "edit 3 sex values=", "sex",
                 "MALE FEMALE · MALE FEMALE MALE FEMALE MALE · · MALE FEMALE");
    assert_step_refused(t, "edit x clutch true",
                        "'x' is no row number; rows are numbered from 1, as the sheet shows them");
    assert_step_refused(
        t, "edit 1 sex male was=FEMALE",
        "row 1 of sex holds 'MALE', not 'FEMALE' as when it was edited; look at the "
        "data, and edit the cell again");
    assert_step_refused(t, "edit 13 sex male",
                        "there is no row 13; the table's last row is 12, so these are not the data "
                        "that were edited");
    table_unref(t);
}

static void test_edit_knows_rows_by_number(void **state)
{
    struct table *t = birds();
    struct table *out = APPLY(t, "filter sex = \"MALE\"", "edit 4 sex male", "edit 2 sex male");

    (void)state;
    assert_cells(col(out, "sex"), "MALE male MALE MALE MALE"); /* the second has gone: no cell */
    table_unref(out);
    table_unref(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_separate_by_a_text),
        cmocka_unit_test(test_separate_by_a_pattern_and_at_places),
        cmocka_unit_test(test_a_target_is_not_taken_apart),
        cmocka_unit_test(test_unite),
        cmocka_unit_test(test_fill),
        cmocka_unit_test(test_fill_stands_before_what_learns),
        cmocka_unit_test(test_edit),
        cmocka_unit_test(test_edit_knows_rows_by_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
