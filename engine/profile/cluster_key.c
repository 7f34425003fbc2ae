#include "profile/cluster_key.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/mem.h"
#include "base/text.h"

/* ---------------------------------------------------------------- folding */

/* Letters that are no base with a mark, as those who lack them write them. */
static const char *letter_words(uint32_t code)
{
    switch (code) {
    case 0xDF:
        return "ss";
    case 0xE6:
        return "ae";
    case 0xF8:
    case 0x153:
        return "oe";
    case 0xFE:
        return "th";
    case 0xF0:
    case 0x111:
        return "d";
    case 0x127:
        return "h";
    case 0x131:
        return "i";
    case 0x138:
        return "k";
    case 0x142:
        return "l";
    case 0x14B:
        return "n";
    case 0x167:
        return "t";
    case 0xA9:
        return "c";
    case 0x1E9C:
    case 0x1E9D:
        return "s";
    case 0x2BC: /* of ŉ, and of ẚ */
    case 0x2BE:
        return "";
    default:
        return NULL;
    }
}

static bool is_dropped(uint32_t code)
{
    if (code == '\t' || code == 0x85)
        return false;
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return code >= 0x300 && code < 0x370; /* marks of other scripts are letters of theirs */
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF: /* zero-width ones */
        return true;
    default:
        return false;
    }
}

static bool is_space(uint32_t code)
{
    if (code == '\t' || code == ' ' || code == 0x85)
        return true;
    return code >= 0x80 && utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_ZS;
}

static void add_code(struct str *out, uint32_t code)
{
    utf8proc_uint8_t bytes[4];
    const char *words = letter_words(code);

    if (words)
        str_add(out, words);
    else if (is_space(code))
        str_add_char(out, ' ');
    else if (!is_dropped(code))
        str_add_n(out, (const char *)bytes,
                  (size_t)utf8proc_encode_char((utf8proc_int32_t)code, bytes));
}

/* One character: lower case, taken apart. */
static void fold_code(struct str *out, uint32_t code)
{
    utf8proc_int32_t parts[32];
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char(utf8proc_tolower((utf8proc_int32_t)code), parts,
                                                 32, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT,
                                                 &boundary);

    if (n < 1 || n > 32) {
        add_code(out, code);
        return;
    }
    for (utf8proc_ssize_t k = 0; k < n; k++) /* İ is i with a dot above: lower again */
        add_code(out, (uint32_t)utf8proc_tolower(parts[k]));
}

static void fold_ascii(struct str *out, unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        str_add_char(out, (char)(c + 32));
    else if (c == '\t')
        str_add_char(out, ' ');
    else if (c >= 0x20 && c != 0x7f && !strchr("!\"#%&'()*,-./:;?@[\\]_{}", c))
        str_add_char(out, (char)c);
}

void cluster_fold(struct str *out, struct span text)
{
    struct span s = span_trim(text);

    for (size_t i = 0; i < s.len;) {
        uint32_t code;
        if ((unsigned char)s.at[i] < 0x80) {
            fold_ascii(out, (unsigned char)s.at[i++]);
            continue;
        }
        size_t len = text_decode(&code, s.at + i, s.len - i);
        if (len == 1) /* no UTF-8 */
            str_add_char(out, s.at[i]);
        else
            fold_code(out, code);
        i += len;
    }
}

/* ---------------------------------------------------------------- words */

static int by_span(const void *a, const void *b)
{
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

/* A handful, as most values have, without a call for each comparison. */
static void sort_spans(struct span *s, size_t n)
{
    if (n > 16) {
        qsort(s, n, sizeof(*s), by_span);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct span moved = s[i];
        size_t k = i;
        for (; k > 0 && span_compare(s[k - 1], moved) > 0; k--)
            s[k] = s[k - 1];
        s[k] = moved;
    }
}

#define FEW 64

/* Pieces in byte order, each once, with `between` between them. */
static void add_sorted(struct str *out, struct span *pieces, size_t n, const char *between)
{
    bool first = true;

    sort_spans(pieces, n);
    for (size_t k = 0; k < n; k++) {
        if (k > 0 && span_eq(pieces[k - 1], pieces[k]))
            continue;
        if (!first)
            str_add(out, between);
        str_add_n(out, pieces[k].at, pieces[k].len);
        first = false;
    }
}

static size_t split_words(struct span *words, size_t cap, const struct str *text)
{
    size_t n = 0;

    for (size_t i = 0; i < text->len;) {
        size_t len = strcspn(text->buf + i, " ");
        /* A NUL was dropped with the other control characters. */
        if (len && n < cap)
            words[n] = (struct span){ text->buf + i, len };
        n += len > 0;
        i += len + 1;
    }
    return n;
}

void cluster_fingerprint(struct str *out, struct span text)
{
    struct span few[FEW], *words = few;
    struct str folded;

    str_init(&folded);
    cluster_fold(&folded, text);
    size_t n = split_words(few, FEW, &folded);
    if (n > FEW) {
        words = MEM_NEW(struct span, n);
        split_words(words, n, &folded);
    }
    add_sorted(out, words, n, " ");
    if (words != few)
        mem_free(words);
    str_release(&folded);
}

/* ---------------------------------------------------------------- pieces */

static void drop_blanks(struct str *s)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->len; i++)
        if (s->buf[i] != ' ')
            s->buf[kept++] = s->buf[i];
    s->buf[s->len = kept] = '\0';
}

/* Where each character begins, and the end; how many characters. */
static size_t find_characters(size_t *starts, const struct str *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->len;) {
        uint32_t code;
        starts[n++] = i;
        i += (unsigned char)s->buf[i] < 0x80 ? 1 : text_decode(&code, s->buf + i, s->len - i);
    }
    starts[n] = s->len;
    return n;
}

void cluster_ngram(struct str *out, struct span text, size_t n)
{
    struct str folded;

    str_init(&folded);
    cluster_fold(&folded, text);
    drop_blanks(&folded);
    size_t *starts = MEM_NEW(size_t, folded.len + 1);
    size_t n_chars = find_characters(starts, &folded);
    if (n_chars <= n) {
        str_add_n(out, folded.buf, folded.len);
    } else {
        size_t n_pieces = n_chars - n + 1;
        struct span *pieces = MEM_NEW(struct span, n_pieces);
        for (size_t k = 0; k < n_pieces; k++)
            pieces[k] = (struct span){ folded.buf + starts[k], starts[k + n] - starts[k] };
        add_sorted(out, pieces, n_pieces, "");
        mem_free(pieces);
    }
    mem_free(starts);
    str_release(&folded);
}
