/* What the audit finds: planted errors of each kind, all of them and none else; the command of a
 * finding runs and cures it; answers are remembered; the threads do not matter; any table will do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "prepare/step_values.h"
#include "profile/audit.h"
#include "session.h"
#include "table/cell.h"

#define N_ROWS 240
#define N_COLS 9

static const char *const names[N_COLS] = { "id",   "zip",  "town", "county", "grade",
                                           "size", "when", "note", "level" };

/* A table of texts, written as CSV. */
struct sheet {
    char cell[N_ROWS][N_COLS][48];
    size_t n_rows;
};

static const char *const towns[][3] = {
    { "35233", "birmingham", "jefferson" }, { "36301", "dothan", "houston" },
    { "35631", "florence", "lauderdale" },  { "36467", "opelika", "covington" },
    { "35058", "cullman", "winston" },      { "36020", "elmore", "montgomery" },
};

static struct sheet *sheet_new(void)
{
    struct sheet *s = calloc(1, sizeof(*s));
    struct rng rng;

    rng_init(&rng, 11, 0);
    s->n_rows = N_ROWS;
    for (size_t i = 0; i < N_ROWS; i++) {
        const char *const *town = towns[rng_below(&rng, 6)];
        char(*c)[48] = s->cell[i];
        snprintf(c[0], 48, "%zu", 1000 + i * 7 % 997 + i / 997);
        for (int k = 0; k < 3; k++)
            snprintf(c[1 + k], 48, "%s", town[k]);
        snprintf(c[4], 48, "%c%zu", 'A' + (int)rng_below(&rng, 3), (size_t)rng_below(&rng, 8) + 1);
        snprintf(c[5], 48, "%zu", (size_t)rng_below(&rng, 90) + 10);
        snprintf(c[6], 48, "%02zu.%02zu.2024", (size_t)rng_below(&rng, 28) + 1,
                 (size_t)rng_below(&rng, 12) + 1);
        snprintf(c[7], 48, "%zu patients", (size_t)rng_below(&rng, 60) + 1);
        snprintf(c[8], 48, "%s", rng_below(&rng, 2) ? "high" : "low");
    }
    return s;
}

static void set(struct sheet *s, size_t row, size_t col, const char *text)
{
    snprintf(s->cell[row - 1][col], 48, "%s", text);
}

static void write_sheet(const struct sheet *s, const char *path)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    for (size_t j = 0; j < N_COLS; j++)
        fprintf(f, "%s%s", j ? "," : "", names[j]);
    for (size_t i = 0; i < s->n_rows; i++)
        for (size_t j = 0; j < N_COLS; j++)
            fprintf(f, "%s%s", j ? "," : "\n", s->cell[i][j]);
    fputc('\n', f);
    fclose(f);
}

/* ---------------------------------------------------------------- a session */

static char path[64];

static struct session *open_session(void)
{
    const struct session_options options = { .gnuplot = "/nowhere/gnuplot" };
    struct session *s = session_new(&options, NULL);

    assert_non_null(s);
    return s;
}

static const struct entry *run(struct session *s, const char *line)
{
    const struct entry *e = NULL;
    struct err err = { 0 };

    if (session_do(s, line, NULL, 0, &e, &err))
        fail_msg("%s: %s", line, err.msg);
    return e;
}

static json_t *findings(const struct entry *e)
{
    return json_object_get(e->report.data, "findings");
}

static json_t *finding(const struct entry *e, const char *name)
{
    size_t i;
    json_t *f;

    json_array_foreach(findings(e), i, f) if (strcmp(json_string_value(json_object_get(f, "name")),
                                                     name) == 0) return f;
    return NULL;
}

static struct session *audit_sheet(const struct sheet *s, const struct entry **out)
{
    struct session *session = open_session();
    char line[128];

    write_sheet(s, path);
    snprintf(line, sizeof(line), "load %s", path);
    run(session, line);
    *out = run(session, "audit");
    return session;
}

/* ---------------------------------------------------------------- planted errors */

struct plant {
    const char *name; /* of the finding */
    size_t col;
    struct {
        size_t row;
        const char *text, *right; /* right: the proposal; NULL: any */
    } cells[8];
};

static const struct plant plants[] = {
    { "dependency:zip,town", 2, { { 7, "", NULL }, { 31, "elba", NULL } } },
    { "spelling:level",
      8,
      { { 11, "hgih", "high" }, { 61, "hihg", "high" }, { 99, "LOW", "low" } } },
    { "spelling:note",
      7,
      { { 18, "21 patxents", "21 patients" }, { 87, "9 patientz", "9 patients" } } },
    { "spaces:level", 8, { { 12, " high", "high" }, { 13, "low  ", "low" } } },
    { "hidden-missing:level", 8, { { 5, "?", "" }, { 200, "?", "" } } },
    { "hidden-missing:size", 5, { { 9, "-999", "" }, { 77, "-999", "" }, { 78, "-999", "" } } },
    { "missing:size", 5, { { 40, "", NULL }, { 41, "", NULL } } },
    { "form:grade", 4, { { 21, "A%", NULL }, { 50, "7B", NULL } } },
    { "mixed-type:size", 5, { { 20, "x4", NULL }, { 90, "3o", NULL } } },
    { "date:when",
      6,
      { { 33, "2024-03-05", "2024-03-05" }, /* the column is one of dates, which are written so */
        { 66, "31.02.2024", NULL },
        { 67, "5 Mar 2024", "2024-03-05" } } },
    { "outlier:size", 5, { { 14, "9000", NULL }, { 15, "12000", NULL } } },
    { "encoding:note", 7, { { 130, "caf\xc3\x83\xc2\xa9", "caf\xc3\xa9" } } },
    { "misplaced:level", 8, { { 17, "birmingham", NULL } } },
};

static bool has_cell(const json_t *f, size_t row, const char *column, const char *right)
{
    size_t i;
    json_t *c;

    json_array_foreach(json_object_get(f, "cells"), i, c)
    {
        const json_t *proposal = json_object_get(c, "proposal");
        if ((size_t)json_integer_value(json_object_get(c, "row")) == row &&
            strcmp(json_string_value(json_object_get(c, "column")), column) == 0)
            return !right || (proposal && strcmp(json_string_value(proposal), right) == 0);
    }
    return false;
}

/* Some dependency of the column, whichever determines it best. */
static json_t *planted_finding(const struct entry *e, const struct plant *p)
{
    size_t i;
    json_t *f;

    if (strncmp(p->name, "dependency:", 11) != 0)
        return finding(e, p->name);
    json_array_foreach(findings(e), i, f)
    {
        const char *name = json_string_value(json_object_get(f, "name"));
        const char *last = strrchr(name, ',');
        if (strncmp(name, "dependency:", 11) == 0 && last && strcmp(last + 1, names[p->col]) == 0)
            return f;
    }
    return NULL;
}

static size_t plant_all(struct sheet *s, const struct plant *p)
{
    size_t n = 0;

    for (; n < 8 && p->cells[n].row; n++)
        set(s, p->cells[n].row, p->col, p->cells[n].text);
    return n;
}

/* Its command, on the same session; what it found is gone then, or, where proposals were written
 * first and some cells had none, after the command for those. */
static void check_cure(struct session *session, const struct plant *p, json_t *left)
{
    char copy[256];

    for (int k = 0; k < 2 && left; k++) {
        snprintf(copy, sizeof(copy), "%s", json_string_value(json_object_get(left, "command")));
        assert_true(*copy);
        run(session, copy);
        left = planted_finding(run(session, "audit"), p);
    }
    if (left)
        fail_msg("%s: %zu cells left after %s", p->name,
                 (size_t)json_integer_value(json_object_get(left, "count")), copy);
}

static void planted_errors_are_found_and_cured(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof(plants) / sizeof(plants[0]); k++) {
        const struct plant *p = &plants[k];
        struct sheet *s = sheet_new();
        const struct entry *e;
        size_t n = plant_all(s, p);
        struct session *session = audit_sheet(s, &e);
        json_t *f = planted_finding(e, p);
        if (!f)
            fail_msg("%s is not found; found is:\n%s", p->name, e->report.text.buf);
        for (size_t i = 0; i < n; i++)
            if (!has_cell(f, p->cells[i].row, names[p->col], p->cells[i].right))
                fail_msg("%s: row %zu is not found as it should be; found is:\n%s", p->name,
                         p->cells[i].row, e->report.text.buf);
        assert_int_equal(json_integer_value(json_object_get(f, "count")), n);
        check_cure(session, p, f);
        session_free(session, false);
        free(s);
    }
}

static void a_clean_table_has_nothing_wrong(void **state)
{
    struct sheet *s = sheet_new();
    const struct entry *e;
    size_t i;
    json_t *f;

    (void)state;
    struct session *session = audit_sheet(s, &e);
    json_array_foreach(findings(e), i, f)
    {
        const char *kind = json_string_value(json_object_get(f, "kind"));
        if (strcmp(kind, "identifier") != 0)
            fail_msg("found in a clean table:\n%s", e->report.text.buf);
    }
    session_free(session, false);
    free(s);
}

/* ---------------------------------------------------------------- rows and columns */

static void copies_of_rows(void **state)
{
    struct sheet *s = sheet_new();
    const struct entry *e;

    (void)state;
    memcpy(s->cell[100], s->cell[50], sizeof(s->cell[50]));
    memcpy(s->cell[101] + 1, s->cell[51] + 1, sizeof(s->cell[51]) - sizeof(s->cell[51][0]));
    snprintf(s->cell[110][0], 48, "%s", s->cell[60][0]);
    struct session *session = audit_sheet(s, &e);
    json_t *f = finding(e, "duplicate:all");
    assert_non_null(f);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(f, "rows"), 0)), 101);
    assert_int_equal(json_array_size(json_object_get(f, "rows")), 1);
    assert_string_equal(json_string_value(json_object_get(f, "command")), "dedupe");
    f = finding(e, "duplicate-key:id");
    assert_non_null(f);
    assert_int_equal(json_array_size(json_object_get(f, "rows")), 1);
    f = finding(e, "near-duplicate:all");
    assert_non_null(f);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(f, "rows"), 0)), 102);
    char command[256];
    snprintf(command, sizeof(command), "%s", json_string_value(json_object_get(f, "command")));
    run(session, "dedupe");
    run(session, "dedupe id");
    run(session, command);
    e = run(session, "audit");
    assert_null(finding(e, "duplicate:all"));
    assert_null(finding(e, "duplicate-key:id"));
    assert_null(finding(e, "near-duplicate:all"));
    session_free(session, false);
    free(s);
}

static void the_target_is_looked_at(void **state)
{
    struct sheet *s = sheet_new();
    const struct entry *e;

    (void)state;
    for (size_t i = 1; i <= N_ROWS; i++) {
        set(s, i, 8, i % 40 ? "no" : "yes");
        set(s, i, 5, i % 40 ? "12" : i % 80 ? "31" : "33");
        set(s, i, 6, "");
        if (i % 40 == 0)
            set(s, i, 6, "left");
    }
    struct session *session = audit_sheet(s, &e);
    assert_null(finding(e, "leak:size,level"));
    run(session, "target level");
    e = run(session, "audit");
    assert_non_null(finding(e, "imbalance:level"));
    json_t *f = finding(e, "leak:size,level");
    assert_non_null(f);
    assert_string_equal(json_string_value(json_object_get(f, "command")), "drop size");
    session_free(session, false);
    free(s);
}

static void rows_on_both_sides_of_the_split(void **state)
{
    struct sheet *s = sheet_new();
    const struct entry *e;

    (void)state;
    for (size_t i = 1; i < N_ROWS; i += 2)
        memcpy(s->cell[i], s->cell[i - 1], sizeof(s->cell[i]));
    struct session *session = audit_sheet(s, &e);
    assert_null(finding(e, "shared-rows:all"));
    run(session, "split test=0.25 seed=1");
    assert_non_null(finding(run(session, "audit"), "shared-rows:all"));
    session_free(session, false);
    free(s);
}

/* ---------------------------------------------------------------- the command does what is said */

/* Cell of the row with the number as text; "" for missing; NULL when row or column are gone. */
static const char *cell_of(struct str *out, const struct table *t, size_t number,
                           const char *column)
{
    int col = table_find(t, column);

    str_clear(out);
    for (size_t i = 0; i < t->n_rows && col >= 0; i++)
        if (table_row_number(t, i) == number) {
            cell_text(out, table_at(t, (size_t)col), i);
            return out->buf;
        }
    return NULL;
}

/* The finding's cell of that row and column; NULL: it lists none. */
static json_t *listed(const json_t *f, size_t row, const char *column)
{
    size_t i;
    json_t *c;

    json_array_foreach(json_object_get(f, "cells"), i,
                       c) if ((size_t)json_integer_value(json_object_get(c, "row")) == row &&
                              strcmp(json_string_value(json_object_get(c, "column")), column) ==
                                  0) return c;
    return NULL;
}

/* The same text, or the same number: a column of ints may become one of reals. */
static bool same_value(const char *a, const char *b)
{
    struct cell_value x, y;

    if (strcmp(a, b) == 0)
        return true;
    return *a && *b && cell_value_read(&x, span_of(a), COLUMN_REAL) &&
           cell_value_read(&y, span_of(b), COLUMN_REAL) && x.real == y.real;
}

static void check_cell(const json_t *f, size_t row, const char *column, const char *before,
                       const char *after)
{
    const json_t *c = listed(f, row, column);
    const char *name = json_string_value(json_object_get(f, "name"));
    const char *command = json_string_value(json_object_get(f, "command"));
    const json_t *proposal = c ? json_object_get(c, "proposal") : NULL;

    if (!c && !same_value(before, after))
        fail_msg("%s: %s changes row %zu of %s, which is not listed: '%s' -> '%s'", name, command,
                 row, column, before, after);
    if (!c)
        return;
    const char *text = json_is_string(proposal) ? json_string_value(proposal) : NULL;
    bool filled = !*before && (!text || !*text); /* missing already: what fills it is a guess */
    if (text && !filled && !same_value(text, after))
        fail_msg("%s: %s makes row %zu of %s '%s', not '%s' as proposed", name, command, row,
                 column, after, text);
    if (!text && *before && strcmp(before, after) == 0)
        fail_msg("%s: %s leaves row %zu of %s as it is: '%s'", name, command, row, column, before);
}

static void check_cells(const json_t *f, const struct table *before, const struct table *after)
{
    struct err err = { 0 };
    struct str was, is;

    assert_int_equal(before->n_rows, after->n_rows);
    str_init(&was);
    str_init(&is);
    for (size_t j = 0; j < before->n_cols; j++)
        for (size_t i = 0; i < before->n_rows; i++) {
            const char *column = table_name(before, j);
            size_t row = table_row_number(before, i);
            str_clear(&was);
            cell_text(&was, table_at(before, j), i);
            str_clear(&is);
            cell_text(&is, table_column(after, column, &err), i);
            check_cell(f, row, column, was.buf, is.buf);
        }
    str_release(&was);
    str_release(&is);
}

/* Findings of rows take out exactly those. */
static void check_rows(const json_t *f, const struct table *before, const struct table *after)
{
    const json_t *rows = json_object_get(f, "rows");
    size_t i;
    json_t *row;
    struct str cell;

    str_init(&cell);
    if (before->n_rows != after->n_rows) {
        assert_int_equal(before->n_rows - after->n_rows, json_array_size(rows));
        json_array_foreach(rows, i, row) assert_null(
            cell_of(&cell, after, (size_t)json_integer_value(row), table_name(after, 0)));
    }
    str_release(&cell);
}

/* Each finding's command on the table, from where the session stands. */
static void check_commands(struct session *session)
{
    json_t *all = json_deep_copy(findings(run(session, "audit")));
    struct err err = { 0 };
    size_t i;
    json_t *f;

    json_array_foreach(all, i, f)
    {
        const char *command = json_string_value(json_object_get(f, "command"));
        struct table *before = table_ref(workspace_table(session_workspace(session)));
        if (*command && strncmp(command, "drop ", 5) != 0 && strncmp(command, "cast ", 5) != 0 &&
            strncmp(command, "split ", 6) != 0) {
            run(session, command);
            const struct table *after = workspace_table(session_workspace(session));
            if (json_array_size(json_object_get(f, "cells")))
                check_cells(f, before, after);
            else
                check_rows(f, before, after);
            assert_int_equal(session_undo(session, &err), 0);
        }
        table_unref(before);
    }
    json_decref(all);
}

static void commands_change_what_is_listed(void **state)
{
    static const char *const tables[] = { "orders", "penguins", "iris",
                                          "wine",   "diabetes", "breast_cancer" };
    const struct entry *e;
    char line[512];

    (void)state;
    for (size_t k = 0; k < sizeof(tables) / sizeof(tables[0]); k++) {
        struct session *session = open_session();
        snprintf(line, sizeof(line), "load \"" ASSAY_SOURCE_DIR "/share/data/%s.csv\"", tables[k]);
        run(session, line);
        check_commands(session);
        session_free(session, false);
    }
    for (size_t k = 0; k < sizeof(plants) / sizeof(plants[0]); k++) {
        struct sheet *s = sheet_new();
        plant_all(s, &plants[k]);
        plant_all(s, &plants[(k + 5) % (sizeof(plants) / sizeof(plants[0]))]);
        struct session *session = audit_sheet(s, &e);
        check_commands(session);
        session_free(session, false);
        free(s);
    }
}

/* A price of one product that is a usual one of another. */
static void numbers_far_in_their_group(void **state)
{
    struct sheet *s = sheet_new();
    const struct entry *e;
    struct rng rng;
    size_t i;
    json_t *c;

    (void)state;
    rng_init(&rng, 3, 0);
    for (size_t row = 1; row <= N_ROWS; row++) {
        char text[48];
        bool desk = rng_below(&rng, 2);
        set(s, row, 8, desk ? "desk" : "lamp");
        snprintf(text, sizeof(text), "%.2f",
                 (desk ? 3000.0 : 30.0) * (0.9 + 0.2 * (double)rng_below(&rng, 1000) / 1000));
        set(s, row, 5, text);
    }
    set(s, 17, 8, "lamp");
    set(s, 17, 5, "3012.00");
    struct session *session = audit_sheet(s, &e);
    json_t *f = finding(e, "group-outlier:size,level");
    assert_non_null(f);
    json_array_foreach(json_object_get(f, "cells"), i, c)
        assert_int_equal(json_integer_value(json_object_get(c, "row")), 17);
    assert_true(has_cell(f, 17, "size", "30.12"));
    assert_string_equal(json_string_value(json_object_get(f, "command")),
                        "edit 17 size values=30.12");
    check_commands(session);
    session_free(session, false);
    free(s);
}

/* ---------------------------------------------------------------- answers */

static void answers_are_remembered(void **state)
{
    struct sheet *s = sheet_new();
    const struct entry *e;

    (void)state;
    plant_all(s, &plants[1]);
    struct session *session = audit_sheet(s, &e);
    assert_int_equal(json_integer_value(json_object_get(finding(e, "spelling:level"), "count")), 3);
    e = run(session, "audit refuse spelling:level rows=99");
    json_t *f = finding(e, "spelling:level");
    assert_true(!f || !has_cell(f, 99, "level", NULL));
    run(session, "audit refuse spelling:level");
    assert_null(finding(run(session, "audit"), "spelling:level"));
    assert_null(finding(run(session, "audit sensitivity=0.95"), "spelling:level"));
    struct err err = { 0 };
    assert_int_equal(session_undo(session, &err), 0);
    assert_int_equal(session_undo(session, &err), 0);
    run(session, "audit accept 61 level");
    f = finding(run(session, "audit"), "spelling:level");
    assert_true(has_cell(f, 61, "level", "high"));
    assert_int_equal(session_do(session, "audit refuse 3", NULL, 0, NULL, &err), -1);
    assert_string_equal(err.msg, "a row's number needs a column: ROW COLUMN");
    err_clear(&err);
    assert_int_equal(session_do(session, "audit refuse 3 level", NULL, 0, NULL, &err), -1);
    assert_string_equal(err.msg,
                        "the audit says nothing of row 3 in level; audit lists what it found");
    session_free(session, false);
    free(s);
}

/* A refusal makes the others of its kind less sure, an acceptance more. */
static void answers_teach(void **state)
{
    const struct lesson no = { .kind = "form", .column = "a", .row = 1, .value = "x" };
    const struct lesson yes = {
        .kind = "form", .column = "a", .row = 2, .value = "y", .right = true
    };
    struct lessons *one = lessons_add(NULL, &no), *two = lessons_add(one, &yes);

    (void)state;
    assert_true(lessons_update(one, "form", "a", 0.7) < 0.6);
    assert_true(lessons_update(one, "form", "b", 0.7) > lessons_update(one, "form", "a", 0.7));
    assert_true(lessons_update(one, "form", "b", 0.7) < 0.7);
    assert_true(lessons_update(one, "date", "a", 0.7) == 0.7);
    assert_true(lessons_update(two, "form", "a", 0.7) > lessons_update(one, "form", "a", 0.7));
    lessons_unref(one);
    lessons_unref(two);
}

/* ---------------------------------------------------------------- any table, any threads */

static char *report_text(const struct entry *e)
{
    return json_dumps(e->report.data, JSON_SORT_KEYS);
}

static void threads_do_not_matter(void **state)
{
    struct sheet *s = sheet_new();
    const struct entry *e;
    char *first = NULL;

    (void)state;
    for (size_t k = 0; k < 5; k++)
        plant_all(s, &plants[k]);
    for (size_t threads = 1; threads <= 4; threads *= 2) {
        parallel_set_threads(threads);
        struct session *session = audit_sheet(s, &e);
        char *text = report_text(e);
        if (first)
            assert_string_equal(text, first);
        else
            first = strdup(text);
        free(text);
        session_free(session, false);
    }
    parallel_set_threads(0);
    free(first);
    free(s);
}

static void any_table_will_do(void **state)
{
    static const char *const odd[] = { "",         "NA",  "?",    "-999", "1e300", "inf",
                                       "nan",      "x",   "0",    "-",    "a b",   "2024-02-30",
                                       "\xc3\xa9", "1.5", "true", "%" };
    struct rng rng;

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct sheet *s = sheet_new();
        const struct entry *e;
        rng_init(&rng, seed, 1);
        s->n_rows = rng_below(&rng, 30) + 1;
        for (size_t i = 0; i < s->n_rows; i++)
            for (size_t j = 0; j < N_COLS; j++)
                if (rng_below(&rng, 3))
                    set(s, i + 1, j, odd[rng_below(&rng, sizeof(odd) / sizeof(odd[0]))]);
        struct session *session = audit_sheet(s, &e);
        run(session, "target level");
        e = run(session, "audit sensitivity=1");
        size_t i;
        json_t *f;
        json_array_foreach(findings(e), i, f)
        {
            double severity = json_number_value(json_object_get(f, "severity"));
            assert_true(severity >= 0 && severity <= 1);
            assert_true(json_array_size(json_object_get(f, "columns")) > 0);
        }
        session_free(session, false);
        free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_errors_are_found_and_cured),
        cmocka_unit_test(a_clean_table_has_nothing_wrong),
        cmocka_unit_test(copies_of_rows),
        cmocka_unit_test(the_target_is_looked_at),
        cmocka_unit_test(rows_on_both_sides_of_the_split),
        cmocka_unit_test(commands_change_what_is_listed),
        cmocka_unit_test(numbers_far_in_their_group),
        cmocka_unit_test(answers_are_remembered),
        cmocka_unit_test(answers_teach),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(any_table_will_do),
    };

    snprintf(path, sizeof(path), "/tmp/assay_audit_%ld.csv", (long)getpid());
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return rc;
}
