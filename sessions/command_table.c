/* command_table.c - verbs and steps in one table, and looking them up. */
#include "command.h"

#include <string.h>

#include "base/text.h"

#define VERB(id) extern const struct command verb_##id;
#include "commands.def"
#undef VERB

/* Every kind of step is a command; what it says of itself stands in the step. */
#define STEP(id) extern const struct step_kind step_##id;
#include "prepare/steps.def"
#undef STEP
#define STEP(id)                                                                                   \
    static const struct command command_##id = {                                                   \
        .step = &step_##id,                                                                        \
        .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,                                           \
        .run = command_run_step,                                                                   \
    };
#include "prepare/steps.def"
#undef STEP

const struct command *const command_table[] = {
#define VERB(id) &verb_##id,
#include "commands.def"
#undef VERB
#define STEP(id) &command_##id,
#include "prepare/steps.def"
#undef STEP
    NULL
};

const char *command_name(const struct command *c)
{
    return c->step ? c->step->name : c->name;
}

const char *command_help(const struct command *c)
{
    return c->step ? c->step->help : c->help;
}

const char *command_details(const struct command *c)
{
    return c->step ? c->step->details : c->details;
}

const char *command_example(const struct command *c)
{
    return c->step ? c->step->example : c->example;
}

const char *command_stage(const struct command *c)
{
    if (!c->step)
        return c->stage;
    return c->step->scope == STEP_FITTED ? "Features" : "Cleaning";
}

const struct param_spec *command_params(const struct command *c)
{
    return c->step ? c->step->params : c->params;
}

const struct command *command_named(const char *name)
{
    for (size_t i = 0; command_table[i]; i++)
        if (strcmp(command_name(command_table[i]), name) == 0)
            return command_table[i];
    return NULL;
}

/* ---------------------------------------------------------------- looking up */

/* The command of one word that is called `word`, or begins so; *n receives how many there are. */
static const struct command *find_verb(const char *word, size_t *n)
{
    const struct command *found = command_named(word);
    size_t len = strlen(word);

    *n = found ? 1 : 0;
    if (found)
        return found;
    for (size_t i = 0; len && command_table[i]; i++) {
        const char *name = command_name(command_table[i]);
        if (strncmp(name, word, len) == 0 && !strchr(name, ' ')) {
            found = command_table[i];
            ++*n;
        }
    }
    return found;
}

static const struct command *find_two_words(const struct line *line)
{
    struct str name;
    size_t n;

    if (line->n < 2 || line->words[0].key || line->words[1].quoted || line->words[1].key)
        return NULL;
    const struct command *verb = find_verb(line->words[0].text, &n);
    if (n != 1)
        return NULL;
    str_init(&name);
    str_addf(&name, "%s %s", command_name(verb), line->words[1].text);
    const struct command *found = command_named(name.buf);
    str_release(&name);
    return found;
}

static int fail_unknown(const struct word *w, struct err *err)
{
    const char *names[256];
    size_t n = 0;

    for (size_t i = 0; command_table[i] && n < 255; i++)
        names[n++] = command_name(command_table[i]);
    names[n] = NULL;
    const char *near = text_nearest(w->text, names);
    struct err_at at = { .col = w->col, .width = w->width };
    if (near)
        return err_set_at(err, ERR_USAGE, at, "unknown command '%s'; did you mean %s?", w->text,
                          near);
    return err_set_at(err, ERR_USAGE, at, "unknown command '%s'; help lists all commands", w->text);
}

static int fail_ambiguous(const struct word *w, struct err *err)
{
    struct str list;

    str_init(&list);
    for (size_t i = 0; command_table[i]; i++)
        if (strncmp(command_name(command_table[i]), w->text, strlen(w->text)) == 0)
            str_addf(&list, "%s%s", list.len ? ", " : "", command_name(command_table[i]));
    err_set_at(err, ERR_USAGE, (struct err_at){ .col = w->col, .width = w->width },
               "'%s' could be %s; write more of it", w->text, list.buf);
    str_release(&list);
    return -1;
}

const struct command *command_find(const struct line *line, size_t *n_words, struct err *err)
{
    const struct word *w = &line->words[0];
    const struct command *found = find_two_words(line);
    size_t n = 0;

    *n_words = found ? 2 : 1;
    if (found)
        return found;
    if (!w->key)
        found = find_verb(w->text, &n);
    if (n == 1)
        return found;
    if (n == 0)
        fail_unknown(w, err);
    else
        fail_ambiguous(w, err);
    return NULL;
}
