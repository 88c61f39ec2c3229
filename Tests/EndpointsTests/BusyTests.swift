import Dispatch
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Endpoints

@Suite("A server with much to do", .timeLimit(.minutes(5)))
struct BusyTests {
    /// Where routes stand until the test lets them go.
    private final class Stop: Sendable {
        let arrivals = Atomic<Int>(0)
        private let gate = DispatchSemaphore(value: 0)

        func wait() {
            self.arrivals.add(1, ordering: .relaxed)
            self.gate.wait()
            self.gate.signal()
        }

        func open() { self.gate.signal() }

        func waitForArrivals(_ count: Int) {
            while self.arrivals.load(ordering: .relaxed) < count { sched_yield() }
        }
    }

    @Test("what is at hand is answered while every global thread is busy")
    func globalThreadsBusy() async {
        // In a process of its own, because nobody else gets such a thread meanwhile, not even this test.
        await #expect(processExitsWith: .success) {
            let stop = Stop()
            let routes = [
                Route("/awaited", awaiting: { _ in Self.wait(at: stop) }), Route("/probe") { _ in .text("alive\n") },
            ]
            try await RunningServer.with(routes: routes) { server in
                for _ in 0..<64 { Task.detached { stop.wait() } }
                // A thread that waits for nobody's turn.
                let thread = NIOThreadPool(numberOfThreads: 1)
                thread.start()
                let answers = try await thread.runIfActive {
                    defer { stop.open() }
                    stop.waitForArrivals(System.coreCount)
                    let busy = (0..<64).map { _ in BlockingClient(port: server.port, asksFor: "/awaited") }
                    var answers: [String?] = []
                    while answers.count < 20 {
                        answers.append(BlockingClient(port: server.port, asksFor: "/probe")?.answer())
                        precondition(answers.last??.hasSuffix("alive\n") == true, "\(answers)")
                    }
                    stop.open()
                    return busy.map { $0?.answer() }
                }
                try await thread.shutdownGracefully()
                precondition(answers.allSatisfy { $0?.hasSuffix("free\n") == true }, "\(answers)")
            }
        }
    }

    private static func wait(at stop: Stop) -> EndpointResponse {
        stop.wait()
        return .text("free\n")
    }

    @Test("few requests are computed at once, some wait, the others are sent away; all else goes on")
    func computing() async throws {
        let (stop, preparations) = (Stop(), Stop())
        let routes = [
            Route(
                "/computed",
                codes: [200, 404, 503],
                maxRequests: 4,
                computing: { request in
                    if request.has("none") { return .answer(.text("none\n", status: 404)) }
                    preparations.arrivals.add(1, ordering: .relaxed)
                    return .computation { Self.wait(at: stop) }
                }
            ), Route("/slow", isSlow: { true }) { _ in .text("slow\n") },
        ]
        try await RunningServer.with(routes: routes) { server in
            var clients: [RawClient] = []
            for _ in 0..<4 {
                let client = try await RawClient(port: server.port)
                try await client.send("GET /computed HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
                clients.append(client)
            }
            while preparations.arrivals.load(ordering: .relaxed) < 4 { await Task.yield() }
            while stop.arrivals.load(ordering: .relaxed) < 2 { await Task.yield() }
            let refusal = try await server.ask("GET", "/computed")
            #expect(refusal.status == 503)
            #expect(refusal.headers["retry-after"] == "1")
            #expect(stop.arrivals.load(ordering: .relaxed) == 2)
            #expect(try await server.ask("GET", "/slow").body == "slow\n")
            #expect(try await server.ask("GET", "/metrics").status == 200)
            stop.open()
            for client in clients { #expect(Answer(await client.readToEnd()).body == "free\n") }
            #expect(stop.arrivals.load(ordering: .relaxed) == 4)
            #expect(try await server.ask("GET", "/computed?none").status == 404)
            #expect(try await server.ask("GET", "/computed").status == 200)
        }
    }
}

/// A client on the thread that uses it: it needs no other to get its answer.
private struct BlockingClient {
    private let socket: CInt

    /// Sends a request; nil when the system has no connection for it.
    init?(port: Int, asksFor path: String) {
        self.socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let isConnected = withUnsafeBytes(of: &address) { bytes in
            let address = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            return connect(self.socket, address, socklen_t(bytes.count)) == 0
        }
        // Answers take far less; a test that waits for one for ever says less.
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(self.socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let request = Array("GET \(path) HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".utf8)
        guard isConnected, Glibc.send(self.socket, request, request.count, 0) == request.count else { return nil }
    }

    /// All that comes until the server closes, or too long nothing does; ends the client.
    func answer() -> String {
        defer { close(self.socket) }
        var (text, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
        while true {
            let count = recv(self.socket, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += buffer.prefix(count)
        }
    }
}
