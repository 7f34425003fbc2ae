/* fuzz_session.c - any bytes as a session file.
 *
 * What is held: a line that is understood prints as a canonical line, and that line is understood as
 * the same command and prints the same again.  A line that is not has an error with a place in it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "complete.h"
#include "script.h"
#include "session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print(struct str *out, const struct call *call)
{
    str_clear(out);
    call_print(out, call->command, &call->args);
}

static void check_error(const struct err *why, const char *text)
{
    if (why->code == ERR_NONE || !why->msg[0])
        abort();
    if (why->col > strlen(text) + 1)
        abort(); /* outside the line */
}

/* Parse → print → parse → print. */
static void check_line(const char *text, const struct definitions *defs, struct arena *arena)
{
    struct err why = { 0 };
    struct line line;
    struct call call, again;
    struct str first, second;

    if (lex_line(&line, text, defs, arena, &why)) {
        check_error(&why, text);
        return;
    }
    if (line.n == 0)
        return;
    if (call_parse(&call, &line, arena, &why)) {
        check_error(&why, line.text); /* its parameters are in place by now */
        return;
    }
    str_init(&first);
    str_init(&second);
    print(&first, &call);
    if (lex_line(&line, first.buf, NULL, arena, &why) || call_parse(&again, &line, arena, &why))
        abort(); /* what we print, we must understand */
    print(&second, &again);
    if (again.command != call.command || strcmp(first.buf, second.buf) != 0)
        abort();
    str_release(&first);
    str_release(&second);
}

static void check_completion(const struct session *s, const char *text)
{
    struct completions c;
    struct str hint;
    size_t len = strlen(text), cursor = len > 7 ? len / 2 : len;

    complete_line(&c, s, text, cursor);
    if (c.from > cursor)
        abort();
    completions_release(&c);
    str_init(&hint);
    complete_hint(&hint, s, text, cursor);
    str_release(&hint);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "C", "file" }, *const values[] = { "0.5",
                                                                            "it's \"odd\" #" };
    const struct definitions defs = { .names = names, .values = values, .n = 2 };
    const struct session_options options = { .share_dir = NULL };
    struct script script;
    struct arena arena;
    struct err why = { 0 };

    arena_init(&arena);
    struct session *s = session_new(&options, &why);
    for (int semicolons = 0; semicolons < 2; semicolons++) {
        if (script_parse(&script, (const char *)data, size, "fuzz", semicolons, &arena, &why))
            continue;
        for (size_t i = 0; i < script.n; i++) {
            check_line(script.lines[i].text, &defs, &arena);
            check_completion(s, script.lines[i].text);
        }
    }
    session_free(s, false);
    arena_release(&arena);
    return 0;
}
