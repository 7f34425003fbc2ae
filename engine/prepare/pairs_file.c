/* pairs_file.c - a map from a file of two columns. */
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "io/csv.h"
#include "io/file.h"
#include "prepare/pairs.h"
#include "table/cell.h"

#define FILE_MAX_BYTES ((size_t)64 << 20)

/* NAME:text,… for every column, so that 007 and 1.0 stay as they are written. */
static void types_text(struct str *out, const struct table *t)
{
    for (size_t j = 0; j < t->n_cols; j++) {
        if (j)
            str_add_char(out, ',');
        for (const char *c = table_name(t, j); *c; c++)
            str_addf(out, "%s%c", strchr(",:\\", *c) ? "\\" : "", *c);
        str_add(out, ":text");
    }
}

/* The first line names the columns, and only an empty field is missing: NA may well be mapped. */
static int read_csv(struct source **out, struct span bytes, const char *path, const char *types,
                    struct job *job, struct err *err)
{
    struct arena arena;
    struct params params;

    arena_init(&arena);
    params_init(&params, csv_params, &arena);
    int rc = params_put(&params, "header", "yes", &arena, err) ||
             params_put(&params, "na", "", &arena, err) ||
             (types && params_put(&params, "types", types, &arena, err)) ||
             params_resolve(&params, &arena, err);
    if (!rc)
        rc = csv_read_memory(out, bytes.at, bytes.len, path, &params, job, err);
    arena_release(&arena);
    return rc ? -1 : 0;
}

static int add_rows(struct str *out, const struct table *t, const char *path, struct err *err)
{
    const struct column *from = table_at(t, 0), *to = table_at(t, 1);

    for (size_t i = 0; i < t->n_rows; i++) {
        if (column_missing(from, i))
            return err_set(err, ERR_DOMAIN,
                           "%s:%zu: there is no text to replace; write \"\" for an empty one", path,
                           table_line(t, i));
        pairs_add(out, column_span(from, i), column_span(to, i));
        if (out->len > PAIRS_MAX_TEXT)
            return err_set(err, ERR_DOMAIN,
                           "%s is too large for a map (more than %zu kB), which the session "
                           "carries with it; split it into several",
                           path, PAIRS_MAX_TEXT >> 10);
    }
    return 0;
}

static int pairs_of_bytes(struct str *out, struct span bytes, const char *path, struct job *job,
                          struct err *err)
{
    struct source *sniffed, *words = NULL;
    struct str types;
    int rc = 0;

    if (read_csv(&sniffed, bytes, path, NULL, job, err))
        return -1;
    str_init(&types);
    types_text(&types, sniffed->table);
    if (sniffed->table->n_cols != 2)
        rc = err_set(err, ERR_SHAPE,
                     "%s has %zu columns; a map has two, what to look for and what to put in its "
                     "place",
                     path, sniffed->table->n_cols);
    if (!rc)
        rc = read_csv(&words, bytes, path, types.buf, job, err);
    if (!rc)
        rc = add_rows(out, words->table, path, err);
    str_release(&types);
    source_unref(sniffed);
    source_unref(words);
    return rc;
}

int pairs_read_file(struct str *out, char digest[17], const char *path, struct job *job,
                    struct err *err)
{
    struct hasher h;
    char *bytes;
    size_t len;

    if (file_read_all(&bytes, &len, path, FILE_MAX_BYTES, err))
        return -1;
    hasher_init(&h);
    hasher_add(&h, bytes, len);
    digest_short(digest, hasher_finish(&h));
    int rc = pairs_of_bytes(out, (struct span){ bytes, len }, path, job, err);
    mem_big_free(bytes);
    return rc;
}
