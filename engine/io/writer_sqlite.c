/* writer_sqlite.c - an SQLite database with one table.
 *
 * bool as BOOLEAN 0 and 1, dates and timestamps as texts in ISO form, which SQLite's own functions take;
 * nan as the text nan, since SQLite has no such number.  The database is made beside the target, without a
 * journal, and takes its name when it is complete. */
#include <math.h>
#include <sqlite3.h>
#include <string.h>

#include "base/mem.h"
#include "io/file.h"
#include "io/writer.h"
#include "table/cell.h"

#define TICK_ROWS    4096
#define MOST_COLUMNS 2000

static const struct param_spec writer_sqlite_params[] = {
    { .name = "table", .type = PARAM_TEXT, .help = "the table's name; data when absent" },
    { .name = NULL },
};

static void add_name(struct str *out, const char *name)
{
    str_add_char(out, '"');
    for (; *name; name++)
        str_addf(out, "%s%c", *name == '"' ? "\"" : "", *name);
    str_add_char(out, '"');
}

static int db_fail(sqlite3 *db, const char *path, struct err *err)
{
    return err_set(err, ERR_IO, "cannot write %s: %s", path, sqlite3_errmsg(db));
}

static int db_exec(sqlite3 *db, const char *sql, const char *path, struct err *err)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_fail(db, path, err);
}

static int create_table(sqlite3 *db, const struct table *t, const char *name, const char *path,
                        struct err *err)
{
    static const char *const types[COLUMN_N_TYPES] = {
        [COLUMN_BOOL] = "BOOLEAN",   [COLUMN_INT] = "INTEGER", [COLUMN_REAL] = "REAL",
        [COLUMN_CATEGORY] = "TEXT",  [COLUMN_TEXT] = "TEXT",   [COLUMN_DATE] = "TEXT",
        [COLUMN_TIMESTAMP] = "TEXT",
    };
    struct str sql;

    str_init(&sql);
    str_add(&sql, "CREATE TABLE ");
    add_name(&sql, name);
    for (size_t j = 0; j < t->n_cols; j++) {
        str_add(&sql, j ? ", " : " (");
        add_name(&sql, table_name(t, j));
        str_addf(&sql, " %s", types[table_at(t, j)->type]);
    }
    str_add_char(&sql, ')');
    int rc = db_exec(db, sql.buf, path, err);
    str_release(&sql);
    return rc;
}

static int prepare_insert(sqlite3_stmt **out, sqlite3 *db, const struct table *t, const char *name,
                          const char *path, struct err *err)
{
    struct str sql;

    str_init(&sql);
    str_add(&sql, "INSERT INTO ");
    add_name(&sql, name);
    str_add(&sql, " VALUES (");
    for (size_t j = 0; j < t->n_cols; j++)
        str_add(&sql, j ? ",?" : "?");
    str_add_char(&sql, ')');
    int rc = sqlite3_prepare_v2(db, sql.buf, -1, out, NULL);
    str_release(&sql);
    return rc == SQLITE_OK ? 0 : db_fail(db, path, err);
}

/* `text` is scratch that must live until the row is written. */
static void bind_cell(sqlite3_stmt *stmt, int k, const struct column *c, size_t i, struct str *text)
{
    struct span s;

    if (column_missing(c, i)) {
        sqlite3_bind_null(stmt, k);
    } else if (c->type == COLUMN_BOOL) {
        sqlite3_bind_int(stmt, k, column_bool(c, i));
    } else if (c->type == COLUMN_INT) {
        sqlite3_bind_int64(stmt, k, column_ints(c)[i]);
    } else if (c->type == COLUMN_REAL && !isnan(column_reals(c)[i])) {
        sqlite3_bind_double(stmt, k, column_reals(c)[i]);
    } else if (column_is_text(c)) {
        s = column_span(c, i);
        sqlite3_bind_text(stmt, k, s.len ? s.at : "", (int)s.len, SQLITE_STATIC);
    } else {
        str_clear(text);
        cell_text(text, c, i);
        sqlite3_bind_text(stmt, k, text->buf, (int)text->len, SQLITE_TRANSIENT);
    }
}

static int insert_rows(sqlite3_stmt *stmt, sqlite3 *db, const struct table *t, const char *path,
                       struct job *job, struct err *err)
{
    struct str text;
    int rc = 0;

    str_init(&text);
    for (size_t i = 0; i < t->n_rows && !rc; i++) {
        for (size_t j = 0; j < t->n_cols; j++)
            bind_cell(stmt, (int)j + 1, table_at(t, j), i, &text);
        if (sqlite3_step(stmt) != SQLITE_DONE)
            rc = db_fail(db, path, err);
        sqlite3_reset(stmt);
        if (i % TICK_ROWS == 0 && !rc)
            rc = job_tick(job, i, t->n_rows, err);
    }
    str_release(&text);
    return rc;
}

static int fill_database(sqlite3 *db, const struct table *t, const char *name, const char *path,
                         struct job *job, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = db_exec(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN", path, err);

    if (!rc)
        rc = create_table(db, t, name, path, err);
    if (!rc)
        rc = prepare_insert(&stmt, db, t, name, path, err);
    if (!rc)
        rc = insert_rows(stmt, db, t, path, job, err);
    sqlite3_finalize(stmt);
    return rc ? -1 : db_exec(db, "COMMIT", path, err);
}

static int sqlite_write(const struct table *t, const char *path, const struct params *params,
                        struct job *job, struct err *err)
{
    const char *name = params && params->specs ? params_text(params, "table") : NULL;
    struct file_out out;
    sqlite3 *db;

    if (t->n_cols > MOST_COLUMNS)
        return err_set(err, ERR_SHAPE,
                       "a table of SQLite has at most %d columns, this one %zu; "
                       "export it to a .csv file",
                       MOST_COLUMNS, t->n_cols);
    if (file_out_open(&out, path, err))
        return -1;
    int rc = 0;
    if (!out.temp)
        rc = err_set(err, ERR_IO, "cannot write %s: an SQLite database needs a file of its own",
                     path);
    if (!rc) {
        rc = sqlite3_open_v2(out.temp, &db, SQLITE_OPEN_READWRITE, NULL);
        rc = rc == SQLITE_OK ? fill_database(db, t, name ? name : "data", path, job, err)
                             : db_fail(db, path, err);
        if (sqlite3_close(db) != SQLITE_OK && !rc)
            rc = err_set(err, ERR_IO, "cannot write %s: the database does not close", path);
    }
    if (rc)
        file_out_abort(&out);
    return rc ? -1 : file_out_commit(&out, err);
}

const struct writer writer_sqlite = {
    .name = "sqlite",
    .help = "an SQLite database with one table",
    .suffixes = ".db .sqlite .sqlite3",
    .params = writer_sqlite_params,
    .write = sqlite_write,
};
