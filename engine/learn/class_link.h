/* class_link.h - scores of classes to probabilities, in place, row by row. */
#ifndef LEARN_CLASS_LINK_H
#define LEARN_CLASS_LINK_H

#include "num/matrix.h"

/* out (n, 2): column 1 holds the score in favour of class 1. */
void class_link_two(struct matrix *out);
/* out (n, n_classes): a score for each; minus infinity: none. */
void class_link_many(struct matrix *out);

#endif
