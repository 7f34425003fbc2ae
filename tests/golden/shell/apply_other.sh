# shellcheck shell=bash disable=SC2154,SC2016,SC2086,SC2012
# Each command, what it prints, and its exit status.
try() {
    echo "\$ assay $*"
    assay "$@"
    echo "[$?]"
}

sed '1s/.*/species,isle,bill_len,bill_depth_mm,flipper_length_mm,body mass,sex/' \
    "$source_dir/share/data/penguins.csv" >other.csv
cat >clean.assay <<'END'
load penguins.csv
drop missing bill_length_mm
impute sex method=mode
derive ratio = bill_length_mm / (bill_depth_mm + 0 * body_mass_g)
filter ratio > 2 and matches(island, '^[BD]')
encode island
scale bill_* body_mass_g
drop sex
note done
END
echo '--- what it would do'
try run -c 'load other.csv; apply clean.assay run=no'
echo '--- with the names it has here'
try run -q -c 'load other.csv; apply clean.assay map="island:isle,bill_length_mm:bill_len,body_mass_g:body mass,ratio:r"; save session to=applied.assay'
cut -d'#' -f1 applied.assay | grep -v '^$'
try replay --check applied.assay
echo '--- a part of it; all or nothing; mistakes'
try run -c 'load other.csv; apply clean.assay lines=8-; steps'
try run -q -c 'load other.csv; apply clean.assay fit=all; steps'
try run -q -c 'load other.csv; apply clean.assay map=nosuch:isle'
try run -q -c 'load other.csv; apply clean.assay map=nosuch'
try run -q -c 'load other.csv; apply clean.assay lines=x'
try run -q -c 'load other.csv; apply clean.assay lines=1'
try run -q -c 'load other.csv; apply nosuch.assay'
echo '--- a part of the history as a file, with parameters'
try run -c 'load penguins.csv; drop missing sex; derive r = bill_length_mm / body_mass_g; scale bill_length_mm r; macro part.assay from=3 parameters=bill_length_mm:length,body_mass_g:mass' | tail -3
cat part.assay
sed 's/body mass/body_mass/' other.csv >plain.csv
try run -D length=bill_len -D mass=body_mass -c 'load plain.csv; source part.assay; steps' | tail -4
try run -q -c 'load penguins.csv; drop sex; macro part.assay parameters=nosuch:x'
try run -q -c 'load penguins.csv; macro part.assay'
try run -q -c 'load penguins.csv; drop sex; macro part.assay parameters=sex:1x'
