import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

/// A real Prometheus on loopback, with its files in a folder of its own; killed when the test lets go of it.
final class PrometheusProcess {
    static let path = "/usr/bin/prometheus"
    /// On CI its absence must fail.
    static let isExpected =
        FileManager.default.isExecutableFile(atPath: path) || ProcessInfo.processInfo.environment["CI"] != nil

    private let process = Process()
    private let folder = FileManager.default.temporaryDirectory.appending(path: "arb1d-test-\(UUID().uuidString)")
    private let port: Int

    /// Starts one that scrapes each target once a second, and waits until it is ready.
    init(targets: [(job: String, port: Int, path: String)], features: String) async throws {
        self.port = try await Self.freePort()
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        let jobs = targets.map { job, port, path in
            "  - {job_name: \(job), metrics_path: \(path), static_configs: [{targets: [\"127.0.0.1:\(port)\"]}]}"
        }
        let configuration = self.folder.appending(path: "prometheus.yml")
        try
            ("global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n" + jobs.joined(separator: "\n")
            + "\n")
            .write(to: configuration, atomically: true, encoding: .utf8)
        self.process.executableURL = URL(filePath: Self.path)
        self.process.arguments = [
            "--config.file=\(configuration.path)", "--storage.tsdb.path=\(self.folder.path)/tsdb",
            "--web.listen-address=127.0.0.1:\(self.port)", "--enable-feature=\(features)", "--log.level=error",
        ]
        self.process.standardOutput = FileHandle.nullDevice
        self.process.standardError = FileHandle.nullDevice
        try self.process.run()
        try await eventually("Prometheus to be ready") { try await self.get("/-/ready").status == 200 ? true : nil }
    }

    deinit {
        if self.process.isRunning {
            kill(self.process.processIdentifier, SIGKILL)
            self.process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: self.folder)
    }

    /// The values of an instant query, by job.
    func values(_ query: String) async throws -> [String: Double] {
        let data = try await self.data("/api/v1/query", ["query": query]) as? [String: Any]
        let result = data?["result"] as? [[String: Any]] ?? []
        return Dictionary(
            result.compactMap { sample in
                guard let text = (sample["value"] as? [Any])?.last as? String, let value = Double(text) else {
                    return nil
                }
                return ((sample["metric"] as? [String: String])?["job"] ?? "", value)
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The exemplars of a series between two times, in seconds since 1970: labels and value.
    func exemplars(_ query: String, from start: Int, to end: Int) async throws -> [(
        labels: [String: String], value: String
    )] {
        let data = try await self.data(
            "/api/v1/query_exemplars",
            ["query": query, "start": "\(start)", "end": "\(end)"]
        )
        return (data as? [[String: Any]] ?? []).flatMap { $0["exemplars"] as? [[String: Any]] ?? [] }.map {
            ($0["labels"] as? [String: String] ?? [:], $0["value"] as? String ?? "")
        }
    }

    /// Types and units of a family, as Prometheus understood its targets, in no order.
    func metadata(_ family: String) async throws -> [(type: String, unit: String)] {
        let data = try await self.data("/api/v1/metadata", ["metric": family]) as? [String: [[String: String]]]
        return (data?[family] ?? []).map { ($0["type"] ?? "", $0["unit"] ?? "") }
    }

    private func data(_ path: String, _ query: [String: String]) async throws -> Any? {
        let items = query.map { name, value in
            name + "=" + (value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
        }
        let answer = try await self.get(path + "?" + items.joined(separator: "&"))
        let object = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
        return object?["data"]
    }

    private func get(_ target: String) async throws -> Answer {
        let client = try await RawClient(port: self.port)
        // HTTP 1.0, whose answers are not cut into chunks.
        try await client.send("GET \(target) HTTP/1.0\r\nHost: test\r\n\r\n")
        return Answer(await client.readToEnd())
    }

    private static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port
        try await channel.close()
        return try #require(port)
    }
}
