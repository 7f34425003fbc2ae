"""Reference values of models without a target and of their measures, from scikit-learn.

    /usr/bin/python3 tests/reference/clusters.py share/data

prints what tests/unit/evaluate/test_clusters.c holds; run with scikit-learn 1.2.1.
"""
import sys
import numpy as np
import pandas as pd
from sklearn import cluster, metrics
from sklearn.ensemble import IsolationForest
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import LocalOutlierFactor
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

print("gmm: BIC of full, tied, diag, spherical; dbscan, eps half the root of the features ("
      "clusters, noise, sum of label times row); "
      "isolation forest, mean score")
for name, (_, k) in TABLES.items():
    x, _ = table(sys.argv[1], name)
    start = min((cluster.KMeans(k, n_init=20, random_state=s).fit(x) for s in range(3)), key=lambda m: m.inertia_)
    bic = []
    for kind in ("full", "tied", "diag", "spherical"):
        m = GaussianMixture(k, covariance_type=kind, tol=1e-9, max_iter=5000)
        m._initialize_parameters = lambda x, r, m=m: m._initialize(x, np.eye(k)[start.labels_])
        m.fit(x)
        bic.append(m.bic(x))
    eps = 0.5 * np.sqrt(x.shape[1])
    d = cluster.DBSCAN(eps).fit_predict(x)
    f = np.mean([-IsolationForest(random_state=s).fit(x).score_samples(x).mean() for s in range(5)])
    print('    { "%s", { %s }, %d, %d, %d, %.4f },' % (
        name, ", ".join("%.9g" % b for b in bic), d.max() + 1, (d < 0).sum(), (d * np.arange(1, len(d) + 1)).sum(), f))

print("lof: mean and highest score of the training rows as new ones, and how many are flagged")
for name in TABLES:
    x, _ = table(sys.argv[1], name)
    m = LocalOutlierFactor(20, novelty=True).fit(x)
    s = -m.score_samples(x)
    print("    { %.12g, %.12g, %d }," % (s.mean(), s.max(), (-m.negative_outlier_factor_ > 1.5).sum()))
