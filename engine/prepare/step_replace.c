#include <string.h>

#include "prepare/pairs.h"
#include "prepare/pattern.h"
#include "prepare/step_edit.h"
#include "prepare/step_pairs.h"
#include "prepare/step_values.h"
#include "prepare/text_map.h"
#include "table/cell.h"

enum { MATCH_EXACT, MATCH_PART, MATCH_REGEX };

static const char *const replace_matches[] = { "exact", "part", "regex", NULL };

static const struct param_spec replace_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "columns to search" },
    { .name = "from", .type = PARAM_TEXT, .help = "what to look for" },
    { .name = "to", .type = PARAM_TEXT, .help = "what to put in its place; may be empty" },
    { .name = "to_missing",
      .type = PARAM_FLAG,
      .fallback = "no",
      .help = "make cells with a match missing" },
    { .name = "match",
      .type = PARAM_CHOICE,
      .choices = replace_matches,
      .fallback = "exact",
      .help = "exact: the whole cell; part: wherever it stands in it; regex: a PCRE2 pattern, "
              "$1 in `to` is its first group" },
    { .name = "map",
      .type = PARAM_PATH,
      .flags = PARAM_INPUT,
      .help = "a file of two columns, from and to, below a line of names; an empty `to` makes the "
              "cell missing" },
    { .name = "pairs",
      .type = PARAM_TEXT,
      .help = "whole cells, as from=to,from=to; what a map file held is recorded so" },
    { .name = "digest", .type = PARAM_TEXT, .help = "of the map file that was read" },
    { .name = NULL },
};

struct replacing {
    int match;
    struct span from, to;
    bool to_missing;
    struct pattern *pattern;
};

/* ---------------------------------------------------------------- texts */

static enum text_change replace_parts(const struct replacing *r, struct str *out, struct span in)
{
    const char *at = in.at, *end = in.at + in.len;
    bool found = false;

    while (at < end) {
        const char *hit = memmem(at, (size_t)(end - at), r->from.at, r->from.len);
        if (!hit)
            break;
        found = true;
        str_add_n(out, at, (size_t)(hit - at));
        str_add_n(out, r->to.at, r->to.len);
        at = hit + r->from.len;
    }
    str_add_n(out, at, (size_t)(end - at));
    return found ? TEXT_CHANGED : TEXT_SAME;
}

static enum text_change replace_one(void *ctx, struct str *out, struct span in, struct err *err)
{
    const struct replacing *r = ctx;
    enum text_change change = TEXT_SAME;

    if (r->match == MATCH_EXACT && span_eq(in, r->from)) {
        change = TEXT_CHANGED;
        str_add_n(out, r->to.at, r->to.len);
    } else if (r->match == MATCH_PART) {
        change = replace_parts(r, out, in);
    } else if (r->match == MATCH_REGEX) {
        int found = pattern_replace(out, r->pattern, in, r->to, err);
        change = found < 0 ? TEXT_FAILED : found ? TEXT_CHANGED : TEXT_SAME;
    }
    if (change != TEXT_CHANGED)
        return change;
    if (r->to_missing)
        return TEXT_MISSING;
    return span_eq((struct span){ out->buf, out->len }, in) ? TEXT_SAME : TEXT_CHANGED;
}

/* ---------------------------------------------------------------- numbers, dates and bools */

/* The text as a cell of the type, in a column of one row. */
static int cell_of(struct column **out, struct span text, enum column_type type, struct err *err)
{
    struct column_builder b;
    struct column *words;
    size_t n_lost = 0;

    builder_init(&b, COLUMN_TEXT, 1);
    builder_add_text(&b, text.at, text.len);
    if (builder_finish(&words, &b, err))
        return -1;
    int rc = column_cast(out, words, type, &n_lost, NULL, 0, err);
    column_unref(words);
    return rc;
}

static int replace_cells(struct column **out, const struct column *c, const struct column *from,
                         const struct column *to, struct err *err)
{
    struct column_builder b;
    bool changed = false;

    builder_init(&b, c->type, c->n_rows);
    for (size_t i = 0; i < c->n_rows; i++) {
        bool hit = !column_missing(c, i) && column_cells_equal(c, i, from, 0);
        if (hit && !to)
            builder_add_missing(&b);
        else
            builder_add_cell(&b, hit ? to : c, hit ? 0 : i);
        changed |= hit;
    }
    if (changed)
        return builder_finish(out, &b, err);
    builder_release(&b);
    *out = column_ref(c);
    return 0;
}

static int replace_values(struct column **out, const struct replacing *r, const struct column *c,
                          struct err *err)
{
    struct column *from, *to = NULL;

    if (cell_of(&from, r->from, c->type, err))
        return -1;
    if (!r->to_missing && cell_of(&to, r->to, c->type, err)) {
        column_unref(from);
        return -1;
    }
    int rc = replace_cells(out, c, from, to, err);
    column_unref(from);
    column_unref(to);
    return rc;
}

/* ---------------------------------------------------------------- which columns */

static bool is_cell_of(struct span text, enum column_type type)
{
    struct cell_value ignored;

    return cell_value_read(&ignored, text, type);
}

/* Columns of other types than text can only be searched for a whole value of theirs. */
static bool replace_applies(const void *ctx, const struct column *c)
{
    const struct replacing *r = ctx;

    if (column_is_text(c))
        return true;
    return r->match == MATCH_EXACT && is_cell_of(r->from, c->type) &&
           (r->to_missing || is_cell_of(r->to, c->type));
}

static int replace_column(struct column **out, const struct column *c, const char *name, void *ctx,
                          struct job *job, struct err *err)
{
    struct replacing *r = ctx;

    (void)name;
    return column_is_text(c) ? text_map(out, c, replace_one, r, job, err)
                             : replace_values(out, r, c, err);
}

static int replace_in_columns(struct table **out, struct replacing *r, const struct step_input *in,
                              struct job *job, struct err *err)
{
    const struct column_rule rule = {
        .applies = replace_applies,
        .wanted = "text or a category, or with match=exact a type of which `from` and `to` are "
                  "values",
        .ctx = r,
    };

    return step_edit_columns(out, in, &rule, replace_column, r, job, err);
}

/* ---------------------------------------------------------------- a map */

static enum text_change map_text(void *ctx, struct str *out, struct span in, struct err *err)
{
    const struct pair *pair = pairs_find(ctx, in);

    (void)err;
    if (!pair || span_eq(pair->to, in))
        return TEXT_SAME;
    str_add_n(out, pair->to.at, pair->to.len);
    return pair->to_missing ? TEXT_MISSING : TEXT_CHANGED;
}

static int map_column(struct column **out, const struct column *c, const char *name, void *pairs,
                      struct job *job, struct err *err)
{
    (void)name;
    return text_map(out, c, map_text, pairs, job, err);
}

int replace_pairs(struct table **out, const struct step_input *in, struct job *job, struct err *err)
{
    const struct column_rule rule = { .applies = applies_to_text, .wanted = "text or a category" };
    struct pairs pairs;
    struct arena arena;

    arena_init(&arena);
    int rc = pairs_parse(&pairs, params_text(in->params, "pairs"), &arena, err);
    if (!rc)
        rc = step_edit_columns(out, in, &rule, map_column, &pairs, job, err);
    arena_release(&arena);
    return rc;
}

static int replace_resolve(struct params *params, const struct step_resolving *r, struct err *err)
{
    const char *map = params_text(params, "map"), *was = params_text(params, "digest");
    char digest[17];
    struct str text;

    if (!map || params_text(params, "pairs"))
        return 0;
    str_init(&text);
    int rc = pairs_read_file(&text, digest, r->find_file(r->ctx, map), r->job, err);
    if (!rc && was && strcmp(was, digest) != 0)
        rc = err_set(err, ERR_DOMAIN,
                     "%s is not what it was (its digest is %s, not %s); leave digest= out to take "
                     "it as it is now",
                     map, digest, was);
    if (!rc)
        rc = params_put(params, "digest", digest, r->arena, err);
    if (!rc)
        rc = params_put(params, "pairs", text.buf, r->arena, err);
    str_release(&text);
    return rc;
}

/* ---------------------------------------------------------------- the step */

/* One way of saying what to replace, said whole. */
static int check_ways(const struct params *p, struct err *err)
{
    bool from = params_text(p, "from"), to = params_text(p, "to"),
         missing = params_flag(p, "to_missing");

    if (params_text(p, "pairs"))
        return !from && !to && !missing && params_choice(p, "match") == MATCH_EXACT
                   ? 0
                   : err_set(err, ERR_USAGE,
                             "a map replaces whole cells as it says; leave from=, to=, to_missing= "
                             "and match= out, or write two steps");
    if (params_text(p, "map"))
        return err_set(err, ERR_USAGE, "the map file has not been read");
    if (!from)
        return err_set(err, ERR_USAGE,
                       "replace takes from= with to= or to_missing=yes, or map=FILE");
    if (to == missing)
        return err_set(err, ERR_USAGE, "replace takes to=TEXT or to_missing=yes, one of them");
    return 0;
}

static int replace_apply(struct table **out, const void *state, const struct step_input *in,
                         struct job *job, struct err *err)
{
    (void)state;
    if (check_ways(in->params, err))
        return -1;
    if (params_text(in->params, "pairs"))
        return replace_pairs(out, in, job, err);
    const char *to = params_text(in->params, "to");
    struct replacing r = {
        .match = params_choice(in->params, "match"),
        .from = span_of(params_text(in->params, "from")),
        .to = span_of(to ? to : ""),
        .to_missing = params_flag(in->params, "to_missing"),
    };

    if (r.from.len == 0 && r.match != MATCH_EXACT)
        return err_set(err, ERR_USAGE,
                       "from is empty and would match everywhere; give it a text, "
                       "or match=exact for empty cells");
    if (r.match == MATCH_REGEX && pattern_new(&r.pattern, r.from, err))
        return -1;
    int rc = replace_in_columns(out, &r, in, job, err);
    pattern_free(r.pattern);
    return rc;
}

const struct step_kind step_replace = {
    .name = "replace",
    .help = "replace one value or text by another",
    .details =
        "By default the whole cell must be `from`; match=part replaces it wherever it stands "
        "in a text, match=regex by a Perl-compatible pattern (PCRE2, UTF-8), where $1 in `to` "
        "is the first group. With to_missing=yes cells with a match become missing: "
        "`replace age from=-999 to_missing=yes`. Numbers, dates and bools are searched for "
        "whole values. Levels of a category that become equal are one level. With map=FILE every "
        "cell that stands in the file's first column becomes what its second says, all in one "
        "pass; the pairs are recorded with the step, so that a replay and a saved model do "
        "without the file.",
    .example = "replace sex from=MALE to=male",
    .scope = STEP_ROW_WISE,
    .params = replace_params,
    .resolve = replace_resolve,
    .apply = replace_apply,
};
