#!/usr/bin/env bash
# runner.sh ASSAY CASE - run one golden case and compare what it prints with CASE's .out.
#
# NAME.assay is a session, run in batch; a first line "# with: OPTIONS" gives `assay run` options.
# NAME.sh is a shell script in which `assay` is the program.  Both run in an empty folder, without
# gnuplot, and print standard output, standard error and the exit status together.
# ASSAY_UPDATE_GOLDEN=1 writes the .out anew: read the difference before you commit it.
set -uo pipefail
program=$(realpath "$1") case_file=$(realpath "$2")
expected=${case_file%.*}.out
golden=$(cd "$(dirname "$0")" && pwd)
source_dir=$(cd "$golden/../.." && pwd)
export golden source_dir program

scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
mkdir "$scratch/here" "$scratch/state"
cd "$scratch/here" || exit 2
unset ASSAY_THREADS OMP_NUM_THREADS NO_COLOR COLUMNS LINES
export LC_ALL=C.UTF-8 TERM=dumb TZ=UTC XDG_STATE_HOME=$scratch/state HOME=$scratch/state
export ASSAY_SHARE=$source_dir/share

# The program, without anything along its PATH: no gnuplot.
assay() { env PATH=/nonexistent "$program" "$@"; }

# What differs from run to run or place to place: times, folders, digits past the sixth.
normalise() {
    sed -E -e "s#$golden/#GOLDEN/#g; s#$source_dir/#SOURCE/#g; s#$scratch/here/?#HERE/#g" \
        -e 's/ time=[0-9]{4}-[0-9T:-]+Z/ time=TIME/g; s/, time [0-9T:-]+Z → [0-9T:-]+Z$//' \
        -e 's/"(ms|seconds)":[-+0-9.e]+/"\1":0/g' |
        awk '{
            out = ""
            while (match($0, /-?[0-9]+\.[0-9]+(e[-+]?[0-9]+)?/)) {
                number = substr($0, RSTART, RLENGTH); digits = number; gsub(/e.*|[^0-9]/, "", digits)
                out = out substr($0, 1, RSTART - 1) (length(digits) > 9 ? sprintf("%.6g", number) : number)
                $0 = substr($0, RSTART + RLENGTH)
            }
            print out $0
        }'
}

case $case_file in
*.assay)
    options=$(sed -nE '1s/^# with: //p' "$case_file")
    # shellcheck disable=SC2086 # a list of words
    assay run $options "$case_file" >"$scratch/printed" 2>&1
    status=$?
    ;;
*)
    # shellcheck source=/dev/null
    (set +o pipefail; source "$case_file") >"$scratch/printed" 2>&1
    status=$?
    ;;
esac
{
    cat "$scratch/printed"
    echo "[exit $status]"
} | normalise >"$scratch/got"

if [ -n "${ASSAY_UPDATE_GOLDEN-}" ]; then
    cp "$scratch/got" "$expected"
    exit 0
fi
diff -u --label expected --label got "$expected" "$scratch/got"
