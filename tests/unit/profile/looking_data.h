/* looking_data.h - the columns of tests/reference/make_looking.py, and its figures. */
#ifndef LOOKING_DATA_H
#define LOOKING_DATA_H

#include "../table/table_make.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LOOKING_ROWS = 997 };

/* The minimal standard generator of Park and Miller 1988. */
static inline double looking_next(uint64_t *state)
{
    *state = *state * 16807 % 2147483647;
    return (double)*state / 2147483648.0;
}

static inline struct column *looking_column(struct column_builder *b)
{
    struct column *c;

    assert_int_equal(builder_finish(&c, b, NULL), 0);
    return c;
}

/* x, y: reals, y with gaps; k: an int; g: a category of a letter. */
static inline struct table *looking_table(void)
{
    static const char *const names[] = { "x", "y", "k", "g" };
    uint64_t sa = 1, sb = 2, sc = 3, sd = 4;
    struct column_builder x, y, k, g;

    builder_init(&x, COLUMN_REAL, LOOKING_ROWS);
    builder_init(&y, COLUMN_REAL, LOOKING_ROWS);
    builder_init(&k, COLUMN_INT, LOOKING_ROWS);
    builder_init(&g, COLUMN_CATEGORY, LOOKING_ROWS);
    for (int i = 0; i < LOOKING_ROWS; i++) {
        double value = -log(1 - looking_next(&sa)), noise = looking_next(&sb);
        int step = (int)floor(5 * looking_next(&sc));
        int group = ((int)floor(4 * looking_next(&sd)) + (step > 2)) % 4;
        builder_add_real(&x, value);
        if (i % 10 == 0)
            builder_add_missing(&y);
        else
            builder_add_real(&y, 0.5 * value + noise);
        builder_add_int(&k, step);
        builder_add_text(&g, &"abcd"[group], 1);
    }
    struct column *columns[] = { looking_column(&x), looking_column(&y), looking_column(&k),
                                 looking_column(&g) };
    return make_table(names, columns, 4);
}

/* The figure of that name for these columns, b "" for one column. */
static inline double looking_figure(const char *what, const char *a, const char *b)
{
    FILE *f = fopen(ASSAY_SOURCE_DIR "/tests/reference/looking_expected.csv", "r");
    char line[256], start[64];
    double value = NAN;

    assert_non_null(f);
    snprintf(start, sizeof(start), "%s,%s,%s,", what, a, b);
    while (fgets(line, sizeof(line), f))
        if (strncmp(line, start, strlen(start)) == 0)
            value = strtod(line + strlen(start), NULL);
    fclose(f);
    if (isnan(value))
        fail_msg("no reference for %s", start);
    return value;
}

/* To `digits` significant digits. */
static inline void assert_figure(double got, const char *what, const char *a, const char *b,
                                 double digits)
{
    double want = looking_figure(what, a, b);

    if (!(fabs(got - want) <= pow(10, -digits) * fabs(want) + 1e-300))
        fail_msg("%s of %s %s: %.17g, not %.17g", what, a, b, got, want);
}

#endif
