/* view_audit.c - what is wrong with the table: the findings of the last audit, ranked, and the cells
 * of each. */
#include <jansson.h>
#include <string.h>

#include "view.h"

#define KIND_WIDTH  15
#define COUNT_WIDTH 7

struct audit_view {
    struct scroll scroll, cell_scroll;
    size_t at, cell;           /* the finding, and of it the cell or row */
    bool open;                 /* the cells of the finding are shown */
    const struct entry *entry; /* whose findings these are; for telling that others came */
};

/* ---------------------------------------------------------------- what there is */

/* The last command that left findings. */
static const struct entry *audit_entry(const struct desk *d)
{
    return desk_entry_with(d, "findings");
}

static const json_t *findings_of(const struct desk *d)
{
    const struct entry *e = audit_entry(d);

    return e ? json_object_get(e->report.data, "findings") : NULL;
}

/* Was the table or an answer changed since? */
static bool is_old(const struct desk *d)
{
    const struct entry *e = audit_entry(d);

    return e && e->ws != d->ws;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));

    return s ? s : "";
}

/* Cells, or rows where there are none. */
static const json_t *places_of(const json_t *finding)
{
    const json_t *cells = json_object_get(finding, "cells");

    return json_array_size(cells) ? cells : json_object_get(finding, "rows");
}

static const json_t *finding_at(const struct audit_view *s, const struct desk *d)
{
    return json_array_get(findings_of(d), s->at);
}

static void audit_heading(struct str *out, const void *state, const struct desk *d)
{
    const struct audit_view *s = state;
    const json_t *f = finding_at(s, d);

    if (s->open && f) {
        str_addf(out, "audit · %s", text_of(f, "name"));
        return;
    }
    str_add(out, "audit");
    if (findings_of(d))
        str_addf(out, " · %zu finding%s", json_array_size(findings_of(d)),
                 json_array_size(findings_of(d)) == 1 ? "" : "s");
    if (is_old(d))
        str_add(out, " · before the last change; A audits again");
}

static size_t height_for(int h, int lines)
{
    return h > lines ? (size_t)(h - lines) : 0;
}

static void audit_settle(void *state, struct desk *d, int w, int h)
{
    struct audit_view *s = state;

    (void)w;
    if (audit_entry(d) != s->entry) {
        s->entry = audit_entry(d);
        s->open = false;
        s->cell = 0;
    }
    scroll_settle(&s->scroll, &s->at, json_array_size(findings_of(d)), height_for(h, 4));
    scroll_settle(&s->cell_scroll, &s->cell, json_array_size(places_of(finding_at(s, d))),
                  height_for(h, 2));
}

/* ---------------------------------------------------------------- drawing */

static const char *shown(const char *text)
{
    return *text ? text : "·";
}

static void draw_change(struct grid *g, int x, int y, const json_t *cell)
{
    const json_t *proposal = json_object_get(cell, "proposal");
    int room = g->w - 1 - x;

    if (room <= 0)
        return;
    bool both = json_is_string(proposal) && room > 8;
    int half = both ? (room - 3) / 2 : room;
    x += grid_text_cut(g, x, y, half, both ? ST_BEFORE : ST_TEXT, shown(text_of(cell, "value")));
    if (!both)
        return;
    x += grid_text(g, x, y, 3, ST_MUTED, " → ");
    grid_text_cut(g, x, y, g->w - 1 - x, ST_AFTER, shown(json_string_value(proposal)));
}

static void columns_text(struct str *out, const json_t *finding)
{
    const char *name = strchr(text_of(finding, "name"), ':');

    str_add(out, name ? name + 1 : "");
}

struct layout {
    int kind_w, column_w, count_x, example_x;
};

static struct layout layout_for(int w)
{
    struct layout l = { .kind_w = KIND_WIDTH, .column_w = w >= 76 ? 22 : 10 };

    l.count_x = 6 + l.kind_w + 1 + l.column_w + 1;
    l.example_x = l.count_x + COUNT_WIDTH + 2;
    return l;
}

static void draw_finding(struct grid *g, const struct layout *l, const json_t *f, int y)
{
    const json_t *first = json_array_get(json_object_get(f, "cells"), 0);
    double severity = json_number_value(json_object_get(f, "severity"));
    struct str columns;

    str_init(&columns);
    columns_text(&columns, f);
    grid_printf(g, 1, y, 4, severity >= 0.5 ? ST_WARN : ST_MUTED, "%.2f", severity);
    grid_text_cut(g, 6, y, l->kind_w, ST_TEXT, text_of(f, "kind"));
    grid_text_cut(g, 7 + l->kind_w, y, l->column_w, ST_HEAD, columns.buf);
    grid_printf(g, l->count_x, y, COUNT_WIDTH, ST_TEXT, "%*lld", COUNT_WIDTH,
                (long long)json_integer_value(json_object_get(f, "count")));
    if (first)
        draw_change(g, l->example_x, y, first);
    else if (g->w - 1 > l->example_x)
        grid_text_cut(g, l->example_x, y, g->w - 1 - l->example_x, ST_MUTED, text_of(f, "says"));
    str_release(&columns);
}

static void draw_findings(const struct audit_view *s, const struct desk *d, struct grid *g)
{
    const json_t *list = findings_of(d), *chosen = finding_at(s, d);
    struct layout l = layout_for(g->w);
    size_t n = json_array_size(list);

    grid_text_cut(g, 1, 0, 4, ST_HEAD, "sev.");
    grid_text_cut(g, 6, 0, l.kind_w, ST_HEAD, "kind");
    grid_text_cut(g, 7 + l.kind_w, 0, l.column_w, ST_HEAD, "columns");
    grid_text_right(g, l.count_x, 0, COUNT_WIDTH, ST_HEAD, "count");
    grid_text_cut(g, l.example_x, 0, g->w - 1 - l.example_x, ST_HEAD, "for example");
    grid_flag(g, 0, 0, g->w - 1, GRID_UNDERLINE);
    for (int y = 1; y < g->h - 3 && s->scroll.top + (size_t)y - 1 < n; y++) {
        size_t k = s->scroll.top + (size_t)y - 1;
        draw_finding(g, &l, json_array_get(list, k), y);
        if (k == s->at)
            grid_flag(g, 0, y, g->w - 1, GRID_REVERSE);
    }
    scroll_bar(g, g->w - 1, 1, &s->scroll, n);
    if (!chosen)
        return;
    grid_text_cut(g, 1, g->h - 2, g->w - 2, ST_MUTED, text_of(chosen, "says"));
    int x = 1 + grid_text(g, 1, g->h - 1, 2, ST_MUTED, ": ");
    const char *command = text_of(chosen, "command");
    grid_text_cut(g, x, g->h - 1, g->w - 1 - x, ST_KEY,
                  *command ? command : "no command repairs it");
}

static void draw_place(struct grid *g, const json_t *place, int y)
{
    if (json_is_integer(place)) {
        grid_printf(g, 1, y, 12, ST_TEXT, "%8lld", (long long)json_integer_value(place));
        return;
    }
    grid_printf(g, 1, y, 8, ST_MUTED, "%8lld",
                (long long)json_integer_value(json_object_get(place, "row")));
    grid_text_cut(g, 11, y, 16, ST_TEXT, text_of(place, "column"));
    grid_printf(g, 28, y, 4, ST_MUTED, "%.2f", json_number_value(json_object_get(place, "sure")));
    draw_change(g, 34, y, place);
}

static void draw_places(const struct audit_view *s, const json_t *finding, struct grid *g)
{
    const json_t *places = places_of(finding);
    size_t n = json_array_size(places);

    grid_text_right(g, 1, 0, 8, ST_HEAD, "row");
    if (json_is_object(json_array_get(places, 0))) {
        grid_text_cut(g, 11, 0, 16, ST_HEAD, "column");
        grid_text_cut(g, 28, 0, 5, ST_HEAD, "sure");
        grid_text_cut(g, 34, 0, g->w - 35, ST_HEAD, "value → proposal");
    }
    grid_flag(g, 0, 0, g->w - 1, GRID_UNDERLINE);
    for (int y = 1; y < g->h - 1 && s->cell_scroll.top + (size_t)y - 1 < n; y++) {
        size_t k = s->cell_scroll.top + (size_t)y - 1;
        draw_place(g, json_array_get(places, k), y);
        if (k == s->cell)
            grid_flag(g, 0, y, g->w - 1, GRID_REVERSE);
    }
    scroll_bar(g, g->w - 1, 1, &s->cell_scroll, n);
    grid_text_cut(g, 1, g->h - 1, g->w - 2, ST_MUTED, text_of(finding, "says"));
}

static void draw_nothing(const struct desk *d, struct grid *g)
{
    bool sound = findings_of(d) != NULL;

    grid_text_cut(g, 1, 0, g->w - 1, ST_HEAD, sound ? "Nothing found." : "Not audited yet.");
    grid_text_cut(g, 1, 2, g->w - 1, ST_TEXT, "A                      looks for what is wrong");
    grid_text_cut(g, 1, 3, g->w - 1, ST_TEXT, ":audit sensitivity=0.8 shows what is less sure");
}

static void audit_draw(const void *state, const struct desk *d, struct grid *g)
{
    const struct audit_view *s = state;
    const json_t *chosen = finding_at(s, d);

    if (!chosen)
        draw_nothing(d, g);
    else if (s->open)
        draw_places(s, chosen, g);
    else
        draw_findings(s, d, g);
}

/* ---------------------------------------------------------------- requests */

static void show_rows(const struct audit_view *s, struct desk *d)
{
    long long set = json_integer_value(json_object_get(finding_at(s, d), "set"));

    if (set)
        desk_wish(d, WISH_SUBMIT, "facet only set=%lld", set);
    else
        desk_say(d, "it is about the whole column");
}

/* Repairs, and teaches as `audit accept` does; the table must still be the one that was audited. */
static void accept(const struct audit_view *s, struct desk *d)
{
    const json_t *f = finding_at(s, d);
    const char *command = text_of(f, "command");
    struct str name;

    if (!*command) {
        desk_say(d, "no command repairs it; r refuses it");
        return;
    }
    str_init(&name);
    lex_quote(&name, text_of(f, "name"));
    if (is_old(d))
        desk_wish(d, WISH_SUBMIT, "%s", command);
    else
        desk_wish(d, WISH_SUBMIT, "audit accept %s\n%s", name.buf, command);
    str_release(&name);
}

/* The whole finding, or the one cell. */
static void refuse(const struct audit_view *s, struct desk *d)
{
    const json_t *f = finding_at(s, d), *place = json_array_get(places_of(f), s->cell);
    struct str name;

    str_init(&name);
    lex_quote(&name, text_of(f, "name"));
    if (s->open && json_is_object(place))
        desk_wish(d, WISH_SUBMIT, "audit refuse %s rows=%lld", name.buf,
                  (long long)json_integer_value(json_object_get(place, "row")));
    else
        desk_wish(d, WISH_SUBMIT, "audit refuse %s", name.buf);
    str_release(&name);
}

static bool audit_request(void *state, struct desk *d, enum request r)
{
    struct audit_view *s = state;
    const json_t *f = finding_at(s, d);

    if (!f)
        return false;
    if (s->open ? scroll_request(&s->cell_scroll, &s->cell, json_array_size(places_of(f)), r)
                : scroll_request(&s->scroll, &s->at, json_array_size(findings_of(d)), r))
        return true;
    switch (r) {
    case REQ_OPEN:
        show_rows(s, d);
        return true;
    case REQ_RIGHT:
        s->open = json_array_size(places_of(f)) > 0;
        s->cell = 0;
        return true;
    case REQ_LEFT:
    case REQ_CLOSE:
        if (!s->open)
            return false;
        s->open = false;
        return true;
    case REQ_ACCEPT:
        accept(s, d);
        return true;
    case REQ_REFUSE:
        refuse(s, d);
        return true;
    default:
        return false;
    }
}

static void audit_click(void *state, struct desk *d, int x, int y)
{
    struct audit_view *s = state;
    size_t top = s->open ? s->cell_scroll.top : s->scroll.top, *at = s->open ? &s->cell : &s->at;
    size_t n = json_array_size(s->open ? places_of(finding_at(s, d)) : findings_of(d));

    (void)x;
    if (y >= 1 && top + (size_t)y - 1 < n)
        *at = top + (size_t)y - 1;
}

static const struct binding audit_keys[] = {
    { .keys = "Enter", .request = REQ_OPEN, .hint = "rows" },
    { .keys = "l Right", .request = REQ_RIGHT, .hint = "cells" },
    { .keys = "h Left", .request = REQ_LEFT },
    { .keys = "a", .request = REQ_ACCEPT, .hint = "repair" },
    { .keys = "r", .request = REQ_REFUSE, .hint = "refuse" },
    { .keys = "A", .command = "audit", .help = "look for what is wrong", .hint = "audit" },
    { .keys = NULL },
};

const struct view view_audit = {
    .name = "audit",
    .title = "Audit",
    .help =
        "What is wrong with the table, ranked: Enter shows the rows of a finding, l its cells, a "
        "repairs, r refuses.",
    .keys = audit_keys,
    .state_size = sizeof(struct audit_view),
    .heading = audit_heading,
    .settle = audit_settle,
    .draw = audit_draw,
    .request = audit_request,
    .click = audit_click,
};
