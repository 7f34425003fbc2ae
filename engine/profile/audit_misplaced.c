/* audit_misplaced.c - values that belong to another column: rare in their own, frequent there. */
#include <string.h>

#include "base/text.h"
#include "profile/audit.h"
#include "profile/audit_texts.h"

#define COLUMNS_TRIED ((size_t)200)
#define FREQUENT      5
#define LONGEST       ((size_t)1000) /* bytes of a pattern */
#define RATIO         5
#define SELDOM        50 /* one cell in so many, at most */

/* Columns whose common values are the same sort of thing (two towns of a trip) lend each other
 * values: the share of this column's cells whose value the other one has too. */
static double overlap(const struct coded_column *c, const struct coded_column *other)
{
    size_t shared = 0, all = 0;

    for (uint32_t v = 1; v <= c->n_values; v++) {
        all += c->count[v];
        if (audit_find_text(other, coded_text(c, v)))
            shared += c->count[v];
    }
    return all ? (double)shared / (double)all : 1;
}

static bool is_number(struct span s)
{
    double v;

    return text_parse_real(&v, s.at, s.len);
}

static void compare(struct audit_context *a, struct audit_finding **f, size_t col, size_t other)
{
    const struct coded_column *c = &a->coded->columns[col], *o = &a->coded->columns[other];
    double common = overlap(c, o);

    if (common > 0.1)
        return;
    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct span s = coded_text(c, v);
        uint32_t there = s.len > 1 && !is_number(s) ? audit_find_text(o, s) : 0;
        if (!there || o->count[there] < FREQUENT || o->count[there] < RATIO * c->count[v] ||
            (size_t)c->count[v] * SELDOM > a->coded->n_rows + SELDOM || audit_missing_word(s) > 0)
            continue;
        if (!*f) {
            *f = audit_add(a, "misplaced", &col, 1);
            (*f)->says = audit_printf(a, "values of %s and the like",
                                      table_name(a->in->table, other));
        }
        audit_add_code(a, *f, col, v, 0.85 - 3 * common, NULL, false);
    }
}

/* replace COLUMN with a pattern of the whole values, quoted; none when they make too long a line. */
static void add_fix(struct audit_context *a, struct audit_finding *f, size_t col)
{
    const char *last = NULL;
    struct str pattern;

    str_init(&pattern);
    str_add(&pattern, "^(?:");
    for (size_t k = 0; k < f->n_cells && pattern.len < LONGEST; k++) {
        const char *value = f->cells[k].value;
        if (last && strcmp(last, value) == 0)
            continue;
        str_addf(&pattern, "%s\\Q%s\\E", last ? "|" : "", value);
        last = value;
    }
    str_add(&pattern, ")$");
    if (pattern.len < LONGEST && !audit_is_target(a, col)) {
        f->fix.verb = "replace";
        audit_fix_arg(f, NULL, table_name(a->in->table, col));
        audit_fix_arg(f, "from", arena_strdup(a->arena, pattern.buf));
        audit_fix_arg(f, "match", "regex");
        audit_fix_arg(f, "to_missing", "yes");
    }
    str_release(&pattern);
}

static int find_misplaced(struct audit_context *a, struct err *err)
{
    size_t n = a->coded->n_cols < COLUMNS_TRIED ? a->coded->n_cols : COLUMNS_TRIED;

    for (size_t j = 0; j < n; j++) {
        struct audit_finding *f = NULL;
        if (!column_is_text(table_at(a->in->table, j)))
            continue;
        for (size_t k = 0; k < n; k++)
            if (k != j && column_is_text(table_at(a->in->table, k)))
                compare(a, &f, j, k);
        if (f)
            add_fix(a, f, j);
        if (job_tick(a->job, j + 1, n, err))
            return -1;
    }
    return 0;
}

const struct audit_kind audit_misplaced = {
    .name = "misplaced",
    .help = "values that belong to another column",
    .weight = 0.85,
    .find = find_misplaced,
};
