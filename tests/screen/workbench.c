/* workbench.c - a folder for its state, an environment, a pseudo-terminal. */
#include "workbench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char state_dir[64];
static char state_variable[96];

int make_state(void **state)
{
    (void)state;
    snprintf(state_dir, sizeof(state_dir), "/tmp/assay-screen-XXXXXX");
    if (!mkdtemp(state_dir))
        return -1;
    snprintf(state_variable, sizeof(state_variable), "XDG_STATE_HOME=%s", state_dir);
    return 0;
}

int drop_state(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", state_dir);
    return system(command);
}

static void start_in(struct pty *p, const char *dir, const char *const *args, const char *term,
                     const char *locale, const char *extra, int cols, int rows)
{
    const char *argv[8] = { ASSAY_PROGRAM };
    const char *env[10] = { "PATH=/usr/bin:/bin", "HOME=/nonexistent", state_variable };
    char term_variable[64], locale_variable[64];
    size_t n = 3;

    snprintf(locale_variable, sizeof(locale_variable), "LC_ALL=%s", locale);
    env[n++] = locale_variable;
    if (term) {
        snprintf(term_variable, sizeof(term_variable), "TERM=%s", term);
        env[n++] = term_variable;
    }
    if (extra)
        env[n++] = extra;
    for (size_t i = 0; args && args[i]; i++)
        argv[i + 1] = args[i];
    pty_start(p, argv, env, dir, cols, rows);
}

void start_with(struct pty *p, const char *const *args, const char *term, const char *locale,
                const char *extra, int cols, int rows)
{
    start_in(p, ASSAY_SOURCE_DIR, args, term, locale, extra, cols, rows);
}

void start_aside(struct pty *p, const char *file)
{
    const char *args[] = { file, NULL };

    start_in(p, state_dir, args, "xterm-256color", "C.UTF-8", NULL, 80, 24);
}

void start_shell(struct pty *p, const char *line)
{
    const char *argv[] = { "/bin/sh", "-c", line, NULL };
    const char *env[] = { "PATH=/usr/bin:/bin",
                          "HOME=/nonexistent",
                          state_variable,
                          "LC_ALL=C.UTF-8",
                          "TERM=xterm-256color",
                          "ASSAY=" ASSAY_PROGRAM,
                          NULL };

    pty_start(p, argv, env, ASSAY_SOURCE_DIR, 80, 24);
}

void start(struct pty *p, const char *file)
{
    const char *args[] = { file, NULL };

    start_with(p, args, "xterm-256color", "C.UTF-8", NULL, 80, 24);
}

void leave(struct pty *p)
{
    pty_type(p, ":quit discard=yes\r");
    assert_int_equal(pty_wait_end(p), 0);
    pty_free(p);
}
