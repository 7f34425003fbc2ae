/* audit_spaces.c - blanks before, after and double within a text. */
#include <string.h>

#include "profile/audit.h"
#include "profile/audit_texts.h"

#define OFTEN 5

/* Space, tab, line ends and the no-break space. */
static size_t blank_at(const char *s, size_t left)
{
    if (*s == ' ' || (*s >= '\t' && *s <= '\r'))
        return 1;
    return left >= 2 && s[0] == '\xc2' && s[1] == '\xa0' ? 2 : 0;
}

struct squeeze {
    bool outer, inner;
};

/* The text with one blank where there were several, none at its ends. */
static struct squeeze squeeze(struct str *out, struct span s)
{
    struct squeeze found = { 0 };
    bool gap = false;

    for (size_t i = 0; i < s.len;) {
        size_t n = blank_at(s.at + i, s.len - i);
        if (n == 0) {
            if (gap && out->len)
                str_add_char(out, ' ');
            gap = false;
            str_add_char(out, s.at[i++]);
            continue;
        }
        found.outer |= out->len == 0;
        found.inner |= gap || n == 2 || s.at[i] != ' ';
        gap = true;
        i += n;
    }
    found.outer |= gap;
    return found;
}

/* How sure: a text that stands often with its double blank, and never without, is meant so. */
static double how_sure(const struct coded_column *c, uint32_t v, struct squeeze s,
                       const char *clean)
{
    if (s.outer || audit_find_text(c, span_of(clean)))
        return 0.95;
    return c->count[v] >= OFTEN ? 0.4 : 0.7;
}

static void look_at(struct audit_context *a, size_t col)
{
    const struct coded_column *c = &a->coded->columns[col];
    struct str clean;
    struct audit_finding *f = NULL;

    str_init(&clean);
    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct span s = coded_text(c, v);
        str_clear(&clean);
        struct squeeze found = squeeze(&clean, s);
        if (clean.len == 0 || (!found.outer && !found.inner))
            continue;
        if (!f)
            f = audit_add(a, "spaces", &col, 1);
        audit_add_code(a, f, col, v, how_sure(c, v, found, clean.buf), clean.buf, false);
    }
    str_release(&clean);
    if (!f)
        return;
    f->says = "blanks before, after or double within the text";
    f->fix.verb = "trim";
    audit_fix_arg(f, NULL, table_name(a->in->table, col));
    audit_fix_arg(f, "inner", "yes");
}

static int find_spaces(struct audit_context *a, struct err *err)
{
    (void)err;
    for (size_t j = 0; j < a->coded->n_cols; j++)
        if (column_is_text(table_at(a->in->table, j)))
            look_at(a, j);
    return 0;
}

const struct audit_kind audit_spaces = {
    .name = "spaces",
    .help = "blanks before, after or double within a text",
    .weight = 0.5,
    .find = find_spaces,
};
