/* tree_text.h - the nodes of a tree in words, for showing and drawing. */
#ifndef LEARN_TREE_TEXT_H
#define LEARN_TREE_TEXT_H

#include "base/str.h"
#include "learn/model.h"
#include "learn/plain_tree.h"

/* What the trees of a model come to, and tree `at`; in the arena.  ERR_USAGE when the learner has
 * none or not so many: "ols is linear, which has no trees; …". */
int tree_text_open(struct plain_forest *forest, struct plain_tree *tree, const char *name,
                   const struct model *m, size_t at, struct arena *arena, struct err *err);
/* "bill_length_mm <= 42.35 or missing": what sends a row to the left or to the right. */
void tree_text_condition(struct str *out, const struct model *m, const struct plain_node *n,
                         bool left);
/* "Adelie 97.4 %, Chinstrap 2.6 %", the most frequent first, those below 0.05 % left out;
 * "3706.2"; "adds -0.12 to the log-odds". */
void tree_text_outcome(struct str *out, const struct model *m, const struct plain_forest *forest,
                       const struct plain_node *n);
/* The class with the greatest share; only of trees that speak of shares. */
size_t tree_text_class(const struct model *m, const struct plain_node *n);

#endif
