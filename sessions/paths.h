/* paths.h - where the files that a command reads are.
 *
 * A path is taken as it stands, seen from the working directory; when nothing is there, beside the
 * session file that names it; a bare name at last among the shipped data.
 */
#ifndef SESSIONS_PATHS_H
#define SESSIONS_PATHS_H

#include "command.h"

/* The file to open, in the context's arena; the path itself when there is none. */
const char *paths_find(const struct context *ctx, const char *path);
/* The canonical line with the files it reads named in full, so that it means the same in another
 * folder. */
void paths_print_full(struct str *out, const struct context *ctx);
/* Does the line read a file that was found beside its session file? */
bool paths_beside(const struct context *ctx);
/* Are both the same folder?  "" is the working directory. */
bool paths_same_folder(const char *a, const char *b);

#endif
