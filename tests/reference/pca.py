"""Reference values of pca and svd from scikit-learn 1.2.1 (signs turned so that each component's largest
weight is positive, as scikit-learn does since 1.5).

    /usr/bin/python3 tests/reference/pca.py share/data

prints what tests/unit/prepare/test_step_pca.c holds.
"""
import sys
import numpy as np
import pandas as pd
from sklearn.decomposition import PCA, TruncatedSVD

TARGETS = {"iris": "species", "wine": "cultivar", "breast_cancer": "diagnosis", "diabetes": "progression",
           "penguins": "species"}


def turned(z, v):
    sign = np.sign(v[np.arange(len(v)), np.abs(v).argmax(1)])
    return z * sign


for name, target in TARGETS.items():
    t = pd.read_csv(f"{sys.argv[1]}/{name}.csv")
    x = t.drop(columns=target).select_dtypes("number").dropna().to_numpy(float)
    p, w, s = PCA(2).fit(x), PCA(2, whiten=True).fit(x), TruncatedSVD(2, algorithm="arpack").fit(x)
    z, zw, zs = (turned(m.transform(x), m.components_) for m in (p, w, s))
    print('    { "%s", "%s", { %.14g, %.14g }, { %.14g, %.14g }, { %.14g, %.14g }, { %.14g, %.14g }, %d },' % (
        name, target, *p.explained_variance_ratio_, *z[0], *zw[0], *zs[0], PCA(0.999999).fit(x).n_components_))
