/* replay.c - comparing an entry with its "#=" comment. */
#include "replay.h"

#include <string.h>
#include <time.h>

#include "script.h"
#include "workspace_stage.h"

#define LINE_DIGEST 8 /* digits before the colon */

static const char *const reasons[][2] = {
    [REPLAY_SAME] = { "", "" },
    [REPLAY_OTHER_COMMAND] = { "the command was edited",
                               ", or means something else in this version" },
    [REPLAY_OTHER_INPUT] = { "the file it reads has changed", " since it was recorded" },
    [REPLAY_OTHER_RESULT] = { "the result is another one",
                              ", though command and data are the same: another version, or an "
                              "earlier command was changed" },
};

/* The file=… part of what was recorded. */
static bool same_input(const char *recorded, const char *now)
{
    const char *at = strstr(recorded, "file=");

    return !at || (now && strncmp(at + 5, now, strlen(now)) == 0);
}

/* ---------------------------------------------------------------- what is known of the file */

/* The source that the entry's digest is of; NULL when it read none, or none that is kept. */
static const struct source *entry_source(const struct entry *e)
{
    const struct source *s = e->ws && e->ws->stage ? e->ws->stage->other
                             : e->ws               ? e->ws->source
                                                   : NULL;
    char hex[33];

    return s && e->changed && e->input_digest &&
                   strcmp(digest_long(hex, s->info.digest), e->input_digest) == 0
               ? s
               : NULL;
}

static const char *const fact_names[] = { "size", "time", "rows", "columns" };
#define N_FACTS 4

static bool entry_facts(struct str facts[N_FACTS], const struct entry *e)
{
    const struct source *s = entry_source(e);
    struct tm tm;
    time_t when;
    char text[32] = "unknown";

    for (size_t k = 0; k < N_FACTS; k++)
        str_init(&facts[k]);
    if (!s)
        return false;
    when = (time_t)s->info.modified_s;
    if (when && gmtime_r(&when, &tm))
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    str_addf(&facts[0], "%llu", (unsigned long long)s->info.size_bytes);
    str_add(&facts[1], text);
    str_addf(&facts[2], "%zu", s->table->n_rows);
    str_addf(&facts[3], "%zu", s->table->n_cols);
    return true;
}

static void facts_release(struct str facts[N_FACTS])
{
    for (size_t k = 0; k < N_FACTS; k++)
        str_release(&facts[k]);
}

void replay_add_facts(struct str *out, const struct entry *e)
{
    struct str facts[N_FACTS];

    if (entry_facts(facts, e))
        for (size_t k = 0; k < N_FACTS; k++)
            str_addf(out, " %s=%s", fact_names[k], facts[k].buf);
    facts_release(facts);
}

/* What was recorded of fact k, where it is another one now; NULL when it is not. */
static const char *other_fact(size_t *len, const struct str *now, size_t k, const char *recorded)
{
    char key[16];

    stpcpy(stpcpy(stpcpy(key, " "), fact_names[k]), "=");
    const char *was = strstr(recorded, key);
    if (!was)
        return NULL;
    was += strlen(key);
    *len = strcspn(was, " ");
    return *len == now->len && strncmp(was, now->buf, *len) == 0 ? NULL : was;
}

void replay_tell_input(struct str *out, const struct entry *e, const char *recorded)
{
    static const size_t order[N_FACTS] = { 0, 2, 3, 1 }; /* the time last: it says least */
    struct str facts[N_FACTS];
    size_t len;

    bool known = entry_facts(facts, e) && strstr(recorded, " size=");
    for (size_t i = 0; known && i < N_FACTS; i++) {
        const char *was = other_fact(&len, &facts[order[i]], order[i], recorded);
        if (i == N_FACTS - 1 && !out->len)
            str_add(out, "size, rows and columns are the same, the bytes are not");
        if (was)
            str_addf(out, "%s%s %.*s → %s", out->len ? ", " : "", fact_names[order[i]], (int)len,
                     was, facts[order[i]].buf);
    }
    facts_release(facts);
}

/* ---------------------------------------------------------------- the verdict */

enum replay_verdict replay_compare(const struct entry *e, const char *recorded)
{
    char mark[26];

    if (!recorded || !e->recorded)
        return REPLAY_SAME;
    script_digest(mark, e->line, e->digest);
    if (strncmp(recorded, mark, LINE_DIGEST) != 0)
        return REPLAY_OTHER_COMMAND;
    if (!same_input(recorded, e->input_digest))
        return REPLAY_OTHER_INPUT;
    return strncmp(recorded, mark, strlen(mark)) == 0 ? REPLAY_SAME : REPLAY_OTHER_RESULT;
}

const char *replay_reason(enum replay_verdict v)
{
    return reasons[v][0];
}

const char *replay_reason_more(enum replay_verdict v)
{
    return reasons[v][1];
}
