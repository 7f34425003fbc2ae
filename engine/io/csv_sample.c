#include "io/csv_sample.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "io/csv_load.h"

#define SAMPLE_STREAM UINT64_C(0x73616d706c65) /* apart from other uses of a seed */
#define LEAST_ROOM    ((size_t)1024)

/* Rows that may be among those wanted: at most twice as many. */
struct taking {
    struct csv_load load;
    struct csv_sample *out;
    size_t wanted, cap;
    uint64_t seed, limit; /* keys above it are out */
};

void csv_sample_scan(const struct csv_sample *s, struct csv_scan *scan, uint64_t base, size_t row)
{
    size_t end = row < s->n ? s->rows[row].text + s->rows[row].len - (size_t)base : 0;

    if (!end || end > scan->len)
        return;
    scan->len = end;
    scan->cut = true;
    scan->partial = false;
    csv_scan_find_from(scan, scan->at);
}

void csv_sample_release(struct csv_sample *s)
{
    mem_big_free(s->text);
    mem_big_free(s->rows);
    *s = (struct csv_sample){ 0 };
}

static int by_key(const void *a, const void *b)
{
    const struct csv_sampled *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int by_row(const void *a, const void *b)
{
    const struct csv_sampled *x = a, *y = b;

    return (x->row > y->row) - (x->row < y->row);
}

/* Keep those wanted, in the order of the file, and their texts without gaps between. */
static void taking_thin(struct taking *t)
{
    struct csv_sample *s = t->out;
    size_t at = t->load.scan.at; /* behind what stands before the first row */

    if (s->n > t->wanted) {
        qsort(s->rows, s->n, sizeof(*s->rows), by_key);
        s->n = t->wanted;
        t->limit = s->rows[s->n - 1].key;
        qsort(s->rows, s->n, sizeof(*s->rows), by_row);
    }
    for (size_t i = 0; i < s->n; i++) {
        memmove(s->text + at, s->text + s->rows[i].text, s->rows[i].len);
        s->rows[i].text = at;
        at += s->rows[i].len;
    }
    s->len = at;
}

static int taking_room(struct taking *t, size_t len, struct err *err)
{
    struct csv_sample *s = t->out;
    void *text = s->text, *rows = s->rows;

    if (s->n == 2 * t->wanted)
        taking_thin(t);
    if (s->n == t->cap) {
        size_t cap = t->cap ? 2 * t->cap : LEAST_ROOM;
        if (mem_big_grow(&rows, s->n * sizeof(*s->rows), cap, sizeof(*s->rows), "the sample", err))
            return -1;
        s->rows = rows;
        t->cap = cap;
    }
    if (s->cap - s->len < len + CSV_PAD) {
        size_t cap = s->cap + s->cap / 2 + len + LEAST_ROOM;
        if (mem_big_grow(&text, s->len, cap, 1, "the sample", err))
            return -1;
        s->text = text;
        s->cap = cap;
    }
    return 0;
}

static int take_row(struct taking *t, const struct csv_chunk *c, size_t r, uint64_t key,
                    struct err *err)
{
    const struct csv_wave *w = &t->load.wave;
    struct csv_sample *s = t->out;
    size_t at = c->begin + c->offsets[r];
    size_t len = (r + 1 < c->n_rows ? c->begin + c->offsets[r + 1] : c->end) - at;

    if (taking_room(t, len + 1, err))
        return -1;
    s->irregular = s->irregular || !c->regular;
    s->rows[s->n++] = (struct csv_sampled){
        .key = key,
        .line = c->line + (c->multi ? c->row_lines[r] : r),
        .at = w->base + at,
        .text = s->len,
        .len = len,
        .row = (uint32_t)(c->first_row + r),
    };
    memcpy(s->text + s->len, w->buf + at, len);
    s->len += len;
    if (len && s->text[s->len - 1] != '\n' && s->text[s->len - 1] != '\r') {
        s->text[s->len++] = '\n';
        s->rows[s->n - 1].len++;
    }
    return 0;
}

static void place_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct csv_load *l = ctx;

    (void)chunk;
    for (size_t k = begin; k < end; k++)
        csv_place_rows(l, &l->wave.chunks[k]);
}

static int take_wave(struct taking *t, struct err *err)
{
    struct csv_load *l = &t->load;

    parallel_for(l->wave.n, 1, place_rows, l);
    for (size_t k = 0; k < l->wave.n; k++) {
        const struct csv_chunk *c = &l->wave.chunks[k];
        for (size_t r = 0; r < c->n_rows; r++) {
            uint64_t key = hash_mix(t->seed, c->first_row + r);
            if (key <= t->limit && take_row(t, c, r, key, err))
                return -1;
        }
    }
    return 0;
}

static int take_all(struct taking *t, struct job *job, struct err *err)
{
    struct csv_load *l = &t->load;
    int rc;

    l->first_pass = true;
    wave_rewind(l);
    while ((rc = wave_next(l, err)) > 0) {
        l->seen = (size_t)l->wave.base + l->wave.at;
        if (take_wave(t, err) || job_tick(job, l->seen, l->bytes.size, err))
            return -1;
    }
    return rc || load_check_unchanged(l, err) ? -1 : 0;
}

int csv_sample_read(struct csv_sample *out, const struct csv_load_request *req, const char *file,
                    size_t n, uint64_t seed, struct job *job, struct err *err)
{
    struct source *scratch = source_new(&reader_csv, file); /* its notes come again with the rows */
    struct taking t = {
        .out = out, .wanted = n, .seed = hash_mix(seed, SAMPLE_STREAM), .limit = UINT64_MAX
    };
    int rc;

    *out = (struct csv_sample){ 0 };
    rc = load_begin(&t.load, req, scratch, true, err);
    hasher_init(&t.load.hasher);
    if (rc == 0) {
        size_t before = t.load.scan.at;
        hasher_add(&t.load.hasher, req->head, before);
        rc = taking_room(&t, before, err);
        if (rc == 0 && before)
            memcpy(out->text, req->head, before);
        out->len = before;
    }
    if (rc == 0)
        rc = take_all(&t, job, err);
    if (rc == 0)
        rc = load_digest(&out->digest, &t.load, err);
    else
        hasher_release(&t.load.hasher);
    out->n_all = t.load.n_rows;
    if (rc == 0)
        taking_thin(&t);
    load_release(&t.load);
    source_unref(scratch);
    if (rc)
        csv_sample_release(out);
    return rc;
}
