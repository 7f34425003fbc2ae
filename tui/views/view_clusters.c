/* view_clusters.c - spellings that may be one value: each cluster is accepted, given another value or
 * refused, and one merge does what was decided. */
#include <jansson.h>
#include <string.h>

#include "base/mem.h"
#include "lex.h"
#include "prepare/pairs.h"
#include "profile/cluster.h"
#include "view.h"

enum decision { UNDECIDED, ACCEPTED, REFUSED };

struct choice {
    enum decision decision;
    char *value; /* instead of the proposal, NULL */
};

struct clusters_view {
    struct scroll scroll, member_scroll;
    size_t at, member;
    bool open;              /* the members of the cluster are shown */
    size_t number;          /* of the entry whose clusters these are, 0: none */
    struct choice *choices; /* (n) */
    size_t n;
};

/* ---------------------------------------------------------------- what there is */

static const struct entry *clusters_entry(const struct desk *d)
{
    return desk_entry_with(d, "clusters");
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));

    return s ? s : "";
}

static const json_t *cluster_at(const struct desk *d, size_t i)
{
    const struct entry *e = clusters_entry(d);

    return e ? json_array_get(json_object_get(e->report.data, "clusters"), i) : NULL;
}

static const json_t *members_of(const json_t *cluster)
{
    return json_object_get(cluster, "members");
}

static const char *value_of(const struct clusters_view *s, const struct desk *d, size_t i)
{
    return s->choices[i].value ? s->choices[i].value : text_of(cluster_at(d, i), "value");
}

static void free_choices(struct clusters_view *s)
{
    for (size_t i = 0; i < s->n; i++)
        mem_free(s->choices[i].value);
    mem_free(s->choices);
    s->choices = NULL;
    s->n = 0;
}

static void clusters_release_view(void *state)
{
    free_choices(state);
}

/* Nothing is decided but what was refused before. */
static void take_clusters(struct clusters_view *s, const struct desk *d)
{
    const struct entry *e = clusters_entry(d);

    if ((e ? e->number : 0) == s->number)
        return;
    free_choices(s);
    s->number = e ? e->number : 0;
    s->n = e ? json_array_size(json_object_get(e->report.data, "clusters")) : 0;
    s->choices = MEM_NEW(struct choice, s->n);
    for (size_t i = 0; i < s->n; i++)
        if (json_is_true(json_object_get(cluster_at(d, i), "refused")))
            s->choices[i].decision = REFUSED;
    s->at = s->member = 0;
    s->open = false;
}

static size_t count_decided(const struct clusters_view *s, enum decision decision)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++)
        n += s->choices[i].decision == decision;
    return n;
}

/* ---------------------------------------------------------------- layout */

static void clusters_heading(struct str *out, const void *state, const struct desk *d)
{
    const struct clusters_view *s = state;
    const struct entry *e = clusters_entry(d);

    str_add(out, "clusters");
    if (!e)
        return;
    str_addf(out, " · %s by %s", text_of(e->report.data, "columns"),
             text_of(e->report.data, "method"));
    if (s->n)
        str_addf(out, " · %zu of %zu accepted", count_decided(s, ACCEPTED), s->n);
}

static size_t height_for(int h, int lines)
{
    return h > lines ? (size_t)(h - lines) : 0;
}

static void clusters_settle(void *state, struct desk *d, int w, int h)
{
    struct clusters_view *s = state;

    (void)w;
    take_clusters(s, d);
    scroll_settle(&s->scroll, &s->at, s->n, height_for(h, 3));
    scroll_settle(&s->member_scroll, &s->member, json_array_size(members_of(cluster_at(d, s->at))),
                  height_for(h, 2));
}

/* ---------------------------------------------------------------- drawing */

/* Control characters escaped, and quoted where blanks at the ends would not be seen. */
static void add_shown(struct str *out, const char *value)
{
    struct span s = span_of(value);
    const char *quote = s.len == 0 || span_trim(s).len < s.len ? "\"" : "";

    str_add(out, quote);
    str_add_escaped(out, value, s.len);
    str_add(out, quote);
}

static void members_text(struct str *out, const json_t *cluster)
{
    const json_t *members = members_of(cluster);

    for (size_t k = 0; k < json_array_size(members) && k < 12; k++) {
        const json_t *m = json_array_get(members, k);
        str_add(out, k ? ", " : "");
        add_shown(out, text_of(m, "value"));
        str_addf(out, " %lld", (long long)json_integer_value(json_object_get(m, "count")));
    }
}

static const char *const marks[] = { "[ ]", "[x]", "[-]" };

static void draw_cluster(const struct clusters_view *s, const struct desk *d, struct grid *g,
                         size_t i, int y)
{
    const json_t *cluster = cluster_at(d, i);
    const struct choice *c = &s->choices[i];
    int value_w = g->w >= 76 ? 24 : 16, x = 5 + value_w + 1;
    struct str text;

    str_init(&text);
    grid_text(g, 1, y, 3, c->decision == ACCEPTED ? ST_GOOD : ST_MUTED, marks[c->decision]);
    add_shown(&text, value_of(s, d, i));
    grid_text_cut(g, 5, y, value_w, c->value ? ST_AFTER : ST_TEXT, text.buf);
    grid_printf(g, x, y, 7, ST_TEXT, "%7lld",
                (long long)json_integer_value(json_object_get(cluster, "size")));
    str_clear(&text);
    members_text(&text, cluster);
    grid_text_cut(g, x + 9, y, g->w - 10 - x, c->decision == REFUSED ? ST_MUTED : ST_TEXT,
                  text.buf);
    if (i == s->at)
        grid_flag(g, 0, y, g->w - 1, GRID_REVERSE);
    str_release(&text);
}

static void draw_list(const struct clusters_view *s, const struct desk *d, struct grid *g)
{
    int value_w = g->w >= 76 ? 24 : 16, x = 5 + value_w + 1;

    grid_text_cut(g, 5, 0, value_w, ST_HEAD, "becomes");
    grid_text_right(g, x, 0, 7, ST_HEAD, "cells");
    grid_text_cut(g, x + 9, 0, g->w - 10 - x, ST_HEAD, "values");
    grid_flag(g, 0, 0, g->w - 1, GRID_UNDERLINE);
    for (int y = 1; y < g->h - 2 && s->scroll.top + (size_t)y - 1 < s->n; y++)
        draw_cluster(s, d, g, s->scroll.top + (size_t)y - 1, y);
    scroll_bar(g, g->w - 1, 1, &s->scroll, s->n);
    grid_text_cut(g, 1, g->h - 1, g->w - 2, ST_MUTED,
                  "[x] is merged  [-] is refused and remembered  [ ] is left for later");
}

static void draw_members(const struct clusters_view *s, const struct desk *d, struct grid *g)
{
    const json_t *members = members_of(cluster_at(d, s->at));
    size_t n = json_array_size(members);
    struct str text;

    str_init(&text);
    grid_text_right(g, 1, 0, 9, ST_HEAD, "cells");
    add_shown(&text, value_of(s, d, s->at));
    int x = 12 + grid_text(g, 12, 0, 8, ST_HEAD, "become ");
    grid_text_cut(g, x, 0, g->w - 1 - x, ST_HEAD, text.buf);
    grid_flag(g, 0, 0, g->w - 1, GRID_UNDERLINE);
    for (int y = 1; y < g->h - 1 && s->member_scroll.top + (size_t)y - 1 < n; y++) {
        size_t k = s->member_scroll.top + (size_t)y - 1;
        const json_t *m = json_array_get(members, k);
        grid_printf(g, 1, y, 9, ST_MUTED, "%9lld",
                    (long long)json_integer_value(json_object_get(m, "count")));
        str_clear(&text);
        add_shown(&text, text_of(m, "value"));
        grid_text_cut(g, 12, y, g->w - 13, ST_TEXT, text.buf);
        if (k == s->member)
            grid_flag(g, 0, y, g->w - 1, GRID_REVERSE);
    }
    scroll_bar(g, g->w - 1, 1, &s->member_scroll, n);
    str_release(&text);
}

static void draw_nothing(const struct desk *d, struct grid *g)
{
    bool looked = clusters_entry(d) != NULL;

    grid_text_cut(g, 1, 0, g->w - 1, ST_HEAD,
                  looked ? "No two values are alike this way." : "Not looked for yet.");
    grid_text_cut(g, 1, 2, g->w - 1, ST_TEXT,
                  looked ? "m         tries the next method"
                         : ":clusters COLUMN…  or K on a column of the sheet looks for them");
}

static void clusters_draw(const void *state, const struct desk *d, struct grid *g)
{
    const struct clusters_view *s = state;

    if (s->n == 0)
        draw_nothing(d, g);
    else if (s->open)
        draw_members(s, d, g);
    else
        draw_list(s, d, g);
}

/* ---------------------------------------------------------------- the merge */

static void add_pairs(struct str *out, const struct clusters_view *s, const struct desk *d,
                      size_t i)
{
    const json_t *members = members_of(cluster_at(d, i));
    const char *to = value_of(s, d, i);

    for (size_t k = 0; k < json_array_size(members); k++) {
        const char *from = text_of(json_array_get(members, k), "value");
        if (strcmp(from, to) != 0)
            pairs_add(out, span_of(from), span_of(to));
    }
}

/* COLUMNS method=… as they were looked for. */
static void add_search(struct str *out, const struct desk *d)
{
    const json_t *data = clusters_entry(d)->report.data;

    str_add_char(out, ' ');
    lex_quote(out, text_of(data, "columns"));
}

static void apply(const struct clusters_view *s, struct desk *d)
{
    struct str pairs, refused, line;

    str_init(&pairs);
    str_init(&refused);
    str_init(&line);
    for (size_t i = 0; i < s->n; i++) {
        if (s->choices[i].decision == ACCEPTED)
            add_pairs(&pairs, s, d, i);
        if (s->choices[i].decision != REFUSED)
            continue;
        str_add(&refused, refused.len ? "," : "");
        str_add_listed(&refused, span_of(text_of(cluster_at(d, i), "value")));
    }
    str_add(&line, "merge");
    add_search(&line, d);
    str_addf(&line, " method=%s", text_of(clusters_entry(d)->report.data, "method"));
    if (refused.len) {
        str_add(&line, " refused=");
        lex_quote(&line, refused.buf);
    }
    str_add(&line, " pairs=");
    lex_quote(&line, pairs.buf);
    if (pairs.len || refused.len)
        desk_wish(d, WISH_SUBMIT, "%s", line.buf);
    else
        desk_say(d, "nothing is accepted yet: Space accepts, a accepts all");
    str_release(&line);
    str_release(&refused);
    str_release(&pairs);
}

static void next_method(struct desk *d)
{
    const char *now = text_of(clusters_entry(d)->report.data, "method");
    struct str line;
    size_t k = 0;

    while (cluster_methods[k] && strcmp(cluster_methods[k], now) != 0)
        k++;
    const char *next = cluster_methods[k] ? cluster_methods[k + 1] : NULL;
    str_init(&line);
    str_add(&line, "clusters");
    add_search(&line, d);
    desk_wish(d, WISH_SUBMIT, "%s method=%s", line.buf, next ? next : cluster_methods[0]);
    str_release(&line);
}

/* ---------------------------------------------------------------- requests */

static void take_answer(struct clusters_view *s, const struct desk *d)
{
    struct choice *c = &s->choices[s->at];

    if (!d->answer.len)
        return;
    mem_free(c->value);
    c->value = mem_strdup(d->answer.buf);
    c->decision = ACCEPTED;
}

static void accept_rest(struct clusters_view *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->choices[i].decision == UNDECIDED)
            s->choices[i].decision = ACCEPTED;
}

static bool decide(struct clusters_view *s, struct desk *d, enum request r)
{
    struct choice *c = &s->choices[s->at];

    switch (r) {
    case REQ_ACCEPT:
        c->decision = c->decision == ACCEPTED ? UNDECIDED : ACCEPTED;
        return true;
    case REQ_REFUSE:
        c->decision = c->decision == REFUSED ? UNDECIDED : REFUSED;
        return true;
    case REQ_ACCEPT_ALL:
        accept_rest(s);
        return true;
    case REQ_EDIT:
        desk_wish(d, WISH_ASK, "%s", value_of(s, d, s->at));
        return true;
    case REQ_ANSWER:
        take_answer(s, d);
        return true;
    case REQ_OPEN:
        apply(s, d);
        return true;
    default:
        return false;
    }
}

static bool clusters_request(void *state, struct desk *d, enum request r)
{
    struct clusters_view *s = state;

    if (r == REQ_METHOD && clusters_entry(d)) {
        next_method(d);
        return true;
    }
    if (s->n == 0)
        return false;
    size_t n_members = json_array_size(members_of(cluster_at(d, s->at)));
    if (s->open ? scroll_request(&s->member_scroll, &s->member, n_members, r)
                : scroll_request(&s->scroll, &s->at, s->n, r))
        return true;
    if (r == REQ_RIGHT) {
        s->open = true;
        s->member = 0;
        return true;
    }
    if (s->open && (r == REQ_LEFT || r == REQ_CLOSE)) {
        s->open = false;
        return true;
    }
    return decide(s, d, r);
}

static void clusters_click(void *state, struct desk *d, int x, int y)
{
    struct clusters_view *s = state;
    size_t i = s->scroll.top + (size_t)y - 1;

    (void)d;
    if (s->open || y < 1 || i >= s->n)
        return;
    s->at = i;
    if (x < 4)
        decide(s, d, REQ_ACCEPT);
}

static const struct binding clusters_keys[] = {
    { .keys = "Space",
      .request = REQ_ACCEPT,
      .help = "accept the cluster, or leave it for later",
      .hint = "accept" },
    { .keys = "r",
      .request = REQ_REFUSE,
      .help = "refuse the cluster, or leave it for later",
      .hint = "refuse" },
    { .keys = "e", .request = REQ_EDIT, .help = "another value for the cluster", .hint = "value" },
    { .keys = "Enter",
      .request = REQ_OPEN,
      .help = "merge what was accepted, as one step",
      .hint = "merge" },
    { .keys = "a", .request = REQ_ACCEPT_ALL, .hint = "all" },
    { .keys = "m", .request = REQ_METHOD, .help = "look by the next method", .hint = "method" },
    { .keys = "l Right", .request = REQ_RIGHT, .help = "every value of the cluster" },
    { .keys = "h Left", .request = REQ_LEFT, .help = "back to the clusters" },
    { .keys = NULL },
};

const struct view view_clusters = {
    .name = "clusters",
    .title = "Clusters",
    .no_tab = true,
    .help = "Spellings that may be one value: Space accepts a cluster, e gives it another value, r "
            "refuses it, Enter merges what was accepted.",
    .keys = clusters_keys,
    .state_size = sizeof(struct clusters_view),
    .release = clusters_release_view,
    .heading = clusters_heading,
    .settle = clusters_settle,
    .draw = clusters_draw,
    .request = clusters_request,
    .click = clusters_click,
};
