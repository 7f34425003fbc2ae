# shellcheck shell=bash disable=SC2154
# Steps whose parameters were found in the data (clusters, forms of dates, a map's file) act on raw
# new data as they were recorded: the bundle and the workbench agree, without the map's file.
{
    echo 'id,when,who,code,amount,group'
    for i in $(seq 1 40); do
        names=('Müller, A.' 'A. Muller' 'SMITH  Jo' 'Smith, Jo' 'a muller')
        printf '%d,%d.%d.2020,"%s",x%d-%d,%d,%s\n' "$i" $((i % 28 + 1)) $((i % 12 + 1)) \
            "${names[i % 5]}" $((i % 3)) $((i % 7)) $((i * 3 % 17)) "$([ $((i % 4)) = 0 ] && echo g$((i % 3)))"
    done
} >raw.csv
printf 'from,to\nx0,zero\nx1,one\n' >map.csv
assay run -q -c 'load raw.csv types=id:int,when:text,who:text,code:category,amount:real,group:category
 fill group
 edit 3 amount 99
 normalise who
 merge who
 cast who to=category
 dates when parts=month,weekday keep=no
 separate code by=- into=kind,number
 cast number to=int
 replace kind map=map.csv
 unite who kind into=both keep=yes
 case both to=upper
 drop id
 target amount
 encode all
 train ridge as=m
 save model m to=m.model
 predict m to=workbench.csv'
rm map.csv
assay predict m.model raw.csv >shell.csv
cmp workbench.csv shell.csv && echo 'the same'
assay predict m.model raw.csv --threads 4 | cmp - shell.csv && echo 'with any number of threads'
head -3 shell.csv
