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
from sklearn.discriminant_analysis import (LinearDiscriminantAnalysis,
                                           QuadraticDiscriminantAnalysis)
from sklearn.linear_model import (Lasso, ElasticNet, HuberRegressor, LogisticRegression,
                                  PoissonRegressor, GammaRegressor, TweedieRegressor)
from sklearn.naive_bayes import GaussianNB, BernoulliNB
from sklearn.preprocessing import StandardScaler

assert sklearn.__version__.startswith("1.2."), sklearn.__version__
REGRESS = [("diabetes", "progression"), ("breast_cancer", "mean_radius"), ("iris", "petal_width_cm"),
           ("wine", "alcohol"), ("penguins", "body_mass_g")]
CLASSIFY = [("breast_cancer", "diagnosis"), ("iris", "species"), ("wine", "cultivar"),
            ("penguins", "species"), ("penguins", "island")]
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


def newton(z, y, power, alpha, theta):
    """From scikit-learn's answer to the minimum; Fisher's scoring."""
    one = np.hstack([np.ones((len(z), 1)), z])
    penalty = np.full(one.shape[1], alpha)
    penalty[0] = 0
    for _ in range(100):
        m = np.exp(one @ theta)
        g = -one.T @ ((y - m) * m ** (1 - power)) / len(y) + penalty * theta
        h = (one * (m ** (2 - power))[:, None]).T @ one / len(y) + np.diag(penalty)
        theta = theta - np.linalg.solve(h, g)
    m = np.exp(one @ theta)
    phi = 1 if power == 1 else np.sum((y - m) ** 2 / m ** power) / (len(y) - one.shape[1])
    h = (one * (m ** (2 - power))[:, None]).T @ one
    return theta, np.sqrt(phi * np.diag(np.linalg.inv(h)))


def means(out):
    """Log links.  Errors are those of R's glm: they stand where alpha is 0."""
    for name, target in REGRESS:
        names, z, y = table(name, target)
        for learner, power, extra, model in (
                ("poisson", 1, "", PoissonRegressor), ("gamma", 2, "", GammaRegressor),
                ("tweedie", 1.5, "power=1.5 ", lambda **k: TweedieRegressor(power=1.5, **k))):
            for alpha in (0, 0.5):
                first = model(alpha=alpha, tol=1e-10, max_iter=100000).fit(z, y)
                theta, errors = newton(z, y, power, alpha,
                                       np.append(first.intercept_, first.coef_))
                assert np.allclose(first.predict(z), np.exp(theta[0] + z @ theta[1:]), rtol=1e-3)
                first.intercept_, first.coef_ = theta[0], theta[1:]
                coefficients(out, [name, target, learner, "%salpha=%r" % (extra, alpha)], names,
                             first, None if alpha else errors)


def huber_minimum(z, y, epsilon, alpha, theta, s):
    """From scikit-learn's answer, which is good to 1e-4, to the minimum: Newton's method."""
    one = np.hstack([np.ones((len(z), 1)), z])
    penalty = np.full(one.shape[1], alpha)
    penalty[0] = 0
    for _ in range(100):
        r = y - one @ theta
        inside = np.abs(r) <= epsilon * s
        v = np.hstack([one, (r / s)[:, None]])[inside]
        slope = np.where(inside, -2 * r / s, -2 * epsilon * np.sign(r))
        g = np.append(one.T @ slope + 2 * penalty * theta,
                      np.sum(np.where(inside, 1 - (r / s) ** 2, 1 - epsilon ** 2)))
        h = 2 / s * v.T @ v + np.diag(np.append(2 * penalty, 0))
        step = np.linalg.solve(h, g)
        theta, s = theta - step[:-1], s - step[-1]
    assert np.max(np.abs(g)) < 1e-8 * len(y), np.max(np.abs(g))
    return theta, s


def robust(out):
    for name, target in REGRESS:
        names, z, y = table(name, target)
        for epsilon, alpha in ((1.35, 0.0001), (1.1, 5.0)):
            first = HuberRegressor(epsilon=epsilon, alpha=alpha, tol=1e-10, max_iter=100000).fit(z, y)
            theta, s = huber_minimum(z, y, epsilon, alpha, np.append(first.intercept_, first.coef_),
                                     first.scale_)
            assert np.allclose(first.predict(z), theta[0] + z @ theta[1:], rtol=1e-3)
            first.intercept_, first.coef_ = theta[0], theta[1:]
            coefficients(out, [name, target, "huber", "epsilon=%r alpha=%r" % (epsilon, alpha)],
                         names, first)


def probabilities(out, head, z, model):
    p = model.predict_proba(z)
    for i in range(0, len(z), max(1, len(z) // 7)):
        for k in range(p.shape[1]):
            out.writerow(head + ["p %d %d" % (i, k), number(p[i, k]), ""])


def classes(out):
    lda, qda = LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
    for name, target in CLASSIFY:
        names, z, y = table(name, target)
        for learner, params, model in (
                ("lda", "", lda(solver="svd")),
                ("lda", "solver=eigen shrinkage=auto", lda(solver="eigen", shrinkage="auto")),
                ("lda", "solver=eigen shrinkage=0.3", lda(solver="eigen", shrinkage=0.3)),
                ("qda", "", qda()), ("qda", "reg_param=0.3", qda(reg_param=0.3)),
                ("naive-bayes", "kind=gaussian", GaussianNB()),
                ("naive-bayes", "kind=bernoulli alpha=0.5", BernoulliNB(alpha=0.5))):
            probabilities(out, [name, target, learner, params], z, model.fit(z, y))


def sparse(out):
    for name, target in CLASSIFY:
        names, z, y = table(name, target)
        for params, more in (("penalty=l1 C=0.3", dict(penalty="l1", C=0.3)),
                             ("penalty=elasticnet l1_ratio=0.7 C=0.1",
                              dict(penalty="elasticnet", l1_ratio=0.7, C=0.1))):
            model = LogisticRegression(solver="saga", tol=1e-10, max_iter=200000, **more)
            probabilities(out, [name, target, "logistic", params], z, model.fit(z, y))


def main():
    with open("tests/reference/linear_expected.csv", "w") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["table", "target", "learner", "params", "term", "estimate", "std_error"])
        penalised(out)
        means(out)
        classes(out)
        sparse(out)
        robust(out)


if __name__ == "__main__":
    main()
