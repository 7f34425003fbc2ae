/* expr_pattern.c - patterns (PCRE2): matches and replace.
 *
 * A hostile pattern costs at most MATCH_LIMIT steps for a text and is then an error, not a hang.  A
 * text that is no UTF-8 is matched in its valid stretches, by a second compilation: that one
 * checks the text anew at every match, which the usual one need not.  Compiled patterns are
 * immutable; match data belong to the run.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <assert.h>
#include <string.h>

#include <pcre2.h>

#include "base/mem.h"
#include "base/text.h"
#include "table/expr_plan.h"

enum {
    MATCH_LIMIT = 1000000, /* steps of backtracking */
    MATCH_HEAP_KB = 65536,
    MATCH_TICK = 64,     /* matches between two looks at `cancel` */
    PATTERN_MAX = 65536, /* bytes */
};
#define TEXT_MAX ((size_t)1 << 24) /* a text that replace makes */

struct expr_pattern {
    struct expr_pattern *next;
    pcre2_code *code, *lenient;
    unsigned n_groups;
    char *text; /* what it was compiled from */
    size_t len;
};

/* ---- compiling ---- */
static pcre2_code *compile(struct span text, uint32_t options, int *why, size_t *offset)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_code *code;

    assert(context);
    pcre2_set_max_pattern_length(context, PATTERN_MAX);
    code = pcre2_compile((PCRE2_SPTR)text.at, text.len,
                         PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | options, why, offset,
                         context);
    pcre2_compile_context_free(context);
    return code;
}

int expr_pattern_new(struct expr_pattern **out, struct span text, struct err_at at, bool exact,
                     struct err *err)
{
    char message[160] = "";
    uint32_t n_groups = 0;
    size_t offset = 0;
    int why = 0;
    pcre2_code *code = compile(text, 0, &why, &offset), *lenient = NULL;

    if (code)
        lenient = compile(text, PCRE2_MATCH_INVALID_UTF, &why, &offset);
    if (!lenient) {
        pcre2_code_free(code);
        pcre2_get_error_message(why, (PCRE2_UCHAR *)message, sizeof(message));
        if (exact) /* behind the quote, at or before the closing one */
            at = (struct err_at){ .col = at.col + 1 + (offset < text.len ? offset : text.len),
                                  .width = 1 };
        return err_set_at(err, ERR_PARSE, at, "bad pattern: %s", message);
    }
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &n_groups);
    struct expr_pattern *p = MEM_NEW(struct expr_pattern, 1);
    *p = (struct expr_pattern){ .code = code,
                                .lenient = lenient,
                                .n_groups = n_groups,
                                .text = mem_strndup(text.at, text.len),
                                .len = text.len };
    *out = p;
    return 0;
}

void expr_pattern_push(struct expr_pattern **list, struct expr_pattern *p)
{
    p->next = *list;
    *list = p;
}

void expr_patterns_free(struct expr_pattern *list)
{
    while (list) {
        struct expr_pattern *next = list->next;
        pcre2_code_free(list->code);
        pcre2_code_free(list->lenient);
        mem_free(list->text);
        mem_free(list);
        list = next;
    }
}

unsigned expr_pattern_groups(const struct expr_pattern *p)
{
    return p->n_groups;
}

/* ---- matching ---- */
struct matcher {
    const struct plan *call;
    pcre2_match_context *context;
    pcre2_match_data *data;
    const struct expr_pattern *pattern; /* that data was made for */
    const pcre2_code *code;             /* of the pattern, as the text at hand needs it */
    uint32_t options;
    struct eval *ev;
    size_t n_matches;
};

static void matcher_init(struct matcher *m, struct eval *ev, const struct plan *call)
{
    *m = (struct matcher){ .ev = ev, .call = call, .context = pcre2_match_context_create(NULL) };
    assert(m->context);
    pcre2_set_match_limit(m->context, MATCH_LIMIT);
    pcre2_set_heap_limit(m->context, MATCH_HEAP_KB);
}

static void matcher_release(struct matcher *m)
{
    pcre2_match_data_free(m->data);
    pcre2_match_context_free(m->context);
}

/* The pattern for a row: compiled with the expression, or from data and then kept while it is the
 * same. */
static int matcher_pattern(struct matcher *m, struct span text, struct err *err)
{
    const struct expr_pattern *p = m->call->node->pattern;
    struct expr_pattern *made;
    struct eval *ev = m->ev;

    if (!p) {
        p = ev->pattern;
        if (!p || p->len != text.len || memcmp(p->text, text.at, text.len) != 0) {
            if (expr_pattern_new(&made, text, expr_place(m->call->node->args[1]), false, err))
                return -1;
            expr_patterns_free(ev->pattern);
            p = ev->pattern = made;
            m->pattern = NULL;
        }
    }
    if (m->pattern != p) {
        pcre2_match_data_free(m->data);
        m->data = pcre2_match_data_create_from_pattern(p->code, NULL);
        assert(m->data);
        m->pattern = p;
    }
    return 0;
}

/* 1 when found at or after `from`, 0 when not, -1 with an error. */
static int matcher_find(struct matcher *m, struct span s, size_t from, uint32_t options,
                        struct err *err)
{
    char message[160] = "";

    if (++m->n_matches % MATCH_TICK == 0 && eval_tick(m->ev, err))
        return -1;
    int rc = pcre2_match(m->code, (PCRE2_SPTR)s.at, s.len, from, options | m->options, m->data,
                         m->context);
    if (rc >= 0 || rc == PCRE2_ERROR_NOMATCH)
        return rc >= 0;
    struct err_at at = expr_place(m->call->node->args[1]);
    int shown = (int)(s.len < 40 ? s.len : 40);
    if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_HEAPLIMIT)
        return err_set_at(
            err, ERR_DOMAIN, at,
            "the pattern takes too long on '%.*s'%s; avoid nested repeats such as (a+)+", shown,
            s.at, s.len > 40 ? "…" : "");
    pcre2_get_error_message(rc, (PCRE2_UCHAR *)message, sizeof(message));
    return err_set_at(err, ERR_DOMAIN, at, "cannot match '%.*s': %s", shown, s.at, message);
}

/* Prepare for row i, which is not missing. */
static int matcher_row(struct matcher *m, const struct vec *args, size_t i, struct err *err)
{
    struct span s = ((const struct span *)args[0].data)[i];

    if (matcher_pattern(m, ((const struct span *)args[1].data)[i], err))
        return -1;
    bool valid = text_is_utf8(s.at, s.len, NULL);
    m->code = valid ? m->pattern->code : m->pattern->lenient;
    m->options = valid ? PCRE2_NO_UTF_CHECK : 0;
    return 0;
}

int expr_run_matches(struct eval *ev, const struct plan *call, const struct vec *args,
                     struct vec *out, struct err *err)
{
    const struct span *s = args[0].data;
    uint8_t *r = out->data;
    struct matcher m;
    int rc = 0;

    matcher_init(&m, ev, call);
    for (size_t i = 0; i < ev->n && rc >= 0; i++) {
        r[i] = 0;
        if (!out->valid[i])
            continue;
        rc = matcher_row(&m, args, i, err);
        if (!rc)
            rc = matcher_find(&m, s[i], 0, 0, err);
        r[i] = rc > 0;
    }
    matcher_release(&m);
    return rc < 0 ? -1 : 0;
}

/* ---- replacing ---- */
/* One piece of a replacement: text up to the next $, or the group that a $ asks for. */
struct piece {
    struct span text;
    int group; /* -1: text */
};

/* $1 … $99, ${1} … ${99}; $$ is a $, and so is any other $. */
static struct piece next_piece(struct span *with)
{
    const char *s = with->at, *end = s + with->len;
    const char *dollar = memchr(s, '$', with->len);
    struct piece piece = { .group = -1 };

    if (dollar != s) {
        piece.text = (struct span){ s, (size_t)((dollar ? dollar : end) - s) };
    } else {
        bool brace = s + 1 < end && s[1] == '{';
        const char *digit = s + 1 + brace, *at = digit;
        int group = 0;
        for (; at < end && at < digit + 2 && *at >= '0' && *at <= '9'; at++)
            group = 10 * group + (*at - '0');
        bool closed = !brace || (at < end && *at == '}');
        if (at > digit && closed) {
            piece.group = group;
            piece.text = (struct span){ s, (size_t)(at - s) + brace };
        } else {
            piece.text = (struct span){ s, 1 };
        }
    }
    with->at += piece.text.len;
    with->len -= piece.text.len;
    if (piece.group < 0 && dollar == s && with->len > 0 && *with->at == '$') {
        with->at++; /* the second of $$ */
        with->len--;
    }
    return piece;
}

unsigned expr_template_groups(struct span with)
{
    unsigned most = 0;

    while (with.len > 0) {
        struct piece piece = next_piece(&with);
        if (piece.group > (int)most)
            most = (unsigned)piece.group;
    }
    return most;
}

static int add_text(struct matcher *m, struct str *out, const char *s, size_t len, struct err *err)
{
    if (out->len + len > TEXT_MAX)
        return err_set_at(err, ERR_DOMAIN, expr_place(m->call->node),
                          "replace makes a text of more than %zu MB", TEXT_MAX >> 20);
    str_add_n(out, s, len);
    return 0;
}

static int add_replacement(struct matcher *m, struct str *out, struct span s, struct span with,
                           struct err *err)
{
    const size_t *span = pcre2_get_ovector_pointer(m->data);

    while (with.len > 0) {
        struct piece piece = next_piece(&with);
        if (piece.group > (int)m->pattern->n_groups)
            continue; /* from data: a group that is not there is empty */
        if (piece.group >= 0) {
            size_t from = span[2 * piece.group], to = span[2 * piece.group + 1];
            if (from == PCRE2_UNSET || to < from) /* it took no part in the match */
                continue;
            piece.text = (struct span){ s.at + from, to - from };
        }
        if (add_text(m, out, piece.text.at, piece.text.len, err))
            return -1;
    }
    return 0;
}

static size_t next_char(struct span s, size_t at)
{
    at++;
    while (at < s.len && ((unsigned char)s.at[at] & 0xC0) == 0x80)
        at++;
    return at;
}

/* Every match from left to right, empty ones too, as Perl does it: 'baac' with x for a* is
 * xbxxcx. */
static int replace_all(struct matcher *m, struct str *out, struct span s, struct span with,
                       struct err *err)
{
    const size_t *span = pcre2_get_ovector_pointer(m->data);
    size_t from = 0, copied = 0;
    uint32_t options = 0;
    int found = 0;

    str_clear(out);
    while (from <= s.len) {
        found = matcher_find(m, s, from, options, err);
        if (found < 0)
            return -1;
        if (!found && !options)
            break;
        if (!found) { /* nothing longer where the empty one was */
            from = next_char(s, from);
            options = 0;
            continue;
        }
        if (span[0] < copied || span[1] < span[0]) /* \K inside a lookahead can do that */
            break;
        if (add_text(m, out, s.at + copied, span[0] - copied, err) ||
            add_replacement(m, out, s, with, err))
            return -1;
        copied = from = span[1];
        options = span[0] == span[1] ? PCRE2_NOTEMPTY_ATSTART | PCRE2_ANCHORED : 0;
    }
    return add_text(m, out, s.at + copied, s.len - copied, err);
}

int expr_run_replace(struct eval *ev, const struct plan *call, const struct vec *args,
                     struct vec *out, struct err *err)
{
    const struct span *s = args[0].data, *with = args[2].data;
    struct span *r = out->data;
    struct matcher m;
    int rc = 0;

    matcher_init(&m, ev, call);
    for (size_t i = 0; i < ev->n && !rc; i++) {
        r[i] = (struct span){ "", 0 };
        if (!out->valid[i])
            continue;
        rc = matcher_row(&m, args, i, err) || replace_all(&m, &ev->work, s[i], with[i], err) ||
             eval_text_work(&r[i], ev, err);
    }
    matcher_release(&m);
    return rc ? -1 : 0;
}
