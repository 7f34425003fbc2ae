/* fuzz_encoding.c - any bytes in any encoding: what comes out is the same however they are cut, has room,
 * and is UTF-8 but for the bytes FF that stand for what is no text. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t decode(char *out, const char *name, const char *in, size_t len, size_t cut)
{
    struct err err = { 0 };
    struct decoder *d;

    if (decoder_open(&d, name, &err))
        abort();
    size_t n = decoder_run(d, out, in, cut, false);
    assert(n <= decoder_room(cut));
    size_t more = decoder_run(d, out + n, in + cut, len - cut, true);
    assert(more <= decoder_room(len - cut));
    decoder_close(d);
    return n + more;
}

static void check_text(const char *text, size_t len)
{
    uint32_t code;

    for (size_t i = 0; i < len;) {
        size_t step = text_decode(&code, text + i, len - i);
        assert((unsigned char)text[i] < 0x80 || step > 1 || (unsigned char)text[i] == 0xFF);
        i += step;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "utf16le", "utf16be", "latin1", "cp1252", "gb18030" };
    const char *in = (const char *)data;
    struct encoding_guess guess;
    char *whole = mem_new(2 * decoder_room(size) + 64, 1);
    char *parts = mem_new(2 * decoder_room(size) + 64, 1);

    encoding_guess(&guess, in, size);
    assert(guess.name && strlen(guess.why) < sizeof(guess.why));
    for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++) {
        size_t n = decode(whole, names[k], in, size, 0);
        check_text(whole, n);
        for (size_t cut = 1; cut <= size && cut < 40; cut += 1 + cut / 8)
            if (decode(parts, names[k], in, size, cut) != n || memcmp(parts, whole, n) != 0)
                abort();
    }
    mem_free(whole);
    mem_free(parts);
    return 0;
}
