/* files_find.c - which files are meant: patterns, folders, partitions. */
#include "io/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define MOST_DEPTH 32

struct finder {
    struct arena *arena;
    char **paths; /* (n), small memory */
    size_t n, cap;
    struct err *err;
};

/* ---------------------------------------------------------------- a list of paths */

static int finder_add(struct finder *f, const char *path)
{
    if (f->n == FILES_MOST)
        return err_set(f->err, ERR_DOMAIN, "there are more than %d files; name fewer", FILES_MOST);
    if (f->n == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 16;
        f->paths = mem_resize(f->paths, f->cap, sizeof(*f->paths));
    }
    f->paths[f->n++] = arena_strdup(f->arena, path);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted, hidden ones apart; -1 when it cannot be read. */
static ptrdiff_t folder_names(char ***out, const char *folder, struct arena *arena, struct err *err)
{
    DIR *dir = opendir(*folder ? folder : ".");
    size_t n = 0, cap = 0;

    *out = NULL;
    if (!dir)
        return err_set_errno(err, "read", folder);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        if (n == cap) {
            cap = cap ? cap * 2 : 16;
            *out = mem_resize(*out, cap, sizeof(**out));
        }
        (*out)[n++] = arena_strdup(arena, entry->d_name);
    }
    closedir(dir);
    if (n)
        qsort(*out, n, sizeof(**out), by_name);
    return (ptrdiff_t)n;
}

static bool is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static const char *join(struct arena *arena, const char *folder, const char *name)
{
    size_t len = strlen(folder);

    if (!len)
        return name;
    return arena_printf(arena, folder[len - 1] == '/' ? "%s%s" : "%s/%s", folder, name);
}

/* ---------------------------------------------------------------- folders */

static int walk(struct finder *f, const char *folder, int depth)
{
    char **names;
    ptrdiff_t n;
    int rc = 0;

    if (depth == MOST_DEPTH)
        return err_set(f->err, ERR_IO, "the folder %s is %d folders deep; name the files", folder,
                       MOST_DEPTH);
    n = folder_names(&names, folder, f->arena, f->err);
    for (ptrdiff_t k = 0; k < n && !rc; k++) {
        const char *path = join(f->arena, folder, names[k]);
        if (names[k][0] == '_')
            continue;
        if (is_folder(path))
            rc = walk(f, path, depth + 1);
        else if (reader_by_suffix(path))
            rc = finder_add(f, path);
    }
    mem_free(names);
    return n < 0 ? -1 : rc;
}

/* ---------------------------------------------------------------- patterns */

bool files_is_pattern(const char *path)
{
    return strpbrk(path, "*?[") != NULL;
}

/* Follow the parts of the pattern from `folder` on. */
static int match(struct finder *f, const char *folder, const char *pattern)
{
    size_t len = strcspn(pattern, "/");
    const char *part = arena_strndup(f->arena, pattern, len);
    const char *rest = pattern + len + strspn(pattern + len, "/");
    char **names;
    int rc = 0;

    if (!files_is_pattern(part)) {
        const char *path = join(f->arena, folder, part);
        if (*rest)
            return is_folder(path) ? match(f, path, rest) : 0;
        struct stat info;
        return stat(path, &info) == 0 ? finder_add(f, path) : 0;
    }
    if (!is_folder(*folder ? folder : "."))
        return 0;
    ptrdiff_t n = folder_names(&names, folder, f->arena, f->err);
    for (ptrdiff_t k = 0; k < n && !rc; k++) {
        const char *path = join(f->arena, folder, names[k]);
        if (!text_matches_glob(part, names[k]))
            continue;
        if (*rest)
            rc = is_folder(path) ? match(f, path, rest) : 0;
        else if (!is_folder(path))
            rc = finder_add(f, path);
    }
    mem_free(names);
    return n < 0 ? -1 : rc;
}

static int match_pattern(struct finder *f, const char *pattern)
{
    size_t slashes = strspn(pattern, "/");

    return match(f, slashes ? "/" : "", pattern + slashes);
}

bool files_any(const char *pattern)
{
    struct arena arena;
    struct finder f = { .arena = &arena };

    arena_init(&arena);
    bool any = match_pattern(&f, pattern) == 0 && f.n > 0;
    mem_free(f.paths);
    arena_release(&arena);
    return any;
}

/* ---------------------------------------------------------------- partitions */

static int hex(char c)
{
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 0x20) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* %XX as the byte; NULL for what stands for missing. */
static const char *decoded(const char *text, size_t len, struct arena *arena)
{
    char *out = arena_strndup(arena, text, len), *to = out;

    if (strcmp(out, "__HIVE_DEFAULT_PARTITION__") == 0)
        return NULL;
    for (const char *p = out; *p; p++) {
        int high = *p == '%' ? hex(p[1]) : -1, low = high >= 0 ? hex(p[2]) : -1;
        if (low >= 0 && (low || high)) {
            *to++ = (char)(high * 16 + low);
            p += 2;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
    return out;
}

struct file_found files_describe(const char *path, struct arena *arena)
{
    size_t n = 0, most = 1;
    const char *slash;

    for (const char *p = path; *p; p++)
        most += *p == '/';
    const char **keys = ARENA_NEW(arena, const char *, most);
    const char **values = ARENA_NEW(arena, const char *, most);
    for (const char *part = path; (slash = strchr(part, '/')) != NULL; part = slash + 1) {
        const char *equals = memchr(part, '=', (size_t)(slash - part));
        if (!equals || equals == part)
            continue;
        keys[n] = decoded(part, (size_t)(equals - part), arena);
        values[n] = decoded(equals + 1, (size_t)(slash - equals - 1), arena);
        n += keys[n] != NULL;
    }
    return (struct file_found){ path, path, n, keys, values };
}

/* ---------------------------------------------------------------- all */

static int find_word(struct finder *f, const char *word, bool *several)
{
    size_t before = f->n;
    struct stat info;

    if (strcmp(word, "-") == 0 || stat(word, &info) == 0) {
        if (strcmp(word, "-") == 0 || !S_ISDIR(info.st_mode))
            return finder_add(f, word);
        *several = true;
        if (walk(f, word, 0))
            return -1;
        return f->n > before ? 0
                             : err_set(f->err, ERR_IO,
                                       "cannot read %s: there is no table in this folder; name a "
                                       "file in it",
                                       word);
    }
    if (!files_is_pattern(word))
        return finder_add(f, word); /* opening it says what is wrong */
    *several = true;
    if (match_pattern(f, word))
        return -1;
    return f->n > before ? 0 : err_set(f->err, ERR_IO, "no file fits %s", word);
}

/* Bytes in front of what was asked for: the folder where it was found. */
static size_t front(const char *word, const char *named)
{
    size_t n = strlen(word), m = strlen(named);

    return n > m && strcmp(word + n - m, named) == 0 ? n - m : 0;
}

int files_find(struct file_list *out, const char *const *words, const char *const *named, size_t n,
               struct arena *arena, struct err *err)
{
    struct finder f = { .arena = arena, .err = err };
    bool several = n > 1;
    struct file_found *files = NULL;
    size_t n_files = 0;
    int rc = 0;

    for (size_t k = 0; k < n && !rc; k++) {
        rc = find_word(&f, words[k], &several);
        size_t skip = named ? front(words[k], named[k]) : 0;
        files = mem_resize(files, f.n + 1, sizeof(*files));
        for (; n_files < f.n; n_files++) {
            files[n_files] = files_describe(f.paths[n_files], arena);
            files[n_files].shown = f.paths[n_files] + skip;
        }
    }
    struct file_found *kept = ARENA_NEW(arena, struct file_found, n_files);
    if (n_files)
        memcpy(kept, files, n_files * sizeof(*kept));
    mem_free(files);
    mem_free(f.paths);
    *out = (struct file_list){ kept, n_files, several };
    return rc;
}
