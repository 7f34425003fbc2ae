/* present_history.c - moves in the history as reports. */
#include "present_history.h"

#include "present.h"

const char *present_point(const struct entry *e, struct arena *arena)
{
    if (!e)
        return "the beginning";
    return e->branch ? e->branch : arena_printf(arena, "%zu", e->number);
}

/* From the oldest on, which is how the list of ancestors does not run. */
static void say_again(struct report *r, const struct session *s, const struct entry *fork)
{
    size_t first = 0;

    while (fork && s->entries[first] != fork)
        first++;
    for (size_t i = fork ? first + 1 : 0; i < s->n_done; i++)
        report_line(r, "again: %s", s->entries[i]->line);
}

void present_move(struct report *r, const struct session *s, const struct entry *from)
{
    const struct entry *now = session_last(s), *fork = history_fork(from, now);

    report_put_int(r, "commands", (int64_t)s->n_done);
    if (now == from)
        report_line(r, "nothing is taken back");
    for (const struct entry *e = from; e != fork; e = e->parent)
        report_line(r, "taken back: %s", e->line);
    say_again(r, s, fork);
}
