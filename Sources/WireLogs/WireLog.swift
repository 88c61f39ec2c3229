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
            guard let line = WireLine(bytes, start..<end) else { throw .line(number) }
            guard line.direction == UInt8(ascii: "<") else { continue }
            received.append(Line(receivedNanoseconds: line.receivedNanoseconds, frame: line.frame))
        }
        self.bytes = bytes
        self.received = received
    }
}
