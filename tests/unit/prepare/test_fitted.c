#include "prepare_make.h"

#include "base/rng.h"

/* Every fitted kind with each of its ways, after row-wise steps and with a target. */
static const char *const learning[] = {
    "trim note",
    "derive ratio = bill_length_mm / bill_depth_mm",
    "filter body_mass_g > 0",
    "impute sex value=unknown",
    "impute bill_* method=mean indicator=yes",
    "impute all",
    "drop seen",
    "encode island unknown=bucket min_frequency=2",
    "encode all drop=first",
    "scale bill_* method=minmax",
    "scale all",
};

static struct recipe *learning_recipe(void)
{
    return with_role(make_recipe_of(learning, COUNT(learning)), "species", ROLE_TARGET);
}

static struct fitted *load_bytes(const char *bytes, size_t len, struct err *err)
{
    struct fitted *f = NULL;
    struct unpack u;
    struct arena arena;

    arena_init(&arena);
    unpack_init(&u, bytes, len, &arena);
    if (fitted_load(&f, &u, err) == 0 && unpack_end(&u, err)) {
        fitted_unref(f);
        f = NULL;
    }
    arena_release(&arena);
    return f;
}

static struct table *apply(const struct fitted *f, const struct table *t)
{
    struct table *out = NULL;
    struct err err = { 0 };

    if (fitted_apply(&out, f, t, NULL, &err))
        fail_msg("%s", err.msg);
    return out;
}

static void test_what_was_saved_and_loaded_gives_the_same_bits(void **state)
{
    struct table *t = birds();
    struct recipe *r = learning_recipe();
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct str bytes = saved(run->fitted);
    struct fitted *f = load_bytes(bytes.buf, bytes.len, NULL);
    struct table *was = apply(run->fitted, t), *is = apply(f, t);

    assert_saved_equal(f, run->fitted);
    assert_tables_equal(was, is);
    assert_string_equal(roles_target(&f->recipe->roles), "species");
    assert_string_equal(f->recipe->steps[3]->text, learning[3]);
    table_unref(was);
    table_unref(is);
    fitted_unref(f);
    str_release(&bytes);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

static void test_fitting_gives_what_applying_gives(void **state)
{
    struct table *t = birds();
    struct recipe *all = learning_recipe(), *r = recipe_remove(all, 2); /* no rows step */
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct table *applied = apply(run->fitted, t);

    assert_tables_equal(applied, recipe_run_result(run));
    table_unref(applied);
    recipe_run_unref(run);
    recipe_unref(r);
    recipe_unref(all);
    table_unref(t);
    (void)state;
}

static void test_row_by_row_is_the_batch(void **state)
{
    struct table *t = birds();
    struct recipe *r = learning_recipe();
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct table *batch = apply(run->fitted, t);

    for (uint32_t i = 0; i < t->n_rows; i++) {
        struct table *one, *part;
        assert_int_equal(table_take(&one, t, &i, 1, NULL), 0);
        struct table *out = apply(run->fitted, one);
        assert_int_equal(table_take(&part, batch, &i, 1, NULL), 0);
        assert_tables_equal(out, part);
        table_unref(one);
        table_unref(out);
        table_unref(part);
    }
    table_unref(batch);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

/* A table whose rows with part 0 are other rows of it, drawn at random: other values, missing cells
 * in other places, other levels. */
static struct table *with_other_rows_to_predict(const struct table *t, const uint8_t *part,
                                                uint64_t seed)
{
    uint32_t rows[64];
    struct table *out;
    struct rng rng;

    rng_init(&rng, seed, 1);
    for (uint32_t i = 0; i < t->n_rows; i++)
        rows[i] = part[i] ? i : (uint32_t)rng_below(&rng, t->n_rows);
    assert_int_equal(table_take(&out, t, rows, t->n_rows, NULL), 0);
    return out;
}

static void test_rows_to_be_predicted_teach_nothing(void **state)
{
    struct table *t = birds();
    struct recipe *r = recipe_set_split(NULL, 0);

    for (size_t i = 0; i < COUNT(learning); i++)
        r = add_step(r, learning[i]);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        uint8_t part[12];
        struct rng rng;
        rng_init(&rng, seed, 0);
        for (size_t i = 0; i < 12; i++)
            part[i] = i < 4 || rng_below(&rng, 2);
        struct table *other = with_other_rows_to_predict(t, part, seed);
        struct recipe_run *a = run_recipe(r, t, part, NULL);
        struct recipe_run *b = run_recipe(r, other, part, NULL);
        assert_saved_equal(a->fitted, b->fitted);
        recipe_run_unref(a);
        recipe_run_unref(b);
        table_unref(other);
    }
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

/* The other way round: training rows do teach, or the test above could not fail. */
static void test_training_rows_teach(void **state)
{
    struct table *t = birds();
    const uint8_t first[12] = { 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0 };
    const uint8_t last[12] = { 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1 };
    static const char *const lines[] = { "impute body_mass_g", "scale body_mass_g",
                                         "encode island" };

    for (size_t i = 0; i < COUNT(lines); i++) {
        struct recipe *r = RECIPE(lines[i]);
        struct recipe_run *a = run_recipe(r, t, first, NULL), *b = run_recipe(r, t, last, NULL);
        struct str x = saved(a->fitted), y = saved(b->fitted);
        assert_true(x.len != y.len || memcmp(x.buf, y.buf, x.len) != 0);
        str_release(&x);
        str_release(&y);
        recipe_run_unref(a);
        recipe_run_unref(b);
        recipe_unref(r);
    }
    table_unref(t);
    (void)state;
}

static void test_new_rows_may_lack_the_target_and_what_only_it_needs(void **state)
{
    struct table *t = birds();
    struct recipe *r = with_role(RECIPE("derive heavy = body_mass_g > 4000", "drop body_mass_g",
                                        "replace sex from=MALE to=M", "impute all", "drop note",
                                        "scale bill_*", "keep bill_* sex island"),
                                 "heavy", ROLE_TARGET);
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    const size_t cols[] = { 1, 2, 3, 6 }; /* island, bill_length_mm, bill_depth_mm, sex */
    struct table *raw, *out;

    assert_names(recipe_run_result(run), "island bill_length_mm bill_depth_mm sex heavy");
    assert_int_equal(table_select(&raw, t, cols, 4, NULL), 0);
    out = apply(run->fitted, raw);
    assert_names(out, "island bill_length_mm bill_depth_mm sex");
    const size_t made[] = { 0, 1, 2, 3 };
    struct table *want;
    assert_int_equal(table_select(&want, recipe_run_result(run), made, 4, NULL), 0);
    assert_tables_equal(out, want);
    table_unref(want);
    table_unref(raw);
    table_unref(out);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

/* `want`: names of the raw columns, parted by blanks. */
static void assert_needs(const struct recipe *r, const char *const *features, size_t p,
                         const char *want)
{
    struct table *t = birds();
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct str found;
    bool needed[10];

    str_init(&found);
    assert_int_equal(fitted_needs(needed, run->fitted, t, features, p, NULL), 0);
    for (size_t j = 0; j < t->n_cols; j++)
        if (needed[j])
            str_addf(&found, "%s%s", found.len ? " " : "", table_name(t, j));
    assert_string_equal(found.buf, want);
    str_release(&found);
    recipe_run_unref(run);
    table_unref(t);
}
#define ASSERT_NEEDS(r, want, ...)                                                                 \
    assert_needs(r, (const char *const[]){ __VA_ARGS__ },                                          \
                 COUNT(((const char *const[]){ __VA_ARGS__ })), want)

static void test_it_tells_which_raw_columns_are_needed(void **state)
{
    struct recipe *r = with_role(
        RECIPE("derive ratio = bill_length_mm / bill_depth_mm", "derive one = 1", "impute all",
               "encode island", "scale all", "drop note", "drop flipper_length_mm",
               "derive sex = coalesce(sex, text(seen))", "rename clutch pair"),
        "species", ROLE_TARGET);

    ASSERT_NEEDS(r, "body_mass_g", "body_mass_g");
    ASSERT_NEEDS(r, "", "one");
    ASSERT_NEEDS(r, "island body_mass_g", "body_mass_g", "one", "island=Dream");
    ASSERT_NEEDS(r, "bill_length_mm bill_depth_mm", "ratio");
    ASSERT_NEEDS(r, "sex seen", "sex"); /* a column of that name alone is not the same */
    ASSERT_NEEDS(r, "bill_length_mm bill_depth_mm sex clutch seen", "sex", "ratio", "pair");
    recipe_unref(r);
    (void)state;
}

static void test_numbers_may_come_as_the_other_type(void **state)
{
    struct column *was[] = { MAKE(COLUMN_REAL, "1.5", "2.5", NULL),
                             MAKE(COLUMN_INT, "1", "3", NULL),
                             MAKE(COLUMN_CATEGORY, "a", "b", NULL) };
    struct column *is[] = { MAKE(COLUMN_INT, "1", "2", NULL), MAKE(COLUMN_REAL, "1.5", "3", NULL),
                            MAKE(COLUMN_TEXT, "a", "c", NULL) };
    struct column *wrong[] = { MAKE(COLUMN_TEXT, "one", "two", NULL) };
    const char *const names[] = { "r", "i", "c" };
    struct table *t = make_table(names, was, 3), *fresh = make_table(names, is, 3);
    struct table *bad = make_table(names, wrong, 1), *out;
    struct recipe *r = RECIPE("impute all"), *s = RECIPE("scale r");
    struct recipe_run *run = run_recipe(r, t, NULL, NULL), *scaled = run_recipe(s, t, NULL, NULL);
    struct err err = { 0 };

    out = apply(run->fitted, fresh);
    assert_cells(col(out, "r"), "1.0 2.0 2.0");
    assert_cells(col(out, "i"), "1.5 3.0 2.0");
    assert_cells(col(out, "c"), "a c a");
    table_unref(out);
    assert_int_equal(fitted_apply(&out, run->fitted, bad, NULL, &err), -1);
    assert_string_equal(err.msg,
                        "step 1 (impute): r is a text; it was a real when this step learned");
    assert_int_equal(fitted_apply(&out, scaled->fitted, bad, NULL, &err), -1);
    assert_string_equal(err.msg,
                        "step 1 (scale): r is a text; it was a number when this step learned");
    recipe_run_unref(run);
    recipe_run_unref(scaled);
    recipe_unref(r);
    recipe_unref(s);
    table_unref(t);
    table_unref(fresh);
    table_unref(bad);
    (void)state;
}

/* Cut anywhere it is refused; with any byte changed it is refused or is a recipe that can be run:
 * nothing in between (the checksum of the bundle is another matter). */
static void test_damaged_bytes_are_refused_or_harmless(void **state)
{
    struct table *t = birds();
    struct recipe *r = learning_recipe();
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct str bytes = saved(run->fitted);
    size_t n_refused = 0;

    for (size_t len = 0; len < bytes.len; len++) {
        struct err err = { 0 };
        assert_null(load_bytes(bytes.buf, len, &err));
        assert_true(err.code == ERR_PARSE || err.code == ERR_USAGE);
    }
    for (size_t i = 0; i < bytes.len; i++) {
        char was = bytes.buf[i];
        struct err err = { 0 };
        struct table *out = NULL;
        bytes.buf[i] = (char)(was ^ (1 << i % 8));
        struct fitted *f = load_bytes(bytes.buf, bytes.len, &err);
        bytes.buf[i] = was;
        n_refused += !f;
        if (f && fitted_apply(&out, f, t, NULL, &err) == 0)
            table_unref(out);
        fitted_unref(f);
    }
    assert_true(n_refused > bytes.len / 4);
    str_release(&bytes);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

static void test_an_unknown_kind_is_named(void **state)
{
    struct table *t = birds();
    struct recipe *r = RECIPE("scale all");
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct str bytes = saved(run->fitted);
    char *name = memmem(bytes.buf, bytes.len, "scale", 5);
    struct err err = { 0 };

    name[4] = 'p';
    assert_null(load_bytes(bytes.buf, bytes.len, &err));
    assert_string_equal(err.msg, "a saved step is 'scalp', which this version does not know; use "
                                 "the version that saved it");
    str_release(&bytes);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_saved_and_loaded_gives_the_same_bits),
        cmocka_unit_test(test_fitting_gives_what_applying_gives),
        cmocka_unit_test(test_row_by_row_is_the_batch),
        cmocka_unit_test(test_rows_to_be_predicted_teach_nothing),
        cmocka_unit_test(test_training_rows_teach),
        cmocka_unit_test(test_new_rows_may_lack_the_target_and_what_only_it_needs),
        cmocka_unit_test(test_it_tells_which_raw_columns_are_needed),
        cmocka_unit_test(test_numbers_may_come_as_the_other_type),
        cmocka_unit_test(test_damaged_bytes_are_refused_or_harmless),
        cmocka_unit_test(test_an_unknown_kind_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
