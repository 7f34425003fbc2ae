/* Whole screens, drawn in memory and compared with tests/screen/NAME_WxH.txt.
 *
 * ASSAY_UPDATE_GOLDEN=1 writes them anew; look at the difference before committing it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "screen.h"

static const int sizes[][2] = { { 80, 24 }, { 60, 16 }, { 130, 40 } };
#define N_SIZES (sizeof(sizes) / sizeof(*sizes))

struct stage {
    struct session *session;
    struct survey *survey;
    struct desk desk;
    struct screen screen;
};

static void stage_open(struct stage *s, const char *const *lines)
{
    const struct session_options options = { .gnuplot = "/nowhere/gnuplot" };
    struct err err = { 0 };

    s->session = session_new(&options, &err);
    assert_non_null(s->session);
    for (; lines && *lines; lines++)
        if (session_do(s->session, *lines, NULL, 0, NULL, &err))
            fail_msg("%s: %s", *lines, err.msg);
    s->survey = survey_new(&(struct gnuplot_options){ .program = "/nowhere/gnuplot" });
    desk_init(&s->desk, s->session, s->survey);
    screen_init(&s->screen);
}

static void stage_close(struct stage *s)
{
    screen_release(&s->screen);
    desk_release(&s->desk);
    survey_free(s->survey);
    session_free(s->session, false);
}

static void settle(struct stage *s)
{
    for (int k = 0; k < 2; k++) { /* asked for, then answered */
        desk_refresh(&s->desk);
        screen_settle(&s->screen, &s->desk);
        survey_wait(s->survey);
    }
    desk_refresh(&s->desk);
    screen_settle(&s->screen, &s->desk);
}

static void draw(struct str *out, struct stage *s, const struct status *status)
{
    settle(s);
    screen_draw(&s->screen, &s->desk, status);
    grid_print(out, &s->screen.grid);
}

/* ---------------------------------------------------------------- golden files */

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = calloc(1, 65536);

    assert_non_null(text);
    if (f) {
        size_t n = fread(text, 1, 65535, f);
        text[n] = 0;
        fclose(f);
    }
    return text;
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void compare(const char *name, int w, int h, const char *text)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/tests/screen/%s_%dx%d.txt", ASSAY_SOURCE_DIR, name, w, h);
    if (getenv("ASSAY_UPDATE_GOLDEN")) {
        write_file(path, text);
        return;
    }
    char *golden = read_file(path);
    if (strcmp(golden, text) != 0) {
        fputs(text, stderr);
        fail_msg("%s differs; above is what it is now", path);
    }
    free(golden);
}

static void check_status(const char *name, struct stage *s, const struct status *status)
{
    for (size_t k = 0; k < N_SIZES; k++) {
        struct str text;
        str_init(&text);
        screen_resize(&s->screen, sizes[k][0], sizes[k][1]);
        draw(&text, s, status);
        compare(name, sizes[k][0], sizes[k][1], text.buf);
        str_release(&text);
    }
}

static void check(const char *name, struct stage *s)
{
    check_status(name, s,
                 &(struct status){ .message = "",
                                   .phase = "",
                                   .keys = "",
                                   .hint = "",
                                   .panel = "",
                                   .fraction = -1,
                                   .left_s = -1 });
}

static void request(struct stage *s, enum request r)
{
    enum view_id v = s->screen.focus;

    assert_true(view_table[v]->request(s->screen.states[v], &s->desk, r));
    settle(s);
}

/* ---------------------------------------------------------------- scenes */

static const char *const cleaned[] = {
    "load share/data/penguins.csv",
    "impute bill_length_mm bill_depth_mm flipper_length_mm body_mass_g method=median",
    "impute sex method=mode",
    "derive bill_ratio = bill_length_mm / bill_depth_mm",
    "filter body_mass_g > 3000",
    NULL,
};

static const char *const modelled[] = {
    "load share/data/penguins.csv",
    "target species",
    "drop island sex",
    "drop missing",
    "split test=0.25 stratify=species seed=7",
    "scale all method=standard",
    "train baseline as=guess",
    "train logistic as=lr",
    "validate guess lr folds=5 seed=7",
    "test lr",
    NULL,
};

static void test_empty(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, NULL);
    check("empty", &s);
    stage_close(&s);
}

static void test_sheet(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, cleaned);
    check("sheet", &s);
    stage_close(&s);
}

static void test_changes_of_a_step(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, cleaned);
    s.desk.shown = s.desk.step = 2;
    settle(&s);
    request(&s, REQ_FIRST_CHANGE);
    check("changes", &s);
    size_t column = s.desk.column;
    assert_string_equal(desk_column_name(&s.desk), "sex");
    request(&s, REQ_NEXT_CHANGE);
    assert_int_equal(s.desk.column, column);
    request(&s, REQ_CLOSE);
    assert_true(s.desk.shown == DESK_NOW);
    stage_close(&s);
}

static void test_removed_rows_of_a_step(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, cleaned);
    s.desk.shown = s.desk.step = 4;
    settle(&s);
    request(&s, REQ_FIRST_CHANGE);
    check("removed", &s);
    stage_close(&s);
}

static void test_facets(void **state)
{
    static const char *const facets[] = { "load share/data/penguins.csv", "impute sex method=mode",
                                          "facet species=Gentoo island", "facet sex=MALE", NULL };
    struct stage s;

    (void)state;
    stage_open(&s, facets);
    check("facets", &s);
    s.desk.shown = s.desk.step = 1; /* rows are chosen by what they were: no changed cell is MALE */
    settle(&s);
    request(&s, REQ_LAST);
    request(&s, REQ_CLOSE);
    request(&s, REQ_SAME_VALUE);
    assert_string_equal(s.desk.wish_text.buf, "facet species=Gentoo");
    request(&s, REQ_CLOSE);
    assert_string_equal(s.desk.wish_text.buf, "facet reset");
    stage_close(&s);
}

static void test_facet_view(void **state)
{
    static const char *const lines[] = { "load share/data/penguins.csv",
                                         "facet species=Gentoo,Adelie body_mass_g sex",
                                         "facet where bill_length_mm > 40", NULL };
    struct stage s;

    (void)state;
    stage_open(&s, lines);
    screen_show(&s.screen, VIEW_facet);
    settle(&s);
    request(&s, REQ_DOWN);
    request(&s, REQ_DOWN);
    check("facet_view", &s);
    request(&s, REQ_CHOOSE);
    assert_string_equal(s.desk.wish_text.buf, "facet species=Adelie");
    request(&s, REQ_OPEN);
    assert_string_equal(s.desk.wish_text.buf, "facet species=Gentoo");
    request(&s, REQ_INVERT);
    assert_string_equal(s.desk.wish_text.buf, "facet species!=Gentoo,Adelie");
    request(&s, REQ_NEXT_CHANGE);
    request(&s, REQ_CLOSE_FACET);
    assert_string_equal(s.desk.wish_text.buf, "facet close body_mass_g");
    request(&s, REQ_DOWN);
    request(&s, REQ_CHOOSE);
    assert_string_equal(s.desk.wish_text.buf, "facet body_mass_g=2600..<2800");
    request(&s, REQ_FACET_RANGE);
    assert_string_equal(s.desk.wish_text.buf, "facet body_mass_g=");
    request(&s, REQ_LAST);
    request(&s, REQ_CLOSE_FACET);
    assert_string_equal(s.desk.wish_text.buf, "facet reset");
    stage_close(&s);
}

static void test_changes_among_the_rows_looked_at(void **state)
{
    static const char *const lines[] = { "load share/data/penguins.csv", "impute sex method=mode",
                                         "facet species=Gentoo", NULL };
    struct stage s;
    size_t n = 0;

    (void)state;
    stage_open(&s, lines);
    screen_resize(&s.screen, 80, 24);
    s.desk.shown = s.desk.step = 1;
    settle(&s);
    request(&s, REQ_FIRST_CHANGE);
    for (n = 1; n < 100; n++) {
        str_clear(&s.desk.message);
        request(&s, REQ_NEXT_CHANGE);
        if (s.desk.message.len)
            break;
    }
    assert_int_equal(n, 5); /* Gentoo penguins of unknown sex */
    stage_close(&s);
}

static void test_columns_and_steps(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, modelled);
    screen_show(&s.screen, VIEW_columns);
    check("columns", &s);
    screen_show(&s.screen, VIEW_steps);
    check("steps", &s);
    s.desk.step = 2;
    request(&s, REQ_OPEN);
    assert_int_equal(s.desk.shown, 2);
    assert_true(s.desk.jump); /* to the first change, once that is known */
    stage_close(&s);
}

/* The line to change a cell stands in the prompt with the cell's value. */
static void test_edit_a_cell(void **state)
{
    static const char *const lines[] = { "load tests/golden/data/cities.csv", "filter id > 5",
                                         NULL };
    struct stage s;

    (void)state;
    stage_open(&s, lines);
    screen_resize(&s.screen, 80, 24);
    screen_show(&s.screen, VIEW_sheet);
    settle(&s);
    s.desk.column = 1;
    request(&s, REQ_EDIT);
    assert_int_equal(s.desk.wish, WISH_EDIT);
    assert_string_equal(s.desk.wish_text.buf, "edit 6 city \"Paris \"");
    stage_close(&s);
}

/* One key: accept, refuse, another value; then all of it as one command. */
static void test_clusters(void **state)
{
    static const char *const lines[] = { "load tests/golden/data/cities.csv",
                                         "clusters city other method=metaphone", NULL };
    struct stage s;

    (void)state;
    stage_open(&s, NULL);
    screen_resize(&s.screen, 80, 24);
    screen_show(&s.screen, VIEW_clusters);
    check("clusters_none", &s);
    stage_close(&s);
    stage_open(&s, lines);
    screen_resize(&s.screen, 80, 24);
    screen_show(&s.screen, VIEW_clusters);
    settle(&s);
    request(&s, REQ_OPEN);
    assert_string_equal(s.desk.message.buf,
                        "nothing is accepted yet: Space accepts, a accepts all");
    request(&s, REQ_ACCEPT);
    request(&s, REQ_DOWN);
    request(&s, REQ_REFUSE);
    request(&s, REQ_DOWN);
    request(&s, REQ_EDIT);
    assert_int_equal(s.desk.wish, WISH_ASK);
    assert_string_equal(s.desk.wish_text.buf, "A=B, C");
    str_add(&s.desk.answer, "A = B");
    request(&s, REQ_ANSWER);
    check("clusters", &s);
    request(&s, REQ_OPEN);
    assert_int_equal(s.desk.wish, WISH_SUBMIT);
    assert_string_equal(s.desk.wish_text.buf,
                        "merge city,other method=metaphone refused=Paris pairs=\"new york=New York,"
                        "NEW YORK=New York,A\\\\=B\\\\, C=A \\\\= B,a\\\\=b\\\\, c=A \\\\= B\"");
    request(&s, REQ_UP);
    request(&s, REQ_RIGHT);
    check("clusters_members", &s);
    request(&s, REQ_LEFT);
    request(&s, REQ_METHOD);
    assert_string_equal(s.desk.wish_text.buf, "clusters city,other method=soundex");
    stage_close(&s);
}

static void test_audit(void **state)
{
    static const char *const lines[] = { "load tests/golden/data/faults.csv", "audit", NULL };
    struct stage s;

    (void)state;
    stage_open(&s, lines);
    screen_show(&s.screen, VIEW_audit);
    check("audit", &s);
    request(&s, REQ_ACCEPT);
    assert_string_equal(s.desk.wish_text.buf,
                        "audit accept dependency:zip,town\nrepair town by=zip,county");
    request(&s, REQ_OPEN);
    assert_string_equal(s.desk.wish_text.buf, "facet only set=1");
    request(&s, REQ_RIGHT);
    request(&s, REQ_DOWN);
    check("audit_cells", &s);
    request(&s, REQ_REFUSE);
    assert_string_equal(s.desk.wish_text.buf, "audit refuse dependency:zip,town rows=22");
    request(&s, REQ_LEFT);
    request(&s, REQ_DOWN);
    request(&s, REQ_REFUSE);
    assert_string_equal(s.desk.wish_text.buf, "audit refuse spelling:town");
    stage_close(&s);
}

static void test_views_of_nothing(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, NULL);
    for (int v = 0; v < VIEW_N; v++) {
        struct str text;
        const struct status status = { .message = "",
                                       .phase = "",
                                       .keys = "",
                                       .hint = "",
                                       .panel = "",
                                       .fraction = -1,
                                       .left_s = -1 };
        screen_show(&s.screen, (enum view_id)v);
        for (int r = REQ_DOWN; r <= REQ_EDIT_STEP; r++)
            view_table[v]->request(s.screen.states[v], &s.desk, (enum request)r);
        str_init(&text);
        draw(&text, &s, &status);
        assert_non_null(strstr(text.buf, "next: load FILE"));
        str_release(&text);
    }
    stage_close(&s);
}

static void test_models(void **state)
{
    struct stage s;

    (void)state;
    stage_open(&s, modelled);
    screen_show(&s.screen, VIEW_models);
    check("models", &s);
    stage_close(&s);
}

static void test_history(void **state)
{
    struct stage s;
    struct err err = { 0 };

    (void)state;
    stage_open(&s, cleaned);
    session_do(s.session, "drop nothing_like_it", NULL, 0, NULL, &err);
    assert_int_equal(history_go(s.session, history_find(s.session, 4), &err), 0);
    screen_show(&s.screen, VIEW_history);
    check("history", &s);
    stage_close(&s);
}

static void test_branches(void **state)
{
    struct stage s;
    struct err err = { 0 };
    static const char *const more[] = {
        "branch kept", "goto 2",   "impute sex method=constant value=?",
        "undo",        "drop sex", "goto kept"
    };

    (void)state;
    stage_open(&s, cleaned);
    for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++)
        if (session_do(s.session, more[i], NULL, 0, NULL, &err))
            fail_msg("%s: %s", more[i], err.msg);
    screen_show(&s.screen, VIEW_history);
    check("branches", &s);
    request(&s, REQ_FIRST);
    request(&s, REQ_DOWN);
    request(&s, REQ_DOWN);
    struct str line;
    str_init(&line);
    assert_true(desk_fill(&line, &s.desk, "goto {entry} {here}"));
    assert_string_equal(line.buf, "goto 6 5");
    str_release(&line);
    stage_close(&s);
}

static void test_preview_of_a_line(void **state)
{
    struct stage s;
    const struct entry *e;
    struct err err = { 0 };

    (void)state;
    stage_open(&s, cleaned);
    assert_int_equal(session_do(s.session, "preview clip bill_depth_mm max=18", NULL, 0, &e, &err),
                     0);
    desk_try(&s.desk, e->trial, "clip bill_depth_mm max=18");
    settle(&s);
    request(&s, REQ_FIRST_CHANGE);
    check("preview", &s);
    desk_try(&s.desk, NULL, "");
    settle(&s);
    assert_ptr_equal(s.desk.table, workspace_table(s.desk.ws));
    stage_close(&s);
}

static void test_unmet_expectations(void **state)
{
    struct stage s;
    struct err err = { 0 };
    const struct entry *e;

    (void)state;
    stage_open(&s, cleaned);
    assert_int_equal(session_do(s.session, "expect body_mass_g max=6000", NULL, 0, NULL, &err), 0);
    assert_int_equal(session_do(s.session, "expect sex not-missing", NULL, 0, NULL, &err), 0);
    assert_int_equal(session_do(s.session, "expect show=3", NULL, 0, &e, &err), 0);
    desk_take_report(&s.desk, e);
    screen_show(&s.screen, VIEW_report);
    check("unmet", &s);
    assert_int_equal(s.desk.n_unmet, 1);
    request(&s, REQ_OPEN); /* the first line opens its rows */
    assert_int_equal(s.desk.wish, WISH_SUBMIT);
    assert_string_equal(s.desk.wish_text.buf, "facet only set=1");
    stage_close(&s);
}

static void test_progress_and_errors(void **state)
{
    struct stage s;
    struct status status = { .message = "",
                             .phase = "fold",
                             .keys = "",
                             .hint = "",
                             .panel = "impute ag\n       ^^\nno column 'ag'; did you mean age?",
                             .running = "validate lr",
                             .fraction = 0.61,
                             .elapsed_s = 7,
                             .left_s = 4.4,
                             .n_waiting = 2 };

    (void)state;
    stage_open(&s, cleaned);
    check_status("busy", &s, &status);
    stage_close(&s);
}

/* Every view at every size from nothing to large: nothing is drawn outside, nothing crashes. */
static void test_every_size(void **state)
{
    static const int odd[][2] = { { 1, 1 },   { 20, 5 },  { 39, 7 },   { 40, 8 },   { 41, 9 },
                                  { 60, 11 }, { 99, 12 }, { 100, 12 }, { 100, 11 }, { 250, 80 } };
    const struct status status = { .message = "done",
                                   .phase = "",
                                   .keys = "g",
                                   .hint = "",
                                   .panel = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj",
                                   .fraction = -1,
                                   .left_s = -1 };
    struct stage s;

    (void)state;
    stage_open(&s, modelled);
    for (size_t k = 0; k < sizeof(odd) / sizeof(*odd); k++) {
        screen_resize(&s.screen, odd[k][0], odd[k][1]);
        for (int v = 0; v < VIEW_N; v++) {
            struct str text;
            screen_show(&s.screen, (enum view_id)v);
            for (int r = REQ_DOWN; r <= REQ_CENTRE; r++)
                view_table[v]->request(s.screen.states[v], &s.desk, (enum request)r);
            str_init(&text);
            draw(&text, &s, &status);
            bool small = odd[k][0] < SCREEN_MIN_W || odd[k][1] < SCREEN_MIN_H;
            if (odd[k][0] >= 9)
                assert_int_equal(strstr(text.buf, "too small") != NULL, small);
            str_release(&text);
        }
    }
    stage_close(&s);
}

static void test_suggestions_lead_from_data_to_model(void **state)
{
    struct stage s;
    struct str text;
    struct err err = { 0 };

    (void)state;
    stage_open(&s, NULL);
    str_init(&text);
    screen_suggest(&text, &s.desk);
    assert_string_equal(text.buf, "next: load FILE");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(session_do(s.session, modelled[i], NULL, 0, NULL, &err), 0);
    settle(&s);
    str_clear(&text);
    screen_suggest(&text, &s.desk);
    assert_non_null(strstr(text.buf, "missing"));
    str_release(&text);
    stage_close(&s);
}

static void test_placeholders(void **state)
{
    struct stage s;
    struct str text;

    (void)state;
    stage_open(&s, cleaned);
    str_init(&text);
    s.desk.column = 2;
    s.desk.step = 3;
    assert_true(desk_fill(&text, &s.desk, "impute {column} method= # {step} {entry}"));
    assert_string_equal(text.buf, "impute bill_length_mm method= # 3 1");
    assert_false(desk_fill(&text, &s.desk, "validate {model}"));
    assert_string_equal(s.desk.message.buf, "there is no model yet; train LEARNER makes one");
    s.desk.step = 0;
    assert_false(desk_fill(&text, &s.desk, "step {step} off"));
    str_release(&text);
    stage_close(&s);
}

static int go_home(void **state)
{
    (void)state;
    return chdir(ASSAY_SOURCE_DIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_sheet),
        cmocka_unit_test(test_changes_of_a_step),
        cmocka_unit_test(test_removed_rows_of_a_step),
        cmocka_unit_test(test_facets),
        cmocka_unit_test(test_facet_view),
        cmocka_unit_test(test_changes_among_the_rows_looked_at),
        cmocka_unit_test(test_columns_and_steps),
        cmocka_unit_test(test_audit),
        cmocka_unit_test(test_clusters),
        cmocka_unit_test(test_edit_a_cell),
        cmocka_unit_test(test_views_of_nothing),
        cmocka_unit_test(test_models),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_branches),
        cmocka_unit_test(test_preview_of_a_line),
        cmocka_unit_test(test_unmet_expectations),
        cmocka_unit_test(test_progress_and_errors),
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_suggestions_lead_from_data_to_model),
        cmocka_unit_test(test_placeholders),
    };
    return cmocka_run_group_tests(tests, go_home, NULL);
}
