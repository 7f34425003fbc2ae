"""Reference values for tests/unit/learn/test_ensembles.c, from scikit-learn 1.2.

Voting of learners that draw nothing, on the whole table: mean log loss and number of right rows of the
training rows for classes, root mean squared error for numbers. Run: python3 tests/reference/ensembles.py share/data
"""
import sys

import numpy as np
import pandas as pd
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "share/data"
CLASSES = [("iris.csv", "species"), ("wine.csv", None), ("breast_cancer.csv", "diagnosis"), ("penguins.csv", "species")]


def table(name, target):
    t = pd.read_csv(f"{FOLDER}/{name}").dropna()
    target = target or t.columns[-1]
    x = t.drop(columns=target).select_dtypes("number")
    x = (x - x.mean()) / x.std(ddof=0)
    return x.to_numpy(), t[target].to_numpy(), target


for name, target in CLASSES:
    x, y, target = table(name, target)
    members = [("lr", LogisticRegression(C=0.5, tol=1e-10, max_iter=10000)), ("nn", KNeighborsClassifier(7))]
    soft = VotingClassifier(members, voting="soft", weights=[2, 1]).fit(x, y)
    hard = VotingClassifier(members, voting="hard", weights=[2, 1]).fit(x, y)
    print(f'{{ "{name}", "{target}", {log_loss(y, soft.predict_proba(x)):.12g}, {(hard.predict(x) == y).sum()} }},')
x, y, target = table("diabetes.csv", None)
blend = VotingRegressor([("ridge", Ridge(2.0)), ("nn", KNeighborsRegressor(9))], weights=[3, 1]).fit(x, y)
print(f'{{ "diabetes.csv", "{target}", {np.sqrt(np.mean((blend.predict(x) - y) ** 2)):.12g}, 0 }},')
