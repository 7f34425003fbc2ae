#include "learn/trees.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/machine.h"
#include "base/mem.h"
#include "base/parallel.h"

/* ---------------------------------------------------------------- striking out */

enum { BLOCK = 64, CHUNK_ROWS = 2048, LEAVES_MOST = 64 };

/* A division as rows meet it: those that go right lose the leaves on its left.  Leaf k is bit k from
 * the left, so that a row's leaf is the number of zeros before its first bit. */
struct strike {
    uint32_t feature, set;
    uint8_t code, skip; /* codes above `code` go right, all but `skip`; 0 never does */
    bool by_set;
    uint64_t keep; /* what is left to a row that goes right */
};

/* codes (p, CHUNK_ROWS) of a chunk; from which this block is taken at `at`. */
struct block {
    const uint8_t *codes;
    size_t at;
    const uint64_t (*sets)[4];
};

/* For each row whether it goes right, as codes 0 and 1. */
static void sides_of_set(uint8_t *side, const uint8_t *codes, const uint64_t *set)
{
    for (int i = 0; i < BLOCK; i++)
        side[i] = !(set[codes[i] >> 6] >> (codes[i] & 63) & 1);
}

FOR_EACH_MACHINE
static void add_narrow(double *restrict sum, const struct block *b, const struct strike *strikes,
                       size_t n, const double *restrict value)
{
    uint32_t alive[BLOCK];
    uint8_t side[BLOCK];

    for (int i = 0; i < BLOCK; i++)
        alive[i] = UINT32_MAX;
    for (size_t k = 0; k < n; k++) {
        const struct strike *s = &strikes[k];
        const uint8_t *codes = b->codes + s->feature * CHUNK_ROWS + b->at;
        const uint32_t keep = (uint32_t)(s->keep >> 32);
        const uint8_t code = s->code, skip = s->skip;
        if (s->by_set) {
            sides_of_set(side, codes, b->sets[s->set]);
            codes = side;
        }
        for (int i = 0; i < BLOCK; i++)
            alive[i] &= (codes[i] > code) & (codes[i] != skip) ? keep : UINT32_MAX;
    }
    for (int i = 0; i < BLOCK; i++)
        sum[i] += value[__builtin_clz(alive[i])];
}

FOR_EACH_MACHINE
static void add_wide(double *restrict sum, const struct block *b, const struct strike *strikes,
                     size_t n, const double *restrict value)
{
    uint64_t alive[BLOCK];
    uint8_t side[BLOCK];

    for (int i = 0; i < BLOCK; i++)
        alive[i] = UINT64_MAX;
    for (size_t k = 0; k < n; k++) {
        const struct strike *s = &strikes[k];
        const uint8_t *codes = b->codes + s->feature * CHUNK_ROWS + b->at;
        const uint64_t keep = s->keep;
        const uint8_t code = s->code, skip = s->skip;
        if (s->by_set) {
            sides_of_set(side, codes, b->sets[s->set]);
            codes = side;
        }
        for (int i = 0; i < BLOCK; i++)
            alive[i] &= (codes[i] > code) & (codes[i] != skip) ? keep : UINT64_MAX;
    }
    for (int i = 0; i < BLOCK; i++)
        sum[i] += value[__builtin_clzll(alive[i])];
}

/* Leaves under a node: from its first on, how many.  Children stand behind their parent. */
static void count_leaves(size_t *first, size_t *count, const struct tree *t)
{
    for (size_t k = t->n_leaves - 1; k-- > 0;) {
        const struct tree_node *n = &t->nodes[k];
        size_t left = n->left < 0 ? 1 : count[n->left], right = n->right < 0 ? 1 : count[n->right];
        first[k] = n->left < 0 ? (size_t)~n->left : first[n->left];
        count[k] = left + right;
    }
}

static void make_strikes(struct strike *out, const struct trees *all, const struct tree *t)
{
    size_t first[LEAVES_MOST], count[LEAVES_MOST];

    count_leaves(first, count, t);
    for (size_t k = 0; k + 1 < t->n_leaves; k++) {
        const struct tree_node *n = &t->nodes[k];
        size_t n_left = n->left < 0 ? 1 : count[n->left];
        uint64_t gone = (n_left == 64 ? UINT64_MAX : ((uint64_t)1 << n_left) - 1)
                        << (64 - n_left - first[k]);
        out[k] = (struct strike){
            .feature = n->feature,
            .code = n->by_set ? 0 : (uint8_t)n->code,
            .skip = n->missing_left && !n->by_set ? (uint8_t)all->bins.features[n->feature].n_bins
                                                  : 0,
            .by_set = n->by_set,
            .set = n->set,
            .keep = ~gone,
        };
    }
}

/* ---------------------------------------------------------------- walking */

size_t tree_leaf(const struct tree *t, const struct bins *bins, const uint8_t *codes, size_t stride)
{
    int32_t at = t->n_leaves > 1 ? 0 : ~0;

    while (at >= 0) {
        const struct tree_node *n = &t->nodes[at];
        unsigned code = codes[n->feature * stride];
        bool left = n->by_set ? t->sets[n->set][code >> 6] >> (code & 63) & 1
                    : code == bins->features[n->feature].n_bins ? n->missing_left
                                                                : code <= n->code;
        at = left ? n->left : n->right;
    }
    return (size_t)~at;
}

static void add_walked(double *sum, const struct trees *all, const struct tree *t,
                       const uint8_t *codes)
{
    for (size_t i = 0; i < BLOCK; i++)
        sum[i] += t->value[tree_leaf(t, &all->bins, codes + i, CHUNK_ROWS)];
}

/* ---------------------------------------------------------------- predicting */

struct predicting {
    const struct trees *t;
    const struct matrix *x;
    double *out;
    size_t ld;
    bool *used;              /* (p) features that divide anywhere */
    struct strike **strikes; /* (n_trees) NULL: the tree is walked */
    uint8_t *codes;          /* (chunks, p, CHUNK_ROWS) */
};

static void add_tree(double *sum, const struct predicting *p, size_t k, const uint8_t *codes,
                     size_t at)
{
    const struct tree *t = &p->t->trees[k];
    const struct block b = { .codes = codes, .at = at, .sets = (const uint64_t(*)[4])t->sets };

    if (!p->strikes[k])
        add_walked(sum, p->t, t, codes + at);
    else if (t->n_leaves <= LEAVES_MOST / 2)
        add_narrow(sum, &b, p->strikes[k], t->n_leaves - 1, t->value);
    else
        add_wide(sum, &b, p->strikes[k], t->n_leaves - 1, t->value);
}

static void predict_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct predicting *p = ctx;
    const struct trees *t = p->t;
    uint8_t *codes = p->codes + chunk * t->bins.p * CHUNK_ROWS;
    double sum[BLOCK];

    for (size_t j = 0; j < t->bins.p; j++)
        if (p->used[j])
            bins_code(codes + j * CHUNK_ROWS, &t->bins.features[j], matrix_col(p->x, j) + begin,
                      end - begin);
    for (size_t at = 0; at < end - begin; at += BLOCK) {
        size_t n = end - begin - at < BLOCK ? end - begin - at : BLOCK;
        for (size_t k = 0; k < t->n_outputs; k++) {
            for (size_t i = 0; i < BLOCK; i++)
                sum[i] = t->start[k];
            for (size_t m = k; m < t->n_trees; m += t->n_outputs)
                add_tree(sum, p, m, codes, at);
            memcpy(p->out + k * p->ld + begin + at, sum, n * sizeof(*sum));
        }
    }
}

int trees_predict(double *out, size_t ld, const struct trees *t, const struct matrix *x,
                  struct err *err)
{
    struct predicting p = { .t = t, .x = x, .out = out, .ld = ld };
    struct arena arena;
    void *codes;

    /* Rows behind the last are computed too, from whatever codes stand there. */
    if (mem_big(&codes, parallel_n_chunks(x->n, CHUNK_ROWS), t->bins.p * CHUNK_ROWS,
                "the codes of features", err))
        return -1;
    arena_init(&arena);
    p.codes = codes;
    memset(codes, 0, parallel_n_chunks(x->n, CHUNK_ROWS) * t->bins.p * CHUNK_ROWS);
    p.used = ARENA_NEW(&arena, bool, t->bins.p);
    p.strikes = ARENA_NEW(&arena, struct strike *, t->n_trees);
    for (size_t k = 0; k < t->n_trees; k++) {
        const struct tree *tree = &t->trees[k];
        for (size_t i = 0; i + 1 < tree->n_leaves; i++)
            p.used[tree->nodes[i].feature] = true;
        if (tree->n_leaves > LEAVES_MOST)
            continue;
        p.strikes[k] = ARENA_NEW(&arena, struct strike, tree->n_leaves);
        make_strikes(p.strikes[k], t, tree);
    }
    parallel_for(x->n, CHUNK_ROWS, predict_some, &p);
    arena_release(&arena);
    mem_big_free(codes);
    return 0;
}

void trees_importance(double *gain, double *splits, const struct trees *t)
{
    double total = 0;

    for (size_t k = 0; k < t->n_trees; k++)
        for (size_t i = 0; i + 1 < t->trees[k].n_leaves; i++) {
            const struct tree_node *n = &t->trees[k].nodes[i];
            gain[n->feature] += n->gain;
            splits[n->feature]++;
            total += n->gain;
        }
    for (size_t j = 0; j < t->bins.p && total > 0; j++)
        gain[j] /= total;
}

/* ---------------------------------------------------------------- bundles */

static void save_tree(struct str *out, const struct tree *t)
{
    pack_u64(out, t->n_leaves);
    pack_u64(out, t->n_sets);
    for (size_t k = 0; k + 1 < t->n_leaves; k++) {
        const struct tree_node *n = &t->nodes[k];
        const int64_t whole[] = { n->feature, n->code, n->missing_left, n->by_set,
                                  n->set,     n->left, n->right };
        const double real[] = { n->gain, n->weight };
        pack_ints(out, whole, 7);
        pack_reals(out, real, 2);
    }
    pack_bytes(out, t->sets, t->n_sets * sizeof(*t->sets));
    pack_reals(out, t->value, t->n_leaves);
    pack_reals(out, t->weight, t->n_leaves);
}

void trees_save(struct str *out, const struct trees *t)
{
    bins_save(out, &t->bins);
    pack_reals(out, t->start, t->n_outputs);
    pack_u64(out, t->n_trees);
    for (size_t k = 0; k < t->n_trees; k++)
        save_tree(out, &t->trees[k]);
}

/* A child is a node further on, or a leaf; that each leaf is met once and in order is seen to by
 * check_order. */
static bool child_is_sane(int64_t child, size_t parent, size_t n_leaves)
{
    if (child < 0)
        return ~child < (int64_t)n_leaves;
    return child > (int64_t)parent && child + 1 < (int64_t)n_leaves;
}

static void load_node(struct tree *t, size_t k, struct unpack *u, const struct bins *bins)
{
    struct tree_node *n = &t->nodes[k];
    size_t n_whole, n_real;
    const int64_t *whole = unpack_ints(u, &n_whole);
    const double *real = unpack_reals(u, &n_real);

    if (u->failed)
        return;
    if (n_whole != 7 || n_real != 2 || whole[0] < 0 || whole[0] >= (int64_t)bins->p ||
        whole[1] < 0 || whole[1] >= (int64_t)bins->features[whole[0]].n_bins || whole[4] < 0 ||
        (whole[3] && whole[4] >= (int64_t)t->n_sets) || !child_is_sane(whole[5], k, t->n_leaves) ||
        !child_is_sane(whole[6], k, t->n_leaves)) {
        unpack_fail(u, "a division of a tree");
        return;
    }
    *n = (struct tree_node){ .feature = (uint32_t)whole[0],
                             .code = (uint16_t)whole[1],
                             .missing_left = whole[2] != 0,
                             .by_set = whole[3] != 0,
                             .set = (uint32_t)whole[4],
                             .left = (int32_t)whole[5],
                             .right = (int32_t)whole[6],
                             .gain = real[0],
                             .weight = real[1] };
}

/* From the last node back, as count_leaves does: both sides are whole and beside each other. */
static void check_order(const struct tree *t, struct unpack *u)
{
    size_t *first = MEM_NEW(size_t, 2 * t->n_leaves), *count = first + t->n_leaves;

    for (size_t k = t->n_leaves - 1; k-- > 0 && !u->failed;) {
        const struct tree_node *n = &t->nodes[k];
        size_t right_first = n->right < 0 ? (size_t)~n->right : first[n->right];
        size_t left_count = n->left < 0 ? 1 : count[n->left];
        first[k] = n->left < 0 ? (size_t)~n->left : first[n->left];
        count[k] = left_count + (n->right < 0 ? 1 : count[n->right]);
        if (first[k] + left_count != right_first || first[k] + count[k] > t->n_leaves)
            unpack_fail(u, "leaves in order");
    }
    if (!u->failed && t->n_leaves > 1 && (first[0] != 0 || count[0] != t->n_leaves))
        unpack_fail(u, "every leaf under the root");
    mem_free(first);
}

static double *load_reals(struct unpack *u, size_t want, struct arena *arena)
{
    size_t n;
    const double *v = unpack_reals(u, &n);
    double *out = ARENA_NEW(arena, double, want);

    if (u->failed)
        return out;
    if (n != want)
        unpack_fail(u, "a number for each leaf");
    for (size_t k = 0; k < n && !u->failed; k++)
        if (!isfinite(v[k]))
            unpack_fail(u, "finite numbers");
    if (!u->failed)
        memcpy(out, v, n * sizeof(*v));
    return out;
}

static void load_tree(struct tree *t, struct unpack *u, const struct bins *bins,
                      struct arena *arena)
{
    size_t n_bytes;

    t->n_leaves = unpack_count(u, u->left);
    t->n_sets = unpack_count(u, u->left);
    if (!u->failed && t->n_leaves == 0)
        unpack_fail(u, "a leaf");
    if (u->failed)
        return;
    t->nodes = ARENA_NEW(arena, struct tree_node, t->n_leaves);
    for (size_t k = 0; k + 1 < t->n_leaves && !u->failed; k++)
        load_node(t, k, u, bins);
    const void *sets = unpack_bytes(u, &n_bytes);
    if (!u->failed && n_bytes != t->n_sets * sizeof(*t->sets))
        unpack_fail(u, "the sets of categories");
    if (u->failed)
        return;
    t->sets = (uint64_t(*)[4])arena_alloc(arena, t->n_sets + 1, sizeof(*t->sets));
    memcpy(t->sets, sets, n_bytes);
    t->value = load_reals(u, t->n_leaves, arena);
    t->weight = load_reals(u, t->n_leaves, arena);
    if (!u->failed)
        check_order(t, u);
}

void trees_load(struct trees *out, struct unpack *u, size_t p, size_t n_outputs,
                struct arena *arena)
{
    *out = (struct trees){ .n_outputs = n_outputs };
    bins_load(&out->bins, u, p, arena);
    out->start = load_reals(u, n_outputs, arena);
    out->n_trees = unpack_count(u, u->left);
    if (!u->failed && out->n_trees % n_outputs)
        unpack_fail(u, "a tree for each output");
    if (u->failed)
        return;
    out->trees = ARENA_NEW(arena, struct tree, out->n_trees);
    for (size_t k = 0; k < out->n_trees && !u->failed; k++)
        load_tree(&out->trees[k], u, &out->bins, arena);
}

void trees_copy(struct trees *out, const struct trees *in, struct arena *arena)
{
    struct unpack u;
    struct str bytes;

    str_init(&bytes);
    trees_save(&bytes, in);
    unpack_init(&u, bytes.buf, bytes.len, arena);
    trees_load(out, &u, in->bins.p, in->n_outputs, arena);
    assert(!unpack_end(&u, NULL));
    str_release(&bytes);
}
