/* prepare_make.h - steps and recipes for tests, from lines as a person types them. */
#ifndef PREPARE_MAKE_H
#define PREPARE_MAKE_H

#include "../table/table_make.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "prepare/recipe.h"

/* The kind whose name begins the line; *rest is what follows. */
static inline const struct step_kind *line_kind(const char *line, const char **rest)
{
    const struct step_kind *best = NULL;

    for (size_t i = 0; step_table[i]; i++) {
        size_t len = strlen(step_table[i]->name);
        bool begins = strncmp(line, step_table[i]->name, len) == 0 &&
                      (line[len] == ' ' || line[len] == '\0');
        if (begins && (!best || len > strlen(best->name)))
            best = step_table[i];
    }
    assert_non_null(best);
    *rest = line + strlen(best->name);
    return best;
}

/* The next parameter that a word without a name may go to. */
static inline int word_param(const struct params *p)
{
    for (size_t i = 0; i < p->n; i++) {
        bool list = p->specs[i].type == PARAM_COLUMNS;
        if ((p->specs[i].flags & PARAM_WORD) && (!p->values[i].set || list))
            return (int)i;
    }
    return -1;
}

static inline void set_param(struct params *p, int i, const char *text, struct arena *arena)
{
    struct err err = { 0 };

    assert_true(i >= 0);
    if (params_set(p, (size_t)i, text, arena, &err))
        fail_msg("%s", err.msg);
}

/* A word: name=value where there is such a parameter, else by position. */
static inline void set_word(struct params *p, char *word, struct arena *arena)
{
    char *equals = strchr(word, '=');

    if (equals) {
        *equals = '\0';
        int i = param_find(p->specs, word, false);
        if (i >= 0) {
            set_param(p, i, equals + 1, arena);
            return;
        }
        *equals = '=';
    }
    set_param(p, word_param(p), word, arena);
}

/* Enough of the session language for tests: words parted by blanks, and expressions. */
static inline const struct step_kind *parse_step(struct params *p, const char *line,
                                                 struct arena *arena)
{
    const char *rest;
    const struct step_kind *kind = line_kind(line, &rest);
    char *text = arena_strdup(arena, rest), *save = NULL;
    struct err err = { 0 };

    params_init(p, kind->params, arena);
    for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        int i = word_param(p);
        if (strcmp(word, "=") == 0)
            continue;
        if (i >= 0 && p->specs[i].type == PARAM_EXPR) {
            size_t at = (size_t)(word - text);
            set_param(p, i, rest + at, arena);
            p->values[i].col = (size_t)(rest + at - line) + 1;
            break;
        }
        set_word(p, word, arena);
    }
    if (params_resolve(p, arena, &err))
        fail_msg("%s: %s", line, err.msg);
    return kind;
}

/* The recipe with the step of that line appended; gives up the old one. */
static inline struct recipe *add_step(struct recipe *take, const char *line)
{
    struct arena arena;
    struct params params;

    arena_init(&arena);
    const struct step_kind *kind = parse_step(&params, line, &arena);
    struct recipe *r = recipe_append(take, kind, &params, line);
    recipe_unref(take);
    arena_release(&arena);
    return r;
}

static inline struct recipe *make_recipe_of(const char *const *lines, size_t n)
{
    struct recipe *r = recipe_empty();

    for (size_t i = 0; i < n; i++)
        r = add_step(r, lines[i]);
    return r;
}
#define RECIPE(...)                                                                                \
    make_recipe_of((const char *const[]){ __VA_ARGS__ },                                           \
                   COUNT(((const char *const[]){ __VA_ARGS__ })))

static inline struct recipe *with_role(struct recipe *take, const char *column, enum role role)
{
    struct recipe *r = recipe_set_role(take, column, role);

    recipe_unref(take);
    return r;
}

/* Twelve birds: every type of column that a file of data has, with some cells missing. */
static inline struct table *birds(void)
{
    struct column *columns[] = {
        MAKE(COLUMN_CATEGORY, "Adelie", "Adelie", "Gentoo", "Gentoo", "Chinstrap", "Adelie",
             "Gentoo", "Chinstrap", "Adelie", "Gentoo", "Chinstrap", "Adelie"),
        MAKE(COLUMN_CATEGORY, "Torgersen", "Biscoe", "Biscoe", "Biscoe", "Dream", "Dream", "Biscoe",
             "Dream", "Torgersen", "Biscoe", "Dream", NULL),
        MAKE(COLUMN_REAL, "39.1", "39.5", "46.1", "50", "46.5", "37.2", "48.7", "50.2", NULL,
             "47.6", "52", "38.9"),
        MAKE(COLUMN_REAL, "18.7", "17.4", "13.2", "16.3", "17.9", "18.1", "14.1", "18.7", NULL,
             "14.5", "19", "17.8"),
        MAKE(COLUMN_INT, "181", "186", "211", "230", "192", "178", "210", "198", NULL, "215", "201",
             "181"),
        MAKE(COLUMN_INT, "3750", "3800", "4500", "5700", "3500", "3900", "4450", "3775", NULL,
             "5400", "4150", "3625"),
        MAKE(COLUMN_CATEGORY, "MALE", "FEMALE", "FEMALE", "MALE", "FEMALE", "MALE", "FEMALE",
             "MALE", NULL, NULL, "MALE", "FEMALE"),
        MAKE(COLUMN_BOOL, "true", "false", "false", "true", "true", NULL, "false", "true", "true",
             "false", "true", "true"),
        MAKE(COLUMN_DATE, "2007-11-11", "2007-11-11", "2008-11-04", "2008-11-04", "2007-11-16",
             "2007-11-11", NULL, "2009-11-16", "2007-11-11", "2008-11-06", "2009-11-21",
             "2009-11-22"),
        MAKE(COLUMN_TEXT, " one", "two ", NULL, "four  five", "", "six", "six", "6", "x", "y", "z",
             "one"),
    };
    const char *const names[] = {
        "species",     "island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm",
        "body_mass_g", "sex",    "clutch",         "seen",          "note"
    };

    return make_table(names, columns, COUNT(columns));
}

static inline struct recipe_run *run_recipe(const struct recipe *r, const struct table *t,
                                            const uint8_t *part, const struct recipe_run *previous)
{
    struct recipe_run *run = NULL;
    struct err err = { 0 };

    if (recipe_run(&run, r, t, part, true, previous, NULL, NULL, &err))
        fail_msg("%s", err.msg);
    return run;
}

/* The message with which running the recipe fails. */
static inline void assert_refused(const struct recipe *r, const struct table *t,
                                  const uint8_t *part, const char *want)
{
    struct recipe_run *run = NULL;
    struct err err = { 0 };

    assert_int_equal(recipe_run(&run, r, t, part, true, NULL, NULL, NULL, &err), -1);
    assert_string_equal(err.msg, want);
    assert_null(run);
}

/* The table after these lines; yours. */
static inline struct table *apply_lines(const struct table *t, const char *const *lines, size_t n)
{
    struct recipe *r = make_recipe_of(lines, n);
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct table *out = table_ref(recipe_run_result(run));

    recipe_run_unref(run);
    recipe_unref(r);
    return out;
}
#define APPLY(t, ...)                                                                              \
    apply_lines(t, (const char *const[]){ __VA_ARGS__ },                                           \
                COUNT(((const char *const[]){ __VA_ARGS__ })))

/* A single step is refused with this message, after "step 1 (…): ". */
static inline void assert_step_refused(const struct table *t, const char *line, const char *want)
{
    struct recipe *r = RECIPE(line);
    struct recipe_run *run = NULL;
    struct err err = { 0 };

    assert_int_equal(recipe_run(&run, r, t, NULL, true, NULL, NULL, NULL, &err), -1);
    const char *message = strstr(err.msg, "): ");
    assert_non_null(message);
    assert_string_equal(message + 3, want);
    recipe_unref(r);
}

static inline const struct column *col(const struct table *t, const char *name)
{
    int j = table_find(t, name);

    if (j < 0)
        fail_msg("no column %s", name);
    return table_at(t, (size_t)j);
}

static inline void assert_names(const struct table *t, const char *want)
{
    struct str all;

    str_init(&all);
    for (size_t j = 0; j < t->n_cols; j++)
        str_addf(&all, "%s%s", j ? " " : "", table_name(t, j));
    assert_string_equal(all.buf, want);
    str_release(&all);
}

static inline void assert_tables_equal(const struct table *a, const struct table *b)
{
    assert_int_equal(a->n_rows, b->n_rows);
    assert_int_equal(a->n_cols, b->n_cols);
    for (size_t j = 0; j < a->n_cols; j++) {
        assert_string_equal(table_name(a, j), table_name(b, j));
        assert_int_equal(table_at(a, j)->type, table_at(b, j)->type);
        for (size_t i = 0; i < a->n_rows; i++)
            if (!column_cells_equal(table_at(a, j), i, table_at(b, j), i))
                fail_msg("%s differs in row %zu", table_name(a, j), i);
    }
}

static inline struct str saved(const struct fitted *f)
{
    struct str out;

    str_init(&out);
    fitted_save(&out, f);
    return out;
}

static inline void assert_saved_equal(const struct fitted *a, const struct fitted *b)
{
    struct str x = saved(a), y = saved(b);

    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.buf, y.buf, x.len);
    str_release(&x);
    str_release(&y);
}

#endif
