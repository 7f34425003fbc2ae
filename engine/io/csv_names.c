/* csv_names.c - column names, and the text of the `types` parameter. */
#include "io/csv.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/text_set.h"

#define NAME_BYTES 200

/* The header's text as a name: trimmed, harmless, at most NAME_BYTES long.  Empty when nothing is
 * left. */
static void name_clean(struct str *out, struct span text)
{
    text = span_trim(text);
    for (size_t i = 0; i < text.len;) {
        uint32_t code;
        size_t step = text_decode(&code, text.at + i, text.len - i);
        bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
        bool bad = step == 1 && code == 0xFFFD;
        size_t need = control ? 1 : bad ? 3 : step;
        if (out->len + need > NAME_BYTES)
            break;
        if (control || bad)
            str_add(out, control ? "_" : "\xEF\xBF\xBD");
        else
            str_add_n(out, text.at + i, step);
        i += step;
    }
}

/* Names that are wished for and names that are given out. */
struct name_maker {
    struct text_set wished, given;
    struct arena *arena;
};

/* The name itself when it is free, else name_2, name_3, … that nobody wishes for.  The counter of a
 * wished name holds how many were tried, so that many equal names stay cheap. */
static const char *name_unique(struct name_maker *m, const char *name)
{
    const char *made = name;
    size_t *tried;

    if (text_set_add(&m->given, name, strlen(name)))
        return name;
    tried = text_set_counter(&m->wished, name, strlen(name));
    do
        made = arena_printf(m->arena, "%s_%zu", name, ++*tried + 1);
    while (text_set_has(&m->wished, made, strlen(made)) ||
           !text_set_add(&m->given, made, strlen(made)));
    return made;
}

static void name_note(struct source *src, size_t j, const char *name, struct span original)
{
    struct str shown;

    str_init(&shown);
    str_add_escaped(&shown, original.at, original.len > 60 ? 60 : original.len);
    source_note(src, "column %zu is named %s; the header says '%s'%s", j + 1, name, shown.buf,
                original.len > 60 ? " …" : "");
    str_release(&shown);
}

void csv_header_add(struct csv_header *h, const struct csv_scan *scan, const struct csv_record *rec,
                    struct arena *arena)
{
    size_t n = rec->n > h->n ? rec->n : h->n, n_filled = 0;
    bool last = ++h->n_records == (size_t)scan->dialect->header;
    struct span *texts = ARENA_NEW(arena, struct span, n), group = { "", 0 };

    h->quoted = h->n_records == 1 || h->quoted;
    h->line = h->n_records == 1 ? rec->line : h->line;
    for (size_t j = 0; j < rec->n; j++)
        n_filled += rec->cells[j].len > 0;
    for (size_t j = 0; j < n; j++) {
        struct span before = j < h->n ? h->texts[j] : (struct span){ "", 0 }, text = { "", 0 };
        if (j < rec->n) {
            text = (struct span){ scan->buf + rec->cells[j].at, rec->cells[j].len };
            h->quoted = h->quoted && rec->cells[j].flags & CSV_QUOTED;
        }
        if (scan->dialect->header > 1)
            text = span_trim(text);
        group = text.len ? text : group;
        if (!last && n_filled > 1)
            text = group;
        if (before.len && text.len) {
            const char *both = arena_printf(arena, "%.*s %.*s", (int)before.len, before.at,
                                            (int)text.len, text.at);
            texts[j] = (struct span){ both, strlen(both) };
        } else if (text.len) {
            texts[j] = (struct span){ arena_strndup(arena, text.at, text.len), text.len };
        } else {
            texts[j] = before;
        }
    }
    h->texts = texts;
    h->n = n;
}

bool csv_header_fit(struct csv_header *h, size_t width)
{
    size_t n = 0;

    for (size_t j = 0; j < h->n; j++)
        n += span_trim(h->texts[j]).len > 0;
    if (h->n <= width || n != width)
        return false;
    n = 0;
    for (size_t j = 0; j < h->n; j++)
        if (span_trim(h->texts[j]).len)
            h->texts[n++] = h->texts[j];
    h->n = n;
    return true;
}

static struct span header_text(const struct csv_header *header, size_t j)
{
    if (!header || j >= header->n)
        return (struct span){ "", 0 };
    return header->texts[j];
}

void csv_names_make(struct csv_shape *g, const struct csv_header *header, struct source *src)
{
    struct name_maker m = { .arena = &src->arena };
    struct str clean;

    str_init(&clean);
    text_set_init(&m.wished);
    text_set_init(&m.given);
    g->names = ARENA_NEW(m.arena, char *, g->n_cols);
    for (size_t j = 0; j < g->n_cols; j++) {
        str_clear(&clean);
        name_clean(&clean, header_text(header, j));
        g->names[j] = clean.len ? arena_strdup(m.arena, clean.buf)
                                : arena_printf(m.arena, "column_%zu", j + 1);
        text_set_add(&m.wished, g->names[j], strlen(g->names[j]));
    }
    for (size_t j = 0; j < g->n_cols; j++) {
        struct span original = header_text(header, j);
        g->names[j] = (char *)(uintptr_t)name_unique(&m, g->names[j]);
        if (header && !span_is(span_trim(original), g->names[j]))
            name_note(src, j, g->names[j], original);
    }
    text_set_release(&m.wished);
    text_set_release(&m.given);
    str_release(&clean);
}

/* ---------------------------------------------------------------- types=NAME:TYPE,… */

const char *csv_types_word(struct str *out, const char *text, char stop)
{
    str_clear(out);
    while (*text && *text != ',' && *text != stop) {
        if (*text == '\\' && text[1])
            text++;
        str_add_char(out, *text++);
    }
    return text;
}

/* Column of that name, n_cols when there is none.  `likely` is looked at first: a resolved list
 * names all columns in order. */
static size_t types_column(const struct csv_shape *g, const char *name, size_t likely)
{
    size_t j = 0;

    if (likely < g->n_cols && strcmp(g->names[likely], name) == 0)
        return likely;
    while (j < g->n_cols && strcmp(g->names[j], name) != 0)
        j++;
    return j;
}

static int types_set(int *types, const struct csv_shape *g, size_t likely, const char *name,
                     const char *type, struct err *err)
{
    enum column_type t;
    size_t j = types_column(g, name, likely);

    if (j == g->n_cols && strcmp(name, "all") == 0 && column_type_parse(&t, type)) {
        for (j = 0; j < g->n_cols; j++)
            types[j] = types[j] < 0 ? (int)t : types[j];
        return 0;
    }
    if (j == g->n_cols && g->some_types)
        return 0;
    if (j == g->n_cols)
        return err_set(err, ERR_USAGE, "types names a column '%s' that the file does not have",
                       name);
    if (!column_type_parse(&t, type))
        return err_set(err, ERR_USAGE,
                       "'%s' is no type for column %s; types are bool int real "
                       "category text date timestamp",
                       type, name);
    types[j] = (int)t;
    return 0;
}

int csv_types_parse(int *types, const char *text, const struct csv_shape *g, struct err *err)
{
    struct str name, type;
    int rc = 0;

    for (size_t j = 0; j < g->n_cols; j++)
        types[j] = -1;
    str_init(&name);
    str_init(&type);
    for (size_t k = 0; text && *text && rc == 0; k++) {
        text = csv_types_word(&name, text, ':');
        if (*text != ':') {
            rc = err_set(err, ERR_USAGE, "types wants NAME:TYPE,…; '%s' has no type", name.buf);
            break;
        }
        text = csv_types_word(&type, text + 1, ',');
        text += *text == ',';
        rc = types_set(types, g, k, name.buf, type.buf, err);
    }
    str_release(&name);
    str_release(&type);
    return rc;
}

void csv_types_words(int *types, const char *const *words, size_t n, const struct csv_shape *g)
{
    for (size_t k = 0; k < n; k++) {
        size_t j = types_column(g, words[k], k);
        if (j < g->n_cols && types[j] < 0)
            types[j] = COLUMN_TEXT;
    }
}

static void types_escape(struct str *out, const char *text, const char *stops)
{
    for (const char *c = text; *c; c++) {
        if (strchr(stops, *c))
            str_add_char(out, '\\');
        str_add_char(out, *c);
    }
}

void csv_types_text(struct str *out, const struct table *t)
{
    for (size_t j = 0; j < t->n_cols; j++) {
        if (j)
            str_add_char(out, ',');
        types_escape(out, table_name(t, j), ",:\\");
        str_addf(out, ":%s", column_type_name(table_at(t, j)->type));
    }
}

void csv_dates_add(struct str *out, const char *name, const char *form)
{
    if (out->len)
        str_add_char(out, ',');
    types_escape(out, name, ",:\\");
    str_add_char(out, ':');
    types_escape(out, form, ",\\");
}

void csv_dates_text(struct str *out, const struct source *src)
{
    for (size_t j = 0; src->dates && j < src->table->n_cols; j++)
        if (src->dates[j])
            csv_dates_add(out, table_name(src->table, j), src->dates[j]);
}

static void resolve_one(struct source *src, const char *name, const char *text)
{
    struct err bug = { 0 };
    int i = param_find(src->params.specs, name, false), rc = 0;

    if (i < 0)
        return;
    src->params.values[i] = (struct param_value){ 0 };
    if (*text)
        rc = params_set(&src->params, (size_t)i, text, &src->arena, &bug);
    assert(rc == 0);
    (void)rc;
}

void csv_resolve_types(struct source *src)
{
    struct str text;

    str_init(&text);
    csv_types_text(&text, src->table);
    resolve_one(src, "types", text.buf);
    str_clear(&text);
    csv_dates_text(&text, src);
    resolve_one(src, "dates", text.buf);
    str_release(&text);
}
