# One table after another in the formats that can be read; what does not fit is told with its place.
# shellcheck shell=bash disable=SC2154
cat > people.jsonl <<'END'
{"id": 1, "name": "Ann", "at": {"lat": 1.5, "ok": true}, "tags": [1, 2]}
{"id": 2, "name": null, "day": "2024-01-05", "big": 9007199254740993}
{"id": 3, oops}
{"id": "4"}
END
cat > weather.arff <<'END'
% the weather
@relation weather
@attribute outlook {sunny, 'light rain'}
@attribute temperature numeric
@attribute note string
@data
sunny,85,"it's hot"
'light rain',?,x
snow,1,x
{1 20}
END
printf '1 1:0.5 3:2\n-1 2:1 # note\nbad\n' > points.svm
printf 'name   age city\n------ --- --------\nAnn     23 New York\nBob      7 Paris\n' > people.fwf
for file in people.jsonl weather.arff points.svm people.fwf; do
    assay run -c "load $file; head"
    echo
done
assay run -q -c 'load people.fwf; export to=people.db; export to=people.json format=jsonl
    export to=people.arff relation=people; export to=again.csv'
cat people.json people.arff again.csv
assay run -c 'load people.db; head; load people.db query="select city, age from data where age > 10"; head'
assay run -c 'load people.db table=nobody'
assay run -c 'load people.db query="drop table data"'
assay run -c 'load people.jsonl delimiter=tab'
assay run -c 'load people.fwf format=xml'
assay run -c 'load people.fwf; export to=x.unknown'
printf '{"a":1,}\n' > bad.json
assay run -c 'load bad.json'
assay run -c 'load -' < people.jsonl | head -3
