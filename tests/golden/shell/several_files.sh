# Several files as one table: columns by name, types, partitions, the file of each row.
# shellcheck shell=bash disable=SC2154
mkdir -p sales/year=2023/region=north sales/year=2024/region=south%20east sales/_old empty
printf 'id,amount\n1,10\n2,20\n' > sales/year=2023/region=north/a.csv
printf 'id,amount,extra\n3,1.5,x\n' > sales/year=2024/region=south%20east/b.csv
printf '{"id":4,"amount":"n/a"}\n' > sales/year=2024/region=south%20east/c.jsonl
printf 'id\n9\n' > sales/_old/d.csv
printf 'id,source\n5,web\n,"6,7",x\n' > e.csv
assay run -c 'load sales; head; save session to=sales.assay'
assay replay --check sales.assay
assay run -c 'load "sales/*/*/*.csv"; head'
assay run -c 'load e.csv sales/year=2023/region=north/a.csv; head; history'
assay run -c 'load "nothing*.csv"'
assay run -c 'load empty'
assay run -c 'load e.csv missing.csv'
