/* platform.c - environment, folders, clock. */
#include "platform.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

static bool is_folder_there(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode) && access(path, R_OK | X_OK) == 0;
}

/* PREFIX/share/assay for a program that runs as PREFIX/bin/assay, wherever PREFIX was moved. */
static const char *share_beside_program(struct arena *arena)
{
    char program[4096];
    ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

    if (n <= 0)
        return NULL;
    program[n] = 0;
    char *slash = strrchr(program, '/');
    if (!slash)
        return NULL;
    *slash = 0;
    return arena_printf(arena, "%s/../share/assay", program);
}

const char *platform_share_dir(struct arena *arena)
{
    const char *named = getenv("ASSAY_SHARE");
    const char *beside = share_beside_program(arena);

    if (named && *named)
        return arena_strdup(arena, named);
    if (beside && is_folder_there(beside))
        return beside;
#ifdef ASSAY_SHARE_DIR
    if (is_folder_there(ASSAY_SHARE_DIR))
        return ASSAY_SHARE_DIR;
#endif
#ifdef ASSAY_SOURCE_SHARE
    if (is_folder_there(ASSAY_SOURCE_SHARE))
        return ASSAY_SOURCE_SHARE;
#endif
    return NULL;
}

const char *platform_state_dir(struct arena *arena)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");

    if (state && state[0] == '/')
        return arena_printf(arena, "%s/assay", state);
    if (home && home[0] == '/')
        return arena_printf(arena, "%s/.local/state/assay", home);
    return NULL;
}

static size_t threads_from(const char *name)
{
    const char *text = getenv(name);
    int64_t n;

    if (!text || !text_parse_int(&n, text, strlen(text)) || n < 1 || n > 256)
        return 0;
    return (size_t)n;
}

size_t platform_threads(size_t wished)
{
    if (!wished)
        wished = threads_from("ASSAY_THREADS");
    return wished ? wished : threads_from("OMP_NUM_THREADS");
}

bool platform_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool platform_has_colour(enum color_wish wish, int fd)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (wish != COLOR_AUTO)
        return wish == COLOR_ALWAYS;
    return isatty(fd) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

double platform_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
