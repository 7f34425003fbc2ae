/* options.c - one table of options; parsing, checks and --help come from it. */
#include "options.h"

#include <string.h>

#include "base/text.h"

#define IN(mode)     (1u << (mode))
#define SCREENLESS   (IN(MODE_RUN) | IN(MODE_REPLAY))
#define ALL_SESSIONS (SCREENLESS | IN(MODE_REPL) | IN(MODE_WORKBENCH))
#define EVERYWHERE   (~0u)

enum option_id {
    OPT_COMMANDS,
    OPT_DEFINE,
    OPT_JSON,
    OPT_CHECK,
    OPT_BRANCHES,
    OPT_QUIET,
    OPT_DRY_RUN,
    OPT_OUTPUT,
    OPT_STRICT,
    OPT_THREADS,
    OPT_ASCII,
    OPT_COLOR,
    OPT_HELP,
    OPT_VERSION,
    OPT_N
};

struct option_spec {
    const char *name;  /* without the dashes; NULL: only a letter */
    char letter;       /* 0: none */
    const char *value; /* what it takes, NULL: nothing */
    unsigned modes;
    const char *help;
};

static const struct option_spec specs[OPT_N] = {
    [OPT_COMMANDS] = { NULL, 'c', "COMMANDS", IN(MODE_RUN),
                       "commands in place of a session; ; or a new line between them" },
    [OPT_DEFINE] = { "define", 'D', "NAME=VALUE", ALL_SESSIONS, "what $NAME stands for" },
    [OPT_JSON] = { "json", 0, NULL, IN(MODE_RUN), "one JSON object a command" },
    [OPT_CHECK] = { "check", 0, NULL, IN(MODE_REPLAY), "compare every recorded digest" },
    [OPT_BRANCHES] = { "branches", 0, NULL, IN(MODE_REPLAY),
                       "the other branches of the history too" },
    [OPT_QUIET] = { "quiet", 'q', NULL, SCREENLESS | IN(MODE_REPL), "errors only" },
    [OPT_DRY_RUN] = { "dry-run", 0, NULL, SCREENLESS, "check the commands, run none but load" },
    [OPT_OUTPUT] = { "output", 'o', "FILE", IN(MODE_PREDICT), "write there, not to stdout" },
    [OPT_STRICT] = { "strict", 0, NULL, IN(MODE_PREDICT), "refuse data that fail an expectation" },
    [OPT_THREADS] = { "threads", 0, "N", EVERYWHERE,
                      "threads, 1 to 256; results do not depend on it" },
    [OPT_ASCII] = { "ascii", 0, NULL, EVERYWHERE, "nothing but ASCII in frames and plots" },
    [OPT_COLOR] = { "color", 0, "WHEN", EVERYWHERE, "auto, always or never" },
    [OPT_HELP] = { "help", 'h', NULL, EVERYWHERE, "this text" },
    [OPT_VERSION] = { "version", 0, NULL, EVERYWHERE, "the version" },
};

struct mode_spec {
    const char *name; /* NULL: has no word of its own */
    const char *words, *help;
    size_t min, max;
};

static const struct mode_spec modes[MODE_N] = {
    [MODE_WORKBENCH] = { NULL, "[FILE…]", "the workbench; FILE is data or a .assay session", 0,
                         (size_t)-1 },
    [MODE_RUN] = { "run", "SESSION | -c 'COMMANDS' | -", "a session without a screen", 1, 1 },
    [MODE_REPLAY] = { "replay", "--check SESSION", "run it and compare every recorded digest", 1,
                      1 },
    [MODE_REPL] = { "repl", "", "the language at a prompt", 0, 0 },
    [MODE_PREDICT] = { "predict", "MODEL DATA [-o FILE]", "predictions as CSV", 2, 2 },
    [MODE_HELP] = { "help", "[TOPIC]", "the manual", 0, 4 },
};

/* ---------------------------------------------------------------- finding things by name */

static int find_option(const char *name, size_t len)
{
    for (int i = 0; i < OPT_N; i++)
        if (specs[i].name && strlen(specs[i].name) == len && !strncmp(specs[i].name, name, len))
            return i;
    return -1;
}

static int find_letter(char letter)
{
    for (int i = 0; i < OPT_N; i++)
        if (specs[i].letter && specs[i].letter == letter)
            return i;
    return -1;
}

static int find_mode(const char *word)
{
    for (int i = 0; i < MODE_N; i++)
        if (modes[i].name && !strcmp(modes[i].name, word))
            return i;
    return -1;
}

static int fail_unknown(const char *arg, const char *name, struct err *err)
{
    const char *names[OPT_N + 1];
    size_t n = 0;

    for (int i = 0; i < OPT_N; i++)
        if (specs[i].name)
            names[n++] = specs[i].name;
    names[n] = NULL;
    const char *near = text_nearest(name, names);
    if (near)
        return err_set(err, ERR_USAGE, "unknown option %s; did you mean --%s?", arg, near);
    return err_set(err, ERR_USAGE, "unknown option %s; assay --help lists them", arg);
}

const char *options_nearest_mode(const char *word)
{
    const char *names[MODE_N + 1];
    size_t n = 0;

    for (int i = 0; i < MODE_N; i++)
        if (modes[i].name)
            names[n++] = modes[i].name;
    names[n] = NULL;
    return text_nearest(word, names);
}

/* ---------------------------------------------------------------- parsing */

struct parser {
    struct options *out;
    struct arena *arena;
    const char **words, **names, **values;
    bool used[OPT_N];
    bool has_mode;
    struct err *err;
};

static int add_definition(struct parser *p, const char *text)
{
    const char *equals = strchr(text, '=');

    if (!equals || equals == text)
        return err_set(p->err, ERR_USAGE, "-D takes NAME=VALUE, not '%s'", text);
    size_t i = p->out->definitions.n++;
    p->names[i] = arena_strndup(p->arena, text, (size_t)(equals - text));
    p->values[i] = equals + 1;
    return 0;
}

static int set_threads(struct parser *p, const char *text)
{
    int64_t n;

    if (!text_parse_int(&n, text, strlen(text)) || n < 1 || n > 256)
        return err_set(p->err, ERR_USAGE, "--threads takes a whole number from 1 to 256, not '%s'",
                       text);
    p->out->threads = (size_t)n;
    return 0;
}

static int set_color(struct parser *p, const char *text)
{
    static const char *const words[] = { "auto", "always", "never" };

    for (size_t i = 0; i < 3; i++) {
        if (strcmp(words[i], text) == 0) {
            p->out->color = (enum color_wish)i;
            return 0;
        }
    }
    return err_set(p->err, ERR_USAGE, "--color takes auto, always or never, not '%s'", text);
}

static int apply(struct parser *p, int id, const char *value)
{
    struct options *o = p->out;

    p->used[id] = true;
    switch (id) {
    case OPT_COMMANDS:
        if (o->commands)
            return err_set(p->err, ERR_USAGE, "-c is given twice; put ; between the commands");
        o->commands = value;
        return 0;
    case OPT_DEFINE:
        return add_definition(p, value);
    case OPT_JSON:
        o->json = true;
        return 0;
    case OPT_CHECK:
        o->check = true;
        return 0;
    case OPT_BRANCHES:
        o->branches = true;
        return 0;
    case OPT_QUIET:
        o->quiet = true;
        return 0;
    case OPT_DRY_RUN:
        o->dry_run = true;
        return 0;
    case OPT_OUTPUT:
        o->to = value;
        return 0;
    case OPT_STRICT:
        o->strict = true;
        return 0;
    case OPT_THREADS:
        return set_threads(p, value);
    case OPT_ASCII:
        o->ascii = true;
        return 0;
    case OPT_COLOR:
        return set_color(p, value);
    default:
        return 0; /* help and version: `used` says so */
    }
}

/* argv[*i] begins with a dash. */
static int take_option(struct parser *p, int argc, char *const *argv, int *i)
{
    const char *arg = argv[*i];
    bool is_long = arg[1] == '-';
    size_t len = is_long ? strcspn(arg + 2, "=") : 1;
    int id = is_long ? find_option(arg + 2, len) : find_letter(arg[1]);
    const char *rest = is_long ? arg + 2 + len : arg + 2; /* "=VALUE", "VALUE" or "" */

    if (id < 0)
        return fail_unknown(arg, is_long ? arena_strndup(p->arena, arg + 2, len) : arg + 1, p->err);
    if (!specs[id].value) {
        if (*rest)
            return err_set(p->err, ERR_USAGE, "%.*s takes no value", (int)(rest - arg), arg);
        return apply(p, id, NULL);
    }
    if (*rest)
        return apply(p, id, is_long ? rest + 1 : rest);
    if (*i + 1 >= argc)
        return err_set(p->err, ERR_USAGE, "%s takes a value: %s", arg, specs[id].value);
    return apply(p, id, argv[++*i]);
}

static void take_word(struct parser *p, const char *word, bool is_file)
{
    struct options *o = p->out;
    int mode = !is_file && !p->has_mode && o->n_words == 0 ? find_mode(word) : -1;

    if (mode >= 0) {
        o->mode = (enum mode)mode;
        p->has_mode = true;
        return;
    }
    p->words[o->n_words++] = word;
}

static int check_words(const struct options *o, struct err *err)
{
    const struct mode_spec *m = &modes[o->mode];
    size_t n = o->n_words + (o->mode == MODE_RUN && o->commands ? 1 : 0);

    if (n < m->min)
        return err_set(err, ERR_USAGE, "assay %s takes %s", m->name, m->words);
    if (n > m->max)
        return err_set(err, ERR_USAGE, "'%s' is one word too many for assay %s%s%s",
                       o->n_words ? o->words[o->n_words - 1] : "-c", m->name,
                       *m->words ? ", which takes " : "", m->words);
    return 0;
}

static int check_options(const struct parser *p, struct err *err)
{
    enum mode mode = p->out->mode;

    for (int i = 0; i < OPT_N; i++) {
        if (!p->used[i] || (specs[i].modes & IN(mode)))
            continue;
        struct str where;
        str_init(&where);
        for (int m = 0; m < MODE_N; m++)
            if (modes[m].name && (specs[i].modes & IN(m)))
                str_addf(&where, "%s assay %s", where.len ? "," : "", modes[m].name);
        if (specs[i].name)
            err_set(err, ERR_USAGE, "--%s belongs to%s", specs[i].name, where.buf);
        else
            err_set(err, ERR_USAGE, "-%c belongs to%s", specs[i].letter, where.buf);
        str_release(&where);
        return -1;
    }
    return 0;
}

int options_parse(struct options *out, int argc, char *const *argv, struct arena *arena,
                  struct err *err)
{
    struct parser p = { .out = out, .arena = arena, .err = err };
    bool only_words = false;

    *out = (struct options){ .mode = MODE_WORKBENCH };
    p.words = ARENA_NEW(arena, const char *, (size_t)argc + 1);
    p.names = ARENA_NEW(arena, const char *, (size_t)argc + 1);
    p.values = ARENA_NEW(arena, const char *, (size_t)argc + 1);
    for (int i = 1; i < argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0)
            only_words = true;
        else if (!only_words && argv[i][0] == '-' && argv[i][1]) {
            if (take_option(&p, argc, argv, &i))
                return -1;
        } else
            take_word(&p, argv[i], only_words);
    }
    out->words = p.words;
    out->definitions.names = p.names;
    out->definitions.values = p.values;
    if (p.used[OPT_VERSION] || p.used[OPT_HELP]) {
        out->mode = p.used[OPT_VERSION] ? MODE_VERSION : MODE_USAGE;
        return 0;
    }
    return check_options(&p, err) || check_words(out, err) ? -1 : 0;
}

/* ---------------------------------------------------------------- --help */

static void pad_to(struct str *out, size_t from, size_t column)
{
    size_t width = text_width(out->buf + from, out->len - from);

    str_add_repeat(out, " ", width < column ? column - width : 1);
}

void options_usage(struct str *out)
{
    str_add(out, "assay - a terminal workbench for machine learning on tables\n"
                 "\n"
                 "Examples\n"
                 "  assay houses.csv                     look at it, repair it, learn from it\n"
                 "  assay run houses.assay -D seed=7     the same as a session, without a screen\n"
                 "  assay run -c 'load houses.csv; describe'\n"
                 "  assay predict price.model new.csv > predictions.csv\n"
                 "\n"
                 "Usage\n");
    for (int i = 0; i < MODE_N; i++) {
        if (!modes[i].help)
            continue;
        size_t from = out->len;
        str_addf(out, "  assay %s%s%s", modes[i].name ? modes[i].name : "",
                 modes[i].name && *modes[i].words ? " " : "", modes[i].words);
        pad_to(out, from, 40);
        str_addf(out, "%s\n", modes[i].help);
    }
    str_add(out, "\nOptions\n");
    for (int i = 0; i < OPT_N; i++) {
        const struct option_spec *s = &specs[i];
        size_t from = out->len;
        str_add(out, "  ");
        if (s->letter)
            str_addf(out, "-%c%s", s->letter, s->name ? ", " : "");
        if (s->name)
            str_addf(out, "--%s", s->name);
        if (s->value)
            str_addf(out, " %s", s->value);
        pad_to(out, from, 27);
        str_addf(out, "%s\n", s->help);
    }
    str_add(out, "\nExit status: 0 fine, 1 a command failed, 2 wrong usage, 3 data failed an\n"
                 "expectation, 5 a replay differed, 130 interrupted.\n"
                 "assay help lists the commands, assay help COMMAND explains one.\n");
}
