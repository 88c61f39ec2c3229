#!/usr/bin/env bash
# Installs the Debian packages that are missing. Asks for sudo only when something is missing and you are not root.
# Usage: setup.sh run|test
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

packages=(git curl ca-certificates pkg-config libssl-dev libsystemd-dev libcurl4-openssl-dev zlib1g-dev)
if [[ ${1:-run} == test ]]; then
    packages+=(prometheus prometheus-alertmanager systemd shellcheck procps)
    packages+=(python3-websockets python3-venv python3-prometheus-client)
fi

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true) == installed ]]; }

command -v dpkg-query >/dev/null || die 'this is not a Debian system: the packages cannot be checked.' \
    "Install what these are called on yours: ${packages[*]}" 'Then build: swift build -c release'

missing=()
for package in "${packages[@]}"; do is_installed "$package" || missing+=("$package"); done
if (( ${#missing[@]} == 0 )); then
    say "System packages: all ${#packages[@]} installed"
    exit 0
fi

as_root=()
if (( EUID != 0 )); then
    command -v sudo >/dev/null || die "packages are missing, and there is no sudo: ${missing[*]}" \
        "As root: apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    say 'sudo is needed to install packages.'
    as_root=(sudo)
fi
as_root+=(env DEBIAN_FRONTEND=noninteractive)

update() {
    say 'Reading the package lists (apt-get update) ...'
    "${as_root[@]}" apt-get update -q || die 'apt-get update failed.' \
        'Look at the lines above: the network, a proxy, or /etc/apt/sources.list.d.'
}
install() { "${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"; }

has_no_candidate() {
    local package
    for package in "${missing[@]}"; do
        [[ $(apt-cache policy "$package" 2>/dev/null) == *'Candidate: '[0-9]* ]] || return 0
    done
    return 1
}

# Debian starts a service as it installs it. The tests start their own, so these must not run.
policy=/usr/sbin/policy-rc.d
if [[ " ${missing[*]} " == *' prometheus'* && ! -e $policy ]]; then
    # Invoked by the trap.
    # shellcheck disable=SC2317
    remove_policy() { "${as_root[@]}" rm -f "$policy"; }
    trap remove_policy EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi

say "Installing ${#missing[@]} of ${#packages[@]} system packages: ${missing[*]}"
refreshed=no
if has_no_candidate; then
    update
    refreshed=yes
fi
if ! install && { [[ $refreshed == yes ]] || ! update || ! install; }; then
    die "could not install: ${missing[*]}" \
        'Look at the lines above. A broken system: apt-get --fix-broken install. Another apt running: wait for it.'
fi
for package in "${missing[@]}"; do
    is_installed "$package" || die "$package is still missing." "As root: apt-get install $package"
done
if [[ " ${missing[*]} " == *' prometheus'* ]] && command -v systemctl >/dev/null; then
    "${as_root[@]}" systemctl disable prometheus.service prometheus-alertmanager.service >/dev/null 2>&1 || true
fi
say 'System packages: installed'
