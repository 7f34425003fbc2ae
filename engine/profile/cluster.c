#include "profile/cluster.h"

#include <stdlib.h>

#include "base/mem.h"
#include "profile/cluster_parts.h"

const char *const cluster_methods[] = { "fingerprint", "ngram",   "metaphone", "soundex", "cologne",
                                        "levenshtein", "damerau", "jaro",      NULL };

/* Every value's place among those of its cluster, the clusters in the order of their first values. */
static void collect(struct clusters *out, const uint32_t *leader, uint32_t *cluster_of,
                    const struct values *v)
{
    size_t n = 0, n_members = 0;

    for (size_t i = 0; i < v->n; i++)
        cluster_of[i] = 0;
    for (size_t i = 0; i < v->n; i++) /* how many follow each first value */
        if (leader[i] != i)
            cluster_of[leader[i]]++;
    for (size_t i = 0; i < v->n; i++) {
        uint32_t n_followers = cluster_of[i];
        if (leader[i] != i || n_followers == 0)
            continue;
        out->items[n] = (struct cluster){ .members = out->members + n_members };
        n_members += n_followers + 1;
        cluster_of[i] = (uint32_t)n++;
    }
    out->n = n;
}

static void fill(struct clusters *out, const uint32_t *leader, const uint32_t *cluster_of,
                 const uint8_t *leads, const struct values *v)
{
    for (size_t i = 0; i < v->n; i++) {
        if (leader[i] == i && !leads[i])
            continue;
        struct cluster *c = &out->items[cluster_of[leader[i]]];
        c->members[c->n++] = v->items[i];
        c->n_cells += v->items[i].count;
    }
}

static int by_cells(const void *a, const void *b)
{
    const struct cluster *x = a, *y = b;

    if (x->n_cells != y->n_cells)
        return x->n_cells < y->n_cells ? 1 : -1;
    return span_compare(x->members[0].value, y->members[0].value);
}

static int build(struct clusters *out, const uint32_t *leader, const struct values *v,
                 struct err *err)
{
    size_t n_members = 0, n_clusters = 0;
    void *members = NULL, *items = NULL, *cluster_of = NULL, *leads;

    if (mem_big(&leads, v->n, 1, "clusters", err))
        return -1;
    uint8_t *is_leader = leads;
    for (size_t i = 0; i < v->n; i++)
        is_leader[i] = 0;
    for (size_t i = 0; i < v->n; i++) {
        if (leader[i] == i)
            continue;
        n_clusters += !is_leader[leader[i]];
        n_members += 1u + !is_leader[leader[i]];
        is_leader[leader[i]] = 1;
    }
    int rc = mem_big(&members, n_members, sizeof(struct cluster_member), "clusters", err) ||
             mem_big(&items, n_clusters, sizeof(struct cluster), "clusters", err) ||
             mem_big(&cluster_of, v->n, sizeof(uint32_t), "clusters", err);
    out->members = members;
    out->items = items;
    if (!rc) {
        collect(out, leader, cluster_of, v);
        fill(out, leader, cluster_of, leads, v);
        qsort(out->items, out->n, sizeof(*out->items), by_cells);
    }
    mem_big_free(cluster_of);
    mem_big_free(leads);
    return rc ? -1 : 0;
}

int clusters_find(struct clusters *out, const struct column *const *columns, size_t n_columns,
                  const struct cluster_options *options, struct job *job, struct err *err)
{
    struct clusters found = { 0 };
    struct values v;
    void *leader = NULL;

    if (cluster_values(&v, columns, n_columns, job, err))
        return -1;
    found.n_values = v.n;
    int rc = mem_big(&leader, v.n, sizeof(uint32_t), "clusters", err);
    if (!rc)
        rc = options->method < CLUSTER_LEVENSHTEIN
                 ? cluster_by_key(leader, &v, options, job, err)
                 : cluster_by_distance(leader, &found.n_blocks_left, &v, options, job, err);
    if (!rc)
        rc = build(&found, leader, &v, err);
    mem_big_free(leader);
    cluster_values_release(&v);
    if (rc)
        clusters_release(&found);
    else
        *out = found;
    return rc;
}

void clusters_release(struct clusters *c)
{
    mem_big_free(c->items);
    mem_big_free(c->members);
    *c = (struct clusters){ 0 };
}
