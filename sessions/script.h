/* script.h - session files: plain text, one command a line, its digest behind it.
 *
 *   # assay session 1
 *   load penguins.csv delimiter=, header=yes …   #= 5e1f7a02:3f2a91c0d4e5b678 file=…
 *   # a note
 *   #| goto 1 line=5e1f7a02
 *   #| dedupe …   #= …
 *   #| branch other
 *
 * The first half of a digest is of the line, the second of its result.
 *
 * What stands behind "#|" are the other branches of the history, as commands: the ways to where they
 * begin (numbers count the commands of the file), their lines, their names.  To whoever only wants the
 * line as it stands (run, replay, source) they are comments; open brings them back.
 */
#ifndef SESSIONS_SCRIPT_H
#define SESSIONS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct script_line {
    const char *text;     /* continuation lines joined; comment included */
    const char *recorded; /* after "#=", NULL */
    size_t number;        /* of its first line */
};

struct script {
    /* Without blank lines; a comment of its own is a line, but not what the recorder itself writes. */
    struct script_line *lines;
    size_t n;
    struct script_line *branch_lines; /* (n_branch_lines) what stands behind "#|" */
    size_t n_branch_lines;
    const char *path;
};

/* From a file ("-": standard input).  ERR_IO; ERR_PARSE: NUL byte, a line longer than 1 MB, not text. */
int script_read(struct script *out, const char *path, struct arena *arena, struct err *err);
/* From text: `;` outside quotes separates commands too. */
int script_parse(struct script *out, const char *text, size_t len, const char *path,
                 bool semicolons, struct arena *arena, struct err *err);

/* "5e1f7a02:3f2a91c0d4e5b678" */
void script_digest(char buf[26], const char *line, struct digest result);

#endif
