import Core
import NIOCore
import NIOEmbedded
import Synchronization

@testable import Feed

/// A venue on no network, in a time that only tests move: connections, books and REST, with faults on command.
// Invariant: used by the one thread of its test, which is also that of the embedded loop.
final class VirtualExchange: @unchecked Sendable {
    /// One connection as the venue sees it.
    final class Line {
        let channel: EmbeddedChannel
        let openedAt: MonotonicInstant
        var topics: Set<String> = []
        /// Granted, and never delivered.
        var dead: Set<String> = []
        var isSilent = false
        var messagesAt: [MonotonicInstant] = []

        init(_ channel: EmbeddedChannel, at now: MonotonicInstant) { (self.channel, self.openedAt) = (channel, now) }
    }

    enum Fault { case none, refuse, stall, decline(status: Int, retryAfter: String?) }

    let dialect: VirtualDialect
    let loop: EmbeddedEventLoop
    let clock: ReceiveClock
    var books: [VirtualBook]
    private(set) var lines: [Line] = []
    var connecting = Fault.none
    /// The status that REST answers with, and whether with a body that can be read.
    var restStatus = 200
    var isRestReadable = true
    /// How far the venue's clock is ahead.
    var clockAhead = Duration.zero
    private(set) var attempts: [MonotonicInstant] = []
    private(set) var paths: [String] = []
    private(set) var mostMessagesPerSecond = 0

    init(_ dialect: VirtualDialect, symbols: Int, loop: EmbeddedEventLoop, clock: ReceiveClock) {
        (self.dialect, self.loop, self.clock) = (dialect, loop, clock)
        self.books = (0..<symbols).map { VirtualBook(name: dialect.name($0)) }
    }

    // MARK: The market

    /// The book changes, and those who subscribed hear of it, but for `isLost`.
    func change(_ position: Int, by step: Int = 1, isLost: Bool = false) {
        self.books[position].bid = max(1, self.books[position].bid + step)
        self.books[position].update += 3
        let book = self.books[position]
        if !isLost { self.tell(self.dialect.quoteTopic(book.name), self.dialect.quote(book)) }
    }

    func trade(_ position: Int, isLost: Bool = false) {
        self.books[position].trade += 1
        let book = self.books[position]
        if !isLost { self.tell(self.dialect.tradeTopic(book.name), self.dialect.trade(book)) }
    }

    /// Says every quote again, as Bybit does.
    func repeatAll() {
        for book in self.books { self.tell(self.dialect.quoteTopic(book.name), self.dialect.quote(book)) }
    }

    private func tell(_ topic: String, _ text: String) {
        for line in self.lines where line.topics.subtracting(line.dead).contains(topic) { self.send(text, on: line) }
    }

    func send(_ text: String, on line: Line) {
        guard !line.isSilent else { return }
        self.write(serverFrame(1, Array(text.utf8)), on: line)
    }

    private func write(_ bytes: [UInt8], on line: Line) {
        guard line.channel.isActive else { return }
        _ = try? line.channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    // MARK: Connections

    func cut(_ line: Line) { line.channel.close(promise: nil) }

    /// Reads what clients said, and forgets connections that are gone.
    func listen() {
        for line in self.lines { self.read(line) }
        self.lines.removeAll { !$0.channel.isActive }
    }

    private func read(_ line: Line) {
        while let buffer = try? line.channel.readOutbound(as: ByteBuffer.self) {
            for (opcode, payload) in Self.frames(Array(buffer.readableBytesView)) {
                self.count(line)
                switch opcode {
                case 1: self.answer(String(decoding: payload, as: UTF8.self), on: line)
                case 8:
                    self.write(serverFrame(8, payload), on: line)
                    line.channel.close(promise: nil)
                case 9: if !line.isSilent { self.write(serverFrame(10, payload), on: line) }
                default: break
                }
            }
        }
    }

    private func count(_ line: Line) {
        let now = self.clock.monotonic
        line.messagesAt.removeAll { now.since($0) >= .seconds(1) }
        line.messagesAt.append(now)
        self.mostMessagesPerSecond = max(self.mostMessagesPerSecond, line.messagesAt.count)
    }

    private func answer(_ text: String, on line: Line) {
        let request = self.dialect.request(text)
        if request.isSubscribe {
            line.topics.formUnion(request.topics)
            // A subscription that died is a new one when it is asked for again.
            line.dead.subtract(request.topics)
        } else {
            line.topics.subtract(request.topics)
        }
        self.send(self.dialect.acknowledgement(request), on: line)
        guard self.dialect == .bybit, request.isSubscribe else { return }
        for book in self.books where request.topics.contains(self.dialect.quoteTopic(book.name)) {
            self.send(self.dialect.quote(book), on: line)
        }
    }

    private static func frames(_ bytes: [UInt8]) -> [(UInt8, [UInt8])] {
        var (frames, rest): ([(UInt8, [UInt8])], ArraySlice<UInt8>) = ([], bytes[...])
        while rest.count >= 6 {
            let first = rest.startIndex
            let head = FrameHeader.headLength(rest[first + 1])
            var length = Int(rest[first + 1] & 0x7F)
            if head > 2 { length = rest[(first + 2)..<(first + head)].reduce(0) { $0 << 8 | Int($1) } }
            let start = first + head + 4
            guard rest.endIndex >= start + length else { break }
            let mask = Array(rest[(first + head)..<start])
            frames.append((rest[first] & 0x0F, rest[start..<(start + length)].enumerated().map { $1 ^ mask[$0 % 4] }))
            rest = rest[(start + length)...]
        }
        return frames
    }
}

extension VirtualExchange: FeedConnector {
    func connect(
        on loop: any EventLoop,
        makeHandler: @escaping @Sendable () -> FrameHandler,
        connected: @escaping @Sendable (any Channel) -> Void,
        declined: @escaping @Sendable (_ status: Int, _ retryAfter: String?) -> Void
    ) -> EventLoopFuture<WebSocketUpgrader.Outcome> {
        self.attempts.append(self.clock.monotonic)
        let promise = loop.makePromise(of: WebSocketUpgrader.Outcome.self)
        switch self.connecting {
        case .refuse: loop.scheduleTask(in: .milliseconds(20)) { promise.fail(ConnectError.refused) }
        case .decline(let status, let retryAfter):
            loop.scheduleTask(in: .milliseconds(20)) {
                declined(status, retryAfter)
                promise.succeed(.declined)
            }
        // Never answered: the session gives it up by itself. A promise must be kept all the same.
        case .stall: loop.scheduleTask(in: .seconds(60)) { promise.fail(ConnectError.timeout) }
        case .none:
            loop.scheduleTask(in: .milliseconds(20)) {
                do {
                    let channel = EmbeddedChannel(loop: self.loop)
                    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
                    connected(channel)
                    try channel.pipeline.syncOperations.addHandler(makeHandler())
                    self.lines.append(Line(channel, at: self.clock.monotonic))
                    promise.succeed(.upgraded)
                } catch {
                    promise.fail(error)
                }
            }
        }
        return promise.futureResult
    }
}

extension VirtualExchange: RestTransport {
    func send(_ request: RestRequest) async throws(RestError) -> RestResponse { throw .shutDown }

    func send(
        _ request: RestRequest,
        completion: @escaping @Sendable (Result<RestResponse, RestError>) -> Void
    ) {
        let (start, startedAt) = (self.clock.monotonic, self.clock.now)
        self.loop.scheduleTask(in: .milliseconds(50)) {
            self.paths.append(request.url)
            let theirs = self.clock.wall.advanced(byNanoseconds: self.clockAhead.wholeNanoseconds)
            let body = self.dialect.body(request.url, self.books, nanoseconds: theirs.nanoseconds)
            completion(
                .success(
                    RestResponse(
                        status: self.restStatus,
                        body: self.isRestReadable ? Array(body.utf8) : Array("<html>".utf8),
                        startedAt: startedAt,
                        duration: self.clock.monotonic.since(start),
                        headers: [],
                        retryAfter: nil
                    )
                )
            )
        }
    }
}
