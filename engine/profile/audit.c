#include "profile/audit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "profile/dates.h"

#define AUDIT(id) extern const struct audit_kind audit_##id;
#include "profile/audits.def"
#undef AUDIT
const struct audit_kind *const audit_table[] = {
#define AUDIT(id) &audit_##id,
#include "profile/audits.def"
#undef AUDIT
    NULL
};

#define SAMPLE_SEED 20240229

/* ---------------------------------------------------------------- for detectors */

struct audit_finding *audit_add(struct audit_context *a, const char *kind, const size_t *cols,
                                size_t n_cols)
{
    if (a->n == a->cap) {
        a->cap = a->cap ? 2 * a->cap : 64;
        a->findings = mem_resize(a->findings, a->cap, sizeof(*a->findings));
    }
    size_t *copy = ARENA_NEW(a->arena, size_t, n_cols);
    memcpy(copy, cols, n_cols * sizeof(*cols));
    a->findings[a->n] = (struct audit_finding){
        .kind = kind, .says = "", .cols = copy, .n_cols = n_cols, .sampled = a->sampled
    };
    return &a->findings[a->n++];
}

/* Arrays in the arena that double: the capacity is the power of two from 8 on. */
static bool is_full(size_t n)
{
    return n == 0 || (n >= 8 && (n & (n - 1)) == 0);
}

void audit_add_cell(struct audit_context *a, struct audit_finding *f, uint32_t row, size_t col,
                    double sure, struct span value, const char *proposal, bool to_missing)
{
    if (is_full(f->n_cells)) {
        struct audit_cell *more = ARENA_NEW(a->arena, struct audit_cell,
                                            f->n_cells ? 2 * f->n_cells : 8);
        if (f->n_cells)
            memcpy(more, f->cells, f->n_cells * sizeof(*more));
        f->cells = more;
    }
    f->cells[f->n_cells++] = (struct audit_cell){
        .row = row,
        .col = (uint32_t)col,
        .sure = (float)sure,
        .to_missing = to_missing,
        .value = audit_copy(a, value),
        .proposal = proposal ? arena_strdup(a->arena, proposal) : NULL,
    };
}

void audit_add_row(struct audit_context *a, struct audit_finding *f, uint32_t row)
{
    if (is_full(f->n_rows)) {
        uint32_t *more = ARENA_NEW(a->arena, uint32_t, f->n_rows ? 2 * f->n_rows : 8);
        if (f->n_rows)
            memcpy(more, f->rows, f->n_rows * sizeof(*more));
        f->rows = more;
    }
    f->rows[f->n_rows++] = row;
}

void audit_fix_arg(struct audit_finding *f, const char *name, const char *value)
{
    if (f->fix.n == sizeof(f->fix.args) / sizeof(f->fix.args[0]))
        return;
    f->fix.args[f->fix.n].name = name;
    f->fix.args[f->fix.n++].value = value;
}

void audit_add_code(struct audit_context *a, struct audit_finding *f, size_t col, uint32_t code,
                    double sure, const char *proposal, bool to_missing)
{
    const struct coded_column *c = &a->coded->columns[col];

    for (size_t i = 0; i < a->coded->n_rows; i++)
        if (c->code[i] == code)
            audit_add_cell(a, f, coded_row(a->coded, i), col, sure, coded_text(c, code), proposal,
                           to_missing);
}

const char *audit_printf(struct audit_context *a, const char *fmt, ...)
{
    struct str s;
    va_list ap;

    str_init(&s);
    va_start(ap, fmt);
    str_vaddf(&s, fmt, ap);
    va_end(ap);
    const char *out = arena_strdup(a->arena, s.buf);
    str_release(&s);
    return out;
}

const char *audit_copy(struct audit_context *a, struct span s)
{
    return arena_strndup(a->arena, s.at, s.len);
}

bool audit_is_target(const struct audit_context *a, size_t col)
{
    return a->in->target && strcmp(a->in->target, table_name(a->in->table, col)) == 0;
}

/* ---------------------------------------------------------------- putting evidence together */

/* One thing a finding says about a cell. */
struct claim {
    uint32_t finding, cell;
    uint32_t row, col;
};

static int by_cell(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;

    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    if (x->col != y->col)
        return x->col < y->col ? -1 : 1;
    return (x->finding > y->finding) - (x->finding < y->finding);
}

static struct audit_cell *claimed(const struct audit_context *a, const struct claim *c)
{
    return &a->findings[c->finding].cells[c->cell];
}

static double log_odds(double p)
{
    p = p < 0.01 ? 0.01 : p > 0.99 ? 0.99 : p;
    return log(p / (1 - p));
}

static bool same_proposal(const struct audit_cell *a, const struct audit_cell *b)
{
    return a->proposal && b->proposal && a->to_missing == b->to_missing &&
           strcmp(a->proposal, b->proposal) == 0;
}

/* What other columns say tells one value from another; a detector that sees one column alone knows
 * rather that something is wrong than what is right. */
static double proposal_worth(const struct audit_context *a, const struct claim *c)
{
    return strcmp(a->findings[c->finding].kind, "dependency") == 0 ? 2 : 1;
}

/* The claim whose proposal has most evidence: that of all who say the same. */
static size_t best_claim(const struct audit_context *a, const struct claim *c, size_t n)
{
    size_t best = 0;
    double most = -INFINITY;

    for (size_t i = 0; i < n; i++) {
        const struct audit_cell *cell = claimed(a, &c[i]);
        double sum = 0;
        for (size_t j = 0; j < n && cell->proposal; j++)
            if (same_proposal(cell, claimed(a, &c[j])))
                sum += (log_odds((double)claimed(a, &c[j])->sure) + 5) * proposal_worth(a, &c[j]);
        if (cell->proposal && sum > most) {
            most = sum;
            best = i;
        }
    }
    return best;
}

/* Noisy or: the cell is right only when every detector that speaks of it is mistaken.  Each claim
 * takes the sum of the evidence; the proposal with most evidence wins, and who proposed another
 * thing lets the cell go (sure 0). */
static void join_claims(struct audit_context *a, const struct claim *c, size_t n)
{
    double right = 1;

    for (size_t i = 0; i < n; i++)
        right *= 1 - (double)claimed(a, &c[i])->sure;
    struct audit_cell best = *claimed(a, &c[best_claim(a, c, n)]);
    for (size_t i = 0; i < n; i++) {
        struct audit_finding *f = &a->findings[c[i].finding];
        struct audit_cell *cell = claimed(a, &c[i]);
        bool lost = cell->proposal && !same_proposal(cell, &best);
        cell->sure = lost ? 0 : (float)(1 - right);
        if (!cell->proposal && best.proposal) {
            cell->proposal = best.proposal;
            cell->to_missing = best.to_missing;
            /* The detector's own command knows nothing of another's proposal. */
            f->by_cell = f->by_cell ||
                         (*best.proposal && f->n_cols == 1 && !audit_is_target(a, f->cols[0]));
        }
    }
}

static size_t n_claims(const struct audit_context *a)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n; i++)
        n += a->findings[i].n_cells;
    return n;
}

static int join_evidence(struct audit_context *a, struct err *err)
{
    size_t n = n_claims(a), at = 0;
    void *block;

    if (mem_big(&block, n, sizeof(struct claim), "the findings of the audit", err))
        return -1;
    struct claim *claims = block;
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < a->findings[i].n_cells; k++)
            claims[at++] = (struct claim){ (uint32_t)i, (uint32_t)k, a->findings[i].cells[k].row,
                                           a->findings[i].cells[k].col };
    qsort(claims, n, sizeof(*claims), by_cell);
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1;
             next < n && claims[next].row == claims[i].row && claims[next].col == claims[i].col;
             next++)
            ;
        if (next > i + 1)
            join_claims(a, &claims[i], next - i);
    }
    mem_big_free(block);
    return 0;
}

/* ---------------------------------------------------------------- what the person taught */

static const char *cell_column(const struct audit_context *a, const struct audit_cell *cell)
{
    return table_name(a->in->table, cell->col);
}

static void teach_cell(const struct audit_context *a, const struct audit_finding *f,
                       struct audit_cell *cell)
{
    const struct lessons *l = a->in->lessons;
    const char *column = cell_column(a, cell);
    size_t row = table_row_number(a->in->table, cell->row);

    if (lessons_refuse(l, f->kind, column, row, cell->value, cell->proposal))
        cell->sure = 0;
    else if (lessons_accept(l, f->kind, column, row, cell->value, cell->proposal))
        cell->sure = 1;
    else
        cell->sure = (float)lessons_update(l, f->kind, column, (double)cell->sure);
}

static void teach(struct audit_context *a)
{
    for (size_t i = 0; a->in->lessons && i < a->n; i++)
        for (size_t k = 0; k < a->findings[i].n_cells; k++)
            teach_cell(a, &a->findings[i], &a->findings[i].cells[k]);
}

void audit_name(struct str *out, const struct audit_finding *f, const struct table *t)
{
    str_addf(out, "%s:", f->kind);
    if (f->n_cols > 1 && f->n_cols == t->n_cols) {
        str_add(out, "all");
        return;
    }
    for (size_t k = 0; k < f->n_cols; k++)
        str_addf(out, "%s%s", k ? "," : "", table_name(t, f->cols[k]));
}

/* Was the finding refused as a whole? */
static bool is_refused(const struct audit_context *a, const struct audit_finding *f)
{
    struct str name;

    str_init(&name);
    audit_name(&name, f, a->in->table);
    bool refused = lessons_refuse(a->in->lessons, f->kind, name.buf + strlen(f->kind) + 1, 0, NULL,
                                  NULL);
    str_release(&name);
    return refused;
}

/* ---------------------------------------------------------------- repair cell by cell */

/* A longer line is none that a person reads or keeps. */
#define MOST_BY_CELL ((size_t)2000)

/* Can the column hold the text, as the step that edits cells reads it? */
static bool can_hold(const struct column *c, const char *text)
{
    struct span s = span_of(text);
    int64_t integer;
    double real;

    switch (c->type) {
    case COLUMN_INT:
        return text_parse_int(&integer, s.at, s.len);
    case COLUMN_REAL:
        return text_parse_real(&real, s.at, s.len);
    case COLUMN_BOOL:
        return span_is(s, "true") || span_is(s, "false");
    case COLUMN_DATE:
    case COLUMN_TIMESTAMP:
        return date_read(s).order == DATE_YMD;
    default:
        return true;
    }
}

/* edit ROWS COLUMN values=…: exactly the proposals; a cell without one is emptied, unless it is
 * empty already.  The detector's own command stands where that leaves nothing to write, or too
 * much. */
static void fix_by_cell(struct audit_context *a, struct audit_finding *f)
{
    const struct column *c = table_at(a->in->table, f->cols[0]);
    struct str rows, values;
    size_t n = 0;

    str_init(&rows);
    str_init(&values);
    for (size_t k = 0; k < f->n_cells && f->n_cells <= MOST_BY_CELL; k++) {
        const struct audit_cell *cell = &f->cells[k];
        const char *right = cell->proposal ? cell->proposal : "";
        if (*right ? !can_hold(c, right) : column_missing(c, cell->row))
            continue;
        str_addf(&rows, "%s%zu", n ? "," : "", table_row_number(a->in->table, cell->row));
        str_add(&values, n++ ? "," : "");
        str_add_listed(&values, span_of(right));
    }
    if (n) {
        f->fix = (struct audit_fix){ .verb = "edit" };
        audit_fix_arg(f, NULL, arena_strdup(a->arena, rows.buf));
        audit_fix_arg(f, NULL, table_name(a->in->table, f->cols[0]));
        audit_fix_arg(f, "values", arena_strdup(a->arena, values.buf));
    }
    str_release(&rows);
    str_release(&values);
}

/* ---------------------------------------------------------------- what is shown */

static int by_row_col(const void *a, const void *b)
{
    const struct audit_cell *x = a, *y = b;

    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return (x->col > y->col) - (x->col < y->col);
}

/* Only the cells that are sure enough, in order.  False when the finding has nothing left. */
static bool settle_finding(const struct audit_context *a, struct audit_finding *f)
{
    size_t n = 0;
    bool of_cells = f->n_cells > 0;

    for (size_t k = 0; k < f->n_cells; k++)
        if ((double)f->cells[k].sure >= 1 - a->in->sensitivity)
            f->cells[n++] = f->cells[k];
    f->n_cells = n;
    if (n)
        qsort(f->cells, n, sizeof(*f->cells), by_row_col);
    if (of_cells)
        f->count = n;
    return (!of_cells || n > 0) && !is_refused(a, f);
}

/* Some detectors tell several kinds of finding apart. */
static double kind_weight(const char *kind)
{
    static const struct {
        const char *kind;
        double weight;
    } more[] = { { "duplicate-key", 0.7 },   { "near-duplicate", 0.6 }, { "shared-rows", 1 },
                 { "almost-constant", 0.3 }, { "identifier", 0.3 },     { "imbalance", 0.5 } };

    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
        if (strcmp(more[i].kind, kind) == 0)
            return more[i].weight;
    for (size_t i = 0; audit_table[i]; i++)
        if (strcmp(audit_table[i]->name, kind) == 0)
            return audit_table[i]->weight;
    return 0.5;
}

/* What a finding weighs: its kind, how much of the table it touches (on a root scale, since ten
 * wrong cells in a thousand matter more than a hundredth of a thousand do), and how sure it is. */
static void weigh(const struct audit_context *a, struct audit_finding *f)
{
    double sure = 0, n = (double)(a->in->table->n_rows ? a->in->table->n_rows : 1);
    double share = f->n_cells || f->n_rows ? (double)f->count / n : 1;

    for (size_t k = 0; k < f->n_cells; k++)
        sure += (double)f->cells[k].sure;
    sure = f->n_cells ? sure / (double)f->n_cells : 1;
    share = share > 1 ? 1 : share;
    f->severity = kind_weight(f->kind) * sure * (0.4 + 0.6 * sqrt(sqrt(share)));
}

static int by_severity(const void *a, const void *b)
{
    const struct audit_finding *x = a, *y = b;

    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->cols[0] != y->cols[0])
        return x->cols[0] < y->cols[0] ? -1 : 1;
    int kinds = strcmp(x->kind, y->kind);
    return kinds ? kinds : strcmp(x->says, y->says);
}

static void settle(struct audit_context *a)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n; i++)
        if (settle_finding(a, &a->findings[i])) {
            if (a->findings[i].by_cell)
                fix_by_cell(a, &a->findings[i]);
            weigh(a, &a->findings[i]);
            a->findings[n++] = a->findings[i];
        }
    a->n = n;
    if (n)
        qsort(a->findings, n, sizeof(*a->findings), by_severity);
}

/* ---------------------------------------------------------------- running */

static int compare_rows(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* One row of each of AUDIT_SAMPLE equal stretches of the table. */
static const uint32_t *sample_rows(struct arena *arena, size_t n_rows)
{
    uint32_t *rows = ARENA_NEW(arena, uint32_t, AUDIT_SAMPLE);
    struct rng rng;

    rng_init(&rng, SAMPLE_SEED, 0);
    for (size_t i = 0; i < AUDIT_SAMPLE; i++) {
        uint64_t from = (uint64_t)n_rows * i / AUDIT_SAMPLE;
        uint64_t to = (uint64_t)n_rows * (i + 1) / AUDIT_SAMPLE;
        rows[i] = (uint32_t)(from + rng_below(&rng, to - from));
    }
    qsort(rows, AUDIT_SAMPLE, sizeof(*rows), compare_rows);
    return rows;
}

static int run_detectors(struct audit_context *a, struct err *err)
{
    size_t n = 0, part = 1;
    int rc = 0;

    while (audit_table[n])
        n++;
    for (size_t i = 0; i < n && !rc; i++, part++) {
        struct job_range range = job_part(a->job, part, n + 1);
        rc = audit_table[i]->find(a, err);
        if (!rc)
            rc = job_tick(a->job, 1, 1, err);
        job_restore(a->job, range);
    }
    return rc;
}

static int run_context(struct audit_context *a, const uint32_t *rows, struct err *err)
{
    const struct audit_input *in = a->in;
    struct coded *coded;

    job_phase(a->job, "auditing");
    struct job_range range = job_part(a->job, 0, 10);
    int rc = coded_new(&coded, in->table, rows, AUDIT_SAMPLE, in->odd, in->n_odd, in->raw, a->job,
                       err);
    job_restore(a->job, range);
    if (rc)
        return -1;
    a->coded = coded;
    rc = run_detectors(a, err);
    if (!rc)
        rc = join_evidence(a, err);
    if (!rc) {
        teach(a);
        settle(a);
    }
    coded_free(coded);
    return rc;
}

int audit_run(struct audit *out, const struct audit_input *in, struct job *job, struct err *err)
{
    struct audit_context a = { .in = in, .arena = &out->arena, .job = job };
    const uint32_t *rows = NULL;

    *out = (struct audit){ 0 };
    arena_init(&out->arena);
    if (in->table->n_rows > AUDIT_SAMPLE) {
        rows = sample_rows(&out->arena, in->table->n_rows);
        a.sampled = true;
    }
    out->n_looked = rows ? AUDIT_SAMPLE : in->table->n_rows;
    int rc = in->table->n_rows && in->table->n_cols ? run_context(&a, rows, err) : 0;
    out->n = a.n;
    out->findings = ARENA_NEW(&out->arena, struct audit_finding, a.n);
    if (a.n)
        memcpy(out->findings, a.findings, a.n * sizeof(*a.findings));
    mem_free(a.findings);
    if (rc)
        audit_release(out);
    return rc;
}

void audit_release(struct audit *a)
{
    arena_release(&a->arena);
    *a = (struct audit){ 0 };
}
