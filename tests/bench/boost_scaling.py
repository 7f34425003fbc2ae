#!/usr/bin/env python3
"""Boosting from 10,000 to 10,000,000 rows: seconds of training and peak memory, ours.

    /usr/bin/python3 tests/bench/boost_scaling.py build/assay $BENCH_DATA/higgs_train.csv [MOST_ROWS] [LEAVES]

Tables are made of the file's rows, repeated where more are wanted, each with other last digits; they are written
to the folder for temporary files, one after the other, and removed. Prints one JSON line a size."""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

SIZES = (10_000, 31_623, 100_000, 316_228, 1_000_000, 3_162_278, 10_000_000)


def with_noise(text, seed):
    """The text with other last digits in all cells but each row's first."""
    a = np.frombuffer(text, np.uint8).copy()
    ends = np.flatnonzero((a == ord(",")) | (a == ord("\n")))
    begins = np.concatenate(([0], ends[:-1] + 1))
    first = (begins == 0) | (a[begins - 1] == ord("\n"))
    last = ends[~first] - 1
    last = last[(a[last] >= ord("0")) & (a[last] <= ord("9"))]
    a[last] = np.random.default_rng(seed).integers(ord("0"), ord("9") + 1, last.size, np.uint8)
    return a.tobytes()


def first_rows(text, n):
    """The first n rows, or all of them."""
    at = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
    return text[: at[min(n, at.size) - 1] + 1], min(n, at.size)


def write_table(path, header, body, n):
    with open(path, "wb") as f:
        f.write(header)
        seed = 0
        while n > 0:
            some, taken = first_rows(body, n)
            f.write(some if seed == 0 else with_noise(some, seed))
            n -= taken
            seed += 1


def train(assay, path, leaves):
    """Seconds of training; processor seconds and peak MB of the process, as a small parent sees them."""
    code = f"load {path}; target y task=classes; train boost num_leaves={leaves} as=b"
    run = subprocess.run(["/usr/bin/time", "-f", "%U %S %M", assay, "run", "-q", "--json", "-c", code],
                         capture_output=True, text=True, check=True)
    done = [json.loads(line) for line in run.stdout.splitlines()]
    report = next(d["report"] for d in done if d["command"].startswith("train"))
    user, system, kb = run.stderr.split()[-3:]
    return report["seconds"], float(user) + float(system), float(kb) / 1024


def main():
    assay, source = sys.argv[1], sys.argv[2]
    most = int(sys.argv[3]) if len(sys.argv) > 3 else SIZES[-1]
    leaves = int(sys.argv[4]) if len(sys.argv) > 4 else 31
    with open(source, "rb") as f:
        header, body = f.readline(), f.read()
    for n in SIZES:
        if n > most:
            break
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "rows.csv")
            write_table(path, header, body, n)
            seconds, cpu, mb = train(assay, path, leaves)
        print(json.dumps({"rows": n, "leaves": leaves, "train_s": round(seconds, 3), "us_per_row":
                          round(seconds / n * 1e6, 3), "process_cpu_s": round(cpu, 2), "peak_mb": round(mb)}), flush=True)


main()
