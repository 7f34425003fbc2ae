/* reader_jsonl.c - JSON Lines, and JSON arrays of objects.
 *
 * Each object is a row, each key a column, in the order in which they turn up.  An object within an
 * object is flattened (a.b), an array stays as its text; a key that is not there is missing, and so is
 * null.  Numbers and true and false are bare cells, texts quoted ones: types follow from them by the
 * rules of csv_types.c, and whole numbers stay exact.
 *
 * A line that is no object is listed (REJECT_SYNTAX) and reading goes on with the next line; objects
 * may also stretch over lines.  In an array a mistake is an error, since what follows cannot be told.
 */
#include <string.h>

#include "base/mem.h"
#include "io/json_text.h"
#include "io/text_file.h"

extern const struct reader reader_jsonl;

static const struct param_spec jsonl_params[] = {
    { .name = "types",
      .type = PARAM_TEXT,
      .flags = PARAM_PER_FILE,
      .help = "types of columns, as in age:int,zip:text; inferred when absent" },
    CSV_DATES_PARAM,
    { .name = NULL },
};

struct jsonl {
    struct text_scan *s;
    struct json_check check;
    size_t line, line_at; /* of the byte at s->at */
    size_t likely;        /* column that the next key may be */
    size_t n_twice;       /* keys that an object has twice */
    struct str path;      /* of the objects around, with its points */
    struct reject first;  /* the first line that could not be read */
};

/* ---------------------------------------------------------------- an object becomes a row */

static size_t key_column(struct jsonl *j, size_t at, size_t len)
{
    struct cells *c = j->s->cells;
    size_t path = j->path.len, column;

    if (path == 0) {
        column = cells_column(c, (struct span){ c->grid.buf + at, len }, j->likely);
    } else {
        str_add_n(&j->path, c->grid.buf + at, len);
        column = cells_column(c, (struct span){ j->path.buf, j->path.len }, j->likely);
        j->path.len = path;
        j->path.buf[path] = '\0';
    }
    j->likely = column + 1;
    return column;
}

static void put_cell(struct jsonl *j, size_t column, size_t at, size_t len, unsigned flags)
{
    struct cells *c = j->s->cells;
    const struct csv_grid *g = &c->grid;

    if (g->cells[column] && !(g->cells[column][g->n_rows - 1] & CSV_MISSING))
        j->n_twice++;
    cells_put(c, column, at, len, flags);
}

static size_t put_object(struct jsonl *j, size_t at);

/* Flatten: the key's column is not made, its keys' are. */
static size_t put_nested(struct jsonl *j, size_t key, size_t key_len, size_t at)
{
    size_t path = j->path.len;

    str_add_n(&j->path, j->s->cells->grid.buf + key, key_len);
    str_add_char(&j->path, '.');
    at = put_object(j, at);
    j->path.len = path;
    j->path.buf[path] = '\0';
    return at;
}

/* A bare word or number ends where none of its bytes follows. */
static size_t bare_end(const char *buf, size_t at)
{
    while (buf[at] && !strchr(",]} \t\r\n", buf[at]))
        at++;
    return at;
}

/* The value at `at`, which is well formed; returns the offset behind it. */
static size_t put_value(struct jsonl *j, size_t key, size_t key_len, size_t at)
{
    char *buf = j->s->cells->grid.buf;
    size_t end, len;

    if (buf[at] == '{') {
        end = json_skip_blanks(buf, j->s->len, at + 1);
        if (buf[end] != '}')
            return put_nested(j, key, key_len, at);
    }
    size_t column = key_column(j, key, key_len);
    if (buf[at] == '"') {
        end = json_string_end(buf, at);
        len = json_unescape(buf, at, end);
        unsigned dirty = text_dirty(j->s, at + 1, len);
        dirty |= memchr(buf + at + 1, '\0', len) ? CSV_DIRTY : 0;
        put_cell(j, column, at + 1, len, CSV_QUOTED | dirty);
        return end;
    }
    if (buf[at] == '[' || buf[at] == '{') {
        end = json_value_end(&j->check, at);
        put_cell(j, column, at, end - at, CSV_QUOTED | text_dirty(j->s, at, end - at));
        return end;
    }
    end = bare_end(buf, at);
    if (buf[at] != 'n') /* null */
        put_cell(j, column, at, end - at, 0);
    return end;
}

static size_t put_object(struct jsonl *j, size_t at)
{
    char *buf = j->s->cells->grid.buf;
    size_t len = j->s->len;

    at = json_skip_blanks(buf, len, at + 1);
    while (buf[at] != '}') {
        size_t key = at + 1, end = json_string_end(buf, at);
        size_t key_len = json_unescape(buf, at, end);
        at = json_skip_blanks(buf, len, end) + 1; /* the colon */
        at = json_skip_blanks(buf, len, at);
        at = put_value(j, key, key_len, at);
        at = json_skip_blanks(buf, len, at);
        if (buf[at] == ',')
            at = json_skip_blanks(buf, len, at + 1);
    }
    return at + 1;
}

static int put_row(struct jsonl *j, size_t at, size_t end, struct err *err)
{
    if (end - at > CSV_MAX_RECORD)
        return err_set_at(err, ERR_PARSE, (struct err_at){ j->s->file->path, j->line, 0, 0 },
                          "this object is longer than 256 MB; is it a table?");
    if (cells_row(j->s->cells, j->line, at, err))
        return -1;
    j->likely = 0;
    put_object(j, at);
    return text_tick(j->s, err);
}

/* ---------------------------------------------------------------- where lines are */

/* Bytes up to `to` have been dealt with.  Before strings are unescaped: \n in them is no line end. */
static void count_lines(struct jsonl *j, size_t to)
{
    const char *buf = j->s->cells->grid.buf;

    for (size_t at = j->s->at; at < to;) {
        const char *end = memchr(buf + at, '\n', to - at);
        if (!end)
            break;
        at = (size_t)(end - buf) + 1;
        j->line++;
        j->line_at = at;
    }
    j->s->at = to;
}

static size_t skip_to(struct jsonl *j)
{
    count_lines(j, json_skip_blanks(j->s->cells->grid.buf, j->s->len, j->s->at));
    return j->s->at;
}

static size_t line_end(const struct jsonl *j, size_t at)
{
    const char *buf = j->s->cells->grid.buf;
    const char *end = memchr(buf + at, '\n', j->s->len - at);

    return end ? (size_t)(end - buf) : j->s->len;
}

/* The line that begins before `at` is no object: list it and go to the next. */
static void reject_line(struct jsonl *j, size_t at, size_t bad_at)
{
    const char *buf = j->s->cells->grid.buf;
    size_t end = line_end(j, at), line = j->line, col = bad_at - j->line_at + 1;

    for (size_t i = j->line_at; i < bad_at; i++)
        if (buf[i] == '\n') {
            line++;
            col = bad_at - i;
        }
    if (!j->first.line)
        j->first = (struct reject){ .line = line, .col = col };
    cells_reject(j->s->cells, REJECT_SYNTAX, -1, line, col, buf + at, end - at);
    count_lines(j, end);
}

/* ---------------------------------------------------------------- lines of objects */

/* Behind an object: nothing but blanks up to the line's end, or another object. */
static bool ends_well(struct jsonl *j, size_t end)
{
    const char *buf = j->s->cells->grid.buf;

    while (end < j->s->len && (buf[end] == ' ' || buf[end] == '\t' || buf[end] == '\r'))
        end++;
    if (end == j->s->len || buf[end] == '\n' || buf[end] == '{')
        return true;
    j->check.bad_at = end;
    j->check.wrong = "the end of the line";
    return false;
}

static int parse_lines(struct jsonl *j, struct err *err)
{
    struct cells *c = j->s->cells;

    while (c->grid.n_rows < j->s->max_rows && skip_to(j) < j->s->len) {
        size_t at = j->s->at, end = 0;
        if (c->grid.buf[at] == '{')
            end = json_value_end(&j->check, at);
        else
            j->check.bad_at = at, j->check.wrong = "an object in { }";
        if (!end && j->s->partial && j->check.bad_at >= j->s->len)
            break;
        if (!end || !ends_well(j, end)) {
            reject_line(j, at, j->check.bad_at);
            continue;
        }
        size_t line = j->line, line_at = j->line_at;
        count_lines(j, end);
        size_t next = j->line, next_at = j->line_at;
        j->line = line;
        j->line_at = line_at;
        if (put_row(j, at, end, err))
            return -1;
        j->line = next;
        j->line_at = next_at;
    }
    return 0;
}

/* ---------------------------------------------------------------- an array of objects */

static int fail_here(struct jsonl *j, size_t at, const char *wanted, struct err *err)
{
    const char *buf = j->s->cells->grid.buf;
    size_t line = j->line, line_at = j->line_at;

    for (size_t i = j->s->at; i < at; i++)
        if (buf[i] == '\n') {
            line++;
            line_at = i + 1;
        }
    return err_set_at(err, ERR_PARSE,
                      (struct err_at){ j->s->file->path, line, at - line_at + 1, 1 },
                      "this is no JSON: expected %s", wanted);
}

/* One element and the comma behind it; 1 to go on, 0 at the end, -1. */
static int parse_element(struct jsonl *j, struct err *err)
{
    struct cells *c = j->s->cells;
    size_t at = skip_to(j), end;

    if (c->grid.buf[at] == ']')
        return 0;
    end = json_value_end(&j->check, at);
    if (!end && j->s->partial)
        return 0;
    if (!end)
        return fail_here(j, j->check.bad_at, j->check.wrong, err);
    size_t line = j->line, line_at = j->line_at,
           next = json_skip_blanks(c->grid.buf, j->s->len, end);
    char stop = c->grid.buf[next];
    if (stop != ',' && stop != ']' && !(j->s->partial && next >= j->s->len))
        return fail_here(j, next, "a comma or ]", err);
    bool is_object = c->grid.buf[at] == '{';
    if (!is_object)
        cells_reject(c, REJECT_SYNTAX, -1, line, at - line_at + 1, c->grid.buf + at, end - at);
    count_lines(j, next + (stop == ','));
    size_t after = j->line, after_at = j->line_at;
    j->line = line;
    j->line_at = line_at;
    int rc = is_object ? put_row(j, at, end, err) : 0;
    j->line = after;
    j->line_at = after_at;
    return rc ? -1 : stop == ',';
}

static int parse_array(struct jsonl *j, struct err *err)
{
    int rc = 1;

    count_lines(j, j->s->at + 1);
    while (rc > 0 && j->s->cells->grid.n_rows < j->s->max_rows)
        rc = parse_element(j, err);
    return rc < 0 ? -1 : 0;
}

static int jsonl_parse(struct text_scan *s, struct err *err)
{
    struct jsonl j = { .s = s, .line = 1, .line_at = s->at };
    int rc;

    j.check = (struct json_check){ .buf = s->cells->grid.buf, .len = s->len };
    str_init(&j.path);
    skip_to(&j);
    if (s->at < s->len && s->cells->grid.buf[s->at] == '[') {
        source_note(s->cells->src, "an array of objects");
        rc = parse_array(&j, err);
    } else {
        rc = parse_lines(&j, err);
    }
    str_release(&j.path);
    if (j.n_twice)
        source_note(s->cells->src, "keys that an object has twice: %zu; the last value counts",
                    j.n_twice);
    if (rc == 0 && !s->cells->grid.n_rows && j.first.line)
        rc = err_set_at(
            err, ERR_PARSE, (struct err_at){ s->file->path, j.first.line, j.first.col, 1 },
            "this is no JSON: expected %s; no line of the file is an object", j.check.wrong);
    return rc;
}

/* ---------------------------------------------------------------- the descriptor */

/* An object whose first key is followed by a colon, or an array whose first element is an object. */
static int jsonl_sniff(const char *head, size_t len)
{
    size_t at = len >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    at = json_skip_blanks(head, len, at);
    bool array = at < len && head[at] == '[';
    at = array ? json_skip_blanks(head, len, at + 1) : at;
    if (at >= len || head[at] != '{')
        return 0;
    at = json_skip_blanks(head, len, at + 1);
    if (at >= len || head[at] != '"')
        return array && at < len && head[at] == '}' ? 100 : 0;
    const char *close = memchr(head + at + 1, '"', len - at - 1);
    if (!close)
        return 0;
    at = json_skip_blanks(head, len, (size_t)(close - head) + 1);
    return at < len && head[at] == ':' ? 100 : 0;
}

static int jsonl_open(void **state, const struct read_request *req, struct err *err)
{
    return text_file_open(state, req, &reader_jsonl, err);
}

static int jsonl_preview(struct table **out, void *state, size_t max_rows, struct err *err)
{
    return text_file_preview(out, state, jsonl_parse, max_rows, err);
}

static int jsonl_read(struct source **out, void *state, struct job *job, struct err *err)
{
    return text_file_read(out, state, jsonl_parse, job, err);
}

const struct reader reader_jsonl = {
    .name = "jsonl",
    .help = "JSON Lines, or a JSON array of objects; nested objects are flattened to a.b",
    .suffixes = ".jsonl .ndjson .json",
    .params = jsonl_params,
    .sniff = jsonl_sniff,
    .open = jsonl_open,
    .preview = jsonl_preview,
    .read = jsonl_read,
    .close = text_file_close,
};
