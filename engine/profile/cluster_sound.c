/* cluster_sound.c - Soundex and the Cologne phonetics, word by word.  Sources: cluster_key.h. */
#include <string.h>

#include "profile/cluster_key.h"
#include "profile/cluster_sound.h"

/* ---------------------------------------------------------------- words of letters */

void cluster_sound_words(struct str *out, struct span text, cluster_sound *sound)
{
    struct str folded, word;
    bool first = true;

    str_init(&folded);
    str_init(&word);
    cluster_fold(&folded, text);
    for (size_t i = 0; i <= folded.len; i++) {
        char c = folded.buf[i];
        if (c >= 'a' && c <= 'z')
            str_add_char(&word, c);
        if (c != ' ' && i < folded.len)
            continue;
        if (word.len) {
            if (!first)
                str_add_char(out, ' ');
            sound(out, word.buf, word.len);
            first = false;
        }
        str_clear(&word);
    }
    str_release(&word);
    str_release(&folded);
}

/* ---------------------------------------------------------------- Soundex */

static void soundex_word(struct str *out, const char *w, size_t len)
{
    /* a to z; 0: a vowel, which parts equal codes; 9: h and w, which do not. */
    static const char codes[] = "01230129022455012623019202";
    char last = codes[w[0] - 'a'];
    size_t n = 1;

    str_add_char(out, w[0]);
    for (size_t i = 1; i < len && n < 4; i++) {
        char code = codes[w[i] - 'a'];
        if (code == '9')
            continue;
        if (code != '0' && code != last) {
            str_add_char(out, code);
            n++;
        }
        last = code;
    }
    for (; n < 4; n++)
        str_add_char(out, '0');
}

void cluster_soundex(struct str *out, struct span text)
{
    cluster_sound_words(out, text, soundex_word);
}

/* ---------------------------------------------------------------- Cologne */

static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

static const char *cologne_c(char before, char after, bool first)
{
    if (first)
        return is_one_of(after, "ahkloqrux") ? "4" : "8";
    if (is_one_of(before, "sz"))
        return "8";
    return is_one_of(after, "ahkoqux") ? "4" : "8";
}

/* The code of a letter between its neighbours ('\0': none). */
static const char *cologne_letter(char c, char before, char after, bool first)
{
    if (is_one_of(c, "aeijouy"))
        return "0";
    if (c == 'b')
        return "1";
    if (c == 'p')
        return after == 'h' ? "3" : "1";
    if (is_one_of(c, "dt"))
        return is_one_of(after, "csz") ? "8" : "2";
    if (is_one_of(c, "fvw"))
        return "3";
    if (is_one_of(c, "gkq"))
        return "4";
    if (c == 'x')
        return is_one_of(before, "ckq") ? "8" : "48";
    if (c == 'c')
        return cologne_c(before, after, first);
    if (c == 'l')
        return "5";
    if (is_one_of(c, "mn"))
        return "6";
    if (c == 'r')
        return "7";
    return c == 'h' ? "" : "8"; /* s, z */
}

/* Equal neighbours are one; then every 0 goes that does not begin the code. */
static void cologne_word(struct str *out, const char *w, size_t len)
{
    size_t begin = out->len;
    char last = '\0';

    for (size_t i = 0; i < len; i++) {
        const char *code = cologne_letter(w[i], i ? w[i - 1] : '\0', i + 1 < len ? w[i + 1] : '\0',
                                          i == 0);
        for (; *code; code++) {
            if (*code != last && (*code != '0' || out->len == begin))
                str_add_char(out, *code);
            last = *code;
        }
    }
}

void cluster_cologne(struct str *out, struct span text)
{
    cluster_sound_words(out, text, cologne_word);
}
