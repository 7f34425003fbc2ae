#include "learn/explain.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"

/* ---------------------------------------------------------------- one row in one tree */

/* A feature on the path: the share of rows that pass when it is not known, whether this row passes
 * when it is (1 or 0), and the weight of sets of so many of the features before it. */
struct element {
    uint32_t feature;
    double zero, one, weight;
};

struct sharing {
    const struct plain_tree *tree;
    const struct matrix *x;
    size_t row, n_values; /* values of a leaf */
    size_t stride; /* between features in phi, so that value c of feature j is at j + c stride */
    double scale;
    double *phi;
};

static void extend(struct element *path, size_t n, uint32_t feature, double zero, double one)
{
    path[n] = (struct element){ feature, zero, one, n == 0 };
    for (size_t i = n; i-- > 0;) {
        path[i + 1].weight += one * path[i].weight * (double)(i + 1) / (double)(n + 1);
        path[i].weight = zero * path[i].weight * (double)(n - i) / (double)(n + 1);
    }
}

/* As if element `at` of 0 … n had never come. */
static void unwind(struct element *path, size_t n, size_t at)
{
    double one = path[at].one, zero = path[at].zero, next = path[n].weight;

    for (size_t i = n; i-- > 0;) {
        double before = path[i].weight;
        if (one != 0) {
            path[i].weight = next * (double)(n + 1) / ((double)(i + 1) * one);
            next = before - path[i].weight * zero * (double)(n - i) / (double)(n + 1);
        } else {
            path[i].weight = before * (double)(n + 1) / (zero * (double)(n - i));
        }
    }
    for (size_t i = at; i < n; i++) {
        path[i].feature = path[i + 1].feature;
        path[i].zero = path[i + 1].zero;
        path[i].one = path[i + 1].one;
    }
}

/* The sum of weights that unwind() would leave. */
static double unwound_sum(const struct element *path, size_t n, size_t at)
{
    double one = path[at].one, zero = path[at].zero, next = path[n].weight, total = 0;

    for (size_t i = n; i-- > 0;) {
        if (one != 0) {
            double w = next * (double)(n + 1) / ((double)(i + 1) * one);
            total += w;
            next = path[i].weight - w * zero * (double)(n - i) / (double)(n + 1);
        } else {
            total += path[i].weight * (double)(n + 1) / (zero * (double)(n - i));
        }
    }
    return total;
}

static void settle_leaf(const struct sharing *s, const struct plain_node *leaf,
                        const struct element *path, size_t n)
{
    for (size_t i = 1; i <= n; i++) {
        double w = unwound_sum(path, n, i) * (path[i].one - path[i].zero) * s->scale;
        for (size_t c = 0; c < s->n_values; c++)
            s->phi[path[i].feature + c * s->stride] += w * leaf->value[c];
    }
}

/* A share of exactly nothing could not be unwound. */
static double share_left(const struct plain_tree *t, const struct plain_node *n)
{
    double left = t->nodes[n->left].weight, right = t->nodes[n->right].weight;

    return left + right > 0 ? fmin(fmax(left / (left + right), 1e-9), 1 - 1e-9) : 0.5;
}

/* Elements 0 … n of `path` lead to the node; what is behind them is free for its children. */
static void share_out(const struct sharing *s, size_t at, struct element *path, size_t n,
                      uint32_t feature, double zero, double one)
{
    const struct plain_node *node = &s->tree->nodes[at];

    extend(path, n, feature, zero, one);
    if (node->left < 0) {
        settle_leaf(s, node, path, n);
        return;
    }
    bool left = plain_goes_left(node, matrix_col(s->x, node->feature)[s->row]);
    double part = share_left(s->tree, node), before_zero = 1, before_one = 1;
    for (size_t i = 1; i <= n; i++)
        if (path[i].feature == node->feature) {
            before_zero = path[i].zero;
            before_one = path[i].one;
            unwind(path, n--, i);
            break;
        }
    struct element *child = path + n + 2;
    memcpy(child, path, (n + 1) * sizeof(*path));
    share_out(s, (size_t)node->left, child, n + 1, node->feature, part * before_zero,
              left ? before_one : 0);
    memcpy(child, path, (n + 1) * sizeof(*path));
    share_out(s, (size_t)node->right, child, n + 1, node->feature, (1 - part) * before_zero,
              left ? 0 : before_one);
}

/* ---------------------------------------------------------------- a tree */

/* The mean of a tree over its training rows, as shares send them, added to base[c stride]; returns
 * the depth. */
static size_t tree_base(double *base, const struct sharing *s)
{
    size_t n = s->tree->n_nodes, deepest = 0;
    double *share = MEM_NEW(double, n);
    size_t *depth = MEM_NEW(size_t, n);

    share[0] = 1;
    for (size_t i = 0; i < n; i++) {
        const struct plain_node *node = &s->tree->nodes[i];
        deepest = depth[i] > deepest ? depth[i] : deepest;
        if (node->left >= 0) {
            double part = share_left(s->tree, node);
            share[node->left] = share[i] * part;
            share[node->right] = share[i] * (1 - part);
            depth[node->left] = depth[node->right] = depth[i] + 1;
            continue;
        }
        for (size_t c = 0; c < s->n_values; c++)
            base[c * s->stride] += share[i] * node->value[c] * s->scale;
    }
    mem_free(share);
    mem_free(depth);
    return deepest;
}

struct tree_rows {
    struct sharing sharing;
    const double *base; /* of the tree: (n_values) */
    double *phi;        /* of its first output, row 0 */
    size_t row_size, p, depth;
};

static void share_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct tree_rows *r = ctx;
    struct element *path = MEM_NEW(struct element, (r->depth + 2) * (r->depth + 5) / 2 + 8);
    struct sharing s = r->sharing;
    (void)chunk;

    for (size_t i = begin; i < end; i++) {
        s.row = i;
        s.phi = r->phi + i * r->row_size;
        for (size_t c = 0; c < s.n_values; c++)
            s.phi[c * s.stride + r->p] += r->base[c * s.stride];
        share_out(&s, 0, path, 0, UINT32_MAX, 1, 1);
    }
    mem_free(path);
}

int explain_trees(double *phi, const struct learner *l, const void *state, const struct matrix *x,
                  struct job *job, struct err *err)
{
    struct plain_forest forest;
    struct arena arena;
    int rc = 0;

    arena_init(&arena);
    l->plain_forest(&forest, state, &arena);
    size_t size = x->p + 1, k = forest.n_outputs;
    double *base = ARENA_NEW(&arena, double, k *size);
    for (size_t i = 0; i < x->n; i++)
        for (size_t c = 0; c < k; c++)
            phi[(i * k + c) * size + x->p] += forest.start[c];
    for (size_t t = 0; t < forest.n_trees && !rc; t++) {
        struct arena_mark mark = arena_mark(&arena);
        struct plain_tree tree;
        l->plain_tree(&tree, state, t, &arena);
        struct tree_rows r = { .base = base, .p = x->p, .row_size = k * size };
        r.phi = phi + (forest.in_turn ? t % k * size : 0);
        r.sharing = (struct sharing){ .tree = &tree,
                                      .x = x,
                                      .n_values = forest.in_turn ? 1 : k,
                                      .stride = size,
                                      .scale = forest.scale };
        memset(base, 0, k * size * sizeof(*base));
        r.depth = tree_base(base, &r.sharing);
        parallel_for(x->n, 16, share_some, &r);
        arena_rewind(&arena, mark);
        rc = job_tick(job, t + 1, forest.n_trees, err);
    }
    arena_release(&arena);
    return rc;
}

/* ---------------------------------------------------------------- linear models */

static void column_means(double *mean, const struct matrix *x)
{
    for (size_t j = 0; j < x->p; j++) {
        const double *v = matrix_col(x, j);
        mean[j] = 0;
        for (size_t i = 0; i < x->n; i++)
            mean[j] += v[i] / (double)x->n;
    }
}

/* Coefficients stand by output: its intercept, if there is one, and the features. */
static int explain_linear(struct explanation *e, const struct model *m, const struct matrix *x,
                          const double *mean, struct err *err)
{
    struct coefficient *c;
    struct arena arena;
    size_t p = m->p;

    arena_init(&arena);
    size_t n = model_coefficients(&c, m, &arena), each = n / e->n_outputs;
    bool fits = n == e->n_outputs * each && (each == p || each == p + 1);
    for (size_t i = 0; i < x->n && fits; i++)
        for (size_t k = 0; k < e->n_outputs; k++) {
            const struct coefficient *of = c + k * each + (each - p);
            double *phi = e->phi + (i * e->n_outputs + k) * (p + 1);
            phi[p] = each > p ? c[k * each].estimate : 0;
            for (size_t j = 0; j < p; j++) {
                phi[j] = of[j].estimate * (matrix_col(x, j)[i] - mean[j]);
                phi[p] += of[j].estimate * mean[j];
            }
        }
    arena_release(&arena);
    return fits ? 0
                : err_set(err, ERR_USAGE,
                          "the coefficients of %s are not one for each feature, so that its "
                          "predictions cannot be shared out; explain by method=permutation",
                          m->learner->name);
}

/* Whether the prediction of a number is the sum itself. */
static int check_sum(struct explanation *e, const struct model *m, const struct matrix *x,
                     struct err *err)
{
    struct matrix out;

    e->is_score = true;
    e->output = m->target.n_classes ? PLAIN_LOG_ODDS : PLAIN_VALUE;
    if (m->target.n_classes)
        return 0;
    if (matrix_new(&out, x->n, 1, "predictions", err))
        return -1;
    int rc = m->learner->predict(&out, m->state, x, err);
    e->is_score = false;
    for (size_t i = 0; i < x->n && !rc; i++) {
        const double *phi = explanation_of(e, i, 0);
        double sum = 0;
        for (size_t j = 0; j <= e->p; j++)
            sum += phi[j];
        e->is_score |= !(fabs(sum - out.x[i]) <= 1e-6 * fmax(1, fabs(sum)));
    }
    matrix_release(&out);
    return rc;
}

static int share_linear(struct explanation *e, const struct model *m, const struct table *t,
                        const struct matrix *x, const uint32_t *train, size_t n_train,
                        struct err *err)
{
    struct matrix all;

    if (design_matrix(&all, m->features, m->p, model_flags(m), m->levels, t, train, n_train, false,
                      err))
        return -1;
    double *mean = MEM_NEW(double, m->p);
    column_means(mean, &all);
    matrix_release(&all);
    int rc = explain_linear(e, m, x, mean, err) || check_sum(e, m, x, err) ? -1 : 0;
    mem_free(mean);
    return rc;
}

/* ---------------------------------------------------------------- any model */

static int share_trees(struct explanation *e, const struct model *m, const struct matrix *x,
                       struct job *job, struct err *err)
{
    struct plain_forest forest;
    struct arena arena;

    arena_init(&arena);
    m->learner->plain_forest(&forest, m->state, &arena);
    e->output = forest.output;
    arena_release(&arena);
    return explain_trees(e->phi, m->learner, m->state, x, job, err);
}

int explain_rows(struct explanation *out, const struct model *m, const struct table *t,
                 const uint32_t *rows, size_t n, const uint32_t *train, size_t n_train,
                 struct job *job, struct err *err)
{
    struct explanation e = { .n = n, .p = m->p };
    struct matrix x;
    void *phi;

    if (!m->learner->plain_tree && !m->learner->coefficients)
        return err_set(err, ERR_USAGE,
                       "%s is neither of trees nor linear, so that its predictions are not shared "
                       "out exactly; explain by method=permutation",
                       m->learner->name);
    e.n_outputs = m->target.n_classes > 2 ? m->target.n_classes : 1;
    if (design_matrix(&x, m->features, m->p, model_flags(m), m->levels, t, rows, n, true, err))
        return -1;
    if (mem_big(&phi, n, e.n_outputs * (m->p + 1) * sizeof(double), "the shares of features",
                err)) {
        matrix_release(&x);
        return -1;
    }
    memset(phi, 0, n * e.n_outputs * (m->p + 1) * sizeof(double));
    e.phi = phi;
    int rc = m->learner->plain_tree ? share_trees(&e, m, &x, job, err)
                                    : share_linear(&e, m, t, &x, train, n_train, err);
    matrix_release(&x);
    if (rc) {
        explanation_release(&e);
        return -1;
    }
    *out = e;
    return 0;
}

void explanation_release(struct explanation *e)
{
    mem_big_free(e->phi);
    *e = (struct explanation){ 0 };
}
