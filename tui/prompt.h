/* prompt.h - the line at the bottom: readline's editing and history, drawn by us.
 *
 * readline is fed key by key and prints nothing.  There is one prompt (readline has but one).
 * prompt_init comes before term_open: readline reads the terminal's description into the variables
 * that curses uses too.
 */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "grid.h"
#include "session.h"

#define PROMPT_MAX_PASTE 65536

void prompt_init(const char *history_file); /* NULL: no history kept */
void prompt_release(void);                  /* writes the history */

/* Begin a line that starts with `text`; `sign` stands in front (":" a command, "/" a search). */
void prompt_open(const char *sign, const char *text);
void prompt_close(void);
bool prompt_is_open(void);
const char *prompt_sign(void);
const char *prompt_text(void);
void prompt_insert(const char *text, size_t len);

enum prompt_result { PROMPT_GOES_ON, PROMPT_DONE, PROMPT_DROPPED };
/* One key.  PROMPT_DONE: the line is in prompt_line, borrowed until the next one; the prompt is
 * closed, as it is when dropped (Esc, ^C, ^D on an empty line, backspace beyond its beginning). */
enum prompt_result prompt_key(uint32_t key, const struct session *s);
const char *prompt_line(void);

/* Draws into one row; gives the cursor's column. */
int prompt_draw(struct grid *g, int y);
/* What is offered for the word (after Tab): lines from the bottom of `g` upwards; returns how
 * many. */
int prompt_draw_offers(struct grid *g, int bottom, int max_rows);
/* What the word at the cursor is; appended. */
void prompt_hint(struct str *out, const struct session *s);

#endif
