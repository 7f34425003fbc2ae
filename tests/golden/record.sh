#!/usr/bin/env bash
# record.sh ASSAY - run the shipped sessions and record them anew: after a change that is meant to
# change their results.  `git diff share/sessions` then shows which.
set -euo pipefail
assay=$(realpath "$1")
cd "$(dirname "$0")/../../share/sessions"
for session in *.assay; do
    "$assay" run -q -c "open $session; save session to=$session"
    sed -i "1a # Recorded: \`assay run share/sessions/$session\` does it again, \`assay replay --check\` proves it the same." \
        "$session"
    "$assay" replay --check "$session"
done
