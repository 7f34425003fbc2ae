/* model_bundle.c - models as files.
 *
 * The database is built and read in memory (sqlite3_serialize): there is no journal, no lock and no
 * half-written file, and a reader sees only bytes whose seal was right. */
#include "learn/model.h"

#include <math.h>
#include <string.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/file.h"
#include "learn/model_parts.h"

/* ---- the seal: magic (8), length (8), digest (16), little-endian, after the last page ---- */

enum { SEAL_SIZE = 32 };
static const char seal_magic[8] = { 'a', 's', 's', 'a', 'y', 'm', 'd', 'l' };
static const char sqlite_magic[16] = "SQLite format 3";

#define BUNDLE_MAX ((size_t)1 << 31)

static void put_word(unsigned char *out, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        out[i] = (unsigned char)(v >> (8 * i));
}

static void make_seal(unsigned char seal[SEAL_SIZE], const void *data, size_t len)
{
    struct hasher h;

    memcpy(seal, seal_magic, sizeof(seal_magic));
    put_word(seal + 8, len);
    hasher_init(&h);
    hasher_add(&h, seal, 16); /* the seal's own first half too */
    hasher_add(&h, data, len);
    struct digest d = hasher_finish(&h);
    put_word(seal + 16, d.lo);
    put_word(seal + 24, d.hi);
}

static int check_seal(const char *data, size_t len, const char *path, struct err *err)
{
    unsigned char seal[SEAL_SIZE];

    if (len < sizeof(sqlite_magic) || memcmp(data, sqlite_magic, sizeof(sqlite_magic)) != 0)
        return err_set_at(err, ERR_PARSE, (struct err_at){ .file = path },
                          "this is no model bundle; `save model` makes one");
    if (len > SEAL_SIZE) {
        make_seal(seal, data, len - SEAL_SIZE);
        if (memcmp(seal, data + len - SEAL_SIZE, SEAL_SIZE) == 0)
            return 0;
    }
    return err_set_at(err, ERR_PARSE, (struct err_at){ .file = path },
                      "the model bundle is damaged or cut off: its %zu bytes do not agree with "
                      "their checksum; take another copy",
                      len);
}

/* ---- parts to bytes ---- */

static void pack_levels(struct str *out, const struct model *m)
{
    for (size_t j = 0; m->levels && j < m->p; j++) {
        pack_u64(out, m->levels[j].is_category);
        pack_u64(out, m->levels[j].n);
        for (size_t k = 0; k < m->levels[j].n; k++)
            pack_text(out, m->levels[j].text[k]);
    }
}

static void pack_params(struct str *out, const struct params *p)
{
    pack_u64(out, p->n);
    for (size_t i = 0; i < p->n; i++) {
        pack_text(out, p->specs[i].name);
        pack_text(out, p->values[i].set ? p->values[i].text : NULL);
    }
}

static void pack_model(struct str *out, const struct model *m)
{
    pack_params(out, &m->params);
    pack_text(out, m->target.name);
    pack_u64(out, m->target.task);
    pack_u64(out, m->target.type);
    pack_u64(out, m->target.positive);
    pack_u64(out, m->target.n_classes);
    for (size_t k = 0; k < m->target.n_classes; k++)
        pack_text(out, m->target.classes[k]);
    pack_u64(out, m->p);
    for (size_t j = 0; j < m->p; j++)
        pack_text(out, m->features[j]);
    pack_levels(out, m);
    pack_u64(out, m->n_inputs);
    for (size_t j = 0; j < m->n_inputs; j++) {
        pack_text(out, m->inputs[j].name);
        pack_u64(out, m->inputs[j].type);
        pack_u64(out, m->inputs[j].needed);
    }
    pack_u64(out, m->n_rows);
    pack_u64(out, m->n_iterations);
    pack_text(out, m->warning);
}

/* A text that must be there and must not be empty. */
static const char *unpack_name(struct unpack *u, const char *wanted)
{
    const char *s = unpack_text(u);

    if (!s || !*s) {
        unpack_fail(u, wanted);
        return "";
    }
    return s;
}

/* A count of things that take `each` bytes or more. */
static size_t unpack_many(struct unpack *u, size_t each)
{
    return unpack_count(u, u->left / each);
}

static void unpack_params(struct params *out, const struct learner *learner, struct unpack *u,
                          struct arena *arena, struct err *err)
{
    size_t n = unpack_many(u, 2);

    params_init(out, learner->params, arena);
    for (size_t i = 0; i < n && !u->failed; i++) {
        const char *name = unpack_name(u, "the name of a parameter"), *text = unpack_text(u);
        int at = param_find(learner->params, name, false);
        if (at < 0 || (text && params_set(out, (size_t)at, text, arena, err)))
            unpack_fail(u, "a parameter of the learner");
    }
    if (!u->failed && params_resolve(out, arena, err))
        unpack_fail(u, "all parameters of the learner");
}

static void unpack_target(struct target *t, const struct learner *learner, struct unpack *u,
                          struct arena *arena)
{
    t->name = unpack_name(u, "the name of the target");
    t->task = (unsigned)unpack_count(u, TASK_ANOMALY);
    t->type = (enum column_type)unpack_count(u, COLUMN_N_TYPES - 1);
    t->positive = unpack_count(u, SIZE_MAX);
    t->n_classes = unpack_many(u, 1);
    const char **classes = t->n_classes ? ARENA_NEW(arena, const char *, t->n_classes) : NULL;
    for (size_t k = 0; k < t->n_classes; k++) {
        const char *name = unpack_text(u);
        classes[k] = name ? name : "";
    }
    t->classes = classes;

    unsigned task = t->n_classes == 0   ? TASK_REGRESS
                    : t->n_classes == 2 ? TASK_BINARY
                                        : TASK_MULTICLASS;
    if (t->task & TASK_ALONE && t->n_classes == 0)
        task = t->task;
    if (t->n_classes == 1 || t->task != task || !(learner->tasks & task) ||
        t->positive >= (t->n_classes ? t->n_classes : 1))
        unpack_fail(u, "a target that the learner is for");
}

static const char **unpack_texts(struct unpack *u, size_t n, struct arena *arena)
{
    const char **list = ARENA_NEW(arena, const char *, n);

    for (size_t k = 0; k < n && !u->failed; k++) {
        list[k] = unpack_text(u);
        if (!u->failed && (!list[k] || (k && strcmp(list[k - 1], list[k]) >= 0)))
            unpack_fail(u, "levels in order");
    }
    return list;
}

static void unpack_levels(struct model *m, struct unpack *u)
{
    struct levels *list;

    if (!(model_flags(m) & LEARNER_CATEGORIES))
        return;
    list = ARENA_NEW(&m->arena, struct levels, m->p);
    for (size_t j = 0; j < m->p && !u->failed; j++) {
        list[j].is_category = unpack_count(u, 1) == 1;
        list[j].n = unpack_many(u, 1);
        if (!u->failed)
            list[j].text = unpack_texts(u, list[j].n, &m->arena);
    }
    m->levels = list;
}

static int unpack_model(struct model *m, struct unpack *u, struct err *err)
{
    struct err param_err = { 0 };

    unpack_params(&m->params, m->learner, u, &m->arena, &param_err);
    unpack_target(&m->target, m->learner, u, &m->arena);
    m->p = unpack_many(u, 1);
    const char **features = ARENA_NEW(&m->arena, const char *, m->p);
    for (size_t j = 0; j < m->p; j++)
        features[j] = unpack_name(u, "the name of a feature");
    m->features = features;
    unpack_levels(m, u);
    m->n_inputs = unpack_many(u, 1);
    m->inputs = ARENA_NEW(&m->arena, struct model_column, m->n_inputs);
    for (size_t j = 0; j < m->n_inputs; j++) {
        m->inputs[j].name = unpack_name(u, "the name of an input column");
        m->inputs[j].type = (enum column_type)unpack_count(u, COLUMN_N_TYPES - 1);
        m->inputs[j].needed = unpack_count(u, 1) == 1;
    }
    m->n_rows = unpack_count(u, SIZE_MAX);
    m->n_iterations = unpack_count(u, SIZE_MAX);
    m->warning = unpack_text(u);
    return unpack_end(u, err);
}

/* How it was trained: stages and curve.  A model trained in one go without a curve has no such
 * part. */
static bool has_progress(const struct model *m)
{
    return m->n_stages || m->curve.loss || m->n_validation;
}

static void pack_progress(struct str *out, const struct model *m)
{
    pack_u64(out, m->n_validation);
    pack_u64(out, m->n_stages);
    for (size_t k = 0; k < m->n_stages; k++) {
        pack_params(out, &m->stages[k].params);
        pack_u64(out, m->stages[k].until);
    }
    pack_text(out, m->curve.loss);
    pack_u64(out, m->curve.best);
    pack_u64(out, m->curve.n);
    for (size_t k = 0; k < m->curve.n; k++) {
        pack_u64(out, m->curve.points[k].iteration);
        pack_real(out, m->curve.points[k].training);
        pack_real(out, m->curve.points[k].validation);
    }
}

static void unpack_curve(struct curve *c, struct unpack *u, struct arena *arena)
{
    size_t last = 0;

    c->loss = unpack_text(u);
    c->best = unpack_count(u, SIZE_MAX);
    c->n = unpack_many(u, 27);
    struct curve_point *points = ARENA_NEW(arena, struct curve_point, c->n);
    for (size_t k = 0; k < c->n && !u->failed; k++) {
        points[k].iteration = unpack_count(u, SIZE_MAX);
        points[k].training = unpack_real(u);
        points[k].validation = unpack_real(u);
        if (!u->failed && points[k].iteration <= last && k)
            unpack_fail(u, "iterations in order");
        last = points[k].iteration;
    }
    c->points = points;
    if (!u->failed && ((c->n && !c->loss) || c->best > c->n))
        unpack_fail(u, "a curve with a name and a best point");
}

static int unpack_progress(struct model *m, struct unpack *u, struct err *err)
{
    struct err param_err = { 0 };

    m->n_validation = unpack_count(u, SIZE_MAX);
    m->n_stages = unpack_many(u, 2);
    struct train_stage *stages = ARENA_NEW(&m->arena, struct train_stage, m->n_stages);
    for (size_t k = 0; k < m->n_stages && !u->failed; k++) {
        unpack_params(&stages[k].params, m->learner, u, &m->arena, &param_err);
        stages[k].until = unpack_count(u, SIZE_MAX);
    }
    m->stages = stages;
    unpack_curve(&m->curve, u, &m->arena);
    return unpack_end(u, err);
}

/* ---- writing the database ---- */

static int refuse_sqlite(sqlite3 *db, struct err *err)
{
    return err_set(err, ERR_IO, "cannot make the model bundle: %s", sqlite3_errmsg(db));
}

static int insert(sqlite3 *db, const char *sql, const char *key, const void *value, size_t len,
                  bool text, struct err *err)
{
    sqlite3_stmt *s;

    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        return refuse_sqlite(db, err);
    sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
    if (text)
        sqlite3_bind_text64(s, 2, value, len, SQLITE_STATIC, SQLITE_UTF8);
    else
        sqlite3_bind_blob64(s, 2, value, len, SQLITE_STATIC);
    int rc = sqlite3_step(s);
    sqlite3_finalize(s);
    return rc == SQLITE_DONE ? 0 : refuse_sqlite(db, err);
}

static int insert_text(sqlite3 *db, const char *table, const char *key, const char *text,
                       struct err *err)
{
    const char *sql = strcmp(table, "note") == 0 ? "INSERT INTO note VALUES (?, ?)"
                                                 : "INSERT INTO bundle VALUES (?, ?)";
    return insert(db, sql, key, text, strlen(text), true, err);
}

typedef void pack_part(struct str *out, const struct model *m);

static void pack_state(struct str *out, const struct model *m)
{
    m->learner->save(out, m->state);
}

static void pack_recipe(struct str *out, const struct model *m)
{
    fitted_save(out, m->fitted);
}

static void pack_expectations(struct str *out, const struct model *m)
{
    expectations_save(out, m->expectations);
}

static int insert_part(sqlite3 *db, const char *key, pack_part *pack, const struct model *m,
                       struct err *err)
{
    struct str bytes;

    str_init(&bytes);
    pack(&bytes, m);
    int rc = insert(db, "INSERT INTO bundle VALUES (?, ?)", key, bytes.buf, bytes.len, false, err);
    str_release(&bytes);
    return rc;
}

static int fill_database(sqlite3 *db, const struct model *m, struct err *err)
{
    static const char schema[] = "PRAGMA page_size = 4096; PRAGMA application_id = 0x61737379;"
                                 "BEGIN;"
                                 "CREATE TABLE bundle (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
                                 "CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT);";
    char format[16];

    snprintf(format, sizeof(format), "%d", MODEL_FORMAT);
    if (sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK)
        return refuse_sqlite(db, err);
    if (insert_text(db, "bundle", "format", format, err) ||
        insert_text(db, "bundle", "program", "assay " ASSAY_VERSION, err) ||
        insert_text(db, "bundle", "learner", m->learner->name, err) ||
        insert_part(db, "model", pack_model, m, err) ||
        insert_part(db, "state", pack_state, m, err) ||
        insert_part(db, "recipe", pack_recipe, m, err) ||
        (has_progress(m) && insert_part(db, "progress", pack_progress, m, err)) ||
        (m->class_weight && insert_text(db, "bundle", "class_weight", m->class_weight, err)) ||
        (m->expectations && insert_part(db, "expectations", pack_expectations, m, err)))
        return -1;
    for (size_t i = 0; i < m->n_notes; i++)
        if (insert_text(db, "note", m->notes[i].key, m->notes[i].value, err))
            return -1;
    return sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ? 0 : refuse_sqlite(db, err);
}

static int write_sealed(const char *path, const unsigned char *data, size_t len, struct err *err)
{
    struct file_out out;
    unsigned char seal[SEAL_SIZE];

    make_seal(seal, data, len);
    if (file_out_open(&out, path, err))
        return -1;
    if (fwrite(data, 1, len, out.stream) != len ||
        fwrite(seal, 1, SEAL_SIZE, out.stream) != SEAL_SIZE) {
        err_set_errno(err, "write", path);
        file_out_abort(&out);
        return -1;
    }
    return file_out_commit(&out, err);
}

int model_save(const struct model *m, const char *path, struct err *err)
{
    sqlite3 *db;
    sqlite3_int64 len;

    if (sqlite3_open(":memory:", &db) != SQLITE_OK) {
        refuse_sqlite(db, err);
        sqlite3_close(db);
        return -1;
    }
    int rc = fill_database(db, m, err);
    unsigned char *data = rc ? NULL : sqlite3_serialize(db, "main", &len, 0);
    if (data)
        rc = write_sealed(path, data, (size_t)len, err);
    else if (!rc)
        rc = refuse_sqlite(db, err);
    sqlite3_free(data);
    sqlite3_close(db);
    return rc;
}

/* ---- reading the database ---- */

/* A bundle is data: no views, no triggers, no functions from its schema. */
static int open_bytes(sqlite3 **out, const void *data, size_t len, struct err *err)
{
    sqlite3 *db = NULL;
    bool fine = sqlite3_open(":memory:", &db) == SQLITE_OK &&
                sqlite3_deserialize(db, "main", (unsigned char *)data, (sqlite3_int64)len,
                                    (sqlite3_int64)len, SQLITE_DESERIALIZE_READONLY) == SQLITE_OK;

    if (!fine) {
        sqlite3_close(db);
        return err_set(err, ERR_PARSE, "the model bundle is no database");
    }
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    *out = db;
    return 0;
}

/* The value under a key, copied to the arena; NULL with an error when there is none. */
static const char *read_part(size_t *len, sqlite3 *db, const char *key, struct arena *arena,
                             struct err *err)
{
    sqlite3_stmt *s;
    char *copy = NULL;

    *len = 0;
    if (sqlite3_prepare_v2(db, "SELECT value FROM bundle WHERE key = ?", -1, &s, NULL) ==
        SQLITE_OK) {
        sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
        if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL) {
            const void *value = sqlite3_column_blob(s, 0);
            *len = value ? (size_t)sqlite3_column_bytes(s, 0) : 0;
            copy = ARENA_NEW(arena, char, *len + 1);
            if (*len)
                memcpy(copy, value, *len);
        }
        sqlite3_finalize(s);
    }
    if (!copy)
        err_set(err, ERR_PARSE, "the model bundle has no part '%s'; it is no model, or damaged",
                key);
    return copy;
}

static int check_format(sqlite3 *db, struct arena *arena, struct err *err)
{
    size_t len;
    int64_t version;
    const char *text = read_part(&len, db, "format", arena, err);

    if (!text)
        return -1;
    if (!text_parse_int(&version, text, len) || version < 1)
        return err_set(err, ERR_PARSE, "the model bundle's format '%.20s' is no version", text);
    if (version > MODEL_FORMAT)
        return err_set(err, ERR_PARSE,
                       "the model bundle has format %lld and this program reads up "
                       "to format %d; use a newer assay",
                       (long long)version, MODEL_FORMAT);
    return 0;
}

static int read_learner(struct model *m, sqlite3 *db, struct err *err)
{
    size_t len;
    const char *name = read_part(&len, db, "learner", &m->arena, err);

    if (!name)
        return -1;
    m->learner = learner_find(name);
    if (!m->learner)
        return err_set(err, ERR_PARSE,
                       "the model bundle was made by the learner '%.60s', which this "
                       "program does not have",
                       name);
    return 0;
}

static int read_parts(struct model *m, sqlite3 *db, struct err *err)
{
    struct unpack u;
    size_t len;
    const char *part = read_part(&len, db, "model", &m->arena, err);

    if (!part)
        return -1;
    unpack_init(&u, part, len, &m->arena);
    if (unpack_model(m, &u, err) || !(part = read_part(&len, db, "state", &m->arena, err)))
        return -1;
    unpack_init(&u, part, len, &m->arena);
    if (m->learner->load(&m->state, &m->arena, &u, m->p, m->target.n_classes, err) ||
        !(part = read_part(&len, db, "recipe", &m->arena, err)))
        return -1;
    unpack_init(&u, part, len, &m->arena);
    return fitted_load(&m->fitted, &u, err);
}

static void read_class_weight(struct model *m, sqlite3 *db)
{
    size_t len;
    const char *text = read_part(&len, db, "class_weight", &m->arena, NULL);

    if (text && len)
        m->class_weight = text;
}

/* A bundle without expectations has no such part. */
static int read_expectations(struct model *m, sqlite3 *db, struct err *err)
{
    struct unpack u;
    size_t len;
    const char *part = read_part(&len, db, "expectations", &m->arena, NULL);

    if (!part)
        return 0;
    unpack_init(&u, part, len, &m->arena);
    return expectations_load(&m->expectations, &u, err);
}

static int read_progress(struct model *m, sqlite3 *db, struct err *err)
{
    struct unpack u;
    size_t len;
    const char *part = read_part(&len, db, "progress", &m->arena, NULL);

    if (!part)
        return 0;
    unpack_init(&u, part, len, &m->arena);
    return unpack_progress(m, &u, err);
}

static void read_notes(struct model *m, sqlite3 *db)
{
    sqlite3_stmt *s;
    size_t cap = 0;

    if (sqlite3_prepare_v2(db, "SELECT key, value FROM note ORDER BY rowid", -1, &s, NULL) !=
        SQLITE_OK)
        return;
    struct model_note *list = NULL;
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *key = (const char *)sqlite3_column_text(s, 0);
        const char *value = (const char *)sqlite3_column_text(s, 1);
        if (!key || !value)
            continue;
        if (m->n_notes == cap)
            list = mem_resize(list, cap = cap ? 2 * cap : 16, sizeof(*list));
        list[m->n_notes].key = arena_strdup(&m->arena, key);
        list[m->n_notes++].value = arena_strdup(&m->arena, value);
    }
    sqlite3_finalize(s);
    m->notes = ARENA_NEW(&m->arena, struct model_note, m->n_notes);
    if (m->n_notes)
        memcpy(m->notes, list, m->n_notes * sizeof(*list));
    mem_free(list);
}

int model_load_bytes(struct model **out, const void *data, size_t len, struct err *err)
{
    sqlite3 *db = NULL;

    if (open_bytes(&db, data, len, err))
        return -1;
    struct model *m = model_blank();
    int rc = check_format(db, &m->arena, err) || read_learner(m, db, err) ||
             read_parts(m, db, err) || read_progress(m, db, err) || read_expectations(m, db, err);
    if (!rc) {
        read_notes(m, db);
        read_class_weight(m, db);
    }
    sqlite3_close(db);
    if (rc) {
        model_unref(m);
        return -1;
    }
    *out = m;
    return 0;
}

int model_load_sealed(struct model **out, const void *data, size_t len, const char *path,
                      struct err *err)
{
    if (check_seal(data, len, path, err))
        return -1;
    if (model_load_bytes(out, data, len - SEAL_SIZE, err))
        return err_prefix(err, "%s: ", path);
    return 0;
}

int model_load(struct model **out, const char *path, struct err *err)
{
    char *data;
    size_t len;

    if (file_read_all(&data, &len, path, BUNDLE_MAX, err))
        return -1;
    int rc = model_load_sealed(out, data, len, path, err);
    mem_big_free(data);
    return rc;
}
