#include "learn/tree_text.h"

int tree_text_open(struct plain_forest *forest, struct plain_tree *tree, const char *name,
                   const struct model *m, size_t at, struct arena *arena, struct err *err)
{
    if (!m->learner->plain_tree)
        return err_set(err, ERR_USAGE,
                       "%s is %s, which has no trees; train tree makes a model that "
                       "can be read as rules",
                       name, m->learner->name);
    m->learner->plain_forest(forest, m->state, arena);
    if (at >= forest->n_trees)
        return err_set(err, ERR_USAGE, "%s has %zu trees and number is %zu", name, forest->n_trees,
                       at + 1);
    m->learner->plain_tree(tree, m->state, at, arena);
    return 0;
}

/* Levels of one side, of at most so many; the others are counted. */
static void add_levels(struct str *out, const struct model *m, const struct plain_node *n,
                       uint8_t side)
{
    enum { MOST = 6 };
    const struct levels *levels = &m->levels[n->feature];
    size_t count = 0;

    for (size_t k = 0; k < n->n_levels && k < levels->n; k++) {
        if (n->side[k] != side)
            continue;
        if (count++ < MOST)
            str_addf(out, "%s%s", count > 1 ? ", " : "", levels->text[k]);
    }
    if (count > MOST)
        str_addf(out, " and %zu more", count - MOST);
    if (count == 0)
        str_addf(out, "none");
}

void tree_text_condition(struct str *out, const struct model *m, const struct plain_node *n,
                         bool left)
{
    const char *name = m->features[n->feature];

    if (n->side) {
        str_addf(out, "%s is ", name);
        add_levels(out, m, n, left ? 1 : 0);
    } else {
        str_addf(out, "%s %s %.6g", name, left ? "<=" : ">", n->threshold);
    }
    if (n->missing_left == left)
        str_addf(out, " or missing");
}

/* Of two classes the second speaks for both. */
static double share_of(const struct model *m, const struct plain_node *n, size_t k)
{
    if (m->target.n_classes > 2)
        return n->value[k];
    return k ? n->value[0] : 1 - n->value[0];
}

size_t tree_text_class(const struct model *m, const struct plain_node *n)
{
    size_t best = 0;

    for (size_t k = 1; k < m->target.n_classes; k++)
        if (share_of(m, n, k) > share_of(m, n, best))
            best = k;
    return best;
}

static void add_shares(struct str *out, const struct model *m, const struct plain_node *n)
{
    double last = 2;
    size_t last_class = 0;

    /* from the greatest down, equal ones in the order of the classes */
    for (size_t shown = 0; shown < m->target.n_classes; shown++) {
        size_t next = SIZE_MAX;
        for (size_t k = 0; k < m->target.n_classes; k++) {
            double s = share_of(m, n, k);
            bool done = shown && (s > last || (s == last && k <= last_class));
            if (!done && (next == SIZE_MAX || s > share_of(m, n, next)))
                next = k;
        }
        if (next == SIZE_MAX || (shown && share_of(m, n, next) < 0.0005))
            return;
        last = share_of(m, n, next);
        last_class = next;
        str_addf(out, "%s%s %.1f %%", shown ? ", " : "", m->target.classes[next], 100 * last);
    }
}

void tree_text_outcome(struct str *out, const struct model *m, const struct plain_forest *forest,
                       const struct plain_node *n)
{
    if (forest->output == PLAIN_SHARES)
        add_shares(out, m, n);
    else if (forest->in_turn)
        str_addf(out, "adds %.4g", n->value[0] * forest->scale);
    else
        str_addf(out, "%.6g", n->value[0]);
}
