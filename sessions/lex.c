/* lex.c - parameters into place, then words. */
#include "lex.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* key= at the beginning of a word: its length, 0 when there is none. */
static size_t scan_key(const char *at)
{
    size_t n = 0;

    if (!is_name_start(*at))
        return 0;
    while (is_name_char(at[n]) || at[n] == '-' || at[n] == '.')
        n++;
    return at[n] == '=' && at[n + 1] != '=' ? n : 0;
}

/* Can it stand bare, and not be taken for anything else (a column `sex=male` for a parameter)? */
static bool word_is_plain(const char *s)
{
    if (!*s || *s == '=' || scan_key(s))
        return false;
    for (; *s; s++)
        if (is_blank(*s) || strchr("\"'`\\$;#\n", *s) || (unsigned char)*s < 0x20)
            return false;
    return true;
}

static void quote_into(struct str *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            str_add(out, "\\n");
        else if (*text == '\t')
            str_add(out, "\\t");
        else if (strchr("\"\\$", *text)) {
            str_add_char(out, '\\');
            str_add_char(out, *text);
        } else {
            str_add_char(out, *text);
        }
    }
}

void lex_quote(struct str *out, const char *text)
{
    if (word_is_plain(text)) {
        str_add(out, text);
        return;
    }
    str_add_char(out, '"');
    quote_into(out, text);
    str_add_char(out, '"');
}

/* ---------------------------------------------------------------- session parameters */

static const char *definition_find(const struct definitions *defs, const char *name, size_t len)
{
    for (size_t i = 0; defs && i < defs->n; i++)
        if (strlen(defs->names[i]) == len && strncmp(defs->names[i], name, len) == 0)
            return defs->values[i];
    return NULL;
}

/* $name or ${name:-default} at text[i]; *end receives the place behind it.  NULL value: undefined. */
static const char *parameter_at(const char *text, size_t i, size_t *end,
                                const struct definitions *defs, struct arena *arena,
                                size_t *name_at, size_t *name_len)
{
    bool braces = text[i + 1] == '{';
    size_t from = i + 1 + (braces ? 1 : 0), at = from;

    while (is_name_char(text[at]))
        at++;
    *name_at = from;
    *name_len = at - from;
    const char *value = definition_find(defs, text + from, at - from);
    if (!braces) {
        *end = at;
        return value;
    }
    const char *close = strchr(text + at, '}');
    if (!close)
        return NULL;
    *end = (size_t)(close - text) + 1;
    if (!value && text[at] == ':' && text[at + 1] == '-')
        value = arena_strndup(arena, text + at + 2, (size_t)(close - text) - at - 2);
    return value;
}

static bool starts_parameter(const char *at)
{
    return at[0] == '$' && (is_name_start(at[1]) || (at[1] == '{' && is_name_start(at[2])));
}

/* Copy `text` with its parameters replaced; '…' and `…` (a column's name) are left alone. */
static int expand(struct str *out, const char *text, const struct definitions *defs,
                  struct arena *arena, struct err *err)
{
    char quote = 0;
    size_t i = 0;

    while (text[i]) {
        bool literal = quote == '\'' || quote == '`';
        if (!literal && text[i] == '\\' && text[i + 1]) {
            str_add_n(out, text + i, 2);
            i += 2;
            continue;
        }
        if (quote == 0 && text[i] == '#' && (i == 0 || is_blank(text[i - 1]))) {
            str_add(out, text + i);
            return 0;
        }
        if (!literal && starts_parameter(text + i)) {
            size_t end = i, name_at, name_len;
            const char *value = parameter_at(text, i, &end, defs, arena, &name_at, &name_len);
            if (!value)
                return err_set_at(err, ERR_USAGE,
                                  (struct err_at){ .col = i + 1, .width = name_len + 1 },
                                  "parameter '%.*s' has no value; give -D %.*s=VALUE",
                                  (int)name_len, text + name_at, (int)name_len, text + name_at);
            if (quote == '"')
                quote_into(out, value);
            else
                lex_quote(out, value);
            i = end;
            continue;
        }
        if (quote == 0 && strchr("\"'`", text[i]))
            quote = text[i];
        else if (text[i] == quote)
            quote = 0;
        str_add_char(out, text[i++]);
    }
    return 0;
}

/* ---------------------------------------------------------------- words */

struct scanner {
    const char *text;
    size_t at;
    struct str value;
    struct arena *arena;
    struct err *bad; /* the first problem, kept for who needs the words */
};

static void scan_fail(struct scanner *s, size_t col, const char *what)
{
    if (s->bad->code == ERR_NONE)
        err_set_at(s->bad, ERR_PARSE, (struct err_at){ .col = col + 1, .width = 1 }, "%s", what);
}

/* A quoted part of a word at s->at; false when it is never closed. */
static bool scan_quoted(struct scanner *s)
{
    char quote = s->text[s->at];
    size_t from = s->at++;

    if (quote == '`')
        str_add_char(&s->value, '`');
    while (s->text[s->at] && s->text[s->at] != quote) {
        if (quote == '"' && s->text[s->at] == '\\' && s->text[s->at + 1]) {
            char c = s->text[s->at + 1];
            if (!strchr("\"\\nt$", c)) /* of a pattern, say: it is only itself */
                str_add_char(&s->value, '\\');
            str_add_char(&s->value, c == 'n' ? '\n' : c == 't' ? '\t' : c);
            s->at += 2;
            continue;
        }
        str_add_char(&s->value, s->text[s->at++]);
    }
    if (!s->text[s->at]) {
        scan_fail(s, from, "the quote that opens here is never closed");
        return false;
    }
    if (quote == '`')
        str_add_char(&s->value, '`');
    s->at++;
    return true;
}

static void scan_word(struct scanner *s, struct word *w)
{
    size_t from = s->at, key = scan_key(s->text + s->at);

    *w = (struct word){ .col = from + 1 };
    if (key) {
        w->key = arena_strndup(s->arena, s->text + from, key);
        s->at += key + 1;
    }
    w->value_col = s->at + 1;
    str_clear(&s->value);
    while (s->text[s->at] && !is_blank(s->text[s->at])) {
        char c = s->text[s->at];
        if (c == '"' || c == '\'' || c == '`') {
            w->quoted = true;
            if (!scan_quoted(s))
                break;
        } else if (c == '\\' && s->text[s->at + 1]) {
            str_add_char(&s->value, s->text[s->at + 1]);
            s->at += 2;
        } else {
            str_add_char(&s->value, c);
            s->at++;
        }
    }
    w->text = arena_strndup(s->arena, s->value.buf, s->value.len);
    w->width = s->at - from;
}

static int check_characters(const char *text, struct err *err)
{
    for (size_t i = 0; text[i]; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return err_set_at(err, ERR_PARSE, (struct err_at){ .col = i + 1, .width = 1 },
                              "a control character (byte %02x) stands in the command",
                              (unsigned char)text[i]);
    return 0;
}

static void scan_line(struct line *out, struct scanner *s)
{
    size_t cap = 8;
    size_t end = 0; /* of the last word */

    out->words = ARENA_NEW(s->arena, struct word, cap);
    for (;;) {
        while (is_blank(s->text[s->at]))
            s->at++;
        if (!s->text[s->at])
            break;
        if (s->text[s->at] == '#') {
            struct span comment = span_trim(span_of(s->text + s->at + 1));
            out->comment = arena_strndup(s->arena, comment.at, comment.len);
            break;
        }
        if (out->n == cap) {
            struct word *more = ARENA_NEW(s->arena, struct word, cap * 2);
            memcpy(more, out->words, cap * sizeof(*more));
            out->words = more;
            cap *= 2;
        }
        scan_word(s, &out->words[out->n++]);
        end = s->at;
    }
    out->text = arena_strndup(s->arena, s->text, end);
}

int lex_line(struct line *out, const char *text, const struct definitions *defs,
             struct arena *arena, struct err *err)
{
    struct str expanded;

    *out = (struct line){ 0 };
    if (check_characters(text, err))
        return -1;
    str_init(&expanded);
    int rc = expand(&expanded, text, defs, arena, err);
    if (!rc) {
        struct scanner s = { .text = arena_strdup(arena, expanded.buf),
                             .arena = arena,
                             .bad = &out->bad };
        str_init(&s.value);
        scan_line(out, &s);
        str_release(&s.value);
    }
    str_release(&expanded);
    return rc;
}
