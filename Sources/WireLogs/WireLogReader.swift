import Glibc

/// Reads the frames that a server sent from a wire log of any length, one line at a time, plain or gzip.
///
/// It holds one line and one piece of the file, whatever the file's size. Times never go back: a smaller one, or the 0
/// of a recorder that kept none, counts as the one before it.
public final class WireLogReader {
    /// One received frame.
    public struct Line: Sendable {
        /// From 1.
        public let number: Int
        /// Nanoseconds since 1970: at least those of the line before.
        public let receivedNanoseconds: Int64
        /// Where the frame stands in ``buffer``.
        public let frame: Range<Int>
    }

    /// A venue's largest message is 1 MiB; a longer line than this is no wire log.
    static let maxLineBytes = 16 << 20
    private static let pieceBytes = 1 << 16

    public let name: String
    /// Holds the last line until the next is read.
    public private(set) var buffer: [UInt8] = []
    private let descriptor: Int32
    private let ownsDescriptor: Bool
    /// Set once the file has shown to be compressed.
    private var inflater: Inflater?
    private var piece = [UInt8](repeating: 0, count: WireLogReader.pieceBytes)
    private var hasBegun = false
    private var isAtEnd = false
    /// Where the next line begins, and up to where no line feed was found.
    private var (start, searched) = (0, 0)
    private var number = 0
    private var lastTime: Int64?

    /// Opens a file; `-` is standard input.
    public init(path: String) throws(WireLogError) {
        self.ownsDescriptor = path != "-"
        self.name = self.ownsDescriptor ? path : "standard input"
        self.descriptor = unsafe self.ownsDescriptor ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO
        guard self.descriptor >= 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw WireLogError(
                file: path,
                line: nil,
                problem: "cannot be opened: \(reason)",
                remedy: "name a readable wire log, plain or gzip, or - for standard input"
            )
        }
    }

    deinit {
        if self.ownsDescriptor, self.descriptor >= 0 { close(self.descriptor) }
    }

    /// The next frame that the server sent; `nil` at the end of the file.
    public func next() throws(WireLogError) -> Line? {
        while let range = try self.nextRange() {
            self.number += 1
            let isBlank = range.isEmpty || (range.count == 1 && self.buffer[range.lowerBound] == UInt8(ascii: "\r"))
            guard !isBlank else { continue }
            guard let line = WireLine(self.buffer, range) else {
                throw self.failure(
                    "no line of a wire log",
                    "write nanoseconds since 1970, one of < > #, and the frame, with one space between them"
                )
            }
            guard line.direction == UInt8(ascii: "<") else { continue }
            let time = try self.time(line.receivedNanoseconds)
            return Line(number: self.number, receivedNanoseconds: time, frame: line.frame)
        }
        return nil
    }

    private func time(_ written: Int64) throws(WireLogError) -> Int64 {
        guard let last = self.lastTime else {
            guard written > 0 else {
                throw self.failure(
                    "no receive time, and no line before it has one",
                    "give the first frame its time in nanoseconds since 1970; later ones may say 0"
                )
            }
            self.lastTime = written
            return written
        }
        let time = max(last, written)
        self.lastTime = time
        return time
    }

    private func failure(_ problem: String, _ remedy: String) -> WireLogError {
        WireLogError(file: self.name, line: self.number, problem: problem, remedy: remedy)
    }
}

// MARK: - Bytes

extension WireLogReader {
    /// Where the next line stands in the buffer, without its line feed; `nil` at the end.
    private func nextRange() throws(WireLogError) -> Range<Int>? {
        while true {
            if let end = self.lineFeed(from: self.searched) {
                defer { (self.start, self.searched) = (end + 1, end + 1) }
                return self.start..<end
            }
            self.searched = self.buffer.count
            if self.isAtEnd {
                guard self.start < self.buffer.count else { return nil }
                defer { self.start = self.buffer.count }
                return self.start..<self.buffer.count
            }
            guard self.buffer.count - self.start <= Self.maxLineBytes else {
                self.number += 1
                throw self.failure("longer than \(Self.maxLineBytes) bytes", "give a wire log with one frame a line")
            }
            self.buffer.removeFirst(self.start)
            (self.start, self.searched) = (0, self.buffer.count)
            try self.fill()
        }
    }

    private func lineFeed(from index: Int) -> Int? {
        guard index < self.buffer.count else { return nil }
        return unsafe self.buffer.withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress,
                let found = unsafe memchr(base + index, 0x0A, bytes.count - index)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }

    /// Appends the next piece of the file to the buffer, or finds its end.
    private func fill() throws(WireLogError) {
        let input = try self.read(atLeast: self.hasBegun ? 1 : 2)
        do throws(GunzipError) {
            if !self.hasBegun, input.starts(with: [0x1F, 0x8B]) { self.inflater = try Inflater() }
            self.hasBegun = true
            self.isAtEnd = input.isEmpty
            guard let inflater = self.inflater else {
                self.buffer += input
                return
            }
            try inflater.unpack(input, into: &self.buffer)
            if self.isAtEnd, !inflater.isComplete { throw .truncated }
        } catch {
            throw WireLogError(
                file: self.name,
                line: nil,
                problem: error == .truncated ? "its gzip data end in the middle" : "its gzip data are damaged",
                remedy: "give a whole file; gzip -t says whether it is one"
            )
        }
    }

    /// Reads until there are `minimum` bytes or the file ends.
    private func read(atLeast minimum: Int) throws(WireLogError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < minimum {
            let count = unsafe Glibc.read(self.descriptor, &self.piece, self.piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                let reason = unsafe String(cString: strerror(errno))
                throw WireLogError(
                    file: self.name,
                    line: nil,
                    problem: "cannot be read: \(reason)",
                    remedy: "name a readable wire log, plain or gzip, or - for standard input"
                )
            }
            if count == 0 { break }
            bytes += self.piece[..<count]
        }
        return bytes
    }
}
