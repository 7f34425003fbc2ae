/* workspace.c - the snapshot: copies share everything and replace one thing. */
#include "workspace.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "workspace_stage.h"

/* ---- life ---- */
static struct named_model named_model_copy(const struct named_model *m)
{
    return (struct named_model){
        .name = mem_strdup(m->name),
        .model = model_ref(m->model),
        .split = m->split,
        .validated = m->validated ? resample_result_ref(m->validated) : NULL,
        .tested = m->tested ? resample_result_ref(m->tested) : NULL,
    };
}

static void named_model_release(struct named_model *m)
{
    mem_free(m->name);
    model_unref(m->model);
    resample_result_unref(m->validated);
    resample_result_unref(m->tested);
}

/* A copy that nobody else has seen, to be changed; room for one model more. */
static struct workspace *workspace_copy(const struct workspace *ws)
{
    struct workspace *copy = MEM_NEW(struct workspace, 1);

    atomic_init(&copy->refs, 1);
    copy->source = ws->source ? source_ref(ws->source) : NULL;
    copy->recipe = recipe_ref(ws->recipe);
    copy->split = buffer_ref(ws->split);
    copy->split_text = ws->split_text ? mem_strdup(ws->split_text) : NULL;
    copy->run = ws->run ? recipe_run_ref(ws->run) : NULL;
    copy->expectations = expectations_ref(ws->expectations);
    copy->as = ws->as;
    copy->positive = ws->positive ? mem_strdup(ws->positive) : NULL;
    copy->n_models = ws->n_models;
    copy->models = MEM_NEW(struct named_model, ws->n_models + 1);
    for (size_t i = 0; i < ws->n_models; i++)
        copy->models[i] = named_model_copy(&ws->models[i]);
    copy->stage = stage_ref(ws->stage);
    copy->lessons = lessons_ref(ws->lessons);
    return copy;
}

/* Is the run's input less than the source? */
static bool is_cut(const struct workspace *ws)
{
    return ws->run && ws->run->tables[0] != ws->source->table;
}

static void drop_run(struct workspace *ws)
{
    recipe_run_unref(ws->run);
    ws->run = NULL;
}

static void drop_split(struct workspace *ws)
{
    if (is_cut(ws))
        drop_run(ws);
    buffer_unref(ws->split);
    mem_free(ws->split_text);
    ws->split = NULL;
    ws->split_text = NULL;
}

static void drop_models(struct workspace *ws)
{
    for (size_t i = 0; i < ws->n_models; i++)
        named_model_release(&ws->models[i]);
    ws->n_models = 0;
}

static void set_recipe(struct workspace *ws, struct recipe *take)
{
    recipe_unref(ws->recipe);
    ws->recipe = take;
}

static void set_expectations(struct workspace *ws, struct expectations *take)
{
    expectations_unref(ws->expectations);
    ws->expectations = take;
}

static void set_text(char **at, const char *text)
{
    char *copy = text ? mem_strdup(text) : NULL;

    mem_free(*at);
    *at = copy;
}

struct workspace *workspace_ref(const struct workspace *ws)
{
    struct workspace *shared = (struct workspace *)(uintptr_t)ws;

    atomic_fetch_add(&shared->refs, 1);
    return shared;
}

void workspace_unref(const struct workspace *ws)
{
    struct workspace *shared = (struct workspace *)(uintptr_t)ws;

    if (!shared || atomic_fetch_sub(&shared->refs, 1) != 1)
        return;
    drop_split(shared);
    drop_models(shared);
    drop_run(shared);
    source_unref(shared->source);
    stage_unref(shared->stage);
    recipe_unref(shared->recipe);
    lessons_unref(shared->lessons);
    expectations_unref(shared->expectations);
    mem_free(shared->positive);
    mem_free(shared->models);
    mem_free(shared);
}

/* ---- digest ---- */
static void hash_digest(struct hasher *h, struct digest d)
{
    hasher_add_u64(h, d.lo);
    hasher_add_u64(h, d.hi);
}

static void hash_text(struct hasher *h, const char *text)
{
    hasher_add_u64(h, text != NULL);
    if (text)
        hasher_add_text(h, text);
}

static void hash_result(struct hasher *h, const struct resample_result *r)
{
    hasher_add_u64(h, r != NULL);
    if (!r)
        return;
    hash_digest(h, r->plan);
    for (size_t j = 0; j < r->n_metrics; j++) {
        hasher_add_text(h, r->metrics[j]->name);
        hasher_add_real(h, r->estimates[j].mean);
        hasher_add_real(h, r->estimates[j].low);
        hasher_add_real(h, r->estimates[j].high);
    }
}

static void hash_recipe(struct hasher *h, const struct recipe *r)
{
    hasher_add_u64(h, r->n_steps);
    for (size_t i = 0; i < r->n_steps; i++) {
        hasher_add_text(h, r->steps[i]->text);
        hasher_add_u64(h, r->steps[i]->on);
    }
    hash_text(h, roles_target(&r->roles));
}

struct digest workspace_split_digest(const struct workspace *ws)
{
    struct hasher h;

    if (!ws->split)
        return (struct digest){ 0 };
    hasher_init(&h);
    hasher_add(&h, ws->split->data, ws->split->size);
    return hasher_finish(&h);
}

static void hash_expectations(struct hasher *h, const struct expectations *l)
{
    for (size_t i = 0; l && i < l->n; i++) {
        hasher_add_text(h, l->items[i]->text);
        hasher_add_u64(h, l->after[i]);
    }
}

struct digest workspace_digest(const struct workspace *ws)
{
    struct hasher h;

    hasher_init(&h);
    if (ws->source) {
        hash_digest(&h, ws->source->info.digest);
        hash_digest(&h, table_digest(workspace_table(ws)));
    }
    hash_recipe(&h, ws->recipe);
    hash_digest(&h, workspace_split_digest(ws));
    hash_expectations(&h, ws->expectations);
    hasher_add_u64(&h, ws->as);
    hash_text(&h, ws->positive);
    for (size_t i = 0; i < ws->n_models; i++) {
        hasher_add_text(&h, ws->models[i].name);
        hash_digest(&h, model_digest(ws->models[i].model));
        hash_result(&h, ws->models[i].validated);
        hash_result(&h, ws->models[i].tested);
    }
    lessons_hash(&h, ws->lessons);
    return hasher_finish(&h);
}

struct workspace *workspace_empty(void)
{
    struct workspace *ws = MEM_NEW(struct workspace, 1);

    atomic_init(&ws->refs, 1);
    ws->recipe = recipe_empty();
    ws->models = MEM_NEW(struct named_model, 1);
    return ws;
}

/* ---- reading ---- */
const struct table *workspace_table(const struct workspace *ws)
{
    return ws->run ? recipe_run_result(ws->run) : NULL;
}

const struct table *workspace_need_table(const struct workspace *ws, struct err *err)
{
    if (!ws->run)
        err_set(err, ERR_DOMAIN, "nothing is loaded; load FILE first");
    return workspace_table(ws);
}

const char *workspace_target(const struct workspace *ws)
{
    return roles_target(&ws->recipe->roles);
}

size_t workspace_rows(uint32_t **out, const struct workspace *ws, uint8_t part, struct arena *arena)
{
    const struct table *t = workspace_table(ws);
    size_t n_rows = t ? t->n_rows : 0, n = 0;

    *out = ARENA_NEW(arena, uint32_t, n_rows);
    for (size_t i = 0; i < n_rows; i++)
        if (recipe_run_part(ws->run, i) == part)
            (*out)[n++] = (uint32_t)i;
    return n;
}

const struct named_model *workspace_model(const struct workspace *ws, const char *name,
                                          struct err *err)
{
    for (size_t i = 0; i < ws->n_models; i++)
        if (strcmp(ws->models[i].name, name) == 0)
            return &ws->models[i];
    if (!ws->n_models) {
        err_set(err, ERR_USAGE, "no model '%s'; train one first", name);
        return NULL;
    }
    const char **names = MEM_NEW(const char *, ws->n_models + 1);
    for (size_t i = 0; i < ws->n_models; i++)
        names[i] = ws->models[i].name;
    const char *near = text_nearest(name, names);
    if (near)
        err_set(err, ERR_USAGE, "no model '%s'; did you mean %s?", name, near);
    else
        err_set(err, ERR_USAGE, "no model '%s'; the last one is %s", name, names[ws->n_models - 1]);
    mem_free(names);
    return NULL;
}

struct workspace *workspace_with_lesson(const struct workspace *ws, const struct lesson *lesson)
{
    struct workspace *next = workspace_copy(ws);

    lessons_unref(next->lessons);
    next->lessons = lessons_add(ws->lessons, lesson);
    return next;
}

/* ---- running the recipe ---- */

/* The recipe over the source without the rows that are in no part. */
static int run_cut(struct recipe_run **out, const struct workspace *ws, struct job *job,
                   struct err *err)
{
    const struct table *all = ws->source->table;
    const uint8_t *split = ws->split->data;
    void *rows_block = NULL, *part_block = NULL;
    struct table *input = NULL;
    size_t n = 0;

    int rc = mem_big(&rows_block, all->n_rows, sizeof(uint32_t), "rows of the sample", err);
    if (!rc)
        rc = mem_big(&part_block, all->n_rows, 1, "parts of rows", err);
    uint32_t *rows = rows_block;
    uint8_t *part = part_block;
    for (size_t i = 0; i < all->n_rows && !rc; i++)
        if (split[i] != PART_NONE) {
            part[n] = split[i];
            rows[n++] = (uint32_t)i;
        }
    if (!rc)
        rc = table_take(&input, all, rows, n, err);
    if (!rc)
        rc = recipe_run(out, ws->recipe, input, part, true, NULL, job, NULL, err);
    table_unref(input);
    mem_big_free(rows_block);
    mem_big_free(part_block);
    return rc;
}

/* Did a row that is in no part come through to the end? */
static bool any_stray(const struct recipe_run *run)
{
    for (size_t i = 0; i < recipe_run_result(run)->n_rows; i++)
        if (recipe_run_part(run, i) == PART_NONE)
            return true;
    return false;
}

/* First all rows of the source, since steps that removed some before the split remove them again
 * and then show what they did; only when a row that is in no part comes through (such a step was
 * switched off, or stood after one that learns) is the source cut down first, and stays so. */
static int run_split(struct recipe_run **out, const struct workspace *ws, struct job *job,
                     struct err *err)
{
    struct recipe_run *run;

    if (recipe_run(&run, ws->recipe, ws->source->table, ws->split->data, true, ws->run, job, NULL,
                   err))
        return -1;
    if (!any_stray(run)) {
        *out = run;
        return 0;
    }
    recipe_run_unref(run);
    return run_cut(out, ws, job, err);
}

/* Run the recipe of a copy over its source. */
static int run_recipe(struct workspace *ws, struct job *job, struct err *err)
{
    struct recipe_run *run;
    int rc;

    if (!ws->source)
        return 0;
    if (is_cut(ws))
        rc = recipe_run(&run, ws->recipe, ws->run->tables[0], ws->run->parts[0], true, ws->run, job,
                        NULL, err);
    else if (ws->split)
        rc = run_split(&run, ws, job, err);
    else
        rc = recipe_run(&run, ws->recipe, ws->source->table, NULL, true, ws->run, job, NULL, err);
    if (rc)
        return -1;
    drop_run(ws);
    ws->run = run;
    return 0;
}

/* Run, seal and give out a copy, or throw it away. */
static int workspace_finish(struct workspace **out, struct workspace *copy, struct job *job,
                            struct err *err)
{
    if (run_recipe(copy, job, err)) {
        workspace_unref(copy);
        return -1;
    }
    *out = copy;
    return 0;
}

/* ---- new ones ---- */
void workspace_set_stage(struct workspace *fresh, const struct stage *stage,
                         const struct workspace *before)
{
    stage_unref(fresh->stage);
    fresh->stage = stage_ref(stage);
    fresh->as = before->as;
    set_text(&fresh->positive, before->positive);
}

int workspace_with_source(struct workspace **out, const struct workspace *ws, struct source *source,
                          struct err *err)
{
    struct workspace *copy = workspace_copy(ws);

    drop_split(copy);
    drop_models(copy);
    drop_run(copy);
    source_unref(copy->source);
    copy->source = source_ref(source);
    stage_unref(copy->stage);
    copy->stage = NULL;
    set_recipe(copy, recipe_empty());
    set_expectations(copy, NULL);
    copy->as = AS_FITS;
    set_text(&copy->positive, NULL);
    return workspace_finish(out, copy, NULL, err);
}

static size_t find_step(const struct recipe *r, const struct step *step)
{
    size_t i = 0;

    while (i < r->n_steps && r->steps[i] != step)
        i++;
    return i;
}

/* Behind which step of the new recipe is what stood behind the first `after` of the old one?  Where
 * a step was edited in its place, behind that; where it was removed, behind the one before it. */
static size_t place_after(const struct recipe *old, const struct recipe *now, size_t after)
{
    for (; after > 0; after--) {
        size_t at = find_step(now, old->steps[after - 1]);
        if (at < now->n_steps)
            return at + 1;
        if (now->n_steps == old->n_steps)
            return after;
    }
    return 0;
}

/* The list as it stands in another recipe. */
static struct expectations *placed(const struct expectations *l, const struct recipe *old,
                                   const struct recipe *now)
{
    size_t *other = MEM_NEW(size_t, old->n_steps + 1);

    for (size_t k = 0; k <= old->n_steps; k++)
        other[k] = place_after(old, now, k);
    struct expectations *moved = expectations_moved(l, other);
    mem_free(other);
    return moved;
}

struct expectations *workspace_expectations_for(const struct workspace *ws, const struct model *m)
{
    return placed(ws->expectations, ws->recipe, m->fitted->recipe);
}

int workspace_with_recipe(struct workspace **out, const struct workspace *ws,
                          const struct recipe *recipe, struct job *job, struct err *err)
{
    struct workspace *copy = workspace_copy(ws);

    if (ws->expectations)
        set_expectations(copy, placed(ws->expectations, ws->recipe, recipe));
    set_recipe(copy, recipe_ref(recipe));
    if (recipe->split_at == SIZE_MAX)
        drop_split(copy);
    return workspace_finish(out, copy, job, err);
}

/* Missing targets can still be dropped by a later step; a class that is not there is a mistake. */
static int check_positive(const struct workspace *ws, struct err *err)
{
    struct err found = { 0 };
    struct target target;
    struct arena arena;

    if (!ws->positive)
        return 0;
    arena_init(&arena);
    int rc = workspace_detect_target(&target, ws, &arena, &found);
    arena_release(&arena);
    if (!rc || found.code != ERR_USAGE)
        return 0;
    if (err)
        *err = found;
    return -1;
}

int workspace_with_target(struct workspace **out, const struct workspace *ws, const char *column,
                          enum target_as as, const char *positive, struct job *job, struct err *err)
{
    const struct table *t = workspace_need_table(ws, err);

    if (!t || !table_column(t, column, err))
        return -1;
    struct workspace *copy = workspace_copy(ws);
    set_recipe(copy, recipe_set_role(ws->recipe, column, ROLE_TARGET));
    copy->as = as;
    set_text(&copy->positive, positive);
    if (run_recipe(copy, job, err) || check_positive(copy, err)) {
        workspace_unref(copy);
        return -1;
    }
    *out = copy;
    return 0;
}

/* part of the table's rows to parts by row of the source. */
static int split_buffer(struct buffer **out, const struct workspace *ws, const uint8_t *part,
                        struct err *err)
{
    const struct table *t = workspace_table(ws), *source = ws->source->table;
    size_t n_held = 0;

    for (size_t i = 0; i < t->n_rows; i++)
        n_held += part[i] == PART_PREDICT;
    if (n_held == 0 || n_held == t->n_rows)
        return err_set(err, ERR_DOMAIN, "the split leaves no %s rows; give each part some",
                       n_held ? "training" : "held-out");
    if (buffer_new(out, source->n_rows, 1, "the split", err))
        return -1;
    uint8_t *split = (*out)->data;
    memset(split, PART_NONE, source->n_rows);
    for (size_t i = 0; i < t->n_rows; i++)
        split[table_index_of(source, table_row_number(t, i))] = part[i];
    return 0;
}

int workspace_with_split(struct workspace **out, const struct workspace *ws, const uint8_t *part,
                         const char *text, struct job *job, struct err *err)
{
    struct buffer *split;

    if (!workspace_need_table(ws, err) || split_buffer(&split, ws, part, err))
        return -1;
    struct workspace *copy = workspace_copy(ws);
    drop_split(copy);
    copy->split = split;
    set_text(&copy->split_text, text);
    set_recipe(copy, recipe_set_split(ws->recipe, ws->recipe->n_steps));
    return workspace_finish(out, copy, job, err);
}

struct workspace *workspace_with_expectations(const struct workspace *ws,
                                              const struct expectations *l)
{
    struct workspace *copy = workspace_copy(ws);

    set_expectations(copy, expectations_ref(l));
    return copy;
}

const struct table *workspace_expected(const struct workspace *ws, size_t i)
{
    size_t after = ws->expectations->after[i], last = ws->run->n_tables - 1;

    return ws->run->tables[after < last ? after : last];
}

static struct named_model *find_model(const struct workspace *ws, const char *name)
{
    return (struct named_model *)(uintptr_t)workspace_model(ws, name, NULL);
}

struct workspace *workspace_with_model(const struct workspace *ws, const char *name,
                                       const struct model *model)
{
    struct workspace *copy = workspace_copy(ws);
    struct named_model *at = find_model(copy, name);

    if (at)
        named_model_release(at);
    else
        at = &copy->models[copy->n_models++];
    *at = (struct named_model){ .name = mem_strdup(name),
                                .model = model_ref(model),
                                .split = workspace_split_digest(ws) };
    return copy;
}

static void replace_result(struct resample_result **at, const struct resample_result *r)
{
    if (!r)
        return;
    struct resample_result *old = *at;
    *at = resample_result_ref(r);
    resample_result_unref(old);
}

struct workspace *workspace_with_result(const struct workspace *ws, const char *name,
                                        const struct resample_result *validated,
                                        const struct resample_result *tested)
{
    struct workspace *copy = workspace_copy(ws);
    struct named_model *at = find_model(copy, name);

    assert(at);
    replace_result(&at->validated, validated);
    replace_result(&at->tested, tested);
    return copy;
}
