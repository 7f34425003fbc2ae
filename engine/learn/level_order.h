/* level_order.h - the levels of categories in an order in which a division like x <= cut makes sense.
 *
 * Numbers and two classes: by the mean of the target; for one division no other choice of levels is
 * better (Fisher 1958).  Several classes: along the first principal component of the levels' shares
 * of classes (Coppersmith, Hong and Hosking 1999, "Partitioning nominal attributes in decision
 * trees").  The order is found once, from all training rows, which for forests is as good as at every
 * node (Wright and König 2019, "Splitting on categorical predictors in random forests").
 */
#ifndef LEARN_LEVEL_ORDER_H
#define LEARN_LEVEL_ORDER_H

#include "learn/bins.h"

/* Renumbers the codes of every category so.  Codes without rows stand at the mean. */
void level_order(struct bins *bins, const struct fit_input *in);

#endif
