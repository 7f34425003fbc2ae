#!/usr/bin/python3
"""Loading of JSON Lines and compressed CSV: ours, pandas and DuckDB in turn.

    /usr/bin/python3 tests/bench/formats_bench.py build/assay     (ROWS=1000000, RUNS=3)

Prints, for each file, the fastest of RUNS in seconds of the clock and of the processor (children included),
and the peak memory in MB.  DuckDB is left out where node or its package under $PEERS_DIR/node is absent.
"""
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time

ROWS = int(os.environ.get("ROWS", 1000000))
RUNS = int(os.environ.get("RUNS", 3))
THREADS = os.environ.get("BENCH_THREADS", "2")
NODE = os.path.join(os.environ.get("PEERS_DIR", "/tmp/peers"), "node")


def make(folder):
    random.seed(1)
    lines, csv = os.path.join(folder, "t.jsonl"), os.path.join(folder, "t.csv.gz")
    with open(lines, "w") as a, gzip.open(csv, "wt", compresslevel=6) as b:
        b.write("id,x,name,flag,day\n")
        for i in range(ROWS):
            row = {"id": i, "x": random.gauss(0, 1), "name": "user %d" % random.randrange(5000),
                   "flag": random.random() < 0.5, "geo": {"lat": random.random() * 90},
                   "day": "2024-%02d-%02d" % (random.randrange(1, 13), random.randrange(1, 29))}
            a.write(json.dumps(row) + "\n")
            b.write("%d,%r,%s,%s,%s\n" % (i, row["x"], row["name"], row["flag"], row["day"]))
    return lines, csv


def run(command):
    start, before = time.time(), os.times()
    timed = ["/usr/bin/time", "-f", "%M"] + command
    done = subprocess.run(timed, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    after = os.times()
    if done.returncode:
        return None
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.time() - start, cpu, int(done.stderr.split()[-1]) / 1024


def duckdb(reader, path):
    code = ("const {DuckDBInstance}=require('module').createRequire('%s/x.js')('@duckdb/node-api');"
            "(async()=>{const d=await DuckDBInstance.create(':memory:',{threads:'%s'});"
            "const c=await d.connect();await c.run(\"create table t as select * from %s('%s')\")})()"
            ".catch(()=>process.exit(1))" % (NODE, THREADS, reader, path))
    return ["node", "-e", code]


def main():
    assay = sys.argv[1]
    os.environ["OMP_NUM_THREADS"] = THREADS
    with tempfile.TemporaryDirectory() as folder:
        for path, reader, pandas in zip(make(folder), ("read_json_auto", "read_csv_auto"),
                                        ("read_json('%s', lines=True)", "read_csv('%s')")):
            commands = {
                "assay": [assay, "run", "-q", "-c", "load " + path],
                "pandas": [sys.executable, "-c", "import pandas as pd; pd." + pandas % path],
                "duckdb": duckdb(reader, path),
            }
            results = {name: [] for name in commands}
            for _ in range(RUNS):
                for name, command in commands.items():
                    results[name].append(run(command))
            for name, runs in results.items():
                runs = [r for r in runs if r]
                print(json.dumps({
                    "file": os.path.basename(path), "mb": round(os.path.getsize(path) / 1e6, 1),
                    "program": name, "runs": len(runs),
                    "seconds": round(min((r[0] for r in runs), default=0), 3),
                    "cpu_seconds": round(min((r[1] for r in runs), default=0), 3),
                    "peak_mb": round(min((r[2] for r in runs), default=0)),
                }))


if __name__ == "__main__":
    main()
