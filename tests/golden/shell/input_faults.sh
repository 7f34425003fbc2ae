# Faulty input, by its number in the list of faults (A4 …): a clear result each, and never a silent one.
# shellcheck shell=bash disable=SC2154,SC2016
show() { assay run -c "load $1; head 3" 2>&1 | grep -v "^>" | grep .; }

echo 'A4: no line end at the end, two of them: the same table'
printf 'a,b\n1,2\n' >plain.csv
printf 'a,b\n1,2' >bare.csv
printf 'a,b\n1,2\n\n' >double.csv
for file in plain bare double; do assay run -q -c "load $file.csv; export to=$file.out.csv"; done
cmp plain.out.csv bare.out.csv && cmp plain.out.csv double.out.csv && echo same

echo 'A7: a NUL is kept or told, nothing is cut there'
printf 'a,b\n1,x\0y\n2,z\n' >nul.csv
show nul.csv

echo 'A8: line ends of all kinds'
printf 'a,b\r\n1,2\n3,4\r5,6\r\n' >ends.csv
show ends.csv

echo 'A9: delimiters, line ends and doubled quotes in quotes'
printf 'a,b\n"1\n2","x,""y"""\n' >quotes.csv
show quotes.csv

echo 'A15: a delimiter that is seldom one'
printf 'a~b\n1~2\n3~4\n' >tilde.csv
show tilde.csv

echo 'A16, A17: leading zeros, 1e400, integers above 2^53 and beyond 64 bits'
printf 'id,big,wide,huge\n007,1,9007199254740993,99999999999999999999\n010,1e400,1,1\n' >numbers.csv
show numbers.csv

echo 'A18: a word after many numbers'
{ echo a,b; for ((i = 0; i < 3000; i++)); do echo "$i,1"; done; echo word,1; } >late.csv
show late.csv

echo 'A20: many columns'
{ seq -s, 1 3000 | sed 's/[0-9]*/c&/g'; seq -s, 1 3000; } >wide.csv
assay run -c 'load wide.csv' | sed -n 2p

echo 'A21: a database is not read through gzip'
printf 'SQLite format 3\0' | gzip -n >base.db.gz
show base.db.gz

echo 'A24: control characters of cells do not reach the terminal'
printf 'a,b\n\033[31mred,1\n\xe2\x80\xaeabc,2\n' >hostile.csv
show hostile.csv | cat -v

echo 'A25: a formula is a text'
printf 'a,b\n=1+2,1\n=cmd|x,2\n' >formula.csv
show formula.csv

echo 'A40: a pipe that dribbles'
{ for part in 'a,' 'b' '\n1' ',"x' 'y"\n' '2,z'; do printf '%b' "$part"; sleep 0.02; done; } |
    assay run -c 'load -; head' | grep -v '^>' | grep .
