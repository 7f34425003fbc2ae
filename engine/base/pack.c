#include "base/pack.h"

#include <string.h>

/* What follows the tag: 8 bytes, or a count of 8 bytes and the items. */
enum tag {
    TAG_U64 = 'u',
    TAG_I64 = 'i',
    TAG_REAL = 'r',
    TAG_TEXT = 't',
    TAG_NO_TEXT = 'n', /* NULL; nothing follows */
    TAG_BYTES = 'b',
    TAG_REALS = 'R',
    TAG_INTS = 'I',
};

/* ---------------------------------------------------------------- out */

static void put_word(struct str *out, uint64_t v)
{
    char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (char)(unsigned char)(v >> (8 * i));
    str_add_n(out, bytes, sizeof(bytes));
}

static void put(struct str *out, enum tag tag, uint64_t word)
{
    str_add_char(out, (char)tag);
    put_word(out, word);
}

static uint64_t real_bits(double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof(bits));
    return bits;
}

void pack_u64(struct str *out, uint64_t v)
{
    put(out, TAG_U64, v);
}

void pack_i64(struct str *out, int64_t v)
{
    put(out, TAG_I64, (uint64_t)v);
}

void pack_real(struct str *out, double v)
{
    put(out, TAG_REAL, real_bits(v));
}

void pack_text(struct str *out, const char *s)
{
    if (!s) {
        str_add_char(out, (char)TAG_NO_TEXT);
        return;
    }
    size_t len = strlen(s);
    put(out, TAG_TEXT, len);
    str_add_n(out, s, len);
}

void pack_bytes(struct str *out, const void *data, size_t len)
{
    put(out, TAG_BYTES, len);
    str_add_n(out, data, len);
}

void pack_reals(struct str *out, const double *v, size_t n)
{
    put(out, TAG_REALS, n);
    for (size_t i = 0; i < n; i++)
        put_word(out, real_bits(v[i]));
}

void pack_ints(struct str *out, const int64_t *v, size_t n)
{
    put(out, TAG_INTS, n);
    for (size_t i = 0; i < n; i++)
        put_word(out, (uint64_t)v[i]);
}

/* ---------------------------------------------------------------- in */

void unpack_init(struct unpack *u, const void *data, size_t len, struct arena *arena)
{
    *u = (struct unpack){ .at = data, .left = len, .arena = arena };
}

/* Only the first failure counts: those after it are its consequences. */
static void fail_at(struct unpack *u, size_t offset, const char *wanted)
{
    if (u->failed)
        return;
    u->failed = true;
    u->failed_at = offset;
    u->wanted = wanted;
}

void unpack_fail(struct unpack *u, const char *wanted)
{
    fail_at(u, u->offset, wanted);
}

static const unsigned char *take(struct unpack *u, size_t len)
{
    const unsigned char *p = u->at;

    u->at += len;
    u->left -= len;
    u->offset += len;
    return p;
}

static uint64_t take_word(struct unpack *u)
{
    const unsigned char *p = take(u, 8);
    uint64_t v = 0;

    for (int i = 0; i < 8; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

/* The word behind `tag`; false when something else is there or too little. */
static bool take_tagged(struct unpack *u, uint64_t *word, enum tag tag, const char *wanted)
{
    if (u->failed)
        return false;
    if (u->left < 9 || *u->at != tag) {
        unpack_fail(u, wanted);
        return false;
    }
    take(u, 1);
    *word = take_word(u);
    return true;
}

/* A count of items of `size` bytes that are really there; 0 after a failure. */
static size_t take_count(struct unpack *u, enum tag tag, size_t size, const char *wanted)
{
    size_t start = u->offset;
    uint64_t n;

    if (!take_tagged(u, &n, tag, wanted))
        return 0;
    if (n > u->left / size) {
        fail_at(u, start, wanted);
        return 0;
    }
    return (size_t)n;
}

uint64_t unpack_u64(struct unpack *u)
{
    uint64_t v;

    return take_tagged(u, &v, TAG_U64, "a count") ? v : 0;
}

int64_t unpack_i64(struct unpack *u)
{
    uint64_t v;

    return take_tagged(u, &v, TAG_I64, "a whole number") ? (int64_t)v : 0;
}

static double real_of(uint64_t bits)
{
    double v;

    memcpy(&v, &bits, sizeof(v));
    return v;
}

double unpack_real(struct unpack *u)
{
    uint64_t v;

    return take_tagged(u, &v, TAG_REAL, "a real number") ? real_of(v) : 0;
}

const char *unpack_text(struct unpack *u)
{
    if (!u->failed && u->left > 0 && *u->at == TAG_NO_TEXT) {
        take(u, 1);
        return NULL;
    }
    size_t start = u->offset;
    size_t len = take_count(u, TAG_TEXT, 1, "a text");
    if (u->failed)
        return "";
    const unsigned char *text = take(u, len);
    /* A NUL inside would make two texts of one. */
    if (len > 0 && memchr(text, 0, len)) {
        fail_at(u, start, "a text without NUL");
        return "";
    }
    return arena_strndup(u->arena, (const char *)text, len);
}

const void *unpack_bytes(struct unpack *u, size_t *len)
{
    *len = take_count(u, TAG_BYTES, 1, "bytes");
    void *copy = arena_alloc(u->arena, *len, 1);
    if (*len > 0)
        memcpy(copy, take(u, *len), *len);
    return copy;
}

const double *unpack_reals(struct unpack *u, size_t *n)
{
    *n = take_count(u, TAG_REALS, 8, "real numbers");
    double *v = ARENA_NEW(u->arena, double, *n);
    for (size_t i = 0; i < *n; i++)
        v[i] = real_of(take_word(u));
    return v;
}

const int64_t *unpack_ints(struct unpack *u, size_t *n)
{
    *n = take_count(u, TAG_INTS, 8, "whole numbers");
    int64_t *v = ARENA_NEW(u->arena, int64_t, *n);
    for (size_t i = 0; i < *n; i++)
        v[i] = (int64_t)take_word(u);
    return v;
}

size_t unpack_count(struct unpack *u, size_t max)
{
    size_t start = u->offset;
    uint64_t n = unpack_u64(u);

    if (n > max) {
        fail_at(u, start, "a smaller count");
        return 0;
    }
    return (size_t)n;
}

int unpack_end(const struct unpack *u, struct err *err)
{
    if (u->failed)
        return err_set(err, ERR_PARSE, "damaged at byte %zu: wanted %s there", u->failed_at,
                       u->wanted);
    if (u->left > 0)
        return err_set(err, ERR_PARSE,
                       "damaged at byte %zu: wanted the end there, %zu bytes follow", u->offset,
                       u->left);
    return 0;
}
