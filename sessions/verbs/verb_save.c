/* save: the session as text, or a model as a bundle. */
#include <string.h>

#include "present.h"
#include "session.h"
#include "workspace_stage.h"

static const char *const save_whats[] = { "session", "model", NULL };

static const struct param_spec save_params[] = {
    { .name = "what",
      .type = PARAM_CHOICE,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .choices = save_whats,
      .help = "session or model" },
    { .name = "model",
      .type = PARAM_MODEL,
      .flags = PARAM_WORD,
      .help = "the model; without it the only one" },
    { .name = "to",
      .type = PARAM_PATH,
      .flags = PARAM_OUTPUT,
      .help = "the file; a session goes back to its own without it" },
    { .name = NULL },
};

static int save_session(struct report *r, struct context *ctx, struct err *err)
{
    struct session *s = ctx->session;
    const char *to = params_text(ctx->args, "to");

    to = to ? to : s->path;
    if (!to)
        return err_set(err, ERR_USAGE, "the session has no file yet; save session to=FILE.assay");
    to = arena_strdup(ctx->arena, to);
    if (session_save(s, to, err))
        return -1;
    report_put_text(r, "to", to);
    report_put_int(r, "commands", (int64_t)s->n_done);
    report_line(r, "%s: %zu commands saved", to, s->n_done);
    return 0;
}

static const struct named_model *which_model(struct context *ctx, struct err *err)
{
    const char *name = params_text(ctx->args, "model");
    const struct workspace *ws = ctx->ws;

    if (name)
        return workspace_model(ws, name, err);
    if (ws->n_models == 1)
        return &ws->models[0];
    err_set(err, ERR_USAGE,
            ws->n_models ? "which of the %zu models? save model NAME to=FILE"
                         : "there is no model to save (%zu trained)",
            ws->n_models);
    return NULL;
}

/* What was measured travels with the model. */
static struct model *with_metrics(struct context *ctx, const struct named_model *named)
{
    struct model_note *notes = ARENA_NEW(ctx->arena, struct model_note, 512);
    size_t n = 0;
    const struct resample_result *results[] = { named->validated, named->tested };
    const char *const verbs[] = { "validate", "test" };

    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; results[k] && i < results[k]->n_metrics && n + 1 < 512; i++) {
            const struct estimate *e = &results[k]->estimates[i];
            notes[n].key = arena_printf(ctx->arena, "%s.%s", verbs[k],
                                        results[k]->metrics[i]->name);
            notes[n++].value = arena_printf(ctx->arena, "%.17g [%.17g, %.17g]", e->mean, e->low,
                                            e->high);
        }
    notes[n].key = "test.looks";
    notes[n++].value = arena_printf(ctx->arena, "%zu", ctx->looks);
    return model_with_notes(named->model, notes, n);
}

static int save_model(struct report *r, struct context *ctx, struct err *err)
{
    const char *to = params_text(ctx->args, "to");
    const struct named_model *named = which_model(ctx, err);

    if (!named)
        return -1;
    if (!to)
        return err_set(err, ERR_USAGE, "save model takes to=FILE.model");
    if (ctx->ws->stage)
        return err_set(
            err, ERR_DOMAIN,
            "the rows of this model come from '%s', which predict cannot do again on raw "
            "rows; export the table, load that file and train there",
            ctx->ws->stage->text);
    struct model *m = with_metrics(ctx, named);
    if (ctx->ws->expectations) {
        struct expectations *l = workspace_expectations_for(ctx->ws, m);
        struct model *more = model_with_expectations(m, l);
        expectations_unref(l);
        model_unref(m);
        m = more;
    }
    int rc = model_save(m, to, err);
    model_unref(m);
    if (rc)
        return -1;
    report_put_text(r, "model", named->name);
    report_put_text(r, "to", to);
    report_line(r, "%s: model %s saved; assay predict %s DATA runs it", to, named->name, to);
    return 0;
}

/* A model file is a result of the session; the session's own file is not. */
static int save_resolve(struct context *ctx, struct err *err)
{
    (void)err;
    ctx->unrecorded = params_choice(ctx->args, "what") == 0;
    return 0;
}

static int save_run(struct report *r, struct context *ctx, struct err *err)
{
    return params_choice(ctx->args, "what") == 0 ? save_session(r, ctx, err)
                                                 : save_model(r, ctx, err);
}

const struct command verb_save = {
    .name = "save",
    .stage = "Session",
    .help = "save the session, or a model",
    .details = "save session writes the commands with the digests of their results, so that assay "
               "replay --check can prove them. save model writes one file with the input schema, "
               "the fitted recipe, the model, its metrics and lineage, and what was expected of "
               "the data. The file appears only when it "
               "is complete; on an error the old one is intact.",
    .example = "save session to=penguins.assay",
    .params = save_params,
    .flags = COMMAND_SESSION,
    .run = save_run,
    .resolve = save_resolve,
};
