#include "base/mem.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Blocks up to this size are asked for without looking: /proc costs more than they do. */
#define MEM_LOOK ((size_t)64 << 20)
#define MEM_WISH ((size_t)8 << 20) /* from here on large pages are worth it */
#define MEM_PAGE ((uintptr_t)4096)

/* File scope on purpose: it stands for the machine running out of memory, which is no property of
 * any object.  Only tests set it. */
static atomic_size_t fail_after;
static atomic_bool fail_on; /* and all after it */

/* ---------------------------------------------------------------- small */

static bool product(size_t *out, size_t n, size_t size)
{
    return !__builtin_mul_overflow(n, size, out);
}

void *mem_new(size_t n, size_t size)
{
    size_t bytes;

    if (!product(&bytes, n, size))
        abort();
    void *p = calloc(bytes ? bytes : 1, 1);
    if (!p)
        abort();
    return p;
}

void *mem_resize(void *p, size_t n, size_t size)
{
    size_t bytes;

    if (!product(&bytes, n, size))
        abort();
    p = realloc(p, bytes ? bytes : 1);
    if (!p)
        abort();
    return p;
}

char *mem_strndup(const char *s, size_t len)
{
    char *copy = mem_new(len + 1, 1);

    memcpy(copy, s, len);
    return copy;
}

char *mem_strdup(const char *s)
{
    return mem_strndup(s, strlen(s));
}

void mem_free(void *p)
{
    free(p);
}

/* ---------------------------------------------------------------- what there is */

/* The start of a small file of the kernel's; false when it cannot be read. */
static bool read_start(char *buf, size_t size, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    ssize_t got = read(fd, buf, size - 1);
    close(fd);
    if (got <= 0)
        return false;
    buf[got] = '\0';
    return true;
}

/* MemAvailable counts what can be freed without swapping; SIZE_MAX when the kernel does not say. */
static size_t kernel_available(void)
{
    static const char field[] = "MemAvailable:";
    char buf[2048];

    if (!read_start(buf, sizeof(buf), "/proc/meminfo"))
        return SIZE_MAX;
    const char *at = strstr(buf, field);
    if (!at)
        return SIZE_MAX;
    size_t kib = strtoull(at + strlen(field), NULL, 10), bytes;
    return product(&bytes, kib, 1024) ? bytes : SIZE_MAX;
}

/* What `ulimit -v` leaves of the address space. */
static size_t limit_headroom(void)
{
    struct rlimit limit;
    char buf[128];
    size_t taken;

    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return SIZE_MAX;
    if (!read_start(buf, sizeof(buf), "/proc/self/statm"))
        return SIZE_MAX;
    if (!product(&taken, strtoull(buf, NULL, 10), (size_t)sysconf(_SC_PAGESIZE)))
        return SIZE_MAX;
    return taken < limit.rlim_cur ? limit.rlim_cur - taken : 0;
}

/* The number in a small file, SIZE_MAX when there is none ("max"). */
static size_t number_in(const char *dir, const char *file)
{
    char path[4096], buf[64];

    if (snprintf(path, sizeof(path), "%s/%s", dir, file) >= (int)sizeof(path) ||
        !read_start(buf, sizeof(buf), path) || buf[0] < '0' || buf[0] > '9')
        return SIZE_MAX;
    return strtoull(buf, NULL, 10);
}

/* Pages of files that were not looked at lately: the group can have them back. */
static size_t group_cache(const char *dir)
{
    static const char field[] = "\ninactive_file ";
    char path[4096], buf[4096];

    if (snprintf(path, sizeof(path), "%s/memory.stat", dir) >= (int)sizeof(path) ||
        !read_start(buf, sizeof(buf), path))
        return 0;
    const char *at = strstr(buf, field);
    return at ? strtoull(at + strlen(field), NULL, 10) : 0;
}

static size_t group_left(const char *dir, const char *limit_file, const char *used_file)
{
    size_t limit = number_in(dir, limit_file), used = number_in(dir, used_file);
    size_t cache = group_cache(dir);

    if (limit == SIZE_MAX || used == SIZE_MAX)
        return SIZE_MAX;
    used -= cache < used ? cache : used;
    return used < limit ? limit - used : 0;
}

size_t mem_group_left(const char *mount, const char *group)
{
    char dir[4096];
    size_t left = group_left(mount, "memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes");

    if (snprintf(dir, sizeof(dir), "%s%s", mount, group) >= (int)sizeof(dir))
        return left;
    /* The groups around it hold for it too. */
    for (size_t least = strlen(mount);;) {
        size_t here = group_left(dir, "memory.max", "memory.current");
        char *slash = strrchr(dir, '/');
        left = here < left ? here : left;
        if (strlen(dir) <= least || !slash || (size_t)(slash - dir) < least)
            return left;
        *slash = '\0';
    }
}

/* What the control group leaves, that a container or a cluster's scheduler made. */
static size_t own_group_left(void)
{
    char buf[4096];

    if (!read_start(buf, sizeof(buf), "/proc/self/cgroup"))
        return SIZE_MAX;
    char *group = strstr(buf, "0::/");
    group = group ? group + 3 : buf + strlen(buf);
    group[strcspn(group, "\n")] = '\0';
    return mem_group_left("/sys/fs/cgroup", group);
}

size_t mem_available(void)
{
    size_t kernel = kernel_available(), limit = limit_headroom(), group = own_group_left();
    size_t least = kernel < limit ? kernel : limit;

    return least < group ? least : group;
}

const char *mem_size_words(char buf[32], size_t bytes)
{
    static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
    double v = (double)bytes / 1e3;
    size_t u = 0;

    if (bytes < 1000) {
        snprintf(buf, 32, "%zu bytes", bytes);
        return buf;
    }
    /* 999.95 and above would print as 1000.0. */
    while (v >= 999.95 && u + 1 < sizeof(units) / sizeof(units[0])) {
        v /= 1e3;
        u++;
    }
    snprintf(buf, 32, "%.1f %s", v, units[u]);
    return buf;
}

static int refuse(size_t bytes, size_t free_bytes, const char *what, struct err *err)
{
    char need[32], have[32];

    if (free_bytes == SIZE_MAX)
        return err_set(err, ERR_NOMEM, "out of memory: %s needs %s; load a sample or fewer columns",
                       what, mem_size_words(need, bytes));
    return err_set(err, ERR_NOMEM,
                   "out of memory: %s needs %s and %s are free; load a sample or fewer columns",
                   what, mem_size_words(need, bytes), mem_size_words(have, free_bytes));
}

int mem_expect(size_t bytes, const char *what, struct err *err)
{
    size_t free_bytes = mem_available();

    return bytes > free_bytes ? refuse(bytes, free_bytes, what, err) : 0;
}

/* ---------------------------------------------------------------- large */

/* Counts down to the one that fails; a loop because workers may allocate at the same time. */
static bool must_fail(void)
{
    size_t n = atomic_load(&fail_after);

    while (n > 0) {
        if (n == 1 && atomic_load(&fail_on))
            return true;
        if (atomic_compare_exchange_weak(&fail_after, &n, n - 1))
            return n == 1;
    }
    return false;
}

/* Pages of 2 MB where the kernel gives them: a large block is written from end to end, and half of
 * the time would go into fetching it 4 kB at a time.  A wish; nothing depends on it. */
static void wish_large_pages(char *p, size_t bytes)
{
    size_t before = (uintptr_t)p % MEM_PAGE ? MEM_PAGE - (uintptr_t)p % MEM_PAGE : 0;

    if (bytes >= MEM_WISH + before)
        madvise(p + before, bytes - before, MADV_HUGEPAGE);
}

int mem_big(void **out, size_t n, size_t size, const char *what, struct err *err)
{
    size_t bytes;

    if (!product(&bytes, n, size) || bytes > SIZE_MAX - MEM_ALIGN)
        return err_set(err, ERR_NOMEM,
                       "out of memory: %s needs more than a machine can address; "
                       "load a sample or fewer columns",
                       what);
    /* aligned_alloc wants a multiple of the alignment; at least one, so that *out is never NULL. */
    size_t whole = bytes ? (bytes + MEM_ALIGN - 1) / MEM_ALIGN * MEM_ALIGN : MEM_ALIGN;
    if (must_fail())
        return refuse(bytes, mem_available(), what, err);
    if (whole > MEM_LOOK && mem_expect(whole, what, err))
        return -1;
    void *p = aligned_alloc(MEM_ALIGN, whole);
    if (!p)
        return refuse(bytes, mem_available(), what, err);
    wish_large_pages(p, whole);
    *out = p;
    return 0;
}

/* In a block of its own that the kernel moves by its page tables: nothing is copied, and no page is
 * fetched.  The C library's own blocks forget the alignment. */
static bool resize_in_place(void **p, size_t bytes)
{
    size_t whole = (bytes + MEM_ALIGN - 1) / MEM_ALIGN * MEM_ALIGN;
    void *moved = realloc(*p, whole);

    if (!moved)
        return false;
    *p = moved;
    return (uintptr_t)moved % MEM_ALIGN == 0;
}

int mem_big_grow(void **p, size_t used, size_t n, size_t size, const char *what, struct err *err)
{
    void *grown = NULL;
    size_t bytes;

    if (product(&bytes, n, size) && used >= MEM_WISH && bytes <= SIZE_MAX - MEM_ALIGN &&
        bytes > used && !must_fail() && !mem_expect(bytes - used, what, NULL) &&
        resize_in_place(p, bytes)) {
        wish_large_pages(*p, bytes);
        return 0;
    }
    if (mem_big(&grown, n, size, what, err))
        return -1;
    if (used > 0)
        memcpy(grown, *p, used);
    mem_big_free(*p);
    *p = grown;
    return 0;
}

void mem_big_trim(void **p, size_t bytes)
{
    void *copy = NULL;

    if (bytes == 0 || resize_in_place(p, bytes))
        return;
    if (mem_big(&copy, bytes, 1, "a copy", NULL) == 0) {
        memcpy(copy, *p, bytes);
        mem_big_free(*p);
        *p = copy;
    }
}

void mem_big_free(void *p)
{
    free(p);
}

void mem_big_fail_after(size_t n)
{
    atomic_store(&fail_on, false);
    atomic_store(&fail_after, n);
}

void mem_big_fail_from(size_t n)
{
    atomic_store(&fail_on, true);
    atomic_store(&fail_after, n);
}
