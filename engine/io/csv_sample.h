/* csv_sample.h - some rows of a file, each as likely as any other, chosen in one pass.
 *
 * Row r of the file has the key hash(seed, r); those with the smallest keys are kept, in the order of
 * the file.  So which rows they are depends on nothing but their number, the seed and how many are
 * wanted.  What is kept in memory is at most twice as many records as are wanted.
 */
#ifndef IO_CSV_SAMPLE_H
#define IO_CSV_SAMPLE_H

#include "io/csv.h"

/* A row of the file as it stands there. */
struct csv_sampled {
    uint64_t key, line, at; /* line from 1, offset of its first byte */
    size_t text, len;       /* its bytes, in csv_sample.text */
    uint32_t row;           /* from 0 */
};

struct csv_sample {
    char *text;               /* a file of these rows only, with what stands before the first row */
    size_t len, cap;          /* large memory */
    struct csv_sampled *rows; /* (n), in the order of the file */
    size_t n;
    size_t n_all;   /* rows of the whole file */
    bool irregular; /* a row is none by its own text alone */
    struct digest digest;
};

/* `n` rows, or all when there are fewer.  Errors as csv_load. */
int csv_sample_read(struct csv_sample *out, const struct csv_load_request *req, const char *file,
                    size_t n, uint64_t seed, struct job *job, struct err *err);
/* Let the scan, of a part of the sample's text that begins at `base`, see no more than its row `row`:
 * what a stray quote means may depend on what followed in the file. */
void csv_sample_scan(const struct csv_sample *s, struct csv_scan *scan, uint64_t base, size_t row);
void csv_sample_release(struct csv_sample *s);

#endif
