/* csv_types.c - from cells to typed columns.
 *
 * The type of a column is decided by ALL its cells.  Each cell that is not missing is one of: an
 * integer, an integer beyond 64 bits, an integer with leading zeros, a real, a real too large for a
 * double (1e400), true or false (also TRUE, True; yes/no and T/F are texts, unless `types` says
 * bool), a date, a timestamp, other.  Blanks around it do not count.  Then, in turn:
 *
 *   quotes     Quotes mean text: quoted numbers and bools count as such only where the same column
 *              has bare ones, or when every field of the file is quoted, header included (then
 *              quotes say nothing).  Quoted dates are dates.
 *   number     All cells are numbers and none has leading zeros (007 is an identifier): int when
 *              all are integers of 64 bits, real otherwise.  Integers beyond 64 bits without a real
 *              among them would lose digits: text.
 *   bool       All cells are true or false.
 *   date       All are dates.
 *   timestamp  All are timestamps or dates (midnight).
 *   almost     A number, date or timestamp column may hold cells that are none: at most 5 % of the
 *              cells, at least 20 others, at most 100 different such texts.  They become missing
 *              and each is listed (REJECT_VALUE).  So does 1e400 in any number column.
 *   category   Everything else with at most 20 different texts, or at most 1000 that are at most
 *              half as many as the cells.
 *   text       The rest, and columns where every cell is missing.
 *
 * With a type given in `types`, every cell that does not fit becomes missing and is listed.  In a
 * column that is neither text nor category a quoted empty field or na word is missing too.
 */
#include "io/csv_build.h"

#include <string.h>

#include "base/mem.h"
#include "io/text_set.h"

#define ALMOST_SHARE    20 /* one in so many cells may be something else */
#define ALMOST_FEWEST   20
#define ALMOST_TEXTS    100
#define CATEGORY_SMALL  20
#define CATEGORY_LEVELS 1000
#define CHUNK_ROWS      ((size_t)2048) /* a multiple of 8; their bytes fit a cache */
#define BATCH_ROWS      (CHUNK_ROWS * 32)
#define FEW_ROWS        ((size_t)4096)

static bool class_is_number(enum cell_class class)
{
    return class == CLASS_INT || class == CLASS_BIG || class == CLASS_REAL ||
           class == CLASS_OVERFLOW;
}

static void tally_column(struct tally *t, const struct build *b, size_t j, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        struct csv_cell cell = build_cell(b, i, j);
        bool wide, bare = !(cell.flags & CSV_QUOTED);
        enum cell_class class = build_classify(&wide, b, &cell);
        t->count[class]++;
        t->n_wide += wide;
        t->n_bare += bare && class != CLASS_MISSING;
        t->n_bare_numbers += bare && class_is_number(class);
        t->n_bare_bools += bare && class == CLASS_BOOL;
    }
}

/* Column by column, since the cells of one look alike; the rows of a chunk fit the cache. */
static void tally_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct build *b = ctx;
    size_t n_cols = b->grid->n_cols;

    for (size_t j = 0; j < n_cols; j++)
        tally_column(&b->tallies[chunk * n_cols + j], b, j, b->base + begin, b->base + end);
}

static void tally_add(struct tally *sum, const struct tally *t)
{
    for (int k = 0; k < N_CLASSES; k++)
        sum->count[k] += t->count[k];
    sum->n_bare += t->n_bare;
    sum->n_bare_numbers += t->n_bare_numbers;
    sum->n_bare_bools += t->n_bare_bools;
    sum->n_wide += t->n_wide;
}

int build_over_rows(struct build *b, parallel_body *body,
                    void (*after)(struct build *b, size_t n_chunks), struct job *job,
                    struct err *err)
{
    size_t n_rows = b->grid->n_rows;

    for (b->base = 0; b->base < n_rows; b->base += BATCH_ROWS) {
        size_t n = n_rows - b->base < BATCH_ROWS ? n_rows - b->base : BATCH_ROWS;
        parallel_for(n, CHUNK_ROWS, body, b);
        if (after)
            after(b, parallel_n_chunks(n, CHUNK_ROWS));
        if (job_tick(job, b->base + n, n_rows, err))
            return -1;
    }
    return 0;
}

static void tally_collect(struct build *b, size_t n_chunks)
{
    size_t n_cols = b->grid->n_cols;

    for (size_t k = 0; k < n_chunks; k++)
        for (size_t j = 0; j < n_cols; j++)
            tally_add(&b->typings[j].tally, &b->tallies[k * n_cols + j]);
    memset(b->tallies, 0, n_chunks * n_cols * sizeof(*b->tallies));
}

int build_tally(struct build *b, struct job *job, struct err *err)
{
    size_t rows = b->grid->n_rows < BATCH_ROWS ? b->grid->n_rows : BATCH_ROWS;
    size_t n = parallel_n_chunks(rows, CHUNK_ROWS) * b->grid->n_cols;
    void *block;
    int rc;

    if (mem_big(&block, n, sizeof(*b->tallies), "type inference", err))
        return -1;
    memset(block, 0, n * sizeof(*b->tallies));
    b->tallies = block;
    rc = build_over_rows(b, tally_rows, tally_collect, job, err);
    mem_big_free(block);
    b->tallies = NULL;
    return rc;
}

/* ---------------------------------------------------------------- deciding */

/* Cells that are there; a quoted blank is, though it says nothing of the type. */
static size_t tally_present(const struct tally *t)
{
    size_t n = 0;

    for (int k = CLASS_BLANK; k < N_CLASSES; k++)
        n += t->count[k];
    return n;
}

static size_t tally_numbers(const struct tally *t)
{
    return t->count[CLASS_INT] + t->count[CLASS_BIG] + t->count[CLASS_REAL] +
           t->count[CLASS_OVERFLOW];
}

static bool class_fits(enum cell_class class, enum column_type type)
{
    if (type == COLUMN_REAL)
        return class_is_number(class);
    return class == CLASS_DATE || (type == COLUMN_TIMESTAMP && class == CLASS_TIMESTAMP);
}

/* Number of different texts in column j that do not fit the type, at most ALMOST_TEXTS + 1;
 * *example is one of them. */
static size_t build_odd_texts(struct span *example, const struct build *b, size_t j,
                              enum column_type type)
{
    struct text_set odd;
    size_t n;
    bool wide;

    text_set_init(&odd);
    for (size_t i = 0; i < b->grid->n_rows && odd.n <= ALMOST_TEXTS; i++) {
        struct csv_cell cell = build_cell(b, i, j);
        enum cell_class class = build_classify(&wide, b, &cell);
        if (class <= CLASS_BLANK || class_fits(class, type))
            continue;
        *example = span_trim(build_text(b, &cell));
        text_set_add(&odd, example->at, example->len);
    }
    n = odd.n;
    text_set_release(&odd);
    return n;
}

static void note_odd_cells(const struct build *b, size_t j, enum column_type type, size_t n_odd,
                           bool one_text, struct span example, bool almost)
{
    static const char *const kinds[COLUMN_N_TYPES] = {
        [COLUMN_REAL] = "numbers",
        [COLUMN_DATE] = "dates",
        [COLUMN_TIMESTAMP] = "timestamps",
    };
    struct str shown;

    str_init(&shown);
    str_add_escaped(&shown, example.at, example.len > 60 ? 60 : example.len);
    source_note(b->src, "column %s holds %s but for %zu cell%s%s '%s'%s", b->grid->names[j],
                kinds[type], n_odd, n_odd == 1 ? "" : "s", one_text ? "," : ", such as", shown.buf,
                almost ? "; listed as rejected and missing in the table"
                       : "; so it is text; na= can make that text missing");
    str_release(&shown);
}

/* All cells fit, or almost all do. */
static bool build_fits(const struct build *b, size_t j, size_t n_fit, enum column_type type)
{
    const struct tally *t = &b->typings[j].tally;
    size_t typed = tally_present(t) - t->count[CLASS_BLANK];
    struct span example = { "", 0 };

    if (!n_fit || n_fit == typed)
        return n_fit > 0;
    if (n_fit * 2 < typed)
        return false;
    size_t n_texts = build_odd_texts(&example, b, j, type);
    bool almost = n_fit >= ALMOST_FEWEST && (typed - n_fit) * ALMOST_SHARE <= typed &&
                  n_texts <= ALMOST_TEXTS;
    if (n_texts == 1 || almost)
        note_odd_cells(b, j, type, typed - n_fit, n_texts == 1, example, almost);
    return almost;
}

static bool build_is_number(const struct build *b, size_t j, bool quotes_say_nothing)
{
    const struct tally *t = &b->typings[j].tally;

    if (t->count[CLASS_LED] || (!t->n_bare_numbers && !quotes_say_nothing))
        return false;
    if (tally_numbers(t) == t->count[CLASS_OVERFLOW])
        return false;
    if (!build_fits(b, j, tally_numbers(t), COLUMN_REAL))
        return false;
    if (t->count[CLASS_BIG] && !t->count[CLASS_REAL]) {
        source_note(b->src,
                    "column %s has %zu integers beyond 64 bits and stays text; types=%s:real "
                    "rounds them",
                    b->grid->names[j], t->count[CLASS_BIG], b->grid->names[j]);
        return false;
    }
    return true;
}

/* COLUMN_TEXT stands for text or category here. */
static enum column_type build_decide(const struct build *b, size_t j, bool quotes_say_nothing)
{
    const struct tally *t = &b->typings[j].tally;
    size_t typed = tally_present(t) - t->count[CLASS_BLANK];
    size_t n_times = t->count[CLASS_DATE] + t->count[CLASS_TIMESTAMP];

    if (build_is_number(b, j, quotes_say_nothing)) {
        bool real = t->count[CLASS_REAL] || t->count[CLASS_BIG] || t->count[CLASS_OVERFLOW];
        if (real && t->n_wide + t->count[CLASS_BIG])
            source_note(b->src, "column %s is real: %zu integers above 2^53 may be rounded",
                        b->grid->names[j], t->n_wide + t->count[CLASS_BIG]);
        return real ? COLUMN_REAL : COLUMN_INT;
    }
    if (typed && t->count[CLASS_BOOL] == typed && (t->n_bare_bools || quotes_say_nothing))
        return COLUMN_BOOL;
    if (n_times && t->count[CLASS_TIMESTAMP] == 0 && build_fits(b, j, n_times, COLUMN_DATE))
        return COLUMN_DATE;
    if (t->count[CLASS_TIMESTAMP] && build_fits(b, j, n_times, COLUMN_TIMESTAMP))
        return COLUMN_TIMESTAMP;
    return COLUMN_TEXT;
}

/* Does column j have few enough different texts for a category? */
static bool build_is_category(const struct build *b, size_t j)
{
    size_t present = tally_present(&b->typings[j].tally), n;
    struct text_set seen;

    text_set_init(&seen);
    for (size_t i = 0; i < b->grid->n_rows && seen.n <= CATEGORY_LEVELS; i++) {
        struct csv_cell cell = build_cell(b, i, j);
        if (!(cell.flags & CSV_MISSING))
            text_set_add(&seen, b->grid->buf + cell.at, cell.len);
    }
    n = seen.n;
    text_set_release(&seen);
    return n && (n <= CATEGORY_SMALL || (n <= CATEGORY_LEVELS && n <= present / 2));
}

static void decide_categories(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct build *b = ctx;

    (void)chunk;
    for (size_t j = begin; j < end; j++)
        if (!b->typings[j].given && b->typings[j].type == COLUMN_TEXT && build_is_category(b, j))
            b->typings[j].type = COLUMN_CATEGORY;
}

void build_decide_all(struct build *b)
{
    bool quotes_say_nothing = b->grid->header_quoted;

    for (size_t j = 0; j < b->grid->n_cols; j++)
        quotes_say_nothing = quotes_say_nothing && b->typings[j].tally.n_bare == 0;
    for (size_t j = 0; j < b->grid->n_cols; j++)
        if (!b->typings[j].given)
            b->typings[j].type = build_decide(b, j, quotes_say_nothing);
    /* A small table is done before other threads would have begun. */
    parallel_for(b->grid->n_cols, b->grid->n_rows < FEW_ROWS ? b->grid->n_cols : 1,
                 decide_categories, b);
}
