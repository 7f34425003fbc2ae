/* history_tree.c - moving in the tree of what was done, and naming its branches. */
#include "history_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "journal.h"

/* ---------------------------------------------------------------- finding */

struct entry *history_find(const struct session *s, size_t number)
{
    return number > 0 && number <= s->n_all ? s->all[number - 1] : NULL;
}

static struct entry *find_named(const struct session *s, const char *name)
{
    for (size_t i = 0; i < s->n_all; i++)
        if (s->all[i]->branch && strcmp(s->all[i]->branch, name) == 0)
            return s->all[i];
    return NULL;
}

static int fail_point(const struct session *s, const char *name, struct err *err)
{
    const char **names = MEM_NEW(const char *, s->n_all + 1);
    size_t n = 0;

    for (size_t i = 0; i < s->n_all; i++)
        if (s->all[i]->branch)
            names[n++] = s->all[i]->branch;
    const char *near = n ? text_nearest(name, names) : NULL;
    if (near)
        err_set(err, ERR_USAGE, "no branch '%s'; did you mean %s?", name, near);
    else
        err_set(err, ERR_USAGE, "no branch '%s'; branches lists those there are", name);
    mem_free(names);
    return -1;
}

int history_point(struct entry **out, const struct session *s, const char *name, struct err *err)
{
    int64_t number;

    if (!text_parse_int(&number, name, strlen(name))) {
        *out = find_named(s, name);
        return *out ? 0 : fail_point(s, name, err);
    }
    if (number < 0 || (uint64_t)number > s->n_all)
        return err_set(err, ERR_USAGE, "there is no command %s; the history has %zu", name,
                       s->n_all);
    *out = history_find(s, (size_t)number);
    return 0;
}

struct entry *history_fork(const struct entry *a, const struct entry *b)
{
    /* A parent is always older than its children. */
    while (a != b) {
        if (!b || (a && a->number > b->number))
            a = a->parent;
        else
            b = b->parent;
    }
    return (struct entry *)a;
}

/* ---------------------------------------------------------------- names */

bool history_name_is_given(const char *name)
{
    return name[0] == 'b' && name[1] && strspn(name + 1, "0123456789") == strlen(name + 1);
}

/* The number by which the journal knows where that is. */
static size_t journal_number(const struct entry *e)
{
    while (e && e->journal_number == 0)
        e = e->parent;
    return e ? e->journal_number : 0;
}

static void set_name(struct session *s, struct entry *e, const char *name)
{
    char *copy = mem_strdup(name);

    mem_free(e->branch);
    e->branch = copy;
    /* Not worth a failure: without it a recovery gives the branch a name of its own. */
    if (s->journal && journal_number(e))
        journal_name(s->journal, journal_number(e), name, NULL);
}

static void give_name(struct session *s, struct entry *e)
{
    char name[32];

    for (size_t k = 1;; k++) {
        snprintf(name, sizeof(name), "b%zu", k);
        if (!find_named(s, name))
            break;
    }
    set_name(s, e, name);
}

int history_name(struct session *s, struct entry *e, const char *name, struct err *err)
{
    struct entry *other = find_named(s, name);

    if (other && other != e && !history_name_is_given(name))
        return err_set(err, ERR_USAGE,
                       "command %zu is called %s already; goto %s goes there, another name is free",
                       other->number, name, name);
    set_name(s, e, name);
    if (other && other != e)
        give_name(s, other);
    return 0;
}

/* Nothing but failed attempts since the point where another way was taken: no branch of its own. */
static bool is_a_slip(const struct session *s, const struct entry *e)
{
    if (!e->error)
        return false;
    while (e->parent && e->parent->error)
        e = e->parent;
    return e != (e->parent ? e->parent->next : s->first);
}

static bool is_loose(const struct session *s, const struct entry *e, bool all)
{
    const struct entry *tip = s->n_entries ? s->entries[s->n_entries - 1] : NULL;

    if (e->youngest || e->branch || is_a_slip(s, e))
        return false;
    return e != tip || (all && s->n_done < s->n_entries);
}

static void name_loose(struct session *s, bool all)
{
    for (size_t i = 0; i < s->n_all; i++)
        if (is_loose(s, s->all[i], all))
            give_name(s, s->all[i]);
}

void history_name_tips(struct session *s)
{
    name_loose(s, true);
}

/* ---------------------------------------------------------------- growing and moving */

static void push(struct entry ***list, size_t *n, size_t *cap, struct entry *e)
{
    if (*n == *cap) {
        *cap = *cap ? *cap * 2 : 32;
        *list = mem_resize(*list, *cap, sizeof(**list));
    }
    (*list)[(*n)++] = e;
}

void history_append(struct session *s, struct entry *e)
{
    struct entry *parent = s->n_done ? s->entries[s->n_done - 1] : NULL;
    struct entry **youngest = parent ? &parent->youngest : &s->youngest;
    struct entry **next = parent ? &parent->next : &s->first;
    bool parts = s->n_done < s->n_entries;

    if (parent && !parent->youngest) { /* the tip's name moves on */
        e->branch = parent->branch;
        parent->branch = NULL;
    }
    e->parent = parent;
    e->elder = *youngest;
    *youngest = *next = e;
    push(&s->all, &s->n_all, &s->all_cap, e);
    e->number = s->n_all;
    s->n_entries = s->n_done;
    push(&s->entries, &s->n_entries, &s->cap, e);
    s->n_done = s->n_entries;
    if (parts)
        name_loose(s, false);
}

static void walk_line(struct session *s, struct entry *to)
{
    struct entry *from = to;

    for (struct entry *e = to; e; from = e, e = e->parent)
        if (e->parent)
            e->parent->next = e;
    if (from)
        s->first = from;
    s->n_entries = s->n_done = 0;
    for (struct entry *e = s->first; e; e = e->next) {
        push(&s->entries, &s->n_entries, &s->cap, e);
        if (e == to)
            s->n_done = s->n_entries;
    }
}

int history_go(struct session *s, struct entry *to, struct err *err)
{
    if (s->journal && journal_back(s->journal, journal_number(to), err))
        return -1;
    walk_line(s, to);
    name_loose(s, false);
    return 0;
}

int session_undo(struct session *s, struct err *err)
{
    size_t at = s->n_done;

    while (at > 0 && !s->entries[at - 1]->changed)
        at--;
    if (at == 0)
        return err_set(err, ERR_USAGE, "nothing to undo");
    return history_go(s, at > 1 ? s->entries[at - 2] : NULL, err);
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
    return history_go(s, s->entries[at - 1], err);
}

void history_clear(struct session *s)
{
    for (size_t i = 0; i < s->n_all; i++)
        entry_free(s->all[i]);
    mem_free(s->all);
    mem_free(s->entries);
    s->all = s->entries = NULL;
    s->youngest = s->first = NULL;
    s->n_all = s->all_cap = s->n_entries = s->n_done = s->cap = 0;
}

/* ---------------------------------------------------------------- the tree as a list */

struct lister {
    struct history_row *rows;
    size_t n, n_line, n_done;
};

static void list_line(struct lister *l, const struct entry *e, unsigned depth);

/* The children of a parent but the one that follows on, the oldest first. */
static void list_branches(struct lister *l, const struct entry *youngest, const struct entry *but,
                          unsigned depth)
{
    if (!youngest)
        return;
    list_branches(l, youngest->elder, but, depth);
    if (youngest != but)
        list_line(l, youngest, depth);
}

static void list_line(struct lister *l, const struct entry *e, unsigned depth)
{
    for (bool first = depth > 0; e; e = e->next, first = false) {
        l->rows[l->n++] = (struct history_row){ .entry = e, .depth = depth, .first = first };
        if (depth == 0)
            l->rows[l->n - 1].undone = ++l->n_line > l->n_done;
        list_branches(l, e->youngest, e->next, depth + 1);
    }
}

void history_rows(struct history_row *rows, const struct session *s)
{
    struct lister l = { .rows = rows, .n_done = s->n_done };

    list_branches(&l, s->youngest, s->first, 1);
    list_line(&l, s->first, 0);
}
