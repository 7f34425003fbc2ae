/* Sessions on the screen: killed ones come back whole, recorded ones are compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "workbench.h"

/* ---------------------------------------------------------------- being killed */

static void test_what_was_done_is_offered_back_after_kill_9(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, ":impute sex method=mode\r");
    assert_true(pty_wait_for(&p, "· → MALE"));
    kill(p.pid, SIGKILL);
    assert_int_equal(pty_wait_end(&p), 128 + SIGKILL);
    pty_free(&p);
    start(&p, NULL);
    assert_true(pty_wait_for(&p, "ended without saying so"));
    assert_true(pty_wait_for(&p, "A session of 2 commands"));
    pty_type(&p, "r");
    assert_true(pty_wait_gone(&p, "ended without saying so"));
    pty_type(&p, "3");
    assert_true(pty_wait_for(&p, "steps · 1"));
    leave(&p);
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    assert_false(pty_shows(&p, "ended without saying so"));
    leave(&p);
}

/* In the middle of a command, a shipped session opened before it. */
static void test_kill_9_in_the_middle_of_a_command_loses_nothing_before_it(void **state)
{
    struct pty p;

    (void)state;
    start(&p, "share/sessions/penguins.assay");
    assert_true(pty_wait_for(&p, "lr"));
    pty_wait_quiet(&p, 300);
    pty_type(&p, ":note the last thing said\r");
    pty_type(&p, ":validate lr folds=100 repeats=1000\r");
    assert_true(pty_wait_for(&p, " left "));
    kill(p.pid, SIGKILL);
    assert_int_equal(pty_wait_end(&p), 128 + SIGKILL);
    pty_free(&p);
    start(&p, NULL);
    assert_true(pty_wait_for(&p, "Not finished: validate lr"));
    pty_type(&p, "r");
    assert_true(pty_wait_gone(&p, "Not finished"));
    pty_type(&p, "7");
    assert_true(pty_wait_for(&p, "the last thing said"));
    pty_type(&p, "4");
    assert_true(pty_wait_for(&p, "lr"));
    leave(&p);
}

/* A lost session on the state folder. */
static void lose_a_session(void)
{
    struct pty p;

    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, ":drop sex\r");
    assert_true(pty_wait_for(&p, "1 column dropped"));
    kill(p.pid, SIGKILL);
    assert_int_equal(pty_wait_end(&p), 128 + SIGKILL);
    pty_free(&p);
}

static void test_the_offer_swallows_no_key(void **state)
{
    struct pty p;

    (void)state;
    lose_a_session();
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "ended without saying so"));
    pty_type(&p, ":note typed at once\r");
    assert_true(pty_wait_gone(&p, "ended without saying so"));
    pty_type(&p, "7");
    assert_true(pty_wait_for(&p, "typed at once"));
    leave(&p);
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "ended without saying so"));
    pty_type(&p, "2");
    assert_true(pty_wait_for(&p, "┌ columns"));
    assert_true(pty_wait_gone(&p, "ended without saying so"));
    leave(&p);
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "ended without saying so"));
    pty_type(&p, "\033[200~note pasted\033[201~");
    assert_true(pty_wait_for(&p, ": note pasted"));
    pty_type(&p, "\033");
    assert_true(pty_wait_gone(&p, ": note pasted"));
    leave(&p);
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "ended without saying so"));
    pty_type(&p, "\033");
    assert_true(pty_wait_for(&p, ":recover brings it back"));
    leave(&p);
}

/* What goes wrong behind the offer must not make `d` mean something else unseen. */
static void test_the_offer_stays_when_the_file_cannot_be_read(void **state)
{
    char path[128];
    struct pty p;

    (void)state;
    lose_a_session();
    snprintf(path, sizeof(path), "%s/empty.csv", state_dir);
    fclose(fopen(path, "w"));
    start(&p, path);
    assert_true(pty_wait_for(&p, "error"));
    assert_true(pty_shows(&p, "ended without saying so"));
    pty_type(&p, "\033");
    assert_true(pty_wait_for(&p, "empty.csv"));
    leave(&p);
}

/* ---------------------------------------------------------------- what was recorded */

static void write_data(const char *path, const char *third)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fprintf(f, "a,b\n1,2\n3,4\n%s\n", third);
    fclose(f);
}

static void test_an_opened_session_is_compared_with_what_was_recorded(void **state)
{
    char path[128], line[512];
    struct pty p;

    (void)state;
    snprintf(path, sizeof(path), "%s/d.csv", state_dir);
    write_data(path, "5,6");
    start(&p, path);
    assert_true(pty_wait_for(&p, "3 × 2"));
    snprintf(line, sizeof(line), ":derive c = a + b\r:save session to=%s/s.assay\r", state_dir);
    pty_type(&p, line);
    assert_true(pty_wait_for(&p, "s.assay"));
    leave(&p);
    snprintf(line, sizeof(line), "%s/s.assay", state_dir);
    start(&p, line);
    assert_true(pty_wait_for(&p, "3 rows × 3 columns"));
    pty_wait_quiet(&p, 100);
    assert_false(pty_shows(&p, "differs"));
    leave(&p);
    write_data(path, "5,7");
    start(&p, line);
    assert_true(pty_wait_for(&p, "differs from what was recorded: the file it reads has changed"));
    pty_type(&p, "j");
    assert_true(pty_wait_gone(&p, "differs"));
    leave(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(test_what_was_done_is_offered_back_after_kill_9),
        SCREEN_TEST(test_kill_9_in_the_middle_of_a_command_loses_nothing_before_it),
        SCREEN_TEST(test_the_offer_swallows_no_key),
        SCREEN_TEST(test_the_offer_stays_when_the_file_cannot_be_read),
        SCREEN_TEST(test_an_opened_session_is_compared_with_what_was_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
