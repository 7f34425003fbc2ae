/* svm_kernel.c - see svm_kernel.h. */
#include "learn/svm_kernel.h"

#include <math.h>
#include <string.h>

#include "base/machine.h"
#include "num/exp.h"

enum { LANES = SVM_LANES };

FOR_EACH_MACHINE
static void squares(double *restrict out, const double *restrict block, const double *restrict q,
                    size_t p, double gamma)
{
    double sum[LANES] = { 0 };

    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < LANES; i++) {
            double d = block[j * LANES + i] - q[j];
            sum[i] += d * d;
        }
    for (size_t i = 0; i < LANES; i++)
        out[i] = exp_straight(gamma * sum[i] < 700 ? -gamma * sum[i] : -700);
}

FOR_EACH_MACHINE
static void products(double *restrict out, const double *restrict block, const double *restrict q,
                     size_t p)
{
    double sum[LANES] = { 0 };

    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < LANES; i++)
            sum[i] += block[j * LANES + i] * q[j];
    memcpy(out, sum, sizeof(sum));
}

void svm_kernel_row(double *out, const struct svm_kernel *k, const double *rows, size_t n, size_t p,
                    const double *q)
{
    for (size_t i = 0; i < n; i += LANES) {
        double *o = out + i;
        if (k->kind == KERNEL_RBF) {
            squares(o, rows + i * p, q, p, k->gamma);
            continue;
        }
        products(o, rows + i * p, q, p);
        for (size_t l = 0; k->kind == KERNEL_POLY && l < LANES; l++)
            o[l] = pow(k->gamma * o[l] + k->coef0, k->degree);
        for (size_t l = 0; k->kind == KERNEL_SIGMOID && l < LANES; l++)
            o[l] = tanh(k->gamma * o[l] + k->coef0);
    }
}
