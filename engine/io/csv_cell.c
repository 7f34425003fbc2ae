/* csv_cell.c - what one cell looks like. */
#include "io/csv_load.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "table/cell.h"

#define EXACT_INT    ((int64_t)1 << 53)
#define SMALL_DIGITS 15  /* 1e15 is below EXACT_INT */
#define PLAIN_DIGITS 300 /* 1e308 is the largest */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct span without_sign(struct span s)
{
    size_t n = s.len && ((*s.at == '-') | (*s.at == '+'));

    return (struct span){ s.at + n, s.len - n };
}

static bool is_all_digits(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.at[i]))
            return false;
    return s.len > 0;
}

/* A number by its form: what text_parse_real refuses although it is one is too large. */
static bool has_number_form(struct span s)
{
    size_t i = 0, n_digits = 0;

    s = without_sign(s);
    for (; i < s.len && (is_digit(s.at[i]) || s.at[i] == '.'); i++)
        n_digits += s.at[i] != '.';
    if (!n_digits || memchr(s.at, '.', i) != memrchr(s.at, '.', i))
        return false;
    if (i == s.len)
        return true;
    if (s.at[i] != 'e' && s.at[i] != 'E')
        return false;
    return is_all_digits(without_sign((struct span){ s.at + i + 1, s.len - i - 1 }));
}

static enum cell_class classify_integer(struct span s, struct span digits, bool *wide)
{
    int64_t i;
    double r;

    if (digits.len > 1 && *digits.at == '0')
        return CLASS_LED;
    if (digits.len <= SMALL_DIGITS)
        return CLASS_INT;
    if (!text_parse_int(&i, s.at, s.len))
        return text_parse_real(&r, s.at, s.len) ? CLASS_BIG : CLASS_OVERFLOW;
    *wide = i > EXACT_INT || i < -EXACT_INT;
    return CLASS_INT;
}

static size_t digits_end(struct span s, size_t i)
{
    while (i < s.len && is_digit(s.at[i]))
        i++;
    return i;
}

/* Digits with a point among them need no parsing to be known as a real: that they fit a double is
 * certain up to PLAIN_DIGITS. */
static enum cell_class classify_number(struct span s, bool *wide)
{
    struct span digits = without_sign(s);
    size_t i = digits_end(digits, 0);
    double r;

    if (i == digits.len && i > 0)
        return classify_integer(s, digits, wide);
    if (i < digits.len && digits.at[i] == '.') {
        i = digits_end(digits, i + 1);
        if (i == digits.len && i > 1 && i <= PLAIN_DIGITS)
            return CLASS_REAL;
    }
    if (text_parse_real(&r, s.at, s.len))
        return CLASS_REAL;
    return has_number_form(s) ? CLASS_OVERFLOW : CLASS_OTHER;
}

static bool is_true_false(struct span s)
{
    static const char *const words[] = { "true", "TRUE", "True", "false", "FALSE", "False" };

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (span_is(s, words[i]))
            return true;
    return false;
}

static enum cell_class classify_word(struct span s)
{
    double r;

    switch (*s.at) {
    case 't':
    case 'T':
    case 'f':
    case 'F':
        return is_true_false(s) ? CLASS_BOOL : CLASS_OTHER;
    case 'i':
    case 'I':
    case 'n':
    case 'N': /* inf, nan */
        return text_parse_real(&r, s.at, s.len) ? CLASS_REAL : CLASS_OTHER;
    default:
        return CLASS_OTHER;
    }
}

enum cell_class cell_classify(bool *wide, struct span s)
{
    char c = *s.at;
    enum cell_class class;
    int32_t days;
    int64_t us;

    *wide = false;
    /* One branch for all of them: signs come as they like, and which it is cannot be predicted. */
    if (!(is_digit(c) | (c == '-') | (c == '+') | (c == '.')))
        return classify_word(s);
    class = classify_number(s, wide);
    if (class != CLASS_OTHER || !is_digit(c) || s.len < 8)
        return class;
    if (cell_parse_date(&days, s.at, s.len))
        return CLASS_DATE;
    return cell_parse_timestamp(&us, s.at, s.len) ? CLASS_TIMESTAMP : CLASS_OTHER;
}

bool csv_text_is_special(const char *s, size_t len)
{
    struct span text = span_trim((struct span){ s, len });
    bool wide;

    return !text.len || cell_classify(&wide, text) != CLASS_OTHER;
}

enum cell_class csv_cell_class(bool *wide, const struct csv_dialect *d, struct span text,
                               uint32_t flags)
{
    char buf[CSV_NUMBER_BYTES];
    enum cell_class class;

    *wide = false;
    if (flags & CSV_MISSING)
        return CLASS_MISSING;
    if (flags & CSV_QUOTED && csv_is_na(d, text.at, text.len))
        return CLASS_BLANK;
    text = span_trim(text);
    if (!text.len || flags & CSV_DIRTY)
        return CLASS_OTHER;
    if (csv_numbers_are_plain(d))
        return cell_classify(wide, text);
    class = cell_classify(wide, csv_number_plain(buf, text, d));
    return class == CLASS_OTHER ? cell_classify(wide, text) : class;
}

bool class_is_number(enum cell_class class)
{
    return class == CLASS_INT || class == CLASS_BIG || class == CLASS_REAL ||
           class == CLASS_OVERFLOW;
}

bool class_fits(enum cell_class class, enum column_type type)
{
    if (type == COLUMN_REAL || type == COLUMN_INT)
        return class_is_number(class);
    if (type == COLUMN_BOOL)
        return class == CLASS_BOOL;
    return class == CLASS_DATE || (type == COLUMN_TIMESTAMP && class == CLASS_TIMESTAMP);
}

static bool parse_time(int64_t *us, struct span s)
{
    int32_t days;

    if (cell_parse_timestamp(us, s.at, s.len))
        return true;
    if (!cell_parse_date(&days, s.at, s.len))
        return false;
    *us = days * INT64_C(86400000000);
    return true;
}

bool csv_cell_store(void *values, enum column_type type, size_t i, struct span s)
{
    switch (type) {
    case COLUMN_INT:
        return text_parse_int((int64_t *)values + i, s.at, s.len);
    case COLUMN_REAL:
        return text_parse_real((double *)values + i, s.at, s.len);
    case COLUMN_DATE:
        return cell_parse_date((int32_t *)values + i, s.at, s.len);
    case COLUMN_TIMESTAMP:
        return parse_time((int64_t *)values + i, s);
    default:
        assert(!"a column of fixed width");
        return false;
    }
}
