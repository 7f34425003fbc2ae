/* foreign.c - files that are no text table, told by how they begin. */
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "io/encoding.h"
#include "io/reader.h"

#define LOOK_BYTES 4096

struct signature {
    size_t offset;
    const char *bytes;
    size_t len;
    const char *what; /* what it is and what to do */
};

#define SIGNATURE(offset, bytes, what)                                                             \
    {                                                                                              \
        (offset), (bytes), sizeof(bytes) - 1, (what)                                               \
    }
#define UNPACK "; unpack it and load what is in it"

static const struct signature signatures[] = {
    SIGNATURE(0, "\x89PNG\r\n", "a PNG image, not a table"),
    SIGNATURE(0, "\xff\xd8\xff", "a JPEG image, not a table"),
    SIGNATURE(0, "GIF87a", "a GIF image, not a table"),
    SIGNATURE(0, "GIF89a", "a GIF image, not a table"),
    SIGNATURE(0, "%PDF-", "a PDF document, not a table"),
    SIGNATURE(0, "\x1f\x8b", "compressed with gzip" UNPACK),
    SIGNATURE(0, "BZh", "compressed with bzip2" UNPACK),
    SIGNATURE(0,
              "\xfd"
              "7zXZ",
              "compressed with xz" UNPACK),
    SIGNATURE(0, "\x28\xb5\x2f\xfd", "compressed with zstd" UNPACK),
    SIGNATURE(0, "\x04\x22\x4d\x18", "compressed with lz4" UNPACK),
    SIGNATURE(0, "PK\x03\x04", "a zip archive or a spreadsheet; unpack it, or save it as CSV"),
    SIGNATURE(0, "PK\x05\x06", "an empty zip archive"),
    SIGNATURE(0, "7z\xbc\xaf", "a 7z archive" UNPACK),
    SIGNATURE(257, "ustar", "a tar archive" UNPACK),
    SIGNATURE(0, "\xd0\xcf\x11\xe0", "an old Office document; save it as CSV"),
    SIGNATURE(0, "SQLite format 3", "an SQLite database; load it with format=sqlite"),
    SIGNATURE(0, "PAR1", "a Parquet file; convert it to CSV"),
    SIGNATURE(0, "ARROW1", "an Arrow file; convert it to CSV"),
    SIGNATURE(0, "\x89HDF", "an HDF5 file; convert it to CSV"),
    SIGNATURE(0, "\x93NUMPY", "a NumPy array; convert it to CSV"),
    SIGNATURE(0,
              "\x7f"
              "ELF",
              "a program, not a table"),
    SIGNATURE(0, "\xff\xfe\x00\x00", "UTF-32; convert it with iconv -f UTF-32 -t UTF-8"),
};

static bool begins_with(struct span text, const char *word)
{
    size_t len = strlen(word);

    return text.len >= len && strncasecmp(text.at, word, len) == 0;
}

static struct span after_blanks(struct span text, size_t step)
{
    text.at += step;
    text.len -= step;
    while (text.len && strchr(" \t\r\n", *text.at) && *text.at) {
        text.at++;
        text.len--;
    }
    return text;
}

/* Lines that begin with % are ARFF's comments. */
static const char *foreign_arff(struct span text)
{
    while (text.len && *text.at == '%') {
        const char *end = memchr(text.at, '\n', text.len);
        if (!end)
            return NULL;
        text = after_blanks(text, (size_t)(end - text.at));
    }
    return begins_with(text, "@relation") ? "an ARFF file; load it with format=arff" : NULL;
}

/* An object whose first key is followed by a colon, or an array of objects or arrays. */
static const char *foreign_json(struct span text)
{
    static const char json[] = "JSON, not a table of lines; load it with format=jsonl";
    struct span next;

    if (!text.len || (*text.at != '{' && *text.at != '['))
        return NULL;
    next = after_blanks(text, 1);
    if (*text.at == '[')
        return next.len && (*next.at == '{' || *next.at == '[') ? json : NULL;
    if (!next.len || *next.at != '"')
        return NULL;
    const char *close = memchr(next.at + 1, '"', next.len - 1);
    if (!close)
        return NULL;
    next = after_blanks(next, (size_t)(close - next.at) + 1);
    return next.len && *next.at == ':' ? json : NULL;
}

static const char *foreign_markup(struct span text)
{
    if (begins_with(text, "<!doctype html") || begins_with(text, "<html"))
        return "a web page, not a table; download the file itself";
    return begins_with(text, "<?xml") ? "XML, not a table; convert it to CSV" : NULL;
}

/* Many control bytes are no text at all, unless they are halves of wide characters. */
static const char *foreign_binary(struct span text)
{
    size_t n_control = 0;
    struct encoding_guess guess;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        n_control += c < 32 && !strchr("\t\n\v\f\r\x1b", c);
        n_control += c == 0;
    }
    if (n_control < 8 || n_control * 20 <= text.len)
        return NULL;
    encoding_guess(&guess, text.at, text.len);
    return strncmp(guess.name, "utf16", 5) == 0 ? NULL : "binary, not text";
}

int reader_refuse_foreign(const char *path, const char *head, size_t len, struct err *err)
{
    struct span text = { head, len < LOOK_BYTES ? len : LOOK_BYTES };
    const char *what = NULL;

    for (size_t i = 0; i < sizeof(signatures) / sizeof(*signatures) && !what; i++) {
        const struct signature *sig = &signatures[i];
        if (len >= sig->offset + sig->len && memcmp(head + sig->offset, sig->bytes, sig->len) == 0)
            what = sig->what;
    }
    if (!what) {
        struct span first = text;
        if (begins_with(first, "\xEF\xBB\xBF"))
            first = after_blanks(first, 3);
        first = after_blanks(first, 0);
        what = foreign_arff(first);
        what = what ? what : foreign_json(first);
        what = what ? what : foreign_markup(first);
    }
    what = what ? what : foreign_binary(text);
    if (!what)
        return 0;
    return err_set_at(err, ERR_PARSE, (struct err_at){ path, 0, 0, 0 }, "this is %s", what);
}
