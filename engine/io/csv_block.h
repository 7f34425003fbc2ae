/* csv_block.h - where the bytes that matter stand, 64 bytes at a time.
 *
 * A finder looks for four bytes.  It keeps, for the block it looked at last, one bit per byte, so
 * that the next find within the block is a shift and a count: fields are short, and a loop over
 * their bytes would end in a mispredicted branch each time.
 */
#ifndef IO_CSV_BLOCK_H
#define IO_CSV_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#define CSV_BLOCK 64

/* Bit i: block[i] is one of stops[0..4), which may hold a byte twice. */
typedef uint64_t csv_block_mask(const char *block, const char stops[4]);

csv_block_mask csv_mask_plain; /* the naive twin; what other machines use */
#ifdef __SSE2__
csv_block_mask csv_mask_sse2, csv_mask_avx2; /* the second only where the processor has it */
#endif
/* The fastest that this processor has. */
csv_block_mask *csv_mask_best(void);

struct csv_finder {
    csv_block_mask *mask_of;
    char stops[4];
    size_t origin; /* where the first block begins: no byte before it is read */
    size_t block;  /* offset of the block in `mask`, SIZE_MAX at first */
    uint64_t mask;
};

void csv_finder_init(struct csv_finder *f, size_t origin, const char stops[4]);
/* The mask of the block at offset `block`, of which len - block bytes may be read. */
void csv_finder_load(struct csv_finder *f, const char *buf, size_t len, size_t block);

/* Offset of the first stop in buf[at, len), or len; `at` is not before the origin.  Bytes at and
 * behind the last place that was found must not have changed meanwhile, nor `len`. */
static inline size_t csv_find(struct csv_finder *f, const char *buf, size_t len, size_t at)
{
    while (at < len) {
        size_t block = at - (at - f->origin) % CSV_BLOCK;
        if (block != f->block)
            csv_finder_load(f, buf, len, block);
        uint64_t ahead = f->mask >> (at - block);
        if (ahead)
            return at + (size_t)__builtin_ctzll(ahead);
        at = block + CSV_BLOCK;
    }
    return len;
}

#endif
