#!/usr/bin/env bash
# Runs arb1d against the real venues, with their public data and no keys.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/run.sh" --live
