/* expect_parts.h - what the files of expect.h share. */
#ifndef PROFILE_EXPECT_PARTS_H
#define PROFILE_EXPECT_PARTS_H

#include "profile/expect.h"

/* A column's name as an expression writes it, and a text literal. */
void expect_add_name(struct str *out, const char *column);
void expect_add_literal(struct str *out, const char *text);
/* Whether the text of a column's cells matches a pattern, as an expression. */
void expect_pattern_source(struct str *out, const char *column, const char *pattern);
/* -1 with the reason when the text is no expression. */
int expect_parses(const char *expression, struct err *err);

#endif
