#!/usr/bin/python3
"""Imputing and outliers beside scikit-learn, and what near copies and wrong labels are found.

    /usr/bin/python3 tests/bench/repair_bench.py build/assay [TASK…]

One JSON line a task: seconds of the processor (user and system, the fewest of the runs) and of the
clock, load included on both sides, ours and scikit-learn's in turn; for `near` and `labels` precision
and recall on what was planted.  Tasks: knn iterative forest (ROWS=20000 × 20, 5 % gaps), near, labels.
"""
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

ROWS = int(os.environ.get("ROWS", "20000"))
RUNS = int(os.environ.get("RUNS", "3"))
SHARE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "share", "data")

PEER = {
    "knn": "from sklearn.impute import KNNImputer as I; I().fit_transform(x)",
    "iterative": "from sklearn.experimental import enable_iterative_imputer; "
                 "from sklearn.impute import IterativeImputer as I; I().fit_transform(x)",
    "forest": "from sklearn.ensemble import IsolationForest as I; x[np.isnan(x)] = 0; "
              "I(random_state=0).fit(x).score_samples(x)",
}
OURS = {
    "knn": "impute all method=knn",
    "iterative": "impute all method=iterative",
    "forest": "outliers all method=isolation-forest",
}


def timed(argv):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def fewest(pairs):
    return {"cpu_s": round(min(p[0] for p in pairs), 3), "wall_s": round(min(p[1] for p in pairs), 3)}


def speed(assay, task, folder):
    path = os.path.join(folder, "m.csv")
    rng = np.random.RandomState(0)
    x = rng.normal(size=(ROWS, 5)) @ rng.normal(size=(5, 20)) + rng.normal(size=(ROWS, 20))
    x[rng.uniform(size=x.shape) < 0.05] = np.nan
    with open(path, "w") as f:
        f.write(",".join(f"x{j:02d}" for j in range(20)) + "\n")
        for row in x:
            f.write(",".join("" if np.isnan(v) else f"{v:.6g}" for v in row) + "\n")
    ours, theirs = [], []
    peer = f"import numpy as np, pandas as pd; x = pd.read_csv({path!r}).to_numpy(); {PEER[task]}"
    for _ in range(RUNS):
        ours.append(timed([assay, "run", "-q", "-c", f"load {path}; {OURS[task]}"]))
        theirs.append(timed([sys.executable, "-W", "ignore", "-c", peer]))
    return {"rows": ROWS, "assay": fewest(ours), "scikit-learn": fewest(theirs)}


def report(assay, commands):
    out = subprocess.run([assay, "run", "--json", "-c", commands], check=True, capture_output=True, text=True)
    return json.loads(out.stdout.splitlines()[-1])["report"]


def typo(r, text):
    at, kind = r.randrange(len(text)), r.random()
    letter = r.choice("abcdefghijklm")
    return text[:at] + ("" if kind < 0.4 else letter) + text[at + (kind < 0.7):]


def near(assay, folder):
    r, path = random.Random(1), os.path.join(folder, "near.csv")
    parts = "ba ber dor fel gar hol kra lin mei nau pet rie schu stein wal zim mann hoff feld bach".split()

    def word():
        return "".join(r.choice(parts) for _ in range(3))

    rows = [(i, word() + " " + word(), word() + " str. %d" % r.randrange(200), r.randrange(10**5))
            for i in range(ROWS * 9 // 10)]
    for _ in range(ROWS - len(rows)):
        i, name, street, code = r.choice(rows)
        rows.append((i, typo(r, name), street if r.random() < 0.5 else typo(r, street), code))
    r.shuffle(rows)
    with open(path, "w") as f:
        f.write("id,name,street,code\n" + "".join("%d,%s,%s,%05d\n" % row for row in rows))
    start = time.monotonic()
    groups = report(assay, f"load {path}; dedupe name street code near=0.85").get("groups", [])
    pairs = [(rows[g["kept"] - 1][0], rows[b - 1][0]) for g in groups for b in g["removed"]]
    hits, planted = sum(a == b for a, b in pairs), len(rows) - len({row[0] for row in rows})
    return {"rows": ROWS, "planted": planted, "removed": len(pairs), "wall_s": round(time.monotonic() - start, 2),
            "precision": round(hits / max(1, len(pairs)), 3), "recall": round(hits / planted, 3)}


def labels(assay, folder):
    out = {}
    for file, prepare in (("iris", "scale all"), ("wine", "scale all"), ("breast_cancer", "scale all"),
                          ("penguins", "impute all; encode all; scale all")):
        r, path = random.Random(2), os.path.join(folder, "labels.csv")
        lines = [line.rstrip("\n").split(",") for line in open(os.path.join(SHARE, file + ".csv"))]
        target = {"penguins": 0}.get(file, len(lines[0]) - 1)
        classes, wrong = sorted({row[target] for row in lines[1:]}), set()
        for at, row in enumerate(lines[1:], 1):
            if r.random() < 0.05:
                row[target] = r.choice([c for c in classes if c != row[target]])
                wrong.add(at)
        open(path, "w").write("\n".join(",".join(row) for row in lines) + "\n")
        found = report(assay, f"load {path}; target {lines[0][target]}; {prepare}; train logistic as=m; labels m seed=7")
        rows = {issue["row"] for issue in found["issues"]}
        out[file] = {"changed": len(wrong), "listed": len(rows),
                     "precision": round(len(rows & wrong) / max(1, len(rows)), 3),
                     "recall": round(len(rows & wrong) / len(wrong), 3)}
    return out


def main():
    assay, tasks = sys.argv[1], sys.argv[2:] or ["knn", "iterative", "forest", "near", "labels"]
    with tempfile.TemporaryDirectory() as folder:
        for task in tasks:
            run = {"near": near, "labels": labels}.get(task)
            result = run(assay, folder) if run else speed(assay, task, folder)
            print(json.dumps({"task": task, **result}), flush=True)


main()
