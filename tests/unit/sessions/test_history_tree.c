/* The history as a tree: nothing is lost, branches have names, files and the journal keep them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "batch.h"
#include "complete.h"
#include "history_tree.h"
#include "journal.h"

#define DATA ASSAY_SOURCE_DIR "/share/data/penguins.csv"

static char dir[] = "/tmp/assay-test-XXXXXX";

static struct session *fresh(bool journal)
{
    struct session_options o = { .share_dir = ASSAY_SOURCE_DIR "/share",
                                 .state_dir = journal ? dir : NULL };
    struct err err = { 0 };
    struct session *s = session_new(&o, &err);

    if (!s)
        fail_msg("%s", err.msg);
    return s;
}

/* With what it queues. */
static void run(struct session *s, const char *line)
{
    FILE *sink = fopen("/dev/null", "w");
    struct batch_options o = { .out = sink, .err = stderr };

    if (batch_line(s, line, "-", 1, NULL, &o))
        fail_msg("%s", line);
    fclose(sink);
}

static void run_all(struct session *s, const char *const *lines)
{
    for (; *lines; lines++)
        run(s, *lines);
}

static void run_fails(struct session *s, const char *line, const char *message)
{
    struct err err = { 0 };

    assert_int_equal(session_do(s, line, NULL, 0, NULL, &err), -1);
    assert_string_equal(err.msg, message);
}

static size_t n_cols(const struct session *s)
{
    const struct table *t = workspace_table(session_workspace(s));

    return t ? t->n_cols : 0;
}

/* Two ways from command 2, and from the second another. */
static const char *const branching[] = {
    "load " DATA, "drop island",  "drop sex", "branch first", "goto 2",
    "trim all",   "drop species", "undo",     "drop bill_*",  NULL,
};

static void what_was_undone_stays(void **state)
{
    struct session *s = fresh(false);
    struct entry *e;
    struct err err = { 0 };

    run_all(s, branching);
    assert_int_equal(s->n_all, 6);
    assert_int_equal(s->n_done, 4);
    assert_int_equal(n_cols(s), 4);
    assert_int_equal(history_point(&e, s, "first", &err), 0);
    assert_int_equal(e->number, 3);
    assert_int_equal(history_point(&e, s, "b1", &err), 0); /* nobody named it */
    assert_string_equal(e->line, "drop species");
    run(s, "goto first");
    assert_int_equal(n_cols(s), 5);
    run(s, "undo");
    assert_int_equal(n_cols(s), 6);
    run(s, "redo"); /* along the line that was taken last */
    assert_int_equal(n_cols(s), 5);
    run(s, "goto b1");
    assert_int_equal(n_cols(s), 5);
    assert_int_equal(history_point(&e, s, "b2", &err), 0); /* left behind, so it has a name */
    assert_string_equal(e->line, "drop bill_*");
    session_free(s, false);
    (void)state;
}

static void names_move_on_with_the_tip(void **state)
{
    struct session *s = fresh(false);
    struct entry *e;

    run_all(s, branching);
    run(s, "branch here");
    run(s, "drop species");
    run(s, "goto 2");
    run(s, "goto here");
    assert_int_equal(session_last(s)->number, 7);
    assert_int_equal(history_point(&e, s, "first", NULL), 0);
    run(s, "goto first");
    run(s, "undo");
    run(s, "note another way"); /* what has a name keeps it */
    assert_int_equal(history_point(&e, s, "first", NULL), 0);
    assert_int_equal(e->number, 3);
    session_free(s, false);
    (void)state;
}

static void bad_points_are_told(void **state)
{
    struct session *s = fresh(false);

    run_fails(s, "branch x", "there is no command yet to name; the history has 0");
    run_fails(s, "goto 1", "there is no command 1; the history has 0");
    run_fails(s, "goto x", "no branch 'x'; branches lists those there are");
    run_all(s, branching);
    run_fails(s, "goto frist", "no branch 'frist'; did you mean first?");
    run_fails(s, "undo to=7", "there is no command 7; the history has 6");
    run_fails(s, "branch first",
              "command 3 is called first already; goto first goes there, another "
              "name is free");
    run_fails(
        s, "goto 2 line=00000000",
        "command 2 is not the one that this branch left from: the lines before it were edited; "
        "give its commands by hand");
    run(s, "branch b1"); /* a name that nobody chose makes room */
    run(s, "goto b2");
    assert_string_equal(session_last(s)->line, "drop species");
    session_free(s, false);
    (void)state;
}

/* The tree as text: lines with where they hang and their names. */
static void draw(struct str *out, const struct session *s)
{
    struct history_row *rows = MEM_NEW(struct history_row, s->n_all);

    history_rows(rows, s);
    for (size_t i = 0; i < s->n_all; i++)
        str_addf(out, "%u%s%s %s %s\n", rows[i].depth, rows[i].first ? "+" : "",
                 rows[i].undone ? "u" : "", rows[i].entry->line,
                 rows[i].entry->branch ? rows[i].entry->branch : "");
    str_addf(out, "at %s\n", session_last(s) ? session_last(s)->line : "");
    mem_free(rows);
}

static void assert_same_tree(const struct session *a, const struct session *b)
{
    struct str one, other;

    str_init(&one);
    str_init(&other);
    draw(&one, a);
    draw(&other, b);
    assert_string_equal(one.buf, other.buf);
    str_release(&one);
    str_release(&other);
}

static void a_file_keeps_the_branches(void **state)
{
    struct session *s = fresh(false), *t = fresh(false);
    struct str text, again, line;

    run_all(s, branching);
    str_init(&line);
    str_addf(&line, "save session to=%s/tree.assay", dir);
    run(s, line.buf);
    str_clear(&line);
    str_addf(&line, "open %s/tree.assay", dir);
    run(t, line.buf);
    assert_false(session_unsaved(t));
    str_init(&text);
    str_init(&again);
    session_print(&text, s, dir);
    session_print(&again, t, dir);
    if (strcmp(text.buf, again.buf) != 0)
        fail_msg("%s", again.buf);
    run(t, "goto first");
    run(s, "goto first");
    assert_int_equal(n_cols(t), n_cols(s));

    /* To source, the other branches are comments. */
    struct session *u = fresh(false);
    str_clear(&line);
    str_addf(&line, "source %s/tree.assay", dir);
    run(u, line.buf);
    assert_int_equal(u->n_all, 4);
    str_release(&line);
    str_release(&text);
    str_release(&again);
    session_free(s, false);
    session_free(t, false);
    session_free(u, false);
    (void)state;
}

static void a_crash_keeps_the_branches(void **state)
{
    struct session *s = fresh(true), *t = fresh(true);

    run_all(s, branching);
    run(s, "goto 3");
    run(s, "note kept");
    run(s, "goto b1");
    run(s, "branch other");
    session_free(t, false);
    const struct session_options none = { .share_dir = ASSAY_SOURCE_DIR "/share" };
    t = session_new(&none, NULL);
    run_all(t, branching);
    run(t, "goto 3");
    run(t, "note kept");
    run(t, "goto b1");
    run(t, "branch other");
    session_free(s, true); /* as a crash leaves it */

    s = fresh(true);
    run(s, "recover");
    assert_same_tree(s, t);
    session_free(s, true); /* and once more, from what recovery wrote */
    s = fresh(true);
    run(s, "recover");
    assert_same_tree(s, t);
    run(s, "goto first");
    assert_string_equal(session_last(s)->line, "note kept");
    session_free(s, false);
    session_free(t, false);
    (void)state;
}

static void open_forgets_in_the_journal_too(void **state)
{
    struct session *s = fresh(true);
    struct lost_session lost;
    bool found;

    run_all(s, branching);
    run(s, "open " DATA " discard=yes");
    session_free(s, true);
    assert_int_equal(journal_find(&lost, &found, dir, NULL), 0);
    assert_true(found);
    assert_int_equal(lost.n_commands, 1);
    assert_int_equal(lost.at, 1);
    journal_discard(&lost, NULL);
    lost_session_release(&lost);
    (void)state;
}

static void a_slip_is_no_branch(void **state)
{
    struct session *s = fresh(false);
    struct err err = { 0 };

    run(s, "load " DATA);
    session_do(s, "drop nothing_like_it", NULL, 0, NULL, &err);
    run(s, "goto 1");
    run(s, "drop sex");
    for (size_t i = 0; i < s->n_all; i++)
        assert_null(s->all[i]->branch);
    session_free(s, false);
    (void)state;
}

static void branches_are_offered(void **state)
{
    struct session *s = fresh(false);
    struct completions c;

    run_all(s, branching);
    complete_line(&c, s, "goto f", 6);
    assert_int_equal(c.n, 1);
    assert_string_equal(c.items[0].text, "first");
    completions_release(&c);
    complete_line(&c, s, "branch diff f", 13);
    assert_int_equal(c.n, 1);
    completions_release(&c);
    session_free(s, false);
    (void)state;
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_undone_stays),
        cmocka_unit_test(names_move_on_with_the_tip),
        cmocka_unit_test(bad_points_are_told),
        cmocka_unit_test(a_file_keeps_the_branches),
        cmocka_unit_test(a_crash_keeps_the_branches),
        cmocka_unit_test(open_forgets_in_the_journal_too),
        cmocka_unit_test(a_slip_is_no_branch),
        cmocka_unit_test(branches_are_offered),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
