# shellcheck shell=bash disable=SC2154,SC2016,SC2086,SC2012
# Each command, what it prints, and its exit status.
try() {
    echo "\$ assay $*"
    assay "$@"
    echo "[$?]"
}

# A recorded session replays with any number of threads; what was changed is named.
cp "$source_dir/share/data/iris.csv" iris.csv
cat >made.assay <<'END'
load iris.csv
target species
derive ratio = petal_length_cm / petal_width_cm
scale all
split test=0.25 seed=3
train logistic as=lr
validate lr folds=5
test lr
END
try run -q -c 'open made.assay; save session to=made.assay'
for threads in 1 2 4; do
    try replay --check --threads $threads made.assay
done

echo '--- one byte of the data'
sed -i '77s/^./9/' iris.csv
try replay --check made.assay
cp "$source_dir/share/data/iris.csv" iris.csv

echo '--- one parameter'
sed 's/seed=3/seed=4/' made.assay >edited.assay
try replay --check edited.assay
sed 's/C=1 /C=2 /' made.assay >edited.assay
try replay --check edited.assay

echo '--- one line is gone'
grep -v '^derive' made.assay >edited.assay
try replay --check edited.assay

echo '--- one digest'
sed '/^validate/s/#= \(.\{9\}\)..../#= \10000/' made.assay >edited.assay
try replay --check edited.assay

echo '--- without --check it is just run'
try replay -q edited.assay
try replay --check nosuch.assay
