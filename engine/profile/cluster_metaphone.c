/* cluster_metaphone.c - the primary code of Double Metaphone, of whole length.  A letter's rules are
 * in the order of L. Philips' article, since the first that fits counts.  0 stands for th, X for sh. */
#include <string.h>

#include "profile/cluster_key.h"
#include "profile/cluster_sound.h"

struct sounding {
    const char *w;
    size_t len;
    struct str *out;
    bool slavic; /* or Germanic: holds w, k, cz or witz */
};

/* Does one of the texts, parted by blanks, stand at that place? */
static bool stands(const struct sounding *s, long at, const char *texts)
{
    if (at < 0)
        return false;
    for (size_t n; *texts; texts += n + (texts[n] == ' ')) {
        n = strcspn(texts, " ");
        if ((size_t)at + n <= s->len && memcmp(s->w + at, texts, n) == 0)
            return true;
    }
    return false;
}

static bool is_vowel(const struct sounding *s, long at)
{
    return stands(s, at, "a e i o u y");
}

static bool is_last(const struct sounding *s, long at)
{
    return (size_t)at + 1 == s->len;
}

static bool is_germanic(const struct sounding *s)
{
    return stands(s, 0, "van von sch");
}

/* Adds the code and says how many letters were spoken with it. */
static size_t say(const struct sounding *s, const char *code, size_t letters)
{
    str_add(s->out, code);
    return letters;
}

/* ---------------------------------------------------------------- c */

static size_t say_ch(const struct sounding *s, long i)
{
    if (i > 0 && stands(s, i, "chae"))
        return say(s, "K", 2);
    if (i == 0 && stands(s, 1, "harac haris hor hym hia hem") && !stands(s, 0, "chore"))
        return say(s, "K", 2);
    bool hard = (i == 0 || stands(s, i - 1, "a o u e")) &&
                (is_last(s, i + 1) || stands(s, i + 2, "l r n m b h f v w"));
    if (is_germanic(s) || stands(s, i - 2, "orches archit orchid") || stands(s, i + 2, "t s") ||
        hard || (i > 0 && stands(s, 0, "mc")))
        return say(s, "K", 2);
    return say(s, "X", 2);
}

static size_t say_cc(const struct sounding *s, long i)
{
    if (!stands(s, i + 2, "i e h") || stands(s, i + 2, "hu"))
        return say(s, "K", 2);
    bool parted = (i == 1 && s->w[0] == 'a') || stands(s, i - 1, "uccee ucces");
    return say(s, parted ? "KS" : "X", 3);
}

static size_t say_c(const struct sounding *s, long i)
{
    if (i > 1 && !is_vowel(s, i - 2) && stands(s, i - 1, "ach") && !stands(s, i + 2, "i") &&
        (!stands(s, i + 2, "e") || stands(s, i - 2, "bacher macher")))
        return say(s, "K", 2);
    if (i == 0 && stands(s, i, "caesar"))
        return say(s, "S", 2);
    if (stands(s, i, "chia"))
        return say(s, "K", 2);
    if (stands(s, i, "ch"))
        return say_ch(s, i);
    if (stands(s, i, "cz") && !stands(s, i - 2, "wicz"))
        return say(s, "S", 2);
    if (stands(s, i + 1, "cia"))
        return say(s, "X", 3);
    if (stands(s, i, "cc") && !(i == 1 && s->w[0] == 'm'))
        return say_cc(s, i);
    if (stands(s, i, "ck cg cq"))
        return say(s, "K", 2);
    if (stands(s, i, "ci ce cy"))
        return say(s, "S", 2);
    return say(s, "K", stands(s, i + 1, "c k q") && !stands(s, i + 1, "ce ci") ? 2 : 1);
}

/* ---------------------------------------------------------------- g */

static size_t say_gh(const struct sounding *s, long i)
{
    if (i > 0 && !is_vowel(s, i - 1))
        return say(s, "K", 2);
    if (i == 0)
        return say(s, stands(s, 2, "i") ? "J" : "K", 2);
    if (stands(s, i - 2, "b h d") || stands(s, i - 3, "b h d") || stands(s, i - 4, "b h"))
        return say(s, "", 2); /* as in bough */
    if (stands(s, i - 1, "u") && stands(s, i - 3, "c g l r t"))
        return say(s, "F", 2); /* as in laugh */
    return say(s, stands(s, i - 1, "i") ? "" : "K", 2);
}

static size_t say_g(const struct sounding *s, long i)
{
    if (stands(s, i, "gh"))
        return say_gh(s, i);
    if (stands(s, i, "gn")) {
        bool silent = !(i == 1 && is_vowel(s, 0)) && !stands(s, i + 2, "ey") && !s->slavic;
        return say(s, silent ? "N" : "KN", 2);
    }
    if (stands(s, i + 1, "li") && !s->slavic)
        return say(s, "KL", 2);
    if (i == 0 && stands(s, 1, "y es ep eb el ey ib il in ie ei er"))
        return say(s, "K", 2);
    if (stands(s, i + 1, "er y") && !stands(s, 0, "danger ranger manger") &&
        !stands(s, i - 1, "e i") && !stands(s, i - 1, "rgy ogy"))
        return say(s, "K", 2);
    if (stands(s, i + 1, "e i y") || stands(s, i - 1, "aggi oggi"))
        return say(s, is_germanic(s) || stands(s, i + 1, "et") ? "K" : "J", 2);
    return say(s, "K", stands(s, i + 1, "g") ? 2 : 1);
}

/* ---------------------------------------------------------------- s, t, w and the rest */

static size_t say_sc(const struct sounding *s, long i)
{
    if (stands(s, i + 2, "h"))
        return say(s, stands(s, i + 3, "oo uy ed em") ? "SK" : "X", 3);
    return say(s, stands(s, i + 2, "i e y") ? "S" : "SK", 3);
}

static size_t say_s(const struct sounding *s, long i)
{
    if (stands(s, i - 1, "isl ysl"))
        return say(s, "", 1); /* as in island */
    if (i == 0 && stands(s, 0, "sugar"))
        return say(s, "X", 1);
    if (stands(s, i, "sh"))
        return say(s, stands(s, i + 1, "heim hoek holm holz") ? "S" : "X", 2);
    if (stands(s, i, "sio sia"))
        return say(s, "S", 3);
    if ((i == 0 && stands(s, 1, "m n l w")) || stands(s, i + 1, "z"))
        return say(s, "S", stands(s, i + 1, "z") ? 2 : 1);
    if (stands(s, i, "sc"))
        return say_sc(s, i);
    if (is_last(s, i) && stands(s, i - 2, "ai oi"))
        return say(s, "", 1); /* as in Beauvais */
    return say(s, "S", stands(s, i + 1, "s z") ? 2 : 1);
}

static size_t say_t(const struct sounding *s, long i)
{
    if (stands(s, i, "tion tia tch"))
        return say(s, "X", 3);
    if (stands(s, i, "th tth"))
        return say(s, stands(s, i + 2, "om am") || is_germanic(s) ? "T" : "0",
                   stands(s, i, "tth") ? 3 : 2);
    return say(s, "T", stands(s, i + 1, "t d") ? 2 : 1);
}

static size_t say_d(const struct sounding *s, long i)
{
    if (stands(s, i, "dg"))
        return stands(s, i + 2, "i e y") ? say(s, "J", 3) : say(s, "TK", 2);
    return say(s, "T", stands(s, i + 1, "d t") ? 2 : 1);
}

static size_t say_j(const struct sounding *s, long i)
{
    size_t letters = stands(s, i + 1, "j") ? 2 : 1;

    if (i == 0 && s->len == 4 && stands(s, 0, "jose"))
        return say(s, "H", 1);
    bool spoken = i == 0 || stands(s, i, "jose") || is_last(s, i) ||
                  (is_vowel(s, i - 1) && !s->slavic && stands(s, i + 1, "a o")) ||
                  (!stands(s, i + 1, "l t k s n m b z") && !stands(s, i - 1, "s k l"));
    return say(s, spoken ? "J" : "", letters);
}

static size_t say_w(const struct sounding *s, long i)
{
    if (stands(s, i, "wr"))
        return say(s, "R", 2);
    if (stands(s, i, "wicz witz"))
        return say(s, "TS", 4);
    return say(s, i == 0 && (is_vowel(s, 1) || stands(s, 0, "wh")) ? "A" : "", 1);
}

static size_t say_rare(const struct sounding *s, long i)
{
    switch (s->w[i]) {
    case 'h':
        return (i == 0 || is_vowel(s, i - 1)) && is_vowel(s, i + 1) ? say(s, "H", 2)
                                                                    : say(s, "", 1);
    case 'm':
        return say(s, "M",
                   stands(s, i + 1, "m") || (stands(s, i - 1, "umb") &&
                                             (is_last(s, i + 1) || stands(s, i + 2, "er")))
                       ? 2
                       : 1);
    case 'p':
        return stands(s, i + 1, "h") ? say(s, "F", 2)
                                     : say(s, "P", stands(s, i + 1, "p b") ? 2 : 1);
    case 'r':
        return say(s,
                   is_last(s, i) && !s->slavic && stands(s, i - 2, "ie") &&
                           !stands(s, i - 4, "me ma")
                       ? ""
                       : "R",
                   stands(s, i + 1, "r") ? 2 : 1);
    case 'x':
        return say(
            s,
            is_last(s, i) && (stands(s, i - 3, "iau eau") || stands(s, i - 2, "au ou")) ? "" : "KS",
            stands(s, i + 1, "c x") ? 2 : 1);
    case 'z':
        return stands(s, i + 1, "h") ? say(s, "J", 2) : say(s, "S", stands(s, i + 1, "z") ? 2 : 1);
    default:
        return say(s, i == 0 ? "A" : "", 1); /* a vowel */
    }
}

/* Letters with one sound, which two of them have together. */
static size_t say_plain(const struct sounding *s, long i, const char *code)
{
    return say(s, code, (size_t)i + 1 < s->len && s->w[i + 1] == s->w[i] ? 2 : 1);
}

static size_t say_letter(const struct sounding *s, long i)
{
    switch (s->w[i]) {
    case 'b':
        return say_plain(s, i, "P");
    case 'c':
        return say_c(s, i);
    case 'd':
        return say_d(s, i);
    case 'f':
    case 'v':
        return say_plain(s, i, "F");
    case 'g':
        return say_g(s, i);
    case 'j':
        return say_j(s, i);
    case 'k':
    case 'q':
        return say_plain(s, i, "K");
    case 'l':
        return say_plain(s, i, "L");
    case 'n':
        return say_plain(s, i, "N");
    case 's':
        return say_s(s, i);
    case 't':
        return say_t(s, i);
    case 'w':
        return say_w(s, i);
    default:
        return say_rare(s, i);
    }
}

static void metaphone_word(struct str *out, const char *w, size_t len)
{
    struct sounding s = { .w = w, .len = len, .out = out };
    size_t i = stands(&s, 0, "gn kn pn wr ps") ? 1 : 0;

    for (size_t k = 0; k < len && !s.slavic; k++)
        s.slavic = stands(&s, (long)k, "w k cz");
    if (w[0] == 'x')
        i = say(&s, "S", 1); /* as in Xavier */
    while (i < len)
        i += say_letter(&s, (long)i);
}

void cluster_metaphone(struct str *out, struct span text)
{
    cluster_sound_words(out, text, metaphone_word);
}
