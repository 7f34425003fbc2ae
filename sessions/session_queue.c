/* session_queue.c - lines that `source`, `open` and `recover` left to be run. */
#include <string.h>

#include "base/mem.h"
#include "journal.h"
#include "lookahead.h"
#include "script.h"
#include "session.h"

#define SOURCE_MAX_LINES 1000000
#define SOURCE_MAX_DEPTH 32

static void queue_make_room(struct session *s, size_t n)
{
    size_t left = s->n_queue - s->queue_at;

    if (s->queue_at >= n)
        return;
    struct queued *room = MEM_NEW(struct queued, left + 2 * n + 16);
    if (left)
        memcpy(room + n, s->queue + s->queue_at, left * sizeof(*room));
    mem_free(s->queue);
    s->queue = room;
    s->queue_cap = left + 2 * n + 16;
    s->queue_at = n;
    s->n_queue = n + left;
}

static void queue_lines(struct session *s, const struct script_line *lines, size_t n,
                        const char *path)
{
    queue_make_room(s, n);
    s->queue_at -= n;
    for (size_t i = 0; i < n; i++)
        s->queue[s->queue_at + i] =
            (struct queued){ .text = mem_strdup(lines[i].text),
                             .file = mem_strdup(path),
                             .recorded = lines[i].recorded ? mem_strdup(lines[i].recorded) : NULL,
                             .line_number = lines[i].number,
                             .depth = s->depth + 1 };
}

static int queue_file(struct session *s, const char *path, bool branches, struct err *err)
{
    struct arena arena;
    struct script script;

    if (s->depth >= SOURCE_MAX_DEPTH)
        return err_set(err, ERR_USAGE,
                       "%s: files source each other %d deep; does one source itself?", path,
                       SOURCE_MAX_DEPTH);
    arena_init(&arena);
    int rc = script_read(&script, path, &arena, err);
    size_t n_more = script.n + (branches ? script.n_branch_lines : 0);
    if (!rc && s->n_queue - s->queue_at + n_more > SOURCE_MAX_LINES)
        rc = err_set(err, ERR_USAGE,
                     "%s: more than a million lines are waiting; does it source "
                     "itself?",
                     path);
    if (!rc) {
        lookahead_roles(s, &script);
        if (branches)
            queue_lines(s, script.branch_lines, script.n_branch_lines, path);
        queue_lines(s, script.lines, script.n, path);
    }
    arena_release(&arena);
    return rc;
}

int session_queue_file(struct session *s, const char *path, struct err *err)
{
    return queue_file(s, path, false, err);
}

int session_queue_tree(struct session *s, const char *path, struct err *err)
{
    return queue_file(s, path, true, err);
}

void session_queue_next(struct session *s, const char *const *lines, size_t n, const char *file,
                        size_t number)
{
    if (!n)
        return;
    queue_make_room(s, n);
    s->queue_at -= n;
    for (size_t i = 0; i < n; i++)
        s->queue[s->queue_at + i] = (struct queued){ .text = mem_strdup(lines[i]),
                                                     .file = mem_strdup(file),
                                                     .line_number = number,
                                                     .depth = s->depth + 1 };
}

void session_queue_line(struct session *s, const char *text, const char *file, size_t number)
{
    if (s->n_queue == s->queue_cap) {
        s->queue_cap = s->queue_cap ? s->queue_cap * 2 : 16;
        s->queue = mem_resize(s->queue, s->queue_cap, sizeof(*s->queue));
    }
    s->queue[s->n_queue++] = (struct queued){ .text = mem_strdup(text),
                                              .file = mem_strdup(file),
                                              .line_number = number };
}

void session_opens(struct session *s, const char *path)
{
    mem_free(s->opening);
    s->opening = mem_strdup(path);
}

static void finish_opening(struct session *s)
{
    if (!s->opening)
        return;
    mem_free(s->path);
    s->path = s->opening;
    s->opening = NULL;
    s->saved_at = session_last(s);
    s->n_saved = s->n_all;
}

static void finish_recovery(struct session *s)
{
    if (!s->recovering)
        return;
    journal_discard(&(struct lost_session){ .path = s->recovering }, NULL);
    mem_free(s->recovering);
    s->recovering = NULL;
}

int session_discard_later(struct session *s, const struct lost_session *lost)
{
    mem_free(s->recovering);
    s->recovering = mem_strdup(lost->path);
    return 0;
}

bool session_next(struct session *s, struct queued *out)
{
    if (s->queue_at >= s->n_queue) {
        finish_opening(s);
        finish_recovery(s);
        s->depth = 0;
        return false;
    }
    *out = s->queue[s->queue_at++];
    s->depth = out->depth;
    return true;
}

void queued_release(struct queued *q)
{
    mem_free(q->text);
    mem_free(q->file);
    mem_free(q->recorded);
}

void session_queue_clear(struct session *s)
{
    while (s->queue_at < s->n_queue)
        queued_release(&s->queue[s->queue_at++]);
    s->queue_at = s->n_queue = s->depth = 0;
    mem_free(s->opening);
    s->opening = NULL;
    mem_free(s->recovering); /* not all of it ran: the lost session stays to be offered again */
    s->recovering = NULL;
}
