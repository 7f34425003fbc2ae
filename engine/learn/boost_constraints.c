/* boost_constraints.c - monotone features and groups that may act together, by their names. */
#include <string.h>

#include "base/text.h"
#include "learn/boost_parts.h"

enum { GROUPS_MOST = 63 };

/* The feature called so; a comma, bracket or colon of a name stands behind a backslash. */
static int find_feature(size_t *out, const struct boosting *b, const char *name, size_t len,
                        const char *param, struct err *err)
{
    char *plain = ARENA_NEW(b->arena, char, len + 1);
    size_t p = b->in->x->p, n = 0;

    for (size_t i = 0; i < len; i++)
        if (name[i] != '\\' || i + 1 == len)
            plain[n++] = name[i];
        else
            plain[n++] = name[++i];
    for (*out = 0; *out < p; ++*out)
        if (strcmp(b->in->names[*out], plain) == 0)
            return 0;
    const char **names = ARENA_NEW(b->arena, const char *, p + 1);
    memcpy(names, b->in->names, p * sizeof(*names));
    const char *near = text_nearest(plain, names);
    return err_set(err, ERR_USAGE, "%s: no feature is called '%.60s'%s%s%s", param, plain,
                   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/* Up to one of the characters in `ends` that no backslash stands before, or the end. */
static size_t word_length(const char *at, const char *ends)
{
    size_t n = 0;

    while (at[n] && !strchr(ends, at[n]))
        n += at[n] == '\\' && at[n + 1] ? 2 : 1;
    return n;
}

/* ---------------------------------------------------------------- monotone */

static int bad_monotone(const char *at, struct err *err)
{
    return err_set(err, ERR_USAGE,
                   "monotone_constraints: '%.40s' is not of the form feature:1 or feature:-1; "
                   "commas stand between several",
                   at);
}

static int read_monotone(signed char *out, const struct boosting *b, const char *at,
                         struct err *err)
{
    while (*at) {
        size_t n = word_length(at, ":,"), j;
        const char *name = at;
        if (!n || at[n] != ':')
            return bad_monotone(name, err);
        at += n + 1;
        size_t sign = word_length(at, ",");
        bool up = sign == 1 && *at == '1', down = sign == 2 && strncmp(at, "-1", 2) == 0;
        if (!up && !down && !(sign == 1 && *at == '0'))
            return bad_monotone(name, err);
        if (find_feature(&j, b, name, n, "monotone_constraints", err))
            return -1;
        if (up + down && b->in->n_levels && b->in->n_levels[j])
            return err_set(err, ERR_USAGE,
                           "monotone_constraints: %s is a category, whose levels have no order; "
                           "leave it out, or cast it to a number",
                           b->in->names[j]);
        out[j] = (signed char)(up - down);
        at += sign;
        if (*at == ',' && !*++at)
            return bad_monotone(",", err);
    }
    return 0;
}

static int constrain_monotone(struct boosting *b, const char *text, struct err *err)
{
    signed char *monotone = ARENA_NEW(b->arena, signed char, b->in->x->p);

    if (b->in->task == TASK_MULTICLASS)
        return err_set(err, ERR_USAGE,
                       "monotone_constraints are for numbers and two classes; %zu classes have no "
                       "one value that could rise",
                       b->in->n_classes);
    if (b->loss->leaf_quantile)
        return err_set(err, ERR_USAGE,
                       "monotone_constraints do not go with loss=%s, whose leaves are set without "
                       "looking at each other; take loss=huber",
                       b->loss->name);
    b->rules.split.monotone = monotone;
    return read_monotone(monotone, b, text, err);
}

/* ---------------------------------------------------------------- groups */

static int bad_group(const char *at, struct err *err)
{
    return err_set(err, ERR_USAGE,
                   "interaction_constraints: '%.40s' is not of the form [a,b],[c,d]", at);
}

/* One group: at stands on its bracket; moved behind the closing one. */
static int read_group(uint64_t *groups, const struct boosting *b, const char **at, unsigned number,
                      struct err *err)
{
    const char *from = *at;

    if (**at != '[')
        return bad_group(from, err);
    do {
        size_t j, n = word_length(++*at, ",]");
        if (!n || !(*at)[n])
            return bad_group(from, err);
        if (find_feature(&j, b, *at, n, "interaction_constraints", err))
            return -1;
        groups[j] |= (uint64_t)1 << number;
        *at += n;
    } while (**at == ',');
    ++*at;
    return 0;
}

/* Features of no group are one more, as in scikit-learn. */
static int constrain_groups(struct boosting *b, const char *at, struct err *err)
{
    uint64_t *groups = ARENA_NEW(b->arena, uint64_t, b->in->x->p);
    unsigned number = 0;

    for (bool more = true; more; more = *at == ',' && *++at) {
        if (number == GROUPS_MOST)
            return err_set(err, ERR_USAGE, "interaction_constraints: %d groups at most",
                           GROUPS_MOST);
        if (read_group(groups, b, &at, number++, err))
            return -1;
    }
    if (*at || at[-1] == ',')
        return bad_group(*at ? at : ",", err);
    for (size_t j = 0; j < b->in->x->p; j++)
        if (!groups[j])
            groups[j] = (uint64_t)1 << number;
    b->rules.groups = groups;
    return 0;
}

int boost_constrain(struct boosting *b, struct err *err)
{
    const char *monotone = params_text(b->in->params, "monotone_constraints");
    const char *groups = params_text(b->in->params, "interaction_constraints");

    if (monotone && *monotone && constrain_monotone(b, monotone, err))
        return -1;
    return groups && *groups ? constrain_groups(b, groups, err) : 0;
}
