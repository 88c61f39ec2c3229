import Foundation
import TestSupport
import Testing

/// What checkers of others, and one of ours for what they miss, say of the bodies of a real arb1d at work.
@Suite("A scrape of a daemon at work", .enabled(if: PrometheusServer.isExpected, "Prometheus is not installed"))
struct ScrapeCheckTests {
    /// Prints how many samples it read.
    private static let parser = """
        import sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
        print(sum(len(family.samples) for family in parse(open(sys.argv[1], encoding='utf-8').read())))
        """

    @Test("is accepted by promtool and the OpenMetrics parser, and its exemplars name venue, symbol and update")
    func checked() async throws {
        let workspace = try Workspace()
        let exchange = try await Exchange(["--rate", "300", "--symbols", "4"], in: workspace)
        let daemon = try await Daemon(exchange.configuration, in: workspace)
        try await daemon.waitUntilReady()
        let open = try await eventually("exemplars of both families") { () -> String? in
            let body = try await self.scrape(daemon, "application/openmetrics-text")
            let lines = body.split(separator: "\n").filter { $0.contains(",update=\"") }
            let families = ["arb1d_end_to_end_seconds_bucket", "arb1d_leg_age_seconds_bucket"]
            return families.allSatisfy { name in lines.contains { $0.hasPrefix(name) } } ? body : nil
        }
        // A quote that came by REST has no number at some venues.
        let exemplar = #/\} \d+ # \{venue="[\w-]+",symbol="\w+"(,update="\d+")?\} [\d.e-]+ \d+(\.\d+)?$/#
        for line in open.split(separator: "\n") where line.contains(" # ") {
            #expect(line.firstMatch(of: exemplar) != nil, "\(line)")
        }
        let parsed = try Program(
            "/usr/bin/python3",
            ["-c", Self.parser, workspace.write(open, to: "open.txt")],
            in: workspace
        )
        #expect(try await parsed.exitStatus() == 0, "\(parsed.output)")
        let samples = open.split(separator: "\n").count { !$0.hasPrefix("#") }
        #expect(parsed.output == "\(samples)\n")
        let text = try await self.scrape(daemon, "text/plain")
        let file = try workspace.write(text, to: "text.txt")
        let judged = try Program("/bin/sh", ["-c", "exec promtool check metrics <\(file)"], in: workspace)
        #expect(try await judged.exitStatus() == 0)
        #expect(judged.output.isEmpty, "\(judged.output)")
        for body in [open, text] { self.expectNoMistakes(body) }
    }

    private func scrape(_ daemon: Daemon, _ accept: String) async throws -> String {
        try await HTTP.send(daemon.base + "/metrics", method: "GET", headers: ["Accept": accept]).body
    }

    /// Label sets that stand there twice, and limits that are not canonical.
    private func expectNoMistakes(_ body: String) {
        var seen: Set<Substring> = []
        for line in body.split(separator: "\n") where !line.hasPrefix("#") {
            let sample = line.prefix(upTo: line.range(of: " # ")?.lowerBound ?? line.endIndex)
            let series = sample.prefix(upTo: sample.lastIndex(of: " ") ?? sample.endIndex)
            #expect(seen.insert(series).inserted, "twice: \(series)")
            guard let limit = series.firstMatch(of: /le="([^"]*)"/)?.output.1, limit != "+Inf" else { continue }
            #expect(Double(limit).map { "\($0)" } == String(limit), "\(series)")
        }
        #expect(seen.count > 1_000)
    }
}
