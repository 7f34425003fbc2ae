/* macro: a part of the history as a file of its own, with parameters in place of columns. */
#include <string.h>

#include "base/mem.h"
#include "io/file.h"
#include "history_tree.h"
#include "present.h"
#include "transplant.h"

static const struct param_spec macro_params[] = {
    { .name = "to",
      .type = PARAM_PATH,
      .flags = PARAM_REQUIRED | PARAM_WORD | PARAM_OUTPUT,
      .help = "the file, FILE.assay" },
    { .name = "from",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e9,
      .help = "number of its first command; without it the first after load" },
    { .name = "upto",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e9,
      .help = "number of its last command; without it the last one" },
    { .name = "parameters",
      .type = PARAM_TEXT,
      .help = "columns that are to be given by name: column:parameter,column:parameter" },
    { .name = NULL },
};

struct macro {
    struct context *ctx;
    struct column_map map; /* columns to marks, which no column is called */
    const char **names;    /* of the parameters */
    struct str text;
    size_t n;
};

/* ---------------------------------------------------------------- parameters */

static bool is_name(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

    return n > 0 && !s[n] && !strchr("0123456789", s[0]);
}

static const char *mark_of(struct macro *m, size_t k)
{
    return arena_printf(m->ctx->arena, "MACRO_PARAMETER_%zu_", k);
}

/* The map gives the marks; they become ${parameter:-column} once the line is printed. */
static int read_parameters(struct macro *m, struct err *err)
{
    const char *text = params_text(m->ctx->args, "parameters");

    if (!text)
        return 0;
    if (column_map_parse(&m->map, text, m->ctx->arena, err))
        return -1;
    m->names = ARENA_NEW(m->ctx->arena, const char *, m->map.n);
    for (size_t k = 0; k < m->map.n; k++) {
        m->names[k] = m->map.to[k];
        if (!is_name(m->names[k]))
            return err_set(err, ERR_USAGE, "a parameter's name has letters, digits and _, not '%s'",
                           m->names[k]);
        if (!is_name(m->map.from[k]))
            return err_set(
                err, ERR_USAGE,
                "column '%s' cannot be a parameter: its name is no plain word; rename it "
                "first, or use apply map=",
                m->map.from[k]);
        m->map.to[k] = mark_of(m, k);
    }
    return 0;
}

static void add_line(struct macro *m, const char *line)
{
    while (*line) {
        size_t k = 0;
        while (k < m->map.n && strncmp(line, m->map.to[k], strlen(m->map.to[k])) != 0)
            k++;
        if (k == m->map.n) {
            str_add_char(&m->text, *line++);
            continue;
        }
        str_addf(&m->text, "${%s:-%s}", m->names[k], m->map.from[k]);
        line += strlen(m->map.to[k]);
    }
    str_add_char(&m->text, '\n');
    m->n++;
}

/* ---------------------------------------------------------------- commands */

static int take_entry(struct macro *m, const struct entry *e, struct err *err)
{
    struct arena *arena = m->ctx->arena;
    const char *const *read;
    struct call call, marked;
    struct line line;
    struct str text;
    size_t n;

    if (lex_line(&line, e->line, NULL, arena, err) || call_parse(&call, &line, arena, err) ||
        call_transplant(&marked, &read, &n, &call, &m->map, arena, err))
        return -1;
    str_init(&text);
    call_print(&text, marked.command, &marked.args);
    add_line(m, text.buf);
    str_release(&text);
    return 0;
}

static int take_entries(struct macro *m, struct err *err)
{
    const struct param_value *from = params_value(m->ctx->args, "from");
    const struct param_value *upto = params_value(m->ctx->args, "upto");
    const struct session *s = m->ctx->session;

    for (size_t i = 0; i < s->n_done; i++) {
        const struct entry *e = s->entries[i];
        bool before = from->set ? e->number < (size_t)from->integer
                                : strncmp(e->line, "load ", 5) == 0;
        if (before || e->error || (upto->set && e->number > (size_t)upto->integer))
            continue;
        if (take_entry(m, e, err))
            return -1;
    }
    for (size_t k = 0; k < m->map.n; k++)
        if (!m->map.used[k])
            return err_set(err, ERR_USAGE, "parameters names %s, which is in none of the commands",
                           m->map.from[k]);
    return m->n ? 0 : err_set(err, ERR_USAGE, "there is no command there; history numbers them");
}

static int write_text(const char *path, const struct str *text, struct err *err)
{
    struct file_out out;

    if (file_out_open(&out, path, err))
        return -1;
    if (fwrite(text->buf, 1, text->len, out.stream) != text->len) {
        err_set_errno(err, "write", path);
        file_out_abort(&out);
        return -1;
    }
    return file_out_commit(&out, err);
}

static int macro_run(struct report *r, struct context *ctx, struct err *err)
{
    const char *to = params_text(ctx->args, "to");
    struct macro m = { .ctx = ctx };

    str_init(&m.text);
    str_add(&m.text, "# A part of a session: apply it to a table, or source it.\n");
    int rc = read_parameters(&m, err);
    if (!rc)
        rc = take_entries(&m, err);
    if (!rc)
        rc = write_text(to, &m.text, err);
    str_release(&m.text);
    if (rc)
        return -1;
    report_put_text(r, "to", to);
    report_put_int(r, "commands", (int64_t)m.n);
    report_line(r, "%s: %s; apply %s gives them to another table", to,
                present_count(ctx, m.n, "command"), to);
    return 0;
}

const struct command verb_macro = {
    .name = "macro",
    .stage = "Session",
    .help = "write a part of the history to a file, to be applied elsewhere",
    .details =
        "The commands from one number up to another, as history counts them, of the line one is "
        "on, "
        "without their digests. parameters= puts ${name:-column} in place of a column, so that -D "
        "name=OTHER says what it is called where the file is run; apply map= does so without.",
    .example = "macro clean.assay",
    .params = macro_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = macro_run,
};
