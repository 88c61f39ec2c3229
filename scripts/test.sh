#!/usr/bin/env bash
# Installs what the tests need, then checks and tests everything. The last line: N passed, N failed, N skipped.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

# Of each step of the tests, in seconds.
time_limit=900
passed=0 failed=0 skipped=0
complaints=()
mkdir -p .run

# phase NAME COMMAND...: runs it with its time; what fails counts as one failure, and the status is the command's.
phase() {
    local name=$1 status=0 started=$SECONDS
    shift
    say '' "== $name"
    "$@" || status=$?
    say "== $name: $(( SECONDS - started )) s$( (( status == 0 )) || echo ', FAILED')"
    if (( status != 0 )); then
        failed=$(( failed + 1 ))
        complaints+=("$name failed (status $status)")
    fi
    return "$status"
}

finish() {
    local complaint
    if (( ${#complaints[@]} > 0 )); then
        say '' 'What failed:'
        for complaint in "${complaints[@]}"; do say "  $complaint"; done
    fi
    say '' "Total: $SECONDS s"
    say "$passed passed, $failed failed, $skipped skipped"
    (( failed == 0 ))
    exit
}

# run_tests OPTION...: the tests that the options choose.
# In a terminal the limit must leave Ctrl-C to the tests; elsewhere it ends their children too.
# shellcheck disable=SC2317  # Called through `phase`.
run_tests() {
    local limit=(timeout --kill-after=10 "$time_limit") status
    [[ -t 0 ]] && limit=(timeout --foreground --kill-after=10 "$time_limit")
    # The log keeps every line; the start of each test is of use only when one hangs.
    set +e
    # Exit tests crash on purpose: printing where takes longer than all else.
    SWIFT_BACKTRACE=enable=no LLVM_PROFILE_FILE="$root/$coverage/raw/%c%4m.profraw" \
        "${limit[@]}" swift test --skip-build --disable-xctest --xunit-output "$report" "$@" </dev/null 2>&1 |
        tee "$log" | grep --line-buffered -v '^◇'
    status=${PIPESTATUS[0]}
    set -e
    return "$status"
}

# A test counts once, however many cases or issues it has. The report calls a cancelled test passed: it was skipped.
count_tests() {
    local counts='0 0 0' cancelled step_passed step_failed step_skipped
    [[ -s $report ]] && counts="$(awk '
        /<testcase/ { tests++; bad = 0 }
        /<failure/ && !bad { bad = 1; failed++ }
        /<skipped/ { skipped++ }
        END { print tests - failed - skipped, failed + 0, skipped + 0 }
    ' "$report")"
    cancelled="$(grep -c '^➜ Test .* was cancelled after' "$log" || true)"
    read -r step_passed step_failed step_skipped <<<"$counts"
    passed=$(( passed + step_passed - cancelled ))
    failed=$(( failed + step_failed ))
    skipped=$(( skipped + step_skipped + cancelled ))
}

show_again() {
    sed -n 's/^➜ Test \(.*\) \(skipped\|was cancelled\)/  \1 \2/p' "$log" >"$log.skipped"
    [[ ! -s $log.skipped ]] || say '' 'Not run:' "$(<"$log.skipped")"
    rm -f "$log.skipped"
    (( $1 == 0 )) && return
    say '' '== The failures again'
    awk '
        /^✘ .*recorded an issue/ { shown = 1; print; next }
        shown && /^(↳|  )/ { print; next }
        /Fatal error|^error:|Crash: |unexpected signal/ { print }
        { shown = 0 }
    ' "$log"
    if (( $1 == 124 )); then
        say "The tests did not end within $time_limit s. Started last:"
        grep '^◇ Test .* started' "$log" | tail -n 5
    fi
    say "All of it: $root/$log"
}

# test_step STEP OPTION...: counts what the report tells, which is more exact than what `phase` counts, unless the run
# broke before it could tell.
test_step() {
    local step=$1 status=0 passed_before=$passed failed_before=$failed
    shift
    log=.run/test-$step.log report=.run/test-$step.xml
    rm -f "$log" "$report"
    phase "$step tests" run_tests "$@" || status=$?
    failed=$failed_before
    count_tests
    if (( status != 0 && failed == failed_before )) || (( status == 0 && passed == passed_before )); then
        failed=$(( failed + 1 ))
        complaints+=("the $step tests ended without telling their failures: they crashed, or ran nothing")
        is_told=no
    fi
    show_again "$status"
}

# One failure, however many modules are below their minimum.
measure_coverage() {
    if [[ $is_told == no ]]; then
        say '' '== coverage: not measured, for a part of the tests did not end'
        return
    fi
    phase 'coverage' scripts/coverage.sh report && return
    [[ -s $coverage/below ]] || return 0
    unset 'complaints[-1]'
    local complaint
    while read -r complaint; do complaints+=("$complaint"); done <"$coverage/below"
}

# Where a test was skipped, something may well have stayed at 0.
check_moved() {
    if [[ $is_told == no ]] || (( skipped > 0 )); then
        say '' '== metrics: not compared with what moved, for not all tests ran'
        return
    fi
    phase 'metrics' scripts/moved.sh || true
}

scripts/check.sh build || { failed=1; complaints+=('check: see above'); finish; }
phase 'set-up' scripts/setup.sh test || finish
# Absent, its tests are skipped, or fail on CI.
scripts/conformance.sh setup || say 'The Autobahn cases could not be installed: there is no network?'
find_swift
phase 'lint' scripts/lint.sh || true
phase 'build' scripts/build.sh debug || finish
phase 'benchmarks' scripts/bench-check.sh || true
rm -rf "$coverage" .run/moved
mkdir -p "$coverage/raw" .run/moved
is_told=yes
# Venues in virtual time keep every core busy, and the system's programs answer late beside that: each comes alone, and
# what is a load by itself, or wants answers in time, comes one test at a time.
virtual='^FaultTests\.|^FeedTests\.(TwoHours|VirtualFeed)'
heavy='^SystemTests\.(FaultMatrix|Soak|MarketDay|FiftyConnections|ChartTests|ServiceManager)|^FeedTests\.RefusedTopics'
test_step unit --skip "^SystemTests\.|$virtual|$heavy"
test_step virtual --filter "$virtual"
# So many of the system's programs at a time as two cores can answer for.
SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=6 test_step system --filter '^SystemTests\.' --skip "$heavy"
test_step heavy --no-parallel --filter "$heavy"
measure_coverage
check_moved
finish
