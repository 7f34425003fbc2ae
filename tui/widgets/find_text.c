/* find_text.c - plain and fuzzy matching. */
#include "widgets/find_text.h"

#include <ctype.h>
#include <string.h>

bool find_text(const char *text, const char *pattern)
{
    for (const char *at = pattern; *at; at++)
        if (isupper((unsigned char)*at))
            return strstr(text, pattern) != NULL;
    return strcasestr(text, pattern) != NULL;
}

int fuzzy_score(const char *name, const char *pattern)
{
    const char *whole = strcasestr(name, pattern);
    int score = 0, last = -1;

    if (whole)
        return (int)(whole - name);
    for (; *pattern; pattern++) {
        const char *at = name + last + 1;
        while (*at && tolower((unsigned char)*at) != tolower((unsigned char)*pattern))
            at++;
        if (!*at)
            return -1;
        score += 20 + (int)(at - name) - last; /* gaps cost */
        last = (int)(at - name);
    }
    return score;
}
