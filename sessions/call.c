/* call.c - words to a checked call, and back to text. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command.h"

static bool takes_rest(const struct param_spec *p)
{
    return p->type == PARAM_EXPR || p->type == PARAM_REST;
}

static bool takes_list(const struct param_spec *p)
{
    return param_takes_list(p->type);
}

/* ---------------------------------------------------------------- parsing */

struct call_parser {
    const struct line *line;
    struct params *args;
    struct arena *arena;
    size_t next;  /* parameter that the next bare word may be */
    bool lenient; /* first pass: only collect what can be understood */
    int rest;     /* index of the parameter that takes the rest of the line, -1 */
    struct err *err;
};

static int place(struct call_parser *p, const struct word *w, size_t col, size_t width)
{
    if (p->err && p->err->col == 0) {
        p->err->col = col;
        p->err->width = width;
    }
    (void)w;
    return -1;
}

static int set_value(struct call_parser *p, int i, const struct word *w)
{
    struct param_value *v = &p->args->values[i];

    if (params_set(p->args, (size_t)i, w->text, p->arena, p->err))
        return place(p, w, w->value_col, w->col + w->width - w->value_col);
    v->given = true;
    v->col = w->value_col;
    v->width = w->col + w->width - w->value_col;
    return 0;
}

static int fail_key(struct call_parser *p, const struct word *w, bool ambiguous)
{
    const struct param_spec *specs = p->args->specs;
    const char *names[128];
    size_t n = 0;
    struct err_at at = { .col = w->col, .width = strlen(w->key) };

    for (; specs[n].name && n < 127; n++)
        names[n] = specs[n].name;
    names[n] = NULL;
    if (ambiguous)
        return err_set_at(p->err, ERR_USAGE, at,
                          "'%s' could be more than one parameter; write more of it", w->key);
    const char *near = text_nearest(w->key, names);
    if (near)
        return err_set_at(p->err, ERR_USAGE, at, "unknown parameter '%s'; did you mean %s?", w->key,
                          near);
    struct str list;
    str_init(&list);
    for (size_t i = 0; i < n; i++)
        str_addf(&list, "%s%s", i ? " " : "", names[i]);
    err_set_at(p->err, ERR_USAGE, at, "unknown parameter '%s'; there are: %s", w->key,
               n ? list.buf : "none");
    str_release(&list);
    return -1;
}

static int parse_keyed(struct call_parser *p, const struct word *w)
{
    int i = param_find(p->args->specs, w->key, true);

    if (i >= 0)
        return set_value(p, i, w);
    if (p->lenient)
        return 0;
    return fail_key(p, w, i == -2);
}

/* The parameter that a bare word stands for; -1 when there is none left. */
static int next_positional(struct call_parser *p)
{
    const struct param_spec *specs = p->args->specs;

    for (size_t i = p->next; specs[i].name; i++) {
        if (!(specs[i].flags & PARAM_WORD) || takes_rest(&specs[i]))
            continue;
        if (p->args->values[i].set && !takes_list(&specs[i]))
            continue;
        p->next = takes_list(&specs[i]) ? i : i + 1;
        return (int)i;
    }
    return -1;
}

static int parse_bare(struct call_parser *p, const struct word *w)
{
    int i = next_positional(p);

    if (i >= 0)
        return set_value(p, i, w);
    if (p->lenient)
        return 0;
    return err_set_at(p->err, ERR_USAGE, (struct err_at){ .col = w->col, .width = w->width },
                      "'%s' is one word too many; parameters are written name=value", w->text);
}

/* The rest of the line from column `col`; one '=' in front of it (derive NAME = …) goes. */
static int parse_rest(struct call_parser *p, size_t col)
{
    const char *from = p->line->text + (col - 1);

    from += strspn(from, " \t");
    if (p->args->specs[p->rest].type == PARAM_EXPR && *from == '=' && from[1] != '=') {
        from++;
        from += strspn(from, " \t");
    }
    struct param_value *v = &p->args->values[p->rest];
    if (!*from || *from == '#') /* a comment */
        return 0;
    if (params_set(p->args, (size_t)p->rest, from, p->arena, p->err))
        return place(p, NULL, col, strlen(from));
    v->given = true;
    v->col = (size_t)(from - p->line->text) + 1;
    v->width = strlen(from);
    return 0;
}

/* Does the rest begin with word i?  Words before it are parameters of their own. */
static bool rest_begins(struct call_parser *p, const struct word *w)
{
    if (p->rest < 0)
        return false;
    if (w->key)
        return param_find(p->args->specs, w->key, false) < 0;
    size_t before = p->next;
    int i = next_positional(p);
    p->next = before;
    return i < 0 || i > p->rest;
}

static int find_rest(const struct param_spec *specs)
{
    for (int i = 0; specs[i].name; i++)
        if (takes_rest(&specs[i]))
            return i;
    return -1;
}

static int parse_words(struct call_parser *p, size_t from)
{
    const struct line *line = p->line;

    p->rest = find_rest(p->args->specs);
    for (size_t k = from; k < line->n; k++) {
        const struct word *w = &line->words[k];
        int name = p->rest >= 0 ? next_positional(p) : -1;
        /* `derive NAME=EXPRESSION` without blanks reads as one keyed word. */
        if (name >= 0 && name < p->rest && w->key && p->args->specs[p->rest].type == PARAM_EXPR) {
            struct word as_name = {
                .text = w->key, .col = w->col, .value_col = w->col, .width = strlen(w->key)
            };
            return set_value(p, name, &as_name) ? -1 : parse_rest(p, w->value_col);
        }
        if (name >= 0)
            p->next = (size_t)name;
        if (rest_begins(p, w))
            return parse_rest(p, w->col);
        if (w->key ? parse_keyed(p, w) : parse_bare(p, w))
            return -1;
    }
    return 0;
}

/* The command's parameters and its extension's as one table. */
static const struct param_spec *join_specs(const struct param_spec *a, const struct param_spec *b,
                                           struct arena *arena)
{
    size_t n = param_count(a), m = b ? param_count(b) : 0;
    struct param_spec *all = ARENA_NEW(arena, struct param_spec, n + m + 1);

    memcpy(all, a, n * sizeof(*all));
    for (size_t i = 0; i < m; i++)
        if (param_find(a, b[i].name, false) < 0)
            all[n++] = b[i];
    return all;
}

static int extend_specs(const struct param_spec **specs, const struct command *c,
                        const struct line *line, size_t n_words, struct arena *arena,
                        struct err *err)
{
    struct params so_far;
    const struct param_spec *more = NULL;
    struct call_parser p = { .line = line, .args = &so_far, .arena = arena, .lenient = true };

    *specs = command_params(c);
    if (!c->extend)
        return 0;
    params_init(&so_far, *specs, arena);
    parse_words(&p, n_words);
    if (c->extend(&more, &so_far, err)) {
        const struct param_value *first = &so_far.values[0];
        if (err && err->col == 0 && first->set) {
            err->col = first->col;
            err->width = first->width;
        }
        return -1;
    }
    *specs = join_specs(*specs, more, arena);
    return 0;
}

int call_parse(struct call *out, const struct line *line, struct arena *arena, struct err *err)
{
    static const struct param_spec none[] = { { .name = NULL } };
    size_t n_words;
    const struct param_spec *specs;
    const struct command *c = command_find(line, &n_words, err);

    if (!c)
        return -1;
    if (extend_specs(&specs, c, line, n_words, arena, err))
        return -1;
    *out = (struct call){ .command = c };
    params_init(&out->args, specs ? specs : none, arena);
    struct call_parser p = { .line = line, .args = &out->args, .arena = arena, .err = err };
    if (line->bad.code && find_rest(out->args.specs) < 0) {
        if (err)
            *err = line->bad;
        return -1;
    }
    if (parse_words(&p, n_words))
        return -1;
    return params_resolve(&out->args, arena, err);
}

/* ---------------------------------------------------------------- printing */

/* Would the word, behind the command's name, make another command's name (drop, column "missing")? */
static bool makes_another_command(const struct str *line, const char *word)
{
    struct str name;

    str_init(&name);
    str_addf(&name, "%s %s", line->buf, word);
    bool makes = command_named(name.buf) != NULL;
    str_release(&name);
    return makes;
}

static void print_word(struct str *out, const char *word)
{
    if (makes_another_command(out, word)) {
        str_addf(out, " \"%s\"", word);
        return;
    }
    str_add_char(out, ' ');
    lex_quote(out, word);
}

/* A path with = in it (a partition's folder) would be taken for name=value. */
static void print_paths(struct str *out, const struct param_spec *spec, const struct param_value *v)
{
    for (size_t k = 0; k < v->n_list; k++) {
        if (!strchr(v->list[k], '=')) {
            print_word(out, v->list[k]);
            continue;
        }
        str_addf(out, " %s=", spec->name);
        lex_quote(out, v->list[k]);
    }
}

static void print_words(struct str *out, const struct param_spec *spec, const struct param_value *v)
{
    if (!takes_list(spec)) {
        print_word(out, v->text);
        return;
    }
    if (spec->type == PARAM_PATHS) {
        print_paths(out, spec, v);
        return;
    }
    struct str item;
    str_init(&item);
    for (size_t k = 0; k < v->n_list; k++) {
        str_clear(&item);
        for (const char *c = v->list[k]; *c; c++)
            str_addf(&item, "%s%c", *c == ',' || *c == '\\' ? "\\" : "", *c);
        print_word(out, item.buf);
    }
    str_release(&item);
}

/* A bare word that would be taken for name=value. */
static bool must_be_keyed(const struct param_value *v)
{
    return v->text && strchr(v->text, '=') != NULL;
}

void call_print(struct str *out, const struct command *command, const struct params *args)
{
    int rest = -1;
    bool gap = false; /* an optional word was left out: those after it need their names */
    bool named = false;

    str_add(out, command_name(command));
    for (size_t i = 0; i < args->n; i++) {
        const struct param_spec *spec = &args->specs[i];
        if (!(spec->flags & PARAM_WORD) || takes_rest(spec))
            continue;
        const struct param_value *v = &args->values[i];
        if (!v->set || gap || (!takes_list(spec) && must_be_keyed(v))) {
            gap = true;
            continue;
        }
        print_words(out, spec, v);
        named = named || spec->type == PARAM_NAME;
    }
    gap = false;
    for (size_t i = 0; i < args->n; i++) {
        const struct param_spec *spec = &args->specs[i];
        const struct param_value *v = &args->values[i];
        if (takes_rest(spec)) {
            rest = v->set ? (int)i : -1;
            continue;
        }
        bool word = (spec->flags & PARAM_WORD) && !gap;
        if (word && (!v->set || (!takes_list(spec) && must_be_keyed(v))))
            gap = true, word = false;
        if (!v->set || word)
            continue;
        str_addf(out, " %s=", spec->name);
        lex_quote(out, v->text);
    }
    if (rest >= 0)
        str_addf(out, "%s %s", named ? " =" : "", args->values[rest].text);
}

void call_subset(struct params *out, const struct params *args, const struct param_spec *specs,
                 struct arena *arena)
{
    params_init(out, specs, arena);
    for (size_t i = 0; i < out->n; i++) {
        int j = param_find(args->specs, specs[i].name, false);
        if (j >= 0)
            out->values[i] = args->values[j];
    }
}
