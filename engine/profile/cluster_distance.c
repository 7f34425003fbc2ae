#include "profile/cluster_distance.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Row i of the table of distances between prefixes; its smallest entry. */
static size_t edit_row(size_t *row, const size_t *last, const size_t *before, const uint32_t *a,
                       size_t i, const uint32_t *b, size_t n_b, bool swaps)
{
    size_t smallest = row[0] = i + 1;

    for (size_t j = 0; j < n_b; j++) {
        size_t d = least(last[j] + (a[i] != b[j]), least(last[j + 1], row[j]) + 1);
        if (swaps && i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
            d = least(d, before[j - 1] + 1);
        row[j + 1] = d;
        smallest = least(smallest, d);
    }
    return smallest;
}

size_t cluster_edits(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b, bool swaps,
                     size_t limit, size_t *rows)
{
    size_t width = n_b + 1, smallest_before = 0;

    if ((n_a > n_b ? n_a - n_b : n_b - n_a) > limit)
        return limit + 1;
    for (size_t j = 0; j < width; j++)
        rows[j] = j;
    for (size_t i = 0; i < n_a; i++) {
        size_t *row = rows + (i + 1) % 3 * width;
        size_t smallest = edit_row(row, rows + i % 3 * width, rows + (i + 2) % 3 * width, a, i, b,
                                   n_b, swaps);
        /* A swap may step over one row. */
        if (smallest > limit && (!swaps || smallest_before > limit))
            return limit + 1;
        smallest_before = smallest;
    }
    return least(rows[n_a % 3 * width + n_b], limit + 1);
}

/* Marks equal letters that are not too far from each other; how many there are. */
static size_t match_letters(uint8_t *used_a, uint8_t *used_b, const uint32_t *a, size_t n_a,
                            const uint32_t *b, size_t n_b)
{
    size_t longer = n_a > n_b ? n_a : n_b, reach = longer / 2 > 1 ? longer / 2 - 1 : 0, n = 0;

    for (size_t i = 0; i < n_a; i++) {
        size_t end = least(i + reach + 1, n_b);
        for (size_t j = i > reach ? i - reach : 0; j < end; j++) {
            if (used_b[j] || a[i] != b[j])
                continue;
            used_a[i] = used_b[j] = 1;
            n++;
            break;
        }
    }
    return n;
}

double cluster_jaro(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b, uint8_t *used)
{
    uint8_t *used_b = used + n_a;
    size_t moved = 0, prefix = 0;

    if (n_a == 0 || n_b == 0)
        return n_a == n_b ? 0 : 1;
    memset(used, 0, n_a + n_b);
    size_t n = match_letters(used, used_b, a, n_a, b, n_b);
    if (n == 0)
        return 1;
    for (size_t i = 0, j = 0; i < n_a; i++) {
        if (!used[i])
            continue;
        while (!used_b[j])
            j++;
        moved += a[i] != b[j++];
    }
    double m = (double)n;
    double jaro = (m / (double)n_a + m / (double)n_b + (m - (double)(moved / 2)) / m) / 3;
    while (prefix < 4 && prefix < n_a && prefix < n_b && a[prefix] == b[prefix])
        prefix++;
    return (1 - jaro) * (1 - 0.1 * (double)prefix);
}
