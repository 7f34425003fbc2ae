#!/usr/bin/python3
"""What scikit-learn 1.2.1 says of linear models on five of the shipped tables.

Writes tests/reference/linear_expected.csv, from the top of the source tree:
  table, target, learner, params, term, estimate, std_error
Features are all other columns of numbers, without rows that lack one, standardised as StandardScaler
does.  `params` are Assay's; a term is a coefficient, or "p ROW CLASS" for a prediction.
"""
import csv
import numpy as np
import sklearn
from sklearn.linear_model import Lasso, ElasticNet
from sklearn.preprocessing import StandardScaler

assert sklearn.__version__.startswith("1.2."), sklearn.__version__
REGRESS = [("diabetes", "progression"), ("breast_cancer", "mean_radius"), ("iris", "petal_width_cm"),
           ("wine", "alcohol"), ("penguins", "body_mass_g")]
TIGHT = dict(tol=1e-13, max_iter=1000000)


def numbers(rows, name):
    try:
        return [float(r[name]) if r[name] else np.nan for r in rows]
    except ValueError:
        return None


def table(name, target):
    with open("share/data/%s.csv" % name) as text:
        rows = list(csv.DictReader(text))
    names = [c for c in rows[0] if c != target and numbers(rows, c) is not None]
    x = np.array([numbers(rows, c) for c in names]).T
    y = np.array(numbers(rows, target) or [r[target] for r in rows])
    keep = ~np.isnan(x).any(axis=1)
    if y.dtype.kind == "f":
        keep &= ~np.isnan(y)
    return names, StandardScaler().fit_transform(x[keep]), y[keep]


def number(v):
    return "" if v is None else repr(float(v))


def coefficients(out, head, names, model, errors=None):
    terms = ["(intercept)"] + names
    values = np.append(model.intercept_, model.coef_)
    for k, term in enumerate(terms):
        out.writerow(head + [term, number(values[k]), number(errors[k]) if errors is not None else ""])


def penalised(out):
    for name, target in REGRESS:
        names, z, y = table(name, target)
        sd = y.std()
        for share in (0.02, 0.2):
            alpha = share * sd
            head = [name, target, "lasso", "alpha=%r" % alpha]
            coefficients(out, head, names, Lasso(alpha=alpha, **TIGHT).fit(z, y))
            head = [name, target, "elasticnet", "alpha=%r l1_ratio=0.3" % alpha]
            coefficients(out, head, names, ElasticNet(alpha=alpha, l1_ratio=0.3, **TIGHT).fit(z, y))
        head = [name, target, "lasso", "alpha=%r positive=yes" % alpha]
        coefficients(out, head, names, Lasso(alpha=alpha, positive=True, **TIGHT).fit(z, y))


def main():
    with open("tests/reference/linear_expected.csv", "w") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["table", "target", "learner", "params", "term", "estimate", "std_error"])
        penalised(out)


if __name__ == "__main__":
    main()
