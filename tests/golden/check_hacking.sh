#!/usr/bin/env bash
# check_hacking.sh SOURCE-FOLDER - the examples of share/doc/hacking.md are what today's headers want.
set -uo pipefail
cd "$1" || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Each ```c block begins with "/* FOLDER/FILE.c - …".
awk -v out="$scratch" '
/^```c$/ { inside = 1; next }
/^```$/ { if (inside) close(file); inside = 0; file = ""; next }
inside && file == "" { name = $2; gsub("/", "__", name); file = out "/" name }
inside { print > file }' share/doc/hacking.md

failed=0 n=0
for file in "$scratch"/*.c; do
    n=$((n + 1))
    "${CC:-cc}" -std=c17 -D_GNU_SOURCE -DASSAY_VERSION='""' -fsyntax-only -Werror -Wall -Wextra \
        -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Itui -Isessions -Iviz -Iengine "$file" ||
        failed=1
done
echo "$n examples"
[ $n -eq 5 ] && [ $failed -eq 0 ]
