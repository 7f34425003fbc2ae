/* shared.h - an arena with a count of references: what versions of a recipe share. */
#ifndef PREPARE_SHARED_H
#define PREPARE_SHARED_H

#include <stdatomic.h>

#include "base/arena.h"

struct shared {
    atomic_uint refs;
    struct arena arena; /* written only by who made it, before it is shared */
};

struct shared *shared_new(void);
struct shared *shared_ref(struct shared *s); /* NULL is fine; returns s */
void shared_unref(struct shared *s);         /* NULL is fine */

#endif
