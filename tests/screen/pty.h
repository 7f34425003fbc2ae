/* pty.h - a program on a pseudo-terminal, its screen kept by libvterm.
 *
 * Tests wait for what should appear, or for quiet; they never sleep.
 */
#ifndef TESTS_PTY_H
#define TESTS_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <vterm.h>

struct pty {
    int master;
    pid_t pid;
    VTerm *vt;
    VTermScreen *screen;
    int rows, cols;
    char *raw; /* every byte it wrote */
    size_t n_raw, cap;
    bool eof;
    char *text; /* of pty_text */
};

/* argv and env end in NULL; env replaces the environment.  The child runs in the folder `dir`. */
void pty_start(struct pty *p, const char *const *argv, const char *const *env, const char *dir,
               int cols, int rows);
void pty_type(struct pty *p, const char *bytes);
void pty_type_n(struct pty *p, const char *bytes, size_t n);
void pty_resize(struct pty *p, int cols, int rows);
/* Until the text is on the screen; false after ten seconds. */
bool pty_wait_for(struct pty *p, const char *text);
bool pty_wait_gone(struct pty *p, const char *text);
/* Until nothing has been written for that long. */
void pty_wait_quiet(struct pty *p, int quiet_ms);
/* The screen as lines; borrowed until the next call. */
const char *pty_text(struct pty *p);
bool pty_shows(struct pty *p, const char *text);
/* Did it ever write these bytes? */
bool pty_wrote(const struct pty *p, const char *bytes);
/* The last 4000 bytes it wrote: where a sanitizer's report stands. */
const char *pty_tail(const struct pty *p);
/* Clock ticks of processor time so far. */
long pty_cpu_ticks(const struct pty *p);
/* Has it put itself aside (^Z) since this was last asked? */
bool pty_stopped(const struct pty *p);
/* Until it ends: the exit status, 128 + signal, or -1 after ten seconds (it is then killed). */
int pty_wait_end(struct pty *p);
void pty_close_master(struct pty *p);
void pty_free(struct pty *p); /* kills it when it still runs */

#endif
