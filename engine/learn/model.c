#include "learn/model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "learn/early_part.h"
#include "learn/model_parts.h"
#include "learn/row_split.h"
#include "learn/weighting.h"
#include "num/linalg.h"

/* ---- life ---- */

struct model *model_blank(void)
{
    struct model *m = MEM_NEW(struct model, 1);

    atomic_init(&m->refs, 1);
    arena_init(&m->arena);
    return m;
}

struct model *model_ref(const struct model *m)
{
    struct model *shared = (struct model *)m;

    if (shared)
        atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    return shared;
}

void model_unref(const struct model *m)
{
    struct model *gone = (struct model *)m;

    if (!gone || atomic_fetch_sub_explicit(&gone->refs, 1, memory_order_acq_rel) > 1)
        return;
    fitted_unref(gone->fitted);
    expectations_unref(gone->expectations);
    model_unref(gone->base);
    arena_release(&gone->arena);
    mem_free(gone);
}

static size_t find_note(const struct model *m, const char *key)
{
    size_t i = 0;
    while (i < m->n_notes && strcmp(m->notes[i].key, key) != 0)
        i++;
    return i;
}

struct model *model_with_notes(const struct model *m, const struct model_note *notes, size_t n)
{
    struct model *copy = model_blank();

    copy->learner = m->learner;
    copy->params = m->params;
    copy->target = m->target;
    copy->p = m->p;
    copy->features = m->features;
    copy->levels = m->levels;
    copy->state = m->state;
    copy->fitted = fitted_ref(m->fitted);
    copy->expectations = expectations_ref(m->expectations);
    copy->n_inputs = m->n_inputs;
    copy->inputs = m->inputs;
    copy->n_rows = m->n_rows;
    copy->n_validation = m->n_validation;
    copy->n_stages = m->n_stages;
    copy->stages = m->stages;
    copy->curve = m->curve;
    copy->n_iterations = m->n_iterations;
    copy->warning = m->warning;
    copy->class_weight = m->class_weight;
    copy->base = model_ref(m);
    copy->notes = ARENA_NEW(&copy->arena, struct model_note, m->n_notes + n);
    if (m->n_notes)
        memcpy(copy->notes, m->notes, m->n_notes * sizeof(*notes));
    copy->n_notes = m->n_notes;
    for (size_t i = 0; i < n; i++) {
        size_t at = find_note(copy, notes[i].key);
        copy->n_notes += at == copy->n_notes;
        copy->notes[at].key = arena_strdup(&copy->arena, notes[i].key);
        copy->notes[at].value = arena_strdup(&copy->arena, notes[i].value);
    }
    return copy;
}

struct model *model_with_expectations(const struct model *m, const struct expectations *l)
{
    struct model *copy = model_with_notes(m, NULL, 0);
    struct expectations *old = copy->expectations;

    copy->expectations = expectations_ref(l);
    expectations_unref(old);
    return copy;
}

/* ---- which raw columns are read ---- */

/* What raw data must have: the columns without which the recipe does not give the features.  A column
 * with a role is never asked for. */
static int keep_inputs(struct model *m, const struct table *raw, struct err *err)
{
    const struct recipe *r = m->fitted->recipe;
    bool *needed = ARENA_NEW(&m->arena, bool, raw->n_cols);
    size_t p = model_flags(m) & LEARNER_BLIND ? 0 : m->p;

    if (fitted_needs(needed, m->fitted, raw, m->features, p, err))
        return -1;
    m->inputs = ARENA_NEW(&m->arena, struct model_column, raw->n_cols);
    for (size_t j = 0; j < raw->n_cols; j++) {
        const char *name = table_name(raw, j);
        bool is_target = !(m->target.task & TASK_ALONE) && strcmp(name, m->target.name) == 0;
        bool feature = !is_target && roles_of(&r->roles, name) == ROLE_FEATURE;
        m->inputs[m->n_inputs++] = (struct model_column){
            .name = arena_strdup(&m->arena, name),
            .type = table_at(raw, j)->type,
            .needed = feature && needed[j],
        };
    }
    return 0;
}

/* ---- training ---- */

/* Rows of one part of a run. */
struct training {
    const struct train_request *req;
    const struct recipe_run *run;
    uint8_t part;
    const struct table *table;
    uint32_t *rows; /* (n) those of the part; NULL: all */
    size_t n;
    double *y;       /* (n); NULL: there is no target */
    double *weights; /* (n) with those of classes in them; NULL: all one */
    int32_t *groups; /* (n); NULL */
    struct matrix x;
};

static void training_release(struct training *t)
{
    mem_big_free(t->rows);
    mem_big_free(t->y);
    mem_big_free(t->weights);
    mem_big_free(t->groups);
    matrix_release(&t->x);
    *t = (struct training){ 0 };
}

static int choose_rows(struct training *t, struct err *err)
{
    const struct recipe_run *run = t->run;
    void *rows;

    t->table = recipe_run_result(run);
    for (size_t i = 0; i < t->table->n_rows; i++)
        t->n += recipe_run_part(run, i) == t->part;
    if (t->n == 0)
        return err_set(err, ERR_DOMAIN,
                       "no training rows are left; check the filters and the split");
    if (t->n == t->table->n_rows)
        return 0;
    if (mem_big(&rows, t->n, sizeof(*t->rows), "row numbers", err))
        return -1;
    t->rows = rows;
    for (size_t i = 0, k = 0; i < t->table->n_rows; i++)
        if (recipe_run_part(run, i) == t->part)
            t->rows[k++] = (uint32_t)i;
    return 0;
}

static void copy_target(struct target *out, const struct target *in, struct arena *arena)
{
    const char **classes = in->n_classes ? ARENA_NEW(arena, const char *, in->n_classes) : NULL;

    *out = *in;
    out->name = arena_strdup(arena, in->name);
    for (size_t k = 0; k < in->n_classes; k++)
        classes[k] = arena_strdup(arena, in->classes[k]);
    out->classes = classes;
}

/* What to do when the learner is for the other task. */
static const char *advice_on_task(const struct target *target)
{
    if (target->task == TASK_REGRESS)
        return "train ridge, or declare the target with task=classes";
    if (target->type == COLUMN_CATEGORY || target->type == COLUMN_TEXT)
        return "train logistic";
    return "train logistic, or declare the target with task=regression";
}

#define SETTLED_CLASSES_MOST 50

/* Whole numbers may be classes or amounts; where nothing was declared, a learner that does only one
 * of them settles it. */
static int settle_target(struct model *m, const struct training *t, struct err *err)
{
    const struct train_request *req = t->req;
    enum target_as as = m->target.task == TASK_REGRESS ? AS_CLASSES : AS_NUMBERS;
    struct target other;

    if (req->as != AS_FITS || m->target.type != COLUMN_INT ||
        (req->learner->tasks & m->target.task))
        return 0;
    if (target_detect(&other, t->table, req->target, t->rows, t->n, as, req->positive, &m->arena,
                      err))
        return -1;
    if (other.n_classes <= SETTLED_CLASSES_MOST)
        m->target = other;
    return 0;
}

static int choose_target(struct model *m, struct training *t, struct err *err)
{
    const struct train_request *req = t->req;

    if (req->learner->tasks & TASK_ALONE) {
        m->target = target_of_task(req->learner->tasks);
        return 0;
    }
    if (req->fixed)
        copy_target(&m->target, req->fixed, &m->arena);
    else if (target_detect(&m->target, t->table, req->target, t->rows, t->n, req->as, req->positive,
                           &m->arena, err) ||
             settle_target(m, t, err))
        return -1;
    if (!(req->learner->tasks & m->target.task))
        return err_set(err, ERR_DOMAIN, "%s is not for %s, which the target %s asks for; %s",
                       req->learner->name, task_name(m->target.task), m->target.name,
                       advice_on_task(&m->target));
    return 0;
}

/* Not every class of a fixed target need have training rows, but one alone teaches nothing. */
static int check_classes(struct model *m, const struct training *t, struct err *err)
{
    size_t n_classes = m->target.n_classes, n_present = 0, empty = 0;
    size_t *count = MEM_NEW(size_t, n_classes);

    for (size_t i = 0; n_classes && i < t->n; i++)
        count[(size_t)t->y[i]]++;
    for (size_t k = 0; k < n_classes; k++) {
        n_present += count[k] > 0;
        empty = count[k] ? empty : k;
    }
    size_t only = n_classes && t->n ? (size_t)t->y[0] : 0;
    mem_free(count);
    if (n_classes && n_present < 2)
        return err_set(err, ERR_DOMAIN,
                       "all %zu training rows have %s = %s; a model needs two "
                       "classes; use stratified folds, or fewer of them",
                       t->n, m->target.name, m->target.classes[only]);
    if (n_present < n_classes)
        m->warning = arena_printf(&m->arena, "class %s of %s has no training rows",
                                  m->target.classes[empty], m->target.name);
    return 0;
}

static int take_target(const struct model *m, struct training *t, bool unknown_is_nan,
                       struct err *err)
{
    void *y;

    if (m->target.task & TASK_ALONE)
        return 0;
    if (mem_big(&y, t->n, sizeof(*t->y), "the target", err))
        return -1;
    t->y = y;
    return target_values(t->y, &m->target, t->table, t->rows, t->n, unknown_is_nan, err);
}

/* ---- weights and groups ---- */

static int refuse_weights(const struct model *m, const char *what, struct err *err)
{
    return err_set(err, ERR_DOMAIN,
                   "%s cannot weigh rows, and %s asks for it; choose another learner, or take the "
                   "weights back",
                   m->learner->name, what);
}

static int take_class_weights(const struct model *m, const double *factor, struct training *t,
                              struct err *err)
{
    void *w;

    if (!t->weights) {
        if (mem_big(&w, t->n, sizeof(double), "the weights of rows", err))
            return -1;
        t->weights = w;
        for (size_t i = 0; i < t->n; i++)
            t->weights[i] = 1;
    }
    double sum = 0;
    for (size_t i = 0; i < t->n; i++)
        sum += t->weights[i] *= factor[(size_t)t->y[i]];
    return sum > 0 ? 0
                   : err_set(err, ERR_DOMAIN, "class_weight=%s leaves no row of %s any weight",
                             m->class_weight, m->target.name);
}

/* y is known; `of` are the rows that classes are balanced by. */
static int take_weights(const struct model *m, struct training *t, const struct training *of,
                        struct err *err)
{
    const struct roles *roles = &t->run->fitted->recipe->roles;
    const char *column = roles_column(roles, ROLE_WEIGHT);

    if (!(model_flags(m) & LEARNER_WEIGHTS) && (column || m->class_weight))
        return refuse_weights(m, column ? column : "class_weight", err);
    if (weighting_rows(&t->weights, t->table, roles, t->rows, t->n, err))
        return -1;
    if (!m->class_weight)
        return 0;
    double *factor = MEM_NEW(double, m->target.n_classes);
    int rc = weighting_classes(factor, m->class_weight, &m->target, of->y, of->n, err) ||
                     take_class_weights(m, factor, t, err)
                 ? -1
                 : 0;
    mem_free(factor);
    return rc;
}

static int take_groups(struct training *t, struct err *err)
{
    return weighting_groups(&t->groups, t->table, &t->run->fitted->recipe->roles, t->rows, t->n,
                            err);
}

static int prepare_rows(struct model *m, struct training *t, struct err *err)
{
    const struct recipe *recipe = t->run->fitted->recipe;
    bool alone = m->target.task & TASK_ALONE;
    struct design design;

    if ((!alone && (take_target(m, t, false, err) || check_classes(m, t, err))) ||
        take_weights(m, t, t, err) || take_groups(t, err) ||
        design_features(&design, t->table, &recipe->roles, alone ? NULL : m->target.name,
                        model_flags(m), &m->arena, err))
        return -1;
    m->p = design.p;
    m->features = design.names;
    if (model_flags(m) & LEARNER_CATEGORIES)
        m->levels = design_levels(m->features, m->p, t->table, t->rows, t->n, &m->arena);
    return design_matrix(&t->x, m->features, m->p, model_flags(m), m->levels, t->table, t->rows,
                         t->n, false, err);
}

/* ---- rows to stop early by ---- */

/* Choose them among the training rows of the run and fit the recipe anew on the others. */
static int run_aside(struct recipe_run **out, const struct model *m, struct training *t,
                     const struct validation_wish *wish, struct job *job, struct err *err)
{
    void *part = NULL;

    int rc = take_target(m, t, false, err);
    if (!rc)
        rc = take_groups(t, err);
    if (!rc)
        rc = mem_big(&part, t->n, 1, "the parts of rows", err);
    if (!rc)
        rc = split_validation(part, t->n, wish->fraction, &m->target, t->y, t->groups, wish->seed,
                              err);
    if (!rc)
        rc = early_part_run(out, t->run, t->rows, t->n, part, job, err);
    mem_big_free(part);
    return rc;
}

/* When the learner wants some: `held` gets them, and *t the rows that are left. */
static int put_aside(struct model *m, struct training *t, struct training *held, struct job *job,
                     struct err *err)
{
    const struct train_request *req = t->req;
    struct validation_wish wish = { 0 };
    struct recipe_run *run;

    if (m->learner->validation)
        wish = m->learner->validation(&m->params);
    if (wish.fraction <= 0)
        return 0;
    if (run_aside(&run, m, t, &wish, job, err))
        return -1;
    training_release(t);
    *t = (struct training){ .req = req, .run = run, .part = PART_TRAIN };
    *held = (struct training){ .req = req, .run = run, .part = PART_VALIDATE };
    fitted_unref(m->fitted);
    m->fitted = fitted_ref(run->fitted);
    return choose_rows(t, err) || choose_rows(held, err) ? -1 : 0;
}

/* The held rows see the steps as rows to be predicted do. */
static int prepare_held(struct model *m, struct training *held, const struct training *t,
                        struct err *err)
{
    if (!held->run)
        return 0;
    m->n_validation = held->n;
    return take_target(m, held, false, err) || take_weights(m, held, t, err) ||
                   take_groups(held, err) ||
                   design_matrix(&held->x, m->features, m->p, model_flags(m), m->levels,
                                 held->table, held->rows, held->n, true, err)
               ? -1
               : 0;
}

/* ---- fitting ---- */

/* For the learner; a category without levels still is one. */
static uint32_t *count_levels(struct model *m)
{
    uint32_t *n = m->levels ? ARENA_NEW(&m->arena, uint32_t, m->p) : NULL;

    for (size_t j = 0; m->levels && j < m->p; j++)
        if (m->levels[j].is_category)
            n[j] = m->levels[j].n ? (uint32_t)m->levels[j].n : 1;
    return n;
}

static bool same_levels(const struct levels *a, const struct levels *b)
{
    bool same = a->is_category == b->is_category && a->n == b->n;

    for (size_t k = 0; same && k < a->n; k++)
        same = strcmp(a->text[k], b->text[k]) == 0;
    return same;
}

/* A state is about rows, features and levels: it can only go on with the same. */
static int check_warm(const struct model *m, const struct training *t, struct err *err)
{
    const struct model *warm = t->req->warm;
    bool same = !warm || (warm->learner == m->learner && warm->p == m->p && warm->n_rows == t->n);

    for (size_t j = 0; warm && same && j < m->p; j++)
        same = strcmp(warm->features[j], m->features[j]) == 0 &&
               (!m->levels || same_levels(&m->levels[j], &warm->levels[j]));
    if (same)
        return 0;
    return err_set(err, ERR_DOMAIN,
                   "the model was trained on other rows or features than there are now; train "
                   "anew, or undo to where it was trained");
}

static void copy_stages(struct model *m, const struct train_request *req)
{
    struct train_stage *stages = ARENA_NEW(&m->arena, struct train_stage, req->n_stages);

    for (size_t k = 0; k < req->n_stages; k++) {
        params_copy(&stages[k].params, &req->stages[k].params, &m->arena);
        stages[k].until = req->stages[k].until;
    }
    m->stages = stages;
    m->n_stages = req->n_stages;
}

/* Stage after stage, each going on from the one before. */
static int fit_stages(struct fit_output *out, struct fit_input *in, const struct model *m,
                      const struct train_request *req, struct job *job, struct err *err)
{
    size_t last = m->n_stages ? m->n_stages - 1 : 0;

    in->params = &m->params;
    in->warm_start = req->warm ? req->warm->state : NULL;
    if (!m->n_stages)
        return m->learner->fit(out, in, job, err);
    for (size_t k = req->warm ? last : 0; k < m->n_stages; k++) {
        in->params = &m->stages[k].params;
        in->until = m->stages[k].until;
        if (m->learner->fit(out, in, job, err))
            return -1;
        in->warm_start = out->state;
    }
    return 0;
}

static struct fit_input input_of(struct model *m, const struct training *t)
{
    return (struct fit_input){
        .x = &t->x,
        .names = m->features,
        .n_levels = count_levels(m),
        .y = t->y,
        .n_classes = m->target.n_classes,
        .classes = m->target.classes,
        .task = m->target.task,
        .weights = t->weights,
        .groups = t->groups,
        .params = &m->params,
    };
}

/* ---- rows apart, for learners made of others ---- */

/* A model of the same kind over part of the rows, of which only what it is fitted on is wanted. */
static struct model *model_apart(const struct model *m, const struct recipe_run *run)
{
    struct model *part = model_blank();

    part->learner = m->learner;
    params_copy(&part->params, &m->params, &part->arena);
    copy_target(&part->target, &m->target, &part->arena);
    part->class_weight = m->class_weight;
    part->fitted = fitted_ref(run->fitted);
    return part;
}

static int use_apart(struct model *part, struct training *t, struct training *held,
                     fit_apart_use *use, void *ctx, struct job *job, struct err *err)
{
    if (choose_rows(t, err) || choose_rows(held, err) || prepare_rows(part, t, err) ||
        prepare_held(part, held, t, err))
        return -1;
    const struct fit_input train = input_of(part, t);
    struct fit_input rest = input_of(part, held);
    return use(ctx, &train, &rest, job, err);
}

struct apart_of {
    const struct model *model;
    const struct training *training;
};

static int fit_rows_apart(const struct fit_input *in, const uint8_t *aside, fit_apart_use *use,
                          void *ctx, struct job *job, struct err *err)
{
    const struct apart_of *of = in->apart_of;
    const struct training *all = of->training;
    struct recipe_run *run;
    void *part;

    if (mem_big(&part, all->n, 1, "the parts of rows", err))
        return -1;
    for (size_t i = 0; i < all->n; i++)
        ((uint8_t *)part)[i] = aside[i] ? PART_VALIDATE : PART_TRAIN;
    int rc = early_part_run(&run, all->run, all->rows, all->n, part, job, err);
    mem_big_free(part);
    if (rc)
        return -1;
    struct training t = { .req = all->req, .run = run, .part = PART_TRAIN };
    struct training held = { .req = all->req, .run = run, .part = PART_VALIDATE };
    struct model *m = model_apart(of->model, run);
    rc = use_apart(m, &t, &held, use, ctx, job, err);
    training_release(&t);
    training_release(&held);
    model_unref(m);
    recipe_run_unref(run);
    return rc;
}

static int fit(struct model *m, const struct training *t, const struct training *held,
               struct job *job, struct err *err)
{
    const struct apart_of of = { m, t };
    struct fit_input in = input_of(m, t);
    struct fit_input validation = in;
    struct fit_output out = { .arena = &m->arena };

    if (held->run) {
        validation.x = &held->x;
        validation.y = held->y;
        validation.weights = held->weights;
        validation.groups = held->groups;
        validation.params = &m->params;
        in.validation = &validation;
    }
    if (m->target.name) {
        in.apart = fit_rows_apart;
        in.apart_of = &of;
    }
    copy_stages(m, t->req);
    if (fit_stages(&out, &in, m, t->req, job, err))
        return -1;
    m->state = out.state;
    m->n_iterations = out.n_iterations;
    m->curve = out.curve;
    m->n_rows = t->n;
    if (out.warning)
        m->warning = out.warning;
    return 0;
}

static int train_rows(struct model *m, struct training *t, struct training *held, struct job *job,
                      struct err *err)
{
    if (choose_rows(t, err) || choose_target(m, t, err))
        return -1;
    struct job_range whole = job_part(job, 0, 4);
    int rc = put_aside(m, t, held, job, err);
    job_restore(job, whole);
    if (rc || prepare_rows(m, t, err) || prepare_held(m, held, t, err) || check_warm(m, t, err))
        return -1;
    return fit(m, t, held, job, err);
}

int model_train(struct model **out, const struct train_request *req, struct job *job,
                struct err *err)
{
    struct training t = { .req = req, .run = req->run, .part = PART_TRAIN }, held = { 0 };
    struct model *m = model_blank();

    num_init();
    m->learner = req->learner;
    params_copy(&m->params, req->params, &m->arena);
    if (req->class_weight)
        m->class_weight = arena_strdup(&m->arena, req->class_weight);
    m->fitted = fitted_ref(req->run->fitted);
    int rc = train_rows(m, &t, &held, job, err);
    if (!rc && !req->in_fold)
        rc = keep_inputs(m, req->run->tables[0], err);
    recipe_run_unref(held.run);
    training_release(&t);
    training_release(&held);
    if (rc) {
        model_unref(m);
        return -1;
    }
    *out = m;
    return 0;
}

/* ---- looking at it ---- */

const struct coefficient_path *model_path(const struct model *m)
{
    return m->learner->path ? m->learner->path(m->state) : NULL;
}

size_t model_coefficients(struct coefficient **out, const struct model *m, struct arena *arena)
{
    *out = NULL;
    if (!m->learner->coefficients)
        return 0;
    return m->learner->coefficients(out, m->state, m->features, m->target.classes, arena);
}

size_t model_facts(struct fact **out, const struct model *m, struct arena *arena)
{
    *out = NULL;
    return m->learner->facts ? m->learner->facts(out, m->state, m->features, arena) : 0;
}

static int by_gain(const void *a, const void *b)
{
    const struct importance *x = a, *y = b;

    if (x->gain != y->gain)
        return x->gain > y->gain ? -1 : 1;
    return strcmp(x->name, y->name);
}

size_t model_importance(struct importance **out, const struct model *m, struct arena *arena)
{
    double *gain, *splits;

    *out = NULL;
    if (!m->learner->importance)
        return 0;
    gain = ARENA_NEW(arena, double, m->p);
    splits = ARENA_NEW(arena, double, m->p);
    m->learner->importance(gain, splits, m->state);
    *out = ARENA_NEW(arena, struct importance, m->p);
    for (size_t j = 0; j < m->p; j++)
        (*out)[j] = (struct importance){ m->features[j], gain[j], splits[j] };
    qsort(*out, m->p, sizeof(**out), by_gain);
    return m->p;
}

/* Numbers that a learner can name are rounded, so that machines whose libraries differ in the last
 * bit agree; another state counts as its bytes. */
static void digest_state(struct hasher *h, const struct model *m)
{
    struct arena arena;
    struct coefficient *list;
    struct str bytes;

    arena_init(&arena);
    str_init(&bytes);
    size_t n = model_coefficients(&list, m, &arena);
    for (size_t i = 0; i < n; i++) {
        hasher_add_text(h, list[i].name);
        hasher_add_real(h, list[i].estimate);
    }
    if (!m->learner->coefficients) {
        m->learner->save(&bytes, m->state);
        hasher_add(h, bytes.buf, bytes.len);
    }
    str_release(&bytes);
    arena_release(&arena);
}

struct digest model_digest(const struct model *m)
{
    struct hasher h;

    hasher_init(&h);
    hasher_add_text(&h, m->learner->name);
    for (size_t i = 0; i < m->params.n; i++) {
        const struct param_value *v = &m->params.values[i];
        hasher_add_text(&h, m->params.specs[i].name);
        hasher_add_text(&h, v->set ? v->text : "");
    }
    if (m->class_weight)
        hasher_add_text(&h, m->class_weight);
    hasher_add_text(&h, m->target.name);
    for (size_t k = 0; k < m->target.n_classes; k++)
        hasher_add_text(&h, m->target.classes[k]);
    for (size_t j = 0; j < m->p; j++)
        hasher_add_text(&h, m->features[j]);
    digest_state(&h, m);
    hasher_add_u64(&h, m->n_rows);
    return hasher_finish(&h);
}
