/* Models: trained through a recipe, saved, damaged, loaded, and used on raw data. */
#include "model_case.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

/* A scratch file that no other test uses. */
static const char *scratch(char buf[64])
{
    snprintf(buf, 64, "/tmp/assay_test_model_%d.model", (int)getpid());
    return buf;
}

static struct recipe *penguin_recipe(void)
{
    struct recipe *r = with_role(recipe_empty(), "species", ROLE_TARGET);

    r = add_step(r, "impute all");
    r = add_step(r, "derive bill_ratio = bill_length_mm / bill_depth_mm");
    r = add_step(r, "drop bill_depth_mm");
    r = add_step(r, "encode island sex");
    return add_step(r, "scale all");
}

static struct model *penguin_model(struct source **source)
{
    struct recipe *r = penguin_recipe();

    *source = case_read("share/data/penguins.csv");
    struct model *m = train("logistic", "", (*source)->table, r);
    recipe_unref(r);
    return m;
}

static void test_saved_model_predicts_the_same_bits(void **state)
{
    (void)state;
    struct source *source;
    struct model *m = penguin_model(&source), *loaded;
    struct err err = { 0 };
    char path[64];

    assert_int_equal(m->n_rows, 344);
    assert_int_equal(m->target.n_classes, 3);
    struct model_note notes[] = { { "source", "penguins.csv" }, { "accuracy", "0.99" } };
    struct model *noted = model_with_notes(m, notes, 2);
    if (model_save(noted, scratch(path), &err))
        fail_msg("%s", err.msg);
    if (model_load(&loaded, path, &err))
        fail_msg("%s", err.msg);

    struct prediction a = predict(m, source->table), b = predict(loaded, source->table);
    assert_same_prediction(&a, &b);
    assert_true(digest_eq(model_digest(m), model_digest(loaded)));
    assert_int_equal(loaded->n_notes, 2);
    assert_string_equal(loaded->notes[1].key, "accuracy");
    assert_string_equal(loaded->notes[1].value, "0.99");
    assert_string_equal(loaded->params.specs[0].name, "C");
    assert_string_equal(params_text(&loaded->params, "C"), params_text(&m->params, "C"));
    prediction_release(&a);
    prediction_release(&b);
    model_unref(loaded);
    model_unref(noted);
    model_unref(m);
    source_unref(source);
    unlink(path);
}

/* ---- the file ---- */

static char *slurp(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    char *data;

    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    *len = (size_t)ftell(f);
    rewind(f);
    data = malloc(*len + 1);
    assert_int_equal(fread(data, 1, *len, f), *len);
    fclose(f);
    return data;
}

static void spit(const char *path, const void *data, size_t len)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static struct model *small_model(void)
{
    struct source *source = case_read("share/data/diabetes.csv");
    struct recipe *r = with_role(recipe_empty(), "progression", ROLE_TARGET);

    r = add_step(r, "keep progression bmi hdl");
    struct model *m = train("ridge", "", source->table, r);
    recipe_unref(r);
    source_unref(source);
    return m;
}

/* What a missing cell looks like, and that 1.50 is a word, comes from training, not from the file. */
static void test_raw_data_are_read_as_in_training(void **state)
{
    (void)state;
    static const char text[] = "bmi,sex\n?,1.50\n22.5,1.50\n";
    struct model *m = small_model();
    struct model_column *sex = &m->inputs[0];
    struct model_note notes[] = { { "read.na", "?" }, { "read.header", "yes" } };
    struct model *noted = model_with_notes(m, notes, 2);
    struct source *source;
    struct err err = { 0 };
    char path[64];

    sex->name = "sex";
    sex->type = COLUMN_CATEGORY;
    spit(scratch(path), text, sizeof(text) - 1);
    if (model_read(&source, noted, path, NULL, &err))
        fail_msg("%s", err.msg);
    const struct column *bmi = table_column(source->table, "bmi", NULL);
    assert_int_equal(bmi->type, COLUMN_REAL);
    assert_int_equal(bmi->n_missing, 1);
    assert_int_equal(table_column(source->table, "sex", NULL)->type, COLUMN_TEXT);
    source_unref(source);
    model_unref(noted);
    model_unref(m);
    unlink(path);
}

static void test_every_damaged_byte_and_every_cut_is_refused(void **state)
{
    (void)state;
    struct model *m = small_model(), *loaded = NULL;
    struct err err = { 0 };
    char path[64];
    size_t len;

    assert_int_equal(model_save(m, scratch(path), &err), 0);
    char *data = slurp(path, &len);
    for (size_t i = 0; i < len; i++) {
        data[i] ^= (char)(1 << i % 8);
        err_clear(&err);
        assert_int_equal(model_load_sealed(&loaded, data, len, path, &err), -1);
        assert_int_equal(err.code, ERR_PARSE);
        data[i] ^= (char)(1 << i % 8);
    }
    for (size_t n = 0; n < len; n++)
        assert_int_equal(model_load_sealed(&loaded, data, n, path, &err), -1);
    assert_int_equal(model_load_sealed(&loaded, data, len, path, &err), 0);
    model_unref(loaded);

    data[len / 2] ^= 1;
    spit(path, data, len);
    err_clear(&err);
    assert_int_equal(model_load(&loaded, path, &err), -1);
    assert_non_null(strstr(err.msg, "is damaged or cut off"));
    free(data);
    model_unref(m);
    unlink(path);
}

/* Damage behind the seal's back: an unsealed database with one byte changed loads or is refused,
 * and never does worse (the sanitizers watch). */
static void test_unsealed_damage_does_no_harm(void **state)
{
    (void)state;
    struct model *m = small_model();
    struct err err = { 0 };
    char path[64];
    size_t len;

    assert_int_equal(model_save(m, scratch(path), &err), 0);
    char *data = slurp(path, &len);
    for (size_t i = 0; i < len; i += 7) {
        struct model *loaded = NULL;
        char old = data[i];
        data[i] = (char)(i * 37);
        if (model_load_bytes(&loaded, data, len - 32, &err) == 0)
            model_unref(loaded);
        data[i] = old;
    }
    free(data);
    model_unref(m);
    unlink(path);
}

/* Change the database of a bundle by SQL, and load its bytes. */
static int load_changed(const char *path, const char *sql, struct err *err)
{
    sqlite3 *db;
    sqlite3_int64 len;
    struct model *loaded;
    size_t size;
    char *data = slurp(path, &size);

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    unsigned char *copy = sqlite3_malloc64(size);
    memcpy(copy, data, size);
    free(data);
    assert_int_equal(
        sqlite3_deserialize(db, "main", copy, (sqlite3_int64)size - 32, (sqlite3_int64)size,
                            SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE),
        SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    unsigned char *changed = sqlite3_serialize(db, "main", &len, 0);
    int rc = model_load_bytes(&loaded, changed, (size_t)len, err);
    if (rc == 0)
        model_unref(loaded);
    sqlite3_free(changed);
    sqlite3_close(db);
    return rc;
}

static void test_other_versions_and_parts_are_named(void **state)
{
    (void)state;
    struct model *m = small_model();
    struct err err = { 0 };
    char path[64];

    assert_int_equal(model_save(m, scratch(path), &err), 0);
    assert_int_equal(load_changed(path, "SELECT 1", &err), 0);
    assert_int_equal(load_changed(path, "UPDATE bundle SET value = '7' WHERE key = 'format'", &err),
                     -1);
    assert_string_equal(err.msg,
                        "the model bundle has format 7 and this program reads up to format "
                        "1; use a newer assay");
    assert_int_equal(
        load_changed(path, "UPDATE bundle SET value = 'oracle' WHERE key = 'learner'", &err), -1);
    assert_string_equal(err.msg, "the model bundle was made by the learner 'oracle', which this "
                                 "program does not have");
    assert_int_equal(load_changed(path, "DELETE FROM bundle WHERE key = 'state'", &err), -1);
    assert_string_equal(err.msg,
                        "the model bundle has no part 'state'; it is no model, or damaged");
    /* parts of another learner do not fit this one */
    assert_int_equal(
        load_changed(path, "UPDATE bundle SET value = 'logistic' WHERE key = 'learner'", &err), -1);
    /* a view in place of the table is not looked into */
    assert_int_equal(load_changed(path,
                                  "ALTER TABLE bundle RENAME TO b; CREATE VIEW bundle AS "
                                  "SELECT * FROM b",
                                  &err),
                     -1);
    model_unref(m);
    unlink(path);
}

static void test_other_files_are_refused(void **state)
{
    (void)state;
    struct model *m;
    struct err err = { 0 };
    char path[64];

    assert_int_equal(model_load(&m, "/nowhere/at/all.model", &err), -1);
    assert_int_equal(err.code, ERR_IO);
    spit(scratch(path), "a,b\n1,2\n", 8);
    assert_int_equal(model_load(&m, path, &err), -1);
    assert_int_equal(err.code, ERR_PARSE);
    assert_string_equal(err.msg, "this is no model bundle; `save model` makes one");
    unlink(path);
}

static void test_failed_save_leaves_the_old_file(void **state)
{
    (void)state;
    struct model *m = small_model();
    struct err err = { 0 };

    assert_int_equal(model_save(m, "/nowhere/at/all.model", &err), -1);
    assert_int_equal(err.code, ERR_IO);
    if (access("/dev/full", W_OK) == 0) {
        err_clear(&err);
        assert_int_equal(model_save(m, "/dev/full", &err), -1);
        assert_int_equal(err.code, ERR_IO);
    }
    model_unref(m);
}

/* ---- raw data that are not quite those of the training ---- */

static struct table *select_columns(const struct table *t, const char *const *names, size_t n)
{
    size_t cols[16];
    struct table *out;

    for (size_t k = 0; k < n; k++)
        cols[k] = (size_t)table_find(t, names[k]);
    assert_int_equal(table_select(&out, t, cols, n, NULL), 0);
    return out;
}

static void test_order_and_further_columns_do_not_matter(void **state)
{
    (void)state;
    static const char *const names[] = { "sex",           "body_mass_g",
                                         "island",        "flipper_length_mm",
                                         "bill_depth_mm", "bill_length_mm" };
    struct source *source;
    struct model *m = penguin_model(&source);
    struct table *other = select_columns(source->table, names, 6);

    struct prediction a = predict(m, source->table), b = predict(m, other);
    assert_same_prediction(&a, &b);
    prediction_release(&a);
    prediction_release(&b);
    table_unref(other);
    model_unref(m);
    source_unref(source);
}

static void test_missing_and_mistyped_columns_are_named(void **state)
{
    (void)state;
    static const char *const names[] = { "sex", "island", "flipper_length_mm", "bill_depth_mm",
                                         "bill_length_mm" };
    struct source *source;
    struct model *m = penguin_model(&source);
    struct prediction p;
    struct err err = { 0 };
    struct table *other = select_columns(source->table, names, 5), *wrong;

    assert_int_equal(model_predict(&p, m, other, NULL, &err), -1);
    assert_int_equal(err.code, ERR_SHAPE);
    assert_string_equal(err.msg,
                        "column body_mass_g is missing from the data; the model was trained "
                        "with it (int)");
    struct column *text = column_ref(table_at(source->table, 1)); /* island */
    assert_int_equal(table_put(&wrong, source->table, "body_mass_g", text, NULL), 0);
    assert_int_equal(model_predict(&p, m, wrong, NULL, &err), -1);
    assert_string_equal(err.msg,
                        "column body_mass_g is category where the model was trained on int, "
                        "and 344 values cannot be converted, first in row 1");
    table_unref(wrong);
    table_unref(other);
    model_unref(m);
    source_unref(source);
}

static void test_prediction_table_has_rows_classes_and_probabilities(void **state)
{
    (void)state;
    struct source *source;
    struct model *m = penguin_model(&source);
    struct prediction p = predict(m, source->table);
    struct table *t;
    char text[32];

    assert_int_equal(prediction_table(&t, &p, m, source->table, NULL), 0);
    assert_int_equal(t->n_cols, 5);
    assert_string_equal(table_name(t, 0), "row");
    assert_string_equal(table_name(t, 1), "prediction");
    assert_string_equal(table_name(t, 2), "p_Adelie");
    assert_true(case_number(t, "row", 343) == 344);
    assert_string_equal(case_text(text, sizeof(text), t, "prediction", 0), "Adelie");
    assert_true(case_number(t, "p_Adelie", 0) > 0.9);
    table_unref(t);
    prediction_release(&p);
    model_unref(m);
    source_unref(source);
}

/* ---- training that cannot be ---- */

static void refuse(const char *learner, const struct table *t, struct recipe *take,
                   const uint8_t *part, const char *message)
{
    struct model *m;
    struct err err = { 0 };

    assert_int_equal(try_train(&m, learner, "", t, take, part, NULL, &err), -1);
    assert_string_equal(err.msg, message);
    recipe_unref(take);
}

static void test_training_refusals(void **state)
{
    (void)state;
    struct source *source = case_read("share/data/penguins.csv");
    const struct table *t = source->table;
    uint8_t *part = calloc(t->n_rows, 1);

    refuse("ridge", t, with_role(recipe_empty(), "species", ROLE_TARGET), NULL,
           "ridge is not for classification into several classes, which the target species asks "
           "for; train logistic");
    refuse("logistic", t, with_role(recipe_empty(), "body_mass_g", ROLE_TARGET), NULL,
           "the target body_mass_g is missing in 2 rows, first row 4; drop missing body_mass_g");
    refuse("logistic", t, with_role(recipe_empty(), "species", ROLE_TARGET), NULL,
           "feature island is a category, and the learner takes numbers; encode island, or drop "
           "island");
    refuse(
        "logistic", t,
        add_step(with_role(recipe_empty(), "species", ROLE_TARGET), "drop island sex"), NULL,
        "bill_length_mm is missing in 2 rows, first row 4 (line 5); impute bill_length_mm, or drop "
        "missing");
    refuse("logistic", t, with_role(recipe_empty(), "species", ROLE_TARGET), part,
           "no training rows are left; check the filters and the split");
    part[0] = part[1] = PART_TRAIN;
    refuse("logistic", t, with_role(recipe_empty(), "species", ROLE_TARGET), part,
           "the target species has one class only, Adelie, in the rows to learn from; there is "
           "nothing to tell apart");
    refuse("baseline", t, with_role(recipe_empty(), "speciez", ROLE_TARGET), NULL,
           "no column 'speciez'; did you mean species?");
    free(part);
    source_unref(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_saved_model_predicts_the_same_bits),
        cmocka_unit_test(test_raw_data_are_read_as_in_training),
        cmocka_unit_test(test_every_damaged_byte_and_every_cut_is_refused),
        cmocka_unit_test(test_unsealed_damage_does_no_harm),
        cmocka_unit_test(test_other_versions_and_parts_are_named),
        cmocka_unit_test(test_other_files_are_refused),
        cmocka_unit_test(test_failed_save_leaves_the_old_file),
        cmocka_unit_test(test_order_and_further_columns_do_not_matter),
        cmocka_unit_test(test_missing_and_mistyped_columns_are_named),
        cmocka_unit_test(test_prediction_table_has_rows_classes_and_probabilities),
        cmocka_unit_test(test_training_refusals),
    };

    num_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
