/* view.c - the table of views, and lists that scroll. */
#include "view.h"

#include <string.h>

#define VIEW(id) extern const struct view view_##id;
#include "views.def"
#undef VIEW

const struct view *const view_table[VIEW_N + 1] = {
#define VIEW(id) &view_##id,
#include "views.def"
#undef VIEW
    NULL
};

enum view_id view_find(const char *name)
{
    for (size_t i = 0; i < VIEW_N; i++)
        if (strcmp(view_table[i]->name, name) == 0)
            return (enum view_id)i;
    return VIEW_N;
}

/* ---------------------------------------------------------------- scrolling */

static size_t back(size_t at, size_t by)
{
    return at > by ? at - by : 0;
}

bool scroll_request(struct scroll *s, size_t *at, size_t n, enum request r)
{
    size_t page = s->height > 2 ? s->height - 2 : 1, half = s->height / 2 ? s->height / 2 : 1;
    size_t last = n ? n - 1 : 0;

    switch (r) {
    case REQ_DOWN:
        *at += 1;
        break;
    case REQ_UP:
        *at = back(*at, 1);
        break;
    case REQ_PAGE_DOWN:
        s->top += page;
        *at += page;
        break;
    case REQ_PAGE_UP:
        s->top = back(s->top, page);
        *at = back(*at, page);
        break;
    case REQ_HALF_DOWN:
        s->top += half;
        *at += half;
        break;
    case REQ_HALF_UP:
        s->top = back(s->top, half);
        *at = back(*at, half);
        break;
    case REQ_FIRST:
        *at = 0;
        break;
    case REQ_LAST:
        *at = last;
        break;
    case REQ_SCREEN_TOP:
        *at = s->top;
        break;
    case REQ_SCREEN_MIDDLE:
        *at = s->top + s->height / 2;
        break;
    case REQ_SCREEN_BOTTOM:
        *at = s->top + back(s->height, 1);
        break;
    case REQ_CENTRE:
        s->top = back(*at, s->height / 2);
        break;
    default:
        return false;
    }
    *at = *at < last ? *at : last;
    scroll_settle(s, at, n, s->height);
    return true;
}

void scroll_settle(struct scroll *s, size_t *at, size_t n, size_t height)
{
    s->height = height;
    if (n == 0 || height == 0) {
        s->top = 0;
        if (n == 0)
            *at = 0;
        return;
    }
    if (*at >= n)
        *at = n - 1;
    if (s->top + height > n)
        s->top = back(n, height);
    if (*at < s->top)
        s->top = *at;
    if (*at >= s->top + height)
        s->top = *at - height + 1;
}

void scroll_bar(struct grid *g, int x, int y, const struct scroll *s, size_t n)
{
    if (n <= s->height || s->height == 0)
        return;
    size_t size = s->height * s->height / n;
    size = size ? size : 1;
    size_t room = s->height - size, over = n - s->height;
    size_t from = (size_t)((double)s->top / (double)over * (double)room + 0.5);
    grid_fill(g, x, y + (int)from, 1, (int)size, ST_FRAME_ON, 0x2590);
}
