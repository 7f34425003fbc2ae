/* csv_number.c - numbers as other countries write them, to the form that the parsers know. */
#include "io/csv_load.h"

#include <string.h>

#include "base/text.h"

bool csv_numbers_are_plain(const struct csv_dialect *d)
{
    return !d->thousands && d->decimal != ',';
}

/* A text that is no number, for one whose marks stand where they may not. */
static struct span no_number(void)
{
    return (struct span){ "?", 1 };
}

struct span csv_number_plain(char buf[CSV_NUMBER_BYTES], struct span s, const struct csv_dialect *d)
{
    char decimal = d->decimal == ',' ? ',' : '.';
    size_t n = 0, run = 0, n_groups = 0;
    bool fraction = false;

    if (csv_numbers_are_plain(d) || s.len >= CSV_NUMBER_BYTES || !s.len ||
        !memchr("+-.,0123456789", *s.at, 14))
        return s;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c >= '0' && c <= '9') {
            run++;
        } else if (d->thousands && c == d->thousands && !fraction) {
            if (run < 1 || run > 3 || (n_groups && run != 3))
                return no_number();
            n_groups++;
            run = 0;
            continue;
        } else if (c == decimal || (c == '.' && d->thousands != '.')) {
            if (fraction || (n_groups && run != 3))
                return no_number();
            fraction = true;
            c = '.';
        } else if (c == ',') {
            return no_number();
        } else if ((c == 'e' || c == 'E') && !fraction && n_groups && run != 3) {
            return no_number();
        }
        buf[n++] = c;
    }
    if (n_groups && !fraction && run != 3)
        return no_number();
    return (struct span){ buf, n };
}
