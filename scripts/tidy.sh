#!/usr/bin/env bash
# Runs the tests that read our own sources.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
find_swift
exec swift test --disable-xctest --filter TidyTests
