import Foundation
import Testing

@testable import Metrics

/// Whether Prometheus' own checker is on this machine; a CI without it must fail, not skip.
enum Promtool {
    static let path = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first(
        where: FileManager.default.isExecutableFile
    )
    static let isWanted = Promtool.path != nil || ProcessInfo.processInfo.environment["CI"] != nil
}

@Suite("promtool", .enabled(if: Promtool.isWanted, "promtool is not installed"))
struct PromtoolTests {
    @Test("accepts the exposition and finds nothing to complain about")
    func checkMetrics() throws {
        let registry = Registry()
        ProcessMetrics.register(in: registry)
        let frames = registry.counter("arb1d_frames_total", help: "Frames: \"a\" \\ b\nc.", labels: VenueLabels.self)
        for venue in ["bybit", "a\"b", "a\\b", "a\nb", ""] {
            frames.counter(for: VenueLabels(venue: venue)).increment()
        }
        for (index, value) in [0, 1e-06, 1e300, .nan, .infinity, -.infinity].enumerated() {
            registry.gauge("arb1d_value", help: "Values.", labels: VenueLabels.self)
                .gauge(for: VenueLabels(venue: "\(index)")).set(value)
        }
        let waits = registry.histogram(
            "arb1d_wait_seconds",
            help: "Wait.",
            labels: VenueLabels.self,
            buckets: Buckets.pipelineSeconds
        )
        for venue in ["bybit", "gateio"] { waits.histogram(for: VenueLabels(venue: venue)).observe(0.003) }
        _ = registry.render()
        let verdict = try self.check(registry.render())
        #expect(verdict.status == 0, "\(verdict.output)")
        #expect(verdict.output.isEmpty)
    }

    @Test("is able to complain")
    func canFail() throws {
        #expect(try self.check(Array("# TYPE a counter\na{ 1\n".utf8)).status == 1)
    }

    private func check(_ body: [UInt8]) throws -> (status: Int32, output: String) {
        let path = try #require(Promtool.path, "CI needs promtool: install the package prometheus.")
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["check", "metrics"]
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
