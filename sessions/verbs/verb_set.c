/* set: options that change how things look or how fast they go, never a result. */
#include "base/parallel.h"
#include "present.h"
#include "session.h"

static const struct param_spec set_params[] = {
    { .name = "threads",
      .type = PARAM_INT,
      .min = 1,
      .max = 256,
      .help = "threads to compute with" },
    { .name = "plot_width",
      .type = PARAM_INT,
      .min = 20,
      .max = 500,
      .help = "columns of a plot as text" },
    { .name = "plot_height",
      .type = PARAM_INT,
      .min = 6,
      .max = 200,
      .help = "lines of a plot as text" },
    { .name = "ascii", .type = PARAM_FLAG, .help = "plots without Braille and lines" },
    { .name = "colour", .type = PARAM_FLAG, .help = "colours in plots as text" },
    { .name = NULL },
};

static int set_run(struct report *r, struct context *ctx, struct err *err)
{
    struct session_options *o = &ctx->session->options;
    const struct params *a = ctx->args;

    if (params_value(a, "threads")->set)
        parallel_set_threads((size_t)params_int(a, "threads"));
    if (params_value(a, "plot_width")->set)
        o->plot_width = (size_t)params_int(a, "plot_width");
    if (params_value(a, "plot_height")->set)
        o->plot_height = (size_t)params_int(a, "plot_height");
    if (params_value(a, "ascii")->set)
        o->ascii = params_flag(a, "ascii");
    if (params_value(a, "colour")->set)
        o->colour = params_flag(a, "colour");
    report_put_int(r, "threads", (int64_t)parallel_threads());
    report_line(r, "threads=%zu plot_width=%zu plot_height=%zu ascii=%s colour=%s",
                parallel_threads(), o->plot_width ? o->plot_width : 78,
                o->plot_height ? o->plot_height : 22, o->ascii ? "yes" : "no",
                o->colour ? "yes" : "no");
    (void)err;
    return 0;
}

const struct command verb_set = {
    .name = "set",
    .stage = "Session",
    .help = "set or show options",
    .details =
        "Options change how results look or how fast they come, never the results, and so are "
        "not recorded. Without parameters they are shown.",
    .example = "set threads=2",
    .params = set_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = set_run,
};
