import Foundation
import TestSupport

/// An HTTP server on loopback that takes posts, one connection at a time, and answers as it is told.
// Invariant: `posts`, `answers` and `isClosed` are read and written under `lock`.
final class Receiver: @unchecked Sendable {
    struct Post {
        let path: String
        let headers: [String: String]
        let body: Data

        /// The body as a JSON object.
        var object: [String: Any] { (try? JSONSerialization.jsonObject(with: self.body)) as? [String: Any] ?? [:] }
    }

    enum Answer { case status(Int), silence }

    let port: Int
    private let listener: Int32
    private let lock = NSLock()
    private var posts: [Post] = []
    private var answers: [Answer] = []
    private var isClosed = false

    /// Listens on `port`, or on a free one.
    ///
    /// - Throws: When the port cannot be had.
    init(port: Int? = nil) throws {
        (self.listener, self.port) = try Listener.open(port: port)
        let listener = self.listener
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                if let self { self.serve(connection) } else { _ = Glibc.close(connection) }
            }
        }
    }

    deinit { self.close() }

    /// Whoever connects from now on is refused.
    func close() {
        let wasClosed = self.lock.withLock {
            defer { self.isClosed = true }
            return self.isClosed
        }
        guard !wasClosed else { return }
        shutdown(self.listener, Int32(SHUT_RDWR))
        _ = Glibc.close(self.listener)
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(self.port)\(path)" }

    /// Answers the next posts so, and all after them with 200.
    func answer(_ answers: [Answer]) { self.lock.withLock { self.answers = answers } }

    /// What came so far, also what was answered with an error or not at all.
    var received: [Post] { self.lock.withLock { self.posts } }

    private func serve(_ connection: Int32) {
        var bytes = Data()
        while true {
            while let (post, length) = Self.parse(bytes) {
                bytes.removeFirst(length)
                let answer = self.lock.withLock {
                    self.posts.append(post)
                    return self.answers.isEmpty ? .status(200) : self.answers.removeFirst()
                }
                guard case .status(let status) = answer else { return }  // The connection stays open, and silent.
                let text = "HTTP/1.1 \(status) \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                _ = text.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
                _ = Glibc.close(connection)
                return
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else {
                _ = Glibc.close(connection)
                return
            }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// The first whole request, and its length.
    private static func parse(_ bytes: Data) -> (Post, Int)? {
        guard let end = bytes.range(of: Data("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in head.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            headers[line[..<colon].lowercased()] = value
        }
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        let body = bytes[end.upperBound...]
        guard body.count >= length else { return nil }
        let path = head[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
        let post = Post(path: path, headers: headers, body: Data(body.prefix(length)))
        return (post, bytes.distance(from: bytes.startIndex, to: end.upperBound) + length)
    }
}
