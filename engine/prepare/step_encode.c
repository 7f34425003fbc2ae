#include "prepare/step_encode.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "prepare/step_columns.h"
#include "prepare/step_values.h"
#include "profile/group.h"
#include "table/cell.h"

enum { DROP_NONE, DROP_FIRST };

static const char *const encode_methods[] = { "onehot", NULL };
static const char *const encode_drops[] = { "none", "first", NULL };
static const char *const encode_unknowns[] = { "zero", "bucket", "error", NULL };

static const struct param_spec encode_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "columns of words" },
    { .name = "method",
      .type = PARAM_CHOICE,
      .choices = encode_methods,
      .fallback = "onehot",
      .help = "onehot: a 0/1 column for each level" },
    { .name = "drop",
      .type = PARAM_CHOICE,
      .choices = encode_drops,
      .fallback = "none",
      .help = "first: no column for the first level, which the others are then compared with" },
    { .name = "unknown",
      .type = PARAM_CHOICE,
      .choices = encode_unknowns,
      .fallback = "zero",
      .help = "a level not seen in training: all zeros, the column NAME=(other), or an error" },
    { .name = "min_frequency",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e9,
      .fallback = "1",
      .help = "levels in fewer training rows go to NAME=(other)" },
    { .name = "max_levels",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e6,
      .fallback = "100",
      .help = "`all` leaves out columns with more levels than this" },
    { .name = NULL },
};

/* ---------------------------------------------------------------- learning */

struct level {
    const char *text;
    int64_t number; /* of an int column, which is ordered by it */
    size_t count;
    size_t place; /* in byte order */
};

/* The levels of the training rows in the order their columns will have. */
struct levels {
    struct level *items;
    size_t n;
    bool numbers;
};

static int by_number(const void *a, const void *b)
{
    const struct level *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

static int by_text(const void *a, const void *b)
{
    const struct level *x = a, *y = b;

    return span_compare(span_of(x->text), span_of(y->text));
}

static int collect_levels(struct levels *out, const struct step_input *in,
                          const struct column *words, struct arena *arena, struct err *err)
{
    struct group *groups;

    if (column_groups(&groups, &out->n, words, in->rows, in->n_rows, err))
        return -1;
    out->items = ARENA_NEW(arena, struct level, out->n);
    for (size_t k = 0; k < out->n; k++) {
        struct level *level = &out->items[k];
        struct span text = column_span(words, groups[k].row);
        level->text = arena_strndup(arena, text.at, text.len);
        level->count = groups[k].count;
        if (out->numbers)
            text_parse_int(&level->number, text.at, text.len);
    }
    mem_big_free(groups);
    /* Groups of words come in byte order; 10 should not stand before 2. */
    qsort(out->items, out->n, sizeof(*out->items), by_text);
    for (size_t k = 0; k < out->n; k++)
        out->items[k].place = k;
    if (out->numbers)
        qsort(out->items, out->n, sizeof(*out->items), by_number);
    return 0;
}

/* The names (other) and (missing) may be levels of the data, too. */
static int check_names(const struct encoding *e, struct err *err)
{
    const char *made[] = { e->other >= 0 ? e->columns[e->other] : NULL,
                           e->missing >= 0 ? e->columns[e->missing] : NULL };

    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; made[i] && k < e->n_columns; k++)
            if (e->columns[k] != made[i] && strcmp(e->columns[k], made[i]) == 0)
                return err_set(err, ERR_SHAPE,
                               "encode would make two columns '%s'; replace that level "
                               "first",
                               made[i]);
    return 0;
}

static int32_t add_column(struct encoding *e, const char *level, struct arena *arena)
{
    e->columns[e->n_columns] = arena_printf(arena, "%s=%s", e->name, level);
    return (int32_t)e->n_columns++;
}

/* Columns in order: one for each level that is not rare, (other), (missing). */
static void give_columns(struct encoding *e, const struct levels *levels,
                         const struct params *params, struct arena *arena)
{
    size_t least = (size_t)params_int(params, "min_frequency");
    bool drop_next = params_choice(params, "drop") == DROP_FIRST;

    e->n_levels = levels->n;
    e->levels = ARENA_NEW(arena, const char *, levels->n);
    e->slot = ARENA_NEW(arena, int32_t, levels->n);
    e->columns = ARENA_NEW(arena, const char *, levels->n + 2);
    for (size_t k = 0; k < levels->n; k++) {
        const struct level *level = &levels->items[k];
        bool rare = level->count < least;
        e->levels[level->place] = level->text;
        e->slot[level->place] = ENCODE_NONE;
        e->n_rare += rare;
        if (!rare && !drop_next)
            e->slot[level->place] = add_column(e, level->text, arena);
        drop_next = drop_next && rare;
    }
    e->other = e->missing = ENCODE_NONE;
    if (e->n_rare > 0 || params_choice(params, "unknown") == UNKNOWN_BUCKET)
        e->other = add_column(e, "(other)", arena);
    if (e->saw_missing)
        e->missing = add_column(e, "(missing)", arena);
    for (size_t k = 0; k < levels->n; k++)
        if (levels->items[k].count < least)
            e->slot[levels->items[k].place] = e->other;
}

static bool saw_missing(const struct step_input *in, const struct column *c)
{
    for (size_t i = 0; c->n_missing > 0 && i < step_n_rows(in); i++)
        if (column_missing(c, step_row(in, i)))
            return true;
    return false;
}

/* 1: too many levels for a column that nobody named. */
static int learn_words(struct encoding *e, const struct step_input *in, size_t col,
                       const struct column *words, struct arena *arena, struct err *err)
{
    struct levels levels = { .numbers = table_at(in->table, col)->type == COLUMN_INT };

    e->name = arena_strdup(arena, table_name(in->table, col));
    if (collect_levels(&levels, in, words, arena, err))
        return -1;
    if (levels.n > (size_t)params_int(in->params, "max_levels") &&
        !step_named(in, "columns", e->name))
        return 1;
    if (mem_expect(levels.n * in->table->n_rows * sizeof(int64_t), "the columns of all levels",
                   err))
        return -1;
    e->saw_missing = saw_missing(in, words);
    give_columns(e, &levels, in->params, arena);
    return check_names(e, err);
}

static int learn_column(struct encoding *e, const struct step_input *in, size_t col,
                        struct arena *arena, struct err *err)
{
    const struct column *c = table_at(in->table, col);
    struct column *words;
    size_t n_lost;

    if (column_is_text(c))
        return learn_words(e, in, col, c, arena, err);
    if (column_cast(&words, c, COLUMN_CATEGORY, &n_lost, NULL, 0, err))
        return -1;
    int rc = learn_words(e, in, col, words, arena, err);
    column_unref(words);
    return rc;
}

static bool encode_applies(const void *ctx, const struct column *c)
{
    (void)ctx;
    return c->type != COLUMN_REAL && c->type != COLUMN_TIMESTAMP;
}

static int encode_fit(void **state, struct arena *arena, const struct step_input *in,
                      struct job *job, struct err *err)
{
    const struct column_rule rule = {
        .applies = encode_applies,
        .meant = applies_to_text,
        .wanted = "words or whole numbers (category, text, bool, int, date)",
        .learns = true,
    };
    struct encode *s = ARENA_NEW(arena, struct encode, 1);
    size_t *cols, n;

    s->unknown = params_choice(in->params, "unknown");
    if (step_columns(&cols, &n, in, "columns", &rule, arena, err))
        return -1;
    s->columns = ARENA_NEW(arena, struct encoding, n);
    for (size_t k = 0; k < n; k++) {
        int rc = learn_column(&s->columns[s->n], in, cols[k], arena, err);
        if (rc < 0 || job_tick(job, k + 1, n, err))
            return -1;
        if (rc == 0)
            s->n++;
        else
            s->columns[s->n] = (struct encoding){ 0 };
    }
    *state = s;
    return 0;
}

/* ---------------------------------------------------------------- telling, saving */

static void encode_describe(struct str *out, const void *state)
{
    const struct encode *s = state;

    for (size_t k = 0; k < s->n; k++) {
        const struct encoding *e = &s->columns[k];
        str_addf(out, "%s: %zu levels, %zu columns", e->name, e->n_levels, e->n_columns);
        if (e->n_rare > 0)
            str_addf(out, ", %zu rare in (other)", e->n_rare);
        str_add(out, e->saw_missing ? ", (missing) apart\n" : "\n");
    }
}

static void encode_save(struct str *out, const void *state)
{
    const struct encode *s = state;

    pack_u64(out, (uint64_t)s->unknown);
    pack_u64(out, s->n);
    for (size_t k = 0; k < s->n; k++) {
        const struct encoding *e = &s->columns[k];
        pack_text(out, e->name);
        pack_u64(out, e->n_columns);
        for (size_t i = 0; i < e->n_columns; i++)
            pack_text(out, e->columns[i]);
        pack_u64(out, e->n_levels);
        for (size_t i = 0; i < e->n_levels; i++) {
            pack_text(out, e->levels[i]);
            pack_i64(out, e->slot[i]);
        }
        pack_i64(out, e->other);
        pack_i64(out, e->missing);
        pack_u64(out, e->saw_missing);
        pack_u64(out, e->n_rare);
    }
}

static int32_t load_slot(struct unpack *u, size_t n_columns)
{
    int64_t slot = unpack_i64(u);

    if (slot < ENCODE_NONE || slot >= (int64_t)n_columns) {
        unpack_fail(u, "one of the encoded columns");
        return ENCODE_NONE;
    }
    return (int32_t)slot;
}

static void load_encoding(struct encoding *e, struct arena *arena, struct unpack *u)
{
    e->name = unpack_name(u);
    e->n_columns = unpack_count(u, u->left / 9);
    e->columns = ARENA_NEW(arena, const char *, e->n_columns);
    for (size_t i = 0; i < e->n_columns && !u->failed; i++)
        e->columns[i] = unpack_name(u);
    e->n_levels = unpack_count(u, u->left / 16);
    e->levels = ARENA_NEW(arena, const char *, e->n_levels);
    e->slot = ARENA_NEW(arena, int32_t, e->n_levels);
    for (size_t i = 0; i < e->n_levels && !u->failed; i++) {
        e->levels[i] = unpack_name(u);
        e->slot[i] = load_slot(u, e->n_columns);
        if (i > 0 && strcmp(e->levels[i - 1], e->levels[i]) >= 0)
            unpack_fail(u, "levels in order");
    }
    e->other = load_slot(u, e->n_columns);
    e->missing = load_slot(u, e->n_columns);
    e->saw_missing = unpack_count(u, 1) == 1;
    e->n_rare = unpack_count(u, e->n_levels);
}

static int encode_load(void **state, struct arena *arena, struct unpack *u, struct err *err)
{
    struct encode *s = ARENA_NEW(arena, struct encode, 1);

    (void)err;
    s->unknown = (int)unpack_count(u, UNKNOWN_ERROR);
    s->n = unpack_count(u, u->left / 16);
    s->columns = ARENA_NEW(arena, struct encoding, s->n);
    for (size_t k = 0; k < s->n && !u->failed; k++)
        load_encoding(&s->columns[k], arena, u);
    *state = s;
    return 0;
}

const struct step_kind step_encode = {
    .name = "encode",
    .help = "turn words into 0/1 columns",
    .details =
        "Each level seen in the training rows gets a column NAME=LEVEL of 0 and 1, in the place of "
        "the encoded column; levels of text stand in byte order, those of an int column by size. "
        "drop=first leaves out the first. A level that was not seen in training becomes all zeros, "
        "with unknown=bucket a 1 in NAME=(other), with unknown=error an error; with "
        "min_frequency=N levels in fewer than N training rows share NAME=(other). Missing counts "
        "as a level: it has its own column NAME=(missing) when it was there in training, and else "
        "is one that was not seen. `all` means category and text features of at most max_levels "
        "levels; int, bool and date columns are encoded when they are named. As scikit-learn's "
        "OneHotEncoder does.",
    .example = "encode island sex method=onehot",
    .scope = STEP_FITTED,
    .params = encode_params,
    .fit = encode_fit,
    .apply = encode_apply,
    .describe = encode_describe,
    .save = encode_save,
    .load = encode_load,
};
