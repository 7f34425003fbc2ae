/* signals.c - the self-pipe. */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "term.h"

static int pipe_ends[2] = { -1, -1 }; /* handlers reach nothing else */

static const int watched[] = { SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT };
static const int fatal[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };

static void on_signal(int number)
{
    int kept = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t n = write(pipe_ends[1], &byte, 1);

    (void)n; /* full: there is plenty to read as it is */
    errno = kept;
}

static void on_crash(int number)
{
    term_rescue();
    signal(number, SIG_DFL);
    raise(number);
}

int signals_open(struct err *err)
{
    struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

    if (pipe2(pipe_ends, O_NONBLOCK | O_CLOEXEC))
        return err_set_errno(err, "make", "a pipe");
    for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++)
        sigaction(watched[i], &act, NULL);
    act.sa_handler = on_crash;
    for (size_t i = 0; i < sizeof(fatal) / sizeof(*fatal); i++)
        sigaction(fatal[i], &act, NULL);
    return 0;
}

void signals_close(void)
{
    for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++)
        signal(watched[i], SIG_DFL);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

int signals_fd(void)
{
    return pipe_ends[0];
}

int signals_next(void)
{
    unsigned char byte;

    return read(pipe_ends[0], &byte, 1) == 1 ? byte : 0;
}
