/* The real program on a pseudo-terminal, from its first screen to every way out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workbench.h"

/* ---------------------------------------------------------------- looking */

static void test_the_first_screen_shows_the_table(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    assert_true(pty_wait_for(&p, "sheet · 344 × 7"));
    assert_true(pty_wait_for(&p, "penguins.csv"));
    assert_true(pty_wait_for(&p, "palette"));
    leave(&p);
}

static void test_every_view_can_be_reached(void **state)
{
    static const char *const headings[] = { "┌ sheet", "┌ columns", "┌ steps",   "┌ models",
                                            "┌ plot",  "┌ report",  "┌ history", "┌ help" };
    struct pty p;
    char key[2] = { 0 };

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    for (int i = 7; i >= 0; i--) {
        key[0] = (char)('1' + i);
        pty_type(&p, key);
        assert_true(pty_wait_for(&p, headings[i]));
    }
    pty_type(&p, "?");
    assert_true(pty_wait_for(&p, "keys · Sheet"));
    pty_type(&p, "\033");
    assert_true(pty_wait_gone(&p, "keys · Sheet"));
    pty_type(&p, " ");
    assert_true(pty_wait_for(&p, "┌ palette"));
    pty_type(&p, "validate");
    assert_true(pty_wait_for(&p, "cross-validation"));
    pty_type(&p, "\033");
    assert_true(pty_wait_gone(&p, "┌ palette"));
    leave(&p);
}

static void test_a_step_shows_its_changes(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, ":impute sex method=mode\r");
    assert_true(pty_wait_for(&p, "· → MALE"));
    pty_type(&p, "u");
    assert_true(pty_wait_gone(&p, "→ MALE"));
    pty_type(&p, "\022");                        /* ^R */
    assert_true(pty_wait_for(&p, "taken back")); /* or brought back: the message changes */
    leave(&p);
}

static void test_completion_and_search(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, ":impu\tbill_l\tmethod=med\t");
    assert_true(pty_wait_for(&p, ": impute bill_length_mm method=median"));
    pty_type(&p, "\033");
    assert_true(pty_wait_gone(&p, ": impute"));
    pty_type(&p, "/Dream\r");
    assert_true(pty_wait_for(&p, "Dream"));
    pty_type(&p, "/nowhere to be found\r");
    assert_true(pty_wait_for(&p, "is not in the table"));
    leave(&p);
}

/* ^O at the prompt: the sheet shows what Enter would do. */
static void test_a_preview_is_kept_or_dropped(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, ":impute sex method=mode\017");
    assert_true(pty_wait_for(&p, "· → MALE"));
    assert_true(pty_wait_for(&p, "Enter keeps it"));
    pty_type(&p, "\033");
    assert_true(pty_wait_gone(&p, "→ MALE"));
    assert_true(pty_wait_for(&p, "sheet · 344 × 7"));
    pty_type(&p, ":drop sex\017");
    assert_true(pty_wait_for(&p, "Enter keeps it"));
    pty_type(&p, " island");
    assert_true(pty_wait_gone(&p, "Enter keeps it"));
    pty_type(&p, "\r");
    assert_true(pty_wait_for(&p, "2 columns dropped"));
    pty_type(&p, ":drop nothing_like_it\017");
    assert_true(pty_wait_for(&p, "no column 'nothing_like_it'"));
    pty_type(&p, "\033");
    assert_true(pty_wait_gone(&p, ": drop nothing"));
    leave(&p);
}

/* A key may come before the frame that would have shown what it acts on. */
static void test_keys_that_overtake_the_screen(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, ":derive a = 1\r");
    assert_true(pty_wait_for(&p, "344 rows × 8"));
    pty_type(&p, ":derive b = 2\r");
    assert_true(pty_wait_for(&p, "344 rows × 9"));
    pty_type(&p, ":undo\r:undo\r");
    assert_true(pty_wait_for(&p, "sheet · 344 × 7"));
    pty_type(&p, ":redo\r:redo\r/no such text\r");
    assert_true(pty_wait_for(&p, "is not in"));
    leave(&p);
}

static void test_errors_have_a_place_and_end_nothing(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, ":impute sexx method=mode\r");
    assert_true(pty_wait_for(&p, "sexx"));
    assert_true(pty_wait_for(&p, "did you mean sex"));
    pty_type(&p, "j");
    assert_true(pty_wait_gone(&p, "did you mean sex"));
    leave(&p);
}

/* ---------------------------------------------------------------- size */

static void test_any_size_at_any_moment(void **state)
{
    static const int sizes[][2] = { { 1, 1 },    { 20, 5 }, { 250, 80 },  { 60, 16 }, { 40, 8 },
                                    { 100, 11 }, { 2, 60 }, { 500, 200 }, { 39, 24 } };
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_wait_quiet(&p, 100);
    for (int round = 0; round < 12; round++) {
        for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
            char key[2] = { (char)('1' + (round + (int)k) % 8), 0 };
            pty_resize(&p, sizes[k][0], sizes[k][1]);
            if (round % 3 == 0)
                pty_type(&p, key);
        }
    }
    pty_resize(&p, 20, 5);
    assert_true(pty_wait_for(&p, "too small"));
    pty_resize(&p, 80, 24);
    pty_type(&p, "1");
    assert_true(pty_wait_for(&p, "┌ sheet"));
    pty_wait_quiet(&p, 100);
    pty_type(&p, "\f");
    pty_wait_quiet(&p, 100);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_resize(&p, 140, 40);
    assert_true(pty_wait_for(&p, "┌ columns"));
    assert_true(pty_wait_for(&p, "┌ steps"));
    leave(&p);
}

/* ---------------------------------------------------------------- paste */

static void test_a_paste_runs_nothing_by_itself(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, "\033[200~drop sex\ndrop island\n\033[201~");
    assert_true(pty_wait_for(&p, "drop sex⏎drop island"));
    assert_true(pty_wait_for(&p, "344 × 7"));
    pty_type(&p, "\033");
    assert_true(pty_wait_gone(&p, "drop sex"));
    pty_type(&p, "\033[200~drop sex\ndrop island\n\033[201~\r");
    assert_true(pty_wait_for(&p, "344 rows × 5 columns"));
    pty_type(&p, "\0333");
    assert_true(pty_wait_for(&p, "steps · 2"));
    leave(&p);
}

static void test_a_paste_without_an_end_is_left_by_control_c(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, "\033[200~drop sex\003");
    assert_true(pty_wait_for(&p, ": drop sex"));
    pty_type(&p, "\r");
    assert_true(pty_wait_for(&p, "344 rows × 6 columns"));
    leave(&p);
}

static void test_a_huge_paste_is_refused(void **state)
{
    size_t n = 1 << 20;
    char *text = malloc(n + 16);
    struct pty p;

    (void)state;
    assert_non_null(text);
    memcpy(text, "\033[200~", 6);
    memset(text + 6, 'q', n);
    memcpy(text + 6 + n, "\033[201~", 7);
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type_n(&p, text, n + 12);
    assert_true(pty_wait_for(&p, "too long"));
    free(text);
    leave(&p);
}

static void test_unknown_sequences_run_nothing(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, "\033[99;99~\033[?1;2c\033OZ\033[<0;10;10M\033");
    pty_wait_quiet(&p, 150);
    pty_type(&p, "1");
    assert_true(pty_wait_for(&p, "┌ sheet · 344 × 7"));
    leave(&p);
}

/* ---------------------------------------------------------------- long work */

/* Rows enough that repeated validation takes a while. */
static void write_large(const char *path)
{
    FILE *f = fopen(path, "w");
    unsigned seed = 1;

    assert_non_null(f);
    fputs("y,a,b,c,d,e,f,g,h\n", f);
    for (int i = 0; i < 20000; i++) {
        fprintf(f, "%s", i % 2 ? "yes" : "no");
        for (int j = 0; j < 8; j++) {
            seed = seed * 1664525u + 1013904223u;
            fprintf(f, ",%.4f", (double)(seed >> 8) / 16777216.0);
        }
        fputc('\n', f);
    }
    fclose(f);
}

static void test_a_long_command_leaves_the_keys_alive_and_can_be_cancelled(void **state)
{
    char path[128];
    struct pty p;

    (void)state;
    snprintf(path, sizeof(path), "%s/large.csv", state_dir);
    write_large(path);
    start(&p, path);
    assert_true(pty_wait_for(&p, "20000 × 9"));
    pty_type(&p, ":target y\r:train logistic as=lr\r:validate lr folds=20 repeats=50\r");
    assert_true(pty_wait_for(&p, "^C cancel"));
    assert_true(pty_wait_for(&p, "%"));
    pty_type(&p, "7");
    assert_true(pty_wait_for(&p, "┌ history"));
    pty_type(&p, "\003");
    assert_true(pty_wait_for(&p, "cancelled"));
    assert_true(pty_wait_gone(&p, "^C cancel"));
    pty_type(&p, "1");
    assert_true(pty_wait_for(&p, "┌ sheet"));
    leave(&p);
}

static void test_idle_costs_nothing(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_wait_quiet(&p, 200);
    long before = pty_cpu_ticks(&p);
    pty_wait_quiet(&p, 600);
    assert_true(pty_cpu_ticks(&p) - before <= 2);
    leave(&p);
}

/* ---------------------------------------------------------------- being ended */

static void test_sigterm_gives_the_terminal_back(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    kill(p.pid, SIGTERM);
    assert_int_equal(pty_wait_end(&p), 128 + SIGTERM);
    assert_true(pty_wrote(&p, "\033[?1049l"));
    assert_true(pty_wrote(&p, "\033[?2004l"));
    pty_free(&p);
}

static void test_abort_gives_the_terminal_back(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    kill(p.pid, SIGABRT);
    assert_int_equal(pty_wait_end(&p), 128 + SIGABRT);
    assert_true(pty_wrote(&p, "\033[?1049l"));
    pty_free(&p);
}

static void test_a_closed_terminal_ends_it(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_close_master(&p);
    assert_int_equal(pty_wait_end(&p), 128 + SIGHUP);
    pty_free(&p);
}

static void test_stop_and_continue(void **state)
{
    struct pty p;
    int status;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, "\032");
    assert_int_equal(waitpid(p.pid, &status, WUNTRACED), p.pid);
    assert_true(WIFSTOPPED(status));
    pty_wait_quiet(&p, 100);
    assert_true(pty_wrote(&p, "\033[?1049l"));
    kill(p.pid, SIGCONT);
    assert_true(pty_wait_for(&p, "Torgersen"));
    leave(&p);
}

static void test_leaving_asks_when_work_was_not_saved(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, ":drop sex\r");
    assert_true(pty_wait_for(&p, "1 column dropped"));
    pty_type(&p, "q");
    assert_true(pty_wait_for(&p, "not saved"));
    pty_type(&p, "\033");
    assert_true(pty_wait_gone(&p, "y leave without saving"));
    pty_type(&p, "qy");
    assert_int_equal(pty_wait_end(&p), 0);
    pty_free(&p);
}

/* ---------------------------------------------------------------- other ways in */

static void test_data_on_a_pipe(void **state)
{
    struct pty p;

    (void)state;
    start_shell(&p, "cat " PENGUINS " | exec \"$ASSAY\"");
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, "q");
    assert_int_equal(pty_wait_end(&p), 0);
    pty_free(&p);
}

static void test_the_mouse_chooses_when_it_is_on(void **state)
{
    struct pty p;

    (void)state;
    start(&p, PENGUINS);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, "gm");
    assert_true(pty_wait_for(&p, "mouse on"));
    pty_type(&p, "2");
    assert_true(pty_wait_for(&p, "┌ columns"));
    pty_type(&p, "\033[<0;5;5M\033[<0;5;5m"); /* the third line of the pane */
    pty_type(&p, "F");
    assert_true(pty_wait_for(&p, "report · freq bill_length_mm"));
    leave(&p);
}

static void test_the_plain_prompt(void **state)
{
    const char *args[] = { "repl", NULL };
    struct pty p;

    (void)state;
    start_with(&p, args, "xterm-256color", "C.UTF-8", NULL, 100, 24);
    assert_true(pty_wait_for(&p, "assay> "));
    pty_type(&p, "loa\tshare/data/pengu\t\r");
    assert_true(pty_wait_for(&p, "344 rows"));
    pty_type(&p, "nonsense\r");
    assert_true(pty_wait_for(&p, "error: "));
    pty_type(&p, "freq isl\t\r");
    assert_true(pty_wait_for(&p, "Biscoe"));
    pty_type(&p, "quit\r");
    assert_int_equal(pty_wait_end(&p), 0);
    pty_free(&p);
}

static void test_the_plain_prompt_reads_a_pipe(void **state)
{
    struct pty p;

    (void)state;
    start_shell(&p, "printf 'nonsense\\nload " PENGUINS "\\n' | exec \"$ASSAY\" repl");
    assert_int_equal(pty_wait_end(&p), 0);
    assert_true(pty_wrote(&p, "344 rows"));
    assert_false(pty_wrote(&p, "assay> "));
    pty_free(&p);
}

static void test_an_interrupted_run_ends_with_130(void **state)
{
    char line[256];
    struct pty p;

    (void)state;
    snprintf(line, sizeof(line), "%s/large.csv", state_dir);
    write_large(line);
    snprintf(line, sizeof(line),
             "exec \"$ASSAY\" run -c 'load %s/large.csv; target y; "
             "train logistic as=lr; validate lr folds=20 repeats=200'",
             state_dir);
    start_shell(&p, line);
    assert_true(pty_wait_for(&p, "> train"));
    pty_wait_quiet(&p, 300);
    pty_type(&p, "\003");
    assert_int_equal(pty_wait_end(&p), 130);
    assert_true(pty_wrote(&p, "cancel"));
    pty_free(&p);
}

/* ---------------------------------------------------------------- terminals */

static void expect_refusal(const char *term, const char *message)
{
    const char *args[] = { PENGUINS, NULL };
    struct pty p;

    /* curses itself loses a block when it does not know the terminal. */
    start_with(&p, args, term, "C.UTF-8", "ASAN_OPTIONS=detect_leaks=0", 80, 24);
    assert_int_equal(pty_wait_end(&p), 2);
    assert_true(pty_wrote(&p, message));
    pty_free(&p);
}

static void test_terminals_that_cannot_be_drawn_on(void **state)
{
    (void)state;
    expect_refusal("dumb", "cannot draw on this terminal");
    expect_refusal(NULL, "cannot draw on this terminal");
    expect_refusal("no-such-terminal", "no description of the terminal");
}

static void test_old_and_small_terminals_work(void **state)
{
    static const char *const terms[] = { "vt100", "linux", "xterm", "screen" };
    const char *args[] = { PENGUINS, NULL };

    (void)state;
    for (size_t i = 0; i < sizeof(terms) / sizeof(*terms); i++) {
        struct pty p;
        start_with(&p, args, terms[i], "C.UTF-8", "LINES=99999", 80, 24);
        assert_true(pty_wait_for(&p, "Torgersen"));
        leave(&p);
    }
}

static bool has_colour(const struct pty *p)
{
    char code[16];

    for (int c = 0; c < 8; c++) {
        snprintf(code, sizeof(code), "\033[3%dm", c);
        if (pty_wrote(p, code))
            return true;
    }
    return pty_wrote(p, "38;5;") || pty_wrote(p, ";36m") || pty_wrote(p, ";33m");
}

static void test_no_color_is_respected(void **state)
{
    const char *args[] = { PENGUINS, NULL };
    struct pty p;

    (void)state;
    start_with(&p, args, "xterm-256color", "C.UTF-8", "NO_COLOR=1", 80, 24);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, "23");
    assert_true(pty_wait_for(&p, "┌ steps"));
    assert_false(has_colour(&p));
    leave(&p);
    start_with(&p, args, "xterm-256color", "C.UTF-8", NULL, 80, 24);
    assert_true(pty_wait_for(&p, "Torgersen"));
    assert_true(has_colour(&p));
    leave(&p);
}

static void test_without_utf8_every_byte_is_ascii(void **state)
{
    const char *args[] = { PENGUINS, NULL };
    struct pty p;

    (void)state;
    start_with(&p, args, "xterm", "C", NULL, 110, 30);
    assert_true(pty_wait_for(&p, "Torgersen"));
    pty_type(&p, ":impute sex method=mode\r");
    assert_true(pty_wait_for(&p, ". > MALE"));
    pty_type(&p, "2?");
    assert_true(pty_wait_for(&p, "keys . Columns"));
    for (size_t i = 0; i < p.n_raw; i++)
        assert_true((unsigned char)p.raw[i] < 0x80);
    pty_type(&p, "\033");
    leave(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(test_the_first_screen_shows_the_table),
        SCREEN_TEST(test_every_view_can_be_reached),
        SCREEN_TEST(test_a_step_shows_its_changes),
        SCREEN_TEST(test_completion_and_search),
        SCREEN_TEST(test_a_preview_is_kept_or_dropped),
        SCREEN_TEST(test_keys_that_overtake_the_screen),
        SCREEN_TEST(test_errors_have_a_place_and_end_nothing),
        SCREEN_TEST(test_any_size_at_any_moment),
        SCREEN_TEST(test_a_paste_runs_nothing_by_itself),
        SCREEN_TEST(test_a_paste_without_an_end_is_left_by_control_c),
        SCREEN_TEST(test_a_huge_paste_is_refused),
        SCREEN_TEST(test_unknown_sequences_run_nothing),
        SCREEN_TEST(test_a_long_command_leaves_the_keys_alive_and_can_be_cancelled),
        SCREEN_TEST(test_idle_costs_nothing),
        SCREEN_TEST(test_sigterm_gives_the_terminal_back),
        SCREEN_TEST(test_abort_gives_the_terminal_back),
        SCREEN_TEST(test_a_closed_terminal_ends_it),
        SCREEN_TEST(test_stop_and_continue),
        SCREEN_TEST(test_leaving_asks_when_work_was_not_saved),
        SCREEN_TEST(test_data_on_a_pipe),
        SCREEN_TEST(test_the_mouse_chooses_when_it_is_on),
        SCREEN_TEST(test_the_plain_prompt),
        SCREEN_TEST(test_the_plain_prompt_reads_a_pipe),
        SCREEN_TEST(test_an_interrupted_run_ends_with_130),
        SCREEN_TEST(test_terminals_that_cannot_be_drawn_on),
        SCREEN_TEST(test_old_and_small_terminals_work),
        SCREEN_TEST(test_no_color_is_respected),
        SCREEN_TEST(test_without_utf8_every_byte_is_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
