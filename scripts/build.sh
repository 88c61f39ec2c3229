#!/usr/bin/env bash
# Builds with the compiler's progress in view and says how long it took.
# Usage: build.sh debug|release
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
find_swift

build() {
    swift build "$@" || die 'the build failed: see the errors above.' \
        'Packages not found? It fetches them from github.com the first time: check the network.' \
        'Killed or out of memory? Close other programs and run it again: it goes on where it stopped.'
}

say 'Building: 4 to 8 minutes the first time on 2 cores, seconds afterwards.'
started=$SECONDS
case "${1:-release}" in
    debug)
        build --build-tests "${debug_flags[@]}"
        ;;
    release)
        build -c release --product arb1d
        build -c release --product exchange-sim
        say "Built: $(swift build -c release --show-bin-path)/{arb1d,exchange-sim}"
        ;;
    *) die "what is $1?" 'Usage: build.sh debug|release' ;;
esac
say "Build: $(( SECONDS - started )) s"
