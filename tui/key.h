/* key.h - keys as numbers, and their names.
 *
 * A key is the code point it types, a control code (1 to 31), or one of these.  Alt with a key
 * is the key plus KEY_ALT.
 */
#ifndef TUI_KEY_H
#define TUI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    K_NONE = 0,
    K_TAB = 9,
    K_ENTER = 13,
    K_ESC = 27,
    K_BACKSPACE = 127,
    K_UP = 0x200000,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PAGE_UP,
    K_PAGE_DOWN,
    K_DELETE,
    K_INSERT,
    K_SHIFT_TAB,
    K_F1, /* … K_F1 + 11 */
    K_F12 = K_F1 + 11,
    K_PASTE_BEGIN,
    K_PASTE_END,
    K_MOUSE,
    K_RESIZE,
    K_OTHER, /* a sequence that nobody knows */
    K_ALT = 0x400000,
};
#define K_CTRL(letter) ((letter)&31)
#define KEY_NAME_SIZE  24

/* "j" "^F" "Down" "PgDn" "Space" "F1" "M-f": the name as shown and as written in key tables. */
char *key_text(char buf[KEY_NAME_SIZE], uint32_t key);
/* The first key of a sequence like "gg" or "]" or "^W"; *len receives the bytes read.  Names of
 * several letters stand alone.  0 when it is none. */
uint32_t key_parse(const char *text, size_t *len);

#endif
