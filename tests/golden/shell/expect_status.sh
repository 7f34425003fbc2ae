# shellcheck shell=bash disable=SC2154,SC2016,SC2086,SC2012
# Each command, what it prints, and its exit status.
try() {
    echo "\$ assay $*"
    assay "$@"
    echo "[$?]"
}

cat >ok.assay <<'END'
load iris.csv
expect species in=setosa,versicolor,virginica
expect petal_width_cm min=0.2 severity=warn
END
try run -q ok.assay
echo 'expect petal_length_cm max=6.5' >>ok.assay
try run -q ok.assay
echo '--- a later step mends what is expected of the table behind it, not of the one before it'
try run -q -c 'load iris.csv; clip petal_length_cm max=6.5; expect petal_length_cm max=6.5; clip petal_length_cm max=3'
try run -q -c 'load iris.csv; expect petal_length_cm max=6.5; clip petal_length_cm max=6.5'

echo '--- every failing row is listed for programs'
{ echo x; seq 1 10001; } >many.csv
try run --json -c 'load many.csv; expect x max=0' 2>/dev/null | python3 -c '
import json, sys
for line in sys.stdin:
    if line.startswith("{"):
        o = json.loads(line)
        for e in o["report"].get("expectations", []):
            rows = [f["row"] for f in e["failing"]]
            print(o["command"], o["ok"], e["rows_failed"], len(rows), rows == list(range(1, 10002)))
    else:
        print(line, end="")'
try run -q -c 'load many.csv; expect x max=0'

echo '--- a model checks new data'
assay run -q -c 'load iris.csv; expect sepal_length_cm min=4 max=8; scale all; expect sepal_length_cm min=-4 max=4; target species; train logistic as=m; save model m to=m.model'
try predict m.model "$source_dir/share/data/iris.csv" -o p.csv
wc -l <p.csv
sed 's/^5.1,/15.1,/' "$source_dir/share/data/iris.csv" >bad.csv
try predict m.model bad.csv -o p.csv
wc -l <p.csv
rm p.csv
try predict --strict m.model bad.csv -o p.csv
ls p.csv
