/* keymap.h - which key does what: tables of bindings, from which the key pane, the hints at the
 * bottom and the palette are made.
 *
 * A binding gives the text of a command or a request (requests.def), never a function.  In command
 * text {column} {row} {step} {model} {entry} stand for what is under the cursor; {facet} is the column as
 * facet writes it.
 */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum request {
    REQ_NONE,
#define REQUEST(id, name, help) REQ_##id,
#include "requests.def"
#undef REQUEST
    REQ_N
};

const char *request_name(enum request r);
const char *request_help(enum request r);

struct binding {
    const char *keys; /* alternatives between blanks: "j Down", "gg Home"; NULL ends the table */
    enum request request; /* or */
    const char *command;  /* text of a command */
    const char *help;     /* NULL: the request's own */
    const char *hint;     /* a word for the bottom line; NULL: not shown there */
    bool edit;            /* the command goes to the prompt, to be completed */
};

/* Those that hold in every pane; a view's own come first. */
extern const struct binding keymap_general[];

enum keymap_match { KEYMAP_NONE, KEYMAP_PREFIX, KEYMAP_FOUND };
/* What the n keys mean: a binding, the beginning of one, or nothing. */
enum keymap_match keymap_find(const struct binding **out, const struct binding *own,
                              const uint32_t *keys, size_t n);
/* "j, Down" for people. */
void keymap_keys_text(struct str *out, const struct binding *b);
/* The first of its keys: "j". */
void keymap_first_key(struct str *out, const struct binding *b);
/* Prove a table sane: every key has a name, none is there twice or hides a longer one, each row
 * does one thing and has help.  ERR_USAGE with the reason. */
int keymap_check(const struct binding *own, struct err *err);

#endif
