/* Properties of random pipelines, made of whatever steps.def has: what a step is said to have changed
 * is what a comparison cell by cell finds; a step that is taken out of the middle leaves the table of
 * a session that never had it; a branch is what it was when it is come back to.
 *
 * Lines are made from the kinds' tables of parameters, with columns and values of the table as it
 * stands.  Many make no sense and are refused, which is fine; a kind that never gets through by chance
 * is given by its example. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "base/text.h"
#include "history_tree.h"
#include "table/cell.h"

enum { N_PIPELINES = 100, N_STEPS = 7, N_TRIES = 40, N_ROWS = 90 };

static char path[] = "/tmp/assay-pipelines-XXXXXX.csv";

/* ---------------------------------------------------------------- data */

static void write_cell(FILE *f, struct rng *r, const char *text)
{
    if (rng_below(r, 12) > 0)
        fputs(text, f);
}

/* The columns of share/data/penguins.csv, so that the examples run, and other types. */
static int write_data(void **state)
{
    static const char *const species[] = { "Adelie", "Gentoo", "Chinstrap" };
    static const char *const islands[] = { "Biscoe", "Dream", "Torgersen" };
    static const char *const notes[] = { " two  words", "A-12", "b-7", "Ünï", "x,y", "12", "n/a?" };
    int fd = mkstemps(path, 4);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    struct rng r;
    char buf[64];

    (void)state;
    if (!f)
        return -1;
    rng_init(&r, 11, 0);
    fputs(
        "species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,seen,ringed,"
        "note\n",
        f);
    for (int i = 0; i < N_ROWS; i++) {
        fprintf(f, "%s,%s", species[rng_below(&r, 3)], islands[rng_below(&r, 3)]);
        for (int k = 0; k < 4; k++) {
            static const double base[] = { 40, 17, 200, 4200 };
            snprintf(buf, sizeof(buf), "%.*f", k < 2 ? 1 : 0, base[k] * (1 + 0.1 * rng_normal(&r)));
            fputc(',', f);
            write_cell(f, &r, buf);
        }
        fputc(',', f);
        write_cell(f, &r, rng_below(&r, 2) ? "MALE" : "FEMALE");
        snprintf(buf, sizeof(buf), ",20%02d-0%d-1%d,", 7 + (int)rng_below(&r, 3),
                 1 + (int)rng_below(&r, 9), (int)rng_below(&r, 10));
        fputs(buf, f);
        write_cell(f, &r, rng_below(&r, 2) ? "true" : "false");
        fprintf(f, ",\"%s\"\n", notes[rng_below(&r, 7)]);
        if (i % 30 == 7)
            fputs("Adelie,Dream,39,17,190,3500,MALE,2007-01-11,true,twice\n"
                  "Adelie,Dream,39,17,190,3500,MALE,2007-01-11,true,twice\n",
                  f);
    }
    return fclose(f);
}

static int remove_data(void **state)
{
    (void)state;
    return unlink(path);
}

static struct session *loaded(void)
{
    const struct session_options o = { .share_dir = ASSAY_SOURCE_DIR "/share", .complete = true };
    struct session *s = session_new(&o, NULL);
    struct err err = { 0 };
    char line[128];

    assert_non_null(s);
    snprintf(line, sizeof(line), "load %s", path);
    if (session_do(s, line, NULL, 0, NULL, &err))
        fail_msg("%s", err.msg);
    return s;
}

static const struct table *table_of(const struct session *s)
{
    return workspace_table(session_workspace(s));
}

/* ---------------------------------------------------------------- random lines */

struct maker {
    struct rng rng;
    const struct table *table;
    struct str line;
    size_t n_names;
};

static const char *any_column(struct maker *m)
{
    return m->table->n_cols ? table_name(m->table, rng_below(&m->rng, m->table->n_cols)) : "none";
}

static void add_quoted(struct maker *m, const char *text)
{
    lex_quote(&m->line, text);
}

/* A value of the table, as text. */
static void add_value(struct maker *m)
{
    struct str text;

    str_init(&text);
    str_add(&text, "");
    if (m->table->n_rows && m->table->n_cols)
        cell_text(&text, table_at(m->table, rng_below(&m->rng, m->table->n_cols)),
                  rng_below(&m->rng, m->table->n_rows));
    add_quoted(m, text.len ? text.buf : "other");
    str_release(&text);
}

static void add_columns(struct maker *m)
{
    struct str list;

    if (rng_below(&m->rng, 4) == 0) {
        str_add(&m->line, "all");
        return;
    }
    str_init(&list);
    for (size_t k = 1 + rng_below(&m->rng, 3); k > 0; k--) {
        for (const char *c = any_column(m); *c; c++)
            str_addf(&list, "%s%c", *c == ',' || *c == '\\' ? "\\" : "", *c);
        str_add(&list, k > 1 ? "," : "");
    }
    add_quoted(m, list.buf);
    str_release(&list);
}

static double any_number(struct maker *m, const struct param_spec *spec)
{
    static const double usual[] = { 0, 1, 2, 3, 0.5, 10, 40, 200, 4000 };
    double v = usual[rng_below(&m->rng, 9)];

    if (spec->min < spec->max && (v < spec->min || v > spec->max))
        v = isfinite(spec->min) ? spec->min + (isfinite(spec->max) && spec->max < spec->min + 10
                                                   ? (spec->max - spec->min) / 2
                                                   : 1)
                                : spec->max;
    return v;
}

/* A condition or a value, over one or two columns. */
static void add_expression(struct maker *m, bool condition)
{
    static const char *const forms[][2] = {
        { "is_missing(`%s`) or not is_missing(`%s`)", "concat(`%s`, `%s`)" },
        { "length(text(`%s`)) > 4 or length(text(`%s`)) > 3",
          "length(text(`%s`)) + length(text(`%s`))" },
        { "`%s` != `%s`", "coalesce(`%s`, `%s`)" },
        { "`%s` > 3 or `%s` > 2", "`%s` / `%s`" },
    };
    const char *a = any_column(m), *b = any_column(m);

    if (strchr(a, '`') || strchr(b, '`'))
        a = b = "species";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    str_addf(&m->line, forms[rng_below(&m->rng, 4)][!condition], a, b);
#pragma GCC diagnostic pop
}

static void add_param(struct maker *m, const struct param_spec *spec, bool named)
{
    size_t n = 0;

    if (named)
        str_addf(&m->line, " %s=", spec->name);
    else
        str_add_char(&m->line, ' ');
    switch (spec->type) {
    case PARAM_INT:
        str_addf(&m->line, "%.0f", floor(any_number(m, spec)));
        break;
    case PARAM_REAL:
        str_addf(&m->line, "%g", any_number(m, spec));
        break;
    case PARAM_FLAG:
        str_add(&m->line, rng_below(&m->rng, 2) ? "yes" : "no");
        break;
    case PARAM_CHOICE:
        while (spec->choices[n])
            n++;
        str_add(&m->line, spec->choices[rng_below(&m->rng, n)]);
        break;
    case PARAM_COLUMN:
        add_quoted(m, any_column(m));
        break;
    case PARAM_COLUMNS:
        add_columns(m);
        break;
    case PARAM_NAME:
        str_addf(&m->line, "made_%zu", m->n_names++);
        break;
    default:
        add_value(m);
    }
}

static bool is_wanted(struct maker *m, const struct param_spec *spec)
{
    if (spec->type == PARAM_PATH)
        return false;
    return (spec->flags & PARAM_REQUIRED) ||
           rng_below(&m->rng, spec->flags & PARAM_WORD ? 2 : 4) == 0;
}

static void make_line(struct maker *m, const struct step_kind *kind)
{
    const struct param_spec *rest = NULL;

    str_clear(&m->line);
    str_add(&m->line, kind->name);
    for (const struct param_spec *p = kind->params; p->name; p++) {
        if (p->type == PARAM_EXPR || p->type == PARAM_REST)
            rest = p;
        else if (is_wanted(m, p))
            add_param(m, p, !(p->flags & PARAM_REQUIRED) || !(p->flags & PARAM_WORD));
    }
    if (rest) {
        str_add(&m->line, kind->scope == STEP_ROWS ? " " : " = ");
        add_expression(m, kind->scope == STEP_ROWS);
    }
}

static size_t n_kinds(void)
{
    size_t n = 0;

    while (step_table[n])
        n++;
    return n;
}

/* One more step, by chance; its line in *out when the session took it. */
static bool grow(struct session *s, struct maker *m, size_t *done, const struct entry **entry)
{
    for (int k = 0; k < N_TRIES; k++) {
        size_t i = rng_below(&m->rng, n_kinds());
        m->table = table_of(s);
        make_line(m, step_table[i]);
        if (session_do(s, m->line.buf, NULL, 0, entry, NULL))
            continue;
        done[i]++;
        /* A table of no rows or no columns makes the rest of the pipeline dull. */
        if (table_of(s)->n_rows > 4 && table_of(s)->n_cols > 2)
            return true;
        assert_int_equal(session_undo(s, NULL), 0);
    }
    return false;
}

/* ---------------------------------------------------------------- the comparison */

static bool is_real_or_int(const struct column *c)
{
    return column_is_number(c);
}

/* What a cell says, with nothing of the type it is kept in. */
static void plain(struct str *out, const struct column *c, size_t i, bool pointless)
{
    char buf[TEXT_REAL_SIZE];

    str_clear(out);
    str_add(out, "");
    if (c->type == COLUMN_REAL && pointless)
        str_add(out, text_real(buf, column_reals(c)[i], false));
    else
        cell_text(out, c, i);
}

static bool same_cell(const struct column *a, size_t i, const struct column *b, size_t j)
{
    struct str x, y;

    if (column_missing(a, i) || column_missing(b, j))
        return column_missing(a, i) && column_missing(b, j);
    if (is_real_or_int(a) && is_real_or_int(b)) {
        double v = column_number(a, i), w = column_number(b, j);
        return v == w || (isnan(v) && isnan(w));
    }
    str_init(&x);
    str_init(&y);
    plain(&x, a, i, false);
    plain(&y, b, j, false);
    bool same = strcmp(x.buf, y.buf) == 0;
    if (!same && a->type != b->type) { /* 5.0 and '5' are one value */
        plain(&x, a, i, true);
        plain(&y, b, j, true);
        same = strcmp(x.buf, y.buf) == 0;
    }
    str_release(&x);
    str_release(&y);
    return same;
}

/* Index of the row of that number, SIZE_MAX when there is none. */
static size_t row_of(const struct table *t, size_t number)
{
    for (size_t i = 0; i < t->n_rows; i++)
        if (table_row_number(t, i) == number)
            return i;
    return SIZE_MAX;
}

static size_t compare_column(const struct diff *d, size_t j, size_t before)
{
    const struct table *a = d->before, *b = d->after;
    size_t n = 0;

    for (size_t i = 0; i < b->n_rows; i++) {
        size_t was = row_of(a, table_row_number(b, i));
        assert_true(was != SIZE_MAX);
        bool same = same_cell(table_at(a, before), was, table_at(b, j), i);
        assert_int_equal(diff_cell(d, i, j), !same);
        n += !same;
    }
    return n;
}

static size_t n_absent(const struct table *from, const struct table *in)
{
    size_t n = 0;

    for (size_t j = 0; j < from->n_cols; j++)
        n += table_find(in, table_name(from, j)) < 0;
    return n;
}

static size_t walk(const struct diff *d)
{
    size_t row = SIZE_MAX, col = 0, n = 0;

    while (diff_next(d, &row, &col))
        n++;
    return n;
}

/* Returns the changed cells. */
static size_t check_diff(const struct diff *d)
{
    const struct table *a = d->before, *b = d->after;
    size_t changed = 0, gone = 0;

    for (size_t j = 0; j < b->n_cols; j++) {
        int before = table_find(a, table_name(b, j));
        if (before >= 0)
            changed += compare_column(d, j, (size_t)before);
    }
    for (size_t i = 0; i < a->n_rows; i++)
        gone += row_of(b, table_row_number(a, i)) == SIZE_MAX;
    assert_int_equal(d->cells_changed, changed);
    assert_int_equal(walk(d), changed);
    assert_int_equal(d->rows_removed, gone);
    assert_int_equal(d->columns_added + d->columns_renamed, n_absent(b, a));
    assert_int_equal(d->columns_dropped + d->columns_renamed, n_absent(a, b));
    return changed;
}

static size_t number_in(const struct entry *e, const char *key)
{
    return (size_t)json_integer_value(json_object_get(e->report.data, key));
}

/* The report of a step, its changes and its preview say the same. */
static void check_reports(struct session *s, const char *line, const struct diff *d)
{
    const struct entry *e;
    struct str text;

    assert_int_equal(number_in(session_last(s), "cells_changed"), d->cells_changed);
    assert_int_equal(number_in(session_last(s), "rows_removed"), d->rows_removed);
    str_init(&text);
    str_addf(&text, "changes %zu", session_workspace(s)->recipe->n_steps);
    assert_int_equal(session_do(s, text.buf, NULL, 0, &e, NULL), 0);
    assert_int_equal(json_array_size(json_object_get(e->report.data, "cells")), d->cells_changed);
    assert_int_equal(json_array_size(json_object_get(e->report.data, "removed")), d->rows_removed);
    assert_int_equal(session_undo(s, NULL), 0);
    str_clear(&text);
    str_addf(&text, "preview %s", line);
    size_t before = s->n_all;
    assert_int_equal(session_do(s, text.buf, NULL, 0, &e, NULL), 0);
    assert_int_equal(s->n_all, before);
    assert_int_equal(number_in(e, "cells_changed"), d->cells_changed);
    assert_int_equal(number_in(e, "rows_removed"), d->rows_removed);
    assert_int_equal(json_array_size(json_object_get(e->report.data, "cells")), d->cells_changed);
    assert_int_equal(session_redo(s, NULL), 0);
    str_release(&text);
}

static void check_last_step(struct session *s, const char *line)
{
    const struct recipe_run *run = session_workspace(s)->run;
    struct diff *d;

    assert_int_equal(recipe_run_diff(&d, run, run->n_tables - 2, NULL), 0);
    check_diff(d);
    check_reports(s, line, d);
    diff_free(d);
}

static void a_diff_is_what_a_comparison_finds(void **state)
{
    size_t *done = MEM_NEW(size_t, n_kinds());
    struct maker m = { 0 };

    (void)state;
    str_init(&m.line);
    for (uint64_t seed = 0; seed < N_PIPELINES; seed++) {
        struct session *s = loaded();
        const struct entry *e;
        rng_init(&m.rng, 3, seed);
        for (int k = 0; k < N_STEPS && grow(s, &m, done, &e); k++) {
            char *line = mem_strdup(e->line);
            check_last_step(s, line);
            mem_free(line);
        }
        session_free(s, false);
    }
    for (size_t i = 0; i < n_kinds(); i++) {
        if (done[i])
            continue;
        struct session *s = loaded();
        struct err err = { 0 };
        if (session_do(s, step_table[i]->example, NULL, 0, NULL, &err))
            fail_msg("%s: %s", step_table[i]->example, err.msg);
        check_last_step(s, step_table[i]->example);
        session_free(s, false);
    }
    str_release(&m.line);
    mem_free(done);
}

/* ---------------------------------------------------------------- a step out of the middle */

/* The steps of a session but one, on a fresh one; false when one of them cannot be given. */
static bool without(struct session *s, const struct session *from, size_t gone)
{
    size_t step = 0;

    for (size_t i = 1; i < from->n_done; i++) {
        const struct entry *e = from->entries[i];
        if (e->error || ++step == gone)
            continue;
        if (session_do(s, e->line, NULL, 0, NULL, NULL))
            return false;
    }
    return true;
}

static void assert_same_tables(const struct session *a, const struct session *b)
{
    const struct recipe_run *x = session_workspace(a)->run, *y = session_workspace(b)->run;

    assert_int_equal(x->n_tables, y->n_tables);
    for (size_t i = 0; i < x->n_tables; i++) {
        struct digest p = table_digest(x->tables[i]), q = table_digest(y->tables[i]);
        assert_memory_equal(&p, &q, sizeof(p));
    }
}

/* Removed, switched off, and branched off before it. */
static void check_without(struct session *s, size_t gone)
{
    struct session *never = loaded();
    bool possible = without(never, s, gone);
    struct err err = { 0 };
    char line[64];
    struct digest whole = table_digest(table_of(s));

    snprintf(line, sizeof(line), "step %zu remove", gone);
    assert_int_equal(session_do(s, line, NULL, 0, NULL, &err), possible ? 0 : -1);
    if (possible) {
        assert_same_tables(s, never);
        assert_int_equal(session_undo(s, NULL), 0);
        snprintf(line, sizeof(line), "step %zu off", gone);
        assert_int_equal(session_do(s, line, NULL, 0, NULL, &err), 0);
        struct digest off = table_digest(table_of(s)), other = table_digest(table_of(never));
        assert_memory_equal(&off, &other, sizeof(off));
        assert_int_equal(session_undo(s, NULL), 0);
    } else { /* it says which step cannot follow, and why; nothing has changed */
        assert_non_null(strstr(err.msg, "no longer applies after step"));
    }
    struct digest now = table_digest(table_of(s));
    assert_memory_equal(&now, &whole, sizeof(now));
    session_free(never, false);
}

static void a_step_taken_out_was_never_there(void **state)
{
    size_t *done = MEM_NEW(size_t, n_kinds()), n_whole = 0;
    struct maker m = { 0 };

    (void)state;
    str_init(&m.line);
    for (uint64_t seed = 0; seed < N_PIPELINES; seed++) {
        struct session *s = loaded();
        const struct entry *e;
        int n = 0;
        rng_init(&m.rng, 5, seed);
        while (n < N_STEPS && grow(s, &m, done, &e))
            n++;
        /* What was tried and taken back again is no part of it. */
        struct session *plain_session = loaded();
        if (n == N_STEPS && without(plain_session, s, SIZE_MAX)) {
            check_without(plain_session, 3);
            n_whole++;
        }
        session_free(plain_session, false);
        session_free(s, false);
    }
    assert_true(n_whole > N_PIPELINES / 2);
    str_release(&m.line);
    mem_free(done);
}

/* ---------------------------------------------------------------- branches, threads */

static void a_branch_is_what_it_was(void **state)
{
    size_t *done = MEM_NEW(size_t, n_kinds());
    struct maker m = { 0 };

    (void)state;
    str_init(&m.line);
    for (uint64_t seed = 0; seed < N_PIPELINES / 2; seed++) {
        struct session *s = loaded();
        struct digest *then = NULL;
        const struct entry *e;
        size_t n = 0;
        rng_init(&m.rng, 9, seed);
        for (int k = 0; k < 2 * N_STEPS && grow(s, &m, done, &e); k++)
            assert_int_equal(history_go(s, history_find(s, 1 + rng_below(&m.rng, s->n_all)), NULL),
                             0);
        n = s->n_all;
        then = MEM_NEW(struct digest, n);
        for (size_t i = 0; i < n; i++)
            then[i] = workspace_digest(s->all[i]->ws);
        for (size_t k = 0; k < 3 * n; k++) {
            size_t i = rng_below(&m.rng, n);
            assert_int_equal(history_go(s, history_find(s, i + 1), NULL), 0);
            struct digest now = workspace_digest(session_workspace(s));
            assert_memory_equal(&now, &then[i], sizeof(now));
            assert_ptr_equal(session_last(s), s->all[i]);
        }
        struct history_row *rows = MEM_NEW(struct history_row, n);
        history_rows(rows, s); /* each once */
        uint8_t *seen = MEM_NEW(uint8_t, n);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(seen[rows[i].entry->number - 1]++, 0);
        mem_free(seen);
        mem_free(rows);
        mem_free(then);
        session_free(s, false);
    }
    str_release(&m.line);
    mem_free(done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_diff_is_what_a_comparison_finds),
        cmocka_unit_test(a_step_taken_out_was_never_there),
        cmocka_unit_test(a_branch_is_what_it_was),
    };

    return cmocka_run_group_tests(tests, write_data, remove_data);
}
