/* interrupt.c - the one signal handler of the modes without a screen. */
#include "interrupt.h"

#include <signal.h>
#include <unistd.h>

/* A signal handler reaches nothing but what is at file scope. */
static struct session *_Atomic watched;
static volatile sig_atomic_t n_seen;

static void on_interrupt(int number)
{
    struct session *s = watched;
    struct job *job = s ? s->running : NULL;

    (void)number;
    if (n_seen++ > 0)
        _exit(130); /* it does not listen: the journal, if any, has what was done */
    if (job)
        job_cancel(job);
    if (s)
        s->quit = true;
}

void interrupt_watch(struct session *s)
{
    struct sigaction act = { .sa_handler = s ? on_interrupt : SIG_DFL };

    if (s)
        n_seen = 0;
    watched = s;
    sigaction(SIGINT, &act, NULL);
}

bool interrupt_seen(void)
{
    return n_seen > 0;
}

void interrupt_forget(void)
{
    n_seen = 0;
}
