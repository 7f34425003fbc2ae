/* csv_load.c - a whole file as a table: passes over it, and what is made of them. */
#include "io/csv_load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "io/csv_sample.h"

#define COLUMNS_MOST ((size_t)250000)
#define PLACE_BYTES  1.5 /* of a row's line and offset */
#define FIXED_BYTES  ((double)((size_t)32 << 20))
#define WORTH_ASKING ((size_t)32 << 20) /* smaller files fit */

/* ---------------------------------------------------------------- a pass */

static void fill_chunks(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct csv_load *l = ctx;

    (void)chunk;
    for (size_t k = begin; k < end; k++)
        csv_fill_chunk(l, &l->wave.chunks[k]);
}

/* The first pass is nearly all of the work; there are two more at most. */
static int load_tick(struct csv_load *l, struct job *job, struct err *err)
{
    size_t more = l->bytes.size / 16, done = l->seen;

    if (l->rows_most != SIZE_MAX)
        return job_tick(job, l->n_rows, l->rows_most, err);
    if (l->n_passes > 0)
        done = l->bytes.size + (l->n_passes - 1) * more +
               (size_t)((double)more * (double)l->seen / (double)(l->bytes.size + 1));
    return job_tick(job, done, l->bytes.size + 2 * more, err);
}

static int load_pass(struct csv_load *l, struct job *job, struct err *err)
{
    int rc;

    l->first_pass = l->n_passes == 0;
    if (l->grid) {
        l->n_passes++;
        return csv_grid_pass(l, job, err);
    }
    l->n_rows = 0;
    wave_rewind(l);
    for (;;) {
        size_t before = l->n_rows;
        rc = wave_next(l, err);
        if (rc <= 0)
            break;
        l->seen = (size_t)l->wave.base + l->wave.at;
        if (making_reserve(l, before, l->n_rows, err))
            return -1;
        parallel_for(l->wave.n, 1, fill_chunks, l);
        if (csv_merge_wave(l, err) || load_tick(l, job, err))
            return -1;
    }
    l->n_passes++;
    return rc;
}

int load_digest(struct digest *out, struct csv_load *l, struct err *err)
{
    const size_t step = (size_t)1 << 20;
    uint64_t at = 0, end = l->wave.base + l->wave.at;
    struct hasher hasher;
    void *block = NULL;
    int rc = 0;

    *out = hasher_finish(&l->hasher);
    if (l->rows_most == SIZE_MAX)
        return 0;
    if (mem_big(&block, step, 1, "a part of the file", err))
        return -1;
    hasher_init(&hasher);
    while (at < end && rc == 0) {
        size_t want = end - at < step ? (size_t)(end - at) : step;
        ptrdiff_t got = bytes_read(&l->bytes, block, at, want, l->file, err);
        if (got > 0)
            hasher_add(&hasher, block, (size_t)got);
        rc = got > 0 ? 0 : -1;
        at += want;
        if (got == 0)
            rc = load_check_unchanged(l, err);
    }
    mem_big_free(block);
    *out = hasher_finish(&hasher);
    return rc;
}

/* Where the file is read again it must be what it was. */
int load_check_unchanged(const struct csv_load *l, struct err *err)
{
    struct stat now;
    const struct csv_bytes *b = &l->bytes;

    if (b->fd < 0 || fstat(b->fd, &now) != 0)
        return 0;
    if ((size_t)now.st_size == b->size && now.st_mtim.tv_sec == b->modified.tv_sec &&
        now.st_mtim.tv_nsec == b->modified.tv_nsec)
        return 0;
    return err_set_at(err, ERR_IO, (struct err_at){ l->file, 0, 0, 0 },
                      "the file changed while it was read: it had %zu bytes and has %zu; load it "
                      "again",
                      b->size, (size_t)now.st_size);
}

/* Once more, for the columns that `again` marks, stored as their rep says. */
static int load_again(struct csv_load *l, const bool *again, struct job *job, struct err *err)
{
    size_t kept = 0;

    l->n_active = 0;
    for (size_t j = 0; j < load_n_cols(l); j++)
        if (again[j]) {
            making_reset(&l->cols[j]);
            l->active[l->n_active++] = j;
        }
    if (!l->n_active)
        return 0;
    for (size_t i = 0; i < l->lost->rejects.n; i++)
        if (!again[l->lost->rejects.list[i].column])
            l->lost->rejects.list[kept++] = l->lost->rejects.list[i];
    l->lost->rejects.n = kept;
    if (load_pass(l, job, err))
        return -1;
    return load_check_unchanged(l, err);
}

/* ---------------------------------------------------------------- types */

/* Is the column stored as its type wants it, or so that it can be turned into that? */
static bool is_stored_well(const struct csv_making *m)
{
    bool wants_text = m->type == COLUMN_TEXT || m->type == COLUMN_CATEGORY;
    bool has_text = m->rep == COLUMN_TEXT || m->rep == COLUMN_CATEGORY;

    return wants_text ? has_text : m->rep == m->type;
}

static int settle_types(struct csv_load *l, struct job *job, struct err *err)
{
    bool *again = MEM_NEW(bool, load_n_cols(l));
    int rc;

    for (size_t j = 0; j < load_n_cols(l); j++) {
        again[j] = !making_is_known(l, j);
        if (again[j])
            l->cols[j].rep = COLUMN_CATEGORY;
    }
    rc = load_again(l, again, job, err);
    if (rc == 0) {
        csv_decide_types(l);
        csv_dates_decide(l);
    }
    for (size_t j = 0; j < load_n_cols(l) && rc == 0; j++) {
        struct csv_making *m = &l->cols[j];
        again[j] = !is_stored_well(m);
        if (again[j])
            m->rep = m->type == COLUMN_TEXT ? COLUMN_CATEGORY : m->type;
    }
    if (rc == 0)
        rc = load_again(l, again, job, err);
    for (size_t j = 0; j < load_n_cols(l) && rc == 0; j++)
        csv_decide_category(l, j);
    mem_free(again);
    return rc;
}

/* ---------------------------------------------------------------- notes and rejects */

static void note_lines(const struct csv_load *l)
{
    const struct csv_scan *s = &l->scan;

    if ((s->n_lf != 0) + (s->n_crlf != 0) + (s->n_cr != 0) > 1)
        source_note(l->src, "line ends are mixed: %zu LF, %zu CR LF, %zu CR", s->n_lf, s->n_crlf,
                    s->n_cr);
    if (s->n_blank)
        source_note(l->src, "blank lines left out: %zu", s->n_blank);
    if (s->n_comments)
        source_note(l->src, "lines left out as comments, which begin with %c: %zu",
                    l->dialect->comment, s->n_comments);
    if (l->n_trailing)
        source_note(l->src, "lines that end in a delimiter: %zu", l->n_trailing);
}

/* Cells that do not fit their column's type. */
static void list_lost(struct csv_load *l)
{
    struct rejects *r = &l->lost->rejects;

    if (r->n)
        qsort(r->list, r->n, sizeof(*r->list), csv_lost_compare);
    for (size_t i = 0; i < r->n; i++) {
        enum column_type type = l->cols[r->list[i].column].type;
        if (type != COLUMN_TEXT && type != COLUMN_CATEGORY)
            source_reject(l->src, &r->list[i], r->list[i].text, strlen(r->list[i].text));
    }
    for (size_t j = 0; j < load_n_cols(l); j++) {
        const struct csv_making *m = &l->cols[j];
        if (m->type != COLUMN_TEXT && m->type != COLUMN_CATEGORY)
            l->src->rejects.count[REJECT_VALUE] += m->n_lost - m->n_listed;
    }
}

/* ---------------------------------------------------------------- the table */

/* Rejects tell rows and lines of the file. */
static void place_rejects(struct csv_load *l)
{
    struct rejects *rejects = &l->src->rejects;

    for (size_t i = 0; i < rejects->n; i++) {
        struct reject *r = &rejects->list[i];
        if (!r->row)
            continue;
        const struct csv_sampled *s = &l->sample->rows[r->row - 1];
        r->line += (size_t)s->line - (size_t)places_find(l->places, r->row - 1).line;
        r->row = s->row + (size_t)1;
    }
}

/* Where the sample's rows stand in the file they were taken from. */
static int place_sample(struct table *t, struct csv_load *l, struct err *err)
{
    const struct csv_sampled *rows = l->sample->rows;
    size_t n = l->sample->n;
    struct places_maker maker;
    struct buffer *numbers;

    place_rejects(l);
    if (buffer_new(&numbers, n, sizeof(uint32_t), "the rows of the sample", err))
        return -1;
    places_maker_init(&maker);
    for (size_t i = 0; i < n; i++) {
        ((uint32_t *)numbers->data)[i] = rows[i].row;
        places_maker_add(&maker, rows[i].at, rows[i].line);
    }
    table_set_places(t, places_maker_finish(&maker), numbers);
    return 0;
}

int load_table(struct table **out, struct csv_load *l, struct buffer *take_lines, struct err *err)
{
    size_t n = load_n_cols(l);
    struct column **columns = MEM_NEW(struct column *, n);
    int rc = 0;

    for (size_t j = 0; j < n && rc == 0; j++)
        rc = making_finish(&columns[j], l, &l->cols[j], err);
    if (rc == 0) {
        rc = table_new(out, columns, (const char *const *)l->shape.names, n, l->n_rows, take_lines,
                       err);
    } else {
        for (size_t j = 0; j < n; j++)
            column_unref(columns[j]);
        buffer_unref(take_lines);
    }
    if (rc == 0 && l->sample) {
        rc = place_sample(*out, l, err);
        if (rc)
            table_unref(*out);
    } else if (rc == 0 && l->places) {
        table_set_places(*out, l->places, NULL);
        l->places = NULL;
    }
    mem_free(columns);
    return rc;
}

static int check_width(const struct csv_load *l, struct err *err)
{
    if (load_n_cols(l) <= COLUMNS_MOST)
        return 0;
    return err_set_at(err, ERR_DOMAIN, (struct err_at){ l->file, l->scan.line, 0, 0 },
                      "the file has %zu columns, at most %zu are taken; is the delimiter right?",
                      load_n_cols(l), COLUMNS_MOST);
}

static bool may_index(const struct csv_load *l)
{
    const struct csv_dialect *d = l->dialect;

    if (l->sample && l->sample->irregular)
        return false;
    return !l->options.plain && !d->escape && !d->comment && !d->padded && !d->runs;
}

void load_columns(struct csv_load *l, const int *types)
{
    size_t n = load_n_cols(l);

    l->cols = MEM_NEW(struct csv_making, n);
    l->active = MEM_NEW(size_t, n);
    for (size_t j = 0; j < n; j++) {
        l->active[l->n_active++] = j;
        l->cols[j].given = types[j] >= 0;
        if (types[j] >= 0)
            l->cols[j].type = l->cols[j].rep = (enum column_type)types[j];
    }
}

static int given_columns(struct csv_load *l, const struct csv_load_request *req, struct err *err)
{
    int *types = MEM_NEW(int, load_n_cols(l));
    l->shape.some_types = req->some_types;
    int rc = csv_types_parse(types, req->types_text, &l->shape, err);

    csv_types_words(types, req->words, req->n_words, &l->shape);
    if (rc == 0) {
        load_columns(l, types);
        l->find_dates = true;
        rc = csv_dates_given(l, req->dates_text, err);
    }
    mem_free(types);
    return rc;
}

/* Bytes that a row takes in the columns. */
static double row_bytes(const struct csv_load *l, const struct csv_sizes *sizes)
{
    double bytes = PLACE_BYTES + sizes->text_bytes;

    for (size_t j = 0; j < load_n_cols(l); j++) {
        enum column_type rep = l->cols[j].rep;
        bytes += rep == COLUMN_BOOL                             ? 0.25
                 : rep == COLUMN_CATEGORY || rep == COLUMN_DATE ? 4.125
                                                                : 8.125;
    }
    return bytes;
}

/* A table larger than memory is met before it is begun. */
static int check_memory(const struct csv_load *l, const struct csv_sizes *sizes, struct err *err)
{
    double rows = (double)(l->bytes.size - l->scan.at) / sizes->record_bytes;
    rows = rows < (double)l->rows_most ? rows : (double)l->rows_most;
    double need = rows * row_bytes(l, sizes) + FIXED_BYTES;
    char needed[32], there[32];
    size_t left, sample = 1000;

    if (l->bytes.size < WORTH_ASKING)
        return 0;
    left = mem_available();
    if (need <= (double)left)
        return 0;
    while ((double)sample * 10 * (row_bytes(l, sizes) + 2 * sizes->record_bytes) < (double)left / 2)
        sample *= 10;
    return err_set_at(err, ERR_NOMEM, (struct err_at){ l->file, 0, 0, 0 },
                      "the table needs about %s of memory and %s are free; load some of its about "
                      "%.0f rows with sample=%zu seed=1",
                      mem_size_words(needed, (size_t)need), mem_size_words(there, left), rows,
                      sample);
}

int load_begin(struct csv_load *l, const struct csv_load_request *req, struct source *src,
               bool sampling, struct err *err)
{
    *l = (struct csv_load){ .dialect = req->dialect,
                            .file = src->info.path,
                            .bytes = req->bytes,
                            .options = req->options,
                            .sample = req->sample,
                            .rows_most = req->dialect->rows ? req->dialect->rows : SIZE_MAX,
                            .places = places_new(),
                            .lost = source_new(&reader_csv, src->info.path),
                            .src = src };
    csv_scan_init(&l->scan, (char *)(uintptr_t)req->head, req->len, l->dialect, l->file,
                  req->len < l->bytes.size);
    if (csv_shape_read(&l->shape, &l->scan, req->width, &l->n_trailing, l->src, err) ||
        check_width(l, err) || given_columns(l, req, err))
        return -1;
    l->may_index = may_index(l);
    struct csv_sizes sizes;
    csv_guess_reps(&sizes, l, req->len);
    if (!sampling && check_memory(l, &sizes, err))
        return -1;
    return wave_init(l, (size_t)sizes.record_bytes, err);
}

int load_rows(struct csv_load *l, struct job *job, struct err *err)
{
    if (load_pass(l, job, err) || load_check_unchanged(l, err))
        return -1;
    note_lines(l);
    if (settle_types(l, job, err))
        return -1;
    list_lost(l);
    csv_dates_keep(l);
    return 0;
}

void load_release(struct csv_load *l)
{
    for (size_t j = 0; l->cols && j < load_n_cols(l); j++)
        making_release(&l->cols[j]);
    wave_release(l);
    mem_free(l->cols);
    mem_free(l->active);
    places_unref(l->places);
    source_unref(l->lost);
}

int csv_load(struct source *src, const struct csv_load_request *req, struct job *job,
             struct err *err)
{
    struct csv_load l;
    int rc = load_begin(&l, req, src, false, err);

    hasher_init(&l.hasher);
    if (rc == 0) {
        hasher_add(&l.hasher, req->head, l.scan.at);
        rc = load_rows(&l, job, err);
    }
    if (rc == 0)
        rc = load_digest(&src->info.digest, &l, err);
    else
        hasher_release(&l.hasher);
    if (req->digest)
        src->info.digest = *req->digest;
    wave_release(&l); /* the columns may need the room */
    if (rc == 0)
        rc = load_table(&src->table, &l, NULL, err);
    if (rc == 0)
        rc = job_tick(job, 1, 1, err);
    load_release(&l);
    return rc;
}
