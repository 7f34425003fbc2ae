/* pty.c - fork on a pseudo-terminal, bytes into libvterm. */
#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 10000

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

void pty_start(struct pty *p, const char *const *argv, const char *const *env, const char *dir,
               int cols, int rows)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

    *p = (struct pty){ .rows = rows, .cols = cols };
    p->pid = forkpty(&p->master, NULL, NULL, &size);
    if (p->pid == 0) {
        if (chdir(dir) == 0)
            execve(argv[0], (char *const *)argv, (char *const *)env);
        _exit(127);
    }
    fcntl(p->master, F_SETFL, O_NONBLOCK);
    p->vt = vterm_new(rows, cols);
    vterm_set_utf8(p->vt, 1);
    p->screen = vterm_obtain_screen(p->vt);
    vterm_screen_enable_altscreen(p->screen, 1);
    vterm_screen_reset(p->screen, 1);
}

/* ---------------------------------------------------------------- bytes */

static void keep(struct pty *p, const char *bytes, size_t n)
{
    if (p->n_raw + n + 1 > p->cap) {
        p->cap = (p->n_raw + n + 1) * 2;
        p->raw = realloc(p->raw, p->cap);
        if (!p->raw)
            abort();
    }
    memcpy(p->raw + p->n_raw, bytes, n);
    p->n_raw += n;
    p->raw[p->n_raw] = 0;
}

/* What has come within that time; false when nothing did. */
static bool take_output(struct pty *p, int wait_ms)
{
    struct pollfd fd = { .fd = p->master, .events = POLLIN };
    char buf[16384];

    if (p->eof || p->master < 0)
        return false;
    if (poll(&fd, 1, wait_ms) <= 0)
        return false;
    ssize_t n = read(p->master, buf, sizeof(buf));
    if (n <= 0) {
        p->eof = !(n < 0 && (errno == EAGAIN || errno == EINTR));
        return false;
    }
    keep(p, buf, (size_t)n);
    vterm_input_write(p->vt, buf, (size_t)n);
    vterm_screen_flush_damage(p->screen);
    return true;
}

void pty_type_n(struct pty *p, const char *bytes, size_t n)
{
    double end = now_ms() + PATIENCE_MS;

    /* The other side may be slow to read while it writes: take what it writes in between. */
    while (n > 0 && now_ms() < end) {
        ssize_t sent = write(p->master, bytes, n > 512 ? 512 : n);
        if (sent > 0) {
            bytes += sent;
            n -= (size_t)sent;
        } else {
            take_output(p, 20);
        }
        while (take_output(p, 0))
            ;
    }
}

void pty_type(struct pty *p, const char *bytes)
{
    pty_type_n(p, bytes, strlen(bytes));
}

void pty_resize(struct pty *p, int cols, int rows)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

    while (take_output(p, 0))
        ;
    p->rows = rows;
    p->cols = cols;
    vterm_set_size(p->vt, rows, cols);
    ioctl(p->master, TIOCSWINSZ, &size);
}

/* ---------------------------------------------------------------- the screen */

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    out[0] = (char)(0xE0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3F));
    out[2] = (char)(0x80 | (c & 0x3F));
    return 3;
}

const char *pty_text(struct pty *p)
{
    size_t n = 0;

    free(p->text);
    p->text = malloc((size_t)p->rows * ((size_t)p->cols * 4 + 1) + 1);
    if (!p->text)
        abort();
    for (int y = 0; y < p->rows; y++) {
        for (int x = 0; x < p->cols; x++) {
            VTermScreenCell cell;
            if (!vterm_screen_get_cell(p->screen, (VTermPos){ .row = y, .col = x }, &cell))
                continue;
            uint32_t code = cell.chars[0];
            if (code == (uint32_t)-1)
                continue; /* the tail of a wide character */
            n += put_utf8(p->text + n, code ? code : ' ');
        }
        p->text[n++] = '\n';
    }
    p->text[n] = 0;
    return p->text;
}

bool pty_shows(struct pty *p, const char *text)
{
    return strstr(pty_text(p), text) != NULL;
}

static bool wait_until(struct pty *p, const char *text, bool there)
{
    double end = now_ms() + PATIENCE_MS;

    while (pty_shows(p, text) != there) {
        if (now_ms() > end || p->eof) {
            fprintf(stderr, "waited for '%s' to %s; the screen is\n%s", text,
                    there ? "appear" : "go", pty_text(p));
            return false;
        }
        take_output(p, 50);
    }
    return true;
}

bool pty_wait_for(struct pty *p, const char *text)
{
    return wait_until(p, text, true);
}

bool pty_wait_gone(struct pty *p, const char *text)
{
    return wait_until(p, text, false);
}

void pty_wait_quiet(struct pty *p, int quiet_ms)
{
    double end = now_ms() + PATIENCE_MS;

    while (now_ms() < end && take_output(p, quiet_ms))
        ;
}

bool pty_wrote(const struct pty *p, const char *bytes)
{
    return p->raw && memmem(p->raw, p->n_raw, bytes, strlen(bytes)) != NULL;
}

const char *pty_tail(const struct pty *p)
{
    if (!p->raw)
        return "";
    return p->n_raw > 4000 ? p->raw + p->n_raw - 4000 : p->raw;
}

/* ---------------------------------------------------------------- the process */

long pty_cpu_ticks(const struct pty *p)
{
    char path[64], line[1024];
    long user = -1, system = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)p->pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return -1;
    if (fgets(line, sizeof(line), f)) {
        const char *at = strrchr(line, ')');
        if (at)
            sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system);
    }
    fclose(f);
    return user + system;
}

bool pty_stopped(const struct pty *p)
{
    siginfo_t info = { 0 };

    return waitid(P_PID, (id_t)p->pid, &info, WSTOPPED | WNOHANG) == 0 && info.si_pid == p->pid;
}

int pty_wait_end(struct pty *p)
{
    double end = now_ms() + PATIENCE_MS;
    int status;

    while (now_ms() < end) {
        pid_t done = waitpid(p->pid, &status, WNOHANG);
        if (done == p->pid) {
            while (take_output(p, 0))
                ;
            p->pid = -1;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        if (!take_output(p, 20))
            poll(NULL, 0, 5); /* the master is closed or at its end */
    }
    return -1;
}

void pty_close_master(struct pty *p)
{
    if (p->master >= 0)
        close(p->master);
    p->master = -1;
}

void pty_free(struct pty *p)
{
    if (p->pid > 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    pty_close_master(p);
    vterm_free(p->vt);
    free(p->raw);
    free(p->text);
}
