/* target.c - what is to be predicted: the task, the classes, and the values of rows. */
#include "learn/design.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "num/stats.h"
#include "table/cell.h"

/* More than this is an identifier or a measurement, not a class. */
enum { CLASSES_MAX = 1000, INT_CLASSES = 2 };

static size_t row_at(const uint32_t *rows, size_t i)
{
    return rows ? rows[i] : i;
}

/* ---- distinct values; each gives at most CLASSES_MAX + 1 of them ---- */

static size_t distinct_levels(const char **out, const struct column *c, const uint32_t *rows,
                              size_t n, struct arena *arena)
{
    size_t n_levels = c->levels->n_rows, found = 0;
    unsigned char *seen = MEM_NEW(unsigned char, n_levels);

    for (size_t i = 0; i < n; i++)
        seen[column_codes(c)[row_at(rows, i)]] = 1;
    for (size_t k = 0; k < n_levels && found <= CLASSES_MAX; k++)
        if (seen[k]) {
            struct span s = column_text(c->levels, k);
            out[found++] = arena_strndup(arena, s.at, s.len);
        }
    mem_free(seen);
    return found;
}

/* Keep `list` sorted and unique; it is short. */
static size_t insert_text(struct span *list, size_t n, struct span s)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = span_compare(list[mid], s);
        if (order == 0)
            return n;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    memmove(list + low + 1, list + low, (n - low) * sizeof(*list));
    list[low] = s;
    return n + 1;
}

static size_t distinct_texts(const char **out, const struct column *c, const uint32_t *rows,
                             size_t n, struct arena *arena)
{
    struct span *list = MEM_NEW(struct span, CLASSES_MAX + 2);
    size_t found = 0;

    for (size_t i = 0; i < n && found <= CLASSES_MAX; i++)
        found = insert_text(list, found, column_text(c, row_at(rows, i)));
    for (size_t k = 0; k < found; k++)
        out[k] = arena_strndup(arena, list[k].at, list[k].len);
    mem_free(list);
    return found;
}

static size_t insert_number(double *list, size_t n, double v)
{
    size_t k = n;

    for (size_t i = 0; i < n; i++)
        if (list[i] == v)
            return n;
    for (; k > 0 && list[k - 1] > v; k--)
        list[k] = list[k - 1];
    list[k] = v;
    return n + 1;
}

static size_t distinct_numbers(double *list, size_t most, const struct column *c,
                               const uint32_t *rows, size_t n)
{
    size_t found = 0;

    for (size_t i = 0; i < n && found <= most; i++)
        found = insert_number(list, found, column_number(c, row_at(rows, i)));
    return found;
}

static const char *number_text(const struct column *c, double v, struct arena *arena)
{
    char buf[TEXT_REAL_SIZE];

    if (c->type == COLUMN_BOOL)
        return v != 0 ? "true" : "false";
    return arena_strdup(arena, text_real(buf, v, c->type == COLUMN_REAL));
}

/* ---- detecting ---- */

static int refuse_missing(const struct table *t, const struct column *c, const char *name,
                          const uint32_t *rows, size_t n, struct err *err)
{
    size_t n_missing = 0, first = 0;

    if (c->n_missing == 0)
        return 0;
    for (size_t i = n; i-- > 0;)
        if (column_missing(c, row_at(rows, i))) {
            n_missing++;
            first = row_at(rows, i);
        }
    if (n_missing == 0)
        return 0;
    return err_set(err, ERR_DOMAIN,
                   "the target %s is missing in %zu rows, first row %zu; "
                   "drop missing %s",
                   name, n_missing, table_row_number(t, first), name);
}

static int refuse_not_finite(const struct table *t, const struct column *c, const char *name,
                             const uint32_t *rows, size_t n, struct err *err)
{
    for (size_t i = 0; i < n && c->type == COLUMN_REAL; i++)
        if (!isfinite(column_reals(c)[row_at(rows, i)]))
            return err_set(err, ERR_DOMAIN,
                           "the target %s is no finite number in row %zu; "
                           "filter such rows out",
                           name, table_row_number(t, row_at(rows, i)));
    return 0;
}

static int choose_positive(struct target *out, const char *positive, struct err *err)
{
    out->positive = out->n_classes == 2 ? 1 : 0;
    if (!positive)
        return 0;
    if (out->n_classes != 2)
        return err_set(err, ERR_USAGE, "a positive class needs a target of two classes; %s has %zu",
                       out->name, out->n_classes);
    for (size_t k = 0; k < 2; k++)
        if (strcmp(out->classes[k], positive) == 0) {
            out->positive = k;
            return 0;
        }
    return err_set(err, ERR_USAGE, "'%s' is no class of %s; its classes are %s and %s", positive,
                   out->name, out->classes[0], out->classes[1]);
}

static int check_classes(const struct target *out, struct err *err)
{
    if (out->n_classes == 1)
        return err_set(err, ERR_DOMAIN,
                       "the target %s has one class only, %s, in the rows to learn "
                       "from; there is nothing to tell apart",
                       out->name, out->classes[0]);
    if (out->n_classes > CLASSES_MAX)
        return err_set(err, ERR_DOMAIN,
                       "the target %s has more than %d different values, too many "
                       "for classes; choose another target",
                       out->name, CLASSES_MAX);
    return 0;
}

/* The classes of numbers, or 0 when they are to be predicted as numbers. */
static size_t number_classes(const char **classes, const struct column *c, const uint32_t *rows,
                             size_t n, enum target_as as, struct arena *arena)
{
    double *list = MEM_NEW(double, CLASSES_MAX + 2);
    size_t most = as == AS_CLASSES || c->type == COLUMN_BOOL ? CLASSES_MAX : INT_CLASSES;
    size_t found = 0;

    if (as == AS_CLASSES || (as == AS_FITS && c->type != COLUMN_REAL))
        found = distinct_numbers(list, most, c, rows, n);
    if (as == AS_FITS && found > INT_CLASSES)
        found = 0;
    for (size_t k = 0; k < found; k++)
        classes[k] = number_text(c, list[k], arena);
    mem_free(list);
    return found;
}

int target_detect(struct target *out, const struct table *t, const char *name, const uint32_t *rows,
                  size_t n, enum target_as as, const char *positive, struct arena *arena,
                  struct err *err)
{
    const struct column *c = table_column(t, name, err);

    if (!c)
        return -1;
    if (!rows && n == 0)
        n = t->n_rows;
    if (n == 0)
        return err_set(err, ERR_DOMAIN, "there are no rows to learn %s from", name);
    if (!column_is_number(c) && !column_is_text(c))
        return err_set(err, ERR_SHAPE, "the target %s is a %s; derive a number or classes from it",
                       name, column_type_name(c->type));
    if (as == AS_NUMBERS && !column_is_number(c))
        return err_set(err, ERR_USAGE,
                       "%s is %s, and regression predicts numbers; cast it, or leave "
                       "task=regression out",
                       name, column_type_name(c->type));
    if (refuse_missing(t, c, name, rows, n, err) || refuse_not_finite(t, c, name, rows, n, err))
        return -1;

    struct target target = { .name = arena_strdup(arena, name), .type = c->type };
    const char **classes = ARENA_NEW(arena, const char *, CLASSES_MAX + 2);
    target.n_classes = c->type == COLUMN_CATEGORY ? distinct_levels(classes, c, rows, n, arena)
                       : c->type == COLUMN_TEXT   ? distinct_texts(classes, c, rows, n, arena)
                                                  : number_classes(classes, c, rows, n, as, arena);
    target.classes = target.n_classes ? classes : NULL;
    target.task = target.n_classes == 0   ? TASK_REGRESS
                  : target.n_classes == 2 ? TASK_BINARY
                                          : TASK_MULTICLASS;
    if (check_classes(&target, err) || choose_positive(&target, positive, err))
        return -1;
    *out = target;
    return 0;
}

struct target target_of_task(unsigned task)
{
    return (struct target){ .name = task_name(task),
                            .type = task == TASK_CLUSTER ? COLUMN_INT : COLUMN_BOOL,
                            .task = task };
}

/* ---- values ---- */

/* The class of a text by binary search is not possible for numbers, which are in another order;
 * classes are few, so their numbers are made once and looked through. */
struct class_finder {
    const struct target *target;
    double *number; /* (n_classes), NULL when classes are text */
};

static bool finder_init(struct class_finder *f, const struct target *target)
{
    *f = (struct class_finder){ .target = target, .number = MEM_NEW(double, target->n_classes) };
    for (size_t k = 0; k < target->n_classes; k++) {
        const char *s = target->classes[k];
        if (target->type == COLUMN_BOOL)
            f->number[k] = strcmp(s, "true") == 0;
        else if (!text_parse_real(&f->number[k], s, strlen(s)))
            return false;
    }
    return true;
}

static double find_number(const struct class_finder *f, double v)
{
    for (size_t k = 0; k < f->target->n_classes; k++)
        if (f->number[k] == v)
            return (double)k;
    return NAN;
}

static double find_text(const struct target *target, struct span s)
{
    size_t low = 0, high = target->n_classes;

    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = span_compare(span_of(target->classes[mid]), s);
        if (order == 0)
            return (double)mid;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NAN;
}

/* y by level for a category, so that texts are looked up once each. */
static double *level_values(const struct target *target, const struct column *c)
{
    double *value = MEM_NEW(double, c->levels->n_rows);

    for (size_t k = 0; k < c->levels->n_rows; k++)
        value[k] = find_text(target, column_text(c->levels, k));
    return value;
}

static void class_values(double *y, const struct target *target, const struct column *c,
                         const uint32_t *rows, size_t n)
{
    struct class_finder finder = { 0 };
    double *by_level = c->type == COLUMN_CATEGORY ? level_values(target, c) : NULL;
    bool numbers = column_is_number(c) && finder_init(&finder, target);

    for (size_t i = 0; i < n; i++) {
        size_t row = row_at(rows, i);
        if (column_missing(c, row))
            y[i] = NAN;
        else if (by_level)
            y[i] = by_level[column_codes(c)[row]];
        else if (c->type == COLUMN_TEXT)
            y[i] = find_text(target, column_text(c, row));
        else
            y[i] = numbers ? find_number(&finder, column_number(c, row)) : NAN;
    }
    mem_free(by_level);
    mem_free(finder.number);
}

static int refuse_unknown(const struct target *target, const struct table *t,
                          const struct column *c, size_t row, struct err *err)
{
    struct str text;

    if (column_missing(c, row))
        return err_set(err, ERR_DOMAIN, "the target %s is missing in row %zu; drop missing %s",
                       target->name, table_row_number(t, row), target->name);
    str_init(&text);
    cell_text(&text, c, row);
    err_set(err, ERR_DOMAIN, "'%.60s', the target %s of row %zu, is no %s", text.buf, target->name,
            table_row_number(t, row),
            target->n_classes ? "class that the model knows" : "finite number");
    str_release(&text);
    return -1;
}

int target_values(double *y, const struct target *target, const struct table *t,
                  const uint32_t *rows, size_t n, bool unknown_is_nan, struct err *err)
{
    const struct column *c = table_column(t, target->name, err);

    if (!c)
        return -1;
    if (target->n_classes) {
        class_values(y, target, c, rows, n);
    } else {
        if (!column_is_number(c))
            return err_set(err, ERR_SHAPE, "the target %s is %s where the model learned numbers",
                           target->name, column_type_name(c->type));
        for (size_t i = 0; i < n; i++) {
            size_t row = row_at(rows, i);
            y[i] = column_missing(c, row) ? NAN : column_number(c, row);
        }
    }
    for (size_t i = 0; i < n && !unknown_is_nan; i++)
        if (!isfinite(y[i]))
            return refuse_unknown(target, t, c, row_at(rows, i), err);
    return 0;
}
