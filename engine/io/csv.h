/* csv.h - the parts of the CSV reader, from bytes to typed columns.
 *
 *   csv_guess_dialect   the dialect from the head                 csv_sniff.c csv_sniff_table.c
 *   csv_note_guess      … and what spoke for it, in words         csv_notes.c
 *   csv_scan_next       one record at a time, fields as spans     csv_parse.c csv_block.c
 *   csv_shape_read      columns' names from the first record      csv_head.c csv_names.c
 *   csv_load            all records as typed columns              csv_load.h tells more
 *   reader_csv          the descriptor                            reader_csv.c
 *
 * Format: RFC 4180, read leniently and never silently:
 * - A record ends with LF, CR LF or CR; the last one may lack its end.  Lines that are empty or
 *   hold blanks only are skipped and counted, and so are those that begin with the comment sign.
 * - A field whose first byte after blanks is the quote is quoted: it may hold delimiters and line
 *   ends, and a doubled quote is one quote, as is an escaped one.  Blanks around the quotes do not
 *   count.
 * - A quoted field whose closing quote is followed by other text is misquoted, and listed
 *   (REJECT_QUOTE), as is a quote inside a bare field, which is kept as a character.  In turn:
 *     "a "b" c",       quotes that nobody doubled: the field ends at the first quote before a
 *     ""a, b",         delimiter in the same line, unless another field opens its quote before;
 *                      the quotes between are characters
 *     "a,b,"c",        the closing quote opens a field, so the first was a character: the field is
 *                      bare and ends at the next delimiter
 *     "a" b,           else the text is kept as it stands behind the quoted text
 * - A quote that is never closed is an error at the place where it opened.
 * - A bare field that is empty, blank or one of the `na` words (blanks around it do not count) is
 *   missing.  A quoted field never is: "" is an empty text and "NA" the text NA (but see
 *   csv_types.c: in a column of numbers or dates there is no empty text).
 */
#ifndef IO_CSV_H
#define IO_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/job.h"
#include "base/str.h"
#include "io/csv_block.h"
#include "io/reader.h"
#include "table/column.h"
#include "table/table.h"

/* A record may have at most this many bytes. */
#define CSV_MAX_RECORD ((size_t)256 << 20)

struct csv_dialect {
    char delimiter, quote;
    char escape;    /* before a quote in a quoted field, beside doubling; 0: none */
    char comment;   /* begins lines that are no records; 0: none */
    char decimal;   /* ',' or '.'; 0 is '.' too */
    char thousands; /* between groups of three digits; 0: none */
    bool padded;    /* blanks behind a delimiter belong to it */
    bool runs;      /* so many delimiters as follow each other are one: columns set with blanks */
    int header;     /* records that name the columns, 0 when none does */
    size_t skip;    /* lines before the first record */
    size_t rows;    /* at most so many are read, 0: all */
    const struct span *na; /* words that mean missing, beside an empty field */
    size_t n_na;
};

/* ---- csv_parse.c: records ---- */
enum csv_cell_flags {
    CSV_QUOTED = 1,
    CSV_MISSING = 2, /* bare and empty or an na word, or the row was too short */
    CSV_DIRTY = 4,   /* holds bytes that are no UTF-8, or NUL */
    CSV_STRAY = 8,   /* a quote where none belongs */
};

/* A field: bytes [at, at + len) of the buffer, quotes taken off. */
struct csv_cell {
    uint64_t at;
    uint32_t len;
    uint32_t flags;
};

struct csv_record {
    struct csv_cell *cells; /* (n), small memory */
    size_t n, cap;
    size_t line, at; /* line number from 1 and offset of its first byte */
};

/* The scanner takes doubled quotes out IN PLACE: scan a copy when the bytes are needed again, or
 * set `dry` when only the number of fields and lines matters. */
struct csv_scan {
    char *buf;
    size_t len, at, line;
    const struct csv_dialect *dialect;
    const char *file;
    bool partial; /* more bytes follow: a record that touches the end is not given out */
    bool cut;     /* ends with a record, and a quote that closes behind it does not count: the whole
                     file was looked at when it was cut */
    bool dirty;   /* there may be a NUL or no UTF-8: fields are checked one by one */
    bool dry;     /* change nothing; the lengths of quoted fields are as if it had been done */
    size_t n_blank, n_comments, n_lf, n_crlf, n_cr;
    struct csv_finder stops; /* delimiter, quote, LF, CR */
    uint8_t special[256];
    uint8_t may_be_na[256]; /* bytes with which a missing field may begin */
};

void csv_scan_init(struct csv_scan *s, char *buf, size_t len, const struct csv_dialect *dialect,
                   const char *file, bool partial);
/* Forget what was looked at, and read no byte before `origin` from now on. */
void csv_scan_find_from(struct csv_scan *s, size_t origin);
/* Step over the dialect's `skip` lines. */
void csv_scan_skip(struct csv_scan *s);
/* 1 and the next record, 0 at the end, -1 with ERR_PARSE (quote never closed, record too long). */
int csv_scan_next(struct csv_record *rec, struct csv_scan *s, struct err *err);
void csv_record_release(struct csv_record *rec);
/* Is the line that begins at `at` no record: blank, or a comment? */
bool csv_line_is_skipped(const struct csv_scan *s, size_t at);
/* Is the text empty, blank, or an na word with blanks around it? */
bool csv_is_na(const struct csv_dialect *dialect, const char *text, size_t len);
/* Offset of the first NUL or byte that is no UTF-8 in the text; len when there is none. */
size_t csv_dirty_at(const char *text, size_t len);
/* Add what another scan counted. */
void csv_scan_add_counts(struct csv_scan *sum, const struct csv_scan *s);
/* Line and column (from 1) of the byte at `target` in a record that begins on `line` at `start` and
 * whose first cells are cells[0..n). */
void csv_place(size_t *line_out, size_t *col_out, const char *buf, size_t line, size_t start,
               const struct csv_cell *cells, size_t n, size_t target);

/* ---- csv_sniff.c: the dialect ---- */
/* What nobody said and is to be guessed. */
enum csv_open {
    CSV_OPEN_DELIMITER = 1,
    CSV_OPEN_QUOTE = 2,
    CSV_OPEN_ESCAPE = 4,
    CSV_OPEN_COMMENT = 8,
    CSV_OPEN_HEADER = 16,
    CSV_OPEN_SKIP = 32,
    CSV_OPEN_DECIMAL = 64,
    CSV_OPEN_THOUSANDS = 128,
    CSV_OPEN_ROWS = 256,
    CSV_OPEN_ALL = 511
};

/* What speaks for a header, and against: columns where the first record has a text over numbers, dates
 * or bools; where its text comes again below; and has it a number over numbers? */
struct csv_header_signs {
    size_t n_over, n_again;
    bool numbers;
};

struct csv_guess {
    struct csv_dialect dialect; /* with what was open filled in */
    size_t width;               /* usual number of fields per record, 0 when there is no record */
    size_t n_records, n_usual;  /* looked at; with the usual width */
    size_t n_before;            /* records before the table, left out by dialect.skip */
    size_t next_line;           /* where another table begins, when dialect.rows says so */
    double score;               /* 0 to 1: how regular the head is with this delimiter */
    char second;                /* next best delimiter, 0 when none */
    double second_score;
    size_t second_width;
    struct csv_header_signs header;
    char decimal_as[24], thousands_as[24]; /* a number that shows how they are written; or empty */
};

/* Guess what is open of `dialect`.  `partial` says that the file goes on after the head. */
void csv_guess_dialect(struct csv_guess *out, const char *head, size_t len, bool partial,
                       const struct csv_dialect *dialect, unsigned open);
/* Notes of what was open and is settled in `d` now. */
void csv_note_guess(struct source *src, const struct csv_guess *g, const struct csv_dialect *d,
                    unsigned open);

/* ---- csv_head.c: the first record ---- */
struct csv_shape {
    size_t n_cols;
    char **names;       /* (n_cols) in the source's arena */
    bool header_quoted; /* there is no header, or each of its fields was quoted */
    bool some_types;    /* the types parameter may name columns that are not there */
};

/* Names and number of columns from the first record of head[0, len), which the scan, made for the
 * head, then stands behind (with a header) or at.  `width` is the usual number of fields, 0 when it
 * is not known.  The head is not changed.  ERR_PARSE; ERR_DOMAIN: no data. */
int csv_shape_read(struct csv_shape *out, struct csv_scan *scan, size_t width, size_t *n_trailing,
                   struct source *src, struct err *err);
/* List what is wrong with a record: its width, misplaced quotes, bytes that are no text.  `row` is 0
 * for the header; n_cols those of the table. */
void csv_record_check(const char *buf, const struct csv_record *rec, size_t n_cols, size_t row,
                      char delimiter, size_t *n_trailing, struct source *src);

/* ---- csv_names.c: column names ----
 * Several header records are one: the texts of a column with a blank between them, where an upper
 * record with more than one text names the columns up to the next one too.  A header with empty
 * fields that has as many names as the table has columns lost nothing by leaving those out.
 * Rule: blanks are taken off both ends; control characters become _, bytes that are no UTF-8
 * U+FFFD; a name over 200 bytes is cut there; a name without characters is column_N (N counts
 * columns from 1); a name that stands already further left gets _2, _3, … so that it is no other
 * column's name.  Every change is noted. */
/* One more record of the header, of `dialect->header` in all; texts go to the arena. */
struct csv_header {
    struct span *texts; /* (n) */
    size_t n, n_records, line;
    bool quoted; /* each field was */
};
void csv_header_add(struct csv_header *h, const struct csv_scan *scan, const struct csv_record *rec,
                    struct arena *arena);
/* Leave empty texts out when as many as `width` remain; was anything left out? */
bool csv_header_fit(struct csv_header *h, size_t width);
void csv_names_make(struct csv_shape *g, const struct csv_header *header, struct source *src);

/* The `types` parameter: NAME:TYPE,… with \ before , : and \ inside names.  `types` (n_cols) holds
 * -1 where nothing was said.  all:TYPE is for the columns that nothing was said of before it, unless
 * one is called so; a later word for a column counts.  ERR_USAGE: unknown column or type. */
int csv_types_parse(int *types, const char *text, const struct csv_shape *g, struct err *err);
/* Of the columns called words[0 … n), those that are there and still have no type are text. */
void csv_types_words(int *types, const char *const *words, size_t n, const struct csv_shape *g);
void csv_types_text(struct str *out, const struct table *t);
/* The `dates` parameter of a source that was read: NAME:FORM,… with the same backslashes and | between
 * forms; empty when no column has one. */
void csv_dates_text(struct str *out, const struct source *src);
/* Both into the source's resolved parameters, where its reader has them. */
void csv_resolve_types(struct source *src);
/* One more NAME:FORM. */
void csv_dates_add(struct str *out, const char *name, const char *form);
/* Up to `stop` (or the comma or the end), with the backslashes taken off.  Returns what follows. */
const char *csv_types_word(struct str *out, const char *text, char stop);

/* ---- csv_load.c: everything ---- */
/* How to go about it; nothing of the result depends on these.  All zero: as is best. */
struct csv_options {
    size_t chunk_bytes, wave_bytes;
    bool plain; /* record by record: the naive twin */
};

/* Bytes of a file, or of memory. */
struct csv_bytes {
    int fd;          /* -1: memory.  Read with pread, its own place does not matter */
    const char *mem; /* not changed */
    size_t size;
    struct timespec modified; /* of the file, when it was opened */
};

/* All records of the bytes, whose first are head[0, len), as a table: types by the rules in
 * csv_types.c, or as `types_text` and `words` say (csv_types_parse, csv_types_words).  Rejects and
 * notes go to src, the digest to src->info.  ERR_PARSE, ERR_DOMAIN (no data; more than UINT32_MAX
 * rows), ERR_USAGE (types), ERR_NOMEM, ERR_CANCELLED, ERR_IO (also when the file changes
 * meanwhile). */
struct csv_sample;
struct csv_load_request {
    const struct csv_dialect *dialect;
    struct csv_bytes bytes;
    const char *head;
    size_t len, width;                   /* usual number of fields, 0 unknown */
    const char *types_text, *dates_text; /* values of these parameters, NULL: unset */
    const char *const *words;            /* (n_words) */
    size_t n_words;
    const struct digest
        *digest;     /* of the file, where the bytes are no longer as they stand there */
    bool some_types; /* types_text may name columns that are not there */
    struct csv_options options;
    const struct csv_sample *sample; /* the bytes are its text, its rows those of a file; or NULL */
};
int csv_load(struct source *src, const struct csv_load_request *req, struct job *job,
             struct err *err);
/* ---- csv_grid.c: columns from cells that are in memory already, for other readers (cells.h) ---- */
struct csv_grid {
    char *buf;
    size_t n_rows, n_cols;
    uint64_t **cells;   /* (n_cols) of (n_rows), packed, large memory */
    int64_t *lines;     /* (n_rows) line of each row, such memory too */
    uint64_t *row_at;   /* (n_rows) offset of each row's first byte */
    bool in_file;       /* these are offsets in the file, too */
    char **names;       /* (n_cols) in the source's arena */
    bool header_quoted; /* there is no header, or each of its fields was quoted */
    bool some_types;    /* dates may name columns that are not there */
};

/* A cell in eight bytes.  From the left: offset in the record, length (a record has at most 2^28
 * bytes), flags. */
#define CSV_PACK_BITS 30
#define CSV_PACK_MASK (((uint64_t)1 << CSV_PACK_BITS) - 1)

static inline uint64_t csv_cell_pack(struct csv_cell cell, uint64_t row_at)
{
    return (cell.at - row_at) << (CSV_PACK_BITS + 4) | (uint64_t)cell.len << 4 | cell.flags;
}
static inline struct csv_cell csv_grid_cell(const struct csv_grid *g, size_t i, size_t j)
{
    uint64_t packed = g->cells[j][i];

    return (struct csv_cell){ .at = g->row_at[i] + (packed >> (CSV_PACK_BITS + 4)),
                              .len = (uint32_t)(packed >> 4 & CSV_PACK_MASK),
                              .flags = packed & 15 };
}
void csv_grid_release(struct csv_grid *g);
/* Types by the rules in csv_types.c where types[j] is -1, else as given; dates by `dates`, the value
 * of that parameter, NULL: only as ISO 8601 writes them.  Cells that do not fit go to src's rejects.  Takes g->lines.  ERR_NOMEM, ERR_CANCELLED. */
int csv_columns_build(struct table **out, struct csv_grid *g, const struct csv_dialect *dialect,
                      const int *types, const char *dates, struct source *src, struct job *job,
                      struct err *err);
/* Would an unquoted field with this text be read as something else than a text: missing, a number,
 * a bool, a date?  What the writer quotes for. */
bool csv_text_is_special(const char *s, size_t len);

/* ---- csv_params.c ---- */
/* The row that each reader has whose texts may be dates. */
#define CSV_DATES_PARAM                                                                            \
    {                                                                                              \
        .name = "dates", .type = PARAM_TEXT,                                                       \
        .help =                                                                                    \
            "how dates are written: dmy, mdy or ymd where nothing tells, or per column as "        \
            "when:dmy or when:%d/%m/%Y (| between several); none: only as 2024-12-31; guessed "    \
            "when absent"                                                                          \
    }
extern const struct param_spec csv_params[];
/* The dialect that resolved parameters say; *open is what they leave out.  ERR_USAGE. */
int csv_params_dialect(struct csv_dialect *d, unsigned *open, const struct params *p,
                       struct arena *arena, struct err *err);
/* The value of a parameter that is part of the dialect, so that it gives the same; NULL for others. */
const char *csv_params_text(const struct csv_dialect *d, const char *name, struct arena *arena);
/* "comma", "tab", …, "none", or the character in `buf`. */
const char *csv_character_text(char buf[2], char c);

/* ---- reader_csv.c ---- */
extern const struct reader reader_csv;
/* The words of the na parameter as spans; n_out of them in the arena. */
const struct span *csv_na_words(size_t *n_out, const char *text, struct arena *arena);
/* Bytes in memory instead of a file; `name` stands for the path.  params NULL: all guessed. */
int csv_read_memory(struct source **out, const char *bytes, size_t len, const char *name,
                    const struct params *params, struct job *job, struct err *err);
/* The same, going about it as `options` say. */
int csv_read_options(struct source **out, const char *bytes, size_t len, const char *name,
                     const struct params *params, const struct csv_options *options,
                     struct job *job, struct err *err);

#endif
