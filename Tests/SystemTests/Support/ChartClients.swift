import Foundation
import TestSupport

/// Clients of the chart feed in a process of their own, with a WebSocket library that others wrote.
///
/// The process is killed when the test lets go of it.
final class ChartClients {
    /// Debian's, since its packages are for this one.
    private static let python = "/usr/bin/python3"
    static let isInstalled: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: ChartClients.python)
        process.arguments = ["-c", "import websockets"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
    /// On CI its absence must fail.
    static let isExpected = ChartClients.isInstalled || ProcessInfo.processInfo.environment["CI"] != nil

    /// The library's, the same as if beyond a network, or bare sockets that do as they like.
    enum Kind: String { case reader, far, raw }

    private let process = Process()
    private let base: String
    /// A socket rather than a pipe: writing to one whose other end is gone can be made to fail quietly.
    private let orders: Int32
    private let events: FileHandle
    private let errorsPath: String
    private var unread = Data()
    private var log: [String: [ChartEvent]] = [:]

    init(of daemon: Daemon, in workspace: Workspace) throws {
        self.base = daemon.base.replacing("http://", with: "ws://")
        let (eventsPath, errorsPath) = (workspace.path("chart-events"), workspace.path("chart-errors"))
        var ends: [Int32] = [-1, -1]
        let isPaired = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        let outputs = [eventsPath, errorsPath].allSatisfy { FileManager.default.createFile(atPath: $0, contents: nil) }
        guard isPaired, outputs else { throw NeverHappened(description: "a socket pair and two files") }
        self.orders = ends[0]
        self.errorsPath = errorsPath
        self.events = try FileHandle(forReadingFrom: URL(filePath: eventsPath))
        let program = try Repository.path("Tests/SystemTests/Clients/chart_clients.py")
        self.process.executableURL = URL(filePath: Self.python)
        self.process.arguments = ["-B", program]
        let theirs = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        self.process.standardInput = theirs
        self.process.standardOutput = try FileHandle(forWritingTo: URL(filePath: eventsPath))
        self.process.standardError = try FileHandle(forWritingTo: URL(filePath: errorsPath))
        try self.process.run()
        // Else an order for clients that have ended would wait for ever.
        try theirs.close()
    }

    deinit {
        close(self.orders)
        guard self.process.isRunning else { return }
        kill(self.process.processIdentifier, SIGKILL)
        self.process.waitUntilExit()
    }

    // MARK: Orders

    /// Connects a client of this name, and waits until that is done.
    func connect(_ name: String, _ kind: Kind = .reader, _ pair: ChartPair? = nil) async throws {
        try await self.attempt(name, kind, pair: pair)
        guard self.log[name]?.first?.event == .open else { throw NeverHappened(description: "\(name) was refused") }
    }

    /// Tries to connect.
    ///
    /// - Returns: The status of the refusal; nil when there was none.
    @discardableResult
    func attempt(
        _ name: String,
        _ kind: Kind,
        path: String = "/ws/realtime_charts",
        pair: ChartPair? = nil,
        origin: String? = nil
    ) async throws -> Int? {
        let url = self.base + path + (pair.map { "?" + $0.query } ?? "")
        var order = ["client": name, "do": kind.rawValue, "with": url]
        order["origin"] = origin
        try self.give(order)
        let answer = try await eventually("the answer to \(name)") { try self.events(of: name).first }
        return answer.code
    }

    func send(_ name: String, _ text: String) throws { try self.order(name, "text", with: text) }

    func order(_ name: String, _ verb: String, with argument: Any? = nil) throws {
        var order: [String: Any] = ["client": name, "do": verb]
        order["with"] = argument
        try self.give(order)
    }

    private func give(_ order: [String: Any]) throws {
        var rest = try JSONSerialization.data(withJSONObject: order) + Data("\n".utf8)
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(self.orders, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw NeverHappened(description: "the clients have ended: \(self.errors)") }
            rest = rest.dropFirst(count)
        }
    }

    // MARK: Events

    /// All that happened to a client so far.
    func events(of name: String) throws -> [ChartEvent] {
        try self.read()
        return self.log[name] ?? []
    }

    /// All that a client got of a pair so far.
    func record(_ name: String, _ pair: ChartPair) throws -> ChartRecord {
        let messages = try self.events(of: name).compactMap(\.message)
        return ChartRecord(
            messages: messages.filter { $0.symbol == pair.symbol && $0.sell == pair.sell && $0.buy == pair.buy }
        )
    }

    /// The reasons of the errors that a client got so far.
    func errors(of name: String) throws -> [String] { try self.events(of: name).compactMap { $0.message?.reason } }

    /// Waits for so many updates of a pair.
    @discardableResult
    func updates(_ name: String, _ pair: ChartPair, atLeast count: Int) async throws -> ChartRecord {
        try await eventually("\(count) updates of \(pair.key) for \(name)") {
            let record = try self.record(name, pair)
            return record.updates.count >= count ? record : nil
        }
    }

    /// Waits for a client's end.
    ///
    /// - Returns: The code of the daemon's close frame; nil when there was none.
    func closeCode(_ name: String) async throws -> Int? {
        try await eventually("the end of \(name)") {
            try self.events(of: name).last.flatMap { $0.event == .closed ? $0 : nil }
        }.code
    }

    private var errors: String { (try? String(contentsOfFile: self.errorsPath, encoding: .utf8)) ?? "" }

    private func read() throws {
        self.unread += try self.events.readToEnd() ?? Data()
        let end = self.unread.lastIndex(of: UInt8(ascii: "\n")) ?? self.unread.startIndex
        let decoder = JSONDecoder()
        for line in self.unread[..<end].split(separator: UInt8(ascii: "\n")) {
            let event = try decoder.decode(ChartEvent.self, from: Data(line))
            self.log[event.client, default: []].append(event)
        }
        self.unread = Data(self.unread[end...])
        if !self.process.isRunning { throw NeverHappened(description: "the clients have ended: \(self.errors)") }
    }
}
