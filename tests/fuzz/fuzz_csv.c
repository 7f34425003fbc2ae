/* fuzz_csv.c - the CSV reader on any bytes: no crash, and what it says of itself holds.
 *
 * With libFuzzer: configure with -DASSAY_FUZZ=ON. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Counts of rejects and places are within the table and the file. */
static void check_source(const struct source *src)
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

/* Read in small chunks, and record by record, it is the same table. */
static void check_chunks(const uint8_t *data, size_t size, const struct source *src)
{
    static const struct csv_options options[] = {
        { 1, 3, false },     { 7, 21, false },  { 64, 640, false },
        { 300, 300, false }, { 64, 200, true },
    };

    for (size_t k = 0; k < sizeof(options) / sizeof(*options); k++) {
        struct err err = { 0 };
        struct source *other;
        if (size / options[k].wave_bytes > 1000)
            continue;
        if (csv_read_options(&other, (const char *)data, size, "fuzz", NULL, &options[k], NULL,
                             &err) ||
            !digest_eq(table_digest(src->table), table_digest(other->table)) ||
            src->rejects.n != other->rejects.n)
            abort();
        for (size_t i = 0; i < src->table->n_rows; i++)
            if (table_line(src->table, i) != table_line(other->table, i))
                abort();
        source_unref(other);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = { 0 };
    struct source *src, *again;

    if (csv_read_memory(&src, (const char *)data, size, "fuzz", NULL, NULL, &err)) {
        assert(err.code != ERR_NONE && err.msg[0]);
        return 0;
    }
    check_source(src);
    check_chunks(data, size, src);
    /* What was guessed is written down, so that the second reading is the first. */
    int rc = csv_read_memory(&again, (const char *)data, size, "fuzz", &src->params, NULL, &err);
    if (rc || !digest_eq(table_digest(src->table), table_digest(again->table)))
        abort();
    source_unref(again);
    source_unref(src);
    return 0;
}
