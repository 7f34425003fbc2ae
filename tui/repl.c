/* repl.c - a prompt without curses; the other file beside prompt.c that sees readline. */
#include "repl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/mem.h"
#include "batch.h"
#include "candidates.h"
#include "interrupt.h"
#include "journal.h"
#include "num/linalg.h"
#include "platform.h"

#define HISTORY_LINES 2000

/* readline's callbacks take no context. */
static const struct session *completing;

/* ---------------------------------------------------------------- completion */

/* The list of matches that readline wants: what they have in common, then each. */
static char **complete_word(const char *word, int start, int end)
{
    struct candidates c;
    char **matches = NULL;

    (void)word;
    rl_attempted_completion_over = 1;
    candidates_find(&c, completing, rl_line_buffer, (size_t)end);
    if (c.n && c.from <= (size_t)start) {
        size_t skip = (size_t)start - c.from;
        size_t common = candidates_common(&c);
        matches = calloc(c.n + 2, sizeof(*matches));
        if (matches && common >= skip) {
            matches[0] = strndup(c.items[0].text + skip, common - skip);
            for (size_t i = 0; c.n > 1 && i < c.n; i++)
                matches[i + 1] = strdup(c.items[i].text + skip);
        }
        rl_completion_append_character = c.n == 1 && c.items[0].open_end ? '\0' : ' ';
    }
    candidates_release(&c);
    return matches;
}

static void prepare_readline(const struct session *s, const char *history_file)
{
    completing = s;
    rl_readline_name = "assay";
    rl_attempted_completion_function = complete_word;
    rl_completer_word_break_characters = " \t,(=";
    rl_completer_quote_characters = "\"'";
    using_history();
    stifle_history(HISTORY_LINES);
    if (history_file)
        read_history(history_file);
}

/* ---------------------------------------------------------------- reading */

static char *read_line_plain(void)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n = getline(&line, &cap, stdin);

    if (n < 0) {
        free(line);
        return NULL;
    }
    while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
        line[--n] = 0;
    return line;
}

static void remember(const char *line)
{
    HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;

    if (*line && !(last && strcmp(last->line, line) == 0))
        add_history(line);
}

/* A backslash at the end: the next line belongs to it. */
static char *read_command(bool tty)
{
    char *line = tty ? readline("assay> ") : read_line_plain();

    while (line && *line && line[strlen(line) - 1] == '\\') {
        char *more = tty ? readline("     > ") : read_line_plain();
        if (!more)
            break;
        char *whole = NULL;
        line[strlen(line) - 1] = 0;
        if (asprintf(&whole, "%s %s", line, more) < 0)
            abort();
        free(line);
        free(more);
        line = whole;
    }
    if (line && tty)
        remember(line);
    return line;
}

/* ---------------------------------------------------------------- the loop */

static void tell_lost_session(const char *state_dir)
{
    struct lost_session lost;
    bool found = false;

    if (!state_dir || journal_find(&lost, &found, state_dir, NULL) || !found)
        return;
    fprintf(stderr,
            "A session of %zu command%s ended without saying so%s: recover brings it back, "
            "recover discard=yes lets it go.\n",
            lost.n_commands, lost.n_commands == 1 ? "" : "s",
            lost.torn ? " (its last line is damaged and left out)" : "");
    lost_session_release(&lost);
}

static void loop(struct session *s, const struct options *o, bool tty)
{
    const struct batch_options b = { .quiet = o->quiet, .out = stdout, .err = stderr };
    char *line;

    for (size_t number = 1; !s->quit && (line = read_command(tty)); number++) {
        interrupt_watch(s);
        batch_line(s, line, "repl", number, NULL, &b);
        interrupt_watch(NULL);
        if (interrupt_seen())
            s->quit = false;
        interrupt_forget();
        free(line);
    }
    if (tty && !s->quit)
        fputc('\n', stdout);
}

int repl_run(const struct options *o)
{
    struct arena arena;
    struct err why = { 0 };
    bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);

    num_init();
    arena_init(&arena);
    const char *state_dir = platform_state_dir(&arena);
    const char *history = tty && state_dir ? arena_printf(&arena, "%s/history", state_dir) : NULL;
    const struct session_options so = {
        .share_dir = platform_share_dir(&arena),
        .state_dir = state_dir,
        .definitions = o->definitions,
        .ascii = o->ascii || !platform_is_utf8(),
        .colour = platform_has_colour(o->color, STDOUT_FILENO),
        .clock = platform_clock,
    };
    tell_lost_session(state_dir);
    struct session *s = session_new(&so, &why);
    if (!s) {
        fprintf(stderr, "assay: %s\n", why.msg);
        arena_release(&arena);
        return EXIT_FAILED;
    }
    if (tty)
        prepare_readline(s, history);
    loop(s, o, tty);
    if (history)
        write_history(history);
    session_free(s, false);
    arena_release(&arena);
    return EXIT_OK;
}
