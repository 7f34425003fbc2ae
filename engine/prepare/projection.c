#include "prepare/projection.h"

#include <math.h>
#include <string.h>

#include "base/machine.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/text.h"
#include "num/linalg.h"
#include "num/reduce.h"
#include "prepare/step_columns.h"
#include "prepare/step_values.h"
#include "prepare/table_edit.h"

/* Rows in cache at a time. */
enum { BLOCK = REDUCE_BLOCK, LANES = 8, AT_ONCE = 4 };

int projection_init(struct projection *s, size_t **cols, const struct step_input *in,
                    struct arena *arena, struct err *err)
{
    const struct column_rule rule = {
        .applies = applies_to_numbers,
        .wanted = "a number (int or real)",
        .learns = true,
    };

    *s = (struct projection){ .prefix = arena_strdup(arena, params_text(in->params, "prefix")) };
    if (step_columns(cols, &s->p, in, "columns", &rule, arena, err))
        return -1;
    if (s->p == 0)
        return err_set(err, ERR_DOMAIN, "there is no column of numbers to make others of");
    s->names = ARENA_NEW(arena, const char *, s->p);
    s->shift = ARENA_NEW(arena, double, s->p);
    for (size_t j = 0; j < s->p; j++)
        s->names[j] = arena_strdup(arena, table_name(in->table, (*cols)[j]));
    return 0;
}

/* ---- blocks of rows ---- */

/* z (BLOCK, p) column-major: rows [begin, end) of the list, less shift; NAN where missing. */
static void gather(double *restrict z, const struct column *const *columns, size_t p,
                   const double *shift, const uint32_t *rows, size_t begin, size_t end)
{
    for (size_t j = 0; j < p; j++) {
        const struct column *c = columns[j];
        double *v = z + j * BLOCK;
        for (size_t i = begin; i < end; i++) {
            size_t row = rows ? rows[i] : i;
            v[i - begin] = (c->type == COLUMN_REAL ? column_reals(c)[row]
                                                   : (double)column_ints(c)[row]) -
                           shift[j];
        }
        for (size_t i = begin; i < end && c->n_missing; i++)
            if (column_missing(c, rows ? rows[i] : i))
                v[i - begin] = NAN;
    }
}

/* ok[i]: all cells of row i are finite; returns how many. */
static size_t whole_rows(bool *ok, const double *z, size_t p, size_t n)
{
    size_t n_ok = 0;

    for (size_t i = 0; i < n; i++)
        ok[i] = true;
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < n; i++)
            ok[i] = ok[i] & (isfinite(z[j * BLOCK + i]) != 0);
    for (size_t i = 0; i < n; i++)
        n_ok += ok[i];
    return n_ok;
}

static void squeeze(double *z, size_t p, const bool *ok, size_t n)
{
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0, at = 0; i < n; i++)
            if (ok[i])
                z[j * BLOCK + at++] = z[j * BLOCK + i];
}

/* ---- learning ---- */

struct crossing {
    const struct column *const *columns;
    const double *shift;
    const uint32_t *rows;
    size_t p;
};

/* acc: (p, p) products, (p) sums, then how many rows were whole. */
static void cross_rows(void *ctx, double *acc, double *z, size_t begin, size_t end)
{
    const struct crossing *c = ctx;
    size_t p = c->p;

    for (size_t at = begin; at < end; at += BLOCK) {
        size_t to = at + BLOCK < end ? at + BLOCK : end;
        bool ok[BLOCK];
        gather(z, c->columns, p, c->shift, c->rows, at, to);
        size_t n = whole_rows(ok, z, p, to - at);
        if (n < to - at)
            squeeze(z, p, ok, to - at);
        gram_add(acc, p, z, n, BLOCK);
        for (size_t j = 0; j < p; j++) {
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += z[j * BLOCK + i];
            acc[p * p + j] += sum;
        }
        acc[p * p + p] += (double)n;
    }
}

/* About where the columns lie: sums about a value near the mean lose nothing to rounding. */
static void guess_shift(struct projection *s, const struct crossing *c, double *z, size_t n)
{
    bool ok[BLOCK];
    size_t head = n < BLOCK ? n : BLOCK;

    gather(z, c->columns, s->p, s->shift, c->rows, 0, head);
    size_t n_ok = whole_rows(ok, z, s->p, head);
    squeeze(z, s->p, ok, head);
    for (size_t j = 0; j < s->p && n_ok; j++)
        for (size_t i = 0; i < n_ok; i++)
            s->shift[j] += z[j * BLOCK + i] / (double)n_ok;
}

/* From sums about the guess to sums about the means. */
static void centre(struct projection *s, double *cross, const double *sums, double n)
{
    size_t p = s->p;

    for (size_t b = 0; b < p; b++)
        for (size_t a = 0; a <= b; a++)
            cross[b * p + a] -= sums[a] * (sums[b] / n);
    for (size_t j = 0; j < p; j++)
        s->shift[j] += sums[j] / n;
}

static int check_cross(const struct projection *s, const double *cross, double n, struct err *err)
{
    if (n < 2)
        return err_set(err, ERR_DOMAIN,
                       "fewer than 2 rows have a finite number in each of %zu columns; impute "
                       "them first, or name fewer",
                       s->p);
    for (size_t b = 0; b < s->p; b++)
        for (size_t a = 0; a <= b; a++)
            if (!isfinite(cross[b * s->p + a]))
                return err_set(err, ERR_NUMERIC,
                               "%s has values too large to be squared; scale it first",
                               s->names[b]);
    return 0;
}

int projection_cross(struct projection *s, double *cross, const size_t *cols, bool centred,
                     const struct step_input *in, struct job *job, struct err *err)
{
    size_t n = step_n_rows(in), p = s->p, m = p * p + p + 1;
    const struct column **columns = MEM_NEW(const struct column *, p);
    double *sums = NULL, *z = MEM_NEW(double, BLOCK *p);
    struct reducer reducer = { 0 };
    void *block = NULL;

    for (size_t j = 0; j < p; j++)
        columns[j] = table_at(in->table, cols[j]);
    struct crossing c = { columns, s->shift, in->rows, p };
    int rc = job_tick(job, 0, 2, err);
    if (!rc && centred)
        guess_shift(s, &c, z, n);
    if (!rc)
        rc = mem_big(&block, m, sizeof(double), "sums of products", err);
    if (!rc)
        rc = reducer_init(&reducer, n, m, BLOCK * p, err);
    if (!rc) {
        sums = block;
        num_init();
        reducer_run(&reducer, sums, cross_rows, &c);
        memcpy(cross, sums, p * p * sizeof(*cross));
        double n_ok = sums[p * p + p];
        s->n_rows = (uint64_t)n_ok;
        s->n_out = n - s->n_rows;
        if (centred && n_ok > 0)
            centre(s, cross, sums + p * p, n_ok);
        rc = check_cross(s, cross, n_ok, err) || job_tick(job, 1, 2, err) ? -1 : 0;
    }
    reducer_release(&reducer);
    mem_big_free(block);
    mem_free(z);
    mem_free(columns);
    return rc;
}

/* How many components reach the share. */
static size_t count_for_share(const double *values, size_t p, double share)
{
    double total = 0, sum = 0;
    size_t k = 0;

    for (size_t j = 0; j < p; j++)
        total += values[j];
    while (k < p && (k == 0 || sum <= share * total))
        sum += values[k++];
    return k;
}

static void choose_sign(double *v, size_t p)
{
    size_t at = 0;

    for (size_t j = 1; j < p; j++)
        at = fabs(v[j]) > fabs(v[at]) ? j : at;
    double sign = v[at] < 0 ? -1 : 1;
    for (size_t j = 0; j < p; j++)
        v[j] = v[j] * sign + 0.0; /* no minus zero */
}

int projection_eigen(struct projection *s, double *values, double *cross, double wanted,
                     struct arena *arena, struct err *err)
{
    size_t p = s->p;

    if (symmetric_eigen(cross, values, p, err))
        return -1;
    for (size_t j = 0; j < p / 2; j++) {
        double v = values[j];
        values[j] = values[p - 1 - j];
        values[p - 1 - j] = v;
    }
    for (size_t j = 0; j < p; j++)
        values[j] = values[j] > 0 ? values[j] : 0;
    s->k = wanted < 1 ? count_for_share(values, p, wanted) : (size_t)wanted;
    if (s->k > p)
        return err_set(err, ERR_DOMAIN, "n_components=%zu is more than there are columns: %zu",
                       s->k, p);
    s->weights = ARENA_NEW(arena, double, s->k *p);
    s->variance = ARENA_NEW(arena, double, s->k);
    s->share = ARENA_NEW(arena, double, s->k);
    double total = 0;
    for (size_t j = 0; j < p; j++)
        total += values[j];
    for (size_t c = 0; c < s->k; c++) {
        memcpy(s->weights + c * p, cross + (p - 1 - c) * p, p * sizeof(double));
        choose_sign(s->weights + c * p, p);
        s->share[c] = total > 0 ? values[c] / total : NAN;
    }
    return 0;
}

/* ---- applying ---- */

struct projecting {
    const struct projection *s;
    const struct column *const *columns;
    struct column **made; /* (k) */
    double **values;      /* (k) of made */
    uint8_t *bad;         /* (n) rows that are not whole */
    const double *padded; /* (k rounded up, p) weights */
};

/* LANES rows and AT_ONCE new columns in registers, over the columns in their order. */
FOR_EACH_MACHINE static void weigh(double *restrict out, const double *restrict z,
                                   const double *restrict w, size_t p)
{
    double sum[AT_ONCE][LANES] = { { 0 } };

    for (size_t j = 0; j < p; j++)
        for (size_t c = 0; c < AT_ONCE; c++)
            for (size_t l = 0; l < LANES; l++)
                sum[c][l] += z[j * BLOCK + l] * w[c * p + j];
    memcpy(out, sum, sizeof(sum));
}

static void project_block(const struct projecting *a, const double *z, size_t begin, size_t n)
{
    size_t p = a->s->p, k = a->s->k;
    double out[AT_ONCE * LANES];

    for (size_t c = 0; c < k; c += AT_ONCE)
        for (size_t i = 0; i < n; i += LANES) {
            weigh(out, z + i, a->padded + c * p, p);
            for (size_t d = 0; d < AT_ONCE && c + d < k; d++)
                for (size_t l = 0; l < LANES && i + l < n; l++)
                    a->values[c + d][begin + i + l] = out[d * LANES + l];
        }
}

static void project_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct projecting *a = ctx;
    double *z = MEM_NEW(double, BLOCK * a->s->p);

    (void)chunk;
    for (size_t at = begin; at < end; at += BLOCK) {
        size_t to = at + BLOCK < end ? at + BLOCK : end;
        bool ok[BLOCK];
        gather(z, a->columns, a->s->p, a->s->shift, NULL, at, to);
        whole_rows(ok, z, a->s->p, to - at);
        project_block(a, z, at, to - at);
        for (size_t i = at; i < to; i++)
            a->bad[i] = !ok[i - at];
    }
    mem_free(z);
}

static int mark_bad(struct projecting *a, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        bool bad = a->bad[i];
        for (size_t c = 0; c < a->s->k && !bad; c++)
            bad = !isfinite(a->values[c][i]);
        for (size_t c = 0; c < a->s->k && bad; c++)
            if (column_set_missing(a->made[c], i, err))
                return -1;
    }
    for (size_t c = 0; c < a->s->k; c++) {
        column_clear_missing(a->made[c]);
        column_seal(a->made[c]);
    }
    return 0;
}

/* The k new columns of a table. */
static int make_columns(struct projecting *a, size_t n, struct err *err)
{
    size_t p = a->s->p, k = a->s->k;
    void *bad = NULL;
    int rc = mem_big(&bad, n, 1, "rows with gaps", err);

    a->bad = bad;
    for (size_t c = 0; c < k && !rc; c++) {
        rc = column_new(&a->made[c], COLUMN_REAL, n, NULL, err);
        if (!rc)
            a->values[c] = column_reals_mut(a->made[c]);
    }
    double *padded = MEM_NEW(double, (k + AT_ONCE) * p);
    memcpy(padded, a->s->weights, k * p * sizeof(*padded));
    a->padded = padded;
    if (!rc) {
        parallel_for(n, PARALLEL_CHUNK, project_rows, a);
        rc = mark_bad(a, n, err);
    }
    mem_free(padded);
    mem_big_free(bad);
    return rc;
}

/* 0: all are there; 1: the rows are new and one is absent. */
static int find_sources(const struct column **columns, bool *taken, const struct projection *s,
                        const struct step_input *in, struct err *err)
{
    int absent = 0;

    for (size_t j = 0; j < s->p; j++) {
        size_t col;
        int rc = step_learned_column(&col, in, s->names[j], err);
        if (rc < 0)
            return -1;
        absent |= rc;
        if (rc)
            continue;
        columns[j] = table_at(in->table, col);
        taken[col] = true;
        if (!applies_to_numbers(NULL, columns[j]))
            return err_set(err, ERR_SHAPE, "%s is %s; it was a number when this step learned",
                           s->names[j], step_type_words(columns[j]->type));
    }
    return absent;
}

static int put_together(struct table **out, struct projecting *a, const bool *taken, bool absent,
                        const struct step_input *in, struct arena *arena, struct err *err)
{
    struct table_edit edit;

    edit_init(&edit, in->table);
    for (size_t j = 0; j < in->table->n_cols; j++)
        if (!taken[j])
            edit_add(&edit, table_name(in->table, j), column_ref(table_at(in->table, j)));
    for (size_t c = 0; c < a->s->k && !absent; c++)
        edit_add(&edit, arena_printf(arena, "%s%zu", a->s->prefix, c + 1), column_ref(a->made[c]));
    return edit_finish(out, &edit, err);
}

int projection_apply(struct table **out, const void *state, const struct step_input *in,
                     struct job *job, struct err *err)
{
    const struct projection *s = state;
    struct arena arena;

    arena_init(&arena);
    const struct column **columns = ARENA_NEW(&arena, const struct column *, s->p);
    bool *taken = ARENA_NEW(&arena, bool, in->table->n_cols);
    struct projecting a = { .s = s,
                            .columns = columns,
                            .made = ARENA_NEW(&arena, struct column *, s->k),
                            .values = ARENA_NEW(&arena, double *, s->k) };
    int absent = find_sources(columns, taken, s, in, err);
    int rc = absent < 0 || job_tick(job, 0, 1, err) ? -1 : 0;
    if (!rc && !absent)
        rc = make_columns(&a, in->table->n_rows, err);
    if (!rc)
        rc = put_together(out, &a, taken, absent, in, &arena, err);
    for (size_t c = 0; c < s->k; c++)
        column_unref(a.made[c]);
    arena_release(&arena);
    return rc;
}

/* ---- telling, saving ---- */

#define WEIGHTS_SHOWN 3

/* The columns that weigh most. */
static void add_weights(struct str *out, const double *w, const struct projection *s)
{
    char buf[TEXT_REAL_SIZE];
    double above = INFINITY;

    for (size_t n = 0; n < WEIGHTS_SHOWN && n < s->p; n++) {
        size_t at = s->p;
        for (size_t j = 0; j < s->p; j++)
            if (fabs(w[j]) < above && (at == s->p || fabs(w[j]) > fabs(w[at])))
                at = j;
        if (at == s->p)
            return;
        above = fabs(w[at]);
        str_addf(out, "%s %s %s", n ? "," : ":", text_real_short(buf, w[at], 3), s->names[at]);
    }
}

void projection_describe(struct str *out, const void *state)
{
    const struct projection *s = state;
    double sum = 0;

    for (size_t c = 0; c < s->k && c < 20; c++) {
        sum += s->share[c];
        str_addf(out, "%s%zu", s->prefix, c + 1);
        if (isfinite(s->share[c]))
            str_addf(out, " %.1f %% of the variance (%.1f %% so far)", 100 * s->share[c],
                     100 * sum);
        add_weights(out, s->weights + c * s->p, s);
        str_add(out, "\n");
    }
    if (s->k > 20)
        str_addf(out, "… and %zu more\n", s->k - 20);
    if (s->n_out)
        str_addf(out, "%llu rows with a gap taught nothing\n", (unsigned long long)s->n_out);
}

void projection_save(struct str *out, const void *state)
{
    const struct projection *s = state;

    pack_u64(out, s->p);
    pack_u64(out, s->k);
    for (size_t j = 0; j < s->p; j++)
        pack_text(out, s->names[j]);
    pack_text(out, s->prefix);
    pack_reals(out, s->shift, s->p);
    pack_reals(out, s->weights, s->k * s->p);
    pack_reals(out, s->variance, s->k);
    pack_reals(out, s->share, s->k);
    pack_u64(out, s->n_rows);
    pack_u64(out, s->n_out);
}

static double *unpack_list(struct unpack *u, size_t n, bool finite)
{
    size_t got;
    const double *v = unpack_reals(u, &got);

    if (got != n)
        unpack_fail(u, "as many numbers as the projection has");
    for (size_t i = 0; i < n && finite && !u->failed; i++)
        if (!isfinite(v[i]))
            unpack_fail(u, "finite numbers");
    return (double *)(uintptr_t)v;
}

int projection_load(void **state, struct arena *arena, struct unpack *u, struct err *err)
{
    struct projection *s = ARENA_NEW(arena, struct projection, 1);

    (void)err;
    s->p = unpack_count(u, u->left / 8);
    s->k = unpack_count(u, u->left / 8);
    if (s->p == 0 || s->k > u->left / (8 * s->p))
        unpack_fail(u, "columns to make others of");
    s->names = u->failed ? NULL : ARENA_NEW(arena, const char *, s->p);
    for (size_t j = 0; j < s->p && !u->failed; j++)
        s->names[j] = unpack_name(u);
    s->prefix = unpack_name(u);
    s->shift = unpack_list(u, s->p, true);
    s->weights = unpack_list(u, s->k * s->p, true);
    s->variance = unpack_list(u, s->k, false);
    s->share = unpack_list(u, s->k, false);
    s->n_rows = unpack_u64(u);
    s->n_out = unpack_u64(u);
    *state = s;
    return 0;
}
