#include "base/param_read.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"

/* "'pricee' is not a number; C takes a real number above 0": every complaint ends in what would be
 * right. */
static int refuse(const struct param_spec *spec, const char *before, const char *text,
                  const char *after, struct err *err)
{
    struct str range;

    str_init(&range);
    param_describe_range(&range, spec);
    err_set(err, ERR_USAGE, "%s%s%s; %s takes %s", before, text, after, spec->name, range.buf);
    str_release(&range);
    return -1;
}

/* ---------------------------------------------------------------- numbers */

bool param_has_range(const struct param_spec *spec)
{
    return spec->min != 0 || spec->max != 0;
}

/* A parameter with a range is a finite number: C=inf is never meant. */
static bool in_range(const struct param_spec *spec, double v)
{
    if (!param_has_range(spec))
        return true;
    bool above = spec->flags & PARAM_OPEN_MIN ? v > spec->min : v >= spec->min;
    bool below = spec->flags & PARAM_OPEN_MAX ? v < spec->max : v <= spec->max;
    return isfinite(v) && above && below;
}

static int refuse_range(const struct param_spec *spec, const char *text, struct err *err)
{
    struct str before;

    str_init(&before);
    str_addf(&before, "%s=", spec->name);
    refuse(spec, before.buf, text, " is out of range", err);
    str_release(&before);
    return -1;
}

static int read_int(struct param_value *v, const struct param_spec *spec, const char *text,
                    struct arena *arena, struct err *err)
{
    int64_t n;
    double real;

    if (!text_parse_int(&n, text, strlen(text))) {
        /* 1e6 and 3.0 are whole numbers; say how they are written rather than deny it. */
        if (text_parse_real(&real, text, strlen(text)) && fabs(real) < 0x1p53 &&
            real == nearbyint(real))
            return err_set(err, ERR_USAGE, "%s=%s is not written as a whole number; write %s=%.0f",
                           spec->name, text, spec->name, real);
        return refuse(spec, "'", text, "' is not a whole number", err);
    }
    if (!in_range(spec, (double)n))
        return refuse_range(spec, text, err);
    v->integer = n;
    v->real = (double)n;
    v->text = arena_printf(arena, "%" PRId64, n);
    return 0;
}

static int read_real(struct param_value *v, const struct param_spec *spec, const char *text,
                     struct arena *arena, struct err *err)
{
    char buf[TEXT_REAL_SIZE];
    double real;

    for (size_t k = 0; spec->choices && spec->choices[k]; k++)
        if (strcmp(text, spec->choices[k]) == 0) {
            v->real = NAN;
            v->integer = (int64_t)k + 1;
            v->text = spec->choices[k];
            return 0;
        }
    if (!text_parse_real(&real, text, strlen(text)))
        return refuse(spec, "'", text, "' is not a number", err);
    if (!in_range(spec, real))
        return refuse_range(spec, text, err);
    v->real = real;
    v->text = arena_strdup(arena, text_real(buf, real, false));
    return 0;
}

/* ---------------------------------------------------------------- words */

static int read_flag(struct param_value *v, const struct param_spec *spec, const char *text,
                     struct err *err)
{
    static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

    for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
        if (strcmp(text, words[k]) != 0)
            continue;
        v->flag = k % 2 == 1;
        v->text = words[k % 2];
        return 0;
    }
    return refuse(spec, "'", text, "' is neither yes nor no", err);
}

static int refuse_ambiguous(const struct param_spec *spec, const char *text, struct err *err)
{
    struct str fits;

    str_init(&fits);
    for (size_t k = 0; spec->choices[k]; k++)
        if (strncmp(spec->choices[k], text, strlen(text)) == 0)
            str_addf(&fits, "%s%s", fits.len ? " or " : "", spec->choices[k]);
    err_set(err, ERR_USAGE, "%s=%s could be %s; write more of it", spec->name, text, fits.buf);
    str_release(&fits);
    return -1;
}

static int read_choice(struct param_value *v, const struct param_spec *spec, const char *text,
                       struct err *err)
{
    size_t len = strlen(text), n_fits = 0, found = 0;

    for (size_t k = 0; spec->choices[k]; k++) {
        if (len == 0 || strncmp(spec->choices[k], text, len) != 0)
            continue;
        found = k;
        n_fits++;
        if (spec->choices[k][len] == '\0') {
            n_fits = 1;
            break;
        }
    }
    if (n_fits > 1)
        return refuse_ambiguous(spec, text, err);
    if (n_fits == 0)
        return refuse(spec, "'", text, "' is not known", err);
    v->integer = (int64_t)found;
    v->text = spec->choices[found];
    return 0;
}

bool param_is_name(const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t step = text_decode(&code, text + i, len - i);
        bool starts = code == '_' || text_is_letter(code);
        bool follows = i > 0 && ((code >= '0' && code <= '9') || code == '-' || code == '.');
        if (!starts && !follows)
            return false;
        i += step;
    }
    return len > 0;
}

/* ---------------------------------------------------------------- lists */

/* The next piece of a comma-separated list into `out`, blanks trimmed; "\," is a comma of the name
 * and "\\" a backslash.  Returns where the next piece starts, NULL after the last. */
static const char *next_piece(struct str *out, const char *text)
{
    size_t end = 0;

    while (text[end] != '\0' && text[end] != ',')
        end += text[end] == '\\' && text[end + 1] != '\0' ? 2 : 1;
    struct span piece = span_trim((struct span){ text, end });
    str_clear(out);
    for (size_t i = 0; i < piece.len; i++) {
        bool escape = piece.at[i] == '\\' && i + 1 < piece.len &&
                      (piece.at[i + 1] == ',' || piece.at[i + 1] == '\\');
        i += escape;
        str_add_char(out, piece.at[i]);
    }
    return text[end] == ',' ? text + end + 1 : NULL;
}

static const char *join_list(const struct param_value *v, struct arena *arena)
{
    struct str joined;

    str_init(&joined);
    for (size_t k = 0; k < v->n_list; k++) {
        if (k > 0)
            str_add_char(&joined, ',');
        for (const char *c = v->list[k]; *c != '\0'; c++) {
            if (*c == ',' || *c == '\\')
                str_add_char(&joined, '\\');
            str_add_char(&joined, *c);
        }
    }
    const char *text = arena_strndup(arena, joined.buf, joined.len);
    str_release(&joined);
    return text;
}

/* Adds the words of `text` to those that are there.  A comma at the end is fine: "a, b" typed
 * without quotes arrives as two words. */
static int read_list(struct param_value *v, const struct param_spec *spec, const char *text,
                     struct arena *arena, struct err *err)
{
    size_t most = v->n_list + 1, n = v->n_list;
    struct str piece;

    for (const char *c = text; *c != '\0'; c++)
        most += *c == ',';
    const char **list = ARENA_NEW(arena, const char *, most);
    for (size_t k = 0; k < v->n_list; k++)
        list[k] = v->list[k];
    str_init(&piece);
    bool empty = false;
    for (const char *at = text; at && !empty;) {
        at = next_piece(&piece, at);
        if (piece.len > 0)
            list[n++] = arena_strndup(arena, piece.buf, piece.len);
        else
            empty = at != NULL || n == v->n_list;
    }
    str_release(&piece);
    if (empty)
        return refuse(spec, "'", text, "' has an empty name in it", err);
    v->list = list;
    v->n_list = n;
    v->text = join_list(v, arena);
    return 0;
}

/* One path more; the canonical text has a line for each, and reads as all of them. */
static int read_paths(struct param_value *v, const struct param_spec *spec, const char *text,
                      struct arena *arena, struct err *err)
{
    size_t most = v->n_list + 1, n = v->n_list;

    for (const char *c = text; *c != '\0'; c++)
        most += *c == '\n';
    const char **list = ARENA_NEW(arena, const char *, most);
    for (size_t k = 0; k < n; k++)
        list[k] = v->list[k];
    for (const char *end; *text; text = *end ? end + 1 : end) {
        end = strchrnul(text, '\n');
        if (end > text)
            list[n++] = arena_strndup(arena, text, (size_t)(end - text));
    }
    if (n == v->n_list)
        return refuse(spec, "", spec->name, " is empty", err);
    v->text = list[0];
    for (size_t k = 1; k < n; k++)
        v->text = arena_printf(arena, "%s\n%s", v->text, list[k]);
    v->list = list;
    v->n_list = n;
    return 0;
}

/* ---------------------------------------------------------------- all */

static int read_words(struct param_value *v, const struct param_spec *spec, const char *text,
                      struct arena *arena, struct err *err)
{
    bool may_be_empty = spec->type == PARAM_TEXT || spec->type == PARAM_REST;

    if (text[0] == '\0' && !may_be_empty)
        return refuse(spec, "", spec->name, " is empty", err);
    if (spec->type == PARAM_NAME && !param_is_name(text))
        return refuse(spec, "'", text, "' is not a name", err);
    v->text = arena_strdup(arena, text);
    return 0;
}

int param_read(struct param_value *v, const struct param_spec *spec, const char *text,
               struct arena *arena, struct err *err)
{
    switch (spec->type) {
    case PARAM_INT:
        return read_int(v, spec, text, arena, err);
    case PARAM_REAL:
        return read_real(v, spec, text, arena, err);
    case PARAM_FLAG:
        return read_flag(v, spec, text, err);
    case PARAM_CHOICE:
        return read_choice(v, spec, text, err);
    case PARAM_COLUMNS:
    case PARAM_MODELS:
        return read_list(v, spec, text, arena, err);
    case PARAM_PATHS:
        return read_paths(v, spec, text, arena, err);
    case PARAM_TEXT:
    case PARAM_NAME:
    case PARAM_COLUMN:
    case PARAM_PATH:
    case PARAM_EXPR:
    case PARAM_MODEL:
    case PARAM_LEARNER:
    case PARAM_REST:
        return read_words(v, spec, text, arena, err);
    }
    assert(0 && "unknown type in a parameter table");
    return -1;
}
