import Core
import Foundation
import Health
import Testing

/// Each test has a process of its own, because libsystemd reads the environment of the process.
@Suite("Service manager")
struct ServiceManagerTests {
    @Test("gets each notice as one datagram on its socket, signs of life included")
    func datagrams() async {
        await #expect(processExitsWith: .success) {
            let socket = try NoticeSocket()
            socket.announce(watchdogMicroseconds: 4_000_000)
            let manager = ServiceManager()
            let report = HealthReport(checks: [], summary: "2 of 2 venues live")
            manager.observe(report, at: .second(1))
            #expect(socket.next() == "READY=1\nSTATUS=2 of 2 venues live\nWATCHDOG=1")
            manager.observe(report, at: .second(1.5))
            manager.reloading(at: Timestamp(nanoseconds: 7_000))
            #expect(socket.next() == "RELOADING=1\nMONOTONIC_USEC=7", "nothing was new half a second later")
            manager.reloaded(problem: "line 1, foo: unknown key")
            #expect(socket.next() == "READY=1")
            manager.stopping()
            #expect(socket.next() == "STOPPING=1")
        }
    }

    @Test("is not missed where there is none")
    func absent() async {
        await #expect(processExitsWith: .success) {
            for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] { unsetenv(name) }
            let manager = ServiceManager()
            manager.observe(HealthReport(checks: [], summary: "well"), at: .second(1))
            manager.reloading(at: .second(2))
            manager.reloaded(problem: nil)
            manager.stopping()
        }
    }
}

/// What systemd listens on: a datagram socket at a path of its own, removed at the end.
private final class NoticeSocket {
    private let path = "/tmp/arb1d-notice-\(getpid())"
    private let descriptor: Int32

    /// - Throws: When the socket cannot be opened.
    init() throws {
        self.descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: self.path.utf8) }
        unlink(self.path)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // Nobody waits forever for a notice that never comes.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(self.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        try #require(status == 0)
    }

    deinit {
        close(self.descriptor)
        unlink(self.path)
    }

    /// Sets the environment as systemd does for a service of `Type=notify` with a watchdog.
    func announce(watchdogMicroseconds: Int) {
        setenv("NOTIFY_SOCKET", self.path, 1)
        setenv("WATCHDOG_USEC", "\(watchdogMicroseconds)", 1)
        setenv("WATCHDOG_PID", "\(getpid())", 1)
    }

    func next() -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(self.descriptor, &buffer, buffer.count, 0)
        return count < 0 ? "nothing came" : String(decoding: buffer[..<count], as: UTF8.self)
    }
}
