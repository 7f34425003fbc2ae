/* survey.h - facts about tables that cost time, found beside the screen and remembered.
 *
 * One thread of its own works through what was asked for, the latest question first; a getter
 * gives the answer or NULL as long as there is none, and survey_fd becomes readable when one
 * arrived.  Answers are borrowed until the second survey_sweep after they were last asked for.
 * All but the thread itself is for the screen's thread.
 */
#ifndef TUI_SURVEY_H
#define TUI_SURVEY_H

#include "canvas.h"
#include "gnuplot.h"
#include "profile/expect.h"
#include "profile/profile.h"
#include "profile/selection.h"
#include "table/diff.h"

struct survey;

struct survey *survey_new(const struct gnuplot_options *gnuplot);
void survey_free(struct survey *s); /* waits for the question in hand */

const struct profile_column *survey_profile(struct survey *s, const struct column *c);
/* NULL also when the two cannot be compared. */
const struct diff *survey_diff(struct survey *s, const struct table *before,
                               const struct table *after);
/* The rows that the selection leaves, with the counts of its facets when they are wanted. */
const struct looked *survey_look(struct survey *s, const struct table *t,
                                 const struct selection *selection, bool with_counts);
/* Does the expectation hold of the table?  1 yes, 0 no, -1 while that is being found. */
int survey_expected(struct survey *s, const struct expectation *e, const struct table *t);
/* The figure in width × height cells, by gnuplot or plainly; *note (may be NULL) says why
 * plainly, "".  The figure is copied. `id` tells figures apart: another figure, another id. */
const struct canvas *survey_plot(struct survey *s, const struct figure *f, size_t id, int width,
                                 int height, const char **note);

int survey_fd(const struct survey *s);
void survey_drain(struct survey *s); /* empties the descriptor */
/* The table is another one: forget what nobody asked for since the last sweep. */
void survey_sweep(struct survey *s);
/* Until every question has its answer; for tests. */
void survey_wait(struct survey *s);

#endif
