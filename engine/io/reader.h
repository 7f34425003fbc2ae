/* reader.h - one interface for every file format.
 *
 * A reader turns a file into a table; what it guessed (dialect, types) comes back as resolved
 * parameters, so that a replay never guesses again.  Lines that do not fit are kept as rejects,
 * counted and listed, never dropped silently.
 *
 *   reader_find(&reader, path, name, err)             by name, suffix or content
 *   reader->open(&state, request, err)                sniffs, reads the first rows
 *   reader->preview(…)                                the first rows, before the file is read
 *   reader->read(&out, state, job, err)               all of it; progress and cancel
 *   reader->close(state)
 */
#ifndef IO_READER_H
#define IO_READER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/job.h"
#include "base/param.h"
#include "base/str.h"
#include "table/table.h"

/* Where a table came from. */
struct source_info {
    char *path;         /* as given */
    const char *reader; /* its name */
    uint64_t size_bytes;
    struct digest digest; /* of the file's bytes */
    int64_t modified_s;   /* seconds since 1970 */
    const char *form; /* what it was unpacked from (stream_form); offsets are of what came out */
};

enum reject_kind {
    REJECT_SHORT,    /* fewer fields than the header: the rest is missing, the row is kept */
    REJECT_LONG,     /* more fields: the surplus is listed here, the row is kept */
    REJECT_VALUE,    /* a cell that is not of its column's type: missing in the table */
    REJECT_QUOTE,    /* text after a closing quote, a quote within a bare field */
    REJECT_ENCODING, /* bytes that are not in the encoding */
    REJECT_SYNTAX,   /* a line that is not in the format: it became no row */
    REJECT_N_KINDS
};

struct reject {
    enum reject_kind kind;
    size_t row; /* from 1 in the source; 0 when it became no row */
    size_t line, col;
    int column;  /* index, -1 when it is about the line */
    size_t part; /* index of the file, where there are several */
    char *text;  /* the offending text, at most 200 bytes, UTF-8 */
};

struct rejects {
    size_t count[REJECT_N_KINDS]; /* all of them */
    size_t n;                     /* listed: the first REJECTS_LISTED */
    struct reject *list;
};
#define REJECTS_LISTED 100000

/* One of several files that became one table (files.h). */
struct source_part {
    const char *path, *found; /* as asked for; where it is */
    size_t first_row, n_rows; /* its rows in the table */
    uint64_t size_bytes;
    struct digest digest;
    int64_t modified_s;
    const char *member; /* NULL */
    const char *form;   /* as source_info's */
};

/* What reading gives.  Immutable, reference-counted through `source_ref`. */
struct source {
    atomic_uint refs;
    struct source_info info;
    struct table *table;
    struct rejects rejects;
    struct arena arena;
    const struct reader *reader;
    struct params params;     /* resolved: as guessed or as given */
    const char *const *dates; /* (columns) the forms of each column's dates; NULL: ISO 8601's */
    const char *const *notes; /* what was guessed and why, one line each; ends in NULL */
    size_t n_notes;
    const struct source_part *parts; /* (n_parts) when several files were read, else none */
    size_t n_parts;
};
/* The part that row i of the source's table is from; NULL where there are no parts. */
const struct source_part *source_part_of(const struct source *s, size_t i);

struct source *source_ref(const struct source *s);
void source_unref(const struct source *s); /* NULL is fine */

/* ---- for readers, while they make a source ---- */
/* Empty, with one reference; `path` is copied. */
struct source *source_new(const struct reader *reader, const char *path);
/* Add a note: one line, no full stop. */
void source_note(struct source *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What the file was unpacked from, with a note; NULL: nothing. */
void source_set_form(struct source *s, const char *form);
/* Count a reject and list it while there is room; `where` lacks its text, which is cut at 200 bytes
 * and escaped where it is no UTF-8 or holds NUL. */
void source_reject(struct source *s, const struct reject *where, const char *text, size_t len);
/* Put the rejects in the order of the file and keep the first REJECTS_LISTED; once, at the end. */
void source_seal(struct source *s);

struct stream;
struct read_request {
    const char *path;   /* "-" is standard input */
    const char *member; /* of a zip archive; NULL: the only one */
    struct stream
        *stream; /* the file, opened already; `open` takes it, also on error. NULL: open it */
    struct params params; /* over reader->params; unset means guess */
    /* (n_words) columns whose cells stay words whatever they look like, where the file has them and
     * params do not say otherwise. */
    const char *const *words;
    size_t n_words;
    bool some_types; /* params' types may name columns that this file does not have */
    /* Told the first rows of a file that takes a while, before the rest is read; takes the table.
     * NULL: nobody wants to know. */
    void (*early)(void *early_ctx, struct table *take);
    void *early_ctx;
};
#define EARLY_BYTES ((uint64_t)8 << 20) /* files from here on take a while */
#define EARLY_ROWS  1000

struct reader {
    const char *name; /* "csv" */
    const char *help;
    const char *suffixes; /* ".csv .tsv .txt" */
    const struct param_spec *params;
    /* Does the beginning look like this format? 0 no … 100 certainly. */
    int (*sniff)(const char *head, size_t len);
    /* Open, guess what was left open, parse the head.  ERR_IO, ERR_PARSE, ERR_DOMAIN (empty). */
    int (*open)(void **state, const struct read_request *req, struct err *err);
    /* The first rows that are at hand (up to max_rows), types as guessed so far. */
    int (*preview)(struct table **out, void *state, size_t max_rows, struct err *err);
    int (*read)(struct source **out, void *state, struct job *job, struct err *err);
    void (*close)(void *state);
};

extern const struct reader *const reader_table[]; /* readers.def; ends in NULL */

/* By name when `name` is given, else by suffix, else by content.  ERR_IO when the file cannot be
 * read, is a directory or a pipe nobody writes; ERR_DOMAIN when it is empty ("no data"); ERR_PARSE
 * when it is no table ("looks like a PNG image"). */
int reader_find(const struct reader **out, const char *path, const char *name, struct err *err);
/* The same for a file that is open: its name and its head.  Nothing is consumed. */
int reader_find_in(const struct reader **out, struct stream *s, const char *name, struct err *err);
/* By name; ERR_USAGE listing the names. */
int reader_named(const struct reader **out, const char *name, struct err *err);
/* The first whose suffixes the path has, compression's apart; NULL when none has. */
const struct reader *reader_by_suffix(const char *path);
/* The request's stream, or the file opened: what a reader's `open` begins with. */
int request_stream(struct stream **out, const struct read_request *req, struct err *err);
/* Open, read, close. */
int source_read(struct source **out, const char *path, const struct reader *reader,
                const struct params *params, struct job *job, struct err *err);

/* The same for a whole request. */
int source_read_request(struct source **out, const struct read_request *req,
                        const struct reader *reader, struct job *job, struct err *err);

/* ERR_PARSE when the head of a file shows that it is no text table: an image, an archive, a
 * database, ARFF, JSON, UTF-16, … ("is a PNG image, not a table"). */
int reader_refuse_foreign(const char *path, const char *head, size_t len, struct err *err);

const char *reject_kind_name(enum reject_kind kind); /* "short row" … */

#endif
