/* script.c - session files to lines. */
#include "script.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "io/file.h"

#define SCRIPT_MAX_BYTES ((size_t)256 << 20)
#define SCRIPT_MAX_LINE  ((size_t)1 << 20)

struct cutter {
    struct script *out;
    struct arena *arena;
    size_t cap, branch_cap;
    bool semicolons;
};

/* Comments that the recorder writes anew each time: its header, failures, looks. */
static bool is_own_comment(struct span s)
{
    static const char *const own[] = { "# assay session ", "# failed: ", "#   ",
                                       "# other branches of the history",
                                       "# the held-out rows were looked at " };

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (s.len >= strlen(own[i]) && memcmp(s.at, own[i], strlen(own[i])) == 0)
            return true;
    return false;
}

/* One more at the end of a list. */
static struct script_line *add_room(struct script_line **lines, size_t *n, size_t *cap,
                                    struct arena *arena)
{
    if (*n == *cap) {
        *cap = *cap ? *cap * 2 : 32;
        struct script_line *more = ARENA_NEW(arena, struct script_line, *cap);
        if (*n)
            memcpy(more, *lines, *n * sizeof(*more));
        *lines = more;
    }
    return &(*lines)[(*n)++];
}

/* Split "command   #= digest"; a comment stays whole. */
static void split_digest(struct script_line *line, struct span s, struct arena *arena)
{
    line->text = arena_strndup(arena, s.at, s.len);
    if (s.len == 0 || s.at[0] == '#')
        return;
    const char *mark = NULL;
    for (const char *at = strstr(line->text, " #= "); at; at = strstr(at + 1, " #= "))
        mark = at;
    if (!mark)
        return;
    line->recorded = arena_strdup(arena, mark + 4);
    struct span command = span_trim((struct span){ line->text, (size_t)(mark - line->text) });
    line->text = arena_strndup(arena, command.at, command.len);
}

static void add_line(struct cutter *c, const char *text, size_t len, size_t number)
{
    struct span s = span_trim((struct span){ text, len });
    struct script *out = c->out;
    struct script_line *line;

    if (s.len == 0 || is_own_comment(s))
        return;
    if (s.len > 2 && memcmp(s.at, "#| ", 3) == 0) {
        s = span_trim((struct span){ s.at + 3, s.len - 3 });
        line = add_room(&out->branch_lines, &out->n_branch_lines, &c->branch_cap, c->arena);
    } else {
        line = add_room(&out->lines, &out->n, &c->cap, c->arena);
    }
    *line = (struct script_line){ .number = number };
    split_digest(line, s, c->arena);
}

/* Cut one joined line at `;` outside quotes and comments. */
static void add_commands(struct cutter *c, const char *text, size_t len, size_t number)
{
    char quote = 0;
    size_t from = 0;

    for (size_t i = 0; c->semicolons && i < len; i++) {
        if (quote != '\'' && text[i] == '\\') {
            i++;
        } else if (quote) {
            if (text[i] == quote)
                quote = 0;
        } else if (strchr("\"'`", text[i])) {
            quote = text[i];
        } else if (text[i] == '#' && (i == from || text[i - 1] == ' ' || text[i - 1] == '\t')) {
            break;
        } else if (text[i] == ';') {
            add_line(c, text + from, i - from, number);
            from = i + 1;
        }
    }
    add_line(c, text + from, len - from, number);
}

static int check_line(const char *at, size_t len, const char *path, size_t number, struct err *err)
{
    struct err_at place = { .file = path, .line = number };

    if (len > SCRIPT_MAX_LINE)
        return err_set_at(err, ERR_PARSE, place, "the line is longer than 1 MB: no session file?");
    const char *nul = memchr(at, 0, len);
    if (nul) {
        place.col = (size_t)(nul - at) + 1;
        return err_set_at(err, ERR_PARSE, place, "a NUL byte: this is no session file");
    }
    return 0;
}

int script_parse(struct script *out, const char *text, size_t len, const char *path,
                 bool semicolons, struct arena *arena, struct err *err)
{
    struct cutter c = { .out = out, .arena = arena, .semicolons = semicolons };
    struct str joined;
    size_t number = 0, first = 0, at = 0;
    int rc = 0;

    *out = (struct script){ .path = arena_strdup(arena, path) };
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        at = 3;
    str_init(&joined);
    while (at < len && !rc) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - text) - at : len - at, next = at + n + 1;
        number++;
        if (n && text[at + n - 1] == '\r')
            n--;
        rc = check_line(text + at, n, path, number, err);
        if (!joined.len)
            first = number;
        bool more = n && text[at + n - 1] == '\\' && next < len;
        str_add_n(&joined, text + at, rc ? 0 : n - (more ? 1 : 0));
        if (more && joined.len > SCRIPT_MAX_LINE)
            rc = check_line(joined.buf, joined.len, path, first, err);
        if (!more && !rc) {
            add_commands(&c, joined.buf, joined.len, first);
            str_clear(&joined);
        } else if (more && !joined.len) {
            str_add_char(&joined, ' ');
        }
        at = next;
    }
    str_release(&joined);
    return rc;
}

int script_read(struct script *out, const char *path, struct arena *arena, struct err *err)
{
    char *text;
    size_t len;

    if (file_read_all(&text, &len, path, SCRIPT_MAX_BYTES, err))
        return -1;
    int rc = script_parse(out, text, len, path, false, arena, err);
    mem_big_free(text);
    return rc;
}

void script_digest(char buf[26], const char *line, struct digest result)
{
    uint64_t h = hash_bytes(line, strlen(line));

    snprintf(buf, 26, "%08x:%016llx", (unsigned)(h ^ (h >> 32)), (unsigned long long)result.lo);
}
