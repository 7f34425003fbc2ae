#include "scale.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct range {
    double low, high;
};

static void range_include(struct range *r, double v, bool log)
{
    if (!isfinite(v) || (log && v <= 0))
        return;
    r->low = fmin(r->low, v);
    r->high = fmax(r->high, v);
}

static void range_include_all(struct range *r, const double *v, size_t n, bool log)
{
    for (size_t i = 0; v && i < n; i++)
        range_include(r, v[i], log);
}

/* What the data of every series cover.  `floor` is set when something stands on zero. */
static struct range data_range(const struct figure *f, bool is_x, bool *floor)
{
    const bool log = is_x ? f->x.log : f->y.log;
    struct range r = { INFINITY, -INFINITY };

    *floor = false;
    for (size_t i = 0; i < f->n_series; i++) {
        const struct series *s = &f->series[i];
        range_include_all(&r, is_x ? s->x : s->y, s->n, log);
        range_include_all(&r, is_x ? s->x2 : s->y2, s->n, log);
        if (!is_x && s->kind == SERIES_BARS && !log) {
            range_include(&r, 0, log);
            *floor = true;
        }
    }
    return r;
}

/* The smallest of 1, 2 and 5 times a power of ten that divides the span into at most `max` parts.
 * */
static double nice_step(double span, size_t max)
{
    static const double mantissas[] = { 1, 2, 5, 10 };
    const double raw = span / (double)max;
    const double power = pow(10, floor(log10(raw)));

    for (size_t i = 0; i < 4; i++)
        if (mantissas[i] * power >= raw * (1 - 1e-9))
            return mantissas[i] * power;
    return 10 * power;
}

/* As many decimals as the step has; scientific where plain digits would be long. */
static void choose_format(struct scale *s)
{
    const double largest = fmax(fabs(s->low), fabs(s->high));

    if (s->log) {
        snprintf(s->format, sizeof(s->format), "%%g");
        return;
    }
    int decimals = (int)-floor(log10(s->step) + 1e-9);
    if (largest >= 1e7 || s->step < 1e-5) {
        int digits = (int)(floor(log10(largest)) - floor(log10(s->step) + 1e-9)) + 1;
        digits = digits < 1 ? 1 : digits > 15 ? 15 : digits;
        snprintf(s->format, sizeof(s->format), "%%.%dg", digits);
        return;
    }
    snprintf(s->format, sizeof(s->format), "%%.%df", decimals > 0 ? decimals : 0);
}

static void place_ticks(struct scale *s, size_t max_ticks, bool whole)
{
    s->step = nice_step(s->high - s->low, max_ticks > 1 ? max_ticks : 1);
    if (whole)
        s->step = fmax(1, s->step);
    const double slack = s->step * 1e-9;
    const double first = ceil((s->low - slack) / s->step);
    const double last = floor((s->high + slack) / s->step);
    s->first = first * s->step;
    s->n_ticks = last >= first ? (size_t)(last - first) + 1 : 0;
    choose_format(s);
}

/* Whole decades. */
static void scale_decades(struct scale *s, size_t max_ticks)
{
    const double low = floor(log10(s->low) + 1e-9), high = ceil(log10(s->high) - 1e-9);
    const double decades = fmax(1, high - low);

    s->low = pow(10, low);
    s->high = pow(10, low + decades);
    s->first = s->low;
    s->step = fmax(1, ceil(decades / (double)(max_ticks > 1 ? max_ticks - 1 : 1)));
    s->n_ticks = (size_t)(decades / s->step) + 1;
    choose_format(s);
}

static void scale_categories(struct scale *s, size_t n, bool from_top)
{
    s->low = from_top ? (double)n - 0.5 : -0.5;
    s->high = from_top ? -0.5 : (double)n - 0.5;
    s->step = 1;
    s->n_ticks = n;
}

/* A little air at both ends, so that no point sits on the frame; none below a floor of zero. */
static void widen(struct scale *s, bool on_floor)
{
    double span = s->high - s->low;

    if (!isfinite(span)) { /* the whole range of doubles: leave the ends where they are */
        s->low = fmax(s->low, -8e307);
        s->high = fmin(s->high, 8e307);
        return;
    }
    if (span <= fmax(fabs(s->low), fabs(s->high)) * 1e-12) {
        const double half = s->low != 0 ? fmax(fabs(s->low) * 0.1, 1e-300) : 0.5;
        s->low -= on_floor && s->low == 0 ? 0 : half;
        s->high += half;
        return;
    }
    s->low -= on_floor && s->low == 0 ? 0 : 0.03 * span;
    s->high += on_floor && s->high == 0 ? 0 : 0.04 * span;
}

static void scale_axis(struct scale *s, const struct figure *f, bool is_x, size_t max_ticks)
{
    const struct axis *a = is_x ? &f->x : &f->y;
    bool on_floor;

    *s = (struct scale){ .log = a->log };
    if (a->categories) {
        scale_categories(s, a->n_categories, !is_x);
        return;
    }
    struct range r = data_range(f, is_x, &on_floor);
    if (r.low > r.high) /* nothing finite on this axis: the caller refused empty figures */
        r = (struct range){ a->log ? 1 : 0, a->log ? 10 : 1 };
    const bool given = a->low < a->high && !(a->log && a->low <= 0);
    s->low = given ? a->low : r.low;
    s->high = given ? a->high : r.high;
    if (a->log) {
        scale_decades(s, max_ticks);
        return;
    }
    if (!given)
        widen(s, on_floor);
    place_ticks(s, max_ticks, a->whole);
}

void scale_figure(struct scale *x, struct scale *y, const struct figure *f, size_t max_x_ticks,
                  size_t max_y_ticks)
{
    scale_axis(x, f, true, max_x_ticks);
    scale_axis(y, f, false, max_y_ticks);
}

double scale_tick(const struct scale *s, size_t i)
{
    if (s->log)
        return s->first * pow(10, (double)i * s->step);
    /* A multiple of the step near zero is zero, not 5.6e-17. */
    const double v = s->first + (double)i * s->step;
    return fabs(v) < s->step * 1e-9 ? 0 : v;
}

double scale_at(const struct scale *s, double v)
{
    if (!s->log)
        return (v - s->low) / (s->high - s->low);
    if (!(v > 0))
        return NAN;
    return log10(v / s->low) / log10(s->high / s->low);
}

char *scale_label(char *buf, size_t size, const struct scale *s, size_t i)
{
    assert(s->format[0]);
    const double v = scale_tick(s, i);
    const char *spec = s->format;
    int digits = 6;

    /* The format is one of ours: %g, %.Ng or %.Nf. */
    sscanf(spec, "%%.%d", &digits);
    if (spec[strlen(spec) - 1] == 'f')
        snprintf(buf, size, "%.*f", digits, v);
    else
        snprintf(buf, size, "%.*g", digits, v);
    return buf;
}
