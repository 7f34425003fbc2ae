#include "gnuplot_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

#define MAX_DRAWN ((size_t)256 << 20)
#define MAX_LOG   ((size_t)64 << 10)

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void child_end(struct child *c)
{
    close_fd(&c->in);
    close_fd(&c->out);
    close_fd(&c->log);
    if (c->pid > 0) {
        kill(-c->pid, SIGKILL); /* its group: whatever it may have started too */
        while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    c->pid = 0;
}

/* ---- start ---- */

static bool is_program(const char *file)
{
    struct stat st;

    return stat(file, &st) == 0 && S_ISREG(st.st_mode) && access(file, X_OK) == 0;
}

/* The program along the path; mem_free it.  NULL when there is none. */
static char *find_program(const char *program, const char *path)
{
    if (strchr(program, '/'))
        return is_program(program) ? mem_strdup(program) : NULL;

    struct str file;
    char *found = NULL;
    str_init(&file);
    while (!found && path && *path) {
        const size_t len = strcspn(path, ":");
        str_clear(&file);
        str_add_n(&file, path, len);
        str_addf(&file, "/%s", program);
        if (len > 0 && is_program(file.buf)) /* an empty part would be the working directory */
            found = mem_strdup(file.buf);
        path += len + (path[len] == ':');
    }
    str_release(&file);
    return found;
}

/* The child's ends of the pipes. */
struct ends {
    int in, out, log;
};

static int open_pipes(struct child *c, struct ends *child_ends, struct err *err)
{
    int in[2] = { -1, -1 }, out[2] = { -1, -1 }, log[2] = { -1, -1 };

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) < 0 || pipe2(out, O_CLOEXEC) < 0 ||
        pipe2(log, O_CLOEXEC) < 0) {
        err_set_errno(err, "open a pipe to", "gnuplot");
        for (int i = 0; i < 2; i++) {
            close_fd(&in[i]);
            close_fd(&out[i]);
            close_fd(&log[i]);
        }
        return -1;
    }
    c->in = in[0];
    c->out = out[0];
    c->log = log[0];
    *child_ends = (struct ends){ in[1], out[1], log[1] };
    return 0;
}

static int spawn(pid_t *pid, const char *file, const struct ends *ends)
{
    /* -d: no start-up files, so that a figure looks the same for everyone. */
    char *argv[] = { (char *)"gnuplot", (char *)"-d", NULL };
    char *envp[] = { (char *)"PATH=/usr/local/bin:/usr/bin:/bin", (char *)"LC_ALL=C.UTF-8",
                     (char *)"TERM=dumb", NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, usual;

    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGINT);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends->in, 0);
    posix_spawn_file_actions_adddup2(&actions, ends->out, 1);
    posix_spawn_file_actions_adddup2(&actions, ends->log, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    posix_spawnattr_init(&attr);
    /* A group of its own: ^C at the terminal is meant for us. */
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                        POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &usual);
    const int rc = posix_spawn(pid, file, &actions, &attr, argv, envp);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

int child_start(struct child *c, const char *program, const char *path, struct err *err)
{
    struct ends ends;
    char *file = find_program(program, path);

    if (!file)
        return err_set(err, ERR_IO, "%s was not found; install gnuplot (Debian: gnuplot-nox)",
                       program);
    if (open_pipes(c, &ends, err) < 0) {
        mem_free(file);
        return -1;
    }
    pid_t pid = 0;
    const int rc = spawn(&pid, file, &ends);
    close_fd(&ends.in);
    close_fd(&ends.out);
    close_fd(&ends.log);
    if (rc) {
        errno = rc;
        err_set_errno(err, "start", file);
        child_end(c);
    } else {
        c->pid = pid;
    }
    mem_free(file);
    return rc ? -1 : 0;
}

/* ---- ask ---- */

/* One question under way. */
struct question {
    struct child *c;
    struct str script, mark, log;
    struct str *drawn;
    size_t sent;
    bool answered, ended, late;
};

static void send_some(struct question *q)
{
    const ssize_t n = send(q->c->in, q->script.buf + q->sent, q->script.len - q->sent,
                           MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n > 0)
        q->sent += (size_t)n;
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        q->sent = q->script.len; /* dead: its output ends and tells why */
}

/* False at the end of the stream. */
static bool receive_some(struct str *into, int fd)
{
    char buf[65536];
    const ssize_t n = read(fd, buf, sizeof(buf));

    if (n > 0)
        str_add_n(into, buf, (size_t)n);
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

static bool ends_with(const struct str *s, const struct str *tail)
{
    return s->len >= tail->len && memcmp(s->buf + s->len - tail->len, tail->buf, tail->len) == 0;
}

static void receive_log(struct question *q)
{
    if (!receive_some(&q->log, q->c->log))
        close_fd(&q->c->log);
    if (q->log.len > MAX_LOG) /* the last message counts */
        str_clear(&q->log);
}

static void receive_drawing(struct question *q)
{
    q->ended = !receive_some(q->drawn, q->c->out) || q->drawn->len > MAX_DRAWN;
    if (!ends_with(q->drawn, &q->mark))
        return;
    q->answered = true;
    q->drawn->len -= q->mark.len;
    q->drawn->buf[q->drawn->len] = '\0';
}

static void converse(struct question *q, int timer)
{
    while (!q->answered && !q->ended && !q->late) {
        struct pollfd fds[] = {
            { .fd = q->sent < q->script.len ? q->c->in : -1, .events = POLLOUT },
            { .fd = q->c->out, .events = POLLIN },
            { .fd = q->c->log, .events = POLLIN },
            { .fd = timer, .events = POLLIN },
        };
        if (poll(fds, 4, -1) < 0) {
            q->ended = errno != EINTR;
            continue;
        }
        if (fds[0].revents)
            send_some(q);
        if (fds[2].revents)
            receive_log(q);
        if (fds[1].revents)
            receive_drawing(q);
        else
            q->late = fds[3].revents != 0;
    }
}

/* What it said before it ended. */
static void receive_last_words(struct question *q)
{
    struct pollfd fd = { .fd = q->c->log, .events = POLLIN };

    while (q->c->log >= 0 && poll(&fd, 1, 0) > 0) {
        receive_log(q);
        fd.fd = q->c->log;
    }
}

/* The last line that says anything. */
static struct span last_line(const struct str *log)
{
    struct span text = span_trim((struct span){ log->buf, log->len });

    for (size_t i = text.len; i > 0; i--)
        if (text.at[i - 1] == '\n')
            return span_trim((struct span){ text.at + i, text.len - i });
    return text;
}

static int explain(struct question *q, int timeout_ms, struct err *err)
{
    if (q->late)
        return err_set(err, ERR_IO, "gnuplot gave no answer in %g s and was stopped",
                       timeout_ms / 1000.0);
    if (q->drawn->len > MAX_DRAWN)
        return err_set(err, ERR_IO,
                       "gnuplot drew more than 256 MB and was stopped; "
                       "plot fewer points");
    receive_last_words(q);
    const struct span words = last_line(&q->log);
    if (words.len == 0)
        return err_set(err, ERR_IO, "gnuplot ended without a word; the next plot starts it again");
    return err_set(err, ERR_IO, "gnuplot stopped: %.*s", (int)words.len, words.at);
}

/* A timer instead of a clock: it becomes readable when the time is over. */
static int start_timer(int timeout_ms)
{
    const struct itimerspec when = { .it_value = { timeout_ms / 1000,
                                                   (long)(timeout_ms % 1000) * 1000000L } };
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

    if (fd >= 0 && timerfd_settime(fd, 0, &when, NULL) < 0)
        close_fd(&fd);
    return fd;
}

int child_ask(struct child *c, struct str *drawn, const struct str *script, int timeout_ms,
              struct err *err)
{
    struct question q = { .c = c, .drawn = drawn };
    int timer = start_timer(timeout_ms);

    if (timer < 0)
        return err_set_errno(err, "start a timer for", "gnuplot");
    str_init(&q.script);
    str_init(&q.mark);
    str_init(&q.log);
    str_addf(&q.mark, "assay: drawn %u\n", ++c->n_asked);
    /* Leaving the terminal makes it finish its file; the print flushes what was drawn before. */
    str_addf(&q.script, "set print '-'\n%sset terminal unknown\nprint 'assay: drawn %u'\n",
             script->buf, c->n_asked);
    converse(&q, timer);
    const int rc = q.answered ? 0 : explain(&q, timeout_ms, err);
    if (rc < 0)
        child_end(c);
    close_fd(&timer);
    str_release(&q.script);
    str_release(&q.mark);
    str_release(&q.log);
    return rc;
}
