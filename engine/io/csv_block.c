#include "io/csv_block.h"

#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

uint64_t csv_mask_plain(const char *block, const char stops[4])
{
    uint64_t mask = 0;

    for (int i = 0; i < CSV_BLOCK; i++) {
        char c = block[i];
        uint64_t hit = c == stops[0] || c == stops[1] || c == stops[2] || c == stops[3];
        mask |= hit << i;
    }
    return mask;
}

#ifdef __SSE2__
uint64_t csv_mask_sse2(const char *block, const char stops[4])
{
    const __m128i a = _mm_set1_epi8(stops[0]), b = _mm_set1_epi8(stops[1]);
    const __m128i c = _mm_set1_epi8(stops[2]), d = _mm_set1_epi8(stops[3]);
    uint64_t mask = 0;

    for (int i = 0; i < CSV_BLOCK; i += 16) {
        __m128i v = _mm_loadu_si128((const void *)(block + i));
        __m128i ab = _mm_or_si128(_mm_cmpeq_epi8(v, a), _mm_cmpeq_epi8(v, b));
        __m128i cd = _mm_or_si128(_mm_cmpeq_epi8(v, c), _mm_cmpeq_epi8(v, d));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(ab, cd)) << i;
    }
    return mask;
}

__attribute__((target("avx2"))) uint64_t csv_mask_avx2(const char *block, const char stops[4])
{
    const __m256i a = _mm256_set1_epi8(stops[0]), b = _mm256_set1_epi8(stops[1]);
    const __m256i c = _mm256_set1_epi8(stops[2]), d = _mm256_set1_epi8(stops[3]);
    uint64_t mask = 0;

    for (int i = 0; i < CSV_BLOCK; i += 32) {
        __m256i v = _mm256_loadu_si256((const void *)(block + i));
        __m256i ab = _mm256_or_si256(_mm256_cmpeq_epi8(v, a), _mm256_cmpeq_epi8(v, b));
        __m256i cd = _mm256_or_si256(_mm256_cmpeq_epi8(v, c), _mm256_cmpeq_epi8(v, d));
        mask |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_or_si256(ab, cd)) << i;
    }
    return mask;
}
#endif

csv_block_mask *csv_mask_best(void)
{
#ifdef __SSE2__
    return __builtin_cpu_supports("avx2") ? csv_mask_avx2 : csv_mask_sse2;
#else
    return csv_mask_plain;
#endif
}

void csv_finder_init(struct csv_finder *f, size_t origin, const char stops[4])
{
    *f = (struct csv_finder){ .mask_of = csv_mask_best(), .origin = origin, .block = SIZE_MAX };
    memcpy(f->stops, stops, sizeof(f->stops));
}

void csv_finder_load(struct csv_finder *f, const char *buf, size_t len, size_t block)
{
    char last[CSV_BLOCK] = { 0 };

    f->block = block;
    if (len - block >= CSV_BLOCK) {
        f->mask = f->mask_of(buf + block, f->stops);
        return;
    }
    memcpy(last, buf + block, len - block);
    f->mask = f->mask_of(last, f->stops) & (((uint64_t)1 << (len - block)) - 1);
}
