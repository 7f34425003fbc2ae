#include "table/cell.h"

#include <assert.h>
#include <inttypes.h>

#include "base/text.h"

#define SECOND_US INT64_C(1000000)
#define DAY_US    (86400 * SECOND_US)

static void add_date(struct str *out, int32_t days)
{
    int32_t year;
    unsigned month, day;

    calendar_date(days, &year, &month, &day);
    str_addf(out, "%s%04d-%02u-%02u", year < 0 ? "-" : "", year < 0 ? -year : year, month, day);
}

/* Microseconds as decimals, without trailing zeros; nothing when there are none. */
static void add_fraction(struct str *out, int64_t us)
{
    if (us == 0)
        return;
    str_addf(out, ".%06" PRId64, us);
    while (out->buf[out->len - 1] == '0')
        out->buf[--out->len] = '\0';
}

static void add_timestamp(struct str *out, int64_t us, char between)
{
    int64_t days = us / DAY_US - (us % DAY_US < 0);
    int64_t rest = us % DAY_US + (us % DAY_US < 0 ? DAY_US : 0);
    int seconds = (int)(rest / SECOND_US);

    add_date(out, (int32_t)days);
    str_addf(out, "%c%02d:%02d:%02d", between, seconds / 3600, seconds / 60 % 60, seconds % 60);
    add_fraction(out, rest % SECOND_US);
}

void cell_text(struct str *out, const struct column *c, size_t i)
{
    char real[TEXT_REAL_SIZE];

    assert(i < c->n_rows);
    if (column_missing(c, i))
        return;
    switch (c->type) {
    case COLUMN_BOOL:
        str_add(out, column_bool(c, i) ? "true" : "false");
        break;
    case COLUMN_INT:
        str_addf(out, "%" PRId64, column_ints(c)[i]);
        break;
    case COLUMN_REAL:
        str_add(out, text_real(real, column_reals(c)[i], true));
        break;
    case COLUMN_DATE:
        add_date(out, column_codes(c)[i]);
        break;
    case COLUMN_TIMESTAMP:
        add_timestamp(out, column_ints(c)[i], 'T');
        str_add_char(out, 'Z');
        break;
    default: {
        struct span text = column_span(c, i);
        str_add_n(out, text.at, text.len);
    }
    }
}

void cell_show(struct str *out, const struct column *c, size_t i, int digits, const char *missing)
{
    char real[TEXT_REAL_SIZE];

    assert(i < c->n_rows);
    if (column_missing(c, i)) {
        str_add(out, missing);
        return;
    }
    switch (c->type) {
    case COLUMN_REAL:
        str_add(out, text_real_short(real, column_reals(c)[i], digits));
        break;
    case COLUMN_TIMESTAMP:
        add_timestamp(out, column_ints(c)[i], ' ');
        break;
    case COLUMN_CATEGORY:
    case COLUMN_TEXT: {
        struct span text = column_span(c, i);
        str_add_escaped(out, text.at, text.len);
        break;
    }
    default:
        cell_text(out, c, i);
    }
}
