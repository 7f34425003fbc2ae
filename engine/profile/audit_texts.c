#include "profile/audit_texts.h"

#include "base/text.h"

uint32_t audit_find_text(const struct coded_column *c, struct span text)
{
    return (uint32_t)(column_level_find(c->texts, text) + 1);
}

static bool is_number(struct span s)
{
    double v;

    return text_parse_real(&v, s.at, s.len);
}

static bool is_word(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((s.at[i] | 32) >= 'a' && (s.at[i] | 32) <= 'z')
            return true;
    return false;
}

static double share_of(const struct coded_column *c, bool (*is)(struct span))
{
    size_t n = 0, all = 0;

    for (uint32_t v = 1; v <= c->n_values; v++) {
        all += c->count[v];
        n += is(coded_text(c, v)) ? c->count[v] : 0;
    }
    return all ? (double)n / (double)all : 0;
}

double audit_share_numbers(const struct coded_column *c)
{
    return share_of(c, is_number);
}

double audit_share_words(const struct coded_column *c)
{
    return share_of(c, is_word);
}

double audit_share_once(const struct coded_column *c)
{
    size_t n = 0, all = 0;

    for (uint32_t v = 1; v <= c->n_values; v++) {
        all += c->count[v];
        n += c->count[v] == 1;
    }
    return all ? (double)n / (double)all : 0;
}

const char *audit_list(struct audit_context *a, const size_t *cols, size_t n)
{
    struct str list;

    str_init(&list);
    for (size_t k = 0; k < n; k++) {
        if (k)
            str_add_char(&list, ',');
        for (const char *p = table_name(a->in->table, cols[k]); *p; p++) {
            if (*p == ',' || *p == '\\')
                str_add_char(&list, '\\');
            str_add_char(&list, *p);
        }
    }
    const char *out = arena_strdup(a->arena, list.buf);
    str_release(&list);
    return out;
}

bool audit_is_rejected(const struct audit_context *a, size_t col, size_t row)
{
    for (size_t i = 0; i < a->in->n_odd; i++)
        if (a->in->odd[i].col == col && a->in->odd[i].row == row)
            return true;
    return false;
}

void audit_fix_fill(struct audit_context *a, struct audit_finding *f, size_t col)
{
    const struct column *c = table_at(a->in->table, col);
    bool number = c->type == COLUMN_INT || c->type == COLUMN_REAL;

    f->fix.verb = audit_is_target(a, col) ? "drop missing" : "impute";
    audit_fix_arg(f, NULL, table_name(a->in->table, col));
    if (!audit_is_target(a, col))
        audit_fix_arg(f, "method", number ? "median" : "mode");
}

void audit_fix_repair(struct audit_context *a, struct audit_finding *f, size_t col,
                      const char *method)
{
    if (audit_is_target(a, col))
        return;
    f->fix.verb = "repair";
    audit_fix_arg(f, NULL, table_name(a->in->table, col));
    audit_fix_arg(f, "method", method);
}
