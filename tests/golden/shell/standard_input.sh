# shellcheck shell=bash disable=SC2154,SC2016,SC2086,SC2012
# Each command, what it prints, and its exit status.
try() {
    echo "\$ assay $*"
    assay "$@"
    echo "[$?]"
}

echo 'load iris.csv; head 1' | assay run -
printf 'load iris.csv\nhead 1\n' | assay run -
printf 'a,b\n1,x\n2,y\n' | assay run -c 'load -; head'
printf 'load iris.csv\nnosuch\nhead 1\n' | assay repl
