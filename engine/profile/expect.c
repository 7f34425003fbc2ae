/* expect.c - expectations and lists of them: life, checking, saving. */
#include "profile/expect.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "profile/expect_parts.h"
#include "table/cell.h"
#include "table/expr.h"

#define EXPECT_FORMAT   1
#define MAX_EXPECTED    100000
#define MAX_VALUES      100000000
#define MAX_KEY_COLUMNS 1000

#define EXPECT(id) extern const struct expect_kind expect_##id;
#include "profile/expectations.def"
#undef EXPECT

const struct expect_kind *const expect_kinds[] = {
#define EXPECT(id) &expect_##id,
#include "profile/expectations.def"
#undef EXPECT
    NULL
};

/* ---------------------------------------------------------------- one expectation */

struct expectation expectation_blank(void)
{
    return (struct expectation){ .mostly = 1,
                                 .least_rows = EXPECT_NONE,
                                 .most_rows = EXPECT_NONE,
                                 .least_distinct = EXPECT_NONE,
                                 .most_distinct = EXPECT_NONE };
}

static const char *copy_text(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

static const char *const *copy_list(struct arena *arena, const char *const *list, size_t n)
{
    const char **copy = ARENA_NEW(arena, const char *, n);

    for (size_t i = 0; i < n; i++)
        copy[i] = arena_strdup(arena, list[i]);
    return copy;
}

static bool is_bound(const char *text)
{
    double v;
    int32_t days;
    int64_t us;
    size_t len = strlen(text);

    return (text_parse_real(&v, text, len) && isfinite(v)) || cell_parse_date(&days, text, len) ||
           cell_parse_timestamp(&us, text, len);
}

static int check_bound(const char *name, const char *text, struct err *err)
{
    if (!text || is_bound(text))
        return 0;
    return err_set(err, ERR_USAGE, "%s takes a number or a date, not '%s'", name, text);
}

static int check_texts(const struct expectation *e, struct err *err)
{
    enum column_type type;
    struct str source;

    if (e->type && !column_type_parse(&type, e->type))
        return err_set(err, ERR_USAGE, "there is no type '%s'", e->type);
    if (check_bound("min", e->min, err) || check_bound("max", e->max, err))
        return -1;
    if (e->expression && expect_parses(e->expression, err))
        return -1;
    if (!e->matches)
        return 0;
    str_init(&source);
    expect_pattern_source(&source, "x", e->matches);
    struct err why = { 0 };
    int rc = expect_parses(source.buf, &why);
    str_release(&source);
    return rc ? err_set(err, ERR_PARSE, "matches=%s: %s", e->matches, why.msg) : 0;
}

static bool asks_of_column(const struct expectation *e)
{
    return e->type || e->min || e->max || e->n_in || e->of || e->matches || e->unique ||
           e->not_missing || e->least_distinct != EXPECT_NONE || e->most_distinct != EXPECT_NONE;
}

int expectation_new(struct expectation **out, const struct expectation *wanted, struct err *err)
{
    bool asks = false;

    for (size_t k = 0; expect_kinds[k]; k++)
        asks = asks || expect_kinds[k]->asks(wanted);
    if (!asks)
        return err_set(err, ERR_USAGE, "say what to expect: min= max= in= matches= type= unique …");
    if (!wanted->column && asks_of_column(wanted))
        return err_set(err, ERR_USAGE, "say which column that is expected of");
    if (check_texts(wanted, err))
        return -1;
    struct expectation *e = MEM_NEW(struct expectation, 1);
    arena_init(&e->arena);
    struct arena arena = e->arena;
    *e = *wanted;
    e->arena = arena;
    atomic_init(&e->refs, 1);
    e->text = copy_text(&e->arena, wanted->text ? wanted->text : "");
    e->column = copy_text(&e->arena, wanted->column);
    e->type = copy_text(&e->arena, wanted->type);
    e->min = copy_text(&e->arena, wanted->min);
    e->max = copy_text(&e->arena, wanted->max);
    e->matches = copy_text(&e->arena, wanted->matches);
    e->expression = copy_text(&e->arena, wanted->expression);
    e->of = copy_text(&e->arena, wanted->of);
    e->in = copy_list(&e->arena, wanted->in, wanted->n_in);
    e->with = copy_list(&e->arena, wanted->with, wanted->n_with);
    *out = e;
    return 0;
}

struct expectation *expectation_ref(const struct expectation *e)
{
    struct expectation *shared = (struct expectation *)(uintptr_t)e;

    atomic_fetch_add(&shared->refs, 1);
    return shared;
}

void expectation_unref(const struct expectation *e)
{
    struct expectation *shared = (struct expectation *)(uintptr_t)e;

    if (!shared || atomic_fetch_sub(&shared->refs, 1) != 1)
        return;
    arena_release(&shared->arena);
    mem_free(shared);
}

/* ---------------------------------------------------------------- checking */

static size_t count_bad(const uint8_t *bad, size_t n)
{
    size_t total = 0;

    for (size_t i = 0; i < n; i++)
        total += bad[i];
    return total;
}

/* What keeps it from being checked at all is a failure of the data, but for what ends the run. */
static int settle(struct str *why, const struct err *found, struct err *err)
{
    if (found->code == ERR_CANCELLED || found->code == ERR_NOMEM) {
        if (err)
            *err = *found;
        return -1;
    }
    str_addf(why, "%s%s", why->len ? ", " : "", found->msg);
    return 0;
}

static int check_kinds(struct expect_outcome *o, const struct expectation *e, const struct table *t,
                       bool *whole, struct job *job, struct err *err)
{
    for (size_t k = 0; expect_kinds[k]; k++) {
        struct err found = { 0 };
        size_t n_looked = 0, before = o->why.len, had = count_bad(o->bad, t->n_rows);
        if (!expect_kinds[k]->asks(e))
            continue;
        int rc = expect_kinds[k]->check(o->bad, &n_looked, &o->why, e, t, job, &found);
        if (rc && settle(&o->why, &found, err))
            return -1;
        o->n_looked = n_looked > o->n_looked ? n_looked : o->n_looked;
        /* It said something and no row is to blame: then it is the table. */
        *whole = *whole || rc ||
                 (o->why.len > before && count_bad(o->bad, t->n_rows) == had && n_looked == 0);
    }
    return 0;
}

int expectation_check(struct expect_outcome *out, const struct expectation *e,
                      const struct table *t, struct job *job, struct err *err)
{
    void *bad = NULL;
    bool whole = false;

    *out = (struct expect_outcome){ 0 };
    str_init(&out->why);
    if (e->column && table_find(t, e->column) < 0) {
        str_addf(&out->why, "there is no column %s", e->column);
        return 0;
    }
    if (mem_big(&bad, t->n_rows + 1, 1, "the rows that fail an expectation", err)) {
        str_release(&out->why);
        return -1;
    }
    memset(bad, 0, t->n_rows + 1);
    out->bad = bad;
    if (check_kinds(out, e, t, &whole, job, err)) {
        expect_outcome_release(out);
        return -1;
    }
    out->n_bad = count_bad(out->bad, t->n_rows);
    out->held = !whole && (double)out->n_bad <= (1 - e->mostly) * (double)out->n_looked + 1e-9;
    if (!out->n_bad) {
        mem_big_free(out->bad);
        out->bad = NULL;
    }
    return 0;
}

void expect_outcome_release(struct expect_outcome *o)
{
    mem_big_free(o->bad);
    str_release(&o->why);
    *o = (struct expect_outcome){ 0 };
}

/* ---------------------------------------------------------------- lists */

static struct expectations *list_new(size_t n)
{
    struct expectations *l = MEM_NEW(struct expectations, 1);

    atomic_init(&l->refs, 1);
    l->items = MEM_NEW(struct expectation *, n + 1);
    l->after = MEM_NEW(size_t, n + 1);
    return l;
}

static void list_put(struct expectations *l, struct expectation *take, size_t after)
{
    l->items[l->n] = take;
    l->after[l->n++] = after;
}

struct expectations *expectations_ref(const struct expectations *l)
{
    struct expectations *shared = (struct expectations *)(uintptr_t)l;

    if (shared)
        atomic_fetch_add(&shared->refs, 1);
    return shared;
}

void expectations_unref(const struct expectations *l)
{
    struct expectations *shared = (struct expectations *)(uintptr_t)l;

    if (!shared || atomic_fetch_sub(&shared->refs, 1) != 1)
        return;
    for (size_t i = 0; i < shared->n; i++)
        expectation_unref(shared->items[i]);
    mem_free(shared->items);
    mem_free(shared->after);
    mem_free(shared);
}

struct expectations *expectations_add(const struct expectations *l, const struct expectation *e,
                                      size_t after)
{
    size_t n = l ? l->n : 0;
    struct expectations *more = list_new(n + 1);

    for (size_t i = 0; i < n; i++)
        list_put(more, expectation_ref(l->items[i]), l->after[i]);
    list_put(more, expectation_ref(e), after);
    return more;
}

struct expectations *expectations_remove(const struct expectations *l, size_t i)
{
    struct expectations *less = list_new(l->n);

    for (size_t k = 0; k < l->n; k++)
        if (k != i)
            list_put(less, expectation_ref(l->items[k]), l->after[k]);
    return less;
}

struct expectations *expectations_moved(const struct expectations *l, const size_t *other)
{
    size_t n = l ? l->n : 0;
    struct expectations *moved = list_new(n);

    for (size_t i = 0; i < n; i++)
        list_put(moved, expectation_ref(l->items[i]), other[l->after[i]]);
    return moved;
}

/* ---------------------------------------------------------------- saving */

static void pack_list(struct str *out, const char *const *list, size_t n)
{
    pack_u64(out, n);
    for (size_t i = 0; i < n; i++)
        pack_text(out, list[i]);
}

static void save_one(struct str *out, const struct expectation *e)
{
    pack_text(out, e->text);
    pack_text(out, e->column);
    pack_u64(out, e->warn);
    pack_real(out, e->mostly);
    pack_u64(out, e->unique);
    pack_u64(out, e->not_missing);
    pack_text(out, e->type);
    pack_text(out, e->min);
    pack_text(out, e->max);
    pack_text(out, e->matches);
    pack_text(out, e->expression);
    pack_text(out, e->of);
    pack_list(out, e->in, e->n_in);
    pack_list(out, e->with, e->n_with);
    pack_u64(out, e->least_rows);
    pack_u64(out, e->most_rows);
    pack_u64(out, e->least_distinct);
    pack_u64(out, e->most_distinct);
}

void expectations_save(struct str *out, const struct expectations *l)
{
    pack_u64(out, EXPECT_FORMAT);
    pack_u64(out, l ? l->n : 0);
    for (size_t i = 0; l && i < l->n; i++) {
        pack_u64(out, l->after[i]);
        save_one(out, l->items[i]);
    }
}

static const char *const *load_list(size_t *n, struct unpack *u, size_t max)
{
    const char **list = NULL;
    size_t cap = 0, count = unpack_count(u, max);

    /* Grows with what is there, since the count may lie. */
    for (*n = 0; *n < count && !u->failed; (*n)++) {
        if (*n == cap)
            list = mem_resize(list, cap = cap ? 2 * cap : 16, sizeof(*list));
        list[*n] = unpack_text(u);
        if (!list[*n])
            unpack_fail(u, "a value that may be there");
    }
    const char **kept = ARENA_NEW(u->arena, const char *, *n);
    if (*n)
        memcpy(kept, list, *n * sizeof(*kept));
    mem_free(list);
    return kept;
}

static int load_one(struct expectation **out, struct unpack *u, struct err *err)
{
    struct expectation e = expectation_blank();

    e.text = unpack_text(u);
    e.column = unpack_text(u);
    e.warn = unpack_count(u, 1);
    e.mostly = unpack_real(u);
    e.unique = unpack_count(u, 1);
    e.not_missing = unpack_count(u, 1);
    e.type = unpack_text(u);
    e.min = unpack_text(u);
    e.max = unpack_text(u);
    e.matches = unpack_text(u);
    e.expression = unpack_text(u);
    e.of = unpack_text(u);
    e.in = load_list(&e.n_in, u, MAX_VALUES);
    e.with = load_list(&e.n_with, u, MAX_KEY_COLUMNS);
    e.least_rows = unpack_u64(u);
    e.most_rows = unpack_u64(u);
    e.least_distinct = unpack_u64(u);
    e.most_distinct = unpack_u64(u);
    if (!(e.mostly >= 0 && e.mostly <= 1))
        unpack_fail(u, "a share from 0 to 1");
    if (u->failed)
        return 0; /* unpack_end tells */
    return expectation_new(out, &e, err) ? err_prefix(err, "a saved expectation: ") : 0;
}

int expectations_load(struct expectations **out, struct unpack *u, struct err *err)
{
    struct expectations *l = NULL;
    int rc = 0;

    if (unpack_count(u, EXPECT_FORMAT) != EXPECT_FORMAT)
        unpack_fail(u, "expectations of a format that this version knows");
    size_t n = unpack_count(u, MAX_EXPECTED);
    for (size_t i = 0; i < n && !u->failed && !rc; i++) {
        struct expectation *e = NULL;
        size_t after = unpack_count(u, MAX_EXPECTED);
        rc = load_one(&e, u, err);
        if (!e)
            continue;
        struct expectations *more = expectations_add(l, e, after);
        expectation_unref(e);
        expectations_unref(l);
        l = more;
    }
    if (rc || unpack_end(u, err)) {
        expectations_unref(l);
        return -1;
    }
    *out = l;
    return 0;
}
