#!/usr/bin/env bash
# Checks in seconds that the benchmarks fit the modules they measure, as `build.sh debug` built these, and that our floor
# of the bands is right; of all else no code is made.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
find_swift

modules="$(swift build --show-bin-path)/Modules"
[[ -e $modules/Chart.swiftmodule ]] || die 'the modules are not built.' 'make build'
link_benchmarked
made="$(mktemp -d)"
trap 'rm -rf "$made"' EXIT
flags=(
    -swift-version 6 -warnings-as-errors -strict-memory-safety
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility
    -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature NonisolatedNonsendingByDefault
    -I "$modules" -I "$made" -I Sources/CPrefetch -module-cache-path .build/bench-check-cache
)
sources=Benchmarks/Sources
clang="$(dirname "$(command -v swiftc)")/clang"
for name in CThreads CAllocations; do
    mkdir "$made/$name"
    say "module $name { header \"$root/$sources/$name/include/$name.h\" export * }" >"$made/$name/module.modulemap"
    flags+=(-I "$made/$name")
done
{
    swiftc "${flags[@]}" -emit-module -module-name Pipeline -emit-module-path "$made/Pipeline.swiftmodule" \
        "$sources"/Pipeline/*.swift "$sources"/Pipeline/Linked/*.swift &&
        swiftc "${flags[@]}" -typecheck -parse-as-library -module-name bench "$sources"/bench/*.swift &&
        swiftc "${flags[@]}" -typecheck -module-name allocations "$sources"/allocations/*.swift &&
        "$clang" -fsyntax-only -Wall -Wextra -Werror Benchmarks/sender.c &&
        "$clang++" -std=c++17 -O1 -Wall -Wextra -Werror -o "$made/bands_bound" Benchmarks/bands_bound.cpp
} || die 'the benchmarks no longer fit what they measure: see the errors above.'
"$made/bands_bound" --check >/dev/null || die 'the bands of Benchmarks/bands_bound.cpp are not those of a plain sort.'
say 'Benchmarks: they fit'
