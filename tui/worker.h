/* worker.h - one thread that runs one command at a time, beside the screen.
 *
 *   session_begin → worker_start … worker_fd becomes readable … worker_take → session_finish
 *
 * All but the thread itself is for the screen's thread.
 */
#ifndef TUI_WORKER_H
#define TUI_WORKER_H

#include <stdbool.h>

#include "session.h"

struct worker;

struct worker *worker_new(void);
/* Not while it is busy: cancel and take first. */
void worker_free(struct worker *w);
int worker_fd(const struct worker *w);
/* Only when it is not busy. */
void worker_start(struct worker *w, struct task *t);
/* The task that runs or waits to be taken, NULL when there is none. */
struct task *worker_task(const struct worker *w);
/* The task when it has run, else NULL. */
struct task *worker_take(struct worker *w);

#endif
