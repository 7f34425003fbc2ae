#include "learn/early_part.h"

#include <string.h>

#include "base/mem.h"

/* Steps keep rows in their order, so that both tables are walked side by side. */
static void mark(uint8_t *parts, const struct recipe_run *run, const uint32_t *rows, size_t n,
                 const uint8_t *part)
{
    const struct table *in = run->tables[0], *last = recipe_run_result(run);

    for (size_t i = 0, at = 0; i < n; i++) {
        size_t number = table_row_number(last, rows ? rows[i] : i);
        while (at < in->n_rows && table_row_number(in, at) != number)
            at++;
        if (at < in->n_rows && part[i] == PART_VALIDATE)
            parts[at] = PART_VALIDATE;
    }
}

int early_part_run(struct recipe_run **out, const struct recipe_run *run, const uint32_t *rows,
                   size_t n, const uint8_t *part, struct job *job, struct err *err)
{
    const struct table *in = run->tables[0];
    void *parts;

    if (mem_big(&parts, in->n_rows, 1, "the parts of rows", err))
        return -1;
    if (run->parts[0])
        memcpy(parts, run->parts[0], in->n_rows);
    else
        memset(parts, PART_TRAIN, in->n_rows);
    mark(parts, run, rows, n, part);
    int rc = recipe_run(out, run->fitted->recipe, in, parts, run->whole_sample, NULL, job, NULL,
                        err);
    mem_big_free(parts);
    return rc;
}
