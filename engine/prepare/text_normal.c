#include "prepare/text_normal.h"

#include <stdlib.h>

#include <utf8proc.h>

#include "base/text.h"

bool text_is_ascii(struct span s)
{
    unsigned char any = 0;

    for (size_t i = 0; i < s.len; i++)
        any |= (unsigned char)s.at[i];
    return any < 0x80;
}

static struct span whole(const struct str *s)
{
    return (struct span){ s->buf, s->len };
}

/* The character at `at`; *code is UINT32_MAX for a byte that is no UTF-8. */
static size_t next_code(uint32_t *code, struct span s, size_t at)
{
    if ((unsigned char)s.at[at] < 0x80) {
        *code = (unsigned char)s.at[at];
        return 1;
    }
    size_t len = text_decode(code, s.at + at, s.len - at);
    if (len == 1)
        *code = UINT32_MAX;
    return len;
}

static void add_code(struct str *out, uint32_t code)
{
    utf8proc_uint8_t bytes[4];

    str_add_n(out, (const char *)bytes,
              (size_t)utf8proc_encode_char((utf8proc_int32_t)code, bytes));
}

/* ---------------------------------------------------------------- case */

static bool continues_word(uint32_t code, bool in_word)
{
    if (code == '\'' || code == 0x2019)
        return in_word;
    return (code >= '0' && code <= '9') || text_is_letter(code);
}

void text_to_case(struct str *out, struct span s, enum letter_case to)
{
    bool in_word = false, begun = false;

    for (size_t i = 0, len; i < s.len; i += len) {
        uint32_t code;
        len = next_code(&code, s, i);
        if (code == UINT32_MAX) {
            str_add_char(out, s.at[i]);
            continue;
        }
        if (code < 0x80 && to <= CASE_UPPER) { /* most letters, without a look into tables */
            bool other = to == CASE_UPPER ? code - 'a' < 26 : code - 'A' < 26;
            str_add_char(out, (char)(other ? code ^ 0x20 : code));
            continue;
        }
        bool first = to == CASE_TITLE ? !in_word : to == CASE_SENTENCE && !begun;
        utf8proc_int32_t c = (utf8proc_int32_t)code;
        add_code(out, (uint32_t)(to == CASE_UPPER ? utf8proc_toupper(c)
                                 : first          ? utf8proc_totitle(c)
                                                  : utf8proc_tolower(c)));
        in_word = continues_word(code, in_word);
        begun = begun || in_word;
    }
}

/* ---------------------------------------------------------------- spaces */

static bool is_space(uint32_t code)
{
    if (code < 0x80)
        return code == ' ' || (code >= '\t' && code <= '\r');
    return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
           code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

static bool has_no_width(uint32_t code)
{
    return code == 0xAD || code == 0x200B || code == 0x2060 || code == 0xFEFF;
}

/* Bytes from `at` that are plain characters of ASCII and no blanks: most of most texts. */
static size_t plain_run(struct span s, size_t at)
{
    size_t n = 0;

    while (at + n < s.len && s.at[at + n] > ' ' && (unsigned char)s.at[at + n] < 0x80)
        n++;
    return n;
}

void text_plain_spaces(struct str *out, struct span s, enum space_form form)
{
    size_t n_waiting = 0, begin = out->len;

    for (size_t i = 0, len; i < s.len; i += len) {
        uint32_t code = 'x';
        len = plain_run(s, i);
        if (len == 0)
            len = next_code(&code, s, i);
        if (form != SPACES_KEEP && (has_no_width(code) || is_space(code))) {
            n_waiting += is_space(code);
            continue;
        }
        if (n_waiting && out->len > begin)
            str_add_repeat(out, " ", form == SPACES_COLLAPSE ? 1 : n_waiting);
        n_waiting = 0;
        str_add_n(out, s.at + i, len);
    }
}

/* ---------------------------------------------------------------- Unicode */

static void map_unicode(struct str *out, struct span s, utf8proc_option_t options)
{
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)s.at, (utf8proc_ssize_t)s.len,
                                        &mapped, options);

    if (len < 0)
        str_add_n(out, s.at, s.len);
    else
        str_add_n(out, (const char *)mapped, (size_t)len);
    free(mapped); /* of the library */
}

void text_to_unicode(struct str *out, struct span s, enum unicode_form form)
{
    static const utf8proc_option_t options[] = {
        [UNICODE_NFC] = UTF8PROC_STABLE | UTF8PROC_COMPOSE,
        [UNICODE_NFD] = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE,
        [UNICODE_NFKC] = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT,
        [UNICODE_NFKD] = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT,
    };

    if (form == UNICODE_KEEP || text_is_ascii(s))
        str_add_n(out, s.at, s.len);
    else
        map_unicode(out, s, options[form]);
}

/* Taken apart, without the marks; letters of other scripts put together again. */
void text_drop_marks(struct str *out, struct span s)
{
    struct str apart, bare;

    if (text_is_ascii(s) || !text_is_utf8(s.at, s.len, NULL)) {
        str_add_n(out, s.at, s.len);
        return;
    }
    str_init(&apart);
    str_init(&bare);
    text_to_unicode(&apart, s, UNICODE_NFD);
    for (size_t i = 0, len; i < apart.len; i += len) {
        uint32_t code;
        len = next_code(&code, whole(&apart), i);
        if (code < 0x300 || code > 0x36F)
            str_add_n(&bare, apart.buf + i, len);
    }
    text_to_unicode(out, whole(&bare), UNICODE_NFC);
    str_release(&bare);
    str_release(&apart);
}

/* ---------------------------------------------------------------- marks */

static char plain_quote(uint32_t code)
{
    if ((code >= 0x2018 && code <= 0x201B) || code == 0x2032 || code == 0x2035 || code == 0xB4 ||
        code == 0x2BC || code == 0x2039 || code == 0x203A)
        return '\'';
    if ((code >= 0x201C && code <= 0x201F) || code == 0x2033 || code == 0x2036 || code == 0xAB ||
        code == 0xBB)
        return '"';
    return '\0';
}

static bool is_dash(uint32_t code)
{
    return (code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0xFE58 ||
           code == 0xFE63 || code == 0xFF0D;
}

void text_plain_marks(struct str *out, struct span s, bool quotes, bool dashes)
{
    for (size_t i = 0, len; i < s.len; i += len) {
        uint32_t code;
        len = next_code(&code, s, i);
        char quote = quotes ? plain_quote(code) : '\0';
        if (quote)
            str_add_char(out, quote);
        else if (dashes && is_dash(code))
            str_add_char(out, '-');
        else
            str_add_n(out, s.at + i, len);
    }
}

/* ---------------------------------------------------------------- mojibake */

/* The byte that is read as this character: Latin-1's own, or what Windows-1252 has in 0x80 to 0x9F.
 * 0 when there is none. */
static unsigned char byte_behind(uint32_t code)
{
    static const uint16_t windows[32] = {
        0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
    };

    if (code >= 0x80 && code <= 0xFF)
        return (unsigned char)code;
    for (size_t k = 0; k < 32; k++)
        if (windows[k] && windows[k] == code)
            return (unsigned char)(0x80 + k);
    return 0;
}

/* The bytes behind the run of such characters at `at`; how long the run is in the text. */
static size_t run_of_bytes(struct str *bytes, struct span s, size_t at)
{
    size_t i = at;

    str_clear(bytes);
    while (i < s.len) {
        uint32_t code;
        size_t len = next_code(&code, s, i);
        unsigned char byte = code < 0x80 || code == UINT32_MAX ? 0 : byte_behind(code);
        if (!byte)
            break;
        str_add_char(bytes, (char)byte);
        i += len;
    }
    return i - at;
}

static bool mend_once(struct str *out, struct span s)
{
    struct str bytes;
    bool mended = false;

    str_init(&bytes);
    for (size_t i = 0; i < s.len;) {
        size_t run = run_of_bytes(&bytes, s, i);
        if (run == 0) {
            str_add_char(out, s.at[i++]);
            continue;
        }
        bool spells = text_is_utf8(bytes.buf, bytes.len, NULL);
        mended = mended || spells;
        if (spells)
            str_add_n(out, bytes.buf, bytes.len);
        else
            str_add_n(out, s.at + i, run);
        i += run;
    }
    str_release(&bytes);
    return mended;
}

#define MENDS 3 /* more than three wrong readings leave nothing to be sure of */

void text_mend_mojibake(struct str *out, struct span s)
{
    struct str now, next;

    if (text_is_ascii(s)) {
        str_add_n(out, s.at, s.len);
        return;
    }
    str_init(&now);
    str_init(&next);
    str_add_n(&now, s.at, s.len);
    for (int k = 0; k < MENDS; k++) {
        str_clear(&next);
        if (!mend_once(&next, whole(&now)))
            break;
        struct str mended = next;
        next = now;
        now = mended;
    }
    str_add_n(out, now.buf, now.len);
    str_release(&now);
    str_release(&next);
}
