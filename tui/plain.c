/* plain.c - run, replay, predict and help: from the command line to sessions/batch.h. */
#include "plain.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "help.h"
#include "interrupt.h"
#include "num/linalg.h"
#include "platform.h"

static int fail(const struct err *why, int status)
{
    fputs("assay: ", stderr);
    batch_print_place(stderr, why);
    fprintf(stderr, "%s\n", why->msg);
    return status;
}

/* A write that failed (disk full, reader gone) must not look like success. */
static int flush_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (errno != EPIPE)
        fprintf(stderr, "assay: cannot write to standard output: %s\n", strerror(errno));
    return status ? status : EXIT_FAILED;
}

/* ---------------------------------------------------------------- run, replay */

static int read_script(struct script *out, const struct options *o, struct arena *arena,
                       struct err *err)
{
    if (o->commands)
        return script_parse(out, o->commands, strlen(o->commands), "-c", true, arena, err);
    return script_read(out, o->words[0], arena, err);
}

static int run_script(struct session *s, const struct script *script, const struct options *o)
{
    bool check = o->mode == MODE_REPLAY && o->check;
    const struct batch_options b = { .json = o->json,
                                     .quiet = o->quiet || check,
                                     .check = check,
                                     .branches = o->branches,
                                     .dry_run = o->dry_run,
                                     .out = stdout,
                                     .err = stderr };

    interrupt_watch(s);
    int status = batch_run(s, script, &b);
    interrupt_watch(NULL);
    return interrupt_seen() ? EXIT_INTERRUPTED : status;
}

int plain_run(const struct options *o)
{
    struct arena arena;
    struct script script;
    struct err why = { 0 };

    num_init();
    arena_init(&arena);
    struct session_options so = {
        .share_dir = platform_share_dir(&arena),
        .definitions = o->definitions,
        .ascii = o->ascii || !platform_is_utf8(),
        .clock = platform_clock,
        .colour = !o->json && platform_has_colour(o->color, STDOUT_FILENO),
        .dry_run = o->dry_run,
        .complete = o->json,
    };
    int status;
    struct session *s = NULL;
    if (read_script(&script, o, &arena, &why))
        status = fail(&why, EXIT_FAILED);
    else if (!(s = session_new(&so, &why)))
        status = fail(&why, EXIT_FAILED);
    else
        status = run_script(s, &script, o);
    session_free(s, false);
    arena_release(&arena);
    return flush_output(status);
}

/* ---------------------------------------------------------------- predict, help */

int plain_predict(const struct options *o)
{
    num_init();
    const struct predict_options p = { .model = o->words[0],
                                       .data = o->words[1],
                                       .to = o->to,
                                       .strict = o->strict,
                                       .out = stdout,
                                       .err = stderr };
    return flush_output(batch_predict(&p));
}

/* "drop missing" may come as two words. */
static void join_words(struct str *out, const struct options *o)
{
    for (size_t i = 0; i < o->n_words; i++)
        str_addf(out, "%s%s", i ? " " : "", o->words[i]);
}

int plain_help(const struct options *o)
{
    struct str topic, text;
    struct err why = { 0 };
    int status = EXIT_OK;

    str_init(&topic);
    str_init(&text);
    join_words(&topic, o);
    if (strcmp(topic.buf, "manual") == 0)
        help_manual(&text); /* for the build, which makes assay-commands(7) of it */
    else if (help_text(&text, topic.len ? topic.buf : NULL, &why))
        status = fail(&why, EXIT_BAD_USAGE);
    fputs(text.buf, stdout);
    str_release(&text);
    str_release(&topic);
    return flush_output(status);
}
