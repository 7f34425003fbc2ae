/* session_file.c - the history as a session file: the line as it stands, the other branches behind it. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "history_tree.h"
#include "io/file.h"
#include "paths.h"
#include "script.h"
#include "replay.h"
#include "session.h"

/* Each line of it behind the mark of branches, or as it is. */
static void add_comments(struct str *out, const char *comments, const char *mark)
{
    while (*comments) {
        size_t len = strcspn(comments, "\n");
        str_addf(out, "%s%.*s\n", mark, (int)len, comments);
        comments += len + (comments[len] == '\n');
    }
}

static const char *line_for(const struct entry *e, const char *folder)
{
    bool moved = e->elsewhere && !paths_same_folder(e->folder, folder);

    return moved ? e->elsewhere : e->line;
}

static void print_entry(struct str *out, const struct entry *e, const char *folder,
                        const char *mark)
{
    const char *line = line_for(e, folder);
    char digest[26];

    add_comments(out, e->comments ? e->comments : "", mark);
    if (e->error && *mark)
        return; /* what failed on a branch is of no more use */
    if (e->error) {
        str_add(out, "# failed: ");
        str_add_escaped(out, e->line, strlen(e->line));
        str_addf(out, "\n#   %s\n", e->error);
        return;
    }
    script_digest(digest, line, e->digest);
    str_addf(out, "%s%s", mark, line);
    if (e->remark)
        str_addf(out, "   # %s", e->remark);
    str_addf(out, "   #= %s", digest);
    if (e->input_digest)
        str_addf(out, " file=%s", e->input_digest);
    replay_add_facts(out, e);
    str_add_char(out, '\n');
}

/* ---------------------------------------------------------------- branches */

#define BRANCH_MARK "#| "

/* numbers[e->number]: what the entry's number is when the file is opened; of one that failed that
 * of the one before it.  SIZE_MAX: not in the file yet. */
struct tree_printer {
    struct str *out;
    const struct session *session;
    const char *folder;
    size_t *numbers, n, at;
};

static void number_entry(struct tree_printer *p, const struct entry *e)
{
    p->numbers[e->number] = e->error ? p->at : ++p->n;
    p->at = p->numbers[e->number];
}

static void print_goto(struct tree_printer *p, const struct entry *to)
{
    char digest[26];

    while (to && to->error)
        to = to->parent;
    p->at = to ? p->numbers[to->number] : 0;
    str_addf(p->out, BRANCH_MARK "goto %zu", p->at);
    if (to) {
        script_digest(digest, line_for(to, p->folder), to->digest);
        str_addf(p->out, " line=%.8s", digest);
    }
    str_add_char(p->out, '\n');
}

/* From where it leaves what is in the file already, down to the tip. */
static void print_way(struct tree_printer *p, const struct entry *tip)
{
    const struct entry *e = tip;
    size_t n = 0;

    for (; e && p->numbers[e->number] == SIZE_MAX; e = e->parent)
        n++;
    print_goto(p, e);
    const struct entry **way = MEM_NEW(const struct entry *, n);
    e = tip;
    for (size_t k = n; k-- > 0; e = e->parent)
        way[k] = e;
    for (size_t k = 0; k < n; k++) {
        number_entry(p, way[k]);
        print_entry(p->out, way[k], p->folder, BRANCH_MARK);
    }
    mem_free(way);
}

/* On the line as it stands only a name that somebody chose matters. */
static bool has_name(const struct session *s, const struct entry *e)
{
    if (!e->branch)
        return false;
    return !history_name_is_given(e->branch) || history_fork(e, session_last(s)) != e;
}

/* Is there more than the line up to here? */
static bool has_branches(const struct session *s)
{
    for (size_t i = 0; i < s->n_all; i++)
        if (has_name(s, s->all[i]))
            return true;
    return false;
}

static void print_branches(struct tree_printer *p)
{
    const struct session *s = p->session;
    size_t end = p->at;
    const struct entry *last = session_last(s);

    str_add(p->out, "# other branches of the history: open brings them back\n");
    for (size_t i = 0; i < s->n_all; i++)
        if (!s->all[i]->youngest && p->numbers[i + 1] == SIZE_MAX)
            print_way(p, s->all[i]);
    for (size_t i = 0; i < s->n_all; i++)
        if (has_name(s, s->all[i]) && p->numbers[i + 1])
            str_addf(p->out, BRANCH_MARK "branch %s at=%zu\n", s->all[i]->branch,
                     p->numbers[i + 1]);
    if (p->n > end)
        print_goto(p, last);
}

void session_print(struct str *out, const struct session *s, const char *folder)
{
    struct tree_printer p = { .out = out, .session = s, .folder = folder };

    str_add(out, "# assay session 1\n");
    p.numbers = MEM_NEW(size_t, s->n_all + 1);
    memset(p.numbers, 0xff, (s->n_all + 1) * sizeof(*p.numbers));
    for (size_t i = 0; i < s->n_done; i++) {
        number_entry(&p, s->entries[i]);
        print_entry(out, s->entries[i], folder, "");
    }
    str_add(out, s->comments.buf);
    if (s->looks)
        str_addf(out, "# the held-out rows were looked at %zu time%s\n", s->looks,
                 s->looks == 1 ? "" : "s");
    if (has_branches(s))
        print_branches(&p);
    mem_free(p.numbers);
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
    history_name_tips(s);
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
    s->saved_at = session_last(s);
    s->n_saved = s->n_all;
    return 0;
}
