# shellcheck shell=bash disable=SC2154,SC2016,SC2086,SC2012
# Each command, what it prints, and its exit status.
try() {
    echo "\$ assay $*"
    assay "$@"
    echo "[$?]"
}

# Text, command, text: what is recorded is read as the command that was recorded.
cat >odd.assay <<'END'
load iris.csv
rename sepal_length_cm to="sepal length, \"raw\""
rename sepal_width_cm to='a#b $c'
rename petal_width_cm to="tab\there"
scale "sepal length\\, \"raw\"" 'a#b $c'
replace species from=setosa to="" match=exact
replace species from="" to="it's; back"
derive x = if(`a#b $c` > 0, "# no comment; 'quoted'", 'b"c')
filter x != "no" or is_missing(x)
note it's "open, # here; and $5 \ here
encode species
drop "species=it's; back"
drop "tab\there"
END
try run -q -c 'source odd.assay; save session to=once.assay'
try run -q -c 'open once.assay; save session to=twice.assay'
cmp once.assay twice.assay && echo 'the same'
sed '1d;s/  *#= .*//' once.assay | cut -c1-100
try replay --check twice.assay
