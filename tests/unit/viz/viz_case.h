/* viz_case.h - small figures and helpers that the tests of viz share. */
#ifndef VIZ_CASE_H
#define VIZ_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "canvas.h"
#include "figure.h"
#include "gnuplot.h"

#define VIZ_DRIVER ASSAY_SOURCE_DIR "/share/gnuplot/cells.lua"
#define VIZ_PATH   "/usr/local/bin:/usr/bin:/bin"

static inline void case_line(struct figure *f)
{
    static const double x[] = { 0, 1, 2, 3, 4 }, y[] = { 0, 1, 4, 9, 16 };

    figure_init(f, "line");
    f->title = "squares";
    f->x.label = "n";
    f->y.label = "square";
    figure_add(f, SERIES_LINE, NULL, 5, x, y);
}

static inline void case_bars(struct figure *f)
{
    static const double x[] = { 0, 1, 2, 3 }, x2[] = { 1, 2, 3, 4 }, y[] = { 1, 3, 2, 0 };

    figure_init(f, "hist");
    f->title = "length";
    f->note = "6 values; 4 bins";
    f->x.label = "length";
    f->y = (struct axis){ .label = "rows", .whole = true };
    struct series *s = figure_add(f, SERIES_BARS, NULL, 4, x, y);
    s->x2 = figure_copy(f, x2, 4);
}

/* The canvas as text; mem_free it. */
static inline char *case_text(const struct canvas *c)
{
    struct str s;

    str_init(&s);
    canvas_text_lines(&s, c, false);
    char *text = str_take(&s);
    str_release(&s);
    return text;
}

static inline struct gnuplot *case_gnuplot(const char *program, int timeout_ms)
{
    return gnuplot_new(&(struct gnuplot_options){
        .program = program, .path = VIZ_PATH, .driver = VIZ_DRIVER, .timeout_ms = timeout_ms });
}

static inline void case_need_gnuplot(void)
{
    if (access("/usr/bin/gnuplot", X_OK) != 0)
        skip();
}

#endif
