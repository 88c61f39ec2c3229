#!/usr/bin/env bash
# Lets a release-built engine live through a day of virtual time of many instruments, and fails when its memory grows.
# Environment: INSTRUMENTS (900), HOURS (24).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
find_swift

instruments="${INSTRUMENTS:-900}"
hours="${HOURS:-24}"
for number in "$instruments" "$hours"; do
    [[ $number =~ ^[1-9][0-9]{0,4}$ ]] || die "\"$number\" is no number." 'Usage: make day INSTRUMENTS=900 HOURS=24'
done
(( hours > 2 )) || die 'the last hour is compared with the second.' 'Usage: make day HOURS=24'
captures="${ARB1D_CAPTURES:-../shared/captures}"
[[ -r $captures/README.md ]] || die "the recordings are not in $captures." 'Name their folder: ARB1D_CAPTURES=…'

swift build -c release --product market-day || die 'the build failed: see the errors above.'
exec "$(swift build -c release --show-bin-path)/market-day" "$captures" "$instruments" "$hours" 2
