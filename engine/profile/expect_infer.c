/* expect_infer.c - expectations that a table suggests.
 *
 * Cautious, since they are to hold of data nobody has seen: what rests on a handful of rows is not
 * proposed, ranges are widened by a tenth and rounded outwards, and a set is proposed only where
 * each of its few values came often.
 */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "profile/expect_parts.h"
#include "profile/profile.h"
#include "table/cell.h"

enum {
    LEAST_ROWS = 20, /* fewer say nothing */
    MOST_VALUES = 12,
    LEAST_OF_EACH = 5,
    MOST_RUNS = 12, /* of a pattern */
};

struct inference {
    struct expectation *wanted;
    const struct column *column;
    struct profile_column profile;
    struct str evidence;
    struct arena *arena;
};

static void tell(struct inference *in, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void tell(struct inference *in, const char *fmt, ...)
{
    va_list ap;

    if (in->evidence.len)
        str_add(&in->evidence, "; ");
    va_start(ap, fmt);
    str_vaddf(&in->evidence, fmt, ap);
    va_end(ap);
}

/* ---------------------------------------------------------------- numbers */

static const char *bound_text(struct arena *arena, double v)
{
    char buf[TEXT_REAL_SIZE];

    return arena_strdup(arena, text_real_short(buf, v == 0 ? 0 : v, 12));
}

/* Zero is a bound of its own: amounts and shares do not fall below it because they came near. */
static void infer_range(struct inference *in)
{
    const struct profile_column *p = &in->profile;
    double width = p->max - p->min, unit = pow(10, floor(log10(width))) / 10;
    char low[TEXT_REAL_SIZE], high[TEXT_REAL_SIZE];

    if (!(width > 0) || !isfinite(width) || p->n_nan || p->distinct < 3)
        return;
    unit = p->type == COLUMN_INT && unit < 1 ? 1 : unit;
    double from = floor((p->min - width / 10) / unit) * unit;
    double to = ceil((p->max + width / 10) / unit) * unit;
    if (p->min >= 0 && from < 0)
        from = 0;
    if (p->max <= 0 && to > 0)
        to = 0;
    in->wanted->min = bound_text(in->arena, from);
    in->wanted->max = bound_text(in->arena, to);
    tell(in, "%s to %s seen", text_real_short(low, p->min, 6), text_real_short(high, p->max, 6));
}

/* ---------------------------------------------------------------- few values */

static int infer_set(struct inference *in, struct err *err)
{
    struct frequencies f;
    size_t n = 0, rarest = SIZE_MAX;
    struct str text;

    if (in->profile.distinct > MOST_VALUES || in->profile.distinct < 2)
        return 0;
    if (frequencies_of(&f, in->column, err))
        return -1;
    const char **values = ARENA_NEW(in->arena, const char *, f.n);
    str_init(&text);
    for (size_t i = 0; i < f.n; i++) {
        if (f.items[i].missing)
            continue;
        str_clear(&text);
        cell_text(&text, in->column, f.items[i].row);
        values[n++] = arena_strdup(in->arena, text.buf);
        rarest = f.items[i].count < rarest ? f.items[i].count : rarest;
    }
    str_release(&text);
    if (rarest >= LEAST_OF_EACH) {
        in->wanted->in = values;
        in->wanted->n_in = n;
        tell(in, "%zu values, each at least %zu times", n, rarest);
    }
    frequencies_release(&f);
    return 0;
}

/* ---------------------------------------------------------------- texts that are built alike */

/* A stretch of one class: U upper, L lower, 9 digit, or a sign as it is. */
struct run {
    char class;
    size_t least, most;
};

static char class_of(char c)
{
    unsigned char u = (unsigned char)c;

    return isupper(u) ? 'U' : islower(u) ? 'L' : isdigit(u) ? '9' : c;
}

/* -1 when there are too many, or it is no plain ASCII. */
static int runs_of(struct run *runs, struct span text)
{
    int n = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = class_of(text.at[i]);
        if ((unsigned char)text.at[i] < ' ' || (unsigned char)text.at[i] > '~')
            return -1;
        if (n && runs[n - 1].class == c) {
            runs[n - 1].least = ++runs[n - 1].most;
            continue;
        }
        if (n == MOST_RUNS)
            return -1;
        runs[n++] = (struct run){ c, 1, 1 };
    }
    return n;
}

static bool widen(struct run *all, int n, struct span text)
{
    struct run one[MOST_RUNS];

    if (runs_of(one, text) != n)
        return false;
    for (int k = 0; k < n; k++) {
        if (one[k].class != all[k].class)
            return false;
        all[k].least = one[k].least < all[k].least ? one[k].least : all[k].least;
        all[k].most = one[k].most > all[k].most ? one[k].most : all[k].most;
    }
    return true;
}

static void add_run(struct str *out, const struct run *r)
{
    switch (r->class) {
    case 'U':
        str_add(out, "[A-Z]");
        break;
    case 'L':
        str_add(out, "[a-z]");
        break;
    case '9':
        str_add(out, "\\d");
        break;
    default:
        if (strchr("\\^$.[]|()?*+{}", r->class))
            str_add_char(out, '\\');
        str_add_char(out, r->class);
    }
    if (r->least != r->most)
        str_add_char(out, '+'); /* a length that varies may vary further */
    else if (r->most > 1)
        str_addf(out, "{%zu}", r->most);
}

/* Only where digits or signs give it away: words are all built alike. */
static bool tells_something(const struct run *runs, int n)
{
    for (int k = 0; k < n; k++)
        if (runs[k].class != 'U' && runs[k].class != 'L')
            return n > 1 || runs[k].least == runs[k].most;
    return false;
}

static void infer_pattern(struct inference *in)
{
    const struct column *c = in->column;
    struct run runs[MOST_RUNS];
    struct str pattern;
    size_t first = 0;

    while (first < c->n_rows && column_missing(c, first))
        first++;
    int n = first < c->n_rows ? runs_of(runs, column_span(c, first)) : -1;
    if (n < 1)
        return;
    for (size_t i = first; i < c->n_rows; i++)
        if (!column_missing(c, i) && !widen(runs, n, column_span(c, i)))
            return;
    if (!tells_something(runs, n))
        return;
    str_init(&pattern);
    str_add_char(&pattern, '^');
    for (int k = 0; k < n; k++)
        add_run(&pattern, &runs[k]);
    str_add_char(&pattern, '$');
    in->wanted->matches = arena_strdup(in->arena, pattern.buf);
    str_release(&pattern);
    tell(in, "all %zu texts are built alike", in->profile.count);
}

/* ---------------------------------------------------------------- a column, a table */

static void infer_key(struct inference *in)
{
    const struct profile_column *p = &in->profile;

    if (p->missing == 0) {
        in->wanted->not_missing = true;
        tell(in, "none of %zu missing", p->count);
    }
    if (p->distinct == p->count && (p->type == COLUMN_INT || column_is_text(in->column))) {
        in->wanted->unique = true;
        tell(in, "no value twice");
    }
}

static int infer_column(struct inference *in, struct err *err)
{
    if (profile_column(&in->profile, in->column, err))
        return -1;
    if (in->profile.count < LEAST_ROWS)
        return 0;
    in->wanted->type = column_type_name(in->column->type == COLUMN_CATEGORY ? COLUMN_TEXT
                                                                            : in->column->type);
    infer_key(in);
    if (in->profile.type == COLUMN_INT || in->profile.type == COLUMN_REAL) {
        infer_range(in);
        return 0;
    }
    if (!column_is_text(in->column))
        return 0;
    if (infer_set(in, err))
        return -1;
    if (!in->wanted->n_in)
        infer_pattern(in);
    return 0;
}

int expect_infer(struct expect_proposal **out, size_t *n, const struct table *t,
                 struct arena *arena, struct job *job, struct err *err)
{
    *n = 0;
    *out = ARENA_NEW(arena, struct expect_proposal, t->n_cols + 1);
    for (size_t j = 0; j < t->n_cols; j++) {
        struct expect_proposal *p = &(*out)[*n];
        struct inference in = { .wanted = &p->wanted, .column = table_at(t, j), .arena = arena };
        p->wanted = expectation_blank();
        p->wanted.column = arena_strdup(arena, table_name(t, j));
        str_init(&in.evidence);
        int rc = infer_column(&in, err);
        p->evidence = arena_strdup(arena, in.evidence.buf ? in.evidence.buf : "");
        str_release(&in.evidence);
        if (rc || job_tick(job, j + 1, t->n_cols, err))
            return -1;
        *n += p->wanted.type != NULL;
    }
    if (t->n_rows < LEAST_ROWS)
        return 0;
    struct expect_proposal *rows = &(*out)[(*n)++];
    rows->wanted = expectation_blank();
    rows->wanted.least_rows = t->n_rows / 2;
    rows->evidence = arena_printf(arena, "%zu rows", t->n_rows);
    return 0;
}
