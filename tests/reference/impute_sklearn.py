#!/usr/bin/python3
"""Reference values of tests/unit/prepare/test_impute_rows.c, from scikit-learn (1.2.1 in Debian 12).

Writes impute_sklearn.csv: 60 rows of five numbers with gaps (x0 … x4, empty where missing), and what
KNNImputer and IterativeImputer, fitted on the first 40 rows, make of all of them.
"""
import os

import numpy as np
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer

rng = np.random.RandomState(3)
n, p, n_train = 60, 5, 40
common = rng.normal(size=(n, 2))
x = common @ rng.normal(size=(2, p)) * [1, 10, 3, 0.5, 100] + rng.normal(size=(n, p)) * [.3, 2, 1, .2, 20]
x = np.round(x + [0, 50, -3, 1, 1000], 4)
x[rng.uniform(size=x.shape) < [0.3, 0.15, 0, 0.2, 0.1]] = np.nan


def apart(a, b, missing_values=np.nan):
    """nan_euclidean by plain differences: |a|^2 - 2ab + |b|^2 loses digits, here five of them."""
    both = ~(np.isnan(a) | np.isnan(b))
    return np.sqrt(np.sum((a - b)[both] ** 2) / both.sum() * len(a)) if both.any() else np.nan


made = {
    "uniform": KNNImputer(n_neighbors=5),
    "distance": KNNImputer(n_neighbors=3, weights="distance", metric=apart),
    "iterative": IterativeImputer(),
    "bounded": IterativeImputer(max_iter=3, min_value=-5, max_value=60, tol=1e-6),
}
names = [f"x{j}" for j in range(p)]
columns = [x]
for name, imputer in made.items():
    columns.append(imputer.fit(x[:n_train]).transform(x))
    names += [f"{name}{j}" for j in range(p)]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "impute_sklearn.csv"), "w") as f:
    f.write(",".join(names) + "\n")
    for row in np.hstack(columns):
        f.write(",".join("" if np.isnan(v) else repr(float(v)) for v in row) + "\n")
print("rounds", made["iterative"].n_iter_)
