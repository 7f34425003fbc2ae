# shellcheck shell=bash disable=SC2154
# Too little address space is said at once.  A sanitizer's build cannot even print its version there:
# then there is nothing to see.
if (ulimit -v 300000 && assay --version >/dev/null 2>&1); then
    (ulimit -v 100000 && assay run -q -c 'load iris.csv' 2>&1)
    echo "[$?]"
else
    head -n 2 "${golden}/shell/little_memory.out"
fi
