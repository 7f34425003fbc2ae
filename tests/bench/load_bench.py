#!/usr/bin/env python3
"""Loading, side by side: ours, fread (Rscript), DuckDB (node, where PEERS_DIR is set), and the floors.

    load_bench.py BUILD [ROUNDS]      one JSON line a program and table, on standard output

BUILD is the build folder (assay, tests/bench/bench_floor).  Tables are $BENCH_DATA's wide_mixed.csv and
narrow.csv.  The programs take turns; a line holds the fastest and the median of all rounds in
seconds, processor seconds, and the peak memory of the whole process in MB.  Ours is the whole
process; the others tell the time of the load alone.
"""
import json
import os
import resource
import statistics
import subprocess
import sys
import time

DATA = os.environ.get("BENCH_DATA", "/tmp/bench-data")
FREAD = ("suppressMessages(library(data.table)); setDTthreads(2); t <- proc.time()[['elapsed']]; "
         "d <- fread('%s', showProgress = FALSE); cat(proc.time()[['elapsed']] - t)")
DUCKDB = """
const need = require('module').createRequire('%s/node/x.js');
(async () => {
  const { DuckDBInstance } = need('@duckdb/node-api');
  const c = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  const t = process.hrtime.bigint();
  await c.run("create table t as from read_csv('%s')");
  console.log(Number(process.hrtime.bigint() - t) / 1e9);
})();
"""


def run(command, tells):
    """Wall seconds (as the program tells, or the whole process), processor seconds, peak MB."""
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - begin
    child.returncode = status
    if status:
        return None
    return (float(text.split()[-1]) if tells else wall, usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1000)


def programs(build, path):
    peers = os.environ.get("PEERS_DIR")
    yield "assay", [f"{build}/assay", "run", "-c", f"load {path}"], False
    yield "fread", ["Rscript", "-e", FREAD % path], True
    if peers:
        yield "duckdb", ["node", "-e", DUCKDB % (peers, path)], True


def main():
    build = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    for table in ("wide_mixed.csv", "narrow.csv"):
        path = os.path.join(DATA, table)
        if not os.path.exists(path):
            continue
        results = {}
        for _ in range(rounds):
            for name, command, tells in programs(build, path):
                got = run(command, tells)
                if got:
                    results.setdefault(name, []).append(got)
        for name, rows in results.items():
            wall = [r[0] for r in rows]
            print(json.dumps({"task": "load", "program": name, "table": table,
                              "seconds": round(min(wall), 4),
                              "median": round(statistics.median(wall), 4),
                              "cpu_seconds": round(min(r[1] for r in rows), 4),
                              "mb": round(max(r[2] for r in rows))}), flush=True)
        floor = os.path.join(build, "tests/bench/bench_floor")
        if os.path.exists(floor):
            subprocess.run([floor, path], check=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
