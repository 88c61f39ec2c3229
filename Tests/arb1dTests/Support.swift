import Foundation

/// What the built arb1d printed and how it ended.
struct Outcome {
    let status: Int32
    let output: String
    let complaint: String

    /// Runs the arb1d that was built beside these tests to its end.
    ///
    /// - Throws: When it cannot be started.
    static func of(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        process.executableURL = URL(filePath: tests).deletingLastPathComponent().appending(path: "arb1d")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("ARB1D_") }
            .merging(environment) { _, new in new }
        let (output, complaint) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = complaint
        try process.run()
        // Neither writes more than a pipe holds, so the order does not matter.
        let texts = [output, complaint].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: texts[0], complaint: texts[1])
    }
}

/// A file with this text, removed at the end.
final class TemporaryFile {
    let path: String

    /// - Throws: When it cannot be written.
    convenience init(_ text: String) throws { try self.init(bytes: Array(text.utf8)) }

    /// - Throws: When it cannot be written.
    init(bytes: [UInt8]) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "arb1d-\(UUID().uuidString).yaml")
        try Data(bytes).write(to: url)
        self.path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }
}

/// Answers one HTTP request on a free loopback port, and remembers its first line.
// Invariant: `requestLine` is written by the answering thread before it signals `answered`, and read after that.
final class OneAnswer: @unchecked Sendable {
    private var requestLine = ""
    private let answered = DispatchSemaphore(value: 0)
    private let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let port: UInt16

    /// - Throws: When there is no free port.
    init(status: String, body: String) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        self.port = UInt16(bigEndian: address.sin_port)
        let answer = "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        Thread.detachNewThread {
            let connection = accept(listener, nil, nil)
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = max(0, recv(connection, &buffer, buffer.count, 0))
            let request = String(decoding: buffer[..<count], as: UTF8.self)
            self.requestLine = request.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            _ = Array(answer.utf8).withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
            close(connection)
            self.answered.signal()
        }
    }

    deinit { close(self.listener) }

    /// The first line of the request, once it was answered.
    func request() -> String {
        self.answered.wait()
        defer { self.answered.signal() }
        return self.requestLine
    }
}
