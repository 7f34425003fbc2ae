/* source.c - what reading gives: table, rejects and notes under one reference count. */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/reader.h"

#define REJECT_TEXT 200

struct source *source_new(const struct reader *reader, const char *path)
{
    struct source *s = MEM_NEW(struct source, 1);

    atomic_init(&s->refs, 1);
    arena_init(&s->arena);
    s->reader = reader;
    s->info.path = arena_strdup(&s->arena, path);
    s->info.reader = reader->name;
    s->notes = ARENA_NEW(&s->arena, const char *, 1);
    return s;
}

struct source *source_ref(const struct source *s)
{
    struct source *mine = (struct source *)(uintptr_t)s;

    atomic_fetch_add_explicit(&mine->refs, 1, memory_order_relaxed);
    return mine;
}

void source_unref(const struct source *s)
{
    struct source *mine = (struct source *)(uintptr_t)s;

    if (!mine || atomic_fetch_sub_explicit(&mine->refs, 1, memory_order_acq_rel) != 1)
        return;
    table_unref(mine->table);
    mem_free(mine->rejects.list);
    arena_release(&mine->arena);
    mem_free(mine);
}

void source_note(struct source *s, const char *fmt, ...)
{
    const char **notes = (const char **)(uintptr_t)s->notes;
    size_t n = s->n_notes;
    struct str line;
    va_list ap;

    if ((n & (n + 1)) == 0) { /* n + 1 slots, NULL included, are full at each power of two */
        notes = ARENA_NEW(&s->arena, const char *, (n + 1) * 2);
        memcpy(notes, s->notes, n * sizeof(*notes));
        s->notes = notes;
    }
    str_init(&line);
    va_start(ap, fmt);
    str_vaddf(&line, fmt, ap);
    va_end(ap);
    notes[n] = arena_strdup(&s->arena, line.buf);
    s->n_notes = n + 1;
    str_release(&line);
}

/* At most REJECT_TEXT bytes of whole characters, free of NUL and of bytes that are no UTF-8. */
static char *reject_text(struct arena *arena, const char *text, size_t len)
{
    struct str shown;
    size_t end = 0;
    uint32_t code;
    char *kept;

    str_init(&shown);
    if (text_is_utf8(text, len < REJECT_TEXT + 4 ? len : 0, NULL) && len <= REJECT_TEXT &&
        (!len || !memchr(text, '\0', len)))
        str_add_n(&shown, text, len);
    else
        str_add_escaped(&shown, text, len < REJECT_TEXT + 4 ? len : REJECT_TEXT + 4);
    while (end < shown.len) {
        size_t step = text_decode(&code, shown.buf + end, shown.len - end);
        if (end + step > REJECT_TEXT)
            break;
        end += step;
    }
    kept = arena_strndup(arena, shown.buf, end);
    str_release(&shown);
    return kept;
}

void source_set_form(struct source *s, const char *form)
{
    if (!form)
        return;
    s->info.form = arena_strdup(&s->arena, form);
    source_note(s, "unpacked: %s", form);
}

void source_reject(struct source *s, const struct reject *where, const char *text, size_t len)
{
    struct rejects *r = &s->rejects;

    /* Kinds are found at different times, so each may fill the list; source_seal cuts. */
    if (r->count[where->kind]++ >= REJECTS_LISTED)
        return;
    if ((r->n & (r->n - 1)) == 0)
        r->list = mem_resize(r->list, r->n ? r->n * 2 : 1, sizeof(*r->list));
    r->list[r->n] = *where;
    r->list[r->n++].text = reject_text(&s->arena, text, len);
}

static int reject_compare(const void *a, const void *b)
{
    const struct reject *x = a, *y = b;

    if (x->part != y->part)
        return x->part < y->part ? -1 : 1;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->col != y->col)
        return x->col < y->col ? -1 : 1;
    return (int)x->kind - (int)y->kind;
}

void source_seal(struct source *s)
{
    struct rejects *r = &s->rejects;

    if (r->n)
        qsort(r->list, r->n, sizeof(*r->list), reject_compare);
    if (r->n > REJECTS_LISTED)
        r->n = REJECTS_LISTED;
}

const struct source_part *source_part_of(const struct source *s, size_t i)
{
    size_t low = 0, high = s->n_parts;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (s->parts[middle].first_row <= i)
            low = middle;
        else
            high = middle;
    }
    return s->n_parts ? &s->parts[low] : NULL;
}

const char *reject_kind_name(enum reject_kind kind)
{
    static const char *const names[REJECT_N_KINDS] = {
        [REJECT_SHORT] = "short row",
        [REJECT_LONG] = "long row",
        [REJECT_VALUE] = "value of another type",
        [REJECT_QUOTE] = "misplaced quote",
        [REJECT_ENCODING] = "bytes that are no UTF-8 text",
        [REJECT_SYNTAX] = "line that cannot be read",
    };

    assert(kind < REJECT_N_KINDS);
    return names[kind];
}
