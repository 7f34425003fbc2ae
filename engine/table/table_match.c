/* Words of a command to columns. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "table/table.h"

struct matching {
    const struct table *table;
    table_accept *accept;
    const void *ctx;
    bool *wanted; /* (n_cols) */
};

/* Want every acceptable column that the pattern (NULL: any) fits; tells how many. */
static size_t want_pattern(struct matching *m, const char *pattern)
{
    size_t n = 0;

    for (size_t j = 0; j < m->table->n_cols; j++) {
        if (pattern && !text_matches_glob(pattern, table_name(m->table, j)))
            continue;
        if (m->accept && !m->accept(m->ctx, m->table, j))
            continue;
        m->wanted[j] = true;
        n++;
    }
    return n;
}

/* A name goes first, so that a column called "all" or "a*" can be meant. */
static int want_word(struct matching *m, const char *word, struct err *err)
{
    int named = table_find(m->table, word);

    if (named >= 0) {
        m->wanted[named] = true;
        return 0;
    }
    if (strcmp(word, "all") == 0) {
        if (want_pattern(m, NULL) == 0)
            return err_set(err, ERR_USAGE, "no column of a type that fits; name the columns");
        return 0;
    }
    if (strpbrk(word, "*?[")) {
        if (want_pattern(m, word) == 0)
            return err_set(err, ERR_USAGE,
                           "no column of a type that fits matches '%s'; "
                           "name the columns",
                           word);
        return 0;
    }
    table_column(m->table, word, err);
    return -1;
}

static void list_wanted(size_t **out, size_t *n_out, const struct matching *m, struct arena *arena)
{
    size_t *cols = ARENA_NEW(arena, size_t, m->table->n_cols), n = 0;

    for (size_t j = 0; j < m->table->n_cols; j++)
        if (m->wanted[j])
            cols[n++] = j;
    *out = cols;
    *n_out = n;
}

int table_match(size_t **out, size_t *n_out, const struct table *t, const char *const *words,
                size_t n_words, table_accept *accept, const void *ctx, struct arena *arena,
                struct err *err)
{
    struct matching m = { .table = t, .accept = accept, .ctx = ctx };
    int rc = 0;

    if (n_words == 0)
        return err_set(err, ERR_USAGE, "no columns are given; name some, a pattern or all");
    m.wanted = MEM_NEW(bool, t->n_cols);
    for (size_t k = 0; k < n_words && rc == 0; k++)
        rc = want_word(&m, words[k], err);
    if (rc == 0)
        list_wanted(out, n_out, &m, arena);
    mem_free(m.wanted);
    return rc;
}
