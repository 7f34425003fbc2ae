/* present_groups.c - which rows stand for those that were removed as their copies. */
#include <stdlib.h>

#include "base/mem.h"
#include "present.h"

#define GROUPS_SHOWN 8
#define ROWS_SHOWN   8

struct stand_in {
    size_t kept, gone; /* numbers in the source */
};

static int by_kept(const void *a, const void *b)
{
    const struct stand_in *x = a, *y = b;

    if (x->kept != y->kept)
        return x->kept < y->kept ? -1 : 1;
    return (x->gone > y->gone) - (x->gone < y->gone);
}

static void show_group(struct report *r, const struct stand_in *of, size_t n)
{
    struct str line;

    str_init(&line);
    str_addf(&line, "  row %zu stands for %zu", of[0].kept, of[0].gone);
    for (size_t i = 1; i < n && i < ROWS_SHOWN; i++)
        str_addf(&line, ", %zu", of[i].gone);
    if (n > ROWS_SHOWN)
        str_addf(&line, " and %zu more", n - ROWS_SHOWN);
    report_line(r, "%s", line.buf);
    str_release(&line);
}

static void report_stand_ins(struct report *r, const struct stand_in *all, size_t n)
{
    json_t *groups = json_array();
    size_t n_groups = 0;

    for (size_t i = 0, end; i < n; i = end) {
        json_t *gone = json_array();
        for (end = i; end < n && all[end].kept == all[i].kept; end++)
            json_array_append_new(gone, json_integer((json_int_t)all[end].gone));
        json_array_append_new(
            groups, json_pack("{s:I,s:o}", "kept", (json_int_t)all[i].kept, "removed", gone));
        if (n_groups++ < GROUPS_SHOWN)
            show_group(r, all + i, end - i);
    }
    if (n_groups > GROUPS_SHOWN)
        report_line(r, "  … and %zu more groups", n_groups - GROUPS_SHOWN);
    report_put(r, "groups", groups);
}

int present_groups(struct report *r, const struct recipe_run *run, size_t i, struct err *err)
{
    const struct table *t = run->tables[i];
    const uint32_t *stands_for;
    size_t n = 0;
    void *block;

    if (!run->stands_for[i])
        return 0;
    stands_for = run->stands_for[i]->data;
    if (mem_big(&block, t->n_rows, sizeof(struct stand_in), "removed rows", err))
        return -1;
    struct stand_in *all = block;
    for (size_t row = 0; row < t->n_rows; row++)
        if (stands_for[row] != UINT32_MAX)
            all[n++] = (struct stand_in){ table_row_number(t, stands_for[row]),
                                          table_row_number(t, row) };
    qsort(all, n, sizeof(*all), by_kept);
    report_stand_ins(r, all, n);
    mem_big_free(block);
    return 0;
}
