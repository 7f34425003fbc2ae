/* cell.h - cells to text and text to cells.
 *
 * Two forms: exact (cell_text: reads back as the same value; the CSV writer's) and for people
 * (cell_show: at most `digits` significant digits, missing as "·", control bytes escaped).
 */
#ifndef TABLE_CELL_H
#define TABLE_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "table/column.h"

/* Append the exact text; nothing when missing.  Dates as 2024-02-29, timestamps as
 * 2024-02-29T12:30:00Z with as many decimals as needed, bool as true and false. */
void cell_text(struct str *out, const struct column *c, size_t i);
/* Append for people; `missing` is shown for a missing cell. */
void cell_show(struct str *out, const struct column *c, size_t i, int digits, const char *missing);

/* Whole text to a value of the type, as the readers do it; false when it is none.  Category and
 * text are never asked.  Dates: YYYY-MM-DD, YYYY/MM/DD; timestamps: a date, blank or T, HH:MM[:SS[.ffffff]],
 * then nothing (UTC), Z or ±HH:MM.  bool: true/false, TRUE/FALSE, True/False, yes/no, Yes/No, T/F. */
bool cell_parse_bool(bool *out, const char *s, size_t len);
bool cell_parse_date(int32_t *days, const char *s, size_t len);
bool cell_parse_timestamp(int64_t *us, const char *s, size_t len);

/* Proleptic Gregorian calendar; source: Hinnant, "chrono-compatible low-level date algorithms". */
int32_t calendar_days(int32_t year, unsigned month, unsigned day);
void calendar_date(int32_t days, int32_t *year, unsigned *month, unsigned *day);
bool calendar_valid(int32_t year, unsigned month, unsigned day);

/* Another type of the same values; cells that cannot be converted become missing and are counted
 * in *n_lost (rows in order to lost[0..max_lost)).  Category ↔ text never loses.  ERR_NOMEM. */
int column_cast(struct column **out, const struct column *c, enum column_type type, size_t *n_lost,
                uint32_t *lost, size_t max_lost, struct err *err);

#endif
