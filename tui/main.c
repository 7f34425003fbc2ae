/* main.c - assay: from the command line to one of its modes. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app.h"
#include "base/parallel.h"
#include "batch.h"
#include "options.h"
#include "plain.h"
#include "platform.h"
#include "repl.h"

static int print_usage(void)
{
    struct str text;

    str_init(&text);
    options_usage(&text);
    fputs(text.buf, stdout);
    str_release(&text);
    return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
}

/* OpenBLAS takes blocks of 128 MB for its threads before main begins, and where it gets none it tries
 * for ever, also when it is asked to end: with less than this it is better not to begin. */
#define LEAST_ADDRESS_SPACE ((rlim_t)256 << 20)

static void check_address_space(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur >= LEAST_ADDRESS_SPACE)
        return;
    fprintf(stderr,
            "assay: address space is limited to %llu MB, and 256 MB are needed to begin; raise "
            "ulimit -v\n",
            (unsigned long long)(limit.rlim_cur >> 20));
    _exit(EXIT_FAILED);
}

static int run_mode(const struct options *o)
{
    if (o->mode == MODE_VERSION)
        return puts("assay " ASSAY_VERSION) < 0 || fflush(stdout) ? EXIT_FAILED : EXIT_OK;
    if (o->mode == MODE_USAGE)
        return print_usage();
    check_address_space();
    parallel_set_threads(platform_threads(o->threads));
    switch (o->mode) {
    case MODE_RUN:
    case MODE_REPLAY:
        return plain_run(o);
    case MODE_REPL:
        return repl_run(o);
    case MODE_PREDICT:
        return plain_predict(o);
    case MODE_HELP:
        return plain_help(o);
    default:
        return app_run(o);
    }
}

int main(int argc, char **argv)
{
    struct arena arena;
    struct options options;
    struct err why = { 0 };

    /* LC_CTYPE only: numbers are read and printed with a point everywhere. */
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of the write */
    arena_init(&arena);
    if (options_parse(&options, argc, argv, &arena, &why)) {
        fprintf(stderr, "assay: %s\n", why.msg);
        arena_release(&arena);
        return EXIT_BAD_USAGE;
    }
    int status = run_mode(&options);
    arena_release(&arena);
    return status;
}
