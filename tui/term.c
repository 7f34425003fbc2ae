/* term.c - curses: cells out, keys in, and the terminal as it was on every way out. */
#include "term.h"

#include <curses.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/mem.h"

#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
/* Codes for sequences of our own, behind those of curses. */
#define CURSES_PASTE_BEGIN (KEY_MAX + 1)
#define CURSES_PASTE_END   (KEY_MAX + 2)
#define MAX_SIDE           1000 /* a screen beyond this is a lie */

/* The one terminal; signal handlers must reach it. */
static struct {
    SCREEN *screen;
    FILE *in; /* /dev/tty when standard input is data */
    bool ascii, colour;
    bool paste; /* bracketed paste was asked for */
    int colours;
    struct grid shown; /* what curses has */
    bool stale;        /* curses has nothing we know of */
    struct termios saved;
    char rescue[160]; /* leaves the screen */
    size_t rescue_len;
    volatile sig_atomic_t open;
    MEVENT mouse;
} term;

/* ---------------------------------------------------------------- opening */

static int check_terminal(struct err *err)
{
    const char *name = getenv("TERM");

    if (!isatty(STDOUT_FILENO))
        return err_set(err, ERR_USAGE,
                       "the workbench needs a terminal, and standard output is "
                       "none; assay run SESSION works without one");
    if (!name || !*name || strcmp(name, "dumb") == 0)
        return err_set(err, ERR_USAGE,
                       "the workbench cannot draw on this terminal (TERM is %s); "
                       "assay repl and assay run work without drawing",
                       name && *name ? name : "not set");
    return 0;
}

static int open_input(struct err *err)
{
    if (isatty(STDIN_FILENO)) {
        term.in = fdopen(dup(STDIN_FILENO), "r");
        return 0;
    }
    term.in = fopen("/dev/tty", "re");
    if (!term.in || !isatty(fileno(term.in)))
        return err_set(err, ERR_USAGE,
                       "the workbench needs a terminal for its keys; "
                       "assay run SESSION works without one");
    return 0;
}

static void add_rescue(const char *text)
{
    if (!text || text == (char *)-1)
        return; /* the terminal has no such thing */
    size_t n = strlen(text);
    if (term.rescue_len + n < sizeof(term.rescue)) {
        memcpy(term.rescue + term.rescue_len, text, n);
        term.rescue_len += n;
    }
}

static void prepare_rescue(void)
{
    term.rescue_len = 0;
    if (term.paste)
        add_rescue(PASTE_OFF);
    add_rescue(tigetstr("sgr0"));
    add_rescue(tigetstr("cnorm"));
    add_rescue(tigetstr("rmcup"));
}

static void define_keys(void)
{
    define_key("\033[200~", CURSES_PASTE_BEGIN);
    define_key("\033[201~", CURSES_PASTE_END);
}

static void start_colours(void)
{
    term.colours = 0;
    if (!term.colour || !has_colors())
        return;
    start_color();
    use_default_colors(); /* the terminal's own background */
    term.colours = COLORS;
    for (int s = 0; s < ST_N; s++)
        init_pair((short)(s + 1), theme_look((enum style)s, COLORS).fg, -1);
}

static void send(const char *text)
{
    fputs(text, stdout);
    fflush(stdout);
}

/* A terminal that keeps a screen aside by private mode 1049 knows the other private modes. */
static bool knows_private_modes(void)
{
    const char *smcup = tigetstr("smcup");

    return smcup && smcup != (char *)-1 && strstr(smcup, "1049") != NULL;
}

static void set_modes(void)
{
    set_escdelay(25);
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    meta(stdscr, TRUE);
    intrflush(stdscr, FALSE);
    define_keys();
}

int term_open(const struct term_options *options, struct err *err)
{
    if (check_terminal(err) || open_input(err))
        return -1;
    tcgetattr(fileno(term.in), &term.saved);
    use_env(TRUE);
    use_tioctl(TRUE); /* the real size counts before $LINES and $COLUMNS */
    term.screen = newterm(NULL, stdout, term.in);
    if (!term.screen) {
        fclose(term.in);
        return err_set(err, ERR_USAGE,
                       "no description of the terminal '%s' is installed; set TERM "
                       "to one that is, xterm for example",
                       getenv("TERM"));
    }
    term.ascii = options->ascii;
    term.colour = options->colour;
    term.paste = knows_private_modes();
    set_modes();
    start_colours();
    prepare_rescue();
    if (term.paste)
        send(PASTE_ON);
    term.stale = true;
    term.open = 1;
    return 0;
}

void term_close(void)
{
    if (!term.open)
        return;
    term.open = 0;
    term_set_mouse(false);
    if (term.paste)
        send(PASTE_OFF);
    curs_set(1);
    endwin();
    delscreen(term.screen);
    fclose(term.in);
    if (term.shown.cells)
        grid_release(&term.shown);
}

void term_rescue(void)
{
    if (!term.open)
        return;
    term.open = 0;
    ssize_t n = write(STDOUT_FILENO, term.rescue, term.rescue_len);
    (void)n; /* nothing can be done about it here */
    tcsetattr(STDIN_FILENO, TCSANOW, &term.saved);
}

/* ---------------------------------------------------------------- size */

int term_fd(void)
{
    return fileno(term.in);
}

void term_size(int *w, int *h)
{
    getmaxyx(stdscr, *h, *w);
}

void term_resized(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_row == 0 || size.ws_col == 0)
        return;
    resizeterm(size.ws_row > MAX_SIDE ? MAX_SIDE : size.ws_row,
               size.ws_col > MAX_SIDE ? MAX_SIDE : size.ws_col);
    term_redraw();
}

/* ---------------------------------------------------------------- drawing */

static attr_t attributes(const struct cell *c)
{
    struct look look = theme_look((enum style)c->style, term.colours);
    attr_t a = 0;

    if (look.bold || (c->flags & GRID_BOLD))
        a |= A_BOLD;
    if (look.dim)
        a |= A_DIM;
    if (look.reverse || (c->flags & GRID_REVERSE))
        a |= A_REVERSE;
    if (look.underline || (c->flags & GRID_UNDERLINE))
        a |= A_UNDERLINE;
    /* Dim on reverse is hard to read everywhere. */
    if (a & A_REVERSE)
        a &= ~A_DIM;
    return a;
}

static void send_cell(int x, int y, const struct cell *c)
{
    wchar_t text[3] = { (wchar_t)c->code, (wchar_t)c->mark, 0 };
    cchar_t cell;

    if (c->code == 0)
        return; /* curses draws the tail with its head */
    setcchar(&cell, text, attributes(c), term.colours ? (short)(c->style + 1) : 0, NULL);
    mvadd_wch(y, x, &cell);
}

static bool cells_differ(const struct cell *a, const struct cell *b)
{
    return a->code != b->code || a->mark != b->mark || a->style != b->style || a->flags != b->flags;
}

/* A cell before the tail must be sent again when its tail changes, and the other way round. */
static void send_row(const struct grid *g, int y)
{
    for (int x = 0; x < g->w; x++) {
        const struct cell *now = g->cells + y * g->stride + x;
        const struct cell *was = term.shown.cells + y * term.shown.stride + x;
        bool tail_differs = x + 1 < g->w && (now[1].code == 0 || was[1].code == 0) &&
                            cells_differ(now + 1, was + 1);
        if (term.stale || tail_differs || cells_differ(now, was))
            send_cell(x, y, now);
    }
}

static void remember(const struct grid *g)
{
    for (int y = 0; y < g->h; y++)
        memcpy(term.shown.cells + y * term.shown.stride, g->cells + y * g->stride,
               (size_t)g->w * sizeof(*g->cells));
}

void term_draw(const struct grid *drawn, int x, int y)
{
    struct grid g = *drawn;

    if (term.ascii)
        grid_to_ascii(&g); /* in place: whoever draws the next frame draws all of it */
    if (!term.shown.cells || term.shown.w != g.w || term.shown.h != g.h) {
        if (term.shown.cells)
            grid_release(&term.shown);
        grid_init(&term.shown, g.w, g.h);
        term.stale = true;
    }
    if (term.stale)
        erase();
    for (int row = 0; row < g.h && row < LINES; row++)
        send_row(&g, row);
    remember(&g);
    term.stale = false;
    curs_set(x >= 0 ? 1 : 0);
    if (x >= 0)
        move(y, x);
    refresh();
}

void term_redraw(void)
{
    clearok(curscr, TRUE);
    term.stale = true;
}

/* ---------------------------------------------------------------- keys */

static uint32_t function_key(wint_t code)
{
    static const struct {
        wint_t curses;
        uint32_t key;
    } keys[] = {
        { KEY_UP, K_UP },
        { KEY_DOWN, K_DOWN },
        { KEY_LEFT, K_LEFT },
        { KEY_RIGHT, K_RIGHT },
        { KEY_HOME, K_HOME },
        { KEY_END, K_END },
        { KEY_PPAGE, K_PAGE_UP },
        { KEY_NPAGE, K_PAGE_DOWN },
        { KEY_DC, K_DELETE },
        { KEY_IC, K_INSERT },
        { KEY_BTAB, K_SHIFT_TAB },
        { KEY_ENTER, K_ENTER },
        { KEY_BACKSPACE, K_BACKSPACE },
        { KEY_MOUSE, K_MOUSE },
        { KEY_RESIZE, K_RESIZE },
        { CURSES_PASTE_BEGIN, K_PASTE_BEGIN },
        { CURSES_PASTE_END, K_PASTE_END },
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (keys[i].curses == code)
            return keys[i].key;
    if (code >= KEY_F(1) && code <= KEY_F(12))
        return K_F1 + (uint32_t)(code - KEY_F(1));
    return K_OTHER;
}

static uint32_t plain_key(wint_t code)
{
    if (code == '\n')
        return K_ENTER;
    if (code == 8)
        return K_BACKSPACE;
    return (uint32_t)code;
}

/* Readable, and yet nothing comes: the other side of the terminal has been closed. */
static bool hung_up(void)
{
    struct pollfd p = { .fd = term_fd(), .events = POLLIN };

    return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL));
}

uint32_t term_key(bool *gone)
{
    wint_t code, second;
    int rc = get_wch(&code);

    if (rc == ERR) {
        *gone = hung_up();
        return K_NONE;
    }
    if (rc == KEY_CODE_YES)
        return function_key(code);
    if (code != K_ESC)
        return plain_key(code);
    /* Alt sends Esc and the key at once; a person's Esc comes alone. */
    rc = get_wch(&second);
    if (rc == ERR || second == K_ESC)
        return K_ESC;
    return rc == KEY_CODE_YES ? K_OTHER : plain_key(second) | K_ALT;
}

enum term_mouse term_mouse(int *x, int *y)
{
    if (getmouse(&term.mouse) != OK)
        return MOUSE_OTHER;
    *x = term.mouse.x;
    *y = term.mouse.y;
    if (term.mouse.bstate & BUTTON4_PRESSED)
        return MOUSE_WHEEL_UP;
    if (term.mouse.bstate & BUTTON5_PRESSED)
        return MOUSE_WHEEL_DOWN;
    return term.mouse.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED) ? MOUSE_CLICK : MOUSE_OTHER;
}

void term_set_mouse(bool on)
{
    mouseinterval(0);
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

void term_bell(void)
{
    beep();
}

/* ---------------------------------------------------------------- leaving and coming back */

void term_suspend(void)
{
    if (term.paste)
        send(PASTE_OFF);
    curs_set(1);
    def_prog_mode();
    endwin();
    raise(SIGSTOP);
    term_continue();
}

void term_continue(void)
{
    reset_prog_mode();
    if (term.paste)
        send(PASTE_ON);
    term_resized();
    term_redraw();
}
