import Foundation
import Testing

@testable import Metrics

/// A checker that is not ours: it reads a body and judges.
struct Checker {
    let program: String
    let arguments: [String]
    private let isInstalled: Bool

    /// A CI without it must fail, not skip.
    var isWanted: Bool { self.isInstalled || ProcessInfo.processInfo.environment["CI"] != nil }

    /// Prometheus' own, for text 0.0.4 only.
    static let promtool = Checker(
        program: "/usr/bin/promtool",
        arguments: ["check", "metrics"],
        isInstalled: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool")
    )

    /// The OpenMetrics parser of Prometheus' Python client; prints the number of samples.
    static let openMetrics = Checker(
        program: "/usr/bin/python3",
        arguments: [
            "-c",
            """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
            print(sum(len(family.samples) for family in parse(sys.stdin.buffer.read().decode())))
            """,
        ],
        isInstalled: FileManager.default.fileExists(atPath: "/usr/lib/python3/dist-packages/prometheus_client")
    )

    func judge(_ body: [UInt8]) throws -> (status: Int32, output: String) {
        try #require(self.isInstalled, "CI needs \(self.program) with its packages: see scripts/setup.sh.")
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: self.program)
        process.arguments = self.arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(body))
        try input.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}

@Suite("Checkers of others")
struct ExternalCheckTests {
    private static func registry() -> Registry {
        let registry = Registry.everyKind(
            venues: ["bybit", "a\"b", "a\\b", "a\nb", "", "é{},=# \u{1}", String(repeating: "\\\"", count: 5_000)]
        )
        ProcessMetrics.register(in: registry)
        _ = registry.gauge("arb1d_odd", help: "Odd: \"a\" \\ b\nc.")
        for (index, value) in [0, 1e-06, 1e300, .nan, .infinity, -.infinity].enumerated() {
            registry.gauge("arb1d_value", help: "Values.", labels: VenueLabels.self)
                .gauge(for: VenueLabels(venue: "\(index)")).set(value)
        }
        _ = registry.render()
        return registry
    }

    @Test(
        "promtool finds nothing to complain about in text 0.0.4",
        .enabled(if: Checker.promtool.isWanted, "promtool is not installed")
    )
    func promtool() throws {
        let verdict = try Checker.promtool.judge(Self.registry().render(.text))
        #expect(verdict.status == 0, "\(verdict.output)")
        #expect(verdict.output.isEmpty)
        #expect(try Checker.promtool.judge(Array("# TYPE a counter\na{ 1\n".utf8)).status == 1, "it can complain")
    }

    @Test(
        "the OpenMetrics parser of Prometheus' Python client reads every sample",
        .enabled(if: Checker.openMetrics.isWanted, "prometheus_client is not installed"),
        arguments: [false, true]
    )
    func openMetrics(showsCreated: Bool) throws {
        let body = Self.registry().render(.openMetrics, showsCreated: showsCreated)
        let verdict = try Checker.openMetrics.judge(body)
        #expect(verdict.status == 0, "\(verdict.output)")
        let samples = try ParsedText(body).samples.count
        #expect(verdict.output == "\(samples)\n")
        #expect(
            try Checker.openMetrics.judge(Array("# TYPE a counter\na 1\n# EOF\n".utf8)).status != 0,
            "it can complain"
        )
    }

    @Test("what both of them miss: label sets twice, and limits that are not canonical")
    func ownCheck() throws {
        for showsCreated in [false, true] {
            #expect(try ParsedText(Self.registry().render(.openMetrics, showsCreated: showsCreated)).mistakes.isEmpty)
        }
        #expect(try ParsedText(Self.registry().render(.text)).mistakes.isEmpty)
        let wrong = "a_bucket{le=\"1\"} 1\na_bucket{le=\"1.0\"} 1\na_bucket{le=\"1.0\"} 2\nb{c=\"d\",c=\"e\"} 1\n"
        #expect(try ParsedText(Array(wrong.utf8)).mistakes.count == 3)
    }
}
