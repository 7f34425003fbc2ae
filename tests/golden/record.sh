#!/usr/bin/env bash
# record.sh ASSAY - run the shipped sessions and record them anew: after a change that is meant to
# change their results.  `git diff share/sessions` then shows which.
set -euo pipefail
assay=$(realpath "$1")
cd "$(dirname "$0")/../../share/sessions"

# The line of load is long: at blanks and commas it goes on in the next.
wrap_load() {
    awk '/^load / {
        mark = index($0, "   #= "); command = substr($0, 1, mark - 1); digest = substr($0, mark)
        while (length(command) > 100) {
            at = 98
            while (at > 60 && substr(command, at, 1) !~ /[ ,]/) at--
            print substr(command, 1, at) "\\"
            command = substr(command, at + 1)
        }
        $0 = command digest
    }
    { print }' "$1" >"$1.wrapped"
    mv "$1.wrapped" "$1"
}

for session in *.assay; do
    "$assay" run -q -c "open $session; save session to=$session"
    wrap_load "$session"
    "$assay" replay --check "$session"
done
