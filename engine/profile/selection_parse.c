/* selection_parse.c - words to facets. */
#include <string.h>

#include "base/mem.h"
#include "profile/selection_parts.h"

struct reading {
    const char *text;
    size_t at;
    struct arena *arena;
    struct err *err;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static int fail(struct reading *r, size_t at, size_t width, const char *what)
{
    return err_set_at(r->err, ERR_PARSE, (struct err_at){ .col = at + 1, .width = width }, "%s",
                      what);
}

/* A quoted text at r->at; the quote inside stands doubled. */
static int read_quoted(const char **out, struct reading *r)
{
    char quote = r->text[r->at];
    size_t from = r->at++, n = 0;
    char *made = ARENA_NEW(r->arena, char, strlen(r->text + from) + 1);

    for (; r->text[r->at]; r->at++) {
        if (r->text[r->at] == quote && r->text[r->at + 1] != quote)
            break;
        if (r->text[r->at] == quote)
            r->at++;
        made[n++] = r->text[r->at];
    }
    if (!r->text[r->at])
        return fail(r, from, 1, "the quote that opens here is never closed");
    r->at++;
    *out = made;
    return 0;
}

static bool is_quote(char c)
{
    return c == '\'' || c == '"' || c == '`';
}

/* Up to a blank, one of `ends` or, in values, "..". */
static const char *read_bare(struct reading *r, const char *ends, bool dots)
{
    size_t from = r->at;

    while (r->text[r->at] && !is_blank(r->text[r->at]) && !strchr(ends, r->text[r->at]) &&
           !(dots && r->text[r->at] == '.' && r->text[r->at + 1] == '.'))
        r->at++;
    return arena_strndup(r->arena, r->text + from, r->at - from);
}

static bool at_range(const struct reading *r)
{
    return r->text[r->at] == '.' && r->text[r->at + 1] == '.';
}

/* One end of a range or a value; *quoted tells a text "missing" from a missing cell. */
static int read_part(const char **out, bool *quoted, struct reading *r)
{
    *quoted = is_quote(r->text[r->at]);
    if (*quoted)
        return read_quoted(out, r);
    *out = read_bare(r, ",", true);
    return 0;
}

static int read_item(struct facet_item *item, struct reading *r)
{
    size_t from = r->at;
    const char *part;
    bool quoted;

    *item = (struct facet_item){ .missing = false };
    if (read_part(&part, &quoted, r))
        return -1;
    bool given = quoted || *part;
    if (given)
        item->low = part;
    item->missing = !quoted && strcmp(part, "missing") == 0;
    item->range = at_range(r);
    if (!item->range)
        return given ? 0 : fail(r, from, 1, "a value is wanted here; '' is the empty text");
    r->at += 2;
    item->missing = false;
    item->open_end = r->text[r->at] == '<';
    r->at += item->open_end;
    if (read_part(&part, &quoted, r))
        return -1;
    if (quoted || *part)
        item->high = part;
    if (!item->low && !item->high)
        return fail(r, from, r->at - from, "a range needs an end: 3..4, 3.. or ..4");
    return 0;
}

static int read_items(struct facet *f, struct reading *r)
{
    struct facet_item *items = NULL;
    size_t cap = 0;

    for (bool more = true; more; r->at += more) {
        if (f->n_items == cap) {
            struct facet_item *wider = ARENA_NEW(r->arena, struct facet_item, cap ? 2 * cap : 4);
            if (cap)
                memcpy(wider, items, cap * sizeof(*items));
            items = wider;
            cap = cap ? 2 * cap : 4;
        }
        if (read_item(&items[f->n_items++], r))
            return -1;
        more = r->text[r->at] == ',';
    }
    f->items = items;
    return 0;
}

static int read_name(struct facet *f, struct reading *r)
{
    size_t from = r->at;

    if (is_quote(r->text[r->at])) {
        if (read_quoted(&f->column, r))
            return -1;
    } else {
        f->column = read_bare(r, "=!~'\"`", false);
    }
    if (!*f->column)
        return fail(r, from, 1, "a column's name is wanted here");
    return 0;
}

/* The column, an operator, and what it is compared with. */
static int read_facet(struct facet *f, struct reading *r)
{
    *f = (struct facet){ .kind = FACET_OPEN };
    if (read_name(f, r))
        return -1;
    if (!r->text[r->at] || is_blank(r->text[r->at]))
        return 0;
    f->negate = r->text[r->at] == '!';
    r->at += f->negate;
    char op = r->text[r->at];
    if (op != '=' && op != '~')
        return fail(r, r->at, 1, "one of = != ~ !~ is wanted here");
    r->at++;
    if (op == '=') {
        f->kind = FACET_VALUES;
        if (read_items(f, r))
            return -1;
    } else {
        bool quoted;
        size_t from = r->at;
        f->kind = FACET_TEXT;
        quoted = is_quote(r->text[r->at]);
        if (quoted ? read_quoted(&f->text, r) : (f->text = read_bare(r, "", false), 0))
            return -1;
        if (!*f->text)
            return fail(r, from, 1, "a text to look for is wanted here");
    }
    if (r->text[r->at] && !is_blank(r->text[r->at]))
        return fail(r, r->at, 1, "a blank or comma is wanted here; put the value into quotes");
    return 0;
}

int selection_with_words(struct selection **out, const struct selection *s, const char *words,
                         struct err *err)
{
    struct selection *made = selection_ref(s);
    struct arena arena;
    struct reading r = { .text = words, .arena = &arena, .err = err };
    int rc = 0;

    arena_init(&arena);
    while (!rc) {
        struct facet f;
        while (is_blank(words[r.at]))
            r.at++;
        if (!words[r.at])
            break;
        rc = read_facet(&f, &r);
        if (rc)
            break;
        struct selection *next = selection_put(made, &f);
        selection_unref(made);
        made = next;
    }
    arena_release(&arena);
    if (rc)
        selection_unref(made);
    else
        *out = made;
    return rc;
}
