import Glibc

/// Reading files, without a library that would cost memory of its own.
enum File {
    struct Unreadable: Error { let path: String }

    static func contents(of path: String) throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Unreadable(path: path) }
        defer { close(descriptor) }
        var (bytes, piece) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw Unreadable(path: path) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: piece[..<count])
        }
    }

    /// What the process holds of memory that belongs to no file, in bytes, as the kernel counts it.
    static func anonymousMemory() throws -> Int {
        let status = String(decoding: try self.contents(of: "/proc/self/status"), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        let number = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        guard let number else { throw Unreadable(path: "/proc/self/status") }
        return number << 10
    }
}
