#!/usr/bin/env bash
# Checks what cannot be installed for you: Swift, disk, memory, and for `run` a free port. Each failure names its remedy.
# Usage: check.sh run|build
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

check_swift() {
    find_swift
    local text version major minor
    text="$(swift --version 2>/dev/null || true)"
    version="$(sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' <<<"$text" | head -n 1)"
    [[ -n $version ]] || die "$(command -v swift) does not run." 'Try it: swift --version' \
        'Install Swift 6.2 or later: https://www.swift.org/install/linux/'
    major="${version%%.*}" minor="${version#*.}"
    (( major > 6 || (major == 6 && minor >= 2) )) || die "Swift $version is too old: 6.2 or later is needed." \
        'Install it: https://www.swift.org/install/linux/'
    say "Swift $version: $(command -v swift)"
}

# A second build needs little: most of it is there already.
check_disk() {
    local need=4 free
    [[ -x $root/.build/release/arb1d ]] && need=1
    free="$(df -Pk "$root" | awk 'NR == 2 { print int($4 / 1048576) }')"
    (( free >= need )) || die "$free GB of disk are free at $root; $need GB are needed to build." \
        'Free some, or clone to a larger disk.'
    say "Disk: $free GB free"
}

check_memory() {
    local free
    free="$(awk '$1 == "MemAvailable:" { print int($2 / 1000000) }' /proc/meminfo)"
    (( free >= 2 )) || die "$free GB of memory are available; 2 GB are needed to build." \
        'Close other programs, or add swap: fallocate -l 4G /swapfile, chmod 600, mkswap and swapon it (as root).'
    say "Memory: $free GB available"
}

[[ $(uname -s) == Linux ]] || die "arb1d runs on Linux; this is $(uname -s)." 'Use a Linux machine or a container.'
check_swift
check_disk
check_memory
if [[ ${1:-build} == run ]]; then
    require_port "${PORT:-5000}"
    say "Port ${PORT:-5000}: free"
fi
