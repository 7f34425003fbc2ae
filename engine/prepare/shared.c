#include "prepare/shared.h"

#include "base/mem.h"

struct shared *shared_new(void)
{
    struct shared *s = MEM_NEW(struct shared, 1);

    atomic_init(&s->refs, 1);
    arena_init(&s->arena);
    return s;
}

struct shared *shared_ref(struct shared *s)
{
    if (s)
        atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void shared_unref(struct shared *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) > 1)
        return;
    arena_release(&s->arena);
    mem_free(s);
}
