/* desk.c - keeping cursors within the workspace, and asking for facts about it. */
#include "desk.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "help.h"

void desk_init(struct desk *d, const struct session *s, struct survey *survey)
{
    *d = (struct desk){ .session = s, .survey = survey, .shown = DESK_NOW };
    str_init(&d->search);
    str_init(&d->trial_line);
    str_init(&d->answer);
    str_init(&d->report_title);
    str_init(&d->report);
    str_init(&d->manual);
    str_init(&d->manual_topic);
    str_init(&d->wish_text);
    str_init(&d->message);
    desk_refresh(d);
}

static void free_links(struct desk *d)
{
    for (size_t i = 0; i < d->n_links; i++)
        mem_free(d->links[i].command);
    mem_free((struct report_link *)(uintptr_t)d->links);
    d->links = NULL;
    d->n_links = 0;
}

void desk_release(struct desk *d)
{
    workspace_unref(d->ws);
    workspace_unref(d->early);
    workspace_unref(d->trial);
    str_release(&d->trial_line);
    selection_unref(d->selection);
    free_links(d);
    mem_free(d->profiles);
    mem_free(d->effects);
    mem_free(d->history);
    str_release(&d->search);
    str_release(&d->answer);
    str_release(&d->report_title);
    str_release(&d->report);
    str_release(&d->manual);
    str_release(&d->manual_topic);
    str_release(&d->wish_text);
    str_release(&d->message);
}

const struct entry *desk_entry_with(const struct desk *d, const char *key)
{
    const struct session *s = d->session;

    for (size_t i = s->n_done; i-- > 0;)
        if (json_object_get(s->entries[i]->report.data, key))
            return s->entries[i];
    return NULL;
}

const struct recipe *desk_recipe(const struct desk *d)
{
    return d->ws->recipe;
}

/* ---------------------------------------------------------------- facts */

static void take_workspace(struct desk *d)
{
    const struct workspace *now = d->early ? d->early : session_workspace(d->session);

    if (d->selection != d->session->selection) {
        selection_unref(d->selection);
        d->selection = selection_ref(d->session->selection);
        survey_sweep(d->survey);
    }
    if (d->ws == now)
        return;
    if (!d->ws || d->ws->source != now->source)
        d->shown = DESK_NOW;
    desk_try(d, NULL, "");
    workspace_unref(d->ws);
    d->ws = workspace_ref(now);
    d->version++;
    survey_sweep(d->survey);
}

void desk_show_early(struct desk *d, const struct workspace *take)
{
    const struct workspace *old = d->early;

    d->early = take;
    if (take || old)
        desk_refresh(d);
    workspace_unref(old);
}

void desk_try(struct desk *d, const struct workspace *trial, const char *line)
{
    const struct workspace *old = d->trial;

    d->trial = trial ? workspace_ref(trial) : NULL;
    workspace_unref(old);
    str_clear(&d->trial_line);
    str_add(&d->trial_line, line);
}

void desk_take_history(struct desk *d)
{
    const struct session *s = d->session;

    if (d->history_cap < s->n_all) {
        d->history_cap = 2 * s->n_all;
        d->history = mem_resize(d->history, d->history_cap, sizeof(*d->history));
    }
    d->n_history = s->n_all;
    if (d->n_history)
        history_rows(d->history, s);
}

static size_t clamp(size_t v, size_t n)
{
    return n == 0 ? 0 : v < n ? v : n - 1;
}

static void settle_cursors(struct desk *d)
{
    size_t n_steps = d->ws->run ? d->ws->recipe->n_steps : 0;

    if (d->shown != DESK_NOW && d->shown > n_steps)
        d->shown = DESK_NOW;
    d->step = clamp(d->step, n_steps + 1);
    d->model = clamp(d->model, d->ws->n_models);
}

static void take_tables(struct desk *d)
{
    const struct recipe_run *run = d->ws->run;

    d->table = d->before = NULL;
    d->diff = NULL;
    d->looked = NULL;
    if (!run) {
        d->n_profiles = d->n_effects = 0;
        return;
    }
    d->table = d->shown == DESK_NOW ? recipe_run_result(run) : run->tables[d->shown];
    if (d->trial && d->trial->run) {
        d->before = recipe_run_result(run);
        d->table = recipe_run_result(d->trial->run);
        d->diff = survey_diff(d->survey, d->before, d->table);
    } else if (d->shown != DESK_NOW && d->shown > 0) {
        d->before = run->tables[d->shown - 1];
        d->diff = survey_diff(d->survey, d->before, d->table);
    }
    if (selection_restricts(d->selection))
        d->looked = survey_look(d->survey, d->diff ? d->before : d->table, d->selection, false);
    d->column = clamp(d->column, d->diff ? d->diff->n_columns : d->table->n_cols);
}

static void ask_profiles(struct desk *d)
{
    if (d->n_profiles < d->table->n_cols)
        d->profiles = mem_resize(d->profiles, d->table->n_cols, sizeof(*d->profiles));
    d->n_profiles = d->table->n_cols;
    for (size_t j = 0; j < d->n_profiles; j++)
        d->profiles[j] = survey_profile(d->survey, table_at(d->table, j));
}

static void ask_effects(struct desk *d)
{
    const struct recipe_run *run = d->ws->run;
    size_t n = run->n_tables - 1;

    if (d->n_effects < n)
        d->effects = mem_resize(d->effects, n, sizeof(*d->effects));
    d->n_effects = n;
    for (size_t i = 0; i < n; i++)
        d->effects[i] = survey_diff(d->survey, run->tables[i], run->tables[i + 1]);
}

static void ask_expectations(struct desk *d)
{
    const struct expectations *l = d->ws->expectations;

    d->n_unmet = 0;
    for (size_t i = 0; l && d->ws->run && i < l->n; i++)
        d->n_unmet += !l->items[i]->warn &&
                      survey_expected(d->survey, l->items[i], workspace_expected(d->ws, i)) == 0;
}

/* The last plot that was not taken back. */
static void find_figure(struct desk *d)
{
    const struct session *s = d->session;

    d->figure = NULL;
    for (size_t i = s->n_done; i > 0 && !d->figure; i--) {
        const struct entry *e = s->entries[i - 1];
        if (e->report.has_canvas && e->report.figure) {
            d->figure = e->report.figure;
            d->figure_id = e->number;
        }
    }
}

void desk_refresh(struct desk *d)
{
    take_workspace(d);
    d->n_history = 0; /* its entries may be gone: whoever shows it takes it anew */
    settle_cursors(d);
    take_tables(d);
    if (d->table) {
        ask_profiles(d);
        ask_effects(d);
    }
    ask_expectations(d);
    find_figure(d);
}

void desk_take_report(struct desk *d, const struct entry *e)
{
    str_clear(&d->report_title);
    str_clear(&d->report);
    str_add(&d->report_title, e->line);
    str_add(&d->report, e->report.text.buf);
    free_links(d);
    struct report_link *links = MEM_NEW(struct report_link, e->report.n_links);
    for (size_t i = 0; i < e->report.n_links; i++)
        links[i] = (struct report_link){ .line = e->report.links[i].line,
                                         .command = mem_strdup(e->report.links[i].command) };
    d->links = links;
    d->n_links = e->report.n_links;
    d->report_version++;
}

bool desk_open_manual(struct desk *d, const char *topic, struct err *err)
{
    struct str text;

    str_init(&text);
    if (help_text(&text, topic, err)) {
        str_release(&text);
        return false;
    }
    str_clear(&d->manual);
    str_clear(&d->manual_topic);
    str_add(&d->manual, text.buf);
    str_add(&d->manual_topic, topic ? topic : "");
    str_release(&text);
    d->manual_version++;
    return true;
}

/* ---------------------------------------------------------------- what is under the cursor */

const char *desk_column_name(const struct desk *d)
{
    if (!d->table)
        return "";
    if (d->diff && d->column < d->diff->n_columns) {
        const struct diff_column *c = &d->diff->columns[d->column];
        return c->after >= 0 ? table_name(d->table, (size_t)c->after)
                             : table_name(d->before, (size_t)c->before);
    }
    return d->column < d->table->n_cols ? table_name(d->table, d->column) : "";
}

const char *desk_model_name(const struct desk *d)
{
    return d->model < d->ws->n_models ? d->ws->models[d->model].name : "";
}

static bool fill_one(struct str *out, struct desk *d, const char *name, size_t len)
{
    if (len == 6 && strncmp(name, "column", len) == 0) {
        const char *column = desk_column_name(d);
        if (!*column)
            return desk_say(d, "there is no column here; load a file first"), false;
        lex_quote(out, column);
    } else if (len == 5 && strncmp(name, "facet", len) == 0) {
        if (!*desk_column_name(d))
            return desk_say(d, "there is no column here; load a file first"), false;
        selection_quote_name(out, desk_column_name(d));
    } else if (len == 3 && strncmp(name, "row", len) == 0) {
        if (d->row == 0)
            return desk_say(d, "there is no row here; the sheet has the cursor"), false;
        str_addf(out, "%zu", d->row);
    } else if (len == 4 && strncmp(name, "step", len) == 0) {
        if (d->step == 0)
            return desk_say(d, "the first line is the source; choose a step"), false;
        str_addf(out, "%zu", d->step);
    } else if (len == 5 && strncmp(name, "model", len) == 0) {
        if (!*desk_model_name(d))
            return desk_say(d, "there is no model yet; train LEARNER makes one"), false;
        lex_quote(out, desk_model_name(d));
    } else if (len == 4 && strncmp(name, "here", len) == 0) {
        const struct entry *here = session_last(d->session);
        str_addf(out, "%zu", here ? here->number : 0);
    } else {
        desk_take_history(d);
        d->entry = clamp(d->entry, d->n_history);
        str_addf(out, "%zu", d->n_history ? d->history[d->entry].entry->number : 0);
    }
    return true;
}

bool desk_fill(struct str *out, struct desk *d, const char *template)
{
    for (const char *at = template; *at;) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (!end) {
            str_add_char(out, *at++);
            continue;
        }
        if (!fill_one(out, d, at + 1, (size_t)(end - at - 1)))
            return false;
        at = end + 1;
    }
    return true;
}

/* ---------------------------------------------------------------- wishes */

void desk_wish(struct desk *d, enum wish wish, const char *fmt, ...)
{
    va_list ap;

    d->wish = wish;
    str_clear(&d->wish_text);
    va_start(ap, fmt);
    str_vaddf(&d->wish_text, fmt, ap);
    va_end(ap);
}

void desk_say(struct desk *d, const char *fmt, ...)
{
    va_list ap;

    str_clear(&d->message);
    va_start(ap, fmt);
    str_vaddf(&d->message, fmt, ap);
    va_end(ap);
}
