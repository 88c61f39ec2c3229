#!/usr/bin/env bash
# Runs the metrics' torture under ThreadSanitizer: eight writers, four scrapers, children that come and go.
# Usage: tsan.sh [SECONDS] [SEED]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root/Torture"
find_swift

run_seconds=${1:-30}
seed=${2:-$RANDOM}
[[ $run_seconds =~ ^[1-9][0-9]*$ ]] || die "SECONDS=$run_seconds is not a number of seconds." 'make tsan SECONDS=30'

swift build --sanitize=thread -c release --scratch-path "$root/.build-thread" ||
    die 'the torture does not build: see the errors above.'
program="$(swift build --sanitize=thread -c release --scratch-path "$root/.build-thread" --show-bin-path)/torture"
# A backtrace of a report takes minutes here, and the report has one of its own.
if ! SWIFT_BACKTRACE=enable=no TSAN_OPTIONS='halt_on_error=0 exitcode=66' "$program" "$run_seconds" "$seed"; then
    die 'the torture failed.' 'A data race: its report is above. WRONG: a count was lost.' "Again: make tsan SEED=$seed"
fi
say 'ThreadSanitizer: nothing to report, and every count is exact'
