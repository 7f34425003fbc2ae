#!/usr/bin/python3
"""What scikit-learn 1.2.1 predicts with neighbours, support vectors and Gaussian processes.

Writes, from the top of the source tree, tests/reference/kernels_sklearn.csv: case, table, target,
learner, params, tolerance, row, output, value, and
tests/reference/kernels_coefficients.csv, of linear support vector machines fitted to the same rows, as
`coefficients` lists them.

Rows without missing cells count; row i of them (from 0) is held out when i % 5 == 0; numbers are standardised by the
others (StandardScaler), texts are left out.  Values are predictions of the first 12 held-out rows: probabilities by class
in sorted order, or the regression's value.  Penguins are classified by their numbers.
"""
import csv
import numpy as np
import sklearn
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern, RationalQuadratic, WhiteKernel
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

assert sklearn.__version__.startswith("1.2."), sklearn.__version__
TABLES = [("breast_cancer", "diagnosis", "c"), ("iris", "species", "c"), ("wine", "cultivar", "c"),
          ("penguins", "species", "c"), ("diabetes", "progression", "r")]


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def table(name, target):
    with open("share/data/%s.csv" % name) as text:
        rows = [r for r in csv.DictReader(text) if all(v not in ("", "NA") for v in r.values())]
    names = [c for c in rows[0] if c != target and all(number(r[c]) is not None for r in rows)]
    x = np.array([[float(r[c]) for c in names] for r in rows])
    held = np.arange(len(rows)) % 5 == 0
    scaler = StandardScaler().fit(x[~held])
    y = np.array([r[target] for r in rows])
    return scaler.transform(x[~held]), y[~held], scaler.transform(x[held][:12])


def cases():
    for params, kw in [("", {}), ("n_neighbors=7 weights=distance metric=manhattan",
                                  dict(n_neighbors=7, weights="distance", metric="manhattan")),
                       ("n_neighbors=4 weights=distance metric=cosine",
                        dict(n_neighbors=4, weights="distance", metric="cosine", algorithm="brute")),
                       ("n_neighbors=9 metric=minkowski p=3", dict(n_neighbors=9, p=3)),
                       ("metric=chebyshev algorithm=kd_tree", dict(metric="chebyshev"))]:
        yield "knn", params, 1e-9, lambda kw=kw: KNeighborsClassifier(**kw), lambda kw=kw: KNeighborsRegressor(**kw)
    yield ("linear-svm", "loss=squared_epsilon_insensitive epsilon=2 C=0.1", 1e-6, None, lambda: LinearSVR(
        loss="squared_epsilon_insensitive", epsilon=2, C=0.1, dual=False, tol=1e-12, max_iter=10**6))
    yield ("linear-svm", "epsilon=5 C=0.5 tol=1e-10 max_iter=100000", 1e-4, None,
           lambda: LinearSVR(epsilon=5, C=0.5, random_state=0, tol=1e-9, max_iter=10**6))
    # Probabilities come from folds that libsvm draws: they agree in the rough.
    yield "svm", "", 0.15, lambda: SVC(probability=True, random_state=1), lambda: SVR()
    for params, kw in [("C=10 tol=1e-8", dict(C=10)), ("C=5 kernel=poly degree=2 coef0=1 gamma=0.1 tol=1e-8",
                                              dict(C=5, kernel="poly", degree=2, coef0=1, gamma=0.1)),
                       ("C=1 kernel=linear epsilon=3 tol=1e-8", dict(kernel="linear", epsilon=3)),
                       ("C=100 kernel=rbf gamma=auto epsilon=1 tol=1e-8", dict(C=100, gamma="auto", epsilon=1))]:
        yield "svm", params, 1e-6, None, lambda kw=kw: SVR(tol=1e-10, **kw)
    for params, kernel in [("", RBF(np.ones(10))), ("kernel=matern25 ard=no", Matern(nu=2.5)),
                           ("kernel=matern15 ard=no", Matern(nu=1.5)),
                           ("kernel=rational_quadratic ard=no", RationalQuadratic())]:
        yield "gp", params, 2e-3, None, lambda kernel=kernel: GaussianProcessRegressor(
            ConstantKernel() * kernel + WhiteKernel(), normalize_y=True)


out = csv.writer(open("tests/reference/kernels_sklearn.csv", "w"), lineterminator="\n")
out.writerow("case table target learner params tolerance row output value".split())
number_of = 0
for learner, params, tolerance, classifier, regressor in cases():
    for name, target, kind in TABLES:
        make = classifier if kind == "c" else regressor
        if make is None or (name == "diabetes" and "chebyshev" in params):  # equal distances there
            continue
        number_of += 1
        x, y, held = table(name, target)
        if kind == "c":
            values = make().fit(x, y).predict_proba(held)
        else:
            values = make().fit(x, y.astype(float)).predict(held)[:, None]
        for i, row in enumerate(values):
            for k, v in enumerate(row):
                out.writerow([number_of, name, target, learner, params, tolerance, i, k, "%.12g" % v])

out = csv.writer(open("tests/reference/kernels_coefficients.csv", "w"), lineterminator="\n")
out.writerow("case table target params tolerance place value".split())
CASES = [("", 1e-7, lambda: LinearSVC(dual=False, tol=1e-13, max_iter=10**6)),
         ("C=0.01 intercept_scaling=10", 1e-7,
          lambda: LinearSVC(dual=False, C=0.01, intercept_scaling=10, tol=1e-13, max_iter=10**6)),
         ("loss=hinge C=0.1 tol=1e-9 max_iter=100000", 1e-3,
          lambda: LinearSVC(loss="hinge", C=0.1, random_state=0, tol=1e-8, max_iter=10**7))]
number_of = 0
for params, tolerance, make in CASES:
    for name, target, kind in TABLES[:4]:
        number_of += 1
        x, y, _ = table(name, target)
        m = make().fit(x, y)
        values = np.hstack([m.intercept_[:, None], m.coef_]).ravel()
        for i, v in enumerate(values):
            out.writerow([number_of, name, target, params, tolerance, i, "%.12g" % v])
