/* file.h - reading files whole or in blocks, and writing them so that nothing is half-made. */
#ifndef IO_FILE_H
#define IO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

/* Open for reading without hanging: a directory, a FIFO nobody writes and a device are refused with
 * a sentence.  "-" is standard input.  Returns the descriptor, or -1 with ERR_IO. */
int file_open_read(const char *path, struct err *err);
/* read() that retries EINTR; bytes read, 0 at the end, -1 with ERR_IO. */
ptrdiff_t file_read(int fd, void *buf, size_t len, const char *path, struct err *err);
/* The whole file in one large block (mem_big_free), NUL-terminated; at most max_bytes. */
int file_read_all(char **out, size_t *len, const char *path, size_t max_bytes, struct err *err);

/* A file that appears under its name only when complete: written beside the target, flushed,
 * synced, renamed.  write, fflush, fsync, fclose are all checked. Writing to an existing device or
 * pipe ("/dev/stdout") goes straight through. */
struct file_out {
    FILE *stream;
    char *path, *temp; /* temp NULL: straight through */
};
int file_out_open(struct file_out *out, const char *path, struct err *err);
int file_out_commit(struct file_out *out, struct err *err); /* on error the old file is intact */
void file_out_abort(struct file_out *out);                  /* removes the temporary file */

#endif
