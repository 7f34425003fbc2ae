/* csv_load.h - a file on its way to typed columns: what the csv_*.c files below csv_load.c share.
 *
 * The file is read in waves of a few megabytes, each cut into chunks; a chunk holds the records that
 * begin in its share of the bytes.  In each wave
 *
 *   1  the chunks are read, side by side                                       csv_wave.c
 *   2  each is indexed: where its fields end, by vector instructions           csv_index.c
 *   3  in the order of the file: where each chunk really begins, which rows it makes
 *   4  the chunks' fields become values, each in its place in the columns      csv_fill.c csv_cell.c
 *   5  in the order of the file: counts, new words and rejects are added up    csv_merge.c
 *
 * A chunk that is not regular (ragged, stray quotes, blank lines, lone CR, bytes that are no UTF-8) goes
 * record by record through the scanner of csv_parse.c, which is also the plain twin of all this.
 *
 * What a column's cells are stored as (`rep`) is guessed from a sample; what its type is, is decided
 * from all its cells at the end (csv_types.c).  Where that differs the file is passed through once
 * more, for those columns only.  So nothing of the result depends on waves, chunks, guesses or threads.
 */
#ifndef IO_CSV_LOAD_H
#define IO_CSV_LOAD_H

#include "io/csv.h"
#include "io/csv_words.h"
#include "table/date_format.h"

#define CSV_PAD ((size_t)64) /* bytes before and behind a wave's that may be read */
/* A chunk has room for so many more fields than its share has bytes. */
#define CSV_FIELDS_MORE ((size_t)80)

/* What a cell looks like; the rules stand in csv_types.c. */
enum cell_class {
    CLASS_MISSING,
    CLASS_BLANK, /* quoted, with nothing or an na word in the quotes */
    CLASS_INT,
    CLASS_BIG,
    CLASS_LED, /* leading zeros */
    CLASS_REAL,
    CLASS_OVERFLOW,
    CLASS_BOOL,
    CLASS_DATE,
    CLASS_TIMESTAMP,
    CLASS_OTHER,
    N_CLASSES
};

/* Counts over the cells of a column. */
struct tally {
    size_t count[N_CLASSES];
    size_t n_bare; /* present and not quoted */
    size_t n_bare_numbers, n_bare_bools;
    size_t n_wide; /* integers above 2^53 */
};

/* At most so many different texts may be odd ones out; one more is kept, to know that. */
#define CSV_ALMOST_TEXTS 100
#define CSV_LEVELS_MOST  1000 /* of a column that nobody called a category */

/* The texts of a column that do not fit its rep, with blanks taken off. */
struct odd_texts {
    struct csv_words words;
    size_t last; /* number of the one seen last */
};

/* Forms of a column's dates that differ in clock and zone only. */
#define CSV_FORMS_MOST 4
struct csv_forms {
    struct date_format list[CSV_FORMS_MOST]; /* (n) tried in turn */
    size_t n;
};
enum csv_wish { WISH_NONE, WISH_ANY, WISH_DAY_FIRST, WISH_MONTH_FIRST, WISH_YEAR_FIRST };

/* One column on its way. */
struct csv_making {
    enum column_type rep, type; /* category: codes into `words` */
    bool given, active;         /* type known from the start; filled in this pass */
    struct tally tally;
    struct odd_texts odd;
    struct csv_words words;        /* category: in order of appearance */
    size_t n_lost;                 /* cells with something in them that are missing in the column */
    size_t n_listed;               /* of these in load.lost */
    const struct csv_forms *forms; /* of its dates, in the source's arena; NULL: ISO 8601's */
    enum csv_wish wish;            /* what is known of the forms where they are to be found */
    int wanted;                    /* the type then, -1: as is found */
    size_t cap;                    /* rows there is room for */
    void *values;                  /* large memory */
    uint8_t *valid;                /* bitmap */
    char *bytes;                   /* text */
    size_t n_bytes, bytes_cap;
};

/* What a chunk knows of a column. */
struct csv_share {
    struct tally tally;
    struct odd_texts odd;
    struct csv_words words; /* new ones: number n stands for code column.words.n + n */
    char *text;             /* text: the chunk's, one behind the other */
    size_t text_len, text_cap;
    size_t text_at; /* where it goes among the column's bytes */
    size_t n_lost;
};

/* All places are offsets in the wave's bytes. */
struct csv_chunk {
    size_t from, to;   /* its share of the bytes */
    bool odd_quotes;   /* in it */
    size_t begin, end; /* its records */
    size_t n_rows, line, n_lines;
    size_t first_row; /* in the table */
    bool open;        /* a record that begins in it ends in the next wave */
    bool regular;     /* the next six hold only then */
    bool crlf;        /* line ends are CR LF */
    bool doubled;     /* there are doubled quotes */
    bool multi;       /* rows take more than a line, row_lines says which */
    bool unended;     /* the last record has no line end */
    uint32_t *fields; /* (n_rows, n_cols) where each field ends; fields[-1]: as if one had before */
    uint32_t *offsets;    /* (n_rows) of the rows' first bytes, from `begin` */
    uint32_t *row_lines;  /* (n_rows) lines from `line` when multi; else row i is i lines below */
    struct csv_scan scan; /* of an irregular chunk; what it counted, of any */
    struct source *src;   /* its rejects */
    struct source *lost;  /* cells that do not fit their column's rep */
    size_t n_trailing;
    struct places_part *places;
    struct str scratch, scratch2; /* a text without doubled quotes; one without bad bytes */
    struct err err;
    int rc;
};

struct csv_wave {
    char *block, *buf; /* buf = block + CSV_PAD */
    size_t cap, len;
    size_t carried;   /* bytes at the beginning that stood in the wave before */
    size_t at, line;  /* of the first record */
    uint64_t base;    /* offset of buf[0] in the file */
    bool last;        /* nothing follows */
    uint32_t *fields; /* (cap + CSV_PAD) */
    size_t fields_cap;
    struct csv_chunk *chunks;
    size_t n, n_most;
};

struct csv_load {
    const struct csv_dialect *dialect;
    const char *file;
    struct csv_bytes bytes;
    struct csv_shape shape;
    struct csv_grid *grid; /* cells that are there already, instead of bytes; else NULL */
    struct csv_options options;
    struct csv_scan scan; /* stands at the first record after the header; sums its counts */
    size_t n_rows, n_trailing;
    struct csv_making *cols;  /* (n_cols) */
    size_t *active, n_active; /* columns filled in this pass */
    struct csv_share *shares; /* (chunks, n_cols) */
    struct csv_wave wave;
    struct places *places;
    struct source *lost; /* candidates for rejects, in the order of the file */
    struct source *src;
    const struct csv_sample *sample; /* the rows are these of a larger file; else NULL */
    struct hasher hasher;
    bool find_dates;     /* columns of text may be dates: the reader records their forms */
    enum csv_wish order; /* that dates have where nothing else tells */
    bool may_index;      /* the dialect is one that csv_index.c knows */
    bool first_pass;
    size_t rows_most; /* no more are read, nor the bytes behind them; SIZE_MAX: all */
    size_t n_passes;  /* that are done */
    size_t seen;      /* bytes of the file */
};

static inline size_t load_n_cols(const struct csv_load *l)
{
    return l->shape.n_cols;
}
static inline struct csv_share *load_share(const struct csv_load *l, const struct csv_chunk *c,
                                           size_t j)
{
    return &l->shares[(size_t)(c - l->wave.chunks) * l->shape.n_cols + j];
}

/* ---- csv_load.c ---- */
/* Everything up to the first wave; load_release it, also on error.  ERR_NOMEM when the table seems to
 * be larger than the memory, unless only some of it is wanted. */
int load_begin(struct csv_load *l, const struct csv_load_request *req, struct source *src,
               bool sampling, struct err *err);
/* After the first pass: of the file, or of its bytes up to the last row that was to be read.  ERR_IO,
 * ERR_NOMEM. */
int load_digest(struct digest *out, struct csv_load *l, struct err *err);
/* What was read must still be what the file is.  ERR_IO. */
int load_check_unchanged(const struct csv_load *l, struct err *err);
/* Columns of those types, -1: not given. */
void load_columns(struct csv_load *l, const int *types);
/* All rows, types settled, rejects listed. */
int load_rows(struct csv_load *l, struct job *job, struct err *err);
int load_table(struct table **out, struct csv_load *l, struct buffer *take_lines, struct err *err);
void load_release(struct csv_load *l);

/* ---- csv_index.c ---- */
/* Index the records from c->begin, a record's begin, to the first that begins at or behind c->to.
 * False when the chunk is not regular, whatever c holds then. */
bool csv_index(struct csv_chunk *c, const struct csv_load *l);
/* Does the text hold an odd number of quotes? */
bool csv_odd_quotes(const char *text, size_t len, char quote);

/* ---- csv_wave.c ---- */
/* `record_bytes`: how long records are, about. */
int wave_init(struct csv_load *l, size_t record_bytes, struct err *err);
/* So many chunks, with what they know of the columns. */
void wave_chunks(struct csv_load *l, size_t n);
void wave_release(struct csv_load *l);
/* To the first record again. */
void wave_rewind(struct csv_load *l);

/* ---- csv_grid.c ---- */
/* All cells of l->grid through a pass. */
int csv_grid_pass(struct csv_load *l, struct job *job, struct err *err);
/* Place of a cell in the file, for a reject. */
void csv_grid_place(struct reject *where, const struct csv_grid *g, size_t i, size_t j);
/* Read the next wave and cut it into chunks that are right; 0 when there is none. */
int wave_next(struct csv_load *l, struct err *err);
/* Bytes from `at` on, fewer only at the end; -1 with ERR_IO. */
ptrdiff_t bytes_read(const struct csv_bytes *b, char *to, uint64_t at, size_t len, const char *path,
                     struct err *err);

/* ---- csv_cell.c: what one cell looks like ---- */
/* A text without blanks around it; s.len > 0.  *wide: an integer beyond 2^53. */
enum cell_class cell_classify(bool *wide, struct span s);
/* A cell: its flags count too (enum csv_cell_flags). */
enum cell_class csv_cell_class(bool *wide, const struct csv_dialect *d, struct span text,
                               uint32_t flags);
/* Store the text, without blanks around it, as row i of such values; false when it is none. */
bool csv_cell_store(void *values, enum column_type type, size_t i, struct span s); /* not bool */
bool class_is_number(enum cell_class class);
/* Is the class one of those that make a column of this type? */
bool class_fits(enum cell_class class, enum column_type type);

/* ---- csv_number.c ---- */
#define CSV_NUMBER_BYTES 48
/* Are the dialect's numbers written with a point and nothing between thousands? */
bool csv_numbers_are_plain(const struct csv_dialect *d);
/* A number as the dialect writes it, with a point and without separators, in `buf`; the text itself
 * where it begins as no number does; a text that is none where separators do not stand before three
 * digits.  With a decimal comma a point is one too, unless it separates thousands. */
struct span csv_number_plain(char buf[CSV_NUMBER_BYTES], struct span s,
                             const struct csv_dialect *d);

/* ---- csv_fill.c: the cells of a chunk become values ---- */
void csv_fill_chunk(struct csv_load *l, struct csv_chunk *c);

/* Offsets and lines of a chunk's rows only; its bytes stay as they are. */
void csv_place_rows(const struct csv_load *l, struct csv_chunk *c);

/* ---- csv_put.c: one cell, whatever it looks like; records by the scanner ---- */
/* Where a cell stands. */
struct csv_spot {
    size_t row;                   /* of the chunk */
    size_t at;                    /* of its first byte, behind the quote */
    const struct csv_record *rec; /* NULL: nothing was changed in the bytes of the record */
    const struct csv_grid *grid;  /* NULL: not one of a grid's */
};
void csv_put_cell(struct csv_load *l, struct csv_chunk *c, size_t j, struct span text,
                  uint32_t flags, const struct csv_spot *spot);
/* Bit i of a column, from a chunk: chunks begin anywhere, so that two of them may share a byte. */
void csv_mark_bit(uint8_t *bits, size_t i, bool on, const struct csv_chunk *c);
void csv_put_missing(struct csv_load *l, struct csv_chunk *c, size_t j, size_t row);
/* The chunk through the scanner. */
void csv_put_records(struct csv_load *l, struct csv_chunk *c);

/* Room for the offsets and lines of an irregular chunk's rows; one of them. */
void csv_chunk_rows(struct csv_chunk *c);
void csv_chunk_row(struct csv_chunk *c, size_t row, const struct csv_record *rec);

/* ---- csv_merge.c ---- */
/* Add up what the wave's chunks know, in their order. */
int csv_merge_wave(struct csv_load *l, struct err *err);
/* By row, then column. */
int csv_lost_compare(const void *a, const void *b);

/* ---- csv_guess.c ---- */
struct csv_sizes {
    double record_bytes; /* of a record in the file, about */
    double text_bytes;   /* of these in columns of text */
};
/* How to store each column, from the head and from places all over the file. */
void csv_guess_reps(struct csv_sizes *out, struct csv_load *l, size_t head_len);
void csv_guess_grid_reps(struct csv_load *l); /* from the cells that are there already */

/* ---- csv_types.c ---- */
/* Can the column's type be decided from what was stored and counted? */
bool making_is_known(const struct csv_load *l, size_t j);
/* Settle cols[].type and note why; text stands for category too. */
void csv_decide_types(struct csv_load *l);
/* A text column, stored as codes or texts, that is a category after all. */
void csv_decide_category(struct csv_load *l, size_t j);

/* ---- csv_dates.c: dates in other forms than ISO 8601's ---- */
/* The parameter `dates` (NULL: nothing said): forms of columns whose type is open or one of time.
 * ERR_USAGE: an unknown column or form. */
int csv_dates_given(struct csv_load *l, const char *text, struct err *err);
/* Find the forms of columns of text that are dates, and note what speaks for them. */
void csv_dates_decide(struct csv_load *l);
/* The text as microseconds since 1970 by the first form that reads it. */
bool csv_forms_read(int64_t *us, const struct csv_forms *forms, struct span text);
/* What was chosen goes to the source. */
void csv_dates_keep(const struct csv_load *l);

/* ---- csv_columns.c ---- */
/* Room for n_rows in all columns of this pass, of which `used_rows` are filled. */
int making_reserve(struct csv_load *l, size_t used_rows, size_t n_rows, struct err *err);
/* Room for `cap` bytes of text. */
int making_bytes(struct csv_making *m, size_t cap, const char *name, struct err *err);
/* Back to nothing, for another pass. */
void making_reset(struct csv_making *m);
void making_release(struct csv_making *m);
/* The codes become texts. */
int making_spell(struct csv_load *l, struct csv_making *m, struct err *err);
/* The column, of what is stored. */
int making_finish(struct column **out, struct csv_load *l, struct csv_making *m, struct err *err);

#endif
