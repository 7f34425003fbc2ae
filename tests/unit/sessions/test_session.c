/* The history: one path for every line, undo and redo, failures, files, the journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "batch.h"
#include "journal.h"
#include "session.h"

#define DATA ASSAY_SOURCE_DIR "/share/data/penguins.csv"

static char state_dir[] = "/tmp/assay-test-XXXXXX";

static struct session *fresh(bool journal)
{
    struct session_options o = { .share_dir = ASSAY_SOURCE_DIR "/share",
                                 .state_dir = journal ? state_dir : NULL };
    struct err err = { 0 };
    struct session *s = session_new(&o, &err);

    if (!s)
        fail_msg("%s", err.msg);
    return s;
}

static void run(struct session *s, const char *line)
{
    struct err err = { 0 };

    if (session_do(s, line, NULL, 0, NULL, &err))
        fail_msg("%s: %s", line, err.msg);
}

static void run_fails(struct session *s, const char *line, const char *message)
{
    struct err err = { 0 };

    assert_int_equal(session_do(s, line, NULL, 0, NULL, &err), -1);
    assert_string_equal(err.msg, message);
}

static size_t n_rows(const struct session *s)
{
    return workspace_table(session_workspace(s))->n_rows;
}

static void undo_and_redo_walk_the_changes(void **state)
{
    struct session *s = fresh(false);

    run_fails(s, "undo", "nothing to undo");
    run(s, "load " DATA);
    size_t all = n_rows(s);
    run(s, "filter sex == 'MALE'");
    size_t male = n_rows(s);
    assert_true(male < all);
    run(s, "describe");
    run(s, "undo");
    assert_int_equal(n_rows(s), all);
    run(s, "redo");
    assert_int_equal(n_rows(s), male);
    run_fails(s, "redo", "nothing to redo");
    run(s, "undo to=0");
    assert_null(workspace_table(session_workspace(s)));
    run(s, "redo");
    assert_int_equal(n_rows(s), all);
    session_free(s, false);
    (void)state;
}

static void undo_names_what_it_takes_back(void **state)
{
    struct session *s = fresh(false);

    run(s, "load " DATA);
    run(s, "drop sex");
    run(s, "describe island");
    run(s, "drop island");
    run(s, "undo");
    assert_string_equal(s->aside->report.text.buf, "taken back: drop island\n");
    run(s, "undo");
    assert_non_null(strstr(s->aside->report.text.buf, "taken back: drop sex\n"));
    assert_null(strstr(s->aside->report.text.buf, "drop island"));
    run(s, "undo 2");
    assert_string_equal(s->aside->report.text.buf, "again: drop sex\n");
    session_free(s, false);
    (void)state;
}

/* The file a model learned from, read with na=?, gives the same predictions when it is read again. */
static void prediction_reads_as_training_did(void **state)
{
    struct session *s = fresh(false);
    FILE *f = fopen("/tmp/assay-test-na.csv", "w");

    fputs("x,y\n", f);
    for (int i = 0; i < 40; i++) {
        const char *class = i % 3 ? "p" : "n";
        if (i % 5)
            fprintf(f, "%d,%s\n", i, class);
        else
            fprintf(f, "?,%s\n", class);
    }
    fclose(f);
    run(s, "load /tmp/assay-test-na.csv na=?");
    run(s, "target y");
    run(s, "impute all");
    run(s, "train logistic as=m");
    run(s, "predict m");
    json_t *loaded = json_incref(json_object_get(session_last(s)->report.data, "first"));
    run(s, "predict m data=/tmp/assay-test-na.csv");
    assert_true(json_equal(loaded, json_object_get(session_last(s)->report.data, "first")));
    json_decref(loaded);

    /* What does not fit is said. */
    f = fopen("/tmp/assay-test-na.csv", "a");
    fputs("oops,p\n", f);
    fclose(f);
    run(s, "predict m data=/tmp/assay-test-na.csv");
    assert_non_null(
        strstr(session_last(s)->report.text.buf, "line 42:1: value of another type in x"));
    unlink("/tmp/assay-test-na.csv");
    session_free(s, false);
    (void)state;
}

static void files_that_source_each_other_come_to_an_end(void **state)
{
    struct session *s = fresh(false);
    struct err err = { 0 };
    struct queued q;
    FILE *f = fopen("/tmp/assay-test-loop.assay", "w");
    size_t n = 0;
    int rc = 0;

    fputs("source /tmp/assay-test-loop.assay\n", f);
    fclose(f);
    run(s, "source /tmp/assay-test-loop.assay");
    for (; n < 1000 && !rc && session_next(s, &q); n++) {
        rc = session_do(s, q.text, q.file, q.line_number, NULL, &err);
        queued_release(&q);
    }
    assert_int_equal(rc, -1);
    assert_non_null(strstr(err.msg, "files source each other 32 deep"));
    session_queue_clear(s);
    run(s, "source " ASSAY_SOURCE_DIR "/share/sessions/wine.assay"); /* typed, it is not deep */
    unlink("/tmp/assay-test-loop.assay");
    session_free(s, false);
    (void)state;
}

static void a_new_command_ends_what_could_be_redone(void **state)
{
    struct session *s = fresh(false);

    run(s, "load " DATA);
    run(s, "filter sex == 'MALE'");
    run(s, "undo");
    run(s, "filter sex == 'FEMALE'");
    run_fails(s, "redo", "nothing to redo");
    assert_int_equal(s->n_entries, 2);
    session_free(s, false);
    (void)state;
}

static void a_slip_does_not_end_what_could_be_redone(void **state)
{
    struct session *s = fresh(false);

    run(s, "load " DATA);
    run(s, "filter sex == 'MALE'");
    size_t male = n_rows(s);
    run(s, "undo");
    run_fails(s, "redoo", "unknown command 'redoo'; did you mean redo?");
    run_fails(s, "clip body_mas_g min=1",
              "step 1 (clip): no column 'body_mas_g'; did you mean body_mass_g?");
    run(s, "redo");
    assert_int_equal(n_rows(s), male);
    assert_int_equal(s->n_entries, 2);
    session_free(s, false);
    (void)state;
}

static void a_failed_command_changes_nothing_and_stays_as_a_comment(void **state)
{
    struct session *s = fresh(false);
    struct str text;

    run_fails(s, "scale all", "nothing is loaded; load FILE first");
    run(s, "load " DATA);
    const struct workspace *before = session_workspace(s);
    run_fails(s, "clip body_mas_g min=1",
              "step 1 (clip): no column 'body_mas_g'; did you mean "
              "body_mass_g?");
    assert_ptr_equal(session_workspace(s), before);
    str_init(&text);
    session_print(&text, s, "");
    assert_non_null(strstr(text.buf, "# failed: clip body_mas_g min=1\n#   step 1"));
    str_release(&text);
    session_free(s, false);
    (void)state;
}

static void volatile_commands_are_not_recorded(void **state)
{
    struct session *s = fresh(false);

    run(s, "load " DATA);
    run(s, "head");
    run(s, "steps");
    run(s, "help load");
    assert_int_equal(s->n_entries, 1);
    session_free(s, false);
    (void)state;
}

static char *temp_path(const char *name)
{
    struct str s;

    str_init(&s);
    str_addf(&s, "%s/%s", state_dir, name);
    char *path = str_take(&s);
    str_release(&s);
    return path;
}

static int replay(const char *path, bool check)
{
    struct session *s = fresh(false);
    struct arena arena;
    struct script script;
    struct err err = { 0 };
    FILE *sink = fopen("/dev/null", "w");

    arena_init(&arena);
    assert_int_equal(script_read(&script, path, &arena, &err), 0);
    struct batch_options o = { .check = check, .out = sink, .err = sink };
    int status = batch_run(s, &script, &o);
    fclose(sink);
    arena_release(&arena);
    session_free(s, false);
    return status;
}

static void replace_in_file(const char *path, const char *from, const char *to)
{
    static char text[65536];
    FILE *f = fopen(path, "r");
    size_t n = fread(text, 1, sizeof(text) - 1, f);

    fclose(f);
    text[n] = 0;
    char *at = strstr(text, from);
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
    f = fopen(path, "w");
    fwrite(text, 1, n, f);
    fclose(f);
}

static void a_saved_session_proves_itself(void **state)
{
    struct session *s = fresh(false);
    char *path = temp_path("a.assay"), *line;
    struct str save;

    run(s, "load " DATA);
    run(s, "target species");
    run(s, "impute all");
    run(s, "encode island sex");
    run(s, "split test=0.25 seed=3");
    run(s, "train logistic as=lr");
    run(s, "validate lr folds=3");
    str_init(&save);
    str_addf(&save, "save session to=%s", path);
    line = str_take(&save);
    run(s, line);
    assert_false(session_unsaved(s));
    assert_int_equal(replay(path, true), EXIT_OK);
    replace_in_file(path, "seed=3", "seed=4");
    assert_int_equal(replay(path, true), EXIT_DIFFERS);
    assert_int_equal(replay(path, false), EXIT_OK);
    str_release(&save);
    mem_free(line);
    mem_free(path);
    session_free(s, false);
    (void)state;
}

/* Whole numbers may be classes or amounts: logistic takes them as the one, ridge as the other. */
static void a_learner_settles_what_whole_numbers_are(void **state)
{
    struct session *s = fresh(false);

    run(s, "load " DATA);
    run(s, "derive kind = if(species = 'Adelie', 0, if(species = 'Gentoo', 1, 2))");
    run(s, "impute all");
    run(s, "keep bill_* kind");
    run(s, "target kind");
    run(s, "train logistic as=lr");
    run(s, "train ridge as=r");
    const struct workspace *ws = session_workspace(s);
    assert_int_equal(ws->models[0].model->target.n_classes, 3);
    assert_int_equal(ws->models[0].model->target.task, TASK_MULTICLASS);
    assert_int_equal(ws->models[1].model->target.task, TASK_REGRESS);
    run(s, "target kind task=regression");
    run_fails(s, "train logistic as=x",
              "logistic is not for regression, which the target kind asks for; train ridge, or "
              "declare the target with task=classes");
    session_free(s, false);
    (void)state;
}

static void looks_at_held_out_rows_survive_undo(void **state)
{
    struct session *s = fresh(false);

    run(s, "load " DATA);
    run(s, "target body_mass_g");
    run(s, "drop missing");
    run(s, "keep bill_length_mm flipper_length_mm body_mass_g");
    run(s, "split test=0.2");
    run(s, "train linear as=m");
    assert_int_equal(s->looks, 0);
    run(s, "test m");
    run(s, "undo");
    assert_int_equal(s->looks, 1);
    run(s, "test m");
    assert_int_equal(s->looks, 2);
    session_free(s, false);
    (void)state;
}

static void the_journal_brings_back_what_was_finished(void **state)
{
    struct session *s = fresh(true);
    struct lost_session lost;
    bool found;

    run(s, "load " DATA);
    run(s, "filter sex == 'MALE'");
    run_fails(s, "filter seks = 'MALE'", "step 2 (filter): no column 'seks'; did you mean sex?");
    run(s, "undo");
    run(s, "filter sex == 'FEMALE'");
    size_t rows = n_rows(s);
    session_free(s, true); /* as a crash leaves it */

    assert_int_equal(journal_find(&lost, &found, state_dir, NULL), 0);
    assert_true(found);
    assert_int_equal(lost.n_commands, 3);
    assert_string_equal(lost.commands[2].line, "filter sex == 'FEMALE'");
    assert_int_equal(lost.commands[2].parent, 1);
    assert_int_equal(lost.at, 3);
    assert_null(lost.unfinished);
    lost_session_release(&lost);

    s = fresh(true);
    FILE *sink = fopen("/dev/null", "w");
    struct batch_options o = { .out = sink, .err = sink };
    assert_int_equal(batch_line(s, "recover", "-", 1, NULL, &o), EXIT_OK);
    fclose(sink);
    assert_int_equal(n_rows(s), rows);
    session_free(s, false);
    assert_int_equal(journal_find(&lost, &found, state_dir, NULL), 0);
    assert_false(found);
    (void)state;
}

/* Failed commands have numbers in the history, and are not done again. */
static void the_journal_knows_what_was_taken_back_and_done_again(void **state)
{
    struct session *s = fresh(true);
    struct lost_session lost;
    bool found;

    run(s, "load " DATA);
    run_fails(s, "filter seks = 'MALE'", "step 1 (filter): no column 'seks'; did you mean sex?");
    run(s, "filter sex == 'MALE'");
    run(s, "drop island");
    run(s, "drop sex");
    run(s, "undo 2");
    run(s, "redo");
    run(s, "note kept");
    run(s, "undo 0");
    run(s, "undo 3");
    session_free(s, true);
    assert_int_equal(journal_find(&lost, &found, state_dir, NULL), 0);
    assert_true(found);
    assert_int_equal(lost.at, 2);
    assert_string_equal(lost.commands[1].line, "filter sex == 'MALE'");
    assert_int_equal(journal_discard(&lost, NULL), 0);
    lost_session_release(&lost);
    (void)state;
}

static void a_torn_journal_gives_what_is_whole(void **state)
{
    struct session *s = fresh(true);
    struct lost_session lost;
    bool found;

    run(s, "load " DATA);
    run(s, "trim all");
    session_free(s, true);
    assert_int_equal(journal_find(&lost, &found, state_dir, NULL), 0);
    assert_true(found);
    FILE *f = fopen(lost.path, "r+");
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    fclose(f);
    char *path = mem_strdup(lost.path);
    lost_session_release(&lost);
    for (long n = size - 1; n > 0; n -= 7) {
        assert_int_equal(truncate(path, n), 0);
        assert_int_equal(journal_find(&lost, &found, state_dir, NULL), 0);
        if (!found)
            break;
        assert_true(lost.n_commands <= 2);
        lost_session_release(&lost);
    }
    unlink(path);
    mem_free(path);
    (void)state;
}

static void opening_refuses_to_drop_unsaved_work(void **state)
{
    struct session *s = fresh(false);
    struct queued q;

    run(s, "load " DATA);
    run_fails(s, "open " DATA,
              "the session has commands that were not saved; save session "
              "to=FILE first, or open " DATA " discard=yes");
    run(s, "open " DATA " discard=yes");
    assert_int_equal(s->n_entries, 0);
    assert_true(session_next(s, &q));
    assert_string_equal(q.text, "load " DATA);
    queued_release(&q);
    session_free(s, false);
    (void)state;
}

/* A session that was read from one folder and is written into another names its data in full; its
 * comments stay, and the one the recorder writes does not pile up. */
static void a_session_moves_to_another_folder(void **state)
{
    struct session *s = fresh(false);
    char *from = temp_path("sub/a.assay"), *to = temp_path("b.assay"), *dir = temp_path("sub"),
         *data = temp_path("d.csv");
    FILE *f, *sink = fopen("/dev/null", "w");
    struct batch_options o = { .out = sink, .err = sink };
    struct str line, text;

    assert_int_equal(mkdir(dir, 0700), 0);
    f = fopen(data, "w");
    fputs("a,b\n1,x\n2,y\n", f);
    fclose(f);
    f = fopen(from, "w");
    fputs("# assay session 1\n# why\nload ../d.csv # two rows\n", f);
    fclose(f);
    str_init(&line);
    str_addf(&line, "open %s", from);
    assert_int_equal(batch_line(s, line.buf, "-", 1, NULL, &o), EXIT_OK);
    str_init(&text);
    session_print(&text, s, dir);
    assert_ptr_equal(strstr(text.buf, "# assay session 1\n# why\nload ../d.csv "), text.buf);
    assert_non_null(strstr(text.buf, "   # two rows   #= "));
    str_clear(&line);
    str_addf(&line, "save session to=%s", to);
    run(s, line.buf);
    assert_int_equal(replay(to, true), EXIT_OK);
    assert_int_equal(replay(from, false), EXIT_OK);
    str_release(&text);
    str_release(&line);
    fclose(sink);
    mem_free(from);
    mem_free(to);
    mem_free(dir);
    mem_free(data);
    session_free(s, false);
    (void)state;
}

static void an_opened_session_is_saved_until_it_changes(void **state)
{
    struct session *s = fresh(false);
    char *path = temp_path("open.assay");
    FILE *f = fopen(path, "w"), *sink = fopen("/dev/null", "w");
    struct batch_options o = { .out = sink, .err = sink };
    struct str line;

    fputs("load " DATA "\ntrim all\n", f);
    fclose(f);
    str_init(&line);
    str_addf(&line, "open %s", path);
    assert_int_equal(batch_line(s, line.buf, "-", 1, NULL, &o), EXIT_OK);
    assert_int_equal(s->n_done, 2);
    assert_false(session_unsaved(s));
    assert_string_equal(s->path, path);
    run(s, "dedupe");
    assert_true(session_unsaved(s));
    fclose(sink);
    str_release(&line);
    mem_free(path);
    session_free(s, false);
    (void)state;
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(state_dir) ? 0 : -1;
}

static int teardown(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", state_dir);
    return system(command);
}

static void validate_trains_a_learner_that_is_no_model_yet(void **state)
{
    struct session *s = fresh(false);

    run(s, "load " DATA);
    run(s, "target species");
    run(s, "impute all");
    run(s, "keep bill_* body_mass_g");
    run(s, "validate logistic baseline folds=3");
    const struct workspace *ws = session_workspace(s);
    assert_int_equal(ws->n_models, 2);
    assert_string_equal(ws->models[0].name, "logistic");
    assert_non_null(ws->models[1].validated);
    run_fails(s, "validate logistik", "no model 'logistik'; did you mean logistic?");
    session_free(s, false);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undo_and_redo_walk_the_changes),
        cmocka_unit_test(undo_names_what_it_takes_back),
        cmocka_unit_test(prediction_reads_as_training_did),
        cmocka_unit_test(files_that_source_each_other_come_to_an_end),
        cmocka_unit_test(a_new_command_ends_what_could_be_redone),
        cmocka_unit_test(a_slip_does_not_end_what_could_be_redone),
        cmocka_unit_test(a_failed_command_changes_nothing_and_stays_as_a_comment),
        cmocka_unit_test(volatile_commands_are_not_recorded),
        cmocka_unit_test(a_saved_session_proves_itself),
        cmocka_unit_test(validate_trains_a_learner_that_is_no_model_yet),
        cmocka_unit_test(a_learner_settles_what_whole_numbers_are),
        cmocka_unit_test(looks_at_held_out_rows_survive_undo),
        cmocka_unit_test(the_journal_brings_back_what_was_finished),
        cmocka_unit_test(the_journal_knows_what_was_taken_back_and_done_again),
        cmocka_unit_test(a_torn_journal_gives_what_is_whole),
        cmocka_unit_test(a_session_moves_to_another_folder),
        cmocka_unit_test(an_opened_session_is_saved_until_it_changes),
        cmocka_unit_test(opening_refuses_to_drop_unsaved_work),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
