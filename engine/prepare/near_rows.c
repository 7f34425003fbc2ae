#include "prepare/near_rows.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "prepare/row_groups.h"
#include "profile/group.h"

#define N_HASHES      48 /* in a signature */
#define CHAIN_MAX     32 /* rows of a band that are looked at, the latest first */
#define ROWS_PER_TICK 4096

struct finder {
    const struct near_request *req;
    struct near_column *cols;
    uint32_t *signatures; /* (n, N_HASHES) by place in the order */
    size_t band;          /* hashes in a band */
    size_t n_bands;
    uint32_t *heads; /* (n_heads) place + 1 of the latest row of a bucket, 0: none */
    uint32_t *next;  /* (n_bands, n) the one before it */
    size_t n_heads;
};

/* ---------------------------------------------------------------- signatures */

/* Odd, so that h * factor + k goes through all values: one hash function for each. */
static uint32_t factor(size_t k)
{
    return (uint32_t)hash_mix(0x6E656172, k) | 1;
}

static void add_piece(uint32_t *signature, uint64_t piece)
{
    uint32_t h = (uint32_t)(piece ^ piece >> 32);

    for (size_t k = 0; k < N_HASHES; k++) {
        uint32_t v = (h + (uint32_t)k) * factor(k);
        v ^= v >> 15;
        v *= 0x2C1B3C6D;
        signature[k] = v < signature[k] ? v : signature[k];
    }
}

static void add_text(uint32_t *signature, struct span s, uint64_t column)
{
    unsigned char window[3] = { 0, 0, 0 };

    add_piece(signature, hash_mix(column, hash_bytes(s.at, s.len)));
    for (size_t i = 0; i < s.len + 2; i++) { /* with two blanks around it */
        window[0] = window[1];
        window[1] = window[2];
        window[2] = i < s.len ? (unsigned char)s.at[i] : 0;
        add_piece(signature, hash_mix(column, hash_bytes(window, 3)));
    }
}

/* Steps of twice the tolerance on a logarithmic scale: two numbers within it share a step, or have
 * neighbouring ones, which both of them name. */
static void add_number(uint32_t *signature, double v, double tolerance, uint64_t column)
{
    int64_t step = v == 0 || !isfinite(v) ? 0 : (int64_t)floor(log(fabs(v)) / log1p(2 * tolerance));
    uint64_t sign = v < 0 ? 2 : v > 0 ? 1 : 0;

    add_piece(signature, hash_mix(hash_mix(column, sign), (uint64_t)step));
    add_piece(signature, hash_mix(hash_mix(column, sign), (uint64_t)(step + 1)));
}

static void sign_row(uint32_t *signature, const struct finder *f, size_t row)
{
    memset(signature, 0xFF, N_HASHES * sizeof(*signature));
    for (size_t k = 0; k < f->req->n_cols; k++) {
        const struct near_column *c = &f->cols[k];
        uint64_t column = hash_mix(0x636F6C, k);
        if (column_missing(c->column, row))
            continue;
        bool number = c->column->type == COLUMN_INT || c->column->type == COLUMN_REAL;
        if (c->folded)
            add_text(signature, near_text(c, row), column);
        else if (number && c->tolerance > 0)
            add_number(signature, column_number(c->column, row), c->tolerance, column);
        else
            add_piece(signature, hash_mix(column, cell_key(c->column, row)));
    }
}

static void sign_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct finder *f = ctx;

    (void)chunk;
    for (size_t i = begin; i < end; i++)
        sign_row(f->signatures + i * N_HASHES, f, f->req->order[i]);
}

/* ---------------------------------------------------------------- buckets */

/* The more rows there are, the more must agree, or everything would be in one bucket. */
static size_t band_for(size_t n)
{
    return n < 20000 ? 2 : n < 300000 ? 3 : 4;
}

static size_t bucket_of(const struct finder *f, size_t place, size_t band)
{
    const struct near_request *req = f->req;
    const uint32_t *part = f->signatures + place * N_HASHES + band * f->band;
    uint64_t key = hash_mix(band, hash_bytes(part, f->band * sizeof(*part)));

    for (size_t k = 0; k < req->n_by; k++)
        key = hash_mix(key, cell_key(table_at(req->table, req->by[k]), req->order[place]));
    return (size_t)key & (f->n_heads - 1);
}

static bool by_agree(const struct near_request *req, size_t a, size_t b)
{
    for (size_t k = 0; k < req->n_by; k++) {
        const struct column *c = table_at(req->table, req->by[k]);
        if (!column_cells_equal(c, a, c, b))
            return false;
    }
    return true;
}

/* Signatures agree about as often as rows share pieces; far below what is wanted they need not be
 * compared letter by letter. */
static bool worth_comparing(const struct finder *f, size_t a, size_t b)
{
    const uint32_t *x = f->signatures + a * N_HASHES, *y = f->signatures + b * N_HASHES;
    size_t same = 0;

    for (size_t k = 0; k < N_HASHES; k++)
        same += x[k] == y[k];
    return (double)same >= 0.25 * f->req->near * N_HASHES;
}

/* The place of the nearest row that stays, n when none is near enough; the earlier among equals. */
static size_t nearest(const struct finder *f, size_t place)
{
    const struct near_request *req = f->req;
    double best = 0;
    size_t found = req->n, last = req->n;

    for (size_t band = 0; band < f->n_bands; band++) {
        size_t left = CHAIN_MAX;
        for (uint32_t at = f->heads[bucket_of(f, place, band)]; at && left;
             at = f->next[(size_t)band * req->n + at - 1], left--) {
            size_t other = at - 1;
            if (other == found || other == last || !worth_comparing(f, place, other) ||
                !by_agree(req, req->order[place], req->order[other]))
                continue;
            last = other;
            double s = near_similarity(f->cols, req->n_cols, req->order[place], req->order[other]);
            if (s < req->near || s < best || (s == best && other > found))
                continue;
            best = s;
            found = other;
        }
    }
    return found;
}

static void insert(struct finder *f, size_t place)
{
    for (size_t band = 0; band < f->n_bands; band++) {
        uint32_t *head = &f->heads[bucket_of(f, place, band)];
        f->next[band * f->req->n + place] = *head;
        *head = (uint32_t)place + 1;
    }
}

/* ---------------------------------------------------------------- all rows */

static int mark(uint8_t *keep, uint32_t *stands_for, struct finder *f, struct row_groups *copies,
                struct job *job, struct err *err)
{
    const struct near_request *req = f->req;

    job_phase(job, "comparing rows");
    for (size_t i = 0; i < req->n; i++) {
        size_t row = req->order[i], first = row_groups_first(copies, row), near = req->n;
        if (i % ROWS_PER_TICK == 0 && job_tick(job, i, req->n, err))
            return -1;
        if (first != row) { /* an exact copy goes where its original went */
            keep[row] = 0;
            stands_for[row] = keep[first] ? (uint32_t)first : stands_for[first];
            continue;
        }
        near = nearest(f, i);
        if (near == req->n) {
            insert(f, i);
            continue;
        }
        keep[row] = 0;
        stands_for[row] = req->order[near];
    }
    return 0;
}

static int finder_init(struct finder *f, const struct near_request *req, struct err *err)
{
    void *block;

    *f = (struct finder){ .req = req, .cols = MEM_NEW(struct near_column, req->n_cols) };
    f->band = band_for(req->n);
    f->n_bands = N_HASHES / f->band;
    for (f->n_heads = 64; f->n_heads < f->n_bands * req->n / 2;)
        f->n_heads *= 2;
    for (size_t k = 0; k < req->n_cols; k++)
        if (near_column_init(&f->cols[k], table_at(req->table, req->cols[k]), req->tolerance, err))
            return -1;
    if (mem_big(&block, req->n * N_HASHES, sizeof(uint32_t), "signatures of rows", err))
        return -1;
    f->signatures = block;
    if (mem_big(&block, f->n_heads, sizeof(uint32_t), "buckets of rows", err))
        return -1;
    f->heads = memset(block, 0, f->n_heads * sizeof(uint32_t));
    if (mem_big(&block, f->n_bands * req->n, sizeof(uint32_t), "buckets of rows", err))
        return -1;
    f->next = block;
    return 0;
}

static void finder_release(struct finder *f)
{
    for (size_t k = 0; k < f->req->n_cols; k++)
        near_column_release(&f->cols[k]);
    mem_free(f->cols);
    mem_big_free(f->signatures);
    mem_big_free(f->heads);
    mem_big_free(f->next);
}

int near_rows(uint8_t *keep, uint32_t *stands_for, const struct near_request *req, struct job *job,
              struct err *err)
{
    size_t n_all = req->n_cols + req->n_by, *all = MEM_NEW(size_t, n_all);
    struct row_groups copies = { 0 };
    struct finder f;

    for (size_t k = 0; k < n_all; k++)
        all[k] = k < req->n_cols ? req->cols[k] : req->by[k - req->n_cols];
    int rc = finder_init(&f, req, err);
    if (!rc)
        rc = row_groups_init(&copies, req->table, all, n_all, req->n, err);
    if (!rc) {
        parallel_for(req->n, 1024, sign_rows, &f);
        rc = mark(keep, stands_for, &f, &copies, job, err);
    }
    row_groups_release(&copies);
    finder_release(&f);
    mem_free(all);
    return rc;
}
