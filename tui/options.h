/* options.h - the command line of DESIGN.md section 5, understood; nothing here touches the
 * system. */
#ifndef TUI_OPTIONS_H
#define TUI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "lex.h"

enum mode {
    MODE_WORKBENCH,
    MODE_RUN,
    MODE_REPLAY,
    MODE_REPL,
    MODE_PREDICT,
    MODE_HELP,    /* assay help [TOPIC] */
    MODE_USAGE,   /* --help */
    MODE_VERSION, /* --version */
    MODE_N
};

enum color_wish { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
    enum mode mode;
    const char *const *words; /* files; the session; model and data; the topic's words */
    size_t n_words;
    const char *commands; /* run -c, NULL */
    const char *to;       /* predict -o, NULL */
    struct definitions definitions;
    size_t threads; /* 0: not given */
    enum color_wish color;
    bool json, quiet, check, branches, dry_run, ascii, strict;
};

/* Lives in the arena and in argv.  ERR_USAGE: unknown option (with the nearest), one that the
 * mode does not have, a value that is absent or wrong, too many or too few words. */
int options_parse(struct options *out, int argc, char *const *argv, struct arena *arena,
                  struct err *err);
/* What --help prints: examples first. */
void options_usage(struct str *out);
/* The first word was meant for one of these, maybe: "run" for "rnu"; NULL. */
const char *options_nearest_mode(const char *word);

#endif
