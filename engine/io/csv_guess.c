/* csv_guess.c - how to store each column's cells, guessed from some of them.
 *
 * The head's records and some at places all over the file are looked at.  A wrong guess costs another
 * pass through the file for that column and nothing else; so what is seldom in a sample (one real among
 * whole numbers, one word among dates) need not be seen.
 */
#include "io/csv_load.h"

#include <string.h>

#include "base/mem.h"

#define HEAD_RECORDS  500
#define PLACES        24
#define PLACE_BYTES   ((size_t)16 << 10)
#define PLACE_RECORDS 40
#define MANY_COLUMNS  2000 /* of these no texts are counted */

/* One column as far as it was seen. */
struct look {
    struct tally tally;
    struct csv_words texts;
    size_t text_bytes;
};

static void look_at_cell(const struct csv_load *l, struct look *k, const char *buf,
                         struct csv_cell cell)
{
    struct span text = { buf + cell.at, cell.len };
    bool wide;
    enum cell_class class = csv_cell_class(&wide, l->dialect, text, cell.flags);

    k->tally.count[class]++;
    k->text_bytes += text.len;
    if (class == CLASS_OTHER && load_n_cols(l) < MANY_COLUMNS)
        csv_words_put(&k->texts, text.at, text.len, csv_words_hash(text.at, text.len));
}

static void look_at(struct csv_load *l, struct look *looks, const char *buf,
                    const struct csv_record *rec)
{
    for (size_t j = 0; j < rec->n && j < load_n_cols(l); j++)
        look_at_cell(l, &looks[j], buf, rec->cells[j]);
}

/* Records that were looked at, and how many bytes they take. */
struct seen {
    size_t n, bytes;
};

static void look_at_records(struct seen *seen, struct csv_load *l, struct look *looks,
                            struct csv_scan *scan, size_t most, bool all_widths)
{
    struct csv_record rec = { 0 };
    size_t begin = scan->at;

    scan->dry = true;
    for (size_t i = 0; i < most && csv_scan_next(&rec, scan, NULL) > 0; i++) {
        if (all_widths || rec.n == load_n_cols(l))
            look_at(l, looks, scan->buf, &rec);
        seen->n++;
        seen->bytes += scan->at - begin;
        begin = scan->at;
    }
    csv_record_release(&rec);
}

/* A few records somewhere: what is before the first line end is left out. */
static void look_at_place(struct seen *seen, struct csv_load *l, struct look *looks, uint64_t at)
{
    char *buf = mem_new(PLACE_BYTES + 1, 1);
    ptrdiff_t got = bytes_read(&l->bytes, buf, at, PLACE_BYTES, l->file, NULL);
    const char *end = got > 0 ? memchr(buf, '\n', (size_t)got) : NULL;
    struct csv_scan scan = l->scan;

    if (end) {
        scan.buf = buf;
        scan.len = (size_t)got;
        scan.at = (size_t)(end - buf) + 1;
        scan.partial = true;
        csv_scan_find_from(&scan, scan.at);
        look_at_records(seen, l, looks, &scan, PLACE_RECORDS, false);
    }
    mem_free(buf);
}

static enum column_type rep_of(const struct look *k, bool many)
{
    const size_t *n = k->tally.count;
    size_t numbers = n[CLASS_INT] + n[CLASS_BIG] + n[CLASS_REAL] + n[CLASS_OVERFLOW];
    size_t times = n[CLASS_DATE] + n[CLASS_TIMESTAMP];
    size_t typed = numbers + times + n[CLASS_BOOL] + n[CLASS_LED] + n[CLASS_OTHER];

    if (!typed)
        return COLUMN_CATEGORY;
    if (numbers * 10 >= typed * 9 && !n[CLASS_LED])
        return n[CLASS_REAL] + n[CLASS_BIG] + n[CLASS_OVERFLOW] ? COLUMN_REAL : COLUMN_INT;
    if (n[CLASS_BOOL] == typed)
        return COLUMN_BOOL;
    if (times * 10 >= typed * 9)
        return n[CLASS_TIMESTAMP] ? COLUMN_TIMESTAMP : COLUMN_DATE;
    bool few = k->texts.n <= 20 || k->texts.n * 2 <= n[CLASS_OTHER];
    return many || (few && !n[CLASS_LED]) ? COLUMN_CATEGORY : COLUMN_TEXT;
}

static void settle_reps(struct csv_load *l, struct look *looks)
{
    for (size_t j = 0; j < load_n_cols(l); j++) {
        if (!l->cols[j].given)
            l->cols[j].rep = rep_of(&looks[j], load_n_cols(l) >= MANY_COLUMNS);
        csv_words_release(&looks[j].texts);
    }
}

void csv_guess_grid_reps(struct csv_load *l)
{
    struct look *looks = MEM_NEW(struct look, load_n_cols(l));
    const struct csv_grid *g = l->grid;
    size_t step = g->n_rows / (2 * HEAD_RECORDS) + 1;

    for (size_t i = 0; i < g->n_rows; i += step)
        for (size_t j = 0; j < load_n_cols(l); j++)
            look_at_cell(l, &looks[j], g->buf, csv_grid_cell(g, i, j));
    settle_reps(l, looks);
    mem_free(looks);
}

void csv_guess_reps(struct csv_sizes *out, struct csv_load *l, size_t head_len)
{
    struct look *looks = MEM_NEW(struct look, load_n_cols(l));
    struct csv_scan scan = l->scan;
    struct seen seen = { 0 };

    scan.partial = head_len < l->bytes.size;
    look_at_records(&seen, l, looks, &scan, HEAD_RECORDS, true);
    if (l->bytes.size > head_len * 2)
        for (uint64_t i = 1; i <= PLACES; i++)
            look_at_place(&seen, l, looks, l->bytes.size / (PLACES + 1) * i);
    settle_reps(l, looks);
    *out = (struct csv_sizes){ .record_bytes = (double)head_len + 1 };
    if (seen.n)
        out->record_bytes = (double)seen.bytes / (double)seen.n;
    for (size_t j = 0; j < load_n_cols(l) && seen.n; j++)
        if (l->cols[j].rep == COLUMN_TEXT)
            out->text_bytes += (double)looks[j].text_bytes / (double)seen.n;
    mem_free(looks);
}
