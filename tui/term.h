/* term.h - the terminal: the only file that sees curses.
 *
 *   term_open → term_draw, term_key, … → term_close
 *
 * The terminal is given back as it was on every way out: term_close, and term_rescue for handlers
 * of signals that end the program.  There is one at most.
 */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <stdbool.h>

#include "base/err.h"
#include "grid.h"
#include "key.h"

struct term_options {
    bool colour; /* as far as the terminal has it */
    bool ascii;
};

/* ERR_USAGE with what to do instead: standard output is no terminal, there is none to read keys
 * from, $TERM is not set, unknown or dumb. */
int term_open(const struct term_options *options, struct err *err);
void term_close(void);
/* Writes what resets the terminal; safe in a signal handler, harmless when nothing is open. */
void term_rescue(void);

int term_fd(void); /* readable when keys may have come */
void term_size(int *w, int *h);
/* The size has changed (SIGWINCH). */
void term_resized(void);
/* The whole screen; cursor at (x, y), hidden when x < 0. */
void term_draw(const struct grid *g, int x, int y);
void term_redraw(void); /* the next drawing sends every cell */
/* The next key, without waiting; K_NONE when there is none.  *gone is set when the terminal is
 * no more. */
uint32_t term_key(bool *gone);
/* Where the mouse was, after K_MOUSE. */
enum term_mouse { MOUSE_CLICK, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN, MOUSE_OTHER };
enum term_mouse term_mouse(int *x, int *y);
void term_set_mouse(bool on);
void term_bell(void);
/* To the shell and back. */
void term_suspend(void);
/* After SIGCONT: modes and screen afresh. */
void term_continue(void);

#endif
