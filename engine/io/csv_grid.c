/* csv_grid.c - cells that are in memory already become columns, by the same rules: readers of other
 * formats bring theirs (cells.h). */
#include "io/csv_load.h"

#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"

#define GRID_ROWS   ((size_t)4096) /* of a chunk */
#define GRID_CHUNKS ((size_t)32)   /* between two ticks */

void csv_grid_release(struct csv_grid *g)
{
    for (size_t j = 0; g->cells && j < g->n_cols; j++)
        mem_big_free(g->cells[j]);
    mem_free(g->cells);
    mem_big_free(g->lines);
    mem_big_free(g->row_at);
    *g = (struct csv_grid){ 0 };
}

void csv_grid_place(struct reject *where, const struct csv_grid *g, size_t i, size_t j)
{
    struct csv_cell *row = MEM_NEW(struct csv_cell, j + 1);

    for (size_t k = 0; k <= j; k++)
        row[k] = csv_grid_cell(g, i, k);
    csv_place(&where->line, &where->col, g->buf, (size_t)g->lines[i], g->row_at[i], row, j,
              row[j].at);
    mem_free(row);
}

static void put_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct csv_load *l = ctx;
    const struct csv_grid *g = l->grid;

    (void)chunk;
    for (size_t k = begin; k < end; k++) {
        struct csv_chunk *c = &l->wave.chunks[k];
        for (size_t a = 0; a < l->n_active; a++)
            for (size_t r = 0; r < c->n_rows; r++) {
                size_t j = l->active[a];
                struct csv_cell cell = csv_grid_cell(g, c->first_row + r, j);
                struct csv_spot spot = { .row = r, .at = cell.at, .grid = g };
                csv_put_cell(l, c, j, (struct span){ g->buf + cell.at, cell.len }, cell.flags,
                             &spot);
            }
    }
}

int csv_grid_pass(struct csv_load *l, struct job *job, struct err *err)
{
    size_t n_rows = l->grid->n_rows, step = GRID_ROWS * GRID_CHUNKS;

    l->n_rows = n_rows;
    l->wave.last = true;
    for (size_t from = 0; from < n_rows; from += step) {
        size_t n = n_rows - from < step ? n_rows - from : step;
        l->wave.n = parallel_n_chunks(n, GRID_ROWS);
        wave_chunks(l, l->wave.n);
        for (size_t k = 0; k < l->wave.n; k++) {
            size_t at = k * GRID_ROWS;
            l->wave.chunks[k].first_row = from + at;
            l->wave.chunks[k].n_rows = n - at < GRID_ROWS ? n - at : GRID_ROWS;
        }
        l->n_rows = from + n;
        if (making_reserve(l, from, n_rows, err))
            return -1;
        parallel_for(l->wave.n, 1, put_rows, l);
        if (csv_merge_wave(l, err) || job_tick(job, from + n, n_rows, err))
            return -1;
    }
    return 0;
}

/* Where the rows began in the file: with their bytes, or lines alone. */
static void find_places(struct csv_load *l, struct buffer **lines, struct csv_grid *g)
{
    struct places_maker maker;

    *lines = NULL;
    if (g->in_file) {
        places_maker_init(&maker);
        for (size_t i = 0; i < g->n_rows; i++)
            places_maker_add(&maker, g->row_at[i], (uint64_t)g->lines[i]);
        l->places = places_maker_finish(&maker);
    } else if (g->n_rows) {
        void *block = g->lines;
        mem_big_trim(&block, buffer_padded(g->n_rows * sizeof(*g->lines)));
        *lines = buffer_take(block, g->n_rows * sizeof(*g->lines));
        g->lines = NULL;
    }
}

int csv_columns_build(struct table **out, struct csv_grid *g, const struct csv_dialect *dialect,
                      const int *types, const char *dates, struct source *src, struct job *job,
                      struct err *err)
{
    struct csv_load l = {
        .dialect = dialect,
        .file = src->info.path,
        .bytes = { .fd = -1 },
        .shape = { .n_cols = g->n_cols,
                   .names = g->names,
                   .header_quoted = g->header_quoted,
                   .some_types = g->some_types },
        .grid = g,
        .lost = source_new(&reader_csv, src->info.path),
        .src = src,
    };
    int rc;

    l.wave.buf = g->buf;
    load_columns(&l, types);
    l.find_dates = true;
    rc = csv_dates_given(&l, dates, err);
    if (rc == 0) {
        csv_guess_grid_reps(&l);
        rc = load_rows(&l, job, err);
    }
    if (rc == 0) {
        struct buffer *lines;
        find_places(&l, &lines, g);
        rc = load_table(out, &l, lines, err);
    }
    load_release(&l);
    return rc;
}
