#include "audit_answer.h"

#include <stdlib.h>
#include <string.h>

#include "audit_text.h"
#include "base/text.h"
#include "present.h"

/* Everything that was ever suspected can be answered. */
#define ALL_CELLS 0.999

const struct param_spec audit_answer_params[] = {
    { .name = "finding",
      .type = PARAM_TEXT,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the finding's name, as spelling:city; or a row's number in the source" },
    { .name = "column",
      .type = PARAM_COLUMN,
      .flags = PARAM_WORD,
      .help = "the column, after a row" },
    { .name = "rows", .type = PARAM_TEXT, .help = "only these rows of the finding, as 4,17" },
    { .name = NULL },
};

struct answering {
    struct workspace *next; /* the workspace with the answers so far; NULL: none yet */
    const struct table *table;
    bool right;
    size_t n;
};

static void keep_lesson(struct answering *w, const struct workspace *ws, const struct lesson *l)
{
    struct workspace *next = workspace_with_lesson(w->next ? w->next : ws, l);

    workspace_unref(w->next);
    w->next = next;
    w->n++;
}

static void answer_cell(struct answering *w, const struct workspace *ws,
                        const struct audit_finding *f, const struct audit_cell *c)
{
    const struct lesson l = {
        .kind = f->kind,
        .column = table_name(w->table, c->col),
        .row = table_row_number(w->table, c->row),
        .value = c->value,
        .proposal = c->proposal,
        .right = w->right,
    };

    keep_lesson(w, ws, &l);
}

static void answer_row(struct answering *w, const struct workspace *ws,
                       const struct audit_finding *f, size_t row, const char *column)
{
    for (size_t k = 0; k < f->n_cells; k++)
        if (table_row_number(w->table, f->cells[k].row) == row &&
            (!column || strcmp(table_name(w->table, f->cells[k].col), column) == 0))
            answer_cell(w, ws, f, &f->cells[k]);
}

static int no_cell(struct err *err, size_t row, const char *what)
{
    return err_set(err, ERR_USAGE,
                   "the audit says nothing of row %zu in %s; audit lists what it "
                   "found",
                   row, what);
}

/* The cells of some rows of a finding: "4,17". */
static int answer_rows(struct answering *w, struct context *ctx, const struct audit_finding *f,
                       const char *name, const char *rows, struct err *err)
{
    while (*rows) {
        size_t len = strcspn(rows, ","), before = w->n;
        int64_t row;
        if (!text_parse_int(&row, rows, len) || row < 1)
            return err_set(err, ERR_USAGE, "'%.*s' is not a row's number; give rows as 4,17",
                           (int)len, rows);
        answer_row(w, ctx->ws, f, (size_t)row, NULL);
        if (w->n == before)
            return no_cell(err, (size_t)row, name);
        rows += len + (rows[len] == ',');
    }
    return 0;
}

static int answer_finding(struct answering *w, struct context *ctx, const struct audit *a,
                          const char *name, struct err *err)
{
    const char *rows = params_text(ctx->args, "rows");
    struct str known;

    str_init(&known);
    for (size_t i = 0; i < a->n; i++) {
        const struct audit_finding *f = &a->findings[i];
        str_clear(&known);
        audit_name(&known, f, w->table);
        if (strcmp(known.buf, name) != 0)
            continue;
        int rc = 0;
        if (rows) {
            rc = answer_rows(w, ctx, f, name, rows, err);
        } else {
            const struct lesson l = { .kind = f->kind,
                                      .column = known.buf + strlen(f->kind) + 1,
                                      .right = w->right };
            keep_lesson(w, ctx->ws, &l);
        }
        str_release(&known);
        return rc;
    }
    str_release(&known);
    return err_set(err, ERR_USAGE, "the audit has no finding '%s'; audit lists what it found",
                   name);
}

static int answer_in(struct answering *w, struct context *ctx, const struct audit *a,
                     struct err *err)
{
    const char *name = params_text(ctx->args, "finding");
    const char *column = params_text(ctx->args, "column");
    int64_t row;

    if (!text_parse_int(&row, name, strlen(name)))
        return answer_finding(w, ctx, a, name, err);
    if (!column || row < 1)
        return err_set(err, ERR_USAGE, "a row's number needs a column: ROW COLUMN");
    if (!table_column(w->table, column, err))
        return -1;
    for (size_t i = 0; i < a->n; i++)
        answer_row(w, ctx->ws, &a->findings[i], (size_t)row, column);
    return w->n ? 0 : no_cell(err, (size_t)row, column);
}

/* What the audit says now. */
static int audit_again(struct report *r, struct context *ctx, const struct workspace *ws,
                       struct err *err)
{
    const struct table *t = workspace_table(ws);
    struct audit a;

    if (workspace_audit(&a, ws, 0.5, ctx->job, err))
        return -1;
    report_line(r, "%s left", present_count(ctx, a.n, "finding"));
    int rc = audit_report(r, &a, t, strtoul(AUDIT_CELLS, NULL, 10), false, err);
    audit_release(&a);
    return rc;
}

int audit_answer(struct report *r, struct context *ctx, bool right, struct err *err)
{
    struct answering w = { .table = workspace_table(ctx->ws), .right = right };
    struct audit a;

    if (workspace_audit(&a, ctx->ws, ALL_CELLS, ctx->job, err))
        return -1;
    int rc = answer_in(&w, ctx, &a, err);
    audit_release(&a);
    report_put_int(r, "answers", (int64_t)w.n);
    report_put_text(r, "answer", right ? "accepted" : "refused");
    report_line(r, "%s %s", present_count(ctx, w.n, "answer"),
                right ? "accepted" : "refused; it will not come back");
    if (!rc)
        rc = audit_again(r, ctx, w.next, err);
    if (rc) {
        workspace_unref(w.next);
        return -1;
    }
    ctx->next = w.next;
    return 0;
}
