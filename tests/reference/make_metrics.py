#!/usr/bin/env python3
"""Expected metrics: truth, predictions and what scikit-learn says of them -> metrics_cases.csv.

Lines:  case,NAME,n,n_classes,positive     n_classes 0: regression
        row,WEIGHT,TRUTH,P0,P1,...         truth is a class index or a value; P0 alone is a value
        expect,METRIC,VALUE                nan where scikit-learn warns or refuses
Made with scikit-learn 1.2.1 and numpy 1.24.2 (Debian 12).  usage: make_metrics.py > metrics_cases.csv
"""
import warnings

import numpy as np
import sklearn.metrics as sk
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.preprocessing import label_binarize

warnings.simplefilter("error", UndefinedMetricWarning)
warnings.filterwarnings("error", message="No positive class")


def tried(f, *args, **kw):
    try:
        return float(f(*args, **kw))
    except (UserWarning, ValueError):
        return float("nan")


def macro(f, t, p, k, w):
    """Each class against the rest; undefined when a class does not occur."""
    return float(np.mean([tried(f, t == c, p[:, c], sample_weight=w) for c in range(k)]))


def binary(t, p, w, positive):
    said = p.argmax(axis=1)
    y, q = (t == positive).astype(int), p[:, positive]
    one = dict(pos_label=positive, sample_weight=w)
    return {
        "precision": tried(sk.precision_score, t, said, **one),
        "recall": tried(sk.recall_score, t, said, **one),
        "f1": tried(sk.f1_score, t, said, **one),
        "roc-auc": tried(sk.roc_auc_score, y, q, sample_weight=w),
        "pr-auc": tried(sk.average_precision_score, y, q, sample_weight=w),
        "brier": float(sk.brier_score_loss(y, q, pos_label=1, sample_weight=w)),
    }


def several(t, p, w):
    k = p.shape[1]
    said = p.argmax(axis=1)
    mean = dict(average="macro", sample_weight=w, zero_division=0)
    return {
        "precision": float(sk.precision_score(t, said, **mean)),
        "recall": float(sk.recall_score(t, said, **mean)),
        "f1": float(sk.f1_score(t, said, **mean)),
        "roc-auc": tried(sk.roc_auc_score, t, p, multi_class="ovr", average="macro",
                         sample_weight=w),
        "pr-auc": macro(sk.average_precision_score, t, p, k, w),
        "brier": float(np.average(((label_binarize(t, classes=range(k)) - p) ** 2).sum(axis=1),
                                  weights=w)),
    }


def classes(t, p, w, positive):
    k = p.shape[1]
    said = p.argmax(axis=1)
    out = binary(t, p, w, positive) if k == 2 else several(t, p, w)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "y_pred contains classes not in y_true"
        out["balanced-accuracy"] = float(sk.balanced_accuracy_score(t, said, sample_weight=w))
    out["accuracy"] = float(sk.accuracy_score(t, said, sample_weight=w))
    out["f1-macro"] = float(sk.f1_score(t, said, average="macro", sample_weight=w,
                                        zero_division=0))
    out["log-loss"] = float(sk.log_loss(t, p, labels=range(k), sample_weight=w))
    out["mcc"] = float(sk.matthews_corrcoef(t, said, sample_weight=w))
    return out


def numbers(t, p, w):
    return {
        "rmse": float(sk.mean_squared_error(t, p, squared=False, sample_weight=w)),
        "mae": float(sk.mean_absolute_error(t, p, sample_weight=w)),
        "mape": float(sk.mean_absolute_percentage_error(t, p, sample_weight=w)),
        "r2": tried(sk.r2_score, t, p, sample_weight=w),
    }


def write(name, t, p, w, expected, k, positive):
    print(f"case,{name},{len(t)},{k},{positive}")
    columns = p.reshape(len(t), -1)
    for i in range(len(t)):
        weight = 1.0 if w is None else w[i]
        cells = ",".join(repr(float(v)) for v in columns[i])
        print(f"row,{float(weight)!r},{float(t[i])!r},{cells}")
    for metric in sorted(expected):
        print(f"expect,{metric},{expected[metric]!r}")


def case(name, t, p, w=None, positive=1):
    write(name, t, p, w, classes(t, p, w, positive), p.shape[1], positive)


def case_numbers(name, t, p, w=None):
    write(name, t, p, w, numbers(t, p, w), 0, 0)


def two(q):
    return np.column_stack([1 - q, q])


def main():
    r = np.random.default_rng(20)
    t = r.integers(0, 2, 60)
    q = np.clip(0.35 * t + r.uniform(0, 0.65, 60), 0, 1)
    w = r.exponential(size=60)
    w[::7] = 0
    case("binary", t, two(q))
    case("binary-ties", t, two(np.round(q, 1)))
    case("binary-weights", t, two(q), w)
    case("binary-ties-weights", t, two(np.round(q, 1)), w)
    case("binary-first-class-positive", t, two(q), positive=0)
    case("binary-certain", t, two(np.round(q)))
    case("binary-all-equal", t, two(np.full(60, 0.25)))
    case("binary-one-class", np.ones(20, int), two(q[:20]))
    case("binary-no-positive", np.zeros(20, int), two(q[:20] / 2.5))

    t = r.integers(0, 3, 90)
    p = r.dirichlet([1.0, 1.0, 1.0], 90)
    p[np.arange(90), t] += 0.4
    p /= p.sum(axis=1, keepdims=True)
    w = r.exponential(size=90)
    case("classes", t, p)
    case("classes-weights", t, p, w)
    never = p.copy()
    never[:, 2] *= 0.01
    case("classes-one-never-predicted", t, never / never.sum(axis=1, keepdims=True))
    gone = t != 2
    case("classes-one-does-not-occur", t[gone], p[gone])

    t = r.normal(50, 20, 40)
    p = t + r.normal(0, 5, 40)
    w = r.exponential(size=40)
    case_numbers("numbers", t, p)
    case_numbers("numbers-weights", t, p, w)
    case_numbers("numbers-constant-truth", np.full(5, 3.0), np.arange(5.0))
    case_numbers("numbers-constant-exact", np.full(5, 3.0), np.full(5, 3.0))
    case_numbers("numbers-zero-truth", np.array([0.0, 1.0, -2.0]), np.array([1e-3, 1.5, -2.5]))
    case_numbers("numbers-one-row", np.array([2.0]), np.array([2.5]))


main()
