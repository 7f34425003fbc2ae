/* find_text.h - is it in there?  As in vi with smartcase: capitals in the pattern mean capitals. */
#ifndef TUI_FIND_TEXT_H
#define TUI_FIND_TEXT_H

#include <stdbool.h>

bool find_text(const char *text, const char *pattern);
/* How well a pattern fits a name whose letters it has in order: the lower the better, -1 not at
 * all. */
int fuzzy_score(const char *name, const char *pattern);

#endif
