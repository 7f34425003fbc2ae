# shellcheck shell=bash disable=SC2154,SC2016,SC2086,SC2012
# Each command, what it prints, and its exit status.
try() {
    echo "\$ assay $*"
    assay "$@"
    echo "[$?]"
}

# A full disk is said, and what stood there before is intact.
ln -s /dev/full full.csv
try run -q -c 'load iris.csv; save session to=/dev/full'
try run -q -c 'load iris.csv; export to=full.csv'
try run -q -c 'load iris.csv; target species; train baseline as=b; save model b to=/dev/full'
try run -q -c 'load iris.csv; target species; train baseline as=b; predict b to=full.csv'
try run -q -c 'load iris.csv; save session to=.'
try run -q -c 'load iris.csv; save session to=nosuch/s.assay'
try run -q -c 'load iris.csv; target species; train baseline as=b; save model b to=b.model'
try predict b.model "$source_dir/share/data/iris.csv" -o full.csv
echo '$ assay run -c ... > /dev/full'
assay run -c 'load iris.csv; describe' >/dev/full
echo "[$?]"
ls -A
