#!/usr/bin/env bash
# Lets libFuzzer look for bytes that break the adapters, the catalogues and the walk over WebSocket frames.
# Usage: fuzz.sh [TARGET...]     Targets: binance binance-usdm bybit gateio frames; all by default.
# Environment: SECONDS_EACH, 600 by default; JOBS, how many at once. The corpus stays in .run/fuzz for the next time.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
find_swift

all=(binance binance-usdm bybit gateio frames)
targets=("$@")
(( $# > 0 )) || targets=("${all[@]}")
seconds="${SECONDS_EACH:-600}"
jobs="${JOBS:-$(nproc)}"
out=.build-fuzz
corpus=.run/fuzz
captures="${ARB1D_CAPTURES:-$root/../shared/captures}"
# Hung, they would wait for a debugger.
export SWIFT_BACKTRACE=enable=no

for target in "${targets[@]}"; do
    [[ " ${all[*]} " == *" $target "* ]] || die "what is $target?" "Targets: ${all[*]}"
done

# module NAME OPTION... -- FILE...: compiles one module, counting where its code was.
module() {
    local name=$1 options=()
    shift
    while [[ $1 != -- ]]; do options+=("$1"); shift; done
    shift
    say "Compiling $name for fuzzing ..."
    swiftc -O -wmo -sanitize=fuzzer -parse-as-library -swift-version 6 -module-name "$name" -I "$out" \
        -I Sources/CPrefetch \
        -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility \
        -enable-upcoming-feature InternalImportsByDefault "${options[@]}" "$@"
}

# library NAME OPTION... -- FILE...
library() {
    local name=$1
    shift
    module "$name" -emit-module -emit-module-path "$out/$name.swiftmodule" -c -o "$out/$name.o" "$@"
}

build() {
    mkdir -p "$out"
    mapfile -t core < <(find Sources/Core -name '*.swift')
    mapfile -t venues < <(find Sources/Venues -name '*.swift')
    library Core -- "${core[@]}"
    library Venues -- "${venues[@]}"
    library Feed -enable-testing -- Sources/Feed/Frames/*.swift
    module Fuzz -o "$out/fuzz" "$out/Core.o" "$out/Venues.o" "$out/Feed.o" -- Fuzz/*.swift \
        Tests/VenuesTests/Fuzz/AdapterProperties.swift Tests/FeedTests/Fuzz/FrameProperties.swift
}

# What breaks a property ends up in .run/fuzz/TARGET-crash-….
run() {
    local target=$1 folder=$corpus/$1
    local options=(
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 -print_final_stats=1
        -artifact_prefix="$corpus/$target-"
    )
    [[ $target == frames ]] && options[3]=-max_len=2048
    [[ $target == frames ]] || options+=(-dict=Fuzz/words.dict)
    mkdir -p "$folder"
    ARB1D_FUZZ=$target "$out/fuzz" "${options[@]}" "$folder" >"$corpus/$target.log" 2>&1
}

# The last lines of a run, as one.
tell() {
    local target=$1 log=$corpus/$1.log
    local covered units speed memory
    covered="$(sed -n 's/.*cov: \([0-9]*\) ft: \([0-9]*\).*/\1 edges, \2 features/p' "$log" | tail -n 1)"
    units="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    speed="$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")"
    memory="$(sed -n 's/^stat::peak_rss_mb: *//p' "$log")"
    say "  $target: ${units:-?} inputs, ${speed:-?} a second, ${covered:-?}, ${memory:-?} MB at most"
}

build
mkdir -p "$corpus"
if [[ -f $captures/README.md ]]; then
    python3 Fuzz/seeds.py "$captures" "$corpus"
else
    [[ -z ${CI:-} ]] || die 'the recorded messages are not here.' 'They belong in ../shared/captures, or ARB1D_CAPTURES.'
    say 'Without recorded messages: starting from the inputs in the tests alone.'
fi
for target in "${targets[@]}"; do
    mkdir -p "$corpus/$target"
    if [[ $target == frames ]]; then inputs=Tests/FeedTests/Fuzz/Inputs; else inputs=Tests/VenuesTests/Fuzz/Inputs/$target; fi
    cp -n "$inputs"/* "$corpus/$target/"
done

say "Fuzzing ${#targets[@]} targets for $seconds s each, $jobs at once ..."
failed=()
while (( ${#targets[@]} > 0 )); do
    now=("${targets[@]:0:jobs}")
    targets=("${targets[@]:jobs}")
    pids=()
    for target in "${now[@]}"; do
        run "$target" &
        pids+=($!)
    done
    for index in "${!now[@]}"; do
        wait "${pids[index]}" || failed+=("${now[index]}")
        tell "${now[index]}"
    done
done
(( ${#failed[@]} == 0 )) || die "broken: ${failed[*]}" "See $corpus/<target>.log." \
    "Keep the input that broke it, $corpus/<target>-crash-…, below Tests/*/Fuzz/Inputs: the tests replay it."
say 'No crash, no hang, no broken property.'
