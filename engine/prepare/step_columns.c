#include "prepare/step_columns.h"

#include <string.h>

struct acceptance {
    const struct step_input *in;
    const struct column_rule *rule;
};

static bool rule_means(const struct column_rule *rule, const struct column *c)
{
    if (rule->applies && !rule->applies(rule->ctx, c))
        return false;
    return !rule->meant || rule->meant(rule->ctx, c);
}

static bool accept_column(const void *ctx, const struct table *t, size_t col)
{
    const struct acceptance *a = ctx;

    if (!a->rule->with_roles && roles_of(a->in->roles, table_name(t, col)) != ROLE_FEATURE)
        return false;
    return rule_means(a->rule, table_at(t, col));
}

bool step_named(const struct step_input *in, const char *param, const char *column)
{
    const struct param_value *v = params_value(in->params, param);

    for (size_t k = 0; k < v->n_list; k++)
        if (strcmp(v->list[k], column) == 0)
            return true;
    return false;
}

static int check_named(const struct step_input *in, const struct column_rule *rule, size_t col,
                       struct err *err)
{
    const char *name = table_name(in->table, col);
    const struct column *c = table_at(in->table, col);

    if (rule->learns && roles_of(in->roles, name) == ROLE_TARGET)
        return err_set(err, ERR_USAGE,
                       "%s is the target, and a step that learns must not alter what is to be "
                       "predicted; name other columns",
                       name);
    if (rule->applies && !rule->applies(rule->ctx, c))
        return err_set(err, ERR_SHAPE, "%s is %s; this step takes %s", name,
                       step_type_words(c->type), rule->wanted);
    return 0;
}

static bool word_is_open(const char *word)
{
    return strcmp(word, "all") == 0 || strpbrk(word, "*?[");
}

/* New rows may lack columns: the target, say, or what only it was made from. */
static size_t present_words(const char **out, const struct step_input *in,
                            const struct param_value *v)
{
    size_t n = 0;

    for (size_t k = 0; k < v->n_list; k++)
        if (table_find(in->table, v->list[k]) >= 0 || word_is_open(v->list[k]))
            out[n++] = v->list[k];
    return n;
}

int step_columns(size_t **out, size_t *n_out, const struct step_input *in, const char *param,
                 const struct column_rule *rule, struct arena *arena, struct err *err)
{
    const struct param_value *v = params_value(in->params, param);
    struct acceptance a = { in, rule };
    const char *const *words = v->list;
    size_t n_words = v->n_list;

    if (in->new_rows) {
        const char **present = ARENA_NEW(arena, const char *, v->n_list);
        n_words = present_words(present, in, v);
        words = present;
    }
    *out = NULL;
    *n_out = 0;
    if (n_words == 0)
        return 0;
    if (table_match(out, n_out, in->table, words, n_words, accept_column, &a, arena,
                    in->new_rows ? NULL : err)) {
        *n_out = 0;
        return in->new_rows ? 0 : -1;
    }
    for (size_t k = 0; k < *n_out; k++)
        if (step_named(in, param, table_name(in->table, (*out)[k])) &&
            check_named(in, rule, (*out)[k], err))
            return -1;
    return 0;
}

int step_column(size_t *out, const struct step_input *in, const char *param, struct err *err)
{
    const char *name = params_text(in->params, param);
    int col = table_find(in->table, name);

    if (col < 0 && in->new_rows)
        return 1;
    if (col < 0) {
        table_column(in->table, name, err);
        return -1;
    }
    *out = (size_t)col;
    return 0;
}

int step_learned_column(size_t *out, const struct step_input *in, const char *name, struct err *err)
{
    int col = table_find(in->table, name);

    if (col < 0 && in->new_rows)
        return 1;
    if (col < 0)
        return err_set(err, ERR_SHAPE, "column %s, about which this step learned, is not there",
                       name);
    *out = (size_t)col;
    return 0;
}

const char *step_type_words(enum column_type type)
{
    static const char *const words[COLUMN_N_TYPES] = {
        [COLUMN_BOOL] = "a bool",           [COLUMN_INT] = "an int",  [COLUMN_REAL] = "a real",
        [COLUMN_CATEGORY] = "a category",   [COLUMN_TEXT] = "a text", [COLUMN_DATE] = "a date",
        [COLUMN_TIMESTAMP] = "a timestamp",
    };

    return words[type];
}

bool applies_to_numbers(const void *ctx, const struct column *c)
{
    (void)ctx;
    return c->type == COLUMN_INT || c->type == COLUMN_REAL;
}

bool applies_to_text(const void *ctx, const struct column *c)
{
    (void)ctx;
    return column_is_text(c);
}
