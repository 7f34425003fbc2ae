/* param.h - typed parameters: one description for commands, steps, learners, plots and readers.
 *
 * A parameter table is an array of param_spec that ends in a nameless one.  From it come parsing,
 * range checks, defaults, completion, forms, help, the manual and a tuning space.
 *
 * Invariants: a `struct params` holds one value per row of its table; after params_resolve every
 * value is set or the parameter is optional without default.  It is immutable from then on and
 * lives in the arena it was made in.
 */
#ifndef BASE_PARAM_H
#define BASE_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum param_type {
    PARAM_INT,
    PARAM_REAL,
    PARAM_FLAG,    /* yes or no */
    PARAM_CHOICE,  /* one of `choices` */
    PARAM_TEXT,    /* any text */
    PARAM_NAME,    /* a new name: letter of any script or _, then letters, digits, _ - . */
    PARAM_COLUMN,  /* a column's name */
    PARAM_COLUMNS, /* names, patterns (bill_*), `all`: words or a list with commas (\, in a name) */
    PARAM_PATH,    /* a file */
    PARAM_PATHS,   /* files, folders or patterns: words, each one path */
    PARAM_EXPR,    /* an expression: takes the rest of the line */
    PARAM_MODEL,   /* a model in the workspace */
    PARAM_MODELS,  /* one or more of them */
    PARAM_LEARNER, /* a learner's name */
    PARAM_REST,    /* the rest of the line as text */
};

enum param_flags {
    PARAM_REQUIRED = 1,
    PARAM_WORD = 2,     /* may be given by position, without its name= */
    PARAM_OPEN_MIN = 4, /* min itself is out of range */
    PARAM_OPEN_MAX = 8,
    PARAM_LOG = 16,       /* a tuner should search its logarithm */
    PARAM_HIDDEN = 32,    /* not tuned */
    PARAM_INPUT = 64,     /* a path that is read (completion, digests) */
    PARAM_OUTPUT = 128,   /* a path that is written */
    PARAM_PER_FILE = 256, /* a reader's: says nothing about other files with the same columns */
};

/* min == max == 0 means any number, inf and nan too; with a range the number is finite, and an
 * infinite min or max leaves that side open.  `fallback` is the default as text, NULL when there is
 * none. */
struct param_spec {
    const char *name;
    enum param_type type;
    unsigned flags;
    double min, max;
    /* PARAM_CHOICE: ends in NULL.  PARAM_REAL: words that stand for no number ("cv"), or NULL. */
    const char *const *choices;
    const char *fallback;
    const char *help; /* one line, no full stop */
};

struct param_value {
    bool set;
    bool given; /* by the user, not by default */
    bool flag;
    int64_t integer;  /* PARAM_INT; PARAM_CHOICE: index; PARAM_REAL: 0, or of a word 1 + index */
    double real;      /* PARAM_REAL, PARAM_INT; NAN for a word */
    const char *text; /* every type: canonical text */
    const char *const *list; /* types that take a list */
    size_t n_list;
    size_t col, width; /* where it stood in the line (from 1; 0 unknown), for carets */
};

struct params {
    const struct param_spec *specs;
    struct param_value *values;
    size_t n;
};

/* Columns, models and paths: more than one word. */
bool param_takes_list(enum param_type type);
size_t param_count(const struct param_spec *specs);
/* Index of `name`, exact or by unique prefix when `abbreviated`; -1 when unknown, -2 when
 * ambiguous. */
int param_find(const struct param_spec *specs, const char *name, bool abbreviated);

/* A set of unset values over `specs` in the arena. */
void params_init(struct params *p, const struct param_spec *specs, struct arena *arena);
/* Parse and range-check `text` for parameter `i`; *p stays as it was on error.  The value's text is
 * canonical: it reads back as the same value.  A second call for a type that takes a list
 * adds words; for any other type it is an error.  ERR_USAGE: "'pricee' is not a number; C takes a
 * real number above 0". */
int params_set(struct params *p, size_t i, const char *text, struct arena *arena, struct err *err);
/* As params_set by name, in place of any value that is there: what was found out while it ran. */
int params_put(struct params *p, const char *name, const char *text, struct arena *arena,
               struct err *err);
/* Fill defaults; ERR_USAGE naming the first required one that is absent. */
int params_resolve(struct params *p, struct arena *arena, struct err *err);
/* Deep copy into another arena. */
void params_copy(struct params *out, const struct params *p, struct arena *arena);

/* Getters by name: asserting that the name and type exist; 0 and no when unset. */
double params_real(const struct params *p, const char *name);
int64_t params_int(const struct params *p, const char *name);
bool params_flag(const struct params *p, const char *name);
int params_choice(const struct params *p, const char *name);
const char *params_text(const struct params *p, const char *name); /* NULL when unset */
const struct param_value *params_value(const struct params *p, const char *name);

/* "a real number above 0", "one of mean median mode", for messages, help and forms. */
void param_describe_range(struct str *out, const struct param_spec *spec);
/* Prove a table sane: names, defaults that parse, ranges.  ERR_USAGE with the reason. */
int param_check_specs(const struct param_spec *specs, struct err *err);

#endif
