#!/usr/bin/python3
"""Figures of describe and correlate from pandas, scipy and scikit-learn; see test_profile.c and
test_association.c, which make the same data.   usage: make_looking.py > looking_expected.csv"""
import sys
import numpy as np
import pandas as pd
import scipy
import sklearn

N = 997


def numbers(seed, n=N):
    """Numbers in [0, 1): the minimal standard generator."""
    out, s = [], seed
    for _ in range(n):
        s = s * 16807 % 2147483647
        out.append(s / 2147483648)
    return np.array(out)


def data():
    a, b, c, d = (numbers(k) for k in (1, 2, 3, 4))
    x = -np.log(1 - a)
    y = 0.5 * x + b
    k = np.floor(5 * c).astype(int)
    g = (np.floor(4 * d).astype(int) + (k > 2)) % 4
    y_missing = y.copy()
    y_missing[::10] = np.nan
    return pd.DataFrame({"x": x, "y": y_missing, "k": k, "g": g})


def main():
    t = data()
    print(f"# pandas {pd.__version__} scipy {scipy.__version__} sklearn {sklearn.__version__} "
          f"numpy {np.__version__}")
    print("what,a,b,value")
    for c in ("x", "y", "k"):
        v = t[c].dropna()
        for name, value in (("mean", v.mean()), ("std", v.std()), ("skew", v.skew()),
                            ("kurtosis", v.kurt()), ("q25", v.quantile(.25)),
                            ("median", v.quantile(.5)), ("q75", v.quantile(.75)),
                            ("distinct", v.nunique())):
            print(f"{name},{c},,{float(value)!r}")
    from scipy import stats
    from sklearn.metrics import mutual_info_score
    both = t.dropna()
    for a, b in (("x", "y"), ("x", "k"), ("y", "k")):
        p = stats.pearsonr(both[a] if "y" in (a, b) else t[a], both[b] if "y" in (a, b) else t[b])
        s = stats.spearmanr(both[a] if "y" in (a, b) else t[a], both[b] if "y" in (a, b) else t[b])
        kt = stats.kendalltau(both[a] if "y" in (a, b) else t[a], both[b] if "y" in (a, b) else t[b])
        for name, r in (("pearson", p), ("spearman", s), ("kendall", kt)):
            print(f"{name},{a},{b},{float(r[0])!r}")
            print(f"{name}_p,{a},{b},{float(r[1])!r}")
    table = pd.crosstab(t["k"], t["g"])
    chi2, pvalue, dof, _ = stats.chi2_contingency(table, correction=False)
    print(f"chi2,k,g,{float(chi2)!r}")
    print(f"chi2_p,k,g,{float(pvalue)!r}")
    print(f"cramers_v,k,g,{float(stats.contingency.association(table, method='cramer'))!r}")
    r, c = table.shape
    phi2 = max(0, chi2 / N - (r - 1) * (c - 1) / (N - 1))
    rc, cc = r - (r - 1) ** 2 / (N - 1), c - (c - 1) ** 2 / (N - 1)
    print(f"cramers_v_corrected,k,g,{float((phi2 / min(rc - 1, cc - 1)) ** .5)!r}")
    print(f"mutual,k,g,{float(mutual_info_score(t['k'], t['g']))!r}")
    groups = [v.to_numpy() for _, v in t.groupby("g")["x"]]
    mean = t["x"].mean()
    between = sum(len(v) * (v.mean() - mean) ** 2 for v in groups)
    print(f"eta,g,x,{float((between / ((t['x'] - mean) ** 2).sum()) ** .5)!r}")
    f = stats.f_oneway(*groups)
    print(f"eta_p,g,x,{float(f[1])!r}")


if __name__ == "__main__":
    sys.exit(main())
