/* app_keys.c - what a key means now: an answer, the palette, the prompt, or the pane's own keys. */
#include <stdlib.h>
#include <string.h>

#include "app_state.h"
#include "command.h"
#include "key.h"
#include "prompt.h"
#include "term.h"

/* ---------------------------------------------------------------- questions */

/* Looking at a file is not work to be saved. */
static bool has_work(const struct session *s)
{
    if (!session_unsaved(s))
        return false;
    for (size_t i = 0; i < s->n_done; i++) {
        const struct entry *e = s->entries[i];
        if (e->recorded && !e->error && strncmp(e->line, "load ", 5) != 0)
            return true;
    }
    return false;
}

void app_ask_to_leave(struct app *a)
{
    if (!has_work(a->session)) {
        a->leave = true;
        return;
    }
    a->asking = ASK_LEAVE;
    str_clear(&a->question);
    str_add(&a->question, "The session has commands that were not saved.\n"
                          "s save   y leave without saving   Esc stay");
}

/* False: the key was none of the answers, and means what it always does. */
static bool answer_recover(struct app *a, uint32_t key)
{
    a->asking = ASK_NOTHING;
    if (key == 'r')
        app_submit(a, "recover");
    else if (key == 'd')
        app_submit(a, "recover discard=yes");
    else if (key == K_ESC)
        app_say(a, ST_TEXT, "it waits; :recover brings it back at any time");
    else
        return false;
    return true;
}

/* What is not saved is not left by a stray key: others than the answers do nothing. */
static void answer_leave(struct app *a, uint32_t key)
{
    if (key != 's' && key != 'y' && key != K_ESC && key != K_CTRL('C') && key != 'n' && key != 'q')
        return;
    a->asking = ASK_NOTHING;
    if (key == 's')
        prompt_open(":", "save session to=");
    else if (key == 'y')
        a->leave = true;
}

/* False: the key is still to be used. */
static bool answer(struct app *a, uint32_t key)
{
    if (key == K_MOUSE)
        return true;
    if (a->asking == ASK_RECOVER)
        return answer_recover(a, key);
    answer_leave(a, key);
    return true;
}

/* ---------------------------------------------------------------- the prompt */

static void begin_prompt(struct app *a, const char *text)
{
    str_clear(&a->panel);
    prompt_open(":", text);
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

/* A view answers for what it was last settled for: the table may have changed since, and on a screen
 * that is too small it never is. */
static bool ask_view(struct app *a, enum view_id view, enum request r)
{
    app_settle(a);
    if (screen_is_too_small(&a->screen))
        return false;
    return view_table[view]->request(a->screen.states[view], &a->desk, r);
}

/* As in vi, a number is a row. */
static void go_to_row(struct app *a, const char *text)
{
    unsigned long row = strtoul(text, NULL, 10);

    app_show_view(a, VIEW_sheet);
    a->desk.go_to = row ? row : 1;
    ask_view(a, VIEW_sheet, REQ_GO_TO);
}

static void search_for(struct app *a, const char *text)
{
    if (*text) {
        str_clear(&a->desk.search);
        str_add(&a->desk.search, text);
    }
    ask_view(a, a->screen.focus, REQ_SEARCH_NEXT);
}

/* What the command at the prompt would do, in the sheet; the prompt stays as it is. */
static void preview_line(struct app *a)
{
    struct str line;

    if (strcmp(prompt_sign(), ":") != 0 || !*prompt_text())
        return;
    if (app_is_busy(a)) {
        app_say(a, ST_WARN, "another command runs; ^O previews when it is done");
        return;
    }
    str_init(&line);
    str_addf(&line, "preview %s", prompt_text());
    app_submit(a, line.buf);
    str_release(&line);
}

static void drop_preview(struct app *a)
{
    if (!a->desk.trial)
        return;
    desk_try(&a->desk, NULL, "");
    desk_refresh(&a->desk);
}

/* A preview stands as long as the line it is of. */
static void check_preview(struct app *a)
{
    if (!prompt_is_open() || strcmp(prompt_text(), a->desk.trial_line.buf) != 0)
        drop_preview(a);
}

/* To the view that asked. */
static void give_answer(struct app *a, const char *text)
{
    str_clear(&a->desk.answer);
    str_add(&a->desk.answer, text);
    ask_view(a, a->screen.focus, REQ_ANSWER);
}

static void use_line(struct app *a)
{
    const char *line = prompt_line();

    if (strcmp(prompt_sign(), "/") == 0)
        search_for(a, line);
    else if (strcmp(prompt_sign(), "=") == 0)
        give_answer(a, line);
    else if (is_number(line))
        go_to_row(a, line);
    else if (*line)
        app_submit(a, line);
}

static void use_prompt_key(struct app *a, uint32_t key)
{
    if (key == K_CTRL('O')) {
        preview_line(a);
        return;
    }
    enum prompt_result result = prompt_key(key, a->session);
    check_preview(a);
    if (result == PROMPT_DONE)
        use_line(a);
}

/* ---------------------------------------------------------------- requests */

void app_show_view(struct app *a, enum view_id view)
{
    a->keys_shown = false;
    screen_show(&a->screen, view);
}

static void show_keys(struct app *a)
{
    struct str text;

    str_init(&text);
    keys_text(&text, view_table[a->screen.focus]);
    text_pane_release(&a->key_pane);
    text_pane_set(&a->key_pane, text.buf, 1);
    str_release(&text);
    a->keys_shown = true;
}

static void go_back(struct app *a)
{
    if (a->screen.focus != VIEW_sheet)
        app_show_view(a, VIEW_sheet);
    else
        app_ask_to_leave(a);
}

/* Requests that no view takes. */
static void general_request(struct app *a, enum request r)
{
    if (r >= REQ_VIEW_1 && r <= REQ_VIEW_10) {
        app_show_view(a, (enum view_id)(r - REQ_VIEW_1));
        return;
    }
    switch (r) {
    case REQ_PROMPT:
        begin_prompt(a, "");
        break;
    case REQ_SEARCH:
        prompt_open("/", "");
        break;
    case REQ_PALETTE:
        palette_open(&a->palette, view_table[a->screen.focus]->keys);
        break;
    case REQ_KEYS:
        show_keys(a);
        break;
    case REQ_NEXT_PANE:
    case REQ_PREVIOUS_PANE:
        screen_next_pane(&a->screen, r == REQ_NEXT_PANE ? 1 : -1);
        break;
    case REQ_BACK:
        go_back(a);
        break;
    case REQ_QUIT:
        app_ask_to_leave(a);
        break;
    case REQ_CANCEL:
        app_cancel(a);
        break;
    case REQ_REDRAW:
        term_redraw();
        break;
    case REQ_SUSPEND:
        term_suspend();
        break;
    case REQ_MOUSE:
        a->mouse = !a->mouse;
        term_set_mouse(a->mouse);
        app_say(a, ST_TEXT, a->mouse ? "mouse on; Shift selects text" : "mouse off");
        break;
    default:
        break;
    }
}

/* Wishes that a view left in the desk. */
static void grant(struct app *a)
{
    enum wish wish = a->desk.wish;
    const char *text = a->desk.wish_text.buf;

    a->desk.wish = WISH_NONE;
    if (wish == WISH_SUBMIT)
        app_submit(a, text);
    else if (wish == WISH_EDIT)
        begin_prompt(a, text);
    else if (wish == WISH_ASK)
        prompt_open("=", text);
    else if (wish == WISH_SHOW)
        app_show_view(a, view_find(text));
}

static void use_request(struct app *a, enum request r)
{
    if (!ask_view(a, a->screen.focus, r))
        general_request(a, r);
    grant(a);
}

static void use_binding(struct app *a, const struct binding *b)
{
    struct str line;

    if (b->request) {
        use_request(a, b->request);
        return;
    }
    str_init(&line);
    if (desk_fill(&line, &a->desk, b->command)) {
        if (b->edit)
            begin_prompt(a, line.buf);
        else
            app_submit(a, line.buf);
    }
    str_release(&line);
}

/* ---------------------------------------------------------------- what lies over the panes */

static void use_palette(struct app *a, uint32_t key)
{
    enum palette_result result = palette_key(&a->palette, key);
    struct palette_item chosen = { 0 };

    if (result == PALETTE_GOES_ON)
        return;
    if (result == PALETTE_CHOSEN)
        chosen = *palette_chosen(&a->palette);
    if (chosen.name && !chosen.binding) {
        struct str line;
        str_init(&line);
        str_addf(&line, "%s ", chosen.name);
        begin_prompt(a, line.buf);
        str_release(&line);
    }
    palette_close(&a->palette);
    if (chosen.binding)
        use_binding(a, chosen.binding);
}

static void use_key_pane(struct app *a, uint32_t key)
{
    const struct binding *b = NULL;

    if (keymap_find(&b, NULL, &key, 1) == KEYMAP_FOUND && b->request &&
        text_pane_request(&a->key_pane, &a->desk, b->request))
        return;
    a->keys_shown = false;
}

/* ---------------------------------------------------------------- paste, mouse */

static void add_pasted(struct app *a, uint32_t key)
{
    char bytes[4];
    size_t n = 0;

    if (a->paste.len >= PROMPT_MAX_PASTE) {
        a->paste_too_long = true;
        return;
    }
    if (key == K_ENTER) {
        str_add_char(&a->paste, '\n');
    } else if (key == K_TAB) {
        str_add_char(&a->paste, ' ');
    } else if (key >= ' ' && key < 127) {
        str_add_char(&a->paste, (char)key);
    } else if (key >= 0x80 && key < 0x110000) {
        if (key >= 0x10000) {
            bytes[n++] = (char)(0xF0 | key >> 18);
            bytes[n++] = (char)(0x80 | (key >> 12 & 0x3F));
        } else if (key >= 0x800) {
            bytes[n++] = (char)(0xE0 | key >> 12);
        }
        if (key >= 0x800)
            bytes[n++] = (char)(0x80 | (key >> 6 & 0x3F));
        else
            bytes[n++] = (char)(0xC0 | key >> 6);
        bytes[n++] = (char)(0x80 | (key & 0x3F));
        str_add_n(&a->paste, bytes, n);
    }
}

/* A paste never runs by itself: it stands in the prompt until Enter. */
static void end_paste(struct app *a)
{
    a->pasting = false;
    while (a->paste.len && a->paste.buf[a->paste.len - 1] == '\n')
        a->paste.buf[--a->paste.len] = 0;
    if (a->paste_too_long) {
        app_say(a, ST_WARN, "the pasted text is too long; put it into a file: source FILE runs it");
    } else if (a->paste.len && a->asking == ASK_NOTHING && !a->palette.open) {
        if (!prompt_is_open())
            begin_prompt(a, "");
        prompt_insert(a->paste.buf, a->paste.len);
        if (strchr(a->paste.buf, '\n'))
            app_say(a, ST_WARN, "several lines were pasted: Enter runs them, Esc drops them");
    }
    str_clear(&a->paste);
    a->paste_too_long = false;
}

static void use_mouse(struct app *a)
{
    int x, y;
    enum term_mouse what = term_mouse(&x, &y);

    app_settle(a);
    if (screen_is_too_small(&a->screen))
        return;
    const struct pane *p = what == MOUSE_OTHER ? NULL : screen_pane_at(&a->screen, x, y);
    if (!p)
        return;
    if (what == MOUSE_CLICK) {
        const struct view *v = view_table[p->view];
        screen_show(&a->screen, p->view);
        if (v->click)
            v->click(a->screen.states[p->view], &a->desk, x - p->x - 2, y - p->y - 1);
        return;
    }
    for (int k = 0; k < 3; k++)
        ask_view(a, p->view, what == MOUSE_WHEEL_UP ? REQ_UP : REQ_DOWN);
}

/* ---------------------------------------------------------------- a key */

static void use_sequence(struct app *a, uint32_t key)
{
    const struct binding *b = NULL;

    if (key == K_ESC && a->n_keys) {
        a->n_keys = 0;
        return;
    }
    a->keys[a->n_keys++] = key;
    enum keymap_match m = keymap_find(&b, view_table[a->screen.focus]->keys, a->keys, a->n_keys);
    if (m == KEYMAP_PREFIX && a->n_keys < 4)
        return;
    if (m == KEYMAP_NONE && a->n_keys == 1 && key != K_OTHER && key != K_RESIZE) {
        char name[KEY_NAME_SIZE];
        app_say(a, ST_MUTED, "%s does nothing here; ? shows the keys", key_text(name, key));
    }
    a->n_keys = 0;
    if (m == KEYMAP_FOUND)
        use_binding(a, b);
}

void app_key(struct app *a, uint32_t key)
{
    a->dirty = true;
    if ((key & K_ALT) && key < 2 * K_ALT && !prompt_is_open() && !a->pasting) {
        /* Only the prompt knows Alt; elsewhere it was Esc and a quick hand. */
        app_key(a, K_ESC);
        app_key(a, key & ~(uint32_t)K_ALT);
        return;
    }
    if (key == K_PASTE_BEGIN) {
        if (a->asking == ASK_RECOVER)
            a->asking = ASK_NOTHING;
        a->pasting = true;
        return;
    }
    /* The end of a paste may be lost on a bad line: ^C is the way out. */
    if (key == K_PASTE_END || (a->pasting && key == K_CTRL('C'))) {
        end_paste(a);
        return;
    }
    if (a->pasting) {
        add_pasted(a, key);
        return;
    }
    if (key == K_RESIZE)
        return;
    if (a->asking && answer(a, key))
        return;
    str_clear(&a->message);
    if (key != K_MOUSE)
        str_clear(&a->panel);
    if (a->palette.open) {
        use_palette(a, key);
    } else if (prompt_is_open()) {
        use_prompt_key(a, key);
    } else if (key == K_MOUSE) {
        use_mouse(a);
    } else if (a->keys_shown) {
        use_key_pane(a, key);
    } else {
        use_sequence(a, key);
    }
}
