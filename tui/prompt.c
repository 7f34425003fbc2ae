/* prompt.c - readline behind a line of our own. */
#include "prompt.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/mem.h"
#include "base/text.h"
#include "candidates.h"
#include "key.h"

#define HISTORY_LINES 2000
#define MAX_BYTES     64

/* readline keeps one line in variables of its own; this stands beside it. */
static struct {
    FILE *nowhere, *nothing; /* where it may print, what it may read */
    char *history_file;
    char sign[4];
    bool open, accepted;
    char *line;
    unsigned char bytes[MAX_BYTES]; /* what readline reads next */
    size_t n_bytes, at_byte;
    struct candidates offers;
    bool offering;
    size_t chosen; /* in offers, SIZE_MAX: none yet */
} prompt;

/* ---------------------------------------------------------------- readline's hooks */

static void on_line(char *line)
{
    mem_free(prompt.line);
    prompt.line = mem_strdup(line ? line : "");
    free(line);
    prompt.accepted = true;
}

static int next_byte(FILE *stream)
{
    (void)stream;
    return prompt.at_byte < prompt.n_bytes ? prompt.bytes[prompt.at_byte++] : EOF;
}

static void nothing(void)
{
}

static void prepare_nothing(int meta)
{
    (void)meta;
}

static int byte_waits(void)
{
    return prompt.at_byte < prompt.n_bytes;
}

static int bind_nothing(int count, int key)
{
    (void)count;
    (void)key;
    return 0;
}

static void bind(const char *keys, const char *function)
{
    rl_bind_keyseq(keys, rl_named_function(function));
}

void prompt_init(const char *history_file)
{
    prompt.nowhere = fopen("/dev/null", "we");
    prompt.nothing = fopen("/dev/null", "re");
    rl_readline_name = "assay";
    rl_instream = prompt.nothing;
    rl_outstream = prompt.nowhere;
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    rl_prep_term_function = prepare_nothing;
    rl_deprep_term_function = nothing;
    rl_redisplay_function = nothing;
    rl_getc_function = next_byte;
    rl_input_available_hook = byte_waits;
    rl_bind_key('\t', bind_nothing);
    rl_initialize();
    bind("\\e[A", "history-search-backward");
    bind("\\e[B", "history-search-forward");
    bind("\\C-p", "history-search-backward");
    bind("\\C-n", "history-search-forward");
    using_history();
    stifle_history(HISTORY_LINES);
    if (history_file) {
        prompt.history_file = mem_strdup(history_file);
        read_history(history_file);
    }
}

static void drop_offers(void)
{
    if (prompt.offering)
        candidates_release(&prompt.offers);
    prompt.offering = false;
}

void prompt_release(void)
{
    prompt_close();
    if (prompt.history_file)
        write_history(prompt.history_file);
    clear_history();
    mem_free(prompt.history_file);
    mem_free(prompt.line);
    fclose(prompt.nowhere);
    fclose(prompt.nothing);
    rl_instream = rl_outstream = NULL;
    prompt.line = prompt.history_file = NULL;
}

/* ---------------------------------------------------------------- one line's life */

void prompt_open(const char *sign, const char *text)
{
    if (prompt.open)
        prompt_close();
    snprintf(prompt.sign, sizeof(prompt.sign), "%s", sign);
    rl_callback_handler_install("", on_line);
    prompt.open = true;
    prompt.accepted = false;
    if (*text) {
        rl_insert_text(text);
        rl_point = rl_end;
    }
}

void prompt_close(void)
{
    drop_offers();
    if (!prompt.open)
        return;
    rl_callback_handler_remove();
    rl_free_line_state();
    rl_replace_line("", 1);
    prompt.open = false;
}

bool prompt_is_open(void)
{
    return prompt.open;
}

const char *prompt_sign(void)
{
    return prompt.sign;
}

const char *prompt_text(void)
{
    return rl_line_buffer ? rl_line_buffer : "";
}

const char *prompt_line(void)
{
    return prompt.line ? prompt.line : "";
}

void prompt_insert(const char *text, size_t len)
{
    char *copy = mem_strndup(text, len);

    drop_offers();
    rl_insert_text(copy);
    mem_free(copy);
}

/* Searches are not commands: they have no place in the history. */
static void remember(const char *line)
{
    HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;

    if (prompt.sign[0] == ':' && *line && !strchr(line, '\n') &&
        !(last && strcmp(last->line, line) == 0))
        add_history(line);
}

/* ---------------------------------------------------------------- completion */

static void replace_word(const char *text)
{
    int from = (int)prompt.offers.from;

    rl_begin_undo_group();
    rl_delete_text(from, rl_point);
    rl_point = from;
    rl_insert_text(text);
    rl_end_undo_group();
}

static void choose(int step)
{
    size_t n = prompt.offers.n;

    if (prompt.chosen == (size_t)-1)
        prompt.chosen = step > 0 ? 0 : n - 1;
    else
        prompt.chosen = (prompt.chosen + (step > 0 ? 1 : n - 1)) % n;
    replace_word(prompt.offers.items[prompt.chosen].text);
}

/* The first Tab writes what all have in common and lists them; further ones go through the list. */
static void complete(const struct session *s, int step)
{
    if (prompt.offering) {
        choose(step);
        return;
    }
    candidates_find(&prompt.offers, s, prompt_text(), (size_t)rl_point);
    prompt.offering = true;
    prompt.chosen = (size_t)-1;
    if (prompt.offers.n == 0) {
        drop_offers();
        return;
    }
    size_t common = candidates_common(&prompt.offers);
    if (common > (size_t)rl_point - prompt.offers.from) {
        char *text = mem_strndup(prompt.offers.items[0].text, common);
        replace_word(text);
        mem_free(text);
    }
    if (prompt.offers.n == 1) {
        if (!prompt.offers.items[0].open_end)
            rl_insert_text(" ");
        drop_offers();
    }
}

/* ---------------------------------------------------------------- keys */

static size_t encode(unsigned char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (unsigned char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (unsigned char)(0xC0 | c >> 6);
        out[1] = (unsigned char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (unsigned char)(0xE0 | c >> 12);
        out[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (unsigned char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (unsigned char)(0xF0 | c >> 18);
    out[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (unsigned char)(0x80 | (c & 0x3F));
    return 4;
}

static const char *sequence_of(uint32_t key)
{
    switch (key) {
    case K_UP:
        return "\033[A";
    case K_DOWN:
        return "\033[B";
    case K_RIGHT:
        return "\033[C";
    case K_LEFT:
        return "\033[D";
    case K_HOME:
        return "\001";
    case K_END:
        return "\005";
    case K_DELETE:
        return "\004";
    default:
        return NULL;
    }
}

static void feed(uint32_t key)
{
    const char *sequence = sequence_of(key);
    size_t n = 0;

    if (key & K_ALT && key < 2 * K_ALT) {
        prompt.bytes[n++] = 27;
        key &= ~(uint32_t)K_ALT;
    }
    if (sequence) {
        n = strlen(sequence);
        memcpy(prompt.bytes, sequence, n);
    } else if (key < 0x110000) {
        n += encode(prompt.bytes + n, key);
    } else {
        return;
    }
    prompt.n_bytes = n;
    prompt.at_byte = 0;
    while (prompt.at_byte < prompt.n_bytes && !prompt.accepted)
        rl_callback_read_char();
}

static bool drops(uint32_t key)
{
    if (key == K_ESC || key == K_CTRL('C'))
        return true;
    return rl_end == 0 && (key == K_CTRL('D') || key == K_BACKSPACE) &&
           !RL_ISSTATE(RL_STATE_ISEARCH);
}

enum prompt_result prompt_key(uint32_t key, const struct session *s)
{
    if (key == K_ESC && prompt.offering) {
        drop_offers();
        return PROMPT_GOES_ON;
    }
    if (drops(key)) {
        prompt_close();
        return PROMPT_DROPPED;
    }
    if (key == K_TAB || key == K_SHIFT_TAB) {
        if (prompt.sign[0] == ':')
            complete(s, key == K_TAB ? 1 : -1);
        return PROMPT_GOES_ON;
    }
    drop_offers();
    feed(key);
    if (!prompt.accepted)
        return PROMPT_GOES_ON;
    remember(prompt.line);
    prompt_close();
    return PROMPT_DONE;
}

/* ---------------------------------------------------------------- drawing */

/* Line breaks of a paste are shown as one sign each. */
static void visible(struct str *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n')
            str_add(out, "⏎");
        else if (text[i] == '\t')
            str_add_char(out, ' ');
        else
            str_add_char(out, text[i]);
    }
}

int prompt_draw(struct grid *g, int y)
{
    struct str before, after;
    bool searching = RL_ISSTATE(RL_STATE_ISEARCH) && rl_display_prompt;
    int x = 0;

    str_init(&before);
    str_init(&after);
    if (searching)
        x += grid_text(g, 0, y, g->w / 2, ST_MUTED, rl_display_prompt);
    else
        x += grid_text(g, 0, y, 4, ST_KEY, prompt.sign) + (prompt.sign[0] == ':' ? 1 : 0);
    visible(&before, prompt_text(), (size_t)rl_point);
    visible(&after, prompt_text() + rl_point, (size_t)(rl_end - rl_point));
    /* A long line: its part before the cursor is moved out to the left, a third of the row at a
     * time. */
    int room = g->w - x - 1, width = grid_width(before.buf), hidden = 0;
    if (width > room && room > 3)
        hidden = (width - room + room / 3) / (room / 3) * (room / 3);
    size_t taken = 0, cut = text_prefix(before.buf, before.len, (size_t)hidden, &taken);
    x += grid_text(g, x, y, g->w - x, ST_TEXT, before.buf + (hidden ? cut : 0));
    grid_text(g, x, y, g->w - x, ST_TEXT, after.buf);
    str_release(&before);
    str_release(&after);
    return x < g->w ? x : g->w - 1;
}

int prompt_draw_offers(struct grid *g, int bottom, int max_rows)
{
    const struct candidates *c = &prompt.offers;

    if (!prompt.offering || max_rows < 1)
        return 0;
    int rows = c->n < (size_t)max_rows ? (int)c->n : max_rows;
    size_t first = prompt.chosen == (size_t)-1 || prompt.chosen < (size_t)rows
                       ? 0
                       : prompt.chosen - (size_t)rows + 1;
    int name_width = 8;
    for (size_t i = 0; i < c->n; i++) {
        int width = grid_width(c->items[i].text);
        name_width = width > name_width ? width : name_width;
    }
    name_width = name_width > g->w / 2 ? g->w / 2 : name_width;
    for (int k = 0; k < rows; k++) {
        size_t i = first + (size_t)k;
        int y = bottom - rows + k;
        grid_fill(g, 0, y, g->w, 1, ST_TEXT, ' ');
        grid_put(g, 0, y, ST_FRAME_ON, 0x2502);
        grid_text_cut(g, 2, y, name_width, ST_HEAD, c->items[i].text);
        grid_text_cut(g, name_width + 4, y, g->w - name_width - 4, ST_MUTED, c->items[i].help);
        if (i == prompt.chosen)
            grid_flag(g, 1, y, g->w - 1, GRID_REVERSE);
    }
    if ((size_t)rows < c->n)
        grid_printf(g, g->w - 12, bottom - 1, 12, ST_MUTED, " %zu of %zu", first + (size_t)rows,
                    c->n);
    return rows;
}

void prompt_hint(struct str *out, const struct session *s)
{
    if (prompt.open && prompt.sign[0] == ':')
        complete_hint(out, s, prompt_text(), (size_t)rl_point);
}
