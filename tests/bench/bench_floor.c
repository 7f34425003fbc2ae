/* bench_floor.c - what loading a table cannot be faster than: looking at each byte for a delimiter, and
 * making a number of each field's digits, over the file in memory.
 *
 *   bench_floor FILE     one JSON line a floor, on standard output; threads as the program takes them */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/text_digits.h"
#include "io/csv_block.h"
#include "io/file.h"

#define CHUNK ((size_t)256 << 10)
#define RUNS  5

struct floor_job {
    const char *buf;
    uint64_t *sums; /* (chunks) */
    bool digits;
};

static void look(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct floor_job *f = ctx;
    csv_block_mask *mask_of = csv_mask_best();
    size_t last = begin;
    uint64_t sum = 0;

    for (size_t at = begin; at + CSV_BLOCK <= end; at += CSV_BLOCK) {
        uint64_t mask = mask_of(f->buf + at, ",\n\n\n");
        if (!f->digits) {
            sum += (uint64_t)__builtin_popcountll(mask);
            continue;
        }
        for (; mask; mask &= mask - 1) {
            size_t stop = at + (size_t)__builtin_ctzll(mask), n = stop - last;
            if (stop >= 8)
                sum += text_eight_digits(text_last_digits(f->buf + stop, n < 8 ? n : 8));
            last = stop + 1;
        }
    }
    f->sums[chunk] = sum;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct err err = { 0 };
    struct floor_job f = { 0 };
    char *buf;
    size_t len;

    if (argc != 2 || file_read_all(&buf, &len, argv[1], SIZE_MAX / 2, &err)) {
        fprintf(stderr, "bench_floor FILE: %s\n", err.msg);
        return 2;
    }
    f.buf = buf;
    f.sums = MEM_NEW(uint64_t, parallel_n_chunks(len, CHUNK));
    for (int k = 0; k < 2; k++) {
        double best = 1e9;
        f.digits = k == 1;
        for (int i = 0; i < RUNS; i++) {
            double begin = now();
            parallel_for(len, CHUNK, look, &f);
            double took = now() - begin;
            best = took < best ? took : best;
        }
        printf("{\"task\": \"%s\", \"table\": \"%s\", \"seconds\": %.4f, \"mb_s\": %.0f, "
               "\"threads\": %zu}\n",
               k ? "floor_digits" : "floor_scan", argv[1], best, (double)len / 1e6 / best,
               parallel_threads());
    }
    mem_free(f.sums);
    mem_big_free(buf);
    return 0;
}
