#!/usr/bin/python3
"""Densities for tests/unit/tune/test_parzen.c: optuna 3.1's _ParzenEstimator, with the factor 1 / sigma that its
truncnorm.logpdf leaves out (later versions have it)."""
import numpy as np
import optuna
from optuna import distributions as dist
from optuna.samplers._tpe import _truncnorm, parzen_estimator
from optuna.samplers._tpe.sampler import default_weights

assert optuna.__version__.startswith("3.1")
left_out = _truncnorm.logpdf
_truncnorm.logpdf = lambda x, a, b, loc, scale: left_out(x, a, b, loc, scale) - np.log(scale)

parameters = parzen_estimator._ParzenEstimatorParameters(True, 1.0, True, False, default_weights, True)
space = {"x": dist.FloatDistribution(0, 1), "k": dist.IntDistribution(0, 9),
         "c": dist.CategoricalDistribution(["a", "b", "c"])}
i = np.arange(30)
at = {"x": np.array([0.1, 0.9, 0.5]), "k": np.array([0, 9, 4]), "c": np.array([0, 2, 1])}
for n in (30, 0):
    seen = {"x": (i[:n] * 7 % 30 + 0.5) / 30, "k": i[:n] * i[:n] % 10, "c": i[:n] % 3}
    density = parzen_estimator._ParzenEstimator(seen, space, parameters)
    print(n, ", ".join("%.15g" % v for v in density.log_pdf(at)))
