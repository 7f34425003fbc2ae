/* nearest.h - the k nearest of many, offered one after another. */
#ifndef NUM_NEAREST_H
#define NUM_NEAREST_H

#include <stddef.h>
#include <stdint.h>

struct neighbour {
    double distance; /* or its square: whatever they are compared by */
    uint32_t row;
};

/* A heap, the farthest of them on top; of equal distances the lower row is the nearer. */
struct nearest {
    struct neighbour *at; /* room for as many as are wanted; the caller's */
    size_t n;
};

/* Offer one; `most` are kept. */
void nearest_add(struct nearest *h, size_t most, struct neighbour one);
/* Put them in order, the nearest first; nothing can be added after that. */
void nearest_sort(struct nearest *h);

#endif
