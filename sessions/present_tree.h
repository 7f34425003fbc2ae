/* present_tree.h - a tree of a model as rules and as data. */
#ifndef SESSIONS_PRESENT_TREE_H
#define SESSIONS_PRESENT_TREE_H

#include "present.h"

/* Tree `at` of a model called `name`.  Data: "tree" [{node, rows, impurity, value; feature, threshold or
 * levels, missing, left, right}], the root first; text: rules, the first 300 lines.  ERR_USAGE when there
 * is no such tree. */
int present_tree(struct report *r, struct context *ctx, const char *name, const struct model *m,
                 size_t at, struct err *err);

#endif
