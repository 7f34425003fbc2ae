/* Model bundles from anywhere: the seal refuses nearly everything, so the database behind it is
 * given as it is, and then a model that loads has to say no or predict. */
#include <stddef.h>
#include <stdint.h>

#include "learn/model.h"
#include "num/linalg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One row of missing cells in the columns the model asks for. */
static void predict_nothing(const struct model *m)
{
    struct column *columns[64];
    const char *names[64];
    struct table *t;
    struct prediction p;

    if (m->n_inputs == 0 || m->n_inputs > 64)
        return;
    for (size_t j = 0; j < m->n_inputs; j++) {
        struct column_builder b;
        builder_init(&b, m->inputs[j].type, 1);
        builder_add_missing(&b);
        if (builder_finish(&columns[j], &b, NULL))
            return;
        names[j] = m->inputs[j].name;
    }
    if (table_new(&t, columns, names, m->n_inputs, 1, NULL, NULL))
        return;
    if (model_predict(&p, m, t, NULL, NULL) == 0)
        prediction_release(&p);
    table_unref(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model *m;

    num_init();
    if (model_load_sealed(&m, data, size, "fuzz", NULL) == 0)
        model_unref(m);
    if (model_load_bytes(&m, data, size, NULL) == 0) {
        predict_nothing(m);
        model_unref(m);
    }
    return 0;
}
