# Compressed input: the same table, and a message with its place when it is damaged.
# shellcheck shell=bash disable=SC2154
cp "$source_dir/share/data/iris.csv" .
gzip -nk iris.csv
rows() { assay run -c "load $1" | grep rows; }
rows iris.csv
rows iris.csv.gz
{ head -n 50 iris.csv | gzip -n; tail -n +51 iris.csv | gzip -n; } > two.csv.gz
rows two.csv.gz
assay run -c 'load -' < iris.csv.gz | grep rows
head -c 300 iris.csv.gz > cut.csv.gz
assay run -c 'load cut.csv.gz' 2>&1 | sed 's/[0-9]* bytes were/N bytes were/'
{ head -c -8 iris.csv.gz; printf 'wrong!!!'; } > sum.csv.gz
assay run -c 'load sum.csv.gz' 2>&1 | sed -E 's/byte [0-9]+/byte N/; s/[0-9]+ bytes were/N bytes were/'
assay run -c 'load iris.csv.gz member=x'
