/* expr_run_text.c - functions of text, over one block.
 *
 * Texts are UTF-8; bytes that are none count as one character each and are kept as they are. */
#include <string.h>

#include <utf8proc.h>

#include "base/text.h"
#include "table/cell.h"
#include "table/expr_plan.h"

/* ---- characters ---- */
static bool is_ascii(struct span s)
{
    unsigned char any = 0;

    for (size_t i = 0; i < s.len; i++)
        any |= (unsigned char)s.at[i];
    return any < 0x80;
}

static size_t char_length(const char *s, size_t len)
{
    uint32_t code;

    return (unsigned char)*s < 0x80 ? 1 : text_decode(&code, s, len);
}

static size_t count_chars(struct span s)
{
    size_t n = 0;

    if (is_ascii(s))
        return s.len;
    for (size_t i = 0; i < s.len; n++)
        i += char_length(s.at + i, s.len - i);
    return n;
}

/* Bytes that the first n characters take. */
static size_t skip_chars(struct span s, uint64_t n)
{
    size_t i = 0;

    for (; n > 0 && i < s.len; n--)
        i += char_length(s.at + i, s.len - i);
    return i;
}

/* ---- lower, upper ---- */
static size_t change_case(char *to, struct span s, bool upper)
{
    size_t used = 0;

    for (size_t i = 0; i < s.len;) {
        uint32_t code;
        size_t len = text_decode(&code, s.at + i, s.len - i);
        if (len == 1 && (unsigned char)s.at[i] >= 0x80) { /* no UTF-8 */
            to[used++] = s.at[i++];
            continue;
        }
        utf8proc_int32_t other = upper ? utf8proc_toupper((utf8proc_int32_t)code)
                                       : utf8proc_tolower((utf8proc_int32_t)code);
        used += (size_t)utf8proc_encode_char(other, (utf8proc_uint8_t *)to + used);
        i += len;
    }
    return used;
}

static void change_ascii(char *to, struct span s, bool upper)
{
    char first = upper ? 'a' : 'A';

    for (size_t i = 0; i < s.len; i++) {
        bool letter = (unsigned char)(s.at[i] - first) < 26;
        to[i] = letter ? (char)(s.at[i] ^ 0x20) : s.at[i];
    }
}

int expr_run_case(struct eval *ev, const struct plan *call, const struct vec *args, struct vec *out,
                  struct err *err)
{
    const struct span *s = args[0].data;
    struct span *r = out->data;
    bool upper = call->op->which == CASE_UPPER;

    for (size_t i = 0; i < ev->n; i++) {
        bool ascii = is_ascii(s[i]);
        size_t len = s[i].len;
        char *to;
        /* The other case of a letter takes at most three bytes where it took two, and four at all. */
        if (eval_text_room(&to, ev, ascii ? len : 2 * len + 4, err))
            return -1;
        if (ascii)
            change_ascii(to, s[i], upper);
        else
            len = change_case(to, s[i], upper);
        eval_text_keep(ev, len);
        r[i] = (struct span){ to, len };
    }
    return 0;
}

/* ---- parts ---- */
int expr_run_trim(struct eval *ev, const struct plan *call, const struct vec *args, struct vec *out,
                  struct err *err)
{
    const struct span *s = args[0].data;
    struct span *r = out->data;

    (void)call;
    (void)err;
    for (size_t i = 0; i < ev->n; i++)
        r[i] = span_trim(s[i]);
    return 0;
}

int expr_run_length(struct eval *ev, const struct plan *call, const struct vec *args,
                    struct vec *out, struct err *err)
{
    const struct span *s = args[0].data;
    int64_t *r = out->data;

    (void)call;
    (void)err;
    for (size_t i = 0; i < ev->n; i++)
        r[i] = (int64_t)count_chars(s[i]);
    return 0;
}

/* Characters number from, from + 1, … up to n of them; those before the first are not there. */
static struct span substr(struct span s, int64_t from, int64_t n)
{
    int64_t end;

    if (n <= 0)
        return (struct span){ s.at, 0 };
    if (__builtin_add_overflow(from, n, &end))
        end = INT64_MAX;
    if (from < 1)
        from = 1;
    if (end <= from)
        return (struct span){ s.at, 0 };
    size_t begin = skip_chars(s, (uint64_t)(from - 1));
    struct span rest = { s.at + begin, s.len - begin };
    rest.len = skip_chars(rest, (uint64_t)(end - from));
    return rest;
}

int expr_run_substr(struct eval *ev, const struct plan *call, const struct vec *args,
                    struct vec *out, struct err *err)
{
    const struct span *s = args[0].data;
    const int64_t *from = args[1].data, *n = call->n_args == 3 ? args[2].data : NULL;
    struct span *r = out->data;

    (void)err;
    for (size_t i = 0; i < ev->n; i++)
        r[i] = substr(s[i], from[i], n ? n[i] : INT64_MAX);
    return 0;
}

static bool has_part(int which, struct span s, struct span part)
{
    if (part.len > s.len)
        return false;
    if (part.len == 0)
        return true;
    if (which == PART_CONTAINS)
        return memmem(s.at, s.len, part.at, part.len) != NULL;
    return !memcmp(which == PART_STARTS ? s.at : s.at + s.len - part.len, part.at, part.len);
}

int expr_run_part(struct eval *ev, const struct plan *call, const struct vec *args, struct vec *out,
                  struct err *err)
{
    const struct span *s = args[0].data, *part = args[1].data;
    uint8_t *r = out->data;

    (void)err;
    for (size_t i = 0; i < ev->n; i++)
        r[i] = has_part(call->op->which, s[i], part[i]);
    return 0;
}

/* ---- concat ---- */
int expr_run_concat(struct eval *ev, const struct plan *call, const struct vec *args,
                    struct vec *out, struct err *err)
{
    struct span *r = out->data;

    for (size_t i = 0; i < ev->n; i++) {
        size_t len = 0;
        char *to;
        for (size_t k = 0; k < call->n_args; k++)
            len += ((const struct span *)args[k].data)[i].len;
        if (eval_text_room(&to, ev, len, err))
            return -1;
        r[i] = (struct span){ to, len };
        for (size_t k = 0; k < call->n_args; k++) {
            struct span s = ((const struct span *)args[k].data)[i];
            if (s.len > 0)
                memcpy(to, s.at, s.len);
            to += s.len;
        }
        eval_text_keep(ev, len);
    }
    return 0;
}

/* ---- text ---- */
/* A column of the block, so that cells are written by the one function that writes cells. */
static int block_column(struct column **out, const struct eval *ev, enum column_type type,
                        const struct vec *v, struct err *err)
{
    struct column *c;

    if (column_new(&c, type, ev->n, NULL, err))
        return -1;
    if (buffer_new(&c->valid, (ev->n + 7) / 8, 1, "an expression", err)) {
        column_unref(c);
        return -1;
    }
    vec_store(c, 0, ev->n, v);
    column_seal(c);
    *out = c;
    return 0;
}

int expr_run_to_text(struct eval *ev, const struct plan *call, const struct vec *args,
                     struct vec *out, struct err *err)
{
    struct span *r = out->data;
    struct column *c;
    int rc = 0;

    if (call->args[0]->type == COLUMN_TEXT) {
        memcpy(r, args[0].data, ev->n * sizeof(*r));
        return 0;
    }
    if (block_column(&c, ev, call->args[0]->type, &args[0], err))
        return -1;
    for (size_t i = 0; i < ev->n && !rc; i++) {
        str_clear(&ev->work);
        cell_text(&ev->work, c, i);
        rc = eval_text_work(&r[i], ev, err);
    }
    column_unref(c);
    return rc;
}
