#!/usr/bin/env python3
"""scikit-learn's decision trees on the shipped tables, small enough that no two divisions are alike:
leaves and a sum over the predictions of all rows, as rows of tree_expected.h.

    /usr/bin/python3 tests/reference/make_tree.py > tests/reference/tree_expected.h
"""
import os

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import sklearn
from sklearn import tree

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = [
    ("wine", "cultivar", {}, ["max_depth=2", "max_depth=3 criterion=entropy", "max_leaf_nodes=4"]),
    ("breast_cancer", "diagnosis", {}, ["max_depth=2", "max_leaf_nodes=5 min_samples_leaf=7", "max_depth=3 ccp_alpha=0.01", "criterion=entropy max_depth=2"]),
    ("iris", "species", {}, ["max_depth=1 criterion=entropy", "max_leaf_nodes=3 min_samples_leaf=5", "min_impurity_decrease=0.02 min_samples_leaf=5"]),
    ("diabetes", "progression", {}, ["max_depth=3", "max_depth=4 criterion=poisson", "max_leaf_nodes=8", "ccp_alpha=60 min_samples_leaf=5", "min_samples_split=60"]),
    ("penguins", "body_mass_g", {"drop": ["species", "island", "sex"]}, ["max_depth=3", "max_leaf_nodes=6 min_samples_leaf=10"]),
]


def options(words):
    out = {}
    for word in words.split():
        name, value = word.split("=")
        out[name] = value if name == "criterion" else float(value) if name in ("ccp_alpha", "min_impurity_decrease") else int(value)
    return out


print(f"/* Made by make_tree.py with scikit-learn {sklearn.__version__}: table, target, classes, parameters,\n * leaves, the sum over rows i and outputs j of (j + 1)(1 + i % 7) prediction. */")
for table, target, more, settings in CASES:
    data = pd.read_csv(os.path.join(HERE, "../../share/data", table + ".csv")).dropna().drop(columns=more.get("drop", []))
    is_class = data[target].dtype == object or data[target].nunique() < 10
    y = data[target].astype("category").cat.codes.to_numpy(float) if is_class else data[target].to_numpy(float)
    x = data.drop(columns=target).to_numpy(float)
    for words in settings:
        kind = tree.DecisionTreeClassifier if is_class else tree.DecisionTreeRegressor
        sums, leaves = set(), set()
        for seed in range(8):  # the same whatever is drawn: no ties
            m = kind(random_state=seed, **options(words)).fit(x, y)
            p = m.predict_proba(x) if is_class else m.predict(x)[:, None]
            rows = 1 + np.arange(len(y)) % 7
            sums.add(round(float(sum((c + 1) * np.dot(p[:, c], rows) for c in range(p.shape[1]))), 6))
            leaves.add(m.get_n_leaves())
        assert len(sums) == 1 and len(leaves) == 1, (table, words, sums, leaves)
        print(f'{{ "share/data/{table}.csv", "{target}", {len(np.unique(y)) if is_class else 0}, "{words}", {leaves.pop()}, {sums.pop()!r} }},')
