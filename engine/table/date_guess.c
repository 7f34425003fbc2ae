/* date_guess.c - which of the usual forms a column's texts are written in. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "table/date_format.h"

#define MAX_VALUES 2000

static const char *const days[] = {
    "%Y-%m-%d", "%Y/%m/%d",  "%Y.%m.%d",    "%Y%m%d",       "%d.%m.%Y", "%m.%d.%Y",      "%d/%m/%Y",
    "%m/%d/%Y", "%d-%m-%Y",  "%m-%d-%Y",    "%d.%m.%y",     "%m.%d.%y", "%d/%m/%y",      "%m/%d/%y",
    "%d-%m-%y", "%m-%d-%y",  "%d %b %Y",    "%d. %b %Y",    "%d-%b-%Y", "%d-%b-%y",      "%d %b %y",
    "%b %d %Y", "%b %d, %Y", "%a %d %b %Y", "%a, %d %b %Y", "%Y-%b-%d", "%a, %b %d, %Y",
};
static const char *const clocks[] = {
    "",         " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p",
    " %I:%M%p", "T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%f",
};
static const char *const zones[] = { "", "%z", " %z" };

enum {
    N_DAYS = sizeof(days) / sizeof(days[0]),
    N_CLOCKS = sizeof(clocks) / sizeof(clocks[0]),
    N_ZONES = 3,
    N_FORMS = N_DAYS * N_CLOCKS * N_ZONES
};

/* Parts of a form by its number. */
static size_t day_of(size_t form)
{
    return form / (N_CLOCKS * N_ZONES);
}

static struct date_format make_form(size_t form)
{
    char text[DATE_FORMAT_MAX];
    struct date_format f;

    snprintf(text, sizeof(text), "%s%s%s", days[day_of(form)], clocks[form / N_ZONES % N_CLOCKS],
             zones[form % N_ZONES]);
    if (date_format_init(&f, text, NULL))
        return (struct date_format){ 0 };
    return f;
}

/* A zone without a clock is no form. */
static bool is_form(size_t form)
{
    return form % N_ZONES == 0 || form / N_ZONES % N_CLOCKS != 0;
}

/* The form with day and month the other way round; N_FORMS when it has none. */
static size_t rival_of(size_t form)
{
    size_t day = day_of(form), other = N_DAYS;
    const char *text = days[day];

    if (strncmp(text, "%d", 2) == 0 && strncmp(text + 3, "%m", 2) == 0)
        other = day + 1; /* they stand in pairs */
    if (strncmp(text, "%m", 2) == 0)
        other = day - 1;
    return other == N_DAYS ? N_FORMS : form + (other - day) * N_CLOCKS * N_ZONES;
}

/* ---------------------------------------------------------------- texts */

struct sample {
    struct span texts[MAX_VALUES];
    bool read[MAX_VALUES];
    size_t n;
};

static bool is_known(uint32_t *slots, size_t n_slots, const struct sample *s, struct span text)
{
    size_t at = hash_bytes(text.at, text.len) & (n_slots - 1);

    for (; slots[at]; at = (at + 1) & (n_slots - 1))
        if (span_eq(s->texts[slots[at] - 1], text))
            return true;
    slots[at] = (uint32_t)s->n + 1;
    return false;
}

static void take_sample(struct sample *s, const struct column *c)
{
    uint32_t slots[4096] = { 0 };
    const struct column *from = c->type == COLUMN_CATEGORY ? c->levels : c;

    s->n = 0;
    for (size_t i = 0; i < from->n_rows && s->n < MAX_VALUES; i++) {
        if (column_missing(from, i))
            continue;
        struct span text = span_trim(column_text(from, i));
        if (text.len && !is_known(slots, 4096, s, text)) {
            s->read[s->n] = false;
            s->texts[s->n++] = text;
        }
    }
}

/* Texts that nothing read yet and the form does. */
static size_t count_read(const struct sample *s, const struct date_format *f)
{
    size_t n = 0;
    int64_t us;

    for (size_t i = 0; i < s->n; i++)
        n += !s->read[i] && date_format_read(&us, f, s->texts[i], 0);
    return n;
}

/* Do both forms read a text, and as different days? */
static bool disagree(const struct sample *s, const struct date_format *a,
                     const struct date_format *b)
{
    int64_t x, y;

    for (size_t i = 0; i < s->n; i++)
        if (date_format_read(&x, a, s->texts[i], 0) && date_format_read(&y, b, s->texts[i], 0) &&
            x != y)
            return true;
    return false;
}

/* ---------------------------------------------------------------- choosing */

struct choosing {
    struct date_format forms[N_FORMS];
    bool out[N_FORMS]; /* not a form, or against the order that was chosen */
    struct sample sample;
};

static size_t best_form(const struct choosing *c, size_t *n_read)
{
    size_t best = N_FORMS;

    *n_read = 0;
    for (size_t k = 0; k < N_FORMS; k++) {
        size_t n = c->out[k] ? 0 : count_read(&c->sample, &c->forms[k]);
        if (n > *n_read) {
            *n_read = n;
            best = k;
        }
    }
    return best;
}

/* Day and month have one order wherever the same character parts them. */
static void rule_out(struct choosing *c, size_t chosen)
{
    size_t rival = rival_of(chosen);

    for (size_t k = 0; k < N_FORMS && rival < N_FORMS; k++) {
        const char *day = days[day_of(k)], *other = days[day_of(rival)];
        if (strncmp(day, other, 5) == 0 && day[2] == other[2])
            c->out[k] = true;
    }
}

static void mark_read(struct sample *s, const struct date_format *f)
{
    int64_t us;

    for (size_t i = 0; i < s->n; i++)
        s->read[i] = s->read[i] || date_format_read(&us, f, s->texts[i], 0);
}

static void choose(struct date_guess *out, struct choosing *c)
{
    while (out->n < DATE_GUESS_MAX) {
        size_t n_read, best = best_form(c, &n_read), rival;
        if (best == N_FORMS)
            return;
        rival = rival_of(best);
        if (!out->ambiguous && rival < N_FORMS && !c->out[rival] &&
            count_read(&c->sample, &c->forms[rival]) == n_read &&
            disagree(&c->sample, &c->forms[best], &c->forms[rival])) {
            out->ambiguous = true;
            out->rival = c->forms[rival];
        }
        out->formats[out->n++] = c->forms[best];
        out->n_read += n_read;
        mark_read(&c->sample, &c->forms[best]);
        rule_out(c, best);
        c->out[best] = true;
    }
}

void date_guess(struct date_guess *out, const struct column *column)
{
    struct choosing *c = mem_new(1, sizeof(*c));

    *out = (struct date_guess){ 0 };
    for (size_t k = 0; k < N_FORMS; k++) {
        c->out[k] = !is_form(k);
        c->forms[k] = make_form(k);
    }
    take_sample(&c->sample, column);
    out->n_values = c->sample.n;
    choose(out, c);
    mem_free(c);
}
