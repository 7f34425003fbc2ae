/* impute_learn.c - one value for a column: what scikit-learn's SimpleImputer learns. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "num/stats.h"
#include "prepare/step_columns.h"
#include "prepare/step_impute.h"
#include "prepare/step_values.h"
#include "profile/group.h"
#include "table/cell.h"

const char *impute_method_name(int method)
{
    static const char *const names[] = { "auto",     "mean", "median",   "mode",
                                         "constant", "knn",  "iterative" };

    return names[method];
}

/* The value as a cell of that type; an int column takes a real and becomes one. */
static bool read_constant(struct filling *f, const char *value, enum column_type type)
{
    struct cell_value v;

    f->type = type;
    if (!cell_value_read(&v, span_of(value), type)) {
        f->type = COLUMN_REAL;
        if (type != COLUMN_INT || !cell_value_read(&v, span_of(value), COLUMN_REAL))
            return false;
    }
    f->text = type == COLUMN_TEXT || type == COLUMN_CATEGORY ? value : NULL;
    f->real = v.real;
    f->integer = v.integer;
    return true;
}

bool impute_constant_fits(const char *value, enum column_type type)
{
    struct filling ignored = { 0 };

    return read_constant(&ignored, value, type);
}

static int learn_number(struct filling *f, int method, const struct step_input *in, size_t col,
                        struct err *err)
{
    bool was_int = table_at(in->table, col)->type == COLUMN_INT;
    double *v;
    size_t n;

    if (step_values(&v, &n, in, col, err))
        return -1;
    f->nothing = n == 0;
    if (n > 0)
        f->real = method == IMPUTE_MEAN ? stats_mean(v, n) : stats_quantile(v, n, 0.5);
    mem_big_free(v);
    if (!isfinite(f->real))
        return err_set(err, ERR_DOMAIN,
                       "%s has values too large to average, or infinite ones; clip it or replace "
                       "them first",
                       f->name);
    f->how = impute_method_name(method);
    /* The type must not depend on how the mean happens to fall, and 2^53 is where doubles stop
     * telling whole numbers apart. */
    bool stays = was_int && method == IMPUTE_MEDIAN && f->real == nearbyint(f->real) &&
                 fabs(f->real) < 0x1p53;
    f->type = stays || (was_int && f->nothing) ? COLUMN_INT : COLUMN_REAL;
    f->integer = stays ? (int64_t)f->real : 0;
    return 0;
}

static void take_mode(struct filling *f, const struct column *c, size_t row, struct arena *arena)
{
    if (column_is_text(c)) {
        struct span text = column_span(c, row);
        f->text = arena_strndup(arena, text.at, text.len);
    } else if (c->type == COLUMN_REAL) {
        f->real = column_reals(c)[row];
    } else if (c->type == COLUMN_INT || c->type == COLUMN_TIMESTAMP) {
        f->integer = column_ints(c)[row];
    } else {
        f->integer = (int64_t)column_number(c, row);
    }
}

static int learn_mode(struct filling *f, const struct step_input *in, size_t col,
                      struct arena *arena, struct err *err)
{
    const struct column *c = table_at(in->table, col);
    struct group *groups;
    size_t n;

    if (column_groups(&groups, &n, c, in->rows, in->n_rows, err))
        return -1;
    if (n > 0 && c->type == COLUMN_REAL && isnan(column_reals(c)[groups[n - 1].row]))
        n--; /* NaN stands last, and is nothing to fill with */
    const struct group *top = group_top(groups, n);
    f->nothing = !top;
    f->type = c->type;
    f->how = "mode";
    if (top)
        take_mode(f, c, top->row, arena);
    mem_big_free(groups);
    return 0;
}

int impute_learn(struct filling *f, int method, const struct step_input *in, size_t col,
                 struct arena *arena, struct err *err)
{
    bool number = applies_to_numbers(NULL, table_at(in->table, col));

    if (method == IMPUTE_CONSTANT) {
        const char *value = arena_strdup(arena, params_text(in->params, "value"));
        f->how = "constant";
        read_constant(f, value, table_at(in->table, col)->type);
        return 0;
    }
    if (method == IMPUTE_MODE || !number)
        return learn_mode(f, in, col, arena, err);
    return learn_number(f, method == IMPUTE_AUTO ? IMPUTE_MEDIAN : method, in, col, err);
}

/* ---------------------------------------------------------------- telling, saving */

void impute_describe_value(struct str *out, const struct filling *f)
{
    struct column *cell = NULL;
    char buf[TEXT_REAL_SIZE];

    if (f->text) {
        str_add_escaped(out, f->text, strlen(f->text));
    } else if (f->type == COLUMN_REAL) {
        str_add(out, text_real_short(buf, f->real, 6));
    } else if (f->type == COLUMN_INT) {
        str_addf(out, "%" PRId64, f->integer);
    } else if (column_new(&cell, f->type, 1, NULL, NULL) == 0) {
        struct column *filled;
        if (column_set_missing(cell, 0, NULL) == 0) {
            column_seal(cell);
            if (impute_fill(&filled, &(struct filler){ .f = f }, cell, NULL) == 0) {
                cell_text(out, filled, 0);
                column_unref(filled);
            }
        }
        column_unref(cell);
    }
}

void impute_save_filling(struct str *out, const struct filling *f)
{
    pack_text(out, f->name);
    pack_u64(out, f->type);
    pack_text(out, f->how);
    pack_u64(out, f->nothing);
    pack_u64(out, f->indicator);
    pack_text(out, f->text);
    pack_real(out, f->real);
    pack_i64(out, f->integer);
}

void impute_load_filling(struct filling *f, struct unpack *u)
{
    f->name = unpack_name(u);
    f->type = (enum column_type)unpack_count(u, COLUMN_N_TYPES - 1);
    f->how = unpack_name(u);
    f->nothing = unpack_count(u, 1) == 1;
    f->indicator = unpack_count(u, 1) == 1;
    f->text = unpack_text(u);
    f->real = unpack_real(u);
    f->integer = unpack_i64(u);
    bool words = f->type == COLUMN_TEXT || f->type == COLUMN_CATEGORY;
    if (words && !f->text && !f->nothing)
        unpack_fail(u, "the text to fill with");
    if (f->type == COLUMN_DATE && f->integer != (int32_t)f->integer)
        unpack_fail(u, "a date");
}
