# shellcheck shell=bash disable=SC2154,SC2016,SC2086,SC2012
# Each command, what it prints, and its exit status.
try() {
    echo "\$ assay $*"
    assay "$@"
    echo "[$?]"
}

: >empty.csv
printf 'a,b\n' >header.csv
printf '\177ELF\002\001\001\000\000\000\000\000\000\377\376\000\001' >binary.csv
printf 'a,b\n1,"open\n2,3\n4,5\n' >open.csv
printf 'a,b\n1,2\n3\n4,5,6\n7,8\n' >ragged.csv
printf '\377\376a\000,\000b\000\n\000' >utf16.csv
printf 'name\nM\374ller\n' >latin1.csv
printf 'a,a,\n1,2,3\n' >names.csv
printf 'load iris.csv\0drop\n' >nul.assay
mkfifo pipe.csv
for file in nosuch.csv . empty.csv header.csv binary.csv open.csv ragged.csv utf16.csv latin1.csv \
    names.csv pipe.csv /proc/self/mem; do
    try run -c "load $file; head 3"
done
try run nosuch.assay
try run .
try run nul.assay
try run binary.csv
try predict nosuch.model iris.csv
try predict empty.csv iris.csv

# Root reads everything; others are told.
echo 'a' >secret.csv
chmod 000 secret.csv
if [ -r secret.csv ]; then
    printf '%s\n' '$ assay run -c load secret.csv' \
        '-c:1: error: cannot read secret.csv: Permission denied' '[1]'
else
    try run -c 'load secret.csv'
fi
