/// Which frames of one connection its socket has not taken whole: what is lost when the connection ends now.
///
/// Offsets count the bytes of all frames since the connection was opened.
public struct Outbox: Sendable {
    private var endOffsets: [Int] = []
    private var takenFrames = 0
    public private(set) var bytes = 0

    public init() {}

    /// Adds a frame to the end; one that is not counted (a ping, a close) only takes up its bytes.
    ///
    /// `judgedAfter` is of a frame that its receiver judges by its first bytes, and does not read to its end.
    public mutating func append(bytes: Int, isCounted: Bool, judgedAfter: Int? = nil) {
        if isCounted { self.endOffsets.append(self.bytes + (judgedAfter ?? bytes)) }
        self.bytes += bytes
    }

    /// The socket has taken all but the last `untakenBytes`.
    public mutating func left(untakenBytes: Int) {
        let taken = self.bytes - untakenBytes
        while self.takenFrames < self.endOffsets.count, self.endOffsets[self.takenFrames] <= taken {
            self.takenFrames += 1
        }
        // Moved up only now and then, so that a frame costs the same however many wait.
        guard self.takenFrames * 2 >= self.endOffsets.count else { return }
        self.endOffsets.removeFirst(self.takenFrames)
        self.takenFrames = 0
    }

    /// Gives up what is left and says how many frames that are.
    public mutating func abandon() -> Int {
        let frames = self.endOffsets.count - self.takenFrames
        self.endOffsets.removeAll()
        self.takenFrames = 0
        return frames
    }
}

/// Which bytes that went through TLS have not left, told by the sizes of its records: a record that is not there to its
/// last byte is not there at all.
public struct Records: Sendable {
    private var ends: [(sealed: Int, plain: Int)] = []
    private var taken = 0
    private var plainBytes = 0

    public init() {}

    /// So many more bytes were sealed in one record, which ends after `sealed` bytes of the connection.
    public mutating func append(plainBytes: Int, endingAt sealed: Int) {
        self.plainBytes += plainBytes
        self.ends.append((sealed: sealed, plain: self.plainBytes))
    }

    /// How many of the bytes are in records that are not whole within the first `sealed` bytes of the connection.
    public mutating func untakenBytes(afterSealed sealed: Int) -> Int {
        let whole = self.ends.firstIndex { $0.sealed > sealed } ?? self.ends.count
        if whole > 0 {
            self.taken = self.ends[whole - 1].plain
            self.ends.removeFirst(whole)
        }
        return self.plainBytes - self.taken
    }
}
