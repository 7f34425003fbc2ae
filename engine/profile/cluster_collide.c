/* cluster_collide.c - values with the same key.  Keys are made side by side, in chunks; then one pass
 * in the order of the values finds the first of each. */
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "profile/cluster_key.h"
#include "profile/cluster_parts.h"

#define VALUES_PER_CHUNK 4096

struct key {
    uint64_t hash;
    size_t at, len; /* in the text of the value's chunk */
};

struct keying {
    const struct values *values;
    const struct cluster_options *options;
    struct key *keys;  /* (n) */
    struct str *texts; /* by chunk */
};

static void add_key(struct str *out, struct span value, const struct cluster_options *o)
{
    switch (o->method) {
    case CLUSTER_NGRAM:
        cluster_ngram(out, value, o->ngram);
        break;
    case CLUSTER_METAPHONE:
        cluster_metaphone(out, value);
        break;
    case CLUSTER_SOUNDEX:
        cluster_soundex(out, value);
        break;
    case CLUSTER_COLOGNE:
        cluster_cologne(out, value);
        break;
    default:
        cluster_fingerprint(out, value);
    }
}

static void key_chunk(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct keying *k = ctx;
    struct str *text = &k->texts[chunk];

    for (size_t i = begin; i < end; i++) {
        size_t at = text->len;
        add_key(text, k->values->items[i].value, k->options);
        k->keys[i] = (struct key){ .hash = hash_bytes(text->buf + at, text->len - at),
                                   .at = at,
                                   .len = text->len - at };
    }
}

static struct span key_text(const struct keying *k, size_t i)
{
    return (struct span){ k->texts[i / VALUES_PER_CHUNK].buf + k->keys[i].at, k->keys[i].len };
}

/* The first value with the key of value i: i itself when there was none before it. */
static uint32_t first_with_key(uint32_t *slots, size_t n_slots, const struct keying *k, size_t i)
{
    size_t mask = n_slots - 1, at = k->keys[i].hash & mask;

    for (; slots[at]; at = (at + 1) & mask) {
        size_t other = slots[at] - 1;
        if (k->keys[other].hash == k->keys[i].hash && span_eq(key_text(k, other), key_text(k, i)))
            return (uint32_t)other;
    }
    slots[at] = (uint32_t)i + 1;
    return (uint32_t)i;
}

static int collide(uint32_t *leader, const struct keying *k, struct err *err)
{
    size_t n = k->values->n, n_slots = 16;
    void *slots;

    while (n_slots < 2 * n)
        n_slots *= 2;
    if (mem_big(&slots, n_slots, sizeof(uint32_t), "the keys of values", err))
        return -1;
    memset(slots, 0, n_slots * sizeof(uint32_t));
    for (size_t i = 0; i < n; i++)
        leader[i] = k->keys[i].len ? first_with_key(slots, n_slots, k, i) : (uint32_t)i;
    mem_big_free(slots);
    return 0;
}

int cluster_by_key(uint32_t *leader, const struct values *v, const struct cluster_options *o,
                   struct job *job, struct err *err)
{
    size_t n_chunks = parallel_n_chunks(v->n, VALUES_PER_CHUNK);
    struct keying k = { .values = v, .options = o };
    void *keys;

    if (job_tick(job, 0, 1, err) ||
        mem_big(&keys, v->n, sizeof(struct key), "the keys of values", err))
        return -1;
    k.keys = keys;
    k.texts = MEM_NEW(struct str, n_chunks);
    for (size_t c = 0; c < n_chunks; c++)
        str_init(&k.texts[c]);
    parallel_for(v->n, VALUES_PER_CHUNK, key_chunk, &k);
    int rc = job_tick(job, 1, 1, err) ? -1 : collide(leader, &k, err);
    for (size_t c = 0; c < n_chunks; c++)
        str_release(&k.texts[c]);
    mem_free(k.texts);
    mem_big_free(keys);
    return rc;
}
