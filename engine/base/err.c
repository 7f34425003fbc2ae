#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/str.h"
#include "base/text.h"

/* The end of text that is too long is replaced by this. */
static const char ellipsis[] = "\xE2\x80\xA6";

/* Copy `text` escaped; what does not fit is cut between two characters and marked. */
static void copy_start(char *to, size_t size, const char *text, size_t len)
{
    struct str safe;

    str_init(&safe);
    str_add_escaped(&safe, text, len);
    size_t keep = safe.len;
    if (keep >= size) {
        keep = size - sizeof(ellipsis);
        while (keep > 0 && ((unsigned char)safe.buf[keep] & 0xC0) == 0x80)
            keep--;
        memcpy(to + keep, ellipsis, sizeof(ellipsis));
    } else {
        to[keep] = '\0';
    }
    memcpy(to, safe.buf, keep);
    str_release(&safe);
}

/* The same for a file's name, where the end says more than the start. */
static void copy_end(char *to, size_t size, const char *text)
{
    struct str safe;

    str_init(&safe);
    str_add_escaped(&safe, text, strlen(text));
    if (safe.len < size) {
        memcpy(to, safe.buf, safe.len + 1);
    } else {
        size_t mark = sizeof(ellipsis) - 1;
        size_t from = safe.len - (size - 1 - mark);
        while (((unsigned char)safe.buf[from] & 0xC0) == 0x80)
            from++;
        memcpy(to, ellipsis, mark);
        memcpy(to + mark, safe.buf + from, safe.len - from + 1);
    }
    str_release(&safe);
}

/* The message is formed in a string of its own: its arguments may point into *err. */
__attribute__((format(printf, 2, 0))) static void set_message(struct err *err, const char *fmt,
                                                              va_list ap, bool keep_old)
{
    struct str text;

    str_init(&text);
    str_vaddf(&text, fmt, ap);
    if (keep_old)
        str_add(&text, err->msg);
    copy_start(err->msg, sizeof(err->msg), text.buf, text.len);
    str_release(&text);
}

__attribute__((format(printf, 4, 0))) static int
set_all(struct err *err, enum err_code code, struct err_at at, const char *fmt, va_list ap)
{
    if (!err)
        return -1;
    set_message(err, fmt, ap, false);
    if (!at.file)
        err->file[0] = '\0';
    else if (at.file != err->file)
        copy_end(err->file, sizeof(err->file), at.file);
    err->code = code;
    err->line = at.line;
    err->col = at.col;
    err->width = at.width;
    return -1;
}

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set_all(err, code, (struct err_at){ 0 }, fmt, ap);
    va_end(ap);
    return -1;
}

int err_set_at(struct err *err, enum err_code code, struct err_at at, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set_all(err, code, at, fmt, ap);
    va_end(ap);
    return -1;
}

int err_set_errno(struct err *err, const char *verb, const char *path)
{
    int cause = errno;
    char buf[128];

    /* The GNU strerror_r: the text may or may not be in buf. */
    return err_set(err, ERR_IO, "cannot %s %s: %s", verb, path,
                   strerror_r(cause, buf, sizeof(buf)));
}

int err_prefix(struct err *err, const char *fmt, ...)
{
    if (!err)
        return -1;

    va_list ap;

    va_start(ap, fmt);
    set_message(err, fmt, ap, true);
    va_end(ap);
    return -1;
}

void err_shift(struct err *err, size_t cols)
{
    if (err && err->col > 0 && err->file[0] == '\0')
        err->col += cols;
}

void err_clear(struct err *err)
{
    if (err)
        *err = (struct err){ .code = ERR_NONE };
}
