/* csv_params.c - the parameters of the CSV reader, to a dialect and back. */
#include "io/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define HEADER_MOST 20

static const char *const decimal_choices[] = { ".", ",", NULL };

const struct param_spec csv_params[] = {
    { .name = "delimiter",
      .type = PARAM_TEXT,
      .flags = PARAM_PER_FILE,
      .help = "a character, or comma, tab, semicolon, pipe, space, whitespace (a run of blanks); "
              "with a blank behind it, blanks behind it do not count; guessed when absent" },
    { .name = "header",
      .type = PARAM_TEXT,
      .fallback = "auto",
      .help = "whether the first line names the columns: yes, no, auto, or how many lines do" },
    { .name = "na",
      .type = PARAM_TEXT,
      .fallback = "NA,N/A,null,NULL",
      .help = "unquoted texts that mean missing, beside an empty field; comma between them" },
    { .name = "types",
      .type = PARAM_TEXT,
      .flags = PARAM_PER_FILE,
      .help =
          "types of columns, as in age:int,zip:text; all:text for the rest; inferred when absent" },
    CSV_DATES_PARAM,
    { .name = "skip",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e9,
      .help = "lines to leave out at the beginning; guessed when absent" },
    { .name = "rows",
      .type = PARAM_TEXT,
      .help = "read so many rows at most, or all; guessed when absent: up to where another table "
              "begins" },
    { .name = "quote",
      .type = PARAM_TEXT,
      .help = "the quote character, or none; guessed when absent" },
    { .name = "escape",
      .type = PARAM_TEXT,
      .help =
          "stands before a quote in a quoted field: backslash or another character; none: quotes "
          "are doubled; guessed when absent" },
    { .name = "comment",
      .type = PARAM_TEXT,
      .help = "begins lines that are left out, or none; guessed when absent" },
    { .name = "decimal",
      .type = PARAM_CHOICE,
      .choices = decimal_choices,
      .help = "what stands before decimals; guessed when absent" },
    { .name = "thousands",
      .type = PARAM_TEXT,
      .help = "what stands between thousands: a character, space or none; guessed when absent" },
    { .name = "encoding",
      .type = PARAM_TEXT,
      .help = "utf8, utf16le, utf16be, latin1, cp1252 or another that iconv knows; guessed when "
              "absent" },
    { .name = "sample",
      .type = PARAM_INT,
      .flags = PARAM_PER_FILE,
      .min = 1,
      .max = UINT32_MAX,
      .help = "so many rows, chosen at random over the whole file; all when absent" },
    { .name = "seed",
      .type = PARAM_INT,
      .flags = PARAM_PER_FILE,
      .min = 0,
      .max = 1e9,
      .help = "which sample: the same seed, the same rows; 1 when absent" },
    { .name = NULL },
};

struct named {
    char c;
    const char *name;
};
static const struct named names[] = {
    { ',', "comma" }, { '\t', "tab" },  { ';', "semicolon" },
    { '|', "pipe" },  { ' ', "space" }, { '\\', "backslash" },
};
#define N_NAMES (sizeof(names) / sizeof(*names))

const char *csv_character_text(char buf[2], char c)
{
    if (!c)
        return "none";
    for (size_t i = 0; i < N_NAMES; i++)
        if (names[i].c == c)
            return names[i].name;
    buf[0] = c;
    buf[1] = '\0';
    return buf;
}

/* One byte that no rule of the format needs for itself. */
static int read_character(char *out, const char *text, const char *param, struct err *err)
{
    unsigned char c = (unsigned char)text[0];

    for (size_t i = 0; i < N_NAMES; i++)
        if (strcmp(names[i].name, text) == 0) {
            *out = names[i].c;
            return 0;
        }
    if (strcmp(text, "\\t") == 0) {
        *out = '\t';
        return 0;
    }
    if (!c || text[1] || c >= 0x80 || c == '\n' || c == '\r')
        return err_set(err, ERR_USAGE, "%s is '%s'; it takes one character", param, text);
    *out = (char)c;
    return 0;
}

static int read_delimiter(struct csv_dialect *d, const char *text, struct err *err)
{
    size_t len = strlen(text);
    char one[16];

    if (strcmp(text, "whitespace") == 0) {
        d->delimiter = ' ';
        d->runs = true;
        return 0;
    }
    if (len > 1 && len < sizeof(one) && text[len - 1] == ' ') {
        memcpy(one, text, len - 1);
        one[len - 1] = '\0';
        d->padded = true;
        return read_character(&d->delimiter, one, "delimiter", err);
    }
    return read_character(&d->delimiter, text, "delimiter", err);
}

static int read_header(int *out, const char *text, struct err *err)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (strcmp(text, "yes") == 0 || strcmp(text, "no") == 0) {
        *out = *text == 'y';
        return 0;
    }
    if (end == text || *end || n < 0 || n > HEADER_MOST)
        return err_set(err, ERR_USAGE,
                       "header is '%s'; it takes yes, no, auto or a number of lines up to %d", text,
                       HEADER_MOST);
    *out = (int)n;
    return 0;
}

static int read_rows(size_t *out, const char *text, struct err *err)
{
    int64_t n;

    if (strcmp(text, "all") == 0)
        return 0;
    if (!text_parse_int(&n, text, strlen(text)) || n < 1)
        return err_set(err, ERR_USAGE, "rows is '%s'; it takes a number above 0, or all", text);
    *out = (size_t)n;
    return 0;
}

/* A character, or none; unset leaves it open. */
static int read_optional(char *out, unsigned *open, unsigned flag, const struct params *p,
                         const char *name, struct err *err)
{
    const char *text = params_text(p, name);

    if (!text) {
        *open |= flag;
        return 0;
    }
    if (!*text || strcmp(text, "none") == 0 || strcmp(text, "no") == 0)
        return 0;
    return read_character(out, text, name, err);
}

/* Two roles of one character are one too many. */
static int check_roles(const struct csv_dialect *d, struct err *err)
{
    const struct {
        const char *name;
        char c;
    } roles[] = { { "delimiter", d->delimiter }, { "quote", d->quote }, { "comment", d->comment } };

    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < i; k++)
            if (roles[i].c && roles[i].c == roles[k].c)
                return err_set(err, ERR_USAGE, "%s and %s are both '%c'; give one of them another",
                               roles[k].name, roles[i].name, roles[i].c);
    if (d->decimal == ',' && d->thousands == ',')
        return err_set(err, ERR_USAGE,
                       "decimal and thousands are both ','; give one of them another");
    return 0;
}

int csv_params_dialect(struct csv_dialect *d, unsigned *open, const struct params *p,
                       struct arena *arena, struct err *err)
{
    const char *delimiter = params_text(p, "delimiter"), *header = params_text(p, "header");

    *d = (struct csv_dialect){ .decimal = '.' };
    *open = 0;
    if (!delimiter || !*delimiter)
        *open |= CSV_OPEN_DELIMITER;
    else if (read_delimiter(d, delimiter, err))
        return -1;
    if (read_optional(&d->quote, open, CSV_OPEN_QUOTE, p, "quote", err) ||
        read_optional(&d->escape, open, CSV_OPEN_ESCAPE, p, "escape", err) ||
        read_optional(&d->comment, open, CSV_OPEN_COMMENT, p, "comment", err) ||
        read_optional(&d->thousands, open, CSV_OPEN_THOUSANDS, p, "thousands", err))
        return -1;
    if (!header || strcmp(header, "auto") == 0)
        *open |= CSV_OPEN_HEADER;
    else if (read_header(&d->header, header, err))
        return -1;
    if (!params_text(p, "rows"))
        *open |= CSV_OPEN_ROWS;
    else if (read_rows(&d->rows, params_text(p, "rows"), err))
        return -1;
    if (params_value(p, "skip")->set)
        d->skip = (size_t)params_int(p, "skip");
    else
        *open |= CSV_OPEN_SKIP;
    if (params_value(p, "decimal")->set)
        d->decimal = *decimal_choices[params_choice(p, "decimal")];
    else
        *open |= CSV_OPEN_DECIMAL;
    d->na = csv_na_words(&d->n_na, params_text(p, "na"), arena);
    return check_roles(d, err);
}

const char *csv_params_text(const struct csv_dialect *d, const char *name, struct arena *arena)
{
    char buf[2];

    if (strcmp(name, "delimiter") == 0)
        return d->runs ? "whitespace"
                       : arena_printf(arena, "%s%s", csv_character_text(buf, d->delimiter),
                                      d->padded ? " " : "");
    if (strcmp(name, "quote") == 0)
        return arena_strdup(arena, csv_character_text(buf, d->quote));
    if (strcmp(name, "escape") == 0)
        return arena_strdup(arena, csv_character_text(buf, d->escape));
    if (strcmp(name, "comment") == 0)
        return arena_strdup(arena, csv_character_text(buf, d->comment));
    if (strcmp(name, "thousands") == 0)
        return arena_strdup(arena, csv_character_text(buf, d->thousands));
    if (strcmp(name, "decimal") == 0)
        return d->decimal == ',' ? "," : ".";
    if (strcmp(name, "skip") == 0)
        return arena_printf(arena, "%zu", d->skip);
    if (strcmp(name, "rows") == 0)
        return d->rows ? arena_printf(arena, "%zu", d->rows) : "all";
    if (strcmp(name, "header") == 0)
        return d->header > 1 ? arena_printf(arena, "%d", d->header) : d->header ? "yes" : "no";
    return NULL;
}
