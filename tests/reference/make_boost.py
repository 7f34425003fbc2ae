#!/usr/bin/env python3
"""What scikit-learn's and XGBoost's boosting reach with each loss on the shipped tables (ten features at most), every
fifth row held out, twice: the loss's own share explained, 1 - loss of the predictions / loss of the best constant, as rows of boost_losses.h.

    /usr/bin/python3 tests/reference/make_boost.py > tests/reference/boost_losses.h
"""
import os

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy: threads that spin take for ever on a busy machine

import numpy as np
import pandas as pd
import sklearn
import xgboost
from sklearn.ensemble import HistGradientBoostingRegressor

HERE = os.path.dirname(os.path.abspath(__file__))
TABLES = [("diabetes", "progression"), ("wine", "alcohol"), ("breast_cancer", "mean_area"),
          ("iris", "petal_length_cm"), ("penguins", "body_mass_g")]
POWER, ALPHA = 1.5, 0.8


def deviance(y, p, power):
    if power == 1:
        return 2 * (np.where(y > 0, y * np.log(np.maximum(y, 1e-300) / p), 0) - y + p)
    if power == 2:
        return 2 * (np.log(p / y) + y / p - 1)
    a, b = 1 - power, 2 - power
    return 2 * (y**b / (a * b) - y * p**a / a + p**b / b)


LOSSES = {
    "squared": (lambda y, p: (y - p) ** 2, np.mean, dict(loss="squared_error"), None),
    "absolute": (lambda y, p: np.abs(y - p), np.median, dict(loss="absolute_error"), None),
    "quantile": (lambda y, p: np.where(y >= p, ALPHA * (y - p), (ALPHA - 1) * (y - p)), lambda y: np.quantile(y, ALPHA),
                 dict(loss="quantile", quantile=ALPHA), None),
    "poisson": (lambda y, p: deviance(y, p, 1), np.mean, dict(loss="poisson"), None),
    "tweedie": (lambda y, p: deviance(y, p, POWER), np.mean, None,
                dict(objective="reg:tweedie", tweedie_variance_power=POWER)),
    "gamma": (lambda y, p: deviance(y, p, 2), np.mean, None, dict(objective="reg:gamma")),
}


def fit_predict(x, y, at, sk, xgb):
    if sk:
        return HistGradientBoostingRegressor(early_stopping=False, random_state=0, **sk).fit(x, y).predict(at)
    options = dict(tree_method="hist", grow_policy="lossguide", max_depth=0, max_leaves=31, eta=0.1, reg_lambda=0,
                   min_child_weight=1, nthread=1, base_score=float(np.mean(y)), **xgb)
    return xgboost.train(options, xgboost.DMatrix(x, y), 100).predict(xgboost.DMatrix(at))


print(f"/* Made by make_boost.py with scikit-learn {sklearn.__version__} and XGBoost {xgboost.__version__}. */")
for table, target in TABLES:
    data = pd.read_csv(os.path.join(HERE, "../../share/data", table + ".csv")).dropna()
    data = data.select_dtypes("number")
    y = data[target].to_numpy(float)
    x = data.drop(columns=target).to_numpy(float)[:, :10]
    for name, (loss, best, sk, xgb) in LOSSES.items():
        out, constant = np.full(len(y), np.nan), np.full(len(y), np.nan)
        for fold in range(2):
            held = np.arange(len(y)) % 5 == fold
            out[held] = fit_predict(x[~held], y[~held], x[held], sk, xgb)
            constant[held] = best(y[~held])
        seen = ~np.isnan(out)
        share = 1 - np.mean(loss(y[seen], out[seen])) / np.mean(loss(y[seen], constant[seen]))
        print(f'{{ "share/data/{table}.csv", "{target}", "{name}", {share:.4f} }},')
