// swift-tools-version:6.2

import PackageDescription

/// The sources of the daemon's own modules are reached by links, so that it depends on nothing here, and neither on the
/// packages of which no benchmark has use.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "arb1d-benchmarks",
    targets: [
        .systemLibrary(name: "CPrefetch"),
        .target(name: "Core", dependencies: ["CPrefetch"], swiftSettings: strict),
        .target(name: "Venues", dependencies: ["Core"], swiftSettings: strict),
        .target(name: "Metrics", dependencies: ["Core"], swiftSettings: strict),
        .target(name: "Chart", dependencies: ["Core", "Metrics"], swiftSettings: strict),
        .target(name: "Pipeline", dependencies: ["Core", "Venues", "Metrics"], swiftSettings: strict),
        .target(name: "CAllocations", cSettings: [.unsafeFlags(["-fno-builtin"])]),
        .target(name: "CThreads"),
        .executableTarget(
            name: "bench",
            dependencies: ["Core", "Venues", "Metrics", "Chart", "Pipeline", "CThreads"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "allocations",
            dependencies: ["Metrics", "Pipeline", "CAllocations"],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)
