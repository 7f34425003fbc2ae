/* session_file.c - the history as a session file, and undo along it. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "journal.h"
#include "io/file.h"
#include "paths.h"
#include "script.h"
#include "session.h"

/* ---------------------------------------------------------------- undo */

int session_undo_to(struct session *s, size_t to, struct err *err)
{
    if (to > s->n_entries)
        return err_set(err, ERR_USAGE, "there is no command %zu; the history has %zu", to,
                       s->n_entries);
    size_t last = to;
    while (last > 0 && s->entries[last - 1]->journal_number == 0)
        last--;
    if (s->journal &&
        journal_back(s->journal, last ? s->entries[last - 1]->journal_number : 0, err))
        return -1;
    s->n_done = to;
    return 0;
}

int session_undo(struct session *s, struct err *err)
{
    size_t at = s->n_done;

    while (at > 0 && !s->entries[at - 1]->changed)
        at--;
    if (at == 0)
        return err_set(err, ERR_USAGE, "nothing to undo");
    return session_undo_to(s, at - 1, err);
}

int session_redo(struct session *s, struct err *err)
{
    size_t at = s->n_done;

    while (at < s->n_entries && !s->entries[at]->changed)
        at++;
    if (at == s->n_entries)
        return err_set(err, ERR_USAGE, "nothing to redo");
    do
        at++;
    while (at < s->n_entries && !s->entries[at]->changed);
    return session_undo_to(s, at, err);
}

/* ---------------------------------------------------------------- session files */

static void print_entry(struct str *out, const struct entry *e, const char *folder)
{
    bool moved = e->elsewhere && !paths_same_folder(e->folder, folder);
    const char *line = moved ? e->elsewhere : e->line;
    char mark[26];

    str_add(out, e->comments ? e->comments : "");
    if (e->error) {
        str_add(out, "# failed: ");
        str_add_escaped(out, e->line, strlen(e->line));
        str_addf(out, "\n#   %s\n", e->error);
        return;
    }
    script_digest(mark, line, e->digest);
    str_add(out, line);
    if (e->remark)
        str_addf(out, "   # %s", e->remark);
    str_addf(out, "   #= %s", mark);
    if (e->input_digest)
        str_addf(out, " file=%s", e->input_digest);
    str_add_char(out, '\n');
}

void session_print(struct str *out, const struct session *s, const char *folder)
{
    str_add(out, "# assay session 1\n");
    for (size_t i = 0; i < s->n_done; i++)
        print_entry(out, s->entries[i], folder);
    str_add(out, s->comments.buf);
    if (s->looks)
        str_addf(out, "# the held-out rows were looked at %zu time%s\n", s->looks,
                 s->looks == 1 ? "" : "s");
}

int session_save(struct session *s, const char *path, struct err *err)
{
    struct file_out out;
    struct str text;

    if (file_out_open(&out, path, err))
        return -1;
    const char *slash = strrchr(path, '/');
    char *folder = mem_strndup(path, slash ? (size_t)(slash - path) + (slash == path) : 0);
    str_init(&text);
    session_print(&text, s, folder);
    mem_free(folder);
    size_t written = fwrite(text.buf, 1, text.len, out.stream);
    size_t wanted = text.len;
    str_release(&text);
    if (written != wanted) {
        err_set_errno(err, "write", path);
        file_out_abort(&out);
        return -1;
    }
    if (file_out_commit(&out, err))
        return -1;
    mem_free(s->path);
    s->path = mem_strdup(path);
    s->saved_at = s->n_done;
    return 0;
}
