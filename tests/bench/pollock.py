#!/usr/bin/env python3
"""pollock.py - the Pollock score of the CSV reader: what survives of a table in odd files.

    tests/bench/pollock.py build/assay FOLDER…       FOLDER holds csv/ and clean/ (and parameters/)
    tests/bench/pollock.py build/assay --variants SOURCE_FOLDER
                                                     files made from csv/source.csv: an extra quote,
                                                     one delimiter more or less, other structure

Each file is loaded without a word about its dialect and written as CSV, which is compared with
clean/NAME: success; precision, recall and F1 of the header's cells, of the records and of the cells,
as multisets.  The score is the sum of the ten means; 10 is the best.  Definition: Vitagliano et al.,
"Pollock: A Data Loading Benchmark", PVLDB 16(8), 2023.  Cells are compared as text without blanks
around it and without case, numbers by value; --exact compares the text as it stands.
"""
import argparse
import collections
import csv
import json
import os
import subprocess
import sys
import tempfile

csv.field_size_limit(1 << 30)
MEASURES = ["success"] + [f"{what}_{how}" for what in ("header", "record", "cell")
                          for how in ("precision", "recall", "f1")]


def normal(cell):
    text = cell.strip()
    if text.lower() in ("true", "false"):
        return "1" if text.lower() == "true" else "0"
    try:
        if text[:1] in "+-.0123456789" and "_" not in text:
            return repr(float(text))
    except ValueError:
        pass
    return text.lower()


def rows_of(path):
    with open(path, newline="", encoding="utf-8", errors="replace") as f:
        return [row for row in csv.reader(f) if row]


def measures(expected, got):
    """Precision is over the expected ones, as the benchmark's own script has it."""
    want, have = collections.Counter(expected), collections.Counter(got)
    n = sum((want & have).values())
    if not expected:
        return [1.0, 1.0, 1.0]
    if not n:
        return [0.0, 0.0, 0.0]
    p, r = n / len(expected), n / len(got)
    return [p, r, 2 * p * r / (p + r)]


def compare(clean, got, change):
    expected, loaded = rows_of(clean), rows_of(got)
    cells = [[[change(c) for c in row] for row in rows] for rows in (expected, loaded)]
    score = [1.0]
    score += measures(*(rows[0] if rows else [] for rows in cells))
    score += measures(*(["\x1f".join(row) for row in rows[1:]] for rows in cells))
    score += measures(*([c for row in rows[1:] for c in row] for rows in cells))
    return score


def load(assay, path, out):
    if os.path.exists(out):
        os.remove(out)
    quote = lambda s: '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'
    script = f"load {quote(path)} format=csv\nexport to={quote(out)}"
    run = subprocess.run([assay, "run", "-c", script], capture_output=True, text=True, errors="replace")
    if run.returncode < 0:
        sys.exit(f"{path}: killed by signal {-run.returncode}")
    return run.returncode == 0 and os.path.exists(out), run.stderr.strip()


# ---------------------------------------------------------------- variants of one table

def write(folder, name, data, clean):
    for sub, content in (("csv", data), ("clean", clean)):
        with open(os.path.join(folder, sub, name), "wb") as f:
            f.write(content)


def as_csv(rows, delimiter=",", quote='"', escape=None, end="\n", every=False):
    def cell(text):
        if not every and not any(c in text for c in (delimiter, quote, "\n", " ", "/")):
            return text
        return quote + text.replace(quote, (quote if escape is None else escape) + quote) + quote
    return "".join(delimiter.join(cell(c) for c in row) + end for row in rows).encode()


def lines_as_fields(data):
    """The source's lines as fields with their quotes, so that a variant keeps them."""
    out = []
    for line in data.decode().splitlines():
        fields, field, inside = [], "", False
        for c in line:
            if c == "," and not inside:
                fields.append(field)
                field = ""
                continue
            inside ^= c == '"'
            field += c
        out.append(fields + [field])
    return out


def variants(folder, source):
    data = open(os.path.join(source, "csv", "source.csv"), "rb").read().replace(b"\r\n", b"\n")
    clean = open(os.path.join(source, "clean", "source.csv"), "rb").read()
    rows, raw = rows_of(os.path.join(source, "clean", "source.csv")), lines_as_fields(data)
    for sub in ("csv", "clean"):
        os.mkdir(os.path.join(folder, sub))

    def one(name, i, line, expected=None):
        text = [",".join(r) for r in raw]
        text[i] = line
        wanted = clean if expected is None else as_csv(rows[:i] + [expected] + rows[i + 1:], every=True)
        write(folder, name, ("\n".join(text) + "\n").encode(), wanted)

    for i, fields in enumerate(raw):
        for j in range(len(fields)):
            broken = fields[:j] + ['"' + fields[j]] + fields[j + 1:]
            wanted = rows[i][:j] + ['"' + rows[i][j]] + rows[i][j + 1:]
            one(f"row_extra_quote{i}_col{j}.csv", i, ",".join(broken), wanted)
            if j:
                less = fields[:j - 1] + [fields[j - 1] + fields[j]] + fields[j + 1:]
                one(f"row_less_sep_row{i}_col{j}.csv", i, ",".join(less))
            one(f"row_more_sep_row{i}_col{j}.csv", i, ",".join(fields[:j] + [""] + fields[j:]))
        for name, d in (("0x3B", ";"), ("0x9", "\t"), ("0x20", " ")):
            one(f"row_field_delimiter_{i}_{name}.csv", i, d.join(fields))
    for name, d in (("0x9", "\t"), ("0x3B", ";"), ("0x7C", "|"), ("0x20", " "), ("0x3A", ":"),
                    ("0x2C_0x20", ", "), ("0x5E", "^"), ("0x7E", "~")):
        write(folder, f"file_field_delimiter_{name}.csv", as_csv(rows, d), clean)
    write(folder, "file_quotation_char_0x27.csv", as_csv(rows, quote="'"), clean)
    write(folder, "file_escape_char_0x5C.csv", as_csv(rows, escape="\\"), clean)
    write(folder, "file_escape_char_0x00.csv", as_csv(rows, escape=""), clean)
    for name, end in (("0xD", "\r"), ("0xD_0xA", "\r\n")):
        write(folder, f"file_record_delimiter_{name}.csv", as_csv(rows, end=end), clean)
    preamble = b"Report of sales\nPeriod: 2018\n\n"
    write(folder, "file_preamble.csv", preamble + data, clean)
    write(folder, "file_preamble_delimited.csv", b"Report of sales,,,,,,,,\n,,,,,,,,\n" + data, clean)
    write(folder, "file_comments.csv", b"# made by hand\n# on a day\n" + data, clean)
    write(folder, "file_no_header.csv", b"\n".join(data.split(b"\n")[1:]),
          as_csv([[f"column_{j + 1}" for j in range(len(rows[0]))]] + rows[1:], every=True))
    write(folder, "file_header_only.csv", data.split(b"\n")[0] + b"\n", as_csv(rows[:1], every=True))
    write(folder, "file_one_data_row.csv", b"\n".join(data.split(b"\n")[:2]) + b"\n",
          as_csv(rows[:2], every=True))
    write(folder, "file_no_trailing_newline.csv", data.rstrip(b"\n"), clean)
    write(folder, "file_double_trailing_newline.csv", data + b"\n", clean)
    write(folder, "file_encoding_utf16.csv", data.decode().encode("utf-16"), clean)
    write(folder, "file_encoding_utf16le_bare.csv", data.decode().encode("utf-16-le"), clean)
    write(folder, "file_encoding_utf8_bom.csv", b"\xef\xbb\xbf" + data, clean)
    for n in (2, 3):
        head = [" ".join([name] * n) for name in rows[0]]
        write(folder, f"file_header_multirow_{n}.csv", (data.split(b"\n")[0] + b"\n") * (n - 1) + data,
              as_csv([head] + rows[1:], every=True))


# ---------------------------------------------------------------- the score

def score_folder(assay, folder, change, scratch, weights):
    scores = {}
    for name in sorted(os.listdir(os.path.join(folder, "csv"))):
        clean = os.path.join(folder, "clean", name)
        out = os.path.join(scratch, "out.csv")
        ok, why = load(assay, os.path.join(folder, "csv", name), out)
        if not ok and not rows_of(clean):
            scores[name] = ([1.0] * 10, why)
        elif not ok:
            scores[name] = ([0.0] * 10, why)
        else:
            scores[name] = (compare(clean, out, change), "")
    show(folder, scores, weights)


def show(folder, scores, weights):
    n = len(scores)
    mean = [sum(s[0][k] for s in scores.values()) / n for k in range(10)]
    print(f"{folder}: {n} files")
    print("  " + "  ".join(f"{name} {value:.4f}" for name, value in zip(MEASURES, mean)))
    print(f"  score {sum(mean):.4f} of 10")
    if weights:
        known = {k: weights[k] for k in scores if k in weights}
        total = sum(known.values())
        if total:
            print(f"  weighted {sum(sum(scores[k][0]) * w for k, w in known.items()) / total:.4f} "
                  f"({len(known)} files have a weight)")
    kinds = collections.defaultdict(list)
    for name, (score, _) in scores.items():
        kinds["_".join(name.split("_")[:3]).rstrip("0123456789")].append(sum(score))
    if len(kinds) > 1 and n > 60:
        for kind, values in sorted(kinds.items(), key=lambda kv: sum(kv[1]) / len(kv[1]))[:12]:
            print(f"  {sum(values) / len(values):7.4f}  {len(values):4} × {kind}")
    for name, (score, why) in sorted(scores.items(), key=lambda kv: sum(kv[1][0]))[:10]:
        print(f"  {sum(score):7.4f}  {name}  {why[:150]}")


def main():
    p = argparse.ArgumentParser(description="the Pollock score of the CSV reader")
    p.add_argument("assay")
    p.add_argument("folders", nargs="*")
    p.add_argument("--variants", metavar="FOLDER", help="make files from FOLDER's source table")
    p.add_argument("--weights", help="pollock_weights.json")
    p.add_argument("--exact", action="store_true", help="compare text as it stands")
    a = p.parse_args()
    change = (lambda c: c) if a.exact else normal
    weights = json.load(open(a.weights)) if a.weights else None
    with tempfile.TemporaryDirectory() as scratch:
        for folder in a.folders:
            score_folder(a.assay, folder, change, scratch, weights)
        if a.variants:
            made = os.path.join(scratch, "variants")
            os.mkdir(made)
            variants(made, a.variants)
            score_folder(a.assay, made, change, scratch, weights)


if __name__ == "__main__":
    main()
