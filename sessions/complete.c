/* complete.c - candidates for the word at the cursor, and what it means. */
#include "complete.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "evaluate/metric.h"
#include "learn/learner.h"
#include "plot.h"

static void add(struct completions *c, const char *text, const char *help)
{
    if (c->n == c->cap) {
        c->cap = c->cap ? c->cap * 2 : 32;
        c->items = mem_resize(c->items, c->cap, sizeof(*c->items));
    }
    c->items[c->n++] = (struct completion){ .text = arena_strdup(&c->arena, text),
                                            .help = help ? help : "" };
}

static void add_if(struct completions *c, const char *prefix, const char *name, const char *help)
{
    if (strncmp(name, prefix, strlen(prefix)) == 0)
        add(c, name, help);
}

/* ---------------------------------------------------------------- kinds of words */

static void add_commands(struct completions *c, const char *prefix)
{
    for (size_t i = 0; command_table[i]; i++)
        add_if(c, prefix, command_name(command_table[i]), command_help(command_table[i]));
}

static void add_columns(struct completions *c, const struct session *s, const char *prefix)
{
    const struct table *t = workspace_table(session_workspace(s));
    struct str quoted;

    str_init(&quoted);
    for (size_t j = 0; t && j < t->n_cols; j++) {
        if (strncmp(table_name(t, j), prefix, strlen(prefix)) != 0)
            continue;
        str_clear(&quoted);
        lex_quote(&quoted, table_name(t, j));
        add(c, quoted.buf, column_type_name(table_at(t, j)->type));
    }
    str_release(&quoted);
}

static void add_models(struct completions *c, const struct session *s, const char *prefix)
{
    const struct workspace *ws = session_workspace(s);

    for (size_t i = 0; i < ws->n_models; i++)
        add_if(c, prefix, ws->models[i].name, ws->models[i].model->learner->name);
}

static void add_learners(struct completions *c, const char *prefix)
{
    for (size_t i = 0; learner_table[i]; i++)
        add_if(c, prefix, learner_table[i]->name, learner_table[i]->help);
}

static void add_values(struct completions *c, const struct session *s,
                       const struct param_spec *spec, const char *prefix)
{
    switch (spec->type) {
    case PARAM_CHOICE:
        for (size_t i = 0; spec->choices[i]; i++)
            add_if(c, prefix, spec->choices[i], spec->help);
        break;
    case PARAM_FLAG:
        add_if(c, prefix, "yes", spec->help);
        add_if(c, prefix, "no", spec->help);
        break;
    case PARAM_COLUMNS:
        add_if(c, prefix, "all", "every column that the command can take");
        add_columns(c, s, prefix);
        break;
    case PARAM_COLUMN:
    case PARAM_EXPR:
        add_columns(c, s, prefix);
        break;
    case PARAM_MODEL:
    case PARAM_MODELS:
        add_models(c, s, prefix);
        break;
    case PARAM_LEARNER:
        add_learners(c, prefix);
        break;
    case PARAM_PATH:
    case PARAM_PATHS:
        c->is_path = true;
        break;
    default:
        break;
    }
}

/* ---------------------------------------------------------------- where the cursor is */

struct place {
    struct call call; /* of the words before the cursor */
    bool known;       /* call is filled */
    const char *word; /* from its beginning to the cursor */
    size_t word_at;
    const char *key; /* of key=…, NULL */
    const char *value;
    const struct param_spec *spec; /* of the word, NULL */
    bool first;                    /* the verb itself */
};

static size_t word_begin(const char *line, size_t cursor)
{
    char quote = 0;
    size_t from = 0;

    for (size_t i = 0; i < cursor; i++) {
        if (quote) {
            if (line[i] == quote)
                quote = 0;
        } else if (strchr("\"'`", line[i])) {
            quote = line[i];
        } else if (line[i] == ' ' || line[i] == '\t' || line[i] == ',' || line[i] == '(') {
            from = i + 1;
        }
    }
    return from;
}

/* The parameter that a bare word after those given stands for. */
static const struct param_spec *positional_spec(const struct params *args)
{
    for (size_t i = 0; i < args->n; i++) {
        const struct param_spec *p = &args->specs[i];
        bool list = param_takes_list(p->type);
        if ((p->flags & PARAM_WORD) && (list || !args->values[i].given))
            return p;
        if (p->type == PARAM_EXPR || p->type == PARAM_REST)
            return p;
    }
    return NULL;
}

static void find_place(struct place *p, const struct session *s, const char *line, size_t cursor,
                       struct arena *arena)
{
    struct line lexed;

    *p = (struct place){ .word_at = word_begin(line, cursor) };
    p->word = arena_strndup(arena, line + p->word_at, cursor - p->word_at);
    const char *before = arena_strndup(arena, line, p->word_at);
    p->first = strspn(before, " \t") == p->word_at;
    const char *equals = strchr(p->word, '=');
    if (equals && equals > p->word) {
        p->key = arena_strndup(arena, p->word, (size_t)(equals - p->word));
        p->value = equals + 1;
    }
    if (p->first || lex_line(&lexed, before, &s->options.definitions, arena, NULL) || !lexed.n)
        return;
    /* A required parameter may well be absent while one is typing: the words so far count. */
    if (call_parse(&p->call, &lexed, arena, NULL) && !p->call.command)
        return;
    p->known = true;
    if (p->key) {
        int i = param_find(p->call.args.specs, p->key, true);
        p->spec = i >= 0 ? &p->call.args.specs[i] : NULL;
    } else {
        p->spec = positional_spec(&p->call.args);
    }
}

/* ---------------------------------------------------------------- special words */

static void add_plot_kinds(struct completions *c, const char *prefix)
{
    for (size_t i = 0; plot_table[i]; i++)
        add_if(c, prefix, plot_table[i]->name, plot_table[i]->help);
}

static void add_metrics(struct completions *c, const char *prefix)
{
    for (size_t i = 0; metric_table[i]; i++)
        add_if(c, prefix, metric_table[i]->name, metric_table[i]->help);
}

static void add_branches(struct completions *c, const struct session *s, const char *prefix)
{
    for (size_t i = 0; i < s->n_all; i++)
        if (s->all[i]->branch)
            add_if(c, prefix, s->all[i]->branch, s->all[i]->line);
}

static void add_topics(struct completions *c, const char *prefix)
{
    add_commands(c, prefix);
    add_learners(c, prefix);
    add_plot_kinds(c, prefix);
    add_metrics(c, prefix);
}

static void add_for_spec(struct completions *c, const struct session *s, const struct place *p,
                         const char *prefix)
{
    const char *verb = command_name(p->call.command);

    if (strcmp(p->spec->name, "metric") == 0)
        add_metrics(c, prefix);
    else if (strcmp(verb, "plot") == 0 && strcmp(p->spec->name, "kind") == 0)
        add_plot_kinds(c, prefix);
    else if (strcmp(verb, "branch diff") == 0 || strcmp(verb, "goto") == 0)
        add_branches(c, s, prefix);
    else if (strcmp(verb, "help") == 0)
        add_topics(c, prefix);
    else
        add_values(c, s, p->spec, prefix);
}

static void add_keys(struct completions *c, const struct place *p)
{
    for (size_t i = 0; i < p->call.args.n; i++) {
        const struct param_spec *spec = &p->call.args.specs[i];
        if (p->call.args.values[i].given || strncmp(spec->name, p->word, strlen(p->word)) != 0)
            continue;
        if (spec->type == PARAM_EXPR || spec->type == PARAM_REST)
            continue;
        if ((spec->flags & PARAM_WORD) && spec->type != PARAM_PATH && spec->type != PARAM_PATHS &&
            !*p->word)
            continue;
        add(c, arena_printf(&c->arena, "%s=", spec->name), spec->help);
    }
}

void complete_line(struct completions *out, const struct session *s, const char *line,
                   size_t cursor)
{
    struct place p;

    *out = (struct completions){ 0 };
    arena_init(&out->arena);
    find_place(&p, s, line, cursor, &out->arena);
    out->from = p.word_at;
    if (p.first) {
        add_commands(out, p.word);
        return;
    }
    if (!p.known)
        return;
    if (p.key) {
        out->from = p.word_at + (size_t)(p.value - p.word);
        if (p.spec)
            add_for_spec(out, s, &p, p.value);
        return;
    }
    if (p.spec)
        add_for_spec(out, s, &p, p.word);
    add_keys(out, &p);
}

void completions_release(struct completions *c)
{
    mem_free(c->items);
    arena_release(&c->arena);
    *c = (struct completions){ 0 };
}

void complete_hint(struct str *out, const struct session *s, const char *line, size_t cursor)
{
    struct arena arena;
    struct place p;

    arena_init(&arena);
    find_place(&p, s, line, cursor, &arena);
    if (p.known && p.spec) {
        str_addf(out, "%s  %s (", p.spec->name, p.spec->help);
        param_describe_range(out, p.spec);
        str_add(out, p.spec->fallback ? "; default " : "");
        str_add(out, p.spec->fallback ? p.spec->fallback : "");
        str_add(out, ")");
    } else if (p.known) {
        str_addf(out, "%s  %s", command_name(p.call.command), command_help(p.call.command));
    } else if (p.first) {
        const struct command *c = command_named(p.word);
        if (c)
            str_addf(out, "%s  %s", command_name(c), command_help(c));
    }
    arena_release(&arena);
}
