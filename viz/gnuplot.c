#include "gnuplot.h"

#include <string.h>

#include "base/mem.h"
#include "gnuplot_child.h"
#include "gnuplot_script.h"
#include "io/file.h"

#define TIMEOUT_MS 10000
#define MAX_CELLS  1000
#define MAX_PIXELS 20000
#define SVG_PIXELS 1.25 /* of a point, in which svg gives its sizes */

struct gnuplot {
    char *program, *path, *driver;
    int timeout_ms;
    struct child child;
};

static char *copy_or(const char *text, const char *otherwise)
{
    return mem_strdup(text ? text : otherwise);
}

struct gnuplot *gnuplot_new(const struct gnuplot_options *options)
{
    struct gnuplot *g = MEM_NEW(struct gnuplot, 1);

    *g = (struct gnuplot){
        .program = copy_or(options->program, "gnuplot"),
        .path = copy_or(options->path, ""),
        .driver = copy_or(options->driver, ""),
        .timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : TIMEOUT_MS,
        .child = CHILD_NONE,
    };
    return g;
}

void gnuplot_free(struct gnuplot *g)
{
    if (!g)
        return;
    child_end(&g->child);
    mem_free(g->program);
    mem_free(g->path);
    mem_free(g->driver);
    mem_free(g);
}

static int check_figure(const struct figure *f, struct err *err)
{
    if (figure_is_empty(f))
        return err_set(err, ERR_DOMAIN, "nothing to plot: no point has finite coordinates");
    return 0;
}

/* One picture from a child that runs, or is started. */
static int ask(struct str *drawn, struct gnuplot *g, const struct str *script, struct err *err)
{
    if (!g)
        return err_set(err, ERR_IO,
                       "gnuplot is switched off here; a .gp file can be written without it");
    if (g->child.pid == 0 && child_start(&g->child, g->program, g->path, err) < 0)
        return -1;
    return child_ask(&g->child, drawn, script, g->timeout_ms, err);
}

/* ---- cells ---- */

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

static int check_cells(const struct gnuplot *g, size_t width, size_t height, struct err *err)
{
    if (has_control(g->driver) || !*g->driver)
        return err_set(err, ERR_IO, "the gnuplot terminal '%s' cannot be used", g->driver);
    if (width < 16 || height < 6 || width > MAX_CELLS || height > MAX_CELLS)
        return err_set(err, ERR_USAGE, "%zu × %zu cells cannot hold a plot; 16 × 6 to %d × %d can",
                       width, height, MAX_CELLS, MAX_CELLS);
    return 0;
}

/* What came back was no drawing: a gnuplot without Lua, another driver.  The next plot has a new
 * child. */
static void give_up(struct canvas *out, struct gnuplot *g, struct err *err)
{
    canvas_release(out);
    child_end(&g->child);
    err_prefix(err, "the gnuplot terminal %s did not work: ", g->driver);
}

int gnuplot_draw_cells(struct canvas *out, struct gnuplot *g, const struct figure *f, size_t width,
                       size_t height, struct err *err)
{
    if (check_figure(f, err) < 0 || check_cells(g, width, height, err) < 0)
        return -1;

    struct str script, drawn;
    str_init(&script);
    str_init(&drawn);
    str_add(&script, "set terminal lua ");
    gnuplot_quote(&script, g->driver);
    str_addf(&script, " %zu,%zu\n", width, height);
    gnuplot_script_for(&script, f,
                       (struct script_medium){ .cells = true, .width = width, .height = height });
    int rc = ask(&drawn, g, &script, err);
    if (rc == 0) {
        canvas_init(out, width, height);
        rc = canvas_play(out, drawn.buf, drawn.len, err);
        if (rc < 0)
            give_up(out, g, err);
    }
    str_release(&script);
    str_release(&drawn);
    return rc;
}

/* ---- files ---- */

enum format { FORMAT_SVG, FORMAT_PNG, FORMAT_PDF, FORMAT_SCRIPT };

static int format_of(enum format *out, const char *path, struct err *err)
{
    static const char *const suffixes[] = { ".svg", ".png", ".pdf", ".gp" };
    const char *dot = strrchr(path, '.');

    if (path[0] == '<' || path[0] == '|')
        return err_set(err, ERR_USAGE, "'%s' is no file name for a picture; it begins with %c",
                       path, path[0]);
    for (size_t i = 0; dot && i < 4; i++) {
        if (strcasecmp(dot, suffixes[i]) == 0) {
            *out = (enum format)i;
            return 0;
        }
    }
    return err_set(err, ERR_USAGE,
                   "'%s' is no picture: its name must end in .svg, .png, .pdf or .gp", path);
}

static void add_terminal(struct str *out, enum format format, size_t width, size_t height)
{
    const double scale = script_scale((struct script_medium){ .width = width, .height = height });
    const double points = 11 * scale, line = scale > 1 ? scale : 1;

    switch (format) {
    case FORMAT_SVG:
        str_addf(out,
                 "set terminal svg noenhanced size %zu,%zu linewidth %.3g background rgb 'white' "
                 "font 'DejaVu Sans,Helvetica,sans-serif,%.3g'\n",
                 width, height, line, points * SVG_PIXELS);
        return;
    case FORMAT_PNG:
        str_addf(out,
                 "if (strstrt(GPVAL_TERMINALS, ' pngcairo ')) "
                 "{ set terminal pngcairo noenhanced size %zu,%zu linewidth %.3g pointscale %.3g "
                 "font 'Sans,%.3g' } else { set terminal png noenhanced size %zu,%zu }\n",
                 width, height, line, scale, points, width, height);
        return;
    case FORMAT_PDF:
        str_addf(
            out,
            "if (!strstrt(GPVAL_TERMINALS, ' pdfcairo ')) "
            "{ exit error 'it has no pdfcairo terminal; write an svg or a png instead' }\n"
            "set terminal pdfcairo noenhanced size %.4fin,%.4fin linewidth %.3g font 'Sans,%.3g'\n",
            (double)width / 72, (double)height / 72, line, points);
        return;
    case FORMAT_SCRIPT:
        return;
    }
}

/* What a .gp file says about itself. */
static void add_heading(struct str *out, const struct figure *f)
{
    str_addf(out, "# A %s plot by Assay, with its data.  A picture of it:\n", f->kind);
    str_add(
        out,
        "#   gnuplot -e \"set terminal pngcairo size 800,600; set output 'plot.png'\" THIS_FILE\n"
        "# A window:\n#   gnuplot -p THIS_FILE\n");
}

static int write_whole(const char *path, const struct str *content, struct err *err)
{
    struct file_out file;

    if (file_out_open(&file, path, err) < 0)
        return -1;
    if (fwrite(content->buf, 1, content->len, file.stream) != content->len) {
        err_set_errno(err, "write", path);
        file_out_abort(&file);
        return -1;
    }
    return file_out_commit(&file, err);
}

int gnuplot_write_file(struct gnuplot *g, const struct figure *f, const char *path, size_t width,
                       size_t height, struct err *err)
{
    enum format format = FORMAT_SCRIPT;
    struct str script, drawn;

    if (format_of(&format, path, err) < 0 || check_figure(f, err) < 0)
        return -1;
    if (width < 100 || height < 100 || width > MAX_PIXELS || height > MAX_PIXELS)
        return err_set(err, ERR_USAGE, "a picture of %zu × %zu was asked for; 100 to %d can be had",
                       width, height, MAX_PIXELS);
    str_init(&script);
    str_init(&drawn);
    add_terminal(&script, format, width, height);
    if (format == FORMAT_SCRIPT)
        add_heading(&script, f);
    gnuplot_script_for(&script, f,
                       (struct script_medium){ .width = width,
                                               .height = height,
                                               .text = format == FORMAT_SVG ? SVG_PIXELS : 1 });
    int rc = format == FORMAT_SCRIPT ? 0 : ask(&drawn, g, &script, err);
    if (rc == 0)
        rc = write_whole(path, format == FORMAT_SCRIPT ? &script : &drawn, err);
    str_release(&script);
    str_release(&drawn);
    return rc;
}
