#include "base/param.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/param_read.h"
#include "base/text.h"

size_t param_count(const struct param_spec *specs)
{
    size_t n = 0;

    while (specs && specs[n].name)
        n++;
    return n;
}

int param_find(const struct param_spec *specs, const char *name, bool abbreviated)
{
    size_t len = strlen(name);
    int found = -1;

    for (int i = 0; specs && specs[i].name; i++) {
        if (strcmp(specs[i].name, name) == 0)
            return i;
        if (abbreviated && len > 0 && strncmp(specs[i].name, name, len) == 0)
            found = found == -1 ? i : -2;
    }
    return found;
}

/* ---------------------------------------------------------------- sets of values */

void params_init(struct params *p, const struct param_spec *specs, struct arena *arena)
{
    p->specs = specs;
    p->n = param_count(specs);
    p->values = ARENA_NEW(arena, struct param_value, p->n);
}

bool param_takes_list(enum param_type type)
{
    return type == PARAM_COLUMNS || type == PARAM_MODELS || type == PARAM_PATHS;
}

int params_set(struct params *p, size_t i, const char *text, struct arena *arena, struct err *err)
{
    assert(i < p->n);
    const struct param_spec *spec = &p->specs[i];
    struct param_value *v = &p->values[i];

    if (v->set && !param_takes_list(spec->type))
        return err_set(err, ERR_USAGE, "%s is given twice; give it once", spec->name);
    if (param_read(v, spec, text, arena, err))
        return -1;
    v->set = true;
    v->given = true;
    return 0;
}

int params_put(struct params *p, const char *name, const char *text, struct arena *arena,
               struct err *err)
{
    int i = param_find(p->specs, name, false);

    assert(i >= 0 && "no such parameter in the table");
    p->values[i] = (struct param_value){ .col = p->values[i].col, .width = p->values[i].width };
    return params_set(p, (size_t)i, text, arena, err);
}

static int resolve_one(struct param_value *v, const struct param_spec *spec, struct arena *arena,
                       struct err *err)
{
    if (v->set)
        return 0;
    if (spec->fallback) {
        if (param_read(v, spec, spec->fallback, arena, err))
            return -1;
        v->set = true;
        return 0;
    }
    if (!(spec->flags & PARAM_REQUIRED))
        return 0;
    struct str range;
    str_init(&range);
    param_describe_range(&range, spec);
    err_set(err, ERR_USAGE, "%s is missing; %s takes %s", spec->name, spec->name, range.buf);
    str_release(&range);
    return -1;
}

int params_resolve(struct params *p, struct arena *arena, struct err *err)
{
    for (size_t i = 0; i < p->n; i++)
        if (resolve_one(&p->values[i], &p->specs[i], arena, err))
            return -1;
    return 0;
}

static void copy_value(struct param_value *out, const struct param_value *v, struct arena *arena)
{
    *out = *v;
    if (v->text)
        out->text = arena_strdup(arena, v->text);
    if (v->n_list == 0)
        return;
    const char **list = ARENA_NEW(arena, const char *, v->n_list);
    for (size_t k = 0; k < v->n_list; k++)
        list[k] = arena_strdup(arena, v->list[k]);
    out->list = list;
}

void params_copy(struct params *out, const struct params *p, struct arena *arena)
{
    struct params copy;

    params_init(&copy, p->specs, arena);
    for (size_t i = 0; i < p->n; i++)
        copy_value(&copy.values[i], &p->values[i], arena);
    *out = copy;
}

/* ---------------------------------------------------------------- getters */

static size_t index_of(const struct params *p, const char *name)
{
    int i = param_find(p->specs, name, false);

    assert(i >= 0 && "no such parameter in the table");
    return (size_t)i;
}

const struct param_value *params_value(const struct params *p, const char *name)
{
    return &p->values[index_of(p, name)];
}

double params_real(const struct params *p, const char *name)
{
    size_t i = index_of(p, name);

    assert(p->specs[i].type == PARAM_REAL || p->specs[i].type == PARAM_INT);
    return p->values[i].real;
}

int64_t params_int(const struct params *p, const char *name)
{
    size_t i = index_of(p, name);

    assert(p->specs[i].type == PARAM_INT);
    return p->values[i].integer;
}

bool params_flag(const struct params *p, const char *name)
{
    size_t i = index_of(p, name);

    assert(p->specs[i].type == PARAM_FLAG);
    return p->values[i].flag;
}

int params_choice(const struct params *p, const char *name)
{
    size_t i = index_of(p, name);

    assert(p->specs[i].type == PARAM_CHOICE);
    return (int)p->values[i].integer;
}

const char *params_text(const struct params *p, const char *name)
{
    return params_value(p, name)->text;
}

/* ---------------------------------------------------------------- ranges in words */

static void add_number(struct str *out, const char *before, double v)
{
    char buf[TEXT_REAL_SIZE];

    str_add(out, before);
    str_add(out, text_real(buf, v, false));
}

static void describe_bounds(struct str *out, const struct param_spec *spec)
{
    bool low = isfinite(spec->min), high = isfinite(spec->max);
    bool open_low = spec->flags & PARAM_OPEN_MIN, open_high = spec->flags & PARAM_OPEN_MAX;

    if (!param_has_range(spec))
        return;
    if (low && high && !open_low && !open_high) {
        add_number(out, " from ", spec->min);
        add_number(out, " to ", spec->max);
        return;
    }
    if (low)
        add_number(out, open_low ? " above " : " of at least ", spec->min);
    if (low && high)
        str_add(out, " and");
    if (high)
        add_number(out, open_high ? " below " : low ? " at most " : " of at most ", spec->max);
}

void param_describe_range(struct str *out, const struct param_spec *spec)
{
    static const char *const words[] = {
        [PARAM_INT] = "a whole number",
        [PARAM_REAL] = "a real number",
        [PARAM_FLAG] = "yes or no",
        [PARAM_CHOICE] = "one of",
        [PARAM_TEXT] = "text",
        [PARAM_NAME] = "a name (a letter or _, then letters, digits, _ - .)",
        [PARAM_COLUMN] = "the name of a column",
        [PARAM_COLUMNS] = "names of columns, patterns such as bill_*, or all",
        [PARAM_PATH] = "the name of a file",
        [PARAM_PATHS] = "files, folders or patterns such as data/*.csv",
        [PARAM_EXPR] = "an expression",
        [PARAM_MODEL] = "the name of a model",
        [PARAM_MODELS] = "names of models",
        [PARAM_LEARNER] = "the name of a learner",
        [PARAM_REST] = "the rest of the line",
    };

    str_add(out, words[spec->type]);
    if (spec->type == PARAM_INT || spec->type == PARAM_REAL)
        describe_bounds(out, spec);
    for (size_t k = 0; spec->choices && spec->choices[k]; k++)
        str_addf(out, "%s%s", spec->type == PARAM_CHOICE ? " " : ", or ", spec->choices[k]);
}
