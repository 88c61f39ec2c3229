import NIOCore
import NIOPosix

@testable import Feed

/// One connection of our WebSocket client that sends every message back, until the server ends it.
// Invariant: everything is read and written on the connection's loop only.
final class EchoConnection: FrameHandlerDelegate, @unchecked Sendable {
    /// The longest message that a case sends is 16 MiB.
    private static let maxMessageBytes = 17 << 20

    private var handler: FrameHandler?
    private var lastText = ""
    private let ended: EventLoopPromise<String>

    private init(on loop: any EventLoop) { self.ended = loop.makePromise() }

    /// Echoes until the connection is gone.
    ///
    /// - Parameters:
    ///   - address: Such as `ws://127.0.0.1:9001/runCase?case=1&agent=arb1d`.
    ///   - loop: Where the connection lives.
    /// - Returns: The last text that came.
    /// - Throws: When there was no WebSocket, or no end of it in time.
    static func run(_ address: String, on loop: any EventLoop) async throws -> String {
        guard let parsed = WebSocketAddress(address) else { throw ConnectError.dns }
        let connection = EchoConnection(on: loop)
        let connector = try WebSocketConnector(parsed, caFile: nil, connectTimeout: .seconds(10))
        // The longest cases echo 16 MiB, which a machine that is busy otherwise may take long for.
        let guardian = loop.scheduleTask(in: .seconds(60)) { connection.give(up: ConnectError.timeout) }
        loop.execute { connection.open(by: connector, on: loop) }
        defer { guardian.cancel() }
        return try await connection.ended.futureResult.get()
    }

    /// On the loop, as sessions do it.
    private func open(by connector: WebSocketConnector, on loop: any EventLoop) {
        connector.connect(
            on: loop,
            makeHandler: {
                let handler = FrameHandler(delegate: self, maxMessageBytes: Self.maxMessageBytes)
                self.handler = handler
                return handler
            },
            connected: { _ in },
            declined: { status, _ in self.give(up: ConnectError.http(status: status)) }
        ).whenFailure { self.give(up: $0) }
    }

    private func give(up error: any Error) {
        self.ended.fail(error)
        self.handler?.abandon()
        self.handler = nil
    }

    func received(texts bytes: Span<UInt8>, at places: Span<Range<Int>>) -> Int { 0 }

    func received(text payload: Span<UInt8>) -> Bool {
        let bytes = payload.indices.map { payload[$0] }
        self.lastText = String(decoding: bytes, as: UTF8.self)
        self.handler?.write(.text, bytes)
        return true
    }

    func received(binary payload: Span<UInt8>) { self.handler?.write(.binary, payload.indices.map { payload[$0] }) }

    func readBegan() {}
    func answeredPing() {}
    func violated(_ violation: FrameViolation) {}
    func readEnded(frames: Int) {}

    func connectionEnded(_ handler: FrameHandler, close: CloseFrame?, error: (any Error)?) {
        self.ended.succeed(self.lastText)
        self.handler = nil
    }
}
