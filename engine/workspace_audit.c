/* workspace_audit.c - the audit of the table with what only the workspace knows. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "workspace.h"

/* The rejected cells that are still missing in the table, by its rows and columns; arena. */
static void odd_cells(struct audit_input *in, const struct workspace *ws, struct arena *arena)
{
    const struct rejects *r = &ws->source->rejects;
    const struct table *source = ws->source->table, *t = in->table;
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++)
        n += r->list[i].kind == REJECT_VALUE && r->list[i].column >= 0;
    if (n == 0)
        return;
    struct odd_cell *odd = ARENA_NEW(arena, struct odd_cell, n);
    for (size_t i = 0; i < r->n; i++) {
        const struct reject *x = &r->list[i];
        size_t row = x->kind == REJECT_VALUE ? table_index_of(t, x->row) : TABLE_NO_ROW;
        if (row == TABLE_NO_ROW || x->column < 0 || (size_t)x->column >= source->n_cols)
            continue;
        int col = table_find(t, table_name(source, (size_t)x->column));
        if (col >= 0 && column_missing(table_at(t, (size_t)col), row))
            odd[in->n_odd++] = (struct odd_cell){ (uint32_t)row, (uint32_t)col, x->text };
    }
    in->odd = odd;
}

/* 1 for training rows, 0 for rows that are held out. */
static const uint8_t *parts_of(const struct workspace *ws, struct arena *arena)
{
    const struct table *t = workspace_table(ws);
    uint8_t *part = ARENA_NEW(arena, uint8_t, t->n_rows);

    for (size_t i = 0; i < t->n_rows; i++)
        part[i] = recipe_run_part(ws->run, i) == PART_TRAIN;
    return part;
}

/* ---------------------------------------------------------------- the file as texts */

/* Where it is small and still what it was, the file is read once more with every cell as a word, so
 * that nothing that typing took away is lost.  Whatever goes wrong: then without. */
#define RAW_MOST_BYTES (64u << 20)

static const char *const *all_names(const struct table *t, struct arena *arena)
{
    const char **names = ARENA_NEW(arena, const char *, t->n_cols);

    for (size_t j = 0; j < t->n_cols; j++)
        names[j] = table_name(t, j);
    return names;
}

static bool read_as_words(struct source **out, const struct source *s, struct arena *arena,
                          struct job *job)
{
    struct read_request req = { .path = s->info.path,
                                .words = all_names(s->table, arena),
                                .n_words = s->table->n_cols };
    int types = param_find(s->params.specs, "types", false);
    int na = param_find(s->params.specs, "na", false);

    if (!s->info.path || strcmp(s->info.path, "-") == 0 || s->info.size_bytes > RAW_MOST_BYTES ||
        strcmp(s->reader->name, "csv") != 0 || types < 0 || na < 0)
        return false;
    params_copy(&req.params, &s->params, arena);
    req.params.values[types].set = false;
    req.params.values[na].text = "";
    return source_read_request(out, &req, s->reader, job, NULL) == 0;
}

static bool same_shape(const struct source *words, const struct source *s)
{
    const struct table *t = words->table;

    if (!digest_eq(words->info.digest, s->info.digest) || t->n_rows != s->table->n_rows ||
        t->n_cols != s->table->n_cols)
        return false;
    for (size_t j = 0; j < t->n_cols; j++)
        if (!column_is_text(table_at(t, j)))
            return false;
    return true;
}

/* NULL when there is none; unref it. */
static struct source *words_of(const struct workspace *ws, struct arena *arena, struct job *job)
{
    struct source *words;

    if (!read_as_words(&words, ws->source, arena, job))
        return NULL;
    if (same_shape(words, ws->source))
        return words;
    source_unref(words);
    return NULL;
}

int workspace_audit(struct audit *out, const struct workspace *ws, double sensitivity,
                    struct job *job, struct err *err)
{
    struct audit_input in = {
        .table = workspace_table(ws),
        .target = workspace_target(ws),
        .lessons = ws->lessons,
        .sensitivity = sensitivity,
    };
    struct target target;
    struct err ignored = { 0 };
    struct arena arena;

    arena_init(&arena);
    if (in.target && workspace_detect_target(&target, ws, &arena, &ignored) == 0)
        in.classes = target.n_classes > 0;
    if (ws->split)
        in.part = parts_of(ws, &arena);
    odd_cells(&in, ws, &arena);
    struct source *words = words_of(ws, &arena, job);
    if (words)
        in.raw = (struct raw_cells){ ws->source->table, words->table };
    int rc = audit_run(out, &in, job, err);
    source_unref(words);
    arena_release(&arena);
    return rc;
}
