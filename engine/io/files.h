/* files.h - several files as one table.
 *
 * What is named may be files, patterns (data/x?.csv: * ? […] within one part of the path,
 * sorted) and folders (every file in them whose suffix a reader has, in the order of their paths; names that
 * begin with . or _ are left out).  A folder called key=value on the way gives a column `key` with that value,
 * typed as cells of a file are; %XX stands for a byte, __HIVE_DEFAULT_PARTITION__ for missing.
 *
 * Columns are matched by name.  One that a file lacks is missing in its rows; int and real become real, dates
 * and timestamps timestamps, any other disagreement is settled by reading the column as text in every file; all
 * of it is noted.  The column `source` (source_2 … where that name is taken) says which file a row is from.
 * Each row keeps its line, and the source says where its file begins (source->parts).
 */
#ifndef IO_FILES_H
#define IO_FILES_H

#include "io/reader.h"

#define FILES_MOST 100000

/* A file, and the partition it is in. */
struct file_found {
    const char *path;
    const char *shown; /* its path as it was asked for: what the column says */
    size_t n_keys;
    const char *const *keys, *const *values; /* (n_keys); a value of NULL is missing */
};

struct file_list {
    const struct file_found *files;
    size_t n;
    bool several; /* a table of several files was asked for, even where there is one */
};

bool files_is_pattern(const char *path);
bool files_any(const char *pattern); /* does any file fit? */
/* In the arena.  named[k] is how words[k] was asked for, where it was looked for elsewhere (NULL: the same).
 * ERR_IO: nothing fits a pattern, a folder has no table in it, it cannot be read;
 * ERR_DOMAIN: more than FILES_MOST. */
int files_find(struct file_list *out, const char *const *words, const char *const *named, size_t n,
               struct arena *arena, struct err *err);
/* The partition that a path tells. */
struct file_found files_describe(const char *path, struct arena *arena);

/* Read them all as one table.  `request`: parameters for every file (types may name columns that some files
 * lack), words and member; `format` NULL: found for each.  As source_read_request. */
int files_read(struct source **out, const struct file_list *list,
               const struct read_request *request, const char *format, struct job *job,
               struct err *err);

#endif
