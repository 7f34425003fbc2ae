/* step_repair.c - wrong values put right by what the rest of the rows say. */
#include <stdlib.h>
#include <string.h>

#include "prepare/repair_votes.h"
#include "prepare/step_columns.h"
#include "prepare/step_values.h"
#include "prepare/table_edit.h"
#include "prepare/text_map.h"
#include "profile/dates.h"
#include "profile/decorated.h"
#include "profile/form.h"
#include "profile/mojibake.h"
#include "profile/spelling.h"

enum { REPAIR_MAJORITY, REPAIR_SPELLING, REPAIR_FORM, REPAIR_DATE, REPAIR_EXTRA, REPAIR_ENCODING };

static const char *const repair_methods[] = { "majority", "spelling", "form", "date",
                                              "extra",    "encoding", NULL };

static const struct param_spec repair_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "columns to repair" },
    { .name = "by", .type = PARAM_COLUMNS, .help = "columns whose values determine theirs" },
    { .name = "together",
      .type = PARAM_FLAG,
      .fallback = "no",
      .help = "the columns of `by` determine them together, not each alone" },
    { .name = "method",
      .type = PARAM_CHOICE,
      .choices = repair_methods,
      .fallback = "majority",
      .help = "majority: of the rows with the same `by`; spelling: rare spellings become the "
              "frequent one; form: texts of an odd form become missing, or what they are without "
              "odd ends; date: dates are written as most are; extra: what stands "
              "before or behind a value and recurs is taken off; encoding: UTF-8 that was read as "
              "Windows-1252 is undone" },
    { .name = "sure",
      .type = PARAM_REAL,
      .min = 0,
      .max = 1,
      .fallback = "0.5",
      .help = "how sure it must be that a cell is wrong" },
    { .name = NULL },
};

/* from becomes to; NULL: missing. */
struct change {
    const char *from, *to;
};

struct repaired {
    const char *name;
    size_t n; /* changes, by `from` */
    struct change *changes;
};

struct repair {
    int method;
    size_t n;
    struct repair_votes *votes; /* (n) majority */
    struct repaired *columns;   /* (n) the other methods */
};

/* ---------------------------------------------------------------- learning */

static int by_from(const void *a, const void *b)
{
    return strcmp(((const struct change *)a)->from, ((const struct change *)b)->from);
}

static void spelling_changes(struct repaired *r, const struct coded_column *c, double sure,
                             struct arena *arena)
{
    struct spelling *list;
    size_t n = spelling_find(&list, c, arena);

    r->changes = ARENA_NEW(arena, struct change, n);
    for (size_t k = 0; k < n; k++) {
        struct span s = coded_text(c, list[k].code);
        if (list[k].sure >= sure)
            r->changes[r->n++] = (struct change){ arena_strndup(arena, s.at, s.len),
                                                  list[k].right };
    }
}

static void form_changes(struct repaired *r, const struct coded_column *c, double sure,
                         struct arena *arena)
{
    struct odd_form *list;
    size_t n = form_find(&list, c, arena);

    r->changes = ARENA_NEW(arena, struct change, n);
    for (size_t k = 0; k < n; k++) {
        struct span s = coded_text(c, list[k].code);
        if (list[k].sure >= sure)
            r->changes[r->n++] = (struct change){ arena_strndup(arena, s.at, s.len),
                                                  list[k].right };
    }
}

static void date_changes(struct repaired *r, const struct coded_column *c, double sure,
                         struct arena *arena)
{
    struct odd_date *list;
    size_t n = dates_find(&list, NULL, c, arena);

    r->changes = ARENA_NEW(arena, struct change, n);
    for (size_t k = 0; k < n; k++) {
        struct span s = coded_text(c, list[k].code);
        if (list[k].sure >= sure)
            r->changes[r->n++] = (struct change){ arena_strndup(arena, s.at, s.len),
                                                  list[k].right };
    }
}

static void extra_changes(struct repaired *r, const struct coded_column *c, double sure,
                          struct arena *arena)
{
    struct decorated *list;
    size_t n = decorated_find(&list, c, arena);

    r->changes = ARENA_NEW(arena, struct change, n);
    for (size_t k = 0; k < n; k++) {
        struct span s = coded_text(c, list[k].code);
        if (list[k].sure >= sure)
            r->changes[r->n++] = (struct change){ arena_strndup(arena, s.at, s.len),
                                                  list[k].right };
    }
}

static void encoding_changes(struct repaired *r, const struct coded_column *c, double sure,
                             struct arena *arena)
{
    struct str was;

    (void)sure;
    r->changes = ARENA_NEW(arena, struct change, c->n_values);
    str_init(&was);
    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct span s = coded_text(c, v);
        str_clear(&was);
        if (mojibake_undo(&was, s))
            r->changes[r->n++] = (struct change){ arena_strndup(arena, s.at, s.len),
                                                  arena_strdup(arena, was.buf) };
    }
    str_release(&was);
}

typedef void changes_of(struct repaired *r, const struct coded_column *c, double sure,
                        struct arena *arena);

static changes_of *const changes_by[] = { [REPAIR_SPELLING] = spelling_changes,
                                          [REPAIR_FORM] = form_changes,
                                          [REPAIR_DATE] = date_changes,
                                          [REPAIR_EXTRA] = extra_changes,
                                          [REPAIR_ENCODING] = encoding_changes };

static int learn_changes(struct repaired *r, const struct step_input *in, size_t col, int method,
                         double sure, struct arena *arena, struct err *err)
{
    struct table *one;
    struct coded *c;

    r->name = arena_strdup(arena, table_name(in->table, col));
    if (table_select(&one, in->table, &col, 1, err))
        return -1;
    int rc = coded_new(&c, one, in->rows, in->n_rows, NULL, 0, (struct raw_cells){ 0 }, NULL, err);
    if (!rc) {
        changes_by[method](r, &c->columns[0], sure, arena);
        if (r->n)
            qsort(r->changes, r->n, sizeof(*r->changes), by_from);
        coded_free(c);
    }
    table_unref(one);
    return rc;
}

static int learn_votes(struct repair *r, const struct step_input *in, const size_t *cols,
                       struct arena *arena, struct job *job, struct err *err)
{
    const struct column_rule any = { .with_roles = true };
    bool together = params_flag(in->params, "together");
    size_t *by, n_by;

    if (step_columns(&by, &n_by, in, "by", &any, arena, err))
        return -1;
    r->votes = ARENA_NEW(arena, struct repair_votes, r->n);
    for (size_t k = 0; k < r->n; k++) {
        size_t n = 0, *from = ARENA_NEW(arena, size_t, n_by);
        for (size_t i = 0; i < n_by; i++)
            if (by[i] != cols[k])
                from[n++] = by[i];
        if (n == 0)
            return err_set(err, ERR_USAGE, "%s cannot determine itself; name another column in by=",
                           table_name(in->table, cols[k]));
        if (repair_votes_learn(&r->votes[k], in->table, cols[k], from, n, together,
                               params_real(in->params, "sure"), in->rows, in->n_rows, arena, job,
                               err))
            return -1;
    }
    return 0;
}

static int repair_fit(void **state, struct arena *arena, const struct step_input *in,
                      struct job *job, struct err *err)
{
    struct repair *r = ARENA_NEW(arena, struct repair, 1);
    const struct column_rule any = { .learns = true };
    const struct column_rule text = { .applies = applies_to_text,
                                      .wanted = "text or a category",
                                      .learns = true };
    bool by = params_value(in->params, "by")->set;
    size_t *cols;

    r->method = params_choice(in->params, "method");
    if (by != (r->method == REPAIR_MAJORITY))
        return err_set(err, ERR_USAGE,
                       by ? "by= is for method=majority; leave one of them out"
                          : "repair by majority needs by=COLUMN, the column that "
                            "determines the value");
    if (step_columns(&cols, &r->n, in, "columns", by ? &any : &text, arena, err))
        return -1;
    *state = r;
    if (by)
        return learn_votes(r, in, cols, arena, job, err);
    r->columns = ARENA_NEW(arena, struct repaired, r->n);
    for (size_t k = 0; k < r->n; k++)
        if (learn_changes(&r->columns[k], in, cols[k], r->method, params_real(in->params, "sure"),
                          arena, err) ||
            job_tick(job, k + 1, r->n, err))
            return -1;
    return 0;
}

/* ---------------------------------------------------------------- applying */

static enum text_change change_one(void *ctx, struct str *out, struct span in, struct err *err)
{
    const struct repaired *r = ctx;
    size_t low = 0, high = r->n;

    (void)err;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = span_compare(span_of(r->changes[mid].from), in);
        if (order == 0) {
            if (!r->changes[mid].to)
                return TEXT_MISSING;
            str_add(out, r->changes[mid].to);
            return TEXT_CHANGED;
        }
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return TEXT_SAME;
}

static int change_column(struct column **out, const struct repair *r, size_t k,
                         const struct table *t, size_t col, struct job *job, struct err *err)
{
    if (r->method == REPAIR_MAJORITY)
        return repair_votes_apply(out, &r->votes[k], t, col, job, err);
    if (!column_is_text(table_at(t, col)))
        return err_set(err, ERR_SHAPE, "%s is %s; it was text when this step learned",
                       r->columns[k].name, step_type_words(table_at(t, col)->type));
    return text_map(out, table_at(t, col), change_one, &r->columns[k], job, err);
}

static int repair_apply(struct table **out, const void *state, const struct step_input *in,
                        struct job *job, struct err *err)
{
    const struct repair *r = state;
    struct table_edit edit;
    int rc = 0;

    edit_init_all(&edit, in->table);
    for (size_t k = 0; k < r->n && !rc; k++) {
        const char *name = r->method == REPAIR_MAJORITY ? r->votes[k].name : r->columns[k].name;
        struct column *c;
        size_t col;
        if (in->new_rows && table_find(in->table, name) < 0)
            continue;
        rc = step_learned_column(&col, in, name, err);
        if (!rc)
            rc = change_column(&c, r, k, in->table, col, job, err);
        if (!rc)
            edit_put(&edit, col, c);
        if (!rc)
            rc = job_tick(job, k + 1, r->n, err);
    }
    if (!rc)
        return edit_finish(out, &edit, err);
    edit_release(&edit);
    return rc;
}

/* ---------------------------------------------------------------- telling and keeping */

static void repair_describe(struct str *out, const void *state)
{
    const struct repair *r = state;

    for (size_t k = 0; k < r->n; k++) {
        if (r->method == REPAIR_MAJORITY) {
            repair_votes_describe(out, &r->votes[k]);
            continue;
        }
        const struct repaired *c = &r->columns[k];
        for (size_t i = 0; i < c->n; i++) {
            str_addf(out, "%s: '", c->name);
            str_add_escaped(out, c->changes[i].from, strlen(c->changes[i].from));
            if (c->changes[i].to) {
                str_add(out, "' becomes '");
                str_add_escaped(out, c->changes[i].to, strlen(c->changes[i].to));
                str_add(out, "'\n");
            } else {
                str_add(out, "' becomes missing\n");
            }
        }
    }
}

static void repair_save(struct str *out, const void *state)
{
    const struct repair *r = state;

    pack_u64(out, (uint64_t)r->method);
    pack_u64(out, r->n);
    for (size_t k = 0; k < r->n; k++) {
        if (r->method == REPAIR_MAJORITY) {
            repair_votes_save(out, &r->votes[k]);
            continue;
        }
        pack_text(out, r->columns[k].name);
        pack_u64(out, r->columns[k].n);
        for (size_t i = 0; i < r->columns[k].n; i++) {
            pack_text(out, r->columns[k].changes[i].from);
            pack_text(out, r->columns[k].changes[i].to);
        }
    }
}

static void load_changes(struct repaired *c, struct unpack *u, struct arena *arena)
{
    c->name = unpack_name(u);
    c->n = unpack_count(u, u->left);
    c->changes = ARENA_NEW(arena, struct change, u->failed ? 1 : c->n);
    for (size_t i = 0; i < c->n && !u->failed; i++) {
        c->changes[i].from = unpack_text(u);
        c->changes[i].to = unpack_text(u);
        if (!c->changes[i].from || (i && by_from(&c->changes[i - 1], &c->changes[i]) >= 0))
            unpack_fail(u, "changes in order");
    }
}

static int repair_load(void **state, struct arena *arena, struct unpack *u, struct err *err)
{
    struct repair *r = ARENA_NEW(arena, struct repair, 1);

    (void)err;
    r->method = (int)unpack_count(u, REPAIR_ENCODING);
    r->n = unpack_count(u, u->left / 4);
    r->votes = ARENA_NEW(arena, struct repair_votes, r->n);
    r->columns = ARENA_NEW(arena, struct repaired, r->n);
    for (size_t k = 0; k < r->n && !u->failed; k++)
        if (r->method == REPAIR_MAJORITY)
            repair_votes_load(&r->votes[k], u, arena);
        else
            load_changes(&r->columns[k], u, arena);
    *state = r;
    return 0;
}

const struct step_kind step_repair = {
    .name = "repair",
    .help = "put wrong values right by what the other rows say",
    .details =
        "method=majority repairs broken dependencies: where zip determines city, `repair city "
        "by=zip` gives a city that disagrees with most rows of its zip their city, and fills a "
        "missing one. Several columns in by= vote, each weighed by how well it determines the "
        "column, so that a row whose zip is wrong keeps its city when its county agrees with it; "
        "together=yes takes them as one key. method=spelling turns rare spellings (case, blanks, "
        "a wrong letter or two) into the frequent one near them; method=form empties texts of a "
        "form that hardly occurs, or strips what is odd at their ends; method=date writes dates as "
        "most of the column are written, and empties impossible ones; method=extra takes off "
        "what stands before or behind some values and not others; method=encoding undoes "
        "UTF-8 that was read as Windows-1252. What is learned comes from "
        "training rows; audit names the columns it is worth doing for.",
    .example = "repair island by=species sure=0.3",
    .scope = STEP_FITTED,
    .params = repair_params,
    .fit = repair_fit,
    .apply = repair_apply,
    .describe = repair_describe,
    .save = repair_save,
    .load = repair_load,
};
