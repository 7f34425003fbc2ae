/* audit_target.c - the target: classes out of balance, and columns that give it away: that equal it,
 * predict it too well alone, or are there only where one class is, as what comes after the event is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "profile/audit.h"
#include "profile/dependency.h"

#define FEW_SHARE 0.1
#define TOO_WELL  0.985
#define LINE      0.9995 /* correlation of two columns that are the same but for their unit */

static int target_column(const struct audit_context *a)
{
    return a->in->target ? table_find(a->in->table, a->in->target) : -1;
}

/* ---------------------------------------------------------------- balance */

static void look_at_balance(struct audit_context *a, size_t col)
{
    const struct coded_column *c = &a->coded->columns[col];
    size_t there = a->coded->n_rows - c->count[0];
    uint32_t least = 1;

    for (uint32_t v = 2; v <= c->n_values; v++)
        least = c->count[v] < c->count[least] ? v : least;
    if (c->n_values < 2 || there < 20 ||
        (double)c->count[least] * c->n_values >= 2 * FEW_SHARE * (double)there)
        return;
    struct audit_finding *f = audit_add(a, "imbalance", &col, 1);
    f->count = c->count[least];
    f->says = audit_printf(a, "'%s' has %.3g %% of the rows", audit_copy(a, coded_text(c, least)),
                           100 * (double)c->count[least] / (double)there);
    if (a->in->part)
        return;
    f->fix.verb = "split";
    audit_fix_arg(f, "test", "0.25");
    audit_fix_arg(f, "stratify", a->in->target);
}

/* ---------------------------------------------------------------- leaks */

static double base_share(const struct coded_column *b, size_t n_rows)
{
    uint32_t top = 0;

    for (uint32_t v = 1; v <= b->n_values; v++)
        top = b->count[v] > top ? b->count[v] : top;
    return n_rows > b->count[0] ? (double)top / (double)(n_rows - b->count[0]) : 1;
}

/* How well the codes predict the target, 0 to 1; its groups must be of some size. */
static int predicts(double *out, const struct audit_context *a, const uint32_t *code, uint32_t n,
                    size_t target, struct err *err)
{
    const struct coded_column *b = &a->coded->columns[target];
    struct coded_groups groups;
    struct pair_counts counts;

    *out = 0;
    if (coded_groups(&groups, code, n, a->coded->n_rows, err))
        return -1;
    int rc = pair_counts_new(&counts, &groups, n, b->code, b->n_values, err);
    coded_groups_release(&groups);
    if (rc)
        return -1;
    struct dependency d = dependency_measure(&counts, base_share(b, a->coded->n_rows));
    pair_counts_release(&counts);
    *out = d.n_rows * 2 >= a->coded->n_rows ? d.lambda : 0;
    return 0;
}

/* Share of rows on the right side of the best cut of a number, for two classes; 0 otherwise. */
struct ranked {
    double v;
    uint32_t code;
};

static int by_value(const void *a, const void *b)
{
    double x = ((const struct ranked *)a)->v, y = ((const struct ranked *)b)->v;

    return (x > y) - (x < y);
}

static double best_cut(const struct audit_context *a, size_t col, size_t target)
{
    const struct column *c = table_at(a->in->table, col);
    const struct coded_column *b = &a->coded->columns[target];
    struct ranked *r = MEM_NEW(struct ranked, a->coded->n_rows);
    size_t n = 0, ones = 0, below = 0;
    double best = 0;

    for (size_t i = 0; i < a->coded->n_rows && b->n_values == 2; i++) {
        uint32_t row = coded_row(a->coded, i);
        if (!column_missing(c, row) && b->code[i] && isfinite(column_number(c, row))) {
            r[n++] = (struct ranked){ column_number(c, row), b->code[i] };
            ones += b->code[i] == 1;
        }
    }
    if (n)
        qsort(r, n, sizeof(*r), by_value);
    for (size_t i = 0; i < n; i++) {
        below += r[i].code == 1;
        if (i + 1 < n && r[i + 1].v == r[i].v)
            continue;
        size_t right = below + (n - i - 1) - (ones - below);
        double share = (double)(right > n - right ? right : n - right) / (double)n;
        best = share > best ? share : best;
    }
    mem_free(r);
    double base = n ? (double)(ones > n - ones ? ones : n - ones) / (double)n : 1;
    return n * 2 >= a->coded->n_rows && base < 1 ? (best - base) / (1 - base) : 0;
}

static double correlation(const struct audit_context *a, size_t col, size_t target)
{
    const struct column *x = table_at(a->in->table, col), *y = table_at(a->in->table, target);
    double n = 0, mx = 0, my = 0, xx = 0, yy = 0, xy = 0;

    for (size_t i = 0; i < a->coded->n_rows; i++) {
        uint32_t row = coded_row(a->coded, i);
        if (column_missing(x, row) || column_missing(y, row))
            continue;
        double u = column_number(x, row), v = column_number(y, row);
        if (!isfinite(u) || !isfinite(v))
            continue;
        n++;
        double dx = u - mx, dy = v - my;
        mx += dx / n;
        my += dy / n;
        xx += dx * (u - mx);
        yy += dy * (v - my);
        xy += dx * (v - my);
    }
    return n >= 20 && xx > 0 && yy > 0 ? fabs(xy) / sqrt(xx * yy) : 0;
}

static void add_leak(struct audit_context *a, size_t col, size_t target, const char *says)
{
    const size_t cols[] = { col, target };
    struct audit_finding *f = audit_add(a, "leak", cols, 2);

    f->count = a->in->table->n_rows;
    f->says = says;
    f->fix.verb = "drop";
    audit_fix_arg(f, NULL, table_name(a->in->table, col));
}

static bool same_values(const struct audit_context *a, size_t col, size_t target)
{
    const struct column *x = table_at(a->in->table, col), *y = table_at(a->in->table, target);

    for (size_t i = 0; i < a->coded->n_rows; i++)
        if (!column_cells_equal(x, coded_row(a->coded, i), y, coded_row(a->coded, i)))
            return false;
    return true;
}

/* Missing where the target has one value and there where it has another. */
static int absence_tells(double *out, const struct audit_context *a, size_t col, size_t target,
                         struct err *err)
{
    const struct coded_column *c = &a->coded->columns[col];
    void *block;

    *out = 0;
    if (c->count[0] < 10 || c->count[0] + 10 > a->coded->n_rows)
        return 0;
    if (mem_big(&block, a->coded->n_rows, sizeof(uint32_t), "codes", err))
        return -1;
    uint32_t *code = block;
    for (size_t i = 0; i < a->coded->n_rows; i++)
        code[i] = c->code[i] ? 2 : 1;
    int rc = predicts(out, a, code, 2, target, err);
    mem_big_free(block);
    return rc;
}

static int look_at(struct audit_context *a, size_t col, size_t target, struct err *err)
{
    const struct coded_column *c = &a->coded->columns[col];
    const struct column *x = table_at(a->in->table, col);
    bool numbers = x->type == COLUMN_INT || x->type == COLUMN_REAL;
    const char *name = a->in->target;
    double well, absent;

    if (c->n_values < 2)
        return 0;
    if (same_values(a, col, target)) {
        add_leak(a, col, target, audit_printf(a, "equals %s", name));
        return 0;
    }
    if (a->in->classes) {
        if (predicts(&well, a, c->code, c->n_values, target, err) ||
            absence_tells(&absent, a, col, target, err))
            return -1;
        if (numbers)
            well = fmax(well, best_cut(a, col, target));
        if (well >= TOO_WELL)
            add_leak(a, col, target, audit_printf(a, "predicts %s too well alone", name));
        else if (absent >= 0.9)
            add_leak(a, col, target,
                     audit_printf(a, "is there for one %s only, as what comes after it is", name));
    } else if (numbers && correlation(a, col, target) >= LINE) {
        add_leak(a, col, target, audit_printf(a, "predicts %s too well alone", name));
    }
    return 0;
}

static int find_target(struct audit_context *a, struct err *err)
{
    int target = target_column(a);

    if (target < 0)
        return 0;
    if (a->in->classes)
        look_at_balance(a, (size_t)target);
    for (size_t j = 0; j < a->coded->n_cols; j++)
        if ((j != (size_t)target && look_at(a, j, (size_t)target, err)) ||
            job_tick(a->job, j + 1, a->coded->n_cols, err))
            return -1;
    return 0;
}

const struct audit_kind audit_target = {
    .name = "leak",
    .help = "columns that give the target away, classes out of balance",
    .weight = 1,
    .find = find_target,
};
