/* expr.h - the expression language of `derive` and `filter`.
 *
 *   or, and, not          three-valued: missing or true is true, missing and false is false
 *   = == != < <= > >=     numbers, text (byte order), dates; a date or timestamp with a text literal
 *   x in (1, 2, 3)        x not in ('a', 'b')
 *   + - * / % ^           reals, except that + - * of two ints stay int (overflow gives missing,
 *                         counted); / is real; % follows the divisor's sign; date + int days;
 *                         date - date is int days; timestamp - timestamp is real seconds
 *   if(c, a, b)  coalesce(a, b, …)  is_missing(x)
 *   row_number()          the row's number in the source, from 1
 *   log log10 log2 log1p exp expm1 sqrt abs floor ceil sign sin cos tan
 *   round(x[, digits])  min(a, b, …)  max(a, b, …)
 *   lower upper trim length substr(s, from[, n]) replace(s, pattern, with) matches(s, pattern)
 *   concat(a, b, …)  starts_with(s, t)  ends_with(s, t)  contains(s, t)
 *   year month day weekday (1 Monday … 7) yearday quarter hour minute second  date(x)
 *   int(x) real(x) text(x)
 *
 * Text literals stand in '…' or "…"; a name that is no word is written `odd name!` in backticks.
 * A quote or backtick inside stands doubled ('it''s'); a backslash is only itself.  true, false and
 * missing are literals; pi is a constant.  Patterns are PCRE2, UTF-8, found anywhere in the text;
 * in `replace` $1 is the first group, $$ a $.  ^ binds tighter than the sign: -2^2 is -4.
 *
 * Missing propagates: any operation on a missing value is missing, but for and/or (above), `in`
 * (as the same with or and =), coalesce, if (a missing condition gives missing; the branch not
 * taken does not matter), is_missing, and min and max, which skip missing values.  log(0) is -inf
 * and sqrt(-1) is NaN, as in C: NaN is a value.
 *
 * Categories are read as text, and what comes of them is text: only a bare column keeps its type.
 * concat takes anything, as text(…) writes it.
 *
 * Types are checked before anything runs; an error's `col` is the place in the expression (from 1)
 * and `width` the length of the offending part.
 */
#ifndef TABLE_EXPR_H
#define TABLE_EXPR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/job.h"
#include "base/str.h"
#include "table/table.h"

struct expr; /* a parsed expression, immutable */

/* ERR_PARSE with the place: unknown function, unbalanced parenthesis, bad pattern, nesting past
 * 200, a chain of more than 1000 operators. */
int expr_parse(struct expr **out, const char *text, struct err *err);
void expr_free(struct expr *e);              /* NULL is fine */
const char *expr_text(const struct expr *e); /* as it was given */

/* The columns it reads, each once; names belong to e. */
size_t expr_columns(const struct expr *e, const char *const **names);

/* The expression over columns of other names, appended: `rename` gives the new name of each (the old
 * one where it stays).  Everything but the names is as it was written. */
typedef const char *expr_rename_fn(const void *ctx, const char *name);
void expr_rename(struct str *out, const struct expr *e, expr_rename_fn *rename, const void *ctx);

/* Type of the result over a table with these columns; ERR_SHAPE or ERR_USAGE (unknown column) with
 * the place. */
int expr_type(enum column_type *out, const struct expr *e, const struct table *t, struct err *err);

/* Evaluate for every row.  `*out` is yours.  ERR_CANCELLED, ERR_NOMEM, expr_type's errors;
 * ERR_DOMAIN when a pattern takes too long on some text or replace makes one of more than 16 MB,
 * ERR_PARSE when a pattern that comes from data is bad, with the place. */
int expr_eval(struct column **out, const struct expr *e, const struct table *t, struct job *job,
              struct err *err);
/* The same; *n_overflow receives how many results of int and date arithmetic were out of range and
 * so became missing (once for each level where a part depends on one category alone). */
int expr_eval_counting(struct column **out, size_t *n_overflow, const struct expr *e,
                       const struct table *t, struct job *job, struct err *err);
/* Rows for which a bool expression is true (missing counts as false): keep[i] = 1 or 0 (n_rows). */
int expr_filter(uint8_t *keep, const struct expr *e, const struct table *t, struct job *job,
                struct err *err);

/* A column's name and a text as an expression writes them, in quotes where it must be. */
void expr_add_name(struct str *out, const char *column);
void expr_add_text(struct str *out, const char *text);

/* The functions with one line of help each, for completion and the manual; ends in a NULL name. */
struct expr_function {
    const char *name, *usage, *help;
};
const struct expr_function *expr_functions(void);

#endif
