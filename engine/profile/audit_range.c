/* audit_range.c - numbers that what the column counts cannot take: negative where hardly any is, or
 * out of the range that its name gives (latitude, percent, month, age). */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "profile/audit.h"

#define FEW 0.005

struct named_range {
    const char *word; /* in the name, as a word of its own */
    double low, high;
};
static const struct named_range named_ranges[] = {
    { "latitude", -90, 90 }, { "lat", -90, 90 },     { "longitude", -180, 180 },
    { "lon", -180, 180 },    { "lng", -180, 180 },   { "percent", 0, 100 },
    { "pct", 0, 100 },       { "month", 1, 12 },     { "weekday", 0, 7 },
    { "age", 0, 125 },       { "hour", 0, 24 },      { "minute", 0, 60 },
    { "probability", 0, 1 }, { "humidity", 0, 100 }, { "day", 0, 366 },
};

static bool has_word(const char *name, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = name; *p; p++) {
        bool begins = p == name || p[-1] == '_' || p[-1] == ' ' || p[-1] == '.' || p[-1] == '-';
        char after = begins && strncasecmp(p, word, n) == 0 ? p[n] : 'x';
        if (after == '\0' || after == '_' || after == ' ' || after == '.' || after == '-')
            return true;
    }
    return false;
}

struct range {
    double low, high;
    const char *says;
};

static bool number_at(double *out, const struct column *c, size_t row)
{
    if (column_missing(c, row))
        return false;
    *out = column_number(c, row);
    return isfinite(*out);
}

/* Share of the numbers outside; 1 when there are none. */
static double share_outside(const struct column *c, double low, double high)
{
    size_t n = 0, out = 0;
    double v;

    for (size_t i = 0; i < c->n_rows; i++)
        if (number_at(&v, c, i)) {
            n++;
            out += v < low || v > high;
        }
    return n >= 20 ? (double)out / (double)n : 1;
}

/* The range of the column, when a few cells and no more break it. */
static bool range_of(struct range *out, struct audit_context *a, size_t col)
{
    const struct column *c = table_at(a->in->table, col);
    const char *name = table_name(a->in->table, col);
    double share;

    for (size_t k = 0; k < sizeof(named_ranges) / sizeof(named_ranges[0]); k++) {
        const struct named_range *r = &named_ranges[k];
        if (!has_word(name, r->word))
            continue;
        share = share_outside(c, r->low, r->high);
        *out = (struct range){ r->low, r->high,
                               audit_printf(a, "a %s lies between %g and %g", r->word, r->low,
                                            r->high) };
        if (share > 0 && share <= 0.05)
            return true;
    }
    share = share_outside(c, 0, INFINITY);
    *out = (struct range){ 0, INFINITY, "hardly any other is negative" };
    return share > 0 && share <= FEW;
}

static void look_at(struct audit_context *a, size_t col)
{
    const struct column *c = table_at(a->in->table, col);
    struct range r;
    char text[TEXT_REAL_SIZE];
    double v;

    if (!range_of(&r, a, col))
        return;
    struct audit_finding *f = audit_add(a, "range", &col, 1);
    f->sampled = false;
    f->says = r.says;
    for (size_t i = 0; i < c->n_rows; i++)
        if (number_at(&v, c, i) && (v < r.low || v > r.high))
            audit_add_cell(a, f, (uint32_t)i, col, isfinite(r.high) ? 0.9 : 0.6,
                           span_of(text_real(text, v, c->type == COLUMN_REAL)), NULL, false);
    if (audit_is_target(a, col))
        return;
    f->by_cell = true; /* a wrong number tells nothing of the right one; clip where they are many */
    f->fix.verb = "clip";
    audit_fix_arg(f, NULL, table_name(a->in->table, col));
    audit_fix_arg(f, "min", audit_printf(a, "%g", r.low));
    if (isfinite(r.high))
        audit_fix_arg(f, "max", audit_printf(a, "%g", r.high));
}

static int find_ranges(struct audit_context *a, struct err *err)
{
    for (size_t j = 0; j < a->coded->n_cols; j++) {
        enum column_type type = table_at(a->in->table, j)->type;
        if (type == COLUMN_INT || type == COLUMN_REAL)
            look_at(a, j);
        if (job_tick(a->job, j + 1, a->coded->n_cols, err))
            return -1;
    }
    return 0;
}

const struct audit_kind audit_range = {
    .name = "range",
    .help = "numbers out of the range that their column can take",
    .weight = 0.8,
    .find = find_ranges,
};
