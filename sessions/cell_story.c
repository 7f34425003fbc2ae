#include "cell_story.h"

#include <string.h>

#include "table/cell.h"

/* ---------------------------------------------------------------- cells and rows */

static const char *cell_at(struct cell_story *s, const struct table *t, size_t i, size_t j)
{
    struct str text;

    str_init(&text);
    cell_show(&text, table_at(t, j), i, 15, "missing");
    const char *kept = arena_strdup(s->arena, text.buf);
    str_release(&text);
    return kept;
}

/* ---------------------------------------------------------------- columns through steps */

/* What the column is called before step i; NULL when the step makes it. */
static const char *name_before(const struct recipe_run *run, size_t i, const char *name)
{
    const struct step *step = run->fitted->recipe->steps[i];

    if (step->on && strcmp(step->kind->name, "rename") == 0 &&
        strcmp(params_text(&step->params, "to"), name) == 0)
        return params_text(&step->params, "column");
    return table_find(run->tables[i], name) >= 0 ? name : NULL;
}

static const char *name_after(const struct recipe_run *run, size_t i, const char *name)
{
    const struct step *step = run->fitted->recipe->steps[i];

    if (step->on && strcmp(step->kind->name, "rename") == 0 &&
        strcmp(params_text(&step->params, "column"), name) == 0)
        return params_text(&step->params, "to");
    return table_find(run->tables[i + 1], name) >= 0 ? name : NULL;
}

static bool is_word_byte(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (unsigned char)c >= 0x80;
}

/* Does the text name the column, as a word of its own? */
static bool text_names(const char *text, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = text; (at = strstr(at, name)) != NULL; at++)
        if ((at == text || !is_word_byte(at[-1])) && !is_word_byte(at[len]))
            return true;
    return false;
}

/* Is column `from` one that the step made `name` of?  By name (encode: sex=male, sex_male), else because the
 * step's line names it; a step over all columns made it of those whose name it begins with. */
static bool is_origin(const struct step *step, const char *from, const char *name)
{
    size_t len = strlen(from);

    if (strncmp(name, from, len) == 0 && !is_word_byte(name[len]))
        return true;
    if (strncmp(name, from, len) == 0 && name[len] == '_')
        return true;
    return text_names(step->text, from) && strcmp(step->kind->name, "encode") != 0;
}

/* ---------------------------------------------------------------- telling */

static json_t *story_begin(json_t **data, struct cell_story *s)
{
    *data = s->depth ? json_object() : json_incref(s->out->data);
    return *data;
}

static void tell_value(struct cell_story *s, json_t *data, const char *key, const char *value)
{
    (void)s;
    json_object_set_new(data, key, json_string(value));
}

/* The place of a row in its file. */
static void tell_place(struct cell_story *s, json_t *data, const struct source *src,
                       const struct table *t, size_t row, const char *indent)
{
    const struct source_part *part = source_part_of(src, row);
    const char *path = part ? part->path : src->info.path;
    size_t line = table_line(t, row);
    uint64_t at;
    struct str text;

    str_init(&text);
    str_addf(&text, "%sfrom %s", indent, path);
    tell_value(s, data, "file", path);
    if (line) {
        str_addf(&text, ", line %zu", line);
        json_object_set_new(data, "line", json_integer((json_int_t)line));
    } else {
        size_t number = part ? row - part->first_row + 1 : row + 1;
        str_addf(&text, ", row %zu", number);
        json_object_set_new(data, "file_row", json_integer((json_int_t)number));
    }
    if (table_offset(&at, t, row)) {
        const char *form = part ? part->form : src->info.form;
        str_addf(&text, ", byte %llu%s", (unsigned long long)at,
                 form ? " of what it unpacks to" : "");
        json_object_set_new(data, "offset", json_integer((json_int_t)at));
        if (form)
            tell_value(s, data, "unpacked", form);
    }
    report_line(s->out, "%s", text.buf);
    str_release(&text);
}

/* A cell that did not fit its column when the file was read. */
static void tell_reject(struct cell_story *s, json_t *data, const struct source *src, size_t row,
                        int col, const char *indent)
{
    for (size_t k = 0; k < src->rejects.n; k++) {
        const struct reject *r = &src->rejects.list[k];
        if (r->row != row + 1 || r->column != col || col < 0)
            continue;
        report_line(s->out, "%s  the file says \"%s\", which is no %s", indent, r->text,
                    column_type_name(table_at(src->table, (size_t)col)->type));
        tell_value(s, data, "rejected", r->text);
    }
}

/* Follow the column from table `from` on, forwards; data gets what each step did. */
static void tell_steps(struct cell_story *s, json_t *data, size_t from, const char *name,
                       size_t row)
{
    const struct recipe_run *run = s->ws->run;
    json_t *steps = json_array();

    for (size_t i = from; i < run->fitted->recipe->n_steps && name; i++) {
        const struct step *step = run->fitted->recipe->steps[i];
        const struct table *a = run->tables[i], *b = run->tables[i + 1];
        size_t x = table_index_of(a, row + 1), y = table_index_of(b, row + 1);
        const char *next = name_after(run, i, name);
        if (x == TABLE_NO_ROW)
            break;
        if (y == TABLE_NO_ROW) {
            report_line(s->out, "  step %zu (%s) removed the row", i + 1, step->text);
            json_object_set_new(data, "removed_by", json_integer((json_int_t)i + 1));
            break;
        }
        const char *before = cell_at(s, a, x, (size_t)table_find(a, name));
        if (!next) {
            report_line(s->out, "  step %zu (%s) dropped the column %s", i + 1, step->text, name);
            json_object_set_new(data, "dropped_by", json_integer((json_int_t)i + 1));
            break;
        }
        const char *after = cell_at(s, b, y, (size_t)table_find(b, next));
        bool renamed = strcmp(name, next) != 0, changed = strcmp(before, after) != 0;
        if (renamed)
            report_line(s->out, "  step %zu (%s) calls it %s", i + 1, step->text, next);
        if (changed)
            report_line(s->out, "  step %zu (%s): %s → %s", i + 1, step->text, before, after);
        if (renamed || changed)
            json_array_append_new(steps,
                                  json_pack("{s:I,s:s,s:s,s:s}", "step", (json_int_t)i + 1, "text",
                                            step->text, "before", before, "after", after));
        name = next;
    }
    json_object_set_new(data, "steps", steps);
}

static int tell_column(struct cell_story *s, json_t *data, size_t row, const char *name,
                       struct err *err);

/* The column was made by step i: of which, and their stories. */
static int tell_made(struct cell_story *s, json_t *data, size_t i, size_t row, const char *name,
                     struct err *err)
{
    const struct recipe_run *run = s->ws->run;
    const struct step *step = run->fitted->recipe->steps[i];
    const struct table *t = run->tables[i], *after = run->tables[i + 1];
    size_t x = table_index_of(t, row + 1), y = table_index_of(after, row + 1);
    json_t *from = json_array();
    int rc = 0;

    json_object_set_new(data, "made_by", json_integer((json_int_t)i + 1));
    if (y != TABLE_NO_ROW) {
        const char *value = cell_at(s, after, y, (size_t)table_find(after, name));
        report_line(s->out, "column %s is made by step %zu (%s): %s", name, i + 1, step->text,
                    value);
        tell_value(s, data, "value", value);
    }
    tell_steps(s, data, i + 1, name, row);
    for (size_t j = 0; j < t->n_cols && x != TABLE_NO_ROW && !rc; j++) {
        if (!is_origin(step, table_name(t, j), name))
            continue;
        json_t *one = json_object();
        report_line(s->out, "made of %s = %s", table_name(t, j), cell_at(s, t, x, j));
        tell_value(s, one, "column", table_name(t, j));
        s->depth++;
        rc = tell_column(s, one, row, table_name(t, j), err);
        s->depth--;
        json_array_append_new(from, one);
    }
    json_object_set_new(data, "made_from", from);
    return rc;
}

/* ---------------------------------------------------------------- joined tables */

static const char *other_name(const struct stage *g, const char *name)
{
    for (size_t k = 0; k < g->n_names; k++)
        if (strcmp(g->names[k], name) == 0)
            return g->was[k];
    return NULL;
}

/* The cell of a joined table, in the table that it is from. */
static int tell_stage(struct cell_story *s, json_t *data, size_t row, const char *name,
                      struct err *err)
{
    const struct stage *g = s->ws->stage;
    uint32_t left = ((const uint32_t *)g->left->data)[row];
    uint32_t right = ((const uint32_t *)g->right->data)[row];
    const struct workspace *before = g->before;
    const struct table *first = workspace_table(before);
    bool in_first = table_find(first, name) >= 0;
    json_t *from = json_object();
    int rc = 0;

    if (left != JOIN_NO_ROW && in_first) {
        struct cell_story back = *s;
        back.ws = before;
        back.depth = s->depth + 1;
        size_t number = table_row_number(first, left) - 1;
        report_line(s->out, "through %s: row %zu of the first table", g->text, number + 1);
        rc = tell_column(&back, from, number, name, err);
    } else if (right != JOIN_NO_ROW) {
        const char *was = other_name(g, name);
        const struct table *t = g->other->table;
        int j = was ? table_find(t, was) : -1;
        report_line(s->out, "through %s: row %zu of the second table", g->text,
                    table_row_number(t, right));
        tell_place(s, from, g->other, t, right, "  ");
        if (j >= 0) {
            tell_value(s, from, "value", cell_at(s, t, right, (size_t)j));
            tell_reject(s, from, g->other, table_row_number(t, right) - 1, j, "  ");
        } else {
            report_line(s->out, "  it has no column %s", name);
        }
    } else {
        report_line(s->out, "through %s: there is no such row in the %s table, so it is missing",
                    g->text, in_first ? "first" : "second");
    }
    json_object_set_new(data, "from", from);
    return rc;
}

/* ---------------------------------------------------------------- one column */

/* The last table that has the column by this name, n_tables: none. */
static size_t last_with(const struct recipe_run *run, const char *name)
{
    for (size_t k = run->n_tables; k-- > 0;)
        if (table_find(run->tables[k], name) >= 0)
            return k;
    return run->n_tables;
}

static int tell_read(struct cell_story *s, json_t *data, size_t row, const char *name,
                     struct err *err)
{
    const struct source *src = s->ws->source;
    int col = table_find(src->table, name);
    size_t at = table_index_of(src->table, row + 1); /* a sample has not all rows of its file */
    const char *value = cell_at(s, src->table, at, (size_t)col);

    if (s->ws->stage) {
        report_line(s->out, "row %zu, column %s: %s", row + 1, name, value);
        tell_value(s, data, "value", value);
        if (tell_stage(s, data, at, name, err))
            return -1;
    } else {
        report_line(s->out, "row %zu, column %s: %s as it was read", row + 1, name, value);
        tell_place(s, data, src, src->table, at, "  ");
        tell_value(s, data, "value", value);
        tell_reject(s, data, src, row, col, "  ");
    }
    tell_steps(s, data, 0, name, row);
    return 0;
}

static int tell_column(struct cell_story *s, json_t *data, size_t row, const char *name,
                       struct err *err)
{
    const struct recipe_run *run = s->ws->run;
    size_t k = last_with(run, name);

    if (k == run->n_tables)
        return table_column(workspace_table(s->ws), name, err) ? 0 : -1;
    for (; k > 0; k--) {
        const char *before = name_before(run, k - 1, name);
        if (!before)
            return tell_made(s, data, k - 1, row, name, err);
        name = before;
    }
    return tell_read(s, data, row, name, err);
}

int cell_story_tell(struct cell_story *s, size_t row, const char *name, struct err *err)
{
    const struct table *t = s->ws->source->table;
    size_t at = table_index_of(t, row + 1);
    json_t *data;

    if (at == TABLE_NO_ROW)
        return err_set(err, ERR_USAGE, "there is no row %zu; the source has %zu rows%s", row + 1,
                       t->n_rows, row < t->n_rows ? ", a sample of its file" : "");
    story_begin(&data, s);
    int rc = tell_column(s, data, row, name, err);
    json_decref(data);
    return rc;
}
