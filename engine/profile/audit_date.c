/* audit_date.c - dates of a text column in another form than most, and impossible ones (dates.h);
 * cells of a column of dates that the reader could not take; days far from all others. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "num/stats.h"
#include "profile/audit.h"
#include "profile/audit_texts.h"
#include "profile/dates.h"
#include "table/cell.h"

#define FAR 10.0 /* times the quartile distance */

static void look_at_text(struct audit_context *a, size_t col)
{
    const struct coded_column *c = &a->coded->columns[col];
    struct odd_date *odd;
    struct arena scratch;

    arena_init(&scratch);
    size_t n = dates_find(&odd, NULL, c, &scratch);
    if (n) {
        struct audit_finding *f = audit_add(a, "date", &col, 1);
        for (size_t k = 0; k < n; k++)
            audit_add_code(a, f, col, odd[k].code, odd[k].sure, odd[k].right, false);
        f->says = "dates in another form than most, or impossible";
        audit_fix_repair(a, f, col, "date");
    }
    arena_release(&scratch);
}

/* 3.4.2024 among 20.9.2024 and the like: the order that the others with the same separator show. */
static enum date_order usual_order(const struct audit_context *a, size_t col, char between)
{
    size_t day_first = 0, month_first = 0;

    for (size_t i = 0; i < a->in->n_odd; i++) {
        struct date_text d = date_read(span_of(a->in->odd[i].text));
        if (a->in->odd[i].col != col || d.between != between)
            continue;
        day_first += d.order == DATE_DMY;
        month_first += d.order == DATE_MDY;
    }
    if (day_first > 0 && month_first == 0)
        return DATE_DMY;
    return month_first > 0 && day_first == 0 ? DATE_MDY : DATE_EITHER;
}

static void settle_order(const struct audit_context *a, size_t col, struct date_text *d)
{
    if (d->order != DATE_EITHER)
        return;
    d->order = usual_order(a, col, d->between);
    if (d->order != DATE_MDY)
        return;
    int day = d->day; /* DATE_EITHER reads the day first */
    d->day = d->month;
    d->month = day;
}

/* The rejected cells of a column of dates, as the table writes dates. */
static struct audit_finding *add_rejected(struct audit_context *a, size_t col)
{
    static const struct date_text iso = {
        .order = DATE_YMD, .between = '-', .padded = true, .year_digits = 4
    };
    struct audit_finding *f = NULL;
    struct str right;

    str_init(&right);
    for (size_t i = 0; i < a->in->n_odd; i++) {
        const struct odd_cell *odd = &a->in->odd[i];
        struct date_text d = date_read(span_of(odd->text));
        if (odd->col != col || d.order == DATE_NONE)
            continue;
        str_clear(&right);
        settle_order(a, col, &d);
        bool can = date_write(&right, &d, &iso);
        f = f ? f : audit_add(a, "date", &col, 1);
        audit_add_cell(a, f, odd->row, col, 0.95, span_of(odd->text), can ? right.buf : NULL,
                       false);
    }
    str_release(&right);
    return f;
}

/* Days before `low` and after `high`, which lie far beyond the quartiles. */
static bool day_bounds(double *low, double *high, const struct column *c, double *v)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n_rows; i++)
        if (!column_missing(c, i))
            v[n++] = column_number(c, i);
    if (n < 20)
        return false;
    double q25 = stats_quantile(v, n, 0.25), q75 = stats_quantile(v, n, 0.75);
    *low = q25 - FAR * (q75 - q25);
    *high = q75 + FAR * (q75 - q25);
    return q75 > q25;
}

static int look_at_dates(struct audit_context *a, size_t col, struct err *err)
{
    const struct column *c = table_at(a->in->table, col);
    struct audit_finding *f = add_rejected(a, col);
    double low, high;
    struct str text;
    void *v;

    if (mem_big(&v, c->n_rows, sizeof(double), "dates of a column", err))
        return -1;
    str_init(&text);
    if (day_bounds(&low, &high, c, v))
        for (size_t i = 0; i < c->n_rows; i++) {
            if (column_missing(c, i) || (column_number(c, i) >= low && column_number(c, i) <= high))
                continue;
            str_clear(&text);
            cell_text(&text, c, i);
            f = f ? f : audit_add(a, "date", &col, 1);
            audit_add_cell(a, f, (uint32_t)i, col, 0.85, span_of(text.buf), NULL, false);
        }
    str_release(&text);
    mem_big_free(v);
    if (!f)
        return 0;
    f->sampled = false;
    f->says = "no dates, or days far from all others";
    if (column_missing(c, f->cells[0].row))
        audit_fix_fill(a, f, col);
    f->by_cell = !audit_is_target(a, col);
    return 0;
}

static int find_dates(struct audit_context *a, struct err *err)
{
    for (size_t j = 0; j < a->coded->n_cols; j++) {
        const struct column *c = table_at(a->in->table, j);
        if (column_is_text(c))
            look_at_text(a, j);
        else if ((c->type == COLUMN_DATE || c->type == COLUMN_TIMESTAMP) &&
                 look_at_dates(a, j, err))
            return -1;
        if (job_tick(a->job, j + 1, a->coded->n_cols, err))
            return -1;
    }
    return 0;
}

const struct audit_kind audit_date = {
    .name = "date",
    .help = "bad dates, and dates in another form than most",
    .weight = 0.85,
    .find = find_dates,
};
