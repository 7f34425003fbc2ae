"""Reference values of models without a target and of their measures, from scikit-learn.

    /usr/bin/python3 tests/reference/clusters.py share/data

prints what tests/unit/evaluate/test_clusters.c holds; run with scikit-learn 1.2.1.
"""
import sys
import numpy as np
import pandas as pd
from sklearn import cluster, metrics
from sklearn.preprocessing import StandardScaler

TABLES = {  # table: target, clusters
    "iris": ("species", 3),
    "wine": ("cultivar", 3),
    "breast_cancer": ("diagnosis", 2),
    "diabetes": ("progression", 4),
    "penguins": ("species", 3),
}


def table(folder, name):
    t = pd.read_csv(f"{folder}/{name}.csv").dropna()
    target = TABLES[name][0]
    x = t.drop(columns=target).select_dtypes("number").to_numpy(float)
    return StandardScaler().fit_transform(x), t[target]


for name, (_, k) in TABLES.items():
    x, y = table(sys.argv[1], name)
    best = min((cluster.KMeans(k, n_init=20, tol=1e-10, max_iter=1000, random_state=s).fit(x)
                for s in range(3)), key=lambda m: m.inertia_)
    first = cluster.KMeans(k, init=x[:k], n_init=1, tol=0, max_iter=1000, algorithm="lloyd").fit(x)
    label = first.labels_
    print(name, x.shape, "best inertia %.10g" % best.inertia_, "from the first rows %.12g" % first.inertia_)
    print("  silhouette %.12g davies-bouldin %.12g calinski-harabasz %.12g" % (
        metrics.silhouette_score(x, label), metrics.davies_bouldin_score(x, label),
        metrics.calinski_harabasz_score(x, label)))
    if name != "diabetes":
        print("  adjusted-rand %.12g nmi %.12g" % (metrics.adjusted_rand_score(y, label),
                                                 metrics.normalized_mutual_info_score(y, label)))
