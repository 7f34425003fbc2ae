/* transplant.c - commands under other names of columns. */
#include "transplant.h"

#include <string.h>

#include "table/expr.h"

/* ---------------------------------------------------------------- the map */

/* Up to one of the ends; a backslash takes the next sign as it is. */
static const char *take_name(const char **at, const char *ends, struct arena *arena)
{
    struct str name;

    str_init(&name);
    while (**at && !strchr(ends, **at)) {
        if (**at == '\\' && (*at)[1])
            ++*at;
        str_add_char(&name, *(*at)++);
    }
    const char *copy = arena_strdup(arena, name.len ? name.buf : "");
    str_release(&name);
    return copy;
}

static int add_pair(struct column_map *m, const char *from, const char *to, struct err *err)
{
    if (!*from || !*to)
        return err_set(err, ERR_USAGE, "map takes pairs old:new, parted by commas");
    for (size_t k = 0; k < m->n; k++)
        if (strcmp(m->from[k], from) == 0)
            return err_set(err, ERR_USAGE, "map names %s twice", from);
    m->from[m->n] = from;
    m->to[m->n++] = to;
    return 0;
}

int column_map_parse(struct column_map *out, const char *text, struct arena *arena, struct err *err)
{
    size_t room = 1;

    for (const char *at = text; *at; at++)
        room += *at == ',';
    *out = (struct column_map){ .from = ARENA_NEW(arena, const char *, room),
                                .to = ARENA_NEW(arena, const char *, room),
                                .used = ARENA_NEW(arena, bool, room) };
    for (const char *at = text; *at; at += *at == ',') {
        const char *from = take_name(&at, ":,", arena);
        at += *at == ':';
        const char *to = take_name(&at, ",", arena);
        if (add_pair(out, from, to, err))
            return -1;
    }
    return 0;
}

static const char *mapped(const void *ctx, const char *name)
{
    const struct column_map *m = ctx;

    for (size_t k = 0; k < m->n; k++)
        if (strcmp(m->from[k], name) == 0) {
            m->used[k] = true;
            return m->to[k];
        }
    return name;
}

/* ---------------------------------------------------------------- a call */

struct transplant {
    const struct column_map *map;
    struct arena *arena;
    const char **read;
    size_t n, cap;
};

static void note_read(struct transplant *t, const char *name)
{
    for (size_t k = 0; k < t->n; k++)
        if (strcmp(t->read[k], name) == 0)
            return;
    if (t->n == t->cap) {
        size_t cap = t->cap ? 2 * t->cap : 16;
        const char **more = ARENA_NEW(t->arena, const char *, cap);
        if (t->n)
            memcpy(more, t->read, t->n * sizeof(*more));
        t->read = more;
        t->cap = cap;
    }
    t->read[t->n++] = name;
}

static const char *map_list(struct transplant *t, const struct param_value *v)
{
    struct str list;

    str_init(&list);
    for (size_t k = 0; k < v->n_list; k++) {
        const char *name = mapped(t->map, v->list[k]);
        if (!strpbrk(name, "*?[") && strcmp(name, "all") != 0)
            note_read(t, arena_strdup(t->arena, name));
        str_add(&list, k ? "," : "");
        for (; *name; name++)
            str_addf(&list, "%s%c", *name == ',' || *name == '\\' ? "\\" : "", *name);
    }
    const char *text = arena_strdup(t->arena, list.len ? list.buf : "");
    str_release(&list);
    return text;
}

static const char *map_expression(struct transplant *t, const char *text)
{
    const char *const *names;
    struct expr *e;
    struct str out;

    if (expr_parse(&e, text, NULL))
        return text; /* whoever runs it says what is wrong */
    size_t n = expr_columns(e, &names);
    for (size_t k = 0; k < n; k++)
        note_read(t, arena_strdup(t->arena, mapped(t->map, names[k])));
    str_init(&out);
    expr_rename(&out, e, mapped, t->map);
    text = arena_strdup(t->arena, out.buf);
    str_release(&out);
    expr_free(e);
    return text;
}

static const char *map_value(struct transplant *t, const struct param_spec *spec,
                             const struct param_value *v)
{
    switch (spec->type) {
    case PARAM_COLUMN:
        note_read(t, mapped(t->map, v->text));
        return mapped(t->map, v->text);
    case PARAM_COLUMNS:
        return map_list(t, v);
    case PARAM_EXPR:
        return map_expression(t, v->text);
    case PARAM_NAME:
        return mapped(t->map, v->text); /* a column that it makes may have another name too */
    default:
        return v->text;
    }
}

int call_transplant(struct call *out, const char *const **read, size_t *n_read,
                    const struct call *call, const struct column_map *map, struct arena *arena,
                    struct err *err)
{
    struct transplant t = { .map = map, .arena = arena };

    out->command = call->command;
    params_init(&out->args, call->args.specs, arena);
    for (size_t i = 0; i < call->args.n; i++) {
        const struct param_value *v = &call->args.values[i];
        if (!v->given)
            continue;
        if (params_set(&out->args, i, map_value(&t, &call->args.specs[i], v), arena, err))
            return -1;
        out->args.values[i].given = true;
    }
    *read = t.read;
    *n_read = t.n;
    return params_resolve(&out->args, arena, err);
}
