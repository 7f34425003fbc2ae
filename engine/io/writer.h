/* writer.h - tables to files; every value reads back as the same value. */
#ifndef IO_WRITER_H
#define IO_WRITER_H

#include <stdio.h>

#include "base/err.h"
#include "base/job.h"
#include "base/param.h"
#include "base/str.h"
#include "table/table.h"

struct writer {
    const char *name, *help, *suffixes;
    const struct param_spec *params;
    int (*write)(const struct table *t, const char *path, const struct params *params,
                 struct job *job, struct err *err);
};

/* A text file row by row, for writers: the file appears when it is complete.  ERR_IO, ERR_CANCELLED. */
struct row_writer {
    void (*header)(struct str *out, void *ctx); /* NULL: none */
    void (*row)(struct str *out, void *ctx, size_t i);
    void *ctx;
    size_t n_rows;
};
int writer_write_rows(const char *path, const struct row_writer *w, struct job *job,
                      struct err *err);

extern const struct writer *const writer_table[]; /* writers.def; ends in NULL */

/* By name, or by the path's suffix; ERR_USAGE listing the names. */
int writer_find(const struct writer **out, const char *path, const char *name, struct err *err);

/* CSV to an open stream, for standard output; header row, RFC 4180 quoting, missing as nothing, an
 * empty text as "". ERR_IO. */
int csv_write_stream(const struct table *t, FILE *stream, char delimiter, struct job *job,
                     struct err *err);

#endif
