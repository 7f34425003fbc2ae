/* fuzz_facet.c - any bytes as the words of facets: understood or refused with a place; what is
 * understood prints as words that are understood and print the same, and is applied to a table. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "profile/selection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct table *small_table(void)
{
    static const char *const names[] = { "n", "t" };
    struct column_builder n, t;
    struct column *columns[2];
    struct table *table;

    builder_init(&n, COLUMN_INT, 4);
    builder_init(&t, COLUMN_CATEGORY, 4);
    for (int64_t i = 0; i < 3; i++) {
        builder_add_int(&n, i);
        builder_add_text(&t, i == 1 ? "x'" : "y", i == 1 ? 2 : 1);
    }
    builder_add_missing(&n);
    builder_add_missing(&t);
    if (builder_finish(&columns[0], &n, NULL) || builder_finish(&columns[1], &t, NULL) ||
        table_new(&table, columns, names, 2, 4, NULL, NULL))
        abort();
    return table;
}

static void print_all(struct str *out, const struct selection *s)
{
    str_clear(out);
    for (size_t i = 0; i < s->n; i++) {
        str_add(out, i ? " " : "");
        facet_print(out, &s->facets[i]);
    }
}

static void check_printing(const struct selection *s)
{
    struct selection *none = selection_empty(), *again;
    struct str first, second;

    str_init(&first);
    str_init(&second);
    print_all(&first, s);
    if (selection_with_words(&again, none, first.buf, NULL))
        abort(); /* what we print, we must understand */
    print_all(&second, again);
    if (strcmp(first.buf, second.buf) != 0)
        abort();
    selection_unref(again);
    selection_unref(none);
    str_release(&first);
    str_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    struct selection *none = selection_empty(), *s;
    struct err err = { .code = ERR_NONE };
    struct looked *looked;

    if (selection_with_words(&s, none, text, &err) == 0) {
        struct table *t = small_table();
        check_printing(s);
        if (selection_look(&looked, s, t, true, NULL, &err) == 0)
            looked_free(looked);
        table_unref(t);
        selection_unref(s);
    } else if (err.code == ERR_NONE || err.col == 0 || err.col > strlen(text) + 1) {
        abort();
    }
    selection_unref(none);
    mem_free(text);
    return 0;
}
