#!/usr/bin/env python3
"""Scores of scikit-learn Pipelines, fold by fold, on the tables of share/data -> validate_folds.csv.

Row i is in fold i mod 5.  Everything is fitted anew in every fold on the other rows.
Lines:  DATA,LEARNER,METRIC,FOLD,VALUE
Made with scikit-learn 1.2.1 and numpy 1.24.2 (Debian 12).  usage: make_validate.py > validate_folds.csv
"""
import csv
import os

import numpy as np
import sklearn.metrics as sk
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "share", "data")
FOLDS = 5


def read(name, target):
    with open(os.path.join(DATA, name + ".csv"), newline="") as f:
        rows = list(csv.DictReader(f))
    features = [c for c in rows[0] if c != target]
    x = np.array([[float(r[c]) for c in features] for r in rows])
    return x, np.array([r[target] for r in rows])


def class_scores(model, x, t):
    classes = list(model.classes_)  # in byte order; the last is the positive one
    p, said = model.predict_proba(x), model.predict(x)
    out = {"accuracy": sk.accuracy_score(t, said), "log-loss": sk.log_loss(t, p, labels=classes),
           "f1-macro": sk.f1_score(t, said, average="macro"),
           "mcc": sk.matthews_corrcoef(t, said)}
    if len(classes) == 2:
        out["roc-auc"] = sk.roc_auc_score(t == classes[1], p[:, 1])
        out["pr-auc"] = sk.average_precision_score(t == classes[1], p[:, 1])
        out["brier"] = sk.brier_score_loss(t == classes[1], p[:, 1])
        out["f1"] = sk.f1_score(t, said, pos_label=classes[1])
    else:
        out["roc-auc"] = sk.roc_auc_score(t, p, multi_class="ovr")
    return out


def number_scores(model, x, t):
    p = model.predict(x)
    return {"rmse": sk.mean_squared_error(t, p, squared=False),
            "mae": sk.mean_absolute_error(t, p), "r2": sk.r2_score(t, p),
            "mape": sk.mean_absolute_percentage_error(t, p)}


def validate(data, target, learner, make, scores, kind):
    x, t = read(data, target)
    t = t.astype(kind)
    fold = np.arange(len(t)) % FOLDS
    for f in range(FOLDS):
        model = make_pipeline(StandardScaler(), make()).fit(x[fold != f], t[fold != f])
        for metric, value in sorted(scores(model, x[fold == f], t[fold == f]).items()):
            print(f"{data},{learner},{metric},{f},{float(value)!r}")


def logistic():
    # Not lbfgs: scipy stops it when the loss changes by less than 2e-9 of itself, whatever tol says.
    return LogisticRegression(C=1.0, solver="newton-cg", tol=1e-7, max_iter=100000)


validate("breast_cancer", "diagnosis", "logistic", logistic, class_scores, str)
validate("wine", "cultivar", "logistic", logistic, class_scores, str)
validate("diabetes", "progression", "ridge", lambda: Ridge(alpha=1.0), number_scores, float)
