# From a cell back to its file and through every step.
# shellcheck shell=bash disable=SC2154
printf 'id,name,age\n1,Ann,30\n2,bob,\n2,bob,\n3,Cy,n/a\n4,Di,41\n' > a.csv
mkdir -p y=1; printf 'id,name\n9,Eve\n' > y=1/b.csv
assay run -c 'load a.csv types=id:int,name:category,age:int
    replace name from=bob to=Bob
    dedupe
    rename name who
    impute age method=median
    derive twice = age * 2
    encode who method=onehot
    where 2 age
    where 2 who
    where 3 age
    where 4 age
    where 2 twice
    where 1 "who=Bob"
    where 9 age'
assay run -q -c 'load a.csv; where 1 agee'
assay run --json -c 'load a.csv types=id:int,name:category,age:int; impute age method=mean; where 2 age' | tail -1
assay run -c 'load a.csv path=y=1/b.csv; where 6 name; where 6 y'

# Other formats, several files, what is packed: each tells the byte.
printf '{"id":1,"name":"Ann"}\n{"id":2,"name":"Bob"}\n' > c.jsonl
gzip -nc c.jsonl > c.jsonl.gz
printf 'id,name\n7,Eve\n8,"Z\noe"\n9,Ian\n' > b.csv
for load in 'c.jsonl; where 2 id' 'c.jsonl.gz; where 2 id' 'a.csv path=b.csv; where 8 name' 'a.csv path=c.jsonl.gz; where 7 name'; do
    assay run -c "load $load" 2>&1 | grep '^  from'
done
