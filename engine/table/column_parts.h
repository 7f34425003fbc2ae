/* column_parts.h - what the files that make columns share; for engine/table only. */
#ifndef TABLE_COLUMN_PARTS_H
#define TABLE_COLUMN_PARTS_H

#include "table/column.h"

/* Names the block in the error when there is no memory; whoever knows the column's name prefixes. */
#define COLUMN_WHAT "a column"

/* A column without buffers, which the caller adds before anybody else sees it. */
struct column *column_shell(enum column_type type, size_t n_rows);

/* Bytes that the values of n rows take (text: the offsets). */
size_t column_values_size(enum column_type type, size_t n_rows);

/* ---- levels seen so far by a category builder, in order of appearance ---- */
struct intern;

struct intern *intern_new(void);
void intern_free(struct intern *in); /* NULL is fine */
/* The code of a text, a new one when it was not seen yet; -1 with ERR_NOMEM or ERR_SHAPE. */
int32_t intern_code(struct intern *in, const char *s, size_t len, struct err *err);
/* The levels in byte order; rank[code], int32, is where each one went.  Both are yours.  The
 * interned texts are gone, also on error. */
int intern_finish(struct column **levels, struct buffer **rank, struct intern *in, struct err *err);

#endif
