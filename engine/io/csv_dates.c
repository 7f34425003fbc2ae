/* csv_dates.c - dates that are written otherwise than ISO 8601 does it.
 *
 * A column of text (neither given as such nor of another type) is one of dates when one of the usual
 * forms (date_guess) reads all of its cells, or almost all by the rule of csv_types.c.  Where day and
 * month could be either way round ALL cells are looked at: a cell that only one order reads tells,
 * unless others tell the contrary; then, and where no cell tells, the order is that of the file's other
 * columns with the same separator, if these agree; else the column stays text, with a note that says
 * how to say it.  Digits alone are no dates here: neither 20241231 nor seconds since 1970.  What was
 * chosen is recorded (source.dates), so that a replay does not guess; `export` writes that form again.
 */
#include "io/csv_load.h"

#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "io/text_set.h"
#include "table/bits.h"

#define FIRST_LOOK    40 /* texts; when the usual forms read few of them no more are looked at */
#define SAMPLE_MOST   4000
#define SHORTEST      6
#define LONGEST       40
#define ALMOST_SHARE  20
#define ALMOST_FEWEST 20
#define COUNT_ROWS    ((size_t)16384)

bool csv_forms_read(int64_t *us, const struct csv_forms *forms, struct span text)
{
    for (size_t k = 0; k < forms->n; k++)
        if (date_format_read(us, &forms->list[k], text, 0))
            return true;
    return false;
}

/* ---------------------------------------------------------------- dates=… */

static enum csv_wish wish_of(const char *word)
{
    static const char *const words[] = { "auto", "dmy", "mdy", "ymd" };

    for (int k = 0; k < 4; k++)
        if (strcmp(words[k], word) == 0)
            return (enum csv_wish)(WISH_ANY + k);
    return WISH_NONE;
}

/* FORM|FORM… */
static int read_forms(struct csv_forms *out, const char *text, struct err *err)
{
    char form[DATE_FORMAT_MAX + 1];

    out->n = 0;
    for (const char *at = text, *end; at; at = *end ? end + 1 : NULL) {
        end = strchrnul(at, '|');
        size_t len = (size_t)(end - at) < sizeof(form) ? (size_t)(end - at) : sizeof(form) - 1;
        memcpy(form, at, len);
        form[len] = '\0';
        if (out->n == CSV_FORMS_MOST)
            return err_set(err, ERR_USAGE, "dates takes at most %d forms for a column",
                           CSV_FORMS_MOST);
        if (date_format_init(&out->list[out->n++], form, err))
            return -1;
    }
    return 0;
}

static bool any_has_time(const struct csv_forms *forms)
{
    bool time = false;

    for (size_t k = 0; k < forms->n; k++)
        time = time || forms->list[k].has_time;
    return time;
}

static bool is_time(enum column_type type)
{
    return type == COLUMN_DATE || type == COLUMN_TIMESTAMP;
}

/* A column that was called a text stays one. */
static int give_column(struct csv_load *l, struct csv_making *m, const char *text, struct err *err)
{
    enum csv_wish wish = wish_of(text);
    struct csv_forms forms;

    if (!wish && read_forms(&forms, text, err))
        return -1;
    if (m->given && !is_time(m->type))
        return 0;
    if (wish) {
        m->wish = wish;
        m->wanted = m->given ? (int)m->type : -1;
        m->type = m->rep = COLUMN_TEXT; /* until all cells are seen */
    } else {
        struct csv_forms *kept = ARENA_NEW(&l->src->arena, struct csv_forms, 1);
        *kept = forms;
        m->forms = kept;
        if (!m->given)
            m->type = any_has_time(kept) ? COLUMN_TIMESTAMP : COLUMN_DATE;
        m->rep = m->type;
    }
    m->given = true;
    return 0;
}

static int give_named(struct csv_load *l, const char *name, const char *text, struct err *err)
{
    for (size_t j = 0; j < load_n_cols(l); j++)
        if (strcmp(l->shape.names[j], name) == 0)
            return give_column(l, &l->cols[j], text, err);
    if (l->shape.some_types)
        return 0;
    return err_set(err, ERR_USAGE, "dates names a column '%s' that the file does not have", name);
}

int csv_dates_given(struct csv_load *l, const char *text, struct err *err)
{
    struct str name, form;
    int rc = 0;

    if (!text || !*text)
        return 0;
    if (strcmp(text, "none") == 0) {
        l->find_dates = false;
        return 0;
    }
    l->order = wish_of(text);
    if (l->order)
        return 0;
    str_init(&name);
    str_init(&form);
    while (*text && rc == 0) {
        text = csv_types_word(&name, text, ':');
        if (*text != ':') {
            rc = err_set(err, ERR_USAGE,
                         "dates is '%s'; it takes dmy, mdy, ymd, none, or COLUMN:dmy and "
                         "COLUMN:%%d/%%m/%%Y with commas between them",
                         name.buf);
            break;
        }
        text = csv_types_word(&form, text + 1, ',');
        text += *text == ',';
        rc = give_named(l, name.buf, form.buf, err);
    }
    str_release(&name);
    str_release(&form);
    return rc;
}

/* ---------------------------------------------------------------- the cells of a column */

static struct span stored(const struct csv_making *m, size_t i)
{
    const int64_t *offsets = m->values;

    if (m->rep == COLUMN_CATEGORY) {
        const struct csv_word *w = &m->words.list[((const int32_t *)m->values)[i]];
        return (struct span){ w->at, w->len };
    }
    return (struct span){ m->bytes + offsets[i], (size_t)(offsets[i + 1] - offsets[i]) };
}

static bool looks_dated(struct span text)
{
    size_t n_digits = 0, n_other = 0;

    text = span_trim(text);
    if (text.len < SHORTEST || text.len > LONGEST)
        return false;
    for (size_t k = 0; k < text.len; k++) {
        bool digit = text.at[k] >= '0' && text.at[k] <= '9';
        n_digits += digit;
        n_other += !digit;
    }
    return n_digits >= 3 && n_other > 0;
}

/* Up to `most` of the cells, from all over the column; false when some of the first do not look like
 * dates at all. */
static bool sample(struct column **out, const struct csv_load *l, const struct csv_making *m,
                   size_t most)
{
    size_t step = l->n_rows / most + 1, n = 0, n_odd = 0;
    struct column_builder b;

    builder_init(&b, COLUMN_TEXT, l->n_rows / step + 1);
    for (size_t i = 0; i < l->n_rows; i += step) {
        if (!bit_get(m->valid, i))
            continue;
        struct span text = stored(m, i);
        if (csv_is_na(l->dialect, text.at, text.len))
            continue;
        n_odd += !m->wish && !looks_dated(text);
        if (++n == 10 && n_odd > 2)
            break;
        builder_add_text(&b, text.at, text.len);
    }
    if (n && n_odd * 4 <= n)
        return builder_finish(out, &b, NULL) == 0;
    builder_release(&b);
    return false;
}

/* How many cells the forms read, and the same with day and month the other way round. */
struct reading {
    const struct csv_load *l;
    const struct csv_making *m;
    struct csv_forms forms, other;
    struct reading_part *parts; /* (chunks) */
};
struct reading_part {
    size_t n, n_read, n_other, only, only_other;
};

static void count_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct reading *r = ctx;
    struct reading_part p = { 0 };
    int64_t us;

    for (size_t i = begin; i < end; i++) {
        if (!bit_get(r->m->valid, i))
            continue;
        struct span text = stored(r->m, i);
        if (csv_is_na(r->l->dialect, text.at, text.len))
            continue;
        bool one = csv_forms_read(&us, &r->forms, text);
        bool two = r->other.n && csv_forms_read(&us, &r->other, text);
        p.n++;
        p.n_read += one;
        p.n_other += two;
        p.only += one && !two;
        p.only_other += two && !one;
    }
    r->parts[chunk] = p;
}

static struct reading_part count_all(struct reading *r)
{
    size_t n = parallel_n_chunks(r->l->n_rows, COUNT_ROWS);
    struct reading_part sum = { 0 };

    r->parts = MEM_NEW(struct reading_part, n);
    parallel_for(r->l->n_rows, COUNT_ROWS, count_rows, r);
    for (size_t k = 0; k < n; k++) {
        sum.n += r->parts[k].n;
        sum.n_read += r->parts[k].n_read;
        sum.n_other += r->parts[k].n_other;
        sum.only += r->parts[k].only;
        sum.only_other += r->parts[k].only_other;
    }
    mem_free(r->parts);
    return sum;
}

/* The rule of csv_types.c for almost all. */
static bool are_almost_all(const struct reading *r, size_t n, size_t n_read)
{
    struct text_set odd;
    int64_t us;
    bool few;

    if (n_read == n)
        return n > 0;
    if (n_read < ALMOST_FEWEST || (n - n_read) * ALMOST_SHARE > n)
        return false;
    text_set_init(&odd);
    for (size_t i = 0; i < r->l->n_rows && odd.n <= CSV_ALMOST_TEXTS; i++) {
        if (!bit_get(r->m->valid, i))
            continue;
        struct span text = span_trim(stored(r->m, i));
        if (!csv_is_na(r->l->dialect, text.at, text.len) && !csv_forms_read(&us, &r->forms, text))
            text_set_add(&odd, text.at, text.len);
    }
    few = odd.n <= CSV_ALMOST_TEXTS;
    text_set_release(&odd);
    return few;
}

/* ---------------------------------------------------------------- choosing */

/* What is known of a column that may be one of dates. */
struct candidate {
    size_t j;
    struct reading reading;
    struct reading_part count;
    bool swaps, undecided;
};

static bool is_day_first(const struct csv_forms *f)
{
    return f->list[0].text[1] == 'd';
}

/* Forms that write the day alike and differ behind it. */
static bool same_day(const struct date_format *a, const struct date_format *b)
{
    size_t na = strcspn(a->text, "HI"), nb = strcspn(b->text, "HI");

    return a->has_time && b->has_time && na == nb && strncmp(a->text, b->text, na) == 0;
}

/* Bare digits are never dates unless somebody says so, and 1.13.10 is a version. */
static bool is_safe(const struct date_format *f, enum csv_wish wish)
{
    if (wish)
        return true;
    return strcmp(f->text, "%Y%m%d") != 0 && strncmp(f->text, "%m.%d.%y", 8) != 0;
}

static bool take_forms(struct candidate *c, const struct date_guess *g, enum csv_wish wish)
{
    struct reading *r = &c->reading;

    if (!g->n || !is_safe(&g->formats[0], wish))
        return false;
    for (size_t k = 0; k < g->n; k++)
        if (k == 0 || same_day(&g->formats[0], &g->formats[k]))
            r->forms.list[r->forms.n++] = g->formats[k];
    for (size_t k = 0; k < r->forms.n; k++)
        if (date_format_swap(&r->other.list[k], &r->forms.list[k]))
            r->other.n = k + 1;
    c->swaps = r->other.n > 0;
    return true;
}

static void swap_orders(struct candidate *c)
{
    struct csv_forms forms = c->reading.forms;
    struct reading_part *p = &c->count, was = c->count;

    c->reading.forms = c->reading.other;
    c->reading.other = forms;
    *p = (struct reading_part){ was.n, was.n_other, was.n_read, was.only_other, was.only };
}

static bool guess(struct date_guess *g, const struct csv_load *l, const struct csv_making *m,
                  size_t most)
{
    struct column *some;

    if (!sample(&some, l, m, most))
        return false;
    date_guess(g, some);
    column_unref(some);
    return g->n && g->n_read * 4 >= g->n_values; /* of different texts */
}

static void use_order(struct candidate *c, enum csv_wish order)
{
    bool day = order == WISH_DAY_FIRST, month = order == WISH_MONTH_FIRST;

    if (!c->swaps || (!day && !month))
        return;
    if (is_day_first(&c->reading.forms) != day)
        swap_orders(c);
    c->undecided = false;
}

/* Is column j perhaps one of dates, and in which form? */
static bool look(struct candidate *c, struct csv_load *l, size_t j)
{
    const struct csv_making *m = &l->cols[j];
    struct date_guess g;

    *c = (struct candidate){ .j = j, .reading = { .l = l, .m = m } };
    if (!guess(&g, l, m, FIRST_LOOK))
        return false;
    if (l->n_rows > FIRST_LOOK && !guess(&g, l, m, SAMPLE_MOST))
        return false;
    if (!take_forms(c, &g, m->wish))
        return false;
    c->count = count_all(&c->reading);
    if (c->count.only_other > c->count.only)
        swap_orders(c);
    c->undecided = c->swaps && (c->count.only == 0) == (c->count.only_other == 0);
    use_order(c, m->wish);
    if (c->undecided)
        use_order(c, l->order);
    return true;
}

/* ---------------------------------------------------------------- telling */

static void add_forms(struct str *out, const struct csv_forms *f)
{
    for (size_t k = 0; k < f->n; k++)
        str_addf(out, "%s%s", k ? "|" : "", f->list[k].text);
}

static void note_undecided(const struct candidate *c, const char *name)
{
    const struct reading_part *p = &c->count;
    struct source *src = c->reading.l->src;
    struct str hint;

    str_init(&hint);
    str_addf(&hint, "load with dates=%s:dmy or dates=%s:mdy, or say types %s:date format=dmy", name,
             name, name);
    if (p->only)
        source_note(src,
                    "column %s holds dates and stays text: %zu cells fit only %s, %zu only %s; %s",
                    name, p->only, c->reading.forms.list[0].text, p->only_other,
                    c->reading.other.list[0].text, hint.buf);
    else
        source_note(src,
                    "column %s holds dates and stays text: %s and %s both read them, and no day "
                    "above 12 tells which; %s",
                    name, c->reading.forms.list[0].text, c->reading.other.list[0].text, hint.buf);
    str_release(&hint);
}

static void note_chosen(const struct candidate *c, const char *name, const char *why)
{
    const struct reading_part *p = &c->count;
    struct source *src = c->reading.l->src;
    struct str forms, tells;

    str_init(&forms);
    str_init(&tells);
    add_forms(&forms, &c->reading.forms);
    if (c->swaps && p->only)
        str_addf(&tells, "; a day above 12 in %zu of them tells the order", p->only);
    if (strstr(forms.buf, "%y"))
        str_add(&tells, "; years of two digits are 1969 to 2068");
    if (why)
        str_addf(&tells, "; %s", why);
    source_note(src, "column %s: dates written %s, which reads %zu of %zu cells%s%s", name,
                forms.buf, p->n_read, p->n, tells.buf,
                p->n_read < p->n ? "; the others are listed as rejected and missing" : "");
    str_release(&forms);
    str_release(&tells);
}

/* Are days and months written without a leading zero, in more of the first cells than with one? */
static void settle_zeros(struct csv_forms *f, const struct csv_load *l, const struct csv_making *m)
{
    struct date_format bare;
    size_t n = 0, n_bare = 0, n_padded = 0;
    struct str text;
    int64_t us;

    if (f->n != 1 || date_format_unpad(&bare, &f->list[0], NULL))
        return;
    str_init(&text);
    for (size_t i = 0; i < l->n_rows && n < SAMPLE_MOST; i++) {
        if (!bit_get(m->valid, i))
            continue;
        struct span cell = span_trim(stored(m, i));
        n++;
        if (!date_format_read(&us, &bare, cell, 0))
            continue;
        str_clear(&text);
        n_bare += date_format_write(&text, &bare, us) && span_is(cell, text.buf);
        str_clear(&text);
        n_padded += date_format_write(&text, &f->list[0], us) && span_is(cell, text.buf);
    }
    str_release(&text);
    if (n_bare > n_padded)
        f->list[0] = bare;
}

static void choose(struct csv_load *l, struct candidate *c, const char *why)
{
    struct csv_making *m = &l->cols[c->j];
    const char *name = l->shape.names[c->j];
    const struct reading_part *p = &c->count;

    if (c->undecided) {
        note_undecided(c, name);
        return;
    }
    if (!are_almost_all(&c->reading, p->n, p->n_read) && !(m->wish && p->n_read)) {
        if (p->n_read * 2 >= p->n)
            source_note(l->src,
                        "column %s stays text: %s reads %zu of %zu cells as dates; types or dates "
                        "says otherwise",
                        name, c->reading.forms.list[0].text, p->n_read, p->n);
        return;
    }
    struct csv_forms *kept = ARENA_NEW(&l->src->arena, struct csv_forms, 1);
    *kept = c->reading.forms;
    settle_zeros(kept, l, m);
    m->forms = kept;
    m->type = any_has_time(kept) ? COLUMN_TIMESTAMP : COLUMN_DATE;
    if (m->wish && m->wanted >= 0)
        m->type = (enum column_type)m->wanted;
    note_chosen(c, name, why);
}

/* The column whose cells tell the order for those with the same separator; n when there is none, or
 * when two tell otherwise. */
static size_t who_tells(const struct candidate *list, size_t n, const struct candidate *c)
{
    size_t found = n;

    for (size_t k = 0; k < n; k++) {
        const struct candidate *o = &list[k];
        if (o->undecided || !o->swaps || !o->count.only || o->count.only_other ||
            o->reading.forms.list[0].text[2] != c->reading.forms.list[0].text[2])
            continue;
        if (found < n &&
            is_day_first(&list[found].reading.forms) != is_day_first(&o->reading.forms))
            return n;
        found = k;
    }
    return found;
}

static void choose_all(struct csv_load *l, struct candidate *list, size_t n)
{
    struct str why;

    str_init(&why);
    for (size_t k = 0; k < n; k++) {
        size_t tells = list[k].undecided && !list[k].count.only ? who_tells(list, n, &list[k]) : n;
        str_clear(&why);
        if (tells < n) {
            str_addf(&why, "the order is that of column %s", l->shape.names[list[tells].j]);
            struct candidate c = list[k];
            use_order(&c,
                      is_day_first(&list[tells].reading.forms) ? WISH_DAY_FIRST : WISH_MONTH_FIRST);
            choose(l, &c, why.buf);
        } else {
            choose(l, &list[k], NULL);
        }
    }
    str_release(&why);
}

void csv_dates_decide(struct csv_load *l)
{
    struct candidate *list = NULL;
    size_t n = 0;

    for (size_t j = 0; j < load_n_cols(l); j++) {
        const struct csv_making *m = &l->cols[j];
        struct candidate c;
        if (m->wish)
            l->cols[j].given = false; /* a category, if it is no date */
        bool open = m->wish || (l->find_dates && !m->given && m->type == COLUMN_TEXT);
        if (!open || (m->rep != COLUMN_TEXT && m->rep != COLUMN_CATEGORY) || !m->values)
            continue;
        if (!look(&c, l, j)) {
            if (m->wish && m->wanted >= 0) /* as it was said: every cell is lost and listed */
                l->cols[j].type = (enum column_type)m->wanted;
            continue;
        }
        if ((n & (n - 1)) == 0)
            list = mem_resize(list, n ? 2 * n : 1, sizeof(*list));
        list[n++] = c;
    }
    choose_all(l, list, n);
    mem_free(list);
}

void csv_dates_keep(const struct csv_load *l)
{
    const char **dates = NULL;
    struct str text;

    str_init(&text);
    for (size_t j = 0; j < load_n_cols(l); j++) {
        const struct csv_making *m = &l->cols[j];
        if (!m->forms || !is_time(m->type))
            continue;
        if (!dates)
            dates = ARENA_NEW(&l->src->arena, const char *, load_n_cols(l));
        str_clear(&text);
        add_forms(&text, m->forms);
        dates[j] = arena_strdup(&l->src->arena, text.buf);
    }
    l->src->dates = dates;
    str_release(&text);
}
