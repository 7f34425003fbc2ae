#!/usr/bin/python3
"""Reference values of tests/unit/evaluate/test_confident.c: the formulas of confident learning as
cleanlab 2 has them (count.compute_confident_joint, calibrate_confident_joint, estimate_joint,
filter.find_label_issues with filter_by="confident_learning", rank.order_label_issues by normalized
margin), in numpy alone.

Writes confident.csv: a label and three probabilities a row, whether the row is an issue, and its
place among them (from 0; -1: none).  Prints the rest.
"""
import os

import numpy as np

rng = np.random.RandomState(11)
n, k = 120, 3
true = rng.randint(0, k, n)
scores = rng.normal(size=(n, k)) * 1.2
scores[np.arange(n), true] += 2.5
p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
label = true.copy()
flip = rng.uniform(size=n) < 0.12
label[flip] = (label[flip] + rng.randint(1, k, flip.sum())) % k
p = np.round(p, 6)

thresholds = np.array([p[label == c, c].mean() for c in range(k)])
above = p >= thresholds - 1e-6
n_above = above.sum(axis=1)
guess = np.where(n_above > 1, p.argmax(axis=1), above.argmax(axis=1))
mask = n_above > 0
counts = np.zeros((k, k), dtype=int)
for g, t in zip(label[mask], guess[mask]):
    counts[g, t] += 1
np.fill_diagonal(counts, counts.diagonal().clip(min=1))
label_counts = np.bincount(label, minlength=k)
joint = (counts.T / counts.sum(axis=1) * label_counts).T
joint = joint / joint.sum()
noise = joint / joint.sum(axis=0)
issue = mask & (guess != label) & (p.argmax(axis=1) != label)
others = p.copy()
others[np.arange(n), label] = -1
margin = p[np.arange(n), label] - others.max(axis=1)
place = np.full(n, -1)
order = [i for i in np.argsort(margin, kind="stable") if issue[i]]
place[order] = np.arange(len(order))

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "confident.csv")
with open(path, "w") as f:
    f.write("label,p0,p1,p2,place\n")
    for i in range(n):
        f.write(f"{label[i]},{p[i, 0]:.6f},{p[i, 1]:.6f},{p[i, 2]:.6f},{place[i]}\n")
print("thresholds", *map(repr, map(float, thresholds)))
print("counts", *counts.ravel())
print("joint", *map(repr, map(float, joint.ravel())))
print("noise", *map(repr, map(float, noise.ravel())))
print("errors", repr(float(n * (1 - joint.trace()))))
