/* reader_fixed.c - columns of fixed width.
 *
 * Where the columns end is told (widths=5,8,3; the last one may be longer) or found: a column ends
 * where every line of the head is blank.  Widths count bytes.  Lines that hold blanks only, or only - = +
 * and blanks (rules under a header), are left out and counted.  Cells are bare, blanks around them do not
 * count, so that a blank cell is missing; types follow by the rules of csv_types.c.
 */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/text_file.h"

#define SNIFF_LINES 1000
#define MOST_WIDTH  65536

extern const struct reader reader_fixed;

static const char *const header_choices[] = { "auto", "yes", "no", NULL };
enum { HEADER_AUTO, HEADER_YES };

static const struct param_spec fixed_params[] = {
    { .name = "widths",
      .type = PARAM_TEXT,
      .flags = PARAM_PER_FILE,
      .help = "how many bytes each column has, as in 5,8,3; found from blank columns when absent" },
    { .name = "header",
      .type = PARAM_CHOICE,
      .choices = header_choices,
      .fallback = "auto",
      .help = "whether the first line names the columns" },
    { .name = "na",
      .type = PARAM_TEXT,
      .fallback = "NA,N/A,null,NULL",
      .help = "texts that mean missing, beside blanks; comma between them" },
    { .name = "types",
      .type = PARAM_TEXT,
      .flags = PARAM_PER_FILE,
      .help = "types of columns, as in age:int,zip:text; inferred when absent" },
    CSV_DATES_PARAM,
    { .name = NULL },
};

struct fixed {
    struct text_scan *s;
    size_t *ends; /* (n) offset in the line behind each column */
    size_t n;
    size_t n_blank;
    struct csv_dialect dialect;
};

/* ---------------------------------------------------------------- where columns end */

static int read_widths(struct fixed *f, const char *text, struct err *err)
{
    size_t sum = 0;

    f->ends = MEM_NEW(size_t, strlen(text) + 1);
    for (const char *end; *text; text = *end ? end + 1 : end) {
        int64_t width;
        end = strchrnul(text, ',');
        struct span word = span_trim((struct span){ text, (size_t)(end - text) });
        if (!text_parse_int(&width, word.at, word.len) || width < 1 || width > MOST_WIDTH)
            return err_set(err, ERR_USAGE,
                           "widths takes whole numbers from 1 to %d with commas "
                           "between them, as in 5,8,3; '%.*s' is none",
                           MOST_WIDTH, (int)word.len, word.at);
        sum += (size_t)width;
        f->ends[f->n++] = sum;
    }
    return f->n ? 0 : err_set(err, ERR_USAGE, "widths is empty; it takes numbers as in 5,8,3");
}

static bool line_says_nothing(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr(" \t-=+|", line[i]) || !line[i])
            return false;
    return true;
}

/* used[i]: some line of the head has something at byte i.  Returns how far lines go. */
static size_t mark_used(uint8_t *used, struct text_scan s)
{
    size_t begin, end, widest = 0;

    for (size_t k = 0; k < SNIFF_LINES && text_next_line(&begin, &end, &s); k++) {
        const char *line = s.cells->grid.buf + begin;
        size_t len = end - begin < MOST_WIDTH ? end - begin : MOST_WIDTH;
        if (line_says_nothing(line, len))
            continue;
        for (size_t i = 0; i < len; i++)
            used[i] |= line[i] != ' ' && line[i] != '\t';
        widest = len > widest ? len : widest;
    }
    return widest;
}

/* A column reaches up to the next one's first byte: values may be longer further down. */
static void find_widths(struct fixed *f)
{
    uint8_t *used = mem_new(MOST_WIDTH + 1, 1);
    size_t widest = mark_used(used, *f->s);

    f->ends = MEM_NEW(size_t, widest / 2 + 2);
    for (size_t i = 1; i < widest; i++)
        if (used[i] && !used[i - 1] && memchr(used, 1, i))
            f->ends[f->n++] = i;
    f->ends[f->n++] = widest ? widest : 1;
    mem_free(used);
}

static void settle_widths(struct fixed *f)
{
    struct str text;
    size_t from = 0;

    str_init(&text);
    for (size_t j = 0; j < f->n; from = f->ends[j++])
        str_addf(&text, "%s%zu", j ? "," : "", f->ends[j] - from);
    text_file_settle(f->s->file, "widths", text.buf);
    source_note(f->s->cells->src, "widths: %s, from the columns that are blank in every line",
                text.buf);
    str_release(&text);
}

/* ---------------------------------------------------------------- lines */

/* Column j of the line, blanks off; the last one reaches to the line's end. */
static struct span field(const struct fixed *f, size_t j, size_t begin, size_t end)
{
    size_t from = begin + (j ? f->ends[j - 1] : 0), to = begin + f->ends[j];

    to = to < end && j + 1 < f->n ? to : end;
    if (from >= to)
        return (struct span){ f->s->cells->grid.buf + begin, 0 };
    return span_trim((struct span){ f->s->cells->grid.buf + from, to - from });
}

static bool is_number(struct span s)
{
    double v;

    return s.len && text_parse_real(&v, s.at, s.len);
}

/* Numbers under words, or words only where no line repeats: the first line names the columns. */
static bool guess_header(const struct fixed *f, struct text_scan s)
{
    size_t first, first_end, begin, end, n_lines = 0, n_words_over_numbers = 0;

    do
        if (!text_next_line(&first, &first_end, &s))
            return false;
    while (line_says_nothing(s.cells->grid.buf + first, first_end - first));
    for (size_t j = 0; j < f->n; j++)
        if (!field(f, j, first, first_end).len || is_number(field(f, j, first, first_end)))
            return false;
    while (n_lines < SNIFF_LINES && text_next_line(&begin, &end, &s)) {
        n_lines += !line_says_nothing(s.cells->grid.buf + begin, end - begin);
        for (size_t j = 0; j < f->n; j++)
            n_words_over_numbers += is_number(field(f, j, begin, end));
    }
    return n_words_over_numbers > 0;
}

static void name_columns(struct fixed *f, bool header)
{
    struct cells *c = f->s->cells;
    size_t begin = 0, end = 0;
    struct str name;

    while (header && text_next_line(&begin, &end, f->s) &&
           line_says_nothing(c->grid.buf + begin, end - begin)) {
    }
    str_init(&name);
    for (size_t j = 0; j < f->n; j++) {
        struct span text = header ? field(f, j, begin, end) : (struct span){ "", 0 };
        str_clear(&name);
        str_add_n(&name, text.at, text.len);
        /* Names that are not unique, or none, get a number. */
        if (!text.len)
            str_addf(&name, "column_%zu", j + 1);
        for (size_t k = 2; text_set_has(&c->by_name, name.buf, name.len); k++) {
            str_clear(&name);
            str_addf(&name, "%.*s_%zu", (int)text.len, text.at, k);
        }
        cells_column(c, (struct span){ name.buf, name.len }, SIZE_MAX);
    }
    str_release(&name);
}

static int read_row(struct fixed *f, size_t begin, size_t end, struct err *err)
{
    struct cells *c = f->s->cells;
    const char *buf = c->grid.buf;

    if (line_says_nothing(buf + begin, end - begin)) {
        f->n_blank++;
        return 0;
    }
    if (end - begin > CSV_PACK_MASK)
        return err_set_at(err, ERR_PARSE, (struct err_at){ f->s->file->path, f->s->line, 0, 0 },
                          "this line is longer than 1 GB; is it a table?");
    if (cells_row(c, f->s->line, begin, err))
        return -1;
    for (size_t j = 0; j < f->n; j++) {
        struct span s = field(f, j, begin, end);
        size_t at = (size_t)(s.at - buf);
        if (s.len && !csv_is_na(&f->dialect, s.at, s.len))
            cells_put(c, j, at, s.len, text_dirty(f->s, at, s.len));
    }
    if (f->n > 1 && begin + f->ends[f->n - 2] >= end)
        cells_reject(c, REJECT_SHORT, -1, f->s->line, 1, buf + begin, end - begin);
    return text_tick(f->s, err);
}

static int fixed_parse(struct text_scan *s, struct err *err)
{
    struct text_file *file = s->file;
    struct fixed f = { .s = s };
    const char *widths = params_text(&file->params, "widths");
    size_t begin, end;
    int rc = 0;

    f.dialect.na = csv_na_words(&f.dialect.n_na, params_text(&file->params, "na"), &file->arena);
    if (widths)
        rc = read_widths(&f, widths, err);
    else
        find_widths(&f);
    if (rc == 0 && !widths)
        settle_widths(&f);
    if (rc == 0) {
        int asked = params_choice(&file->params, "header");
        bool header = asked == HEADER_AUTO ? guess_header(&f, *s) : asked == HEADER_YES;
        text_file_settle(file, "header", header ? "yes" : "no");
        if (asked == HEADER_AUTO)
            source_note(s->cells->src, header ? "header: the first line names the columns"
                                              : "header: none, columns are named column_1 …");
        name_columns(&f, header);
    }
    while (rc == 0 && s->cells->grid.n_rows < s->max_rows && text_next_line(&begin, &end, s))
        rc = read_row(&f, begin, end, err);
    if (f.n_blank)
        source_note(s->cells->src, "blank lines and rules left out: %zu", f.n_blank);
    mem_free(f.ends);
    return rc;
}

/* ---------------------------------------------------------------- the descriptor */

/* By its name, or asked for: blank columns are in many texts. */
static int fixed_sniff(const char *head, size_t len)
{
    (void)head;
    (void)len;
    return 0;
}

static int fixed_open(void **state, const struct read_request *req, struct err *err)
{
    return text_file_open(state, req, &reader_fixed, err);
}

static int fixed_preview(struct table **out, void *state, size_t max_rows, struct err *err)
{
    return text_file_preview(out, state, fixed_parse, max_rows, err);
}

static int fixed_read(struct source **out, void *state, struct job *job, struct err *err)
{
    return text_file_read(out, state, fixed_parse, job, err);
}

const struct reader reader_fixed = {
    .name = "fixed",
    .help = "columns of fixed width; where they end is told or found",
    .suffixes = ".fwf .prn",
    .params = fixed_params,
    .sniff = fixed_sniff,
    .open = fixed_open,
    .preview = fixed_preview,
    .read = fixed_read,
    .close = text_file_close,
};
