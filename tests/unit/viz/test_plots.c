/* From a workspace to figures: the table of plots, and each kind on data that can be counted by hand. */
#include "viz_case.h"

#include <math.h>

#include "plot.h"
#include "plots/hist_bins.h"
#include "plots/roc_curve.h"

/* ---- a workspace from text ---- */

static struct workspace *load(const char *text)
{
    char path[] = "/tmp/assay-plots-XXXXXX.csv";
    const struct reader *reader;
    struct source *source;
    struct params params;
    struct arena arena;
    struct err err = { 0 };
    FILE *f = fdopen(mkstemps(path, 4), "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    arena_init(&arena);
    assert_int_equal(reader_find(&reader, path, NULL, &err), 0);
    params_init(&params, reader->params, &arena);
    if (source_read(&source, path, reader, &params, NULL, &err))
        fail_msg("%s", err.msg);
    unlink(path);
    arena_release(&arena);

    struct workspace *empty = workspace_empty(), *ws;
    if (workspace_with_source(&ws, empty, source, &err))
        fail_msg("%s", err.msg);
    source_unref(source);
    workspace_unref(empty);
    return ws;
}

/* Parameters as "name value name value …", ending in NULL. */
static int build(struct figure *f, const struct workspace *ws, const char *kind,
                 const char *const *words, struct err *err)
{
    const struct plot_kind *plot = plot_find(kind);
    struct params params;
    struct arena arena;

    assert_non_null(plot);
    arena_init(&arena);
    params_init(&params, plot->params, &arena);
    for (; *words; words += 2) {
        const int i = param_find(plot->params, words[0], false);
        assert_true(i >= 0);
        assert_int_equal(params_set(&params, (size_t)i, words[1], &arena, err), 0);
    }
    assert_int_equal(params_resolve(&params, &arena, err), 0);
    figure_init(f, kind);
    const int rc = plot->build(f, ws, &params, NULL, err);
    arena_release(&arena);
    return rc;
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void assert_fails(const struct workspace *ws, const char *kind, const char *const *words,
                         enum err_code code, const char *message)
{
    struct figure f;
    struct err err = { 0 };

    assert_int_equal(build(&f, ws, kind, words, &err), -1);
    assert_string_equal(err.msg, message);
    assert_int_equal(err.code, code);
    figure_release(&f);
}

static void must_build(struct figure *f, const struct workspace *ws, const char *kind,
                       const char *const *words)
{
    struct err err = { 0 };

    if (build(f, ws, kind, words, &err))
        fail_msg("%s", err.msg);
}

/* ---- the table ---- */

static void test_table_is_sane(void **state)
{
    (void)state;
    for (size_t i = 0; plot_table[i]; i++) {
        const struct plot_kind *p = plot_table[i];
        struct err err = { 0 };
        char start[64];
        assert_non_null(p->name && p->help && p->details && p->build ? p->example : NULL);
        snprintf(start, sizeof(start), "plot %s ", p->name);
        assert_memory_equal(p->example, start, strlen(start));
        if (param_check_specs(p->params, &err))
            fail_msg("%s: %s", p->name, err.msg);
        assert_ptr_equal(plot_find(p->name), p);
    }
    assert_null(plot_find("pie"));
    assert_null(plot_find("his"));
}

/* ---- histogram ---- */

static void test_bins_by_freedman_and_diaconis(void **state)
{
    (void)state;
    struct hist_bins b;
    double v[1000];

    for (int i = 0; i < 1000; i++)
        v[i] = i / 999.0;
    /* numpy.histogram_bin_edges(v, 'fd'): width 2 * 0.5 / 10, 10 bins */
    hist_choose_bins(&b, v, 1000, 0, false);
    assert_int_equal(b.n, 10);
    assert_true(b.low == 0 && fabs(b.width - 0.1) < 1e-15);
    assert_int_equal(hist_bin(&b, 0), 0);
    assert_int_equal(hist_bin(&b, 0.15), 1);
    assert_int_equal(hist_bin(&b, 1), 9); /* the last bin is closed */

    hist_choose_bins(&b, v, 1000, 7, false);
    assert_int_equal(b.n, 7);
}

static void test_bins_of_odd_data(void **state)
{
    (void)state;
    struct hist_bins b;

    hist_choose_bins(&b, (double[]){ 5, 5, 5 }, 3, 0, false);
    assert_int_equal(b.n, 1);
    assert_true(b.low < 5 && b.low + b.width > 5);
    hist_choose_bins(&b, (double[]){ 0, 0, 0, 0, 0, 0, 0, 1 }, 8, 0,
                     false); /* no spread: Sturges */
    assert_int_equal(b.n, 4);
    hist_choose_bins(&b, (double[]){ 1, 2, 3, 3, 4, 6 }, 6, 6, true);
    assert_true(b.low == 0.5 && b.width == 1 && b.n == 6);
    hist_choose_bins(&b, (double[]){ -1.7e308, 0, 1.7e308 }, 3, 0, false);
    assert_true(b.n >= 1 && isfinite(b.width) && b.width > 0);
    assert_true(hist_bin(&b, 1.7e308) < b.n && hist_bin(&b, -1.7e308) == 0);
    double wide[100] = { 0 };
    for (int i = 0; i < 100; i++)
        wide[i] = i % 2 ? 1e-9 : 0;
    wide[0] = 1e9;
    hist_choose_bins(&b, wide, 100, 0, false); /* a far outlier */
    assert_int_equal(b.n, 200);
}

static double bar_sum(const struct series *s)
{
    double sum = 0;

    for (size_t i = 0; i < s->n; i++)
        sum += s->y[i];
    return sum;
}

static const char some_rows[] = "x,n,word,when\n"
                                "0.5,1,b,2024-01-01\n1.5,2,a,2024-01-02\n,2,b,2024-01-03\n"
                                "2.5,3,b,2024-01-04\n3.5,3,,2024-01-05\n4.5,3,c,2024-01-06\n";

static void test_hist_counts_every_value(void **state)
{
    (void)state;
    struct workspace *ws = load(some_rows);
    struct figure f;

    must_build(&f, ws, "hist", WORDS("columns", "x", "bins", "4"));
    assert_int_equal(f.n_series, 1);
    assert_int_equal(f.series[0].n, 4);
    assert_true(bar_sum(&f.series[0]) == 5);
    assert_true(f.series[0].x[0] == 0.5 && f.series[0].x2[3] == 4.5);
    assert_string_equal(f.title, "x");
    assert_string_equal(f.note, "5 values, 1 missing; 4 bins");
    figure_release(&f);

    must_build(&f, ws, "hist", WORDS("columns", "n")); /* whole numbers: a bin each */
    assert_int_equal(f.series[0].n, 3);
    assert_true(f.series[0].y[0] == 1 && f.series[0].y[1] == 2 && f.series[0].y[2] == 3);
    figure_release(&f);

    must_build(&f, ws, "hist", WORDS("columns", "x", "columns", "n"));
    assert_int_equal(f.n_series, 2);
    assert_string_equal(f.series[1].label, "n");
    assert_true(bar_sum(&f.series[0]) == 5 && bar_sum(&f.series[1]) == 6);
    figure_release(&f);
    workspace_unref(ws);
}

static void test_hist_by_a_column(void **state)
{
    (void)state;
    struct workspace *ws = load(some_rows);
    struct figure f;
    static const char *const labels[] = { "a", "b", "c", "missing" };
    static const double counts[] = { 1, 2, 1, 1 };

    must_build(&f, ws, "hist", WORDS("columns", "x", "by", "word"));
    assert_int_equal(f.n_series, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(f.series[i].label, labels[i]);
        assert_true(bar_sum(&f.series[i]) == counts[i]);
    }
    figure_release(&f);
    workspace_unref(ws);
}

static void test_hist_of_categories(void **state)
{
    (void)state;
    struct workspace *ws = load(some_rows);
    struct figure f;

    must_build(&f, ws, "hist", WORDS("columns", "word"));
    assert_int_equal(f.x.n_categories, 3);
    assert_string_equal(f.x.categories[0], "b"); /* the most frequent first */
    assert_true(f.series[0].y[0] == 3 && f.series[0].y[1] == 1 && f.series[0].y[2] == 1);
    figure_release(&f);
    workspace_unref(ws);

    struct str many; /* more than can be shown: the rest in one bar */
    str_init(&many);
    str_add(&many, "w\n");
    for (int i = 0; i < 30; i++)
        str_addf(&many, "word%d\nword%d\n", i, i % 20);
    ws = load(many.buf);
    str_release(&many);
    must_build(&f, ws, "hist", WORDS("columns", "w"));
    assert_int_equal(f.x.n_categories, 13);
    assert_string_equal(f.x.categories[12], "18 others");
    assert_true(bar_sum(&f.series[0]) == 60);
    figure_release(&f);
    workspace_unref(ws);
}

static void test_many_groups_are_pooled(void **state)
{
    (void)state;
    struct str rows;
    struct figure f;

    str_init(&rows);
    str_add(&rows, "x,w,k\n");
    for (int i = 0; i < 60; i++)
        str_addf(&rows, "%d.5,word%c,%d\n", i, 'a' + (i < 30 ? i % 3 : i % 15), i);
    struct workspace *ws = load(rows.buf);
    str_release(&rows);
    must_build(&f, ws, "scatter", WORDS("x", "x", "y", "k", "by", "w"));
    assert_int_equal(f.n_series, CANVAS_N_PALETTE);
    assert_string_equal(f.series[7].label, "other");
    size_t n = 0;
    for (size_t i = 0; i < f.n_series; i++)
        n += f.series[i].n;
    assert_int_equal(n, 60);
    figure_release(&f);
    assert_fails(
        ws, "scatter", WORDS("x", "x", "y", "k", "by", "k"), ERR_SHAPE,
        "k has 60 different values; by= takes a column of categories, or of at most 8 numbers");
    workspace_unref(ws);
}

static void test_column_plots_refuse(void **state)
{
    (void)state;
    struct workspace *empty = workspace_empty(), *ws = load(some_rows);
    struct workspace *blank = load("a,b,c\n1,,NaN\n2,,nan\n");

    assert_fails(ws, "hist", WORDS("columns", "y"), ERR_USAGE,
                 "no column 'y'; there are x, n, word, when");
    assert_fails(ws, "hist", WORDS("columns", "x", "columns", "n", "by", "word"), ERR_USAGE,
                 "by= divides one column; 2 were named");
    assert_fails(ws, "hist", WORDS("columns", "word", "by", "word"), ERR_SHAPE,
                 "word is a column of type category; one axis takes numbers");
    assert_fails(ws, "scatter", WORDS("x", "x", "y", "word"), ERR_SHAPE,
                 "word is a column of type category; a scatter plot takes numbers");
    assert_fails(blank, "scatter", WORDS("x", "a", "y", "c"), ERR_DOMAIN,
                 "nothing to plot: no row has a finite value in both a and c");
    struct err err = { 0 };
    struct figure f;
    assert_int_equal(build(&f, empty, "hist", WORDS("columns", "x"), &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    figure_release(&f);
    workspace_unref(empty);
    workspace_unref(ws);
    workspace_unref(blank);
}

/* ---- scatter ---- */

static void test_scatter_samples_large_tables(void **state)
{
    (void)state;
    struct str rows;
    struct figure f, again;

    str_init(&rows);
    str_add(&rows, "x,y\n");
    for (int i = 0; i < 25000; i++)
        str_addf(&rows, "%d,%d\n", i, i % 100 == 0 ? -1 : 2 * i + 1);
    struct workspace *ws = load(rows.buf);
    str_release(&rows);
    must_build(&f, ws, "scatter", WORDS("x", "x", "y", "y"));
    must_build(&again, ws, "scatter", WORDS("x", "x", "y", "y"));
    assert_int_equal(f.series[0].n, 20000);
    assert_string_equal(f.note, "20000 of 25000 rows, drawn at random");
    assert_memory_equal(f.series[0].x, again.series[0].x, 20000 * sizeof(double));
    assert_true(f.series[0].x[0] < 50 && f.series[0].x[19999] > 24950);
    figure_release(&f);
    figure_release(&again);
    must_build(&f, ws, "scatter", WORDS("x", "x", "y", "y", "log", "both"));
    assert_true(f.x.log && f.y.log);
    assert_string_equal(f.note,
                        "20000 of 24750 rows, drawn at random; rows without a value left out");
    figure_release(&f);
    workspace_unref(ws);
}

/* ---- ROC and confusion ---- */

/* Fawcett 2006, figure 3: 20 scores, 10 positive; its area is 0.68. */
static void test_roc_curve_of_the_paper(void **state)
{
    (void)state;
    static const double score[] = { .9, .8,  .7,  .6,  .55, .54, .53, .52, .51, .505,
                                    .4, .39, .38, .37, .36, .35, .34, .33, .30, .1 };
    static const char kinds[] = "ppnpppnnpnpnpnnnpnpn";
    bool positive[20];
    struct roc_curve c;
    struct err err = { 0 };

    for (int i = 0; i < 20; i++)
        positive[i] = kinds[i] == 'p';
    assert_int_equal(roc_curve_make(&c, score, positive, 20, &err), 0);
    assert_true(fabs(c.auc - 0.68) < 1e-12);
    assert_true(c.fpr[0] == 0 && c.tpr[0] == 0);
    assert_true(c.fpr[c.n - 1] == 1 && c.tpr[c.n - 1] == 1);
    assert_true(c.fpr[1] == 0 && fabs(c.tpr[1] - 0.2) < 1e-15); /* corners only */
    assert_true(fabs(roc_curve_at(&c, 0) - 0.2) < 1e-15);
    assert_true(fabs(roc_curve_at(&c, 0.1) - 0.5) < 1e-15);
    assert_true(roc_curve_at(&c, 1) == 1);
    roc_curve_thin(&c, 5);
    assert_int_equal(c.n, 5);
    assert_true(c.fpr[4] == 1 && c.tpr[4] == 1);
    roc_curve_release(&c);
}

static void test_roc_curve_of_ties_and_one_class(void **state)
{
    (void)state;
    struct roc_curve c;
    struct err err = { 0 };
    const double same[] = { 0.5, 0.5, 0.5 };

    assert_int_equal(roc_curve_make(&c, same, (bool[]){ true, false, false }, 3, &err), 0);
    assert_true(c.auc == 0.5 && c.n == 2);
    roc_curve_release(&c);
    assert_int_equal(roc_curve_make(&c, same, (bool[]){ true, true, true }, 3, &err), -1);
    assert_string_equal(err.msg, "nothing to plot: all of 3 rows are positive");
}

/* A workspace with a model "lr" whose out-of-fold predictions are given. */
static struct workspace *with_model(const char *csv, bool validated, const double *truth,
                                    const double *value, size_t n, struct target *target)
{
    const struct learner *l = learner_find(target->n_classes ? "logistic" : "ridge");
    struct workspace *ws = load(csv), *next;
    struct params params;
    struct arena arena;
    struct model *m;
    struct err err = { 0 };
    uint32_t rows[16] = { 0 };

    arena_init(&arena);
    params_init(&params, l->params, &arena);
    assert_int_equal(params_resolve(&params, &arena, &err), 0);
    struct train_request req = { .learner = l, .params = &params, .run = ws->run, .target = "y" };
    if (model_train(&m, &req, NULL, &err))
        fail_msg("%s", err.msg);
    arena_release(&arena);
    next = workspace_with_model(ws, "lr", m);
    model_unref(m);
    workspace_unref(ws);
    if (!validated)
        return next;

    const size_t k = target->n_classes ? target->n_classes : 1;
    struct prediction p = { .n = n, .n_classes = target->n_classes };
    struct resample_result *r;
    assert_int_equal(matrix_new(&p.value, n, k, "test", &err), 0);
    for (size_t j = 0; j < k; j++)
        memcpy(matrix_col(&p.value, j), value + j * n, n * sizeof(double));
    const struct metric *metrics[8];
    metric_defaults(metrics, target->task);
    const struct resample_single single = { .model = "lr",
                                            .learner = l,
                                            .target = target,
                                            .metrics = metrics,
                                            .n_metrics = 1,
                                            .rows = rows,
                                            .truth = truth };
    if (resample_single(&r, &single, &p, NULL, &err))
        fail_msg("%s", err.msg);
    ws = workspace_with_result(next, "lr", r, NULL);
    resample_result_unref(r);
    workspace_unref(next);
    return ws;
}

static const char two_classes[] = "x,y\n1,no\n2,no\n3,yes\n4,no\n5,yes\n6,yes\n";
static const char *const no_yes[] = { "no", "yes" };
static struct target binary = { .name = "y",
                                .task = TASK_BINARY,
                                .type = COLUMN_CATEGORY,
                                .n_classes = 2,
                                .classes = no_yes,
                                .positive = 1 };
static const double binary_truth[] = { 0, 0, 1, 0, 1, 1 };
static const double binary_value[] = { .9, .8, .6, .3, .2, .1, .1, .2, .4, .7, .8, .9 };

static void test_roc_of_a_validated_model(void **state)
{
    (void)state;
    struct workspace *ws = with_model(two_classes, true, binary_truth, binary_value, 6, &binary);
    struct figure f;

    must_build(&f, ws, "roc", WORDS("models", "lr"));
    assert_int_equal(f.n_series, 2);
    assert_string_equal(f.series[0].label, "lr  AUC 0.889"); /* 8 of 9 pairs */
    assert_true(f.series[1].muted && f.square);
    assert_string_equal(f.title, "ROC of lr");
    assert_string_equal(f.note, "out-of-fold, 6 rows, 1 folds pooled; positive is yes");
    figure_release(&f);
    must_build(&f, ws, "roc", WORDS("models", "lr", "class", "no"));
    assert_string_equal(f.series[0].label, "lr  AUC 0.889");
    figure_release(&f);
    assert_fails(ws, "roc", WORDS("models", "lr", "class", "maybe"), ERR_USAGE,
                 "y has no class 'maybe'; it has no yes");
    workspace_unref(ws);
}

static void test_model_plots_refuse(void **state)
{
    (void)state;
    struct workspace *ws = with_model(two_classes, false, NULL, NULL, 0, &binary);

    assert_fails(ws, "roc", WORDS("models", "lr"), ERR_DOMAIN,
                 "lr was not validated yet; run validate lr first");
    assert_fails(ws, "confusion", WORDS("model", "lr"), ERR_DOMAIN,
                 "lr was not validated yet; run validate lr first");
    workspace_unref(ws);

    struct target number = { .name = "y", .task = TASK_REGRESS, .type = COLUMN_REAL };
    const double v[] = { 1, 2, 3 };
    ws = with_model("x,y\n1,1.5\n2,2.5\n3,3.7\n", true, v, v, 3, &number);
    assert_fails(ws, "roc", WORDS("models", "lr"), ERR_DOMAIN,
                 "lr predicts numbers; plot roc takes models that predict classes");
    workspace_unref(ws);
}

static void test_several_classes(void **state)
{
    (void)state;
    static const char *const names[] = { "a", "b", "c" };
    struct target three = { .name = "y",
                            .task = TASK_MULTICLASS,
                            .type = COLUMN_CATEGORY,
                            .n_classes = 3,
                            .classes = names };
    const double truth[] = { 0, 0, 1, 1, 2, NAN };
    const double value[] = {
        .8, .3, .1, .2, .1, .5, .1, .6, .8, .7, .2, .3, .1, .1, .1, .1, .7, .2
    };
    struct workspace *ws = with_model("x,y\n1,a\n2,a\n3,b\n4,b\n5,c\n6,c\n", true, truth, value, 6,
                                      &three);
    struct figure f;

    must_build(&f, ws, "roc", WORDS("models", "lr"));
    assert_int_equal(f.n_series, 5); /* the mean, each class, chance */
    assert_string_equal(f.series[0].label, "mean of classes  AUC 1.000");
    assert_string_equal(f.series[3].label, "c  AUC 1.000");
    figure_release(&f);

    must_build(&f, ws, "confusion", WORDS("model", "lr"));
    const struct series *s = &f.series[0];
    assert_int_equal(s->n, 9);
    assert_string_equal(s->text[0], "1\n50.0 %"); /* a taken for a */
    assert_string_equal(s->text[1], "1\n50.0 %"); /* a taken for b */
    assert_string_equal(s->text[4], "2\n100.0 %");
    assert_string_equal(s->text[8], "1\n100.0 %"); /* the row without truth does not count */
    assert_true(s->x[1] == 1 && s->y[1] == 0);
    figure_release(&f);
    workspace_unref(ws);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_sane),
        cmocka_unit_test(test_bins_by_freedman_and_diaconis),
        cmocka_unit_test(test_bins_of_odd_data),
        cmocka_unit_test(test_hist_counts_every_value),
        cmocka_unit_test(test_hist_by_a_column),
        cmocka_unit_test(test_hist_of_categories),
        cmocka_unit_test(test_many_groups_are_pooled),
        cmocka_unit_test(test_column_plots_refuse),
        cmocka_unit_test(test_scatter_samples_large_tables),
        cmocka_unit_test(test_roc_curve_of_the_paper),
        cmocka_unit_test(test_roc_curve_of_ties_and_one_class),
        cmocka_unit_test(test_roc_of_a_validated_model),
        cmocka_unit_test(test_model_plots_refuse),
        cmocka_unit_test(test_several_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
