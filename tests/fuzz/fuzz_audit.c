/* fuzz_audit.c - the audit of any table that can be read: no crash, and its findings are sound. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "io/csv.h"
#include "profile/audit.h"
#include "profile/dates.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every place is in the table, and cells are sure enough and in order. */
static void check_finding(const struct audit_finding *f, const struct table *t)
{
    assert(f->severity >= 0 && f->severity <= 1 && f->n_cols > 0);
    for (size_t k = 0; k < f->n_cols; k++)
        assert(f->cols[k] < t->n_cols);
    for (size_t k = 0; k < f->n_rows; k++)
        assert(f->rows[k] < t->n_rows);
    for (size_t k = 0; k < f->n_cells; k++) {
        const struct audit_cell *c = &f->cells[k];
        assert(c->row < t->n_rows && c->col < t->n_cols && c->sure >= 0 && c->sure <= 1);
        assert(k == 0 || c->row >= f->cells[k - 1].row);
    }
}

static void check_dates(const char *data, size_t size)
{
    struct date_text d = date_read((struct span){ data, size < 64 ? size : 64 });
    struct str out;

    str_init(&out);
    if (d.order != DATE_NONE && date_write(&out, &d, &d)) {
        struct date_text again = date_read((struct span){ out.buf, out.len });
        assert(again.year == d.year || d.year_digits == 2);
    }
    str_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = { 0 };
    struct source *src;
    struct audit audit;

    check_dates((const char *)data, size);
    if (csv_read_memory(&src, (const char *)data, size, "fuzz", NULL, NULL, &err))
        return 0;
    const struct audit_input in = { .table = src->table,
                                    .target = src->table->n_cols ? table_name(src->table, 0) : NULL,
                                    .classes = true,
                                    .sensitivity = 0.999 };
    assert(audit_run(&audit, &in, NULL, &err) == 0);
    for (size_t i = 0; i < audit.n; i++)
        check_finding(&audit.findings[i], src->table);
    audit_release(&audit);
    source_unref(src);
    return 0;
}
