/* encoding.h - which encoding a text is in, and from there to UTF-8, block by block.
 *
 * UTF-8 never comes here: a reader that finds `encoding_is_utf8` reads its bytes as they are.
 * Names: utf8, utf16le, utf16be, latin1 (ISO 8859-1), cp1252 (Windows), and whatever the C library's
 * iconv(3) knows (gb18030, shift_jis, iso-8859-15, koi8-r, …).
 */
#ifndef IO_ENCODING_H
#define IO_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A guess from the first bytes of a file, and what it is based on (a sentence without a full stop,
 * empty for plain UTF-8).
 *
 *   a mark (BOM)                   says it
 *   every other byte is NUL        UTF-16 without a mark, which half they stand in says which
 *   all is UTF-8, or more of it    utf8; single bad bytes are for the reader to list
 *     than not
 *   else                           cp1252 when bytes 80 to 9F are among them, else latin1 */
struct encoding_guess {
    const char *name;
    char why[120];
};
void encoding_guess(struct encoding_guess *out, const char *head, size_t len);

bool encoding_is_utf8(const char *name);

/* ---- decoding ---- */
struct decoder;

/* ERR_USAGE: nobody knows the name.  Other spellings (UTF-16LE, ISO-8859-1) are fine. */
int decoder_open(struct decoder **out, const char *name, struct err *err);
void decoder_close(struct decoder *d); /* NULL is fine */
/* Bytes of room that `len` more bytes need at most. */
size_t decoder_room(size_t len);
/* As many whole characters of in[0, len) as there are, behind what was left over before; the rest is
 * kept.  Returns bytes written.  A byte that begins no character of the encoding becomes FF, which is
 * no UTF-8 either, so that whoever reads the text finds its place.  A leading mark is dropped.
 * `last`: nothing follows. */
size_t decoder_run(struct decoder *d, char *out, const char *in, size_t len, bool last);

/* Where a character of the decoded text stands in the file: characters are counted, each of which
 * takes one byte or two or four. */
struct decoder_place {
    const char *text; /* decoded; the place goes forward in it */
    size_t at;
    uint64_t raw;  /* offset in the file */
    unsigned unit; /* bytes of a character; 0: not known, or not all the same */
};
struct decoder_place decoder_begin(const struct decoder *d, const char *text);
/* Behind that many bytes of the text, which rise from call to call. */
uint64_t decoder_offset(struct decoder_place *p, size_t at);

#endif
