#!/usr/bin/env bash
# Compares the metrics that the tests have seen move with the catalogue: what is exported must be shown to move, and a
# reason must stand in Tests/unmoved.txt for what cannot.
# Usage: moved.sh, after the tests of scripts/test.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
find_swift

moved=.run/moved
[[ -n "$(ls -A "$moved" 2>/dev/null)" ]] || die "no test has told what it saw: $moved is empty." 'Run the tests: make test'
arb1d="$(swift build "${debug_flags[@]}" --show-bin-path)/arb1d"
LLVM_PROFILE_FILE=/dev/null "$arb1d" metrics --format json | grep -o '{"name":"[a-z0-9_]*","type"' | cut -d'"' -f4 | sort >"$moved.all"
sort -u "$moved"/* >"$moved.seen"
awk '!/^#/ && NF > 1 { print $1 }' Tests/unmoved.txt | sort >"$moved.excused"

failed=0
# complain TEXT REMEDY: about every family that is read.
complain() {
    local family
    while read -r family; do
        printf '%s %s\n' "$family" "$1" >&2
        failed=1
    done
}
complain 'is exported, and no test has seen it move: write one, or a reason into Tests/unmoved.txt' \
    < <(comm -23 "$moved.all" "$moved.seen" | comm -23 - "$moved.excused")
complain 'has an excuse in Tests/unmoved.txt, and a test has seen it move: take the line out' \
    < <(comm -12 "$moved.seen" "$moved.excused")
complain 'has an excuse in Tests/unmoved.txt, and does not exist: take the line out' \
    < <(comm -13 "$moved.all" "$moved.excused")
(( failed == 0 )) || die 'the tests and the catalogue of metrics disagree: see above.'
say "Metrics: $(wc -l <"$moved.all") families, all but $(wc -l <"$moved.excused") seen to move"
