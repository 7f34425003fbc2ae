#include "prepare/recipe_run.h"

#include <string.h>

#include "base/mem.h"

#define FITTED_FORMAT 1
/* More than a person writes; counts beyond are lies of a damaged file. */
#define MAX_STEPS 10000
#define MAX_ROLES 10000000

/* ---------------------------------------------------------------- life */

struct fitted *fitted_new(const struct recipe *r)
{
    struct fitted *f = MEM_NEW(struct fitted, 1);

    atomic_init(&f->refs, 1);
    f->recipe = recipe_ref(r);
    f->state = MEM_NEW(void *, r->n_steps);
    f->behind = MEM_NEW(struct shared *, r->n_steps);
    return f;
}

struct fitted *fitted_ref(const struct fitted *f)
{
    struct fitted *shared = (struct fitted *)f;

    atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    return shared;
}

void fitted_unref(const struct fitted *f)
{
    struct fitted *shared = (struct fitted *)f;

    if (!shared || atomic_fetch_sub_explicit(&shared->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < shared->recipe->n_steps; i++)
        shared_unref(shared->behind[i]);
    recipe_unref(shared->recipe);
    mem_free(shared->state);
    mem_free(shared->behind);
    mem_free(shared);
}

/* ---------------------------------------------------------------- applying */

static bool applies_to_new(const struct step *step)
{
    return step->on && step->kind->scope != STEP_ROWS && !(step->kind->flags & STEP_SOURCE_ONLY);
}

static int apply_step(struct table **out, const struct fitted *f, size_t i, const struct table *t,
                      struct job *job, struct err *err)
{
    const struct step *step = f->recipe->steps[i];
    struct step_input in = {
        .table = t,
        .params = &step->params,
        .roles = &f->recipe->roles,
        .n_rows = t->n_rows,
        .new_rows = true,
    };

    if (step->kind->apply(out, f->state[i], &in, job, err) == 0)
        return 0;
    if (!err || err->code != ERR_CANCELLED)
        err_prefix(err, "step %zu (%s): ", i + 1, step->kind->name);
    return -1;
}

int fitted_apply(struct table **out, const struct fitted *f, const struct table *in,
                 struct job *job, struct err *err)
{
    return fitted_apply_some(out, f, 0, f->recipe->n_steps, in, job, err);
}

int fitted_apply_some(struct table **out, const struct fitted *f, size_t from, size_t to,
                      const struct table *in, struct job *job, struct err *err)
{
    struct table *t = table_ref(in);
    size_t n = f->recipe->n_steps;

    for (size_t i = from; i < to && i < n; i++) {
        if (!applies_to_new(f->recipe->steps[i]))
            continue;
        struct table *next;
        struct job_range range = job_part(job, i, n);
        int rc = apply_step(&next, f, i, t, job, err);
        job_restore(job, range);
        table_unref(t);
        if (rc)
            return -1;
        t = next;
    }
    *out = t;
    return 0;
}

/* ---------------------------------------------------------------- saving */

static void save_params(struct str *out, const struct params *params)
{
    pack_u64(out, params->n);
    for (size_t i = 0; i < params->n; i++) {
        const struct param_value *v = &params->values[i];
        pack_text(out, params->specs[i].name);
        pack_text(out, v->set ? v->text : NULL);
        pack_u64(out, v->given);
    }
}

void fitted_save(struct str *out, const struct fitted *f)
{
    const struct recipe *r = f->recipe;

    pack_u64(out, FITTED_FORMAT);
    pack_u64(out, r->roles.n);
    for (size_t i = 0; i < r->roles.n; i++) {
        pack_text(out, r->roles.entries[i].column);
        pack_u64(out, r->roles.entries[i].role);
    }
    pack_u64(out, r->split_at);
    pack_u64(out, r->n_steps);
    for (size_t i = 0; i < r->n_steps; i++) {
        const struct step *step = r->steps[i];
        pack_text(out, step->kind->name);
        pack_text(out, step->text);
        pack_u64(out, step->on);
        save_params(out, &step->params);
        pack_u64(out, f->state[i] != NULL);
        if (f->state[i])
            step->kind->save(out, f->state[i]);
    }
}

/* ---------------------------------------------------------------- loading */

/* The text that stands there, never NULL. */
static const char *need_text(struct unpack *u, const char *wanted)
{
    const char *text = unpack_text(u);

    if (!text)
        unpack_fail(u, wanted);
    return text ? text : "";
}

/* Parameters are read again from their text, so that their ranges are checked as when typed. */
static int load_params(struct params *params, const struct step_kind *kind, struct unpack *u,
                       struct arena *arena, struct err *err)
{
    params_init(params, kind->params, arena);
    if (unpack_count(u, params->n) != params->n)
        unpack_fail(u, "the parameters of this step");
    for (size_t i = 0; i < params->n && !u->failed; i++) {
        const char *name = need_text(u, "the name of a parameter");
        const char *text = unpack_text(u);
        bool given = unpack_count(u, 1) == 1;
        if (u->failed || strcmp(name, params->specs[i].name) != 0) {
            unpack_fail(u, "a parameter this step has");
            break;
        }
        if (text && params_set(params, i, text, arena, err))
            return err_prefix(err, "a saved step %s: ", kind->name);
        params->values[i].given = given;
    }
    return 0;
}

static int load_state(void **state, struct shared **behind, const struct step *step,
                      struct unpack *u, struct err *err)
{
    bool there = unpack_count(u, 1) == 1;

    if (u->failed || there != (step->on && step->kind->scope == STEP_FITTED)) {
        unpack_fail(u, "what a step learned, just when it learns");
        return 0;
    }
    if (!there)
        return 0;
    *behind = shared_new();
    struct arena *outer = u->arena;
    u->arena = &(*behind)->arena;
    int rc = step->kind->load(state, &(*behind)->arena, u, err);
    u->arena = outer;
    return rc;
}

/* What is read grows step by step; states are kept beside until the recipe is whole. */
struct loading {
    struct recipe *recipe;
    void **state;
    struct shared **behind;
};

static void loading_keep(struct loading *l, struct recipe *take)
{
    recipe_unref(l->recipe);
    l->recipe = take;
}

static int load_step(struct loading *l, size_t i, struct unpack *u, struct err *err)
{
    const char *name = need_text(u, "a kind of step");
    const char *text = need_text(u, "the text of a step");
    bool on = unpack_count(u, 1) == 1;
    const struct step_kind *kind = step_find(name);
    struct params params;

    if (u->failed)
        return 0;
    if (!kind)
        return err_set(err, ERR_PARSE,
                       "a saved step is '%s', which this version does not know; use the version "
                       "that saved it",
                       name);
    if (load_params(&params, kind, u, u->arena, err))
        return -1;
    if (u->failed)
        return 0;
    loading_keep(l, recipe_append(l->recipe, kind, &params, text));
    loading_keep(l, recipe_switch(l->recipe, i, on));
    return load_state(&l->state[i], &l->behind[i], l->recipe->steps[i], u, err);
}

static struct roles load_roles(struct unpack *u)
{
    size_t n = unpack_count(u, MAX_ROLES);

    /* A role takes more than a byte, so that the count can be held against what is left. */
    if (n > u->left)
        unpack_fail(u, "a smaller number of roles");
    if (u->failed)
        return (struct roles){ 0 };
    struct role_entry *entries = ARENA_NEW(u->arena, struct role_entry, n);
    for (size_t i = 0; i < n; i++) {
        entries[i].column = need_text(u, "the name of a column");
        entries[i].role = (enum role)unpack_count(u, ROLE_GROUP);
    }
    return (struct roles){ entries, n };
}

static int load_all(struct loading *l, size_t *n, struct unpack *u, struct err *err)
{
    if (unpack_u64(u) != FITTED_FORMAT)
        unpack_fail(u, "a recipe of format 1");
    struct roles roles = load_roles(u);
    size_t split_at = (size_t)unpack_u64(u);
    *n = unpack_count(u, MAX_STEPS);
    l->state = MEM_NEW(void *, *n);
    l->behind = MEM_NEW(struct shared *, *n);
    for (size_t i = 0; i < *n && !u->failed; i++)
        if (load_step(l, i, u, err))
            return -1;
    loading_keep(l, recipe_with_roles(l->recipe, &roles, split_at));
    /* What follows belongs to the caller; only what was read must be right. */
    struct unpack so_far = *u;
    so_far.left = 0;
    return unpack_end(&so_far, err);
}

int fitted_load(struct fitted **out, struct unpack *u, struct err *err)
{
    struct loading l = { .recipe = recipe_empty() };
    size_t n = 0;
    int rc = load_all(&l, &n, u, err);

    if (!rc) {
        struct fitted *f = fitted_new(l.recipe);
        for (size_t i = 0; i < n; i++) {
            f->state[i] = l.state[i];
            f->behind[i] = shared_ref(l.behind[i]);
        }
        *out = f;
    }
    for (size_t i = 0; i < n; i++)
        shared_unref(l.behind[i]);
    mem_free(l.state);
    mem_free(l.behind);
    recipe_unref(l.recipe);
    return rc;
}
