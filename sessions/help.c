/* help.c - everything that explains, from the tables. */
#include "help.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command.h"
#include "evaluate/metric.h"
#include "learn/learner.h"
#include "plot.h"
#include "table/expr.h"

/* ---------------------------------------------------------------- pieces */

#define HELP_WIDTH 78

/* Text from column `col` on, broken at blanks; further lines are indented. */
static void add_wrapped(struct str *out, const char *text, size_t col, size_t indent)
{
    bool first = true;

    while (text && *text) {
        size_t len = strcspn(text, " \n"), width = text_width(text, len);
        if (!first && col + 1 + width > HELP_WIDTH) {
            str_add_char(out, '\n');
            str_add_repeat(out, " ", indent);
            col = indent;
        } else if (!first) {
            str_add_char(out, ' ');
            col++;
        }
        str_add_n(out, text, len);
        col += width;
        first = false;
        text += len;
        text += strspn(text, " \n");
    }
    str_add_char(out, '\n');
}

static void add_paragraph(struct str *out, const char *text, size_t indent)
{
    str_add_repeat(out, " ", indent);
    add_wrapped(out, text, indent, indent);
}

/* Where the help of a row begins. */
#define ROW_INDENT 20

static void add_row(struct str *out, const char *name, const char *help)
{
    size_t width = 2 + text_width(name, strlen(name));
    size_t gap = width < ROW_INDENT ? ROW_INDENT - width : 1;

    str_addf(out, "  %s", name);
    str_add_repeat(out, " ", gap);
    add_wrapped(out, help, width + gap, ROW_INDENT);
}

static bool is_list(const struct param_spec *p)
{
    return param_takes_list(p->type);
}

/* A usage line names no more choices than fit. */
#define CHOICES_WIDTH 55

/* What stands for the value of name=… in a usage line. */
static void add_placeholder(struct str *out, const struct param_spec *p)
{
    static const char *const words[] = {
        [PARAM_INT] = "N",           [PARAM_REAL] = "X",        [PARAM_FLAG] = "yes|no",
        [PARAM_TEXT] = "TEXT",       [PARAM_NAME] = "NAME",     [PARAM_COLUMN] = "COLUMN",
        [PARAM_COLUMNS] = "COLUMNS", [PARAM_PATH] = "FILE",     [PARAM_PATHS] = "FILE",
        [PARAM_MODEL] = "MODEL",     [PARAM_MODELS] = "MODELS", [PARAM_LEARNER] = "LEARNER",
        [PARAM_REST] = "TEXT",
    };

    if (p->type != PARAM_CHOICE) {
        str_add(out, words[p->type]);
        return;
    }
    size_t begin = out->len, i = 0;
    for (; p->choices[i] && (i == 0 || out->len - begin < CHOICES_WIDTH); i++)
        str_addf(out, "%s%s", i ? "|" : "", p->choices[i]);
    if (p->choices[i])
        str_add(out, "|…"); /* the parameter's own line names them */
}

/* A parameter as it is written in a usage line: COLUMNS…, [seed=N], = EXPRESSION */
static void add_usage_param(struct str *out, const struct param_spec *p, bool is_first)
{
    bool optional = !(p->flags & PARAM_REQUIRED);

    str_add(out, optional ? " [" : " ");
    if (p->type == PARAM_EXPR && !is_first)
        str_add(out, "= ");
    if (!(p->flags & PARAM_WORD) && p->type != PARAM_REST && p->type != PARAM_EXPR) {
        str_addf(out, "%s=", p->name);
        add_placeholder(out, p);
    } else if (p->type == PARAM_CHOICE) {
        add_placeholder(out, p);
    } else {
        for (const char *at = p->name; *at; at++)
            str_add_char(out, (char)toupper((unsigned char)*at));
        str_add(out, is_list(p) ? "…" : "");
    }
    str_add(out, optional ? "]" : "");
}

static void add_params(struct str *out, const struct param_spec *specs)
{
    struct str range;

    str_init(&range);
    for (size_t i = 0; specs && specs[i].name; i++) {
        str_clear(&range);
        str_addf(&range, "%s (", specs[i].help);
        param_describe_range(&range, &specs[i]);
        if (specs[i].fallback && *specs[i].fallback)
            str_addf(&range, "; default %s", specs[i].fallback);
        str_add_char(&range, ')');
        add_row(out, specs[i].name, range.buf);
    }
    str_release(&range);
}

/* ---------------------------------------------------------------- one topic */

/* Parameters a command takes beside its own as long as nothing names others: load's of the first
 * reader.  NULL: none. */
static const struct param_spec *usual_params(const struct command *c)
{
    const struct param_spec *more = NULL;
    struct params none;
    struct arena arena;

    if (!c->extend)
        return NULL;
    arena_init(&arena);
    params_init(&none, command_params(c), &arena);
    int rc = c->extend(&more, &none, NULL);
    arena_release(&arena);
    return rc ? NULL : more;
}

static void help_command(struct str *out, const struct command *c)
{
    const struct param_spec *specs = command_params(c);
    struct str usage;

    str_init(&usage);
    str_add(&usage, command_name(c));
    for (size_t i = 0; specs && specs[i].name; i++)
        add_usage_param(&usage, &specs[i], i == 0);
    if (c->extend)
        str_add(&usage, " [parameters of what it names]");
    str_addf(out, "%s - %s\n\n  ", command_name(c), command_help(c));
    add_wrapped(out, usage.buf, 2, 6);
    str_release(&usage);
    str_add(out, "\n");
    add_paragraph(out, command_details(c), 0);
    if (specs && specs[0].name) {
        str_add(out, "\nParameters:\n");
        add_params(out, specs);
        add_params(out, usual_params(c));
    }
    if (command_example(c))
        str_addf(out, "\nExample:\n  %s\n", command_example(c));
}

static void add_tasks(struct str *out, unsigned tasks)
{
    const unsigned all[] = { TASK_BINARY, TASK_MULTICLASS, TASK_REGRESS };
    bool first = true;

    str_add(out, "For ");
    for (size_t i = 0; i < 3; i++) {
        if (!(tasks & all[i]))
            continue;
        str_addf(out, "%s%s", first ? "" : ", ", task_name(all[i]));
        first = false;
    }
    str_add(out, ".\n");
}

static void help_learner(struct str *out, const struct learner *l)
{
    str_addf(out, "%s - %s\n\n  train %s [name=value…] [as=NAME]\n\n", l->name, l->help, l->name);
    add_paragraph(out, l->details, 0);
    add_tasks(out, l->tasks);
    if (l->params && l->params[0].name) {
        str_add(out, "\nParameters:\n");
        add_params(out, l->params);
    }
    if (l->source) {
        str_add(out, "\nSource: ");
        add_wrapped(out, l->source, 8, 8);
    }
}

static void help_plot(struct str *out, const struct plot_kind *p)
{
    str_addf(out, "%s - %s\n\n  plot %s", p->name, p->help, p->name);
    for (size_t i = 0; p->params[i].name; i++)
        add_usage_param(out, &p->params[i], i == 0);
    str_add(out, " [to=FILE]\n\n");
    add_paragraph(out, p->details, 0);
    str_add(out, "\nParameters:\n");
    add_params(out, p->params);
    if (p->example)
        str_addf(out, "\nExample:\n  %s\n", p->example);
}

static void help_metric(struct str *out, const struct metric *m)
{
    str_addf(out, "%s - ", m->name);
    add_wrapped(out, m->help, strlen(m->name) + 3, 0);
    str_addf(out, "\n%s is better.\n", m->greater_is_better ? "Greater" : "Smaller");
    add_tasks(out, m->tasks);
    if (m->source) {
        str_add(out, "Source: ");
        add_wrapped(out, m->source, 8, 8);
    }
}

/* ---------------------------------------------------------------- lists */

static const char *const stages[] = { "Data",     "Cleaning", "Features", "Models",
                                      "Validate", "Plots",    "Session",  NULL };

static void list_commands(struct str *out)
{
    for (size_t s = 0; stages[s]; s++) {
        str_addf(out, "%s%s\n", s ? "\n" : "", stages[s]);
        for (size_t i = 0; command_table[i]; i++)
            if (strcmp(command_stage(command_table[i]), stages[s]) == 0)
                add_row(out, command_name(command_table[i]), command_help(command_table[i]));
    }
}

static void list_learners(struct str *out)
{
    for (size_t i = 0; learner_table[i]; i++)
        add_row(out, learner_table[i]->name, learner_table[i]->help);
}

static void list_steps(struct str *out)
{
    for (size_t i = 0; step_table[i]; i++)
        add_row(out, step_table[i]->name, step_table[i]->help);
}

static void list_plots(struct str *out)
{
    for (size_t i = 0; plot_table[i]; i++)
        add_row(out, plot_table[i]->name, plot_table[i]->help);
}

static void list_metrics(struct str *out)
{
    for (size_t i = 0; metric_table[i]; i++)
        add_row(out, metric_table[i]->name, metric_table[i]->help);
}

static void list_functions(struct str *out)
{
    for (const struct expr_function *f = expr_functions(); f->name; f++)
        add_row(out, f->usage, f->help);
}

static void help_language(struct str *out)
{
    add_paragraph(out,
                  "A line is a command: a verb, words, and name=value. Verbs, parameter names and "
                  "choices may be shortened while typing; the session records them in full with "
                  "every default.",
                  0);
    str_add(out, "\n"
                 "  # …                  a comment\n"
                 "  \"…\"  '…'             quotes hold blanks; in \"…\" a backslash escapes\n"
                 "  \\ at the end         continues the line\n"
                 "  $name ${name:-text}  a session parameter, given with -D name=value\n"
                 "  as=NAME              names the result\n"
                 "  all, bill_*          every column that applies, or those of a pattern\n"
                 "  derive NAME = EXPR   and filter EXPR take the rest of the line\n\n");
    add_paragraph(out,
                  "In an expression a name is a column (`odd name` in backticks), text stands in "
                  "quotes, and = or == compares. Missing values propagate; is_missing(x) and "
                  "coalesce(x, y) deal with them. help functions lists the functions.",
                  0);
}

static void help_overview(struct str *out)
{
    str_add(out, "Assay: from a data file to a validated, replayable model.\n\n");
    list_commands(out);
    str_add(out, "\nhelp NAME explains a command, learner, step, plot or metric;\n"
                 "help learners, steps, plots, metrics, functions and language list them.\n");
}

struct topic {
    const char *name;
    void (*print)(struct str *out);
};

static const struct topic topics[] = {
    { "commands", list_commands }, { "learners", list_learners }, { "steps", list_steps },
    { "plots", list_plots },       { "metrics", list_metrics },   { "functions", list_functions },
    { "language", help_language },
};
#define N_TOPICS (sizeof(topics) / sizeof(topics[0]))

/* ---------------------------------------------------------------- looking up */

static const struct plot_kind *plot_topic(const char *topic)
{
    return plot_find(strncmp(topic, "plot ", 5) == 0 ? topic + 5 : topic);
}

static bool help_item(struct str *out, const char *topic)
{
    const struct command *c = command_named(topic);
    const struct learner *l = learner_find(topic);
    const struct plot_kind *p = plot_topic(topic);
    const struct metric *m = metric_find(topic);

    if (c)
        help_command(out, c);
    else if (l)
        help_learner(out, l);
    else if (p)
        help_plot(out, p);
    else if (m)
        help_metric(out, m);
    return c || l || p || m;
}

static int fail_topic(const char *topic, struct err *err)
{
    const char *names[512];
    size_t n = 0;

    for (size_t i = 0; i < N_TOPICS; i++)
        names[n++] = topics[i].name;
    for (size_t i = 0; command_table[i] && n < 500; i++)
        names[n++] = command_name(command_table[i]);
    for (size_t i = 0; learner_table[i] && n < 500; i++)
        names[n++] = learner_table[i]->name;
    for (size_t i = 0; plot_table[i] && n < 500; i++)
        names[n++] = plot_table[i]->name;
    for (size_t i = 0; metric_table[i] && n < 500; i++)
        names[n++] = metric_table[i]->name;
    names[n] = NULL;
    const char *near = text_nearest(topic, names);
    return near ? err_set(err, ERR_USAGE, "no help on '%s'; did you mean %s?", topic, near)
                : err_set(err, ERR_USAGE, "no help on '%s'; help alone lists what there is", topic);
}

int help_text(struct str *out, const char *topic, struct err *err)
{
    if (!topic || !*topic) {
        help_overview(out);
        return 0;
    }
    for (size_t i = 0; i < N_TOPICS; i++)
        if (strcmp(topics[i].name, topic) == 0) {
            topics[i].print(out);
            return 0;
        }
    return help_item(out, topic) ? 0 : fail_topic(topic, err);
}

/* ---------------------------------------------------------------- assay-commands(7) */

/* Text in roff: a backslash, a leading dot or quote, and - as a minus. */
static void add_roff(struct str *out, const char *text)
{
    bool line_start = true;

    for (; text && *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            str_add(out, "\\&");
        if (*text == '\\')
            str_add(out, "\\e");
        else if (*text == '-')
            str_add(out, "\\-");
        else
            str_add_char(out, *text);
        line_start = *text == '\n';
    }
}

static void manual_params(struct str *out, const struct param_spec *specs)
{
    struct str range;

    str_init(&range);
    for (size_t i = 0; specs && specs[i].name; i++) {
        str_clear(&range);
        param_describe_range(&range, &specs[i]);
        str_add(out, ".TP\n.B ");
        add_roff(out, specs[i].name);
        str_add(out, "\n");
        add_roff(out, specs[i].help);
        str_add(out, " (");
        add_roff(out, range.buf);
        if (specs[i].fallback && *specs[i].fallback) {
            str_add(out, "; default ");
            add_roff(out, specs[i].fallback);
        }
        str_add(out, ")\n");
    }
    str_release(&range);
}

static void manual_item(struct str *out, const char *prefix, const char *name, const char *help,
                        const char *details, const struct param_spec *specs,
                        const struct param_spec *more, const char *example)
{
    str_add(out, ".SS ");
    add_roff(out, prefix);
    add_roff(out, name);
    str_add(out, "\n");
    add_roff(out, help);
    str_add(out, ".\n");
    if (details) {
        add_roff(out, details);
        str_add(out, "\n");
    }
    manual_params(out, specs);
    manual_params(out, more);
    if (example) {
        str_add(out, ".PP\n.RS\n.nf\n");
        add_roff(out, example);
        str_add(out, "\n.fi\n.RE\n");
    }
}

void help_manual(struct str *out)
{
    str_add(out, ".TH ASSAY-COMMANDS 7 \"2026-11-21\" \"assay " ASSAY_VERSION "\"\n.SH NAME\n"
                 "assay-commands \\- the commands of assay's session language\n");
    for (size_t s = 0; stages[s]; s++) {
        str_addf(out, ".SH %s\n", stages[s]);
        for (size_t i = 0; command_table[i]; i++) {
            const struct command *c = command_table[i];
            if (strcmp(command_stage(c), stages[s]) == 0)
                manual_item(out, "", command_name(c), command_help(c), command_details(c),
                            command_params(c), usual_params(c), command_example(c));
        }
    }
    str_add(out, ".SH LEARNERS\n");
    for (size_t i = 0; learner_table[i]; i++) {
        const struct learner *l = learner_table[i];
        manual_item(out, "train ", l->name, l->help, l->details, l->params, NULL, NULL);
        if (l->source) {
            str_add(out, ".PP\nSource: ");
            add_roff(out, l->source);
            str_add(out, "\n");
        }
    }
    str_add(out, ".SH PLOTS\n");
    for (size_t i = 0; plot_table[i]; i++)
        manual_item(out, "plot ", plot_table[i]->name, plot_table[i]->help, plot_table[i]->details,
                    plot_table[i]->params, NULL, plot_table[i]->example);
    str_add(out, ".SH METRICS\n");
    for (size_t i = 0; metric_table[i]; i++)
        manual_item(out, "", metric_table[i]->name, metric_table[i]->help, metric_table[i]->source,
                    NULL, NULL, NULL);
    str_add(out, ".SH FUNCTIONS OF EXPRESSIONS\n");
    for (const struct expr_function *f = expr_functions(); f->name; f++) {
        str_add(out, ".TP\n.B ");
        add_roff(out, f->usage);
        str_add(out, "\n");
        add_roff(out, f->help);
        str_add(out, "\n");
    }
    str_add(out, ".SH SEE ALSO\n.BR assay (1),\n.BR assay\\-session (5)\n");
}
