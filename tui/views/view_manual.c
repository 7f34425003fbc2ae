/* view_manual.c - help on commands, learners, plots, metrics. */
#include "view.h"
#include "widgets/text_pane.h"

static void manual_release(void *state)
{
    text_pane_release(state);
}

static void manual_heading(struct str *out, const void *state, const struct desk *d)
{
    (void)state;
    str_addf(out, "help%s%s", d->manual_topic.len ? " · " : "", d->manual_topic.buf);
}

static void manual_settle(void *state, struct desk *d, int w, int h)
{
    if (d->manual_version == 0)
        desk_open_manual(d, NULL, NULL);
    text_pane_set(state, d->manual.buf, d->manual_version);
    text_pane_settle(state, w, h);
}

static void manual_draw(const void *state, const struct desk *d, struct grid *g)
{
    text_pane_draw(state, d, g);
}

static bool manual_request(void *state, struct desk *d, enum request r)
{
    return text_pane_request(state, d, r);
}

static const struct binding manual_keys[] = {
    { .keys = "t", .command = "help ", .help = "another topic", .hint = "topic", .edit = true },
    { .keys = "c", .command = "help commands", .help = "all commands", .hint = "commands" },
    { .keys = "m", .command = "help learners", .help = "all learners", .hint = "learners" },
    { .keys = NULL },
};

const struct view view_manual = {
    .name = "manual",
    .title = "Help",
    .help = "The manual. :help TOPIC opens a page.",
    .keys = manual_keys,
    .state_size = sizeof(struct text_pane),
    .release = manual_release,
    .heading = manual_heading,
    .settle = manual_settle,
    .draw = manual_draw,
    .request = manual_request,
};
