/* view_report.c - what the last command said. */
#include "view.h"
#include "widgets/text_pane.h"

static void pane_release(void *state)
{
    text_pane_release(state);
}

static void pane_heading(struct str *out, const void *state, const struct desk *d)
{
    (void)state;
    str_addf(out, "report%s%s", d->report_title.len ? " · " : "", d->report_title.buf);
}

static void pane_settle(void *state, struct desk *d, int w, int h)
{
    text_pane_set(state, d->report.len ? d->report.buf : "Nothing has been reported yet.\n",
                  d->report_version);
    text_pane_settle(state, w, h);
}

static void pane_draw(const void *state, const struct desk *d, struct grid *g)
{
    text_pane_draw(state, d, g);
}

static bool pane_request(void *state, struct desk *d, enum request r)
{
    return text_pane_request(state, d, r);
}

static const struct binding report_keys[] = {
    { .keys = "D", .command = "describe", .help = "describe every column", .hint = "describe" },
    { .keys = NULL },
};

const struct view view_report = {
    .name = "report",
    .title = "Report",
    .help = "What the last command said.",
    .keys = report_keys,
    .state_size = sizeof(struct text_pane),
    .release = pane_release,
    .heading = pane_heading,
    .settle = pane_settle,
    .draw = pane_draw,
    .request = pane_request,
};
