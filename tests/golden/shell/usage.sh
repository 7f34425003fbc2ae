# shellcheck shell=bash disable=SC2154,SC2016,SC2086,SC2012
# Each command, what it prints, and its exit status.
try() {
    echo "\$ assay $*"
    assay "$@"
    echo "[$?]"
}

try --version
try --versoin
try run
try run a.assay b.assay
try replay
try predict one
try run --threads 0 -c 'quit'
try run --threads=x -c 'quit'
try run -D nothing -c 'quit'
try repl --json
try help nosuch
try help trian
try help derive
try help
try run --quiet -c 'load iris.csv; drop species'
