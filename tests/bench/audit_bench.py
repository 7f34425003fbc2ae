#!/usr/bin/python3
"""How much of what is wrong the audit finds, and how much of it its proposals put right.

    audit_bench.py ASSAY DATA [--curve] [--only NAME]

DATA is a folder of shared data: dirty/*/{dirty,clean}.csv are measured as they are; clean tables of
tables/ get errors of known kinds (typos, swaps, missing, formats, broken dependencies), made with a
fixed seed.  Cells compare as exact text, by position.  A cell is flagged when any finding lists
it; its repair is the proposal.  --curve answers 5, 10 and 20 questions from the truth first.
Prints one line a table: precision, recall and F1 of the flagged cells and of the proposals.
"""
import csv, json, os, random, subprocess, sys, tempfile

KINDS = ("typo", "swap", "missing", "format", "dependency")


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        return list(csv.reader(f))


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows(rows)


def run(assay, lines):
    out = subprocess.run([assay, "run", "--json", "-c", "\n".join(lines)], capture_output=True, text=True)
    last = None
    for line in out.stdout.splitlines():
        last = json.loads(line)
        if not last["ok"]:
            raise SystemExit(f"{last['command']}: {last['error']['message']}")
    if last is None:
        raise SystemExit(out.stderr)
    return last["report"]


def load_line(path):
    return f'load "{path}"'


def cells_of(report, header):
    """(row, column) -> (value, proposal or None, kind, name of the finding, sure)"""
    at = {name: j for j, name in enumerate(header)}
    cells = {}
    for f in report["findings"]:
        for c in f["cells"]:
            key = (c["row"], at[c["column"]])
            if key not in cells or cells[key][1] is None:
                cells[key] = (c["value"], c["proposal"], f["kind"], f["name"], c["sure"])
    return cells


def f1(p, r):
    return 2 * p * r / (p + r) if p + r else 0.0


def score(cells, wrong):
    hit = [k for k in cells if k in wrong]
    fixes = [k for k in cells if cells[k][1] is not None]
    right = [k for k in fixes if k in wrong and cells[k][1] == wrong[k]]
    d = (len(hit) / max(1, len(cells)), len(hit) / max(1, len(wrong)))
    r = (len(right) / max(1, len(fixes)), len(right) / max(1, len(wrong)))
    return d, r


def show(name, cells, wrong):
    (dp, dr), (rp, rr) = score(cells, wrong)
    print(f"{name:34} {len(wrong):6} wrong  detect P {dp:.3f} R {dr:.3f} F1 {f1(dp, dr):.3f}"
          f"   repair P {rp:.3f} R {rr:.3f} F1 {f1(rp, rr):.3f}")
    sys.stdout.flush()
    return f1(dp, dr), f1(rp, rr)


def show_kinds(cells, wrong, kind_of):
    found = {}
    for k, c in cells.items():
        n, ok, fixed = found.get(c[2], (0, 0, 0))
        found[c[2]] = (n + 1, ok + (k in wrong), fixed + (k in wrong and c[1] == wrong[k]))
    for kind, (n, ok, fixed) in sorted(found.items()):
        print(f"    found as {kind:14} {n:6} cells, precision {ok / n:.3f}, right repair {fixed / n:.3f}")
    for kind in sorted(set(kind_of.values())):
        mine = [k for k in kind_of if kind_of[k] == kind]
        hit = sum(k in cells for k in mine)
        fixed = sum(k in cells and cells[k][1] == wrong[k] for k in mine)
        print(f"    injected {kind:14} {len(mine):6} cells, recall {hit / len(mine):.3f}, right repair {fixed / len(mine):.3f}")


# ---------------------------------------------------------------- making errors
def typo(rng, text):
    if not text:
        return text
    i = rng.randrange(len(text))
    kind = rng.randrange(4)
    if kind == 0:
        return text[:i] + rng.choice("abcdefghijklmnopqrstuvwxyz") + text[i + 1:]
    if kind == 1:
        return text[:i] + text[i + 1:] if len(text) > 1 else text + text
    if kind == 2:
        return text[:i] + text[i] + text[i:]
    j = min(i + 1, len(text) - 1)
    return text[:i] + text[j] + text[i] + text[j + 1:] if j > i else text


def reformat(rng, text):
    return rng.choice([text.upper() if text != text.upper() else text.lower(), " " + text, text + " ", text + "*",
                       text.replace(" ", "  ") if " " in text else text + " "])


def dependents(rows):
    """Pairs of columns A -> B that hold exactly, with groups of some size."""
    n, out = len(rows[0]), []
    for a in range(n):
        groups = {}
        for r in rows[1:]:
            groups.setdefault(r[a], []).append(r)
        if len(groups) < 2 or len(groups) * 4 > len(rows):
            continue
        for b in range(n):
            if b != a and all(len({r[b] for r in g}) == 1 for g in groups.values()) and len({r[b] for r in rows[1:]}) > 2:
                out.append((a, b))
    return out


def inject(rows, kind, rate, seed):
    """A dirty copy, and {(row, col): right text}."""
    rng = random.Random(seed)
    dirty = [list(r) for r in rows]
    n, p = len(rows) - 1, len(rows[0])
    wrong = {}
    words = [j for j in range(p) if sum(any(ch.isalpha() for ch in r[j]) for r in rows[1:]) > n / 2]
    deps = dependents(rows) if kind == "dependency" else []
    cols = words if kind in ("typo", "format") else [b for _, b in deps] if kind == "dependency" else list(range(p))
    if not cols:
        return None
    for _ in range(int(rate * n * len(set(cols)))):
        i, j = rng.randrange(1, n + 1), rng.choice(cols)
        old = rows[i][j]
        if (i, j) in wrong:
            continue
        if kind == "typo":
            new = typo(rng, old)
        elif kind == "swap":
            new = rows[i][rng.randrange(p)]
        elif kind == "missing":
            new = rng.choice(["", "", "N/A", "?", "-999"])
        elif kind == "format":
            new = reformat(rng, old)
        else:
            new = rows[rng.randrange(1, n + 1)][j]
        if new != old and old != "":
            dirty[i][j] = new
            wrong[(i, j)] = old
    return dirty, wrong


def variants(data):
    tables = [os.path.join(data, "tables", t) for t in ("nycflights_sample.csv", "titanic.csv", "bank_small.csv", "mpg.csv", "penguins.csv", "diamonds.csv")]
    tables.append(os.path.join(data, "dirty", "raha_hospital", "clean.csv"))
    for path in tables:
        if not os.path.exists(path):
            continue
        rows = read(path)[:3001]
        name = os.path.basename(path).replace("clean.csv", "hospital_clean").replace(".csv", "")
        for kind in KINDS:
            made = inject(rows, kind, 0.03, 7)
            if made:
                yield f"{name}+{kind}", rows, made[0], made[1], kind


# ---------------------------------------------------------------- the person
def answers(assay, path, header, wrong, n):
    """Answer n questions, one at a time: of the findings not asked about yet the one with most cells,
    and of it the cell that is least certain."""
    said, done, asked = [], set(), {}
    for _ in range(n):
        report = run(assay, [load_line(path)] + said + ["audit sensitivity=0.9"])
        cells = cells_of(report, header)
        best = None
        for f in report["findings"]:
            mine = [c for c in f["cells"] if (c["row"], c["column"], f["name"]) not in done]
            if mine:
                weight = len(mine) / (1 + asked.get(f["name"], 0)) ** 2
                if best is None or weight > best[0]:
                    best = (weight, f["name"], mine)
        if best is None:
            break
        _, name, mine = best
        cell = min(mine, key=lambda c: (abs(c["sure"] - 0.5), c["row"]))
        key = (cell["row"], header.index(cell["column"]))
        good = key in wrong and (cell["proposal"] is None or cell["proposal"] == wrong[key])
        said.append(f"audit {'accept' if good else 'refuse'} \"{name}\" rows={cell['row']}")
        done.add((cell["row"], cell["column"], name))
        asked[name] = asked.get(name, 0) + 1
    return said


def main():
    assay, data = sys.argv[1], sys.argv[2]
    curve = "--curve" in sys.argv
    verbose = "-v" in sys.argv
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    folder = os.path.join(data, "dirty")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name, "dirty.csv")
        if only not in name or not os.path.exists(path):
            continue
        dirty, clean = read(path), read(os.path.join(folder, name, "clean.csv"))
        wrong = {(i, j): clean[i][j] for i in range(1, len(dirty)) for j in range(len(dirty[i])) if dirty[i][j] != clean[i][j]}
        cells = cells_of(run(assay, [load_line(path), "audit"]), dirty[0])
        show(name, cells, wrong)
        show_kinds(cells, wrong, {})
        if verbose:
            false = [k for k in cells if k not in wrong]
            lost = [k for k in wrong if k not in cells]
            bad = [k for k in wrong if k in cells and cells[k][1] != wrong[k]]
            rng = random.Random(3)
            for what, keys in (("false", false), ("lost", lost), ("bad", bad)):
                for k in sorted(rng.sample(sorted(keys), min(15, len(keys)))):
                    print("   ", what, k, dirty[0][k[1]], repr(dirty[k[0]][k[1]]), repr(clean[k[0]][k[1]]), cells.get(k))
        for n in (5, 10, 20) if curve else ():
            said = answers(assay, path, dirty[0], wrong, n)
            show(f"  {name} after {n} answers", cells_of(run(assay, [load_line(path)] + said + ["audit"]), dirty[0]), wrong)
    total = {}
    with tempfile.TemporaryDirectory() as tmp:
        for name, clean, dirty, wrong, kind in variants(data):
            if only not in name:
                continue
            path = os.path.join(tmp, "dirty.csv")
            write(path, dirty)
            write(path + ".clean.csv", clean)
            before = cells_of(run(assay, [load_line(path + ".clean.csv"), "audit"]), dirty[0])
            cells = cells_of(run(assay, [load_line(path), "audit"]), dirty[0])
            # What is found in the table as it came is no error of ours, nor a false alarm to count.
            cells = {k: c for k, c in cells.items() if k in wrong or k not in before}
            total.setdefault(kind, []).append(show(name, cells, wrong))
            show_kinds(cells, wrong, {k: kind for k in wrong})
            if verbose:
                rng = random.Random(3)
                false = [k for k in cells if k not in wrong]
                lost = [k for k in wrong if k not in cells]
                for what, keys in (("false", false), ("lost", lost)):
                    for k in sorted(rng.sample(sorted(keys), min(8, len(keys)))):
                        print("   ", what, k, dirty[0][k[1]], repr(dirty[k[0]][k[1]]), repr(clean[k[0]][k[1]]), cells.get(k))
    for kind, scores in sorted(total.items()):
        n = len(scores)
        print(f"mean of {kind:12} detect F1 {sum(s[0] for s in scores) / n:.3f}   repair F1 {sum(s[1] for s in scores) / n:.3f}")


main()
