/* expr_print.c - names and texts as expressions write them, for what makes expressions. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "table/expr.h"

static bool is_word(const char *name)
{
    static const char *const taken[] = { "and",   "or", "not",     "in", "true",
                                         "false", "pi", "missing", NULL };

    for (size_t i = 0; taken[i]; i++)
        if (strcmp(taken[i], name) == 0)
            return false;
    if (!isalpha((unsigned char)*name) && *name != '_')
        return false;
    while (isalnum((unsigned char)*name) || *name == '_')
        name++;
    return !*name;
}

static void add_quoted(struct str *out, const char *text, char quote)
{
    str_add_char(out, quote);
    for (; *text; text++)
        str_add_repeat(out, (char[]){ *text, 0 }, *text == quote ? 2 : 1);
    str_add_char(out, quote);
}

void expr_add_name(struct str *out, const char *column)
{
    if (is_word(column))
        str_add(out, column);
    else
        add_quoted(out, column, '`');
}

void expr_add_text(struct str *out, const char *text)
{
    add_quoted(out, text, '\'');
}
