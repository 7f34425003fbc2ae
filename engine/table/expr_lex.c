/* expr_lex.c - an expression's text to tokens. */
#include "table/expr_tree.h"

#include <string.h>

#include "base/text.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Length of the character at s when it may stand in a word, else 0. */
static size_t word_char(const char *s, bool first)
{
    char c = *s;
    uint32_t code;

    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
        return 1;
    if (!first && is_digit(c))
        return 1;
    /* A point joins words, as in Sepal.Length; it does not end one. */
    if (!first && c == '.')
        return s[1] != '.' && word_char(s + 1, false) ? 1 : 0;
    if ((unsigned char)c < 0x80)
        return 0;
    size_t len = text_decode(&code, s, strnlen(s, 4));
    return text_is_letter(code) ? len : 0;
}

static size_t word_length(const char *s)
{
    size_t n = 0, step;

    while ((step = word_char(s + n, n == 0)) > 0)
        n += step;
    return n;
}

static struct err_at lexer_at(const struct token *t, size_t width)
{
    return (struct err_at){ .col = t->at + 1, .width = width };
}

/* A text or name in quotes; the quote stands doubled for itself. */
static int lex_quoted(struct token *t, struct lexer *lx, struct err *err)
{
    const char *s = lx->text + lx->at;
    char quote = *s;
    size_t n = 1, len = 0;

    while (s[n] && (s[n] != quote || s[n + 1] == quote))
        n += s[n] == quote ? 2 : 1;
    if (!s[n])
        return err_set_at(err, ERR_PARSE, lexer_at(t, 1), "this %c is not closed; end it with %c",
                          quote, quote);
    char *text = ARENA_NEW(lx->arena, char, n);
    for (size_t i = 1; i < n; i += s[i] == quote ? 2 : 1)
        text[len++] = s[i];
    t->kind = quote == '`' ? TOKEN_NAME : TOKEN_TEXT;
    t->text = (struct span){ text, len };
    t->width = n + 1;
    if (t->kind == TOKEN_NAME && len == 0)
        return err_set_at(err, ERR_PARSE, lexer_at(t, 2), "a column's name is wanted in `…`");
    return 0;
}

static int lex_number(struct token *t, struct lexer *lx, struct err *err)
{
    const char *s = lx->text + lx->at;
    size_t n = 0;
    bool real = false;

    while (is_digit(s[n]))
        n++;
    if (s[n] == '.') {
        real = true;
        for (n++; is_digit(s[n]); n++)
            continue;
    }
    if ((s[n] == 'e' || s[n] == 'E') &&
        (is_digit(s[n + 1]) || ((s[n + 1] == '+' || s[n + 1] == '-') && is_digit(s[n + 2])))) {
        real = true;
        for (n += 2; is_digit(s[n]); n++)
            continue;
    }
    size_t more = word_length(s + n); /* 12abc, 0x1f */
    t->kind = real ? TOKEN_REAL : TOKEN_INT;
    t->width = n + more;
    t->text = (struct span){ s, t->width };
    if (more)
        return err_set_at(err, ERR_PARSE, lexer_at(t, t->width),
                          "'%.*s' is not a number; a name that begins with a digit stands in `…`",
                          (int)(t->width < 60 ? t->width : 60), s);
    if (real ? text_parse_real(&t->real, s, n) : text_parse_int(&t->integer, s, n))
        return 0;
    if (s[n - 1] == '.' && n > 1) /* "1." */
        return text_parse_real(&t->real, s, n - 1)
                   ? 0
                   : err_set_at(err, ERR_PARSE, lexer_at(t, n), "this number is too large");
    return err_set_at(err, ERR_PARSE, lexer_at(t, n), "this number is too large for %s",
                      real ? "a real" : "an int; write it with a point");
}

static int lex_symbol(struct token *t, struct lexer *lx, struct err *err)
{
    static const char *const symbols[] = { "==", "!=", "<=", ">=", "=", "<", ">", "+", "-",
                                           "*",  "/",  "%",  "^",  "(", ")", ",", NULL };
    static const char *const foreign[][2] = { { "<>", "!=" }, { "&&", "and" }, { "||", "or" },
                                              { "!", "not" }, { "&", "and" },  { "|", "or" },
                                              { "**", "^" } };
    const char *s = lx->text + lx->at;
    uint32_t code;

    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        size_t n = strlen(foreign[i][0]);
        if (!strncmp(s, foreign[i][0], n) && strncmp(s, "!=", 2) != 0)
            return err_set_at(err, ERR_PARSE, lexer_at(t, n), "'%s' is no operator; write %s",
                              foreign[i][0], foreign[i][1]);
    }
    for (size_t i = 0; symbols[i]; i++) {
        t->width = strlen(symbols[i]);
        if (!strncmp(s, symbols[i], t->width)) {
            t->kind = TOKEN_SYMBOL;
            t->text = (struct span){ s, t->width };
            return 0;
        }
    }
    size_t n = text_decode(&code, s, strnlen(s, 4));
    return err_set_at(err, ERR_PARSE, lexer_at(t, n),
                      "'%.*s' cannot stand here; odd names stand in `…`, text in '…'", (int)n, s);
}

int expr_lex(struct token *out, struct lexer *lx, struct err *err)
{
    int rc = 0;

    while (is_blank(lx->text[lx->at]))
        lx->at++;
    const char *s = lx->text + lx->at;
    *out = (struct token){ .kind = TOKEN_END, .at = lx->at, .text = { s, 0 } };
    if (*s == '\0')
        return 0;
    size_t word = word_length(s);
    if (word > 0) {
        out->kind = TOKEN_WORD;
        out->width = word;
        out->text = (struct span){ s, word };
    } else if (is_digit(*s) || (*s == '.' && is_digit(s[1]))) {
        rc = lex_number(out, lx, err);
    } else if (*s == '\'' || *s == '"' || *s == '`') {
        rc = lex_quoted(out, lx, err);
    } else {
        rc = lex_symbol(out, lx, err);
    }
    lx->at += out->width;
    return rc;
}
