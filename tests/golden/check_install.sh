#!/usr/bin/env bash
# check_install.sh BUILD-FOLDER - what `cmake --install` puts into a prefix, and that it works from there.
set -uo pipefail
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

cmake --install "$1" --prefix "$prefix" >"$prefix/log" 2>&1 || {
    cat "$prefix/log"
    exit 1
}
failed=0
for file in bin/assay share/man/man1/assay.1 share/man/man5/assay-session.5 \
    share/man/man7/assay-commands.7 share/bash-completion/completions/assay \
    share/assay/sessions/wine.assay share/assay/data/iris.csv share/assay/gnuplot/cells.lua; do
    [ -s "$prefix/$file" ] || {
        echo "not installed: $file"
        failed=1
    }
done
# Its own data, not the source tree's.
cd / || exit 1
shown=$("$prefix/bin/assay" run -c 'load iris.csv; show') || failed=1
grep -qF "$(basename "$prefix")" <<<"$shown" || {
    echo "the installed program does not find its own data:"
    echo "$shown"
    failed=1
}
if command -v mandoc >/dev/null; then
    mandoc -Tlint -Wwarning "$prefix"/share/man/man?/assay* || failed=1
fi
exit $failed
