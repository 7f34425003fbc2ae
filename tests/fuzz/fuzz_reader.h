/* fuzz_reader.h - a reader of text on any bytes: no crash, and what it says of itself holds. */
#ifndef TESTS_FUZZ_READER_H
#define TESTS_FUZZ_READER_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/text_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Counts of rejects and places are within the table and the file. */
static inline void fuzz_check_source(const struct source *src)
{
    size_t n = 0;

    for (int k = 0; k < REJECT_N_KINDS; k++)
        n += src->rejects.count[k];
    assert(src->rejects.n <= n);
    for (size_t k = 0; k < src->rejects.n; k++) {
        const struct reject *r = &src->rejects.list[k];
        assert(r->row <= src->table->n_rows && r->line > 0 && r->col > 0);
        assert(r->column < (int)src->table->n_cols && strlen(r->text) <= 200);
    }
}

static inline int fuzz_reader(const char *name, const uint8_t *data, size_t size)
{
    const struct reader *reader;
    struct source *src, *again;
    struct err err = { 0 };

    if (reader_named(&reader, name, &err))
        abort();
    reader->sniff((const char *)data, size);
    if (text_read_memory(&src, reader, (const char *)data, size, NULL, &err)) {
        assert(err.code != ERR_NONE && err.msg[0]);
        return 0;
    }
    fuzz_check_source(src);
    /* What was guessed is written down, so that the second reading is the first. */
    if (text_read_memory(&again, reader, (const char *)data, size, &src->params, &err) ||
        !digest_eq(table_digest(src->table), table_digest(again->table)))
        abort();
    source_unref(again);
    source_unref(src);
    return 0;
}

#endif
