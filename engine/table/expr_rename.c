/* expr_rename.c - an expression over other columns: the names are changed where they stand, the rest
 * is left as it was written. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/expr.h"
#include "table/expr_tree.h"

struct names {
    const struct expr_node **nodes;
    size_t n, cap;
};

static void collect(struct names *list, const struct expr_node *node)
{
    if (node->kind == EXPR_COLUMN) {
        if (list->n == list->cap) {
            list->cap = list->cap ? 2 * list->cap : 16;
            list->nodes = mem_resize(list->nodes, list->cap, sizeof(*list->nodes));
        }
        list->nodes[list->n++] = node;
    }
    for (size_t k = 0; k < node->n_args; k++)
        collect(list, node->args[k]);
}

static int by_place(const void *a, const void *b)
{
    const struct expr_node *x = *(const struct expr_node *const *)a;
    const struct expr_node *y = *(const struct expr_node *const *)b;

    return (x->at > y->at) - (x->at < y->at);
}

/* May the name stand bare, or is it a word of the language? */
static bool is_bare(const char *name)
{
    struct expr *e;

    if (expr_parse(&e, name, NULL))
        return false;
    bool bare = e->root->kind == EXPR_COLUMN && strcmp(e->root->name, name) == 0;
    expr_free(e);
    return bare;
}

static void add_name(struct str *out, const char *name)
{
    if (is_bare(name)) {
        str_add(out, name);
        return;
    }
    str_add_char(out, '`');
    for (; *name; name++)
        str_addf(out, "%s%c", *name == '`' ? "`" : "", *name);
    str_add_char(out, '`');
}

void expr_rename(struct str *out, const struct expr *e, expr_rename_fn *rename, const void *ctx)
{
    struct names list = { 0 };
    size_t at = 0;

    collect(&list, e->root);
    if (list.n)
        qsort(list.nodes, list.n, sizeof(*list.nodes), by_place);
    for (size_t k = 0; k < list.n; k++) {
        const struct expr_node *node = list.nodes[k];
        const char *name = rename(ctx, node->name);
        str_add_n(out, e->text + at, node->at - at);
        if (strcmp(name, node->name) == 0)
            str_add_n(out, e->text + node->at, node->width);
        else
            add_name(out, name);
        at = node->at + node->width;
    }
    str_add(out, e->text + at);
    mem_free(list.nodes);
}
