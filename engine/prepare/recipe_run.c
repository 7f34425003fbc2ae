#include "prepare/recipe_run.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

/* ---------------------------------------------------------------- life */

struct recipe_run *recipe_run_ref(const struct recipe_run *r)
{
    struct recipe_run *shared = (struct recipe_run *)r;

    atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    return shared;
}

void recipe_run_unref(const struct recipe_run *r)
{
    struct recipe_run *run = (struct recipe_run *)r;

    if (!run || atomic_fetch_sub_explicit(&run->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < run->n_tables; i++) {
        table_unref(run->tables[i]);
        buffer_unref(run->part_buffers[i]);
    }
    for (size_t i = 0; i + 1 < run->n_tables; i++)
        buffer_unref(run->stands_for[i]);
    fitted_unref(run->fitted);
    mem_free(run->stands_for);
    mem_free(run->tables);
    mem_free(run->parts);
    mem_free(run->part_buffers);
    mem_free(run);
}

static struct recipe_run *run_new(const struct recipe *r, bool whole_sample)
{
    struct recipe_run *run = MEM_NEW(struct recipe_run, 1);

    atomic_init(&run->refs, 1);
    run->fitted = fitted_new(r);
    run->n_tables = r->n_steps + 1;
    run->tables = MEM_NEW(struct table *, run->n_tables);
    run->parts = MEM_NEW(const uint8_t *, run->n_tables);
    run->part_buffers = MEM_NEW(struct buffer *, run->n_tables);
    run->stands_for = MEM_NEW(struct buffer *, run->n_tables);
    run->whole_sample = whole_sample;
    return run;
}

static void set_table(struct recipe_run *run, size_t i, struct table *take,
                      struct buffer *take_part)
{
    run->tables[i] = take;
    run->part_buffers[i] = take_part;
    run->parts[i] = take_part ? take_part->data : NULL;
}

static int set_input(struct recipe_run *run, const struct table *in, const uint8_t *part,
                     struct err *err)
{
    struct buffer *copy = NULL;

    if (part && buffer_new(&copy, in->n_rows, 1, "the parts of rows", err))
        return -1;
    if (part && in->n_rows > 0)
        memcpy(copy->data, part, in->n_rows);
    set_table(run, 0, table_ref(in), copy);
    return 0;
}

/* ---------------------------------------------------------------- sharing with the run before */

static bool roles_equal(const struct roles *a, const struct roles *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (a->entries[i].role != b->entries[i].role ||
            strcmp(a->entries[i].column, b->entries[i].column) != 0)
            return false;
    return true;
}

static bool parts_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
    if (!a || !b)
        return a == b;
    return n == 0 || memcmp(a, b, n) == 0;
}

static bool acts_on_all(const struct recipe *r, bool whole_sample, size_t i)
{
    return whole_sample && i < recipe_sample(r);
}

/* How many first steps of `previous` gave what they would give now. */
static size_t shared_prefix(const struct recipe_run *previous, const struct recipe *r,
                            const struct table *in, const uint8_t *part, bool whole_sample)
{
    if (!previous || previous->tables[0] != in ||
        !parts_equal(previous->parts[0], part, in->n_rows) ||
        !roles_equal(&previous->fitted->recipe->roles, &r->roles))
        return 0;
    const struct recipe *old = previous->fitted->recipe;
    size_t i = 0;
    while (i < old->n_steps && i < r->n_steps && old->steps[i] == r->steps[i] &&
           (r->steps[i]->kind->scope != STEP_ROWS ||
            acts_on_all(old, previous->whole_sample, i) == acts_on_all(r, whole_sample, i)))
        i++;
    return i;
}

static void share_step(struct recipe_run *run, const struct recipe_run *previous, size_t i)
{
    const struct fitted *old = previous->fitted;

    set_table(run, i + 1, table_ref(previous->tables[i + 1]),
              buffer_ref(previous->part_buffers[i + 1]));
    run->fitted->state[i] = old->state[i];
    run->fitted->behind[i] = shared_ref(old->behind[i]);
    run->stands_for[i] = buffer_ref(previous->stands_for[i]);
}

/* ---------------------------------------------------------------- one step */

/* The rows a step may look at: those of the training part; NULL stands for all. */
struct row_list {
    void *block;
    const uint32_t *rows;
    size_t n;
};

static int list_training(struct row_list *list, const struct table *t, const uint8_t *part,
                         struct err *err)
{
    *list = (struct row_list){ .n = t->n_rows };
    if (!part)
        return 0;
    if (mem_big(&list->block, t->n_rows, sizeof(uint32_t), "the list of training rows", err))
        return -1;
    uint32_t *rows = list->block;
    list->n = 0;
    for (size_t i = 0; i < t->n_rows; i++)
        if (part[i] == PART_TRAIN)
            rows[list->n++] = (uint32_t)i;
    list->rows = rows;
    return 0;
}

static int run_row_wise(struct recipe_run *run, size_t i, const struct step_input *in,
                        struct job *job, struct err *err)
{
    struct table *out;

    if (run->fitted->recipe->steps[i]->kind->apply(&out, NULL, in, job, err))
        return -1;
    set_table(run, i + 1, out, buffer_ref(run->part_buffers[i]));
    return 0;
}

static int take_parts(struct buffer **out, const uint8_t *part, const uint32_t *rows, size_t n,
                      struct err *err)
{
    *out = NULL;
    if (!part)
        return 0;
    if (buffer_new(out, n, 1, "the parts of rows", err))
        return -1;
    uint8_t *kept = (*out)->data;
    for (size_t i = 0; i < n; i++)
        kept[i] = part[rows[i]];
    return 0;
}

/* Table i + 1 from the rows of `t` (those of table i) that are kept. */
static int take_kept(struct recipe_run *run, size_t i, const struct table *t, const uint8_t *keep,
                     uint32_t *rows, struct err *err)
{
    struct buffer *parts;
    struct table *out;
    size_t n = 0;

    for (size_t row = 0; row < t->n_rows; row++)
        if (keep[row])
            rows[n++] = (uint32_t)row;
    if (n == t->n_rows) {
        set_table(run, i + 1, table_ref(t), buffer_ref(run->part_buffers[i]));
        return 0;
    }
    if (take_parts(&parts, run->parts[i], rows, n, err))
        return -1;
    if (table_take(&out, t, rows, n, err)) {
        buffer_unref(parts);
        return -1;
    }
    set_table(run, i + 1, out, parts);
    return 0;
}

static int ask_keep(uint8_t *keep, struct recipe_run *run, size_t i, const struct step_input *in,
                    struct job *job, struct err *err)
{
    const struct step_kind *kind = run->fitted->recipe->steps[i]->kind;
    struct step_input asked = *in;
    struct buffer *stands_for;
    bool any = false;

    if (kind->scope == STEP_FITTED)
        return kind->reject(keep, run->fitted->state[i], in, job, err);
    if (buffer_new(&stands_for, in->table->n_rows, sizeof(uint32_t), "removed rows", err))
        return -1;
    asked.stands_for = stands_for->data;
    for (size_t row = 0; row < in->table->n_rows; row++)
        asked.stands_for[row] = UINT32_MAX;
    int rc = kind->keep(keep, &asked, job, err);
    for (size_t row = 0; row < in->table->n_rows && !any; row++)
        any = asked.stands_for[row] != UINT32_MAX;
    if (!rc && any)
        run->stands_for[i] = stands_for;
    else
        buffer_unref(stands_for);
    return rc;
}

/* The place of a step in a recipe, n_steps when it is not there. */
static size_t place_of(const struct recipe *r, const struct step *step)
{
    size_t i = 0;

    while (i < r->n_steps && r->steps[i] != step)
        i++;
    return i;
}

/* Is the row in t?  *at only grows: rows are asked for in ascending order. */
static bool has_row(const struct table *t, size_t number, size_t *at)
{
    while (*at < t->n_rows && table_row_number(t, *at) < number)
        ++*at;
    return *at < t->n_rows && table_row_number(t, *at) == number;
}

/* A row in no part is not looked at; the step that had removed it does so again. */
static void remove_again(uint8_t *keep, const struct recipe_run *run, size_t i,
                         const struct table *t, const struct recipe_run *previous)
{
    const uint8_t *part = run->parts[i];
    const struct step *step = run->fitted->recipe->steps[i];
    size_t k = previous ? place_of(previous->fitted->recipe, step) : 0;
    size_t at_before = 0, at_after = 0;

    if (!part || !previous || k == previous->fitted->recipe->n_steps)
        return;
    for (size_t row = 0; row < t->n_rows; row++) {
        if (part[row] != PART_NONE)
            continue;
        size_t number = table_row_number(t, row);
        keep[row] = !has_row(previous->tables[k], number, &at_before) ||
                    has_row(previous->tables[k + 1], number, &at_after);
    }
}

/* Table i + 1: the rows of `t` that the step keeps. */
static int run_rows(struct recipe_run *run, size_t i, const struct table *t,
                    const struct step_input *in, const struct recipe_run *previous, struct job *job,
                    struct err *err)
{
    size_t n = t->n_rows;
    void *keep = NULL, *rows = NULL;
    int rc = mem_big(&keep, n, 1, "the rows to keep", err);

    if (!rc)
        rc = mem_big(&rows, n, sizeof(uint32_t), "the rows to keep", err);
    if (!rc) {
        memset(keep, 1, n);
        rc = ask_keep(keep, run, i, in, job, err);
    }
    if (!rc && in->rows)
        remove_again(keep, run, i, t, previous);
    if (!rc)
        rc = take_kept(run, i, t, keep, rows, err);
    mem_big_free(keep);
    mem_big_free(rows);
    return rc;
}

/* What a row looks like must not depend on which rows were kept for training. */
static int check_place(const struct recipe_run *run, size_t i, struct err *err)
{
    const struct recipe *r = run->fitted->recipe;

    if (!(r->steps[i]->kind->flags & STEP_LOOKS_AROUND) || !run->whole_sample ||
        i < recipe_sample(r))
        return 0;
    return err_set(err, ERR_USAGE,
                   "it looks at the rows around a row and must stand before the split and before "
                   "any step that learns; move it up: step %zu move to=1",
                   i + 1);
}

static int run_fitted(struct recipe_run *run, size_t i, const struct step_input *in,
                      const struct recipe_run *previous, struct job *job, struct err *err)
{
    const struct step_kind *kind = run->fitted->recipe->steps[i]->kind;
    struct table *out;
    int rc = 0;

    run->fitted->behind[i] = shared_new();
    if (kind->fit(&run->fitted->state[i], &run->fitted->behind[i]->arena, in, job, err) ||
        kind->apply(&out, run->fitted->state[i], in, job, err))
        return -1;
    if (!kind->reject) {
        set_table(run, i + 1, out, buffer_ref(run->part_buffers[i]));
        return 0;
    }
    rc = run_rows(run, i, out, in, previous, job, err);
    table_unref(out);
    return rc;
}

static int run_step(struct recipe_run *run, size_t i, const struct recipe_run *previous,
                    struct job *job, struct err *err)
{
    const struct recipe *r = run->fitted->recipe;
    const struct step *step = r->steps[i];
    const struct table *t = run->tables[i];
    struct row_list list = { .n = t->n_rows };

    if (!step->on) {
        set_table(run, i + 1, table_ref(t), buffer_ref(run->part_buffers[i]));
        return 0;
    }
    if (check_place(run, i, err))
        return -1;
    bool all = step->kind->scope == STEP_ROW_WISE || acts_on_all(r, run->whole_sample, i);
    if (!all && list_training(&list, t, run->parts[i], err))
        return -1;
    struct step_input in = {
        .table = t,
        .params = &step->params,
        .roles = &r->roles,
        .rows = list.rows,
        .n_rows = list.n,
        .in_fold = !run->whole_sample,
    };
    int rc = step->kind->scope == STEP_FITTED ? run_fitted(run, i, &in, previous, job, err)
             : step->kind->scope == STEP_ROWS ? run_rows(run, i, t, &in, previous, job, err)
                                              : run_row_wise(run, i, &in, job, err);
    mem_big_free(list.block);
    return rc;
}

/* ---------------------------------------------------------------- what went wrong, and why */

static bool recipe_has(const struct recipe *r, const struct step *step)
{
    return place_of(r, step) < r->n_steps;
}

static bool same_but_switch(const struct step *a, const struct step *b)
{
    return a->kind == b->kind && a->on != b->on && strcmp(a->text, b->text) == 0;
}

/* The step that was moved, when the recipes differ from step i on by a move. */
static const struct step *moved_step(const struct recipe *old, const struct recipe *r, size_t i)
{
    if (i >= old->n_steps || i >= r->n_steps || !recipe_has(r, old->steps[i]) ||
        !recipe_has(old, r->steps[i]))
        return NULL;
    /* Moved down, it lets the next one take its place; moved up, it stands in another's. */
    return i + 1 < old->n_steps && r->steps[i] == old->steps[i + 1] ? old->steps[i] : r->steps[i];
}

static size_t first_difference(const struct recipe *old, const struct recipe *r)
{
    size_t i = 0;

    while (i < old->n_steps && i < r->n_steps && old->steps[i] == r->steps[i])
        i++;
    return i;
}

/* " no longer applies after step 2 (derive) was removed": the edit between the two recipes, in the
 * numbers of the old one, which stays; nothing when there was none. */
static void tell_edit(struct str *out, const struct recipe *old, const struct recipe *r,
                      const struct step *failed)
{
    size_t i = first_difference(old, r);
    const struct step *was = i < old->n_steps ? old->steps[i] : NULL;
    const struct step *is = i < r->n_steps ? r->steps[i] : NULL;
    const struct step *moved = moved_step(old, r, i);

    if (!was && !is && roles_equal(&old->roles, &r->roles))
        return;
    if (moved == failed && moved) {
        str_addf(out, " cannot be moved to place %zu", place_of(r, failed) + 1);
        return;
    }
    str_add(out, " no longer applies after ");
    if (moved)
        str_addf(out, "step %zu (%s) was moved", place_of(old, moved) + 1, moved->kind->name);
    else if (!was && !is)
        str_add(out, "the roles of columns were changed");
    else if (was && is && same_but_switch(was, is))
        str_addf(out, "step %zu (%s) was switched %s", i + 1, is->kind->name,
                 is->on ? "on" : "off");
    else if (was && !recipe_has(r, was) && (!is || recipe_has(old, is)))
        str_addf(out, "step %zu (%s) was removed", i + 1, was->kind->name);
    else if (is && !recipe_has(old, is) && (!was || recipe_has(r, was)))
        str_addf(out, "%s was added in front of it", is->kind->name);
    else
        str_addf(out, "step %zu (%s) was changed", i + 1, was ? was->kind->name : is->kind->name);
}

static int fail_step(const struct recipe *r, size_t i, const struct recipe_run *previous,
                     size_t *failed_at, struct err *err)
{
    const struct step *step = r->steps[i];
    const struct recipe *old = previous ? previous->fitted->recipe : NULL;
    struct str edit;

    if (failed_at)
        *failed_at = i;
    if (err && err->code == ERR_CANCELLED)
        return -1;
    str_init(&edit);
    if (old && step->on && recipe_has(old, step)) {
        tell_edit(&edit, old, r, step);
        i = place_of(old, step);
        /* The place is in a line that was written long ago, not in the one that is run now. */
        if (err)
            err->line = err->col = err->width = 0;
    }
    err_prefix(err, "step %zu (%s)%s: ", i + 1, step->kind->name, edit.buf);
    str_release(&edit);
    return -1;
}

/* ---------------------------------------------------------------- running */

int recipe_run(struct recipe_run **out, const struct recipe *r, const struct table *in,
               const uint8_t *part, bool whole_sample, const struct recipe_run *previous,
               struct job *job, size_t *failed_at, struct err *err)
{
    struct recipe_run *run = run_new(r, whole_sample);
    size_t shared = shared_prefix(previous, r, in, part, whole_sample);

    if (set_input(run, in, part, err)) {
        recipe_run_unref(run);
        return -1;
    }
    for (size_t i = 0; i < r->n_steps; i++) {
        if (i < shared) {
            share_step(run, previous, i);
            continue;
        }
        struct job_range range = job_part(job, i, r->n_steps);
        int rc = run_step(run, i, previous, job, err);
        job_restore(job, range);
        if (rc) {
            fail_step(r, i, previous, failed_at, err);
            recipe_run_unref(run);
            return -1;
        }
    }
    *out = run;
    return 0;
}

int recipe_run_diff(struct diff **out, const struct recipe_run *r, size_t i, struct err *err)
{
    assert(i + 1 < r->n_tables);
    return diff_tables(out, r->tables[i], r->tables[i + 1], err);
}
