#!/usr/bin/python3
"""Certified values for NIST's StRD linear regressions, as exact rational arithmetic gives them.

Reads tests/reference/nist/*.csv (the data of https://www.itl.nist.gov/div898/strd/, public domain:
y and x, powers derived here) and writes tests/reference/nist_expected.csv with 20 digits.  The values
were compared with NIST's certified ones, to all digits that those have.

Filip is there twice: `filip` takes the powers of x exactly, as NIST does; `filip_double` takes
them rounded to doubles, which is what a table of doubles can hold.
"""
import csv
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 60
POWERS = {"norris": 1, "pontius": 2, "noint1": 1, "noint2": 1, "filip": 10, "filip_double": 10,
          "wampler1": 5, "wampler2": 5, "wampler3": 5, "wampler4": 5, "wampler5": 5}


def power(x, k, rounded):
    """Powers as repeated products of doubles, the way the test derives them."""
    if not rounded:
        return x ** k
    out = 1.0
    for _ in range(k):
        out *= float(x)
    return Fraction(out)


def design(name):
    with open("tests/reference/nist/%s.csv" % name.replace("_double", "")) as text:
        rows = list(csv.DictReader(text))
    rounded = name.endswith("_double")
    number = (lambda s: Fraction(float(s))) if rounded else Fraction
    y = [number(r["y"]) for r in rows]
    if name == "longley":
        return [[Fraction(1)] + [Fraction(r["x%d" % j]) for j in range(1, 7)] for r in rows], y
    x = [number(r["x"]) for r in rows]
    first = 1 if name.startswith("noint") else 0
    return [[power(v, k, rounded) for k in range(first, POWERS[name] + 1)] for v in x], y


def solve(a, b):
    """Gauss-Jordan over the rationals; b is a matrix."""
    n = len(a)
    m = [ra[:] + rb[:] for ra, rb in zip(a, b)]
    for j in range(n):
        p = next(i for i in range(j, n) if m[i][j] != 0)
        m[j], m[p] = m[p], m[j]
        m[j] = [v / m[j][j] for v in m[j]]
        for i in range(n):
            if i != j and m[i][j] != 0:
                m[i] = [u - m[i][j] * v for u, v in zip(m[i], m[j])]
    return [row[n:] for row in m]


def text(q, root=False):
    v = Decimal(q.numerator) / Decimal(q.denominator)
    return "{:.20e}".format(v.sqrt() if root else v) if v else "0"


out = csv.writer(open("tests/reference/nist_expected.csv", "w", newline=""), lineterminator="\n")
out.writerow(["problem", "term", "estimate", "std_error"])
for name in sorted(list(POWERS) + ["longley"]):
    x, y = design(name)
    p = len(x[0])
    gram = [[sum(r[i] * r[j] for r in x) for j in range(p)] for i in range(p)]
    right = [[sum(r[i] * v for r, v in zip(x, y))] for i in range(p)]
    identity = [[Fraction(int(i == j)) for j in range(p)] for i in range(p)]
    beta = [row[0] for row in solve(gram, right)]
    inverse = solve(gram, identity)
    rss = sum((v - sum(b * u for b, u in zip(beta, r))) ** 2 for r, v in zip(x, y))
    variance = rss / (len(y) - p)
    for j in range(p):
        out.writerow([name, j + (1 if name.startswith("noint") else 0), text(beta[j]),
                      text(variance * inverse[j][j], root=True)])
