#!/usr/bin/env bash
# check_completion.sh ASSAY COMPLETION-FILE - what bash would offer, for a dozen beginnings of lines.
set -uo pipefail
assay=$1 script=$2 failed=0

bash -n "$script" || exit 1
# shellcheck disable=SC2317 # called by the completion; the real one needs an interactive shell
compopt() { :; }
# shellcheck source=/dev/null
source "$script"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
mkdir data
touch "my table.csv" other.txt notes.pdf work.assay species.model

# expect "WHAT IS OFFERED|…" WORD…: the last word is the one at the cursor.
expect() {
    local want=$1 got

    shift
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _assay
    got=$(printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd'|')
    if [ "$got" != "$want" ]; then
        printf '%s\n  wanted %s\n  got    %s\n' "$*" "$want" "$got"
        failed=1
    fi
}

expect 'repl|replay' "$assay" rep
expect 'my table.csv' "$assay" my
expect 'data/|work.assay' "$assay" run ''
expect 'work.assay' "$assay" replay --check w
expect '' "$assay" run work.assay ''
expect 'data/|species.model' "$assay" predict ''
expect 'data/|my table.csv|other.txt' "$assay" predict species.model ''
expect 'always' "$assay" run --color al
expect '--json' "$assay" run --j
expect '--check|--color' "$assay" replay --c
expect 'logistic' "$assay" help logi
expect 'rmse' "$assay" help rm
expect 'functions' "$assay" help fun
expect '' "$assay" run -c ''
exit $failed
