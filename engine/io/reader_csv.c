/* reader_csv.c - delimited text: CSV, TSV and their kin.  csv.h tells the format, csv_sniff.c how
 * the dialect is guessed, csv_types.c how types are. */
#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/text.h"
#include "io/csv.h"
#include "io/stream.h"

#define HEAD_BYTES ((size_t)1 << 20)
#define READ_BLOCK ((size_t)1 << 20)
#define READ_AHEAD 64 /* blocks */

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
    bool all;    /* the end of the file was reached */
    size_t size; /* of a file, as told when it was opened; else 0 */
    int64_t modified_s;
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
    st->modified_s = stream_modified_s(st->stream);
    st->size = (size_t)stream_size(st->stream);
    /* One more block than the file has, so that its end is seen without growing. */
    if (st->size && state_reserve(st, st->size + READ_BLOCK + 64, err))
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

static void note_lines(const struct csv_scan *scan, const struct csv_grid *g, struct source *src)
{
    if ((scan->n_lf != 0) + (scan->n_crlf != 0) + (scan->n_cr != 0) > 1)
        source_note(src, "line ends are mixed: %zu LF, %zu CR LF, %zu CR", scan->n_lf, scan->n_crlf,
                    scan->n_cr);
    if (scan->n_blank)
        source_note(src, "blank lines left out: %zu", scan->n_blank);
    if (g->n_trailing)
        source_note(src, "lines that end in a delimiter: %zu", g->n_trailing);
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

/* Parse buf[0, len) into a source; the bytes are changed. */
static int state_parse(struct source **out, struct csv_state *st, char *buf, size_t len,
                       bool partial, size_t max_rows, struct job *job, struct err *err)
{
    struct source *src = source_new(&reader_csv, st->path);
    struct csv_scan scan;
    struct csv_grid grid;
    struct job_range range = job_part(job, 0, 2);
    int *types = NULL, rc;

    note_dialect(st, src);
    csv_scan_init(&scan, buf, len, &st->dialect, src->info.path, partial);
    rc = csv_grid_read(&grid, &scan, st->guess.width, max_rows, CSV_PART_BYTES, src, job, err);
    job_restore(job, range);
    if (rc == 0) {
        note_lines(&scan, &grid, src);
        types = MEM_NEW(int, grid.n_cols);
        rc = csv_types_parse(types, params_text(&st->params, "types"), &grid, err);
        range = job_part(job, 1, 2);
        csv_types_words(types, st->words, st->n_words, &grid);
        if (rc == 0)
            rc = csv_columns_build(&src->table, &grid, &st->dialect, types, src, job, err);
        job_restore(job, range);
        mem_free(types);
        csv_grid_release(&grid);
    }
    if (rc) {
        source_unref(src);
        return -1;
    }
    source_seal(src);
    source_resolve(src, st);
    *out = src;
    return 0;
}

static int csv_preview(struct table **out, void *state, size_t max_rows, struct err *err)
{
    struct csv_state *st = state;
    struct source *src;
    char *copy = mem_strndup(st->buf, st->len);
    int rc = state_parse(&src, st, copy, st->len, !st->all, max_rows, NULL, err);

    mem_free(copy);
    if (rc)
        return -1;
    *out = table_ref(src->table);
    source_unref(src);
    return 0;
}

/* Blocks of a file that are read beside each other, since most of the time goes into memory for
 * them. */
struct read_ahead {
    struct csv_state *st;
    off_t base; /* of the buffer's first byte in the file */
    size_t got[READ_AHEAD];
};

static void read_ahead_blocks(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct read_ahead *ra = ctx;
    size_t at = ra->st->len + begin, n = 0;
    ssize_t got = 1;

    while (got > 0 && n < end - begin) {
        got = pread(stream_fd(ra->st->stream), ra->st->buf + at + n, end - begin - n,
                    ra->base + (off_t)(at + n));
        n += got > 0 ? (size_t)got : 0;
    }
    ra->got[chunk] = n;
}

/* As much as can be read that way.  A block that ends early, whatever the reason, is where
 * state_read_block goes on and finds it. */
static int state_read_ahead(struct csv_state *st, struct job *job, struct err *err)
{
    int fd = st->stream ? stream_fd(st->stream) : -1;
    off_t place = fd >= 0 ? lseek(fd, 0, SEEK_CUR) : -1;
    struct read_ahead ra = { .st = st, .base = place - (off_t)st->len };
    bool whole = place >= (off_t)st->len;

    while (whole && st->len < st->size && st->size < st->cap) {
        size_t n = st->size - st->len, most = READ_AHEAD * READ_BLOCK, from = st->len;
        n = n < most ? n : most;
        parallel_for(n, READ_BLOCK, read_ahead_blocks, &ra);
        for (size_t k = 0; k < parallel_n_chunks(n, READ_BLOCK) && whole; k++) {
            size_t wanted = n - k * READ_BLOCK < READ_BLOCK ? n - k * READ_BLOCK : READ_BLOCK;
            st->len += ra.got[k];
            whole = ra.got[k] == wanted;
        }
        st->buf[st->len] = '\0';
        if (st->len > CSV_MAX_RECORD && state_check_line(st, err))
            return -1;
        if (job_tick(job, st->len, st->cap, err))
            return -1;
        whole = whole && st->len > from;
    }
    if (place >= 0 && lseek(fd, ra.base + (off_t)st->len, SEEK_SET) < 0)
        return err_set_errno(err, "read", st->path);
    return 0;
}

static int state_read_rest(struct csv_state *st, struct job *job, struct err *err)
{
    struct job_range range = job_part(job, 0, 2);
    int rc = state_read_ahead(st, job, err) ? -1 : 1;

    while (rc > 0) {
        rc = state_read_block(st, err);
        if (rc >= 0 && job_tick(job, st->len, st->cap, err))
            rc = -1;
    }
    job_restore(job, range);
    return rc;
}

static int csv_read(struct source **out, void *state, struct job *job, struct err *err)
{
    struct csv_state *st = state;
    struct hasher hasher;
    struct digest digest;
    struct job_range range;
    int rc;

    job_phase(job, "reading");
    if (state_read_rest(st, job, err))
        return -1;
    hasher_init(&hasher);
    hasher_add(&hasher, st->buf, st->len);
    digest = hasher_finish(&hasher);
    job_phase(job, "parsing");
    range = job_part(job, 1, 2);
    rc = state_parse(out, st, st->buf, st->len, false, UINT32_MAX, job, err);
    job_restore(job, range);
    if (rc)
        return -1;
    (*out)->info.size_bytes = st->len;
    (*out)->info.digest = digest;
    (*out)->info.modified_s = st->modified_s;
    return 0;
}

int csv_read_memory(struct source **out, const char *bytes, size_t len, const char *name,
                    const struct params *params, struct job *job, struct err *err)
{
    struct csv_state *st = state_new(name);
    int rc = state_params(st, params, err);

    st->all = true;
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
