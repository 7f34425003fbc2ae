/* workspace_stage.c - a new source from the table as it stands and a second one. */
#include "workspace_stage.h"

#include <string.h>

#include "base/mem.h"

struct stage *stage_ref(const struct stage *s)
{
    struct stage *mine = (struct stage *)(uintptr_t)s;

    if (mine)
        atomic_fetch_add(&mine->refs, 1);
    return mine;
}

void stage_unref(const struct stage *s)
{
    struct stage *mine = (struct stage *)(uintptr_t)s;

    if (!mine || atomic_fetch_sub(&mine->refs, 1) != 1)
        return;
    workspace_unref(mine->before);
    source_unref(mine->other);
    buffer_unref(mine->left);
    buffer_unref(mine->right);
    for (size_t k = 0; k < mine->n_names; k++) {
        mem_free(mine->names[k]);
        mem_free(mine->was[k]);
    }
    mem_free(mine->names);
    mem_free(mine->was);
    mem_free(mine->text);
    mem_free(mine);
}

static struct stage *stage_new(const struct workspace *ws, const struct source *other,
                               const char *text, struct buffer *left, struct buffer *right)
{
    struct stage *s = MEM_NEW(struct stage, 1);

    atomic_init(&s->refs, 1);
    s->text = mem_strdup(text);
    s->before = workspace_ref(ws);
    s->other = source_ref(other);
    s->left = buffer_ref(left);
    s->right = buffer_ref(right);
    return s;
}

static void stage_name(struct stage *s, const char *name, const char *was)
{
    s->names = mem_resize(s->names, s->n_names + 1, sizeof(*s->names));
    s->was = mem_resize(s->was, s->n_names + 1, sizeof(*s->was));
    s->names[s->n_names] = mem_strdup(name);
    s->was[s->n_names++] = mem_strdup(was);
}

int workspace_may_stage(const struct workspace *ws, const char *verb, struct err *err)
{
    const struct recipe *r = ws->recipe;

    if (!workspace_need_table(ws, err))
        return -1;
    if (ws->split)
        return err_set(err, ERR_DOMAIN, "the rows are split already; %s before split", verb);
    for (size_t i = 0; i < r->n_steps; i++)
        if (r->steps[i]->on && r->steps[i]->kind->scope == STEP_FITTED)
            return err_set(err, ERR_DOMAIN,
                           "step %zu (%s) learns from rows, and %s would change them behind it; %s "
                           "first, then do that step",
                           i + 1, r->steps[i]->kind->name, verb, verb);
    return 0;
}

/* The new source: its table, and a digest of all it is made of. */
static struct source *make_source(const struct workspace *ws, const struct source *other,
                                  struct table *take, const char *text)
{
    const struct source_info *a = &ws->source->info, *b = &other->info;
    struct digest table = table_digest(workspace_table(ws));
    struct source *s;
    struct hasher h;
    struct str path;

    str_init(&path);
    str_addf(&path, "%s + %s", a->path, b->path);
    s = source_new(ws->source->reader, path.buf);
    str_release(&path);
    s->table = take;
    s->info.size_bytes = a->size_bytes + b->size_bytes;
    s->info.modified_s = a->modified_s > b->modified_s ? a->modified_s : b->modified_s;
    hasher_init(&h);
    hasher_add(&h, &a->digest, sizeof(a->digest));
    hasher_add(&h, &table, sizeof(table));
    hasher_add(&h, &b->digest, sizeof(b->digest));
    hasher_add_text(&h, text);
    s->info.digest = hasher_finish(&h);
    params_copy(&s->params, &ws->source->params, &s->arena);
    return s;
}

/* Roles of columns that are still there. */
static struct recipe *keep_roles(const struct recipe *old, const struct table *t)
{
    struct recipe *r = recipe_empty();

    for (size_t i = 0; i < old->roles.n; i++) {
        const struct role_entry *e = &old->roles.entries[i];
        if (table_find(t, e->column) < 0)
            continue;
        struct recipe *next = recipe_set_role(r, e->column, e->role);
        recipe_unref(r);
        r = next;
    }
    return r;
}

/* Takes the stage and the table, also on error. */
static int workspace_staged(struct workspace **out, const struct workspace *ws, struct stage *stage,
                            struct table *take, struct job *job, struct err *err)
{
    struct source *source = make_source(ws, stage->other, take, stage->text);
    struct recipe *roles = keep_roles(ws->recipe, source->table);
    struct workspace *fresh = NULL;
    int rc = workspace_with_source(&fresh, ws, source, err);

    if (!rc) {
        workspace_set_stage(fresh, stage, ws);
        rc = workspace_with_recipe(out, fresh, roles, job, err);
    }
    workspace_unref(fresh);
    recipe_unref(roles);
    source_unref(source);
    stage_unref(stage);
    return rc;
}

int workspace_join(struct workspace **out, struct join *report, const struct workspace *ws,
                   const struct source *other, const char *const *by, size_t n_by,
                   enum join_how how, const char *text, struct job *job, struct err *err)
{
    if (workspace_may_stage(ws, "join", err) ||
        table_join(report, workspace_table(ws), other->table, by, n_by, how, job, err))
        return -1;
    struct stage *stage = stage_new(ws, other, text, report->left, report->right);
    for (size_t k = 0; k < report->n_added; k++)
        stage_name(stage, report->names[k], report->was[k]);
    for (size_t k = 0; k < n_by; k++)
        stage_name(stage, by[k], by[k]);
    if (workspace_staged(out, ws, stage, table_ref(report->table), job, err) == 0)
        return 0;
    join_release(report);
    return -1;
}

/* Rows 0 … n - 1 from `from` on, JOIN_NO_ROW elsewhere. */
static int number_rows(struct buffer **out, size_t total, size_t from, size_t n, struct err *err)
{
    if (buffer_new(out, total, sizeof(uint32_t), "the rows of a table", err))
        return -1;
    uint32_t *rows = (*out)->data;
    for (size_t i = 0; i < total; i++)
        rows[i] = i >= from && i < from + n ? (uint32_t)(i - from) : JOIN_NO_ROW;
    return 0;
}

int workspace_append(struct workspace **out, const struct workspace *ws, const struct source *other,
                     const char *text, struct job *job, struct err *err)
{
    const struct table *t, *o = other->table;
    struct buffer *left = NULL, *right = NULL;
    struct table *joined;

    if (workspace_may_stage(ws, "append", err))
        return -1;
    t = workspace_table(ws);
    if (table_append(&joined, t, o, err))
        return -1;
    if (number_rows(&left, joined->n_rows, 0, t->n_rows, err) ||
        number_rows(&right, joined->n_rows, t->n_rows, o->n_rows, err)) {
        buffer_unref(left);
        table_unref(joined);
        return -1;
    }
    struct stage *stage = stage_new(ws, other, text, left, right);
    buffer_unref(left);
    buffer_unref(right);
    for (size_t j = 0; j < o->n_cols; j++)
        stage_name(stage, table_name(o, j), table_name(o, j));
    return workspace_staged(out, ws, stage, joined, job, err);
}
