// swift-tools-version:6.2

import PackageDescription

/// The one way our Swift is compiled: Swift 6 mode, every warning an error, every unsafe construct marked as such.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Tests: as strict, except that the expansions of the test macros are not annotated for memory safety.
let strictTests: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// swift-metrics has a module named like ours; inside our graph it goes by another name.
let aliases = ["Metrics": "SwiftMetrics"]

let package = Package(
    name: "arb1d",
    products: [
        .executable(name: "arb1d", targets: ["arb1d"]),
        .executable(name: "exchange-sim", targets: ["exchange-sim"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CPrefetch"),
        .target(name: "Core", dependencies: ["CPrefetch"], swiftSettings: strict),
        .target(name: "Venues", dependencies: ["Core"], swiftSettings: strict),
        .target(name: "Metrics", dependencies: ["Core"], swiftSettings: strict),
        .target(
            name: "LibraryMetrics",
            dependencies: ["Metrics", .product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: strict
        ),
        .target(name: "Health", dependencies: ["Core", "Metrics", "CSystemd"], swiftSettings: strict),
        .target(name: "Chart", dependencies: ["Core", "Metrics"], swiftSettings: strict),
        .target(name: "Alerts", dependencies: ["Core", "Metrics", "COpenSSL"], swiftSettings: strict),
        .target(
            name: "Feed",
            dependencies: [
                "Core", "Venues", "Metrics", "CCurl", "COpenSSL",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Endpoints",
            dependencies: [
                "Metrics", "Health", "CZlib",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird", moduleAliases: aliases),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(name: "WireLogs", dependencies: ["CZlib"], swiftSettings: strict),
        .target(name: "Simulation", dependencies: ["WireLogs"], swiftSettings: strict),
        .executableTarget(
            name: "arb1d",
            dependencies: [
                "Core", "Venues", "Metrics", "Health", "Feed", "Chart", "Alerts", "Endpoints", "LibraryMetrics",
                "WireLogs", "CCurl", "COpenSSL",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "exchange-sim",
            dependencies: [
                "Simulation", "WireLogs", "COpenSSL",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "market-day",
            dependencies: ["Core", "Venues", "WireLogs"],
            path: "Tests/MarketDay",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "latency",
            dependencies: [
                "Core", "Venues", "Metrics", "Feed",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Benchmarks/Latency",
            swiftSettings: strict
        ),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strictTests),
        .testTarget(name: "TidyTests", swiftSettings: strictTests),
        .testTarget(name: "DeployTests", dependencies: ["TestSupport"], swiftSettings: strictTests),
        .testTarget(name: "CoreTests", dependencies: ["Core", "TestSupport"], swiftSettings: strictTests),
        .testTarget(
            name: "VenuesTests",
            dependencies: ["Core", "Venues", "TestSupport"],
            exclude: ["Fuzz/Inputs"],
            swiftSettings: strictTests
        ),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics", "TestSupport"], swiftSettings: strictTests),
        .testTarget(
            name: "LibraryMetricsTests",
            dependencies: [
                "LibraryMetrics", "Metrics", "TestSupport", .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: strictTests
        ),
        .testTarget(name: "HealthTests", dependencies: ["Core", "Health", "Metrics"], swiftSettings: strictTests),
        .testTarget(
            name: "ChartTests",
            dependencies: ["Chart", "Core", "Metrics", "TestSupport"],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "AlertsTests",
            dependencies: ["Alerts", "Core", "Metrics", "TestSupport"],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "EndpointsTests",
            dependencies: [
                "Endpoints", "Health", "LibraryMetrics", "Metrics", "Core", "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "FeedTests",
            dependencies: [
                "Core", "Feed", "Metrics", "Venues", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            exclude: ["Fuzz/Inputs"],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "FaultTests",
            dependencies: [
                "Core", "Feed", "Metrics", "Venues", "Simulation", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strictTests
        ),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation", "WireLogs"], swiftSettings: strictTests),
        .testTarget(name: "WireLogsTests", dependencies: ["WireLogs"], swiftSettings: strictTests),
        .testTarget(
            name: "arb1dTests",
            dependencies: [
                "arb1d", "Alerts", "Chart", "Core", "Metrics", "TestSupport", "WireLogs",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Golden"],
            swiftSettings: strictTests
        ),
        .testTarget(
            name: "SystemTests",
            dependencies: ["arb1d", "exchange-sim", "market-day", "TestSupport"],
            exclude: ["Clients"],
            swiftSettings: strictTests
        ),
    ],
    swiftLanguageModes: [.v6]
)
