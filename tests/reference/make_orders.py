#!/usr/bin/env python3
"""Makes share/data/orders.csv: invented orders of an invented shop, with the faults that such tables
have: spellings of one city, dates in two forms, -999 for unknown, blanks, copies, prices off by a
factor of a hundred, a region that contradicts its city.

    python3 tests/reference/make_orders.py > share/data/orders.csv
"""
import csv
import random
import sys

random.seed(20240229)
CITIES = {"Zürich": "east", "Genève": "west", "Lausanne": "west", "Bern": "west", "Basel": "north", "St. Gallen": "east"}
SPELLINGS = {"Zürich": ["zürich", "Zurich", "Zürich "], "Genève": ["Geneve", "GENÈVE"], "St. Gallen": ["St Gallen", "Gallen St."]}
PRODUCTS = {"kettle": 39, "lamp": 64, "chair": 118, "desk": 340, "shelf": 89}

rows = []
for number in range(1, 401):
    city = random.choice(list(CITIES))
    product = random.choice(list(PRODUCTS))
    quantity = random.choice([1, 1, 1, 2, 2, 3, 5])
    price = round(PRODUCTS[product] * random.uniform(0.93, 1.07), 2)
    age = random.randint(19, 78)
    day, month = random.randint(1, 28), random.randint(1, 12)
    late = 1 / (1 + 2.718281828 ** -(0.9 * (product == "desk") + 0.6 * (CITIES[city] == "west") + 0.25 * quantity - 1.6))
    rows.append({
        "order": f"{number:05d}", "date": f"2024-{month:02d}-{day:02d}", "city": city, "region": CITIES[city], "product": product,
        "quantity": quantity, "price": f"{price:.2f}", "age": age, "late": "yes" if random.random() < late else "no",
    })

for row in random.sample(rows, 30):
    if row["city"] in SPELLINGS:
        row["city"] = random.choice(SPELLINGS[row["city"]])
for row in random.sample(rows, 14):
    year, month, day = row["date"].split("-")
    row["date"] = f"{day}.{month}.{year}"
for row in random.sample(rows, 25):
    row["age"] = -999
for row in random.sample(rows, 18):
    row["price"] = ""
for row in random.sample([r for r in rows if r["price"]], 4):
    row["price"] = f"{100 * float(row['price']):.2f}"
for row in random.sample(rows, 6):
    row["region"] = random.choice([r for r in ("east", "west", "north") if r != row["region"]])
for row in random.sample(rows, 8):
    rows.insert(random.randrange(len(rows)), dict(row))

out = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
out.writeheader()
out.writerows(rows)
