/* model_read.c - new raw data, read as the training data were. */
#include "learn/model.h"

#include <string.h>

static const char prefix[] = "read.";

static int read_params(struct params *out, const struct model *m, const struct reader *reader,
                       struct arena *arena, struct err *err)
{
    params_init(out, reader->params, arena);
    for (size_t i = 0; i < m->n_notes; i++) {
        const struct model_note *note = &m->notes[i];
        if (strncmp(note->key, prefix, strlen(prefix)) != 0)
            continue;
        int at = param_find(reader->params, note->key + strlen(prefix), false);
        if (at >= 0 && params_set(out, (size_t)at, note->value, arena, err))
            return -1;
    }
    return 0;
}

int model_read(struct source **out, const struct model *m, const char *path, struct job *job,
               struct err *err)
{
    struct read_request req = { .path = path };
    const struct reader *reader;
    struct arena arena;

    if (reader_find(&reader, path, NULL, err))
        return -1;
    arena_init(&arena);
    const char **words = ARENA_NEW(&arena, const char *, m->n_inputs);
    for (size_t j = 0; j < m->n_inputs; j++)
        if (m->inputs[j].type == COLUMN_TEXT || m->inputs[j].type == COLUMN_CATEGORY)
            words[req.n_words++] = m->inputs[j].name;
    req.words = words;
    req.some_types = true; /* dates= may name the target, which new data lack */
    int rc = read_params(&req.params, m, reader, &arena, err);
    if (!rc)
        rc = source_read_request(out, &req, reader, job, err);
    arena_release(&arena);
    return rc;
}
