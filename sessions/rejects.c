/* rejects.c - the cells and lines of a file that did not fit. */
#include "rejects.h"

#include <string.h>

#define REJECTS_SHOWN 5

size_t rejects_count(const struct source *s)
{
    size_t n = 0;

    for (int k = 0; k < REJECT_N_KINDS; k++)
        n += s->rejects.count[k];
    return n;
}

static void tell_one(struct str *out, const struct source *s, const struct reject *j)
{
    if (s->n_parts)
        str_addf(out, "  %s", s->parts[j->part].path);
    if (j->line)
        str_addf(out, "  line %zu:%zu: %s", j->line, j->col, reject_kind_name(j->kind));
    else
        str_addf(out, "  row %zu: %s", j->row, reject_kind_name(j->kind));
    if (j->column >= 0)
        str_addf(out, " in %s", table_name(s->table, (size_t)j->column));
    str_add(out, ": \"");
    str_add_escaped(out, j->text, strlen(j->text));
    str_add(out, "\"\n");
}

void rejects_tell(struct str *out, const struct source *s)
{
    for (int k = 0; k < REJECT_N_KINDS; k++)
        if (s->rejects.count[k])
            str_addf(out, "rejected: %zu × %s\n", s->rejects.count[k],
                     reject_kind_name((enum reject_kind)k));
    for (size_t i = 0; i < s->rejects.n && i < REJECTS_SHOWN; i++)
        tell_one(out, s, &s->rejects.list[i]);
    if (s->rejects.n > REJECTS_SHOWN)
        str_addf(out, "  … and %zu more\n", rejects_count(s) - REJECTS_SHOWN);
}

static bool is_bad_cell(const struct reject *r, size_t j)
{
    return r->kind == REJECT_VALUE && r->column == (int)j;
}

size_t rejects_of_column(const struct source *s, size_t j)
{
    size_t n = 0;

    for (size_t i = 0; i < s->rejects.n; i++)
        n += is_bad_cell(&s->rejects.list[i], j);
    return n;
}

const struct reject *rejects_first(const struct source *s, size_t j)
{
    for (size_t i = 0; i < s->rejects.n; i++)
        if (is_bad_cell(&s->rejects.list[i], j))
            return &s->rejects.list[i];
    return NULL;
}

void rejects_tell_column(struct str *out, const struct source *s, size_t j)
{
    for (size_t i = 0, n = 0; i < s->rejects.n && n < REJECTS_SHOWN; i++)
        if (is_bad_cell(&s->rejects.list[i], j)) {
            tell_one(out, s, &s->rejects.list[i]);
            n++;
        }
}
