/* csv_types.c - from cells to typed columns.
 *
 * The type of a column is decided by ALL its cells.  Each cell that is not missing is one of: an
 * integer, an integer beyond 64 bits, an integer with leading zeros, a real, a real too large for a
 * double (1e400), true or false (also TRUE, True; yes/no and T/F are texts, unless `types` says bool), a
 * date, a timestamp, other.  Blanks around it do not count.  Then, in turn:
 *
 *   quotes     Quotes mean text: quoted numbers and bools count as such only where the same column has
 *              bare ones, or when every field of the file is quoted, header included (then quotes
 *              say nothing).  Quoted dates are dates.
 *   number     All cells are numbers and none has leading zeros (007 is an identifier): int when all are
 *              integers of 64 bits, real otherwise.  Integers beyond 64 bits without a real among them
 *              would lose digits: text.
 *   bool       All cells are true or false.
 *   date       All are dates.     timestamp   All are timestamps or dates (midnight).
 *   almost     A number, date or timestamp column may hold cells that are none: at most 5 % of the
 *              cells, at least 20 others, at most 100 different such texts.  They become missing
 *              and each is listed (REJECT_VALUE).  So does 1e400 in any number column.
 *   category   Everything else with at most 20 different texts, or at most 1000 that are at most half
 *              as many as the cells.
 *   text       The rest, and columns where every cell is missing.
 *
 * With a type given in `types`, every cell that does not fit becomes missing and is listed.  In a column
 * that is neither text nor category a quoted empty field or na word is missing too.
 */
#include "io/csv.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/text.h"
#include "io/text_set.h"
#include "table/cell.h"

#define ALMOST_SHARE    20 /* one in so many cells may be something else */
#define ALMOST_FEWEST   20
#define ALMOST_TEXTS    100
#define CATEGORY_SMALL  20
#define CATEGORY_LEVELS 1000
#define EXACT_INT       ((int64_t)1 << 53)
#define BATCH_ROWS      (PARALLEL_CHUNK * 32)

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

/* ---------------------------------------------------------------- one cell */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct span without_sign(struct span s)
{
    if (s.len && (*s.at == '-' || *s.at == '+')) {
        s.at++;
        s.len--;
    }
    return s;
}

static bool is_all_digits(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.at[i]))
            return false;
    return s.len > 0;
}

/* A number by its form: what text_parse_real refuses although it is one is too large. */
static bool has_number_form(struct span s)
{
    size_t i = 0, n_digits = 0;

    s = without_sign(s);
    for (; i < s.len && (is_digit(s.at[i]) || s.at[i] == '.'); i++)
        n_digits += s.at[i] != '.';
    if (!n_digits || memchr(s.at, '.', i) != memrchr(s.at, '.', i))
        return false;
    if (i == s.len)
        return true;
    if (s.at[i] != 'e' && s.at[i] != 'E')
        return false;
    return is_all_digits(without_sign((struct span){ s.at + i + 1, s.len - i - 1 }));
}

static enum cell_class classify_number(struct span s, bool *wide)
{
    struct span digits = without_sign(s);
    int64_t i;
    double r;

    if (is_all_digits(digits)) {
        if (digits.len > 1 && *digits.at == '0')
            return CLASS_LED;
        if (!text_parse_int(&i, s.at, s.len))
            return text_parse_real(&r, s.at, s.len) ? CLASS_BIG : CLASS_OVERFLOW;
        *wide = i > EXACT_INT || i < -EXACT_INT;
        return CLASS_INT;
    }
    if (text_parse_real(&r, s.at, s.len))
        return CLASS_REAL;
    return has_number_form(s) ? CLASS_OVERFLOW : CLASS_OTHER;
}

static bool is_true_false(struct span s)
{
    static const char *const words[] = { "true", "TRUE", "True", "false", "FALSE", "False" };

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (span_is(s, words[i]))
            return true;
    return false;
}

/* What a text without blanks around it looks like; s.len > 0. */
static enum cell_class classify(struct span s, bool *wide)
{
    enum cell_class class;
    int32_t days;
    int64_t us;
    double r;

    *wide = false;
    switch (*s.at) {
    case 't': case 'T': case 'f': case 'F':
        return is_true_false(s) ? CLASS_BOOL : CLASS_OTHER;
    case 'i': case 'I': case 'n': case 'N': /* inf, nan */
        return text_parse_real(&r, s.at, s.len) ? CLASS_REAL : CLASS_OTHER;
    case '+': case '-': case '.':
        return classify_number(s, wide);
    default:
        if (!is_digit(*s.at))
            return CLASS_OTHER;
    }
    class = classify_number(s, wide);
    if (class != CLASS_OTHER || s.len < 8)
        return class;
    if (cell_parse_date(&days, s.at, s.len))
        return CLASS_DATE;
    return cell_parse_timestamp(&us, s.at, s.len) ? CLASS_TIMESTAMP : CLASS_OTHER;
}

bool csv_text_is_special(const char *s, size_t len)
{
    struct span text = span_trim((struct span){ s, len });
    bool wide;

    return !text.len || classify(text, &wide) != CLASS_OTHER;
}

/* ---------------------------------------------------------------- all cells */

/* Counts over the rows of one chunk, or over all. */
struct tally {
    size_t count[N_CLASSES];
    size_t n_bare; /* present and not quoted */
    size_t n_bare_numbers, n_bare_bools;
    size_t n_wide; /* integers above 2^53 */
};

/* One column on its way. */
struct typing {
    enum column_type type;
    bool given;
    struct tally tally;
    struct column *column;
};

struct build {
    struct csv_grid *grid;
    const struct csv_dialect *dialect;
    struct source *src;
    struct tally *tallies; /* (chunks of a batch, n_cols) */
    size_t base;           /* first row of the batch */
    struct typing *typings; /* (n_cols) */
};

static const struct csv_cell *build_cell(const struct build *b, size_t i, size_t j)
{
    return &b->grid->cells[i * b->grid->n_cols + j];
}

static struct span build_text(const struct build *b, const struct csv_cell *cell)
{
    return (struct span){ b->grid->buf + cell->at, cell->len };
}

static enum cell_class build_classify(const struct build *b, const struct csv_cell *cell,
                                      bool *wide)
{
    struct span text = build_text(b, cell);

    *wide = false;
    if (cell->flags & CSV_MISSING)
        return CLASS_MISSING;
    if (cell->flags & CSV_QUOTED && csv_is_na(b->dialect, text.at, text.len))
        return CLASS_BLANK;
    text = span_trim(text);
    if (!text.len || cell->flags & CSV_DIRTY)
        return CLASS_OTHER;
    return classify(text, wide);
}

static bool class_is_number(enum cell_class class)
{
    return class == CLASS_INT || class == CLASS_BIG || class == CLASS_REAL ||
           class == CLASS_OVERFLOW;
}

static void tally_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct build *b = ctx;
    size_t n_cols = b->grid->n_cols;
    struct tally *tallies = b->tallies + chunk * n_cols;

    for (size_t i = b->base + begin; i < b->base + end; i++)
        for (size_t j = 0; j < n_cols; j++) {
            const struct csv_cell *cell = build_cell(b, i, j);
            struct tally *t = &tallies[j];
            bool wide, bare = !(cell->flags & CSV_QUOTED);
            enum cell_class class = build_classify(b, cell, &wide);
            t->count[class]++;
            t->n_wide += wide;
            t->n_bare += bare && class != CLASS_MISSING;
            t->n_bare_numbers += bare && class_is_number(class);
            t->n_bare_bools += bare && class == CLASS_BOOL;
        }
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

/* Runs `body` over all rows in batches of BATCH_ROWS, with a tick after each; `after` may be NULL. */
static int build_over_rows(struct build *b, parallel_body *body,
                           void (*after)(struct build *b, size_t n_chunks), struct job *job,
                           struct err *err)
{
    size_t n_rows = b->grid->n_rows;

    for (b->base = 0; b->base < n_rows; b->base += BATCH_ROWS) {
        size_t n = n_rows - b->base < BATCH_ROWS ? n_rows - b->base : BATCH_ROWS;
        parallel_for(n, PARALLEL_CHUNK, body, b);
        if (after)
            after(b, parallel_n_chunks(n, PARALLEL_CHUNK));
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

static int build_tally(struct build *b, struct job *job, struct err *err)
{
    size_t rows = b->grid->n_rows < BATCH_ROWS ? b->grid->n_rows : BATCH_ROWS;
    size_t n = parallel_n_chunks(rows, PARALLEL_CHUNK) * b->grid->n_cols;
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
        const struct csv_cell *cell = build_cell(b, i, j);
        enum cell_class class = build_classify(b, cell, &wide);
        if (class <= CLASS_BLANK || class_fits(class, type))
            continue;
        *example = span_trim(build_text(b, cell));
        text_set_add(&odd, example->at, example->len);
    }
    n = odd.n;
    text_set_release(&odd);
    return n;
}

/* All cells fit, or almost all do. */
static bool build_fits(const struct build *b, size_t j, size_t n_fit, enum column_type type)
{
    const struct tally *t = &b->typings[j].tally;
    size_t typed = tally_present(t) - t->count[CLASS_BLANK];
    struct span example = { "", 0 };
    struct str shown;

    if (!n_fit || n_fit == typed)
        return n_fit > 0;
    if (n_fit * 2 < typed)
        return false;
    size_t n_texts = build_odd_texts(&example, b, j, type);
    bool almost = n_fit >= ALMOST_FEWEST && (typed - n_fit) * ALMOST_SHARE <= typed &&
                  n_texts <= ALMOST_TEXTS;
    if (n_texts == 1 || almost) {
        str_init(&shown);
        str_add_escaped(&shown, example.at, example.len > 60 ? 60 : example.len);
        source_note(b->src, "column %s is %s but for %zu cells%s '%s'%s", b->grid->names[j],
                    column_type_name(type), typed - n_fit, n_texts == 1 ? "," : ", such as",
                    shown.buf, almost ? "; they are missing and listed as rejected"
                                      : "; it stays text; na= can make that text missing");
        str_release(&shown);
    }
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
        source_note(b->src, "column %s has %zu integers beyond 64 bits and stays text; types=%s:real "
                    "rounds them", b->grid->names[j], t->count[CLASS_BIG], b->grid->names[j]);
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
        const struct csv_cell *cell = build_cell(b, i, j);
        if (!(cell->flags & CSV_MISSING))
            text_set_add(&seen, b->grid->buf + cell->at, cell->len);
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

static void build_decide_all(struct build *b)
{
    bool quotes_say_nothing = b->grid->header_quoted;

    for (size_t j = 0; j < b->grid->n_cols; j++)
        quotes_say_nothing = quotes_say_nothing && b->typings[j].tally.n_bare == 0;
    for (size_t j = 0; j < b->grid->n_cols; j++)
        if (!b->typings[j].given)
            b->typings[j].type = build_decide(b, j, quotes_say_nothing);
    parallel_for(b->grid->n_cols, 1, decide_categories, b);
}

/* ---------------------------------------------------------------- filling */

static bool type_is_fixed(enum column_type type)
{
    return type != COLUMN_TEXT && type != COLUMN_CATEGORY;
}

static bool parse_time(int64_t *us, struct span s)
{
    int32_t days;

    if (cell_parse_timestamp(us, s.at, s.len))
        return true;
    if (!cell_parse_date(&days, s.at, s.len))
        return false;
    *us = days * INT64_C(86400000000);
    return true;
}

/* Store the text as row i of the column; false when it is not of its type. */
static bool fill_cell(struct column *c, size_t i, struct span s)
{
    bool flag;

    switch (c->type) {
    case COLUMN_INT:
        return text_parse_int(column_ints_mut(c) + i, s.at, s.len);
    case COLUMN_REAL:
        return text_parse_real(column_reals_mut(c) + i, s.at, s.len);
    case COLUMN_DATE:
        return cell_parse_date(column_codes_mut(c) + i, s.at, s.len);
    case COLUMN_TIMESTAMP:
        return parse_time(column_ints_mut(c) + i, s);
    case COLUMN_BOOL:
        if (!cell_parse_bool(&flag, s.at, s.len))
            return false;
        if (flag)
            bit_set(c->values->data, i);
        return true;
    default:
        assert(!"a column of fixed width");
        return false;
    }
}

/* Chunks are multiples of 8 rows, so that no two of them share a byte of a bitmap. */
static void fill_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct build *b = ctx;

    (void)chunk;
    for (size_t i = b->base + begin; i < b->base + end; i++)
        for (size_t j = 0; j < b->grid->n_cols; j++) {
            struct typing *t = &b->typings[j];
            const struct csv_cell *cell = build_cell(b, i, j);
            if (!type_is_fixed(t->type))
                continue;
            if (cell->flags & CSV_MISSING ||
                !fill_cell(t->column, i, span_trim(build_text(b, cell))))
                bit_clear(t->column->valid->data, i);
        }
}

/* Bytes that are no UTF-8 become U+FFFD each; NUL stays. */
static void text_repaired(struct str *out, struct span s)
{
    str_clear(out);
    for (size_t i = 0; i < s.len;) {
        uint32_t code;
        size_t step = text_decode(&code, s.at + i, s.len - i);
        if (step == 1 && code == 0xFFFD)
            str_add(out, "\xEF\xBF\xBD");
        else
            str_add_n(out, s.at + i, step);
        i += step;
    }
}

static int fill_texts(struct build *b, size_t j, struct err *err)
{
    struct typing *t = &b->typings[j];
    struct column_builder builder;
    struct str repaired;

    str_init(&repaired);
    builder_init(&builder, t->type, b->grid->n_rows);
    for (size_t i = 0; i < b->grid->n_rows; i++) {
        const struct csv_cell *cell = build_cell(b, i, j);
        struct span s = build_text(b, cell);
        if (cell->flags & CSV_MISSING) {
            builder_add_missing(&builder);
            continue;
        }
        if (cell->flags & CSV_DIRTY) {
            text_repaired(&repaired, s);
            s = (struct span){ repaired.buf, repaired.len };
        }
        builder_add_text(&builder, s.at, s.len);
    }
    str_release(&repaired);
    return builder_finish(&t->column, &builder, err);
}

/* Columns of fixed width with a bitmap that marks nothing yet; column_seal drops it when it stays so. */
static int build_allocate(struct build *b, struct err *err)
{
    for (size_t j = 0; j < b->grid->n_cols; j++) {
        struct typing *t = &b->typings[j];
        if (!type_is_fixed(t->type))
            continue;
        if (column_new(&t->column, t->type, b->grid->n_rows, NULL, err))
            return -1;
        if (b->grid->n_rows && column_set_missing(t->column, 0, err))
            return -1;
        if (b->grid->n_rows)
            bit_set(t->column->valid->data, 0);
    }
    return 0;
}

static int build_fill(struct build *b, struct job *job, struct err *err)
{
    size_t n_cols = b->grid->n_cols;
    struct job_range range = job_part(job, 0, 2);
    int rc = build_allocate(b, err);

    if (rc == 0)
        rc = build_over_rows(b, fill_rows, NULL, job, err);
    job_restore(job, range);
    range = job_part(job, 1, 2);
    for (size_t j = 0; j < n_cols && rc == 0; j++) {
        if (type_is_fixed(b->typings[j].type))
            column_seal(b->typings[j].column);
        else
            rc = fill_texts(b, j, err);
        if (rc == 0)
            rc = job_tick(job, j + 1, n_cols, err);
    }
    job_restore(job, range);
    return rc;
}

/* ---------------------------------------------------------------- what did not fit */

/* A cell that had something in it and is missing in the column. */
static bool build_is_lost(const struct build *b, size_t i, size_t j)
{
    bool wide;

    return column_missing(b->typings[j].column, i) &&
           build_classify(b, build_cell(b, i, j), &wide) > CLASS_BLANK;
}

static bool build_has_lost(const struct build *b, size_t j)
{
    const struct typing *t = &b->typings[j];

    return type_is_fixed(t->type) &&
           t->column->n_missing > t->tally.count[CLASS_MISSING] + t->tally.count[CLASS_BLANK];
}

static void build_reject(struct build *b, size_t i, size_t j)
{
    const struct csv_cell *cell = build_cell(b, i, j);
    struct reject where = { .kind = REJECT_VALUE, .row = i + 1, .column = (int)j };

    csv_place(&where.line, &where.col, b->grid->buf, (size_t)b->grid->lines[i],
              b->grid->row_at[i], cell->at);
    source_reject(b->src, &where, b->grid->buf + cell->at, cell->len);
}

static void build_list_lost(struct build *b)
{
    size_t n_cols = b->grid->n_cols, n_lost = 0;
    size_t *lost = MEM_NEW(size_t, n_cols);

    for (size_t j = 0; j < n_cols; j++)
        if (build_has_lost(b, j))
            lost[n_lost++] = j;
    for (size_t i = 0; n_lost && i < b->grid->n_rows; i++)
        for (size_t k = 0; k < n_lost; k++)
            if (build_is_lost(b, i, lost[k]))
                build_reject(b, i, lost[k]);
    mem_free(lost);
}

/* ---------------------------------------------------------------- the table */

/* The grid's line numbers as the table's buffer. */
static struct buffer *build_lines(struct csv_grid *g)
{
    struct buffer *lines = NULL;
    size_t used = g->n_rows * sizeof(*g->lines), padded = (used + 63) / 64 * 64;

    if (g->n_rows) {
        memset((char *)g->lines + used, 0, padded - used);
        lines = buffer_take(g->lines, used);
        g->lines = NULL;
    }
    return lines;
}

static int build_table(struct table **out, struct build *b, struct err *err)
{
    size_t n_cols = b->grid->n_cols;
    struct column **columns = MEM_NEW(struct column *, n_cols);
    int rc;

    for (size_t j = 0; j < n_cols; j++) {
        columns[j] = b->typings[j].column;
        b->typings[j].column = NULL;
    }
    rc = table_new(out, columns, (const char *const *)b->grid->names, n_cols, b->grid->n_rows,
                   build_lines(b->grid), err);
    mem_free(columns);
    return rc;
}

int csv_columns_build(struct table **out, struct csv_grid *g, const struct csv_dialect *dialect,
                      const int *types, struct source *src, struct job *job, struct err *err)
{
    struct build b = { .grid = g, .dialect = dialect, .src = src,
                       .typings = MEM_NEW(struct typing, g->n_cols) };
    struct job_range range = job_part(job, 0, 2);
    int rc;

    for (size_t j = 0; j < g->n_cols; j++)
        if (types[j] >= 0) {
            b.typings[j].type = (enum column_type)types[j];
            b.typings[j].given = true;
        }
    rc = build_tally(&b, job, err);
    job_restore(job, range);
    if (rc == 0) {
        build_decide_all(&b);
        range = job_part(job, 1, 2);
        rc = build_fill(&b, job, err);
        job_restore(job, range);
    }
    if (rc == 0) {
        build_list_lost(&b);
        rc = build_table(out, &b, err);
    }
    for (size_t j = 0; j < g->n_cols; j++)
        column_unref(b.typings[j].column);
    mem_free(b.typings);
    return rc;
}
