#include "prepare/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"

/* A pattern such as (a+)+b on the wrong text would search for years. */
#define PATTERN_MATCH_LIMIT 1000000

struct pattern {
    pcre2_code *code;
    pcre2_match_context *limits;
    pcre2_match_data *match;
    char *buf;
    size_t cap;
};

int pattern_new(struct pattern **out, struct span text, struct err *err)
{
    int error;
    PCRE2_SIZE at;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text.at, text.len,
                                     PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &at,
                                     NULL);
    if (!code) {
        PCRE2_UCHAR reason[128];
        pcre2_get_error_message(error, reason, sizeof(reason));
        return err_set(err, ERR_PARSE, "the pattern '%.*s' is wrong at its character %zu: %s",
                       (int)text.len, text.at, (size_t)at + 1, (const char *)reason);
    }
    struct pattern *p = MEM_NEW(struct pattern, 1);
    p->code = code;
    p->limits = pcre2_match_context_create(NULL);
    p->match = pcre2_match_data_create_from_pattern(code, NULL);
    pcre2_set_match_limit(p->limits, PATTERN_MATCH_LIMIT);
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without it the pattern is only slower */
    *out = p;
    return 0;
}

void pattern_free(struct pattern *p)
{
    if (!p)
        return;
    pcre2_match_data_free(p->match);
    pcre2_match_context_free(p->limits);
    pcre2_code_free(p->code);
    mem_free(p->buf);
    mem_free(p);
}

static int fail_match(int n, struct span in, const char *what, struct err *err)
{
    PCRE2_UCHAR reason[128];

    pcre2_get_error_message(n, reason, sizeof(reason));
    if (n == PCRE2_ERROR_MATCHLIMIT || n == PCRE2_ERROR_JIT_STACKLIMIT)
        return err_set(err, ERR_DOMAIN, "the pattern takes too long on '%.*s'; make it simpler",
                       (int)(in.len < 60 ? in.len : 60), in.at);
    return err_set(err, ERR_USAGE, "cannot %s in '%.*s': %s", what,
                   (int)(in.len < 60 ? in.len : 60), in.at, (const char *)reason);
}

static int substitute(struct pattern *p, struct span in, struct span to, PCRE2_SIZE *len)
{
    *len = p->cap;
    return pcre2_substitute(p->code, (PCRE2_SPTR)in.at, in.len, 0,
                            PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_UNSET_EMPTY |
                                PCRE2_SUBSTITUTE_OVERFLOW_LENGTH,
                            NULL, p->limits, (PCRE2_SPTR)to.at, to.len, (PCRE2_UCHAR *)p->buf, len);
}

int pattern_replace(struct str *out, struct pattern *p, struct span in, struct span to,
                    struct err *err)
{
    PCRE2_SIZE len;
    int n = substitute(p, in, to, &len);

    if (n == PCRE2_ERROR_NOMEMORY) { /* len is now what is needed */
        p->cap = len;
        p->buf = mem_resize(p->buf, p->cap, 1);
        n = substitute(p, in, to, &len);
    }
    if (n >= 0) {
        str_add_n(out, p->buf, len);
        return n;
    }
    return fail_match(n, in, "replace", err);
}

size_t pattern_n_groups(const struct pattern *p)
{
    uint32_t n = 0;

    pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &n);
    return n;
}

int pattern_match(struct span *groups, size_t n, struct pattern *p, struct span in, struct err *err)
{
    int found = pcre2_match(p->code, (PCRE2_SPTR)in.at, in.len, 0, 0, p->match, p->limits);

    if (found == PCRE2_ERROR_NOMATCH)
        return 0;
    if (found < 0)
        return fail_match(found, in, "search", err);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->match);
    for (size_t k = 0; k < n; k++) {
        PCRE2_SIZE begin = at[2 * k + 2], end = at[2 * k + 3];
        bool took_part = k + 1 < (size_t)found && begin != PCRE2_UNSET;
        groups[k] = took_part ? (struct span){ in.at + begin, end - begin }
                              : (struct span){ NULL, 0 };
    }
    return 1;
}
