/* fuzz_date.c - any bytes as a form of dates and a text in it, parted by the first line end: a moment
 * is within the years that can be written, and any text may be guessed at. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/cell.h"
#include "table/date_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void guess(struct span text)
{
    struct column_builder b;
    struct column *c;
    struct date_guess g;

    builder_init(&b, COLUMN_TEXT, 1);
    builder_add_text(&b, text.at, text.len);
    if (builder_finish(&c, &b, NULL))
        abort();
    date_guess(&g, c);
    if (g.n > DATE_GUESS_MAX || g.n_read > g.n_values)
        abort();
    column_unref(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    size_t len = strcspn(text, "\n");
    struct err err = { .code = ERR_NONE };
    struct date_format f;
    int64_t us, first = calendar_days(1, 1, 1) * INT64_C(86400000000);

    struct span s = { text + len, strlen(text + len) };
    if (s.len) {
        text[len] = '\0';
        s.at++;
        s.len--;
    }
    if (date_format_init(&f, text, &err)) {
        if (err.code == ERR_NONE)
            abort();
    } else if (date_format_read(&us, &f, s, 0) && us < first) {
        abort();
    }
    guess(s);
    mem_free(text);
    return 0;
}
