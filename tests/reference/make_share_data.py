#!/usr/bin/python3
"""Write share/data/*.csv from the tables that come with scikit-learn (Debian: python3-sklearn).

Values are copied as they stand in its data files; only headers and the words for the classes are
added.  Run from the top of the source tree: tests/reference/make_share_data.py
"""
import csv
import gzip
import os
import sklearn.datasets

SOURCE = os.path.join(os.path.dirname(sklearn.datasets.__file__), "data")
TARGET = "share/data"


def write(name, header, rows):
    with open(os.path.join(TARGET, name), "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def classes(name, source, header, target):
    """The first line of the source gives counts and the names of the classes."""
    with open(os.path.join(SOURCE, source), newline="") as text:
        rows = list(csv.reader(text))
    words = rows[0][2:]
    write(name, header + [target], [row[:-1] + [words[int(row[-1])]] for row in rows[1:]])


def diabetes():
    """Raw values, before scikit-learn centres and scales them."""
    with gzip.open(os.path.join(SOURCE, "diabetes_data_raw.csv.gz"), "rt") as text:
        data = [line.split() for line in text]
    with gzip.open(os.path.join(SOURCE, "diabetes_target.csv.gz"), "rt") as text:
        target = [float(line) for line in text]
    header = ["age", "sex", "bmi", "blood_pressure", "total_cholesterol", "ldl", "hdl",
              "cholesterol_ratio", "log_triglycerides", "glucose"]
    rows = [["%.12g" % float(v) for v in row] + ["%.12g" % y] for row, y in zip(data, target)]
    write("diabetes.csv", header + ["progression"], rows)


def words(names):
    return [n.replace(" ", "_").replace("/", "_").replace("(cm)", "cm").replace("__", "_")
            for n in names]


cancer = sklearn.datasets.load_breast_cancer()
wine = sklearn.datasets.load_wine()
classes("iris.csv", "iris.csv",
        ["sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm"], "species")
classes("wine.csv", "wine_data.csv", words(wine.feature_names), "cultivar")
classes("breast_cancer.csv", "breast_cancer.csv", words(cancer.feature_names), "diagnosis")
diabetes()
