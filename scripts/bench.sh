#!/usr/bin/env bash
# Builds the benchmarks and prints each row beside its floor or peer, run in turn.
# Environment: PAIRS, ROWS (all by default), QUICK=1 for one small pair of each.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
find_swift

build=.build-bench
link_benchmarked
say 'Building the benchmarks: two minutes the first time ...'
swift build -c release --package-path Benchmarks --scratch-path "$build" --quiet || die 'the benchmarks do not build.' \
    'Look at the errors above.'
if [[ -x .build/release/arb1d && ",${ROWS:-latency}," == *,latency,* ]]; then
    swift build -c release --product latency --quiet || die 'latency does not build.' 'Look at the errors above.'
fi
for tool in g++ gcc valgrind strace openssl prometheus prometheus-pushgateway; do
    command -v "$tool" >/dev/null || say "$tool is not installed: rows that need it are left out (apt-get install $tool)."
done
bin="$(swift build -c release --package-path Benchmarks --scratch-path "$build" --show-bin-path)"
options=(--pairs "${PAIRS:-5}" --bin "$bin")
[[ -n ${ROWS:-} ]] && options+=(--rows "$ROWS")
[[ -n ${QUICK:-} ]] && options+=(--quick)
exec python3 Benchmarks/run.py "${options[@]}"
