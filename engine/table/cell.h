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
 * 2024-02-29T12:30:00Z with as many decimals as needed, bool as true and false, a whole real as
 * 5.0, so that it stays one.  Years outside 0001 to 9999 are written but not read back. */
void cell_text(struct str *out, const struct column *c, size_t i);
/* Append for people: timestamps as 2024-02-29 12:30:00; `missing` is shown for a missing cell. */
void cell_show(struct str *out, const struct column *c, size_t i, int digits, const char *missing);

/* Whole text to a value of the type, as the readers do it; false when it is none.  Category and
 * text are never asked.  Dates: YYYY-MM-DD, YYYY/MM/DD; timestamps: a date, blank or T, HH:MM[:SS[.ffffff]],
 * then nothing (UTC), Z or ±HH:MM.  Years 0001 to 9999 (in UTC).  bool: true/false, TRUE/FALSE, True/False, yes/no, Yes/No, T/F. */
bool cell_parse_bool(bool *out, const char *s, size_t len);
bool cell_parse_date(int32_t *days, const char *s, size_t len);
bool cell_parse_timestamp(int64_t *us, const char *s, size_t len);

/* Proleptic Gregorian calendar; source: Hinnant, "chrono-compatible low-level date algorithms". */
int32_t calendar_days(int32_t year, unsigned month, unsigned day);
void calendar_date(int32_t days, int32_t *year, unsigned *month, unsigned *day);
bool calendar_valid(int32_t year, unsigned month, unsigned day);

/* Another type of the same values; cells that cannot be converted become missing and are counted
 * in *n_lost (may be NULL; rows in order to lost[0..max_lost)).
 *
 *   to text, category   the exact text; never loses
 *   text, category to   whatever the readers take for a value of the type; to int also a whole real,
 *                       to bool also 0 and 1, to date also a timestamp's day, to timestamp a date
 *   bool, int, real     to int: whole and within range; to bool: 0 and 1; an int beyond 2^53 becomes
 *                       the nearest real
 *   date, timestamp     midnight UTC; the day in UTC
 *
 * ERR_SHAPE between numbers and dates; ERR_NOMEM. */
int column_cast(struct column **out, const struct column *c, enum column_type type, size_t *n_lost,
                uint32_t *lost, size_t max_lost, struct err *err);

#endif
