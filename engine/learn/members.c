#include "learn/members.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "learn/row_split.h"
#include "prepare/recipe.h"

/* ---- who they are ---- */

/* The next word up to a blank or semicolon, without its backslashes; NULL at the end. */
static char *next_word(const char **at, struct arena *arena)
{
    const char *s = *at + strspn(*at, " ");
    char *word = ARENA_NEW(arena, char, strlen(s) + 1);
    size_t n = 0;

    if (!*s || *s == ';') {
        *at = s;
        return NULL;
    }
    for (; *s && *s != ' ' && *s != ';'; s++) {
        if (*s == '\\' && s[1])
            s++;
        word[n++] = *s;
    }
    word[n] = 0;
    *at = s;
    return word;
}

static int parse_params(struct member *m, const char **at, struct arena *arena, struct err *err)
{
    char *word;

    params_init(&m->params, m->learner->params, arena);
    while ((word = next_word(at, arena))) {
        char *value = strchr(word, '=');
        if (value)
            *value++ = 0;
        int i = value ? param_find(m->learner->params, word, false) : -1;
        if (i < 0)
            return err_set(err, ERR_USAGE, "'%s' is no parameter of %s", word, m->learner->name);
        if (params_set(&m->params, (size_t)i, value, arena, err))
            return -1;
    }
    return params_resolve(&m->params, arena, err);
}

static int parse_member(struct member *m, const char **at, struct arena *arena, struct err *err)
{
    char *word = next_word(at, arena);
    size_t len = word ? strlen(word) : 0;

    *m = (struct member){ .name = word };
    if (len > 1 && word[len - 1] == ':') {
        word[len - 1] = 0;
        word = next_word(at, arena);
    }
    if (!word)
        return err_set(err, ERR_USAGE,
                       "a learner was expected; members are written "
                       "\"lr: logistic C=0.5; forest\"");
    m->learner = learner_find(word);
    if (!m->learner)
        return err_set(err, ERR_USAGE, "no learner is called '%s'; help learners lists them", word);
    return parse_params(m, at, arena, err);
}

int members_parse(struct members *out, const char *text, unsigned task, bool one,
                  struct arena *arena, struct err *err)
{
    const bool classes = task & TASK_CLASSIFY;
    struct str line;

    if (!text)
        text = one       ? classes ? "logistic" : "ridge"
               : classes ? "logistic; forest n_estimators=20"
                         : "ridge; forest n_estimators=20";
    *out = (struct members){ .list = ARENA_NEW(arena, struct member, MEMBERS_MOST) };
    for (const char *at = text; *at;) {
        if (out->n == MEMBERS_MOST)
            return err_set(err, ERR_USAGE, "more than %d members; name fewer", MEMBERS_MOST);
        struct member *m = &out->list[out->n++];
        if (parse_member(m, &at, arena, err))
            return -1;
        str_init(&line);
        members_write(&line, m->learner, &m->params);
        m->text = arena_strdup(arena, line.buf);
        str_release(&line);
        at += *at == ';';
    }
    if (out->n == 0 || (one && out->n > 1))
        return err_set(err, ERR_USAGE, "%zu members were given; %s", out->n,
                       one ? "name one" : "name two or more");
    return 0;
}

void members_write(struct str *out, const struct learner *l, const struct params *params)
{
    str_add(out, l->name);
    for (size_t i = 0; i < params->n; i++) {
        const struct param_spec *spec = &params->specs[i];
        const struct param_value *v = &params->values[i];
        if (!v->set || (spec->fallback && strcmp(v->text, spec->fallback) == 0))
            continue;
        str_addf(out, " %s=", spec->name);
        for (const char *c = v->text; *c; c++)
            str_addf(out, "%s%c", strchr(" ;\\", *c) ? "\\" : "", *c);
    }
}

unsigned members_abilities(const struct params *params)
{
    const unsigned shared = LEARNER_WEIGHTS | LEARNER_MISSING | LEARNER_CATEGORIES;
    const char *text = params_text(params, "members");
    struct members m;
    struct arena arena;
    unsigned flags = shared;

    if (!text)
        return LEARNER_WEIGHTS | LEARNER_DRAWS;
    arena_init(&arena);
    if (members_parse(&m, text, 0, false, &arena, NULL))
        m.n = 0;
    for (size_t i = 0; i < m.n; i++)
        flags &= learner_abilities(m.list[i].learner, &m.list[i].params);
    arena_release(&arena);
    return (m.n ? flags : 0) | LEARNER_DRAWS;
}

int members_check(const struct members *m, unsigned task, struct err *err)
{
    for (size_t i = 0; i < m->n; i++)
        if (!(m->list[i].learner->tasks & task))
            return err_set(err, ERR_DOMAIN, "%s is not for %s; leave it out", m->list[i].name,
                           task_name(task));
    return 0;
}

/* ---- parts of the rows ---- */

void rows_input_release(struct rows_input *r)
{
    matrix_release(&r->x);
    mem_big_free(r->y);
    mem_big_free(r->weights);
    mem_big_free(r->groups);
}

static int take_reals(double **out, const double *v, const uint32_t *rows, size_t k,
                      struct err *err)
{
    void *block;

    if (!v)
        return 0;
    if (mem_big(&block, k, sizeof(double), "part of the rows", err))
        return -1;
    *out = block;
    for (size_t i = 0; i < k; i++)
        (*out)[i] = v[rows[i]];
    return 0;
}

static int take_groups(int32_t **out, const int32_t *v, const uint32_t *rows, size_t k,
                       struct err *err)
{
    void *block;

    if (!v)
        return 0;
    if (mem_big(&block, k, sizeof(int32_t), "part of the rows", err))
        return -1;
    *out = block;
    for (size_t i = 0; i < k; i++)
        (*out)[i] = v[rows[i]];
    return 0;
}

int rows_input_make(struct rows_input *out, const struct fit_input *in, const uint32_t *rows,
                    size_t k, struct err *err)
{
    struct rows_input r = { .in = *in };

    if (matrix_new(&r.x, k, in->x->p, "part of the rows", err))
        return -1;
    for (size_t j = 0; j < in->x->p; j++)
        for (size_t i = 0; i < k; i++)
            matrix_col(&r.x, j)[i] = matrix_col(in->x, j)[rows[i]];
    if (take_reals(&r.y, in->y, rows, k, err) ||
        take_reals(&r.weights, in->weights, rows, k, err) ||
        take_groups(&r.groups, in->groups, rows, k, err)) {
        rows_input_release(&r);
        return -1;
    }
    r.in.y = r.y;
    r.in.weights = r.weights;
    r.in.groups = r.groups;
    r.in.validation = NULL;
    r.in.apart = NULL;
    *out = r;
    out->in.x = &out->x;
    return 0;
}

/* The rows as they are: the recipe has seen them all. */
static int rows_apart(const struct fit_input *in, const uint8_t *aside, fit_apart_use *use,
                      void *ctx, struct job *job, struct err *err)
{
    size_t n = in->x->n, k = 0, rest = n;
    uint32_t *rows = MEM_NEW(uint32_t, n);
    struct rows_input train, held;

    for (size_t i = 0; i < n; i++)
        if (aside[i])
            rows[--rest] = (uint32_t)i;
        else
            rows[k++] = (uint32_t)i;
    for (size_t i = k, j = n; i + 1 < j; i++) { /* those put aside in their order, too */
        uint32_t row = rows[i];
        rows[i] = rows[--j];
        rows[j] = row;
    }
    int rc = rows_input_make(&train, in, rows, k, err);
    if (!rc) {
        rc = rows_input_make(&held, in, rows + k, n - k, err);
        if (!rc) {
            rc = use(ctx, &train.in, &held.in, job, err);
            rows_input_release(&held);
        }
        rows_input_release(&train);
    }
    mem_free(rows);
    return rc;
}

int fit_apart(const struct fit_input *in, const uint8_t *aside, fit_apart_use *use, void *ctx,
              struct job *job, struct err *err)
{
    return in->apart ? in->apart(in, aside, use, ctx, job, err)
                     : rows_apart(in, aside, use, ctx, job, err);
}

/* ---- fitting ---- */

struct fitting {
    struct member *m;
    const char **warning;
    struct arena *arena;
};

static int fit_now(const struct fitting *f, const struct fit_input *in,
                   const struct fit_input *validation, struct job *job, struct err *err)
{
    struct member *m = f->m;
    struct fit_input own = *in;
    struct fit_output out = { .arena = f->arena };

    own.params = &m->params;
    own.validation = validation;
    own.warm_start = NULL;
    own.until = 0;
    if (!(learner_abilities(m->learner, &m->params) & LEARNER_WEIGHTS))
        own.weights = NULL;
    if (m->learner->fit(&out, &own, job, err))
        return err && err->code == ERR_CANCELLED ? -1 : err_prefix(err, "%s: ", m->name);
    m->state = out.state;
    if (out.warning && !*f->warning)
        *f->warning = arena_printf(f->arena, "%s: %s", m->name, out.warning);
    return 0;
}

static int fit_stopping(void *ctx, const struct fit_input *train, const struct fit_input *held,
                        struct job *job, struct err *err)
{
    return fit_now(ctx, train, held, job, err);
}

int member_fit(struct member *m, const char **warning, const struct fit_input *in,
               struct arena *arena, struct job *job, struct err *err)
{
    struct fitting f = { m, warning, arena };
    struct validation_wish wish = { 0 };
    struct target target = { .n_classes = in->n_classes };

    if (m->learner->validation)
        wish = m->learner->validation(&m->params);
    if (!(wish.fraction > 0))
        return fit_now(&f, in, NULL, job, err);
    uint8_t *aside = MEM_NEW(uint8_t, in->x->n);
    int rc = split_validation(aside, in->x->n, wish.fraction, &target, in->y, in->groups, wish.seed,
                              err);
    for (size_t i = 0; i < in->x->n && !rc; i++)
        aside[i] = aside[i] == PART_VALIDATE;
    if (!rc)
        rc = rows_apart(in, aside, fit_stopping, &f, job, err);
    mem_free(aside);
    return rc;
}

int members_fit(struct members *m, const char **warning, const struct fit_input *in,
                struct arena *arena, struct job *job, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; i < m->n && !rc; i++) {
        struct job_range whole = job_part(job, i, m->n);
        rc = job_tick(job, 0, 1, err);
        if (!rc)
            rc = member_fit(&m->list[i], warning, in, arena, job, err);
        job_restore(job, whole);
    }
    return rc;
}

int member_predict(struct matrix *out, const struct member *m, const struct matrix *x,
                   struct err *err)
{
    return m->learner->predict(out, m->state, x, err);
}

/* ---- bytes ---- */

enum { DEEPEST = 8 };

void members_save(struct str *out, const struct members *m)
{
    struct str bytes;

    pack_u64(out, m->n);
    for (size_t i = 0; i < m->n; i++) {
        pack_text(out, m->list[i].name);
        pack_text(out, m->list[i].text);
        str_init(&bytes);
        m->list[i].learner->save(&bytes, m->list[i].state);
        pack_bytes(out, bytes.buf, bytes.len);
        str_release(&bytes);
    }
}

static void load_member(struct member *out, struct unpack *u, struct arena *arena, size_t p,
                        size_t n_classes, struct err *err)
{
    struct members one;
    struct unpack inner;
    size_t len;
    const char *name = unpack_text(u), *text = unpack_text(u);
    const void *bytes = unpack_bytes(u, &len);

    if (u->failed || !name || !text) {
        unpack_fail(u, "a member");
        return;
    }
    if (members_parse(&one, text, 0, true, arena, NULL)) {
        unpack_fail(u, "a learner with its parameters");
        return;
    }
    *out = one.list[0];
    out->name = name;
    unpack_init(&inner, bytes, len, arena);
    inner.depth = u->depth + 1;
    if (inner.depth > DEEPEST)
        unpack_fail(u, "ensembles that are not made of each other so often");
    else if (out->learner->tasks & TASK_ALONE ||
             out->learner->load(&out->state, arena, &inner, p, n_classes, err))
        unpack_fail(u, "the state of a member");
}

void members_load(struct members *out, struct unpack *u, struct arena *arena, size_t p,
                  size_t n_classes, struct err *err)
{
    struct err inner = { 0 };

    (void)err;
    *out = (struct members){ .n = unpack_count(u, MEMBERS_MOST) };
    out->list = ARENA_NEW(arena, struct member, out->n);
    for (size_t i = 0; i < out->n && !u->failed; i++)
        load_member(&out->list[i], u, arena, p, n_classes, &inner);
    if (!u->failed && !out->n)
        unpack_fail(u, "members");
}

/* ---- out of fold ---- */

size_t members_outputs(const struct fit_input *in)
{
    return in->n_classes ? in->n_classes : 1;
}

struct out_of_fold {
    struct matrix *out; /* (members) */
    const struct members *members;
    const uint32_t *fold;
    uint32_t k;
    size_t n;
};

/* Predict the held rows and put them in their places. */
static int keep_held(const struct out_of_fold *o, size_t j, const struct member *m,
                     const struct fit_input *held, struct err *err)
{
    struct matrix p;

    if (matrix_new(&p, held->x->n, o->out[j].p, "out-of-fold predictions", err))
        return -1;
    int rc = member_predict(&p, m, held->x, err);
    for (size_t i = 0, at = 0; i < o->n && !rc; i++) {
        if (o->fold[i] != o->k)
            continue;
        for (size_t c = 0; c < p.p; c++)
            matrix_col(&o->out[j], c)[i] = matrix_col(&p, c)[at];
        at++;
    }
    matrix_release(&p);
    return rc;
}

static int one_fold(void *ctx, const struct fit_input *train, const struct fit_input *held,
                    struct job *job, struct err *err)
{
    const struct out_of_fold *o = ctx;
    const char *unread = NULL;
    int rc = 0;

    for (size_t j = 0; j < o->members->n && !rc; j++) {
        struct member m = o->members->list[j];
        struct job_range whole = job_part(job, j, o->members->n);
        struct arena arena;

        arena_init(&arena);
        rc = job_tick(job, 0, 1, err);
        if (!rc)
            rc = member_fit(&m, &unread, train, &arena, job, err);
        if (!rc)
            rc = keep_held(o, j, &m, held, err);
        unread = NULL;
        arena_release(&arena);
        job_restore(job, whole);
    }
    return rc;
}

static int deal(uint32_t *fold, const struct fit_input *in, size_t folds, uint64_t seed,
                struct err *err)
{
    int32_t *strata;
    size_t n = in->x->n;

    if (in->groups)
        return folds_groups(fold, n, folds, in->groups, seed, 0, err);
    strata = in->n_classes ? MEM_NEW(int32_t, n) : NULL;
    for (size_t i = 0; strata && i < n; i++)
        strata[i] = (int32_t)in->y[i];
    int rc = folds_random(fold, n, folds, strata, in->n_classes, seed, 0, err);
    mem_free(strata);
    return rc;
}

static int all_folds(struct out_of_fold *o, const struct fit_input *in, size_t folds,
                     struct job *job, struct err *err)
{
    uint8_t *aside = MEM_NEW(uint8_t, o->n);
    int rc = 0;

    for (o->k = 0; o->k < folds && !rc; o->k++) {
        struct job_range whole = job_part(job, o->k, folds);
        for (size_t i = 0; i < o->n; i++)
            aside[i] = o->fold[i] == o->k;
        rc = fit_apart(in, aside, one_fold, o, job, err);
        job_restore(job, whole);
        if (rc && err && err->code != ERR_CANCELLED && err->code != ERR_NOMEM)
            err_prefix(err, "inner fold %u of %zu: ", o->k + 1, folds);
    }
    mem_free(aside);
    return rc;
}

int members_out_of_fold(struct matrix *out, const struct members *m, const struct fit_input *in,
                        size_t folds, uint64_t seed, struct job *job, struct err *err)
{
    size_t n = in->x->n, made = 0;
    void *fold;
    int rc = 0;

    if (mem_big(&fold, n, sizeof(uint32_t), "folds", err))
        return -1;
    for (; made < m->n && !rc; made += rc ? 0 : 1)
        rc = matrix_new(&out[made], n, members_outputs(in), "out-of-fold predictions", err);
    if (!rc)
        rc = deal(fold, in, folds, seed, err);
    struct out_of_fold o = { .out = out, .members = m, .fold = fold, .n = n };
    if (!rc)
        rc = all_folds(&o, in, folds, job, err);
    mem_big_free(fold);
    for (size_t j = 0; j < made && rc; j++)
        matrix_release(&out[j]);
    return rc ? -1 : 0;
}
