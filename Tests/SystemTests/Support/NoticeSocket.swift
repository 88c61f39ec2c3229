import Foundation
import TestSupport

/// A datagram socket in the service manager's place; closed when the test lets go of it.
final class NoticeSocket {
    let path: String
    private let descriptor: Int32
    /// Everything that came so far, in order, line by line.
    private(set) var lines: [String] = []

    init(in workspace: Workspace) throws {
        self.path = workspace.path("notify")
        self.descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(self.path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw NeverHappened(description: "the path of the socket is too long: \(self.path)")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(self.descriptor, $0, size) }
        }
        guard bound == 0 else { throw NeverHappened(description: "bind: \(String(cString: strerror(errno)))") }
    }

    deinit { close(self.descriptor) }

    /// What systemd would set in the service's environment.
    func environment(watchdog: Duration) -> [String: String] {
        ["NOTIFY_SOCKET": self.path, "WATCHDOG_USEC": "\(Int(watchdog / .microseconds(1)))"]
    }

    /// Reads what waits.
    ///
    /// - Returns: The new lines.
    @discardableResult
    func read() -> [String] {
        var new: [String] = []
        var buffer = [UInt8](repeating: 0, count: 8_192)
        while true {
            let count = recv(self.descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            new += String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        }
        self.lines += new
        return new
    }

    /// Waits for a line that comes from now on.
    func wait(for prefix: String) async throws {
        try await eventually(prefix) { self.read().contains { $0.hasPrefix(prefix) } ? true : nil }
    }
}
