#!/usr/bin/env bash
# Runs the tests that read our own sources.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
find_swift
scripts/build.sh debug
# These few tests say nothing about coverage, so their profile goes nowhere.
LLVM_PROFILE_FILE=/dev/null exec swift test --skip-build --disable-xctest --filter '^TidyTests\.'
