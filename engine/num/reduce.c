#include "num/reduce.h"

#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"

enum {
    PART_MAX_MIN_ROWS = 64 * REDUCE_BLOCK,
    PART_WORK = 4 << 20, /* rows times sums: about a millisecond, worth waking a thread for */
    PARTS_MAX = 64,
    ACCUMULATORS_MAX = 4 << 20, /* doubles in all accumulators together: 32 MB */
};

/* A cache line apart, so that threads do not write to the same one. */
static size_t padded(size_t n)
{
    return (n + 7) / 8 * 8;
}

int reducer_init(struct reducer *r, size_t n, size_t m, size_t n_scratch, struct err *err)
{
    size_t most = ACCUMULATORS_MAX / (m + n_scratch + 1);
    most = most < 4 ? 4 : most > PARTS_MAX ? PARTS_MAX : most;

    size_t part = (n + most - 1) / most, least = PART_WORK / (m + 1);
    least = least > PART_MAX_MIN_ROWS ? PART_MAX_MIN_ROWS : least;
    part = part < least ? least : part;
    part = (part + REDUCE_BLOCK - 1) / REDUCE_BLOCK * REDUCE_BLOCK;

    *r = (struct reducer){
        .n = n, .m = m, .n_scratch = n_scratch, .part = part, .n_parts = parallel_n_chunks(n, part)
    };
    void *memory;
    if (mem_big(&memory, r->n_parts * (padded(m) + padded(n_scratch)), sizeof(double),
                "partial sums", err))
        return -1;
    r->memory = memory;
    return 0;
}

void reducer_release(struct reducer *r)
{
    mem_big_free(r->memory);
    *r = (struct reducer){ 0 };
}

struct reduce_call {
    struct reducer *r;
    reduce_body *body;
    void *ctx;
};

static void reduce_part(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct reduce_call *call = ctx;
    const struct reducer *r = call->r;
    double *acc = r->memory + chunk * (padded(r->m) + padded(r->n_scratch));

    memset(acc, 0, r->m * sizeof(*acc));
    call->body(call->ctx, acc, acc + padded(r->m), begin, end);
}

void reducer_run(struct reducer *r, double *out, reduce_body *body, void *ctx)
{
    struct reduce_call call = { r, body, ctx };

    parallel_for(r->n, r->part, reduce_part, &call);
    memset(out, 0, r->m * sizeof(*out));
    for (size_t c = 0; c < r->n_parts; c++) {
        const double *acc = r->memory + c * (padded(r->m) + padded(r->n_scratch));
        for (size_t i = 0; i < r->m; i++)
            out[i] += acc[i];
    }
}
