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
 *   other      Dates in other forms than ISO 8601's: csv_dates.c.
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
#include "io/csv_load.h"

#include <string.h>

#include "base/mem.h"
#include "io/text_set.h"

#define ALMOST_SHARE   20 /* one in so many cells may be something else */
#define ALMOST_FEWEST  20
#define CATEGORY_SMALL 20

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

/* ---- odd ones out, from what is stored ---- */

/* Is what the column stores enough to know the texts that do not fit `type`? */
static bool odd_texts_known(const struct csv_making *m, enum column_type type)
{
    bool number = m->rep == COLUMN_INT || m->rep == COLUMN_REAL;

    return m->rep == COLUMN_CATEGORY || m->rep == COLUMN_TEXT || m->rep == type ||
           (number && type == COLUMN_REAL);
}

static struct span stored_text(const struct csv_making *m, size_t i)
{
    const int64_t *offsets = m->values;

    if (m->rep == COLUMN_CATEGORY) {
        const struct csv_word *w = &m->words.list[((const int32_t *)m->values)[i]];
        return (struct span){ w->at, w->len };
    }
    return (struct span){ m->bytes + offsets[i], (size_t)(offsets[i + 1] - offsets[i]) };
}

/* Number of different texts in column j that do not fit the type, at most CSV_ALMOST_TEXTS + 1;
 * *example is the one seen last. */
static size_t odd_texts(struct span *example, const struct csv_load *l, size_t j,
                        enum column_type type)
{
    const struct csv_making *m = &l->cols[j];
    struct text_set odd;
    size_t n;
    bool wide;

    if (m->rep != COLUMN_CATEGORY && m->rep != COLUMN_TEXT) {
        const struct csv_word *w = m->odd.words.n ? &m->odd.words.list[m->odd.last] : NULL;
        if (w)
            *example = (struct span){ w->at, w->len };
        return m->odd.words.n;
    }
    text_set_init(&odd);
    for (size_t i = 0; i < l->n_rows && odd.n <= CSV_ALMOST_TEXTS; i++) {
        if (!bit_get(m->valid, i))
            continue;
        struct span text = stored_text(m, i);
        enum cell_class class = csv_cell_class(&wide, l->dialect, text, CSV_QUOTED);
        if (class <= CLASS_BLANK || class_fits(class, type))
            continue;
        *example = span_trim(text);
        text_set_add(&odd, example->at, example->len);
    }
    n = odd.n;
    text_set_release(&odd);
    return n;
}

static void note_odd_cells(const struct csv_load *l, size_t j, enum column_type type, size_t n_odd,
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
    source_note(l->src, "column %s holds %s but for %zu cell%s%s '%s'%s", l->shape.names[j],
                kinds[type], n_odd, n_odd == 1 ? "" : "s", one_text ? "," : ", such as", shown.buf,
                almost ? "; listed as rejected and missing in the table"
                       : "; so it is text; na= can make that text missing");
    str_release(&shown);
}

/* All cells fit, or almost all do. */
static bool type_fits(const struct csv_load *l, size_t j, size_t n_fit, enum column_type type)
{
    const struct tally *t = &l->cols[j].tally;
    size_t typed = tally_present(t) - t->count[CLASS_BLANK];
    struct span example = { "", 0 };

    if (!n_fit || n_fit == typed)
        return n_fit > 0;
    if (n_fit * 2 < typed)
        return false;
    size_t n_texts = odd_texts(&example, l, j, type);
    bool almost = n_fit >= ALMOST_FEWEST && (typed - n_fit) * ALMOST_SHARE <= typed &&
                  n_texts <= CSV_ALMOST_TEXTS;
    if (n_texts == 1 || almost)
        note_odd_cells(l, j, type, typed - n_fit, n_texts == 1, example, almost);
    return almost;
}

static bool type_is_number(const struct csv_load *l, size_t j, bool quotes_say_nothing)
{
    const struct tally *t = &l->cols[j].tally;

    if (t->count[CLASS_LED] || (!t->n_bare_numbers && !quotes_say_nothing))
        return false;
    if (tally_numbers(t) == t->count[CLASS_OVERFLOW])
        return false;
    if (!type_fits(l, j, tally_numbers(t), COLUMN_REAL))
        return false;
    if (t->count[CLASS_BIG] && !t->count[CLASS_REAL]) {
        source_note(l->src,
                    "column %s has %zu integers beyond 64 bits and stays text; types=%s:real "
                    "rounds them",
                    l->shape.names[j], t->count[CLASS_BIG], l->shape.names[j]);
        return false;
    }
    return true;
}

/* COLUMN_TEXT stands for text or category here. */
static enum column_type type_decide(const struct csv_load *l, size_t j, bool quotes_say_nothing)
{
    const struct tally *t = &l->cols[j].tally;
    size_t typed = tally_present(t) - t->count[CLASS_BLANK];
    size_t n_times = t->count[CLASS_DATE] + t->count[CLASS_TIMESTAMP];

    if (type_is_number(l, j, quotes_say_nothing)) {
        bool real = t->count[CLASS_REAL] || t->count[CLASS_BIG] || t->count[CLASS_OVERFLOW];
        if (real && t->n_wide + t->count[CLASS_BIG])
            source_note(l->src, "column %s is real: %zu integers above 2^53 may be rounded",
                        l->shape.names[j], t->n_wide + t->count[CLASS_BIG]);
        return real ? COLUMN_REAL : COLUMN_INT;
    }
    if (typed && t->count[CLASS_BOOL] == typed && (t->n_bare_bools || quotes_say_nothing))
        return COLUMN_BOOL;
    if (n_times && t->count[CLASS_TIMESTAMP] == 0 && type_fits(l, j, n_times, COLUMN_DATE))
        return COLUMN_DATE;
    if (t->count[CLASS_TIMESTAMP] && type_fits(l, j, n_times, COLUMN_TIMESTAMP))
        return COLUMN_TIMESTAMP;
    return COLUMN_TEXT;
}

/* Does column j have few enough different texts for a category? */
static bool type_is_category(const struct csv_load *l, size_t j)
{
    const struct csv_making *m = &l->cols[j];
    size_t present = tally_present(&m->tally), n = m->words.n;

    if (m->rep == COLUMN_TEXT) {
        struct text_set seen;
        text_set_init(&seen);
        for (size_t i = 0; i < l->n_rows && seen.n <= CSV_LEVELS_MOST; i++)
            if (bit_get(m->valid, i)) {
                struct span text = stored_text(m, i);
                text_set_add(&seen, text.at, text.len);
            }
        n = seen.n;
        text_set_release(&seen);
    }
    return n && (n <= CATEGORY_SMALL || (n <= CSV_LEVELS_MOST && n <= present / 2));
}

/* Most cells, but not all, are of a type for which the others were not kept. */
static bool lacks_odd_texts(const struct csv_making *m, enum column_type type, size_t n_fit)
{
    size_t typed = tally_present(&m->tally) - m->tally.count[CLASS_BLANK];

    return n_fit != typed && n_fit * 2 >= typed && n_fit > 0 && !odd_texts_known(m, type);
}

bool making_is_known(const struct csv_load *l, size_t j)
{
    const struct csv_making *m = &l->cols[j];
    size_t n_dates = m->tally.count[CLASS_DATE];
    size_t n_times = n_dates + m->tally.count[CLASS_TIMESTAMP];

    return m->given || !(lacks_odd_texts(m, COLUMN_REAL, tally_numbers(&m->tally)) ||
                         lacks_odd_texts(m, COLUMN_DATE, n_dates) ||
                         lacks_odd_texts(m, COLUMN_TIMESTAMP, n_times));
}

void csv_decide_types(struct csv_load *l)
{
    bool quotes_say_nothing = l->shape.header_quoted;

    for (size_t j = 0; j < load_n_cols(l); j++)
        quotes_say_nothing = quotes_say_nothing && l->cols[j].tally.n_bare == 0;
    for (size_t j = 0; j < load_n_cols(l); j++)
        if (!l->cols[j].given)
            l->cols[j].type = type_decide(l, j, quotes_say_nothing);
}

void csv_decide_category(struct csv_load *l, size_t j)
{
    struct csv_making *m = &l->cols[j];

    if (!m->given && m->type == COLUMN_TEXT && type_is_category(l, j))
        m->type = COLUMN_CATEGORY;
}
