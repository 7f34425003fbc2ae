/* text_file.h - what readers of text have in common: a stream, parameters, all of it in memory.
 *
 * A format is then one function that goes over the bytes and says where rows and cells are.
 */
#ifndef IO_TEXT_FILE_H
#define IO_TEXT_FILE_H

#include "io/cells.h"
#include "io/reader.h"

struct text_file {
    struct arena arena;
    const struct reader *reader;
    const char *path;
    struct stream *stream;
    struct params params; /* resolved; a parser may settle what was left open */
    const char *const *words;
    size_t n_words;
    bool some_types;
};

/* What a parser works on: bytes [at, len) of c->grid.buf, a byte order mark left behind; a NUL
 * stands at len.  It stops after max_rows rows.  `partial`: the file goes on behind `len`, which is
 * the end of a line where there is one. */
struct text_scan {
    struct text_file *file;
    struct cells *cells;
    size_t at, len, line;
    size_t max_rows;
    bool partial;
    bool dirty; /* there may be bytes that are no UTF-8 */
    struct job *job;
};
typedef int text_parse(struct text_scan *s, struct err *err);

/* *state is a struct text_file.  Takes the request's stream, also on error.  ERR_IO, ERR_USAGE. */
int text_file_open(void **state, const struct read_request *req, const struct reader *reader,
                   struct err *err);
int text_file_preview(struct table **out, struct text_file *f, text_parse *parse, size_t max_rows,
                      struct err *err);
int text_file_read(struct source **out, struct text_file *f, text_parse *parse, struct job *job,
                   struct err *err);
void text_file_close(void *file); /* NULL is fine */
/* The reader over bytes in memory, for tests: nothing is guessed but what `params` leave open. */
int text_read_memory(struct source **out, const struct reader *reader, const char *bytes,
                     size_t len, const struct params *params, struct err *err);

/* Settle a parameter; asserted that it takes the text. */
void text_file_settle(struct text_file *f, const char *name, const char *text);
/* The value of its parameter dates; "none" where it has no such parameter. */
const char *text_file_dates(const struct text_file *f);
/* The resolved parameters of the source: the file's, with the types of its table. */
void text_file_resolve(struct source *src, const struct text_file *f);
/* The next line, without its end: bytes [*begin, *end); false at the end.  s->line is its number. */
bool text_next_line(size_t *begin, size_t *end, struct text_scan *s);
/* One tick in so many rows. */
int text_tick(const struct text_scan *s, struct err *err);
/* CSV_DIRTY when the bytes are not clean UTF-8; looks only where the file has such bytes. */
unsigned text_dirty(const struct text_scan *s, size_t at, size_t len);

#endif
