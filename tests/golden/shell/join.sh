# A second table: join, append, what they report, undo, replay, and where a cell comes from.
# shellcheck shell=bash disable=SC2154
printf 'id,city,amount\n1, Oslo ,10\n2,Rome,\n3,Oslo,30\n4,Paris,40\n,Rome,50\n' > orders.csv
printf 'city,zone,amount\nOslo,north,1\nRome,south,2\nRome,"south, old",3\nLima,west,4\n' > zones.csv
printf 'id,city,note\n7,Kyiv,late\n' > more.csv
assay run -c 'load orders.csv
    trim city
    join zones.csv by=city
    head
    where 3 zone
    where 1 city
    append more.csv
    head
    where 7 note
    impute amount method=median
    where 6 amount
    undo; undo; undo; steps
    redo
    save session to=join.assay'
sed -E 's/time=[^ ]*/time=TIME/; s/ delimiter=.*   #=/ …   #=/' join.assay
assay replay --check join.assay
for how in inner full semi anti; do
    assay run -c "load orders.csv; trim city; join zones.csv by=city how=$how; head"
done
assay run -c 'load orders.csv; join zones.csv by=town'
assay run -c 'load orders.csv; join zones.csv by=id'
assay run -c 'load orders.csv; impute amount method=mean; join zones.csv by=city'
assay run -c 'load orders.csv; split test=0.4 seed=1; append more.csv'
assay run -c 'append more.csv'
assay run -q -c 'load orders.csv; join zones.csv by=city; target id; drop missing id; train baseline as=b
    save model b to=b.model'
sed -i 's/Lima,west,4/Lima,west,4\nKyiv,east,5/' zones.csv
assay replay --check join.assay
