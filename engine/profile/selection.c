/* selection.c - making selections and telling what is in them. */
#include "profile/selection.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "profile/selection_parts.h"
#include "table/cell.h"

/* ---------------------------------------------------------------- life */

struct selection *selection_empty(void)
{
    struct selection *s = MEM_NEW(struct selection, 1);

    atomic_init(&s->refs, 1);
    arena_init(&s->arena);
    return s;
}

struct selection *selection_ref(const struct selection *s)
{
    struct selection *shared = (struct selection *)(uintptr_t)s;

    atomic_fetch_add(&shared->refs, 1);
    return shared;
}

void selection_unref(const struct selection *s)
{
    struct selection *shared = (struct selection *)(uintptr_t)s;

    if (!shared || atomic_fetch_sub(&shared->refs, 1) != 1)
        return;
    for (size_t i = 0; i < shared->n; i++)
        buffer_unref(shared->facets[i].rows);
    arena_release(&shared->arena);
    mem_free(shared);
}

/* ---------------------------------------------------------------- copies */

static const char *copy_text(struct arena *a, const char *text)
{
    return text ? arena_strdup(a, text) : NULL;
}

static struct facet facet_copy(struct arena *a, const struct facet *f)
{
    struct facet copy = *f;
    struct facet_item *items = ARENA_NEW(a, struct facet_item, f->n_items);

    copy.column = copy_text(a, f->column);
    copy.text = copy_text(a, f->text);
    copy.rows = buffer_ref(f->rows);
    for (size_t i = 0; i < f->n_items; i++) {
        items[i] = f->items[i];
        items[i].low = copy_text(a, f->items[i].low);
        items[i].high = copy_text(a, f->items[i].high);
    }
    copy.items = items;
    return copy;
}

/* A copy with room for `more`, without the facet of `without` (NULL: all). */
static struct selection *copy_without(const struct selection *s, const char *without, size_t more)
{
    struct selection *copy = selection_empty();

    copy->facets = ARENA_NEW(&copy->arena, struct facet, s->n + more);
    for (size_t i = 0; i < s->n; i++) {
        const struct facet *f = &s->facets[i];
        if (!without || !f->column || strcmp(f->column, without) != 0)
            copy->facets[copy->n++] = facet_copy(&copy->arena, f);
    }
    return copy;
}

/* The column's facet stays in its place, so that lists do not jump about. */
struct selection *selection_put(const struct selection *s, const struct facet *f)
{
    struct selection *copy = copy_without(s, NULL, 1);

    for (size_t i = 0; i < copy->n; i++) {
        struct facet *old = &copy->facets[i];
        bool same = f->column && old->column && strcmp(f->column, old->column) == 0;
        same |= f->kind == FACET_WHERE && old->kind == FACET_WHERE &&
                strcmp(f->text, old->text) == 0;
        if (same) {
            *old = facet_copy(&copy->arena, f);
            return copy;
        }
    }
    copy->facets[copy->n++] = facet_copy(&copy->arena, f);
    return copy;
}

struct selection *selection_with_where(const struct selection *s, const char *expression)
{
    return selection_put(s, &(struct facet){ .kind = FACET_WHERE, .text = expression });
}

struct selection *selection_with_rows(const struct selection *s, const char *title,
                                      struct buffer *rows, size_t n_rows)
{
    const struct facet f = { .kind = FACET_ROWS, .text = title, .rows = rows, .n_rows = n_rows };

    return selection_put(s, &f);
}

struct selection *selection_without(const struct selection *s, const char *column)
{
    return copy_without(s, column, 0);
}

struct selection *selection_cleared(const struct selection *s)
{
    struct selection *copy = selection_empty();

    copy->facets = ARENA_NEW(&copy->arena, struct facet, s->n);
    for (size_t i = 0; i < s->n; i++)
        if (s->facets[i].column)
            copy->facets[copy->n++] = (struct facet){
                .kind = FACET_OPEN, .column = copy_text(&copy->arena, s->facets[i].column)
            };
    return copy;
}

/* ---------------------------------------------------------------- reading */

bool facet_restricts(const struct facet *f)
{
    return f->kind != FACET_OPEN;
}

bool selection_restricts(const struct selection *s)
{
    for (size_t i = 0; s && i < s->n; i++)
        if (facet_restricts(&s->facets[i]))
            return true;
    return false;
}

const struct facet *selection_facet(const struct selection *s, const char *column)
{
    for (size_t i = 0; s && i < s->n; i++)
        if (s->facets[i].column && strcmp(s->facets[i].column, column) == 0)
            return &s->facets[i];
    return NULL;
}

/* ---------------------------------------------------------------- printing */

static bool is_plain(const char *text)
{
    if (!*text || strcmp(text, "missing") == 0 || strstr(text, ".."))
        return false;
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || strchr("'\"`,=!~@#$\\;", *text))
            return false;
    return true;
}

void selection_quote(struct str *out, const char *text)
{
    if (is_plain(text)) {
        str_add(out, text);
        return;
    }
    str_add_char(out, '\'');
    for (; *text; text++)
        str_add_n(out, *text == '\'' ? "''" : text, *text == '\'' ? 2 : 1);
    str_add_char(out, '\'');
}

bool selection_quote_cell(struct str *out, const struct column *c, size_t row)
{
    struct str text;
    bool fits = true;

    if (column_missing(c, row)) {
        str_add(out, "missing");
        return true;
    }
    str_init(&text);
    cell_text(&text, c, row);
    for (size_t i = 0; i < text.len; i++)
        fits &= (unsigned char)text.buf[i] >= ' ' && text.buf[i] != 0x7f;
    fits = fits && text_is_utf8(text.buf, text.len, NULL);
    if (fits)
        selection_quote(out, text.buf);
    str_release(&text);
    return fits;
}

void selection_quote_name(struct str *out, const char *text)
{
    static const char *const words[] = { "only",  "where", "set",  "clear", "reset",
                                         "close", "keep",  "drop", NULL };

    for (size_t i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            str_addf(out, "`%s`", text);
            return;
        }
    }
    selection_quote(out, text);
}

void facet_item_print(struct str *out, const struct facet_item *item)
{
    if (item->missing) {
        str_add(out, "missing");
        return;
    }
    if (item->low)
        selection_quote(out, item->low);
    if (!item->range)
        return;
    str_add(out, item->open_end ? "..<" : "..");
    if (item->high)
        selection_quote(out, item->high);
}

bool facet_has_word(const struct facet *f, const char *word)
{
    struct str item;
    bool found = false;

    str_init(&item);
    for (size_t i = 0; f->kind == FACET_VALUES && i < f->n_items && !found; i++) {
        str_clear(&item);
        facet_item_print(&item, &f->items[i]);
        found = strcmp(item.buf, word) == 0;
    }
    str_release(&item);
    return found;
}

void facet_print(struct str *out, const struct facet *f)
{
    if (f->kind == FACET_WHERE || f->kind == FACET_ROWS) {
        str_add(out, f->text);
        return;
    }
    if (strcmp(f->column, FACET_ROW_COLUMN) == 0)
        str_add(out, f->column);
    else
        selection_quote_name(out, f->column);
    if (f->kind == FACET_OPEN)
        return;
    str_addf(out, "%s%s", f->negate ? "!" : "", f->kind == FACET_TEXT ? "~" : "=");
    if (f->kind == FACET_TEXT)
        selection_quote(out, f->text);
    for (size_t i = 0; i < f->n_items; i++) {
        str_add(out, i ? "," : "");
        facet_item_print(out, &f->items[i]);
    }
}

void selection_print(struct str *out, const struct selection *s)
{
    bool first = true;

    for (size_t i = 0; s && i < s->n; i++) {
        if (!facet_restricts(&s->facets[i]))
            continue;
        str_add(out, first ? "" : " ");
        facet_print(out, &s->facets[i]);
        first = false;
    }
}
