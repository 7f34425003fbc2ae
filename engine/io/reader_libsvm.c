/* reader_libsvm.c - libsvm's and svmlight's format: LABEL [qid:Q] INDEX:VALUE … # comment
 *
 * Indices ascend from 1 (or from 0, where one is 0); what is not named is 0.  The table is dense: column
 * "label", "qid" where a line has one, then f1 … fN (f0 … where indices begin at 0).  A table beyond
 * LIBSVM_MOST_CELLS cells is refused with its size: nothing here is sparse.
 *
 * Columns are int when all their values are written without a point or exponent, else real; several labels
 * (1,3) make the label a text.  A line that cannot be read is listed (REJECT_SYNTAX).
 * Source: Chang and Lin, README of LIBSVM; Joachims, SVM-light.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/text_file.h"

#define MOST_INDEX        ((int64_t)10000000)
#define LIBSVM_MOST_CELLS ((uint64_t)1 << 29)

extern const struct reader reader_libsvm;

static const struct param_spec libsvm_params[] = {
    { .name = "types",
      .type = PARAM_TEXT,
      .flags = PARAM_PER_FILE,
      .help = "types of columns, as in label:category; inferred when absent" },
    { .name = "features",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e7,
      .help = "how many features there are; the largest index when absent" },
    { .name = NULL },
};

struct libsvm {
    struct text_scan *s;
    size_t begin; /* of the line */
    size_t wrong; /* offset of what is no such line */
    int64_t lowest, highest;
    size_t n_rows, label, qid; /* columns; qid SIZE_MAX: none */
    size_t first;              /* column of the lowest index */
    size_t zero;               /* offset of a "0" behind the file */
    struct reject first_bad;
};

/* ---------------------------------------------------------------- a line */

static size_t blank(const char *buf, size_t at, size_t end)
{
    while (at < end && (buf[at] == ' ' || buf[at] == '\t'))
        at++;
    return at;
}

static size_t word_end(const char *buf, size_t at, size_t end)
{
    while (at < end && buf[at] != ' ' && buf[at] != '\t')
        at++;
    return at;
}

static bool is_real(const char *s, size_t len)
{
    double v;

    return text_parse_real(&v, s, len);
}

/* One or more numbers with commas between them. */
static bool is_label(const char *s, size_t len)
{
    while (len) {
        const char *comma = memchr(s, ',', len);
        size_t n = comma ? (size_t)(comma - s) : len;
        if (!is_real(s, n))
            return false;
        s += n + (comma != NULL);
        len -= n + (comma != NULL);
        if (comma && !len)
            return false;
    }
    return true;
}

/* A pair that was read. */
struct pair {
    int64_t index;
    size_t at, len; /* its value */
    bool qid;
};

static bool read_pair(struct pair *p, const char *buf, size_t at, size_t end)
{
    const char *colon = memchr(buf + at, ':', end - at);
    size_t key = colon ? (size_t)(colon - buf) - at : 0;

    if (!key)
        return false;
    p->at = at + key + 1;
    p->len = end - p->at;
    p->qid = key == 3 && memcmp(buf + at, "qid", 3) == 0;
    if (!is_real(buf + p->at, p->len))
        return false;
    return p->qid ||
           (text_parse_int(&p->index, buf + at, key) && p->index >= 0 && p->index <= MOST_INDEX);
}

/* What happens with each pair of a line, and with its label. */
typedef int each_pair(struct libsvm *l, const struct pair *p, struct err *err);

/* 1 a row, 0 an empty line, -1 with err, -2 no such line: l->wrong. */
static int go_over(struct libsvm *l, size_t end, each_pair *each, struct err *err)
{
    const char *buf = l->s->cells->grid.buf;
    const char *comment = memchr(buf + l->begin, '#', end - l->begin);
    size_t at, stop;
    int64_t last = -1;

    end = comment ? (size_t)(comment - buf) : end;
    at = blank(buf, l->begin, end);
    if (at == end)
        return 0;
    stop = word_end(buf, at, end);
    l->wrong = at;
    if (!is_label(buf + at, stop - at))
        return -2;
    struct pair label = { .index = -1, .at = at, .len = stop - at };
    if (each && each(l, &label, err))
        return -1;
    for (at = blank(buf, stop, end); at < end; at = blank(buf, stop, end)) {
        struct pair p = { 0 };
        stop = word_end(buf, at, end);
        l->wrong = at;
        if (!read_pair(&p, buf, at, stop) || (!p.qid && p.index <= last))
            return -2;
        last = p.qid ? last : p.index;
        if (each && each(l, &p, err))
            return -1;
    }
    return 1;
}

/* ---------------------------------------------------------------- the first look: how wide? */

static int look_pair(struct libsvm *l, const struct pair *p, struct err *err)
{
    (void)err;
    if (p->qid)
        l->qid = 1;
    else if (p->index >= 0) {
        l->lowest = p->index < l->lowest ? p->index : l->lowest;
        l->highest = p->index > l->highest ? p->index : l->highest;
    }
    return 0;
}

/* A line is looked through before it counts. */
static int look(struct libsvm *l, struct text_scan s, struct err *err)
{
    size_t end;

    while (l->n_rows < s.max_rows && text_next_line(&l->begin, &end, &s)) {
        int rc = go_over(l, end, NULL, err);
        if (rc == 1) {
            go_over(l, end, look_pair, err);
            l->n_rows++;
        } else if (rc == -2 && !l->first_bad.line) {
            l->first_bad = (struct reject){ .line = s.line, .col = l->wrong - l->begin + 1 };
        }
        if (s.line % 65536 == 0 && job_tick(s.job, s.at / 2, s.len, err))
            return -1;
    }
    return 0;
}

static int refuse_wide(const struct libsvm *l, uint64_t n_cols, struct err *err)
{
    return err_set_at(err, ERR_DOMAIN, (struct err_at){ l->s->file->path, 0, 0, 0 },
                      "the indices go up to %lld: %zu rows × %llu columns are more than the %llu "
                      "cells a table may have here; reduce the features first",
                      (long long)l->highest, l->n_rows, (unsigned long long)n_cols,
                      (unsigned long long)LIBSVM_MOST_CELLS);
}

static int make_columns(struct libsvm *l, struct err *err)
{
    struct cells *c = l->s->cells;
    int64_t asked = params_int(&l->s->file->params, "features");
    int64_t low = l->lowest == 0 ? 0 : 1;
    uint64_t n;
    char name[32];

    if (asked && l->highest - low + 1 > asked)
        return err_set(err, ERR_USAGE, "features is %lld, but the file has index %lld",
                       (long long)asked, (long long)l->highest);
    n = asked ? (uint64_t)asked : (uint64_t)(l->highest - low + 1);
    if (n > CELLS_MOST_COLUMNS || n * (l->n_rows + 1) > LIBSVM_MOST_CELLS)
        return refuse_wide(l, n, err);
    l->label = cells_column(c, span_of("label"), SIZE_MAX);
    if (l->qid != SIZE_MAX)
        l->qid = cells_column(c, span_of("qid"), SIZE_MAX);
    l->first = c->grid.n_cols;
    l->lowest = low;
    for (uint64_t k = 0; k < n; k++) {
        snprintf(name, sizeof(name), "f%lld", (long long)(low + (int64_t)k));
        cells_column(c, span_of(name), SIZE_MAX);
    }
    snprintf(name, sizeof(name), "%lld", (long long)n);
    if (n && !l->s->partial)
        text_file_settle(l->s->file, "features", name);
    return cells_add(&l->zero, c, "0", 1, err);
}

/* ---------------------------------------------------------------- rows */

static int put_pair(struct libsvm *l, const struct pair *p, struct err *err)
{
    size_t j = p->qid         ? l->qid
               : p->index < 0 ? l->label
                              : l->first + (size_t)(p->index - l->lowest);
    const char *text = l->s->cells->grid.buf + p->at;
    bool plus = *text == '+' && p->len > 1;

    (void)err;
    cells_put(l->s->cells, j, p->at + plus, p->len - plus, 0);
    return 0;
}

static int put_row(struct libsvm *l, size_t end, struct err *err)
{
    struct cells *c = l->s->cells;

    if (l->zero - l->begin > CSV_PACK_MASK)
        return err_set_at(err, ERR_PARSE, (struct err_at){ l->s->file->path, l->s->line, 0, 0 },
                          "a file in this format may have at most 1 GB");
    if (cells_row(c, l->s->line, l->begin, err))
        return -1;
    for (size_t j = l->first; j < c->grid.n_cols; j++)
        cells_put(c, j, l->zero, 1, 0);
    return go_over(l, end, put_pair, err) < 0 ? -1 : text_tick(l->s, err);
}

static int fill(struct libsvm *l, struct err *err)
{
    struct cells *c = l->s->cells;
    size_t end;

    while (c->grid.n_rows < l->s->max_rows && text_next_line(&l->begin, &end, l->s)) {
        int rc = go_over(l, end, NULL, err);
        if (rc == -2)
            cells_reject(c, REJECT_SYNTAX, -1, l->s->line, l->wrong - l->begin + 1,
                         c->grid.buf + l->begin, end - l->begin);
        else if (rc == 1 && put_row(l, end, err))
            return -1;
    }
    return 0;
}

static int libsvm_parse(struct text_scan *s, struct err *err)
{
    struct libsvm l = { .s = s, .lowest = INT64_MAX, .qid = SIZE_MAX };

    if (look(&l, *s, err))
        return -1;
    if (!l.n_rows && l.first_bad.line)
        return err_set_at(
            err, ERR_PARSE, (struct err_at){ s->file->path, l.first_bad.line, l.first_bad.col, 1 },
            "expected LABEL INDEX:VALUE … with ascending indices here; no line of the "
            "file is in this form");
    return make_columns(&l, err) || fill(&l, err) ? -1 : 0;
}

/* ---------------------------------------------------------------- the descriptor */

/* The first lines are a number and pairs. */
static int libsvm_sniff(const char *head, size_t len)
{
    size_t at = 0, n_pairs = 0;

    for (int k = 0; k < 5 && at < len; k++) {
        const char *stop = memchr(head + at, '\n', len - at);
        size_t end = stop ? (size_t)(stop - head) : len;
        size_t word = blank(head, at, end), next;
        if (!stop && len >= 65536)
            break;
        next = word_end(head, word, end);
        if (!is_label(head + word, next - word))
            return 0;
        for (word = blank(head, next, end); word < end && head[word] != '\r' && head[word] != '#';
             word = blank(head, next, end)) {
            struct pair p;
            next = word_end(head, word, end);
            size_t stop_at = next - (next > word && head[next - 1] == '\r');
            if (!read_pair(&p, head, word, stop_at))
                return 0;
            n_pairs++;
        }
        at = end + 1;
    }
    return n_pairs ? 95 : 0;
}

static int libsvm_open(void **state, const struct read_request *req, struct err *err)
{
    return text_file_open(state, req, &reader_libsvm, err);
}

static int libsvm_preview(struct table **out, void *state, size_t max_rows, struct err *err)
{
    return text_file_preview(out, state, libsvm_parse, max_rows, err);
}

static int libsvm_read(struct source **out, void *state, struct job *job, struct err *err)
{
    return text_file_read(out, state, libsvm_parse, job, err);
}

const struct reader reader_libsvm = {
    .name = "libsvm",
    .help = "LABEL INDEX:VALUE …, of libsvm and svmlight, as a dense table",
    .suffixes = ".libsvm .svm .svmlight .svml",
    .params = libsvm_params,
    .sniff = libsvm_sniff,
    .open = libsvm_open,
    .preview = libsvm_preview,
    .read = libsvm_read,
    .close = text_file_close,
};
