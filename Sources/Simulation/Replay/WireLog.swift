/// Recorded frames, one a line: receive time in ns, direction, raw frame to the end of the line.
public struct WireLog: Sendable {
    public struct Line: Sendable {
        /// Nanoseconds since 1970; 0 where the recorder kept none.
        public let receivedNanoseconds: Int64
        /// Where the frame stands in `bytes`.
        public let frame: Range<Int>
    }

    public let bytes: [UInt8]
    /// The frames that the server sent, in the order of the file.
    public let received: [Line]

    public enum ReadError: Error, Equatable {
        case compression(GunzipError)
        /// The line (from 1) is no line of a wire log.
        case line(Int)
    }

    /// Reads a whole file, plain or gzip.
    public init(file: [UInt8]) throws(ReadError) {
        var bytes = file
        if file.starts(with: [0x1F, 0x8B]) {
            do throws(GunzipError) {
                bytes = try Gunzip.unpack(file)
            } catch {
                throw .compression(error)
            }
        }
        var received: [Line] = []
        var (start, number) = (0, 0)
        while start < bytes.count {
            number += 1
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            defer { start = end + 1 }
            guard start < end else { continue }
            guard let (line, direction) = Self.line(bytes, start, end) else { throw .line(number) }
            if direction == UInt8(ascii: "<") { received.append(line) }
        }
        self.bytes = bytes
        self.received = received
    }

    private static func line(_ bytes: [UInt8], _ start: Int, _ end: Int) -> (Line, direction: UInt8)? {
        var (index, time) = (start, Int64(0))
        while index < end, bytes[index] != UInt8(ascii: " ") {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10, index - start < 19 else { return nil }
            time = time * 10 + Int64(digit)
            index += 1
        }
        guard index > start, index + 2 < end, bytes[index + 2] == UInt8(ascii: " ") else { return nil }
        let direction = bytes[index + 1]
        guard "<>#".utf8.contains(direction) else { return nil }
        // A recorder on another system may have ended its lines with CR LF; the frame never ends with CR.
        let frameEnd = bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
        return (Line(receivedNanoseconds: time, frame: (index + 3)..<frameEnd), direction)
    }
}
