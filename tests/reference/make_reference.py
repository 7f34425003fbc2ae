#!/usr/bin/python3
"""What scikit-learn 1.2.1 and numpy say about the shipped tables, at converged tolerance.

Writes, from the top of the source tree,
  tests/reference/sklearn_coefficients.csv   case, fold, class, term, estimate, std_error
  tests/reference/sklearn_metrics.csv        case, fold, metric, value

Pipelines are StandardScaler, then the learner; estimates are per standardised feature.  Row i
(from 0, in file order) is in fold i % 5; fold -1 is the fit on all rows.  Metrics are of the held-out fold.
Standard errors are computed here in numpy from the definitions in `help logistic` and `help ridge`;
they stand beside the fits on all rows only.
"""
import csv
import numpy as np
import sklearn
from sklearn import metrics
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

assert sklearn.__version__.startswith("1.2."), sklearn.__version__
FOLDS = 5


def table(name, target):
    with open("share/data/%s.csv" % name) as text:
        rows = list(csv.DictReader(text))
    names = [c for c in rows[0] if c != target]
    return names, np.array([[float(r[c]) for c in names] for r in rows]), [r[target] for r in rows]


def logistic_errors(z, model):
    """Square roots of the diagonal of the inverse penalised Hessian; for several classes of its
    pseudo-inverse over coefficients that sum to 0 over classes."""
    n, p = z.shape
    one = np.hstack([np.ones((n, 1)), z])
    prob = model.predict_proba(z)
    penalty = np.full(p + 1, 1 / model.C)
    penalty[0] = 0
    if prob.shape[1] == 2:
        h = (one * (prob[:, :1] * prob[:, 1:])).T @ one + np.diag(penalty)
        return np.sqrt(np.diag(np.linalg.inv(h)))[None, :]
    k = prob.shape[1]
    d = p + 1
    h = np.zeros((k * d, k * d))
    for a in range(k):
        for b in range(k):
            w = prob[:, a] * ((a == b) - prob[:, b])
            h[a * d:(a + 1) * d, b * d:(b + 1) * d] = (one * w[:, None]).T @ one
        h[a * d:(a + 1) * d, a * d:(a + 1) * d] += np.diag(penalty)
    centre = np.kron(np.eye(k) - np.full((k, k), 1 / k), np.eye(d))
    cov = np.linalg.pinv(centre @ h @ centre, rcond=1e-13, hermitian=True)
    return np.sqrt(np.diag(cov)).reshape(k, d)


def ridge_errors(z, y, model):
    n, p = z.shape
    gram = z.T @ z  # z is centred
    inverse = np.linalg.inv(gram + model.alpha * np.eye(p))
    df = np.trace(inverse @ gram) + 1
    variance = np.sum((y - model.predict(z)) ** 2) / (n - df)
    cov = inverse @ gram @ inverse
    return np.sqrt(variance * np.append(1 / n, np.diag(cov)))[None, :]


def polished(z, y, C):
    """LogisticRegression, then Newton steps until the gradient is rounding."""
    m = LogisticRegression(C=C, tol=1e-12, max_iter=100000).fit(z, y)
    one = np.hstack([np.ones((len(z), 1)), z])
    k, d = len(m.classes_), one.shape[1]
    penalty = np.full(d, 1 / C)
    penalty[0] = 0
    for _ in range(3):
        prob = m.predict_proba(z)
        if k == 2:
            theta = np.append(m.intercept_, m.coef_[0])
            r = prob[:, 1] - (y == m.classes_[1])
            g = one.T @ r + penalty * theta
            h = (one * (prob[:, :1] * prob[:, 1:])).T @ one + np.diag(penalty)
            theta -= np.linalg.solve(h, g)
            m.intercept_, m.coef_ = theta[:1], theta[None, 1:]
            continue
        theta = np.hstack([m.intercept_[:, None], m.coef_])
        r = prob - (y[:, None] == m.classes_[None, :])
        g = (r.T @ one + penalty * theta).ravel()
        h = np.zeros((k * d, k * d))
        for a in range(k):
            for b in range(k):
                w = prob[:, a] * ((a == b) - prob[:, b])
                h[a * d:(a + 1) * d, b * d:(b + 1) * d] = (one * w[:, None]).T @ one
            h[a * d:(a + 1) * d, a * d:(a + 1) * d] += np.diag(penalty)
        theta = theta.ravel() - np.linalg.lstsq(h, g, rcond=1e-13)[0]
        theta = theta.reshape(k, d)
        m.intercept_, m.coef_ = theta[:, 0] - theta[:, 0].mean(), theta[:, 1:]
    return m


def classification_metrics(y, prob, classes):
    said = classes[np.argmax(prob, axis=1)]
    out = {
        "accuracy": metrics.accuracy_score(y, said),
        "balanced-accuracy": metrics.balanced_accuracy_score(y, said),
        "f1-macro": metrics.f1_score(y, said, average="macro"),
        "log-loss": metrics.log_loss(y, prob, labels=classes),
        "mcc": metrics.matthews_corrcoef(y, said),
    }
    if len(classes) > 2:
        return out
    pos = classes[1]
    out.update({
        "precision": metrics.precision_score(y, said, pos_label=pos),
        "recall": metrics.recall_score(y, said, pos_label=pos),
        "f1": metrics.f1_score(y, said, pos_label=pos),
        "roc-auc": metrics.roc_auc_score(y == pos, prob[:, 1]),
        "pr-auc": metrics.average_precision_score(y == pos, prob[:, 1]),
        "brier": metrics.brier_score_loss(y == pos, prob[:, 1]),
    })
    return out


def regression_metrics(y, said):
    return {"rmse": metrics.mean_squared_error(y, said, squared=False),
            "mae": metrics.mean_absolute_error(y, said),
            "mape": metrics.mean_absolute_percentage_error(y, said),
            "r2": metrics.r2_score(y, said)}


def run(case, name, target, fit, errors, kind):
    names, x, y = table(name, target)
    y = np.array(y if kind == "classes" else [float(v) for v in y])
    fold = np.arange(len(y)) % FOLDS
    for k in range(-1, FOLDS):
        train = fold != k
        scaler = StandardScaler().fit(x[train])
        z = scaler.transform(x[train])
        model = fit(z, y[train])
        coef, const = np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_)
        error = errors(z, y, model) if k < 0 else None
        for c in range(len(coef)):
            label = model.classes_[c] if len(coef) > 1 else ""
            for j, v in enumerate(np.append(const[c], coef[c])):
                term = "(intercept)" if j == 0 else names[j - 1]
                coefficients.writerow([case, k, label, term, repr(float(v)),
                                       repr(float(error[c][j])) if k < 0 else ""])
        if k < 0:
            continue
        held = scaler.transform(x[fold == k])
        values = (classification_metrics(y[fold == k], model.predict_proba(held), model.classes_)
                  if kind == "classes" else regression_metrics(y[fold == k], model.predict(held)))
        for m, v in values.items():
            scores.writerow([case, k, m, repr(float(v))])


coefficients = csv.writer(open("tests/reference/sklearn_coefficients.csv", "w", newline=""),
                          lineterminator="\n")
coefficients.writerow(["case", "fold", "class", "term", "estimate", "std_error"])
scores = csv.writer(open("tests/reference/sklearn_metrics.csv", "w", newline=""), lineterminator="\n")
scores.writerow(["case", "fold", "metric", "value"])
run("breast_cancer", "breast_cancer", "diagnosis", lambda z, y: polished(z, y, 1.0),
    lambda z, y, m: logistic_errors(z, m), "classes")
run("wine", "wine", "cultivar", lambda z, y: polished(z, y, 1.0),
    lambda z, y, m: logistic_errors(z, m), "classes")
run("diabetes", "diabetes", "progression", lambda z, y: Ridge(alpha=1.0, solver="svd").fit(z, y),
    ridge_errors, "numbers")
