#include "profile/form.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "profile/audit_texts.h"

#define USUAL     0.02 /* share of the cells from which on a form is usual */
#define COVER     0.93 /* share of the cells that usual forms must have */
#define MOST_FORM 64   /* runs looked at */

enum { EDGE = 1, LETTER = 2, DIGIT = 3 }; /* other characters are themselves, all above */

static bool is_letter(unsigned char c)
{
    return isalpha(c) || c >= 0x80;
}

static bool is_soft(unsigned char c)
{
    return c == ' ' || c == '.' || c == '\'' || c == '-' || c == ',' || c == '&' || c == '/';
}

/* The runs of a text, EDGE at both ends; returns their number. */
static size_t form_of(unsigned char form[MOST_FORM], struct span s)
{
    size_t n = 0;

    form[n++] = EDGE;
    for (size_t i = 0; i < s.len && n < MOST_FORM - 1; i++) {
        unsigned char c = (unsigned char)s.at[i];
        unsigned char run = is_letter(c) ? LETTER : isdigit(c) ? DIGIT : c;
        bool joins = is_soft(c) && form[n - 1] == LETTER && i + 1 < s.len;
        if (c < 32 && c != '\t')
            run = '\t';
        while (joins && i + 1 < s.len && is_soft((unsigned char)s.at[i + 1]))
            i++;
        joins = joins && i + 1 < s.len && is_letter((unsigned char)s.at[i + 1]);
        if (!joins && (run > DIGIT || form[n - 1] != run))
            form[n++] = run;
    }
    form[n++] = EDGE;
    return n;
}

struct form {
    unsigned char runs[MOST_FORM];
    size_t n;
    uint32_t code;
    size_t count;
};

static int by_runs(const void *a, const void *b)
{
    const struct form *x = a, *y = b;

    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    int order = memcmp(x->runs, y->runs, x->n);
    return order ? order : (x->code > y->code) - (x->code < y->code);
}

static bool same_form(const struct form *a, const struct form *b)
{
    return a->n == b->n && memcmp(a->runs, b->runs, a->n) == 0;
}

/* Which run follows which in the usual forms. */
struct habits {
    bool next[256][256];
    size_t covered, all;
    bool digits; /* in any of the usual forms */
};

static void learn_form(struct habits *h, const struct form *f)
{
    h->digits |= memchr(f->runs, DIGIT, f->n) != NULL;
    for (size_t k = 0; k + 1 < f->n; k++)
        h->next[f->runs[k]][f->runs[k + 1]] = true;
}

static bool is_odd(const struct habits *h, const struct form *f)
{
    for (size_t k = 0; k + 1 < f->n; k++)
        if (!h->next[f->runs[k]][f->runs[k + 1]])
            return true;
    return false;
}

static void learn_habits(struct habits *h, const struct form *forms, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h->all += forms[i].count;
    for (size_t i = 0, next; i < n; i = next) {
        size_t count = 0;
        for (next = i; next < n && same_form(&forms[i], &forms[next]); next++)
            count += forms[next].count;
        if ((double)count >= USUAL * (double)h->all && count >= 3) {
            learn_form(h, &forms[i]);
            h->covered += count;
        }
    }
}

/* Without what is no letter or digit at its ends: a text that the column has otherwise. */
static const char *without_ends(const struct coded_column *c, uint32_t code, struct arena *arena)
{
    struct span s = coded_text(c, code), t = s;

    while (t.len && !is_letter((unsigned char)t.at[0]) && !isdigit((unsigned char)t.at[0])) {
        t.at++;
        t.len--;
    }
    while (t.len && !is_letter((unsigned char)t.at[t.len - 1]) &&
           !isdigit((unsigned char)t.at[t.len - 1]))
        t.len--;
    if (t.len == 0 || t.len == s.len || !audit_find_text(c, t))
        return NULL;
    return arena_strndup(arena, t.at, t.len);
}

static int by_code(const void *a, const void *b)
{
    const struct odd_form *x = a, *y = b;

    return (x->code > y->code) - (x->code < y->code);
}

static size_t odd_forms(struct odd_form *out, const struct habits *h, const struct form *forms,
                        size_t n, const struct coded_column *c, struct arena *arena)
{
    size_t n_odd = 0, cells = 0;

    for (size_t i = 0; i < n; i++)
        if (is_odd(h, &forms[i])) {
            out[n_odd++].code = forms[i].code;
            cells += forms[i].count;
        }
    /* The more are odd, the less it means; and nothing in texts that are each their own, like names,
     * unless digits make them codes. */
    double sure = 0.9 - 8 * (double)cells / (double)h->all;
    if (!h->digits)
        sure *= 1 - 0.7 * audit_share_once(c);
    for (size_t k = 0; k < n_odd; k++) {
        out[k].sure = sure > 0 ? sure : 0;
        out[k].right = without_ends(c, out[k].code, arena);
    }
    if (n_odd)
        qsort(out, n_odd, sizeof(*out), by_code);
    return sure > 0 ? n_odd : 0;
}

size_t form_find(struct odd_form **out, const struct coded_column *c, struct arena *arena)
{
    struct form *forms = MEM_NEW(struct form, c->n_values);
    struct habits *h = MEM_NEW(struct habits, 1);
    size_t n = 0, n_odd = 0;

    for (uint32_t v = 1; v <= c->n_values; v++) {
        forms[n].n = form_of(forms[n].runs, coded_text(c, v));
        forms[n].code = v;
        forms[n++].count = c->count[v];
    }
    if (n)
        qsort(forms, n, sizeof(*forms), by_runs);
    learn_habits(h, forms, n);
    *out = ARENA_NEW(arena, struct odd_form, n);
    if (h->all >= 20 && (double)h->covered >= COVER * (double)h->all)
        n_odd = odd_forms(*out, h, forms, n, c, arena);
    mem_free(h);
    mem_free(forms);
    return n_odd;
}

void form_show(struct str *out, struct span text)
{
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.at[i];
        size_t n = 1;
        char shown = isdigit(c) ? '9' : isupper(c) ? 'A' : is_letter(c) ? 'a' : (char)c;
        if (isdigit(c) || is_letter(c))
            while (i + n < text.len &&
                   (isdigit(c)
                        ? isdigit((unsigned char)text.at[i + n]) != 0
                        : is_letter((unsigned char)text.at[i + n]) &&
                              (isupper(c) != 0) == (isupper((unsigned char)text.at[i + n]) != 0)))
                n++;
        for (size_t k = 0; k < (n > 4 ? 1 : n); k++)
            str_add_char(out, shown);
        if (n > 4)
            str_add(out, "…");
        i += n;
    }
}
