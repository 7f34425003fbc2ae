/* journal.c - write-ahead text records, and finding what a crash left. */
#include "journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"

struct journal {
    char *path;
    int fd;
    size_t n;
};

/* ---------------------------------------------------------------- writing */

static int make_dirs(char *path, struct err *err)
{
    for (char *at = path + 1;; at++) {
        if (*at && *at != '/')
            continue;
        char kept = *at;
        *at = 0;
        int rc = mkdir(path, 0700);
        int why = errno;
        *at = kept;
        if (rc && why != EEXIST) {
            errno = why;
            return err_set_errno(err, "create", path);
        }
        if (!kept)
            return 0;
    }
}

static char *journal_dir(const char *state_dir)
{
    struct str s;

    str_init(&s);
    str_addf(&s, "%s/journal", state_dir);
    char *path = str_take(&s);
    str_release(&s);
    return path;
}

int journal_open(struct journal **out, const char *state_dir, struct err *err)
{
    char *dir = journal_dir(state_dir);
    struct str path;

    if (make_dirs(dir, err)) {
        mem_free(dir);
        return -1;
    }
    str_init(&path);
    for (unsigned k = 0; k < 1000; k++) {
        str_clear(&path);
        str_addf(&path, "%s/%ld-%u.log", dir, (long)getpid(), k);
        int fd = open(path.buf, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
        if (fd < 0 && errno == EEXIST)
            continue;
        if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB)) {
            err_set_errno(err, "create", path.buf);
            if (fd >= 0)
                close(fd);
            break;
        }
        struct journal *j = MEM_NEW(struct journal, 1);
        *j = (struct journal){ .path = str_take(&path), .fd = fd };
        *out = j;
        str_release(&path);
        mem_free(dir);
        return 0;
    }
    str_release(&path);
    mem_free(dir);
    return -1;
}

static int write_all(int fd, const char *at, size_t len, const char *path, struct err *err)
{
    while (len) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set_errno(err, "write", path);
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

static uint32_t checksum(const char *text, size_t len)
{
    uint64_t h = hash_bytes(text, len);

    return (uint32_t)(h ^ (h >> 32));
}

static int append(struct journal *j, size_t number, const char *kind, const char *text, bool sync,
                  struct err *err)
{
    struct str body, record;

    str_init(&body);
    str_init(&record);
    str_addf(&body, "%zu %s ", number, kind);
    for (const char *at = text; *at; at++)
        str_add_char(&body, *at == '\n' ? ' ' : *at);
    str_addf(&record, "%08x %s\n", checksum(body.buf, body.len), body.buf);
    int rc = write_all(j->fd, record.buf, record.len, j->path, err);
    if (!rc && sync && fdatasync(j->fd))
        rc = err_set_errno(err, "sync", j->path);
    str_release(&record);
    str_release(&body);
    return rc;
}

int journal_do(struct journal *j, const char *line, size_t *number, struct err *err)
{
    *number = ++j->n;
    return append(j, *number, "do", line, true, err);
}

int journal_done(struct journal *j, size_t number, bool ok, const char *text, struct err *err)
{
    return append(j, number, ok ? "ok" : "failed", text, false, err);
}

int journal_back(struct journal *j, size_t to, struct err *err)
{
    return append(j, to, "back", "", true, err);
}

int journal_forget(struct journal *j, struct err *err)
{
    return append(j, 0, "forget", "", true, err);
}

int journal_name(struct journal *j, size_t number, const char *name, struct err *err)
{
    return append(j, number, "name", name, false, err);
}

void journal_close(struct journal *j, bool keep)
{
    if (!j)
        return;
    if (!keep)
        unlink(j->path);
    close(j->fd);
    mem_free(j->path);
    mem_free(j);
}

/* ---------------------------------------------------------------- reading what is left */

struct record {
    size_t number;
    const char *kind, *text;
};

/* One line to a record, in place; false when it is damaged. */
static bool parse_record(struct record *out, char *line)
{
    char *end;

    if (strlen(line) < 12 || line[8] != ' ')
        return false;
    unsigned long sum = strtoul(line, &end, 16);
    if (end != line + 8 || sum != checksum(line + 9, strlen(line + 9)))
        return false;
    out->number = strtoul(line + 9, &end, 10);
    if (*end != ' ')
        return false;
    char *kind = end + 1, *blank = strchr(kind, ' ');
    if (!blank)
        return false;
    *blank = 0;
    out->kind = kind;
    out->text = blank + 1;
    return true;
}

/* The commands of a journal while it is read, into the lost session that they make. */
struct reading {
    struct lost_session *lost;
    size_t cap;
    char *pending;
    size_t pending_number;
};

/* As history_append does: the name of a tip moves on. */
static void take_finished(struct reading *r)
{
    struct lost_session *l = r->lost;

    if (l->n_commands == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 32;
        l->commands = mem_resize(l->commands, r->cap, sizeof(*l->commands));
    }
    struct lost_command *c = &l->commands[l->n_commands++];
    *c = (struct lost_command){ .line = r->pending, .parent = l->at, .number = r->pending_number };
    if (l->at) {
        struct lost_command *parent = &l->commands[l->at - 1];
        if (!parent->has_children) {
            c->name = parent->name;
            parent->name = NULL;
        }
        parent->has_children = true;
    }
    l->at = l->n_commands;
    r->pending = NULL;
}

/* Index + 1 of the last command whose record is not behind that one; records grow. */
static size_t find_record(const struct lost_session *l, size_t number)
{
    size_t i = l->n_commands;

    while (i > 0 && l->commands[i - 1].number > number)
        i--;
    return i;
}

static void take_name(struct lost_session *l, const struct record *record)
{
    size_t i = find_record(l, record->number);

    if (i == 0)
        return;
    mem_free(l->commands[i - 1].name);
    l->commands[i - 1].name = mem_strdup(record->text);
}

static void forget_commands(struct lost_session *l)
{
    for (size_t i = 0; i < l->n_commands; i++) {
        mem_free(l->commands[i].line);
        mem_free(l->commands[i].name);
    }
    l->n_commands = l->at = 0;
}

static void take_record(struct reading *r, const struct record *record)
{
    if (strcmp(record->kind, "back") == 0) {
        r->lost->at = find_record(r->lost, record->number);
    } else if (strcmp(record->kind, "forget") == 0) {
        forget_commands(r->lost);
    } else if (strcmp(record->kind, "name") == 0) {
        take_name(r->lost, record);
    } else if (strcmp(record->kind, "do") == 0) {
        mem_free(r->pending);
        r->pending = mem_strdup(record->text);
        r->pending_number = record->number;
    } else if (r->pending && strcmp(record->kind, "ok") == 0) {
        take_finished(r);
    } else {
        mem_free(r->pending);
        r->pending = NULL;
    }
}

static void parse_journal(struct lost_session *l, char *text, size_t len)
{
    struct reading reading = { .lost = l };

    for (char *at = text; at < text + len;) {
        char *end = memchr(at, '\n', (size_t)(text + len - at));
        struct record r;
        if (end)
            *end = 0;
        if (!end || strlen(at) != (size_t)(end - at) || !parse_record(&r, at)) {
            l->torn = true;
            break;
        }
        take_record(&reading, &r);
        at = end + 1;
    }
    l->unfinished = reading.pending;
}

static char *read_whole(int fd, size_t *len)
{
    struct str s;
    char buf[65536];
    ssize_t n;

    str_init(&s);
    while ((n = read(fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            str_add_n(&s, buf, (size_t)n);
    *len = s.len;
    char *text = str_take(&s);
    str_release(&s);
    return text;
}

/* A journal nobody holds: read it into *out.  False when it is held, empty or unreadable. */
static bool read_lost(struct lost_session *out, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    if (flock(fd, LOCK_SH | LOCK_NB) || fstat(fd, &st)) {
        close(fd);
        return false;
    }
    size_t len;
    char *text = read_whole(fd, &len);
    close(fd);
    *out = (struct lost_session){ .path = mem_strdup(path), .modified_s = st.st_mtime };
    parse_journal(out, text, len);
    mem_free(text);
    if (out->n_commands == 0 && !out->unfinished) {
        unlink(path); /* nothing to offer: an empty one is of no use */
        lost_session_release(out);
        return false;
    }
    return true;
}

int journal_find(struct lost_session *out, bool *found, const char *state_dir, struct err *err)
{
    char *dir = journal_dir(state_dir);
    DIR *d = opendir(dir);
    struct dirent *e;
    struct str path;

    *found = false;
    if (!d) {
        int rc = errno == ENOENT ? 0 : err_set_errno(err, "read", dir);
        mem_free(dir);
        return rc;
    }
    str_init(&path);
    while ((e = readdir(d))) {
        struct lost_session one;
        if (e->d_name[0] == '.')
            continue;
        str_clear(&path);
        str_addf(&path, "%s/%s", dir, e->d_name);
        if (!read_lost(&one, path.buf))
            continue;
        if (*found && one.modified_s <= out->modified_s) {
            lost_session_release(&one);
            continue;
        }
        if (*found)
            lost_session_release(out);
        *out = one;
        *found = true;
    }
    closedir(d);
    str_release(&path);
    mem_free(dir);
    return 0;
}

void lost_session_release(struct lost_session *l)
{
    forget_commands(l);
    mem_free(l->commands);
    mem_free(l->path);
    mem_free(l->unfinished);
    *l = (struct lost_session){ 0 };
}

int journal_discard(const struct lost_session *l, struct err *err)
{
    if (unlink(l->path) && errno != ENOENT)
        return err_set_errno(err, "remove", l->path);
    return 0;
}
