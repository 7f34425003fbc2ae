#include "io/encoding.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define LOOK_BYTES ((size_t)256 << 10)
#define KEEP_BYTES 16 /* of a character that is not whole yet */
#define BAD_BYTE   ((char)0xFF)

/* ---------------------------------------------------------------- guessing */

static bool begins(const char *head, size_t len, const char *mark, size_t n)
{
    return len >= n && memcmp(head, mark, n) == 0;
}

static bool guess_mark(struct encoding_guess *out, const char *head, size_t len)
{
    const char *name = NULL;

    if (begins(head, len, "\xEF\xBB\xBF", 3))
        name = "utf8";
    else if (begins(head, len, "\xFF\xFE", 2))
        name = "utf16le";
    else if (begins(head, len, "\xFE\xFF", 2))
        name = "utf16be";
    if (!name)
        return false;
    out->name = name;
    if (strcmp(name, "utf8") != 0)
        snprintf(out->why, sizeof(out->why), "its first two bytes say so");
    return true;
}

/* Text in a Latin alphabet has a NUL in every character of UTF-16, in the same half. */
static bool guess_wide(struct encoding_guess *out, const char *head, size_t len)
{
    size_t nul[2] = { 0 };

    len = len < 4096 ? len : 4096;
    for (size_t i = 0; i < len; i++)
        nul[i & 1] += head[i] == 0;
    if (len < 8 || (nul[0] * 5 <= len * 2 && nul[1] * 5 <= len * 2) ||
        (nul[0] * 10 >= len && nul[1] * 10 >= len))
        return false;
    out->name = nul[1] > nul[0] ? "utf16le" : "utf16be";
    snprintf(out->why, sizeof(out->why), "it has no mark, but every other byte is 00");
    return true;
}

void encoding_guess(struct encoding_guess *out, const char *head, size_t len)
{
    size_t n_good = 0, n_bad = 0, n_windows = 0, first_bad = 0, line = 1;
    uint32_t code;

    *out = (struct encoding_guess){ .name = "utf8" };
    if (guess_mark(out, head, len) || guess_wide(out, head, len))
        return;
    len = len < LOOK_BYTES ? len : LOOK_BYTES;
    for (size_t i = 0; i < len;) {
        size_t step = text_decode(&code, head + i, len - i);
        bool ascii = (unsigned char)head[i] < 0x80, bad = !ascii && step == 1;
        bool cut = bad && len - i < 4; /* the rest of it may follow */
        n_good += !ascii && !bad;
        if (bad && !cut) {
            first_bad = n_bad++ ? first_bad : i;
            n_windows += (unsigned char)head[i] < 0xA0;
        }
        i += step;
    }
    if (n_bad == 0 || n_good >= n_bad)
        return;
    for (size_t i = 0; i < first_bad; i++)
        line += head[i] == '\n';
    out->name = n_windows ? "cp1252" : "latin1";
    snprintf(out->why, sizeof(out->why), "%zu bytes are no UTF-8, the first, %02X, in line %zu",
             n_bad, (unsigned)(unsigned char)head[first_bad], line);
}

/* ---------------------------------------------------------------- names */

enum kind { KIND_UTF8, KIND_UTF16LE, KIND_UTF16BE, KIND_LATIN1, KIND_CP1252, KIND_ICONV };

/* Letters and digits in lower case: UTF-16LE and utf16le are one name. */
static void name_plain(char out[32], const char *name)
{
    size_t n = 0;

    for (; *name && n < 31; name++)
        if (isalnum((unsigned char)*name))
            out[n++] = (char)tolower((unsigned char)*name);
    out[n] = '\0';
}

static enum kind name_kind(const char *name)
{
    static const struct {
        const char *name;
        enum kind kind;
    } names[] = {
        { "utf8", KIND_UTF8 },          { "ascii", KIND_UTF8 },      { "usascii", KIND_UTF8 },
        { "utf8sig", KIND_UTF8 },       { "utf16le", KIND_UTF16LE }, { "utf16be", KIND_UTF16BE },
        { "latin1", KIND_LATIN1 },      { "iso88591", KIND_LATIN1 }, { "cp1252", KIND_CP1252 },
        { "windows1252", KIND_CP1252 }, { "ansi", KIND_CP1252 },
    };
    char plain[32];

    name_plain(plain, name);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(names[i].name, plain) == 0)
            return names[i].kind;
    return KIND_ICONV;
}

bool encoding_is_utf8(const char *name)
{
    return name_kind(name) == KIND_UTF8;
}

/* ---------------------------------------------------------------- decoding */

struct decoder {
    enum kind kind;
    iconv_t iconv;
    bool begun, marked; /* a mark was there */
    bool single;        /* iconv's characters are bytes */
    char kept[KEEP_BYTES];
    size_t n_kept;
};

/* Families of encodings of a byte a character. */
static bool name_is_single(const char *name)
{
    static const char *const families[] = { "iso8859", "windows125", "cp125", "koi8", "macintosh" };
    char plain[32];

    name_plain(plain, name);
    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
        if (strncmp(plain, families[i], strlen(families[i])) == 0)
            return true;
    return false;
}

int decoder_open(struct decoder **out, const char *name, struct err *err)
{
    enum kind kind = name_kind(name);
    iconv_t conv = (iconv_t)-1;

    if (kind == KIND_ICONV) {
        conv = iconv_open("UTF-8", name);
        if (conv == (iconv_t)-1)
            return err_set(err, ERR_USAGE,
                           "'%s' is no encoding that is known here; there are utf8, utf16le, "
                           "utf16be, latin1, cp1252 and those that iconv -l lists",
                           name);
    }
    *out = MEM_NEW(struct decoder, 1);
    (*out)->kind = kind;
    (*out)->iconv = conv;
    (*out)->single = name_is_single(name);
    return 0;
}

void decoder_close(struct decoder *d)
{
    if (!d)
        return;
    if (d->kind == KIND_ICONV)
        iconv_close(d->iconv);
    mem_free(d);
}

size_t decoder_room(size_t len)
{
    return (len + KEEP_BYTES) * 4;
}

static size_t put_code(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 63));
        out[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 63));
    out[2] = (char)(0x80 | (c >> 6 & 63));
    out[3] = (char)(0x80 | (c & 63));
    return 4;
}

/* Windows 1252 where it is not Latin 1; 0 where it has no character. */
static uint32_t cp1252_code(unsigned char c)
{
    static const uint16_t high[32] = {
        0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
    };

    return c >= 0x80 && c < 0xA0 ? high[c - 0x80] : c;
}

/* The character at in[0, len): its bytes in `out`, how many were read in *step; 0 read: it is not
 * whole. */
static size_t decode_single(size_t *step, char *out, const struct decoder *d, const char *in)
{
    unsigned char c = (unsigned char)*in;
    uint32_t code = d->kind == KIND_CP1252 ? cp1252_code(c) : c;

    *step = 1;
    if (code == 0 && c != 0) {
        *out = BAD_BYTE;
        return 1;
    }
    return put_code(out, code);
}

static uint32_t wide_unit(const struct decoder *d, const char *in)
{
    uint32_t a = (unsigned char)in[0], b = (unsigned char)in[1];

    return d->kind == KIND_UTF16LE ? b << 8 | a : a << 8 | b;
}

static size_t decode_wide(size_t *step, char *out, const struct decoder *d, const char *in,
                          size_t len)
{
    uint32_t high, low;

    *step = 0;
    if (len < 2)
        return 0;
    high = wide_unit(d, in);
    if (high >= 0xD800 && high < 0xDC00) {
        if (len < 4)
            return 0;
        low = wide_unit(d, in + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            *step = 4;
            return put_code(out, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
        }
    }
    *step = 2;
    if (high >= 0xD800 && high < 0xE000) {
        *out = BAD_BYTE;
        return 1;
    }
    return put_code(out, high);
}

static size_t decode_iconv(size_t *step, char *out, const struct decoder *d, const char *in,
                           size_t len)
{
    char *from = (char *)(uintptr_t)in, *to = out;
    size_t left = len, room = decoder_room(len);

    size_t rc = iconv(d->iconv, &from, &left, &to, &room);
    *step = len - left;
    if (rc == (size_t)-1 && errno == EILSEQ) {
        *to++ = BAD_BYTE;
        ++*step;
    }
    return (size_t)(to - out);
}

static size_t decode_next(size_t *step, char *out, const struct decoder *d, const char *in,
                          size_t len)
{
    switch (d->kind) {
    case KIND_UTF16LE:
    case KIND_UTF16BE:
        return decode_wide(step, out, d, in, len);
    case KIND_ICONV:
        return decode_iconv(step, out, d, in, len);
    case KIND_UTF8:
        *out = *in;
        *step = 1;
        return 1;
    default:
        return decode_single(step, out, d, in);
    }
}

static size_t decode_all(size_t *used, char *out, const struct decoder *d, const char *in,
                         size_t len)
{
    size_t n = 0, step = 1, at = 0;

    while (at < len && step > 0) {
        n += decode_next(&step, out + n, d, in + at, len - at);
        at += step;
    }
    *used = at;
    return n;
}

/* The mark at the beginning of the text is none of it. */
static size_t drop_mark(struct decoder *d, char *out, size_t n)
{
    if (d->begun || n < 3)
        return n;
    d->begun = true;
    if (memcmp(out, "\xEF\xBB\xBF", 3) != 0)
        return n;
    d->marked = true;
    memmove(out, out + 3, n - 3);
    return n - 3;
}

size_t decoder_run(struct decoder *d, char *out, const char *in, size_t len, bool last)
{
    size_t n = 0, used;

    /* What was kept is made whole byte by byte. */
    while (d->n_kept && len) {
        d->kept[d->n_kept++] = *in++;
        len--;
        n += decode_all(&used, out + n, d, d->kept, d->n_kept);
        memmove(d->kept, d->kept + used, d->n_kept - used);
        d->n_kept -= used;
        if (d->n_kept == KEEP_BYTES) { /* no character is so long */
            out[n++] = BAD_BYTE;
            d->n_kept = 0;
        }
    }
    n += decode_all(&used, out + n, d, in, len);
    while (len - used > KEEP_BYTES - 1) {
        size_t more;
        out[n++] = BAD_BYTE;
        used++;
        n += decode_all(&more, out + n, d, in + used, len - used);
        used += more;
    }
    if (len > used) {
        memcpy(d->kept, in + used, len - used);
        d->n_kept = len - used;
    }
    if (last && d->n_kept) {
        out[n++] = BAD_BYTE;
        d->n_kept = 0;
    }
    return drop_mark(d, out, n);
}

struct decoder_place decoder_begin(const struct decoder *d, const char *text)
{
    bool wide = d->kind == KIND_UTF16LE || d->kind == KIND_UTF16BE;
    bool single = d->kind == KIND_ICONV ? d->single : !wide;

    return (struct decoder_place){ .text = text,
                                   .raw = wide && d->marked ? 2 : 0,
                                   .unit = wide ? 2 : single };
}

uint64_t decoder_offset(struct decoder_place *p, size_t at)
{
    for (; p->at < at; p->at++) {
        unsigned char c = (unsigned char)p->text[p->at];
        if ((c & 0xC0) != 0x80) /* F0 and more: two units of UTF-16; FF stands for a bad one */
            p->raw += p->unit == 2 && c >= 0xF0 && c < 0xF8 ? 4 : p->unit;
    }
    return p->raw;
}
