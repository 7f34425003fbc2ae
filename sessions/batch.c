/* batch.c - run and replay without a screen. */
#include "batch.h"

#include <jansson.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "lookahead.h"
#include "present_expect.h"
#include "replay.h"

/* ---------------------------------------------------------------- printing */

void batch_print_place(FILE *out, const struct err *why)
{
    if (!why->file[0])
        return;
    fprintf(out, "%s:", why->file);
    if (why->line)
        fprintf(out, "%zu:", why->line);
    if (why->line && why->col)
        fprintf(out, "%zu:", why->col);
    fputc(' ', out);
}

/* "FILE:LINE: error: what", then the line with a caret under the offending part. */
static void print_error(const struct batch_options *o, const char *line, const char *file,
                        size_t number, const struct err *why)
{
    if (why->file[0] && (strcmp(why->file, file) != 0 || why->line != number)) {
        fprintf(o->err, "%s:%zu: error: ", file, number);
        batch_print_place(o->err, why);
        fprintf(o->err, "%s\n", why->msg);
        return;
    }
    fprintf(o->err, "%s:%zu: error: %s\n", file, number, why->msg);
    size_t len = strlen(line);
    if (why->col == 0 || why->col > len + 1 || len > 2000)
        return;
    struct str shown;
    str_init(&shown);
    str_add_escaped(&shown, line, len);
    /* Places count bytes, the terminal columns. */
    size_t from = why->col - 1, left = len - from;
    size_t under = text_width(line + from, why->width < left ? why->width : left);
    fprintf(o->err, "    %s\n    %*s", shown.buf, (int)text_width(line, from), "");
    for (size_t i = 0; i < (under ? under : 1); i++)
        fputc('^', o->err);
    fputc('\n', o->err);
    str_release(&shown);
}

static void print_json_error(const struct batch_options *o, const char *line, size_t number,
                             const struct err *why)
{
    json_t *error = json_pack("{s:s}", "message", why->msg);

    if (!error)
        error = json_pack("{s:s}", "message", "the message is not valid UTF-8");
    if (why->file[0])
        json_object_set_new(error, "file", json_string(why->file));
    if (why->line)
        json_object_set_new(error, "line", json_integer((json_int_t)why->line));
    if (why->col)
        json_object_set_new(error, "column", json_integer((json_int_t)why->col));
    json_t *command = json_string(line);
    json_t *object = json_pack("{s:I,s:o,s:b,s:o}", "line", (json_int_t)number, "command",
                               command ? command : json_null(), "ok", 0, "error", error);
    json_dumpf(object, o->out, JSON_COMPACT);
    fputc('\n', o->out);
    json_decref(object);
}

static void print_json_entry(const struct batch_options *o, const struct entry *e, size_t number)
{
    json_t *command = json_string(e->line);
    json_t *object = json_pack("{s:I,s:o,s:b,s:f,s:O}", "line", (json_int_t)number, "command",
                               command ? command : json_null(), "ok", 1, "ms", e->ms, "report",
                               e->report.data);

    json_dumpf(object, o->out, JSON_COMPACT);
    fputc('\n', o->out);
    json_decref(object);
}

/* The signs that reports are written with, for a terminal without UTF-8; what comes from the data
 * stays as it is. */
static void print_text(FILE *out, const char *text, bool ascii)
{
    static const char *const signs[][2] = {
        { "×", "x" },  { "−", "-" }, { "…", "..." }, { "·", "." }, { "■", "#" },
        { "→", "->" }, { "│", "|" }, { "├", "+" },   { "─", "-" }, { "▁", "_" },
        { "▂", "." },  { "▃", "-" }, { "▄", "=" },   { "▅", "+" }, { "▆", "*" },
        { "▇", "%" },  { "█", "#" }, { "░", "." },   { "▒", ":" }, { "▓", "+" },
    };

    for (const char *at = text; ascii && *at;) {
        size_t run = 0, k = 0, n = sizeof(signs) / sizeof(signs[0]);
        while (at[run] && !((unsigned char)at[run] & 0x80))
            run++;
        fwrite(at, 1, run, out);
        at += run;
        while (k < n && strncmp(at, signs[k][0], strlen(signs[k][0])) != 0)
            k++;
        if (*at && k < n)
            fputs(signs[k][1], out);
        else if (*at)
            fputc(*at, out);
        at += k < n ? strlen(signs[k][0]) : *at != 0;
    }
    if (!ascii)
        fputs(text, out);
}

static void print_entry(const struct batch_options *o, const char *typed, const struct entry *e,
                        size_t number, bool ascii)
{
    if (o->json) {
        print_json_entry(o, e, number);
    } else if (!o->quiet) {
        fprintf(o->out, "> %s\n", typed);
        print_text(o->out, e->report.text.buf, ascii);
        if (e->report.text.len)
            fputc('\n', o->out);
    }
    fflush(o->out);
}

/* ---------------------------------------------------------------- replay */

static int check_entry(const struct batch_options *o, const struct entry *e, const char *file,
                       size_t number, const char *recorded)
{
    char mark[26];

    enum replay_verdict verdict = o->check ? replay_compare(e, recorded) : REPLAY_SAME;
    if (verdict == REPLAY_SAME)
        return EXIT_OK;
    script_digest(mark, e->line, e->digest);
    fprintf(o->err, "%s:%zu: differs: %s\n    recorded %.25s, now %s\n    %s%s\n", file, number,
            e->line, recorded, mark, replay_reason(verdict), replay_reason_more(verdict));
    if (verdict == REPLAY_OTHER_INPUT) {
        struct str facts;
        str_init(&facts);
        replay_tell_input(&facts, e, recorded);
        if (facts.len)
            fprintf(o->err, "    %s\n", facts.buf);
        str_release(&facts);
    }
    return EXIT_DIFFERS;
}

/* ---------------------------------------------------------------- expectations */

/* What a person reads goes to standard error; the data of a failure belong to the output. */
static void tell_unmet(const struct report *report, const char *where,
                       const struct batch_options *o)
{
    if (o->json) {
        json_t *object = json_pack("{s:n,s:s,s:b,s:O}", "line", "command", "expect", "ok", 0,
                                   "report", report->data);
        json_dumpf(object, o->out, JSON_COMPACT);
        fputc('\n', o->out);
        json_decref(object);
    }
    fprintf(o->err, "%s: expectations that do not hold:\n%s", where, report->text.buf);
}

/* At the end of a run, what was expected of the data as they are then. */
static int check_expectations(struct session *s, const char *path, const struct batch_options *o)
{
    const struct workspace *ws = session_workspace(s);
    struct arena arena;
    struct job job;
    struct report report;
    struct err why = { 0 };
    int status = EXIT_OK;

    if (!ws->expectations || !ws->run || o->dry_run)
        return EXIT_OK;
    arena_init(&arena);
    job_init(&job);
    report_init(&report);
    const struct context ctx = { .ws = ws, .arena = &arena, .job = &job, .options = &s->options };
    s->running = &job;
    if (present_workspace_expectations(&report, &ctx, 0, BATCH_FAILING_SHOWN, true, &why)) {
        fprintf(o->err, "%s: error: %s\n", path, why.msg);
        status = why.code == ERR_CANCELLED ? EXIT_INTERRUPTED : EXIT_FAILED;
    } else if (report.text.len) {
        tell_unmet(&report, path, o);
        status = present_n_failed(&report) ? EXIT_EXPECTATION : EXIT_OK;
    }
    s->running = NULL;
    report_release(&report);
    arena_release(&arena);
    return status;
}

/* ---------------------------------------------------------------- running */

/* The line with its parameters in place, which the place of an error refers to. */
static void print_failure(struct session *s, const char *line, const char *file, size_t number,
                          const struct err *why, const struct batch_options *o)
{
    struct arena arena;
    struct line understood;

    arena_init(&arena);
    if (!lex_line(&understood, line, &s->options.definitions, &arena, NULL))
        line = understood.text;
    if (o->json)
        print_json_error(o, line, number, why);
    print_error(o, line, file, number, why);
    arena_release(&arena);
}

static int run_one(struct session *s, const char *line, const char *file, size_t number,
                   const char *recorded, const struct batch_options *o)
{
    struct err why = { 0 };
    const struct entry *e = NULL;

    if (session_do(s, line, file, number, &e, &why)) {
        print_failure(s, line, file, number, &why, o);
        return why.code == ERR_CANCELLED ? EXIT_INTERRUPTED : EXIT_FAILED;
    }
    if (!e)
        return EXIT_OK;
    print_entry(o, line, e, number, s->options.ascii);
    int status = check_entry(o, e, file, number, recorded);
    return status ? status : e->report.status;
}

int batch_line(struct session *s, const char *line, const char *file, size_t number,
               const char *recorded, const struct batch_options *o)
{
    int status = run_one(s, line, file, number, recorded, o);
    struct queued next;

    while (!status && !s->quit && session_next(s, &next)) {
        status = run_one(s, next.text, next.file, next.line_number, next.recorded, o);
        queued_release(&next);
    }
    if (status)
        session_queue_clear(s);
    return status;
}

struct tally {
    size_t n_checked, n_commands;
};

static int run_lines(struct session *s, const struct script_line *lines, size_t n, const char *path,
                     struct tally *tally, const struct batch_options *o)
{
    for (size_t i = 0; i < n && !s->quit; i++) {
        const struct script_line *l = &lines[i];
        int status = batch_line(s, l->text, path, l->number, l->recorded, o);
        if (status)
            return status;
        tally->n_checked += l->recorded ? 1 : 0;
        tally->n_commands += l->text[0] != '#';
    }
    return EXIT_OK;
}

static void tell_tally(const struct tally *t, const char *path, const struct batch_options *o)
{
    if (t->n_checked == 0)
        fprintf(o->out,
                "%s: none of %zu commands has a digest, nothing was compared; "
                "save session records them\n",
                path, t->n_commands);
    else
        fprintf(o->out, "%s: %zu of %zu commands have a digest, all the same\n", path, t->n_checked,
                t->n_commands);
}

int batch_run(struct session *s, const struct script *script, const struct batch_options *o)
{
    struct tally tally = { 0 }, ways = { 0 }; /* goto and branch have nothing to compare */

    if (!o->check)
        lookahead_roles(s, script);
    int status = run_lines(s, script->lines, script->n, script->path, &tally, o);
    if (!status && o->branches)
        status = run_lines(s, script->branch_lines, script->n_branch_lines, script->path, &ways, o);
    if (status)
        return status;
    tally.n_checked += ways.n_checked;
    tally.n_commands += ways.n_checked;
    if (o->check && !o->json)
        tell_tally(&tally, script->path, o);
    return o->check ? EXIT_OK : check_expectations(s, script->path, o);
}
