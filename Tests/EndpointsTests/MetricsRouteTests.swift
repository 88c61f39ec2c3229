import Foundation
import Metrics
import Testing

@testable import Endpoints

@Suite("The route of the metrics", .timeLimit(.minutes(5)))
struct MetricsRouteTests {
    private struct Scrape {
        let head: Answer
        let body: [UInt8]
    }

    private static func scrape(_ server: RunningServer, _ headers: [String], method: String = "GET") async throws
        -> Scrape
    {
        let client = try await RawClient(port: server.port)
        let lines = (["\(method) /metrics HTTP/1.1", "Host: test", "Connection: close"] + headers).joined(
            separator: "\r\n"
        )
        try await client.send(lines + "\r\n\r\n")
        let bytes = await client.readBytesToEnd()
        let end = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) })
        return Scrape(
            head: Answer(String(decoding: bytes[..<(end + 4)], as: UTF8.self)),
            body: Array(bytes[(end + 4)...])
        )
    }

    @Test(
        "answers in the format asked for, and says so",
        arguments: [
            (nil, "text/plain; version=0.0.4; charset=utf-8"),
            ("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "text/plain; version=0.0.4; charset=utf-8"),
            ("application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
            ),
        ] as [(String?, String)]
    )
    func format(accept: String?, contentType: String) async throws {
        try await RunningServer.with(routes: []) { server in
            let scrape = try await Self.scrape(server, accept.map { ["Accept: \($0)"] } ?? [])
            #expect(scrape.head.status == 200)
            #expect(scrape.head.headers["content-type"] == contentType)
            #expect(scrape.head.headers["vary"] == "Accept, Accept-Encoding")
            #expect(scrape.head.headers["content-length"] == "\(scrape.body.count)")
            #expect(scrape.head.headers["content-encoding"] == nil)
            let text = String(decoding: scrape.body, as: UTF8.self)
            #expect(text.contains("arb1d_http_connections"))
            #expect(text.hasSuffix("# EOF\n") == contentType.hasPrefix("application/openmetrics-text"))
            let head = try await Self.scrape(server, accept.map { ["Accept: \($0)"] } ?? [], method: "HEAD")
            #expect(head.head.headers["content-type"] == contentType)
            #expect(head.body.isEmpty)
        }
    }

    @Test("two headers of one name count as one list")
    func twoHeaders() async throws {
        try await RunningServer.with(routes: []) { server in
            let scrape = try await Self.scrape(
                server,
                ["Accept: text/plain;q=0.1", "Accept: application/openmetrics-text"]
            )
            #expect(scrape.head.headers["content-type"]?.hasPrefix("application/openmetrics-text") == true)
        }
    }

    @Test("a packed body unpacks to a scrape, large ones too", arguments: [0, 20_000])
    func packed(series: Int) async throws {
        try await RunningServer.with(routes: []) { server in
            server.registry.collect([SampledFamily("arb1d_many", kind: .gauge, help: "Many.", labels: ["a"])]) { sink in
                for index in 0..<series { sink.add(0, ["value-\(index)"], Double(index) * 1.37) }
            }
            for _ in 0..<3 {
                let scrape = try await Self.scrape(server, ["Accept-Encoding: deflate, gzip;q=0.9"])
                #expect(scrape.head.headers["content-encoding"] == "gzip")
                #expect(scrape.head.headers["content-length"] == "\(scrape.body.count)")
                let body = try Self.unpacked(scrape.body)
                #expect(body.split(separator: "\n").filter { $0.hasPrefix("arb1d_many{") }.count == series)
                #expect(body.hasSuffix("\n"))
                #expect(body.utf8.count > scrape.body.count * 3)
            }
        }
    }

    private static func unpacked(_ bytes: [UInt8]) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "arb1d-\(UUID().uuidString).gz")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "gzip accepts it, checksum included")
        return String(decoding: data, as: UTF8.self)
    }

    @Test(
        "gzip is used where it is allowed and not liked less",
        arguments: [
            (nil, false), ("", false), ("gzip", true), ("GZIP", true), ("x-gzip", true), ("*", true), ("*;q=0", false),
            ("gzip;q=0", false), ("br", false), ("identity", false), ("gzip;q=0.5", true),
            ("gzip;q=0.5, identity;q=0.8", false), ("identity;q=0.5, gzip", true), ("*, gzip;q=0", false),
        ] as [(String?, Bool)]
    )
    func encoding(header: String?, isAllowed: Bool) { #expect(AcceptedEncoding.allowsGzip(header) == isAllowed) }

    @Test("a scrape whose time limit has passed is refused whole, and counted")
    func late() async throws {
        try await RunningServer.with(routes: []) { server in
            let late = try await Self.scrape(server, ["X-Prometheus-Scrape-Timeout-Seconds: 0.0000001"])
            #expect(late.head.status == 503)
            for sensible in ["10", "0.9", "nonsense", "-1", "0", "1e999"] {
                let scrape = try await Self.scrape(server, ["X-Prometheus-Scrape-Timeout-Seconds: \(sensible)"])
                #expect(scrape.head.status == 200)
            }
            await server.wait(
                for: "arb1d_http_requests_total{route=\"/metrics\",method=\"GET\",code=\"503\"}",
                toBe: "1"
            )
        }
    }
}
