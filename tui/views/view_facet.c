/* view_facet.c - facets as in OpenRefine: the values of each with their counts, chosen by Space. */
#include <string.h>

#include "view.h"
#include "widgets/find_text.h"

/* A line of the list: the head of a facet, or one of its values. */
struct facet_line {
    const struct facet *facet;
    const struct facet_counts *counts; /* NULL: a condition, a row set, or not counted as yet */
    const struct facet_count *item;    /* NULL: the head */
    bool more;                         /* the line that stands for values not listed */
};

struct facets {
    struct scroll scroll;
    size_t at, n_lines;
    const struct looked *looked; /* NULL while it is being counted */
};

/* ---------------------------------------------------------------- lines */

static size_t lines_of(const struct facet_counts *counts)
{
    return 1 + (counts ? counts->n + (counts->n_more > 0) : 0);
}

static const struct facet_counts *counts_of(const struct facets *s, const struct facet *f)
{
    return f->column ? looked_facet(s->looked, f->column) : NULL;
}

static size_t count_lines(const struct facets *s)
{
    size_t n = 0;

    for (size_t i = 0; s->looked && i < s->looked->of->n; i++)
        n += lines_of(counts_of(s, &s->looked->of->facets[i]));
    return n;
}

/* False behind the last one. */
static bool line_at(struct facet_line *out, const struct facets *s, size_t at)
{
    for (size_t i = 0; s->looked && i < s->looked->of->n; i++) {
        const struct facet *f = &s->looked->of->facets[i];
        const struct facet_counts *counts = counts_of(s, f);
        size_t n = lines_of(counts);
        if (at < n) {
            *out = (struct facet_line){ .facet = f, .counts = counts };
            if (at > 0 && at <= counts->n)
                out->item = &counts->items[at - 1];
            out->more = at > 0 && !out->item;
            return true;
        }
        at -= n;
    }
    return false;
}

static void facets_heading(struct str *out, const void *state, const struct desk *d)
{
    const struct facets *s = state;

    (void)d;
    str_add(out, "facets");
    if (s->looked && s->looked->of->n)
        str_addf(out, " · %zu of %zu rows", s->looked->n, s->looked->n_rows);
}

static void facets_settle(void *state, struct desk *d, int w, int h)
{
    struct facets *s = state;

    (void)w;
    s->looked = d->ws->run
                    ? survey_look(d->survey, recipe_run_result(d->ws->run), d->selection, true)
                    : NULL;
    if (!s->looked)
        return; /* the cursor stays where it is until the counts are there */
    s->n_lines = count_lines(s);
    scroll_settle(&s->scroll, &s->at, s->n_lines, h > 0 ? (size_t)h : 0);
}

/* ---------------------------------------------------------------- drawing */

static void draw_head(const struct facet_line *l, struct grid *g, int y)
{
    struct str text;

    str_init(&text);
    facet_print(&text, l->facet);
    grid_text_cut(g, 0, y, g->w - 14, ST_HEAD, text.buf);
    str_release(&text);
    if (l->counts && !l->counts->known)
        grid_text_right(g, g->w - 10, y, 9, ST_WARN, "gone");
    else if (l->counts)
        grid_printf(g, g->w - 13, y, 11, ST_MUTED, "%11zu", l->counts->n + l->counts->n_more);
}

static size_t largest_of(const struct facet_counts *counts)
{
    size_t largest = 1;

    for (size_t i = 0; i < counts->n; i++)
        largest = counts->items[i].all > largest ? counts->items[i].all : largest;
    return largest;
}

/* So many of the rows that the value has in all: full blocks for those that are left. */
static void draw_bar(const struct facet_line *l, struct grid *g, int x, int y, int width)
{
    double unit = (double)width / (double)largest_of(l->counts);
    int all = (int)((double)l->item->all * unit + 0.5);
    int now = (int)((double)l->item->count * unit + 0.5);

    all += all == 0 && l->item->all > 0;
    now += now == 0 && l->item->count > 0;
    grid_fill(g, x, y, all < width ? all : width, 1, ST_MUTED, 0x2591);
    grid_fill(g, x, y, now < width ? now : width, 1, ST_SPARK, 0x25A0);
}

static void draw_item(const struct facet_line *l, const struct desk *d, struct grid *g, int y)
{
    /* The last column is the scroll bar's. */
    int bar = g->w >= 56 ? g->w / 4 : 0, counts_x = g->w - bar - 22;
    bool found = d->search.len && find_text(l->item->shown, d->search.buf);
    enum style style = found ? ST_MATCH : l->item->missing ? ST_MISSING : ST_TEXT;

    grid_text(g, 1, y, 3, ST_KEY, l->item->chosen ? (l->facet->negate ? "[-]" : "[x]") : "[ ]");
    grid_text_cut(g, 5, y, counts_x - 6, style, l->item->missing ? "· missing" : l->item->shown);
    grid_printf(g, counts_x, y, 9, l->item->count ? ST_TEXT : ST_MUTED, "%9zu", l->item->count);
    grid_printf(g, counts_x + 9, y, 10, ST_MUTED, " %9zu", l->item->all);
    if (bar)
        draw_bar(l, g, g->w - bar - 2, y, bar);
}

static void draw_nothing(const struct desk *d, struct grid *g)
{
    static const char *const lines[] = {
        "No facets are open.",
        "",
        ":facet COLUMN      its values and their counts",
        "gF in the sheet    the same of the column there",
        ",  in the sheet    only the rows with that value",
        "Space here         chooses a value; all facets must hold",
    };

    for (int i = 0; i < (int)(sizeof(lines) / sizeof(*lines)); i++)
        grid_text_cut(g, 1, i + 1, g->w - 2, i ? ST_TEXT : ST_HEAD,
                      d->ws->run || i ? lines[i] : "Nothing is loaded yet.");
}

static void facets_draw(const void *state, const struct desk *d, struct grid *g)
{
    const struct facets *s = state;
    struct facet_line l;

    if (!d->ws->run || d->selection->n == 0) {
        draw_nothing(d, g);
        return;
    }
    if (!s->looked) {
        grid_text(g, 1, 1, g->w, ST_MUTED, "counting …");
        return;
    }
    for (int y = 0; y < g->h && line_at(&l, s, s->scroll.top + (size_t)y); y++) {
        size_t at = s->scroll.top + (size_t)y;
        if (l.item)
            draw_item(&l, d, g, y);
        else if (l.more)
            grid_printf(g, 5, y, g->w - 5, ST_MUTED, "… and %zu more values", l.counts->n_more);
        else
            draw_head(&l, g, y);
        if (at == s->at)
            grid_flag(g, 0, y, g->w, GRID_REVERSE);
    }
    scroll_bar(g, g->w - 1, 0, &s->scroll, s->n_lines);
}

/* ---------------------------------------------------------------- requests */

static void add_name(struct str *out, const struct facet *f)
{
    if (strncmp(f->column, "@row", 5) == 0)
        str_add(out, f->column);
    else
        selection_quote_name(out, f->column);
}

/* The facet's list with this value put in or taken out. */
static void toggle_value(struct desk *d, const struct facet_line *l)
{
    struct str line;
    size_t n = 0;

    str_init(&line);
    for (size_t i = 0; i < l->counts->n; i++) {
        const struct facet_count *item = &l->counts->items[i];
        if (!item->word || item->chosen == (item == l->item))
            continue;
        str_addf(&line, "%s%s", n++ ? "," : "", item->word);
    }
    struct str name;
    str_init(&name);
    add_name(&name, l->facet);
    if (n)
        desk_wish(d, WISH_SUBMIT, "facet %s%s=%s", name.buf, l->facet->negate ? "!" : "", line.buf);
    else
        desk_wish(d, WISH_SUBMIT, "facet %s", name.buf);
    str_release(&name);
    str_release(&line);
}

static void only_value(struct desk *d, const struct facet_line *l)
{
    struct str name;

    str_init(&name);
    add_name(&name, l->facet);
    desk_wish(d, WISH_SUBMIT, "facet %s=%s", name.buf, l->item->word);
    str_release(&name);
}

static void invert(struct desk *d, const struct facet *f)
{
    struct facet other = *f;
    struct str word;

    if (f->kind != FACET_VALUES && f->kind != FACET_TEXT) {
        desk_say(d, "choose values first; then they can be turned around");
        return;
    }
    str_init(&word);
    other.negate = !f->negate;
    facet_print(&word, &other);
    desk_wish(d, WISH_SUBMIT, "facet %s", word.buf);
    str_release(&word);
}

/* Conditions and row sets have no name to close them by. */
static void close_facet(struct desk *d, const struct facet *f)
{
    struct str name;

    if (!f->column) {
        desk_wish(d, WISH_SUBMIT, "facet reset");
        return;
    }
    str_init(&name);
    add_name(&name, f);
    desk_wish(d, WISH_SUBMIT, "facet close %s", name.buf);
    str_release(&name);
}

static void edit_facet(struct desk *d, const struct facet *f, char op)
{
    struct str name;

    if (!f->column) {
        desk_say(d, "a condition is changed by closing it and giving another");
        return;
    }
    str_init(&name);
    add_name(&name, f);
    desk_wish(d, WISH_EDIT, "facet %s%c", name.buf, op);
    str_release(&name);
}

static bool search(struct facets *s, struct desk *d, int step)
{
    struct facet_line l;

    if (!d->search.len || !s->n_lines)
        return true;
    for (size_t k = 1; k <= s->n_lines; k++) {
        size_t i = (s->at + (step > 0 ? k : s->n_lines - k)) % s->n_lines;
        if (line_at(&l, s, i) && l.item && find_text(l.item->shown, d->search.buf)) {
            s->at = i;
            return true;
        }
    }
    desk_say(d, "'%s' is in no facet", d->search.buf);
    return true;
}

/* The head of the next facet, or of the one before. */
static void next_head(struct facets *s, int step)
{
    struct facet_line l;

    for (size_t at = s->at + (size_t)step; at < s->n_lines; at += (size_t)step) {
        if (line_at(&l, s, at) && !l.item && !l.more) {
            s->at = at;
            return;
        }
    }
}

static bool use_line(struct facets *s, struct desk *d, enum request r)
{
    struct facet_line l;

    if (!line_at(&l, s, s->at))
        return false;
    bool has_value = l.item && l.item->word;
    switch (r) {
    case REQ_CHOOSE:
    case REQ_OPEN:
        if (!has_value)
            desk_say(d, "choose a value; x closes the facet");
        else if (r == REQ_CHOOSE)
            toggle_value(d, &l);
        else
            only_value(d, &l);
        return true;
    case REQ_INVERT:
        invert(d, l.facet);
        return true;
    case REQ_CLOSE_FACET:
        close_facet(d, l.facet);
        return true;
    case REQ_FACET_TEXT:
    case REQ_FACET_RANGE:
        edit_facet(d, l.facet, r == REQ_FACET_TEXT ? '~' : '=');
        return true;
    default:
        return false;
    }
}

static bool facets_request(void *state, struct desk *d, enum request r)
{
    struct facets *s = state;

    if (scroll_request(&s->scroll, &s->at, s->n_lines, r) || use_line(s, d, r))
        return true;
    switch (r) {
    case REQ_SEARCH_NEXT:
    case REQ_SEARCH_PREVIOUS:
        return search(s, d, r == REQ_SEARCH_NEXT ? 1 : -1);
    case REQ_NEXT_CHANGE:
    case REQ_PREVIOUS_CHANGE:
        next_head(s, r == REQ_NEXT_CHANGE ? 1 : -1);
        return true;
    case REQ_CLOSE:
        if (!selection_restricts(d->selection))
            return false;
        desk_wish(d, WISH_SUBMIT, "facet reset");
        return true;
    default:
        return false;
    }
}

static void facets_click(void *state, struct desk *d, int x, int y)
{
    struct facets *s = state;
    struct facet_line l;
    size_t at = s->scroll.top + (size_t)y;

    if (!line_at(&l, s, at))
        return;
    s->at = at;
    if (x < 5 && l.item && l.item->word)
        toggle_value(d, &l);
}

static const struct binding facets_keys[] = {
    { .keys = "Space", .request = REQ_CHOOSE, .hint = "choose" },
    { .keys = "Enter", .request = REQ_OPEN, .help = "this value alone", .hint = "only this" },
    { .keys = "!", .request = REQ_INVERT, .hint = "invert" },
    { .keys = "x", .request = REQ_CLOSE_FACET, .hint = "close" },
    { .keys = "~", .request = REQ_FACET_TEXT, .hint = "text" },
    { .keys = "=", .request = REQ_FACET_RANGE, .hint = "range" },
    { .keys = "]", .request = REQ_NEXT_CHANGE, .help = "the next facet" },
    { .keys = "[", .request = REQ_PREVIOUS_CHANGE, .help = "the facet before" },
    { .keys = "a", .command = "facet ", .help = "open another facet", .edit = true },
    { .keys = "f",
      .command = "facet where ",
      .help = "only rows for which an expression is true",
      .edit = true },
    { .keys = "K",
      .command = "facet keep",
      .help = "make the facets a filter step",
      .edit = true,
      .hint = "keep" },
    { .keys = "D",
      .command = "facet drop",
      .help = "remove the rows that are looked at",
      .edit = true },
    { .keys = "X", .command = "facet clear", .help = "close all facets" },
    { .keys = NULL },
};

const struct view view_facet = {
    .name = "facet",
    .title = "Facets",
    .no_tab = true,
    .help = "Columns with the values that are looked at: [x] is chosen, [-] left out. The first "
            "count is of the rows that the other facets leave, the second of all rows.",
    .keys = facets_keys,
    .state_size = sizeof(struct facets),
    .heading = facets_heading,
    .settle = facets_settle,
    .draw = facets_draw,
    .request = facets_request,
    .click = facets_click,
};
