/* text_digits.h - eight digits at once.
 *
 * Texts are looked at as whole words; where the machine puts the first byte on the other side, the
 * callers go byte by byte (TEXT_DIGITS_WORDS is 0).
 */
#ifndef BASE_TEXT_DIGITS_H
#define BASE_TEXT_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TEXT_DIGITS_WORDS (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

/* Every byte has 3 in its upper half, also after 6 was added: the digits and nothing else. */
static inline bool text_are_eight_digits(uint64_t w)
{
    return ((w & 0xF0F0F0F0F0F0F0F0u) | (((w + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) >> 4)) ==
           0x3333333333333333u;
}

/* Neighbours are joined to pairs, pairs to fours, fours to eight: three multiplications, not eight
 * (Lemire, "Number parsing at a gigabyte per second", 2021). */
static inline uint64_t text_eight_digits(uint64_t w)
{
    w -= 0x3030303030303030u;
    w = w * 10 + (w >> 8);
    return ((((w & 0x000000FF000000FFu) * 0x000F424000000064u) +
             (((w >> 16) & 0x000000FF000000FFu) * 0x0000271000000001u)) >>
            32) &
           0xFFFFFFFFu;
}

/* The n (0 to 8) bytes before `end` as a word of eight digits, led by zeros.  Eight bytes before
 * `end` are read, whatever n is. */
static inline uint64_t text_last_digits(const char *end, size_t n)
{
    static const uint64_t lead[9] = {
        0x3030303030303030u, 0x0030303030303030u, 0x0000303030303030u,
        0x0000003030303030u, 0x0000000030303030u, 0x0000000000303030u,
        0x0000000000003030u, 0x0000000000000030u, 0,
    };
    static const uint64_t keep[9] = {
        0,
        0xFF00000000000000u,
        0xFFFF000000000000u,
        0xFFFFFF0000000000u,
        0xFFFFFFFF00000000u,
        0xFFFFFFFFFF000000u,
        0xFFFFFFFFFFFF0000u,
        0xFFFFFFFFFFFFFF00u,
        UINT64_MAX,
    };
    uint64_t w;

    memcpy(&w, end - 8, sizeof(w));
    return (w & keep[n]) | lead[n];
}

#endif
