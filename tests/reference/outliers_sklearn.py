#!/usr/bin/python3
"""Reference values of tests/unit/prepare/test_step_outliers.c, from scikit-learn (1.2.1 in Debian 12).

Writes outliers_sklearn.csv: 300 rows of three numbers, ten of them apart, with minus score_samples of
an IsolationForest of 2000 trees (a mean that 100 trees scatter about) and MinCovDet's squared
distances.
"""
import os

import numpy as np
from sklearn.covariance import MinCovDet
from sklearn.ensemble import IsolationForest

rng = np.random.RandomState(5)
x = rng.multivariate_normal([10, 0, 100], [[4, 1, 3], [1, 1, 2], [3, 2, 25]], 300)
x[::30] += rng.normal(size=(10, 3)) * [15, 8, 40]
x = np.round(x, 4)
forest = IsolationForest(n_estimators=2000, random_state=0).fit(x)
robust = MinCovDet(random_state=0).fit(x)
table = np.column_stack([x, -forest.score_samples(x), robust.mahalanobis(x)])
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "outliers_sklearn.csv")
with open(path, "w") as f:
    f.write("a,b,c,score,square\n")
    for row in table:
        f.write(",".join(repr(float(v)) for v in row) + "\n")
