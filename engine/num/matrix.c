#include "num/matrix.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

int matrix_new(struct matrix *out, size_t n, size_t p, const char *what, struct err *err)
{
    size_t ld = n + (8 - n % 8) % 8;
    void *x;

    if (p > 0 && ld > SIZE_MAX / sizeof(double) / p)
        return err_set(err, ERR_NOMEM,
                       "%s of %zu rows and %zu columns is more than memory can hold", what, n, p);
    if (mem_big(&x, ld * p, sizeof(double), what, err))
        return -1;
    memset(x, 0, ld * p * sizeof(double));
    *out = (struct matrix){ .n = n, .p = p, .ld = ld, .x = x };
    return 0;
}

void matrix_release(struct matrix *m)
{
    mem_big_free(m->x);
    *m = (struct matrix){ 0 };
}
