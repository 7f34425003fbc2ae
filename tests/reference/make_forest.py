#!/usr/bin/env python3
"""What scikit-learn's tree ensembles reach on the shipped tables, every fifth row held out in turn:
the mean over ten seeds less three standard deviations, as rows of forest_least.h.

    /usr/bin/python3 tests/reference/make_forest.py > tests/reference/forest_least.h
"""
import os

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy: threads that spin take for ever on a busy machine

import numpy as np
import pandas as pd
import sklearn
from sklearn import ensemble

HERE = os.path.dirname(os.path.abspath(__file__))
TABLES = [("wine", "cultivar"), ("breast_cancer", "diagnosis"), ("iris", "species"), ("diabetes", "progression")]
LEARNERS = [("forest", "RandomForest", {}), ("extra-trees", "ExtraTrees", {}), ("boost", "HistGradientBoosting", {"early_stopping": False})]


def score(model, x, y, is_class):
    out = np.empty(len(y))
    for fold in range(5):
        held = np.arange(len(y)) % 5 == fold
        out[held] = model.fit(x[~held], y[~held]).predict(x[held])
    if is_class:
        return np.mean(out == y)
    return 1 - np.sum((y - out) ** 2) / np.sum((y - y.mean()) ** 2)


print(f"/* Made by make_forest.py with scikit-learn {sklearn.__version__}. */")
for table, target in TABLES:
    data = pd.read_csv(os.path.join(HERE, "../../share/data", table + ".csv"))
    is_class = data[target].dtype == object or data[target].nunique() < 10
    y = data[target].astype("category").cat.codes.to_numpy(float) if is_class else data[target].to_numpy(float)
    x = data.drop(columns=target).to_numpy(float)
    for name, family, options in LEARNERS:
        kind = getattr(ensemble, family + ("Classifier" if is_class else "Regressor"))
        scores = [score(kind(random_state=s, **options), x, y, is_class) for s in range(5 if name == "boost" else 10)]
        least = np.mean(scores) - 3 * max(np.std(scores, ddof=1), 0.004)
        print(f'{{ "share/data/{table}.csv", "{target}", {len(np.unique(y)) if is_class else 0}, "{name}", {least:.4f} }},')
