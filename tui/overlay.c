/* overlay.c - the palette and the key pane, both made of the tables. */
#include "overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command.h"
#include "key.h"
#include "learn/learner.h"
#include "plot.h"
#include "widgets/find_text.h"

/* ---------------------------------------------------------------- what there is */

static void add_item(struct palette *p, struct palette_item item)
{
    if (p->n_items == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 128;
        p->items = mem_resize(p->items, p->cap, sizeof(*p->items));
    }
    p->items[p->n_items++] = item;
}

static bool begins_with_word(const char *line, const char *word)
{
    size_t len = strlen(word);

    return strncmp(line, word, len) == 0 && (line[len] == ' ' || !line[len]);
}

/* The keys under which a command can be had here, "" when there are none. */
static char *keys_of_command(const char *name, const struct binding *own)
{
    const struct binding *tables[2] = { own, keymap_general };
    struct str text;

    str_init(&text);
    for (int t = 0; t < 2; t++)
        for (const struct binding *b = tables[t]; b && b->keys; b++)
            if (!text.len && b->command && begins_with_word(b->command, name))
                keymap_first_key(&text, b);
    char *keys = str_take(&text);
    str_release(&text);
    return keys;
}

static void add_bindings(struct palette *p, const struct binding *table)
{
    for (const struct binding *b = table; b && b->keys; b++) {
        struct str keys;
        if (!b->request)
            continue; /* commands are all listed by name */
        str_init(&keys);
        keymap_first_key(&keys, b);
        add_item(p, (struct palette_item){ .name = mem_strdup(request_name(b->request)),
                                           .help = b->help ? b->help : request_help(b->request),
                                           .keys = str_take(&keys),
                                           .binding = b });
        str_release(&keys);
    }
}

static void add_command(struct palette *p, const struct binding *own, const char *verb,
                        const char *object, const char *help)
{
    struct str name;

    str_init(&name);
    str_addf(&name, "%s%s", verb, object);
    char *keys = keys_of_command(name.buf, own);
    add_item(p, (struct palette_item){ .name = str_take(&name), .help = help, .keys = keys });
    str_release(&name);
}

/* ---------------------------------------------------------------- filtering */

static int by_score(const void *a, const void *b)
{
    const struct palette_item *x = *(struct palette_item *const *)a;
    const struct palette_item *y = *(struct palette_item *const *)b;

    if (x->score != y->score)
        return x->score < y->score ? -1 : 1;
    return (x > y) - (x < y);
}

static void filter(struct palette *p)
{
    p->n_shown = 0;
    p->at = 0;
    for (size_t i = 0; i < p->n_items; i++) {
        struct palette_item *it = &p->items[i];
        it->score = p->typed.len ? fuzzy_score(it->name, p->typed.buf) : 0;
        /* Help counts too, but less than any name. */
        if (it->score < 0 && p->typed.len > 2 && find_text(it->help, p->typed.buf))
            it->score = 10000;
        if (it->score >= 0)
            p->shown[p->n_shown++] = it;
    }
    qsort(p->shown, p->n_shown, sizeof(*p->shown), by_score);
}

void palette_open(struct palette *p, const struct binding *own)
{
    *p = (struct palette){ .open = true };
    str_init(&p->typed);
    for (size_t i = 0; command_table[i]; i++) {
        const struct command *c = command_table[i];
        add_command(p, own, command_name(c), "", command_help(c));
    }
    for (size_t i = 0; learner_table[i]; i++)
        add_command(p, own, "train ", learner_table[i]->name, learner_table[i]->help);
    for (size_t i = 0; plot_table[i]; i++)
        add_command(p, own, "plot ", plot_table[i]->name, plot_table[i]->help);
    add_bindings(p, own);
    add_bindings(p, keymap_general);
    p->shown = MEM_NEW(struct palette_item *, p->n_items);
    filter(p);
}

void palette_close(struct palette *p)
{
    if (!p->open)
        return;
    for (size_t i = 0; i < p->n_items; i++) {
        mem_free(p->items[i].name);
        mem_free(p->items[i].keys);
    }
    mem_free(p->items);
    mem_free(p->shown);
    str_release(&p->typed);
    *p = (struct palette){ 0 };
}

/* ---------------------------------------------------------------- keys */

static bool move(struct palette *p, uint32_t key)
{
    enum request r = key == K_DOWN || key == K_CTRL('N') || key == K_TAB       ? REQ_DOWN
                     : key == K_UP || key == K_CTRL('P') || key == K_SHIFT_TAB ? REQ_UP
                     : key == K_PAGE_DOWN                                      ? REQ_PAGE_DOWN
                     : key == K_PAGE_UP                                        ? REQ_PAGE_UP
                                                                               : REQ_NONE;

    return r && scroll_request(&p->scroll, &p->at, p->n_shown, r);
}

static void erase_last(struct str *s)
{
    while (s->len > 0 && ((unsigned char)s->buf[s->len - 1] & 0xC0) == 0x80)
        s->buf[--s->len] = 0;
    if (s->len > 0)
        s->buf[--s->len] = 0;
}

enum palette_result palette_key(struct palette *p, uint32_t key)
{
    if (key == K_ESC || key == K_CTRL('C') || (key == K_BACKSPACE && !p->typed.len))
        return PALETTE_DROPPED;
    if (key == K_ENTER)
        return p->n_shown ? PALETTE_CHOSEN : PALETTE_GOES_ON;
    if (move(p, key))
        return PALETTE_GOES_ON;
    if (key == K_CTRL('U'))
        str_clear(&p->typed);
    else if (key == K_BACKSPACE)
        erase_last(&p->typed);
    else if (key >= ' ' && key < 127 && p->typed.len < 60)
        str_add_char(&p->typed, (char)key);
    else
        return PALETTE_GOES_ON;
    filter(p);
    return PALETTE_GOES_ON;
}

const struct palette_item *palette_chosen(const struct palette *p)
{
    return p->shown[p->at];
}

/* ---------------------------------------------------------------- drawing */

void palette_settle(struct palette *p, int w, int h)
{
    int rows = h - 8 < 18 ? h - 8 : 18;

    (void)w;
    scroll_settle(&p->scroll, &p->at, p->n_shown, rows > 1 ? (size_t)rows : 1);
}

static void draw_item(const struct palette_item *it, struct grid *g, int y, int name_w)
{
    grid_text_cut(g, 1, y, name_w, it->binding ? ST_TEXT : ST_HEAD, it->name);
    grid_text_cut(g, name_w + 2, y, 6, ST_KEY, it->keys);
    grid_text_cut(g, name_w + 9, y, g->w - name_w - 10, ST_MUTED, it->help);
}

void palette_draw(const struct palette *p, struct grid *screen, int *x, int *y)
{
    int w = screen->w - 4 < 84 ? screen->w - 4 : 84, rows = (int)p->scroll.height, h = rows + 4;
    int left = (screen->w - w) / 2, top = (screen->h - h) / 3;
    struct grid box = grid_part(screen, left, top < 0 ? 0 : top, w, h);

    grid_clear(&box);
    grid_frame(&box, ST_FRAME_ON, ST_TITLE_ON, "palette");
    struct grid in = grid_part(&box, 1, 1, w - 2, h - 2);
    grid_put(&in, 1, 0, ST_KEY, '>');
    int end = 3 + grid_text(&in, 3, 0, in.w - 4, ST_TEXT, p->typed.buf);
    for (int k = 0; k < rows && p->scroll.top + (size_t)k < p->n_shown; k++) {
        size_t i = p->scroll.top + (size_t)k;
        draw_item(p->shown[i], &in, k + 2, in.w < 60 ? 14 : 18);
        if (i == p->at)
            grid_flag(&in, 0, k + 2, in.w - 1, GRID_REVERSE);
    }
    scroll_bar(&in, in.w - 1, 2, &p->scroll, p->n_shown);
    if (p->n_shown == 0)
        grid_text_cut(&in, 1, 2, in.w - 2, ST_MUTED, "nothing is called like that");
    *x = left + 1 + end;
    *y = (top < 0 ? 0 : top) + 1;
}

/* ---------------------------------------------------------------- keys of a pane */

static void add_keys(struct str *out, const struct binding *table)
{
    for (const struct binding *b = table; b && b->keys; b++) {
        size_t from = out->len;
        str_add(out, "  ");
        keymap_keys_text(out, b);
        size_t width = out->len - from;
        str_add_repeat(out, " ", width < 16 ? 16 - width : 2);
        str_add(out, b->help ? b->help : request_help(b->request));
        if (b->command)
            str_addf(out, "   :%s%s", b->command, b->edit ? "…" : "");
        str_add_char(out, '\n');
    }
}

void keys_text(struct str *out, const struct view *view)
{
    str_addf(out, "%s\n\n", view->help);
    add_keys(out, view->keys);
    str_add(out, "\nIn every pane\n\n");
    add_keys(out, keymap_general);
    str_add(out, "\nAt the prompt: Tab completes, Up and Down go through the history, ^R searches "
                 "it, Esc leaves. A number goes to that row.\n");
}
