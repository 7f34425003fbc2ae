/* model.h - a trained model with everything prediction needs; immutable, reference-counted.
 *
 * The bundle on disk is one SQLite file: the table `bundle` (key, value) with the format's version
 * and the parts (input schema, fitted recipe, learner state, target), and the table `note` (key,
 * value) with metrics and lineage for people.  Behind the last page, where SQLite does not look,
 * stands a seal of 32 bytes: a magic word, the length and the digest of all bytes before it.  It is
 * data, not code; the seal is checked before anything is read, and every part when it is.
 */
#ifndef LEARN_MODEL_H
#define LEARN_MODEL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "io/reader.h"
#include "learn/design.h"
#include "learn/learner.h"
#include "prepare/recipe.h"
#include "profile/expect.h"

#define MODEL_FORMAT 1

struct model_column { /* input schema: what raw data must have */
    const char *name;
    enum column_type type;
    bool needed; /* some step or the learner reads it */
};

/* Lineage and metrics, for people: "source.digest", "validate.rmse.mean" …  Those under "read."
 * are the reader's parameters, which model_read uses again ("read.na"). */
struct model_note {
    const char *key, *value;
};

/* Training in stages: with these parameters, until so many iterations in all. */
struct train_stage {
    struct params params;
    size_t until; /* 0: as the parameters say */
};

struct model {
    atomic_uint refs;
    const struct learner *learner;
    struct params params; /* the learner's, of the last stage */
    size_t n_stages;      /* 0: trained in one go */
    const struct train_stage *stages;
    struct curve curve;
    struct target target;
    size_t p;
    const char *const *features; /* (p) names after the recipe */
    const struct levels *levels; /* (p) of features; NULL when the learner takes no categories */
    void *state;
    struct fitted *fitted;
    struct expectations *expectations; /* of the session it comes from; NULL: none */
    size_t n_inputs;
    struct model_column *inputs;
    size_t n_rows;       /* trained on */
    size_t n_validation; /* rows that were put aside to stop early by */
    size_t n_iterations;
    const char *warning;
    const char *class_weight; /* "balanced", "yes:5"; NULL: classes count as they are */
    size_t n_notes;
    struct model_note *notes;
    const struct model *base; /* model_with_notes: whose state this one shares; else NULL */
    struct arena arena;       /* all of the above but `fitted` and `expectations` */
};

/* What its learner can take with its parameters. */
static inline unsigned model_flags(const struct model *m)
{
    return learner_abilities(m->learner, &m->params);
}

struct prediction {
    size_t n, n_classes; /* n_classes 0 where there are none */
    struct matrix value; /* (n, task_outputs): probabilities, or what learner.h says */
};
void prediction_release(struct prediction *p);
/* The class with the highest probability of row i (the first among equals). */
size_t prediction_class(const struct prediction *p, size_t i);

struct train_request {
    const struct learner *learner;
    const struct params *params;
    const struct recipe_run *run; /* fits on the rows of its last table whose part is PART_TRAIN */
    const char *target;           /* not looked at by a learner without a target */
    enum target_as as;            /* AS_FITS: for whole numbers a learner of one task settles it */
    const char *positive;         /* NULL: the last class */
    const struct target
        *fixed; /* use these classes (folds share the whole sample's); NULL: detect */
    /* weighting_classes; NULL.  Refused for a learner without LEARNER_WEIGHTS, as a weight column is. */
    const char *class_weight;
    bool in_fold; /* predicts prepared rows only: what raw data it would need is not worked out */
    /* (n_stages) one after another, the last with `params`; 0: one, to its end. */
    const struct train_stage *stages;
    size_t n_stages;
    /* A model that did all stages but the last on the same rows; NULL.  Its features and levels
     * must be those of now: ERR_DOMAIN. */
    const struct model *warm;
};

/* Train on the training rows of a run.  Checks the task, the rows and the features.  When the
 * learner asks for rows to stop early by, they are put aside first, and the recipe is fitted anew
 * on the others: the model's own `fitted` then is not that of the run. */
int model_train(struct model **out, const struct train_request *req, struct job *job,
                struct err *err);
struct model *model_ref(const struct model *m);
void model_unref(const struct model *m);
/* A copy that shares state and has these notes added; a key that is there already gets the new
 * value. */
struct model *model_with_notes(const struct model *m, const struct model_note *notes, size_t n);

/* A copy that new data are held against these; takes a reference. */
struct model *model_with_expectations(const struct model *m, const struct expectations *l);
/* The tables that its expectations are about, made of new data: *out (n of them, yours to unref one by
 * one and free) in order.  A step that cannot be applied to the data is an error. */
int model_expected_tables(struct table ***out, const struct model *m, const struct table *raw,
                          struct job *job, struct err *err);

/* Predict rows (NULL: all) of a PREPARED table (the run's own, or fitted_apply's). */
int model_predict_prepared(struct prediction *out, const struct model *m, const struct table *t,
                           const uint32_t *rows, size_t n, struct job *job, struct err *err);
/* Read raw data as the training data were read: by the notes under "read." (what a missing cell looks
 * like, …), and with words kept as words where training had words, be it all numbers this time. */
int model_read(struct source **out, const struct model *m, const char *path, struct job *job,
               struct err *err);
/* Predict every row of raw data: checks the schema by name (a needed column absent or of another
 * type is named; order and further columns do not matter), runs the fitted recipe, predicts. */
int model_predict(struct prediction *out, const struct model *m, const struct table *raw,
                  struct job *job, struct err *err);
/* The prediction as a table: row (original number), the predicted class or value under
 * "prediction", and for classes "p_CLASS" for each.  Clusters: the number, missing where there is none;
 * anomalies: true or false, and "score". */
int prediction_table(struct table **out, const struct prediction *p, const struct model *m,
                     const struct table *rows_of, struct err *err);

/* What each feature did for a learner of trees, the most important first. */
struct importance {
    const char *name;
    double gain, splits; /* shares of the impurity or loss that went, divisions */
};
/* (p) of them, 0 for other learners; in the arena. */
size_t model_importance(struct importance **out, const struct model *m, struct arena *arena);

/* What a learner without a target found, 0 of them for others; in the arena. */
size_t model_facts(struct fact **out, const struct model *m, struct arena *arena);

/* The coefficients of a linear learner, 0 of them for others: names and numbers live in arena. */
size_t model_coefficients(struct coefficient **out, const struct model *m, struct arena *arena);

/* The path of models over their penalty that it was taken from, as long as the model; NULL: none. */
const struct coefficient_path *model_path(const struct model *m);

/* Appears under its name only when complete. */
int model_save(const struct model *m, const char *path, struct err *err);
/* ERR_PARSE when the file is no bundle, was damaged (seal) or is from a newer version. */
int model_load(struct model **out, const char *path, struct err *err);
/* The same from the bytes of such a file; `path` is for messages. */
int model_load_sealed(struct model **out, const void *data, size_t len, const char *path,
                      struct err *err);
/* The same from its database alone, without the seal; for fuzzers. */
int model_load_bytes(struct model **out, const void *data, size_t len, struct err *err);
/* Digest of learner, parameters, features, coefficients or state (rounded), rows. */
struct digest model_digest(const struct model *m);

#endif
