/* cell_story.h - one cell, followed from its file through the steps. */
#ifndef SESSIONS_CELL_STORY_H
#define SESSIONS_CELL_STORY_H

#include "report.h"
#include "workspace_stage.h"

struct cell_story {
    const struct workspace *ws;
    struct report *out;
    struct arena *arena;
    int depth; /* of stages gone back through */
};

/* Tell of the cell in row `row` of the source (from 0) and column `name`, as it is called now or was called before a
 * step.  Text, and data: file, line, offset, value, steps [{step, text, before, after}], made_by, made_from,
 * removed_by; for a joined table `from`, the same of the cell in the table it is from.  ERR_USAGE: no such
 * row or column. */
int cell_story_tell(struct cell_story *s, size_t row, const char *name, struct err *err);

#endif
