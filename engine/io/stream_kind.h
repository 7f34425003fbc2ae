/* stream_kind.h - what unpacks a stream; for stream.c and the files that unpack. */
#ifndef IO_STREAM_KIND_H
#define IO_STREAM_KIND_H

#include "io/stream.h"

/* Bytes as they lie in the file. */
struct stream_raw {
    int fd; /* -1: nothing left but the head */
    const char *path;
    char *head; /* read ahead, small memory */
    size_t head_len, head_at;
    uint64_t at, size; /* bytes given out; size 0: not known */
    const char *bytes; /* stream_memory: borrowed */
    size_t n_bytes;
};
/* Up to len bytes; 0 at the end, -1. */
ptrdiff_t raw_read(struct stream_raw *raw, void *buf, size_t len, struct err *err);
/* Begin anew; a file that can be read twice only (size known).  ERR_IO. */
int raw_rewind(struct stream_raw *raw, struct err *err);

/* One way of packing.  `open` may read from `raw`, which outlives the state. */
struct unpacker {
    const char *name;
    bool (*knows)(const char *head, size_t len);
    int (*open)(void **state, char **form, struct stream_raw *raw, const char *member,
                struct err *err);
    ptrdiff_t (*read)(void *state, void *buf, size_t len, struct err *err);
    void (*close)(void *state);
};
extern const struct unpacker unpack_gzip;    /* stream_gzip.c */
extern const struct unpacker unpack_archive; /* stream_archive.c: zip, zstd, xz, bzip2, lz4 */

#endif
