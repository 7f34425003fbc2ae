/* stream.h - the bytes of a table, whatever they are wrapped in.
 *
 * A reader asks a stream for bytes and does not know whether they come from a plain file, standard
 * input, a compressed file (gzip, zstd, xz, bzip2, lz4) or one member of a zip archive: the beginning of
 * the file tells, not its name.  Memory is a block or two, however much the data grow when unpacked.
 *
 *   stream_open(&s, path, member, err)
 *   stream_peek(&head, s, HEAD, err)     the beginning, which stays to be read
 *   stream_read(s, buf, len, err)        … until it gives 0
 *   stream_close(s)
 *
 * Errors name the place in the file as it lies on disk (bytes from 0) and how much was unpacked so far:
 * "the gzip data end too early, at byte 1200 of the file, …".  Data that grow more than
 * STREAM_MOST_GROWTH times, beyond STREAM_FREE_GROWTH bytes, are refused (ERR_IO): no table does.
 */
#ifndef IO_STREAM_H
#define IO_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define STREAM_MOST_GROWTH 1000
#define STREAM_FREE_GROWTH ((uint64_t)256 << 20)

struct stream;

/* Open for reading.  "-" is standard input.  `member` (NULL: the only one) names a file in a zip
 * archive.  ERR_IO as file_open_read, and for damaged data; ERR_USAGE when an archive has several
 * members (listed) or lacks the one that was named, or when there is a member but no archive. */
int stream_open(struct stream **out, const char *path, const char *member, struct err *err);
/* The same for `len` bytes in memory, borrowed, that stand for a file called `path`. */
int stream_memory(struct stream **out, const char *bytes, size_t len, const char *path,
                  const char *member, struct err *err);
void stream_close(struct stream *s); /* NULL is fine */

/* Up to len bytes; 0 at the end, -1 with ERR_IO. */
ptrdiff_t stream_read(struct stream *s, void *buf, size_t len, struct err *err);
/* The first bytes, at most `want` of them (fewer only when there are no more), which are read again
 * by stream_read; before the first stream_read only.  Valid until then. */
ptrdiff_t stream_peek(const char **head, struct stream *s, size_t want, struct err *err);
/* All of the rest in one large block (mem_big_free) with a NUL behind it. */
struct job;
int stream_read_all(char **out, size_t *len, struct stream *s, struct job *job, struct err *err);

/* A descriptor whose next byte is the next of stream_read, when the data lie as they are in a regular
 * file and nothing is waiting in the stream; else -1.  Whoever reads from it goes on there. */
int stream_fd(const struct stream *s);
/* Bytes the data take in all, as the file system tells: 0 when it does not know. */
uint64_t stream_size(const struct stream *s);
int64_t stream_modified_s(const struct stream *s); /* seconds since 1970, 0 unknown */
const char *stream_path(const struct stream *s);
/* "gzip", "zip member a.csv" …; NULL when the data lie there as they are. */
const char *stream_form(const struct stream *s);
/* Length of `path` without the suffix of a compression (.gz .zst .xz .bz2 .lz4 .zip). */
size_t stream_bare_length(const char *path);

#endif
