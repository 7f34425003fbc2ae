/* A monkey at the keys: it must neither crash nor hang the program, nor spoil a session.
 *
 * The same keys every time; ASSAY_MONKEY_SEED and ASSAY_MONKEY_KEYS ask for others, and for more.
 * No key writes a slash, so that what it saves stays in the test's own folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workbench.h"

#define KEYS          20000
#define BETWEEN_TICKS 1000 /* keys between two proofs that it listens */
#define TRIES         40
#define N_OF(list)    (sizeof(list) / sizeof(*(list)))

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static const char *const special[] = {
    "\033",
    "\033[A",
    "\033[B",
    "\033[C",
    "\033[D",
    "\033[5~",
    "\033[6~",
    "\033OH",
    "\033OF",
    "\t",
    "\033[Z",
    "\r",
    "\x7f",
    "\x01",
    "\x05",
    "\x0b",
    "\x19",
    "\x17",
    "\x15",
    "\x12",
    "\x06",
    "\x02",
    "\x0c",
    "\x03",
    "\033f",
    "\033b",
    "\033OP",
    "\033[99;9~",
    "gg",
    "G",
    "gm",
    "zz",
    "\033[<0;9;9M",
    "\033[<64;5;5M",
    "\x1a",
    "\xc3",
    "\xe4\xb8\xad",
    "\xf0\x9f\x98\x80",
    "e\xcc\x81",
    "\xff\xfe",
    "\033[200~paste\nd me\n\033[201~",
    "\033[200~\033[201~",
};

static const char *const lines[] = {
    "load penguins.csv",
    "impute sex method=mode",
    "impute all method=median",
    "drop island",
    "derive x = body_mass_g * 2",
    "filter body_mass_g > 4000",
    "scale all",
    "encode species",
    "clip body_mass_g max=5000",
    "target species",
    "target body_mass_g",
    "split test=0.2",
    "train logistic as=lr",
    "train baseline as=guess",
    "train ridge",
    "validate lr folds=3",
    "validate lr guess folds=5 repeats=20",
    "compare lr guess",
    "plot hist body_mass_g",
    "plot scatter body_mass_g flipper_length_mm",
    "plot roc lr",
    "plot confusion lr",
    "describe",
    "missing",
    "freq species",
    "undo",
    "redo",
    "undo to=2",
    "goto 3",
    "goto b1",
    "branch mine",
    "branches",
    "branch diff 1",
    "changes",
    "preview step 1 off",
    "expect",
    "expect sex not-missing",
    "expect infer",
    "expect remove 1",
    "apply monkey.assay",
    "step off 1",
    "step move 2 to=1",
    "step remove 1",
    "note what a monkey thinks",
    "history",
    "help impute",
    "save session to=monkey.assay",
    "open monkey.assay",
    "recover",
    "nonsense \"open quote",
    "77",
};

/* From behind, where ^Z puts it; false when it is not there. */
static bool bring_back(struct pty *p)
{
    bool was_stopped = pty_stopped(p);

    if (was_stopped)
        kill(p->pid, SIGCONT);
    return was_stopped;
}

/* One touch of the keyboard; how many keys it was. */
static size_t touch(struct pty *p, uint64_t *random)
{
    uint64_t r = next_random(random);
    unsigned kind = (unsigned)(r >> 32) % 100;
    char key[2] = { 0 };

    bring_back(p);
    if (kind < 2) {
        pty_resize(p, 1 + (int)(r % 140), 1 + (int)(r / 256 % 50));
        return 1;
    }
    if (kind < 8) {
        const char *line = lines[r % N_OF(lines)];
        pty_type(p, r & 1u << 20 ? ":" : "\033\033:");
        pty_type(p, line);
        pty_type(p, "\r");
        return strlen(line) + 2;
    }
    if (kind < 35) {
        pty_type(p, special[r % N_OF(special)]);
        return 1;
    }
    key[0] = (char)(' ' + r % 95);
    if (key[0] == '/' || (key[0] == 'q' && r & 3u << 20))
        key[0] = 'n';
    pty_type(p, key);
    return 1;
}

static void begin(struct pty *p)
{
    start_aside(p, "penguins.csv");
    assert_true(pty_wait_for(p, "sheet"));
}

/* It may have been told to leave; then it must have left well. */
static void begin_again_when_left(struct pty *p)
{
    if (!p->eof)
        return;
    int status = pty_wait_end(p);
    if (status != 0) { /* fail_msg would cut a report short */
        fprintf(stderr, "%s\n", pty_tail(p));
        fail_msg("it left with status %d; above is what it said", status);
    }
    pty_free(p);
    begin(p);
}

/* All that was typed is used. */
static void wait_until_idle(struct pty *p)
{
    do
        pty_wait_quiet(p, 50);
    while (bring_back(p));
}

static bool shows_its_keys(struct pty *p)
{
    wait_until_idle(p);
    begin_again_when_left(p);
    pty_type(p, "\033\033\033\033");
    wait_until_idle(p);
    pty_type(p, "?");
    wait_until_idle(p);
    return pty_shows(p, "keys ·");
}

/* Whatever it was in, ^C and a few Esc lead out of it, and its keys can be asked for; at once, or
 * when it has come to what was typed before. */
static void prove_that_it_listens(struct pty *p)
{
    int tries = 1;

    wait_until_idle(p);
    begin_again_when_left(p);
    pty_resize(p, 80, 24);
    pty_type(p, "\003");
    while (!shows_its_keys(p) && tries < TRIES)
        tries++;
    if (tries == TRIES)
        fail_msg("it does not listen; the screen is\n%s", pty_text(p));
    pty_type(p, "\033");
    assert_true(pty_wait_gone(p, "keys ·"));
}

static uint64_t wished(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);

    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

/* In the test's own folder. */
static void run_shell(const char *line)
{
    char command[1024];

    snprintf(command, sizeof(command), "cd '%s' && %s", state_dir, line);
    if (system(command) != 0)
        fail_msg("'%s' did not end well", command);
}

/* Killed at last, all it did is there again, and its session file does it once more. */
static void check_session(struct pty *p)
{
    /* A command that still waited and failed takes those behind it along. */
    for (int tries = 0; !pty_shows(p, " noted") && tries < TRIES; tries++) {
        pty_type(p, ":note the monkey went away\r");
        wait_until_idle(p);
    }
    assert_true(pty_shows(p, " noted"));
    pty_wait_quiet(p, 100);
    kill(p->pid, SIGKILL);
    assert_int_equal(pty_wait_end(p), 128 + SIGKILL);
    pty_free(p);
    start_aside(p, NULL);
    assert_true(pty_wait_for(p, "ended without saying so"));
    pty_type(p, "r");
    assert_true(pty_wait_gone(p, "ended without saying so"));
    pty_type(p, "7");
    assert_true(pty_wait_for(p, "the monkey went away"));
    pty_type(p, ":save session to=last.assay\r");
    pty_wait_quiet(p, 200);
    leave(p);
    run_shell(ASSAY_PROGRAM " replay --check last.assay >replay.out 2>&1 "
                            "|| { cat replay.out; false; }");
}

static void test_a_monkey_breaks_nothing(void **state)
{
    uint64_t random = wished("ASSAY_MONKEY_SEED", 20240229),
             n_keys = wished("ASSAY_MONKEY_KEYS", KEYS);
    size_t done = 0, tick = BETWEEN_TICKS;
    struct pty p;

    (void)state;
    run_shell("cp " ASSAY_SOURCE_DIR "/" PENGUINS " .");
    begin(&p);
    while (done < n_keys) {
        done += touch(&p, &random);
        begin_again_when_left(&p);
        if (done < tick)
            continue;
        prove_that_it_listens(&p);
        tick = done + BETWEEN_TICKS;
    }
    prove_that_it_listens(&p);
    check_session(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(test_a_monkey_breaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
