// swift-tools-version:6.2

import PackageDescription

/// `make tsan`: the metrics under ThreadSanitizer. A package of its own, since everything in it is built with the
/// sanitizer, and the product must not depend on it.
let package = Package(
    name: "torture",
    targets: [
        // ThreadSanitizer does not see into the standard lock on Linux: with this flag ours is the C library's.
        .target(name: "Metrics", swiftSettings: [.define("THREAD_SANITIZER"), .strictMemorySafety()]),
        .executableTarget(name: "torture", dependencies: ["Metrics"], swiftSettings: [.strictMemorySafety()]),
    ],
    swiftLanguageModes: [.v6]
)
