/* reader_csv.c - delimited text: CSV, TSV and their kin.  csv.h tells the format, csv_sniff.c how
 * the dialect is guessed, csv_types.c how types are. */
#include <assert.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/text.h"
#include "io/csv.h"
#include "io/stream.h"

#define HEAD_BYTES ((size_t)1 << 20)
#define READ_BLOCK ((size_t)1 << 20)

static const char *const header_choices[] = { "auto", "yes", "no", NULL };
enum { HEADER_AUTO, HEADER_YES };

const struct param_spec csv_params[] = {
    { .name = "delimiter",
      .type = PARAM_TEXT,
      .flags = PARAM_PER_FILE,
      .help = "a character, or comma, tab, semicolon, pipe, space; guessed when absent" },
    { .name = "header",
      .type = PARAM_CHOICE,
      .choices = header_choices,
      .fallback = "auto",
      .help = "whether the first line names the columns" },
    { .name = "na",
      .type = PARAM_TEXT,
      .fallback = "NA,N/A,null,NULL",
      .help = "unquoted texts that mean missing, beside an empty field; comma between them" },
    { .name = "types",
      .type = PARAM_TEXT,
      .flags = PARAM_PER_FILE,
      .help = "types of columns, as in age:int,zip:text; inferred when absent" },
    { .name = "skip",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e9,
      .fallback = "0",
      .help = "lines to leave out at the beginning" },
    { .name = "quote",
      .type = PARAM_TEXT,
      .fallback = "\"",
      .help = "the quote character, or none" },
    { .name = NULL },
};

/* Everything that was asked for or guessed, and the bytes read so far. */
struct csv_state {
    struct arena arena;
    const char *path;
    struct params params;
    const char *const *words; /* (n_words) columns that stay text */
    size_t n_words;
    struct csv_dialect dialect;
    struct csv_guess guess;
    bool guessed_delimiter, guessed_header;
    struct stream *stream; /* NULL: everything is in memory */
    char *buf;
    size_t len, cap;
    bool all; /* the end of the file was reached */
    struct csv_options options;
};

/* ---------------------------------------------------------------- parameters */

struct delimiter_name {
    char c;
    const char *name;
};
static const struct delimiter_name delimiter_names[] = {
    { ',', "comma" }, { '\t', "tab" }, { ';', "semicolon" }, { '|', "pipe" }, { ' ', "space" },
};
#define N_DELIMITER_NAMES (sizeof(delimiter_names) / sizeof(*delimiter_names))

static const char *delimiter_text(char buf[2], char c)
{
    for (size_t i = 0; i < N_DELIMITER_NAMES; i++)
        if (delimiter_names[i].c == c)
            return delimiter_names[i].name;
    buf[0] = c;
    buf[1] = '\0';
    return buf;
}

/* One byte that no rule of the format needs for itself. */
static int read_character(char *out, const char *text, const char *param, struct err *err)
{
    unsigned char c = (unsigned char)text[0];

    if (!c || text[1] || c >= 0x80 || c == '\n' || c == '\r')
        return err_set(err, ERR_USAGE, "%s is '%s'; it takes one character", param, text);
    *out = (char)c;
    return 0;
}

static int read_delimiter(char *out, const char *text, struct err *err)
{
    for (size_t i = 0; i < N_DELIMITER_NAMES; i++)
        if (strcmp(delimiter_names[i].name, text) == 0) {
            *out = delimiter_names[i].c;
            return 0;
        }
    if (strcmp(text, "\\t") == 0) {
        *out = '\t';
        return 0;
    }
    return read_character(out, text, "delimiter", err);
}

const struct span *csv_na_words(size_t *n_out, const char *text, struct arena *arena)
{
    struct span *words = ARENA_NEW(arena, struct span, strlen(text) + 1);
    size_t n = 0;

    text = arena_strdup(arena, text);
    for (const char *end; *text; text = *end ? end + 1 : end) {
        end = strchrnul(text, ',');
        struct span word = span_trim((struct span){ text, (size_t)(end - text) });
        if (word.len)
            words[n++] = word;
    }
    *n_out = n;
    return words;
}

/* The request's parameters with defaults filled; the dialect is what they say.  The request may
 * have others beside ours: those of the command that loads. */
static int state_params(struct csv_state *st, const struct params *params, struct err *err)
{
    struct csv_dialect *d = &st->dialect;
    const char *delimiter, *quote;

    params_init(&st->params, csv_params, &st->arena);
    for (size_t i = 0; params && i < params->n; i++) {
        int j = param_find(csv_params, params->specs[i].name, false);
        if (j >= 0 && params->values[i].set &&
            params_set(&st->params, (size_t)j, params->values[i].text, &st->arena, err))
            return -1;
    }
    if (params_resolve(&st->params, &st->arena, err))
        return -1;
    delimiter = params_text(&st->params, "delimiter");
    quote = params_text(&st->params, "quote");
    st->guessed_delimiter = !delimiter || !*delimiter;
    if (!st->guessed_delimiter && read_delimiter(&d->delimiter, delimiter, err))
        return -1;
    if (*quote && strcmp(quote, "none") != 0 && read_character(&d->quote, quote, "quote", err))
        return -1;
    if (d->quote && d->quote == d->delimiter)
        return err_set(err, ERR_USAGE,
                       "delimiter and quote are both '%c'; give one of them another", d->quote);
    st->guessed_header = params_choice(&st->params, "header") == HEADER_AUTO;
    d->header = params_choice(&st->params, "header") == HEADER_YES;
    d->skip = (size_t)params_int(&st->params, "skip");
    d->na = csv_na_words(&d->n_na, params_text(&st->params, "na"), &st->arena);
    return 0;
}

/* ---------------------------------------------------------------- bytes */

static int state_reserve(struct csv_state *st, size_t want, struct err *err)
{
    void *buf = st->buf;
    size_t cap = st->cap + st->cap / 2;

    if (want <= st->cap)
        return 0;
    cap = cap < want ? want : cap;
    if (mem_big_grow(&buf, st->len, cap, 1, "the file's bytes", err))
        return -1;
    st->buf = buf;
    st->cap = cap;
    return 0;
}

/* The line that is open at the end of the buffer is longer than a record may be: say which. */
static int state_check_line(const struct csv_state *st, struct err *err)
{
    const char *end = memrchr(st->buf, '\n', st->len);
    size_t line = 1;

    end = end ? end + 1 : memrchr(st->buf, '\r', st->len);
    end = end ? end : st->buf;
    if ((size_t)(st->buf + st->len - end) <= CSV_MAX_RECORD)
        return 0;
    for (const char *p = st->buf; p < end; p++)
        line += *p == '\n';
    return err_set_at(err, ERR_PARSE, (struct err_at){ st->path, line, 0, 0 },
                      "this line is longer than 256 MB; is it a table?");
}

/* One more block; 1, or 0 at the end of the file.  There is always room for a NUL behind it. */
static int state_read_block(struct csv_state *st, struct err *err)
{
    ptrdiff_t got;

    if (st->all)
        return 0;
    if (state_reserve(st, st->len + READ_BLOCK + 64, err))
        return -1;
    got = stream_read(st->stream, st->buf + st->len, READ_BLOCK, err);
    if (got < 0)
        return -1;
    st->len += (size_t)got;
    st->buf[st->len] = '\0';
    st->all = got == 0;
    if (st->len > CSV_MAX_RECORD && state_check_line(st, err))
        return -1;
    return !st->all;
}

static int state_read_head(struct csv_state *st, struct err *err)
{
    int rc = 1;

    while (rc > 0 && st->len < HEAD_BYTES)
        rc = state_read_block(st, err);
    if (rc < 0)
        return -1;
    if (st->len == 0)
        return err_set_at(err, ERR_DOMAIN, (struct err_at){ st->path, 0, 0, 0 },
                          "no data: the file is empty");
    return reader_refuse_foreign(st->path, st->buf, st->len, err);
}

static void state_close(void *state)
{
    struct csv_state *st = state;

    if (!st)
        return;
    stream_close(st->stream);
    mem_big_free(st->buf);
    arena_release(&st->arena);
    mem_free(st);
}

static struct csv_state *state_new(const char *path)
{
    struct csv_state *st = MEM_NEW(struct csv_state, 1);

    arena_init(&st->arena);
    st->path = arena_strdup(&st->arena, path);
    return st;
}

/* With the head in place: guess what was left open.  Where not even one record fits into the head
 * it is made twice as long. */
static int state_guess(struct csv_state *st, struct err *err)
{
    for (;;) {
        size_t want = st->len * 2;
        int rc = 1;
        csv_guess_dialect(&st->guess, st->buf, st->len, !st->all, &st->dialect,
                          st->guessed_header ? -1 : st->dialect.header);
        if (st->guess.width || st->all)
            break;
        while (rc > 0 && st->len < want)
            rc = state_read_block(st, err);
        if (rc < 0)
            return -1;
    }
    st->dialect.delimiter = st->guess.delimiter;
    st->dialect.header = st->guess.header;
    return 0;
}

static int state_open_file(struct csv_state *st, const struct read_request *req, struct err *err)
{
    if (request_stream(&st->stream, req, err))
        return -1;
    return state_read_head(st, err);
}

static void keep_words(struct csv_state *st, const struct read_request *req)
{
    const char **words = ARENA_NEW(&st->arena, const char *, req->n_words);

    for (size_t k = 0; k < req->n_words; k++)
        words[k] = arena_strdup(&st->arena, req->words[k]);
    st->words = words;
    st->n_words = req->n_words;
}

static int csv_open(void **state, const struct read_request *req, struct err *err)
{
    struct csv_state *st = state_new(req->path);

    keep_words(st, req);
    st->stream = req->stream;
    if (state_params(st, &req->params, err) || state_open_file(st, req, err) ||
        state_guess(st, err)) {
        state_close(st);
        return -1;
    }
    *state = st;
    return 0;
}

/* ---------------------------------------------------------------- from bytes to a source */

static void note_dialect(const struct csv_state *st, struct source *src)
{
    char buf[2], other[2];
    const struct csv_guess *g = &st->guess;

    if (st->stream && stream_form(st->stream))
        source_note(src, "unpacked: %s", stream_form(st->stream));
    if (st->guessed_delimiter && g->score > 0)
        source_note(src, "delimiter: %s", delimiter_text(buf, st->dialect.delimiter));
    else if (st->guessed_delimiter)
        source_note(src, "delimiter: none was found, so the file has one column");
    if (st->guessed_delimiter && g->width < 2 && g->second)
        source_note(src, "delimiter %s would give %zu columns", delimiter_text(other, g->second),
                    g->second_width);
    if (st->guessed_header)
        source_note(src, st->dialect.header ? "header: the first line names the columns"
                                            : "header: none, columns are named column_1 …");
}

static const char *resolved_text(const struct csv_state *st, size_t i, const char *types)
{
    static const char *const yes_no[] = { "no", "yes" };
    const char *name = csv_params[i].name;

    if (strcmp(name, "header") == 0)
        return yes_no[st->dialect.header];
    return strcmp(name, "types") == 0 ? types : st->params.values[i].text;
}

/* The parameters with which the same file gives the same table without a guess. */
static void source_resolve(struct source *src, const struct csv_state *st)
{
    char buf[2];
    struct str types;
    struct err bug = { 0 };
    int rc = 0;

    str_init(&types);
    csv_types_text(&types, src->table);
    params_init(&src->params, csv_params, &src->arena);
    for (size_t i = 0; i < src->params.n && rc == 0; i++) {
        const char *text = resolved_text(st, i, types.buf);
        if (strcmp(csv_params[i].name, "delimiter") == 0)
            text = delimiter_text(buf, st->dialect.delimiter);
        rc = params_set(&src->params, i, text, &src->arena, &bug);
    }
    assert(rc == 0);
    str_release(&types);
}

static struct csv_load_request state_request(const struct csv_state *st)
{
    return (struct csv_load_request){ .dialect = &st->dialect,
                                      .bytes = { .fd = -1, .mem = st->buf, .size = st->len },
                                      .head = st->buf,
                                      .len = st->len,
                                      .width = st->guess.width,
                                      .types_text = params_text(&st->params, "types"),
                                      .words = st->words,
                                      .n_words = st->n_words,
                                      .options = st->options };
}

static int state_load(struct source **out, struct csv_state *st, const struct csv_load_request *req,
                      struct job *job, struct err *err)
{
    struct source *src = source_new(&reader_csv, st->path);

    note_dialect(st, src);
    if (csv_load(src, req, job, err)) {
        source_unref(src);
        return -1;
    }
    source_seal(src);
    source_resolve(src, st);
    *out = src;
    return 0;
}

/* How many of the head's bytes hold its first max_rows records, and no part of another. */
static size_t preview_bytes(const struct csv_state *st, size_t max_rows)
{
    struct csv_scan scan;
    struct csv_record rec = { 0 };

    csv_scan_init(&scan, st->buf, st->len, &st->dialect, st->path, !st->all);
    scan.dry = true;
    csv_scan_skip(&scan);
    for (size_t i = 0; i < max_rows + (size_t)st->dialect.header; i++)
        if (csv_scan_next(&rec, &scan, NULL) <= 0)
            break;
    csv_record_release(&rec);
    return st->all && scan.len == scan.at ? st->len : scan.at;
}

static int csv_preview(struct table **out, void *state, size_t max_rows, struct err *err)
{
    struct csv_state *st = state;
    struct csv_load_request req = state_request(st);
    struct source *src;

    req.len = req.bytes.size = preview_bytes(st, max_rows);
    if (state_load(&src, st, &req, NULL, err))
        return -1;
    *out = table_ref(src->table);
    source_unref(src);
    return 0;
}

/* Where the bytes cannot be read at any place: all of them at once. */
static int state_read_rest(struct csv_state *st, struct job *job, struct err *err)
{
    int rc = 1;

    while (rc > 0) {
        rc = state_read_block(st, err);
        if (rc >= 0 && job_tick(job, st->len, st->cap, err))
            rc = -1;
    }
    return rc;
}

/* The bytes as they lie in a regular file, which need not be in memory; false when they do not, or are
 * not read from their beginning. */
static bool state_file(struct csv_bytes *out, const struct csv_state *st)
{
    int fd = st->stream ? stream_fd(st->stream) : -1;
    struct stat info;

    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) ||
        lseek(fd, 0, SEEK_CUR) != (off_t)st->len || (size_t)info.st_size < st->len)
        return false;
    *out = (struct csv_bytes){ .fd = fd, .size = (size_t)info.st_size, .modified = info.st_mtim };
    return true;
}

static int csv_read(struct source **out, void *state, struct job *job, struct err *err)
{
    struct csv_state *st = state;
    struct csv_load_request req;
    struct csv_bytes file;
    struct job_range range = job_part(job, 0, 2);
    bool in_file = state_file(&file, st);
    int rc = in_file ? 0 : state_read_rest(st, job, err);

    job_restore(job, range);
    if (rc < 0)
        return -1;
    job_phase(job, "reading");
    req = state_request(st);
    if (in_file)
        req.bytes = file;
    else
        range = job_part(job, 1, 2);
    rc = state_load(out, st, &req, job, err);
    job_restore(job, range);
    if (rc)
        return -1;
    (*out)->info.size_bytes = req.bytes.size;
    (*out)->info.modified_s = st->stream ? stream_modified_s(st->stream) : 0;
    return 0;
}

int csv_read_options(struct source **out, const char *bytes, size_t len, const char *name,
                     const struct params *params, const struct csv_options *options,
                     struct job *job, struct err *err)
{
    struct csv_state *st = state_new(name);
    int rc = state_params(st, params, err);

    st->all = true;
    if (options)
        st->options = *options;
    if (rc == 0)
        rc = state_reserve(st, len + 64, err);
    if (rc == 0) {
        if (len)
            memcpy(st->buf, bytes, len);
        st->buf[len] = '\0';
        st->len = len;
        rc = state_read_head(st, err);
    }
    if (rc == 0)
        rc = state_guess(st, err);
    if (rc == 0)
        rc = csv_read(out, st, job, err);
    state_close(st);
    return rc;
}

int csv_read_memory(struct source **out, const char *bytes, size_t len, const char *name,
                    const struct params *params, struct job *job, struct err *err)
{
    return csv_read_options(out, bytes, len, name, params, NULL, job, err);
}

/* Text that has delimiters in it looks like CSV, other text a little. */
static int csv_sniff(const char *head, size_t len)
{
    static const struct csv_dialect any = { .quote = '"' };
    struct csv_guess guess;

    if (reader_refuse_foreign("", head, len, NULL))
        return 0;
    csv_guess_dialect(&guess, head, len, true, &any, -1);
    return guess.score > 0 ? 20 + (int)(guess.score * 70) : 5;
}

const struct reader reader_csv = {
    .name = "csv",
    .help = "delimited text: CSV, TSV; delimiter, header and types are guessed",
    .suffixes = ".csv .tsv .tab .psv .txt .dat .data",
    .params = csv_params,
    .sniff = csv_sniff,
    .open = csv_open,
    .preview = csv_preview,
    .read = csv_read,
    .close = state_close,
};
