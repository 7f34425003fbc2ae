#include "io/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define FILE_BLOCK ((size_t)1 << 20)

/* A message with such a path in it would have no room for the reason. */
static int file_refuse_long(const char *path, struct err *err)
{
    size_t len = strlen(path);

    if (len < PATH_MAX)
        return 0;
    return err_set(err, ERR_IO, "the path %.40s… is too long: %zu bytes, %d are allowed", path, len,
                   PATH_MAX - 1);
}

/* What cannot be read as a file, by the kind of thing it is; 0 when it can. */
static int file_refuse_kind(const struct stat *st, const char *path, struct err *err)
{
    if (S_ISDIR(st->st_mode))
        return err_set(err, ERR_IO, "cannot read %s: it is a directory; name a file in it", path);
    if (S_ISSOCK(st->st_mode))
        return err_set(err, ERR_IO, "cannot read %s: it is a socket", path);
    if (S_ISBLK(st->st_mode) || S_ISCHR(st->st_mode))
        return err_set(err, ERR_IO, "cannot read %s: it is a device", path);
    return 0;
}

int file_open_read(const char *path, struct err *err)
{
    struct stat st;
    int fd;

    if (strcmp(path, "-") == 0) {
        fd = dup(STDIN_FILENO);
        return fd < 0 ? err_set_errno(err, "read", "standard input") : fd;
    }
    if (file_refuse_long(path, err))
        return -1;
    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return err_set_errno(err, "read", path);
    if (fstat(fd, &st) != 0) {
        err_set_errno(err, "read", path);
        close(fd);
        return -1;
    }
    if (S_ISFIFO(st.st_mode)) {
        close(fd);
        return err_set(err, ERR_IO,
                       "cannot read %s: it is a pipe; read it as standard input with -", path);
    }
    if (file_refuse_kind(&st, path, err)) {
        close(fd);
        return -1;
    }
    return fd;
}

ptrdiff_t file_read(int fd, void *buf, size_t len, const char *path, struct err *err)
{
    ssize_t n;

    do
        n = read(fd, buf, len > SSIZE_MAX ? SSIZE_MAX : len);
    while (n < 0 && errno == EINTR);
    return n < 0 ? err_set_errno(err, "read", path) : n;
}

/* Room for one more block and a NUL. */
static int file_reserve(void **buf, size_t *cap, size_t len, const char *path, struct err *err)
{
    size_t want = *cap;

    while (want < len + FILE_BLOCK + 1)
        want = want ? want + want / 2 : FILE_BLOCK + 64;
    if (want == *cap)
        return 0;
    if (mem_big_grow(buf, len, want, 1, path, err))
        return -1;
    *cap = want;
    return 0;
}

int file_read_all(char **out, size_t *len, const char *path, size_t max_bytes, struct err *err)
{
    int fd = file_open_read(path, err);
    size_t n = 0, cap = 0;
    void *buf = NULL;
    ptrdiff_t got = 1;

    if (fd < 0)
        return -1;
    while (got > 0) {
        got = file_reserve(&buf, &cap, n, path, err);
        if (got == 0)
            got = file_read(fd, (char *)buf + n, FILE_BLOCK, path, err);
        if (got > 0)
            n += (size_t)got;
        if (got > 0 && n > max_bytes)
            got = err_set(err, ERR_IO, "%s has more than %zu bytes, which is the most allowed here",
                          path, max_bytes);
    }
    close(fd);
    if (got < 0) {
        mem_big_free(buf);
        return -1;
    }
    ((char *)buf)[n] = '\0';
    *out = buf;
    *len = n;
    return 0;
}

/* ---------------------------------------------------------------- files that appear whole */

/* The file that `path` means when it is a link, so that the link stays one; else `path` itself. */
static char *file_target(const char *path)
{
    char *real = realpath(path, NULL);
    char *target = mem_strdup(real ? real : path);

    free(real);
    return target;
}

static int file_out_fail(struct file_out *out, const char *verb, struct err *err)
{
    err_set_errno(err, verb, out->path);
    file_out_abort(out);
    return -1;
}

#define TEMP_TRIES 1000

/* DIR/.assay-PID-K.tmp, which does not depend on how long the target's name is. */
static char *file_temp_name(const char *path, unsigned k)
{
    const char *slash = strrchr(path, '/');
    size_t dir = slash ? (size_t)(slash - path) + 1 : 0;
    size_t size = dir + 64;
    char *name = mem_new(size, 1);

    snprintf(name, size, "%.*s.assay-%ld-%u.tmp", (int)dir, path, (long)getpid(), k);
    return name;
}

/* A new file beside the target, with the mode the target has or would get. */
static int file_out_temp(struct file_out *out, const struct stat *old, struct err *err)
{
    int fd = -1;

    for (unsigned k = 0; fd < 0 && k < TEMP_TRIES; k++) {
        mem_free(out->temp);
        out->temp = file_temp_name(out->path, k);
        fd = open(out->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0) {
        mem_free(out->temp);
        out->temp = NULL;
        return file_out_fail(out, "write", err);
    }
    if (!old || fchmod(fd, old->st_mode & 0777) == 0)
        out->stream = fdopen(fd, "w");
    if (!out->stream) {
        int saved = errno;
        close(fd);
        errno = saved;
        return file_out_fail(out, "write", err);
    }
    return 0;
}

int file_out_open(struct file_out *out, const char *path, struct err *err)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;

    *out = (struct file_out){ 0 };
    if (file_refuse_long(path, err))
        return -1;
    if (exists && S_ISDIR(st.st_mode))
        return err_set(err, ERR_IO, "cannot write %s: it is a directory; name a file in it", path);
    if (exists && !S_ISREG(st.st_mode)) {
        out->path = mem_strdup(path);
        out->stream = fopen(path, "we");
        return out->stream ? 0 : file_out_fail(out, "write", err);
    }
    if (exists && access(path, W_OK) != 0)
        return err_set_errno(err, "write", path);
    out->path = file_target(path);
    return file_out_temp(out, exists ? &st : NULL, err);
}

/* The name itself is on disk only when the directory is. */
static void file_sync_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dir = slash ? mem_strndup(path, (size_t)(slash - path) + 1) : mem_strdup(".");
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    mem_free(dir);
    if (fd < 0)
        return;
    /* Unchecked: some file systems cannot sync a directory, and the file itself is complete. */
    (void)fsync(fd);
    close(fd);
}

int file_out_commit(struct file_out *out, struct err *err)
{
    FILE *stream = out->stream;

    if (fflush(stream) != 0)
        return file_out_fail(out, "write", err);
    if (ferror(stream)) {
        errno = EIO; /* an earlier write failed and its reason is gone */
        return file_out_fail(out, "write", err);
    }
    if (out->temp && fsync(fileno(stream)) != 0)
        return file_out_fail(out, "write", err);
    out->stream = NULL;
    if (fclose(stream) != 0)
        return file_out_fail(out, "write", err);
    if (out->temp && rename(out->temp, out->path) != 0)
        return file_out_fail(out, "write", err);
    if (out->temp)
        file_sync_directory(out->path);
    mem_free(out->temp);
    mem_free(out->path);
    *out = (struct file_out){ 0 };
    return 0;
}

void file_out_abort(struct file_out *out)
{
    if (out->stream)
        fclose(out->stream);
    if (out->temp)
        unlink(out->temp);
    mem_free(out->temp);
    mem_free(out->path);
    *out = (struct file_out){ 0 };
}
