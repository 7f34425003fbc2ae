# shellcheck shell=bash disable=SC2154,SC2016,SC2086,SC2012
# A session finds its files from any folder, and keeps what was written into it by hand.
mkdir -p work/data
head -20 "$source_dir/share/data/penguins.csv" >work/data/birds.csv
cat >work/made.assay <<'END'
# by hand: which birds?
load data/birds.csv
drop missing # whoever was not measured
note done
END
assay run -q -c 'open work/made.assay; save session to=work/saved.assay' && echo saved
(cd work && assay replay --check saved.assay)
(cd / && assay replay --check "$OLDPWD/work/saved.assay")
sed 's/ *#= .*//' work/saved.assay | cut -c1-60

echo '--- saved in another folder it means the same'
mkdir other
assay run -q -c 'open work/made.assay; save session to=other/saved.assay' && echo saved
(cd other && assay replay --check saved.assay)
