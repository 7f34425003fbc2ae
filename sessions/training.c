/* training.c - a model with its lineage. */
#include "training.h"

#include <string.h>

#include "base/text.h"
#include "learn/members.h"
#include "present.h"

enum { READ_NOTES = 16 };

/* How the data were read, for model_read; returns how many notes. */
static size_t note_reading(struct model_note *notes, const struct params *how, struct arena *arena)
{
    size_t n = 0;

    for (size_t i = 0; i < how->n && n < READ_NOTES; i++)
        if (how->values[i].set && !(how->specs[i].flags & PARAM_PER_FILE))
            notes[n++] = (struct model_note){ arena_printf(arena, "read.%s", how->specs[i].name),
                                              how->values[i].text };
    return n;
}

static const char *recipe_text(const struct recipe *r, struct arena *arena)
{
    struct str text;

    str_init(&text);
    for (size_t i = 0; i < r->n_steps; i++)
        if (r->steps[i]->on)
            str_addf(&text, "%s%s", text.len ? "\n" : "", r->steps[i]->text);
    const char *copy = arena_strdup(arena, text.buf);
    str_release(&text);
    return copy;
}

/* Where the model comes from: kept in the bundle for whoever meets it later. */
static struct model *with_lineage(const struct workspace *ws, struct model *trained,
                                  const char *line, struct arena *arena)
{
    const struct source_info *info = &ws->source->info;
    char hex[33];
    struct model_note notes[6 + READ_NOTES] = {
        { "assay.version", ASSAY_VERSION },
        { "source.path", info->path },
        { "source.digest", digest_long(hex, info->digest) },
        { "session.train", line },
        { "session.recipe", recipe_text(ws->recipe, arena) },
        { "session.split", ws->split_text ? ws->split_text : "" },
    };
    size_t n = 6 + note_reading(notes + 6, &ws->source->params, arena);
    struct model *m = model_with_notes(trained, notes, n);
    model_unref(trained);
    return m;
}

int training_fit(struct model **out, struct context *ctx, const struct workspace *ws,
                 const struct training_how *how, struct err *err)
{
    struct train_request req = {
        .learner = how->learner,
        .params = how->params,
        .run = ws->run,
        .target = workspace_target(ws),
        .as = ws->as,
        .positive = ws->positive,
        .stages = how->stages,
        .n_stages = how->n_stages,
        .warm = how->warm,
        .class_weight = how->class_weight,
    };

    if (how->warm)
        req.fixed = &how->warm->target;
    if (model_train(out, &req, ctx->job, err))
        return -1;
    *out = with_lineage(ws, *out, how->line, ctx->arena);
    return 0;
}

static const char *note_of(const struct model *m, const char *key)
{
    for (size_t i = 0; i < m->n_notes; i++)
        if (strcmp(m->notes[i].key, key) == 0)
            return m->notes[i].value;
    return "";
}

/* Weights, groups and what is no feature hang on them. */
static bool same_roles(const struct roles *a, const struct roles *b)
{
    bool same = a->n == b->n;

    for (size_t i = 0; same && i < a->n; i++)
        same = roles_of(b, a->entries[i].column) == a->entries[i].role;
    return same;
}

int training_check_same(const struct workspace *ws, const char *name, const struct model *m,
                        struct arena *arena, struct err *err)
{
    const char *what = NULL, *target = workspace_target(ws);
    char hex[33];

    if (strcmp(note_of(m, "source.digest"), digest_long(hex, ws->source->info.digest)) != 0)
        what = "the data are";
    else if (strcmp(note_of(m, "session.recipe"), recipe_text(ws->recipe, arena)) != 0)
        what = "the steps are";
    else if (strcmp(note_of(m, "session.split"), ws->split_text ? ws->split_text : "") != 0)
        what = "the split is";
    else if (m->target.name && strcmp(m->target.name, target ? target : "") != 0)
        what = "the target is";
    else if (!same_roles(&m->fitted->recipe->roles, &ws->recipe->roles))
        what = "the roles of columns are";
    if (!what)
        return 0;
    return err_set(err, ERR_DOMAIN,
                   "%s cannot go on: %s no longer what it was trained with; undo to there, or "
                   "train anew",
                   name, what);
}

static int fail_model(const struct workspace *ws, const char *name, struct err *err)
{
    const char *names[256];
    size_t n = 0;

    for (size_t i = 0; i < ws->n_models && n < 128; i++)
        names[n++] = ws->models[i].name;
    for (size_t i = 0; learner_table[i] && n < 255; i++)
        names[n++] = learner_table[i]->name;
    names[n] = NULL;
    const char *near = text_nearest(name, names);
    return near ? err_set(err, ERR_USAGE, "no model '%s'; did you mean %s?", name, near)
                : err_set(err, ERR_USAGE, "no model '%s'; train one first", name);
}

/* ---- learners made of others ---- */

static int check_member(const char *name, const struct model *m, struct err *err)
{
    if (m->class_weight)
        return err_set(err, ERR_DOMAIN,
                       "%s was trained with class_weight=%s, which an ensemble takes for all its "
                       "members; give it to the ensemble and train %s without",
                       name, m->class_weight, name);
    if (m->n_stages > 1)
        return err_set(err, ERR_DOMAIN,
                       "%s was trained in stages, which an ensemble cannot repeat; train it in one "
                       "go",
                       name);
    return 0;
}

/* "name: learner C=0.5" */
static int write_member(struct str *out, struct context *ctx, const char *name, struct err *err)
{
    const struct named_model *named = workspace_model(ctx->ws, name, NULL);
    const struct learner *learner = learner_find(name);
    struct params params;

    str_addf(out, "%s%s: ", out->len ? "; " : "", name);
    if (named) {
        members_write(out, named->model->learner, &named->model->params);
        return check_member(name, named->model, err);
    }
    if (!learner)
        return fail_model(ctx->ws, name, err);
    params_init(&params, learner->params, ctx->arena);
    members_write(out, learner, &params);
    return 0;
}

int training_resolve_members(struct context *ctx, struct err *err)
{
    int members = param_find(ctx->args->specs, "members", false);
    int models = param_find(ctx->args->specs, "models", false);
    struct str text;
    int rc = 0;

    if (members < 0 || models < 0 || ctx->args->values[members].set ||
        !ctx->args->values[models].set)
        return 0;
    const struct param_value *v = &ctx->args->values[models];
    str_init(&text);
    for (size_t i = 0; i < v->n_list && !rc; i++)
        rc = write_member(&text, ctx, v->list[i], err);
    if (!rc)
        rc = params_set(ctx->args, (size_t)members, text.buf, ctx->arena, err);
    str_release(&text);
    return rc;
}

int training_need_model(struct workspace **ws, struct context *ctx, const char *name,
                        struct err *err)
{
    const struct learner *learner = learner_find(name);
    struct params params;
    struct model *m;

    if (workspace_model(*ws, name, NULL))
        return 0;
    if (!learner)
        return fail_model(*ws, name, err);
    params_init(&params, learner->params, ctx->arena);
    const char *line = arena_printf(ctx->arena, "train %s", name);
    const struct training_how how = { .learner = learner, .params = &params, .line = line };
    if (params_resolve(&params, ctx->arena, err) || training_fit(&m, ctx, *ws, &how, err))
        return -1;
    struct workspace *next = workspace_with_model(*ws, name, m);
    model_unref(m);
    workspace_unref(*ws);
    *ws = next;
    return 0;
}
