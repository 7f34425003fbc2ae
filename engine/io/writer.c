/* writer.c - the registry of writers. */
#include "io/writer.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "io/file.h"

#define WRITER(id) extern const struct writer writer_##id;
#include "io/writers.def"
#undef WRITER

const struct writer *const writer_table[] = {
#define WRITER(id) &writer_##id,
#include "io/writers.def"
#undef WRITER
    NULL
};

/* Does the path end in one of the blank-separated suffixes? */
static bool writer_takes(const struct writer *w, const char *path)
{
    size_t path_len = strlen(path);

    for (const char *s = w->suffixes; *s; s += *s == ' ') {
        size_t len = strcspn(s, " ");
        if (path_len > len && strncasecmp(path + path_len - len, s, len) == 0)
            return true;
        s += len;
    }
    return false;
}

static int writer_unknown(const char *path, const char *name, struct err *err)
{
    struct str names;

    str_init(&names);
    for (size_t i = 0; writer_table[i]; i++)
        str_addf(&names, "%s%s (%s)", i ? ", " : "", writer_table[i]->name,
                 writer_table[i]->suffixes);
    if (name)
        err_set(err, ERR_USAGE, "there is no writer '%s'; writers are %s", name, names.buf);
    else
        err_set(err, ERR_USAGE, "the name %s does not tell the format; writers are %s", path,
                names.buf);
    str_release(&names);
    return -1;
}

int writer_find(const struct writer **out, const char *path, const char *name, struct err *err)
{
    for (size_t i = 0; writer_table[i]; i++)
        if (name ? strcmp(writer_table[i]->name, name) == 0 : writer_takes(writer_table[i], path)) {
            *out = writer_table[i];
            return 0;
        }
    return writer_unknown(path, name, err);
}

/* ---------------------------------------------------------------- text files */

#define FLUSH_BYTES 65536
#define TICK_ROWS   4096

static int rows_flush(struct str *text, struct file_out *out, struct err *err)
{
    if (fwrite(text->buf, 1, text->len, out->stream) != text->len)
        return err_set_errno(err, "write", out->path);
    str_clear(text);
    return 0;
}

static int rows_to_file(struct file_out *out, struct str *text, const struct row_writer *w,
                        struct job *job, struct err *err)
{
    if (w->header)
        w->header(text, w->ctx);
    for (size_t i = 0; i < w->n_rows; i++) {
        w->row(text, w->ctx, i);
        if (text->len >= FLUSH_BYTES && rows_flush(text, out, err))
            return -1;
        if (i % TICK_ROWS == 0 && job_tick(job, i, w->n_rows, err))
            return -1;
    }
    return rows_flush(text, out, err);
}

int writer_write_rows(const char *path, const struct row_writer *w, struct job *job,
                      struct err *err)
{
    struct file_out out;
    struct str text;

    if (file_out_open(&out, path, err))
        return -1;
    str_init(&text);
    int rc = rows_to_file(&out, &text, w, job, err);
    str_release(&text);
    if (rc)
        file_out_abort(&out);
    return rc ? -1 : file_out_commit(&out, err);
}
