/* fuzz_main.c - a fuzzer's entry without libFuzzer: give it every file of a folder, or the files named.
 *
 * So what was ever found stays a test, with any compiler and under any sanitizer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *path)
{
    perror(path);
    exit(1);
}

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat st;

    if (!file || fstat(fileno(file), &st))
        fail(path);
    /* Of exact size, so that a sanitizer sees the first byte read past the end. */
    uint8_t *data = malloc(st.st_size ? (size_t)st.st_size : 1);
    size_t size = data ? fread(data, 1, (size_t)st.st_size, file) : 0;
    if (!data || size != (size_t)st.st_size)
        fail(path);
    fclose(file);
    printf("%s: %zu bytes\n", path, size);
    fflush(stdout); /* a crash should tell with which file */
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

static size_t run_folder(const char *path)
{
    struct dirent **entries;
    char name[4096];
    size_t n_run = 0;
    int n = scandir(path, &entries, NULL, alphasort);

    if (n < 0)
        fail(path);
    for (int i = 0; i < n; i++) {
        if (entries[i]->d_name[0] != '.') {
            snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
            run_file(name);
            n_run++;
        }
        free(entries[i]);
    }
    free(entries);
    return n_run;
}

int main(int argc, char **argv)
{
    size_t n = 0;

    for (int i = 1; i < argc; i++) {
        struct stat st;
        if (stat(argv[i], &st))
            fail(argv[i]);
        if (S_ISDIR(st.st_mode))
            n += run_folder(argv[i]);
        else
            n++, run_file(argv[i]);
    }
    printf("%zu inputs, none of them a fault\n", n);
    return n == 0; /* an empty corpus tests nothing */
}
