#!/usr/bin/python3
"""Reference values of tests/unit/prepare, from scikit-learn (1.2.1 in Debian 12).

Run by hand; the tests hold the numbers.  The columns are those of birds() in prepare_make.h.
"""
import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

NAN = np.nan
depth = [18.7, 17.4, 13.2, 16.3, 17.9, 18.1, 14.1, 18.7, NAN, 14.5, 19, 17.8]
mass = [3750, 3800, 4500, 5700, 3500, 3900, 4450, 3775, NAN, 5400, 4150, 3625]
sex = ["MALE", "FEMALE", "FEMALE", "MALE", "FEMALE", "MALE", "FEMALE", "MALE", NAN, NAN, "MALE",
       "FEMALE"]
island = ["Torgersen", "Biscoe", "Biscoe", "Biscoe", "Dream", "Dream", "Biscoe", "Dream",
          "Torgersen", "Biscoe", "Dream", NAN]


def column(values, dtype=float):
    return np.array(values, dtype=dtype).reshape(-1, 1)


def show(name, values):
    print(name, " ".join(repr(float(v)) for v in np.ravel(values)))


show("standard depth", StandardScaler().fit_transform(column(depth)))
show("standard mass", StandardScaler().fit_transform(column(mass)))
show("minmax mass", MinMaxScaler().fit_transform(column(mass)))
show("standard nearly constant", StandardScaler().fit_transform(column([0.1 + 0.2, 0.3, 0.3])))
show("minmax constant", MinMaxScaler().fit_transform(column([5, 5, 5])))
for strategy in ("mean", "median", "most_frequent"):
    print("impute", strategy, SimpleImputer(strategy=strategy).fit(column(mass)).statistics_,
          SimpleImputer(strategy=strategy).fit(column(depth)).statistics_)
print("impute sex", SimpleImputer(strategy="most_frequent").fit(column(sex, object)).statistics_)
train = column(island, object)
new = column(["Dream", "Anvers", NAN], object)
for options in ({"handle_unknown": "ignore"}, {"handle_unknown": "ignore", "drop": "first"},
                {"handle_unknown": "infrequent_if_exist", "min_frequency": 3}):
    encoder = OneHotEncoder(sparse_output=False, **options).fit(train)
    print("one-hot", options, list(encoder.get_feature_names_out(["island"])))
    print(encoder.transform(train).astype(int).tolist())
    print(encoder.transform(new).astype(int).tolist())
