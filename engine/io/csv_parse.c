/* csv_parse.c - bytes to records.  The rules stand in csv.h. */
#include "io/csv.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* More than this is not looked through for bytes that are no text before the scan begins: parts of
 * a file are, side by side. */
#define LOOK_THROUGH ((size_t)2 << 20)

/* Bytes at which the scan of a bare field stops. */
enum special { PLAIN, SPECIAL_DELIMITER, SPECIAL_LF, SPECIAL_CR, SPECIAL_QUOTE };

void csv_scan_init(struct csv_scan *s, char *buf, size_t len, const struct csv_dialect *dialect,
                   const char *file, bool partial)
{
    bool bom = len >= 3 && memcmp(buf, "\xEF\xBB\xBF", 3) == 0;

    *s = (struct csv_scan){ .buf = buf,
                            .len = len,
                            .at = bom ? 3 : 0,
                            .line = 1,
                            .dialect = dialect,
                            .file = file,
                            .partial = partial };
    s->special['\n'] = SPECIAL_LF;
    s->special['\r'] = SPECIAL_CR;
    if (dialect->quote)
        s->special[(uint8_t)dialect->quote] = SPECIAL_QUOTE;
    s->special[(uint8_t)dialect->delimiter] = SPECIAL_DELIMITER;
    s->may_be_na[' '] = s->may_be_na['\t'] = 1;
    for (size_t i = 0; i < dialect->n_na; i++)
        s->may_be_na[(uint8_t)*dialect->na[i].at] = 1;
    csv_scan_find_from(s, 0);
    s->dirty = len > LOOK_THROUGH || csv_dirty_at(buf, len) < len;
}

void csv_scan_find_from(struct csv_scan *s, size_t origin)
{
    char delimiter = s->dialect->delimiter, quote = s->dialect->quote;

    csv_finder_init(&s->stops, origin,
                    (char[]){ delimiter, quote ? quote : delimiter, '\n', '\r' });
}

void csv_scan_add_counts(struct csv_scan *sum, const struct csv_scan *s)
{
    sum->n_blank += s->n_blank;
    sum->n_comments += s->n_comments;
    sum->n_lf += s->n_lf;
    sum->n_crlf += s->n_crlf;
    sum->n_cr += s->n_cr;
}

void csv_record_release(struct csv_record *rec)
{
    mem_free(rec->cells);
    *rec = (struct csv_record){ 0 };
}

/* Eight bytes of ASCII at once, since that is what nearly all files are. */
static bool is_plain_ascii(const char *text)
{
    uint64_t w;

    memcpy(&w, text, sizeof(w));
    uint64_t zero = (w - 0x0101010101010101u) & ~w;
    return ((w | zero) & 0x8080808080808080u) == 0;
}

size_t csv_dirty_at(const char *text, size_t len)
{
    uint32_t code;

    for (size_t i = 0; i < len;) {
        if (len - i >= 8 && is_plain_ascii(text + i)) {
            i += 8;
            continue;
        }
        size_t step = text[i] > 0 ? 1 : text_decode(&code, text + i, len - i);
        if (text[i] == '\0' || (text[i] < 0 && step == 1))
            return i;
        i += step;
    }
    return len;
}

static bool is_line_end(const char *buf, size_t i)
{
    return buf[i] == '\n' || (buf[i] == '\r' && buf[i + 1] != '\n');
}

/* How far the last line end of a quoted field, now at `last`, stood further right before doubled
 * quotes were made one: as many bytes as there were doubled ones before it. */
static size_t place_shift(const char *buf, const struct csv_cell *cell, size_t last)
{
    size_t end = cell->at + cell->len, n_freed = 0, n_after = 0;
    char quote = buf[cell->at - 1];

    while (buf[end + n_freed + 1] == quote)
        n_freed++;
    for (size_t i = last + 1; i < end; i++)
        n_after += buf[i] == quote;
    return n_freed > n_after ? n_freed - n_after : 0;
}

void csv_place(size_t *line_out, size_t *col_out, const char *buf, size_t line, size_t start,
               const struct csv_cell *cells, size_t n, size_t target)
{
    for (size_t k = 0; k < n && cells[k].at < target; k++) {
        size_t end = cells[k].at + cells[k].len, last = SIZE_MAX;
        if (!(cells[k].flags & CSV_QUOTED))
            continue;
        for (size_t i = cells[k].at; i < end && i < target; i++)
            if (is_line_end(buf, i)) {
                line++;
                last = i;
            }
        if (last != SIZE_MAX)
            start = last + 1 + (target > end ? place_shift(buf, &cells[k], last) : 0);
    }
    *line_out = line;
    *col_out = target - start + 1;
}

static bool scan_is_blank(const struct csv_scan *s, char c)
{
    return (c == ' ' || c == '\t') && c != s->dialect->delimiter;
}

static size_t scan_blanks(const struct csv_scan *s, size_t at)
{
    while (at < s->len && scan_is_blank(s, s->buf[at]))
        at++;
    return at;
}

static bool scan_field_ends(const struct csv_scan *s, size_t at)
{
    if (at == s->len)
        return true;
    uint8_t kind = s->special[(uint8_t)s->buf[at]];
    return kind == SPECIAL_DELIMITER || kind == SPECIAL_LF || kind == SPECIAL_CR;
}

/* Step over one line end, if there is one. */
static void scan_line_end(struct csv_scan *s)
{
    if (s->at == s->len)
        return;
    if (s->buf[s->at] == '\n') {
        s->n_lf++;
        s->at++;
    } else if (s->at + 1 < s->len && s->buf[s->at + 1] == '\n') {
        s->n_crlf++;
        s->at += 2;
    } else {
        s->n_cr++;
        s->at++;
    }
    s->line++;
}

static size_t scan_line_rest(const struct csv_scan *s, size_t at)
{
    while (at < s->len && s->buf[at] != '\n' && s->buf[at] != '\r')
        at++;
    return at;
}

void csv_scan_skip(struct csv_scan *s)
{
    for (size_t i = 0; i < s->dialect->skip && s->at < s->len; i++) {
        s->at = scan_line_rest(s, s->at);
        scan_line_end(s);
    }
}

bool csv_is_na(const struct csv_dialect *dialect, const char *text, size_t len)
{
    while (len && (*text == ' ' || *text == '\t')) {
        text++;
        len--;
    }
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    if (!len)
        return true;
    for (size_t i = 0; i < dialect->n_na; i++)
        if (dialect->na[i].len == len && memcmp(dialect->na[i].at, text, len) == 0)
            return true;
    return false;
}

/* A bare field from s->at to the next delimiter or line end. */
static void scan_bare(struct csv_cell *cell, struct csv_scan *s)
{
    const char *buf = s->buf;
    size_t at = csv_find(&s->stops, buf, s->len, s->at);

    *cell = (struct csv_cell){ .at = s->at };
    for (; at < s->len && s->special[(uint8_t)buf[at]] == SPECIAL_QUOTE;
         at = csv_find(&s->stops, buf, s->len, at + 1))
        cell->flags |= CSV_STRAY;
    cell->len = (uint32_t)(at - s->at);
    if (!cell->len ||
        (s->may_be_na[(uint8_t)buf[cell->at]] && csv_is_na(s->dialect, buf + cell->at, cell->len)))
        cell->flags |= CSV_MISSING;
    s->at = at;
}

/* Move bytes [from, to) down to `write`; returns the new end. */
static size_t scan_move(struct csv_scan *s, size_t write, size_t from, size_t to)
{
    if (write != from && !s->dry)
        memmove(s->buf + write, s->buf + from, to - from);
    return write + (to - from);
}

/* Is the byte at `at` behind an odd number of escapes, none of them before `from`? */
static bool scan_is_escaped(const struct csv_scan *s, size_t from, size_t at)
{
    size_t n = 0;

    while (s->dialect->escape && at - n > from && s->buf[at - n - 1] == s->dialect->escape)
        n++;
    return n & 1;
}

/* The quote that closes what begins at `from`, doubled and escaped ones left out; s->len when there
 * is none.  *plain: none was left out. */
static size_t scan_close(bool *plain, const struct csv_scan *s, size_t from)
{
    char quote = s->dialect->quote;
    size_t at = from;

    *plain = !s->dialect->escape;
    for (;;) {
        const char *q = memchr(s->buf + at, quote, s->len - at);
        size_t close = q ? (size_t)(q - s->buf) : s->len;
        bool escaped = q && scan_is_escaped(s, from, close);
        if (!q || (!escaped && (close + 1 == s->len || s->buf[close + 1] != quote)))
            return close;
        *plain = false;
        at = close + 1 + !escaped;
    }
}

/* Take doubled quotes and escapes out of [from, close); the new end.  The bytes that fall free before
 * `end` become quotes, so that line ends can still be counted. */
static size_t scan_unquote(struct csv_scan *s, size_t from, size_t close)
{
    char quote = s->dialect->quote, escape = s->dialect->escape;
    size_t write = from;

    for (size_t at = from; at < close;) {
        size_t next = at;
        while (next < close && s->buf[next] != quote && (!escape || s->buf[next] != escape))
            next++;
        write = scan_move(s, write, at, next);
        if (next == close)
            break;
        bool pair = next + 1 < close &&
                    (s->buf[next + 1] == quote ||
                     (escape && s->buf[next] == escape && s->buf[next + 1] == escape));
        write = scan_move(s, write, next + pair, next + pair + 1);
        at = next + pair + 1;
    }
    return write;
}

/* A quoted field with quotes in it that nobody doubled: the first quote of the line before a
 * delimiter or the line's end closes it, unless another field opens its quote before.  s->len when
 * there is none. */
static size_t scan_close_leniently(const struct csv_scan *s, size_t open)
{
    for (size_t at = open + 1; at < s->len; at++) {
        uint8_t kind = s->special[(uint8_t)s->buf[at]];
        if (kind == SPECIAL_LF || kind == SPECIAL_CR)
            break;
        if (kind == PLAIN)
            continue;
        size_t next = scan_blanks(s, at + 1);
        if (kind == SPECIAL_QUOTE && scan_field_ends(s, next))
            return at;
        if (kind == SPECIAL_DELIMITER && next < s->len && s->buf[next] == s->dialect->quote)
            break;
    }
    return s->len;
}

/* Does the quote at `at` open a field, by what stands before it? */
static bool scan_opens_field(const struct csv_scan *s, size_t at)
{
    while (at > 0 && scan_is_blank(s, s->buf[at - 1]))
        at--;
    return at > 0 && s->special[(uint8_t)s->buf[at - 1]] != PLAIN &&
           s->special[(uint8_t)s->buf[at - 1]] != SPECIAL_QUOTE;
}

/* The field [open + 1, close), closed by a quote, with `tail` bytes behind it that belong to it. */
static void scan_take_quoted(struct csv_cell *cell, struct csv_scan *s, size_t open, size_t close,
                             size_t tail, bool plain)
{
    size_t write = plain ? close : scan_unquote(s, open + 1, close), end = close + 1 + tail;

    write = scan_move(s, write, close + 1, end);
    if (!s->dry)
        memset(s->buf + write, s->dialect->quote, end - write);
    cell->at = open + 1;
    cell->len = (uint32_t)(write - cell->at);
    cell->flags |= CSV_QUOTED;
    s->at = scan_blanks(s, end);
}

/* A field that begins with a quote, at `open`, but is not quoted as it should be; `close` is where a
 * quote would close it, s->len when none does.  The rules stand in csv.h.  1, or 0 when it never
 * closes. */
static int scan_misquoted(struct csv_cell *cell, struct csv_scan *s, size_t open, size_t close)
{
    bool never = close == s->len;
    size_t lenient = scan_close_leniently(s, open), tail = close + 1;

    *cell = (struct csv_cell){ .flags = CSV_STRAY };
    if (lenient < s->len) {
        /* a doubled quote at the beginning is one too many, not one */
        bool doubled = s->buf[open + 1] == s->dialect->quote;
        size_t write = scan_unquote(s, open + 1 + doubled, lenient);
        if (!s->dry)
            memset(s->buf + write, s->dialect->quote, lenient + 1 - write);
        cell->at = open + 1;
        cell->len = (uint32_t)(write - cell->at);
        cell->flags |= CSV_QUOTED;
        s->at = scan_blanks(s, lenient + 1);
        return 1;
    }
    if (never && !s->cut)
        return 0;
    if (never || scan_opens_field(s, close)) {
        scan_bare(cell, s);
        return 1;
    }
    while (!scan_field_ends(s, tail))
        tail++;
    scan_take_quoted(cell, s, open, close, tail - close - 1, false);
    return 1;
}

/* A quoted field whose quote stands at `open`.  1, or 0 when it never closes. */
static int scan_quoted(struct csv_cell *cell, struct csv_scan *s, size_t open)
{
    bool plain;
    size_t close = scan_close(&plain, s, open + 1);

    if (close == s->len && s->partial)
        return 0;
    if (close == s->len || !scan_field_ends(s, scan_blanks(s, close + 1)))
        return scan_misquoted(cell, s, open, close);
    *cell = (struct csv_cell){ 0 };
    scan_take_quoted(cell, s, open, close, 0, plain);
    return 1;
}

static struct csv_cell *record_push(struct csv_record *rec)
{
    if (rec->n == rec->cap) {
        rec->cap = rec->cap ? rec->cap * 2 : 32;
        rec->cells = mem_resize(rec->cells, rec->cap, sizeof(*rec->cells));
    }
    return &rec->cells[rec->n++];
}

static int scan_unclosed(const struct csv_scan *s, const struct csv_record *rec, size_t open,
                         struct err *err)
{
    size_t line, col;

    csv_place(&line, &col, s->buf, rec->line, rec->at, rec->cells, rec->n - 1, open);
    return err_set_at(err, ERR_PARSE, (struct err_at){ s->file, line, col, 1 },
                      "the quote that opens here is never closed; close it, or load the file with "
                      "another quote=");
}

/* Line ends in the quoted field that ends at s->at. */
static size_t scan_inner_lines(const struct csv_scan *s, const struct csv_cell *cell)
{
    size_t n = 0;

    for (size_t i = cell->at; i < s->at; i++)
        n += is_line_end(s->buf, i);
    return n;
}

/* 1 with one more cell, 0 when its quote never closes; s->at is then where it opened. */
static int scan_field(struct csv_record *rec, struct csv_scan *s)
{
    struct csv_cell *cell = record_push(rec);
    char quote = s->dialect->quote;
    size_t start = scan_blanks(s, s->at);

    if (start == s->len || s->buf[start] != quote || !quote) {
        s->at = s->dialect->padded ? start : s->at;
        scan_bare(cell, s);
    } else if (!scan_quoted(cell, s, start)) {
        s->at = start;
        return 0;
    }
    if (cell->flags & CSV_QUOTED)
        s->line += scan_inner_lines(s, cell);
    if (s->dirty && csv_dirty_at(s->buf + cell->at, cell->len) < cell->len)
        cell->flags |= CSV_DIRTY;
    return 1;
}

/* Blanks of a run that is one delimiter. */
static void scan_run(struct csv_scan *s)
{
    while (s->dialect->runs && s->at < s->len && s->buf[s->at] == s->dialect->delimiter)
        s->at++;
}

bool csv_line_is_skipped(const struct csv_scan *s, size_t at)
{
    char comment = s->dialect->comment;

    if (comment && at < s->len && s->buf[at] == comment)
        return true;
    while (at < s->len && (scan_is_blank(s, s->buf[at]) || (s->dialect->runs && s->buf[at] == ' ')))
        at++;
    return at == s->len || s->buf[at] == '\n' || s->buf[at] == '\r';
}

/* Step over lines that are no records.  One that touches the end of a part of the file may go on
 * behind it, and stays. */
static void scan_skip_lines(struct csv_scan *s)
{
    while (s->at < s->len && csv_line_is_skipped(s, s->at)) {
        bool comment = s->dialect->comment && s->buf[s->at] == s->dialect->comment;
        size_t end = scan_line_rest(s, s->at);
        if (end == s->len) {
            s->at = s->partial ? s->at : end;
            s->n_comments += comment && !s->partial;
            return;
        }
        s->at = end;
        s->n_comments += comment;
        s->n_blank += !comment;
        scan_line_end(s);
    }
}

int csv_scan_next(struct csv_record *rec, struct csv_scan *s, struct err *err)
{
    scan_skip_lines(s);
    if (s->at == s->len || (s->partial && csv_line_is_skipped(s, s->at)))
        return 0;
    rec->n = 0;
    rec->at = s->at;
    rec->line = s->line;
    scan_run(s);
    for (;;) {
        if (!scan_field(rec, s))
            return s->partial ? 0 : scan_unclosed(s, rec, s->at, err);
        if (s->at - rec->at > CSV_MAX_RECORD)
            return err_set_at(err, ERR_PARSE, (struct err_at){ s->file, rec->line, 0, 0 },
                              "this line is longer than 256 MB; is it a table?");
        if (s->at == s->len)
            return !s->partial;
        if (s->special[(uint8_t)s->buf[s->at]] != SPECIAL_DELIMITER)
            break;
        s->at++;
        scan_run(s);
        if (s->dialect->runs && scan_field_ends(s, s->at)) {
            if (s->at == s->len)
                return !s->partial;
            break;
        }
    }
    if (s->partial && s->at + 1 == s->len && s->buf[s->at] == '\r')
        return 0; /* the other half of CR LF may follow */
    scan_line_end(s);
    return 1;
}
