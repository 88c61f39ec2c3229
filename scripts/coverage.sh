#!/usr/bin/env bash
# How many lines of Sources the tests ran, for each module. Fails when a module has less than its minimum.
# Usage: coverage.sh [report]     Alone it builds, and runs the tests unless the last run was of this build.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
find_swift

profile=$coverage/profile
lines=$coverage/lines
below=$coverage/below
total_minimum=80
module_minimums='Core=95 Venues=95'

# Of this toolchain: a profile is read only by the LLVM that compiled the program.
llvm() {
    local tool=$1 resources
    shift
    resources="$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')"
    "$(dirname "$(dirname "$resources")")/bin/$tool" "$@"
}

find_programs() {
    local folder
    folder="$(swift build "${debug_flags[@]}" --show-bin-path)"
    programs=("$folder"/*.xctest "$folder/arb1d" "$folder/exchange-sim")
}

# A profile younger than every program tells of this build.
is_current() {
    local program
    for program in "${programs[@]}"; do [[ $profile -nt $program ]] || return 1; done
}

# Each line of the file $lines becomes: path below Sources, lines, covered lines.
measure() {
    if compgen -G "$coverage/raw/*.profraw" >/dev/null; then
        # A process that is killed as it writes leaves a broken file; the others tell enough.
        llvm llvm-profdata merge --sparse --failure-mode=all --output "$profile" "$coverage"/raw/*.profraw
        rm -f "$coverage"/raw/*.profraw
    fi
    local objects=("${programs[0]}") program
    for program in "${programs[@]:1}"; do objects+=(--object "$program"); done
    llvm llvm-cov export --format=lcov --summary-only --instr-profile "$profile" "${objects[@]}" "$root/Sources" |
        awk -v prefix="SF:$root/Sources/" -v OFS='\t' '
            index($0, prefix) == 1 { file = substr($0, length(prefix) + 1) }
            /^LF:/ { found = substr($0, 4) }
            /^LH:/ { hit = substr($0, 4) }
            /^end_of_record/ && file != "" { print file, found, hit; file = "" }
        ' >"$lines"
    [[ -s $lines ]] || die 'the profile tells of no file below Sources.' 'Build and test anew: make clean test'
}

print_table() {
    awk -F '\t' -v all="$total_minimum" -v minimums="$module_minimums" -v below="$below" '
        function ratio(covered, found) { return found > 0 ? 100 * covered / found : 100 }
        # Rounded down: 94.99 per cent are not 95.
        function shown(percent) { return sprintf("%.1f", int(percent * 10 + 1e-9) / 10) }
        function row(name, found, covered, minimum,    percent) {
            percent = ratio(covered, found)
            printf "  %-14s %7d %8d %8s %8s\n", name, found, covered, shown(percent), minimum
            if (minimum != "" && percent < minimum)
                printf "coverage of %s: %s %% of its lines, %d %% is the minimum\n", name, shown(percent), minimum >below
        }
        BEGIN {
            printf "" >below
            count = split(minimums, pairs, " ")
            for (i = 1; i <= count; i++) { split(pairs[i], pair, "="); minimum[pair[1]] = pair[2] }
            printf "  %-14s %7s %8s %8s %8s\n", "module", "lines", "covered", "%", "minimum"
        }
        {
            module = $1; sub("/.*", "", module)
            if (module != last && last != "") row(last, found[last], covered[last], minimum[last])
            last = module
            found[module] += $2; covered[module] += $3; found_all += $2; covered_all += $3
        }
        END {
            row(last, found[last], covered[last], minimum[last])
            for (module in minimum)
                if (!(module in found)) printf "coverage of %s: there is no such module\n", module >below
            row("Sources", found_all, covered_all, all)
        }
    ' <(LC_ALL=C sort "$lines")
}

print_least_covered() {
    say '' 'The ten files with the lowest share:'
    awk -F '\t' '$2 > 0 { printf "%.1f\t%d\t%d\t%s\n", 100 * $3 / $2, $2 - $3, $2, $1 }' "$lines" |
        LC_ALL=C sort -t $'\t' -k 1,1n -k 2,2nr | head -n 10 |
        awk -F '\t' '{ printf "  %5s %%  %4d of %4d lines not run  %s\n", $1, $2, $3, $4 }' || true
}

case "${1:-}" in
    report) find_programs ;;
    '')
        scripts/build.sh debug
        find_programs
        if ! is_current; then
            say 'No run of the tests tells of this build yet: testing.'
            exec scripts/test.sh
        fi
        ;;
    *) die "what is $1?" 'Usage: coverage.sh [report]' ;;
esac
measure
print_table
print_least_covered
[[ ! -s $below ]]
