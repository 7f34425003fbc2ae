/* audit_hidden.c - codes that stand for missing: "?", "n/a", -999. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "num/stats.h"
#include "profile/audit.h"
#include "profile/audit_texts.h"

/* How sure a text alone makes it; a word that can be a value of its own is less so. */
struct missing_word {
    const char *text;
    double sure;
};
static const struct missing_word missing_words[] = {
    { "?", 0.95 },
    { "??", 0.95 },
    { "-", 0.9 },
    { "--", 0.95 },
    { "---", 0.95 },
    { ".", 0.9 },
    { "n/a", 0.97 },
    { "na", 0.9 },
    { "n.a.", 0.97 },
    { "#n/a", 0.99 },
    { "nan", 0.95 },
    { "null", 0.97 },
    { "nil", 0.8 },
    { "none", 0.45 },
    { "missing", 0.9 },
    { "unknown", 0.6 },
    { "unk", 0.6 },
    { "undefined", 0.9 },
    { "not available", 0.95 },
    { "no data", 0.9 },
    { "(blank)", 0.97 },
    { "(null)", 0.97 },
    { "<na>", 0.97 },
    { "tbd", 0.6 },
    { "not applicable", 0.7 },
    { "#value!", 0.99 },
    { "#ref!", 0.99 },
    { "\\N", 0.97 },
};

/* Numbers that people write for "none": repeated nines with either sign, and -1. */
static bool is_code(double v)
{
    double x = fabs(v);

    if (v == -1 || v == -9)
        return true;
    for (double nines = 99; nines <= 99999999; nines = nines * 10 + 9)
        if (x == nines || v == -(nines * 10 + 8) || x == nines * 10)
            return true;
    return false;
}

double audit_missing_word(struct span s)
{
    struct span trimmed = span_trim(s);

    if (trimmed.len == 0)
        return 0.97;
    for (size_t k = 0; k < sizeof(missing_words) / sizeof(missing_words[0]); k++)
        if (strlen(missing_words[k].text) == trimmed.len &&
            strncasecmp(missing_words[k].text, trimmed.at, trimmed.len) == 0)
            return missing_words[k].sure;
    return 0;
}

/* The numbers of the column without codes: a code must lie apart from them. */
struct bulk {
    double low, high; /* of all that is no code */
    size_t n;
};

static struct bulk bulk_of(const struct coded_column *c)
{
    struct bulk b = { INFINITY, -INFINITY, 0 };
    double v;

    for (uint32_t k = 1; k <= c->n_values; k++) {
        struct span s = coded_text(c, k);
        if (!text_parse_real(&v, s.at, s.len) || !isfinite(v) || is_code(v))
            continue;
        b.low = v < b.low ? v : b.low;
        b.high = v > b.high ? v : b.high;
        b.n += c->count[k];
    }
    return b;
}

/* Apart: on the other side of zero from all the others, or far beyond them. */
static double number_sure(struct span s, size_t count, const struct bulk *b)
{
    double v;

    if (!text_parse_real(&v, s.at, s.len) || !is_code(v) || b->n < 10)
        return 0;
    double width = b->high - b->low > 0 ? b->high - b->low : 1;
    if (v < 0 && b->low >= 0)
        return v == -1 || v == -9 ? (count > 1 ? 0.7 : 0.4) : 0.97;
    if (v < b->low - 2 * width || v > b->high + 2 * width)
        return fabs(v) >= 99 ? 0.9 : 0;
    return 0;
}

static size_t first_row(const struct coded *c, size_t col, uint32_t v)
{
    size_t i = 0;

    while (i + 1 < c->n_rows && c->columns[col].code[i] != v)
        i++;
    return coded_row(c, i);
}

/* A cell that the reader could not take is missing in the table already: what is left is to fill it. */
static bool in_table(const struct audit_context *a, size_t col, uint32_t v)
{
    return !column_missing(table_at(a->in->table, col), first_row(a->coded, col, v));
}

/* What the reader took for missing is no hidden code: audit_missing has it. */
static bool is_hidden(const struct audit_context *a, size_t col, uint32_t v)
{
    return in_table(a, col, v) || audit_is_rejected(a, col, first_row(a->coded, col, v));
}

static void add_code(struct audit_context *a, size_t col, uint32_t v, double sure)
{
    const struct coded_column *c = &a->coded->columns[col];
    struct audit_finding *f = audit_add(a, "hidden-missing", &col, 1);
    const char *text = audit_copy(a, coded_text(c, v));

    f->says = audit_printf(a, "'%s' stands for missing", text);
    audit_add_code(a, f, col, v, sure, "", true);
    if (!in_table(a, col, v)) {
        audit_fix_fill(a, f, col);
        return;
    }
    f->fix.verb = "replace";
    audit_fix_arg(f, NULL, table_name(a->in->table, col));
    audit_fix_arg(f, "from", text);
    audit_fix_arg(f, "to_missing", "yes");
}

static int find_hidden(struct audit_context *a, struct err *err)
{
    for (size_t j = 0; j < a->coded->n_cols; j++) {
        const struct coded_column *c = &a->coded->columns[j];
        struct bulk b = bulk_of(c);
        for (uint32_t v = 1; v <= c->n_values; v++) {
            struct span s = coded_text(c, v);
            double word = audit_missing_word(s), number = number_sure(s, c->count[v], &b);
            if ((word > 0 || number > 0) && is_hidden(a, j, v))
                add_code(a, j, v, word > number ? word : number);
        }
        if (job_tick(a->job, j + 1, a->coded->n_cols, err))
            return -1;
    }
    return 0;
}

const struct audit_kind audit_hidden = {
    .name = "hidden-missing",
    .help = "codes that stand for missing",
    .weight = 0.95,
    .find = find_hidden,
};
