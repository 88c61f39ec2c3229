# shellcheck shell=bash
# Sourced by the other scripts: where the repository is, how to speak, where Swift is.

# shellcheck disable=SC2034  # The scripts that source this use it.
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# The flags of every debug build and of what asks for it. With other flags in one place, everything is built anew.
# - The counters are those of a mapped file, so that a process which is killed has counted too.
# - The index, without which tests are not found, leaves out what is not ours: the compiler works up to a fifth less.
# shellcheck disable=SC2034
debug_flags=(
    --enable-code-coverage
    -Xswiftc -Xllvm -Xswiftc -runtime-counter-relocation=true
    -Xswiftc -index-ignore-system-modules
)

# What the tests leave behind about the lines they ran: raw profiles, and what coverage.sh makes of them.
# shellcheck disable=SC2034
coverage=.run/coverage

# say LINE...
say() { printf '%s\n' "$@"; }

# die PROBLEM REMEDY...: every failure names what to do about it.
die() {
    printf 'arb1d: %s\n' "$1" >&2
    shift
    local remedy
    for remedy in "$@"; do printf '       %s\n' "$remedy" >&2; done
    exit 1
}

# Puts Swift on the PATH when it is installed but not on it.
find_swift() {
    local directory
    command -v swift >/dev/null && return
    for directory in /opt/swift/usr/bin "${SWIFTLY_BIN_DIR:-$HOME/.local/share/swiftly/bin}" /usr/local/swift/usr/bin; do
        if [[ -x $directory/swift ]]; then
            export PATH="$directory:$PATH"
            return
        fi
    done
    die 'Swift is not installed (looked in PATH, /opt/swift/usr/bin and the folder of swiftly).' \
        'Install Swift 6.2 or later: https://www.swift.org/install/linux/' \
        'Installed elsewhere? Put the folder that holds it on the PATH.'
}

# Links into the benchmarks what no library has: the files of the feed that judge events, and the daemon's recorders.
link_benchmarked() {
    local linked="$root/Benchmarks/Sources/Pipeline/Linked" file
    mkdir -p "$linked"
    rm -f "$linked"/*.swift
    for file in "$root"/Sources/Feed/Venue/{EventIntake*,InstrumentState*,Rhythm,TradeNumbers}.swift \
        "$root/Sources/arb1d/Exposition/LatencyRecorders.swift"; do
        [[ ! -f $file ]] || ln -s "../../../../${file#"$root/"}" "$linked/"
    done
}

# The pid and name of whoever listens on a TCP port of this machine, or nothing when it is free.
port_owner() {
    local hex inode fd pid
    printf -v hex '%04X' "$1"
    inode="$(awk -v port=":$hex" '
        $4 == "0A" && $2 ~ port "$" && $2 ~ /^(0100007F|00000000|0+FFFF00000100007F):/ { print $10; exit }
    ' /proc/net/tcp /proc/net/tcp6 2>/dev/null || true)"
    [[ -n $inode ]] || return 0
    for fd in /proc/[0-9]*/fd/*; do
        if [[ $(readlink "$fd" 2>/dev/null || true) == "socket:[$inode]" ]]; then
            pid="${fd#/proc/}"
            pid="${pid%%/*}"
            printf 'process %s (%s)' "$pid" "$(cat "/proc/$pid/comm" 2>/dev/null || echo unknown)"
            return 0
        fi
    done
    printf 'a process of another user'
}

require_port() {
    if [[ ! $1 =~ ^[1-9][0-9]{0,4}$ ]] || (( $1 > 65535 )); then
        die "PORT=$1 is not a port." 'Use a number from 1 to 65535: make run PORT=5001'
    fi
    local owner
    owner="$(port_owner "$1")"
    [[ -z $owner ]] ||
        die "port $1 is in use by $owner." "Use another port: make run PORT=$(( $1 % 65535 + 1 ))" 'Or stop that process.'
}
