/* What every kind of step must do, after scikit-learn's checks for transformers; a new row of
 * steps.def is tested by these without a word.  Each kind runs its example over a small table with
 * the columns of share/data/penguins.csv and some of other types. */
#include "../unit/prepare/prepare_make.h"

#include <ctype.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "io/reader.h"

static struct recipe *example_recipe(const struct step_kind *kind)
{
    return RECIPE(kind->example);
}

/* The table with these rows. */
static struct table *rows_of(const struct table *t, const uint32_t *rows, size_t n)
{
    struct table *out;

    assert_int_equal(table_take(&out, t, rows, n, NULL), 0);
    return out;
}

static struct table *apply_fitted(const struct fitted *f, const struct table *t)
{
    struct table *out = NULL;
    struct err err = { 0 };

    if (fitted_apply(&out, f, t, NULL, &err))
        fail_msg("%s", err.msg);
    return out;
}

/* One kind with its example, run over the birds. */
struct example {
    const struct step_kind *kind;
    struct table *table;
    struct recipe *recipe;
    struct recipe_run *run;
};

static void example_init(struct example *e, const struct step_kind *kind)
{
    e->kind = kind;
    e->table = birds();
    e->recipe = example_recipe(kind);
    e->run = run_recipe(e->recipe, e->table, NULL, NULL);
}

static void example_release(struct example *e)
{
    recipe_run_unref(e->run);
    recipe_unref(e->recipe);
    table_unref(e->table);
}

/* ---------------------------------------------------------------- the descriptor */

static void check_descriptor(const struct step_kind *kind)
{
    struct err err = { 0 };

    assert_true(islower((unsigned char)kind->name[0]));
    assert_true(kind->help[0] && kind->help[strlen(kind->help) - 1] != '.');
    assert_true(kind->details[0] && kind->details[strlen(kind->details) - 1] == '.');
    assert_int_equal(strncmp(kind->example, kind->name, strlen(kind->name)), 0);
    assert_ptr_equal(step_find(kind->name), kind);
    if (param_check_specs(kind->params, &err))
        fail_msg("%s: %s", kind->name, err.msg);
    assert_true(!kind->reject || kind->scope == STEP_FITTED);
    bool fitted = kind->scope == STEP_FITTED, rows = kind->scope == STEP_ROWS;
    assert_int_equal(kind->fit != NULL, fitted);
    assert_int_equal(kind->save != NULL, fitted);
    assert_int_equal(kind->load != NULL, fitted);
    assert_int_equal(kind->keep != NULL, rows);
    assert_int_equal(kind->apply != NULL, !rows);
    for (size_t i = 0; step_table[i] != kind; i++)
        assert_string_not_equal(step_table[i]->name, kind->name);
}

/* ---------------------------------------------------------------- running */

/* readonly input: the table that went in is as it was, bit for bit. */
static void check_input_is_not_written(const struct step_kind *kind)
{
    struct table *t = birds(), *same = birds();
    struct recipe *r = example_recipe(kind);
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);

    assert_tables_equal(t, same);
    assert_ptr_equal(run->tables[0], t);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    table_unref(same);
}

static bool types_differ(const struct table *a, const struct table *b)
{
    for (size_t j = 0; j < a->n_cols && j < b->n_cols; j++)
        if (table_at(a, j)->type != table_at(b, j)->type)
            return true;
    return false;
}

/* The example is worth showing: it changes something. */
static void check_example_does_something(const struct step_kind *kind)
{
    struct example e;
    struct diff *d;

    example_init(&e, kind);
    assert_int_equal(recipe_run_diff(&d, e.run, 0, NULL), 0);
    bool changes = d->cells_changed || d->rows_removed || d->columns_added || d->columns_dropped ||
                   d->columns_renamed || types_differ(d->before, d->after);
    /* There are no copies and nothing to clip among the birds. */
    assert_true(changes || strcmp(kind->name, "dedupe") == 0 || strcmp(kind->name, "clip") == 0);
    diff_free(d);
    example_release(&e);
}

/* fit_idempotent: twice is once; dict_unchanged: applying changes no state. */
static void check_fit_is_repeatable(const struct step_kind *kind)
{
    struct example e;

    example_init(&e, kind);
    struct recipe_run *again = run_recipe(e.recipe, e.table, NULL, NULL);
    struct table *out = apply_fitted(e.run->fitted, e.table);
    assert_saved_equal(again->fitted, e.run->fitted);
    assert_tables_equal(recipe_run_result(again), recipe_run_result(e.run));
    table_unref(out);
    recipe_run_unref(again);
    example_release(&e);
}

static bool leaves_new_rows(const struct step_kind *kind)
{
    return kind->scope == STEP_ROWS || (kind->flags & STEP_SOURCE_ONLY);
}

/* transformer_general: fit and transform at once equals fit, then transform; rows steps, and those
 * about the source alone, leave new rows alone. */
static void check_apply_is_what_fitting_gave(const struct step_kind *kind)
{
    struct example e;

    example_init(&e, kind);
    struct table *out = apply_fitted(e.run->fitted, e.table);
    bool removes = recipe_run_result(e.run)->n_rows < e.table->n_rows;
    assert_tables_equal(out, removes || leaves_new_rows(kind) ? e.table : recipe_run_result(e.run));
    table_unref(out);
    example_release(&e);
}

/* estimators_pickle */
static void check_saved_and_loaded_is_the_same(const struct step_kind *kind)
{
    struct example e;
    struct fitted *loaded;
    struct arena arena;
    struct unpack u;

    example_init(&e, kind);
    struct str bytes = saved(e.run->fitted);
    arena_init(&arena);
    unpack_init(&u, bytes.buf, bytes.len, &arena);
    assert_int_equal(fitted_load(&loaded, &u, NULL), 0);
    assert_int_equal(unpack_end(&u, NULL), 0);
    arena_release(&arena);
    struct table *was = apply_fitted(e.run->fitted, e.table), *is = apply_fitted(loaded, e.table);
    assert_tables_equal(was, is);
    assert_saved_equal(loaded, e.run->fitted);
    table_unref(was);
    table_unref(is);
    fitted_unref(loaded);
    str_release(&bytes);
    example_release(&e);
}

/* A damaged recipe is refused in words, or is another recipe that runs or says why not. */
static void load_damaged(const struct str *bytes, const struct table *t)
{
    struct fitted *loaded;
    struct err err = { 0 };
    struct arena arena;
    struct unpack u;

    arena_init(&arena);
    unpack_init(&u, bytes->buf, bytes->len, &arena);
    if (fitted_load(&loaded, &u, &err)) {
        assert_true(err.msg[0]);
    } else {
        struct table *out;
        if (fitted_apply(&out, loaded, t, NULL, &err) == 0)
            table_unref(out);
        fitted_unref(loaded);
    }
    arena_release(&arena);
}

static void check_damaged_state(const struct step_kind *kind)
{
    static const unsigned char flips[] = { 0x01, 0x80, 0xFF };
    struct example e;

    example_init(&e, kind);
    struct str bytes = saved(e.run->fitted);
    size_t stride = 1 + bytes.len / 1500;
    for (size_t at = 0; at < bytes.len; at += stride) {
        size_t len = bytes.len;
        for (size_t k = 0; k < COUNT(flips); k++) {
            bytes.buf[at] = (char)(bytes.buf[at] ^ flips[k]);
            load_damaged(&bytes, e.table);
            bytes.buf[at] = (char)(bytes.buf[at] ^ flips[k]);
        }
        bytes.len = at; /* and cut off */
        load_damaged(&bytes, e.table);
        bytes.len = len;
    }
    str_release(&bytes);
    example_release(&e);
}

/* methods_subset_invariance and methods_sample_order_invariance */
static void check_a_row_does_not_look_at_others(const struct step_kind *kind)
{
    uint32_t order[12];
    struct example e;
    struct rng rng;

    if (kind->flags & STEP_LOOKS_AROUND) /* it says so, and stays out of every fold */
        return;
    example_init(&e, kind);
    struct table *batch = apply_fitted(e.run->fitted, e.table);
    for (uint32_t i = 0; i < 12; i++)
        order[i] = i;
    rng_init(&rng, 1, 0);
    for (int round = 0; round < 14; round++) {
        /* two shuffles of all rows, then each row alone */
        if (round < 2)
            rng_shuffle(&rng, order, 12);
        uint32_t row = (uint32_t)(round - 2);
        const uint32_t *rows = round < 2 ? order : &row;
        struct table *some = rows_of(e.table, rows, round < 2 ? 12 : 1);
        struct table *want = rows_of(batch, rows, round < 2 ? 12 : 1);
        struct table *out = apply_fitted(e.run->fitted, some);
        assert_tables_equal(out, want);
        table_unref(some);
        table_unref(want);
        table_unref(out);
    }
    table_unref(batch);
    example_release(&e);
}

/* dataframe_column_names_consistency: columns are known by name, wherever they stand. */
static void check_columns_are_known_by_name(const struct step_kind *kind)
{
    struct example e;
    struct table *turned;
    size_t cols[16];

    example_init(&e, kind);
    for (size_t j = 0; j < e.table->n_cols; j++)
        cols[j] = e.table->n_cols - 1 - j;
    assert_int_equal(table_select(&turned, e.table, cols, e.table->n_cols, NULL), 0);
    struct table *want = apply_fitted(e.run->fitted, e.table);
    struct table *out = apply_fitted(e.run->fitted, turned);
    assert_int_equal(out->n_cols, want->n_cols);
    for (size_t j = 0; j < want->n_cols; j++) {
        const struct column *c = col(out, table_name(want, j));
        for (size_t i = 0; i < want->n_rows; i++)
            assert_true(column_cells_equal(c, i, table_at(want, j), i));
    }
    table_unref(turned);
    table_unref(want);
    table_unref(out);
    example_release(&e);
}

/* ---------------------------------------------------------------- rows that teach */

/* Behind the split a row would be filled from whichever rows were kept for training. */
static void check_looking_around_comes_first(const struct recipe *split, const struct table *t,
                                             const uint8_t *part)
{
    struct recipe_run *run;
    struct err err = { 0 };

    assert_int_equal(recipe_run(&run, split, t, part, true, NULL, NULL, NULL, &err), -1);
    assert_non_null(strstr(err.msg, "must stand before the split"));
}

static void teach(const struct step_kind *kind, const struct recipe *split, const struct table *t,
                  const uint8_t *part)
{
    struct rng rng;

    if (kind->flags & STEP_LOOKS_AROUND) {
        check_looking_around_comes_first(split, t, part);
        return;
    }
    struct recipe_run *want = run_recipe(split, t, part, NULL);
    for (uint64_t seed = 0; seed < 10; seed++) {
        uint32_t rows[12], n_predict = 0;
        rng_init(&rng, seed, 0);
        for (uint32_t i = 0; i < 12; i++)
            rows[i] = part[i] ? i : (uint32_t)rng_below(&rng, 12);
        struct table *other = rows_of(t, rows, 12);
        struct recipe_run *run = run_recipe(split, other, part, NULL);
        assert_saved_equal(run->fitted, want->fitted);
        for (size_t i = 0; i < recipe_run_result(run)->n_rows; i++)
            n_predict += recipe_run_part(run, i) == PART_PREDICT;
        assert_int_equal(n_predict, 4);
        recipe_run_unref(run);
        table_unref(other);
    }
    recipe_run_unref(want);
}

static void check_rows_to_be_predicted_teach_nothing(const struct step_kind *kind)
{
    const uint8_t part[12] = { 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1 };
    struct table *t = birds();
    struct recipe *r = example_recipe(kind), *split = recipe_set_split(r, 0);

    teach(kind, split, t, part);
    recipe_unref(split);
    recipe_unref(r);
    table_unref(t);
}

/* A rows step only removes, keeps the order, and has nothing left to do the second time. */
static void check_removing_rows_twice_is_once(const struct step_kind *kind)
{
    if (kind->scope != STEP_ROWS)
        return;
    struct table *t = birds();
    struct recipe *r = RECIPE(kind->example, kind->example);
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    const struct table *once = run->tables[1];

    for (size_t i = 1; i < once->n_rows; i++)
        assert_true(table_row_number(once, i - 1) < table_row_number(once, i));
    assert_ptr_equal(run->tables[2], once);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
}

/* ---------------------------------------------------------------- poor data */

/* Either a sentence that begins with the step, or a table of the same number of rows; no crash. */
static void survive(const struct step_kind *kind, const struct table *t)
{
    struct recipe *r = example_recipe(kind);
    struct recipe_run *run = NULL;
    struct err err = { 0 };

    if (recipe_run(&run, r, t, NULL, true, NULL, NULL, NULL, &err)) {
        assert_int_equal(strncmp(err.msg, "step 1 (", 8), 0);
        assert_true(err.code == ERR_DOMAIN || err.code == ERR_SHAPE || err.code == ERR_USAGE);
    } else {
        assert_true(recipe_run_result(run)->n_rows <= t->n_rows);
        struct table *out = apply_fitted(run->fitted, t);
        assert_int_equal(out->n_rows, t->n_rows);
        table_unref(out);
        recipe_run_unref(run);
    }
    recipe_unref(r);
}

/* estimators_empty_data_messages, fit2d_1sample */
static void check_no_rows_and_one_row(const struct step_kind *kind)
{
    struct table *t = birds();
    uint32_t rows[12] = { 0 };

    for (size_t n = 0; n < 3; n++) {
        struct table *few = rows_of(t, rows, n); /* 2: the same row twice */
        survive(kind, few);
        table_unref(few);
    }
    for (size_t i = 0; i < 12; i++)
        rows[i] = 0; /* every column constant */
    struct table *constant = rows_of(t, rows, 12);
    survive(kind, constant);
    table_unref(constant);
    for (size_t i = 0; i < 12; i++)
        rows[i] = 8; /* the bird of which next to nothing is known */
    struct table *missing = rows_of(t, rows, 12);
    survive(kind, missing);
    table_unref(missing);
    table_unref(t);
}

/* What was learned from all rows applies to none. */
static void check_new_rows_may_be_none(const struct step_kind *kind)
{
    struct example e;

    example_init(&e, kind);
    struct table *none = rows_of(e.table, NULL, 0), *want = NULL;
    struct table *out = apply_fitted(e.run->fitted, none);
    assert_int_equal(out->n_rows, 0);
    want = apply_fitted(e.run->fitted, e.table);
    assert_int_equal(out->n_cols, want->n_cols);
    table_unref(none);
    table_unref(out);
    table_unref(want);
    example_release(&e);
}

/* Without any of its columns a step is refused in words, and new rows pass. */
static void check_absent_columns(const struct step_kind *kind)
{
    struct column *c[] = { MAKE(COLUMN_TIMESTAMP, "2020-01-01", NULL) };
    struct table *t = make_table((const char *const[]){ "when" }, c, 1);
    struct example e;

    survive(kind, t);
    example_init(&e, kind);
    struct table *out = apply_fitted(e.run->fitted, t);
    assert_int_equal(out->n_rows, 2);
    table_unref(out);
    example_release(&e);
    table_unref(t);
}

/* The target named by a step that learns is refused; `all` never means it. */
static void check_learning_steps_spare_the_target(const struct step_kind *kind)
{
    if (kind->scope != STEP_FITTED)
        return;
    struct example e;
    struct diff *d;

    example_init(&e, kind);
    assert_int_equal(recipe_run_diff(&d, e.run, 0, NULL), 0);
    for (size_t j = 0; j < e.table->n_cols; j++) {
        const char *name = table_name(e.table, j);
        struct recipe *r = recipe_set_role(e.recipe, name, ROLE_TARGET);
        struct recipe_run *run = NULL;
        struct err err = { 0 };
        if (recipe_run(&run, r, e.table, NULL, true, NULL, NULL, NULL, &err)) {
            assert_non_null(strstr(err.msg, name));
            assert_non_null(strstr(err.msg, "is the target"));
        } else {
            if (recipe_run_result(run)->n_rows == e.table->n_rows)
                assert_ptr_equal(col(recipe_run_result(run), name), table_at(e.table, j));
            recipe_run_unref(run);
        }
        recipe_unref(r);
    }
    diff_free(d);
    example_release(&e);
}

static void check_cancel(const struct step_kind *kind)
{
    struct table *t = birds();
    struct recipe *r = example_recipe(kind);
    struct recipe_run *run = NULL;
    struct err err = { 0 };
    struct job job;

    job_init(&job);
    job_cancel(&job);
    if (recipe_run(&run, r, t, NULL, true, NULL, &job, NULL, &err))
        assert_int_equal(err.code, ERR_CANCELLED);
    else /* done before it looked */
        recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
}

/* ---------------------------------------------------------------- the same another way */

/* The birds with their columns of words made into others by `make`, which may give NULL. */
typedef struct column *make_words(const struct column *c);

static struct table *birds_with(make_words *make)
{
    struct table *t = birds();

    for (size_t j = 0; j < t->n_cols; j++) {
        struct column *other = column_is_text(table_at(t, j)) ? make(table_at(t, j)) : NULL;
        struct table *next;
        if (!other)
            continue;
        assert_int_equal(table_put(&next, t, table_name(t, j), other, NULL), 0);
        table_unref(t);
        t = next;
    }
    return t;
}

static struct column *as_text(const struct column *c)
{
    struct column *out;

    assert_int_equal(column_cast(&out, c, COLUMN_TEXT, NULL, NULL, 0, NULL), 0);
    return out;
}

static void assert_same_words(const struct column *a, const struct column *b, size_t i)
{
    struct str x, y;

    str_init(&x);
    str_init(&y);
    cell_text(&x, a, i);
    cell_text(&y, b, i);
    assert_int_equal(column_missing(a, i), column_missing(b, i));
    assert_string_equal(x.buf, y.buf);
    str_release(&x);
    str_release(&y);
}

/* Words are words, with levels or without. */
static void check_text_is_as_good_as_a_category(const struct step_kind *kind)
{
    if (kind->scope != STEP_ROW_WISE)
        return;
    struct table *t = birds_with(as_text);
    struct example e;

    example_init(&e, kind);
    struct recipe_run *run = run_recipe(e.recipe, t, NULL, NULL);
    const struct table *is = recipe_run_result(run), *want = recipe_run_result(e.run);
    assert_int_equal(is->n_cols, want->n_cols);
    for (size_t j = 0; j < want->n_cols; j++)
        for (size_t i = 0; i < want->n_rows; i++)
            assert_same_words(col(is, table_name(want, j)), table_at(want, j), i);
    recipe_run_unref(run);
    table_unref(t);
    example_release(&e);
}

/* Steps that bring a form about have nothing left to do the second time. */
static void check_a_form_is_reached_at_once(const struct step_kind *kind)
{
    static const char *const forms[] = { "cast", "trim", "case", "normalise",
                                         "fill", "edit", "clip", NULL };
    size_t k = 0;

    while (forms[k] && strcmp(forms[k], kind->name) != 0)
        k++;
    if (!forms[k])
        return;
    struct table *t = birds(), *once = APPLY(t, kind->example);
    struct table *twice = APPLY(t, kind->example, kind->example);
    assert_tables_equal(once, twice);
    table_unref(once);
    table_unref(twice);
    table_unref(t);
}

/* 24576 rows, more than a chunk of every loop. */
static void check_threads_over_many_rows(const struct step_kind *kind)
{
    if (kind->scope != STEP_ROW_WISE)
        return;
    uint32_t *rows = MEM_NEW(uint32_t, 24576);
    struct table *t = birds(), *first = NULL;
    static const size_t threads[] = { 1, 2, 4 };

    for (uint32_t i = 0; i < 24576; i++)
        rows[i] = i % 12;
    struct table *many = rows_of(t, rows, 24576);
    for (size_t k = 0; k < COUNT(threads); k++) {
        parallel_set_threads(threads[k]);
        struct table *out = APPLY(many, kind->example);
        if (first) {
            assert_true(digest_eq(table_digest(out), table_digest(first)));
            table_unref(out);
        } else {
            first = out;
        }
    }
    parallel_set_threads(0);
    table_unref(first);
    table_unref(many);
    table_unref(t);
    mem_free(rows);
}

/* Bytes that are no UTF-8, a NUL, wide and combining characters, white space only, a long text. */
static struct column *as_hostile(const struct column *c)
{
    static const char *const texts[] = {
        "\xff\xfe",   "",     " \u00a0\u200b ", "\u202eabc",    "e\u0301\u0301\u0301",
        "\U0001F600", "\xc3", "a,b=c\\",        "\u65e5\u672c", "\x1b[31m"
    };
    struct column_builder b;
    struct column *out;
    struct str text;

    builder_init(&b, c->type, 12);
    for (size_t i = 0; i < COUNT(texts); i++)
        builder_add_text(&b, texts[i], strlen(texts[i]));
    builder_add_text(&b, "\0x", 2);
    str_init(&text);
    str_add_repeat(&text, "a\xc3\xa9\xff ", 20000);
    builder_add_text(&b, text.buf, text.len);
    str_release(&text);
    assert_int_equal(builder_finish(&out, &b, NULL), 0);
    return out;
}

static void check_hostile_texts(const struct step_kind *kind)
{
    struct table *t = birds_with(as_hostile);

    survive(kind, t);
    table_unref(t);
}

/* ---------------------------------------------------------------- real data */

/* Examples run as they stand on the file that help and the manual name. */
static void test_examples_run_on_the_real_file(void **state)
{
    const char *path = ASSAY_SOURCE_DIR "/share/data/penguins.csv";
    const struct reader *reader;
    struct source *source;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(reader_find(&reader, path, NULL, &err), 0);
    if (source_read(&source, path, reader, NULL, NULL, &err))
        fail_msg("%s", err.msg);
    for (size_t i = 0; step_table[i]; i++) {
        struct recipe *r = example_recipe(step_table[i]);
        struct recipe_run *run = run_recipe(r, source->table, NULL, NULL);
        assert_in_range(recipe_run_result(run)->n_rows, 1, 344);
        recipe_run_unref(run);
        recipe_unref(r);
    }
    source_unref(source);
}

/* What is learned and what comes out do not depend on the number of threads. */
static void check_threads(const struct step_kind *kind)
{
    struct example e;

    example_init(&e, kind);
    for (size_t threads = 1; threads <= 4; threads *= 2) {
        parallel_set_threads(threads);
        struct recipe_run *run = run_recipe(e.recipe, e.table, NULL, NULL);
        assert_saved_equal(run->fitted, e.run->fitted);
        assert_tables_equal(recipe_run_result(run), recipe_run_result(e.run));
        recipe_run_unref(run);
    }
    parallel_set_threads(0);
    example_release(&e);
}

/* ---------------------------------------------------------------- all of them */

/* Kinds that do quite different things by their parameters go through all of it for each. */
static const char *const more_examples[] = {
    "replace sex note pairs=MALE=male,six=6,x=",
    "replace note from=(o)(n) to=$2$1 match=regex",
    "case all to=title",
    "normalise all unicode=nfkd marks=drop quotes=plain dashes=plain mojibake=mend",
    "separate species pattern=(.)(.*) into=first,rest keep=yes",
    "separate note by=i into=left,right trim=no",
    "unite island clutch seen body_mass_g into=all_of_it keep=yes",
    "impute body_mass_g bill_* by=species",
    "impute all by=island indicator=yes",
    "impute all method=knn n_neighbors=2 weights=distance",
    "impute sex method=knn from=bill_length_mm,clutch",
    "impute all method=iterative",
    "outliers all method=mad threshold=1 action=clip",
    "outliers all method=zscore threshold=1 action=missing",
    "outliers bill_* method=quantile threshold=0.1 action=remove",
    "outliers all method=isolation-forest n_estimators=20",
    "dedupe species sex near=0.5 keep=most-complete",
    "dedupe all near=0.6 by=species keep=newest order=seen tolerance=0.1",
    "outliers bill_depth_mm body_mass_g method=mahalanobis threshold=0.5",
};

typedef void step_check(const struct step_kind *kind);

static void test_every_step(void **state)
{
    step_check *check = *(step_check **)*state;

    for (size_t i = 0; step_table[i]; i++) {
        print_message("             %s\n", step_table[i]->name);
        check(step_table[i]);
    }
    for (size_t i = 0; i < COUNT(more_examples) && check != check_descriptor; i++) {
        const char *rest;
        struct step_kind kind = *line_kind(more_examples[i], &rest);
        print_message("             %s\n", more_examples[i]);
        kind.example = more_examples[i];
        check(&kind);
    }
}

#define CHECK(name)                                                                                \
    {                                                                                              \
#name, test_every_step, NULL, NULL, &(step_check *)                                        \
        {                                                                                          \
            check_##name                                                                           \
        }                                                                                          \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHECK(descriptor),
        CHECK(input_is_not_written),
        CHECK(example_does_something),
        CHECK(fit_is_repeatable),
        CHECK(apply_is_what_fitting_gave),
        CHECK(saved_and_loaded_is_the_same),
        CHECK(damaged_state),
        CHECK(a_row_does_not_look_at_others),
        CHECK(columns_are_known_by_name),
        CHECK(rows_to_be_predicted_teach_nothing),
        CHECK(removing_rows_twice_is_once),
        CHECK(no_rows_and_one_row),
        CHECK(new_rows_may_be_none),
        CHECK(absent_columns),
        CHECK(learning_steps_spare_the_target),
        CHECK(cancel),
        CHECK(threads),
        CHECK(text_is_as_good_as_a_category),
        CHECK(a_form_is_reached_at_once),
        CHECK(threads_over_many_rows),
        CHECK(hostile_texts),
        cmocka_unit_test(test_examples_run_on_the_real_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
