/* fuzz_pairs.c - any bytes as a map: what is read is written and read again as the same, and any text
 * has keys. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "prepare/pairs.h"
#include "profile/cluster_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(const struct pairs *p, struct arena *arena)
{
    struct str text;
    struct pairs again;

    str_init(&text);
    for (size_t i = 0; i < p->n; i++)
        pairs_add(&text, p->items[i].from, p->items[i].to);
    if (pairs_parse(&again, text.buf, arena, NULL) || again.n != p->n)
        abort();
    for (size_t i = 0; i < p->n; i++) {
        const struct pair *found = pairs_find(&again, p->items[i].from);
        if (!found || !span_eq(found->to, p->items[i].to))
            abort();
    }
    str_release(&text);
}

static void make_keys(struct span text)
{
    struct str out;

    str_init(&out);
    cluster_fingerprint(&out, text);
    cluster_ngram(&out, text, 2);
    cluster_metaphone(&out, text);
    cluster_soundex(&out, text);
    cluster_cologne(&out, text);
    str_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    struct err err = { .code = ERR_NONE };
    struct arena arena;
    struct pairs p;

    arena_init(&arena);
    make_keys((struct span){ (const char *)data, size });
    if (pairs_parse(&p, text, &arena, &err) == 0)
        write_again(&p, &arena);
    else if (err.code == ERR_NONE)
        abort();
    arena_release(&arena);
    mem_free(text);
    return 0;
}
