/* reader_arff.c - ARFF, Weka's format: a header that declares attributes, then rows.
 *
 *   @relation NAME    @attribute NAME numeric|real|integer|string|date ["FORMAT"]|{a, b, …}    @data
 *
 * Words are bare or quoted with ' or ", with backslash escapes; % begins a comment line; ? is missing;
 * {0 a, 3 b} is a sparse row, whose other values are 0 or the first of the declared ones; a weight
 * {2.5} behind a row becomes the column "weight".
 *
 * numeric and real columns become int or real by their cells, integer ones int; nominal ones category
 * (bool when they declare just true and false); dates date or timestamp by their cells; a date in
 * another form than ISO's stays text.  A nominal value that is not declared is listed and missing.
 * Source of the grammar: Witten, Frank, Hall, "Data Mining", 3rd ed., section 2.4.
 */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/text_file.h"

extern const struct reader reader_arff;

static const struct param_spec arff_params[] = {
    { .name = "types",
      .type = PARAM_TEXT,
      .flags = PARAM_PER_FILE,
      .help = "types of columns, as in age:int,zip:text; as declared when absent" },
    { .name = NULL },
};

struct attribute {
    bool nominal, number;
    struct text_set values; /* nominal: those declared */
    struct span first;      /* nominal: the first of them */
};

struct arff {
    struct text_scan *s;
    struct attribute *attributes; /* (n) */
    size_t n, cap;
    size_t weight; /* column of the weights, SIZE_MAX: none */
    size_t begin;  /* of the line */
    size_t zero;   /* offset of a "0" behind the file, SIZE_MAX: none yet */
    struct reject first;
    size_t n_rejects, n_values; /* of the source, before the row */
};

/* ---------------------------------------------------------------- words */

/* A word of a line: bytes of the block, quotes and escapes taken off. */
struct word {
    size_t at, len;
    bool quoted;
};

static size_t skip_blanks(const char *buf, size_t at, size_t end)
{
    while (at < end && (buf[at] == ' ' || buf[at] == '\t'))
        at++;
    return at;
}

static char escaped(char c)
{
    return (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
}

/* A quoted word from `at`; returns the offset behind its closing quote, 0 when there is none. */
static size_t quoted_word(struct word *w, char *buf, size_t at, size_t end)
{
    char quote = buf[at];
    size_t to = at + 1;

    *w = (struct word){ .at = at + 1, .quoted = true };
    for (at++; at < end && buf[at] != quote; at++) {
        if (buf[at] == '\\' && at + 1 < end) {
            at++;
            buf[to++] = escaped(buf[at]);
        } else {
            buf[to++] = buf[at];
        }
    }
    w->len = to - w->at;
    return at < end ? at + 1 : 0;
}

/* The next word, which ends before one of `stops`; the offset behind it, 0 when a quote is open. */
static size_t next_word(struct word *w, char *buf, size_t at, size_t end, const char *stops)
{
    at = skip_blanks(buf, at, end);
    if (at < end && (buf[at] == '\'' || buf[at] == '"'))
        return quoted_word(w, buf, at, end);
    *w = (struct word){ .at = at };
    while (at < end && !(buf[at] && strchr(stops, buf[at])))
        at++;
    w->len = at - w->at;
    while (w->len && (buf[w->at + w->len - 1] == ' ' || buf[w->at + w->len - 1] == '\t'))
        w->len--;
    return at;
}

static int fail_at(const struct arff *a, size_t at, const char *what, struct err *err)
{
    return err_set_at(err, ERR_PARSE,
                      (struct err_at){ a->s->file->path, a->s->line, at - a->begin + 1, 1 }, "%s",
                      what);
}

/* ---------------------------------------------------------------- the header */

static struct attribute *attribute_add(struct arff *a)
{
    if (a->n == a->cap) {
        a->cap = a->cap ? a->cap * 2 : 32;
        a->attributes = mem_resize(a->attributes, a->cap, sizeof(*a->attributes));
    }
    a->attributes[a->n] = (struct attribute){ 0 };
    text_set_init(&a->attributes[a->n].values);
    return &a->attributes[a->n++];
}

static bool is_true_false(const struct attribute *t)
{
    static const char *const pairs[][2] = { { "true", "false" },
                                            { "TRUE", "FALSE" },
                                            { "True", "False" } };

    for (size_t k = 0; k < 3; k++)
        if (t->values.n == 2 && text_set_has(&t->values, pairs[k][0], 4) &&
            text_set_has(&t->values, pairs[k][1], 5))
            return true;
    return false;
}

/* {a, b, …} from `at`. */
static int read_nominal(struct arff *a, struct attribute *t, size_t at, size_t end, int *type,
                        struct err *err)
{
    struct arena *arena = &a->s->cells->src->arena;
    char *buf = a->s->cells->grid.buf;
    struct word w;

    t->nominal = true;
    for (size_t brace = at++;; at++) {
        at = next_word(&w, buf, at, end, ",}");
        at = at ? skip_blanks(buf, at, end) : 0;
        if (!at || at >= end || (buf[at] != ',' && buf[at] != '}'))
            return fail_at(a, brace, "the values of this attribute are not closed with }", err);
        if (w.len || w.quoted) {
            /* Rows are unescaped in place too, but not the header: yet the block may move. */
            const char *kept = arena_strndup(arena, buf + w.at, w.len);
            if (!t->values.n)
                t->first = (struct span){ kept, w.len };
            text_set_add(&t->values, kept, w.len);
        }
        if (buf[at] == '}')
            break;
    }
    *type = is_true_false(t) ? COLUMN_BOOL : COLUMN_CATEGORY;
    return 0;
}

static bool word_is(const char *buf, const struct word *w, const char *text)
{
    return w->len == strlen(text) && strncasecmp(buf + w->at, text, w->len) == 0;
}

static int read_type(struct arff *a, struct attribute *t, size_t at, size_t end, int *type,
                     struct err *err)
{
    char *buf = a->s->cells->grid.buf;
    struct word w;

    at = skip_blanks(buf, at, end);
    if (at < end && buf[at] == '{')
        return read_nominal(a, t, at, end, type, err);
    next_word(&w, buf, at, end, " \t");
    t->number = word_is(buf, &w, "numeric") || word_is(buf, &w, "real") ||
                word_is(buf, &w, "integer");
    if (word_is(buf, &w, "string"))
        *type = COLUMN_TEXT;
    else if (!t->number && !word_is(buf, &w, "date"))
        return fail_at(a, at,
                       "this type of attribute is not known; they are numeric, integer, real, "
                       "string, date and { }",
                       err);
    return 0;
}

static int read_attribute(struct arff *a, size_t at, size_t end, struct err *err)
{
    struct cells *c = a->s->cells;
    struct attribute *t;
    struct word name;
    int type = -1;

    at = next_word(&name, c->grid.buf, at, end, " \t");
    if (!at || !(name.len || name.quoted))
        return fail_at(a, at ? at : name.at - 1, "this attribute has no name", err);
    t = attribute_add(a);
    if (read_type(a, t, at, end, &type, err))
        return -1;
    if (cells_column(c, (struct span){ c->grid.buf + name.at, name.len }, a->n - 1) != a->n - 1)
        return fail_at(a, name.at, "this name is another attribute's already", err);
    c->types[a->n - 1] = type;
    return 0;
}

static bool begins(const char *buf, size_t at, size_t end, const char *word)
{
    size_t len = strlen(word);

    return end - at >= len && strncasecmp(buf + at, word, len) == 0 &&
           (end - at == len || strchr(" \t", buf[at + len]));
}

/* 1 a line of the header, 0 it was @data, -1. */
static int header_line(struct arff *a, size_t at, size_t end, struct err *err)
{
    const char *buf = a->s->cells->grid.buf;

    at = skip_blanks(buf, at, end);
    if (at == end || buf[at] == '%' || begins(buf, at, end, "@relation"))
        return 1;
    if (begins(buf, at, end, "@attribute"))
        return read_attribute(a, at + strlen("@attribute"), end, err) ? -1 : 1;
    if (begins(buf, at, end, "@data"))
        return 0;
    return fail_at(a, at, "expected @relation, @attribute or @data here", err);
}

static int read_header(struct arff *a, struct err *err)
{
    size_t end;
    int rc = 1;

    while (rc > 0) {
        if (!text_next_line(&a->begin, &end, a->s))
            return err_set_at(err, ERR_PARSE, (struct err_at){ a->s->file->path, 0, 0, 0 },
                              "there is no @data in this ARFF file");
        rc = header_line(a, a->begin, end, err);
    }
    if (rc == 0 && !a->n)
        return fail_at(a, a->begin, "there is no @attribute before @data", err);
    return rc;
}

/* ---------------------------------------------------------------- rows */

static void put_value(struct arff *a, size_t j, const struct word *w)
{
    struct cells *c = a->s->cells;
    const char *text = c->grid.buf + w->at;
    const struct attribute *t = j < a->n ? &a->attributes[j] : NULL;

    if (!w->quoted && w->len == 1 && *text == '?')
        return;
    if (t && t->nominal && !text_set_has(&t->values, text, w->len)) {
        cells_reject(c, REJECT_VALUE, (int)j, a->s->line, w->at - a->begin + 1, text, w->len);
        return;
    }
    bool bare = !t || t->number || c->types[j] == COLUMN_BOOL;
    cells_put(c, j, w->at, w->len, (bare ? 0 : CSV_QUOTED) | text_dirty(a->s, w->at, w->len));
}

static int reject_row(struct arff *a, size_t at, size_t end)
{
    struct cells *c = a->s->cells;

    /* What was listed of the row's cells goes with the row. */
    c->src->rejects.n = a->n_rejects;
    c->src->rejects.count[REJECT_VALUE] = a->n_values;
    if (!a->first.line)
        a->first = (struct reject){ .line = a->s->line, .col = at - a->begin + 1 };
    cells_drop_row(c);
    cells_reject(c, REJECT_SYNTAX, -1, a->s->line, at - a->begin + 1, c->grid.buf + a->begin,
                 end - a->begin);
    return 0;
}

/* {W} at `at`, behind the values. */
static void read_weight(struct arff *a, size_t at, size_t end)
{
    struct cells *c = a->s->cells;
    struct word w;

    if (a->weight == SIZE_MAX) {
        const char *name = text_set_has(&c->by_name, "weight", 6) ? "weight of the row" : "weight";
        a->weight = cells_column(c, span_of(name), SIZE_MAX);
    }
    next_word(&w, c->grid.buf, at + 1, end, "}");
    put_value(a, a->weight, &w);
}

static int read_dense(struct arff *a, size_t at, size_t end)
{
    struct cells *c = a->s->cells;
    char *buf = c->grid.buf;
    struct word w;
    size_t j = 0;

    for (;; at++) {
        at = skip_blanks(buf, at, end);
        if (j == a->n && at < end && buf[at] == '{') {
            read_weight(a, at, end);
            return 0;
        }
        size_t from = at;
        at = next_word(&w, buf, at, end, ",");
        at = at ? skip_blanks(buf, at, end) : 0;
        if (!at || (at < end && buf[at] != ','))
            return reject_row(a, at ? at : from, end);
        if (j < a->n)
            put_value(a, j, &w);
        j++;
        if (at >= end)
            break;
    }
    if (j < a->n)
        cells_reject(c, REJECT_SHORT, -1, a->s->line, 1, buf + a->begin, end - a->begin);
    else if (j > a->n)
        cells_reject(c, REJECT_LONG, -1, a->s->line, 1, buf + a->begin, end - a->begin);
    return 0;
}

/* What a sparse row does not name: the first nominal value, or 0. */
static int put_absent(struct arff *a, size_t j, struct err *err)
{
    const struct attribute *t = &a->attributes[j];
    struct cells *c = a->s->cells;
    struct span text = t->nominal ? t->first : (struct span){ "0", 1 };
    size_t at = a->zero;

    if (!t->nominal && !t->number)
        return 0;
    if (t->nominal || at == SIZE_MAX)
        if (cells_add(&at, c, text.at, text.len, err))
            return -1;
    if (!t->nominal)
        a->zero = at;
    if (at - c->grid.row_at[c->grid.n_rows - 1] > CSV_PACK_MASK)
        return err_set_at(err, ERR_PARSE, (struct err_at){ a->s->file->path, a->s->line, 0, 0 },
                          "a sparse ARFF file may have at most 1 GB");
    struct word w = { .at = at, .len = text.len };
    put_value(a, j, &w);
    return 0;
}

/* "INDEX VALUE" from `at`; returns the offset behind it, 0 when it is none. */
static size_t read_pair(struct arff *a, uint8_t *there, size_t at, size_t end)
{
    char *buf = a->s->cells->grid.buf;
    struct word index, value;
    int64_t j;

    at = next_word(&index, buf, at, end, " \t,}");
    if (!at || !text_parse_int(&j, buf + index.at, index.len) || j < 0 || (size_t)j >= a->n)
        return 0;
    at = next_word(&value, buf, at, end, ",}");
    if (!at || !(value.len || value.quoted))
        return 0;
    put_value(a, (size_t)j, &value);
    there[j] = 1;
    return skip_blanks(buf, at, end);
}

static int read_sparse(struct arff *a, size_t at, size_t end, struct err *err)
{
    char *buf = a->s->cells->grid.buf;
    uint8_t *there = mem_new(a->n, 1);
    size_t next = skip_blanks(buf, at + 1, end), from = next;
    int rc = 0;

    while (next && next < end && buf[next] != '}') {
        from = next;
        next = read_pair(a, there, next + (buf[next] == ','), end);
    }
    bool good = next && next < end;
    if (good) {
        size_t behind = skip_blanks(buf, next + 1, end);
        if (behind < end && buf[behind] == ',')
            behind = skip_blanks(buf, behind + 1, end);
        if (behind < end && buf[behind] == '{')
            read_weight(a, behind, end);
        for (size_t j = 0; j < a->n && !rc; j++)
            if (!there[j])
                rc = put_absent(a, j, err);
    } else {
        reject_row(a, from, end);
    }
    mem_free(there);
    return rc;
}

static int read_row(struct arff *a, size_t end, struct err *err)
{
    const char *buf = a->s->cells->grid.buf;
    size_t at = skip_blanks(buf, a->begin, end);

    if (at == end || buf[at] == '%')
        return 0;
    if (end - a->begin > CSV_PACK_MASK)
        return fail_at(a, at, "this line is longer than 1 GB", err);
    a->n_rejects = a->s->cells->src->rejects.n;
    a->n_values = a->s->cells->src->rejects.count[REJECT_VALUE];
    if (cells_row(a->s->cells, a->s->line, a->begin, err))
        return -1;
    if (buf[at] == '{' ? read_sparse(a, at, end, err) : read_dense(a, at, end))
        return -1;
    return text_tick(a->s, err);
}

static int arff_parse(struct text_scan *s, struct err *err)
{
    struct arff a = { .s = s, .weight = SIZE_MAX, .zero = SIZE_MAX };
    size_t end;
    int rc = read_header(&a, err);

    while (rc == 0 && s->cells->grid.n_rows < s->max_rows && text_next_line(&a.begin, &end, s))
        rc = read_row(&a, end, err);
    if (rc == 0 && !s->cells->grid.n_rows && a.first.line)
        rc = err_set_at(err, ERR_PARSE,
                        (struct err_at){ s->file->path, a.first.line, a.first.col, 1 },
                        "this row cannot be read, and no other could");
    for (size_t j = 0; j < a.n; j++)
        text_set_release(&a.attributes[j].values);
    mem_free(a.attributes);
    return rc;
}

/* ---------------------------------------------------------------- the descriptor */

/* The first line that is no comment begins with @relation. */
static int arff_sniff(const char *head, size_t len)
{
    size_t at = len >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    while (at < len) {
        const char *end = memchr(head + at, '\n', len - at);
        size_t stop = end ? (size_t)(end - head) : len, from = skip_blanks(head, at, stop);
        stop -= stop > from && head[stop - 1] == '\r';
        if (from < stop && head[from] != '%')
            return begins(head, from, stop, "@relation") ? 100 : 0;
        if (!end)
            return 0;
        at = (size_t)(end - head) + 1;
    }
    return 0;
}

static int arff_open(void **state, const struct read_request *req, struct err *err)
{
    return text_file_open(state, req, &reader_arff, err);
}

static int arff_preview(struct table **out, void *state, size_t max_rows, struct err *err)
{
    return text_file_preview(out, state, arff_parse, max_rows, err);
}

static int arff_read(struct source **out, void *state, struct job *job, struct err *err)
{
    return text_file_read(out, state, arff_parse, job, err);
}

const struct reader reader_arff = {
    .name = "arff",
    .help = "ARFF: declared attributes, dense or sparse rows, weights",
    .suffixes = ".arff",
    .params = arff_params,
    .sniff = arff_sniff,
    .open = arff_open,
    .preview = arff_preview,
    .read = arff_read,
    .close = text_file_close,
};
