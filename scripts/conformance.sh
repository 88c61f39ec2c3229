#!/usr/bin/env bash
# Lets the Autobahn cases judge our WebSocket client and server, all groups but those of compression.
# Usage: conformance.sh [setup]     With `setup` it only installs the program that has the cases.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

version=0.1.0
place=.run/conformance

install_cases() {
    if [[ $("$place/bin/pip" list 2>/dev/null) == *"kosoku "*"$version"* ]]; then
        say "Autobahn cases: kosoku $version"
        return
    fi
    rm -rf "$place"
    python3 -m venv "$place" && "$place/bin/pip" install --quiet --disable-pip-version-check "kosoku==$version"
}

case "${1:-}" in
    setup) install_cases ;;
    '')
        scripts/check.sh build
        scripts/setup.sh test
        install_cases || die 'kosoku could not be installed.' 'Look at the lines above: python3-venv, or the network.'
        find_swift
        scripts/build.sh debug
        ARB1D_CONFORMANCE=1 LLVM_PROFILE_FILE=/dev/null exec swift test --skip-build --disable-xctest \
            --filter 'AutobahnTests'
        ;;
    *) die "what is $1?" 'Usage: conformance.sh [setup]' ;;
esac
