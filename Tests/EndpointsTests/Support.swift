import Core
import Health
import Logging
import Metrics
import ServiceLifecycle
import TestSupport

@testable import Endpoints

/// A server on a free port, for the length of one closure.
struct RunningServer: Sendable {
    let port: Int
    let registry: Registry
    private let group: ServiceGroup

    /// Runs `body` against a server and shuts it down gracefully; returns once it has ended.
    static func with<Result: Sendable>(
        routes: [Route],
        webSockets: (Registry) -> [WebSocketEndpoint] = { _ in [] },
        limits: ServerLimits = ServerLimits(),
        _ body: @Sendable @escaping (RunningServer) async throws -> Result
    ) async throws -> Result {
        let registry = Registry()
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let server = HTTPServer(
            address: ListenAddress(port: 0),
            routes: routes + [.metrics(registry)],
            webSockets: webSockets(registry),
            limits: limits,
            registry: registry,
            logger: .silent
        ) { continuation.yield($0.port) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: .silent))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { continuation.finish() }
                try await group.run()
            }
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else {
                try await tasks.waitForAll()
                throw CancellationError()
            }
            let result = try await body(RunningServer(port: port, registry: registry, group: group))
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        }
    }

    func shutDown() async { await self.group.triggerGracefulShutdown() }

    /// One request on a connection of its own.
    func ask(_ method: String, _ target: String) async throws -> Answer {
        let client = try await RawClient(port: self.port)
        try await client.send("\(method) \(target) HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        return Answer(await client.readToEnd())
    }

    /// The value of one series, read from the registry.
    func metric(_ series: String) -> String? {
        let lines = String(decoding: self.registry.render(), as: UTF8.self).split(separator: "\n")
        let value = lines.first { $0.hasPrefix(series + " ") }.map { String($0.dropFirst(series.count + 1)) }
        MovedFamilies.note(series: series, value: value.flatMap { Double($0) })
        return value
    }

    /// Waits until a series has this value: the server counts after it has answered.
    func wait(for series: String, toBe value: String) async {
        while self.metric(series) != value { await Task.yield() }
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

extension Timestamp {
    static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
}
