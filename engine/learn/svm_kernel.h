/* svm_kernel.h - kernels of support vector machines, a row against many. */
#ifndef LEARN_SVM_KERNEL_H
#define LEARN_SVM_KERNEL_H

#include <stddef.h>

enum svm_kernel_kind { KERNEL_RBF, KERNEL_LINEAR, KERNEL_POLY, KERNEL_SIGMOID };

struct svm_kernel {
    enum svm_kernel_kind kind;
    double gamma, coef0;
    double degree;
};

#define SVM_LANES 16 /* rows come in blocks of so many: (i, j) at (i / 16 * p + j) * 16 + i % 16 */

static inline size_t svm_padded(size_t n)
{
    return (n + SVM_LANES - 1) / SVM_LANES * SVM_LANES;
}
/* out (svm_padded(n)): of q (p) with each of the rows; sums run over the features in order. */
void svm_kernel_row(double *out, const struct svm_kernel *k, const double *rows, size_t n, size_t p,
                    const double *q);

#endif
