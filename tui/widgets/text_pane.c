/* text_pane.c - scrolling and searching lines. */
#include "widgets/text_pane.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "widgets/find_text.h"

void text_pane_release(struct text_pane *p)
{
    mem_free(p->text);
    mem_free(p->lines);
    *p = (struct text_pane){ 0 };
}

void text_pane_set(struct text_pane *p, const char *text, unsigned version)
{
    size_t cap = 1;

    if (p->text && p->version == version)
        return;
    text_pane_release(p);
    p->version = version;
    p->text = mem_strdup(text);
    for (const char *at = text; *at; at++)
        cap += *at == '\n';
    p->lines = MEM_NEW(const char *, cap);
    for (char *at = p->text; *at;) {
        char *end = strchr(at, '\n');
        p->lines[p->n_lines++] = at;
        if (end)
            *end = 0;
        int width = grid_width(at);
        p->widest = width > p->widest ? width : p->widest;
        if (!end)
            break;
        at = end + 1;
    }
}

void text_pane_settle(struct text_pane *p, int w, int h)
{
    size_t height = h > 0 ? (size_t)h : 0;
    size_t most = p->n_lines > height ? p->n_lines - height : 0;

    p->scroll.height = height;
    p->scroll.top = p->scroll.top < most ? p->scroll.top : most;
    if (p->left > p->widest - w)
        p->left = p->widest > w ? p->widest - w : 0;
}

/* The text from its column `left` on. */
static const char *skip_columns(const char *text, int left)
{
    size_t taken;

    return left > 0 ? text + text_prefix(text, strlen(text), (size_t)left, &taken) : text;
}

void text_pane_draw(const struct text_pane *p, const struct desk *d, struct grid *g)
{
    for (int y = 0; y < g->h && p->scroll.top + (size_t)y < p->n_lines; y++) {
        const char *line = p->lines[p->scroll.top + (size_t)y];
        bool found = d->search.len && find_text(line, d->search.buf);
        grid_text_cut(g, 0, y, g->w, found ? ST_MATCH : ST_TEXT, skip_columns(line, p->left));
    }
}

static bool search(struct text_pane *p, struct desk *d, int step)
{
    if (!d->search.len || !p->n_lines)
        return true;
    for (size_t k = 1; k <= p->n_lines; k++) {
        size_t i = (p->at + (step > 0 ? k : p->n_lines - k)) % p->n_lines;
        if (find_text(p->lines[i], d->search.buf)) {
            p->at = p->scroll.top = i;
            return true;
        }
    }
    desk_say(d, "'%s' is not here", d->search.buf);
    return true;
}

bool text_pane_request(struct text_pane *p, struct desk *d, enum request r)
{
    size_t most = p->n_lines > p->scroll.height ? p->n_lines - p->scroll.height : 0;
    size_t top = p->scroll.top, page = p->scroll.height > 2 ? p->scroll.height - 1 : 1;

    switch (r) {
    case REQ_DOWN:
        top++;
        break;
    case REQ_UP:
        top = top ? top - 1 : 0;
        break;
    case REQ_PAGE_DOWN:
        top += page;
        break;
    case REQ_PAGE_UP:
        top = top > page ? top - page : 0;
        break;
    case REQ_HALF_DOWN:
        top += page / 2 + 1;
        break;
    case REQ_HALF_UP:
        top = top > page / 2 + 1 ? top - page / 2 - 1 : 0;
        break;
    case REQ_FIRST:
        top = 0;
        break;
    case REQ_LAST:
        top = most;
        break;
    case REQ_LEFT:
        p->left = p->left > 8 ? p->left - 8 : 0;
        return true;
    case REQ_RIGHT:
        p->left += 8;
        return true;
    case REQ_LEFT_END:
        p->left = 0;
        return true;
    case REQ_RIGHT_END:
        p->left = p->widest;
        return true;
    case REQ_SEARCH_NEXT:
        return search(p, d, 1);
    case REQ_SEARCH_PREVIOUS:
        return search(p, d, -1);
    default:
        return false;
    }
    p->scroll.top = p->at = top < most ? top : most;
    return true;
}
