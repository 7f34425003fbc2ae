/* explaining.h - what explain has opened, and what it tells of features. */
#ifndef SESSIONS_EXPLAINING_H
#define SESSIONS_EXPLAINING_H

#include "command.h"

/* A model and the training rows it is explained on. */
struct explaining {
    const char *name;
    const struct model *m;
    const struct table *t;
    uint32_t *train, *rows; /* (n_train), (n) drawn from them, in order */
    size_t n_train, n;
    size_t class; /* SIZE_MAX: none was named */
};

struct feature_share {
    const char *name;
    double value, low, high; /* low and high: permutation's interval */
    size_t feature;
};

#define FEATURES_SHOWN 20

/* The largest first. */
void explaining_sort(struct feature_share *list, size_t p);
/* Features and their importance, the greatest first, of many the first; `what` heads them. */
void explaining_tell(struct report *r, struct feature_share *list, size_t p, const char *what);
/* method=permutation. */
int explaining_permute(struct report *r, struct context *ctx, struct explaining *e,
                       struct err *err);

#endif
