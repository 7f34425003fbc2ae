/* loading.h - reading the files that load, join and append name. */
#ifndef SESSIONS_LOADING_H
#define SESSIONS_LOADING_H

#include "command.h"
#include "io/reader.h"

/* The reader's parameters, for command.extend: by format= or by the suffix of the first path. */
int loading_extend(const struct param_spec **more, const struct params *so_far, struct err *err);
/* The source that path=, format=, member= and the reader's parameters name: one file, or several as one table.
 * `early`: its first rows may be looked at while the rest is read. */
int loading_read(struct source **out, struct context *ctx, bool early, struct err *err);
/* What the reader found out goes into the command, so that a replay never guesses again; the digest and what is known of
 * the files goes beside it. */
void loading_keep(struct context *ctx, const struct source *s);
/* What was loaded, in few words. */
const char *loading_name(const struct context *ctx, const struct source *s);

#endif
