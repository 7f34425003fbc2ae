/* keymap.c - looking keys up, and the general table. */
#include "keymap.h"

#include <string.h>

#include "key.h"

#define MAX_SEQUENCE 4

const char *request_name(enum request r)
{
    static const char *const names[REQ_N] = {
#define REQUEST(id, name, help) [REQ_##id] = name,
#include "requests.def"
#undef REQUEST
    };
    return names[r] ? names[r] : "";
}

const char *request_help(enum request r)
{
    static const char *const helps[REQ_N] = {
#define REQUEST(id, name, help) [REQ_##id] = help,
#include "requests.def"
#undef REQUEST
    };
    return helps[r] ? helps[r] : "";
}

/* ---------------------------------------------------------------- looking up */

/* One alternative, NUL-terminated: its keys; 0 when a name is unknown. */
static size_t parse_sequence(uint32_t out[MAX_SEQUENCE], const char *text)
{
    size_t n = 0, len;

    while (*text && n < MAX_SEQUENCE) {
        out[n] = key_parse(text, &len);
        if (!out[n])
            return 0;
        n++;
        text += len;
    }
    return *text ? 0 : n;
}

/* The next alternative of "j Down" from *at; false at the end. */
static bool next_alternative(char buf[32], const char **at)
{
    *at += strspn(*at, " ");
    size_t len = strcspn(*at, " ");
    if (len == 0 || len > 31)
        return false;
    memcpy(buf, *at, len);
    buf[len] = 0;
    *at += len;
    return true;
}

static enum keymap_match match_binding(const struct binding *b, const uint32_t *keys, size_t n)
{
    const char *at = b->keys;
    enum keymap_match best = KEYMAP_NONE;
    char name[32];

    while (next_alternative(name, &at)) {
        uint32_t sequence[MAX_SEQUENCE];
        size_t len = parse_sequence(sequence, name);
        if (len < n || memcmp(sequence, keys, n * sizeof(*keys)) != 0)
            continue;
        if (len == n)
            return KEYMAP_FOUND;
        best = KEYMAP_PREFIX;
    }
    return best;
}

static enum keymap_match find_in(const struct binding **out, const struct binding *table,
                                 const uint32_t *keys, size_t n)
{
    enum keymap_match best = KEYMAP_NONE;

    for (const struct binding *b = table; b && b->keys; b++) {
        enum keymap_match m = match_binding(b, keys, n);
        if (m == KEYMAP_FOUND) {
            *out = b;
            return m;
        }
        best = m > best ? m : best;
    }
    return best;
}

enum keymap_match keymap_find(const struct binding **out, const struct binding *own,
                              const uint32_t *keys, size_t n)
{
    enum keymap_match mine = find_in(out, own, keys, n);

    if (mine == KEYMAP_FOUND)
        return mine;
    enum keymap_match general = find_in(out, keymap_general, keys, n);
    return general > mine ? general : mine;
}

/* ---------------------------------------------------------------- for people */

void keymap_keys_text(struct str *out, const struct binding *b)
{
    const char *at = b->keys;
    char name[32];

    for (size_t i = 0; next_alternative(name, &at); i++)
        str_addf(out, "%s%s", i ? ", " : "", name);
}

void keymap_first_key(struct str *out, const struct binding *b)
{
    const char *at = b->keys;
    char name[32];

    if (next_alternative(name, &at))
        str_add(out, name);
}

/* ---------------------------------------------------------------- sanity */

/* Does another binding of the table begin with the same keys, or have the very same? */
static const struct binding *find_clash(const struct binding *table, const struct binding *self,
                                        const uint32_t *keys, size_t n)
{
    for (const struct binding *b = table; b->keys; b++)
        if (b != self && match_binding(b, keys, n) != KEYMAP_NONE)
            return b;
    return NULL;
}

int keymap_check(const struct binding *own, struct err *err)
{
    for (const struct binding *b = own; b->keys; b++) {
        const char *at = b->keys;
        char name[32];
        if (!b->request == !b->command)
            return err_set(err, ERR_USAGE, "%s: a request or a command, one of them", b->keys);
        if (b->command && !b->help)
            return err_set(err, ERR_USAGE, "%s: no help", b->keys);
        while (next_alternative(name, &at)) {
            uint32_t keys[MAX_SEQUENCE];
            size_t n = parse_sequence(keys, name);
            if (n == 0)
                return err_set(err, ERR_USAGE, "%s is no key", name);
            const struct binding *other = find_clash(own, b, keys, n);
            if (other)
                return err_set(err, ERR_USAGE, "%s is also in '%s'", name, other->keys);
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- every pane */

const struct binding keymap_general[] = {
    { .keys = "j Down", .request = REQ_DOWN },
    { .keys = "k Up", .request = REQ_UP },
    { .keys = "h Left", .request = REQ_LEFT },
    { .keys = "l Right", .request = REQ_RIGHT },
    { .keys = "^F PgDn", .request = REQ_PAGE_DOWN },
    { .keys = "^B PgUp", .request = REQ_PAGE_UP },
    { .keys = "^D", .request = REQ_HALF_DOWN },
    { .keys = "^U", .request = REQ_HALF_UP },
    { .keys = "gg Home", .request = REQ_FIRST },
    { .keys = "G End", .request = REQ_LAST },
    { .keys = "0 gh", .request = REQ_LEFT_END },
    { .keys = "$ gl", .request = REQ_RIGHT_END },
    { .keys = "H", .request = REQ_SCREEN_TOP },
    { .keys = "M", .request = REQ_SCREEN_MIDDLE },
    { .keys = "L", .request = REQ_SCREEN_BOTTOM },
    { .keys = "zz", .request = REQ_CENTRE },
    { .keys = "Enter", .request = REQ_OPEN },
    { .keys = "Esc", .request = REQ_CLOSE },
    { .keys = "/", .request = REQ_SEARCH },
    { .keys = "n", .request = REQ_SEARCH_NEXT },
    { .keys = "N", .request = REQ_SEARCH_PREVIOUS },
    { .keys = ":", .request = REQ_PROMPT, .hint = "command" },
    { .keys = "Space ^P", .request = REQ_PALETTE, .hint = "palette" },
    { .keys = "?", .request = REQ_KEYS, .hint = "keys" },
    { .keys = "u", .command = "undo", .help = "take back the last change", .hint = "undo" },
    { .keys = "^R", .command = "redo", .help = "bring back what was undone" },
    { .keys = "Tab ^W", .request = REQ_NEXT_PANE },
    { .keys = "S-Tab", .request = REQ_PREVIOUS_PANE },
    { .keys = "1 F2", .request = REQ_VIEW_1 },
    { .keys = "2 F3", .request = REQ_VIEW_2 },
    { .keys = "3 F4", .request = REQ_VIEW_3 },
    { .keys = "4 F5", .request = REQ_VIEW_4 },
    { .keys = "5 F6", .request = REQ_VIEW_5 },
    { .keys = "6 F7", .request = REQ_VIEW_6 },
    { .keys = "7 F8", .request = REQ_VIEW_7 },
    { .keys = "8 F1", .request = REQ_VIEW_8 },
    { .keys = "9 F9", .request = REQ_VIEW_9 },
    { .keys = "gf F10", .request = REQ_VIEW_10 },
    { .keys = "E",
      .command = "expect show=100",
      .help = "what is expected of the data, and which rows fail" },
    { .keys = "^S", .command = "save session to=", .help = "save the session", .edit = true },
    { .keys = "o", .command = "open ", .help = "open a session or a data file", .edit = true },
    { .keys = "q", .request = REQ_BACK, .hint = "back" },
    { .keys = "gq ZQ", .request = REQ_QUIT },
    { .keys = "^C", .request = REQ_CANCEL },
    { .keys = "^L", .request = REQ_REDRAW },
    { .keys = "^Z", .request = REQ_SUSPEND },
    { .keys = "gm", .request = REQ_MOUSE },
    { .keys = NULL },
};
