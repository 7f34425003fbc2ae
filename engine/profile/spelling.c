#include "profile/spelling.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "profile/audit_texts.h"

#define RATIO      8   /* a right text is so many times as frequent as its slip */
#define MANY_TIMES 50  /* from here on one letter more may be wrong */
#define MOST_LEN   250 /* bytes: longer texts are prose */
#define WORD_RATIO 20
#define FEWEST     4 /* letters of a word that can be misspelt by one */

/* ---------------------------------------------------------------- one text beside another */

struct item {
    const char *text;
    size_t len, count;
    uint32_t letters; /* which letters occur: texts that differ in many cannot be near */
    uint32_t code;
};

static uint32_t letters_of(const char *s)
{
    uint32_t set = 0;

    for (; *s; s++)
        if ((*s | 32) >= 'a' && (*s | 32) <= 'z')
            set |= 1u << ((*s | 32) - 'a');
    return set;
}

static size_t n_digits(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += isdigit((unsigned char)*s) != 0;
    return n;
}

/* The digits of `rare` follow each other in `right` too; as many means the same number. */
static bool digits_agree(const char *rare, const char *right)
{
    if (n_digits(rare) > n_digits(right))
        return false;
    for (; *rare; rare++) {
        if (!isdigit((unsigned char)*rare))
            continue;
        while (*right && *right != *rare)
            right++;
        if (!*right)
            return false;
        right++;
    }
    return true;
}

/* Codes of letters and digits differ by a letter as they differ by a digit. */
static bool is_code(const char *s)
{
    size_t letters = 0;

    for (const char *p = s; *p; p++)
        letters += isalpha((unsigned char)*p) || (unsigned char)*p >= 0x80;
    return letters < 2 * n_digits(s);
}

/* How many letters may be wrong in a text of that length. */
static size_t slips_allowed(size_t len, bool much_rarer)
{
    if (len < FEWEST)
        return much_rarer && len >= 2 ? 1 : 0;
    return (len >= 8 ? len / 8 : 1) + (much_rarer && len > 5 ? 1 : 0);
}

/* Distance when it is at most `limit`, else limit + 1. */
static size_t near(const struct item *a, const struct item *b, size_t limit)
{
    size_t longer = a->len > b->len ? a->len - b->len : b->len - a->len;

    if (longer > limit || (size_t)__builtin_popcount(a->letters ^ b->letters) > 2 * limit)
        return limit + 1;
    return text_distance(a->text, b->text, limit);
}

/* Is there a text near items[i] whose count is at least `from` and less than `to` times its own? */
static bool has_near(const struct item *items, size_t n, size_t i, size_t from, size_t to)
{
    size_t limit = slips_allowed(items[i].len, true);

    for (size_t k = 0; k < n && items[k].count >= from; k++)
        if (k != i && items[k].count < to && digits_agree(items[k].text, items[i].text) &&
            near(&items[i], &items[k], limit) <= limit)
            return true;
    return false;
}

/* Share of frequent texts that have another as near as a slip would be, and too frequent for one:
 * so often does being near mean nothing.  items fall by count. */
static double crowding(const struct item *items, size_t n)
{
    size_t frequent = 0, crowded = 0;

    for (size_t i = 0; i < n && frequent < 200 && items[i].count >= 3; i++) {
        if (has_near(items, n, i, RATIO * items[i].count, SIZE_MAX))
            continue; /* rather a slip itself */
        frequent++;
        crowded += has_near(items, n, i, items[i].count / RATIO + 1, RATIO * items[i].count);
    }
    return frequent ? (double)crowded / (double)frequent : 1;
}

struct match {
    size_t at; /* SIZE_MAX: none */
    size_t distance;
    double sure;
};

/* The nearest frequent text; the more frequent among equals.  items fall by count. */
static struct match best_match(const struct item *items, size_t n, size_t i, size_t ratio)
{
    struct match best = { .at = SIZE_MAX, .distance = SIZE_MAX };
    const struct item *rare = &items[i];

    if (is_code(rare->text))
        return best;
    for (size_t k = 0; k < n && items[k].count >= ratio * rare->count; k++) {
        size_t limit = slips_allowed(rare->len < items[k].len ? rare->len : items[k].len,
                                     items[k].count >= MANY_TIMES * rare->count);
        if (!limit || !digits_agree(rare->text, items[k].text))
            continue;
        size_t d = near(rare, &items[k], limit);
        if (d <= limit && d < best.distance) {
            best.at = k;
            best.distance = d;
            double times = (double)items[k].count / (double)rare->count;
            /* The same slip is seldom made many times. */
            best.sure = (1 - 1 / sqrt(times)) / (1 + ((double)rare->count - 1) / 10);
        }
    }
    return best;
}

static int by_count(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    if (x->len != y->len) /* rather without a blank too many */
        return x->len < y->len ? -1 : 1;
    return strcmp(x->text, y->text);
}

static double once_share(const struct item *items, size_t n)
{
    size_t once = 0, all = 0;

    for (size_t i = 0; i < n; i++) {
        all += items[i].count;
        once += items[i].count == 1;
    }
    return all ? (double)once / (double)all : 1;
}

/* What the column says of such slips in general. */
static double trust_in(const struct item *items, size_t n)
{
    double fresh = 1 - 2.5 * once_share(items, n);

    return 0.98 * (1 - crowding(items, n)) * (fresh > 0.1 ? fresh : 0.1);
}

/* ---------------------------------------------------------------- the list */

struct found {
    struct spelling *list;
    size_t n, cap;
};

static void add_found(struct found *f, uint32_t code, double sure, const char *right)
{
    if (f->n == f->cap) {
        f->cap = f->cap ? 2 * f->cap : 64;
        f->list = mem_resize(f->list, f->cap, sizeof(*f->list));
    }
    f->list[f->n++] = (struct spelling){ code, sure, right };
}

static struct item *items_of(const struct coded_column *c, size_t *n, struct arena *arena)
{
    struct item *items = ARENA_NEW(arena, struct item, c->n_values);

    *n = 0;
    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct span s = coded_text(c, v);
        if (s.len == 0 || s.len > MOST_LEN || memchr(s.at, '\0', s.len))
            continue;
        const char *text = arena_strndup(arena, s.at, s.len);
        items[(*n)++] = (struct item){ text, s.len, c->count[v], letters_of(text), v };
    }
    qsort(items, *n, sizeof(*items), by_count);
    return items;
}

/* ---------------------------------------------------------------- the same but for its form */

struct print {
    uint64_t key;
    size_t at; /* item */
};

/* Letters and digits without case; a point or sign before a digit counts, as numbers need it. */
static uint64_t fingerprint(const char *s)
{
    uint64_t h = 0;

    for (; *s; s++) {
        unsigned char ch = (unsigned char)*s;
        bool sign = (ch == '.' || ch == '-' || ch == '+') && isdigit((unsigned char)s[1]);
        if (isalnum(ch) || ch >= 0x80 || sign)
            h = hash_mix(h, (uint64_t)tolower(ch));
    }
    return h;
}

static int by_print(const void *a, const void *b)
{
    const struct print *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Items fall by count, so that the first of a fingerprint is the most frequent. */
static void find_variants(struct found *f, const struct item *items, size_t n, struct arena *arena)
{
    struct print *prints = ARENA_NEW(arena, struct print, n);
    size_t first = 0;

    for (size_t i = 0; i < n; i++)
        prints[i] = (struct print){ fingerprint(items[i].text), i };
    if (n)
        qsort(prints, n, sizeof(*prints), by_print);
    for (size_t i = 1; i < n; i++) {
        if (prints[i].key != prints[first].key || prints[i].key == 0) {
            first = i;
            continue;
        }
        const struct item *top = &items[prints[first].at], *other = &items[prints[i].at];
        double share = (double)other->count / (double)top->count;
        add_found(f, other->code, 0.97 - 0.4 * share, top->text);
    }
}

/* ---------------------------------------------------------------- words within texts */

static bool in_word(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

struct word {
    const char *at; /* into the item's text */
    size_t len;
    uint32_t item; /* index of the item */
};

static int by_word(const void *a, const void *b)
{
    const struct word *x = a, *y = b;
    int order = span_compare((struct span){ x->at, x->len }, (struct span){ y->at, y->len });

    return order ? order : (x->item > y->item) - (x->item < y->item);
}

static struct word *words_of(const struct item *items, size_t n, size_t shortest, size_t *n_words)
{
    struct word *words = NULL;
    size_t cap = 0;

    *n_words = 0;
    for (size_t i = 0; i < n; i++)
        for (const char *p = items[i].text; *p;) {
            size_t len = 0;
            while (in_word(p[len]))
                len++;
            if (len >= shortest) {
                if (*n_words == cap) {
                    cap = cap ? 2 * cap : 1024;
                    words = mem_resize(words, cap, sizeof(*words));
                }
                words[(*n_words)++] = (struct word){ p, len, (uint32_t)i };
            }
            p += len ? len : 1;
        }
    if (*n_words)
        qsort(words, *n_words, sizeof(*words), by_word);
    return words;
}

/* How many texts have the word. */
static size_t texts_with(const struct word *words, size_t n, struct span word)
{
    size_t low = 0, high = n, count = 0;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (span_compare((struct span){ words[mid].at, words[mid].len }, word) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < n && span_eq((struct span){ words[low].at, words[low].len }, word); low++)
        count++;
    return count;
}

/* Is every word of `rare` that `right` lacks seldom? One that stands in several texts is a word of
 * its own ("ak_hf-1" beside "al_hf-1"). */
static bool has_odd_word(const struct word *words, size_t n, const char *rare, const char *right)
{
    for (const char *p = rare; *p;) {
        size_t len = 0;
        while (in_word(p[len]))
            len++;
        if (len >= 2 && !memmem(right, strlen(right), p, len) &&
            texts_with(words, n, (struct span){ p, len }) >= 3)
            return false;
        p += len ? len : 1;
    }
    return true;
}

static void find_slips(struct found *f, const struct item *items, size_t n)
{
    double trust = trust_in(items, n);
    size_t n_words = 0;
    struct word *words = trust > 0.05 ? words_of(items, n, 2, &n_words) : NULL;

    for (size_t i = 0; i < n && trust > 0.05; i++) {
        struct match m = best_match(items, n, i, RATIO);
        if (m.at != SIZE_MAX && has_odd_word(words, n_words, items[i].text, items[m.at].text))
            add_found(f, items[i].code, trust * m.sure, items[m.at].text);
    }
    mem_free(words);
}

/* Endings make different words of one stem: patient, patients. */
static bool only_ending(const struct item *rare, const struct item *right)
{
    size_t n = rare->len < right->len ? rare->len : right->len;
    size_t same = 0;

    while (same < n && rare->text[same] == right->text[same])
        same++;
    return rare->len != right->len && same + 1 >= n;
}

/* A wrong word in a text and what it should be. */
struct wrong_word {
    uint32_t item;
    const char *at;
    size_t len;
    const char *right;
    double sure;
};

static int by_place(const void *a, const void *b)
{
    const struct wrong_word *x = a, *y = b;

    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Different words with how often they occur; `code` is where each begins in `words`. */
static size_t kinds_of(struct item *kinds, const struct word *words, size_t n,
                       const struct item *items, struct arena *arena)
{
    size_t n_kinds = 0;

    for (size_t i = 0, next; i < n; i = next) {
        struct item *k = &kinds[n_kinds++];
        k->text = arena_strndup(arena, words[i].at, words[i].len);
        k->len = words[i].len;
        k->letters = letters_of(k->text);
        k->code = (uint32_t)i;
        for (next = i; next < n && words[next].len == k->len &&
                       memcmp(words[next].at, words[i].at, k->len) == 0;
             next++)
            k->count += items[words[next].item].count;
    }
    if (n_kinds)
        qsort(kinds, n_kinds, sizeof(*kinds), by_count);
    return n_kinds;
}

static size_t wrong_words(struct wrong_word *out, const struct item *kinds, size_t n_kinds,
                          const struct word *words, size_t n_words)
{
    double trust = n_kinds && n_kinds <= SPELLING_TEXTS ? trust_in(kinds, n_kinds) : 0;
    size_t n = 0;

    for (size_t i = 0; i < n_kinds && trust > 0.3; i++) {
        struct match m = best_match(kinds, n_kinds, i, WORD_RATIO);
        if (m.at == SIZE_MAX || only_ending(&kinds[i], &kinds[m.at]))
            continue;
        for (size_t w = kinds[i].code; w < n_words && words[w].len == kinds[i].len &&
                                       memcmp(words[w].at, kinds[i].text, kinds[i].len) == 0;
             w++)
            out[n++] = (struct wrong_word){ words[w].item, words[w].at, words[w].len,
                                            kinds[m.at].text, 0.95 * trust * m.sure };
    }
    if (n)
        qsort(out, n, sizeof(*out), by_place);
    return n;
}

/* The text with all its wrong words put right; as sure as the least of them. */
static void add_corrected(struct found *f, const struct item *item, const struct wrong_word *w,
                          size_t n, struct arena *arena)
{
    const char *from = item->text;
    double sure = 1;
    struct str s;

    str_init(&s);
    for (size_t i = 0; i < n; i++) {
        str_add_n(&s, from, (size_t)(w[i].at - from));
        str_add(&s, w[i].right);
        from = w[i].at + w[i].len;
        sure = w[i].sure < sure ? w[i].sure : sure;
    }
    str_add(&s, from);
    add_found(f, item->code, sure, arena_strdup(arena, s.buf));
    str_release(&s);
}

static void find_words(struct found *f, const struct item *items, size_t n, struct arena *arena)
{
    size_t n_words;
    struct word *words = words_of(items, n, FEWEST, &n_words);
    struct item *kinds = MEM_NEW(struct item, n_words);
    struct wrong_word *wrong = MEM_NEW(struct wrong_word, n_words);
    size_t n_kinds = kinds_of(kinds, words, n_words, items, arena);
    size_t n_wrong = wrong_words(wrong, kinds, n_kinds, words, n_words);

    for (size_t i = 0, next; i < n_wrong; i = next) {
        for (next = i; next < n_wrong && wrong[next].item == wrong[i].item; next++)
            ;
        add_corrected(f, &items[wrong[i].item], &wrong[i], next - i, arena);
    }
    mem_free(wrong);
    mem_free(kinds);
    mem_free(words);
}

/* ---------------------------------------------------------------- all together */

static int by_code(const void *a, const void *b)
{
    const struct spelling *x = a, *y = b;

    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    if (x->sure != y->sure)
        return x->sure > y->sure ? -1 : 1;
    return strcmp(x->right, y->right);
}

size_t spelling_find(struct spelling **out, const struct coded_column *c, struct arena *arena)
{
    struct found f = { 0 };
    size_t n_items, n = 0;

    *out = NULL;
    if (c->n_values < 2 || c->n_values > SPELLING_TEXTS || audit_share_words(c) < 0.3)
        return 0;
    struct item *items = items_of(c, &n_items, arena);
    find_variants(&f, items, n_items, arena);
    find_slips(&f, items, n_items);
    find_words(&f, items, n_items, arena);
    if (f.n)
        qsort(f.list, f.n, sizeof(*f.list), by_code);
    *out = ARENA_NEW(arena, struct spelling, f.n);
    for (size_t i = 0; i < f.n; i++)
        if (n == 0 || (*out)[n - 1].code != f.list[i].code)
            (*out)[n++] = f.list[i];
    mem_free(f.list);
    return n;
}
