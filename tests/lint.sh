#!/usr/bin/env bash
# tests/lint.sh - what a compiler does not check: form, floors, banned functions, the house.
#
# Prints FILE:LINE: complaint, and exits 1 when there was one.  `tests/lint.sh fix` lets clang-format
# mend the form first.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
complain() { cat >>"$work/complaints"; }
: >"$work/complaints"

# A checkout knows its files; an unpacked archive has nothing but them.
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard
else
    find . -name 'build*' -prune -o -type f -print | sed 's,^\./,,'
fi | sort -u | while read -r file; do [ ! -f "$file" ] || echo "$file"; done >"$work/files"
mapfile -t sources < <(grep -E '\.[ch]$' "$work/files")
mapfile -t scripts < <(grep -E '^share/bootstrap$|^\.ci/run$|\.sh$|\.bash$' "$work/files")
echo "lint: ${#sources[@]} sources, ${#scripts[@]} scripts"

# "FILE:LINE:text" of all sources, without comments and what stands in quotes; includes stay whole.
awk '
FNR == 1 { in_comment = 0 }
/^[ \t]*#[ \t]*include/ { print FILENAME ":" FNR ":" $0; next }
{
    out = ""; quote = ""; n = length($0)
    for (i = 1; i <= n; i++) {
        c = substr($0, i, 1); two = substr($0, i, 2)
        if (in_comment) { if (two == "*/") { in_comment = 0; i++ } }
        else if (quote != "") { if (c == "\\") i++; else if (c == quote) quote = "" }
        else if (two == "/*") { in_comment = 1; i++ }
        else if (c == "\"" || c == "\047") quote = c
        else out = out c
    }
    print FILENAME ":" FNR ":" out
}' "${sources[@]}" >"$work/bare"

# forbid WHERE EXCEPT PATTERN COMPLAINT: a pattern in files that match WHERE, but for EXCEPT.
forbid() {
    grep -E "^($1)" "$work/bare" | grep -vE "^($2):" | grep -E "^[^:]*:[0-9]+:.*($3)" |
        sed -E "s#^([^:]*:[0-9]+):.*#\1: $4#" | complain
}

# ---------------------------------------------------------------- form

if command -v clang-format >/dev/null; then
    [ "${1-}" != fix ] || clang-format -i "${sources[@]}"
    clang-format --dry-run -Werror --ferror-limit=1 "${sources[@]}" 2>&1 |
        sed -nE 's#^([^: ]+:[0-9]+):.*code should be clang-formatted.*#\1: form differs from .clang-format; tests/lint.sh fix mends it#p' |
        complain
else
    echo "lint: clang-format is not installed, form is not checked"
fi
if command -v shellcheck >/dev/null; then
    shellcheck -f gcc "${scripts[@]}" | complain
fi
awk 'FNR == 801 { print FILENAME ":801: past 800 lines: is it one thing?" }' "${sources[@]}" |
    complain
grep -nHiE '\b(TODO|FIXME|XXX)\b' "${sources[@]}" share/gnuplot/*.lua |
    sed -E 's#^([^:]*:[0-9]+):.*#\1: something is left open#' | complain

# ---------------------------------------------------------------- includes run downwards

awk -v list="$work/files" '
function rank_of(path,   part) {
    if (path ~ /^tui\//) return 30
    if (path ~ /^sessions\//) return 20
    if (path ~ /^viz\//) return 15
    if (path ~ /^engine\/[^\/]+\//) { split(path, part, "/"); return floor[part[2]] }
    return 12 # engine/workspace
}
BEGIN {
    n = split("base num table io profile prepare learn evaluate tune", order, " ")
    for (i = 1; i <= n; i++) floor[order[i]] = i
    while ((getline file < list) > 0) there[file] = 1
}
/^(engine|viz|sessions|tui)\/[^:]*:[0-9]+:[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, at, ":"); file = at[1]
    match($0, /"[^"]*"/); name = substr($0, RSTART + 1, RLENGTH - 2)
    folder = file; sub(/[^\/]*$/, "", folder)
    target = ""
    n_places = split(folder " engine/ viz/ sessions/ tui/", place, " ")
    for (i = 1; i <= n_places && target == ""; i++)
        if ((place[i] name) in there) target = place[i] name
    if (target == "")
        print file ":" at[2] ": " name " is no header of this house"
    else if (rank_of(target) > rank_of(file))
        print file ":" at[2] ": includes run downwards, and " target " is above"
}' "$work/bare" | complain

forbid '.*' 'tui/term\.c|tests/.*' '#[ \t]*include[ \t]*<n?curses' 'curses belongs to tui\/term.c'
forbid '.*' 'tui/(prompt|repl)\.c' '#[ \t]*include[ \t]*<readline' \
    'readline belongs to tui\/prompt.c and tui\/repl.c'
forbid '.*' 'engine/num/.*' '#[ \t]*include[ \t]*<(cblas|lapacke|lbfgs|gsl/)' \
    'OpenBLAS, LAPACKE, GSL and L-BFGS belong to engine\/num'

# ---------------------------------------------------------------- functions nobody calls

call() { echo "(^|[^A-Za-z0-9_>.])($1)[ ]*\\("; }
forbid 'engine|viz' 'none' "$(call 'printf|vprintf|puts|putchar|perror')|[^A-Za-z_](stdout|stderr)[^A-Za-z_]" \
    'engine and viz print nothing'
forbid 'engine|viz' 'none' "$(call 'getenv|secure_getenv|time|clock|clock_gettime|gettimeofday')" \
    'engine and viz read neither environment nor clock'
forbid '.*' 'none' "$(call 'strcpy|strcat|sprintf|vsprintf|strtok|gets|tmpnam|mktemp')" \
    'a banned function'
forbid '.*' 'tests/.*' "$(call 'system|popen')" 'no shell anywhere: fork and exec with a list'

# ---------------------------------------------------------------- the house

sed 's,.*/,,' "$work/files" | grep -E '\.[ch]$' | sort | uniq -d | while read -r name; do
    grep -E "(^|/)$name\$" "$work/files" | sed "s#\$#:1: another file is called $name#"
done | complain
cut -d/ -f1 "$work/files" | sort -u | while read -r entry; do
    case $entry in
    .* | CMakeLists.txt | LICENSE | README.md | engine | viz | sessions | tui | tests | share) ;;
    *) echo "$entry:1: the top level holds nothing else (see README.md)" ;;
    esac
done | complain

if [ -s "$work/complaints" ]; then
    sort -u "$work/complaints" | sort -t: -k1,1 -k2,2n
    echo "lint: $(sort -u "$work/complaints" | wc -l) complaints"
    exit 1
fi
echo "lint: clean"
