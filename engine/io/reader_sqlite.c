/* reader_sqlite.c - a table or a query of an SQLite database.
 *
 * The database is opened read-only and stays as it is: an authoriser lets nothing through but reading and
 * functions, so that a query can neither write nor attach another file, and extensions are not loaded.  The
 * digest is that of the file.
 *
 * Types: integers and reals are bare cells and texts quoted ones, by the rules of csv_types.c; a column
 * declared BOOL… whose values are 0 and 1 is bool.  A blob is no value of a table: listed and missing.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/stream.h"
#include "io/text_file.h"

#define TABLES_TOLD 20
#define TICK_ROWS   4096
#define STEPS_LOOK  100000 /* of the virtual machine, between two looks at cancel */

extern const struct reader reader_sqlite;

static const struct param_spec sqlite_params[] = {
    { .name = "table",
      .type = PARAM_TEXT,
      .flags = PARAM_PER_FILE,
      .help = "the table or view; the only one when absent" },
    { .name = "query",
      .type = PARAM_TEXT,
      .flags = PARAM_PER_FILE,
      .help = "a SELECT whose rows are read instead of a table" },
    { .name = "types",
      .type = PARAM_TEXT,
      .flags = PARAM_PER_FILE,
      .help = "types of columns, as in age:int,zip:text; inferred when absent" },
    CSV_DATES_PARAM,
    { .name = NULL },
};

struct sqlite {
    struct text_file *file; /* parameters; its stream is the bytes for the digest */
    sqlite3 *db;
    sqlite3_stmt *stmt;
    bool *declared_bool; /* (columns of the query) */
};

/* ---------------------------------------------------------------- opening */

static int allow_reading(void *ctx, int action, const char *a, const char *b, const char *c,
                         const char *d)
{
    (void)ctx;
    (void)a;
    (void)c;
    (void)d;
    if (action == SQLITE_FUNCTION)
        return b && strcmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    return action == SQLITE_READ || action == SQLITE_SELECT || action == SQLITE_RECURSIVE
               ? SQLITE_OK
               : SQLITE_DENY;
}

static int db_fail(const struct sqlite *q, struct err *err)
{
    return err_set_at(err, ERR_PARSE, (struct err_at){ q->file->path, 0, 0, 0 }, "%s",
                      sqlite3_errmsg(q->db));
}

/* file:PATH?mode=ro, each byte that means something in it as %XX.  immutable where no log lies beside
 * it, so that a database in a folder that cannot be written is read too. */
static void make_uri(struct str *out, const char *path)
{
    struct stat info;

    str_add(out, "file:");
    for (const char *p = path; *p; p++)
        if (strchr("%?#", *p))
            str_addf(out, "%%%02X", (unsigned)*p);
        else
            str_add_char(out, *p);
    char *log = mem_new(strlen(path) + 8, 1);
    stpcpy(stpcpy(log, path), "-wal");
    str_add(out, stat(log, &info) == 0 ? "?mode=ro" : "?mode=ro&immutable=1");
    mem_free(log);
}

static int db_open(struct sqlite *q, struct err *err)
{
    struct str uri;

    str_init(&uri);
    make_uri(&uri, q->file->path);
    int rc = sqlite3_open_v2(uri.buf, &q->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
    str_release(&uri);
    if (rc != SQLITE_OK)
        return db_fail(q, err);
    sqlite3_db_config(q->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(q->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(q->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    return 0;
}

/* ---------------------------------------------------------------- which table */

/* Names of tables and views into a text; how many, -1.  The only one's name, or that of `wanted` as the
 * database spells it, goes to *found. */
static int list_tables(struct str *names, char **found, const struct sqlite *q, const char *wanted,
                       struct err *err)
{
    sqlite3_stmt *stmt;
    int n = 0, rc;

    if (sqlite3_prepare_v2(q->db,
                           "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND "
                           "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
                           -1, &stmt, NULL) != SQLITE_OK)
        return db_fail(q, err);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 0);
        if (!name)
            continue;
        if (n < TABLES_TOLD) {
            str_add(names, n ? ", " : "");
            str_add_escaped(names, name, strlen(name));
        }
        n++;
        if (wanted ? strcasecmp(wanted, name) == 0 : n == 1)
            *found = arena_strdup(&q->file->arena, name);
    }
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? n : db_fail(q, err);
}

static int choose_table(const char **out, struct sqlite *q, struct err *err)
{
    const char *wanted = params_text(&q->file->params, "table"), *path = q->file->path;
    struct str names;
    char *found = NULL;
    int rc = 0;

    str_init(&names);
    int n = list_tables(&names, &found, q, wanted, err);
    if (n < 0)
        rc = -1;
    else if (n == 0)
        rc = err_set(err, ERR_DOMAIN, "%s has no table in it", path);
    else if (wanted && !found)
        rc = err_set(err, ERR_USAGE, "%s has no table '%s'; it has %s", path, wanted, names.buf);
    else if (!wanted && n > 1)
        rc = err_set(err, ERR_USAGE, "%s has %d tables; name one with table=: %s", path, n,
                     names.buf);
    str_release(&names);
    *out = found;
    return rc;
}

static int prepare_query(struct sqlite *q, const char *sql, struct err *err)
{
    const char *tail;

    sqlite3_set_authorizer(q->db, allow_reading, NULL);
    if (sqlite3_prepare_v2(q->db, sql, -1, &q->stmt, &tail) != SQLITE_OK) {
        if (sqlite3_errcode(q->db) == SQLITE_AUTH)
            return err_set(err, ERR_USAGE, "query may only read: SELECT … from tables of %s",
                           q->file->path);
        return err_set(err, ERR_USAGE, "query: %s", sqlite3_errmsg(q->db));
    }
    while (*tail == ' ' || *tail == '\n' || *tail == '\t' || *tail == ';')
        tail++;
    if (*tail)
        return err_set(err, ERR_USAGE, "query takes one statement; '%.40s' is behind it", tail);
    if (!q->stmt || !sqlite3_column_count(q->stmt))
        return err_set(err, ERR_USAGE, "query gives no columns; it takes a SELECT");
    return 0;
}

static int prepare(struct sqlite *q, struct err *err)
{
    const char *query = params_text(&q->file->params, "query"), *table;
    struct str sql;

    if (query && params_text(&q->file->params, "table"))
        return err_set(err, ERR_USAGE, "table and query are both given; give one of them");
    if (query)
        return prepare_query(q, query, err);
    if (choose_table(&table, q, err))
        return -1;
    text_file_settle(q->file, "table", table);
    str_init(&sql);
    str_add(&sql, "SELECT * FROM \"");
    for (const char *p = table; *p; p++)
        str_addf(&sql, "%s%c", *p == '"' ? "\"" : "", *p);
    str_add_char(&sql, '"');
    int rc = prepare_query(q, sql.buf, err);
    str_release(&sql);
    return rc;
}

static void sqlite_close(void *state)
{
    struct sqlite *q = state;

    if (!q)
        return;
    sqlite3_finalize(q->stmt);
    sqlite3_close(q->db);
    text_file_close(q->file);
    mem_free(q->declared_bool);
    mem_free(q);
}

static int refuse_packed(const struct sqlite *q, struct err *err)
{
    const char *form = stream_form(q->file->stream);

    if (strcmp(q->file->path, "-") != 0 && !form)
        return 0;
    return err_set(err, ERR_IO,
                   "an SQLite database is read from a file of its own, not from %s; "
                   "unpack it first",
                   form ? form : "standard input");
}

static int sqlite_open(void **state, const struct read_request *req, struct err *err)
{
    struct sqlite *q = MEM_NEW(struct sqlite, 1);
    void *file;

    if (text_file_open(&file, req, &reader_sqlite, err)) {
        mem_free(q);
        return -1;
    }
    q->file = file;
    if (refuse_packed(q, err) || db_open(q, err) || prepare(q, err)) {
        sqlite_close(q);
        return -1;
    }
    *state = q;
    return 0;
}

/* ---------------------------------------------------------------- rows */

static void make_columns(struct sqlite *q, struct cells *c)
{
    int n = sqlite3_column_count(q->stmt);
    struct str name;

    str_init(&name);
    if (!q->declared_bool)
        q->declared_bool = MEM_NEW(bool, (size_t)n);
    for (int j = 0; j < n; j++) {
        const char *text = sqlite3_column_name(q->stmt, j);
        const char *declared = sqlite3_column_decltype(q->stmt, j);
        str_clear(&name);
        str_add(&name, text && *text ? text : "column");
        for (int k = 2; text_set_has(&c->by_name, name.buf, name.len); k++) {
            str_clear(&name);
            str_addf(&name, "%s_%d", text && *text ? text : "column", k);
        }
        cells_column(c, (struct span){ name.buf, name.len }, SIZE_MAX);
        q->declared_bool[j] = declared && strncasecmp(declared, "bool", 4) == 0;
    }
    str_release(&name);
}

static int put_text(struct cells *c, size_t j, const char *text, size_t len, unsigned flags,
                    struct err *err)
{
    size_t at;

    if (cells_add(&at, c, text, len, err))
        return -1;
    if (len && csv_dirty_at(text, len) < len)
        flags |= CSV_DIRTY;
    cells_put(c, j, at, len, flags);
    return 0;
}

static int put_value(const struct sqlite *q, struct cells *c, int j, struct err *err)
{
    char buf[TEXT_REAL_SIZE + 32];
    size_t col = (size_t)j;

    switch (sqlite3_column_type(q->stmt, j)) {
    case SQLITE_INTEGER: {
        int64_t v = sqlite3_column_int64(q->stmt, j);
        if (q->declared_bool[j] && (v == 0 || v == 1))
            return put_text(c, col, v ? "true" : "false", v ? 4 : 5, 0, err);
        snprintf(buf, sizeof(buf), "%lld", (long long)v);
        return put_text(c, col, buf, strlen(buf), 0, err);
    }
    case SQLITE_FLOAT:
        text_real(buf, sqlite3_column_double(q->stmt, j), true);
        return put_text(c, col, buf, strlen(buf), 0, err);
    case SQLITE_TEXT:
        return put_text(c, col, (const char *)sqlite3_column_text(q->stmt, j),
                        (size_t)sqlite3_column_bytes(q->stmt, j), CSV_QUOTED, err);
    case SQLITE_BLOB:
        cells_reject(c, REJECT_VALUE, j, 0, 0, "a blob", 6);
        return 0;
    default:
        return 0;
    }
}

static int look_at_cancel(void *job)
{
    return job_tick(job, 0, 0, NULL) != 0;
}

static int read_rows(struct sqlite *q, struct cells *c, size_t max_rows, struct job *job,
                     struct err *err)
{
    int n = sqlite3_column_count(q->stmt), rc = SQLITE_DONE;

    sqlite3_progress_handler(q->db, job ? STEPS_LOOK : 0, look_at_cancel, job);
    while (c->grid.n_rows < max_rows && (rc = sqlite3_step(q->stmt)) == SQLITE_ROW) {
        if (cells_row(c, 0, c->buf_len, err))
            return -1;
        for (int j = 0; j < n; j++)
            if (put_value(q, c, j, err))
                return -1;
        if (c->grid.n_rows % TICK_ROWS == 0 && job_tick(job, 0, 1, err))
            return -1;
    }
    if (rc == SQLITE_INTERRUPT)
        return job_tick(job, 0, 1, err) ? -1 : db_fail(q, err);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : db_fail(q, err);
}

static int build_source(struct source **out, struct sqlite *q, size_t max_rows, struct job *job,
                        struct err *err)
{
    struct text_file *f = q->file;
    struct source *src = source_new(&reader_sqlite, f->path);
    struct cells c;
    size_t at;

    cells_init(&c, src, NULL, 0, 0);
    c.some_types = f->some_types;
    c.dates = text_file_dates(f);
    int rc = cells_add(&at, &c, "", 0, err);
    make_columns(q, &c);
    struct job_range range = job_part(job, 0, 2);
    if (rc == 0)
        rc = read_rows(q, &c, max_rows, job, err);
    job_restore(job, range);
    range = job_part(job, 1, 2);
    if (rc == 0)
        rc = cells_build(&src->table, &c, params_text(&f->params, "types"), f->words, f->n_words,
                         job, err);
    job_restore(job, range);
    cells_release(&c);
    if (rc) {
        source_unref(src);
        return -1;
    }
    source_seal(src);
    text_file_resolve(src, f);
    *out = src;
    return 0;
}

static int sqlite_preview(struct table **out, void *state, size_t max_rows, struct err *err)
{
    struct sqlite *q = state;
    struct source *src;
    int rc = build_source(&src, q, max_rows, NULL, err);

    sqlite3_reset(q->stmt);
    if (rc)
        return -1;
    *out = table_ref(src->table);
    source_unref(src);
    return 0;
}

/* The file's bytes, a block at a time. */
static int hash_file(struct source *src, struct text_file *f, struct err *err)
{
    struct hasher h;
    char buf[16384];
    ptrdiff_t got;

    hasher_init(&h);
    while ((got = stream_read(f->stream, buf, sizeof(buf), err)) > 0) {
        hasher_add(&h, buf, (size_t)got);
        src->info.size_bytes += (uint64_t)got;
    }
    if (got < 0) {
        hasher_release(&h);
        return -1;
    }
    src->info.digest = hasher_finish(&h);
    src->info.modified_s = stream_modified_s(f->stream);
    return 0;
}

static int sqlite_read(struct source **out, void *state, struct job *job, struct err *err)
{
    struct sqlite *q = state;

    job_phase(job, "reading");
    if (build_source(out, q, UINT32_MAX, job, err))
        return -1;
    if (hash_file(*out, q->file, err)) {
        source_unref(*out);
        return -1;
    }
    return 0;
}

static int sqlite_sniff(const char *head, size_t len)
{
    return len >= 16 && memcmp(head, "SQLite format 3", 16) == 0 ? 100 : 0;
}

const struct reader reader_sqlite = {
    .name = "sqlite",
    .help = "a table or a query of an SQLite database, which is only read",
    .suffixes = ".db .sqlite .sqlite3",
    .params = sqlite_params,
    .sniff = sqlite_sniff,
    .open = sqlite_open,
    .preview = sqlite_preview,
    .read = sqlite_read,
    .close = sqlite_close,
};
