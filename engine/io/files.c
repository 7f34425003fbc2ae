/* files.c - several tables become one.  files.h says how they are matched. */
#include "io/files.h"

#include <string.h>

#include "base/mem.h"
#include "io/cells.h"
#include "io/stream.h"
#include "table/cell.h"

/* A column of the table to be. */
struct merged {
    const char *name;
    enum column_type type;
    bool settled;      /* some file has values in it */
    bool as_words;     /* files disagree: read as text everywhere */
    size_t first;      /* file that has it first */
    const char *forms; /* of its dates, NULL: ISO 8601's */
};

struct merging {
    const struct file_list *list;
    const struct read_request *request;
    const char *format;
    struct source **parts; /* (list->n) */
    struct merged *columns;
    size_t n_columns, n_rows;
    struct source *out;
    struct job *job;
};

/* ---------------------------------------------------------------- reading each */

static int read_part(struct merging *m, size_t k, struct err *err)
{
    struct read_request req = *m->request;
    const struct reader *reader;
    const char **words = MEM_NEW(const char *, m->n_columns + req.n_words);
    size_t n = 0;

    for (size_t j = 0; j < req.n_words; j++)
        words[n++] = req.words[j];
    for (size_t j = 0; j < m->n_columns; j++)
        if (m->columns[j].as_words)
            words[n++] = m->columns[j].name;
    req.words = words;
    req.n_words = n;
    req.path = m->list->files[k].path;
    req.some_types = true;
    int rc = stream_open(&req.stream, req.path, req.member, err);
    if (rc == 0 && reader_find_in(&reader, req.stream, m->format, err)) {
        stream_close(req.stream);
        rc = -1;
    }
    struct job_range range = job_part(m->job, k, m->list->n);
    if (rc == 0)
        rc = source_read_request(&m->parts[k], &req, reader, m->job, err);
    job_restore(m->job, range);
    mem_free(words);
    if (rc && err && !err->file[0])
        err_prefix(err, m->list->n > 1 ? "file %zu of %zu: " : "", k + 1, m->list->n);
    return rc;
}

/* ---------------------------------------------------------------- matching columns */

static struct merged *find_merged(struct merging *m, const char *name)
{
    for (size_t j = 0; j < m->n_columns; j++)
        if (strcmp(m->columns[j].name, name) == 0)
            return &m->columns[j];
    return NULL;
}

/* The type both fit without reading again; -1 when there is none. */
static int common_type(enum column_type a, enum column_type b)
{
    bool number = (a == COLUMN_INT || a == COLUMN_REAL) && (b == COLUMN_INT || b == COLUMN_REAL);
    bool text = (a == COLUMN_TEXT || a == COLUMN_CATEGORY) &&
                (b == COLUMN_TEXT || b == COLUMN_CATEGORY);
    bool time = (a == COLUMN_DATE || a == COLUMN_TIMESTAMP) &&
                (b == COLUMN_DATE || b == COLUMN_TIMESTAMP);

    if (a == b)
        return (int)a;
    return number ? COLUMN_REAL : text ? COLUMN_TEXT : time ? COLUMN_TIMESTAMP : -1;
}

static void note_types(struct merging *m, const struct merged *c, size_t k, enum column_type type)
{
    int common = common_type(c->type, type);

    source_note(m->out, "column %s is %s in %s and %s in %s: read as %s", c->name,
                column_type_name(c->type), m->list->files[c->first].shown, column_type_name(type),
                m->list->files[k].shown,
                column_type_name(common < 0 ? COLUMN_TEXT : (enum column_type)common));
}

static bool same_forms(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void match_column(struct merging *m, size_t k, size_t j)
{
    const char *name = table_name(m->parts[k]->table, j);
    const char *forms = m->parts[k]->dates ? m->parts[k]->dates[j] : NULL;
    const struct column *c = table_at(m->parts[k]->table, j);
    struct merged *at = find_merged(m, name);
    bool empty = c->n_missing == c->n_rows;

    if (!at) {
        m->columns = mem_resize(m->columns, m->n_columns + 1, sizeof(*m->columns));
        at = &m->columns[m->n_columns++];
        *at = (struct merged){
            .name = name, .type = c->type, .settled = !empty, .first = k, .forms = forms
        };
        return;
    }
    if (empty)
        return;
    if (!at->settled) {
        at->settled = true;
        at->type = c->type;
        at->first = k;
        at->forms = forms;
        return;
    }
    int common = common_type(at->type, c->type);
    if (common >= 0 && !same_forms(at->forms, forms)) { /* one form could not read both */
        source_note(m->out, "dates of column %s are written differently in %s and %s: read as text",
                    name, m->list->files[at->first].shown, m->list->files[k].shown);
        at->as_words = true;
        return;
    }
    if (common != (int)at->type || common != (int)c->type)
        if (!at->as_words && common != (int)at->type)
            note_types(m, at, k, c->type);
    if (common < 0)
        at->as_words = true;
    else
        at->type = (enum column_type)common;
}

static void match_columns(struct merging *m)
{
    for (size_t k = 0; k < m->list->n; k++) {
        const struct table *t = m->parts[k]->table;
        m->n_rows += t->n_rows;
        for (size_t j = 0; j < t->n_cols; j++)
            match_column(m, k, j);
    }
}

/* Columns that files disagree on are read anew, as text, where they are not yet. */
static int read_words(struct merging *m, struct err *err)
{
    for (size_t k = 0; k < m->list->n; k++) {
        const struct table *t = m->parts[k]->table;
        bool again = false;
        for (size_t j = 0; j < t->n_cols; j++) {
            const struct merged *c = find_merged(m, table_name(t, j));
            again = again || (c->as_words && !column_is_text(table_at(t, j)));
        }
        if (!again)
            continue;
        struct source *old = m->parts[k];
        m->parts[k] = NULL;
        int rc = read_part(m, k, err);
        if (rc)
            m->parts[k] = old;
        else /* names of columns that point into it are copied first */
            source_unref(old);
        if (rc)
            return -1;
    }
    for (size_t j = 0; j < m->n_columns; j++)
        if (m->columns[j].as_words)
            m->columns[j].type = COLUMN_TEXT;
    return 0;
}

/* Names outlive the parts they were found in. */
static void keep_names(struct merging *m)
{
    for (size_t j = 0; j < m->n_columns; j++) {
        struct merged *c = &m->columns[j];
        c->name = arena_strdup(&m->out->arena, c->name);
        c->forms = c->forms && !c->as_words ? arena_strdup(&m->out->arena, c->forms) : NULL;
    }
}

/* ---------------------------------------------------------------- the columns */

static void add_missing(struct column_builder *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        builder_add_missing(b);
}

static int add_part(struct column_builder *b, const struct column *c, enum column_type type,
                    struct err *err)
{
    struct column *cast;

    if (c->n_missing == c->n_rows) {
        add_missing(b, c->n_rows);
        return 0;
    }
    bool as_is = c->type == type ||
                 (column_is_text(c) && (type == COLUMN_TEXT || type == COLUMN_CATEGORY));
    if (as_is)
        cast = column_ref(c);
    else if (column_cast(&cast, c, type, NULL, NULL, 0, err))
        return -1;
    for (size_t i = 0; i < cast->n_rows; i++)
        builder_add_cell(b, cast, i);
    column_unref(cast);
    return 0;
}

static int merge_column(struct column **out, struct merging *m, size_t j, struct err *err)
{
    const struct merged *c = &m->columns[j];
    struct column_builder b;
    int rc = 0;

    builder_init(&b, c->type, m->n_rows);
    for (size_t k = 0; k < m->list->n && !rc; k++) {
        const struct table *t = m->parts[k]->table;
        int at = table_find(t, c->name);
        if (at < 0)
            add_missing(&b, t->n_rows);
        else
            rc = add_part(&b, table_at(t, (size_t)at), c->type, err);
    }
    if (rc) {
        builder_release(&b);
        return -1;
    }
    return builder_finish(out, &b, err);
}

static void note_absent(struct merging *m)
{
    for (size_t j = 0; j < m->n_columns; j++) {
        size_t n_files = 0, n_rows = 0;
        const char *first = NULL;
        for (size_t k = 0; k < m->list->n; k++) {
            const struct table *t = m->parts[k]->table;
            if (table_find(t, m->columns[j].name) >= 0)
                continue;
            first = first ? first : m->list->files[k].shown;
            n_files++;
            n_rows += t->n_rows;
        }
        if (n_files == 1)
            source_note(m->out, "column %s is not in %s: missing in its %zu rows",
                        m->columns[j].name, first, n_rows);
        else if (n_files)
            source_note(m->out, "column %s is not in %zu files, such as %s: missing in %zu rows",
                        m->columns[j].name, n_files, first, n_rows);
    }
}

/* ---------------------------------------------------------------- columns about the file */

/* A table of one row a file: its partition's values, typed as cells of a file, and its name. */
struct about {
    struct cells cells;
    struct table *table;
};

static bool is_taken(struct merging *m, const struct cells *c, const char *name)
{
    return find_merged(m, name) || text_set_has(&c->by_name, name, strlen(name));
}

static int about_row(struct about *a, struct merging *m, size_t k, struct err *err)
{
    const struct file_found *f = &m->list->files[k];
    struct cells *c = &a->cells;
    size_t at;

    if (cells_row(c, 0, c->buf_len, err))
        return -1;
    for (size_t i = 0; i < f->n_keys; i++) {
        if (find_merged(m, f->keys[i]))
            continue; /* the files say it themselves */
        size_t j = cells_column(c, span_of(f->keys[i]), i);
        if (!f->values[i])
            continue;
        if (cells_add(&at, c, f->values[i], strlen(f->values[i]), err))
            return -1;
        cells_put(c, j, at, strlen(f->values[i]), 0);
    }
    return 0;
}

static int about_names(struct about *a, struct merging *m, struct err *err)
{
    struct arena *arena = &m->out->arena;
    struct cells *c = &a->cells;
    const char *name = "source";

    for (size_t n = 2; is_taken(m, c, name); n++)
        name = arena_printf(arena, "source_%zu", n);
    size_t j = cells_column(c, span_of(name), SIZE_MAX), at;
    c->types[j] = COLUMN_CATEGORY;
    size_t n_rows = c->grid.n_rows;
    /* Cells go into the last row: the rows are taken up again one by one. */
    for (size_t k = 0; k < n_rows; k++) {
        const char *path = m->list->files[k].shown;
        if (cells_add(&at, c, path, strlen(path), err))
            return -1;
        c->grid.n_rows = k + 1;
        cells_put(c, j, at, strlen(path), CSV_QUOTED);
    }
    c->grid.n_rows = n_rows;
    return 0;
}

static int about_make(struct about *a, struct merging *m, struct err *err)
{
    int rc = 0;

    cells_init(&a->cells, m->out, NULL, 0, 0);
    for (size_t k = 0; k < m->list->n && !rc; k++)
        rc = about_row(a, m, k, err);
    if (!rc)
        rc = about_names(a, m, err);
    if (!rc) {
        a->cells.some_types = true;
        rc = cells_build(&a->table, &a->cells, params_text(&m->request->params, "types"), NULL, 0,
                         NULL, err);
    }
    cells_release(&a->cells);
    return rc;
}

/* For each row of the whole the index of its file. */
static int file_of_rows(uint32_t **out, const struct merging *m, struct err *err)
{
    void *block;
    size_t at = 0;

    if (mem_big(&block, m->n_rows, sizeof(uint32_t), "the file of each row", err))
        return -1;
    *out = block;
    for (size_t k = 0; k < m->list->n; k++)
        for (size_t i = 0; i < m->parts[k]->table->n_rows; i++)
            (*out)[at++] = (uint32_t)k;
    return 0;
}

/* ---------------------------------------------------------------- the whole */

/* Does each file know at which bytes its rows begin? */
static bool parts_have_offsets(const struct merging *m)
{
    uint64_t at;

    for (size_t k = 0; k < m->list->n; k++)
        if (m->parts[k]->table->n_rows && !table_offset(&at, m->parts[k]->table, 0))
            return false;
    return true;
}

static struct places *merge_places(const struct merging *m)
{
    struct places_maker maker;

    places_maker_init(&maker);
    for (size_t k = 0; k < m->list->n; k++) {
        const struct table *t = m->parts[k]->table;
        for (size_t i = 0; i < t->n_rows; i++) {
            uint64_t at = 0;
            table_offset(&at, t, i);
            places_maker_add(&maker, at, table_line(t, i));
        }
    }
    return places_maker_finish(&maker);
}

static int merge_lines(struct buffer **out, const struct merging *m, struct err *err)
{
    size_t at = 0;

    if (buffer_new(out, m->n_rows, sizeof(int64_t), "the lines of rows", err))
        return -1;
    int64_t *lines = (*out)->data;
    for (size_t k = 0; k < m->list->n; k++)
        for (size_t i = 0; i < m->parts[k]->table->n_rows; i++)
            lines[at++] = (int64_t)table_line(m->parts[k]->table, i);
    return 0;
}

static int merge_table(struct merging *m, const struct table *about, struct err *err)
{
    size_t n = m->n_columns + about->n_cols, j = 0;
    struct column **columns = MEM_NEW(struct column *, n);
    const char **names = MEM_NEW(const char *, n);
    uint32_t *file_of = NULL;
    struct buffer *lines = NULL;
    bool offsets = parts_have_offsets(m);
    int rc = file_of_rows(&file_of, m, err);

    for (; j < m->n_columns && !rc; j++) {
        names[j] = m->columns[j].name;
        rc = merge_column(&columns[j], m, j, err);
        if (!rc && job_tick(m->job, j + 1, n, err))
            rc = -1;
    }
    for (; j < n && !rc; j++) {
        names[j] = table_name(about, j - m->n_columns);
        rc = column_take(&columns[j], table_at(about, j - m->n_columns), file_of, m->n_rows, err);
    }
    if (!rc && !offsets)
        rc = merge_lines(&lines, m, err);
    mem_big_free(file_of);
    if (!rc)
        rc = table_new(&m->out->table, columns, names, n, m->n_rows, lines, err);
    else
        for (j = 0; j < n; j++)
            column_unref(columns[j]);
    if (!rc && offsets)
        table_set_places(m->out->table, merge_places(m), NULL);
    mem_free(columns);
    mem_free(names);
    return rc;
}

static void merge_rejects(struct merging *m, size_t k, size_t first_row)
{
    const struct source *part = m->parts[k];
    struct rejects *all = &m->out->rejects;

    for (size_t i = 0; i < part->rejects.n; i++) {
        struct reject r = part->rejects.list[i];
        const char *text = r.text;
        r.part = k;
        r.row += r.row ? first_row : 0;
        if (r.column >= 0)
            r.column = table_find(m->out->table, table_name(part->table, (size_t)r.column));
        source_reject(m->out, &r, text, strlen(text));
    }
    /* Those that were counted and not listed. */
    size_t listed[REJECT_N_KINDS] = { 0 };
    for (size_t i = 0; i < part->rejects.n; i++)
        listed[part->rejects.list[i].kind]++;
    for (int kind = 0; kind < REJECT_N_KINDS; kind++)
        all->count[kind] += part->rejects.count[kind] - listed[kind];
}

static void merge_info(struct merging *m)
{
    struct source_part *parts = ARENA_NEW(&m->out->arena, struct source_part, m->list->n);
    struct source_info *info = &m->out->info;
    struct hasher h;
    size_t row = 0;

    hasher_init(&h);
    for (size_t k = 0; k < m->list->n; k++) {
        const struct source *s = m->parts[k];
        parts[k] = (struct source_part){
            .path = arena_strdup(&m->out->arena, m->list->files[k].shown),
            .found = arena_strdup(&m->out->arena, s->info.path),
            .member = m->request->member ? arena_strdup(&m->out->arena, m->request->member) : NULL,
            .first_row = row,
            .n_rows = s->table->n_rows,
            .size_bytes = s->info.size_bytes,
            .digest = s->info.digest,
            .modified_s = s->info.modified_s,
            .form = s->info.form ? arena_strdup(&m->out->arena, s->info.form) : NULL,
        };
        hasher_add_u64(&h, s->info.digest.lo);
        hasher_add_u64(&h, s->info.digest.hi);
        info->size_bytes += s->info.size_bytes;
        info->modified_s = info->modified_s > s->info.modified_s ? info->modified_s
                                                                 : s->info.modified_s;
        merge_rejects(m, k, row);
        row += s->table->n_rows;
    }
    info->digest = hasher_finish(&h);
    m->out->parts = parts;
    m->out->n_parts = m->list->n;
}

/* What was settled alike for all files; types are those of the whole. */
static void merge_params(struct merging *m)
{
    struct source *out = m->out;
    const struct params *first = &m->parts[0]->params;

    params_copy(&out->params, first, &out->arena);
    for (size_t i = 0; i < first->n; i++) {
        const char *text = first->values[i].text;
        for (size_t k = 1; k < m->list->n; k++) {
            const struct params *p = &m->parts[k]->params;
            int j = param_find(p->specs, first->specs[i].name, false);
            const char *other = j >= 0 ? p->values[j].text : NULL;
            if (!text || !other || strcmp(text, other) != 0)
                out->params.values[i] = (struct param_value){ 0 };
        }
    }
    const char **dates = ARENA_NEW(&out->arena, const char *, out->table->n_cols);
    for (size_t j = 0; j < m->n_columns; j++)
        dates[j] = m->columns[j].forms;
    out->dates = dates;
    csv_resolve_types(out);
}

static void note_parts(struct merging *m)
{
    for (size_t k = 0; k < m->list->n && k < 3; k++)
        for (size_t i = 0; i < m->parts[k]->n_notes && i < 4; i++)
            source_note(m->out, "%s: %s", m->list->files[k].shown, m->parts[k]->notes[i]);
}

static int merge(struct merging *m, struct err *err)
{
    struct about about = { .table = NULL };
    int rc = 0;

    for (size_t k = 0; k < m->list->n && !rc; k++)
        rc = read_part(m, k, err);
    if (rc)
        return -1;
    match_columns(m);
    keep_names(m);
    rc = read_words(m, err);
    if (!rc)
        rc = about_make(&about, m, err);
    if (!rc) {
        source_note(m->out, "%zu file%s as one table; the column %s says which", m->list->n,
                    m->list->n == 1 ? "" : "s", table_name(about.table, about.table->n_cols - 1));
        note_absent(m);
        rc = merge_table(m, about.table, err);
    }
    table_unref(about.table);
    if (rc)
        return -1;
    merge_info(m);
    merge_params(m);
    note_parts(m);
    source_seal(m->out);
    return 0;
}

int files_read(struct source **out, const struct file_list *list,
               const struct read_request *request, const char *format, struct job *job,
               struct err *err)
{
    struct merging m = {
        .list = list,
        .request = request,
        .format = format,
        .job = job,
        .parts = MEM_NEW(struct source *, list->n),
    };
    const struct reader *reader = reader_by_suffix(list->files[0].path);

    if (format && reader_named(&reader, format, err)) {
        mem_free(m.parts);
        return -1;
    }
    m.out = source_new(reader ? reader : reader_table[0],
                       list->n == 1 ? list->files[0].path : "several files");
    int rc = merge(&m, err);
    for (size_t k = 0; k < list->n; k++)
        source_unref(m.parts[k]);
    mem_free(m.parts);
    mem_free(m.columns);
    if (rc)
        source_unref(m.out);
    else
        *out = m.out;
    return rc;
}
