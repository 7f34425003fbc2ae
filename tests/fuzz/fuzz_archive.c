/* fuzz_archive.c - any bytes as a packed file: all of it is unpacked, or there is a message. */
#include <assert.h>
#include <stdint.h>

#include "base/mem.h"
#include "io/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = { 0 };
    struct stream *s;
    char *all;
    size_t len;

    if (stream_memory(&s, (const char *)data, size, "fuzz", NULL, &err)) {
        assert(err.code != ERR_NONE && err.msg[0]);
        return 0;
    }
    if (stream_read_all(&all, &len, s, NULL, &err) == 0) {
        assert(all[len] == '\0');
        mem_big_free(all);
    } else {
        assert(err.code != ERR_NONE && err.msg[0]);
    }
    stream_close(s);
    return 0;
}
