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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = { 0 };
    struct source *src, *again;

    if (csv_read_memory(&src, (const char *)data, size, "fuzz", NULL, NULL, &err)) {
        assert(err.code != ERR_NONE && err.msg[0]);
        return 0;
    }
    check_source(src);
    /* What was guessed is written down, so that the second reading is the first. */
    int rc = csv_read_memory(&again, (const char *)data, size, "fuzz", &src->params, NULL, &err);
    if (rc || !digest_eq(table_digest(src->table), table_digest(again->table)))
        abort();
    source_unref(again);
    source_unref(src);
    return 0;
}
