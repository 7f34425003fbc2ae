/* workbench.h - the real program on a pseudo-terminal, with a state folder for each test. */
#ifndef TESTS_WORKBENCH_H
#define TESTS_WORKBENCH_H

#include "pty.h"

#define PENGUINS "share/data/penguins.csv"

#define SCREEN_TEST(name) cmocka_unit_test_setup_teardown(name, make_state, drop_state)

extern char state_dir[64]; /* of this test alone */

int make_state(void **state);
int drop_state(void **state);

/* In the source folder; `extra`: one more variable, NULL. */
void start_with(struct pty *p, const char *const *args, const char *term, const char *locale,
                const char *extra, int cols, int rows);
/* A line for the shell, $ASSAY being the program. */
void start_shell(struct pty *p, const char *line);
/* The workbench on a file (NULL: none), 80 x 24. */
void start(struct pty *p, const char *file);
/* The same in the test's own folder, where it may write what it likes. */
void start_aside(struct pty *p, const char *file);
/* Quits it, and it must end well. */
void leave(struct pty *p);

#endif
