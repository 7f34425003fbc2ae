/* expr_rules.c - what types operators and functions take and give. */
#include <stdio.h>
#include <stdlib.h>

#include "table/cell.h"
#include "table/expr_plan.h"

/* ---- words ---- */
static bool is_open(const struct plan *p) /* a bare missing */
{
    return p->type == COLUMN_N_TYPES;
}

static bool is_number(const struct plan *p)
{
    return p->type == COLUMN_INT || p->type == COLUMN_REAL || is_open(p);
}

static bool is_time(const struct plan *p)
{
    return p->type == COLUMN_DATE || p->type == COLUMN_TIMESTAMP;
}

static const char *a_type(const struct plan *p)
{
    static const char *const names[] = {
        [COLUMN_BOOL] = "true or false",
        [COLUMN_INT] = "a number",
        [COLUMN_REAL] = "a number",
        [COLUMN_CATEGORY] = "text",
        [COLUMN_TEXT] = "text",
        [COLUMN_DATE] = "a date",
        [COLUMN_TIMESTAMP] = "a timestamp",
        [COLUMN_N_TYPES] = "missing",
    };
    return names[p->type];
}

/* "age is int", or "this is int" when it has no name; buf holds 128 bytes. */
static const char *what_it_is(char buf[128], const struct plan *p)
{
    snprintf(buf, 128, "%.80s is %s", p->kind == PLAN_COLUMN ? p->node->name : "this",
             plan_type_name(p));
    return buf;
}

/* `how` (may be "") is one thing to do, with its "; " in front. */
static int wrong_argument(const struct plan *call, const struct plan *arg, const char *wanted,
                          const char *how, struct err *err)
{
    char is[128];

    return err_set_at(err, ERR_SHAPE, expr_place(arg->node), "%s takes %s; %s%s", call->op->name,
                      wanted, what_it_is(is, arg), how);
}

static int wrong_number(const struct plan *call, const struct plan *arg, struct err *err)
{
    const char *how = "";

    if (arg->type == COLUMN_TEXT)
        how = "; real(…) reads a number from text";
    else if (arg->type == COLUMN_BOOL)
        how = "; int(…) makes it 0 or 1";
    return wrong_argument(call, arg, call->n_args == 1 ? "a number" : "numbers", how, err);
}

static int want_numbers(const struct plan *call, struct err *err)
{
    for (size_t i = 0; i < call->n_args; i++)
        if (!is_number(call->args[i]))
            return wrong_number(call, call->args[i], err);
    return 0;
}

static int want_type(struct checker *c, struct plan *call, size_t i, enum column_type type,
                     const char *wanted, const char *how, struct err *err)
{
    if (call->args[i]->type != type && !is_open(call->args[i]))
        return wrong_argument(call, call->args[i], wanted, how, err);
    plan_convert(c, &call->args[i], type);
    return 0;
}

static void convert_all(struct checker *c, struct plan *call, enum column_type type)
{
    for (size_t i = 0; i < call->n_args; i++)
        plan_convert(c, &call->args[i], type);
}

/* ---- a common type ---- */
static bool is_literal_text(const struct plan *p)
{
    return p->kind == PLAN_CONSTANT && p->type == COLUMN_TEXT;
}

/* A text literal beside dates or timestamps is one itself. */
static int literal_to_time(struct plan *p, enum column_type type, struct err *err)
{
    struct span s = p->value.text;
    int32_t days;
    int64_t us;

    if (cell_parse_date(&days, s.at, s.len)) {
        p->type = p->value.type = COLUMN_DATE;
        p->value.integer = days;
    } else if (cell_parse_timestamp(&us, s.at, s.len)) {
        p->type = p->value.type = COLUMN_TIMESTAMP;
        p->value.integer = us;
    } else {
        int shown = (int)(s.len < 60 ? s.len : 60);
        return err_set_at(err, ERR_SHAPE, expr_place(p->node), "'%.*s' is no %s; write %s", shown,
                          s.at, column_type_name(type),
                          type == COLUMN_DATE ? "YYYY-MM-DD" : "YYYY-MM-DD HH:MM:SS");
    }
    return 0;
}

static int literals_to_time(struct plan *call, size_t first, struct err *err)
{
    enum column_type type = COLUMN_N_TYPES;

    for (size_t i = first; i < call->n_args; i++)
        if (is_time(call->args[i]))
            type = call->args[i]->type;
    for (size_t i = first; i < call->n_args && type != COLUMN_N_TYPES; i++)
        if (is_literal_text(call->args[i]) && literal_to_time(call->args[i], type, err))
            return -1;
    return 0;
}

/* Of two types the one that both can become; false when there is none. */
static bool join_types(enum column_type *out, enum column_type a, enum column_type b)
{
    bool numbers = (a == COLUMN_INT || a == COLUMN_REAL) && (b == COLUMN_INT || b == COLUMN_REAL);
    bool times = (a == COLUMN_DATE || a == COLUMN_TIMESTAMP) &&
                 (b == COLUMN_DATE || b == COLUMN_TIMESTAMP);

    if (a == b || b == COLUMN_N_TYPES)
        *out = a;
    else if (a == COLUMN_N_TYPES)
        *out = b;
    else if (numbers)
        *out = COLUMN_REAL;
    else if (times)
        *out = COLUMN_TIMESTAMP;
    return a == b || a == COLUMN_N_TYPES || b == COLUMN_N_TYPES || numbers || times;
}

static const char *how_to_join(const struct plan *a, const struct plan *b)
{
    if (a->type == COLUMN_BOOL || b->type == COLUMN_BOOL)
        return "";
    if (is_time(a) || is_time(b))
        return a->type == COLUMN_TEXT || b->type == COLUMN_TEXT ? "; date(…) reads a date from text"
                                                                : "";
    return "; real(…) or text(…) converts";
}

/* Convert the arguments from `first` on to one type, which *out receives.  ERR_SHAPE "cannot `verb`
 * text with a number". */
static int unify(enum column_type *out, struct checker *c, struct plan *call, size_t first,
                 const char *verb, struct err *err)
{
    enum column_type type = COLUMN_N_TYPES;
    const struct plan *was = call->args[first];

    if (literals_to_time(call, first, err))
        return -1;
    for (size_t i = first; i < call->n_args; i++) {
        const struct plan *arg = call->args[i];
        if (!join_types(&type, type, arg->type)) {
            bool whole = call->n_args == 2;
            return err_set_at(err, ERR_SHAPE, expr_place(whole ? call->node : arg->node),
                              "cannot %s %s with %s%s", verb, a_type(was), a_type(arg),
                              how_to_join(was, arg));
        }
        if (is_open(was))
            was = arg;
    }
    if (type == COLUMN_N_TYPES) /* nothing but missing */
        type = COLUMN_REAL;
    for (size_t i = first; i < call->n_args; i++)
        plan_convert(c, &call->args[i], type);
    *out = type;
    return 0;
}

/* ---- logic ---- */
int expr_rule_logic(struct checker *c, struct plan *call, struct err *err)
{
    for (size_t i = 0; i < call->n_args; i++)
        if (want_type(c, call, i, COLUMN_BOOL, "true or false", "; compare it with something", err))
            return -1;
    call->type = COLUMN_BOOL;
    return 0;
}

int expr_rule_compare(struct checker *c, struct plan *call, struct err *err)
{
    enum column_type type;

    if (unify(&type, c, call, 0, "compare", err))
        return -1;
    if (type == COLUMN_BOOL && call->op->which >= COMPARE_LT)
        return wrong_argument(call, call->args[0], "numbers, text or dates", "", err);
    call->type = COLUMN_BOOL;
    return 0;
}

/* Constants to the front, in order, so that a long list is searched and not walked. */
static void sort_items(struct plan *call)
{
    size_t n = 1;

    for (size_t i = 1; i < call->n_args; i++) {
        struct plan *item = call->args[i];
        if (item->kind != PLAN_CONSTANT || !item->value.present)
            continue;
        call->args[i] = call->args[n];
        call->args[n++] = item;
    }
    call->n_sorted = n - 1;
    qsort(call->args + 1, call->n_sorted, sizeof(*call->args), plan_compare_values);
}

int expr_rule_in(struct checker *c, struct plan *call, struct err *err)
{
    enum column_type type;

    if (unify(&type, c, call, 0, "compare", err))
        return -1;
    call->type = COLUMN_BOOL;
    sort_items(call);
    if (call->n_args - call->n_sorted <= EXPR_ANY_ARGS)
        return 0;
    return err_set_at(err, ERR_SHAPE, expr_place(call->node),
                      "in takes any number of constants, but at most %d other values",
                      EXPR_ANY_ARGS);
}

int expr_rule_common(struct checker *c, struct plan *call, struct err *err)
{
    return unify(&call->type, c, call, 0, "mix", err);
}

int expr_rule_if(struct checker *c, struct plan *call, struct err *err)
{
    if (want_type(c, call, 0, COLUMN_BOOL, "a condition first", "; compare it with something", err))
        return -1;
    return unify(&call->type, c, call, 1, "mix", err);
}

int expr_rule_row_number(struct checker *c, struct plan *call, struct err *err)
{
    (void)c;
    (void)err;
    call->type = call->op->result;
    return 0;
}

int expr_rule_is_missing(struct checker *c, struct plan *call, struct err *err)
{
    (void)err;
    if (is_open(call->args[0]))
        plan_convert(c, &call->args[0], COLUMN_REAL);
    call->type = COLUMN_BOOL;
    return 0;
}

/* ---- numbers ---- */
/* All become reals. */
int expr_rule_real(struct checker *c, struct plan *call, struct err *err)
{
    if (want_numbers(call, err))
        return -1;
    convert_all(c, call, COLUMN_REAL);
    call->type = COLUMN_REAL;
    return 0;
}

/* Ints stay ints. */
int expr_rule_number(struct checker *c, struct plan *call, struct err *err)
{
    if (want_numbers(call, err))
        return -1;
    return unify(&call->type, c, call, 0, "mix", err);
}

int expr_rule_round(struct checker *c, struct plan *call, struct err *err)
{
    if (!is_number(call->args[0]))
        return wrong_number(call, call->args[0], err);
    if (is_open(call->args[0]))
        plan_convert(c, &call->args[0], COLUMN_REAL);
    if (call->n_args == 2 && want_type(c, call, 1, COLUMN_INT, "an int as digits", "", err))
        return -1;
    call->type = call->args[0]->type;
    return 0;
}

int expr_rule_extreme(struct checker *c, struct plan *call, struct err *err)
{
    for (size_t i = 0; i < call->n_args; i++) {
        const struct plan *arg = call->args[i];
        if (arg->type == COLUMN_BOOL || (arg->type == COLUMN_TEXT && !is_literal_text(arg)))
            return wrong_argument(call, arg, "numbers or dates", "", err);
    }
    if (unify(&call->type, c, call, 0, "mix", err))
        return -1;
    return call->type == COLUMN_TEXT
               ? wrong_argument(call, call->args[0], "numbers or dates", "", err)
               : 0;
}

/* ---- sums and differences, of dates too ---- */
int expr_rule_add(struct checker *c, struct plan *call, struct err *err)
{
    size_t date = call->args[0]->type == COLUMN_DATE ? 0 : 1;

    if (call->args[0]->type == COLUMN_TEXT && call->args[1]->type == COLUMN_TEXT)
        return wrong_argument(call, call->args[0], "numbers", "; concat(…) joins texts", err);
    if (!is_time(call->args[0]) && !is_time(call->args[1]))
        return expr_rule_number(c, call, err);
    if (call->args[date]->type != COLUMN_DATE)
        return err_set_at(err, ERR_SHAPE, expr_place(call->node),
                          "cannot add to a timestamp; date(…) + days adds to its date");
    call->type = COLUMN_DATE;
    return want_type(c, call, 1 - date, COLUMN_INT, "an int (days) beside a date", "", err);
}

int expr_rule_subtract(struct checker *c, struct plan *call, struct err *err)
{
    if (!is_time(call->args[0]) && !is_time(call->args[1]))
        return expr_rule_number(c, call, err);
    if (literals_to_time(call, 0, err))
        return -1;
    const struct plan *a = call->args[0], *b = call->args[1];
    if (a->type == COLUMN_DATE && (b->type == COLUMN_INT || is_open(b))) {
        plan_convert(c, &call->args[1], COLUMN_INT);
        call->type = COLUMN_DATE;
        return 0;
    }
    if (is_time(a) && is_time(b)) {
        bool dates = a->type == COLUMN_DATE && b->type == COLUMN_DATE;
        convert_all(c, call, dates ? COLUMN_DATE : COLUMN_TIMESTAMP);
        call->type = dates ? COLUMN_INT : COLUMN_REAL;
        return 0;
    }
    if (is_time(b) && is_open(a)) { /* of the same kind, whatever it was */
        plan_convert(c, &call->args[0], b->type);
        call->type = b->type == COLUMN_DATE ? COLUMN_INT : COLUMN_REAL;
        return 0;
    }
    if (a->type == COLUMN_TIMESTAMP && is_open(b)) {
        plan_convert(c, &call->args[1], COLUMN_TIMESTAMP);
        call->type = COLUMN_REAL;
        return 0;
    }
    return err_set_at(err, ERR_SHAPE, expr_place(call->node), "cannot subtract %s from %s",
                      a_type(b), a_type(a));
}

/* ---- text ---- */
/* Only texts; what it gives stands in the table. */
int expr_rule_text(struct checker *c, struct plan *call, struct err *err)
{
    for (size_t i = 0; i < call->n_args; i++)
        if (want_type(c, call, i, COLUMN_TEXT, "text", "", err))
            return -1;
    call->type = call->op->result;
    return 0;
}

int expr_rule_substr(struct checker *c, struct plan *call, struct err *err)
{
    if (want_type(c, call, 0, COLUMN_TEXT, "text first", "", err))
        return -1;
    for (size_t i = 1; i < call->n_args; i++)
        if (want_type(c, call, i, COLUMN_INT, "ints after the text", "", err))
            return -1;
    call->type = COLUMN_TEXT;
    return 0;
}

int expr_rule_concat(struct checker *c, struct plan *call, struct err *err)
{
    (void)err;
    convert_all(c, call, COLUMN_TEXT);
    call->type = COLUMN_TEXT;
    return 0;
}

/* ---- dates ---- */
int expr_rule_calendar(struct checker *c, struct plan *call, struct err *err)
{
    if (is_open(call->args[0]))
        plan_convert(c, &call->args[0], COLUMN_DATE);
    if (!is_time(call->args[0]))
        return wrong_argument(
            call, call->args[0], "a date or timestamp",
            call->args[0]->type == COLUMN_TEXT ? "; date(…) reads one from text" : "", err);
    call->type = COLUMN_INT;
    return 0;
}

int expr_rule_clock(struct checker *c, struct plan *call, struct err *err)
{
    call->type = COLUMN_INT;
    return want_type(c, call, 0, COLUMN_TIMESTAMP, "a timestamp", "", err);
}

/* ---- conversions ---- */
int expr_rule_to_date(struct checker *c, struct plan *call, struct err *err)
{
    if (is_open(call->args[0]))
        plan_convert(c, &call->args[0], COLUMN_DATE);
    call->type = COLUMN_DATE;
    if (is_time(call->args[0]) || call->args[0]->type == COLUMN_TEXT)
        return 0;
    return wrong_argument(call, call->args[0], "a timestamp or text", "", err);
}

static int number_from(struct checker *c, struct plan *call, enum column_type type, struct err *err)
{
    if (is_open(call->args[0]))
        plan_convert(c, &call->args[0], type);
    call->type = type;
    if (!is_time(call->args[0]))
        return 0;
    return wrong_argument(call, call->args[0], "a number, text or true or false",
                          "; subtract another one to get days or seconds", err);
}

int expr_rule_to_int(struct checker *c, struct plan *call, struct err *err)
{
    return number_from(c, call, COLUMN_INT, err);
}

int expr_rule_to_real(struct checker *c, struct plan *call, struct err *err)
{
    return number_from(c, call, COLUMN_REAL, err);
}

int expr_rule_to_text(struct checker *c, struct plan *call, struct err *err)
{
    (void)err;
    if (is_open(call->args[0]))
        plan_convert(c, &call->args[0], COLUMN_TEXT);
    call->type = COLUMN_TEXT;
    return 0;
}

int expr_rule_to_timestamp(struct checker *c, struct plan *call, struct err *err)
{
    (void)err;
    plan_convert(c, &call->args[0], COLUMN_DATE);
    call->type = COLUMN_TIMESTAMP;
    return 0;
}
