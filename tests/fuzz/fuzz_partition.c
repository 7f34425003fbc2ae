/* fuzz_partition.c - any bytes as the path of a file: keys and values lie within it, and patterns end. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "io/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;

    arena_init(&arena);
    const char *path = arena_strndup(&arena, (const char *)data, size);
    struct file_found f = files_describe(path, &arena);
    for (size_t k = 0; k < f.n_keys; k++) {
        assert(f.keys[k] && strlen(f.keys[k]) < strlen(path));
        assert(!f.values[k] || strlen(f.values[k]) < strlen(path));
    }
    text_matches_glob(path, path);
    files_is_pattern(path);
    arena_release(&arena);
    return 0;
}
