/* lookahead.c - roles of columns from the later lines of a script. */
#include "lookahead.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void lookahead_clear(struct session *s)
{
    for (size_t i = 0; i < s->n_ahead; i++)
        mem_free(s->ahead[i].column);
    mem_free(s->ahead);
    s->ahead = NULL;
    s->n_ahead = 0;
}

static void remember(struct session *s, const char *column, enum role role)
{
    for (size_t i = 0; i < s->n_ahead; i++)
        if (strcmp(s->ahead[i].column, column) == 0)
            return;
    s->ahead = mem_resize(s->ahead, s->n_ahead + 1, sizeof(*s->ahead));
    s->ahead[s->n_ahead++] = (struct role_ahead){ mem_strdup(column), role };
}

static bool is_whole_number(const char *text)
{
    int64_t n;

    return text_parse_int(&n, text, strlen(text));
}

static void look_at(struct session *s, const char *text, struct arena *arena)
{
    struct line line;
    size_t n_words;

    if (lex_line(&line, text, &s->options.definitions, arena, NULL) || !line.n)
        return;
    const struct command *c = command_find(&line, &n_words, NULL);
    for (size_t k = n_words; c && k < line.n; k++) {
        const struct word *w = &line.words[k];
        if (!w->key || !*w->text)
            continue;
        if (c == command_named("validate") && strcmp(w->key, "folds") == 0 &&
            !is_whole_number(w->text))
            remember(s, w->text, ROLE_FOLD);
        else if (c == command_named("split") && strcmp(w->key, "by") == 0)
            remember(s, w->text, ROLE_SPLIT);
    }
}

void lookahead_roles(struct session *s, const struct script *script)
{
    struct arena arena;

    lookahead_clear(s);
    for (size_t i = 0; i < script->n; i++)
        if (script->lines[i].recorded)
            return;
    arena_init(&arena);
    for (size_t i = 0; i < script->n; i++)
        look_at(s, script->lines[i].text, &arena);
    arena_release(&arena);
}
