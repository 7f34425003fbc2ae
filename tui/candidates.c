/* candidates.c - completions of words and of file names in one list. */
#include "candidates.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "lex.h"

#define MAX_FILES 2000 /* of a folder; nobody reads more */

static void add(struct candidates *c, const char *text, const char *help, bool open_end)
{
    if (c->n == c->cap) {
        c->cap = c->cap ? c->cap * 2 : 32;
        c->items = mem_resize(c->items, c->cap, sizeof(*c->items));
    }
    c->items[c->n++] = (struct candidate){ .text = arena_strdup(&c->arena, text),
                                           .help = arena_strdup(&c->arena, help),
                                           .open_end = open_end };
}

/* ---------------------------------------------------------------- files */

/* The folder to read for a word like "~/data/ho": its own text, with ~ put in full. */
static const char *folder_of(struct arena *arena, const char *word, size_t dir_len)
{
    const char *home = getenv("HOME");

    if (dir_len == 0)
        return ".";
    if (word[0] == '~' && word[1] == '/' && home)
        return arena_printf(arena, "%s%.*s", home, (int)dir_len - 1, word + 1);
    return arena_strndup(arena, word, dir_len);
}

static bool is_folder(struct arena *arena, const char *folder, const char *name)
{
    struct stat st;

    return stat(arena_printf(arena, "%s/%s", folder, name), &st) == 0 && S_ISDIR(st.st_mode);
}

static void add_files(struct candidates *c, const char *typed)
{
    char quote = *typed == '"' || *typed == '\'' ? *typed : 0;
    const char *word = quote ? typed + 1 : typed;
    const char *slash = strrchr(word, '/');
    size_t dir_len = slash ? (size_t)(slash + 1 - word) : 0;
    const char *base = word + dir_len;
    const char *folder = folder_of(&c->arena, word, dir_len);
    DIR *d = opendir(folder);
    struct dirent *e;
    struct str text;

    if (!d)
        return;
    str_init(&text);
    for (size_t n = 0; n < MAX_FILES && (e = readdir(d)); n++) {
        if ((e->d_name[0] == '.' && *base != '.') || strcmp(e->d_name, ".") == 0 ||
            strncmp(e->d_name, base, strlen(base)) != 0)
            continue;
        bool dir = is_folder(&c->arena, folder, e->d_name);
        str_clear(&text);
        lex_quote(&text, arena_printf(&c->arena, "%.*s%s%s", (int)dir_len, word, e->d_name,
                                      dir ? "/" : ""));
        add(c, text.buf, dir ? "folder" : "", dir);
    }
    str_release(&text);
    closedir(d);
}

/* ---------------------------------------------------------------- all of them */

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct candidate *)a)->text, ((const struct candidate *)b)->text);
}

static void drop_doubles(struct candidates *c)
{
    size_t kept = 0;

    for (size_t i = 0; i < c->n; i++)
        if (i == 0 || strcmp(c->items[i].text, c->items[kept - 1].text) != 0)
            c->items[kept++] = c->items[i];
    c->n = kept;
}

void candidates_find(struct candidates *out, const struct session *s, const char *line,
                     size_t cursor)
{
    struct completions found;

    *out = (struct candidates){ 0 };
    arena_init(&out->arena);
    complete_line(&found, s, line, cursor);
    out->from = found.from;
    for (size_t i = 0; i < found.n; i++) {
        const char *text = found.items[i].text;
        size_t len = strlen(text);
        add(out, text, found.items[i].help, len > 0 && text[len - 1] == '=');
    }
    if (found.is_path)
        add_files(out, arena_strndup(&out->arena, line + found.from, cursor - found.from));
    completions_release(&found);
    if (out->n)
        qsort(out->items, out->n, sizeof(*out->items), by_text);
    drop_doubles(out);
}

void candidates_release(struct candidates *c)
{
    mem_free(c->items);
    arena_release(&c->arena);
    *c = (struct candidates){ 0 };
}

size_t candidates_common(const struct candidates *c)
{
    if (c->n == 0)
        return 0;
    size_t len = strlen(c->items[0].text);
    for (size_t i = 1; i < c->n; i++) {
        size_t k = 0;
        while (k < len && c->items[i].text[k] == c->items[0].text[k])
            k++;
        len = k;
    }
    return len;
}
