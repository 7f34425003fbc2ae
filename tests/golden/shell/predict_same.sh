# shellcheck shell=bash disable=SC2154,SC2016,SC2086,SC2012
# Each command, what it prints, and its exit status.
try() {
    echo "\$ assay $*"
    assay "$@"
    echo "[$?]"
}

# The bundle on raw data gives, bit for bit, what the workbench gave.
for name in 'penguins:species:impute all; encode all; scale all:logistic' \
    'diabetes:progression:derive ratio = ldl / hdl; scale all:ridge'; do
    IFS=: read -r data target steps learner <<<"$name"
    try run -q -c "load $data.csv; target $target; $steps; split test=0.25; train $learner as=m; \
 save model m to=$data.model; predict m to=workbench.csv"
    assay predict $data.model "$source_dir/share/data/$data.csv" >shell.csv
    assay predict $data.model "$source_dir/share/data/$data.csv" -o file.csv --threads 1
    cmp workbench.csv shell.csv && cmp shell.csv file.csv && echo "$data: the same"
    head -3 shell.csv
done
printf 'bill_length_mm,species\n39,Adelie\n' >lacking.csv
try predict penguins.model lacking.csv
sed '2s/39.1/wide/' "$source_dir/share/data/penguins.csv" | head -4 >words.csv
try predict penguins.model words.csv
for at in 100 5000 20000; do
    cp penguins.model damaged.model
    printf '\377\376\375' | dd of=damaged.model bs=1 seek=$at conv=notrunc status=none
    try predict damaged.model words.csv
done
head -c 3000 penguins.model >short.model
try predict short.model words.csv
