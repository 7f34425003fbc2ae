/* Tables of parameters proven sane, so that nothing that uses them need ask. */
#include "base/param.h"

#include <math.h>
#include <string.h>

#include "base/param_read.h"

static const char *name_fault(const struct param_spec *specs, size_t i)
{
    if (!param_is_name(specs[i].name))
        return "its name is not one";
    for (size_t k = 0; k < i; k++)
        if (strcmp(specs[k].name, specs[i].name) == 0)
            return "its name stands there twice";
    return NULL;
}

static const char *help_fault(const struct param_spec *spec)
{
    if (!spec->help || spec->help[0] == '\0')
        return "it has no help";
    if (strchr(spec->help, '\n'))
        return "its help is more than one line";
    if (spec->help[strlen(spec->help) - 1] == '.')
        return "its help ends in a full stop";
    return NULL;
}

static const char *range_fault(const struct param_spec *spec)
{
    bool number = spec->type == PARAM_INT || spec->type == PARAM_REAL;
    bool open_min = spec->flags & PARAM_OPEN_MIN, open_max = spec->flags & PARAM_OPEN_MAX;

    if (!number)
        return param_has_range(spec) || open_min || open_max || (spec->flags & PARAM_LOG)
                   ? "it has a range and is no number"
                   : NULL;
    if (!param_has_range(spec))
        return open_min || open_max || (spec->flags & PARAM_LOG)
                   ? "it has an open end or a logarithm and no range"
                   : NULL;
    if (isnan(spec->min) || isnan(spec->max) || spec->min > spec->max)
        return "its range is upside down";
    if (spec->min == spec->max && (open_min || open_max))
        return "its range is empty";
    if ((spec->flags & PARAM_LOG) && spec->min < 0)
        return "its logarithm is wanted and it may be negative";
    return NULL;
}

static const char *choice_fault(const struct param_spec *spec)
{
    if (spec->type == PARAM_REAL && !spec->choices)
        return NULL;
    if (spec->type != PARAM_CHOICE && spec->type != PARAM_REAL)
        return spec->choices ? "it has choices and is no choice" : NULL;
    if (!spec->choices || !spec->choices[0])
        return "it has no choices";
    for (size_t k = 0; spec->choices[k]; k++) {
        if (spec->choices[k][0] == '\0')
            return "one of its choices is empty";
        for (size_t m = 0; m < k; m++)
            if (strcmp(spec->choices[m], spec->choices[k]) == 0)
                return "one of its choices stands there twice";
    }
    return NULL;
}

static const char *flag_fault(const struct param_spec *specs, size_t i)
{
    const struct param_spec *spec = &specs[i];

    if ((spec->flags & PARAM_REQUIRED) && spec->fallback)
        return "it is required and has a default";
    if ((spec->flags & (PARAM_INPUT | PARAM_OUTPUT)) && spec->type != PARAM_PATH &&
        spec->type != PARAM_PATHS)
        return "it is read or written and is no path";
    if (spec->type != PARAM_EXPR && spec->type != PARAM_REST)
        return NULL;
    for (size_t k = i + 1; specs[k].name; k++)
        if (specs[k].flags & PARAM_WORD)
            return "it takes the rest of the line and a word follows";
    return NULL;
}

static int check_fallback(const struct param_spec *spec, struct err *err)
{
    struct param_value v = { 0 };
    struct arena scratch;

    if (!spec->fallback)
        return 0;
    arena_init(&scratch);
    int rc = param_read(&v, spec, spec->fallback, &scratch, err);
    arena_release(&scratch);
    return rc ? err_prefix(err, "parameter %s: its default: ", spec->name) : 0;
}

int param_check_specs(const struct param_spec *specs, struct err *err)
{
    for (size_t i = 0; i < param_count(specs); i++) {
        const char *fault = name_fault(specs, i);
        if (!fault)
            fault = help_fault(&specs[i]);
        if (!fault)
            fault = range_fault(&specs[i]);
        if (!fault)
            fault = choice_fault(&specs[i]);
        if (!fault)
            fault = flag_fault(specs, i);
        if (fault)
            return err_set(err, ERR_USAGE, "parameter %s: %s", specs[i].name, fault);
        if (check_fallback(&specs[i], err))
            return -1;
    }
    return 0;
}
