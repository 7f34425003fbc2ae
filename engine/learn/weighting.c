#include "learn/weighting.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "learn/row_split.h"

/* The column that has the role; NULL with *absent when no column has it. */
static const struct column *find_role(bool *absent, const char **name, const struct table *t,
                                      const struct roles *roles, enum role role, struct err *err)
{
    *name = roles_column(roles, role);
    *absent = !*name;
    if (*absent)
        return NULL;
    int at = table_find(t, *name);
    if (at >= 0)
        return table_at(t, (size_t)at);
    err_set(err, ERR_SHAPE,
            "column %s, whose role is %s, is not in the table; keep it, or role %s is=feature",
            *name, role_name(role), *name);
    return NULL;
}

static int refuse_weight(const struct table *t, const struct column *c, const char *name,
                         size_t row, struct err *err)
{
    char place[64] = "", text[TEXT_REAL_SIZE];
    size_t line = table_line(t, row);

    if (line)
        snprintf(place, sizeof(place), " (line %zu)", line);
    if (column_missing(c, row))
        return err_set(err, ERR_DOMAIN,
                       "the weight %s is missing in row %zu%s; impute %s, or drop "
                       "missing %s",
                       name, table_row_number(t, row), place, name, name);
    return err_set(err, ERR_DOMAIN,
                   "the weight %s is %s in row %zu%s; weights are finite numbers from 0", name,
                   text_real(text, column_number(c, row), false), table_row_number(t, row), place);
}

static int read_weights(double *w, const struct table *t, const struct column *c, const char *name,
                        const uint32_t *rows, size_t n, struct err *err)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        size_t row = rows ? rows[i] : i;
        w[i] = column_missing(c, row) ? NAN : column_number(c, row);
        if (!(w[i] >= 0) || !isfinite(w[i]))
            return refuse_weight(t, c, name, row, err);
        sum += w[i];
    }
    if (n && !(sum > 0))
        return err_set(err, ERR_DOMAIN, "the weight %s is 0 in all %zu rows; no row would count",
                       name, n);
    return 0;
}

int weighting_rows(double **out, const struct table *t, const struct roles *roles,
                   const uint32_t *rows, size_t n, struct err *err)
{
    const char *name;
    bool absent;
    void *w = NULL;
    const struct column *c = find_role(&absent, &name, t, roles, ROLE_WEIGHT, err);

    *out = NULL;
    if (!c)
        return absent ? 0 : -1;
    if (!column_is_number(c))
        return err_set(err, ERR_SHAPE, "the weight %s is %s; weights are numbers", name,
                       column_type_name(c->type));
    if (mem_big(&w, n, sizeof(double), "the weights of rows", err))
        return -1;
    if (read_weights(w, t, c, name, rows, n, err)) {
        mem_big_free(w);
        return -1;
    }
    *out = w;
    return 0;
}

int weighting_groups(int32_t **out, const struct table *t, const struct roles *roles,
                     const uint32_t *rows, size_t n, struct err *err)
{
    const char *name;
    bool absent;
    const struct column *c = find_role(&absent, &name, t, roles, ROLE_GROUP, err);

    *out = NULL;
    if (!c)
        return absent ? 0 : -1;
    return groups_of(out, c, name, rows, n, err);
}

/* ---- classes ---- */

static void balance(double *factor, const struct target *target, const double *y, size_t n)
{
    size_t *count = MEM_NEW(size_t, target->n_classes), present = 0;

    for (size_t i = 0; i < n; i++)
        count[(size_t)y[i]]++;
    for (size_t k = 0; k < target->n_classes; k++)
        present += count[k] > 0;
    for (size_t k = 0; k < target->n_classes; k++)
        factor[k] = count[k] ? (double)n / ((double)present * (double)count[k]) : 1;
    mem_free(count);
}

/* One "class:weight". */
static int read_class(double *factor, const struct target *target, const char *at, size_t len,
                      struct err *err)
{
    size_t colon = len, k = 0;
    double w;

    while (colon > 0 && at[colon - 1] != ':')
        colon--;
    if (!colon || !text_parse_real(&w, at + colon, len - colon) || !(w >= 0) || !isfinite(w))
        return err_set(err, ERR_USAGE,
                       "'%.*s' is no class with its weight; class_weight takes balanced, or "
                       "class:weight with a number from 0",
                       (int)len, at);
    while (k < target->n_classes && (strlen(target->classes[k]) != colon - 1 ||
                                     memcmp(target->classes[k], at, colon - 1) != 0))
        k++;
    if (k == target->n_classes)
        return err_set(err, ERR_USAGE, "'%.*s' in class_weight is no class of %s", (int)(colon - 1),
                       at, target->name);
    factor[k] = w;
    return 0;
}

int weighting_classes(double *factor, const char *text, const struct target *target,
                      const double *y, size_t n, struct err *err)
{
    if (!target->n_classes)
        return err_set(err, ERR_DOMAIN,
                       "class_weight is for classes, and there are none to predict");
    for (size_t k = 0; k < target->n_classes; k++)
        factor[k] = 1;
    if (strcmp(text, "balanced") == 0) {
        balance(factor, target, y, n);
        return 0;
    }
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, ",");
        if (read_class(factor, target, at, len, err))
            return -1;
        at += len + (at[len] == ',');
    }
    return 0;
}
