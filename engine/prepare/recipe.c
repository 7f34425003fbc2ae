/* A recipe is an array of pointers.  Each step lives in a small arena of its own with a count of
 * references, so that an edit copies the array and shares the steps; that two versions hold the
 * same pointer is also how recipe_run knows that nothing changed up to there. */
#include "prepare/recipe_run.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

/* ---------------------------------------------------------------- life */

/* Room for n steps; the caller fills the two arrays. */
static struct recipe *recipe_new(size_t n, const struct step ***steps, struct shared ***behind)
{
    struct recipe *r = MEM_NEW(struct recipe, 1);

    atomic_init(&r->refs, 1);
    arena_init(&r->arena);
    *steps = ARENA_NEW(&r->arena, const struct step *, n);
    *behind = ARENA_NEW(&r->arena, struct shared *, n);
    r->n_steps = n;
    r->steps = *steps;
    r->behind = *behind;
    r->split_at = SIZE_MAX;
    return r;
}

struct recipe *recipe_empty(void)
{
    const struct step **steps;
    struct shared **behind;

    return recipe_new(0, &steps, &behind);
}

struct recipe *recipe_ref(const struct recipe *r)
{
    struct recipe *shared = (struct recipe *)r; /* the count is the one thing that changes */

    atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    return shared;
}

void recipe_unref(const struct recipe *r)
{
    struct recipe *shared = (struct recipe *)r;

    if (!shared || atomic_fetch_sub_explicit(&shared->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < shared->n_steps; i++)
        shared_unref(shared->behind[i]);
    arena_release(&shared->arena);
    mem_free(shared);
}

static void copy_roles(struct recipe *to, const struct roles *from)
{
    struct role_entry *entries = ARENA_NEW(&to->arena, struct role_entry, from->n);

    for (size_t i = 0; i < from->n; i++)
        entries[i] = (struct role_entry){ arena_strdup(&to->arena, from->entries[i].column),
                                          from->entries[i].role };
    to->roles = (struct roles){ entries, from->n };
}

/* ---------------------------------------------------------------- steps */

struct made {
    const struct step *step;
    struct shared *behind;
};

static struct made step_make(const struct step_kind *kind, const struct params *params,
                             const char *text, bool on)
{
    struct shared *behind = shared_new();
    struct step *step = ARENA_NEW(&behind->arena, struct step, 1);

    step->kind = kind;
    params_copy(&step->params, params, &behind->arena);
    step->text = arena_strdup(&behind->arena, text ? text : kind->name);
    step->on = on;
    return (struct made){ step, behind };
}

/* The list of an edited recipe: where each of its steps comes from in the old one; FRESH is the one
 * that was made for the edit. */
#define FRESH SIZE_MAX

static struct recipe *recipe_edited(const struct recipe *r, const size_t *from, size_t n,
                                    struct made fresh)
{
    const struct step **steps;
    struct shared **behind;
    struct recipe *edited = recipe_new(n, &steps, &behind);

    for (size_t i = 0; i < n; i++) {
        if (from[i] == FRESH) {
            steps[i] = fresh.step;
            behind[i] = fresh.behind;
        } else {
            steps[i] = r->steps[from[i]];
            behind[i] = shared_ref(r->behind[from[i]]);
        }
    }
    if (r) {
        edited->split_at = r->split_at;
        copy_roles(edited, &r->roles);
    }
    return edited;
}

/* 0, 1, … n - 1 with room for one more. */
static size_t *in_order(size_t n)
{
    size_t *from = MEM_NEW(size_t, n + 1);

    for (size_t i = 0; i < n; i++)
        from[i] = i;
    return from;
}

struct recipe *recipe_append(const struct recipe *r, const struct step_kind *kind,
                             const struct params *params, const char *text)
{
    size_t n = r ? r->n_steps : 0;
    size_t *from = in_order(n);

    from[n] = FRESH;
    struct recipe *edited = recipe_edited(r, from, n + 1, step_make(kind, params, text, true));
    mem_free(from);
    return edited;
}

static bool split_before(const struct recipe *r, size_t i)
{
    return r->split_at != SIZE_MAX && i >= r->split_at;
}

struct recipe *recipe_remove(const struct recipe *r, size_t i)
{
    assert(i < r->n_steps);
    size_t *from = in_order(r->n_steps);

    memmove(from + i, from + i + 1, (r->n_steps - i - 1) * sizeof(*from));
    struct recipe *edited = recipe_edited(r, from, r->n_steps - 1, (struct made){ 0 });
    if (r->split_at != SIZE_MAX && !split_before(r, i))
        edited->split_at--;
    mem_free(from);
    return edited;
}

struct recipe *recipe_replace(const struct recipe *r, size_t i, const struct step_kind *kind,
                              const struct params *params, const char *text)
{
    assert(i < r->n_steps);
    size_t *from = in_order(r->n_steps);
    struct made fresh = step_make(kind, params, text, r->steps[i]->on);

    from[i] = FRESH;
    struct recipe *edited = recipe_edited(r, from, r->n_steps, fresh);
    mem_free(from);
    return edited;
}

struct recipe *recipe_move(const struct recipe *r, size_t from_at, size_t to_at)
{
    assert(from_at < r->n_steps && to_at < r->n_steps);
    size_t *from = in_order(r->n_steps);

    if (from_at < to_at)
        memmove(from + from_at, from + from_at + 1, (to_at - from_at) * sizeof(*from));
    else
        memmove(from + to_at + 1, from + to_at, (from_at - to_at) * sizeof(*from));
    from[to_at] = from_at;
    struct recipe *edited = recipe_edited(r, from, r->n_steps, (struct made){ 0 });
    if (!split_before(r, from_at) && split_before(r, to_at))
        edited->split_at--;
    else if (split_before(r, from_at) && !split_before(r, to_at))
        edited->split_at++;
    mem_free(from);
    return edited;
}

struct recipe *recipe_switch(const struct recipe *r, size_t i, bool on)
{
    assert(i < r->n_steps);
    const struct step *old = r->steps[i];

    if (old->on == on)
        return recipe_ref(r);
    size_t *from = in_order(r->n_steps);
    from[i] = FRESH;
    struct recipe *edited = recipe_edited(r, from, r->n_steps,
                                          step_make(old->kind, &old->params, old->text, on));
    mem_free(from);
    return edited;
}

/* ---------------------------------------------------------------- roles and the split */

static struct recipe *recipe_copy(const struct recipe *r)
{
    size_t n = r ? r->n_steps : 0;
    size_t *from = in_order(n);
    struct recipe *copy = recipe_edited(r, from, n, (struct made){ 0 });

    mem_free(from);
    return copy;
}

static bool one_of_a_kind(enum role role)
{
    return role == ROLE_TARGET || role == ROLE_WEIGHT || role == ROLE_GROUP;
}

struct recipe *recipe_set_role(const struct recipe *r, const char *column, enum role role)
{
    struct recipe *edited = recipe_copy(r);
    const struct roles *old = &edited->roles;
    struct role_entry *entries = ARENA_NEW(&edited->arena, struct role_entry, old->n + 1);
    size_t n = 0;

    for (size_t i = 0; i < old->n; i++) {
        bool replaced = strcmp(old->entries[i].column, column) == 0 ||
                        (one_of_a_kind(role) && old->entries[i].role == role);
        if (!replaced)
            entries[n++] = old->entries[i];
    }
    if (role != ROLE_FEATURE)
        entries[n++] = (struct role_entry){ arena_strdup(&edited->arena, column), role };
    edited->roles = (struct roles){ entries, n };
    return edited;
}

struct recipe *recipe_with_roles(const struct recipe *r, const struct roles *roles, size_t split_at)
{
    struct recipe *edited = recipe_copy(r);

    copy_roles(edited, roles);
    edited->split_at = split_at;
    return edited;
}

struct recipe *recipe_set_split(const struct recipe *r, size_t split_at)
{
    struct recipe *edited = recipe_copy(r);

    edited->split_at = split_at;
    return edited;
}

size_t recipe_sample(const struct recipe *r)
{
    size_t i = 0;

    while (i < r->n_steps && i < r->split_at &&
           !(r->steps[i]->on && r->steps[i]->kind->scope == STEP_FITTED))
        i++;
    return i;
}
