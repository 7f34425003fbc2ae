/* where: from a cell back to its file, and what each step did to it. */
#include <string.h>

#include "base/text.h"
#include "cell_story.h"
#include "present.h"

static const struct param_spec where_params[] = {
    { .name = "row",
      .type = PARAM_INT,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .min = 1,
      .max = 4294967295.0,
      .help = "the row's number, as the sheet shows it" },
    { .name = "column",
      .type = PARAM_TEXT,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the column, as it is or was called" },
    { .name = NULL },
};

static int where_run(struct report *r, struct context *ctx, struct err *err)
{
    size_t row = (size_t)params_int(ctx->args, "row") - 1;
    const char *column = params_text(ctx->args, "column");
    struct cell_story story = { .ws = ctx->ws, .out = r, .arena = ctx->arena };

    report_put_int(r, "row", (int64_t)row + 1);
    report_put_text(r, "column", column);
    return cell_story_tell(&story, row, column, err);
}

const struct command verb_where = {
    .name = "where",
    .stage = "Data",
    .help = "where a cell comes from and what each step did to it",
    .details =
        "Says the file, the line and the byte at which the row begins, the value as it was read, "
        "and "
        "each step that changed it, with the value after. A column that a step made leads back to "
        "those it was made from; a joined table to the file that the cell is from. A row that is "
        "gone is "
        "told with the step that removed it.",
    .example = "where 4 sex",
    .params = where_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_VOLATILE,
    .run = where_run,
};
