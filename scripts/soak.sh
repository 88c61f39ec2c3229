#!/usr/bin/env bash
# Runs arb1d against misbehaving venues for a long time, and says every half minute how it stands.
# Usage: soak.sh; HOURS=24 or SECONDS=30 in the environment of make change the ten minutes, SEED=1 the faults.
set -euo pipefail
# Bash counts in SECONDS itself, so make hands it over by another name.
length="${SOAK_SECONDS:-600}"
[[ -z ${HOURS:-} ]] || length=$(( HOURS * 3600 ))
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
[[ $length =~ ^[1-9][0-9]*$ ]] || die "a soak of $length s?" 'Write make soak, make soak HOURS=24 or make soak SECONDS=30'
find_swift
scripts/build.sh debug
say "Soaking for $length s; a failure prints its seed, and SEED=… repeats its faults."
[[ -z ${SEED:-} ]] || export ARB1D_SEED="$SEED"
ARB1D_SOAK_SECONDS="$length" LLVM_PROFILE_FILE=/dev/null \
    exec swift test --skip-build --disable-xctest --filter '^SystemTests\.SoakTests'
