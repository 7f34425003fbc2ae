/* param_read.h - the text of one parameter to its value; for param.c and param_check.c only. */
#ifndef BASE_PARAM_READ_H
#define BASE_PARAM_READ_H

#include "base/param.h"

/* Parse and range-check `text` into *v, in canonical form; a list grows.  Leaves `set` and `given`
 * to the caller and *v as it was on error.  ERR_USAGE. */
int param_read(struct param_value *v, const struct param_spec *spec, const char *text,
               struct arena *arena, struct err *err);

bool param_has_range(const struct param_spec *spec);

/* Letter or _, then letters, digits, _ - . */
bool param_is_name(const char *text);

#endif
