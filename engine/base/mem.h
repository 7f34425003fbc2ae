/* mem.h - two kinds of memory.
 *
 * Small memory (mem_new and friends, arenas): aborts when there is none, since the journal is on
 * disk.  Large memory (mem_big): 64-byte aligned, checked, an error that says how much was asked
 * and how much there is; the workspace stays as it was.  Sizes are products checked for overflow.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#include "base/err.h"

#define MEM_ALIGN 64

/* n * size zeroed bytes; never NULL (one byte at least); free with mem_free. */
void *mem_new(size_t n, size_t size);
/* As realloc; new bytes are not cleared. */
void *mem_resize(void *p, size_t n, size_t size);
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t len);
void mem_free(void *p); /* NULL is fine */

#define MEM_NEW(type, n) ((type *)mem_new((n), sizeof(type)))

/* n * size bytes, aligned, not cleared, for anything that grows with the data.  `what` names it in
 * the error ("column price").  ERR_NOMEM.  Free with mem_big_free. */
int mem_big(void **out, size_t n, size_t size, const char *what, struct err *err);
/* Grow a large block to n * size bytes keeping its first `used` bytes; on error *p stays valid. */
int mem_big_grow(void **p, size_t used, size_t n, size_t size, const char *what, struct err *err);
/* Give back what lies behind the first `bytes`; *p may move. */
void mem_big_trim(void **p, size_t bytes);
void mem_big_free(void *p);

/* Bytes that can be had now without swapping, as the kernel, the process limits and the control group
 * tell. */
size_t mem_available(void);
/* What the control group `group` ("/user.slice/a") and those around it leave of their memory, of those
 * under `mount`; SIZE_MAX when there is no limit. */
size_t mem_group_left(const char *mount, const char *group);
/* "3.2 GB": decimal units, as disks and `df -H` count.  Returns buf. */
const char *mem_size_words(char buf[32], size_t bytes);
/* Refuse early: ERR_NOMEM when `bytes` is more than mem_available(). */
int mem_expect(size_t bytes, const char *what, struct err *err);

/* For tests: the n-th large allocation from now fails, or it and all after it; 0 ends it. */
void mem_big_fail_after(size_t n);
void mem_big_fail_from(size_t n);

#endif
