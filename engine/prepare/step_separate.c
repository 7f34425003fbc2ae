/* step_separate.c - one column of text to several: by a separator, a pattern's groups, or places. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "prepare/pairs.h"
#include "prepare/pattern.h"
#include "prepare/step_columns.h"
#include "prepare/table_edit.h"

static const struct param_spec separate_params[] = {
    { .name = "column",
      .type = PARAM_COLUMN,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the column of text" },
    { .name = "into",
      .type = PARAM_TEXT,
      .flags = PARAM_REQUIRED,
      .help = "names of the new columns, with commas between them" },
    { .name = "by", .type = PARAM_TEXT, .help = "the text between the pieces" },
    { .name = "pattern",
      .type = PARAM_TEXT,
      .help = "instead: a PCRE2 pattern with a group for each new column" },
    { .name = "at",
      .type = PARAM_TEXT,
      .help = "instead: after how many characters to cut, as in 4,6" },
    { .name = "keep", .type = PARAM_FLAG, .fallback = "no", .help = "keep the column too" },
    { .name = "trim",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "take blanks off the ends of each piece" },
    { .name = NULL },
};

#define ROWS_PER_TICK 65536

struct separating {
    struct span *names; /* (n) the new columns */
    size_t n;
    struct span by;
    struct pattern *pattern;
    size_t *cuts; /* (n - 1) characters, rising */
    bool trim;
    struct span *pieces; /* (n) of the text at hand; at = NULL: missing */
};

/* ---------------------------------------------------------------- one text */

/* The last piece takes what is left, so that nothing is lost. */
static void cut_by(struct separating *s, struct span in)
{
    for (size_t k = 0; k < s->n; k++) {
        const char *hit = k + 1 < s->n ? memmem(in.at, in.len, s->by.at, s->by.len) : NULL;
        if (!hit) {
            s->pieces[k] = in;
            for (size_t m = k + 1; m < s->n; m++)
                s->pieces[m] = (struct span){ NULL, 0 };
            return;
        }
        s->pieces[k] = (struct span){ in.at, (size_t)(hit - in.at) };
        in.len -= s->pieces[k].len + s->by.len;
        in.at = hit + s->by.len;
    }
}

/* A text that ends before a piece begins leaves it missing. */
static void cut_at(struct separating *s, struct span in)
{
    size_t at = 0, n_chars = 0;
    uint32_t code;

    for (size_t k = 0; k < s->n; k++) {
        size_t begin = at, upto = k + 1 < s->n ? s->cuts[k] : SIZE_MAX;
        for (; at < in.len && n_chars < upto; n_chars++)
            at += text_decode(&code, in.at + at, in.len - at);
        s->pieces[k] = begin < in.len || k == 0 ? (struct span){ in.at + begin, at - begin }
                                                : (struct span){ NULL, 0 };
    }
}

static int cut(struct separating *s, struct span in, struct err *err)
{
    if (s->pattern) {
        int found = pattern_match(s->pieces, s->n, s->pattern, in, err);
        if (found < 0)
            return -1;
        for (size_t k = 0; k < s->n && !found; k++)
            s->pieces[k] = (struct span){ NULL, 0 };
    } else if (s->cuts) {
        cut_at(s, in);
    } else {
        cut_by(s, in);
    }
    for (size_t k = 0; k < s->n && s->trim; k++)
        if (s->pieces[k].at)
            s->pieces[k] = span_trim(s->pieces[k]);
    return 0;
}

/* ---------------------------------------------------------------- a column */

static int cut_rows(struct column_builder *b, struct separating *s, const struct column *c,
                    struct job *job, struct err *err)
{
    for (size_t i = 0; i < c->n_rows; i++) {
        bool missing = column_missing(c, i);
        struct span text = column_span(c, i);
        if (!text.at) /* a column of nothing but empty texts has no bytes */
            text = span_of("");
        if (!missing && cut(s, text, err))
            return -1;
        for (size_t k = 0; k < s->n; k++) {
            if (missing || !s->pieces[k].at)
                builder_add_missing(&b[k]);
            else
                builder_add_text(&b[k], s->pieces[k].at, s->pieces[k].len);
        }
        if (i % ROWS_PER_TICK == 0 && job_tick(job, i, c->n_rows, err))
            return -1;
    }
    return 0;
}

static int make_pieces(struct column **out, struct separating *s, const struct column *c,
                       struct arena *arena, struct job *job, struct err *err)
{
    struct column_builder *b = ARENA_NEW(arena, struct column_builder, s->n);
    size_t k = 0;

    for (size_t j = 0; j < s->n; j++)
        builder_init(&b[j], c->type, c->n_rows);
    int rc = cut_rows(b, s, c, job, err);
    for (; k < s->n && !rc; k++)
        rc = builder_finish(&out[k], &b[k], err);
    if (!rc)
        return 0;
    for (size_t j = k; j < s->n; j++)
        builder_release(&b[j]);
    for (size_t j = 0; j + 1 < k; j++)
        column_unref(out[j]);
    return -1;
}

/* The new columns stand behind the one they come from, or in its place. */
static int put_pieces(struct table **out, const struct step_input *in, size_t col,
                      struct column **pieces, const struct separating *s, struct arena *arena,
                      struct err *err)
{
    struct table_edit edit;

    edit_init(&edit, in->table);
    for (size_t j = 0; j < in->table->n_cols; j++) {
        if (j != col || params_flag(in->params, "keep"))
            edit_add(&edit, table_name(in->table, j), column_ref(table_at(in->table, j)));
        for (size_t k = 0; k < s->n && j == col; k++)
            edit_add(&edit, arena_strndup(arena, s->names[k].at, s->names[k].len), pieces[k]);
    }
    return edit_finish(out, &edit, err);
}

/* ---------------------------------------------------------------- parameters */

static int parse_cuts(struct separating *s, const char *text, struct arena *arena, struct err *err)
{
    struct span *words;
    int64_t cut;
    size_t n;

    if (pairs_parse_texts(&words, &n, text, arena, err))
        return -1;
    s->cuts = ARENA_NEW(arena, size_t, n);
    for (size_t k = 0; k < n; k++) {
        struct span word = span_trim(words[k]);
        if (!text_parse_int(&cut, word.at, word.len) || cut < 1 ||
            (k && (size_t)cut <= s->cuts[k - 1]))
            return err_set(err, ERR_USAGE,
                           "at=%s is no list of places; write rising whole numbers, as in 4,6",
                           text);
        s->cuts[k] = (size_t)cut;
    }
    if (n + 1 == s->n)
        return 0;
    return err_set(err, ERR_USAGE, "%zu cuts make %zu pieces, and into= names %zu columns", n,
                   n + 1, s->n);
}

static int parse_pattern(struct separating *s, const char *text, struct err *err)
{
    if (pattern_new(&s->pattern, span_of(text), err))
        return -1;
    size_t n = pattern_n_groups(s->pattern);
    if (n == s->n)
        return 0;
    return err_set(err, ERR_USAGE, "the pattern has %zu groups, and into= names %zu columns", n,
                   s->n);
}

static int separating_init(struct separating *s, const struct params *p, struct arena *arena,
                           struct err *err)
{
    const char *by = params_text(p, "by"), *pattern = params_text(p, "pattern"),
               *at = params_text(p, "at");

    s->trim = params_flag(p, "trim");
    if ((by != NULL) + (pattern != NULL) + (at != NULL) != 1)
        return err_set(err, ERR_USAGE, "separate takes one of by=TEXT, pattern=REGEX and at=N,…");
    if (by && !*by)
        return err_set(err, ERR_USAGE, "by= is empty; give the text between the pieces");
    if (pairs_parse_texts(&s->names, &s->n, params_text(p, "into"), arena, err))
        return -1;
    for (size_t k = 0; k < s->n; k++) {
        s->names[k] = span_trim(s->names[k]);
        if (s->names[k].len == 0)
            return err_set(err, ERR_USAGE, "into= has an empty name in it");
    }
    if (s->n == 0)
        return err_set(err, ERR_USAGE, "into= names no column");
    s->pieces = ARENA_NEW(arena, struct span, s->n);
    if (by)
        s->by = span_of(by);
    return at ? parse_cuts(s, at, arena, err) : pattern ? parse_pattern(s, pattern, err) : 0;
}

static int check_column(const struct step_input *in, size_t col, struct err *err)
{
    const struct column *c = table_at(in->table, col);
    const char *name = table_name(in->table, col);
    enum role role = roles_of(in->roles, name);

    /* Its pieces would be features, and the target among them is a leak. */
    if (role != ROLE_FEATURE)
        return err_set(err, ERR_USAGE, "%s has a role (%s); separate it before it is given one",
                       name, role_name(role));
    if (!column_is_text(c))
        return err_set(err, ERR_SHAPE, "%s is %s; this step takes text or a category", name,
                       step_type_words(c->type));
    return 0;
}

static int separate_apply(struct table **out, const void *state, const struct step_input *in,
                          struct job *job, struct err *err)
{
    struct separating s = { 0 };
    struct arena arena;
    size_t col;
    int absent = step_column(&col, in, "column", err);

    (void)state;
    if (absent < 0)
        return -1;
    if (absent) {
        *out = table_ref(in->table);
        return 0;
    }
    arena_init(&arena);
    int rc = separating_init(&s, in->params, &arena, err);
    struct column **pieces = ARENA_NEW(&arena, struct column *, s.n);
    if (!rc)
        rc = check_column(in, col, err);
    if (!rc)
        rc = make_pieces(pieces, &s, table_at(in->table, col), &arena, job, err);
    if (!rc)
        rc = put_pieces(out, in, col, pieces, &s, &arena, err);
    pattern_free(s.pattern);
    arena_release(&arena);
    return rc;
}

const struct step_kind step_separate = {
    .name = "separate",
    .help = "make several columns of the pieces of one",
    .details =
        "By a text between the pieces (the last column takes what is left, so that nothing is "
        "lost), by a pattern with one group for each column (no match: all of them missing), or at "
        "places counted in characters. What a text is too short for is missing. The pieces have "
        "the "
        "type of the column, which they replace unless keep=yes; cast makes numbers of them. A "
        "column with a role must be separated before it gets it.",
    .example = "separate island at=1 into=first,rest",
    .scope = STEP_ROW_WISE,
    .params = separate_params,
    .apply = separate_apply,
};
