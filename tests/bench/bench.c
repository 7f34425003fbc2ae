/* bench.c - how long the program takes for what people do with it.
 *
 *   bench ASSAY [TASK…]      one JSON line a task, on standard output
 *
 * Tables come from $BENCH_DATA where it has them, else small ones are made in a folder that is removed.
 * A time is the median of several runs. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_RUNS 15

enum measure {
    WHOLE_PROCESS, /* from fork to exit */
    LAST_COMMAND,  /* what --json says of the last command: the work alone */
    FIRST_SCREEN,  /* from fork to the first whole screen, on a pseudo-terminal */
};

struct task {
    const char *name;
    enum measure measure;
    const char *table;    /* a file's name, NULL: none */
    const char *commands; /* %s is the table; NULL: options */
    int runs;
};

/* small: 10,000 × 21, wide_mixed: words, dates, gaps; the rest are of $BENCH_DATA alone. */
static const struct task tasks[] = {
    { "version", WHOLE_PROCESS, NULL, NULL, 15 },
    { "first_screen", FIRST_SCREEN, "small.csv", NULL, 9 },
    { "load_small", WHOLE_PROCESS, "small.csv", "load %s", 9 },
    { "load_wide", WHOLE_PROCESS, "wide_mixed.csv", "load %s", 3 },
    { "load_narrow", WHOLE_PROCESS, "narrow.csv", "load %s", 3 },
    { "load_reg", WHOLE_PROCESS, "reg.csv", "load %s", 3 },
    { "five_fold_logistic", WHOLE_PROCESS, "small.csv",
      "load %s; target y task=classes; scale all; train logistic as=lr; validate lr folds=5", 9 },
    { "describe", LAST_COMMAND, "wide_mixed.csv", "load %s; describe", 3 },
    { "correlate", LAST_COMMAND, "wide_mixed.csv", "load %s; correlate", 3 },
    { "missing", LAST_COMMAND, "wide_mixed.csv", "load %s; missing", 3 },
    { "expression", LAST_COMMAND, "small.csv",
      "load %s; derive z = if(x00 > 0, log(abs(x01) + 1) * x02, sqrt(abs(x03)) - x04 / 2)", 9 },
    { "filter", LAST_COMMAND, "small.csv", "load %s; filter x00 > 0 and not (x01 < -1 or x02 > 1)",
      9 },
    { "dedupe", LAST_COMMAND, "wide_mixed.csv", "load %s; dedupe", 3 },
    { "scale_and_diff", LAST_COMMAND, "small.csv", "load %s; scale all", 9 },
    { "boost", LAST_COMMAND, "higgs_train.csv", "load %s; target y task=classes; train boost", 3 },
    { "mlp", LAST_COMMAND, "higgs_train.csv",
      "load %s; filter row_number() <= 100000; target y task=classes; train mlp max_iter=10 "
      "hidden_layer_sizes=100,50",
      3 },
    { "knn", LAST_COMMAND, "higgs_train.csv",
      "load %s; filter row_number() <= 120000; target y task=classes; split test=0.1666666; train "
      "knn as=m n_neighbors=15; test m",
      3 },
    { "pca", LAST_COMMAND, "reg.csv", "load %s; target y; pca all n_components=10", 5 },
    { "kmeans", LAST_COMMAND, "higgs_train.csv",
      "load %s; target y task=classes; split test=0.5; train kmeans n_clusters=10 n_init=1 "
      "max_iter=100",
      3 },
    { "least_squares", LAST_COMMAND, "small.csv", "load %s; target x00; train linear", 9 },
};

static char made[] = "/tmp/assay-bench-XXXXXX"; /* the folder of tables made here */

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---------------------------------------------------------------- tables */

static double uniform(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15u; /* splitmix64 */
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* Near enough to a normal deviate for a benchmark: twelve uniforms. */
static double bell(uint64_t *state)
{
    double sum = -6;

    for (int k = 0; k < 12; k++)
        sum += uniform(state);
    return sum;
}

static void make_small(FILE *out)
{
    uint64_t state = 7;
    double x[20];

    fputs("y", out);
    for (int j = 0; j < 20; j++)
        fprintf(out, ",x%02d", j);
    for (int i = 0; i < 10000; i++) {
        double score = 0;
        for (int j = 0; j < 20; j++) {
            x[j] = bell(&state);
            score += x[j] * (j % 5 - 2) / 3;
        }
        fprintf(out, "\n%d", score + bell(&state) > 0);
        for (int j = 0; j < 20; j++)
            fprintf(out, ",%.6g", x[j]);
    }
    fputc('\n', out);
}

static void make_wide(FILE *out)
{
    static const char *const words[] = { "alpha", "bravo", "delta, quoted", "ember", "fjord" };
    uint64_t state = 8;

    fputs("id,when,word,amount,rate,count\n", out);
    for (int i = 0; i < 100000; i++) {
        fprintf(out, "%d,20%02d-%02d-%02d,", i, (int)(uniform(&state) * 24),
                1 + (int)(uniform(&state) * 12), 1 + (int)(uniform(&state) * 28));
        fprintf(out, "\"%s\",", words[(int)(uniform(&state) * 5)]);
        if (uniform(&state) > 0.05)
            fprintf(out, "%.2f", uniform(&state) * 1000);
        fprintf(out, ",%.6g,%d\n", bell(&state), (int)(uniform(&state) * 100));
    }
}

/* Where the table is, or false: neither given nor made here. */
static bool find_table(char path[4096], const char *name)
{
    const char *given = getenv("BENCH_DATA");

    snprintf(path, 4096, "%s/%s", given ? given : "/nonexistent", name);
    if (access(path, R_OK) == 0)
        return true;
    snprintf(path, 4096, "%s/%s", made, name);
    if (access(path, R_OK) == 0)
        return true;
    void (*make)(FILE *) = strcmp(name, "small.csv") == 0        ? make_small
                           : strcmp(name, "wide_mixed.csv") == 0 ? make_wide
                                                                 : NULL;
    FILE *out = make ? fopen(path, "w") : NULL;
    if (!out)
        return false;
    make(out);
    if (fclose(out))
        die(path);
    return true;
}

static void remove_tables(void)
{
    char path[4096];
    static const char *const names[] = { "small.csv", "wide_mixed.csv", "state" };

    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s", made, names[i]);
        unlink(path);
    }
    rmdir(made);
}

/* ---------------------------------------------------------------- running */

struct outcome {
    double seconds, peak_mb;
};

static void finish(struct outcome *o, pid_t child, bool must_succeed)
{
    struct rusage used;
    int status;

    if (wait4(child, &status, 0, &used) != child)
        die("wait4");
    if (must_succeed && (!WIFEXITED(status) || WEXITSTATUS(status))) {
        fprintf(stderr, "bench: the program failed\n");
        exit(1);
    }
    o->peak_mb = (double)used.ru_maxrss / 1024;
}

/* Runs the program; what it prints goes to `printed` (cut at cap). */
static struct outcome run(char *const *argv, char *printed, size_t cap)
{
    struct outcome o = { 0 };
    int ends[2];
    size_t len = 0;
    ssize_t n;
    char rest[4096];

    if (pipe(ends))
        die("pipe");
    double start = now();
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(argv[0], argv);
        _exit(127);
    }
    close(ends[1]);
    while ((n = read(ends[0], len + 1 < cap ? printed + len : rest,
                     len + 1 < cap ? cap - 1 - len : sizeof(rest))) > 0)
        len += len + 1 < cap ? (size_t)n : 0;
    printed[len] = 0;
    close(ends[0]);
    finish(&o, child, true);
    o.seconds = now() - start;
    return o;
}

/* "ms" of the last line of --json. */
static double last_ms(char *printed)
{
    char *at = NULL;

    for (char *p = printed; (p = strstr(p, "\"ms\":")); p += 5)
        at = p;
    return at ? strtod(at + 5, NULL) : 0;
}

/* The workbench on a terminal of 100 × 30, until its last line (the key hints) is there. */
static struct outcome run_screen(char *const *argv)
{
    struct outcome o = { 0 };
    struct winsize size = { .ws_col = 100, .ws_row = 30 };
    char seen[65536];
    size_t len = 0;
    int master;
    double start = now();
    pid_t child = forkpty(&master, NULL, NULL, &size);

    if (child < 0)
        die("forkpty");
    if (child == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        setenv("XDG_STATE_HOME", "/nonexistent", 1); /* no journal of ours */
        execv(argv[0], argv);
        _exit(127);
    }
    struct pollfd ready = { .fd = master, .events = POLLIN };
    while (len < sizeof(seen) - 1 && poll(&ready, 1, 5000) > 0) {
        ssize_t n = read(master, seen + len, sizeof(seen) - 1 - len);
        if (n <= 0)
            break;
        len += (size_t)n;
        seen[len] = 0;
        if (strstr(seen, "palette")) { /* in the last line */
            o.seconds = now() - start;
            break;
        }
    }
    kill(child, SIGKILL);
    close(master);
    finish(&o, child, false);
    if (o.seconds == 0) {
        fprintf(stderr, "bench: no screen came\n");
        exit(1);
    }
    return o;
}

static struct outcome measure(const struct task *t, char *program, char *table)
{
    static char printed[1 << 20], commands[8192];
    char *version[] = { program, "--version", NULL }, *screen[] = { program, table, NULL };
    char *quiet[] = { program, "run", "-q", "-c", commands, NULL };
    char *json[] = { program, "run", "--json", "-c", commands, NULL };

    if (t->measure == FIRST_SCREEN)
        return run_screen(screen);
    if (!t->commands)
        return run(version, printed, sizeof(printed));
    const char *hole = strstr(t->commands, "%s");
    snprintf(commands, sizeof(commands), "%.*s'%s'%s", (int)(hole - t->commands), t->commands,
             table, hole + 2);
    struct outcome o = run(t->measure == LAST_COMMAND ? json : quiet, printed, sizeof(printed));
    if (t->measure == LAST_COMMAND)
        o.seconds = last_ms(printed) / 1000;
    return o;
}

/* ---------------------------------------------------------------- the list */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void run_task(const struct task *t, char *program, const char *version)
{
    static const char *const measures[] = { "whole process", "the command alone", "first screen" };
    char table[4096] = "";
    double seconds[MOST_RUNS], peak = 0;

    if (t->table && !find_table(table, t->table))
        return; /* only where $BENCH_DATA has it */
    for (int i = 0; i < t->runs; i++) {
        struct outcome o = measure(t, program, table);
        seconds[i] = o.seconds;
        peak = o.peak_mb > peak ? o.peak_mb : peak;
    }
    qsort(seconds, (size_t)t->runs, sizeof(*seconds), by_size);
    printf(
        "{\"task\":\"%s\",\"tool\":\"assay\",\"version\":\"%s\",\"seconds\":%.6f,\"fastest\":%.6f,"
        "\"runs\":%d,\"peak_mb\":%.1f,\"measure\":\"%s\",\"table\":\"%s\"}\n",
        t->name, version, seconds[t->runs / 2], seconds[0], t->runs, peak, measures[t->measure],
        t->table ? table : "");
    fflush(stdout);
}

static bool is_wanted(const char *name, int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return argc == 2;
}

int main(int argc, char **argv)
{
    char version[256] = "";

    if (argc < 2) {
        fprintf(stderr, "usage: bench ASSAY [TASK…]\n");
        return 2;
    }
    char *ask[] = { argv[1], "--version", NULL };
    run(ask, version, sizeof(version));
    version[strcspn(version, "\n")] = 0;
    const char *number = strrchr(version, ' ');
    if (!mkdtemp(made))
        die(made);
    atexit(remove_tables);
    for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++)
        if (is_wanted(tasks[i].name, argc, argv))
            run_task(&tasks[i], argv[1], number ? number + 1 : version);
    return 0;
}
