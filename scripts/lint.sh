#!/usr/bin/env bash
# Checks the layout of the Swift sources and the shell scripts; with --fix, lays out the Swift sources.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
find_swift

swift_sources=(Sources Tests Fuzz Benchmarks/Package.swift Benchmarks/{Latency,Sources/{Pipeline,bench,allocations}} Package.swift)
scripts=(scripts/*.sh .ci/run)

if [[ ${1:-} == --fix ]]; then
    swift format format --in-place --recursive --parallel --configuration .swift-format "${swift_sources[@]}"
    exit 0
fi
failed=0
swift format lint --strict --recursive --parallel --configuration .swift-format "${swift_sources[@]}" || failed=1
if command -v shellcheck >/dev/null; then
    shellcheck --external-sources --source-path=SCRIPTDIR "${scripts[@]}" || failed=1
else
    say 'shellcheck is not installed: the scripts were not checked. Install it: scripts/setup.sh test'
fi
(( failed == 0 )) || die 'the layout differs from .swift-format, or a script has a finding.' \
    'Swift: make format, then fix by hand what is left. Scripts: each finding names its page.'
say 'Lint: clean'
