/* key.c - names of keys. */
#include "key.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
    uint32_t key;
    const char *name;
} names[] = {
    { K_TAB, "Tab" },    { K_ENTER, "Enter" }, { K_ESC, "Esc" },         { ' ', "Space" },
    { K_UP, "Up" },      { K_DOWN, "Down" },   { K_LEFT, "Left" },       { K_RIGHT, "Right" },
    { K_HOME, "Home" },  { K_END, "End" },     { K_PAGE_UP, "PgUp" },    { K_PAGE_DOWN, "PgDn" },
    { K_DELETE, "Del" }, { K_INSERT, "Ins" },  { K_SHIFT_TAB, "S-Tab" }, { K_BACKSPACE, "BackSp" },
};
#define N_NAMES (sizeof(names) / sizeof(*names))

char *key_text(char buf[KEY_NAME_SIZE], uint32_t key)
{
    const char *alt = key & K_ALT && key < 2 * K_ALT ? "M-" : "";

    key &= ~(uint32_t)K_ALT;
    for (size_t i = 0; i < N_NAMES; i++) {
        if (names[i].key == key) {
            snprintf(buf, KEY_NAME_SIZE, "%s%s", alt, names[i].name);
            return buf;
        }
    }
    if (key >= K_F1 && key <= K_F12)
        snprintf(buf, KEY_NAME_SIZE, "%sF%u", alt, key - K_F1 + 1);
    else if (key < 32)
        snprintf(buf, KEY_NAME_SIZE, "%s^%c", alt, (char)(key + 64));
    else if (key < 128)
        snprintf(buf, KEY_NAME_SIZE, "%s%c", alt, (char)key);
    else
        snprintf(buf, KEY_NAME_SIZE, "%sU+%04X", alt, key);
    return buf;
}

uint32_t key_parse(const char *text, size_t *len)
{
    uint32_t code;

    for (size_t i = 0; i < N_NAMES; i++) {
        if (strcmp(names[i].name, text) == 0) {
            *len = strlen(text);
            return names[i].key;
        }
    }
    if (text[0] == 'F' && text[1] >= '1' && text[1] <= '9') {
        unsigned n = 0;
        for (*len = 1; text[*len] >= '0' && text[*len] <= '9'; ++*len)
            n = n * 10 + (unsigned)(text[*len] - '0');
        return n <= 12 ? K_F1 + n - 1 : 0;
    }
    if (text[0] == '^' && text[1] >= '@' && text[1] <= '_') {
        *len = 2;
        return (uint32_t)(text[1] & 31);
    }
    if (!*text)
        return 0;
    *len = text_decode(&code, text, strlen(text));
    return code;
}
