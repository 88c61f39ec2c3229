import Glibc

/// Reads files that are a page or two of text.
enum SmallFile {
    struct ReadError: Error {
        let why: String
    }

    /// - Throws: Also when the file holds more than `limit` bytes: then it is another one than was meant.
    static func bytes(of path: String, atMost limit: Int) throws(ReadError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw ReadError(why: unsafe String(cString: strerror(errno))) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe Glibc.read(file, &buffer, buffer.count)
            guard count >= 0 else { throw ReadError(why: unsafe String(cString: strerror(errno))) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw ReadError(why: "larger than \(limit) bytes") }
        }
    }
}
