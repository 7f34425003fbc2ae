/* audit_texts.h - what several detectors ask about the texts of a column. */
#ifndef PROFILE_AUDIT_TEXTS_H
#define PROFILE_AUDIT_TEXTS_H

#include "profile/audit.h"

/* The code of a text, 0 when no cell of the column has it; O(log values). */
uint32_t audit_find_text(const struct coded_column *c, struct span text);
/* Share of the cells that are there whose text is a number; has a letter. */
double audit_share_numbers(const struct coded_column *c);
double audit_share_words(const struct coded_column *c);
/* Share of the cells that are there whose text occurs once: Good and Turing's estimate of how often
 * a new cell would have a text never seen. */
double audit_share_once(const struct coded_column *c);
/* Names of columns as one parameter: "a,b", with \\ before a comma in a name. */
const char *audit_list(struct audit_context *a, const size_t *cols, size_t n);
/* How sure the text alone makes it that it stands for missing ("n/a", "?"); 0: it does not. */
double audit_missing_word(struct span s);
/* Was the cell, of a row of the table, rejected when the file was read? */
bool audit_is_rejected(const struct audit_context *a, size_t col, size_t row);
/* impute COLUMN, or drop missing COLUMN where it is the target. */
void audit_fix_fill(struct audit_context *a, struct audit_finding *f, size_t col);
/* repair COLUMN method=METHOD, unless the column is the target. */
void audit_fix_repair(struct audit_context *a, struct audit_finding *f, size_t col,
                      const char *method);

#endif
