/* plot: a figure as cells, or as a picture file. */
#include "base/mem.h"
#include "gnuplot.h"
#include "plot.h"
#include "present.h"
#include "session.h"

static const struct param_spec plot_params[] = {
    { .name = "kind",
      .type = PARAM_TEXT,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the kind of plot, see help plots" },
    { .name = "to",
      .type = PARAM_PATH,
      .flags = PARAM_OUTPUT,
      .help = "write FILE.svg, .png, .pdf, or .gp (the script with its data)" },
    { .name = "width",
      .type = PARAM_INT,
      .min = 20,
      .max = 10000,
      .help = "columns, or pixels of a file" },
    { .name = "height",
      .type = PARAM_INT,
      .min = 6,
      .max = 10000,
      .help = "lines, or pixels of a file" },
    { .name = NULL },
};

static int plot_extend(const struct param_spec **more, const struct params *so_far, struct err *err)
{
    const char *name = params_text(so_far, "kind");
    struct str list;

    if (!name)
        return 0;
    const struct plot_kind *kind = plot_find(name);
    if (kind) {
        *more = kind->params;
        return 0;
    }
    str_init(&list);
    for (size_t i = 0; plot_table[i]; i++)
        str_addf(&list, "%s%s", i ? " " : "", plot_table[i]->name);
    err_set(err, ERR_USAGE, "no plot is called '%s'; there are: %s", name, list.buf);
    str_release(&list);
    return -1;
}

static size_t size_of(struct context *ctx, const char *name, size_t fallback)
{
    const struct param_value *v = params_value(ctx->args, name);

    return v->set ? (size_t)v->integer : fallback;
}

/* gnuplot's drawing in cells; without gnuplot our own plain form, and a line saying why. */
static void draw_cells(struct report *r, struct context *ctx)
{
    const struct session_options *o = ctx->options;
    size_t width = size_of(ctx, "width", o->plot_width ? o->plot_width : 78);
    size_t height = size_of(ctx, "height", o->plot_height ? o->plot_height : 22);
    struct err why = { 0 };

    width = width > 500 ? 500 : width;
    height = height > 200 ? 200 : height;
    bool plain = !ctx->gnuplot ||
                 gnuplot_draw_cells(&r->canvas, ctx->gnuplot, r->figure, width, height, &why);
    if (plain)
        figure_draw_plain(&r->canvas, r->figure, width, height);
    r->has_canvas = true;
    if (o->colour)
        canvas_ansi_lines(&r->text, &r->canvas);
    else
        canvas_text_lines(&r->text, &r->canvas, o->ascii);
    if (plain && why.code)
        report_line(r, "drawn without gnuplot: %s", why.msg);
}

static void report_series(struct report *r, const struct figure *f)
{
    json_t *series = json_array();

    for (size_t i = 0; i < f->n_series; i++)
        json_array_append_new(series, json_pack("{s:s,s:I}", "label",
                                                f->series[i].label ? f->series[i].label : "", "n",
                                                (json_int_t)f->series[i].n));
    report_put_text(r, "kind", f->kind);
    report_put_text(r, "title", f->title);
    report_put(r, "series", series);
}

static int plot_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct plot_kind *kind = plot_find(params_text(ctx->args, "kind"));
    const char *to = params_text(ctx->args, "to");
    struct params own;

    call_subset(&own, ctx->args, kind->params, ctx->arena);
    r->figure = MEM_NEW(struct figure, 1);
    figure_init(r->figure, kind->name);
    if (kind->build(r->figure, ctx->ws, &own, ctx->job, err))
        return -1;
    if (figure_is_empty(r->figure))
        return err_set(err, ERR_DOMAIN, "nothing to plot: no finite values");
    report_series(r, r->figure);
    if (!to) {
        draw_cells(r, ctx);
        return 0;
    }
    if (gnuplot_write_file(ctx->gnuplot, r->figure, to, size_of(ctx, "width", 800),
                           size_of(ctx, "height", 600), err))
        return -1;
    report_put_text(r, "to", to);
    report_line(r, "%s written", to);
    return 0;
}

const struct command verb_plot = {
    .name = "plot",
    .stage = "Plots",
    .help = "draw a plot",
    .details =
        "In the terminal a plot is drawn in Braille dots with real text; to= writes a picture "
        "or the gnuplot script with its data. Without gnuplot a plain form is drawn.",
    .example = "plot hist body_mass_g",
    .params = plot_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = plot_run,
    .extend = plot_extend,
};
