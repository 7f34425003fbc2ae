#include "profile/mojibake.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* Characters of Windows-1252 at 0x80 to 0x9F; 0: none.  Source: the WHATWG Encoding standard. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

/* The byte that reads as this character; -1: none. */
static int byte_of(uint32_t code)
{
    if (code < 0x100)
        return (int)code; /* 0x80 to 0x9F as Latin-1 has them */
    for (int i = 0; i < 32; i++)
        if (windows_1252[i] == code)
            return 0x80 + i;
    return -1;
}

bool mojibake_undo(struct str *out, struct span text)
{
    size_t before = out->len;
    bool beyond = false;

    for (size_t i = 0; i < text.len;) {
        uint32_t code;
        size_t len = text_decode(&code, text.at + i, text.len - i);
        int byte = byte_of(code);
        if (byte < 0)
            break;
        beyond |= byte >= 0x80;
        str_add_char(out, (char)byte);
        i += len;
        if (i == text.len && beyond && text_is_utf8(out->buf + before, out->len - before, NULL))
            return true;
    }
    out->len = before;
    out->buf[before] = '\0';
    return false;
}

bool mojibake_lost(struct span text)
{
    return text.len >= 3 && memmem(text.at, text.len, "\xef\xbf\xbd", 3) != NULL;
}
