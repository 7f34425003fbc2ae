/* view_report.c - what the last command said. */
#include "view.h"
#include "widgets/text_pane.h"

/* With lines that open something the cursor goes from one to the next. */
struct report_pane {
    struct text_pane text; /* first: all of the report is in it */
    size_t link;
};

static void pane_release(void *state)
{
    text_pane_release(state);
}

static void pane_heading(struct str *out, const void *state, const struct desk *d)
{
    (void)state;
    str_addf(out, "report%s%s", d->report_title.len ? " · " : "", d->report_title.buf);
    if (d->n_links)
        str_add(out, " · Enter opens the line");
}

static void pane_settle(void *state, struct desk *d, int w, int h)
{
    struct report_pane *p = state;

    if (p->text.version != d->report_version)
        p->link = 0;
    text_pane_set(&p->text, d->report.len ? d->report.buf : "Nothing has been reported yet.\n",
                  d->report_version);
    text_pane_settle(&p->text, w, h);
}

static void pane_draw(const void *state, const struct desk *d, struct grid *g)
{
    const struct report_pane *p = state;

    text_pane_draw(&p->text, d, g);
    if (p->link >= d->n_links)
        return;
    size_t line = d->links[p->link].line;
    if (line >= p->text.scroll.top && line - p->text.scroll.top < (size_t)g->h)
        grid_flag(g, 0, (int)(line - p->text.scroll.top), g->w, GRID_REVERSE);
}

/* The link comes into view, with what stands above the first one. */
static void show_link(struct report_pane *p, const struct desk *d)
{
    size_t line = d->links[p->link].line, height = p->text.scroll.height;

    if (p->link == 0 && line < height)
        p->text.scroll.top = 0;
    else if (line < p->text.scroll.top)
        p->text.scroll.top = line;
    else if (line >= p->text.scroll.top + height)
        p->text.scroll.top = line + 1 - height;
}

static bool move_link(struct report_pane *p, const struct desk *d, enum request r)
{
    size_t last = d->n_links - 1;

    if (r == REQ_DOWN && p->link < last)
        p->link++;
    else if (r == REQ_UP && p->link > 0)
        p->link--;
    else if (r == REQ_FIRST)
        p->link = 0;
    else if (r == REQ_LAST)
        p->link = last;
    else
        return false;
    show_link(p, d);
    return true;
}

/* After a page the cursor is the first link on the screen. */
static void follow_page(struct report_pane *p, const struct desk *d)
{
    size_t top = p->text.scroll.top, end = top + p->text.scroll.height;

    for (size_t k = 0; k < d->n_links; k++) {
        size_t line = d->links[k].line, now = d->links[p->link].line;
        if (line >= top && line < end && (now < top || now >= end)) {
            p->link = k;
            return;
        }
    }
}

static bool pane_request(void *state, struct desk *d, enum request r)
{
    struct report_pane *p = state;

    if (d->n_links && p->link < d->n_links) {
        if (r == REQ_OPEN) {
            desk_wish(d, WISH_SUBMIT, "%s", d->links[p->link].command);
            return true;
        }
        if (move_link(p, d, r))
            return true;
    }
    if (!text_pane_request(&p->text, d, r))
        return false;
    if (d->n_links && p->link < d->n_links)
        follow_page(p, d);
    return true;
}

static void pane_click(void *state, struct desk *d, int x, int y)
{
    struct report_pane *p = state;

    (void)x;
    for (size_t k = 0; k < d->n_links; k++)
        if (d->links[k].line == p->text.scroll.top + (size_t)y)
            p->link = k;
}

static const struct binding report_keys[] = {
    { .keys = "D", .command = "describe", .help = "describe every column", .hint = "describe" },
    { .keys = NULL },
};

const struct view view_report = {
    .name = "report",
    .title = "Report",
    .help = "What the last command said. Enter on a line that stands for rows shows them in the "
            "sheet.",
    .keys = report_keys,
    .state_size = sizeof(struct report_pane),
    .release = pane_release,
    .heading = pane_heading,
    .settle = pane_settle,
    .draw = pane_draw,
    .request = pane_request,
    .click = pane_click,
};
