/* nearest.c - a heap of neighbours; see nearest.h. */
#include "num/nearest.h"

#include <stdbool.h>

static bool nearer(struct neighbour a, struct neighbour b)
{
    return a.distance < b.distance || (a.distance == b.distance && a.row < b.row);
}

static void sift_down(struct neighbour *at, size_t n, size_t i)
{
    for (size_t child = 2 * i + 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n && nearer(at[child], at[child + 1]))
            child++;
        if (!nearer(at[i], at[child]))
            return;
        struct neighbour swap = at[i];
        at[i] = at[child];
        at[child] = swap;
        i = child;
    }
}

void nearest_add(struct nearest *h, size_t most, struct neighbour one)
{
    if (h->n == most) {
        if (!nearer(one, h->at[0]))
            return;
        h->at[0] = one;
        sift_down(h->at, h->n, 0);
        return;
    }
    size_t i = h->n++;
    for (; i > 0 && nearer(h->at[(i - 1) / 2], one); i = (i - 1) / 2)
        h->at[i] = h->at[(i - 1) / 2];
    h->at[i] = one;
}

/* One that is on top goes to the end, until all are in order. */
void nearest_sort(struct nearest *h)
{
    for (size_t n = h->n; n > 1; n--) {
        struct neighbour swap = h->at[0];
        h->at[0] = h->at[n - 1];
        h->at[n - 1] = swap;
        sift_down(h->at, n - 1, 0);
    }
}
