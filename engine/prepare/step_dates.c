/* step_dates.c - texts to dates and moments, and their parts as features. */
#include <string.h>

#include "base/mem.h"
#include "prepare/date_parts.h"
#include "prepare/pairs.h"
#include "prepare/step_columns.h"
#include "prepare/table_edit.h"
#include "table/cell.h"
#include "table/date_format.h"

enum { TO_AUTO, TO_DATE, TO_TIMESTAMP };

static const char *const dates_types[] = { "auto", "date", "timestamp", NULL };

static const struct param_spec dates_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "columns of text, whole numbers, dates or timestamps" },
    { .name = "format",
      .type = PARAM_TEXT,
      .help = "how texts are written, as in %d.%m.%Y; several with commas between them, the first "
              "that fits counts; found when absent, and recorded" },
    { .name = "to",
      .type = PARAM_CHOICE,
      .choices = dates_types,
      .fallback = "auto",
      .help = "auto: timestamp when a format has a time, else date" },
    { .name = "zone",
      .type = PARAM_TEXT,
      .fallback = "Z",
      .help = "of times that name none, as in +02:00; all become UTC" },
    { .name = "parts",
      .type = PARAM_TEXT,
      .help = "new columns of parts: year quarter month day weekday yearday week hour minute "
              "second, with commas between them" },
    { .name = "keep",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "keep the column beside its parts" },
    { .name = NULL },
};

#define ROWS_PER_TICK 65536
#define DAY_US        INT64_C(86400000000)

struct dating {
    struct date_format *formats; /* (n_formats) */
    size_t n_formats;
    int to;
    int64_t offset_us;
    struct date_parts parts;
};

static bool dates_applies(const void *ctx, const struct column *c)
{
    (void)ctx;
    return column_is_text(c) || c->type == COLUMN_INT || c->type == COLUMN_DATE ||
           c->type == COLUMN_TIMESTAMP;
}

static bool dates_means(const void *ctx, const struct column *c)
{
    (void)ctx;
    return c->type == COLUMN_DATE || c->type == COLUMN_TIMESTAMP;
}

static const struct column_rule dates_rule = {
    .applies = dates_applies,
    .wanted = "text, a category, an int, a date or a timestamp",
    .meant = dates_means,
};

static bool is_dated(const struct column *c)
{
    return dates_means(NULL, c);
}

/* ---------------------------------------------------------------- reading texts */

static bool read_text(int64_t *us, const struct dating *d, struct span text)
{
    for (size_t k = 0; k < d->n_formats; k++)
        if (date_format_read(us, &d->formats[k], text, d->offset_us))
            return true;
    return false;
}

static int64_t floor_days(int64_t us)
{
    return us / DAY_US - (us % DAY_US < 0);
}

static enum column_type type_of(const struct dating *d)
{
    bool has_time = false;

    for (size_t k = 0; k < d->n_formats; k++)
        has_time = has_time || d->formats[k].has_time;
    return d->to == TO_DATE || (d->to == TO_AUTO && !has_time) ? COLUMN_DATE : COLUMN_TIMESTAMP;
}

static int read_texts(struct column **out, const struct dating *d, const struct column *c,
                      struct job *job, struct err *err)
{
    enum column_type type = type_of(d);
    struct column_builder b;
    struct str number;
    int rc = 0;

    str_init(&number);
    builder_init(&b, type, c->n_rows);
    for (size_t i = 0; i < c->n_rows && !rc; i++) {
        struct span text;
        int64_t us;
        if (column_is_text(c)) {
            text = column_span(c, i);
        } else {
            str_clear(&number);
            cell_text(&number, c, i);
            text = (struct span){ number.buf, number.len };
        }
        if (column_missing(c, i) || !read_text(&us, d, text))
            builder_add_missing(&b);
        else
            builder_add_int(&b, type == COLUMN_DATE ? floor_days(us) : us);
        if (i % ROWS_PER_TICK == 0)
            rc = job_tick(job, i, c->n_rows, err);
    }
    str_release(&number);
    if (!rc)
        return builder_finish(out, &b, err);
    builder_release(&b);
    return -1;
}

static int make_dated(struct column **out, const struct dating *d, const struct column *c,
                      const char *name, struct job *job, struct err *err)
{
    if (is_dated(c) && d->to == TO_AUTO) {
        *out = column_ref(c);
        return 0;
    }
    if (is_dated(c))
        return column_cast(out, c, d->to == TO_DATE ? COLUMN_DATE : COLUMN_TIMESTAMP, NULL, NULL, 0,
                           err);
    if (d->n_formats == 0)
        return err_set(err, ERR_USAGE,
                       "%s is %s: say how its dates are written, as in format=%%d.%%m.%%Y", name,
                       step_type_words(c->type));
    return read_texts(out, d, c, job, err);
}

/* ---------------------------------------------------------------- the columns */

static int date_column(struct table_edit *edit, const struct dating *d, const struct step_input *in,
                       size_t col, struct arena *arena, struct job *job, struct err *err)
{
    const char *name = table_name(in->table, col);
    struct column *dated;

    if (make_dated(&dated, d, table_at(in->table, col), name, job, err))
        return -1;
    int rc = 0;
    for (size_t k = 0; k < d->parts.n && !rc; k++) {
        struct column *part;
        rc = date_part_column(&part, dated, d->parts.which[k], name, err);
        if (!rc)
            edit_add(edit, arena_printf(arena, "%s_%s", name, date_part_names[d->parts.which[k]]),
                     part);
    }
    if (!rc)
        edit_put(edit, col, column_ref(dated));
    column_unref(dated);
    return rc;
}

/* Its parts stand in for it. */
static int drop_columns(struct table **out, const struct step_input *in, const size_t *cols,
                        size_t n, struct err *err)
{
    struct table *t = *out;
    size_t *kept = MEM_NEW(size_t, t->n_cols), n_kept = 0, at = 0;

    for (size_t j = 0; j < t->n_cols; j++) {
        if (at < n && cols[at] == j)
            at++;
        else
            kept[n_kept++] = j;
    }
    int rc = table_select(out, t, kept, n_kept, err);
    table_unref(t);
    mem_free(kept);
    (void)in;
    return rc;
}

/* The target's parts would be features that tell it. */
static int check_target(const struct dating *d, const struct step_input *in, size_t col,
                        struct err *err)
{
    const char *name = table_name(in->table, col);

    if (d->parts.n == 0 || roles_of(in->roles, name) != ROLE_TARGET)
        return 0;
    return err_set(err, ERR_USAGE, "%s is the target; its parts would tell it", name);
}

static int dating_init(struct dating *d, const struct params *p, struct arena *arena,
                       struct err *err)
{
    const char *format = params_text(p, "format"), *zone = params_text(p, "zone"),
               *parts = params_text(p, "parts");
    struct span *texts = NULL;

    d->to = params_choice(p, "to");
    if (format && pairs_parse_texts(&texts, &d->n_formats, format, arena, err))
        return -1;
    d->formats = ARENA_NEW(arena, struct date_format, d->n_formats);
    for (size_t k = 0; k < d->n_formats; k++) {
        struct span text = span_trim(texts[k]);
        if (date_format_init(&d->formats[k], arena_strndup(arena, text.at, text.len), err))
            return -1;
    }
    if (!date_offset_read(&d->offset_us, span_of(zone)))
        return err_set(err, ERR_USAGE, "zone=%s is no distance from UTC; write +02:00, -05:00 or Z",
                       zone);
    if (parts && date_parts_parse(&d->parts, parts, err))
        return -1;
    if (d->parts.n == 0 && !params_flag(p, "keep"))
        return err_set(err, ERR_USAGE, "keep=no leaves nothing; say which parts=");
    return 0;
}

static int dates_apply(struct table **out, const void *state, const struct step_input *in,
                       struct job *job, struct err *err)
{
    struct dating d = { 0 };
    struct table_edit edit;
    struct arena arena;
    size_t *cols, n;

    (void)state;
    arena_init(&arena);
    edit_init_all(&edit, in->table);
    int rc = dating_init(&d, in->params, &arena, err);
    if (!rc)
        rc = step_columns(&cols, &n, in, "columns", &dates_rule, &arena, err);
    for (size_t k = 0; !rc && k < n; k++) {
        rc = check_target(&d, in, cols[k], err);
        if (!rc)
            rc = date_column(&edit, &d, in, cols[k], &arena, job, err);
    }
    if (rc)
        edit_release(&edit);
    else
        rc = edit_finish(out, &edit, err);
    if (!rc && !params_flag(in->params, "keep"))
        rc = drop_columns(out, in, cols, n, err);
    arena_release(&arena);
    return rc;
}

/* ---------------------------------------------------------------- what was found out */

static bool is_noted(const struct str *formats, const char *text)
{
    const char *at = strstr(formats->buf, text);
    size_t len = strlen(text);

    return at && (at == formats->buf || at[-1] == ',') && (at[len] == ',' || at[len] == '\0');
}

static int guess_column(struct str *formats, const struct column *c, const char *name,
                        struct err *err)
{
    struct date_guess g;
    struct str escaped;

    date_guess(&g, c);
    if (g.ambiguous)
        return err_set(err, ERR_DOMAIN,
                       "%s fits %s and %s alike, and no day above 12 tells which; say "
                       "format=\"%s\" or format=\"%s\"",
                       name, g.formats[0].text, g.rival.text, g.formats[0].text, g.rival.text);
    if (g.n_values && 2 * g.n_read < g.n_values)
        return err_set(err, ERR_DOMAIN,
                       "the usual forms read %zu of %zu different texts of %s; say how its dates "
                       "are written, as in format=%%d.%%m.%%Y",
                       g.n_read, g.n_values, name);
    str_init(&escaped);
    for (size_t k = 0; k < g.n; k++) {
        str_clear(&escaped);
        str_add_listed(&escaped, span_of(g.formats[k].text));
        if (!is_noted(formats, escaped.buf))
            str_addf(formats, "%s%s", formats->len ? "," : "", escaped.buf);
    }
    str_release(&escaped);
    return 0;
}

/* Formats are found once, when the step is made, from what the texts show. */
static int dates_resolve(struct params *params, const struct step_resolving *r, struct err *err)
{
    size_t *cols, n;
    struct str formats;
    int rc = 0;

    if (params_text(params, "format"))
        return 0;
    if (step_columns(&cols, &n, r->in, "columns", &dates_rule, r->arena, err))
        return -1;
    str_init(&formats);
    for (size_t k = 0; k < n && !rc; k++)
        if (column_is_text(table_at(r->in->table, cols[k])))
            rc = guess_column(&formats, table_at(r->in->table, cols[k]),
                              table_name(r->in->table, cols[k]), err);
    if (!rc && formats.len)
        rc = params_put(params, "format", formats.buf, r->arena, err);
    str_release(&formats);
    return rc;
}

const struct step_kind step_dates = {
    .name = "dates",
    .help = "read dates and times written in any form, and take their parts",
    .details =
        "Formats are strptime's: %Y %y %m %d %j %b %B (English names) %H %I %M %S %f (fractions) "
        "%p %z %s %a %T %F. Without format= the usual ones are tried and those that fit are "
        "recorded, so that later data are read the same way; where day and month could be either "
        "way round, a day above 12 must tell, or you do. A cell that no format reads becomes "
        "missing and is listed. Times become UTC. Parts are whole numbers, for moments in UTC: "
        "weekday 1 is Monday, week is ISO 8601's. `all` means columns that are dates already.",
    .example = "dates body_mass_g format=%Y parts=year,weekday",
    .scope = STEP_ROW_WISE,
    .flags = STEP_MAY_LOSE,
    .params = dates_params,
    .resolve = dates_resolve,
    .apply = dates_apply,
};
