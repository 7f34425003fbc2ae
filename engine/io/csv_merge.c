/* csv_merge.c - what the chunks of a wave know is added up, in the order of the file. */
#include "io/csv_load.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"

#define FIRST_BYTES ((size_t)4096)

/* ---------------------------------------------------------------- counts */

static void tally_add(struct tally *sum, const struct tally *t)
{
    for (int k = 0; k < N_CLASSES; k++)
        sum->count[k] += t->count[k];
    sum->n_bare += t->n_bare;
    sum->n_bare_numbers += t->n_bare_numbers;
    sum->n_bare_bools += t->n_bare_bools;
    sum->n_wide += t->n_wide;
}

/* Which one was seen last is told only while there are few. */
static void odd_add(struct odd_texts *sum, struct odd_texts *odd)
{
    for (size_t i = 0; i < odd->words.n && sum->words.n <= CSV_ALMOST_TEXTS; i++) {
        const struct csv_word *w = &odd->words.list[i];
        sum->last = csv_words_put(&sum->words, w->at, w->len, w->hash);
    }
    if (odd->words.n && sum->words.n <= CSV_ALMOST_TEXTS) {
        const struct csv_word *w = &odd->words.list[odd->last];
        sum->last = csv_words_put(&sum->words, w->at, w->len, w->hash);
    }
    csv_words_release(&odd->words);
}

/* ---------------------------------------------------------------- rejects */

/* The rejects of a chunk, whose texts are cut and escaped already. */
static void move_rejects(struct source *to, const struct source *from)
{
    for (size_t i = 0; i < from->rejects.n; i++) {
        const struct reject *r = &from->rejects.list[i];
        source_reject(to, r, r->text, strlen(r->text));
    }
    /* Those that found no room in the chunk find none in the whole. */
    for (int k = 0; k < REJECT_N_KINDS; k++)
        if (from->rejects.count[k] > REJECTS_LISTED)
            to->rejects.count[k] += from->rejects.count[k] - REJECTS_LISTED;
}

int csv_lost_compare(const void *a, const void *b)
{
    const struct reject *x = a, *y = b;

    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return (x->column > y->column) - (x->column < y->column);
}

/* No column lists more than all of them may. */
static void move_lost(struct csv_load *l, struct csv_chunk *c)
{
    struct rejects *r = &c->lost->rejects;

    qsort(r->list, r->n, sizeof(*r->list), csv_lost_compare);
    for (size_t i = 0; i < r->n; i++) {
        struct csv_making *m = &l->cols[r->list[i].column];
        if (m->n_listed == REJECTS_LISTED)
            continue;
        m->n_listed++;
        l->lost->rejects.count[REJECT_VALUE] = 0; /* counted by column */
        source_reject(l->lost, &r->list[i], r->list[i].text, strlen(r->list[i].text));
    }
    source_unref(c->lost);
    c->lost = NULL;
}

static void merge_chunk(struct csv_load *l, struct csv_chunk *c)
{
    if (l->first_pass) {
        csv_scan_add_counts(&l->scan, &c->scan);
        l->n_trailing += c->n_trailing;
        places_append(l->places, c->places);
        c->places = NULL;
        if (c->src)
            move_rejects(l->src, c->src);
    }
    source_unref(c->src);
    c->src = NULL;
    if (c->lost)
        move_lost(l, c);
}

/* ---------------------------------------------------------------- new words */

static int renumber(struct csv_load *l, struct csv_making *m, size_t j, struct err *err)
{
    size_t known = m->words.n;

    for (size_t k = 0; k < l->wave.n; k++) {
        const struct csv_chunk *c = &l->wave.chunks[k];
        struct csv_words *new = &load_share(l, c, j)->words;
        int32_t *codes = (int32_t *)m->values + c->first_row, *to;
        if (!new->n)
            continue;
        if (m->words.n + new->n > INT32_MAX)
            return err_set(err, ERR_SHAPE, "column %s has too many levels; load it as text",
                           l->shape.names[j]);
        to = MEM_NEW(int32_t, new->n);
        for (size_t i = 0; i < new->n; i++) {
            const struct csv_word *w = &new->list[i];
            size_t number = csv_words_put(&m->words, w->at, w->len, w->hash);
            m->words.list[number].class = w->class;
            m->words.list[number].wide = w->wide;
            to[i] = (int32_t)number;
        }
        for (size_t i = 0; i < c->n_rows; i++)
            if ((size_t)codes[i] >= known)
                codes[i] = to[(size_t)codes[i] - known];
        mem_free(to);
        csv_words_release(new);
    }
    return 0;
}

/* ---------------------------------------------------------------- texts */

static int place_texts(struct csv_load *l, struct csv_making *m, size_t j, struct err *err)
{
    size_t n = m->n_bytes;

    for (size_t k = 0; k < l->wave.n; k++) {
        struct csv_share *s = load_share(l, &l->wave.chunks[k], j);
        s->text_at = n;
        n += s->text_len;
    }
    if (n > m->bytes_cap) {
        size_t cap = n + n / 4 + FIRST_BYTES;
        double done = (double)l->seen / ((double)l->bytes.size + 1);
        if (done > 0 && (double)n / done * 1.03 > (double)cap) /* as much as seems to come */
            cap = (size_t)((double)n / done * 1.03);
        if (making_bytes(m, cap, l->shape.names[j], err))
            return -1;
    }
    m->n_bytes = n;
    return 0;
}

static void copy_texts(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct csv_load *l = ctx;

    (void)chunk;
    for (size_t k = begin; k < end; k++) {
        struct csv_chunk *c = &l->wave.chunks[k];
        for (size_t a = 0; a < l->n_active; a++) {
            struct csv_making *m = &l->cols[l->active[a]];
            struct csv_share *s = load_share(l, c, l->active[a]);
            int64_t *offsets = (int64_t *)m->values + c->first_row + 1;
            if (m->rep != COLUMN_TEXT)
                continue;
            if (s->text_len)
                memcpy(m->bytes + s->text_at, s->text, s->text_len);
            for (size_t i = 0; i < c->n_rows; i++)
                offsets[i] += (int64_t)s->text_at;
            s->text_len = 0;
        }
    }
}

/* ---------------------------------------------------------------- a wave */

static int merge_column(struct csv_load *l, size_t j, struct err *err)
{
    struct csv_making *m = &l->cols[j];

    for (size_t k = 0; k < l->wave.n; k++) {
        struct csv_share *s = load_share(l, &l->wave.chunks[k], j);
        tally_add(&m->tally, &s->tally);
        m->n_lost += s->n_lost;
        odd_add(&m->odd, &s->odd);
        s->tally = (struct tally){ 0 };
        s->n_lost = 0;
    }
    if (m->rep == COLUMN_TEXT)
        return place_texts(l, m, j, err);
    if (m->rep != COLUMN_CATEGORY)
        return 0;
    if (renumber(l, m, j, err))
        return -1;
    return !m->given && m->words.n > CSV_LEVELS_MOST ? making_spell(l, m, err) : 0;
}

int csv_merge_wave(struct csv_load *l, struct err *err)
{
    bool texts = false;

    for (size_t k = 0; k < l->wave.n; k++) {
        if (l->wave.chunks[k].rc < 0) {
            if (err)
                *err = l->wave.chunks[k].err;
            return -1;
        }
        merge_chunk(l, &l->wave.chunks[k]);
    }
    for (size_t a = 0; a < l->n_active; a++)
        texts = texts || l->cols[l->active[a]].rep == COLUMN_TEXT;
    for (size_t a = 0; a < l->n_active; a++) {
        bool text = l->cols[l->active[a]].rep == COLUMN_TEXT;
        if (text && merge_column(l, l->active[a], err))
            return -1;
    }
    if (texts)
        parallel_for(l->wave.n, 1, copy_texts, l);
    for (size_t a = 0; a < l->n_active; a++) {
        bool text = l->cols[l->active[a]].rep == COLUMN_TEXT;
        if (!text && merge_column(l, l->active[a], err))
            return -1;
    }
    return 0;
}
